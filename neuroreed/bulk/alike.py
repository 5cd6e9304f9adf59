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
from neuroreed.bulk.alike_known import KnownAnswers, Told
from neuroreed.bulk.alike_layout import MOST_SESSIONS, Packing, range_of
from neuroreed.bulk.plan_frames import names_of, scopes_behind
from neuroreed.bulk.room import Room
from neuroreed.model.findings import Scope

if TYPE_CHECKING:
    from neuroreed.bulk.plan import Plan
    from neuroreed.bulk.tables import PolicyTables

Array = np.ndarray[Any, Any]
Columns = Mapping[str, Array]
_WITHIN: Final = {Scope.LINE, Scope.VISIT, Scope.DAY}
# numbers that mean something beside others of other dates only; of sessions no more matters
# than which lines of a date share one, and which of a visit comes first
_BEYOND: Final = frozenset(
    ("patient", "episode", "therapist", "visit", "date_of_service", "year", "month")
)
_ALWAYS: Final = ("payer", "discipline", "code")
_MOST_WORDS: Final = 12
# kinds that are kept, and room for the numbers of each
_MOST_KINDS, _WORDS_OF_KIND = 2**18, 16
_KEYS: Final = ("patient", "date_of_service", "session", "discipline")
# where more of the days than this are like no other, judging all at once is cheaper
_MOST_SHARE: Final = 0.5
_TOO_MANY: Final = 0.6
# asking every rule of every line costs about so much, against judging every day as its own kind
_WORTH: Final = 0.8
# rows whose numbers are compared while they are still near
_ROWS: Final = 2_048
_SAMPLE, _WINDOWS, _TABLE = 32_768, 16, 2_000_000


@dataclass(frozen=True, slots=True)
class Stretches:
    """Which rows a kernel takes, and in which order: one stretch behind the other.

    ``at`` is the row at which each begins; ``to`` are the rows taken before it, and all that
    are. Of several, each is of one patient.
    """

    at: Array
    to: Array


def as_they_are(rows: int) -> Stretches:
    """All rows in their order."""
    return Stretches(np.zeros(1, np.int64), np.array([0, rows]))


def by_payer(columns: Columns, payers: int, room: Room) -> Stretches:
    """Whole patients, those of one payer beside each other.

    Most of what the lines of a block have in common hangs on the payer.
    """
    size = len(columns["patient"])
    order, begins = room.array("order", size, np.int64), room.array("patients", size + 1, np.int64)
    names = ("patient", "payer", "discipline")
    keys = (np.require(columns[name], requirements="CW") for name in names)
    count = _loops().patients_by_payer(*keys, payers, order, begins)
    order, begins = order[:count], begins[: count + 1]
    return Stretches(begins[order], _sums(np.diff(begins)[order]))


@dataclass(frozen=True, slots=True)
class Alike:
    """Which days of a part are alike.

    ``begins`` are the first rows of the days, and the number of rows; ``kind_of`` numbers the
    kind of each day. ``fresh`` are days of kinds that nobody has judged yet, one each, and
    ``kinds`` their numbers. ``asked`` are, by rule, those that need to be asked of one day of
    a kind only.
    """

    asked: Array
    begins: Array
    kind_of: Array
    fresh: Array
    kinds: Array

    def rows(self) -> tuple[Array, Stretches]:
        """The rows of the fresh days, and where each lies among them."""
        at = self.begins[self.fresh]
        sizes = self.begins[self.fresh + 1] - at
        to = _sums(sizes)
        rows = np.arange(to[-1]) + np.repeat(at - to[:-1], sizes)
        # picked by short numbers without a sign: half as long as by those of 64 bits
        return rows.astype(np.uint32), Stretches(to[:-1], to)


def _sums(sizes: Array) -> Array:
    return np.concatenate([[0], np.cumsum(sizes)])


@cache
def _loops() -> ModuleType:
    from neuroreed.bulk.compile import compiled_module

    every = (
        *(alike_loops.bounds_of, alike_loops.bounds, alike_loops.pack_one, alike_loops.pack),
        *(alike_loops.rank_sessions, alike_loops.days_of, alike_loops.hash_days),
        alike_loops.kinds_of_days,
        *(alike_loops.patterns, alike_loops.join_patterns, alike_loops.patients_by_payer),
        *(alike_loops.add_patterns, alike_loops.count_answers, alike_loops.spread_hits),
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
    """Finds alike days for one kernel; one thread at a time, with working memory of its own.

    Kinds are known from part to part, as long as policy and what columns hold stay the same.
    """

    def __init__(self, plan: Plan, registry: Registry) -> None:
        self.plan = plan
        self._within = rules_within_a_day(plan, registry)
        self._asked: Array | None = None
        self._policy: PolicyTables | None = None
        self._eras = np.empty(0, np.int64)
        self._room = Room()
        self._packing = Packing()
        # what is never written to takes no memory
        self._slots = np.empty(2 * _MOST_KINDS, np.int64)
        self._book = np.empty(_WORDS_OF_KIND * _MOST_KINDS, np.uint64)
        self._is_blank, self._open = False, True

    def find(self, columns: Columns, policy: PolicyTables) -> Alike | None:
        """The days of a part by kind; none where too few are alike to make it worth while.

        What is said of fresh kinds is to be learned before the next part.
        """
        if self._policy is not policy:
            self._policy, self._eras = policy, eras_of(self.plan, policy)
            self._open = True
        if self._asked is None:
            # parts of one table are alike: what is chosen for one is kept for the next
            self._asked = self._chosen(columns)
        if not self._asked.any():
            return None
        if self._open:
            self._forget()
        found = self._kinds(self._names(self._asked, columns), columns, policy.first_day)
        if found is None:
            self._forget()
            return None
        begins, kind_of, fresh = found
        # kinds of one payer beside each other, as in ``by_payer``
        order = np.argsort(columns["payer"][begins[fresh]], kind="stable")
        kinds = int(self._counts[0]) - len(fresh) + order
        self._open = len(fresh) > 0
        return Alike(self._asked, begins, kind_of, fresh[order], kinds)

    def learn(self, days: Alike, to: Array, told: Told, hits: Array) -> None:
        """Keep what a kernel told of the fresh days, which have the positions from ``to`` on."""
        self.known.learn(days.kinds, to, told, hits)
        self._open = False

    def _forget(self) -> None:
        """Begin with no kind."""
        self._counts, self._open = np.zeros(2, np.int64), False
        if not self._is_blank:
            self._slots.fill(-1)
        self._is_blank = True
        sorts: dict[int, list[int]] = {}
        for rule in [] if self._asked is None else _numbers(self._asked):
            sorts.setdefault(self.plan.meta[self.plan.rules[rule].id][49], []).append(rule)
        rules = {sort: np.array(each) for sort, each in sorts.items()}
        self.known = KnownAnswers(_MOST_KINDS, len(self.plan.rules), rules, _loops())

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
        # what others brought along costs those nothing that were too dear alone
        for names, rules in groups.items():
            if names <= taken:
                asked[rules] = 1
        few = asked.sum() * 2 < self._within.sum()
        return np.zeros_like(asked) if few or share > _MOST_SHARE else asked

    def _kinds(
        self, names: list[str], columns: Columns, first_day: int
    ) -> tuple[Array, Array, Array] | None:
        """First rows of days, their kinds, one day of each fresh one; none if they differ much."""
        loops, size, array = _loops(), len(columns["date_of_service"]), self._room.array
        held = {name: np.ascontiguousarray(columns[name]) for name in names}
        ranges = {name: range_of(column, loops) for name, column in held.items()}
        if not self._packing.holds(ranges):
            self._packing = self._packing.widened(ranges)
            if self._packing.words > _MOST_WORDS:
                self._packing = Packing().widened(ranges)
            self._forget()
        per, loads = self._packing.words, self._packing.loads(held)
        if per > _MOST_WORDS or any(each.bits > 62 for each in self._packing.ranges.values()):
            return None
        begins, kind_of = array("begins", size + 1, np.int64), array("kind_of", size, np.int32)
        several, count = array("several", size, np.uint8), np.zeros(2, np.int64)
        patient, *given = (np.require(columns[name], requirements="CW") for name in _KEYS)
        loops.days_of(patient, *given[:2], begins, several, count)
        days, rows = int(count[0]), _ROWS + int(count[1])
        room = (array("words", per * rows, np.uint64), array("keys", rows, np.uint64))
        fresh = array("fresh", _MOST_KINDS, np.int64)
        for _ in range(2):
            known, self._is_blank = int(self._counts[0]), False
            status = loops.kinds_of_days(
                count, begins, several, *given, MOST_SESSIONS, self._eras, first_day,
                loads.reshape(-1), len(loads), per, *room, array("hashes", rows, np.uint64),
                self._slots, self._book, _MOST_KINDS, _TOO_MANY, kind_of, fresh, self._counts,
            )  # fmt: skip
            if status != 1:
                break
            # full: begin anew with the kinds of this part
            self._forget()
        if status:
            return None
        return begins[: days + 1], kind_of[:days], fresh[: int(self._counts[0]) - known]


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
        # kinds are known from part to part: a small part is the beginning of a large table
        self._larger = max(max(size, _TABLE) / max(len(day), 1), 1.0)
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
            self._known[name] = _distinct(self._mixed[name])
        return self._known[name]

    def share(self, names: Iterable[str]) -> float:
        """Kinds to days in the whole part, as they grow from half of the sample to all of it."""
        mixed = np.zeros(self._days, np.uint64)
        for name in names:
            mixed += self._mixed[name]
        kinds, half = _distinct(mixed), _distinct(mixed[: self._days // 2])
        growth = min(max(float(np.log2(kinds / half)), 0.0), 1.0) if half else 1.0
        return kinds * self._larger**growth / (self._days * self._larger)


def _distinct(numbers: Array) -> int:
    """How many different numbers there are: sorting so few takes a third of hashing them."""
    ordered = np.sort(numbers)
    return int((ordered[1:] != ordered[:-1]).sum()) + 1 if len(ordered) else 0


def _numbers(asked: Array) -> list[int]:
    return [int(each) for each in np.flatnonzero(asked)]
