"""What the minutes of a code count as: pooled quarters of an hour, a service, a longer span."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from neuroreed.model.care import MINUTES_OF_A_DAY
from neuroreed.model.errors import BadInput, ImpossibleMinutes, UnknownCode
from neuroreed.policy import codes as policy_codes
from neuroreed.policy.codes import TherapyCode

UNTIMED_SOURCE = "CMS Pub. 100-04, chapter 5, section 20.2.B"
FAMILY_SOURCE = "rule UNITS-8, the midpoint of the code's own time, not verified"
MONTH_SOURCE = "rule CODES-7, secondary source"
CODE_SOURCE = "our therapy code set, rule book section 2"

# How long the first and each added unit of a code's own time last, in minutes.
SPANS = {"T15": 15, "T30": 30, "T60": 60, "T120": 2 * 60, "hour": 60}
NOT_BY_MINUTES = {
    "cumulative": "its minutes are added over seven days",
    "episode": "it counts once in an episode",
    "period30": "it counts the days with data in a period of 30 days",
    "area_added": "its units come from the area treated",
}


@dataclass(frozen=True, slots=True)
class Timed:
    """Minutes of one 15-minute code, or of a first and an added code taken as one pool."""

    first: str
    minutes: int
    added: str | None = None

    @property
    def label(self) -> str:
        return self.first if self.added is None else f"{self.first}/{self.added}"

    def lines(self, units: int) -> dict[str, int]:
        """Units per code: the first code takes one unit, the added code the rest."""
        if self.added is None:
            return {self.first: units}
        return {self.first: min(units, 1), self.added: max(units - 1, 0)}


@dataclass(frozen=True, slots=True)
class Visit:
    """The minutes of one visit, sorted out.

    ``codes`` in the order of first treatment; ``timed`` count towards the total;
    ``other_units`` have units of their own, and ``notes`` say why.
    """

    codes: tuple[str, ...]
    timed: tuple[Timed, ...]
    other_units: dict[str, int]
    notes: tuple[str, ...]


def sort_out(minutes: Mapping[str, int] | Iterable[tuple[str, int]]) -> Visit:
    """Add the bouts of each code and tell pooled minutes from all others.

    Raises:
        ImpossibleMinutes: minutes that are not whole, negative or more than a day.
        UnknownCode: a code that the therapy code set does not hold.
        BadInput: not pairs of code and minutes.
    """
    added = _added(minutes)
    pools: dict[str, int] = {}
    other_units: dict[str, int] = {}
    notes: list[str] = []
    spans: dict[str, int] = {}
    for code, amount in added.items():
        known = policy_codes.lookup(code)
        root = policy_codes.lookup(known.family) if known.family else known
        if _is_pooled(root):
            pools[root.cpt] = pools.get(root.cpt, 0) + amount
        elif _is_by_span(root):
            spans[root.cpt] = spans.get(root.cpt, 0) + amount
        else:
            other_units[code] = 1
            notes.append(_note(known))
    for cpt, amount in spans.items():
        lines, note = _by_span(policy_codes.lookup(cpt), amount)
        other_units.update(lines)
        notes.append(note)
    timed = tuple(Timed(cpt, amount, _added_code(cpt)) for cpt, amount in pools.items())
    return Visit(tuple(added), timed, other_units, tuple(notes))


def is_timed_15(cpt: str) -> bool:
    """Whether the minutes of this code go into the total of timed minutes."""
    known = policy_codes.lookup(cpt)
    return _is_pooled(policy_codes.lookup(known.family) if known.family else known)


def _added(minutes: Mapping[str, int] | Iterable[tuple[str, int]]) -> dict[str, int]:
    added: dict[str, int] = {}
    try:
        pairs = list(minutes.items() if isinstance(minutes, Mapping) else minutes)
    except TypeError:
        raise BadInput("Give minutes as a mapping or as (code, minutes) pairs.") from None
    for pair in pairs:
        if isinstance(pair, str) or not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise BadInput(f"{pair!r} is not a pair of code and whole minutes.")
        code, amount = pair
        if not isinstance(code, str):
            raise UnknownCode(str(code), "a code is text")
        code = code.strip().upper()
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise ImpossibleMinutes(code, amount)
        if amount < 0 or added.get(code, 0) + amount > MINUTES_OF_A_DAY:
            raise ImpossibleMinutes(code, amount if amount < 0 else added.get(code, 0) + amount)
        added[code] = added.get(code, 0) + amount
    return added


def _is_pooled(root: TherapyCode) -> bool:
    return root.timing in {"T15", "T15_first"}


def _is_by_span(root: TherapyCode) -> bool:
    return root.timing in {"hour", "month"} or root.timing.endswith("_first")


def _added_code(cpt: str) -> str | None:
    return next((each.cpt for each in policy_codes.all_codes() if each.family == cpt), None)


def _note(code: TherapyCode) -> str:
    if code.timing in NOT_BY_MINUTES:
        return (
            f"{code.cpt}: its units do not come from the minutes of a visit: "
            f"{NOT_BY_MINUTES[code.timing]}. One unit is proposed; "
            f"check it against the record ({CODE_SOURCE})."
        )
    return (
        f"{code.cpt} is not timed: one unit whatever the minutes, "
        f"and its minutes stay out of the timed total ({UNTIMED_SOURCE})."
    )


def _by_span(root: TherapyCode, minutes: int) -> tuple[dict[str, int], str]:
    if root.timing == "month":
        return _by_month(root, minutes)
    first = SPANS[root.timing.removesuffix("_first")]
    added_code = _added_code(root.cpt)
    each = first
    if added_code is not None:
        each = SPANS[policy_codes.lookup(added_code).timing.removesuffix("_added")]
    count = 1 if 2 * minutes > first else 0
    more = max(0, (minutes - first + (each - 1) // 2) // each)
    lines = {root.cpt: count + more} if added_code is None else {root.cpt: count, added_code: more}
    said = ", ".join(f"{cpt} {units}" for cpt, units in lines.items())
    return lines, (
        f"{minutes} minutes of {' and '.join(lines)} stay out of the timed total: {said}. "
        f"The first unit is {first} minutes and needs more than half of them, "
        f"each further one {each} ({FAMILY_SOURCE})."
    )


def _by_month(root: TherapyCode, minutes: int) -> tuple[dict[str, int], str]:
    """Minutes of a calendar month: full 20s, or 10 to 19 under the code made for them."""
    added_code = _added_code(root.cpt)
    if added_code is None:
        lines = {root.cpt: 1 if 10 <= minutes < 20 else 0}
        rule = "10 to 19 minutes in the calendar month are one unit"
    else:
        lines = {root.cpt: 1 if minutes >= 20 else 0, added_code: max(0, minutes // 20 - 1)}
        rule = "each full 20 minutes in the calendar month are one unit"
    said = ", ".join(f"{cpt} {units}" for cpt, units in lines.items())
    return lines, (
        f"{minutes} minutes of {' and '.join(lines)} in the month: {said}; {rule} ({MONTH_SOURCE})."
    )
