"""Co-sign the notes of assistants and students, seeing what differs from the visit before."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from neuroreed.clinic import access, differences, events, queues, showing, signing
from neuroreed.clinic.models import Role, SignedNote, User
from neuroreed.clinic.services import charges
from neuroreed.clinic.services.facts import long_text
from neuroreed.clinic.values_documents import ToCosign
from neuroreed.model.errors import NotFound, Refused


def waiting(user: User) -> QuerySet[SignedNote]:
    """The notes that wait for this therapist: of those supervised, else of the discipline."""
    if not access.active(user) or user.role != Role.THERAPIST or not user.signs:
        return SignedNote.objects.none()
    return queues.cosign(user)


def queue(user: User) -> tuple[ToCosign, ...]:
    """What waits for this therapist, the oldest first."""
    return tuple(_item(note) for note in waiting(user))


def item(user: User, note_id: UUID) -> ToCosign:
    """One note that waits, with what differs; looking at it is logged."""
    return _item(_waiting(user, note_id, view=True))


def _waiting(user: User, note_id: UUID, *, view: bool = False) -> SignedNote:
    note = waiting(user).filter(pk=note_id).first()
    if note is None:
        raise NotFound(access.NOTHING)
    if view:
        access.note_for(user, note_id)
    return note


def _item(note: SignedNote) -> ToCosign:
    facts = signing.body(note)["facts"]
    before = (
        SignedNote.objects.filter(
            visit__episode=note.visit.episode,
            kind="note",
            visit__scheduled_at__lt=note.visit.scheduled_at,
        )
        .select_related("visit")
        .order_by("-visit__scheduled_at")
        .first()
    )
    earlier = signing.body(before)["facts"].get("interventions", []) if before else []
    own = facts.get("interventions", [])
    differs, same = differences.differences(earlier, own) if before else ((), 0)
    return ToCosign(
        note_id=note.pk,
        visit_id=note.visit_id,
        patient_id=note.patient_id,
        patient_name=note.visit.patient.name,
        signer=f"{note.signer_name}, {note.credential}",
        date_of_service=note.visit.date_of_service,
        minutes=tuple((e.get("cpt"), differences.name_of(e), e.get("minutes")) for e in own),
        sections=showing.note_view(note).sections,
        compared_with=before.visit.date_of_service if before else None,
        differs=differs,
        same=same,
    )


def cosign(user: User, note_id: UUID, *, at: datetime, remark: str = "") -> SignedNote:
    """Add the therapist's signature to the note; the note itself stays as it was.

    Raises:
        NotFound: nothing of this id waits for this person.
        Refused: it was co-signed meanwhile.
    """
    said = long_text("remark", remark)
    with transaction.atomic():
        note = _waiting(user, note_id)
        if SignedNote.objects.filter(amends=note, kind="cosignature").exists():
            raise Refused("This note is co-signed already.")
        facts = {
            "date_of_service": note.visit.date_of_service.isoformat(),
            "signer": {"credential": user.credential, "licensed": user.licensed},
            "cosigned": {"sha256": note.sha256, "signer": note.signer_name},
        }
        body = {
            "facts": facts,
            "note": {"sections": []},
            "text": said,
            "reason": "I have reviewed this visit and agree with the treatment.",
        }
        sealed = signing.seal(
            note.visit, by=user, at=at, body=body, kind="cosignature", amends=note
        )
        detail = {"note": sealed.pk, "amends": note.pk, "sha256": sealed.sha256}
        events.append(user, "note.cosigned", note.visit, detail, at=at)
        if not note.visit.claims.exists():
            charges.reassess(user, note.visit_id, at=at)
    return sealed
