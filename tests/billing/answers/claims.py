"""Invented claims and answers for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from neuroreed.billing.remittance import SentClaim
from neuroreed.model.claims import (
    BillingProvider,
    Claim,
    ClaimLine,
    ClaimProvider,
    Payer,
    Subscriber,
)
from neuroreed.model.people import Address
from neuroreed.model.remittance import (
    Adjustment,
    Procedure,
    ProviderAdjustment,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
    RemittedName,
)

ON = date(2026, 3, 2)
PAID_ON = date(2026, 3, 20)
NPI = "1234567893"
Asked = tuple[str, int, int, tuple[str, ...]]
"""Code, units, charge in cents, modifiers."""
Amount = tuple[str, str, int]


def claim(
    number: str = "C1",
    lines: Sequence[Asked] = (("97112", 2, 12000, ("GP",)), ("97110", 1, 5500, ("GP",))),
    *,
    on: date = ON,
    member: str = "1EG4TE5MK73",
    last: str = "WEISS",
    payer: str = "MEDICARE",
    filing: str = "MB",
    sequence: str = "P",
    **changes: Any,
) -> Claim:
    """A PT claim of one date."""
    made = tuple(
        ClaimLine(
            line_number=place,
            procedure=Procedure(code, modifiers),
            charge_cents=charge,
            units=Decimal(units),
            date_of_service=on,
            refs=(("6R", f"{number}-{place}"),),
        )
        for place, (code, units, charge, modifiers) in enumerate(lines, 1)
    )
    given: dict[str, Any] = {
        "claim_id": number,
        "charge_cents": sum(line.charge_cents for line in made),
        "billing_provider": BillingProvider(
            "STEADY GAIT REHAB LLC",
            NPI,
            "841234567",
            Address("12 MAIN ST", "TROY", "NY", "121800001"),
            "261QP2000X",
        ),
        "subscriber": Subscriber(
            last,
            member,
            Payer(payer, "12302"),
            first="GRETA",
            sequence=sequence,
            filing=filing,
            address=Address("42 WILLOW RD", "TROY", "NY", "12180"),
            birth_date=date(1950, 1, 2),
            sex="F",
        ),
        "diagnoses": (("ABK", "I69351"),),
        "lines": made,
        "providers": (
            ClaimProvider("DN", "LIND", "PER", id=NPI),
            ClaimProvider("82", "OHARA", "ROSA", id=NPI),
        ),
    }
    return Claim(**(given | changes))


def sent(
    made: Claim | None = None,
    payer: str = "medicare_part_b",
    *,
    patient: str = "",
    control: str = "",
) -> SentClaim:
    made = made or claim()
    return SentClaim(made, payer, patient or made.subscriber.member_id, control, ON)


def line(
    ours: ClaimLine, paid: int, *why: Amount, remarks: Sequence[str] = (), **changes: Any
) -> RemittanceLine:
    """An answer to one of our lines; what ``why`` leaves of the charge is CO 45."""
    told = [Adjustment(group, carc, amount) for group, carc, amount in why]
    left = ours.charge_cents - paid - sum(one.amount_cents for one in told)
    if left:
        told.append(Adjustment("CO", "45", left))
    given: dict[str, Any] = {
        "procedure": ours.procedure,
        "charge_cents": ours.charge_cents,
        "paid_cents": paid,
        "adjustments": tuple(told),
        "units_paid": ours.units,
        "dates": (("472", f"{ours.date_of_service:%Y%m%d}"),),
        "refs": ours.refs,
        "remarks": tuple(("HE", code) for code in remarks),
        "balanced": True,
    }
    return RemittanceLine(**(given | changes))


def answer(
    made: Claim, *lines: RemittanceLine, control: str = "ICN1", **changes: Any
) -> RemittanceClaim:
    """An answer of the lines given."""
    paid = sum(one.paid_cents or 0 for one in lines)
    owed = sum(one.amount_cents for each in lines for one in each.adjustments if one.group == "PR")
    given: dict[str, Any] = {
        "claim_id": made.claim_id,
        "status": {"P": "1", "S": "2", "T": "3"}[made.subscriber.sequence],
        "charge_cents": sum(one.charge_cents or 0 for one in lines),
        "paid_cents": paid,
        "patient_responsibility_cents": owed,
        "payer_claim_control": control,
        "names": (
            RemittedName("QC", made.subscriber.last, "GRETA", id_qualifier="MI",
                         id=made.subscriber.member_id),
        ),
        "lines": lines,
        "balanced": True,
    }  # fmt: skip
    return RemittanceClaim(**(given | changes))


def reversal(found: RemittanceClaim, **changes: Any) -> RemittanceClaim:
    """The same answer taken back: every amount with the other sign."""
    from dataclasses import replace

    def minus(many: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
        return tuple(replace(one, amount_cents=-one.amount_cents) for one in many)

    lines = tuple(
        replace(
            one,
            charge_cents=-(one.charge_cents or 0),
            paid_cents=-(one.paid_cents or 0),
            adjustments=minus(one.adjustments),
        )
        for one in found.lines
    )
    return replace(
        found,
        status="22",
        charge_cents=-(found.charge_cents or 0),
        paid_cents=-(found.paid_cents or 0),
        patient_responsibility_cents=-(found.patient_responsibility_cents or 0),
        adjustments=minus(found.adjustments),
        lines=lines,
        **changes,
    )


def remittance(
    *claims: RemittanceClaim,
    trace: str = "EFT1",
    provider: Sequence[ProviderAdjustment] = (),
    **changes: Any,
) -> Remittance:
    """A cheque that is what its claims and provider adjustments make."""
    amount = sum(one.paid_cents or 0 for one in claims) - sum(one.amount_cents for one in provider)
    given: dict[str, Any] = {
        "control_number": "0001",
        "amount_cents": amount,
        "credit_or_debit": "C",
        "method": "ACH",
        "payment_date": PAID_ON,
        "trace_number": trace,
        "originator": "1512345678",
        "payer_name": "MEDICARE",
        "payee_name": "STEADY GAIT REHAB LLC",
        "payee_id_qualifier": "XX",
        "payee_id": NPI,
        "claims": tuple(claims),
        "provider_adjustments": tuple(provider),
        "balanced": True,
    }
    return Remittance(**(given | changes))
