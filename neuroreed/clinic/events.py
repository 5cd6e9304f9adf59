"""The chain of events: who did or saw what, each link hashed with the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone

from neuroreed.clinic.models import Event, User
from neuroreed.model.errors import Corrupt

# two writers of the chain wait for each other: PostgreSQL by this lock, SQLite by its own
CHAIN_LOCK = 0x6E726D65
# reading one record again within this time is one view, so that a page that refreshes is one line
SAME_VIEW = timedelta(minutes=15)


def subject_of(thing: Any) -> str:
    """``kind:id`` of a row, or the text itself."""
    if isinstance(thing, str):
        return thing
    return f"{thing._meta.model_name}:{thing.pk}"


def patient_of(thing: Any) -> str:
    """The id of the patient a row belongs to, or nothing."""
    if isinstance(thing, models.Model):
        if thing._meta.model_name == "patient":
            return str(thing.pk)
        for path in ("patient_id", "episode", "visit", "plan", "coverage", "version", "claim"):
            value = getattr(thing, path, None)
            if isinstance(value, UUID):
                return str(value)
            if isinstance(value, models.Model):
                return patient_of(value)
    return ""


def append(
    actor: User | None,
    verb: str,
    subject: Any,
    detail: Mapping[str, Any] | None = None,
    *,
    at: datetime,
    patient: str | None = None,
) -> Event:
    """Add one link, in the caller's transaction. ``detail`` holds ids, codes and hashes only."""
    with transaction.atomic():
        lock_chain()
        last = Event.objects.order_by("-sequence").first()
        event = Event(
            sequence=last.sequence + 1 if last else 1,
            at=at,
            actor=f"user:{actor.pk}" if actor is not None else "system",
            verb=verb,
            subject=subject_of(subject),
            patient=patient_of(subject) if patient is None else patient,
            detail=json.loads(json.dumps(detail or {}, default=str, sort_keys=True)),
            previous_hash=last.hash if last else "",
        )
        event.hash = link_hash(event)
        event.save(force_insert=True)
    return event


def viewed(user: User, subject: Any, *, at: datetime | None = None) -> None:
    """Log that a person saw a record, once for one sitting."""
    at = at or timezone.now()
    name = subject_of(subject)
    if Event.objects.filter(
        actor=f"user:{user.pk}", subject=name, verb="viewed", at__gt=at - SAME_VIEW
    ).exists():
        return
    append(user, "viewed", subject, at=at)


def lock_chain() -> None:
    """Make this transaction the only one that writes the chain."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def link_hash(event: Event) -> str:
    """SHA-256 over every column of a link and the hash before."""
    link = {
        "sequence": event.sequence,
        "at": instant(event.at),
        "actor": event.actor,
        "verb": event.verb,
        "subject": event.subject,
        "patient": event.patient,
        "detail": event.detail,
        "previous": event.previous_hash,
    }
    return hashlib.sha256(canonical(link)).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8: the same value is the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def instant(at: datetime) -> str:
    """A moment in UTC to the microsecond, always written the same way."""
    from datetime import UTC

    return at.astimezone(UTC).isoformat(timespec="microseconds")


def broken() -> Iterator[str]:
    """A sentence for each link that does not hold, in order; nothing when the chain is whole."""
    previous, expected = "", 1
    for event in Event.objects.order_by("sequence").iterator():
        if event.sequence != expected:
            yield f"event {expected} is missing: the next one is {event.sequence}"
        if event.previous_hash != previous:
            yield f"event {event.sequence} does not follow the one before it"
        if link_hash(event) != event.hash:
            yield f"event {event.sequence} was changed after it was written"
        previous, expected = event.hash, event.sequence + 1


def verify() -> int:
    """How many events the chain holds.

    Raises:
        Corrupt: a link does not hold; the message names the first.
    """
    for sentence in broken():
        raise Corrupt(f"The event chain does not hold: {sentence}.")
    return Event.objects.count()
