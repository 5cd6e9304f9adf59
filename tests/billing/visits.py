"""Invented visits for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from neuroreed.billing.charges import ChargeContext
from neuroreed.model.care import Bout, Furnished, TimedActivity, Visit
from neuroreed.model.people import Discipline

ON = date(2026, 3, 2)
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
FEES = {
    "97110": 5500, "97112": 6000, "97116": 5600, "97129": 4000, "97130": 3900, "97140": 5000,
    "97150": 3000, "97161": 15000, "97164": 9000, "97530": 6500, "97124": 4500, "97018": 2000,
    "97165": 15000,
}  # fmt: skip


def bout(cpt: str, start: int, end: int, by: Furnished = Furnished.THERAPIST) -> Bout:
    """Minutes after nine."""
    return Bout(cpt, NINE + timedelta(minutes=start), NINE + timedelta(minutes=end), "c1", by)


def activity(
    cpt: str, minutes: int | None, *times: tuple[int, int], assistant: int = 0
) -> TimedActivity:
    """By a therapist, but for the assistant's minutes."""
    return TimedActivity(
        cpt,
        minutes,
        therapist_minutes=None if minutes is None else minutes - assistant,
        assistant_minutes=assistant,
        bouts=tuple(bout(cpt, *each) for each in times),
    )


def visit(*activities: TimedActivity, **changes: Any) -> Visit:
    """A PT visit of Medicare under a plan."""
    given: dict[str, Any] = {
        "id": "v1",
        "patient_id": "p1",
        "date_of_service": ON,
        "discipline": Discipline.PT,
        "clinician_id": "c1",
        "plan_of_care_id": "poc",
    }
    return Visit(activities=activities, **(given | changes))


def context(**changes: Any) -> ChargeContext:
    """Nothing left of the deductible, little accrued, the plan certified."""
    given: dict[str, Any] = {
        "clinic_fees": FEES,
        "accrued_cents": 20_000,
        "deductible_left_cents": 0,
        "plan_certified": True,
    }
    return ChargeContext(**(given | changes))
