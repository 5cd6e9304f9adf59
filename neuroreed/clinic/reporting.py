"""The facts of a report between visits: read from the record, joined by what a person said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from neuroreed.care.outcomes.compare import compare
from neuroreed.care.outcomes.library import measure as measure_of
from neuroreed.clinic import convert, profile, proving, treatment
from neuroreed.clinic.models import (
    Document,
    Episode,
    FunctionalLimitation,
    Goal,
    Impairment,
    PlanOfCare,
    User,
    Visit,
)
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Verdict
from neuroreed.policy.parameters import as_of

GAIN = (Verdict.BEYOND_MCID, Verdict.BEYOND_MDC)
# what only a treatment note holds
OF_TREATMENT = ("interventions", "billing", "modifiers", "previous_visits", "statement", "hep")


def plan_of(episode: Episode) -> PlanOfCare | None:
    """The plan in force."""
    return episode.plans.order_by("-version").first()


def last_visit(episode: Episode, on: date) -> Visit | None:
    """The visit that a report of a day belongs to: the last one that began."""
    return (
        Visit.objects.filter(episode=episode, date_of_service__lte=on, state__in=treatment.GIVEN)
        .select_related("patient", "episode", "plan", "coverage", "clinician", "supervisor")
        .order_by("-scheduled_at")
        .first()
    )


def first_booked(episode: Episode) -> Visit | None:
    """The first visit that is booked: the plan of care is written before treatment begins."""
    return (
        Visit.objects.filter(episode=episode, state=Visit.State.SCHEDULED)
        .select_related("patient", "episode", "plan", "coverage", "clinician", "supervisor")
        .order_by("scheduled_at")
        .first()
    )


def anchor(episode: Episode, kind: str, on: date) -> Visit | None:
    """The visit that a report is kept with."""
    visit = last_visit(episode, on)
    return first_booked(episode) if visit is None and kind == "plan_of_care" else visit


def facts(document: Document, visit: Visit, author: User, at: datetime) -> dict[str, Any]:
    """The facts of a report as if signed now."""
    on = profile.local_date(at)
    convert.loaded(visit)
    plan = document.plan or plan_of(document.episode)
    made = convert.visit_facts(
        visit, convert.timed(visit), at=at, signer=author, with_previous=False
    )
    for name in OF_TREATMENT:
        made.pop(name, None)
    entries = document.entries
    made["date_of_service"] = on.isoformat()
    made["impairments"] = findings(document, plan, on)
    made["functional_limitations"] = [
        function(limit, entries, on) for limit in document.episode.limitations.all()
    ]
    if plan is not None:
        made["goals"] = [convert.goal_facts(goal) for goal in plan.goals.all()]
        made["poc"] |= {
            name: entries[name] for name in ("discharge_plan", "prognosis") if entries.get(name)
        }
    if rationale := entries.get("maintenance_rationale"):
        made["progress"] = {**made["progress"], "maintenance_rationale": rationale}
    if document.kind != "plan_of_care":
        made["report"] = report(document, plan, on)
    if document.kind == "recertification":
        made["recertification"] = {
            name: entries.get(name) for name in ("certified_from", "certified_to", "justification")
        }
    if document.kind == "discharge":
        made["discharge"] = {
            "date": entries.get("date"),
            "began": convert.day(document.episode.started_on),
            "last_visit": convert.day(visit.date_of_service),
            "treatment_days": len({d.on for d in treatment.days(document.episode_id, on)}),
            "reason": entries.get("reason"),
            "recommendations": entries.get("recommendations"),
        }
    return made


def findings(document: Document, plan: PlanOfCare | None, on: date) -> list[dict[str, Any]]:
    """The last finding of each measure; a value that this report gives counts as found today."""
    measures = {goal.label: goal.measure for goal in plan.goals.all()} if plan else {}
    entered = {
        measures[label]: given
        for label, given in (document.entries.get("values") or {}).items()
        if label in measures and given.get("value")
    }
    made = []
    for found in latest_findings(document.episode, on):
        given = entered.get(found.measure) or {}
        made.append(
            {
                "category": found.category,
                "measure": found.measure,
                "value": convert.number(given.get("value") or found.value),
                "date": (given.get("date") or on.isoformat()) if given else convert.day(found.date),
            }
        )
    return made


def function(limit: FunctionalLimitation, entries: Mapping[str, Any], on: date) -> dict[str, Any]:
    """A limitation as it stands, with what this report says of it."""
    made = convert.limitation_facts(limit, on)
    now = (entries.get("function") or {}).get(limit.label)
    if now in (None, ""):
        return made
    made.setdefault("at_start", made["value"])
    made.setdefault("started", made["date"])
    return made | {"value": convert.number(now), "date": on.isoformat()}


def latest_findings(episode: Episode, on: date) -> list[Impairment]:
    """The last finding of each measure of each category, up to a day."""
    found: dict[tuple[str, str], Impairment] = {}
    for row in episode.impairments.filter(date__lte=on).order_by("date", "pk"):
        found[(row.category, row.measure)] = row
    return list(found.values())


def report(document: Document, plan: PlanOfCare | None, on: date) -> dict[str, Any]:
    """Period, treatment days, each goal now, and what the therapist says about it."""
    entries = document.entries
    since = entries.get("period_from") or convert.day(period_began(document, on))
    values = entries.get("values") or {}
    goals = []
    for goal in plan.goals.all() if plan else ():
        entered = values.get(goal.label) or {}
        now = goal_now(goal, on)
        value = entered.get("value") or now.get("value")
        taken = entered.get("date") or (on.isoformat() if entered.get("value") else now.get("date"))
        verdict, _sentence = judged(goal, value)
        goals.append(
            {
                "id": goal.label,
                "value": convert.number(value) if value not in (None, "") else None,
                "date": taken,
                "verdict": verdict,
                "status": entered.get("status") or reached(goal, value),
            }
        )
    changes = entries.get("goal_changes")
    given = treatment.days(document.episode_id, on)
    return {
        "period_from": since,
        "period_to": entries.get("period_to") or on.isoformat(),
        "treatment_days": len({d.on for d in given if since and d.on.isoformat() >= since}),
        "goals": goals,
        "reason_no_progress": entries.get("reason_no_progress"),
        "continue_reason": entries.get("continue_reason"),
        "goal_changes": changes if isinstance(changes, list) else None,
    }


def period_began(document: Document, on: date) -> date | None:
    """The first treatment day after the last report; for a discharge the same."""
    done = treatment.reports(document.episode_id, on)
    days = sorted({day.on for day in treatment.days(document.episode_id, on)})
    after = [day for day in days if not done or day > max(done)]
    if after:
        return after[0]
    return days[-1] if days else None


def goal_now(goal: Goal, on: date) -> dict[str, Any]:
    """The last value of a goal's measure, from findings and scores, with its day."""
    episode = goal.plan.episode
    found: list[tuple[date, str]] = [
        (row.date, format(row.value.normalize(), "f"))
        for row in episode.impairments.filter(measure=goal.measure, date__lte=on)
    ]
    found += [
        (row.taken_on, row.value)
        for row in proving.in_force(episode, on)
        if row.measure == goal.measure
    ]
    if not found:
        return {}
    taken, value = max(found, key=lambda pair: pair[0])
    return {"value": value, "date": taken.isoformat()}


def decimal(value: object) -> Decimal | None:
    """An exact number, or nothing."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def judged(goal: Goal, value: object) -> tuple[str | None, str]:
    """What a value says against the goal's start, and the sentence of the comparison.

    The measure's own figures judge first; where they cannot, the error that the plan names.
    """
    current, start = decimal(value), decimal(goal.baseline)
    if current is None or start is None:
        return None, ""
    try:
        change = compare(goal.measure, population=goal.population, baseline=start, current=current)
    except BadInput:
        change = None
    if change is not None and change.verdict is not Verdict.INDETERMINATE:
        return str(change.verdict), change.sentence
    error, target = decimal(goal.mdc) if goal.mdc else None, decimal(goal.target)
    if error is None or target is None:
        return str(Verdict.INDETERMINATE), change.sentence if change else ""
    if abs(current - start) < error:
        return str(Verdict.WITHIN_ERROR), f"The change is within the error of {error}."
    better = (current > start) == (target > start)
    verdict = Verdict.BEYOND_MDC if better else Verdict.WORSE
    return str(verdict), f"The change is beyond the error of {error}."


def reached(goal: Goal, value: object) -> str | None:
    """Whether the target is met."""
    current, start, target = decimal(value), decimal(goal.baseline), decimal(goal.target)
    if current is None or start is None or target is None:
        return None
    met = current >= target if target >= start else current <= target
    return "met" if met else "not met"


def within_error(goals: Iterable[Mapping[str, Any]]) -> list[str]:
    """A sentence for each goal whose target the measure cannot tell from its start."""
    said = []
    for number, goal in enumerate(goals, start=1):
        start, target = decimal(goal.get("baseline")), decimal(goal.get("target"))
        error = error_of(goal)
        if start is None or target is None or error is None or goal.get("mdc_unknown"):
            continue
        if abs(target - start) < error:
            least = start + error if target >= start else start - error
            said.append(
                f"Goal {number}: from {start} to {target} is within the measurement error of "
                f"{error}: aim at {least} or beyond, or choose another measure."
            )
    return said


def error_of(goal: Mapping[str, Any]) -> Decimal | None:
    """The measurement error of a goal: as given, else the measure's own figure."""
    if goal.get("mdc") not in (None, ""):
        return decimal(goal["mdc"])
    start = decimal(goal.get("baseline"))
    if not goal.get("population") or start is None:
        return None
    try:
        return compare(
            str(goal["measure"]), population=str(goal["population"]), baseline=start, current=start
        ).mdc
    except BadInput:
        return None


def knows(measure: str) -> bool:
    """Whether a measure is one of the shipped ones."""
    try:
        measure_of(measure)
    except BadInput:
        return False
    return True


def next_period(plan: PlanOfCare, on: date, payer: str) -> tuple[date, date]:
    """The period a recertification asks for: it follows on, and is as long as allowed."""
    last = max((period.until for period in plan.certifications.all()), default=None)
    since = last + timedelta(days=1) if last is not None and last >= on else on
    longest = as_of("certification_period_days", since, payer=payer).value
    return since, since + timedelta(days=min(plan.duration_days, longest) - 1)
