"""The values behind the lists: day, chart, notes, claims, history. No permission here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet, Sum

from neuroreed.care import catalogue
from neuroreed.clinic import profile, signing
from neuroreed.clinic.models import (
    Authorization,
    ChargeLine,
    ChargeVersion,
    Claim,
    Event,
    FindingRow,
    Patient,
    PlanOfCare,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.values import (
    AuthorizationUse,
    ChargesView,
    Chart,
    Chip,
    ClaimRow,
    ClaimView,
    DayBoard,
    DayRow,
    EventLine,
    FindingView,
    LineView,
    NoteView,
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
        state = claim_state(claim)
        return Chip("blocks" if state in {"held", "rejected", "denied"} else "ok", state)
    stops = open_stops(visit)
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


def note_view(row: SignedNote) -> NoteView:
    """A sealed note, read from the very text that was sealed."""
    previous = SignedNote.objects.filter(
        patient_id=row.patient_id, sequence=row.sequence - 1
    ).first()
    sealed = signing.body(row)
    return NoteView(
        id=row.pk,
        visit_id=row.visit_id,
        patient_id=row.patient_id,
        kind=row.kind,
        at=row.at,
        signer_name=row.signer_name,
        credential=row.credential,
        sequence=row.sequence,
        sha256=row.sha256,
        previous_sha256=row.previous_sha256,
        holds=not list(signing.faults(row, previous)),
        facts=sealed.get("facts", {}),
        sections=tuple(sealed.get("note", {}).get("sections", ())),
        text=sealed.get("text", ""),
        reason=sealed.get("reason", ""),
        amends_id=row.amends_id,
    )


def latest_version(visit: Visit) -> ChargeVersion | None:
    """The version of the charges that counts."""
    return visit.charge_versions.order_by("-version").first()


def finding_views(rows: Iterable[FindingRow]) -> tuple[FindingView, ...]:
    """Stored findings with their answers."""
    made = []
    for row in rows:
        answers = list(row.resolutions.all())
        answer = answers[-1] if answers else None
        made.append(
            FindingView(
                id=row.pk,
                rule=row.rule,
                severity=row.severity,
                subject=row.subject,
                says=row.says,
                fix=row.fix,
                cites=tuple(row.cites),
                evidence=tuple(row.evidence),
                rule_book=row.rule_book,
                resolved_by=answer.by.get_full_name() if answer else "",
                resolved_reason=answer.reason if answer else "",
                resolved_at=answer.at if answer else None,
            )
        )
    return tuple(made)


def findings_of(version: ChargeVersion | None) -> tuple[FindingView, ...]:
    """The findings of one version of charges."""
    if version is None:
        return ()
    return finding_views(version.findings.prefetch_related("resolutions__by"))


def open_stops(visit: Visit) -> int:
    """How many findings hold the claim of a visit."""
    version = latest_version(visit)
    if version is None:
        return 0
    return version.findings.filter(severity="stop", resolutions=None).count()


def line_views(version: ChargeVersion) -> tuple[LineView, ...]:
    """The service lines of one version."""
    from neuroreed.policy import codes

    made = []
    for line in version.lines.all():
        code = codes.get(line.cpt)
        made.append(
            LineView(
                line.line_number,
                line.cpt,
                line.units,
                tuple(line.modifiers),
                line.charge_cents,
                line.allowed_cents,
                line.minutes,
                code.label if code else "",
            )
        )
    return tuple(made)


def claim_state(claim: Claim) -> str:
    """The last step of a claim."""
    steps = sorted(claim.steps.all(), key=lambda step: step.sequence)
    return steps[-1].state if steps else "released"


def claim_rows() -> list[ClaimRow]:
    """Signed visits without a claim, and the claims; what is blocked first, then the oldest."""
    rows = [claim_row(claim) for claim in _claims()]
    signed = (
        Visit.objects.filter(state=Visit.State.SIGNED, claims=None)
        .select_related("patient", "coverage")
        .prefetch_related(
            Prefetch(
                "charge_versions", ChargeVersion.objects.prefetch_related("findings__resolutions")
            )
        )
    )
    for visit in signed:
        versions = list(visit.charge_versions.all())
        version = versions[-1] if versions else None
        stops = [
            f
            for f in (version.findings.all() if version else ())
            if f.severity == "stop" and not f.resolutions.all()
        ]
        rows.append(
            ClaimRow(
                claim_id=None,
                visit_id=visit.pk,
                number="",
                patient_id=visit.patient_id,
                patient_name=visit.patient.name,
                payer=visit.coverage.payer,
                payer_name=visit.coverage.payer_name,
                date_of_service=visit.date_of_service,
                state="blocked" if stops or version is None else "ready",
                charge_cents=version.charge_cents if version else None,
                expected_cents=version.expected_allowed_cents if version else None,
                stops=len(stops),
                because=stops[0].says if stops else "",
            )
        )
    order = {"blocked": 0, "held": 1, "ready": 2, "released": 3}
    return sorted(rows, key=lambda r: (order.get(r.state, 4), r.date_of_service, r.number))


def _claims() -> QuerySet[Claim]:
    return Claim.objects.select_related(
        "patient", "visit__coverage", "charge_version"
    ).prefetch_related("steps")


def claim_row(claim: Claim) -> ClaimRow:
    """One claim as a row of the queue."""
    steps = sorted(claim.steps.all(), key=lambda step: step.sequence)
    return ClaimRow(
        claim_id=claim.pk,
        visit_id=claim.visit_id,
        number=claim.number,
        patient_id=claim.patient_id,
        patient_name=claim.patient.name,
        payer=claim.payer,
        payer_name=claim.visit.coverage.payer_name,
        date_of_service=claim.visit.date_of_service,
        state=claim_state(claim),
        charge_cents=claim.charge_cents,
        expected_cents=claim.charge_version.expected_allowed_cents,
        stops=0,
        because=steps[-1].reason if steps else "",
    )


def claim_view(claim: Claim) -> ClaimView:
    """One claim with everything its page shows."""
    return ClaimView(
        row=claim_row(claim),
        lines=line_views(claim.charge_version),
        body=claim.body,
        steps=tuple(
            (step.state, step.at, step.by.get_full_name(), step.reason)
            for step in claim.steps.select_related("by").order_by("sequence")
        ),
        findings=findings_of(claim.charge_version),
        files=tuple(
            (entry.file_id, entry.file.control_number, entry.file.at)
            for entry in claim.file_entries.select_related("file").defer("file__content")
        ),
    )


def event_lines(rows: Iterable[Event]) -> list[EventLine]:
    """Events with the names of those who acted."""
    names = {f"user:{user.pk}": user.get_full_name() for user in User.objects.all()}
    return [
        EventLine(
            row.sequence,
            row.at,
            names.get(row.actor, row.actor),
            row.verb,
            row.subject,
            row.detail,
        )
        for row in rows
    ]


def charges_view(version: ChargeVersion) -> ChargesView:
    """One stored version of charges with its findings."""
    body = version.body
    return ChargesView(
        id=version.pk,
        version=version.version,
        at=version.at,
        reason=version.reason,
        policy=version.policy,
        lines=line_views(version),
        charge_cents=version.charge_cents,
        expected_allowed_cents=version.expected_allowed_cents,
        expected_payer_cents=version.expected_payer_cents,
        expected=body.get("expected"),
        proof=body.get("proof"),
        proposals=tuple(body.get("proposals", ())),
        refusals=tuple(body.get("refusals", ())),
        gaps=tuple(body.get("gaps", ())),
        findings=findings_of(version),
    )
