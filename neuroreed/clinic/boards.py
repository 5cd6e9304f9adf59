"""The values behind the lists: the day, its queues, the chart. No permission here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from neuroreed.care import catalogue
from neuroreed.clinic import profile, queues, showing
from neuroreed.clinic.models import (
    Authorization,
    ChargeLine,
    ChargeVersion,
    Patient,
    PlanOfCare,
    Role,
    User,
    Visit,
)
from neuroreed.clinic.values import (
    AuthorizationUse,
    Chart,
    Chip,
    DayBoard,
    DayRow,
)

DONE = (Visit.State.SIGNED, Visit.State.ENDED)
VISITS_SOON = 2


def condition_name(condition: str) -> str:
    """The name of a condition of the catalogue; what is not in it, as it is."""
    known = {c.id: c.name for c in catalogue.conditions()}
    return known.get(condition, condition)


def day_board(user: User, on: date, *, mine: bool) -> DayBoard:
    """The rows of a day and the queues."""
    visits = (
        Visit.objects.filter(date_of_service=on)
        .exclude(state=Visit.State.CANCELLED)
        .select_related("patient", "episode", "clinician", "authorization", "plan")
        .prefetch_related("activities")
        .order_by("scheduled_at")
    )
    if mine:
        visits = visits.filter(Q(clinician=user) | Q(supervisor=user, clinician__role=Role.STUDENT))
    return DayBoard(on, tuple(_day_row(v) for v in visits), queues.of(user if mine else None, on))


def _day_row(visit: Visit) -> DayRow:
    planned = list(visit.plan.planned_cpt) if visit.plan else []
    return DayRow(
        visit_id=visit.pk,
        at=visit.scheduled_at,
        minutes=visit.scheduled_minutes,
        patient_id=visit.patient_id,
        patient_name=visit.patient.name,
        condition=condition_name(visit.episode.condition),
        discipline=visit.discipline,
        clinician_id=visit.clinician_id,
        clinician_name=visit.clinician.get_full_name(),
        kind=visit.kind,
        state=visit.state,
        cpts=tuple(dict.fromkeys([a.cpt for a in visit.activities.all()] or planned)),
        note=_note_chip(visit),
        authorization=_authorization_chip(visit),
        money=_money_chip(visit),
        waits=queues.chips(visit),
    )


def _note_chip(visit: Visit) -> Chip:
    return {
        Visit.State.SCHEDULED: Chip("none", "not started"),
        Visit.State.OPEN: Chip("running", "under way"),
        Visit.State.ENDED: Chip("todo", "to sign"),
        Visit.State.SIGNED: Chip("ok", "signed"),
        Visit.State.NO_SHOW: Chip("none", "did not come"),
    }.get(Visit.State(visit.state), Chip("none", visit.state))


def _authorization_chip(visit: Visit) -> Chip:
    if visit.authorization is None:
        return Chip("none", "no authorisation")
    use = authorization_use(visit.authorization)
    if not use.since <= visit.date_of_service <= use.until:
        return Chip("blocks", "authorisation does not cover this date")
    left = use.visits_left
    if left is None:
        return Chip("ok", f"until {use.until.isoformat()}")
    if left < 0 or (left == 0 and visit.state not in DONE):
        return Chip("blocks", "no visits left")
    return Chip("todo" if left <= VISITS_SOON else "ok", f"{left} visits left")


def _money_chip(visit: Visit) -> Chip:
    if visit.state != Visit.State.SIGNED:
        return Chip("none", "after signing")
    claim = visit.claims.order_by("-at").first()
    if claim is not None:
        state = showing.claim_state(claim)
        return Chip("blocks" if state in {"held", "rejected", "denied"} else "ok", state)
    stops = showing.open_stops(visit)
    return Chip("blocks", f"{stops} to fix") if stops else Chip("todo", "ready")


def authorization_use(row: Authorization) -> AuthorizationUse:
    """What is used and left of an authorisation, by visits given and units charged."""
    given = row_visits(row)
    lines = ChargeLine.objects.filter(version__in=_latest_versions(given))
    if row.cpts:
        lines = lines.filter(cpt__in=row.cpts)
    return AuthorizationUse(
        id=row.pk,
        number=row.number,
        since=row.since,
        until=row.until,
        visits=row.visits,
        visits_used=given.count(),
        units=row.units,
        units_used=(lines.aggregate(n=Sum("units"))["n"] or 0) if row.units is not None else 0,
    )


def row_visits(row: Authorization) -> QuerySet[Visit]:
    """The visits given under an authorisation."""
    return Visit.objects.filter(authorization=row, state__in=[*DONE, Visit.State.OPEN])


def _latest_versions(visits: QuerySet[Visit]) -> list[Any]:
    latest: dict[Any, Any] = {}
    for version in ChargeVersion.objects.filter(visit__in=visits).order_by("version"):
        latest[version.visit_id] = version.pk
    return list(latest.values())


def chart(patient: Patient, *, clinical: bool) -> Chart:
    """What the page of one patient shows."""
    today = profile.local_date(_now())
    born = patient.birth_date
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    coverages = tuple(patient.coverages.prefetch_related("authorizations"))
    return Chart(
        patient=patient,
        age=age,
        coverages=coverages,
        authorizations=tuple(
            authorization_use(a) for coverage in coverages for a in coverage.authorizations.all()
        ),
        episodes=tuple(
            patient.episodes.select_related("therapist").prefetch_related(
                "limitations", "impairments"
            )
        )
        if clinical
        else (),
        plans=tuple(
            PlanOfCare.objects.filter(episode__patient=patient)
            .select_related("author", "episode")
            .prefetch_related("goals__limitation", "certifications")
        )
        if clinical
        else (),
        visits=tuple(patient.visits.select_related("clinician").order_by("-scheduled_at")),
    )


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()
