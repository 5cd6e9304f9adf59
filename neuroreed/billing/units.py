"""Minutes to billable units: Medicare's total-minutes method and the midpoint method.

The functions on lists keep to whole numbers and loops, so that the audit room registers
and compiles the very same text. ``units`` is the door for people and programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from neuroreed.billing.timing import Timed, Visit, sort_out
from neuroreed.model.errors import BadInput

CMS_SOURCE = "CMS Pub. 100-04, chapter 5, section 20.2.C"
MIDPOINT_SOURCE = "CPT time rule: the midpoint must be passed; secondary sources"
ANSWERS_LISTED = 2 * 10**4  # sixteen codes can tie for half as many units; nobody reads more
METHODS = {"cms": "cms", "ama": "ama", "spm": "ama"}


def units_for(total_minutes: int) -> int:
    """Timed units that the added minutes of a visit support: 8 to 22 is one, 23 to 37 two.

    Source: CMS Pub. 100-04, chapter 5, section 20.2.C (rule UNITS-3).
    """
    return (total_minutes + 7) // 15


def supported_units(minutes: Sequence[int]) -> int:
    """Timed units that the minutes of one visit support, all timed codes added.

    Args:
        minutes: whole one-on-one minutes, one entry per timed code. None is unknown.

    Source: CMS Pub. 100-04, chapter 5, section 20.2.C (rule UNITS-3).
    """
    total = 0
    for i in range(len(minutes)):
        total += minutes[i]
    return (total + 7) // 15


def allocate(minutes: Sequence[int], units: MutableSequence[int]) -> None:
    """Hand out the units that the minutes of one visit support (total-minutes method).

    Each code first gets its whole quarters of an hour; the units left over go one each
    to the largest remainders. On equal remainders the code with more minutes gets the
    unit, then the earlier one: the manual leaves the choice to the therapist.

    Args:
        minutes: whole one-on-one minutes, one entry per timed code, in order of first
            treatment. No entry may be unknown.
        units: filled in place, one entry per code.

    Source: CMS Pub. 100-04, chapter 5, section 20.2.C (rules UNITS-3 to UNITS-5).
    """
    spare = 7
    for i in range(len(minutes)):
        spare += minutes[i]
    spare = spare // 15
    for i in range(len(minutes)):
        units[i] = minutes[i] // 15
        spare -= units[i]
    while spare > 0:
        best = 0
        for i in range(1, len(minutes)):
            ahead = (minutes[i] - 15 * units[i]) - (minutes[best] - 15 * units[best])
            if ahead > 0 or (ahead == 0 and minutes[i] > minutes[best]):
                best = i
        units[best] += 1
        spare -= 1


def midpoint_units(minutes: int) -> int:
    """Units of one code by itself: the eighth minute of a quarter of an hour earns it.

    Source: CPT time rule, midpoint passed (rule UNITS-6).
    """
    return (minutes + 7) // 15


def allocate_midpoint(minutes: Sequence[int], units: MutableSequence[int]) -> None:
    """Units of each code by itself; remainders of different codes are never combined.

    Args:
        minutes: whole one-on-one minutes, one entry per timed code. None is unknown.
        units: filled in place, one entry per code.

    Source: CPT time rule, midpoint passed (rule UNITS-6).
    """
    for i in range(len(minutes)):
        units[i] = (minutes[i] + 7) // 15


def is_accepted(minutes: Sequence[int], units: Sequence[int]) -> bool:
    """Whether the total-minutes method accepts these units, ties included.

    Every code has its whole quarters, the units left over went one each to the largest
    remainders, and none is missing.

    Args:
        minutes: whole one-on-one minutes, one entry per timed code. None is unknown.
        units: the units to judge, one entry per code.

    Source: CMS Pub. 100-04, chapter 5, section 20.2.C (rules UNITS-3 to UNITS-5).
    """
    left = 7
    smallest_with = 15
    largest_without = 0
    for i in range(len(minutes)):
        left += minutes[i]
    left = left // 15
    for i in range(len(minutes)):
        extra = units[i] - minutes[i] // 15
        remainder = minutes[i] % 15
        left -= units[i]
        if extra < 0 or extra > 1:
            return False
        if extra == 1 and remainder < smallest_with:
            smallest_with = remainder
        if extra == 0 and remainder > largest_without:
            largest_without = remainder
    return left == 0 and smallest_with > 0 and smallest_with >= largest_without


def midpoint_ceiling(total_minutes: int) -> int:
    """Timed units above which even the midpoint method cannot be right: one per 8 minutes.

    Source: rule UNITS-6.
    """
    return (total_minutes + 7) // 8


@dataclass(frozen=True, slots=True)
class UnitsProof:
    """Units of one visit and why.

    ``units`` leaves out codes with nothing to bill. ``total_units`` counts timed
    15-minute units. ``alternatives`` are all the answers the method accepts, ours first.
    ``tie`` says that the method leaves the choice to the therapist.
    """

    method: str
    units: dict[str, int]
    total_timed_minutes: int
    total_units: int
    alternatives: list[dict[str, int]]
    tie: bool
    steps: tuple[str, ...]


def units(
    minutes: Mapping[str, int] | Iterable[tuple[str, int]], method: str = "cms"
) -> UnitsProof:
    """Billable units of one patient, one date, one discipline.

    Args:
        minutes: whole minutes per code, as a mapping or as ``(code, minutes)`` pairs.
            Several bouts of a code are added first.
        method: ``"cms"`` adds the minutes of all timed codes (Medicare and followers);
            ``"ama"`` (also called ``"spm"``) takes each code by itself.

    Raises:
        ImpossibleMinutes: minutes that are not whole, negative or more than a day.
        UnknownCode: a code that the therapy code set does not hold.
        BadInput: another method, or not pairs of code and minutes.
    """
    if not isinstance(method, str) or method.lower() not in METHODS:
        raise BadInput(f"There is no unit method {method!r}: give cms or ama.")
    chosen = METHODS[method.lower()]
    visit = sort_out(minutes)
    amounts = [timed.minutes for timed in visit.timed]
    ours = [0] * len(amounts)
    if chosen == "cms":
        allocate(amounts, ours)
        others = _tied(amounts, ours)
    else:
        allocate_midpoint(amounts, ours)
        others = []
    return UnitsProof(
        method=chosen,
        units=answer(visit, ours),
        total_timed_minutes=sum(amounts),
        total_units=sum(ours),
        alternatives=[answer(visit, each) for each in [ours, *others]],
        tie=_is_tie(amounts, ours) if chosen == "cms" else False,
        steps=tuple(_proof(chosen, visit, ours)),
    )


def _edge(amounts: Sequence[int], given: Sequence[int]) -> tuple[list[int], int]:
    """Codes whose remainder equals the smallest that got an extra unit, and how many did."""
    extras = [i for i, units in enumerate(given) if units > amounts[i] // 15]
    if not extras:
        return [], 0
    edge = min(amounts[i] % 15 for i in extras)
    return (
        [i for i, minutes in enumerate(amounts) if minutes % 15 == edge],
        sum(1 for i in extras if amounts[i] % 15 == edge),
    )


def _is_tie(amounts: Sequence[int], given: Sequence[int]) -> bool:
    tied, extras = _edge(amounts, given)
    return extras < len(tied)


def _tied(amounts: Sequence[int], given: Sequence[int]) -> list[list[int]]:
    """The other answers the method accepts: the same extras to other codes of the tie."""
    tied, extras = _edge(amounts, given)
    if not extras < len(tied) or comb(len(tied), extras) > ANSWERS_LISTED:
        return []
    tied.sort(key=lambda i: (-amounts[i], i))
    others = []
    for chosen in combinations(tied, extras):
        each = list(given)
        for i in tied:
            each[i] = amounts[i] // 15
        for i in chosen:
            each[i] += 1
        if each != list(given):
            others.append(each)
    return others


def answer(visit: Visit, given: Sequence[int]) -> dict[str, int]:
    """Units per code in the order of the input, codes with nothing to bill left out."""
    found = dict(visit.other_units)
    for timed, count in zip(visit.timed, given, strict=True):
        found.update(timed.lines(count))
    return {code: found[code] for code in _order(visit, found) if found[code]}


def _order(visit: Visit, found: Mapping[str, int]) -> list[str]:
    return [
        *(code for code in visit.codes if code in found),
        *(c for c in found if c not in visit.codes),
    ]


def _proof(method: str, visit: Visit, given: Sequence[int]) -> list[str]:
    steps = list(visit.notes)
    amounts = [timed.minutes for timed in visit.timed]
    if not amounts:
        return [*steps, f"No code here is timed in 15-minute units ({CMS_SOURCE})."]
    if method == "ama":
        return steps + _midpoint_steps(visit.timed, given)
    total = sum(amounts)
    added = " + ".join(f"{timed.label} {timed.minutes}" for timed in visit.timed)
    supported = units_for(total)
    if supported == 0:
        return [
            *steps,
            f"Timed minutes: {added} = {total}. "
            f"Fewer than 8 minutes support no unit ({CMS_SOURCE}).",
        ]
    low, high = 15 * supported - 7, 15 * supported + 7
    steps.append(
        f"Timed minutes: {added} = {total}. {total} lies in {low} to {high}, "
        f"which supports {supported} timed {_units(supported)} ({CMS_SOURCE})."
    )
    whole = [
        f"{timed.label} {timed.minutes} = {timed.minutes // 15} x 15 + {timed.minutes % 15}"
        for timed in visit.timed
    ]
    fulls = sum(minutes // 15 for minutes in amounts)
    steps.append(
        f"Whole quarters of an hour first: {'; '.join(whole)}. "
        f"That is {fulls} {_units(fulls)}, and {supported - fulls} left to hand out ({CMS_SOURCE})."
    )
    extras = [
        timed
        for timed, units in zip(visit.timed, given, strict=True)
        if units > timed.minutes // 15
    ]
    if extras:
        names = ", ".join(f"{timed.label} ({timed.minutes % 15})" for timed in extras)
        steps.append(f"One more each to the largest remainders: {names} ({CMS_SOURCE}).")
    steps += _tie_steps(visit.timed, amounts, given)
    unbilled = [
        timed.label
        for timed, units in zip(visit.timed, given, strict=True)
        if units == 0 and timed.minutes
    ]
    if unbilled:
        steps.append(
            "Not billed, but the minutes stay in the record and in the total: "
            f"{', '.join(unbilled)} ({CMS_SOURCE}, example 4)."
        )
    return steps


def _tie_steps(timed: Sequence[Timed], amounts: Sequence[int], given: Sequence[int]) -> list[str]:
    tied, extras = _edge(amounts, given)
    if extras >= len(tied):
        return []
    names = ", ".join(timed[i].label for i in tied)
    steps = [
        f"{names} have the same remainder of {amounts[tied[0]] % 15} minutes for {extras} "
        f"{_units(extras)}: the therapist chooses; we propose the code with more minutes, "
        f"then the one treated first ({CMS_SOURCE}, example 2)."
    ]
    if comb(len(tied), extras) > ANSWERS_LISTED:
        steps.append(
            "The other accepted answers are too many to list; any of these codes may win "
            f"({CMS_SOURCE}, example 2)."
        )
    return steps


def _midpoint_steps(timed: Sequence[Timed], given: Sequence[int]) -> list[str]:
    steps = [
        f"{each.label}: {each.minutes} minutes by themselves are {count} {_units(count)}; "
        f"the eighth minute past a whole quarter of an hour earns one ({MIDPOINT_SOURCE})."
        for each, count in zip(timed, given, strict=True)
    ]
    total, billed = sum(each.minutes for each in timed), sum(given)
    steps.append(
        f"Together {billed} {_units(billed)} from {total} minutes; "
        f"more than {midpoint_ceiling(total)} could not be right (one per 8 minutes, rule UNITS-6)."
    )
    if billed > units_for(total):
        steps.append(
            f"Medicare's total-minutes method would support only {units_for(total)} ({CMS_SOURCE})."
        )
    return steps


def _units(count: int) -> str:
    return "unit" if count == 1 else "units"
