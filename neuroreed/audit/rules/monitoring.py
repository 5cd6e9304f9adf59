"""Remote monitoring: supply by days with data, management by minutes of the month."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "RMON-01",
    title="Short and long management in one month",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-7",
    cites=["rtm-cr-14250#Management codes"],
    confidence="S",
    effective=(date(2026, 1, 1), None),
    says="{code} is billed beside the management code of 20 minutes in the same month.",
    fix="Bill the one that the minutes of the calendar month support.",
)
def both_managements(is_billed, month_has_both_managements):
    """The short code is for months that do not reach twenty minutes."""
    return is_billed and month_has_both_managements


@rule(
    "RMON-02",
    title="Two supplies within 30 days",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="CODES-7",
    cites=["rtm-cr-14250#Supply codes"],
    confidence="S",
    effective=(date(2022, 1, 1), None),
    says="{code} follows another supply after {days_since_supply} days.",
    fix="Bill one supply for each period of 30 days.",
)
def supply_too_soon(is_billed, days_since_supply):
    """One supply code stands for a whole period of thirty days."""
    return is_billed and 0 <= days_since_supply < 30


@rule(
    "RMON-03",
    title="Too few days with data for the supply",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-7",
    cites=["rtm-cr-14250#Supply codes"],
    confidence="S",
    effective=(date(2022, 1, 1), None),
    says="{code} stands for {supply_days_needed} days with data or more; {data_days} are recorded.",
    fix="Bill the supply that the days with data support, or none.",
)
def too_few_data_days(is_billed, data_days, supply_days_needed):
    """The supply is paid for data that came, not for a device that was handed out."""
    return is_billed and data_days < supply_days_needed


@rule(
    "RMON-04",
    title="Too few minutes of management in the month",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-7",
    cites=["rtm-cr-14250#Management codes"],
    confidence="S",
    effective=(date(2022, 1, 1), None),
    says="{code} needs {management_minutes_needed} minutes in the calendar month; "
    "{management_minutes} are recorded.",
    fix="Bill the management code that the minutes of the month support.",
)
def too_few_management_minutes(is_billed, management_minutes, management_minutes_needed):
    """Each further unit needs twenty full minutes; there is no rounding here."""
    return is_billed and management_minutes < management_minutes_needed
