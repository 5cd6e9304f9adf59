"""Plain claims, the shape that reading a file gives, as claims of the model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from neuroreed.exchange.x12.checks import cents, is_date, is_quantity
from neuroreed.exchange.x12.envelope import read_x12
from neuroreed.exchange.x12.p837_shape import plain_claims
from neuroreed.model.claims import (
    Adjudication,
    Adjustment,
    BillingProvider,
    Claim,
    ClaimAmount,
    ClaimLine,
    ClaimPatient,
    ClaimProvider,
    Contact,
    OtherSubscriber,
    Payer,
    Procedure,
    Subscriber,
)
from neuroreed.model.errors import BadInput
from neuroreed.model.people import Address

Plain = dict[str, Any]


def _read_day(text: str | None) -> date | None:
    if not text or not is_date(text):
        return None
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007


def _read_cents(text: str | None, where: str) -> int:
    value = None if text is None else cents(text)
    if value is None:
        raise BadInput(f"{where} is no amount of dollars and cents.")
    return value


def _read_units(text: str | None, where: str) -> Decimal:
    if not text or not is_quantity(text):
        raise BadInput(f"{where}: a number of units cannot be read.")
    return Decimal(text)


def _read_pairs(pairs: Any) -> tuple[Any, ...]:
    return tuple(tuple(pair) for pair in pairs or ())


def _read_address(found: Plain | None) -> Address | None:
    if not found:
        return None
    return Address(
        found.get("line1") or "",
        found.get("city") or "",
        found.get("state") or "",
        found.get("postal_code") or "",
        found.get("line2") or "",
    )


def _texts(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: str(found.get(name) or "") for name in names}


def _read_payer(found: Plain, refs: Any) -> Payer:
    return Payer(
        found.get("payer") or "",
        found.get("payer_id") or "",
        found.get("payer_id_qualifier") or "PI",
        _read_address((found.get("payer_details") or {}).get("address")),
        _read_pairs(refs),
    )


def _read_insured(found: Plain) -> dict[str, Any]:
    names = ("last", "first", "middle", "suffix", "member_id", "sequence", "filing")
    more = ("group_number", "group_name", "medicare_secondary")
    return _texts(found, *names, *more) | {
        "type": found.get("type") or "1",
        "member_id_qualifier": found.get("member_id_qualifier") or "MI",
        "address": _read_address(found.get("address")),
    }


def _read_provider(found: Plain) -> ClaimProvider:
    names = ("entity", "last_or_org", "first", "middle", "suffix", "type", "id", "taxonomy")
    return ClaimProvider(
        **_texts(found, *names),
        id_qualifier=found.get("id_qual") or "XX",
        address=_read_address(found.get("address")),
        refs=_read_pairs(found.get("refs")),
    )


def _read_procedure(found: Plain | None) -> Procedure:
    found = found or {}
    return Procedure(
        found.get("code") or "",
        tuple(found.get("modifiers") or ()),
        found.get("qualifier") or "",
        found.get("description") or "",
    )


def _read_adjustments(found: Any, where: str) -> tuple[Adjustment, ...]:
    return tuple(
        Adjustment(
            one["group"],
            one["carc"],
            _read_cents(one["amount"], where),
            _read_units(one["quantity"], where) if one.get("quantity") else None,
        )
        for one in found or ()
    )


def _read_amounts(found: Any, where: str) -> tuple[ClaimAmount, ...]:
    return tuple(ClaimAmount(kind, _read_cents(text, where)) for kind, text in found or ())


def _decided_on(found: Plain) -> date | None:
    return next(
        (_read_day(text) for kind, _, text in found.get("dates") or () if kind == "573"), None
    )


def _read_other(found: Plain, where: str) -> OtherSubscriber:
    return OtherSubscriber(
        **_read_insured(found),
        **_texts(found, "relationship", "assignment", "release", "patient_signature"),
        payer=_read_payer(found, ()),
        adjustments=_read_adjustments(found.get("adjustments"), where),
        amounts=_read_amounts(found.get("amounts"), where),
        remarks=tuple(found.get("remarks") or ()),
        adjudicated_on=_decided_on(found),
        refs=_read_pairs(found.get("refs")),
    )


def _read_line(found: Plain, where: str) -> ClaimLine:
    where = f"{where}, line {found.get('line')}"
    first = last = None
    dates = _read_pairs(found.get("dates"))
    if dates and dates[0][0] == "472":
        first = _read_day(dates[0][2][:8])
        last = _read_day(dates[0][2][9:]) if dates[0][1] == "RD8" else None
        dates = dates[1:]
    try:
        number = int(found.get("line") or 0)
        pointers = tuple(int(pointer) for pointer in found.get("pointers") or ())
    except ValueError:
        raise BadInput(f"{where}: its number or a pointer cannot be read.") from None
    return ClaimLine(
        line_number=number,
        procedure=_read_procedure(found.get("procedure")),
        charge_cents=_read_cents(found.get("charge"), where),
        units=_read_units(found.get("units"), where),
        date_of_service=first,
        date_of_service_until=last,
        pointers=pointers,
        unit_basis=found.get("unit_basis") or "",
        place_of_service=found.get("place_of_service"),
        emergency=found.get("emergency") == "Y",
        dates=dates,
        refs=_read_pairs(found.get("refs")),
        notes=_read_pairs(found.get("notes")),
        pwk=_read_pairs(found.get("pwk")),
        amounts=_read_amounts(found.get("amounts"), where),
        providers=tuple(_read_provider(one) for one in found.get("providers") or ()),
        adjudications=tuple(
            Adjudication(
                payer_id=one.get("payer_id") or "",
                paid_cents=_read_cents(one.get("paid"), where),
                procedure=_read_procedure(one.get("procedure")),
                units=_read_units(one.get("units"), where),
                adjudicated_on=_decided_on(one),
                adjustments=_read_adjustments(one.get("adjustments"), where),
                remaining_patient_cents=(
                    _read_cents(one["remaining"], where) if one.get("remaining") else None
                ),
                bundled_line=one.get("bundled_line") or "",
            )
            for one in found.get("adjudications") or ()
        ),
    )


def claim_from_plain(found: Plain) -> Claim:
    """A claim of the model from the shape of ``read_x12``.

    Raises:
        BadInput: an amount or number that cannot be read; says which claim and line.
    """
    where = f"Claim {str(found.get('claim_id'))[:38]}"
    billing = found.get("billing_provider") or {}
    subscriber = found.get("subscriber") or {}
    patient = found.get("patient")
    contacts = billing.get("contacts") or ()
    names = (
        "place_of_service", "frequency", "provider_signature", "assignment", "benefits",
        "release", "patient_signature", "accident_state", "special_program", "delay_reason",
    )  # fmt: skip
    return Claim(
        **_texts(found, "claim_id", *names),
        charge_cents=_read_cents(found.get("charge"), where),
        billing_provider=BillingProvider(
            **_texts(billing, "name", "npi", "tax_id", "taxonomy", "first", "middle", "suffix"),
            tax_id_kind=billing.get("tax_id_kind") or "EI",
            address=_read_address(billing.get("address")),
            contact=(
                Contact(**_texts(contacts[0], "name", "phone", "extension", "email", "fax"))
                if contacts
                else None
            ),
            pay_to=_read_address((billing.get("pay_to") or {}).get("address")),
            refs=_read_pairs(billing.get("refs")),
        ),
        subscriber=Subscriber(
            **_read_insured(subscriber),
            relationship=subscriber.get("relationship"),
            payer=_read_payer(subscriber, (subscriber.get("payer_details") or {}).get("refs")),
            birth_date=_read_day(subscriber.get("birth_date")),
            sex=subscriber.get("sex") or "",
            refs=_read_pairs(subscriber.get("refs")),
        ),
        patient=None if patient is None else ClaimPatient(
            **_texts(patient, "last", "first", "relationship", "middle", "suffix", "sex"),
            address=_read_address(patient.get("address")),
            birth_date=_read_day(patient.get("birth_date")),
            refs=_read_pairs(patient.get("refs")),
        ),
        diagnoses=_read_pairs(found.get("diagnoses")),
        related_causes=tuple(found.get("related_causes") or ()),
        refs=_read_pairs(found.get("refs")),
        dates=_read_pairs(found.get("dates")),
        notes=_read_pairs(found.get("notes")),
        pwk=_read_pairs(found.get("pwk")),
        amounts=_read_amounts(found.get("amounts"), where),
        providers=tuple(_read_provider(one) for one in found.get("providers") or ()),
        other_subscribers=tuple(
            _read_other(one, where) for one in found.get("other_subscribers") or ()
        ),
        lines=tuple(_read_line(line, where) for line in found.get("lines") or ()),
    )  # fmt: skip


def read_claims(source: str | os.PathLike[str] | bytes) -> tuple[Claim, ...]:
    """The claims of an 837P file as nouns of the model, with everything a claim can say.

    The defects of the file are told by ``read_x12``; ask it before believing a claim.

    Raises:
        X12Error: what is no X12.
        BadInput: a claim with an amount that cannot be read.
    """
    return tuple(map(claim_from_plain, plain_claims(read_x12(source, details=True))))
