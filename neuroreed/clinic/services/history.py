"""Bring in visits that were recorded elsewhere: on paper, or in another system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from neuroreed.clinic import access, events, profile
from neuroreed.clinic.models import (
    Activity,
    Authorization,
    Coverage,
    Episode,
    PlanOfCare,
    SignedNote,
    TimerEvent,
    User,
    Visit,
)
from neuroreed.clinic.services import notes
from neuroreed.model.billing import Charge
from neuroreed.model.errors import BadInput, NotFound


@dataclass(frozen=True, slots=True)
class PastActivity:
    """One activity of a past visit: when it ran, by whom, and its facts.

    ``facts`` are named as in the facts of a visit. ``end`` is ``None`` when nobody stopped it.
    """

    cpt: str
    technique: str
    start: datetime
    end: datetime | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    furnished: str = "therapist"


@dataclass(frozen=True, slots=True)
class PastVisit:
    """One past visit as its source tells it. ``ended_at`` is ``None`` while it is open."""

    episode: Episode
    plan: PlanOfCare | None
    coverage: Coverage
    clinician: User
    scheduled_at: datetime
    activities: Sequence[PastActivity]
    ended_at: datetime | None
    kind: str = "treatment"
    authorization: Authorization | None = None
    supervisor: User | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    has_progress_report: bool = False


def record(user: User, past: PastVisit, *, at: datetime) -> Visit:
    """Write a past visit with its times; its note still waits for the clinician.

    Only its own clinician may, and it must not lie in the future.
    """
    if not access.active(user) or user.pk != past.clinician.pk or not user.treats:
        raise NotFound(access.NOTHING)
    if past.scheduled_at > at or (past.ended_at or at) > at:
        raise BadInput("A visit of the future cannot have been recorded.")
    with transaction.atomic():
        visit = _visit(past)
        visit.save(force_insert=True)
        activities = [
            Activity(
                id=uuid4(),
                visit=visit,
                label=f"I{order}",
                order=order,
                cpt=given.cpt,
                technique=given.technique,
                facts=dict(given.facts),
                is_planned=past.plan is not None and given.cpt in past.plan.planned_cpt,
            )
            for order, given in enumerate(past.activities, start=1)
        ]
        Activity.objects.bulk_create(activities)
        TimerEvent.objects.bulk_create(_taps(visit, past, activities))
        events.append(user, "visit.recorded", visit, at=at)
    return visit


def _visit(past: PastVisit) -> Visit:
    begun = bool(past.activities)
    state = Visit.State.SCHEDULED
    if begun:
        state = Visit.State.ENDED if past.ended_at else Visit.State.OPEN
    return Visit(
        id=uuid4(),
        patient_id=past.episode.patient_id,
        episode=past.episode,
        plan=past.plan,
        coverage=past.coverage,
        authorization=past.authorization,
        clinician=past.clinician,
        supervisor=past.supervisor,
        discipline=past.episode.discipline,
        kind=past.kind,
        date_of_service=profile.local_date(past.scheduled_at),
        scheduled_at=past.scheduled_at,
        state=state,
        place_of_service=profile.profile().place_of_service,
        started_at=min((a.start for a in past.activities), default=None),
        ended_at=past.ended_at,
        facts=dict(past.facts),
        has_progress_report=past.has_progress_report,
    )


def _taps(visit: Visit, past: PastVisit, activities: Sequence[Activity]) -> list[TimerEvent]:
    """Starts and stops in order of time, then the end of the visit."""
    taps: list[tuple[datetime, int, str, Activity | None, str]] = []
    for given, row in zip(past.activities, activities, strict=True):
        taps.append((given.start, 1, "start", row, given.furnished))
        if given.end is not None:
            taps.append((given.end, 0, "stop", row, given.furnished))
    if past.ended_at is not None:
        taps.append((past.ended_at, 2, "end", None, "therapist"))
    taps.sort(key=lambda tap: tap[:2])
    return [
        TimerEvent(
            id=uuid4(),
            visit=visit,
            activity=row,
            sequence=number,
            kind=kind,
            at=moment,
            by=past.clinician,
            furnished=furnished,
            token=f"recorded:{number}",
        )
        for number, (moment, _, kind, row, furnished) in enumerate(taps, start=1)
    ]


def record_signed(
    user: User, past: PastVisit, *, at: datetime, billed: tuple[Charge, ...] | None = None
) -> SignedNote:
    """Write a past visit and seal its note. ``billed`` are charges another system made."""
    with transaction.atomic():
        visit = record(user, past, at=at)
        fresh = access.visit_for(user, visit.pk, to="sign")
        return notes.seal(user, fresh, at=at, billed=billed)
