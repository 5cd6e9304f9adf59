"""Draft, seal and amend notes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.care import note as care_note
from neuroreed.clinic import access, convert, events, signing
from neuroreed.clinic.models import Role, SignedNote, User, Visit
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import charges
from neuroreed.clinic.values import Draft
from neuroreed.model.billing import Charge
from neuroreed.model.care import Furnished
from neuroreed.model.errors import AlreadySigned, BadInput, IncompleteNote, Refused

NOTE_TYPES = {
    "evaluation": care_note.NoteType.EVALUATION,
    "reevaluation": care_note.NoteType.REEVALUATION,
    "discharge": care_note.NoteType.DISCHARGE,
}
ADDENDA = ("addendum", "late_entry")
TEXT_LENGTH = 5000


def note_type(visit: Visit) -> care_note.NoteType:
    """The type of note that a visit of this kind needs."""
    return NOTE_TYPES.get(visit.kind, care_note.NoteType.DAILY)


def draft(user: User, visit_id: UUID, *, at: datetime) -> Draft:
    """The note as it would be sealed now, and what it lacks, one sentence each."""
    visit = access.visit_for(user, visit_id)
    time = convert.timed(visit, until=at if visit.state == Visit.State.OPEN else None)
    assessed = charges.assess(visit, time, at=at, signer=user if user.treats else None)
    note = _note(visit, assessed.facts)
    return Draft(visit.pk, assessed.facts, note.text, tuple(care_note.missing(note)))


def _note(visit: Visit, facts: Mapping[str, Any]) -> care_note.Note:
    """The note of a visit with what the clinician added in own words."""
    return care_note.draft(facts, note_type(visit), free_text=visit.facts.get("free_text") or "")


def sign(
    user: User,
    visit_id: UUID,
    *,
    at: datetime,
    accepted: Iterable[tuple[str, str]] | None = None,
) -> SignedNote:
    """Seal the note of a visit under the clinician's name, with its charges and findings.

    ``accepted`` are the proposed modifiers the clinician accepts, as (code, modifier);
    ``None`` keeps what was accepted before. A finding of severity *stop* does not hinder
    the signature, it holds the claim. Signing twice gives the same note.

    Raises:
        AlreadySigned: another person sealed this note.
        IncompleteNote: what is missing is in ``.missing``.
        Refused: the session is not ended, or its minutes have a problem to settle first.
    """
    with transaction.atomic():
        visit = access.visit_for(user, visit_id, to="sign")
        Visit.objects.select_for_update().get(pk=visit.pk)
        visit.refresh_from_db(fields=["state", "accepted", "facts"])
        if visit.state == Visit.State.SIGNED:
            return _sealed_before(user, visit)
        if accepted is not None:
            visit.accepted = _accepted(visit, accepted, at)
        return seal(user, visit, at=at)


def direct_student(user: User, visit_id: UUID, *, at: datetime) -> None:
    """The supervisor says: in the room throughout, directing, treating nobody else.

    Only then is what a student's hands did the therapist's own service
    (Pub. 100-02 chapter 15 section 230.B).

    Raises:
        Refused: no student treated in this visit.
    """
    with transaction.atomic():
        visit = access.visit_for(user, visit_id, to="sign")
        Visit.objects.select_for_update().get(pk=visit.pk)
        visit.refresh_from_db(fields=["state", "facts"])
        if visit.state == Visit.State.SIGNED:
            raise AlreadySigned("The note of this visit is signed: write an addendum instead.")
        by_student = visit.timer_events.filter(furnished=str(Furnished.STUDENT)).exists()
        if not by_student or user.role != Role.THERAPIST:
            raise Refused("No student treated in this visit: there is nothing to direct.")
        visit.facts = {
            **visit.facts,
            "student": {
                "in_room": True,
                "directed_by": f"{user.get_full_name()}, {user.credential}",
            },
        }
        visit.save(update_fields=["facts"])
        events.append(user, "student.directed", visit, at=at)


def seal(
    user: User, visit: Visit, *, at: datetime, billed: tuple[Charge, ...] | None = None
) -> SignedNote:
    """Seal the note of a visit already permitted and held, in the caller's transaction.

    ``billed`` are charges that another system made; they are judged as they are.
    """
    _ready(visit)
    time = convert.timed(visit)
    if time.blocked:
        raise Refused(
            "Settle the minutes first: "
            + " ".join(problem.sentence for problem in time.problems if problem.blocks)
        )
    assessed = charges.assess(visit, time, at=at, signer=user, signed=True, billed=billed)
    note = _note(visit, assessed.facts)
    if missing := care_note.missing(note):
        raise IncompleteNote(missing)
    sealed = signing.seal(visit, by=user, at=at, body=_body(visit, note, assessed))
    visit.state = Visit.State.SIGNED
    visit.save(update_fields=["state", "accepted"])
    version = charges.store(visit, assessed, by=user, at=at, reason="note signed")
    detail = {"note": sealed.pk, "sha256": sealed.sha256, "charges": version.version}
    events.append(user, "note.signed", visit, detail, at=at)
    charges.price_day_again(visit, by=user, at=at)
    return sealed


def _sealed_before(user: User, visit: Visit) -> SignedNote:
    note = SignedNote.objects.get(visit=visit, kind="note")
    if note.signer_id != user.pk:
        raise AlreadySigned("The note of this visit is signed: write an addendum instead.")
    return note


def _ready(visit: Visit) -> None:
    if visit.state == Visit.State.OPEN:
        raise Refused("The session is still open: end it before signing.")
    if visit.state != Visit.State.ENDED:
        raise Refused("There is nothing to sign: the visit has not taken place.")


def _accepted(visit: Visit, accepted: Iterable[tuple[str, str]], at: datetime) -> list[list[str]]:
    wanted = {(cpt, modifier) for cpt, modifier in accepted}
    if strange := wanted - charges.proposed(visit, at=at):
        cpt, modifier = sorted(strange)[0]
        raise Refused(f"Modifier {modifier} is not proposed for {cpt}: its ground is missing.")
    return [list(pair) for pair in sorted(wanted)]


def _body(visit: Visit, note: care_note.Note, assessed: charges.Assessment) -> dict[str, Any]:
    """What is sealed: the note, the facts, the taps behind the minutes, and what is billed."""
    sealed: dict[str, Any] = json.loads(care_note.canonical(note))
    facts = sealed.pop("facts")
    return {
        "facts": facts,
        "note": sealed,
        "timer": signing.taps(visit.timer_events.all()),
        "charges": plain(assessed.charges),
    }


def addendum(
    user: User,
    note_id: UUID,
    *,
    text: str,
    reason: str,
    at: datetime,
    kind: str = "addendum",
) -> SignedNote:
    """Add to a sealed note; what was sealed stays as it was.

    Raises:
        IncompleteNote: no text, no reason, or a signer without a credential.
    """
    if kind not in ADDENDA:
        raise BadInput(f"{kind!r} is neither an addendum nor a late entry.")
    if len(text) > TEXT_LENGTH or len(reason) > TEXT_LENGTH:
        raise BadInput(f"An addendum holds at most {TEXT_LENGTH} characters.")
    with transaction.atomic():
        first = access.sealed_note(user, note_id)
        facts = {
            "date_of_service": convert.day(first.visit.date_of_service),
            "signer": {"credential": user.credential, "licensed": user.licensed},
        }
        note = care_note.Note(
            type=care_note.NoteType.DAILY,
            facts=facts,
            text=care_note.NoteText(care_note.NoteType.DAILY, "Addendum", ()),
            free_text=text,
            amends=str(first.pk),
            amendment=kind,
            reason=reason,
        )
        if missing := care_note.missing(note):
            raise IncompleteNote(missing)
        body = {"facts": facts, "note": {"sections": []}, "text": text, "reason": reason}
        sealed = signing.seal(first.visit, by=user, at=at, body=body, kind=kind, amends=first)
        detail = {"note": sealed.pk, "amends": first.pk, "sha256": sealed.sha256}
        events.append(user, f"note.{kind}", first.visit, detail, at=at)
    return sealed
