"""A second session of one date: its minutes are added to the first before units are counted.

What the earlier session was billed stands; this session is billed what is left of the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from neuroreed.billing.timing import sort_out
from neuroreed.billing.units import CMS_SOURCE, UnitsProof, answer, units, units_for

POOLING_SOURCE = "rule UNITS-2f"


@dataclass(frozen=True, slots=True)
class EarlierSession:
    """Minutes and billed units by code of a session of the same date and discipline."""

    minutes: Mapping[str, int]
    units: Mapping[str, int]


def rest_of_day(
    minutes: Sequence[tuple[str, int]], earlier: Iterable[EarlierSession], method: str
) -> UnitsProof:
    """Units of a session after others of its date, patient and discipline.

    With the total-minutes method the day supports so many units in all; those left after the
    earlier sessions go one each to the code that has most minutes not yet billed. The midpoint
    method does the same code by code.

    Args:
        minutes: ``(code, whole minutes)`` of this session.
    """
    alone = units(minutes, method)
    own = sort_out(minutes)
    before_minutes: dict[str, int] = {}
    before_units: dict[str, int] = {}
    for session in earlier:
        for timed in sort_out(session.minutes).timed:
            billed = sum(session.units.get(code, 0) for code in timed.lines(1))
            before_minutes[timed.label] = before_minutes.get(timed.label, 0) + timed.minutes
            before_units[timed.label] = before_units.get(timed.label, 0) + billed
    if not before_minutes or not own.timed:
        return alone
    pooled = [timed.minutes + before_minutes.get(timed.label, 0) for timed in own.timed]
    taken = [before_units.get(timed.label, 0) for timed in own.timed]
    if alone.method == "ama":
        given = [max(0, units_for(p) - t) for p, t in zip(pooled, taken, strict=True)]
    else:
        day = sum(timed.minutes for timed in own.timed) + sum(before_minutes.values())
        left = max(0, units_for(day) - sum(before_units.values()))
        given = _left(pooled, taken, left)
    found = answer(own, given)
    total, spent = sum(timed.minutes for timed in own.timed), sum(before_units.values())
    return UnitsProof(
        method=alone.method,
        units=found,
        total_timed_minutes=total,
        total_units=sum(given),
        alternatives=[found],
        tie=False,
        steps=(*own.notes, *_steps(total, sum(before_minutes.values()), spent, sum(given))),
    )


def _left(pooled: Sequence[int], taken: Sequence[int], left: int) -> list[int]:
    """One unit after another to the code with most minutes that no unit stands for yet."""
    given = [0] * len(pooled)
    for _unit in range(left):
        open_minutes = [p - 15 * (t + g) for p, t, g in zip(pooled, taken, given, strict=True)]
        best = max(range(len(pooled)), key=lambda i: (open_minutes[i], pooled[i], -i))
        if open_minutes[best] <= 0:
            break
        given[best] += 1
    return given


def _steps(own: int, before: int, spent: int, given: int) -> list[str]:
    day = own + before
    return [
        f"An earlier session of this date had {before} timed minutes and {spent} timed "
        f"{_units(spent)}. Minutes of one date are added before units are counted "
        f"({POOLING_SOURCE}).",
        f"Timed minutes of the day: {before} + {own} = {day}, which supports {units_for(day)} "
        f"timed {_units(units_for(day))} ({CMS_SOURCE}).",
        f"{spent} {'is' if spent == 1 else 'are'} billed already: {given} timed {_units(given)} "
        "for this session.",
    ]


def _units(count: int) -> str:
    return "unit" if count == 1 else "units"
