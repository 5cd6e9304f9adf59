"""The interpreted run: facts and rules called in order on the columns of one book.

Values are computed when a rule first asks for them and kept for the run. Groups are made
once per scope; a function is called with plain positional arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, Final

from neuroreed.audit.attached import TABLES
from neuroreed.audit.registry import ROW, TABLE, Fact, Registry
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope
from neuroreed.model.lines import Book

_KEYS: Final[dict[Scope, tuple[str, ...]]] = {
    Scope.VISIT: ("visit",),
    Scope.DAY: ("patient", "date_of_service"),
    Scope.YEAR: ("patient", "year"),
    Scope.EPISODE: ("patient", "episode"),
    Scope.THERAPIST_DAY: ("therapist", "date_of_service"),
    Scope.THERAPIST_LINES: ("therapist", "date_of_service"),
    Scope.PATIENT_TIMES: ("patient", "date_of_service"),
}
_OWN_ORDER: Final[dict[Scope, tuple[str, ...]]] = {
    Scope.EPISODE: ("patient", "episode"),
    # the payer of a day is that of its first line: by name, whatever the patients' order
    Scope.THERAPIST_LINES: ("therapist", "date_of_service", "payer"),
    Scope.PATIENT_TIMES: ("patient", "date_of_service", "start_minute", "end_minute", "visit"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The groups of one scope.

    ``rows`` is the order in which groups are contiguous (``None``: the table's own);
    ``bounds`` are first and last position of each group in it; ``first`` the row a group
    begins with; ``group_of`` the group of each row.
    """

    rows: list[int] | None
    bounds: list[tuple[int, int]]
    first: list[int]
    group_of: list[int]

    def members(self, group: int) -> Sequence[int]:
        """The rows of a group."""
        start, end = self.bounds[group]
        return range(start, end) if self.rows is None else self.rows[start:end]


class Run:
    """The values of facts over one book."""

    def __init__(self, book: Book, registry: Registry) -> None:
        self.book = book
        self.registry = registry
        self.size = {
            "lines": len(book.lines.get("visit", ())),
            "intervals": len(book.intervals.get("visit", ())),
        }
        self._columns = {"lines": book.lines, "intervals": book.intervals}
        self._frames: dict[Scope, Frame] = {}
        self._rows: dict[tuple[str, str], list[int]] = {}
        self._facts: dict[str, list[int]] = {}
        self._one: dict[tuple[str, Scope], list[int]] = {}
        self._many: dict[tuple[str, Scope], list[list[int]]] = {}
        self._unknown: dict[tuple[str, Scope], int] = {}

    def groups(self, scope: Scope) -> int:
        """How many groups the book has."""
        if scope in _KEYS:
            return len(self.frame(scope).bounds)
        return self.size[TABLE[scope]]

    def frame(self, scope: Scope) -> Frame:
        """The groups of a scope, made once."""
        if scope not in self._frames:
            self._frames[scope] = self._make_frame(scope)
        return self._frames[scope]

    def one(self, name: str, scope: Scope) -> list[int]:
        """A value that is one number in ``scope``: one entry per group."""
        key = (name, scope)
        if key not in self._one:
            entry = self.registry.facts.get(name)
            if entry is not None and entry.scope is scope and not entry.fills:
                self._one[key] = self._fact(entry)
            elif scope in _KEYS:
                rows = self.rows(name, TABLE[scope])
                self._one[key] = [rows[row] for row in self.frame(scope).first]
            else:
                self._one[key] = self.rows(name, TABLE[scope])
        return self._one[key]

    def many(self, name: str, scope: Scope) -> list[list[int]]:
        """A value of the rows, as one list per group of ``scope``."""
        key = (name, scope)
        if key not in self._many:
            rows = self.rows(name, TABLE[scope])
            frame = self.frame(scope)
            if frame.rows is not None:
                rows = [rows[row] for row in frame.rows]
            self._many[key] = [rows[start:end] for start, end in frame.bounds]
        return self._many[key]

    def rows(self, name: str, table: str) -> list[int]:
        """A value on every row of a table; a value of a group stands on each of its rows."""
        key = (name, table)
        if key not in self._rows:
            entry = self.registry.facts.get(name)
            if entry is None:
                self._rows[key] = self._columns[table].get(name) or [UNKNOWN] * self.size[table]
            else:
                values = self._fact(entry)
                if not entry.fills and entry.scope in _KEYS:
                    values = [values[group] for group in self.frame(entry.scope).group_of]
                self._rows[key] = values
        return self._rows[key]

    def unknowns(self, name: str, scope: Scope) -> int:
        """For how many groups of ``scope`` a value is unknown."""
        key = (name, scope)
        if key not in self._unknown:
            self._unknown[key] = self.one(name, scope).count(UNKNOWN)
        return self._unknown[key]

    def _make_frame(self, scope: Scope) -> Frame:
        columns, size = self._columns[TABLE[scope]], self.size[TABLE[scope]]
        if scope not in _KEYS:
            every = list(range(size))
            return Frame(None, [(row, row + 1) for row in every], every, every)
        rows: list[int] | None = None
        if scope in _OWN_ORDER:
            order = [columns.get(name) or [UNKNOWN] * size for name in _OWN_ORDER[scope]]
            keys = list(zip(*order, range(size), strict=True))
            rows = [key[-1] for key in sorted(keys)]
        keyed = list(zip(*(columns[name] for name in _KEYS[scope]), strict=True))
        bounds: list[tuple[int, int]] = []
        first: list[int] = []
        group_of = [0] * size
        start, last = 0, None
        for position in range(size):
            row = position if rows is None else rows[position]
            if keyed[row] != last:
                if last is not None:
                    bounds.append((start, position))
                start, last = position, keyed[row]
                first.append(row)
            group_of[row] = len(first) - 1
        if size:
            bounds.append((start, size))
        return Frame(rows, bounds, first, group_of)

    def _fact(self, entry: Fact) -> list[int]:
        if entry.name not in self._facts:
            self._facts[entry.name] = self._compute(entry)
        return self._facts[entry.name]

    def _compute(self, entry: Fact) -> list[int]:
        scope, count = entry.scope, self.groups(entry.scope)
        arguments: list[Iterable[Any]] = []
        doubtful: list[list[int]] = []
        for name in entry.needs:
            if name in TABLES:
                arguments.append(repeat(self.book.tables.get(name, []), count))
            elif self.registry.is_one_number(name, scope):
                values = self.one(name, scope)
                unknown = self.unknowns(name, scope)
                if unknown and unknown == count:
                    return [UNKNOWN] * (self.size[TABLE[scope]] if entry.fills else count)
                if unknown:
                    doubtful.append(values)
                arguments.append(values)
            else:
                arguments.append(self.many(name, scope))
        if entry.fills:
            return self._fill(entry, arguments, doubtful)
        if not doubtful:
            return list(map(entry.function, *arguments)) if arguments else [entry.function()]
        skip = [UNKNOWN in known for known in zip(*doubtful, strict=True)]
        function = entry.function
        return [
            UNKNOWN if skipped else function(*given)
            for skipped, given in zip(skip, zip(*arguments, strict=False), strict=True)
        ]

    def _fill(
        self, entry: Fact, arguments: list[Iterable[Any]], doubtful: list[list[int]]
    ) -> list[int]:
        """Call a fact that answers for each row, and put the answers back in row order."""
        frame = self.frame(entry.scope)
        flat = [UNKNOWN] * self.size[TABLE[entry.scope]]
        for group, given in enumerate(zip(*arguments, strict=False)):
            if any(values[group] == UNKNOWN for values in doubtful):
                continue
            start, end = frame.bounds[group]
            answer = [UNKNOWN] * (end - start)
            entry.function(*given, answer)
            flat[start:end] = answer
        if frame.rows is None:
            return flat
        values = [UNKNOWN] * len(flat)
        for position, row in enumerate(frame.rows):
            values[row] = flat[position]
        return values


def row_scope(scope: Scope) -> Scope:
    """The narrowest scope of the table that a scope groups."""
    return ROW[TABLE[scope]]
