"""Who may see money: answers, remittances, ledgers, denials. Not found for all others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from neuroreed.clinic import access, events
from neuroreed.clinic.models import (
    Claim,
    Coverage,
    DenialRow,
    FindingRow,
    HeldAnswer,
    Outgoing,
    Packet,
    Patient,
    ReceivedFile,
    Remittance,
    Role,
    Statement,
    User,
    Visit,
)
from neuroreed.model.errors import NotFound

SOON = timedelta(days=7)

PATIENT_MONEY = access.MONEY | {Role.FRONT_DESK}


def desk(user: User) -> None:
    """Refuse whoever does not work at the claims desk.

    Raises:
        NotFound: the person's work is another.
    """
    if not (access.active(user) and user.role in access.MONEY):
        raise NotFound(access.NOTHING)


def readers(user: User) -> None:
    """Refuse whoever neither works at the claims desk nor checks it."""
    if not (access.active(user) and user.role in access.MONEY | {Role.COMPLIANCE}):
        raise NotFound(access.NOTHING)


def patient_money(user: User) -> None:
    """Refuse whoever does not take patients' money."""
    if not (access.active(user) and user.role in PATIENT_MONEY):
        raise NotFound(access.NOTHING)


def _one(rows: QuerySet[Any], key: object) -> Any:
    return access._row(rows, key)


def received(user: User) -> QuerySet[ReceivedFile]:
    """The files that came in, the latest first."""
    readers(user)
    return ReceivedFile.objects.defer("content")


def received_for(user: User, file_id: UUID | str) -> ReceivedFile:
    """One file that came in."""
    readers(user)
    row: ReceivedFile = _one(ReceivedFile.objects.all(), file_id)
    events.viewed(user, row)
    return row


def outgoing(user: User) -> QuerySet[Outgoing]:
    """The files that go out, the latest first."""
    readers(user)
    return Outgoing.objects.defer("content").prefetch_related("steps").order_by("-at")


def remittances(user: User) -> QuerySet[Remittance]:
    """The remittances that were posted."""
    readers(user)
    return Remittance.objects.select_related("file").defer("file__content")


def remittance_for(user: User, remittance_id: UUID | str) -> Remittance:
    """One remittance."""
    readers(user)
    row: Remittance = _one(Remittance.objects.select_related("file"), remittance_id)
    events.viewed(user, row)
    return row


def held_answers(user: User) -> QuerySet[HeldAnswer]:
    """The answers that wait for a person, the largest payment first."""
    readers(user)
    rows = HeldAnswer.objects.filter(decision=None).select_related("remittance")
    return rows.order_by("-paid_cents", "key")


def held_for(user: User, held_id: UUID | str) -> HeldAnswer:
    """One answer that waits, for a decision."""
    desk(user)
    row: HeldAnswer = _one(HeldAnswer.objects.select_related("remittance__file"), held_id)
    return row


def denial_for(user: User, denial_id: UUID | str) -> DenialRow:
    """One denial, to decide about."""
    desk(user)
    row: DenialRow = _one(DenialRow.objects.select_related("claim__visit"), denial_id)
    return row


def packet_for(user: User, packet_id: UUID | str) -> Packet:
    """One appeal packet."""
    readers(user)
    row: Packet = _one(Packet.objects.select_related("claim"), packet_id)
    events.viewed(user, row.claim)
    return row


def claim_to_change(user: User, claim_id: UUID | str) -> Claim:
    """One claim, to replace, void or forward."""
    return access.claim_for(user, claim_id, to="file")


def coverage_for(user: User, coverage_id: UUID | str) -> Coverage:
    """One coverage, to ask about or to write down what was answered."""
    patient_money(user)
    row: Coverage = _one(Coverage.objects.select_related("patient"), coverage_id)
    return row


def patient_account(user: User, patient_id: UUID | str) -> Patient:
    """One patient, for money matters."""
    patient_money(user)
    row: Patient = _one(Patient.objects.all(), patient_id)
    events.viewed(user, row)
    return row


def statement_for(user: User, statement_id: UUID | str) -> Statement:
    """One printed statement."""
    patient_money(user)
    row: Statement = _one(Statement.objects.select_related("patient"), statement_id)
    events.viewed(user, row)
    return row


def claim_of_number(user: User, number: str) -> Claim | None:
    """The claim of a number, for whoever works with claims."""
    readers(user)
    return Claim.objects.select_related("patient", "visit").filter(number=number).first()


def related(user: User, claim: Claim) -> list[Claim]:
    """The claims before and after this one: replaced, replacing, to another payer."""
    readers(user)
    found = [*claim.replaced_by.all(), *(one.claim for one in claim.secondaries.all())]
    if claim.replaces is not None:
        found.append(claim.replaces)
    if hasattr(claim, "secondary_of"):
        found.append(claim.secondary_of.primary)
    return found


def answer_files(user: User, claim: Claim) -> list[ReceivedFile]:
    """The files that moved a claim on, in order."""
    readers(user)
    rows = ReceivedFile.objects.filter(steps__step__claim=claim).defer("content").distinct()
    return list(rows.order_by("at"))


def coverages_soon(user: User, on: date) -> list[Coverage]:
    """The coverages of the visits booked for the next days."""
    patient_money(user)
    booked = Visit.objects.filter(
        date_of_service__gte=on,
        date_of_service__lte=on + SOON,
        state__in=[Visit.State.SCHEDULED, Visit.State.OPEN],
    )
    rows = Coverage.objects.filter(visits__in=booked).select_related("patient").distinct()
    return list(rows.order_by("patient__last_name", "sequence"))


def booked(user: User, patient: Patient, on: date) -> list[Visit]:
    """The coming visits of a patient."""
    patient_money(user)
    rows = patient.visits.filter(date_of_service__gte=on, state=Visit.State.SCHEDULED)
    return list(rows.order_by("scheduled_at")[:5])


def open_stops(user: User, visit_ids: list[UUID]) -> dict[UUID, FindingRow]:
    """The first open finding that holds each of these visits, of its latest charges."""
    readers(user)
    rows = FindingRow.objects.filter(
        visit_id__in=visit_ids, severity="stop", resolutions=None
    ).order_by("charge_version__version", "rule")
    latest: dict[UUID, FindingRow] = {}
    for row in rows.select_related("charge_version"):
        known = latest.get(row.visit_id)
        if known is None or known.charge_version_id != row.charge_version_id:
            latest[row.visit_id] = row
    return latest
