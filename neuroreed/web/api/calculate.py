"""What needs no record: units, fees, expected payment, findings of visits given as data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

import neuroreed
from neuroreed.clinic.plain import plain

router = Router(tags=["calculate"])


class Minutes(Schema):
    """Whole minutes by code; several bouts of a code may be given."""

    minutes: list[tuple[str, int]]
    method: str = "cms"


class Place(Schema):
    """Where and when a service was furnished."""

    on: date
    mac: str | None = None
    locality: str | None = None
    zip5: str | None = None


class FeeAsked(Place):
    """One code on one date."""

    code: str


class ExpectedAsked(Place):
    """Lines as (code, units, modifiers)."""

    lines: list[tuple[str, int, list[str]]]
    payer: str = "medicare_part_b"
    deductible_left: Decimal = Decimal(0)
    participating: bool = True


class AuditAsked(Schema):
    """Visits as data, and the payer to judge them by."""

    visits: list[dict[str, Any]]
    payer: str | None = None


@router.post("units", summary="Units that the minutes support, with the proof")
def units(request: HttpRequest, asked: Minutes) -> Any:
    """The units proof of one visit."""
    return plain(neuroreed.units(asked.minutes, method=asked.method))


@router.post("fee", summary="Fee of one unit of a code")
def fee(request: HttpRequest, asked: FeeAsked) -> Any:
    """Dollars as text; no value is guessed."""
    place = {"mac": asked.mac, "locality": asked.locality, "zip5": asked.zip5}
    return {"fee": str(neuroreed.fee(asked.code, on=asked.on, **place))}


@router.post("expected", summary="Expected payment of the lines of one day, step by step")
def expected(request: HttpRequest, asked: ExpectedAsked) -> Any:
    """Allowed, patient's and payer's part, each with its steps."""
    given = asked.model_dump()
    lines = given.pop("lines")
    return plain(neuroreed.expected(lines, **given))


@router.post("audit", summary="Findings about visits given as data")
def audit(request: HttpRequest, asked: AuditAsked) -> Any:
    """Findings and what could not be assessed."""
    result = neuroreed.audit(asked.visits, payer=asked.payer)
    return {"findings": plain(result.findings), "coverage": plain(result.coverage)}
