"""A payer's answers as X12 text, written by hand for the claims of these tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ISA = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         "
    "*261101*0900*^*00501*{control:09d}*0*T*:~"
)


def envelope(
    group: str, version: str, body: Sequence[str], control: int, *, ta1: str = ""
) -> bytes:
    """One interchange around the segments of one transaction."""
    text = ISA.format(control=control)
    if ta1:
        text += ta1
    if body:
        text += f"GS*{group}*PAYER*CLINIC*20261101*0900*{control}*X*{version}~"
        text += "".join(f"{segment}~" for segment in body)
        text += f"GE*1*{control}~"
    return (text + f"IEA*{1 if body else 0}*{control:09d}~").encode()


def money(cents: int) -> str:
    """12345 as 123.45."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


@dataclass
class Answered:
    """How one line is answered: paid, and (group, reason, cents); the rest is CO 45."""

    paid: int
    why: Sequence[tuple[str, str, int]] = ()
    remarks: Sequence[str] = ()


@dataclass
class Answer:
    """How one claim is answered. ``lines`` by line number; others are paid in full."""

    body: Mapping[str, Any]
    lines: Mapping[int, Answered] = field(default_factory=dict)
    status: str = "1"
    control: str = "ICN1"
    number: str = ""
    is_reversal: bool = False
    with_line_numbers: bool = True


def remittance(
    answers: Iterable[Answer],
    *,
    trace: str = "EFT1",
    control: int = 1,
    provider: Sequence[tuple[str, str, int]] = (),
    add_cents: int = 0,
    day: str = "20261102",
) -> bytes:
    """An 835 that balances, unless ``add_cents`` falsifies the cheque."""
    segments: list[str] = []
    total = 0
    for one in answers:
        sign = -1 if one.is_reversal else 1
        paid, share, parts = 0, 0, []
        for line in one.body["lines"]:
            charge = round(float(line["charge"]) * 100)
            said = one.lines.get(int(line["line"]), Answered(charge))
            why = list(said.why)
            left = charge - said.paid - sum(cents for _, _, cents in why)
            if left:
                why.append(("CO", "45", left))
            modifiers = "".join(f":{each}" for each in line["procedure"]["modifiers"])
            code = line["procedure"]["code"]
            parts.append(
                f"SVC*HC:{code}{modifiers}*{money(sign * charge)}*{money(sign * said.paid)}"
                f"**{line['units']}"
            )
            parts.append(f"DTM*472*{line['dates'][0][2]}")
            parts += [f"CAS*{group}*{reason}*{money(sign * cents)}" for group, reason, cents in why]
            if one.with_line_numbers:
                number = next((value for kind, value in line["refs"] if kind == "6R"), "")
                parts.append(f"REF*6R*{number}")
            parts += [f"LQ*HE*{code}" for code in said.remarks]
            paid += said.paid
            share += sum(cents for group, _, cents in why if group == "PR")
        charge = round(float(one.body["charge"]) * 100)
        who = one.body["subscriber"]
        status = "22" if one.is_reversal else one.status
        segments.append(
            f"CLP*{one.number or one.body['claim_id']}*{status}*{money(sign * charge)}"
            f"*{money(sign * paid)}*{money(sign * share)}*MB*{one.control}*11*1"
        )
        segments.append(
            f"NM1*QC*1*{who['last'].upper()}*{who['first'].upper()}****MI*{who['member_id']}"
        )
        segments += parts
        total += sign * paid
    total -= sum(cents for _, _, cents in provider)
    payment = total + add_cents
    head = [
        "ST*835*0001",
        f"BPR*I*{money(abs(payment))}*{'C' if payment >= 0 else 'D'}*ACH************{day}",
        f"TRN*1*{trace}*1999999999",
        f"DTM*405*{day}",
        "N1*PR*INVENTED PAYER",
        "N3*1 PAYER ROAD",
        "N4*BIRMINGHAM*AL*35203",
        "PER*BL*HELP*TE*8005550100",
        "N1*PE*INVENTED CLINIC*XX*1234567893",
        "LX*1",
    ]
    if payment == 0:
        head[1] = f"BPR*H*0*C*NON************{day}"
    tail = [
        f"PLB*1234567893*20261231*{reason}:{reference}*{money(cents)}"
        for reason, reference, cents in provider
    ]
    every = [*head, *segments, *tail]
    every.append(f"SE*{len(every) + 1}*0001")
    return envelope("HP", "005010X221A1", every, control)


def functional(control: int, *, accepted: bool = True, own: int = 11) -> bytes:
    """A 999 about the group of that control number."""
    segments = [
        "ST*999*0001*005010X231A1",
        f"AK1*HC*{control}*005010X222A1",
        "AK2*837*0001*005010X222A1",
    ]
    if not accepted:
        segments += ["IK3*NM1*8*2010*8", "IK4*9*67*7"]
    segments += [
        f"IK5*{'A' if accepted else 'R*5'}",
        f"AK9*{'A' if accepted else 'R'}*1*1*{1 if accepted else 0}",
    ]
    segments.append(f"SE*{len(segments) + 1}*0001")
    return envelope("FA", "005010X231A1", segments, own)


def interchange(control: int, *, accepted: bool = True, own: int = 12) -> bytes:
    """A TA1 about the interchange of that control number."""
    said = "A*000" if accepted else "R*006"
    return envelope("", "", (), own, ta1=f"TA1*{control:09d}*261101*0900*{said}~")


def status(
    claims: Sequence[tuple[str, bool, str]], *, own: int = 13, batch: str = "NR000000001"
) -> bytes:
    """A 277CA: (claim number, accepted, payer's number)."""
    segments = [
        "ST*277*0001*005010X214",
        "BHT*0085*08*X1*20261101*0900*TH",
        "HL*1**20*1",
        "NM1*PR*2*INVENTED PAYER*****PI*12302",
        "TRN*1*X1",
        "DTP*050*D8*20261101",
        "DTP*009*D8*20261101",
        "HL*2*1*21*1",
        "NM1*41*2*INVENTED CLINIC*****46*CLINIC",
        f"TRN*2*{batch}",
        "STC*A1:19*20261101*WQ*100",
        "HL*3*2*19*1",
        "NM1*85*2*INVENTED CLINIC*****XX*1234567893",
        "TRN*1*0",
        "STC*A1:19**WQ*100",
    ]
    for number, (claim, accepted, control) in enumerate(claims, 4):
        segments += [
            f"HL*{number}*3*PT",
            "NM1*QC*1*FIXTURE*SAMPLE****MI*1EG4TE5MK73",
            f"TRN*2*{claim}",
            f"STC*{'A2:20' if accepted else 'A3:562:85'}*20261101*{'WQ' if accepted else 'U'}*100",
        ]
        if control:
            segments.append(f"REF*1K*{control}")
    segments.append(f"SE*{len(segments) + 1}*0001")
    return envelope("HN", "005010X214", segments, own)


def benefits(trace: str, *, deductible_left: int, control: int = 15) -> bytes:
    """A 271: active, 20 % coinsurance, so much of the deductible left."""
    segments = [
        "ST*271*0001*005010X279A1",
        "BHT*0022*11*X1*20261101*0900",
        "HL*1**20*1",
        "NM1*PR*2*INVENTED PAYER*****PI*12302",
        "HL*2*1*21*1",
        "NM1*1P*2*INVENTED CLINIC*****XX*1234567893",
        "HL*3*2*22*0",
        f"TRN*2*{trace}*9841234567",
        "NM1*IL*1*FIXTURE*SAMPLE****MI*1EG4TE5MK73",
        "DTP*291*D8*20261101",
        "EB*1**30*MB",
        "EB*A**30*MB**27**.2",
        f"EB*C**30*MB**29*{money(deductible_left)}",
    ]
    segments.append(f"SE*{len(segments) + 1}*0001")
    return envelope("HB", "005010X279A1", segments, control)
