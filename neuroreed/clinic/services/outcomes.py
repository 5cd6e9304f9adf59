"""Record scores, decline measures, rate goals, decide on the course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.care import goals as care_goals
from neuroreed.care.outcomes import library, scoring
from neuroreed.care.outcomes.core_sets import Occasion
from neuroreed.care.trajectory import Choice
from neuroreed.clinic import access, events, profile, proving
from neuroreed.clinic.models import (
    Attainment,
    CourseDecision,
    Episode,
    Goal,
    Impairment,
    MeasureDeclined,
    PlanOfCare,
    ScoreRow,
    User,
    Visit,
)
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import plans
from neuroreed.clinic.services.patients import checked
from neuroreed.model.errors import BadInput, NotFound, Refused
from neuroreed.model.measures import Protocol

# the deficit of a note's findings that a measure of a domain shows
CATEGORY = {
    "balance": "balance",
    "gait": "movement_control",
    "motor_control": "movement_control",
    "coordination": "coordination",
    "posture": "posture",
    "proprioception": "proprioception",
}
CONDITIONS = ("device", "assistance", "side", "version", "medication_state")
CONDITION_LENGTH = 40
CENT = Decimal("0.01")


def record(
    user: User,
    episode_id: UUID | str,
    *,
    measure: str,
    population: str,
    occasion: str,
    taken_on: date,
    at: datetime,
    conditions_of_test: Mapping[str, str] | None = None,
    visit_id: UUID | str | None = None,
    replaces: UUID | str | None = None,
    reason: str = "",
    **entered: Any,
) -> ScoreRow:
    """Score a measure from what was recorded, and keep both.

    ``entered`` is one of trials, items, conditions, parts or total, with timed_distance_m and
    statistic where trials need them. A measure of a note's deficits is added to the findings
    of the episode too. ``replaces`` names a wrong score; it stays, with the ``reason``.

    Raises:
        BadInput: outside the scale, trials against the protocol, a day in the future or
            before the episode, another population than the earlier scores of this measure.
        Refused: items of a measure whose licence the clinic does not hold.
    """
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="measure")
        chosen = library.measure(measure)
        library.population(population)
        if taken_on > profile.local_date(at):
            raise BadInput("A measure is not taken in the future.")
        if taken_on < episode.started_on:
            raise BadInput("This day lies before the episode began.")
        wrong = _replaced(episode, chosen.id, replaces, reason)
        _same_population(episode, chosen.id, population, wrong)
        protocol = _protocol(conditions_of_test or {})
        made = scoring.score(chosen.id, protocol=protocol, taken_on=taken_on, **entered)
        row = ScoreRow(
            episode=episode,
            visit=_visit(user, episode, visit_id),
            measure=chosen.id,
            population=population,
            occasion=str(_one(Occasion, occasion, "occasion")),
            value=str(made.value),
            exact=str(made.exact)[:60],
            unit=chosen.unit,
            how=made.how,
            taken_on=taken_on,
            entered=_kept(entered),
            flags=list(made.flags),
            replaces=wrong,
            reason=reason.strip(),
            by=user,
            at=at,
            **{name: getattr(protocol, name) or "" for name in CONDITIONS},
        )
        checked(row)
        row.save(force_insert=True)
        category = CATEGORY.get(chosen.domains[0])
        if category is not None and wrong is None:
            Impairment(
                episode=episode,
                category=category,
                measure=chosen.id,
                value=made.value.quantize(CENT),
                date=taken_on,
                by=user,
            ).save(force_insert=True)
        detail = {"measure": chosen.id, "score": row.pk, "replaces": wrong.pk if wrong else None}
        events.append(user, "score.recorded", episode, detail, at=at)
    return row


def _kept(entered: Mapping[str, Any]) -> dict[str, Any]:
    """What was entered, as text, so that no digit is lost."""
    kept: dict[str, Any] = plain(
        {name: value for name, value in entered.items() if value is not None}
    )
    return kept


def _one(kind: Any, value: str, what: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(each) for each in kind)
        raise BadInput(f"The {what} is one of {known}.") from None


def _protocol(given: Mapping[str, str]) -> Protocol:
    if unknown := set(given) - set(CONDITIONS):
        raise BadInput(f"A test has no {', '.join(sorted(unknown))}.")
    texts = {name: value.strip() for name, value in given.items() if value and value.strip()}
    if any(len(text) > CONDITION_LENGTH for text in texts.values()):
        raise BadInput(f"A condition of the test is at most {CONDITION_LENGTH} characters.")
    return Protocol(**texts)


def _replaced(episode: Episode, name: str, key: UUID | str | None, reason: str) -> ScoreRow | None:
    if key is None:
        return None
    row = episode.scores.filter(pk=key, measure=name).first()
    if row is None:
        raise NotFound(access.NOTHING)
    if hasattr(row, "replaced_by"):
        raise Refused("This score was corrected already: correct the one that replaced it.")
    if not reason.strip():
        raise BadInput("Say why the score was wrong: the old one stays in the record.")
    found: ScoreRow = row
    return found


def _same_population(episode: Episode, name: str, population: str, wrong: ScoreRow | None) -> None:
    """Error and importance belong to a population, so one course has one."""
    earlier = [row for row in proving.in_force(episode) if row.measure == name and row != wrong]
    if earlier and earlier[0].population != population:
        raise BadInput(
            f"The earlier scores of this measure were taken for {earlier[0].population}: the "
            "figures of two populations cannot be mixed. Use the same, or correct the first."
        )


def _visit(user: User, episode: Episode, visit_id: UUID | str | None) -> Visit | None:
    if not visit_id:
        return None
    visit = access.visit_for(user, visit_id, to="edit")
    if visit.episode_id != episode.pk:
        raise NotFound(access.NOTHING)
    return visit


def decline(
    user: User, episode_id: UUID | str, *, measure: str, reason: str, at: datetime
) -> MeasureDeclined:
    """Say why a measure that is due is not taken."""
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="measure")
        if not reason.strip():
            raise BadInput("Say why the measure is not taken.")
        row = MeasureDeclined(
            episode=episode,
            measure=library.measure(measure).id,
            on=profile.local_date(at),
            reason=reason.strip(),
            by=user,
            at=at,
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "measure.declined", episode, {"measure": row.measure}, at=at)
    return row


def rate(
    user: User, goal_id: UUID | str, *, level: int, weight: int = 1, at: datetime
) -> Attainment:
    """Rate how far a goal was attained, -2 to 2, where 0 is as expected."""
    with transaction.atomic():
        goal = Goal.objects.select_related("plan__episode").filter(pk=goal_id).first()
        if goal is None:
            raise NotFound(access.NOTHING)
        access.episode_for(user, goal.plan.episode_id, to="treat")
        care_goals.attainment([(weight, level)])
        row = Attainment(
            goal=goal, level=level, weight=weight, on=profile.local_date(at), by=user, at=at
        )
        row.save(force_insert=True)
        events.append(user, "goal.rated", goal.plan, {"goal": goal.pk, "level": level}, at=at)
    return row


def decide(
    user: User, episode_id: UUID | str, *, choice: str, because: str, at: datetime
) -> CourseDecision:
    """The therapist's decision on the measurements, with its reason.

    Raises:
        Refused: nothing was measured yet.
        BadInput: no reason.
    """
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="treat")
        if not because.strip():
            raise BadInput("Say why: the reason stands on the proof of progress.")
        if not proving.in_force(episode):
            raise Refused("There is nothing to decide on yet: record a measure first.")
        row = CourseDecision(
            episode=episode,
            choice=str(_one(Choice, choice, "decision")),
            because=because.strip(),
            on=profile.local_date(at),
            by=user,
            at=at,
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "course.decided", episode, {"choice": row.choice}, at=at)
    return row


def draft_goal(
    *,
    activity: str,
    measure: str,
    population: str,
    baseline: str,
    rule: str,
    starts_on: date,
    weeks: int,
    limitation: str,
    patient_text: Mapping[str, str] | None = None,
) -> care_goals.MeasurableGoal:
    """A goal as its rule gives it, to be looked at before it is written."""
    return care_goals.goal(
        "G",
        activity=activity,
        measure_id=measure,
        population_name=population,
        baseline=baseline,
        rule=rule,
        starts_on=starts_on,
        weeks=weeks,
        limitation_id=limitation,
        patient_text=patient_text,
    )


def add_goal(
    user: User, episode_id: UUID | str, *, goal: care_goals.MeasurableGoal, at: datetime
) -> PlanOfCare:
    """Write a new version of the plan that has this goal besides those it had.

    Raises:
        Refused: there is no plan yet, or the target lies inside measurement error.
    """
    if goal.target.beyond_error is False:
        raise Refused(
            "This target lies inside measurement error: it could be met by chance. "
            "Choose a larger change or a finer measure."
        )
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="treat")
        last = proving.plan_of(episode)
        if last is None:
            raise Refused("Write the plan of care first: a goal belongs to a plan.")
        kept: list[Mapping[str, Any]] = [_as_given(row) for row in last.goals.all()]
        mdc = next((f for f in goal.target.figures if f.kind == "mdc" and not f.relative), None)
        kept.append(
            {
                "activity": goal.activity,
                "measure": goal.measure,
                "population": goal.population,
                "baseline": str(goal.baseline),
                "target": str(goal.target.value),
                "target_date": goal.target_date,
                "mdc": str(mdc.value) if mdc else None,
                "mdc_unknown": mdc is None,
                "limitation": goal.limitation_id,
            }
        )
        made = plans.write(
            user,
            episode.pk,
            established_on=profile.local_date(at),
            first_treatment_on=max(last.first_treatment_on, profile.local_date(at)),
            duration_days=last.duration_days,
            visits_per_week=last.visits_per_week,
            minutes_per_visit=last.minutes_per_visit,
            planned_cpt=last.planned_cpt,
            planned_techniques=last.planned_techniques,
            goals=kept,
            physician_last=last.physician_last,
            physician_first=last.physician_first,
            physician_npi=last.physician_npi,
            at=at,
        )
        return plans.sign_plan(user, made.pk, at=at)


def _as_given(row: Goal) -> dict[str, Any]:
    return {
        "activity": row.activity,
        "measure": row.measure,
        "population": row.population,
        "baseline": row.baseline,
        "target": row.target,
        "target_date": row.target_date,
        "mdc": row.mdc or None,
        "mdc_unknown": row.mdc_unknown,
        "limitation": row.limitation.label if row.limitation else None,
    }


def populations(episode: Episode, measure: str) -> Sequence[str]:
    """The populations to choose from, the likely one first: earlier scores, the goal, figures."""
    rows = [row.population for row in proving.in_force(episode) if row.measure == measure]
    plan = proving.plan_of(episode)
    goals = [g.population for g in (plan.goals.all() if plan else ()) if g.measure == measure]
    near = [name for name in library.populations() if name.startswith(episode.condition[:6] or "-")]
    figures = [figure.population for figure in library.measure(measure).figures]
    likely = [name for name in near if name in figures]
    listed = [*rows[:1], *goals, *likely, *near, *figures, *library.populations()]
    return list(dict.fromkeys(name for name in listed if name))
