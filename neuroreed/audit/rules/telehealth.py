"""Telehealth: whether therapists may furnish it on the date, and which codes."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "TELE-01",
    title="Telehealth by a therapist is not allowed on the date",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-9",
    applies=applies(is_part_b=1),
    cites=["telehealth-therapists#Dates"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{code} was given by telehealth on {date_of_service}; no permission covers that date.",
    fix="Hold the line until a permission covers the date, or do not bill it.",
)
def telehealth_not_allowed(is_by_telehealth, is_billed, telehealth_is_allowed):
    """Permission for therapists comes by law for a time, and ends."""
    return is_by_telehealth and is_billed and not telehealth_is_allowed


@rule(
    "TELE-02",
    title="The code is not on the telehealth list",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-9",
    applies=applies(is_part_b=1, is_by_telehealth=1),
    cites=["telehealth-therapists#List of codes"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{code} was given by telehealth on {date_of_service} and is not on the list.",
    fix="Do not bill it as telehealth; choose the service that was really given.",
)
def code_not_on_telehealth_list(is_billed, telehealth_since, date_of_service):
    """Only listed codes may be furnished from afar."""
    listed = 0 < telehealth_since <= date_of_service
    return is_billed and not listed


@rule(
    "TELE-03",
    title="Modifier and place do not agree about telehealth",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-9",
    cites=["ngs-therapy#Telehealth"],
    confidence="K",
    effective=(date(2020, 3, 1), None),
    says="{code} has place of service {place_of_service} and modifiers {modifiers}.",
    fix="Use place 10 at home or 02 elsewhere together with 95; or neither.",
)
def telehealth_half_said(is_billed, has_telehealth_modifier, is_place_of_telehealth):
    """Place and modifier tell the same story or the line is returned."""
    return is_billed and has_telehealth_modifier != is_place_of_telehealth
