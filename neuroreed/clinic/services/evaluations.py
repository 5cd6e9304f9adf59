"""Begin an evaluation, and make goals from what it found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.care import catalogue
from neuroreed.clinic import access, profile, reporting
from neuroreed.clinic.models import Episode, User, Visit
from neuroreed.clinic.services import outcomes, plans, schedule, visits
from neuroreed.model.errors import BadInput
from neuroreed.policy import codes

EVALUATION_CODES = {"PT": ("97161", "97162", "97163"), "OT": ("97165", "97166", "97167")}
REEVALUATION_CODE = {"PT": "97164", "OT": "97168"}
GOAL_WEEKS = 8


def begin(
    user: User,
    patient_id: UUID,
    *,
    condition: str,
    medical_diagnoses: list[str],
    treatment_diagnoses: list[str],
    onset_date: date | None,
    why_now: str,
    prior_level: str,
    at: datetime,
    history: str = "",
    code: str = "",
) -> Visit:
    """Open an episode and its evaluation visit, with the tile of the evaluation code.

    Raises:
        BadInput: the code is not an evaluation of the discipline.
        Refused: the patient has no coverage today.
    """
    with transaction.atomic():
        chosen = code or _usual(user.discipline)
        if chosen not in EVALUATION_CODES.get(user.discipline, (chosen,)):
            raise BadInput(f"{chosen} is not an evaluation of {user.discipline}.")
        codes.lookup(chosen, profile.local_date(at))
        episode = plans.open_episode(
            user,
            patient_id,
            discipline=user.discipline,
            condition=condition,
            medical_diagnoses=medical_diagnoses,
            treatment_diagnoses=treatment_diagnoses,
            started_on=profile.local_date(at),
            onset_date=onset_date,
            why_now=why_now,
            history=history,
            prior_level=prior_level,
            at=at,
        )
        return _visit(user, episode, "evaluation", chosen, at)


def again(user: User, episode_id: UUID, *, at: datetime) -> Visit:
    """Open a re-evaluation visit of an episode."""
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="treat")
        code = REEVALUATION_CODE.get(user.discipline)
        if code is None:
            raise BadInput("This discipline has no re-evaluation code.")
        return _visit(user, episode, "reevaluation", code, at)


def _usual(discipline: str) -> str:
    found = EVALUATION_CODES.get(discipline)
    if found is None:
        raise BadInput("Name the evaluation code of this discipline.")
    return found[1]


def _visit(user: User, episode: Episode, kind: str, code: str, at: datetime) -> Visit:
    visit = schedule.schedule(
        user, episode_id=episode.pk, clinician_id=user.pk, scheduled_at=at, kind=kind, at=at
    )
    visits.open_visit(user, visit.pk, at=at)
    state = visits.state(user, visit.pk, at=at)
    for activity in state.activities:
        if activity.cpt != code:
            visits.remove_activity(user, visit.pk, activity.id, at=at)
    if all(activity.cpt != code for activity in state.activities):
        visits.add_activity(user, visit.pk, cpt=code, at=at)
    row = visit.activities.get(cpt=code)
    visits.record_fact(
        user, visit.pk, row.pk, field="task", value="history, tests and measures", at=at
    )
    return visit


def proposed_goals(user: User, episode_id: UUID, *, on: date) -> list[dict[str, Any]]:
    """One goal for each measure that was found, its start filled in, the target left open.

    Each is tied to a limitation, so that the plan aims at what the person cannot do.
    """
    episode = access.episode_for(user, episode_id, to="treat")
    limits = list(episode.limitations.all())
    made = []
    seen = set()
    for number, found in enumerate(reporting.latest_findings(episode, on)):
        if found.measure in seen:
            continue
        seen.add(found.measure)
        limit = limits[min(number, len(limits) - 1)] if limits else None
        start = format(found.value.normalize(), "f")
        goal = {
            "activity": limit.activity if limit else "",
            "limitation": limit.label if limit else "",
            "measure": found.measure,
            "population": _population(episode, found.measure),
            "baseline": start,
            "target_date": on + timedelta(weeks=GOAL_WEEKS),
        }
        error = reporting.error_of({**goal, "mdc": ""})
        goal["mdc"] = "" if error is None else format(error.normalize(), "f")
        made.append(goal)
    return made


def _population(episode: Episode, measure: str) -> str:
    """The likely population of a condition for a shipped measure."""
    if not reporting.knows(measure):
        return ""
    found = outcomes.populations(episode, measure)
    return found[0] if found else ""


def measures_of(condition: str) -> tuple[str, ...]:
    """The measures that a condition usually needs, the core set first."""
    for known in catalogue.conditions():
        if known.id == condition:
            return (*known.core_measures, *known.specific_measures)
    return ()
