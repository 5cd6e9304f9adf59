"""Days of patients that are alike in all that a rule looks at are judged once.

Most rules look at no more than one patient's date: its lines, visits and what policy says of
them. Where two dates are alike in every such value they have the same answers, so the kernel
judges one of them and counts it as often as it occurs. What looks further, at a year, an
episode or how long ago something was, is asked of every line as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from neuroreed.audit.registry import Registry
from neuroreed.bulk import alike_loops
from neuroreed.bulk.plan_frames import SENTINELS, scopes_behind
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
_ALWAYS: Final = ("code", "payer", "discipline")
_MOST_WORDS: Final = 4
# where more of the days than this are like no other, judging all at once is cheaper
_MOST_SHARE: Final = 0.5
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

    every = (alike_loops.bounds, alike_loops.pack, alike_loops.kinds_of_days)
    return compiled_module("alike", (*every, alike_loops.spread_hits))


def rules_within_a_day(plan: Plan, registry: Registry) -> Array:
    """By rule 1 where nothing beyond the patient's date matters."""
    within = [
        scopes_behind(registry, rule) <= _WITHIN and not behind & _BEYOND
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
        self._asked = self._within.copy()
        self._eras: tuple[PolicyTables, Array] | None = None
        self._rooms: dict[str, Array] = {}

    def find(self, columns: Columns, policy: PolicyTables) -> Alike | None:
        """The days of a part by kind; none where too few are alike to make it worth while."""
        size = len(columns["date_of_service"])
        if self._eras is None or self._eras[0] is not policy:
            self._eras = policy, eras_of(self.plan, policy)
        eras = self._eras[1]
        # parts of one table are alike: what had to be left out of one is left out of the next
        asked = self._asked
        names = self._names(asked, columns)
        step = max(size // _WINDOWS, 1)
        ends = [(at, min(at + _SAMPLE // _WINDOWS, size)) for at in range(0, size, step)]
        sample = {
            name: np.concatenate([columns[name][begin:end] for begin, end in ends])
            for name in {*names, "patient", "date_of_service", "session"}
        }
        while asked.any():
            found = self._kinds(names, sample, eras, policy.first_day)
            if found is not None:
                break
            self._leave_out(asked, names, sample)
            names = self._names(asked, columns)
        if asked.sum() * 2 < self._within.sum() or not asked.any():
            return None
        found = self._kinds(names, columns, eras, policy.first_day)
        return None if found is None else Alike(asked, *found)

    def _names(self, asked: Array, columns: Columns) -> list[str]:
        wanted = {*_ALWAYS}.union(*(self.plan.behind[rule] for rule in _numbers(asked)))
        return [n for n in self.plan.columns if n in wanted and n in columns and n != "session"]

    def _leave_out(self, asked: Array, names: list[str], sample: Columns) -> None:
        """Have the rules behind a varied column asked of every line, few rules if possible."""
        candidates = [name for name in names if name not in _ALWAYS]

        def cost(name: str) -> float:
            rules = sum(name in self.plan.behind[rule] for rule in _numbers(asked))
            return float(rules / np.log2(1 + len(np.unique(sample[name]))))

        worst = min(candidates, key=cost, default=None)
        for rule in _numbers(asked):
            if worst is None or worst in self.plan.behind[rule]:
                asked[rule] = 0

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
        words, keys = (
            self._room("words", per * size, np.uint64),
            self._room("keys", size, np.uint64),
        )
        loops.pack(np.array(loads, np.int64).reshape(-1), len(loads), size, words, per, keys)
        room = max(int(_MOST_SHARE * size), 1)
        slots = self._room("slots", 2 ** (2 * room).bit_length(), np.int32)
        slots.fill(-1)
        begins, kind_of = self._room("begins", size + 1), self._room("kind_of", size, np.int32)
        one_of, pages, days = (
            self._room("one_of", room),
            self._room("pages", room),
            np.zeros(1, int),
        )
        given = [
            np.require(columns[name], requirements="CW")
            for name in ("patient", "date_of_service", "session")
        ]
        kinds = loops.kinds_of_days(
            *given, words, per, keys, eras, first_day, _MOST_SHARE, slots, begins, kind_of, one_of,
            self._room("book", (2 + per) * size, np.uint64), pages, days,
        )  # fmt: skip
        if kinds < 0:
            return None
        count = int(days[0])
        return begins[: count + 1], kind_of[:count], one_of[:kinds]

    def _room(self, name: str, size: int, kind: Any = np.int64) -> Array:
        """Working memory that stays: a fresh one costs more in pages than the work in it."""
        room = self._rooms.get(name)
        if room is None or len(room) < size:
            room = self._rooms[name] = np.empty(size, kind)
        return room[:size]


def _numbers(asked: Array) -> list[int]:
    return [int(each) for each in np.flatnonzero(asked)]
