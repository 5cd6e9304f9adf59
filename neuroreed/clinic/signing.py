"""Seals: canonical text, SHA-256, and the chain of a patient's notes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from neuroreed.clinic.events import canonical, instant
from neuroreed.clinic.models import Patient, SignedNote, TimerEvent, User, Visit
from neuroreed.model.errors import Corrupt


def seal(
    visit: Visit,
    *,
    by: User,
    at: datetime,
    body: Mapping[str, Any],
    kind: str = "note",
    amends: SignedNote | None = None,
) -> SignedNote:
    """Seal ``body`` as the next link of the patient's chain, in the caller's transaction."""
    with transaction.atomic():
        # one writer at a time for one patient's chain
        Patient.objects.select_for_update().get(pk=visit.patient_id)
        last = SignedNote.objects.filter(patient_id=visit.patient_id).order_by("-sequence").first()
        note = build(visit, last, by=by, at=at, body=body, kind=kind, amends=amends)
        note.save(force_insert=True)
    return note


def build(
    visit: Visit,
    last: SignedNote | None,
    *,
    by: User,
    at: datetime,
    body: Mapping[str, Any],
    kind: str = "note",
    amends: SignedNote | None = None,
) -> SignedNote:
    """The next link after ``last``, sealed but not yet stored."""
    note = SignedNote(
        id=uuid4(),
        patient_id=visit.patient_id,
        visit=visit,
        kind=kind,
        amends=amends,
        sequence=last.sequence + 1 if last else 1,
        previous_sha256=last.sha256 if last else "",
        signer=by,
        signer_name=by.get_full_name(),
        credential=by.credential,
        at=at,
    )
    text = canonical({**_frame(note), "body": body})
    note.canonical = text.decode()
    note.sha256 = hashlib.sha256(text).hexdigest()
    return note


def _frame(note: SignedNote) -> dict[str, Any]:
    return {
        "id": str(note.pk),
        "patient": str(note.patient_id),
        "visit": str(note.visit_id),
        "kind": note.kind,
        "amends": str(note.amends_id) if note.amends_id else None,
        "sequence": note.sequence,
        "previous": note.previous_sha256,
        "signer": str(note.signer_id),
        "signer_name": note.signer_name,
        "credential": note.credential,
        "at": instant(note.at),
    }


def taps(rows: Iterable[TimerEvent]) -> list[dict[str, Any]]:
    """The taps behind the minutes of a visit, as its seal holds them."""
    return [
        {
            "kind": row.kind,
            "activity": str(row.activity_id) if row.activity_id else None,
            "at": instant(row.at),
            "start": instant(row.start) if row.start else None,
            "end": instant(row.end) if row.end else None,
            "reason": row.reason,
            "by": str(row.by_id),
        }
        for row in rows
    ]


def body(note: SignedNote) -> dict[str, Any]:
    """What was sealed: the facts and the text of the note."""
    value: dict[str, Any] = json.loads(note.canonical)["body"]
    return value


def faults(note: SignedNote, previous: SignedNote | None) -> Iterator[str]:
    """What does not hold about one seal and its place in the chain."""
    name = f"note {note.pk}"
    if hashlib.sha256(note.canonical.encode()).hexdigest() != note.sha256:
        yield f"{name} was changed after it was sealed"
        return
    sealed = json.loads(note.canonical)
    for key, value in _frame(note).items():
        if sealed.get(key) != value:
            yield f"{name} says another {key} beside its seal than within it"
    if note.sequence != (previous.sequence + 1 if previous else 1):
        yield f"a note is missing before {name}"
    if note.previous_sha256 != (previous.sha256 if previous else ""):
        yield f"{name} does not follow the note before it"


def broken(patient_id: UUID | None = None) -> Iterator[str]:
    """A sentence for each seal or link that does not hold."""
    notes = SignedNote.objects.order_by("patient_id", "sequence")
    if patient_id is not None:
        notes = notes.filter(patient_id=patient_id)
    previous: SignedNote | None = None
    for note in notes.iterator():
        if previous is not None and previous.patient_id != note.patient_id:
            previous = None
        yield from faults(note, previous)
        previous = note


def moved_taps() -> Iterator[str]:
    """A sentence for each signed visit whose taps are not those that were sealed with it."""
    notes = SignedNote.objects.filter(kind="note").prefetch_related("visit__timer_events")
    for note in notes.iterator(chunk_size=200):
        sealed = body(note).get("timer")
        if sealed is not None and taps(note.visit.timer_events.all()) != sealed:
            yield f"the minutes of visit {note.visit_id} are not those of its note"


def verify(patient_id: UUID | None = None) -> int:
    """How many seals hold.

    Raises:
        Corrupt: the message names the first record that does not.
    """
    for sentence in broken(patient_id):
        raise Corrupt(f"A seal does not hold: {sentence}.")
    notes = SignedNote.objects.all()
    return (notes.filter(patient_id=patient_id) if patient_id else notes).count()
