"""Files on their way out, each sent once, whatever breaks in between.

A file is first written down (``Outgoing``). Sending it is three steps, each safe to repeat:
stage it where nobody collects, write that down, rename it, write that down. A process that dies
before the first note stages again over the same name. One that dies after it finds the staged
file and renames it, or finds it gone, which only our own renaming does: then it was sent.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from neuroreed.clinic import connectors, events
from neuroreed.clinic.access_money import desk
from neuroreed.clinic.models import ClaimFile, Outgoing, OutgoingStep, User
from neuroreed.clinic.services import lifecycle

LONGEST_WAIT = timedelta(hours=1)
SEND_LOCK = 0x6E726F75


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run did. ``waiting`` are files that failed before and are tried again later."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    says: str = ""


def queue(
    kind: str,
    name: str,
    *,
    by: User,
    at: datetime,
    content: bytes = b"",
    claim_file: ClaimFile | None = None,
) -> Outgoing:
    """Write down that a file is to go out, in the caller's transaction.

    Its name bears its content, so that a file of another record in the same folder, with the
    same control number, is never taken for this one.
    """
    digest = claim_file.sha256 if claim_file else hashlib.sha256(content).hexdigest()
    stem, _, suffix = name.rpartition(".")
    row = Outgoing(
        name=connectors.safe(f"{stem}-{digest[:8]}.{suffix}"),
        kind=kind,
        content=content,
        claim_file=claim_file,
        sha256=digest,
        at=at,
        by=by,
    )
    row.save(force_insert=True)
    events.append(by, "file.queued", row, {"kind": kind, "sha256": row.sha256}, at=at)
    return row


def state(row: Outgoing) -> str:
    """waiting, staged, failed or sent."""
    last = row.steps.order_by("-sequence").first()
    return last.state if last else "waiting"


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this process is the only one that sends, on this machine and this database."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with (settings.DATA / "sending.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if connection.vendor != "postgresql":
            yield True
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [SEND_LOCK])
            mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [SEND_LOCK])


def deliver(user: User | None, *, at: datetime, address: str | None = None) -> Delivered:
    """Send what is written down and not sent. Run by a person's press or by the worker.

    Args:
        user: who pressed, and then nothing waits; ``None`` for the worker, which leaves a file
            that failed alone for 1, 2, 4 … minutes, at most an hour.
        at: now.
        address: another connector than the clinic's, for tests.
    """
    if user is not None:
        desk(user)
    waits = list(
        Outgoing.objects.exclude(steps__state="sent").prefetch_related("steps").order_by("at")
    )
    due = [row for row in waits if user is not None or _is_due(row, at)]
    if not due:
        return Delivered(waiting=len(waits))
    with _alone() as alone:
        if not alone:
            return Delivered(waiting=len(waits), says="Another process is sending now.")
        sent, failed = 0, 0
        try:
            with connectors.connected(address) as connector:
                for row in due:
                    if _send(row, connector, at):
                        sent += 1
                    else:
                        failed += 1
        except OSError as error:
            for row in due[sent + failed :]:
                _note(row, "failed", _plain(error), at)
                failed += 1
    return Delivered(sent, failed, len(waits) - len(due))


def _is_due(row: Outgoing, at: datetime) -> bool:
    failures = [step for step in row.steps.all() if step.state == "failed"]
    if not failures:
        return True
    wait = min(timedelta(minutes=2 ** min(len(failures) - 1, 10)), LONGEST_WAIT)
    return at >= max(step.at for step in failures) + wait


def _send(row: Outgoing, connector: connectors.Connector, at: datetime) -> bool:
    # read again under the lock: another process may have gone on meanwhile
    states = set(row.steps.values_list("state", flat=True))
    if "sent" in states:
        return True
    try:
        if "staged" not in states:
            connector.stage(row.name, _content(row))
            _note(row, "staged", "", at)
        how = connector.release(row.name)
    except OSError as error:
        _note(row, "failed", _plain(error), at)
        return False
    with transaction.atomic():
        _note(row, "sent", "" if how == "released" else "found released", at)
        if row.claim_file is not None:
            file = row.claim_file
            for entry in file.entries.select_related("claim").order_by("claim__number"):
                if lifecycle.state(entry.claim) == "filed":
                    reason = f"file {file.control_number:09d}"
                    lifecycle.step(entry.claim, "sent", reason, row.by, at, sent=file)
    return True


def _content(row: Outgoing) -> bytes:
    return bytes(row.claim_file.content if row.claim_file is not None else row.content)


def _note(row: Outgoing, state: str, says: str, at: datetime) -> None:
    with transaction.atomic():
        last = row.steps.order_by("-sequence").values_list("sequence", flat=True).first() or 0
        OutgoingStep(outgoing=row, sequence=last + 1, state=state, says=says[:300], at=at).save(
            force_insert=True
        )
        events.append(row.by, f"file.{state}", row, at=at)


def _plain(error: OSError) -> str:
    """What went wrong without paths, hosts or names."""
    return error.strerror or (str(error) if not error.errno else "") or type(error).__name__
