"""The payer's answers as X12: 999, 277CA and 835, written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.oracles.payer.adjudicate import Answer
from tests.oracles.payer.claims import Asked, Batch

VERSIONS = {
    "999": ("FA", "005010X231A1"),
    "277": ("HN", "005010X214"),
    "835": ("HP", "005010X221A1"),
}


BY_TRANSFER = "ACH*CCP*01*111000025*DA*778899*1512345678**01*011000138*DA*445566"
BY_NOTHING = "NON***********"


def envelope_refused(batch: Batch, on: date, control: int) -> bytes:
    """A TA1 that refuses the whole interchange; nothing else is in the file."""
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYERHUB':15}*ZZ*{'SGREHAB':15}*{on:%y%m%d}*0800*^*00501"
        f"*{control:09d}*0*P*:~TA1*{batch.interchange}*{on:%y%m%d}*0800*R*006~IEA*0*{control:09d}~"
    ).encode()


def money(amount: Decimal) -> str:
    text = f"{amount:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def wrap(kind: str, segments: list[str], on: date, control: int) -> bytes:
    group, version = VERSIONS[kind]
    third = "" if kind == "835" else f"*{version}"
    found = [
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYERHUB':15}*ZZ*{'SGREHAB':15}*{on:%y%m%d}*0800*^*00501"
        f"*{control:09d}*0*P*:",
        f"GS*{group}*PAYERHUB*SGREHAB*{on:%Y%m%d}*0800*{control}*X*{version}",
        f"ST*{kind}*0001{third}",
        *segments,
        f"SE*{len(segments) + 2}*0001",
        f"GE*1*{control}",
        f"IEA*1*{control:09d}",
    ]
    return "".join(f"{one}~" for one in found).encode()


def acknowledge(batch: Batch, on: date, control: int, refused: tuple[str, ...] = ()) -> bytes:
    """A 999: each transaction taken, but those refused."""
    found = [f"AK1*HC*{batch.group}*005010X222A1"]
    for one in batch.transactions:
        found.append(f"AK2*837*{one}*005010X222A1")
        if one in refused:
            found += ["IK3*NM1*8**8", "IK4*9*67*1", "IK5*R*5"]
        else:
            found.append("IK5*A")
    taken = len(batch.transactions) - len(refused)
    verdict = "A" if not refused else "P" if taken else "R"
    total = len(batch.transactions)
    found.append(f"AK9*{verdict}*{total}*{total}*{taken}")
    return wrap("999", found, on, control)


def claim_acknowledge(
    batch: Batch, on: date, control: int, rejected: frozenset[str], numbers: dict[str, str]
) -> bytes:
    """A 277CA: each claim taken with the payer's number, or rejected."""
    claims = batch.claims
    found = [
        f"BHT*0085*08*B{control}*{on:%Y%m%d}*0801*TH",
        "HL*1**20*1",
        "NM1*PR*2*MEDICARE*****PI*12302",
        "TRN*1*T1",
        f"DTP*050*D8*{on:%Y%m%d}",
        f"DTP*009*D8*{on:%Y%m%d}",
        "HL*2*1*21*1",
        "NM1*41*2*STEADY GAIT REHAB LLC*****46*SGREHAB",
        f"TRN*2*{batch.reference}",
        f"STC*A1:19*{on:%Y%m%d}*WQ*{money(Decimal(sum(one.charge for one in claims)) / 100)}",
        "HL*3*2*19*1",
        f"NM1*85*2*STEADY GAIT REHAB LLC*****XX*{batch.npi}",
    ]
    for place, one in enumerate(claims, 4):
        bad = one.number in rejected
        charge = money(Decimal(one.charge) / 100)
        found += [
            f"HL*{place}*3*PT",
            f"NM1*QC*1*{one.last}*{one.first}****MI*{one.member}",
            f"TRN*2*{one.number}",
            f"STC*{'A3:33' if bad else 'A2:20'}*{on:%Y%m%d}*{'U' if bad else 'WQ'}*{charge}",
        ]
        if not bad and one.number in numbers:
            found.append(f"REF*1K*{numbers[one.number]}")
        found.append(f"DTP*472*D8*{one.first_day:%Y%m%d}")
    return wrap("277", found, on, control)


@dataclass
class Cheque:
    """One 835: answers as they are and answers taken back, and provider adjustments."""

    number: str
    npi: str
    answers: list[Answer]
    taken_back: list[Answer]
    provider: list[tuple[str, str, Decimal]]
    payer: str = "MEDICARE"
    filing: str = "MB"

    @property
    def amount(self) -> Decimal:
        return (
            sum((one.paid for one in self.answers), Decimal(0))
            - sum((one.paid for one in self.taken_back), Decimal(0))
            - sum((amount for _, _, amount in self.provider), Decimal(0))
        )

    def write(self, on: date, control: int, plant: tuple[str, int] | None = None) -> bytes:
        """The file; ``plant`` (a claim number and cents) spoils the payment of its first line."""
        amount = self.amount
        found = [
            f"BPR*I*{money(abs(amount))}*{'C' if amount >= 0 else 'D'}*"
            f"{BY_TRANSFER if amount else BY_NOTHING}*{on:%Y%m%d}",
            f"TRN*1*{self.number}*1512345678",
            f"DTM*405*{on:%Y%m%d}",
            f"N1*PR*{self.payer}",
            "N3*100 PAYER PLZ",
            "N4*ALBANY*NY*12207",
            "PER*BL*EDI DESK*TE*8005550111",
            f"N1*PE*STEADY GAIT REHAB LLC*XX*{self.npi}",
            "LX*1",
        ]
        for one in self.taken_back:
            found += _claim(one, -1, None, self.filing)
        for one in self.answers:
            found += _claim(one, 1, plant, self.filing)
        if self.provider:
            parts = "*".join(f"{why}:{what}*{money(each)}" for why, what, each in self.provider)
            found.append(f"PLB*{self.npi}*{on.year}1231*{parts}")
        return wrap("835", found, on, control)


def _claim(one: Answer, sign: int, plant: tuple[str, int] | None, filing: str = "MB") -> list[str]:
    asked: Asked = one.asked
    owed = sum(
        (amount for each in one.decisions for group, _, amount in each.why if group == "PR"),
        Decimal(0),
    )
    charge = Decimal(sign * asked.charge) / 100
    status = "22" if sign < 0 else one.status
    found = [
        f"CLP*{one.named or asked.number}*{status}*{money(charge)}*{money(sign * one.paid)}*"
        f"{money(sign * owed)}*{filing}*{one.number}*11*{asked.frequency}",
        f"NM1*QC*1*{asked.last}*{asked.first}****MI*{asked.member}",
    ]
    for place, each in enumerate(one.decisions):
        service = each.asked
        paid = sign * each.paid
        if plant is not None and plant[0] == asked.number and not place:
            paid += Decimal(plant[1]) / 100
        procedure = ":".join(["HC", service.code, *service.modifiers])
        # a code that the payer changed stands first, the one that was asked for sixth
        paid_as = f"HC:{each.changed}" if each.changed else procedure
        found += [
            f"SVC*{paid_as}*{money(Decimal(sign * service.charge) / 100)}*{money(paid)}**"
            f"{service.units if each.allowed else 0}*{procedure if each.changed else ''}"
            f"*{service.units}",
            f"DTM*472*{service.on:%Y%m%d}",
        ]
        found += [f"CAS*{group}*{why}*{money(sign * amount)}" for group, why, amount in each.why]
        if service.control and not one.named:
            found.append(f"REF*6R*{service.control}")
        found += [f"LQ*HE*{code}" for code in each.remarks]
    return found
