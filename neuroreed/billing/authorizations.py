"""Authorizations: what is used, when it runs out, and what the next request says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from neuroreed.model.care import PlanOfCare
from neuroreed.model.errors import BadInput
from neuroreed.model.people import Clinic, Coverage, Patient

LOW_VISITS = 3
"""Visits left at which there is hardly time to ask for more."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a payer allowed. ``visits`` and ``units`` are ``None`` where it set no such limit.

    Empty ``codes``: all codes. Both days are included.
    """

    number: str
    payer: str
    first_day: date
    last_day: date
    visits: int | None = None
    units: int | None = None
    codes: frozenset[str] = frozenset()
    discipline: str = ""

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise BadInput("An authorization ends before it begins.")
        if any(limit is not None and limit < 0 for limit in (self.visits, self.units)):
            raise BadInput("An authorization allows no fewer than zero visits or units.")


@dataclass(frozen=True, slots=True)
class Use:
    """Units of one code that were billed on a day; ``visit_id`` tells sessions of a day apart."""

    on: date
    cpt: str
    units: int
    visit_id: str
    discipline: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used of an authorization. Left is ``None`` where there is no such limit.

    ``outside``: uses of its codes that lie before its first or after its last day.
    """

    visits: int
    units: int
    visits_left: int | None
    units_left: int | None
    outside: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """When an authorization runs out.

    ``state``: not_yet, open, low, used_up or expired. ``runs_out_on`` is the day of the last
    visit that it covers, or its last day; ``None`` when no use is in sight before its end.
    ``uncovered`` are booked days that it does not cover.
    """

    usage: Usage
    state: str
    runs_out_on: date | None
    because: str
    uncovered: tuple[date, ...]
    visits_per_week: Decimal | None
    says: str


def used(authorization: Authorization, uses: Iterable[Use]) -> Usage:
    """Visits and units counted from what was billed: a visit counts once, whatever its codes."""
    mine = [one for one in uses if _concerns(authorization, one)]
    inside = [one for one in mine if authorization.first_day <= one.on <= authorization.last_day]
    visits = len({(one.on, one.visit_id) for one in inside})
    units = sum(one.units for one in inside)
    return Usage(
        visits,
        units,
        None if authorization.visits is None else authorization.visits - visits,
        None if authorization.units is None else authorization.units - units,
        tuple(one for one in mine if one not in inside),
    )


def _concerns(authorization: Authorization, use: Use) -> bool:
    if authorization.codes and use.cpt not in authorization.codes:
        return False
    return not authorization.discipline or use.discipline in ("", authorization.discipline)


def forecast(
    authorization: Authorization,
    uses: Sequence[Use],
    *,
    booked: Iterable[date],
    on: date,
    average_days: int = 28,
) -> Forecast:
    """When the authorization runs out, from the booked visits and, beyond them, average use.

    Args:
        authorization: what the payer allowed.
        uses: what was billed; those of today and before count.
        booked: days of visits that are planned after today.
        on: today.
        average_days: how many past days make the average.
    """
    usage = used(authorization, uses)
    ahead = sorted(day for day in booked if day > on)
    mine = [one for one in uses if _concerns(authorization, one)]
    recent = {
        (one.on, one.visit_id) for one in mine if on - timedelta(days=average_days) < one.on <= on
    }
    units_of = sum(one.units for one in mine if (one.on, one.visit_id) in recent)
    pace = Decimal(len(recent) * 7) / average_days if recent else None
    per_visit = -(-units_of // len(recent)) if recent else None
    left, limit = _visits_in_reach(usage, per_visit)
    covered: list[date] = []
    uncovered: list[date] = []
    for day in ahead:  # two visits of one day are two visits
        inside = authorization.first_day <= day <= authorization.last_day
        fits = inside and (left is None or len(covered) < left)
        (covered if fits else uncovered).append(day)
    state = _state(authorization, usage, left, on)
    last, because = _end(authorization, left, limit, covered, pace, on)
    return Forecast(
        usage,
        state,
        last,
        because,
        tuple(uncovered),
        pace,
        _words(authorization, usage, state, last, because, uncovered),
    )


def _visits_in_reach(usage: Usage, per_visit: int | None) -> tuple[int | None, str]:
    """How many more visits fit, and which limit it is."""
    limits = []
    if usage.visits_left is not None:
        limits.append((usage.visits_left, "visits"))
    if usage.units_left is not None and per_visit:
        limits.append((usage.units_left // per_visit, "units"))
    elif usage.units_left is not None and usage.units_left <= 0:
        limits.append((0, "units"))
    return min(limits) if limits else (None, "dates")


def _state(authorization: Authorization, usage: Usage, left: int | None, on: date) -> str:
    if on > authorization.last_day:
        return "expired"
    if any(amount is not None and amount <= 0 for amount in (usage.visits_left, usage.units_left)):
        return "used_up"
    if on < authorization.first_day:
        return "not_yet"
    return "low" if left is not None and left <= LOW_VISITS else "open"


def _end(
    authorization: Authorization,
    left: int | None,
    limit: str,
    covered: Sequence[date],
    pace: Decimal | None,
    on: date,
) -> tuple[date | None, str]:
    end = authorization.last_day
    if on > end:
        return end, "It has expired."
    if left is None:
        return end, "It has no limit but its last day."
    if left <= 0:
        return on, f"Its {limit} are used up."
    if len(covered) >= left:
        return covered[left - 1], f"By the booked visits its {limit} are used up then."
    if pace:
        start = covered[-1] if covered else on
        rest = left - len(covered)
        day = start + timedelta(days=int(-(-rest * 7 // pace)))
        if day < end:
            return (
                day,
                f"By booked visits and {pace:.1f} visits a week its {limit} last until then.",
            )
    return end, "Its last day comes before its visits are used up."


def _words(
    authorization: Authorization,
    usage: Usage,
    state: str,
    last: date | None,
    because: str,
    uncovered: Sequence[date],
) -> str:
    parts = []
    if usage.visits_left is not None:
        parts.append(f"{usage.visits} of {authorization.visits} visits used")
    if usage.units_left is not None:
        parts.append(f"{usage.units} of {authorization.units} units used")
    counted = "; ".join(parts) or f"{usage.visits} visits used"
    when = f" Runs out on {last}." if last is not None and state in ("open", "low") else ""
    count = len(uncovered)
    late = f" {count} booked visit{' is' if count == 1 else 's are'} not covered." if count else ""
    return f"{counted}, valid until {authorization.last_day}.{when} {because}{late}"


@dataclass(frozen=True, slots=True)
class RequestField:
    """One answer of a request form and the fact it comes from; empty when nobody recorded it."""

    label: str
    value: str
    path: str


@dataclass(frozen=True, slots=True)
class RequestData:
    """A request for an authorization, pre-filled; ``missing`` are the questions left."""

    fields: tuple[RequestField, ...]
    missing: tuple[str, ...]


Measure = tuple[str, str, str, date]
"""Name, baseline, current value, day of the current value."""


def request(
    *,
    patient: Patient,
    coverage: Coverage,
    clinic: Clinic,
    plan: PlanOfCare,
    measures: Sequence[Measure] = (),
    visits_asked: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    before: Authorization | None = None,
    usage: Usage | None = None,
) -> RequestData:
    """A request filled from plan and measures; nothing is made up for a field nobody recorded."""
    goals = "; ".join(
        f"{goal.activity}: {goal.measure} from {goal.baseline} to {goal.target} "
        f"by {goal.target_date}"
        for goal in plan.goals
    )
    progress = "; ".join(
        f"{name}: {baseline} at first, {current} on {day}"
        for name, baseline, current, day in measures
    )
    asked = "" if visits_asked is None else str(visits_asked)
    period = f"{first_day} to {last_day}" if first_day and last_day else ""
    fields = [
        RequestField("Patient", f"{patient.last_name}, {patient.first_name}", "patient.name"),
        RequestField("Born", f"{patient.birth_date}", "patient.birth_date"),
        RequestField("Member number", coverage.member_id, "coverage.member_id"),
        RequestField("Payer", coverage.payer_name, "coverage.payer_name"),
        RequestField("Clinic", clinic.name, "clinic.name"),
        RequestField("Clinic NPI", clinic.npi, "clinic.npi"),
        RequestField("Clinic telephone", clinic.phone, "clinic.phone"),
        RequestField("Discipline", plan.discipline.value, "plan_of_care.discipline"),
        RequestField(
            "Medical diagnoses", ", ".join(plan.medical_diagnoses), "plan_of_care.medical_diagnoses"
        ),
        RequestField(
            "Treatment diagnoses",
            ", ".join(plan.treatment_diagnoses),
            "plan_of_care.treatment_diagnoses",
        ),
        RequestField("Codes planned", ", ".join(plan.planned_cpt), "plan_of_care.planned_cpt"),
        RequestField(
            "Frequency", f"{plan.visits_per_week} visits a week", "plan_of_care.visits_per_week"
        ),
        RequestField("Duration", f"{plan.duration_days} days", "plan_of_care.duration_days"),
        RequestField(
            "First treatment", f"{plan.first_treatment_on}", "plan_of_care.first_treatment_on"
        ),
        RequestField("Goals", goals, "plan_of_care.goals"),
        RequestField("Progress", progress, "measures"),
        RequestField("Ordering NPI", plan.physician_npi or "", "plan_of_care.physician_npi"),
        RequestField("Visits asked for", asked, "request.visits"),
        RequestField("Dates asked for", period, "request.dates"),
    ]
    if before is not None:
        fields.append(RequestField("Authorization before", before.number, "authorization.number"))
    if usage is not None:
        fields.append(RequestField("Visits used", str(usage.visits), "authorization.used"))
    missing = tuple(f"{one.label} ({one.path})" for one in fields if not one.value.strip())
    return RequestData(tuple(fields), missing)
