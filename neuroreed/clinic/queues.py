"""What waits for a clinician, what blocks money or safety first. No permission here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from neuroreed.care import plan as care_plan
from neuroreed.care.plan_queue import recertification_status
from neuroreed.care.progress import Due, discharge_status
from neuroreed.clinic import convert, profile, treatment
from neuroreed.clinic.models import (
    Authorization,
    Episode,
    PlanOfCare,
    Role,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.values import Chip, Queue, QueueItem
from neuroreed.clinic.values_documents import PlanState
from neuroreed.model.errors import NoParameter

VISITS_SOON = 2
PLAN_SOON = timedelta(days=14)
LEARNERS = (Role.ASSISTANT, Role.STUDENT)
UNCERTIFIED = ("uncertified", "signature_late", "reason_missing")
CLEAR = "clear"


def of(user: User | None, on: date) -> tuple[Queue, ...]:
    """The queues of one clinician, or of the clinic."""
    return (
        _queue("unsigned", "Unsigned notes", unsigned(user, on)),
        _queue("cosign", "To co-sign", _cosign(user, on)),
        _queue("reports", "Progress reports due", reports(user, on)),
        _queue("plans", "Plans to certify", plans(user, on)),
        _queue("discharges", "Discharges due", discharges(user, on)),
        _queue("authorizations", "Authorisations running out", authorizations(user, on)),
    )


def _queue(name: str, title: str, items: Iterable[QueueItem]) -> Queue:
    return Queue(name, title, tuple(sorted(items, key=lambda i: (not i.blocks, i.day or date.max))))


def unsigned(user: User | None, on: date) -> Iterable[QueueItem]:
    """Visits whose note is not signed; later than the clinic's own limit blocks."""
    limit = profile.profile().unsigned_after_days
    waiting = Visit.objects.filter(
        state__in=[Visit.State.OPEN, Visit.State.ENDED], date_of_service__lte=on
    ).select_related("patient")
    if user is not None:
        waiting = waiting.filter(
            Q(clinician=user) | Q(supervisor=user, clinician__role=Role.STUDENT)
        )
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
            visit.patient_id,
            visit.patient.name,
            because,
            visit.date_of_service,
            visit.pk,
            blocks=bool(late) or visit.state == Visit.State.OPEN,
        )


def cosign(user: User | None) -> QuerySet[SignedNote]:
    """The notes that wait for a therapist: of those supervised, else of the own episodes."""
    if not profile.profile().assistant_cosign:
        return SignedNote.objects.none()
    found: QuerySet[SignedNote] = (
        SignedNote.objects.filter(kind="note", signer__role__in=LEARNERS)
        .exclude(addenda__kind="cosignature")
        .select_related("visit__patient", "visit__episode", "signer")
        .order_by("visit__date_of_service", "at")
    )
    if user is not None:
        own = Q(visit__supervisor=user) | Q(visit__supervisor=None, visit__episode__therapist=user)
        found = found.filter(own)
    return found


def _cosign(user: User | None, on: date) -> Iterable[QueueItem]:
    limit = profile.profile().unsigned_after_days
    for note in cosign(user).filter(visit__date_of_service__lte=on):
        day = note.visit.date_of_service
        yield QueueItem(
            note.patient_id,
            note.visit.patient.name,
            f"signed by {note.signer_name}, {note.credential}",
            day,
            note.visit_id,
            note_id=note.pk,
            blocks=(on - day).days > limit,
        )


def latest_plans(user: User | None) -> Iterable[PlanOfCare]:
    """The plan in force of each open episode, of one therapist or of all."""
    plans_ = PlanOfCare.objects.filter(episode__ended_on=None).select_related(
        "episode__patient", "episode__therapist"
    )
    if user is not None:
        plans_ = plans_.filter(episode__therapist=user)
    seen = set()
    for plan in plans_.prefetch_related("certifications").order_by("episode", "-version"):
        if plan.episode_id not in seen:
            seen.add(plan.episode_id)
            yield plan


def reports(user: User | None, on: date) -> Iterable[QueueItem]:
    """Episodes whose next treatment day asks for a report, by the payer's own count."""
    for plan in latest_plans(user):
        episode = plan.episode
        days = {day.on for day in treatment.days(episode.pk, on)}
        if not days:
            continue
        clock = treatment.status(episode, on)
        if clock.due in (Due.SOON, Due.DUE, Due.OVERDUE):
            yield QueueItem(
                episode.patient_id,
                episode.patient.name,
                clock.sentence,
                clock.last_day or on,
                plan_id=plan.pk,
                episode_id=episode.pk,
                blocks=clock.due is not Due.SOON,
            )


def plan_state(plan: PlanOfCare, on: date) -> PlanState:
    """What a plan asks for on a day, with its periods."""
    record = convert.plan_record(plan)
    payer = treatment.payer_of(plan.episode, on)
    patient = plan.episode.patient
    try:
        status = recertification_status(record, on, payer=payer, soon_days=PLAN_SOON.days)
        periods = care_plan.periods(record, payer)
        certified = care_plan.is_certified(record, on, payer=payer)
    except NoParameter:
        said = (
            "Our rule data do not say how this payer certifies plans of care: ask the payer, and "
            "have its profile completed."
        )
        return PlanState(plan, patient.pk, patient.name, "unknown", None, said, (), None)
    return PlanState(
        plan,
        patient.pk,
        patient.name,
        str(status.state),
        status.act_by,
        status.sentence,
        periods,
        certified,
    )


def plans(user: User | None, on: date) -> Iterable[QueueItem]:
    """Plans that end, or whose signature is out, late or without its reason."""
    for plan in latest_plans(user):
        found = plan_state(plan, on)
        if found.state == CLEAR:
            continue
        sent = plan.sent_to_physician_on
        because = found.sentence
        if found.state == "signature_out" and sent is None and plan.order_signed_on is None:
            because = f"Not sent for signature. {because}"
        yield QueueItem(
            found.patient_id,
            found.patient_name,
            because,
            found.act_by,
            plan_id=plan.pk,
            episode_id=plan.episode_id,
            blocks=found.state in UNCERTIFIED,
        )


def discharges(user: User | None, on: date) -> Iterable[QueueItem]:
    """Episodes without a further visit whose discharge summary is missing."""
    episodes = Episode.objects.filter(ended_on=None).select_related("patient")
    if user is not None:
        episodes = episodes.filter(therapist=user)
    for episode in episodes:
        days = sorted({day.on for day in treatment.days(episode.pk, on)})
        if not days:
            continue
        following = (
            Visit.objects.filter(
                episode=episode, date_of_service__gt=days[-1], state=Visit.State.SCHEDULED
            )
            .order_by("date_of_service")
            .first()
        )
        try:
            found = discharge_status(
                days[-1],
                on,
                next_visit_on=following.date_of_service if following else None,
                payer=treatment.payer_of(episode, on),
            )
        except NoParameter:
            continue
        if found.is_missing:
            yield QueueItem(
                episode.patient_id,
                episode.patient.name,
                found.sentence,
                found.due_on,
                episode_id=episode.pk,
            )


def authorizations(user: User | None, on: date) -> Iterable[QueueItem]:
    """Authorisations with few visits left."""
    from neuroreed.clinic.boards import authorization_use

    rows = Authorization.objects.filter(until__gte=on).select_related("coverage__patient")
    if user is not None:
        rows = rows.filter(coverage__patient__episodes__therapist=user).distinct()
    for row in rows:
        left = authorization_use(row).visits_left
        if left is not None and left <= VISITS_SOON:
            patient = row.coverage.patient
            said = f"{max(left, 0)} visits left"
            yield QueueItem(patient.pk, patient.name, said, row.until, blocks=left <= 0)


def chips(visit: Visit) -> tuple[Chip, ...]:
    """What a visit of the day should be known to need: report, certification, earlier notes."""
    on, made = visit.date_of_service, []
    clock = treatment.status(visit.episode, on)
    if clock.due is Due.OVERDUE:
        made.append(Chip("blocks", "report overdue"))
    elif clock.due is Due.DUE:
        made.append(Chip("todo", "report due today"))
    elif clock.due is Due.SOON:
        visits = "visit" if clock.left == 1 else "visits"
        words = f"report in {clock.left} {visits}" if clock.left else "report soon"
        made.append(Chip("todo", words))
    if visit.plan is None:
        if visit.kind != "evaluation":
            made.append(Chip("blocks", "no plan of care"))
    else:
        found = plan_state(visit.plan, on)
        if found.state in UNCERTIFIED:
            made.append(Chip("blocks", "not certified"))
        elif found.state == "recertify_soon" and found.act_by:
            made.append(Chip("todo", f"plan ends {found.act_by.isoformat()}"))
        elif found.state == "signature_out":
            made.append(Chip("todo", "signature out"))
    waiting = Visit.objects.filter(
        patient_id=visit.patient_id,
        clinician_id=visit.clinician_id,
        date_of_service__lt=on,
        state__in=[Visit.State.OPEN, Visit.State.ENDED],
    ).count()
    if waiting:
        made.append(Chip("blocks", f"{waiting} earlier note{'' if waiting == 1 else 's'} unsigned"))
    return tuple(made)
