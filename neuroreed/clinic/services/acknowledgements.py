"""What is said of our files before anybody decides: TA1, 999 and 277CA."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from neuroreed.clinic.models import Claim, ClaimFile, PayerNumber, ReceivedFile, User
from neuroreed.clinic.services import lifecycle

OPEN = frozenset({"filed", "sent", "acknowledged"})


def _groups(read: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    for interchange in read["interchanges"]:
        for group in interchange["groups"]:
            yield from (one for one in group["transactions"] if one["type"] == kind)


def _file(control: str | None) -> ClaimFile | None:
    digits = (control or "").strip()
    if not digits.isdecimal():
        return None
    return ClaimFile.objects.defer("content").filter(control_number=int(digits)).first()


def _all(
    file: ClaimFile, state: str, reason: str, row: ReceivedFile, by: User, at: datetime
) -> int:
    done = 0
    for entry in file.entries.select_related("claim").order_by("claim__number"):
        if lifecycle.state(entry.claim) in OPEN:
            lifecycle.step(entry.claim, state, reason, by, at, received=row)
            done += 1
    return done


def interchange(
    row: ReceivedFile, read: dict[str, Any], *, by: User, at: datetime
) -> tuple[str, ...]:
    """A TA1: a rejected envelope takes all its claims with it."""
    says = []
    for ta1 in (each for one in read["interchanges"] for each in one.get("ta1") or ()):
        file = _file(ta1["control"])
        if file is None:
            says.append("A TA1 names an interchange that is none of ours.")
        elif ta1["accepted"]:
            says.append(f"File {file.control_number}: the envelope was accepted.")
        else:
            reason = f"TA1: the envelope was rejected (note {ta1['note']})"
            count = _all(file, "rejected", reason, row, by, at)
            says.append(f"File {file.control_number} was rejected by its envelope: {count} claims.")
    return tuple(says)


def functional(
    row: ReceivedFile, read: dict[str, Any], *, by: User, at: datetime
) -> tuple[str, ...]:
    """A 999: accepted or rejected, by transaction."""
    says = []
    for one in _groups(read, "999"):
        file = _file((one.get("acknowledges") or {}).get("control"))
        if file is None:
            says.append("A 999 names a group that is none of ours.")
            continue
        refused = [t for t in one["transactions"] if t["accepted"] is False]
        if one["accepted"] is False or refused:
            where = [
                f"{segment['segment']} at {segment['position']}"
                for transaction in refused
                for segment in transaction["segments"]
            ]
            reason = "999: rejected" + (f", {'; '.join(where[:5])}" if where else "")
            count = _all(file, "rejected", reason, row, by, at)
            says.append(f"File {file.control_number} was rejected: {count} claims. {reason}.")
        elif one["accepted"]:
            count = _all(file, "acknowledged", "999: accepted", row, by, at)
            says.append(f"File {file.control_number} was accepted: {count} claims.")
        else:
            says.append(f"File {file.control_number}: the 999 does not say whether it is accepted.")
    return tuple(says)


def claims(row: ReceivedFile, read: dict[str, Any], *, by: User, at: datetime) -> tuple[str, ...]:
    """A 277CA: each claim accepted, with the payer's number, or rejected, with the status."""
    accepted, rejected, strange = 0, 0, 0
    for one in _groups(read, "277"):
        for said in one["claims"]:
            claim = _claim(said["claim_id"])
            if claim is None:
                strange += 1
                continue
            control = said.get("payer_claim_control") or ""
            if control and not claim.payer_numbers.filter(number=control).exists():
                PayerNumber(claim=claim, number=control, at=at).save(force_insert=True)
            if lifecycle.state(claim) not in OPEN or said["accepted"] is None:
                continue
            codes = [
                f"{status['category']}/{status['code']}"
                for line in (said, *said.get("lines", ()))
                for status in line.get("statuses", ())
            ]
            words = ", ".join(dict.fromkeys(codes))
            if said["accepted"]:
                lifecycle.step(claim, "acknowledged", f"277CA: {words}", by, at, received=row)
                accepted += 1
            else:
                lifecycle.step(claim, "rejected", f"277CA: {words}", by, at, received=row)
                rejected += 1
    found = [f"277CA: {accepted} claims accepted, {rejected} rejected."]
    if strange:
        found.append(f"{strange} claims of it are none of ours.")
    return tuple(found)


def _claim(number: str | None) -> Claim | None:
    """The claim of that number that is with a payer; of a chain, the last that went out."""
    if not number:
        return None
    for claim in Claim.objects.filter(body__claim_id=number).order_by("-at"):
        if lifecycle.state(claim) in lifecycle.AWAY | {"rejected"}:
            return claim
    return None
