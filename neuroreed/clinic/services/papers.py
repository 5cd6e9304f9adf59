"""Notes and packets as PDF; every one that leaves is in the log."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from neuroreed.clinic import access, events, packets, printing
from neuroreed.clinic.models import Role, SignedNote, User
from neuroreed.clinic.services.facts import text
from neuroreed.exchange.pdf.note import note_pdf as make_note
from neuroreed.exchange.pdf.packet import packet_pdf as make_packet
from neuroreed.model.errors import BadInput, NotFound

PACKETS = ("record", "targeted_review")
PREPARERS = access.READERS | access.MONEY
LONGEST_DAYS = 3 * 366


def note_pdf(user: User, note_id: UUID, *, at: datetime) -> bytes:
    """One sealed note as a tagged PDF; an addendum is printed with the note it belongs to."""
    access.note_for(user, note_id)
    note = SignedNote.objects.select_related(
        "visit__patient", "visit__coverage", "visit__plan", "visit__episode", "signer"
    ).get(pk=note_id)
    while note.amends is not None:
        note = note.amends
    made = make_note(printing.note(note, at=at))
    events.append(user, "note.printed", note.visit, {"printed": note.pk}, at=at)
    return made


def packet_pdf(
    user: User,
    patient_id: UUID,
    *,
    since: date,
    until: date,
    at: datetime,
    kind: str = "record",
    prepared_for: str = "",
    reference: str = "",
) -> bytes:
    """The record of a range of dates in one file, in the order in which reviewers ask.

    Raises:
        BadInput: no such packet, an impossible range, or no visit in it.
    """
    if kind not in PACKETS:
        raise BadInput(f"{kind!r} is not a packet: choose one of {', '.join(PACKETS)}.")
    if until < since or (until - since).days > LONGEST_DAYS:
        raise BadInput("Give a first day, and a last day not before it and within three years.")
    patient = access.patient_for(user, patient_id)
    if user.role not in PREPARERS or user.role == Role.PATIENT:
        raise NotFound(access.NOTHING)
    made = make_packet(
        packets.packet(
            patient,
            since=since,
            until=until,
            kind=kind,
            prepared_by=str(user),
            prepared_for=text("prepared_for", prepared_for),
            reference=text("reference", reference),
            at=at,
        )
    )
    detail = {"since": since, "until": until, "kind": kind, "bytes": len(made)}
    events.append(user, "packet.printed", patient, detail, at=at)
    return made
