"""The values behind the lists: the day, its queues, the chart. No permission here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from neuroreed.care import catalogue
from neuroreed.clinic import profile, showing
from neuroreed.clinic.models import (
    Authorization,
    ChargeLine,
    ChargeVersion,
    Patient,
    PlanOfCare,
    User,
    Visit,
)
from neuroreed.clinic.values import (
    AuthorizationUse,
    Chart,
    Chip,
    DayBoard,
    DayRow,
    Queue,
    QueueItem,
)

DONE = (Visit.State.SIGNED, Visit.State.ENDED)
REPORT_EVERY_DAYS = 10  # treatment days, Pub. 100-02 chapter 15 section 220.3.D
REPORT_SOON = 2
PLAN_SOON = timedelta(days=14)
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
        visits = visits.filter(clinician=user)
    return DayBoard(on, tuple(_day_row(v) for v in visits), _queues(user if mine else None, on))


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


def _queues(user: User | None, on: date) -> tuple[Queue, ...]:
    return (
        Queue("unsigned", "Unsigned notes", tuple(_unsigned(user, on))),
        Queue("reports", "Progress reports due", tuple(_reports(user, on))),
        Queue("plans", "Plans to certify", tuple(_plans(user, on))),
        Queue("authorizations", "Authorisations running out", tuple(_authorizations(user, on))),
    )


def _unsigned(user: User | None, on: date) -> Iterable[QueueItem]:
    limit = profile.profile().unsigned_after_days
    waiting = Visit.objects.filter(
        state__in=[Visit.State.OPEN, Visit.State.ENDED], date_of_service__lte=on
    ).select_related("patient")
    if user is not None:
        waiting = waiting.filter(clinician=user)
    for visit in waiting.order_by("date_of_service", "scheduled_at"):
        if visit.state == Visit.State.OPEN and visit.date_of_service == on:
            continue
        days = (on - visit.date_of_service).days
        late = f", later than the clinic's {limit} days" if days > limit else ""
        because = (
            f"still open since {visit.date_of_service.isoformat()}"
            if visit.state == Visit.State.OPEN
            else f"not signed for {days} days{late}"
        )
        yield QueueItem(
            visit.patient_id, visit.patient.name, because, visit.date_of_service, visit.pk
        )


def _open_plans(user: User | None) -> QuerySet[PlanOfCare]:
    plans = PlanOfCare.objects.filter(episode__ended_on=None).select_related("episode__patient")
    if user is not None:
        plans = plans.filter(episode__therapist=user)
    return plans.prefetch_related("certifications").order_by("episode", "-version")


def _latest_plans(user: User | None) -> Iterable[PlanOfCare]:
    seen = set()
    for plan in _open_plans(user):
        if plan.episode_id not in seen:
            seen.add(plan.episode_id)
            yield plan


def _reports(user: User | None, on: date) -> Iterable[QueueItem]:
    for plan in _latest_plans(user):
        days = report_days(plan.episode_id, on)
        if days >= REPORT_EVERY_DAYS - REPORT_SOON:
            overdue = days >= REPORT_EVERY_DAYS
            because = f"{days} treatment days without a progress report: due " + (
                "now" if overdue else f"by treatment day {REPORT_EVERY_DAYS}"
            )
            patient = plan.episode.patient
            yield QueueItem(patient.pk, patient.name, because, on, plan_id=plan.pk)


def report_days(episode_id: Any, on: date) -> int:
    """Treatment days of an episode since its last progress report, up to a date."""
    done = Visit.objects.filter(episode_id=episode_id, date_of_service__lte=on, state__in=DONE)
    reports = done.filter(has_progress_report=True).values_list("date_of_service", flat=True)
    last = max(reports, default=None)
    if last is not None:
        done = done.filter(date_of_service__gt=last)
    return len(set(done.values_list("date_of_service", flat=True)))


def _plans(user: User | None, on: date) -> Iterable[QueueItem]:
    for plan in _latest_plans(user):
        patient = plan.episode.patient
        periods = list(plan.certifications.all())
        last = periods[-1] if periods else None
        if last is None or last.signed_on is None:
            sent = plan.sent_to_physician_on
            because = (
                f"sent on {sent.isoformat()}, no signature yet"
                if sent
                else "not sent for signature"
            )
            yield QueueItem(
                patient.pk, patient.name, because, plan.first_treatment_on, plan_id=plan.pk
            )
        elif last.until <= on + PLAN_SOON:
            word = "ended" if last.until < on else "ends"
            because = f"certification {word} on {last.until.isoformat()}"
            yield QueueItem(patient.pk, patient.name, because, last.until, plan_id=plan.pk)


def _authorizations(user: User | None, on: date) -> Iterable[QueueItem]:
    rows = Authorization.objects.filter(until__gte=on).select_related("coverage__patient")
    if user is not None:
        rows = rows.filter(coverage__patient__episodes__therapist=user).distinct()
    for row in rows:
        use = authorization_use(row)
        left = use.visits_left
        if left is not None and left <= VISITS_SOON:
            patient = row.coverage.patient
            yield QueueItem(patient.pk, patient.name, f"{max(left, 0)} visits left", row.until)


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
