"""The steps of a claim: released, filed, sent, acknowledged, adjudicated, closed.

Beside these, a claim is held by a person, rejected before anybody adjudicated it, or replaced
by a later one. Every step is a row with its file and an event; the last step is the state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from neuroreed.clinic import events
from neuroreed.clinic.models import (
    Claim,
    ClaimEvent,
    ClaimFile,
    ReceivedFile,
    Role,
    StepSource,
    User,
)

STATES = (
    "released",
    "held",
    "filed",
    "sent",
    "acknowledged",
    "rejected",
    "adjudicated",
    "closed",
    "replaced",
)
AWAY = frozenset({"filed", "sent", "acknowledged", "adjudicated", "closed"})
"""States of a claim that a payer may have."""
REASON_LENGTH = 500


def machine() -> User:
    """Who acts when nobody does: files that come and go by themselves. It cannot sign in."""
    user, made = User.objects.get_or_create(
        username="exchange",
        defaults={
            "role": Role.ADMIN,
            "first_name": "File",
            "last_name": "exchange",
            "is_active": False,
        },
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def step(
    claim: Claim,
    state: str,
    reason: str,
    user: User,
    at: datetime,
    *,
    received: ReceivedFile | None = None,
    sent: ClaimFile | None = None,
) -> ClaimEvent:
    """One step of a claim with its file, in the caller's transaction."""
    row = ClaimEvent(
        claim=claim,
        sequence=claim.steps.count() + 1,
        state=state,
        reason=reason[:REASON_LENGTH],
        by=user,
        at=at,
    )
    row.save(force_insert=True)
    if received is not None or sent is not None:
        StepSource(step=row, received=received, sent=sent).save(force_insert=True)
    detail = {"number": claim.number}
    if received is not None:
        detail["file"] = received.sha256
    if sent is not None:
        detail["control"] = str(sent.control_number)
    events.append(user, f"claim.{state}", claim, detail, at=at)
    return row


def state(claim: Claim) -> str:
    """The last step of a claim."""
    last = claim.steps.order_by("-sequence").first()
    return last.state if last else "released"


def in_state(claims: Iterable[Claim], wanted: Iterable[str]) -> list[Claim]:
    """Those of the claims that are in one of these states."""
    states = frozenset(wanted)
    return [claim for claim in claims if state(claim) in states]
