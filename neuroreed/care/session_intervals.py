"""Intervals of elapsed time: half-open, whole microseconds of UTC inside, never wall-clock time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

Interval = tuple[datetime, datetime]


def utc(at: datetime) -> datetime:
    """The moment in UTC, where subtraction gives elapsed time on nights of clock change too."""
    return at.astimezone(UTC)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same moments as intervals that neither touch nor overlap, in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """The moments of ``intervals`` that are not in ``taken``."""
    left: list[Interval] = union(intervals)
    for cut_start, cut_end in union(taken):
        pieces: list[Interval] = []
        for start, end in left:
            if cut_end <= start or cut_start >= end:
                pieces.append((start, end))
                continue
            if start < cut_start:
                pieces.append((start, cut_start))
            if cut_end < end:
                pieces.append((cut_end, end))
        left = pieces
    return left


def shared(one: Interval, other: Interval) -> Interval | None:
    """The moments of both, or ``None``; meeting at one moment is not sharing."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else None


def length(intervals: Iterable[Interval]) -> timedelta:
    """Elapsed time, moments that lie in several intervals counted once."""
    return sum((end - start for start, end in union(intervals)), timedelta())


def whole_minutes(parts: Sequence[timedelta]) -> list[int]:
    """Whole minutes of each part, adding up to the whole minutes of all parts together.

    The parts are added first and floored once (UNITS-2d); the minutes that flooring each
    part would lose go to the parts with the largest remainders, the earlier one on a tie.
    """
    minute = timedelta(minutes=1)
    minutes = [part // minute for part in parts]
    spare = sum(parts, timedelta()) // minute - sum(minutes)
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] % minute), i))
    for i in by_remainder[:spare]:
        minutes[i] += 1
    return minutes
