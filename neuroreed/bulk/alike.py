"""Days of patients that are alike in all that a rule looks at are judged once.

Most rules look at no more than one patient's date: its lines, visits and what policy says of
them. Where two dates are alike in every such value they have the same answers, so the kernel
judges one of them and counts it as often as it occurs. What looks further, at a year, an
episode or how long ago something was, is asked of every line as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from neuroreed.audit.registry import Registry
from neuroreed.bulk import alike_loops
from neuroreed.bulk.door_order import gathered
from neuroreed.bulk.plan_frames import SENTINELS, names_of, scopes_behind
from neuroreed.bulk.room import Room
from neuroreed.model.findings import Scope

if TYPE_CHECKING:
    from neuroreed.bulk.plan import Plan
    from neuroreed.bulk.tables import PolicyTables

Array = np.ndarray[Any, Any]
Columns = Mapping[str, Array]
_WITHIN: Final = {Scope.LINE, Scope.VISIT, Scope.DAY}
# numbers that mean something beside others of other dates only; sessions are told apart within
# a date alone, and a date with several of them is never taken for another
_BEYOND: Final = frozenset(
    ("patient", "episode", "therapist", "visit", "date_of_service", "year", "month")
)
_ALWAYS: Final = ("payer", "discipline", "code")
_MOST_WORDS: Final = 8
_KEYS: Final = ("patient", "date_of_service", "session")
# where more of the days than this are like no other, judging all at once is cheaper
_MOST_SHARE: Final = 0.5
_TOO_MANY: Final = 0.6
# asking every rule of every line costs about so much, against judging every day as its own kind
_WORTH: Final = 0.8
_SAMPLE, _WINDOWS = 32_768, 16


@dataclass(frozen=True, slots=True)
class Alike:
    """Which days of a part stand for which.

    ``begins`` are the first rows of the days, and the number of rows; ``kind_of`` numbers the
    kind of each day, ``one_of`` gives one day of each kind. ``asked`` are, by rule, those that
    need to be asked of one day of a kind only.
    """

    asked: Array
    begins: Array
    kind_of: Array
    one_of: Array

    def rows(self) -> tuple[Array, Array, Array]:
        """The rows of one day of each kind, the kind of each row, and how many days it has."""
        first = self.begins[self.one_of]
        sizes = self.begins[self.one_of + 1] - first
        kinds = np.repeat(np.arange(len(sizes)), sizes)
        before = np.cumsum(sizes) - sizes
        rows = np.arange(len(kinds)) - before[kinds] + first[kinds]
        return rows, kinds, np.bincount(self.kind_of, minlength=len(sizes))[kinds]

    def spread(self, hits: Array, kinds: Array) -> Array:
        """Hits on days of each kind as hits on all days; rows lie above the 20th bit."""
        if not len(hits):
            return hits
        hits = np.sort(hits)
        own = kinds[hits >> 20]
        per_kind = np.bincount(own, minlength=len(self.one_of))
        starts = np.concatenate([[0], np.cumsum(per_kind)])
        begin = np.searchsorted(kinds, np.arange(len(self.one_of)))
        every = np.empty(int(per_kind[self.kind_of].sum()), np.int64)
        _loops().spread_hits(hits, starts, begin, self.kind_of, self.begins, every)
        return every


@cache
def _loops() -> ModuleType:
    from neuroreed.bulk.compile import compiled_module

    every = (
        *(alike_loops.bounds_of, alike_loops.bounds, alike_loops.pack_one, alike_loops.pack),
        *(alike_loops.kinds_of_days, alike_loops.spread_hits),
    )
    return compiled_module("alike", every)


def rules_within_a_day(plan: Plan, registry: Registry) -> Array:
    """By rule 1 where nothing beyond the patient's date matters."""
    within = [
        {rule.scope} | scopes_behind(registry, names_of(rule)) <= _WITHIN and not behind & _BEYOND
        for rule, behind in zip(plan.rules, plan.behind, strict=True)
    ]
    return np.array(within or [False], np.uint8)


def eras_of(plan: Plan, policy: PolicyTables) -> Array:
    """By day a number that changes when a value of policy or the rules in force may change."""
    change = np.zeros(policy.days, bool)
    for kind in ("code", "payer", "threshold"):
        rows = policy.arrays[f"{kind}_rows"].reshape(-1, policy.days)
        change[1:] |= (rows[:, 1:] != rows[:, :-1]).any(axis=0)
    for rule in plan.rules:
        since, until = rule.effective
        for day in (since.toordinal(), until.toordinal() + 1 if until else 0):
            if 0 < day - policy.first_day < policy.days:
                change[day - policy.first_day] = True
    return np.cumsum(change)


class AlikeDays:
    """Finds alike days for one kernel; one thread at a time, with working memory of its own."""

    def __init__(self, plan: Plan, registry: Registry) -> None:
        self.plan = plan
        self._within = rules_within_a_day(plan, registry)
        self._asked: Array | None = None
        self._eras: tuple[PolicyTables, Array] | None = None
        self._room = Room()

    def find(self, columns: Columns, policy: PolicyTables) -> Alike | None:
        """The days of a part by kind; none where too few are alike to make it worth while."""
        if self._eras is None or self._eras[0] is not policy:
            self._eras = policy, eras_of(self.plan, policy)
        eras = self._eras[1]
        if self._asked is None:
            # parts of one table are alike: what is chosen for one is kept for the next
            self._asked = self._chosen(columns)
        if not self._asked.any():
            return None
        found = self._kinds(self._names(self._asked, columns), columns, eras, policy.first_day)
        if found is None:
            return None
        begins, kind_of, one_of = found
        # kinds of one payer beside each other: most of what a block has in common hangs on it
        order = np.argsort(columns["payer"][begins[one_of]], kind="stable")
        places = np.empty(len(order), np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        return Alike(self._asked, begins, places[kind_of], one_of[order])

    def taken(self, columns: Columns, names: Iterable[str], rows: Array) -> dict[str, Array]:
        """Some rows of some columns; those taken next stand in their place."""
        # picked by short numbers without a sign: half as long as by those of 64 bits
        order = rows.astype(np.uint32)
        return {name: gathered(columns[name], order, name, self._room) for name in names}

    def _names(self, asked: Array, columns: Columns) -> list[str]:
        wanted = {*_ALWAYS}.union(*(self.plan.behind[rule] for rule in _numbers(asked)))
        return [n for n in self.plan.columns if n in wanted and n in columns and n != "session"]

    def _chosen(self, columns: Columns) -> Array:
        """The rules to ask of one day of a kind only, from a sample of the days.

        What a rule's columns make of more kinds must be less than what asking the rule of
        every line would cost. Rules whose columns vary least come first.
        """
        groups: dict[frozenset[str], list[int]] = {}
        for rule in _numbers(self._within):
            names = self._names(np.arange(len(self._within)) == rule, columns)
            groups.setdefault(frozenset(names), []).append(rule)
        every = sorted(frozenset().union(*groups))
        sample = _Sample(columns, every)
        asked, taken = np.zeros_like(self._within), {*_ALWAYS} & columns.keys()
        share, worth = sample.share(taken), _WORTH / max(int(self._within.sum()), 1)
        for names, rules in sorted(
            groups.items(), key=lambda each: (max(map(sample.kinds, each[0]), default=0), each[1])
        ):
            larger = sample.share(taken | names) if names - taken else share
            if larger - share <= worth * len(rules):
                asked[rules], taken, share = 1, taken | names, larger
        few = asked.sum() * 2 < self._within.sum()
        return np.zeros_like(asked) if few or share > _MOST_SHARE else asked

    def _kinds(
        self, names: list[str], columns: Columns, eras: Array, first_day: int
    ) -> tuple[Array, Array, Array] | None:
        """First rows of days, their kinds, one day of each; none where they differ too much."""
        loops, size = _loops(), len(columns["date_of_service"])
        held, loads, word, bits = [], [], 0, 0
        answer = np.empty(3, np.int64)
        for name in names:
            column = np.ascontiguousarray(columns[name])
            width = column.dtype.itemsize
            loops.bounds(width, column.ctypes.data, SENTINELS[width], size, answer)
            least, most, unknown = (int(each) for each in answer)
            if least > most or (least == most and not unknown):
                continue
            own = (most - least + 1).bit_length()
            if bits + own > 64:
                word, bits = word + 1, 0
            if own > 64 or word == _MOST_WORDS:
                return None
            held.append(column)
            loads.append([width, column.ctypes.data, SENTINELS[width], least, word, bits])
            bits += own
        per = word + 1
        array = self._room.array
        words, keys = array("words", per * size, np.uint64), array("keys", size, np.uint64)
        loops.pack(np.array(loads, np.int64).reshape(-1), len(loads), size, words, per, keys)
        room = int(_TOO_MANY * size) + 1
        slots = array("slots", 2 ** (2 * room).bit_length(), np.int32)
        slots.fill(-1)
        begins, kind_of = array("begins", size + 1, np.int64), array("kind_of", size, np.int32)
        one_of, pages = array("one_of", room, np.int64), array("pages", room, np.int64)
        counts = np.zeros(1, np.int64)
        given = [np.require(columns[name], requirements="CW") for name in _KEYS]
        kinds = loops.kinds_of_days(
            *given, words, per, keys, eras, first_day, _TOO_MANY, slots, begins, kind_of, one_of,
            array("book", (2 + per) * size, np.uint64), pages, counts,
        )  # fmt: skip
        if kinds < 0:
            return None
        days = int(counts[0])
        return begins[: days + 1], kind_of[:days], one_of[:kinds]


class _Sample:
    """Days from all over a part, as one number for each column, to count kinds by."""

    def __init__(self, columns: Columns, names: Iterable[str]) -> None:
        size = len(columns["date_of_service"])
        own = _SAMPLE // _WINDOWS
        begins = range(0, size, max(size // _WINDOWS, own))

        def taken(name: str) -> Array:
            return np.concatenate([columns[name][at : at + own] for at in begins])

        patient, day = taken("patient"), taken("date_of_service")
        fresh = np.ones(len(day), bool)
        fresh[1:] = (patient[1:] != patient[:-1]) | (day[1:] != day[:-1])
        starts = np.flatnonzero(fresh)
        places = np.arange(len(day)) - starts[np.cumsum(fresh) - 1] + 1
        self._larger = max(size / max(len(day), 1), 1.0)
        self._days = len(starts)
        odd = np.uint64(0x9E3779B97F4A7C15)
        self._mixed = {}
        with np.errstate(over="ignore"):
            for number, name in enumerate(names):
                mixed = (taken(name).astype(np.uint64) + np.uint64(number + 1)) * odd
                mixed = (mixed ^ (mixed >> np.uint64(31))) * odd * places.astype(np.uint64)
                self._mixed[name] = np.add.reduceat(mixed ^ (mixed >> np.uint64(29)), starts)
        self._known: dict[str, int] = {}

    def kinds(self, name: str) -> int:
        """How many kinds of days one column makes."""
        if name not in self._known:
            self._known[name] = len(np.unique(self._mixed[name]))
        return self._known[name]

    def share(self, names: Iterable[str]) -> float:
        """Kinds to days in the whole part, as they grow from half of the sample to all of it."""
        mixed = np.zeros(self._days, np.uint64)
        for name in names:
            mixed += self._mixed[name]
        kinds, half = len(np.unique(mixed)), len(np.unique(mixed[: self._days // 2]))
        growth = min(max(float(np.log2(kinds / half)), 0.0), 1.0) if half else 1.0
        return kinds * self._larger**growth / (self._days * self._larger)


def _numbers(asked: Array) -> list[int]:
    return [int(each) for each in np.flatnonzero(asked)]
