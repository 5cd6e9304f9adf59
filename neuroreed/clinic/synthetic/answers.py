"""An invented payer for the invented clinic: it answers filed claims as 835 text.

It pays what the fee schedule says, but for one line that it pays short and one that it denies
in the newest file, so that there is something to find.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from neuroreed.billing.expectation import ExpectedLine
from neuroreed.clinic.models import Claim
from neuroreed.clinic.services import expectations, ledgers
from neuroreed.model.claims import ClaimLine
from neuroreed.model.money import cents, dollars

ORIGIN = "1999999999"
SHORT_CENTS = 1155
DENIED = ("CO", "50", "N115")


def remittance_of(
    claims: QuerySet[Claim], *, number: int, on: date, npi: str, with_faults: bool = False
) -> bytes:
    """One cheque for those of the claims that the fee schedule can price; empty when none."""
    parts: list[str] = []
    total, answered = 0, 0
    pairs = ledgers.sent_claims(claims.order_by("number"))
    left = {str(row.patient_id): row.visit.coverage.deductible_left_cents for row, _ in pairs}
    prices = expectations.prices([sent for _, sent in pairs], left)
    for _, sent in pairs:
        expected = [prices.get((sent.claim_id, line.line_number)) for line in sent.claim.lines]
        if sent.sequence != "P" or any(one is None or one.payer_pays is None for one in expected):
            continue
        fault = {1: "short", 3: "denied"}.get(answered, "") if with_faults else ""
        if fault == "denied":
            # a denied line takes no part in the reduction of the others
            first = (sent.claim_id, sent.claim.lines[0].line_number)
            again = expectations.prices([sent], left, {first})
            expected = [
                again.get((sent.claim_id, line.line_number)) or expected[place]
                for place, line in enumerate(sent.claim.lines)
            ]
        answered += 1
        lines: list[str] = []
        paid, share = 0, 0
        for place, (line, price) in enumerate(zip(sent.claim.lines, expected, strict=True)):
            assert price is not None
            one_paid, one_share, said = _line(line, price, fault if place == 0 else "")
            paid, share = paid + one_paid, share + one_share
            lines += said
        who = sent.claim.patient or sent.claim.subscriber
        parts += [
            f"CLP*{sent.claim_id}*1*{dollars(sent.claim.charge_cents)}*{dollars(paid)}"
            f"*{dollars(share)}*{sent.claim.subscriber.filing}*ICN{number:04d}{answered:03d}*11*1",
            f"NM1*QC*1*{who.last.upper()}*{who.first.upper()}****MI"
            f"*{sent.claim.subscriber.member_id}",
            *lines,
        ]
        total += paid
    if not answered:
        return b""
    day = f"{on:%Y%m%d}"
    body = [
        "ST*835*0001",
        f"BPR*I*{dollars(total)}*C*ACH************{day}",
        f"TRN*1*EFT{number:06d}*{ORIGIN}",
        f"DTM*405*{day}",
        "N1*PR*INVENTED PAYER",
        "N3*1 PAYER ROAD",
        "N4*BIRMINGHAM*AL*35203",
        "PER*BL*HELP*TE*8005550100",
        f"N1*PE*INVENTED CLINIC*XX*{npi}",
        "LX*1",
        *parts,
    ]
    body.append(f"SE*{len(body) + 1}*0001")
    return _enveloped(body, number, on)


def _line(line: ClaimLine, price: ExpectedLine, fault: str) -> tuple[int, int, list[str]]:
    """Paid and patient's cents of a line, and its segments."""
    assert price.payer_pays is not None
    paid = cents(price.payer_pays)
    why = [
        ("PR", "1", _cents(price.deductible)),
        ("PR", "2", _cents(price.coinsurance)),
        ("CO", "253", _cents(price.sequestration)),
    ]
    remarks: list[str] = []
    if fault == "short" and paid > SHORT_CENTS:
        paid -= SHORT_CENTS
    elif fault == "denied":
        group, reason, remark = DENIED
        paid, why, remarks = 0, [(group, reason, line.charge_cents)], [remark]
    rest = line.charge_cents - paid - sum(amount for _, _, amount in why)
    why.append(("CO", "45", rest))
    code = ":".join([line.procedure.code, *line.procedure.modifiers])
    control = next((value for kind, value in line.refs if kind == "6R"), "")
    said = [
        f"SVC*HC:{code}*{dollars(line.charge_cents)}*{dollars(paid)}**{line.units}",
        f"DTM*472*{line.date_of_service:%Y%m%d}",
        *(f"CAS*{group}*{reason}*{dollars(amount)}" for group, reason, amount in why if amount),
        f"REF*6R*{control}",
        *(f"LQ*HE*{remark}" for remark in remarks),
    ]
    share = sum(amount for group, _, amount in why if group == "PR")
    return paid, share, said


def _cents(amount: object) -> int:
    return 0 if amount is None else cents(amount)  # type: ignore[arg-type]


def _enveloped(body: Iterable[str], number: int, on: date) -> bytes:
    head = (
        f"ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *{on:%y%m%d}*0900"
        f"*^*00501*{number:09d}*0*T*:~GS*HP*PAYER*CLINIC*{on:%Y%m%d}*0900*{number}*X*005010X221A1~"
    )
    text = "".join(f"{segment}~" for segment in body)
    return f"{head}{text}GE*1*{number}~IEA*1*{number:09d}~".encode()
