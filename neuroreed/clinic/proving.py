"""What the scores of an episode show: histories, goals with their status, what is due.

Reads only. Who may ask is decided by ``access``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from neuroreed.care import catalogue, goals, trajectory
from neuroreed.care.outcomes import core_sets, words
from neuroreed.care.outcomes.compare import compare
from neuroreed.care.outcomes.library import measure, number
from neuroreed.care.outcomes.proof import Decision, History, Proof, proof
from neuroreed.care.outcomes.proof import Episode as ProofEpisode
from neuroreed.clinic.models import Episode, Goal, PlanOfCare, ScoreRow, Visit
from neuroreed.clinic.skilled import dual_tasks, skills
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Protocol, Score, Verdict

DONE = (Visit.State.SIGNED, Visit.State.ENDED)
# what a patient calls the thing that a measure is about, where the goal has no Spanish text
DOMAINS_ES = {
    "balance": "Su equilibrio",
    "gait": "Cómo camina",
    "motor_control": "Cómo mueve el cuerpo",
    "participation": "Su día a día",
    "strength": "Su fuerza",
    "pain": "Su dolor",
    "coordination": "Su coordinación",
    "posture": "Su postura",
    "proprioception": "Cómo siente su cuerpo",
}


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal with its status; ``status`` is ``None`` where data cannot judge it."""

    id: Any
    label: str
    activity: str
    measure: str
    baseline: str
    target: str
    target_date: date
    limitation: str
    status: goals.GoalStatus | None
    because: str
    attainment: int | None


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One score as it is listed; ``in_force`` is false once another one replaces it."""

    id: Any
    measure: str
    value: str
    unit: str
    taken_on: date
    how: str
    conditions: str
    population: str
    flags: tuple[str, ...]
    in_force: bool
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ClinicPath:
    """What other patients of the clinic with the same condition gained by a number of visits."""

    measure: str
    visit: int
    low: str
    middle: str
    high: str
    unit: str


@dataclass(frozen=True, slots=True)
class ProgressView:
    """Everything the progress page shows. ``proof`` is ``None`` before the first score."""

    episode: Episode
    condition: str
    proof: Proof | None
    goals: tuple[GoalView, ...]
    scores: tuple[ScoreView, ...]
    due: tuple[core_sets.DueMeasure, ...]
    declined: tuple[tuple[str, date, str], ...]
    attainment: Decimal | None
    clinic_paths: tuple[ClinicPath, ...]
    choices: tuple[trajectory.Choice, ...]
    decided: bool


def in_force(episode: Episode, until: date | None = None) -> list[ScoreRow]:
    """The scores that were not replaced, in order of their days."""
    rows = ScoreRow.objects.filter(episode=episode, replaced_by=None)
    if until is not None:
        rows = rows.filter(taken_on__lte=until)
    return list(rows.order_by("taken_on", "at"))


def score(row: ScoreRow) -> Score:
    """A row as the library knows it."""
    return Score(
        measure=row.measure,
        value=Decimal(row.value),
        exact=Decimal(row.exact),
        unit=row.unit,
        how=row.how,
        taken_on=row.taken_on,
        protocol=Protocol(
            device=row.device or None,
            assistance=row.assistance or None,
            side=row.side or None,
            version=row.version or None,
            medication_state=row.medication_state or None,
        ),
        trials=tuple(Decimal(t) for t in row.entered.get("trials", ())),
        flags=tuple(row.flags),
    )


def plan_of(episode: Episode) -> PlanOfCare | None:
    """The latest plan of care."""
    return episode.plans.prefetch_related("goals__limitation").order_by("-version").first()


def histories(episode: Episode, until: date | None = None) -> tuple[History, ...]:
    """The scores by measure and side, those that goals rest on first."""
    plan = plan_of(episode)
    wanted = {goal.measure: goal for goal in plan.goals.all()} if plan else {}
    groups: dict[tuple[str, str], list[ScoreRow]] = {}
    for row in in_force(episode, until):
        groups.setdefault((row.measure, row.side), []).append(row)
    order = list(wanted)
    names = sorted(groups, key=lambda key: order.index(key[0]) if key[0] in order else len(order))
    return tuple(_history(name, side, groups[name, side], wanted.get(name)) for name, side in names)


def _history(name: str, side: str, rows: Sequence[ScoreRow], goal: Goal | None) -> History:
    chosen = measure(name)
    told = f" ({side})" if side else ""
    target = None
    if goal is not None:
        try:
            target = number(goal.target, "target", chosen.scoring.levels)
        except BadInput:
            target = None
    return History(
        measure=name,
        population=rows[0].population,
        scores=tuple(score(row) for row in rows),
        activity=f"{goal.activity if goal else chosen.name}{told}",
        target=target,
        target_date=goal.target_date if goal and target is not None else None,
        activity_es=f"{DOMAINS_ES.get(chosen.domains[0], chosen.name)}{told}",
    )


def condition_name(episode: Episode) -> str:
    """The condition as it is called."""
    names = {known.id: known.name for known in catalogue.conditions()}
    return names.get(episode.condition, "Course of care")


def visit_days(episode: Episode, until: date | None = None) -> tuple[date, ...]:
    """The days of visits that took place."""
    rows = episode.visits.filter(state__in=DONE)
    if until is not None:
        rows = rows.filter(date_of_service__lte=until)
    return tuple(sorted(set(rows.values_list("date_of_service", flat=True))))


def proof_episode(episode: Episode, until: date) -> ProofEpisode | None:
    """An episode as the proof is made from; ``None`` before the first score."""
    found = histories(episode, until)
    if not found:
        return None
    rows = in_force(episode, until)
    last = max(row.taken_on for row in rows)
    decision = episode.decisions.filter(on__gte=last, on__lte=until).order_by("-at").first()
    visits = visit_days(episode, until)
    return ProofEpisode(
        reference=f"Episode {str(episode.pk)[:8]}",
        condition=condition_name(episode),
        starts_on=episode.started_on,
        until=max([last, *visits]),
        visits=visits,
        histories=found,
        skills=skills(episode, until),
        dual_tasks=dual_tasks(rows),
        plan_periods=tuple(
            dict.fromkeys(
                (period.since, period.until)
                for plan in episode.plans.prefetch_related("certifications")
                for period in plan.certifications.all()
                if period.signed_on is not None
            )
        ),
        decision=Decision(trajectory.Choice(decision.choice), decision.because)
        if decision
        else None,
    )


def progress(episode: Episode, *, voice: str, language: str, on: date) -> ProgressView:
    """The progress page of an episode on a day, in one voice."""
    made = proof_episode(episode, on)
    page = proof(made, voice, language=language) if made else None
    plan = plan_of(episode)
    shown = tuple(goal_view(goal, episode, on) for goal in plan.goals.all()) if plan else ()
    choices = (
        dict.fromkeys(choice for item in page.measures for choice in item.course.choices)
        if page
        else {}
    )
    return ProgressView(
        episode=episode,
        condition=condition_name(episode),
        proof=page,
        goals=shown,
        scores=tuple(score_view(row) for row in episode.scores.select_related("by").all()),
        due=due(episode, on=on),
        declined=tuple((row.measure, row.on, row.reason) for row in episode.declined.all()),
        attainment=attainment(plan),
        clinic_paths=clinic_paths(episode, on),
        choices=tuple(choices),
        decided=made is not None and made.decision is not None,
    )


def score_view(row: ScoreRow) -> ScoreView:
    """A score as it is listed."""
    chosen = measure(row.measure)
    parts = [row.device, row.assistance, row.side, row.version, row.medication_state]
    return ScoreView(
        row.pk,
        row.measure,
        words.recorded(chosen, Decimal(row.value)),
        words.unit(chosen),
        row.taken_on,
        row.how,
        ", ".join(part for part in parts if part),
        row.population,
        tuple(row.flags),
        not hasattr(row, "replaced_by"),
        row.reason,
        row.by.get_full_name(),
    )


def goal_view(goal: Goal, episode: Episode, on: date) -> GoalView:
    """A goal with its status from the scores up to a day."""
    last = goal.attainments.order_by("-at").first()
    found, because = None, ""
    try:
        rows = [row for row in in_force(episode, on) if row.measure == measure(goal.measure).id]
        found = goals.status(measurable(goal, rows), score(rows[-1]) if rows else None, on=on)
        because = found.sentence
    except BadInput as error:
        because = f"Data cannot judge this goal: {error}"
    return GoalView(
        goal.pk,
        goal.label,
        goal.activity,
        goal.measure,
        goal.baseline,
        goal.target,
        goal.target_date,
        goal.limitation.activity if goal.limitation else "",
        found,
        because,
        last.level if last else None,
    )


def measurable(goal: Goal, rows: Sequence[ScoreRow]) -> goals.MeasurableGoal:
    """A goal of a plan as the library judges it; the first score tells the test conditions.

    Raises:
        BadInput: the measure is not on file, or a value is no number of its scale.
    """
    chosen = measure(goal.measure)
    aim = goals.Target(
        value=number(goal.target, "target", chosen.scoring.levels),
        rule="as written in the plan",
        beyond_error=None,
        figures=(),
        flags=(),
        sentence="",
    )
    first = rows[0] if rows else None
    return goals.MeasurableGoal(
        id=goal.label,
        activity=goal.activity,
        measure=chosen.id,
        population=goal.population or (first.population if first else "any"),
        baseline=number(goal.baseline, "baseline", chosen.scoring.levels),
        target=aim,
        target_date=goal.target_date,
        limitation_id=goal.limitation.label if goal.limitation else "",
        cpt=(),
        text="",
        patient_text={},
        device=(first.device or None) if first else None,
        side=(first.side or None) if first else None,
    )


def attainment(plan: PlanOfCare | None) -> Decimal | None:
    """Goal attainment of a plan as one number; ``None`` until every goal was rated."""
    rated = [
        goal.attainments.order_by("-at").first() for goal in (plan.goals.all() if plan else ())
    ]
    if not rated or any(row is None for row in rated):
        return None
    return goals.attainment([(row.weight, row.level) for row in rated if row is not None])


def due(
    episode: Episode, *, on: date, occasion: str | None = None
) -> tuple[core_sets.DueMeasure, ...]:
    """What is to be measured now; the occasion follows from the record when none is named."""
    rows = in_force(episode, on)
    last: dict[str, date] = {}
    for row in rows:
        last[row.measure] = row.taken_on
    if occasion is None:
        if episode.ended_on is not None:
            occasion = core_sets.Occasion.DISCHARGE
        else:
            occasion = core_sets.Occasion.PROGRESS_REPORT if rows else core_sets.Occasion.EVALUATION
    reports = episode.visits.filter(
        has_progress_report=True, date_of_service__lte=on, state__in=DONE
    ).values_list("date_of_service", flat=True)
    since = max(reports, default=episode.started_on)
    if rows and occasion != core_sets.Occasion.EVALUATION and since == episode.started_on:
        since = max(since, min(row.taken_on for row in rows))
        since = date.fromordinal(since.toordinal() + 1)  # the evaluation itself is not a re-test
    plan = plan_of(episode)
    wanted = [goal.measure for goal in plan.goals.all()] if plan else []
    known = [name for name in dict.fromkeys(wanted) if _is_known(name)]
    conditions = [episode.condition] if episode.condition else []
    return core_sets.due(
        conditions, occasion=occasion, last_taken=last, since=since, goal_measures=known
    )


def _is_known(name: str) -> bool:
    try:
        measure(name)
    except BadInput:
        return False
    return True


def clinic_paths(episode: Episode, on: date) -> tuple[ClinicPath, ...]:
    """What other patients of the clinic gained by as many visits; only where ten are known."""
    own = visit_days(episode, on)
    found = []
    for name in dict.fromkeys(row.measure for row in in_force(episode, on)):
        others = Episode.objects.filter(condition=episode.condition).exclude(pk=episode.pk)
        rows: dict[Any, list[ScoreRow]] = {}
        for row in ScoreRow.objects.filter(
            episode__in=others, measure=name, replaced_by=None
        ).order_by("taken_on"):
            rows.setdefault(row.episode_id, []).append(row)
        paths = []
        for other in others.filter(pk__in=rows):
            days = visit_days(other)
            by_visit = {
                sum(day <= row.taken_on for day in days): Decimal(row.value)
                for row in rows[other.pk]
            }
            paths.append([trajectory.Point(n, value) for n, value in sorted(by_visit.items())])
        chosen = measure(name)
        step = chosen.recording_precision
        for at in trajectory.clinic_path(paths, [len(own)]):
            low, middle, high = (
                words.plain((Decimal(value) / step).quantize(Decimal(1)) * step)
                for value in (at.low, at.middle, at.high)
            )
            found.append(ClinicPath(name, at.visit, low, middle, high, words.unit(chosen)))
    return tuple(found)


def last_verdicts(episode: Episode, until: date) -> list[str]:
    """Verdicts of the last two re-tests against the baseline, of the measure goals rest on.

    The oldest first; empty before the first re-test.
    """
    for history in histories(episode, until):
        scores = sorted(history.scores, key=lambda one: one.taken_on or date.min)
        if len(scores) < 2:
            continue
        said = []
        for one in scores[1:][-2:]:
            said.append(str(_against(history, scores[0], one)))
        return said
    return []


def decided(episode: Episode, until: date) -> dict[str, Any]:
    """The therapist's decision on the last scores, as facts of a visit; empty without one."""
    made = proof_episode(episode, until)
    if made is None or made.decision is None:
        return {}
    if made.decision.choice is trajectory.Choice.MAINTENANCE:
        return {"maintenance_rationale": made.decision.because}
    return {"plan_change": made.decision.choice is trajectory.Choice.CHANGE_PLAN}


def _against(history: History, first: Score, last: Score) -> Verdict:
    was, now = first.protocol, last.protocol
    return compare(
        history.measure,
        population=history.population,
        baseline=first.value,
        current=last.value,
        baseline_device=was.device,
        current_device=now.device,
        baseline_assistance=was.assistance,
        current_assistance=now.assistance,
        baseline_protocol=was.version,
        current_protocol=now.version,
        baseline_side=was.side,
        current_side=now.side,
        baseline_medication_state=was.medication_state,
        current_medication_state=now.medication_state,
    ).verdict
