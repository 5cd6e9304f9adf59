"""The value behind the session screen."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from neuroreed.care import catalogue
from neuroreed.care import session as care_session
from neuroreed.clinic import access, boards, convert, profile
from neuroreed.clinic.models import Activity, User, Visit
from neuroreed.clinic.values import ActivityState, SessionState
from neuroreed.model.errors import NotFound
from neuroreed.policy import codes

TILES = ("97112", "97110", "97116", "97530", "97140", "97535", "97113", "97150", "97032", "97542")
# a technique that was not used for this many visits has no last dose any more
LOOKED_THROUGH = 12


def session_state(user: User, visit: Visit, *, at: datetime, stale: bool = False) -> SessionState:
    """Everything the session screen shows at the moment ``at``."""
    with profile.held():
        return _state(user, convert.loaded(visit), at, stale)


def _state(user: User, visit: Visit, at: datetime, stale: bool) -> SessionState:
    from neuroreed.clinic.services import charges

    under_way = visit.state == Visit.State.OPEN
    time = convert.timed(visit, until=at if under_way else None)
    rows = list(visit.activities.all())
    assessed = charges.assess(visit, time, at=at) if time.bouts else None
    proof = assessed.proof if assessed else None
    last = _last_facts(visit)
    started = time.started_at
    ended = at if under_way else time.ended_at
    events = list(visit.timer_events.all())
    running = time.running
    by_id = {activity.id: activity for activity in time.activities}
    return SessionState(
        visit_id=visit.pk,
        patient_id=visit.patient_id,
        patient_name=visit.patient.name,
        precautions=tuple(visit.patient.precautions),
        condition=boards.condition_name(visit.episode.condition),
        payer=visit.coverage.payer_name,
        discipline=visit.discipline,
        clinician_name=str(visit.clinician),
        state=visit.state,
        date_of_service=visit.date_of_service,
        now=at,
        scheduled_at=visit.scheduled_at,
        started_at=started,
        ended_at=None if under_way else time.ended_at,
        elapsed_seconds=int((ended - started).total_seconds()) if started and ended else 0,
        timed_minutes=time.timed_minutes,
        total_minutes=time.total_minutes,
        timed_seconds=sum(a.seconds for a in time.activities if a.is_timed),
        running_id=UUID(running[0]) if running else None,
        paused=time.paused,
        activities=tuple(_tile(row, by_id.get(str(row.pk)), time, last) for row in rows),
        proof_steps=tuple(str(step) for step in proof.steps) if proof else (),
        units=dict(proof.units) if proof else None,
        total_units=proof.total_units if proof else None,
        findings=tuple(assessed.findings) if assessed else (),
        gaps=tuple(assessed.gaps) if assessed else (),
        problems=time.problems,
        goals=tuple(visit.plan.goals.all()) if visit.plan else (),
        addable=_addable(),
        visit_facts=visit.facts,
        version=events[-1].sequence if events else 0,
        stale=stale,
        may_time=under_way and _may(user, visit, "time"),
        may_sign=visit.state == Visit.State.ENDED and _may(user, visit, "sign"),
    )


def activity_state(visit: Visit, activity_id: UUID | str, *, at: datetime) -> ActivityState:
    """One tile with what was recorded last, without judging the visit.

    Raises:
        NotFound: the visit has no such activity.
    """
    time = convert.timed(convert.loaded(visit), until=at if visit.state == "open" else None)
    by_id = {activity.id: activity for activity in time.activities}
    for row in visit.activities.all():
        if str(row.pk) == str(activity_id):
            return _tile(row, by_id.get(str(row.pk)), time, _last_facts(visit))
    raise NotFound("There is no such activity in this visit.")


def _may(user: User, visit: Visit, to: str) -> bool:
    try:
        access.visit_for(user, visit.pk, to=to)
    except NotFound:
        return False
    return True


def _last_facts(visit: Visit) -> dict[tuple[str, str], dict[str, Any]]:
    """What was recorded last of each code and technique of the episode.

    Not every technique is used every day, so more than one visit is looked through.
    """
    before = (
        Visit.objects.filter(
            episode_id=visit.episode_id,
            scheduled_at__lt=visit.scheduled_at,
            state=Visit.State.SIGNED,
        )
        .prefetch_related("activities")
        .order_by("-scheduled_at")[:LOOKED_THROUGH]
    )
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for visit_before in before:
        for row in visit_before.activities.all():
            if row.facts:
                found.setdefault((row.cpt, row.technique), row.facts)
    return found


def _addable() -> tuple[tuple[str, str], ...]:
    found = [(cpt, codes.get(cpt)) for cpt in TILES]
    return tuple((cpt, code.label) for cpt, code in found if code)


def _tile(
    row: Activity,
    time: care_session.ActivityTime | None,
    session: care_session.Session,
    last: dict[tuple[str, str], dict[str, Any]],
) -> ActivityState:
    code = codes.get(row.cpt)
    technique = catalogue.find_technique(row.technique)
    words = catalogue.vocabulary()
    return ActivityState(
        id=row.pk,
        label=row.label,
        order=row.order,
        cpt=row.cpt,
        code_label=code.label if code else "",
        technique=row.technique,
        technique_name=technique.name if technique else "",
        is_timed=time.is_timed if time else (code is None or str(code.timing) != "untimed"),
        is_planned=row.is_planned,
        running=time.running if time else False,
        paused=session.paused and time is not None and not time.running,
        minutes=time.minutes if time else 0,
        seconds=time.seconds if time else 0,
        has_time=time is not None and bool(time.bouts),
        corrected=any(c.activity_id == str(row.pk) for c in session.corrections),
        bouts=tuple((bout.start, bout.end) for bout in time.bouts) if time else (),
        facts=row.facts,
        last_facts=last.get((row.cpt, row.technique), {}),
        dosage_fields=technique.dosage_fields if technique else (),
        assist_levels=words.assist_levels,
        cue_types=words.cue_types,
        decision_values=words.decision_values,
    )
