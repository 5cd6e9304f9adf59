"""Claims of the model as plain claims, the shape that reading a file gives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from neuroreed.exchange.x12.checks import money
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
