"""Duplicates: one line for a code and date."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "DUPL-01",
    title="The same code twice on one claim and date",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-13",
    applies=applies(code_is_listed=1),
    cites=["cms-clm104-c05#20.2", "fcso-one-date-per-line#Lines of a claim"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="{code} with {modifiers} stands on another line of {date_of_service} already.",
    fix="Add the units on one line; keep two lines only where modifiers differ.",
)
def same_line_twice(same_lines_before):
    """Minutes of one code on one date are added and become one line."""
    return same_lines_before > 0


@rule(
    "DUPL-02",
    title="The same code on two claims of one date",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="UNITS-13",
    applies=applies(code_is_listed=1),
    cites=["practice-knowledge#Duplicate claims"],
    confidence="K",
    effective=(date(2000, 4, 1), None),
    says="{code} with {modifiers}: other visits or claims of {date_of_service} have the same line "
    "({same_lines_elsewhere}).",
    fix="Check that it is a second session; then add its minutes and bill one line.",
)
def same_line_on_another_claim(same_lines_elsewhere):
    """A payer sees the second as a copy of the first."""
    return same_lines_elsewhere > 0


@rule(
    "DUPL-03",
    title="One line for several dates",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-13",
    cites=["fcso-one-date-per-line#One date per line"],
    confidence="V",
    effective=(date(2021, 4, 19), None),
    says="{code} names {date_of_service} to {last_date} on one line.",
    fix="Give each date of service its own line.",
)
def line_over_several_dates(is_billed, last_date, date_of_service):
    """Units are limited by the date, so the payer needs to see the dates apart."""
    return is_billed and last_date > date_of_service
