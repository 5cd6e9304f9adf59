"""What a kernel once said of each kind of day, for all days of that kind that follow.

A group's answers to all rules are one of a few patterns, so a kind is the list of its groups'
patterns, and its hits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import numpy as np

from neuroreed.bulk.plan_frames import COVERAGE_WIDTH
from neuroreed.bulk.room import Room

Array = np.ndarray[Any, Any]
_PATTERNS: Final = 2**12
_LISTED: Final = 2**16


@dataclass(frozen=True, slots=True)
class Told:
    """Every answer of a kernel about one day of each of some kinds, in their order.

    ``answers`` and ``first``, the position of its first row, by sort of groups and group; those
    of a sort stand from ``begin`` on, ``width`` of each group, that of a rule in its
    ``column``. ``made`` groups there are, by sort.
    """

    answers: Array
    begin: Array
    width: Array
    column: Array
    first: Array
    made: Array

    def of(self, sort: int) -> Array:
        """The answers of each group of a sort, in whole numbers of eight answers."""
        begin, width = int(self.begin[sort]), int(self.width[sort])
        own = self.answers[begin : begin + int(self.made[sort]) * width]
        return own.view(np.uint64).reshape(-1, width // 8)


class _Lists:
    """A list of numbers for each kind, one behind the other."""

    def __init__(self, kinds: int) -> None:
        self.at, self.times = np.zeros(kinds, np.int64), np.zeros(kinds, np.int32)
        self.listed, self.used = np.empty(_LISTED, np.int64), 0

    def make_room(self, more: int) -> None:
        wanted = self.used + more
        if wanted > len(self.listed):
            larger = np.empty(max(wanted, 2 * len(self.listed)), np.int64)
            larger[: self.used] = self.listed[: self.used]
            self.listed = larger


class KnownAnswers:
    """Answers by kind of day. ``sorts``: by the number of a sort of groups, its rules."""

    def __init__(self, kinds: int, rules: int, sorts: Mapping[int, Array], loops: ModuleType):
        self._rules, self._sorts, self._loops = rules, sorts, loops
        # whole numbers of eight answers each
        self._width = -(-max(map(len, sorts.values()), default=1) // 8)
        self._column = np.zeros(max(rules, 1), np.int64)
        for own in sorts.values():
            self._column[own] = np.arange(len(own))
        self._make_room(_PATTERNS)
        self._patterns = {sort: _Lists(kinds) for sort in sorts}
        self._hits = _Lists(kinds)

    def blank(self, rows: int, room: Room) -> Told:
        """What is to be told of the groups of so many rows; the next takes its place."""
        sorts = max(self._sorts, default=0) + 1
        width = np.zeros(sorts, np.int64)
        for sort, rules in self._sorts.items():
            width[sort] = 8 * -(-len(rules) // 8)
        begin = np.concatenate([[0], np.cumsum(width * rows)])
        answers = room.array("answers", int(begin[-1]), np.uint8)
        for sort in self._sorts:
            # the last number of a group may have room for answers that nobody gives
            own = answers[begin[sort] : begin[sort + 1]].view(np.uint64)
            own[width[sort] // 8 - 1 :: width[sort] // 8] = 0
        first = room.array("first", sorts * rows, np.int64).reshape(sorts, rows)
        return Told(answers, begin, width, self._column, first, np.zeros(sorts, np.int64))

    def learn(self, kinds: Array, to: Array, told: Told, hits: Array) -> None:
        """Keep what was told of some kinds, whose days have the positions from ``to`` on.

        ``hits`` are by position.
        """
        for sort in self._sorts:
            groups, lists = int(told.made[sort]), self._patterns[sort]
            found = self._found(told.of(sort), sort)
            lists.make_room(groups)
            lists.used = self._loops.join_patterns(
                found, told.first[sort], groups, to, kinds, lists.listed, lists.at, lists.times,
                lists.used,
            )  # fmt: skip
        hits = np.sort(hits)
        own = np.searchsorted(to, hits >> 20, side="right") - 1
        per_kind = np.bincount(own, minlength=len(kinds))
        self._hits.make_room(len(hits))
        begin = self._hits.used
        self._hits.listed[begin : begin + len(hits)] = hits - (to[own] << 20)
        self._hits.at[kinds] = begin + np.cumsum(per_kind) - per_kind
        self._hits.times[kinds] = per_kind
        self._hits.used += len(hits)

    def _make_room(self, patterns: int) -> None:
        self._book = np.zeros((patterns, self._width), np.uint64)
        self._whose = np.zeros(patterns, np.int32)
        self._slots = np.full(2 * patterns, -1, np.int32)
        self._count = np.zeros(1, np.int64)

    def _found(self, answers: Array, sort: int) -> Array:
        """The pattern of each group."""
        found, done = np.empty(len(answers), np.int64), 0
        while True:
            done = self._loops.patterns(
                answers, done, sort, self._book, self._whose, self._slots, self._count, found
            )
            if done == len(answers):
                return found
            found[:done] = self._grown()[found[:done]]

    def _grown(self) -> Array:
        """Make room for twice as many patterns; the new number of each."""
        book, whose = self._book, self._whose
        self._make_room(2 * len(whose))
        moved = np.empty(len(whose), np.int64)
        for sort in self._sorts:
            own = np.flatnonzero(whose == sort)
            moved[own] = self._found(book[own], sort)
        for lists in self._patterns.values():
            lists.listed[: lists.used] = moved[lists.listed[: lists.used]]
        return moved

    def of_days(self, kind_of: Array, begins: Array) -> tuple[Array, Array]:
        """The answers by rule of some days, as a kernel counts them, and their hits.

        Rows of hits lie above the 20th bit; day ``d`` has the rows from ``begins[d]`` on.
        """
        counts = np.zeros((max(self._rules, 1), COVERAGE_WIDTH), np.int64)
        weights = np.bincount(kind_of)
        totals = np.zeros(int(self._count[0]), np.int64)
        for lists in self._patterns.values():
            self._loops.add_patterns(weights, lists.listed, lists.at, lists.times, totals)
        answers = self._book.view(np.uint8)
        for sort, rules in self._sorts.items():
            self._loops.count_answers(totals, answers, self._whose, sort, rules, counts)
        lists = self._hits
        hits = np.empty(int(weights @ lists.times[: len(weights)]), np.int64)
        self._loops.spread_hits(kind_of, begins, lists.listed, lists.at, lists.times, hits)
        return counts, hits
