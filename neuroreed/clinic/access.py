"""Who may see what. Each answer is the same for absent and forbidden: not found.

Clinical staff, compliance and the administrator read the whole clinic, and every reading
is in the event chain. Billers read visits, notes and claims. The front desk sees people,
coverage and the schedule, no note. A patient sees what is the patient's own.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from neuroreed.clinic import boards, events, showing, signing
from neuroreed.clinic.models import (
    Claim,
    ClaimFile,
    Episode,
    Event,
    FindingRow,
    Patient,
    PlanOfCare,
    Role,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.values import (
    Chart,
    ClaimRow,
    ClaimView,
    DayBoard,
    EventLine,
    NoteView,
)
from neuroreed.model.errors import NotFound

CLINICAL = {Role.THERAPIST, Role.ASSISTANT, Role.STUDENT}
READERS = CLINICAL | {Role.COMPLIANCE, Role.ADMIN}
MONEY = {Role.BILLER, Role.ADMIN}
STAFF = READERS | MONEY | {Role.FRONT_DESK}

PATIENT_ROLES = {
    "view": STAFF,
    "edit": {Role.THERAPIST, Role.FRONT_DESK, Role.ADMIN, Role.BILLER},
    "treat": {Role.THERAPIST},
    "measure": CLINICAL,
    "schedule": CLINICAL | {Role.FRONT_DESK, Role.ADMIN},
}
VISIT_ROLES = {
    "view": READERS | MONEY,
    "time": CLINICAL,
    "edit": CLINICAL,
    "sign": {Role.THERAPIST, Role.ASSISTANT},
    "release": MONEY,
    "resolve": {Role.THERAPIST, Role.BILLER, Role.COMPLIANCE, Role.ADMIN},
    "schedule": CLINICAL | {Role.FRONT_DESK, Role.ADMIN},
}
# an assistant may open the door of a report, to be told who writes it
EPISODE_ROLES = {**PATIENT_ROLES, "document": {Role.THERAPIST, Role.ASSISTANT}}
# the note of a visit and what was added to it; reports of the episode stand apart
OF_A_VISIT = ("note", "addendum", "late_entry", "cosignature")
NOTHING = "There is no such record."


def _row(rows: QuerySet[Any], key: object) -> Any:
    """The row with this key.

    Raises:
        NotFound: there is none, or the key is not a key.
    """
    try:
        return rows.get(pk=key)
    except (rows.model.DoesNotExist, ValidationError, ValueError, TypeError):
        raise NotFound(NOTHING) from None


def _allow(allowed: bool) -> None:
    if not allowed:
        raise NotFound(NOTHING)


def active(user: User | None) -> bool:
    """Whether this is a person with an open account."""
    return user is not None and user.is_authenticated and user.is_active


def own(user: User, patient_id: UUID) -> bool:
    """Whether a record is the person's own."""
    return user.role == Role.PATIENT and user.patient_id == patient_id


def day_board(user: User, on: date) -> DayBoard:
    """The visits of a day and what waits: a clinician's own, for others the clinic's."""
    _allow(active(user) and user.role in STAFF)
    events.viewed(user, f"day:{on.isoformat()}")
    return boards.day_board(user, on, mine=user.role in CLINICAL)


def patients(user: User, *, search: str = "") -> QuerySet[Patient]:
    """The people in care whose name begins like ``search``; none for strangers."""
    if not active(user):
        return Patient.objects.none()
    if user.role == Role.PATIENT:
        return Patient.objects.filter(pk=user.patient_id)
    if user.role not in STAFF:
        return Patient.objects.none()
    events.viewed(user, "patients:list")
    found = Patient.objects.all()
    for word in search.replace(",", " ").split():
        found = found.filter(Q(last_name__istartswith=word) | Q(first_name__istartswith=word))
    return found


def patient_for(user: User, patient_id: UUID | str, to: str = "view") -> Patient:
    """One person in care."""
    _allow(active(user))
    row: Patient = _row(Patient.objects.all(), patient_id)
    _allow(user.role in PATIENT_ROLES[to] or (to == "view" and own(user, row.pk)))
    if to == "view":
        events.viewed(user, row)
    return row


def chart_for(user: User, patient_id: UUID | str) -> Chart:
    """What the page of one patient shows; clinical parts only for those who may read them."""
    row = patient_for(user, patient_id)
    return boards.chart(row, clinical=user.role in VISIT_ROLES["view"])


def episode_for(user: User, episode_id: UUID | str, to: str = "view") -> Episode:
    """One course of care."""
    _allow(active(user))
    row: Episode = _row(Episode.objects.select_related("patient", "therapist"), episode_id)
    allowed = READERS | MONEY if to == "view" else EPISODE_ROLES.get(to, {Role.THERAPIST})
    _allow(user.role in allowed)
    if to == "document":
        _allow(user.discipline == row.discipline)
    if to == "view":
        events.viewed(user, row)
    return row


def plan_for(user: User, plan_id: UUID | str, to: str = "view") -> PlanOfCare:
    """One plan of care: to view, to edit (therapists), to certify (who files the signature)."""
    _allow(active(user))
    row: PlanOfCare = _row(PlanOfCare.objects.select_related("episode__patient", "author"), plan_id)
    allowed = {
        "view": READERS | MONEY,
        "edit": {Role.THERAPIST},
        "certify": {Role.THERAPIST, Role.FRONT_DESK, Role.ADMIN},
    }[to]
    _allow(user.role in allowed or (to == "view" and own(user, row.episode.patient_id)))
    if to == "view":
        events.viewed(user, row)
    return row


def visit_for(user: User, visit_id: UUID | str, to: str = "view") -> Visit:
    """One visit, for one purpose: view, time, edit, sign, release, resolve or schedule.

    To time, edit and sign, it must be the person's own visit, or one of an assistant or
    student the person supervises; another therapist of the discipline may cover.
    """
    _allow(active(user))
    row: Visit = _row(
        Visit.objects.select_related(
            "patient", "episode__therapist", "plan", "coverage", "clinician", "supervisor"
        ),
        visit_id,
    )
    if own(user, row.patient_id):
        _allow(to == "view" and row.state == Visit.State.SIGNED)
    else:
        _allow(user.role in VISIT_ROLES[to])
        if to in {"time", "edit"}:
            _allow(_treats(user, row))
        if to == "sign":
            _allow(user.signs and _signs(user, row))
    if to == "view":
        events.viewed(user, row)
    return row


def _treats(user: User, row: Visit) -> bool:
    if user.pk in {row.clinician_id, row.supervisor_id}:
        return True
    return user.discipline == row.discipline and user.role in {Role.THERAPIST, Role.ASSISTANT}


def _signs(user: User, row: Visit) -> bool:
    """A clinician signs the own visit, the supervisor that of a student."""
    if row.clinician.role == Role.STUDENT:
        return user.role == Role.THERAPIST and row.supervisor_id == user.pk
    return row.clinician_id == user.pk


def note_for(user: User, note_id: UUID | str) -> NoteView:
    """One sealed note."""
    _allow(active(user))
    row: SignedNote = _row(SignedNote.objects.select_related("visit"), note_id)
    _allow(user.role in VISIT_ROLES["view"] or own(user, row.patient_id))
    events.viewed(user, row)
    return showing.note_view(row)


def notes_for(user: User, visit_id: UUID | str) -> tuple[NoteView, ...]:
    """The sealed notes of a visit: the note first, its addenda after it."""
    row = visit_for(user, visit_id)
    notes = SignedNote.objects.filter(visit=row, kind__in=OF_A_VISIT).order_by("sequence")
    return tuple(showing.note_view(note) for note in notes)


def sealed_note(user: User, note_id: UUID | str) -> SignedNote:
    """The row of a sealed note, for a service that adds to it."""
    _allow(active(user))
    row: SignedNote = _row(SignedNote.objects.select_related("visit"), note_id)
    _allow(user.role in VISIT_ROLES["sign"])
    return row


def finding_for(user: User, finding_id: UUID | str) -> FindingRow:
    """One stored finding."""
    _allow(active(user))
    row: FindingRow = _row(FindingRow.objects.select_related("visit"), finding_id)
    _allow(user.role in VISIT_ROLES["resolve"])
    return row


def claims(user: User, *, state: str = "") -> list[ClaimRow]:
    """The claim queue: signed visits that are blocked or ready, and the claims."""
    _allow(active(user) and user.role in MONEY | {Role.COMPLIANCE})
    events.viewed(user, "claims:list")
    rows = showing.claim_rows()
    return [row for row in rows if row.state == state] if state else rows


def claim_counts(user: User) -> dict[str, int]:
    """How many rows of the claim queue are in each state."""
    _allow(active(user) and user.role in MONEY | {Role.COMPLIANCE})
    counts: dict[str, int] = {}
    for row in showing.claim_rows():
        counts[row.state] = counts.get(row.state, 0) + 1
    return counts


def claim_for(user: User, claim_id: UUID | str, to: str = "view") -> Claim:
    """One claim: to view, to hold, to file."""
    _allow(active(user))
    row: Claim = _row(
        Claim.objects.select_related("patient", "visit__coverage", "charge_version"), claim_id
    )
    _allow(user.role in (MONEY | {Role.COMPLIANCE} if to == "view" else MONEY))
    if to == "view":
        events.viewed(user, row)
    return row


def claim_view(user: User, claim_id: UUID | str) -> ClaimView:
    """One claim with its lines, steps and files."""
    return showing.claim_view(claim_for(user, claim_id))


def files(user: User) -> QuerySet[ClaimFile]:
    """The files of claims that went out, the latest first."""
    _allow(active(user) and user.role in MONEY)
    return ClaimFile.objects.defer("content").order_by("-control_number")


def file_for(user: User, file_id: UUID | str) -> ClaimFile:
    """One file of claims."""
    _allow(active(user) and user.role in MONEY)
    row: ClaimFile = _row(ClaimFile.objects.all(), file_id)
    events.viewed(user, row)
    return row


def events_for(user: User, subject: str | Model) -> list[EventLine]:
    """The history of one record: all for compliance, else for those who may see the record."""
    _allow(active(user))
    name = events.subject_of(subject)
    kind, _, key = name.partition(":")
    if user.role not in {Role.COMPLIANCE, Role.ADMIN}:
        see = {
            "visit": visit_for,
            "patient": patient_for,
            "claim": claim_for,
            "planofcare": plan_for,
        }
        _allow(kind in see)
        see[kind](user, key)
        _allow(user.role in STAFF)
    rows = Event.objects.filter(subject=name).order_by("sequence")
    return showing.event_lines(rows)


def clinicians(user: User) -> QuerySet[User]:
    """The people who treat, to be scheduled with."""
    _allow(active(user) and user.role in STAFF)
    return User.objects.filter(role__in=CLINICAL, is_active=True).order_by("last_name")


def people(user: User) -> QuerySet[User]:
    """All accounts, for the administrator and compliance."""
    _allow(active(user) and user.role in {Role.ADMIN, Role.COMPLIANCE})
    return User.objects.order_by("role", "last_name")


def seals_hold(user: User, patient_id: UUID | str) -> list[str]:
    """What does not hold in one patient's chain of notes; empty when all does."""
    row = patient_for(user, patient_id)
    _allow(user.role in READERS)
    return list(signing.broken(row.pk))
