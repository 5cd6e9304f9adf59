"""Files that come in, whoever brings them: dropped on a page or collected by the worker.

What a file is, it says itself. Each is taken once: the same bytes again change nothing. A
file and everything it leads to is one transaction, so that a process that dies in the middle
has taken nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from neuroreed.clinic import connectors, events
from neuroreed.clinic.access_money import desk
from neuroreed.clinic.models import ReceivedFile, User
from neuroreed.clinic.services import acknowledgements, eligibility, lifecycle, numbers, sending
from neuroreed.clinic.services import remittance as remittances
from neuroreed.exchange.x12 import read_x12, write_999
from neuroreed.model.errors import BadInput, X12Error

KINDS = {"835": "835", "999": "999", "277": "277CA", "271": "271", "TA1": "TA1"}
LARGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file. ``outcome``: taken, duplicate, refused or unreadable."""

    file: ReceivedFile
    kind: str
    outcome: str
    says: tuple[str, ...]


def take(user: User, name: str, content: bytes, *, at: datetime, answer: bool = False) -> Taken:
    """Take one file: post its remittances, note its acknowledgements, read its benefits.

    Args:
        user: who brings it.
        name: what the file was called; shown, never believed.
        content: its bytes.
        at: now.
        answer: queue our own 999 for it, as for every file that came over the wire.

    Raises:
        BadInput: nothing in it, or more than a file may hold.
    """
    if user.username != "exchange":
        desk(user)
    if not content or len(content) > connectors.LARGEST_BYTES:
        raise BadInput("A file has at least a byte and at most 200 MB.")
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        events.lock_chain()
        before = ReceivedFile.objects.filter(sha256=digest).first()
        if before is not None:
            says = f"This file came before, on {before.at:%Y-%m-%d}; nothing was changed."
            return Taken(before, before.kind, "duplicate", (says,))
        row = ReceivedFile(
            sha256=digest,
            name=_shown(name),
            kind="other",
            content=content,
            at=at,
            by=user,
            outcome="taken",
        )
        try:
            read = read_x12(content, details=True)
        except X12Error as error:
            row.outcome, row.says = "unreadable", [str(error)]
            row.save(force_insert=True)
            events.append(user, "file.unreadable", row, {"sha256": digest}, at=at)
            return Taken(row, row.kind, row.outcome, tuple(row.says))
        found = list(_kinds(read))
        row.kind = found[0] if len(set(found)) == 1 else ("mixed" if found else "other")
        outcome, says = _work(row, read, found, by=user, at=at)
        if answer and outcome != "unreadable":
            _answer(row, content, at=at)
        events.append(user, f"file.{outcome}", row, {"kind": row.kind, "sha256": digest}, at=at)
    return Taken(row, row.kind, outcome, says)


def _shown(name: str) -> str:
    plain = "".join(
        sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable()
    )
    return plain[:LARGEST_NAME] or "file"


def _kinds(read: dict[str, Any]) -> Iterator[str]:
    for interchange in read["interchanges"]:
        if interchange.get("ta1"):
            yield "TA1"
        for group in interchange["groups"]:
            for transaction_ in group["transactions"]:
                yield KINDS.get(transaction_["type"], transaction_["type"] or "other")


Work = Callable[..., tuple[str, ...]]


def _work(
    row: ReceivedFile, read: dict[str, Any], kinds: list[str], *, by: User, at: datetime
) -> tuple[str, tuple[str, ...]]:
    """Do what a file asks; a remittance that cannot be posted refuses the whole of it."""
    says: list[str] = []
    if "835" in kinds:
        plan = remittances.plan(read, at=at)
        row.outcome, row.says = plan.outcome, list(plan.says)
        row.save(force_insert=True)
        if plan.outcome != "taken":
            return plan.outcome, plan.says
        remittances.write(plan, row, by=by, at=at)
        says += plan.says
    else:
        said = [
            f"{one['code']} in segment {one['segment']}: {one['message']}"
            for one in read["defects"]
        ]
        row.says = said[:20]
        row.outcome = "taken" if kinds and kinds != ["other"] else "refused"
        if row.outcome == "refused":
            row.says = [*row.says, "Nothing in it is an answer that the clinic knows."]
        row.save(force_insert=True)
    works: dict[str, Work] = {
        "TA1": acknowledgements.interchange,
        "999": acknowledgements.functional,
        "277CA": acknowledgements.claims,
        "271": eligibility.answers,
    }
    for kind, work in works.items():
        if kind in kinds:
            says += work(row, read, by=by, at=at)
    return row.outcome, tuple(says or row.says)


def _answer(row: ReceivedFile, content: bytes, *, at: datetime) -> None:
    """Our 999 for a file, unless it is an acknowledgement itself."""
    control = numbers.following("interchange")
    try:
        made = write_999(content, made=at, interchange_control=control, group_control=control)
    except (X12Error, BadInput):
        return
    sending.queue("999", f"neuroreed-{control:09d}.999", by=row.by, at=at, content=made)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one run of collecting found."""

    taken: tuple[Taken, ...] = ()
    says: str = ""


def collect(user: User | None, *, at: datetime, address: str | None = None) -> Collected:
    """Take every file that waits with the clearing house, then put it away.

    A process that dies between the two finds the file again, and knows it by its bytes.
    """
    who = user or lifecycle.machine()
    if user is not None:
        desk(user)
    found = []
    try:
        with connectors.connected(address) as connector:
            for name in connector.waiting():
                found.append(take(who, name, connector.fetch(name), at=at, answer=True))
                connector.done(name)
    except OSError as error:
        return Collected(tuple(found), error.strerror or str(error) or type(error).__name__)
    return Collected(tuple(found))
