"""Remittances as nouns of the model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from neuroreed.exchange.x12.checks import cents, is_date, is_quantity
from neuroreed.exchange.x12.envelope import read_x12
from neuroreed.model.remittance import (
    Adjustment,
    Procedure,
    ProviderAdjustment,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
    RemittedName,
)

Plain = Mapping[str, Any]


def _cents(text: str | None) -> int | None:
    return None if not text else cents(text)


def _day(text: str | None) -> date | None:
    if not text or not is_date(text):
        return None
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007


def _units(text: str | None) -> Decimal | None:
    return Decimal(text) if text and is_quantity(text) else None


def _pairs(pairs: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(first), str(second or "")) for first, second in pairs or ())


def _procedure(found: Plain | None) -> Procedure | None:
    if not found:
        return None
    return Procedure(
        found["code"] or "",
        tuple(found["modifiers"]),
        found["qualifier"] or "",
        found.get("description") or "",
    )


def _adjustments(found: Any) -> tuple[Adjustment, ...]:
    """An adjustment without a readable amount is left to the defects: it has no cents."""
    return tuple(
        Adjustment(one["group"], one["carc"], value, _units(one.get("quantity")))
        for one in found
        if (value := _cents(one["amount"])) is not None
    )


def _line(found: Plain) -> RemittanceLine:
    return RemittanceLine(
        procedure=_procedure(found["procedure"]) or Procedure("", (), ""),
        charge_cents=_cents(found["charge"]),
        paid_cents=_cents(found["paid"]),
        adjustments=_adjustments(found["adjustments"]),
        units_paid=_units(found["units_paid"]),
        units_submitted=_units(found["units_submitted"]),
        submitted=_procedure(found["submitted_procedure"]),
        revenue=found["revenue"] or "",
        dates=_pairs(found["dates"]),
        refs=_pairs(found["refs"]),
        amounts=_pairs(found["amounts"]),
        remarks=_pairs(found["remarks"]),
        balanced=found["balanced"],
    )


def _name(found: Plain) -> RemittedName:
    return RemittedName(
        found["entity"],
        found["last_or_org"] or "",
        found["first"] or "",
        found.get("middle") or "",
        found.get("suffix") or "",
        found["type"] or "",
        found["id_qual"] or "",
        found["id"] or "",
    )


def _claim(found: Plain) -> RemittanceClaim:
    return RemittanceClaim(
        claim_id=found["claim_id"] or "",
        status=found["status"] or "",
        charge_cents=_cents(found["charge"]),
        paid_cents=_cents(found["paid"]),
        patient_responsibility_cents=_cents(found["patient_responsibility"]),
        filing=found["filing"] or "",
        payer_claim_control=found["payer_claim_control"] or "",
        place_of_service=found.get("place_of_service") or "",
        frequency=found["frequency"] or "",
        adjustments=_adjustments(found["adjustments"]),
        names=tuple(map(_name, found["names"])),
        refs=_pairs(found["refs"]),
        dates=_pairs(found["dates"]),
        amounts=_pairs(found["amounts"]),
        remarks=tuple(found.get("remarks") or ()),
        lines=tuple(map(_line, found["lines"])),
        balanced=found["balanced"],
    )


def remittance_from_plain(found: Plain, interchange: Plain | None = None) -> Remittance:
    """A remittance of the model from one transaction in the shape of ``read_x12``."""
    outer = interchange or {}
    bpr, balancing = found["bpr"], found["balancing"]
    amount = _cents(bpr["amount"])
    return Remittance(
        control_number=found["control"] or "",
        amount_cents=-amount if amount is not None and bpr["credit_debit"] == "D" else amount,
        credit_or_debit=bpr["credit_debit"] or "",
        method=bpr["method"] or "",
        payment_date=_day(bpr["date"]),
        trace_number=found["trn"]["number"] or "",
        originator=found["trn"]["originator"] or "",
        payer_name=found["payer"] or "",
        payee_name=found["payee"]["name"] or "",
        payee_id_qualifier=found["payee"]["qual"] or "",
        payee_id=found["payee"]["id"] or "",
        production_date=_day(found["production_date"]),
        claims=tuple(map(_claim, found["claims"])),
        provider_adjustments=tuple(
            ProviderAdjustment(
                one["provider"] or "",
                one["date"] or "",
                one["reason"] or "",
                one["reference"] or "",
                value,
            )
            for one in found["plb"]
            if (value := _cents(one["amount"])) is not None
        ),
        out_of_balance_cents=_cents(balancing["out_of_balance_by"]),
        balanced=balancing["balanced"] and all(claim["balanced"] for claim in found["claims"]),
        interchange_control=outer.get("control") or "",
        usage=outer.get("usage") or "",
    )


def read_remittances(source: str | os.PathLike[str] | bytes) -> tuple[Remittance, ...]:
    """The remittances of an 835 file as nouns of the model.

    Ask ``read_x12`` for the defects of the file before posting anything; a remittance that
    does not balance says so itself.

    Raises:
        X12Error: what is no X12.
    """
    read = read_x12(source, details=True)
    return tuple(
        remittance_from_plain(transaction, interchange)
        for interchange in read["interchanges"]
        for group in interchange["groups"]
        for transaction in group["transactions"]
        if transaction["type"] == "835"
    )
