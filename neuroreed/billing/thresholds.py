"""The yearly KX threshold: what has accrued, which line crosses it, what is left.

Accrual counts allowed amounts, the patient's part included, by calendar year and bucket: PT
with SLP, and OT. The functions on lists keep to whole numbers, so that the audit room
registers and compiles the very same text; ``ledgers`` is the door for people and programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from datetime import date

from neuroreed.model.errors import BadInput
from neuroreed.model.money import dollars
from neuroreed.model.people import Discipline
from neuroreed.policy.parameters import Value, as_of

BUCKETS = {Discipline.PT: "pt_slp", Discipline.SLP: "pt_slp", Discipline.OT: "ot"}


def accrue(
    allowed_cents: Sequence[int],
    counts: Sequence[int],
    prior_cents: int,
    accrued_before_cents: MutableSequence[int],
) -> None:
    """What has accrued before each line of one patient, year and bucket.

    Args:
        allowed_cents: allowed amount per line, the patient's part included, in order of
            date. None is unknown.
        counts: 1 where the line belongs to the bucket, else 0.
        prior_cents: what accrued before the first line, other providers included.
        accrued_before_cents: filled in place, one entry per line.

    Source: ssa-1833g (rule MODS-3).
    """
    total = prior_cents
    for i in range(len(allowed_cents)):
        accrued_before_cents[i] = total
        if counts[i]:
            total += allowed_cents[i]


def needs_kx(accrued_before_cents: int, allowed_cents: int, threshold_cents: int) -> bool:
    """Whether a line lies above the threshold or crosses it; reaching it exactly does not.

    Source: ssa-1833g (rule MODS-3).
    """
    return (
        accrued_before_cents >= threshold_cents
        or accrued_before_cents + allowed_cents > threshold_cents
    )


def bucket_of(discipline: Discipline | str) -> str:
    """The bucket of a discipline: ``pt_slp`` or ``ot``."""
    try:
        return BUCKETS[Discipline(discipline)]
    except ValueError:
        raise BadInput(f"There is no discipline {discipline!r}: give PT, OT or SLP.") from None


def threshold(on: date, discipline: Discipline | str) -> Value:
    """The yearly amount in cents, with its source and confidence.

    Raises:
        NoParameter: nobody has published it for that year.
    """
    return as_of(f"kx_threshold_{bucket_of(discipline)}", on)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that accrues; ``allowed_cents`` is ``None`` when nobody knows it."""

    line_id: str
    date_of_service: date
    discipline: Discipline
    allowed_cents: int | None


@dataclass(frozen=True, slots=True)
class AccruedLine:
    """A line and what had accrued before it. ``None`` means that it cannot be told.

    ``needs_kx`` may be known where the amount is not: what is known can be enough.
    """

    entry: Entry
    accrued_before_cents: int | None
    needs_kx: bool | None
    crosses: bool | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """One calendar year and bucket of one patient.

    ``at_least_cents`` adds what is known; ``accrued_cents`` and ``remaining_cents`` are
    ``None`` while a part is unknown. ``review`` tells whether the targeted review threshold
    is passed.
    """

    year: int
    bucket: str
    threshold_cents: int
    threshold_cite: str
    threshold_is_verified: bool
    prior_cents: int | None
    lines: tuple[AccruedLine, ...]
    at_least_cents: int
    accrued_cents: int | None
    remaining_cents: int | None
    review: bool | None
    steps: tuple[str, ...]


def ledgers(
    entries: Iterable[Entry], *, prior: Mapping[tuple[int, str], int | None]
) -> tuple[Ledger, ...]:
    """The ledgers of one patient, by year and bucket.

    Args:
        entries: lines of one patient; they are put in order of date, else as they come.
        prior: cents that accrued elsewhere or before, by (year, bucket), entered by hand
            from the payer's eligibility answer. Absent or ``None`` is unknown, not zero.

    Raises:
        NoParameter: a year without a published threshold.
    """
    found: dict[tuple[int, str], list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: each.date_of_service):
        key = (entry.date_of_service.year, bucket_of(entry.discipline))
        found.setdefault(key, []).append(entry)
    return tuple(_ledger(key, lines, prior.get(key)) for key, lines in sorted(found.items()))


def _ledger(key: tuple[int, str], lines: Sequence[Entry], prior: int | None) -> Ledger:
    year, bucket = key
    last_day = lines[-1].date_of_service
    limit = threshold(last_day, lines[-1].discipline)
    before = [0] * len(lines)
    accrue([line.allowed_cents or 0 for line in lines], [1] * len(lines), prior or 0, before)
    known = prior is not None
    told: list[AccruedLine] = []
    for line, so_far in zip(lines, before, strict=True):
        told.append(_told(line, so_far, known, limit.value))
        known = known and line.allowed_cents is not None
    at_least = before[-1] + (lines[-1].allowed_cents or 0)
    review_at = as_of("targeted_review_threshold", last_day).value
    return Ledger(
        year=year,
        bucket=bucket,
        threshold_cents=limit.value,
        threshold_cite=limit.cite,
        threshold_is_verified=limit.confidence == "V",
        prior_cents=prior,
        lines=tuple(told),
        at_least_cents=at_least,
        accrued_cents=at_least if known else None,
        remaining_cents=max(0, limit.value - at_least) if known else None,
        review=True if at_least > review_at else (False if known else None),
        steps=tuple(_steps(limit, prior, told, at_least, known=known)),
    )


def _told(line: Entry, so_far: int, known: bool, limit: int) -> AccruedLine:
    allowed = line.allowed_cents
    needed: bool | None = needs_kx(so_far, allowed or 0, limit)
    if not needed and not (known and allowed is not None):
        needed = None
    crosses = None if needed is None or not known else bool(needed and so_far < limit)
    return AccruedLine(line, so_far if known else None, needed, crosses)


def _steps(
    limit: Value, prior: int | None, told: Sequence[AccruedLine], at_least: int, *, known: bool
) -> list[str]:
    year = limit.since.year
    steps = [
        f"Threshold of {year}: {dollars(limit.value)} "
        f"({limit.cite}{'' if limit.confidence == 'V' else ', not verified'})."
    ]
    if prior is None:
        steps.append("What accrued with other providers is not known: ask the payer.")
    else:
        steps.append(f"Accrued before our lines: {dollars(prior)}, entered by hand.")
    first = next((line for line in told if line.needs_kx), None)
    if first is not None:
        steps.append(
            f"KX is needed from line {first.entry.line_id} on, "
            f"{first.entry.date_of_service}, not earlier (rule MODS-3)."
        )
    sure = "" if known else "at least "
    steps.append(f"Accrued now: {sure}{dollars(at_least)}.")
    return steps
