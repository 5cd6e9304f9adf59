"""Claims of the model to plain claims, and back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from neuroreed.exchange.x12.checks import cents, is_date, money
from neuroreed.exchange.x12.envelope import read_x12
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


def _said(**values: Any) -> Plain:
    """Only what is said: empty text, None and empty lists are left out."""
    return {name: value for name, value in values.items() if value}


def _day(on: date | None) -> str | None:
    return None if on is None else f"{on:%Y%m%d}"


def _pairs(pairs: Iterable[Iterable[str]]) -> list[list[str]]:
    return [list(pair) for pair in pairs]


def _address(address: Address | None) -> Plain | None:
    if address is None:
        return None
    found = {
        "line1": address.line1,
        "city": address.city,
        "state": address.state,
        "postal_code": address.postal_code,
    }
    return found | _said(line2=address.line2)


def _contact(contact: Contact) -> Plain:
    return {"name": contact.name or None} | _said(
        phone=contact.phone, extension=contact.extension, email=contact.email, fax=contact.fax
    )


def _billing(found: BillingProvider) -> Plain:
    person = {"type": "1", "first": found.first} if found.first else {}
    return (
        {"name": found.name, "npi": found.npi or None, "tax_id": found.tax_id or None}
        | person
        | _said(
            middle=found.middle,
            suffix=found.suffix,
            taxonomy=found.taxonomy,
            tax_id_kind="" if found.tax_id_kind == "EI" else found.tax_id_kind,
            address=_address(found.address),
            contacts=[_contact(found.contact)] if found.contact else [],
            pay_to={"address": _address(found.pay_to)} if found.pay_to else {},
            refs=_pairs(found.refs),
        )
    )


def _payer(payer: Payer) -> Plain:
    details = _said(address=_address(payer.address))
    return {"payer": payer.name, "payer_id": payer.id} | _said(
        payer_id_qualifier="" if payer.id_qualifier == "PI" else payer.id_qualifier,
        payer_details=details,
    )


def _insured(found: Subscriber | OtherSubscriber) -> Plain:
    return {
        "sequence": found.sequence,
        "relationship": found.relationship or None,
        "filing": found.filing or None,
        "last": found.last,
        "first": found.first or None,
        "member_id": found.member_id or None,
        **_payer(found.payer),
    } | _said(
        middle=found.middle,
        suffix=found.suffix,
        type="" if found.type == "1" else found.type,
        member_id_qualifier="" if found.member_id_qualifier == "MI" else found.member_id_qualifier,
        group_number=found.group_number,
        group_name=found.group_name,
        medicare_secondary=found.medicare_secondary,
        address=_address(found.address),
    )


def _subscriber(found: Subscriber) -> Plain:
    plain = _insured(found) | _said(
        birth_date=_day(found.birth_date), sex=found.sex, refs=_pairs(found.refs)
    )
    if found.payer.refs:
        plain.setdefault("payer_details", {})["refs"] = _pairs(found.payer.refs)
    return plain


def _patient(found: ClaimPatient) -> Plain:
    return {"last": found.last, "first": found.first, "relationship": found.relationship} | _said(
        middle=found.middle,
        suffix=found.suffix,
        address=_address(found.address),
        birth_date=_day(found.birth_date),
        sex=found.sex,
        refs=_pairs(found.refs),
    )


def _provider(found: ClaimProvider) -> Plain:
    return {
        "entity": found.entity,
        "type": found.type,
        "last_or_org": found.last_or_org or None,
        "first": found.first or None,
        "id_qual": (found.id_qualifier or None) if found.id else None,
        "id": found.id or None,
    } | _said(
        middle=found.middle,
        suffix=found.suffix,
        taxonomy=found.taxonomy,
        address=_address(found.address),
        refs=_pairs(found.refs),
    )


def _procedure(found: Procedure) -> Plain:
    plain: Plain = {
        "qualifier": found.qualifier,
        "code": found.code,
        "modifiers": list(found.modifiers),
    }
    return plain | _said(description=found.description)


def _adjustments(found: Iterable[Adjustment]) -> list[Plain]:
    return [
        {"group": one.group, "carc": one.carc, "amount": money(one.amount_cents)}
        | ({} if one.quantity is None else {"quantity": _units(one.quantity)})
        for one in found
    ]


def _amounts(found: Iterable[ClaimAmount]) -> list[list[str]]:
    return [[one.qualifier, money(one.amount_cents)] for one in found]


def _units(units: Decimal | int) -> str:
    text = f"{Decimal(units):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _other(found: OtherSubscriber) -> Plain:
    dates = [["573", "D8", _day(found.adjudicated_on)]] if found.adjudicated_on else []
    return (
        _insured(found)
        | {
            "adjustments": _adjustments(found.adjustments),
            "amounts": _amounts(found.amounts),
            "assignment": found.assignment or None,
            "release": found.release or None,
            "dates": dates,
            "refs": _pairs((*found.payer.refs, *found.refs)),
        }
        | _said(remarks=list(found.remarks), patient_signature=found.patient_signature)
    )


def _adjudication(found: Adjudication) -> Plain:
    dates = [["573", "D8", _day(found.adjudicated_on)]] if found.adjudicated_on else []
    plain: Plain = {
        "payer_id": found.payer_id,
        "paid": money(found.paid_cents),
        "procedure": _procedure(found.procedure),
        "units": _units(found.units),
        "adjustments": _adjustments(found.adjustments),
        "dates": dates,
    } | _said(bundled_line=found.bundled_line)
    if found.remaining_patient_cents is not None:
        plain["remaining"] = money(found.remaining_patient_cents)
    return plain


def _line(found: ClaimLine) -> Plain:
    dates: list[list[str]] = []
    if found.date_of_service is not None:
        first, last = _day(found.date_of_service), _day(found.date_of_service_until)
        dates.append(["472", "RD8", f"{first}-{last}"] if last else ["472", "D8", str(first)])
    return {
        "line": str(found.line_number),
        "procedure": _procedure(found.procedure),
        "charge": money(found.charge_cents),
        "unit_basis": found.unit_basis,
        "units": _units(found.units),
        "place_of_service": found.place_of_service,
        "pointers": [str(pointer) for pointer in found.pointers],
        "dates": dates + _pairs(found.dates),
        "refs": _pairs(found.refs),
        "notes": _pairs(found.notes),
        "providers": [_provider(one) for one in found.providers],
        "adjudications": [_adjudication(one) for one in found.adjudications],
    } | _said(
        emergency="Y" if found.emergency else "",
        pwk=_pairs(found.pwk),
        amounts=_amounts(found.amounts),
    )


def claim_to_plain(claim: Claim) -> Plain:
    """A claim in the shape that ``read_x12(..., details=True)`` gives."""
    total = sum(line.charge_cents for line in claim.lines)
    return {
        "claim_id": claim.claim_id,
        "charge": money(claim.charge_cents),
        "place_of_service": claim.place_of_service or None,
        "frequency": claim.frequency or None,
        "provider_signature": claim.provider_signature or None,
        "assignment": claim.assignment or None,
        "benefits": claim.benefits or None,
        "release": claim.release or None,
        "billing_provider": _billing(claim.billing_provider),
        "subscriber": _subscriber(claim.subscriber),
        "patient": None if claim.patient is None else _patient(claim.patient),
        "diagnoses": _pairs(claim.diagnoses),
        "refs": _pairs(claim.refs),
        "dates": _pairs(claim.dates),
        "notes": _pairs(claim.notes),
        "pwk": _pairs(claim.pwk),
        "amounts": _amounts(claim.amounts),
        "providers": [_provider(one) for one in claim.providers],
        "other_subscribers": [_other(one) for one in claim.other_subscribers],
        "lines": [_line(line) for line in claim.lines],
        "line_charges_sum": money(total),
        "balanced": total == claim.charge_cents,
    } | _said(
        patient_signature=claim.patient_signature,
        related_causes=list(claim.related_causes),
        accident_state=claim.accident_state,
        special_program=claim.special_program,
        delay_reason=claim.delay_reason,
    )


# --- back ---


def _read_day(text: str | None) -> date | None:
    if not text or not is_date(text):
        return None
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007


def _read_cents(text: str | None, where: str) -> int:
    value = None if text is None else cents(text)
    if value is None:
        raise BadInput(f"{where} is no amount of dollars and cents.")
    return value


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
            Decimal(one["quantity"]) if one.get("quantity") else None,
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
        units = Decimal(found.get("units") or "0")
        number = int(found.get("line") or 0)
        pointers = tuple(int(pointer) for pointer in found.get("pointers") or ())
    except (ValueError, ArithmeticError):
        raise BadInput(f"{where}: the number, the units or a pointer cannot be read.") from None
    return ClaimLine(
        line_number=number,
        procedure=_read_procedure(found.get("procedure")),
        charge_cents=_read_cents(found.get("charge"), where),
        units=units,
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
                units=Decimal(one.get("units") or "0"),
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
    from neuroreed.exchange.x12.p837_write import plain_claims

    return tuple(map(claim_from_plain, plain_claims(read_x12(source, details=True))))
