"""Tables of a file as they fill, and the texts that their rows point to.

A row is whole numbers: cents, days since 1970, places of segments, numbers of other rows, and
texts as offset and length in the bytes of the file. What does not stand in those bytes as it
is (the plain reader's own words) is kept beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.program import Program
from neuroreed.exchange.x12.checks import cents, money

Array = np.ndarray[Any, Any]
BESIDE: Final = 1 << 42
_MOST_CENTS: Final = 2**61
_LEAST_ROWS: Final = 64
_MOST_ROWS: Final = 1 << 13


class Texts:
    """The bytes of a file and what was added beside them."""

    def __init__(self, raw: Any, encoding: str) -> None:
        self.raw = raw
        self.encoding = encoding
        self.beside = bytearray()
        self.odd: list[str] = []
        self._known: dict[str, int] = {}

    def get(self, value: int) -> str | None:
        """The text of a cell, None where there is none."""
        if value < 0:
            return None if value == c.NONE else self.odd[c.ODD - value]
        start, size = value >> c.LENGTH_BITS, value & c.LENGTH
        if start >= BESIDE:
            start -= BESIDE
            return self.beside[start : start + size].decode(self.encoding)
        return self.raw[start : start + size].decode(self.encoding)

    def put(self, text: str | None) -> int:
        """A text that stands in the bytes nowhere as it is."""
        if text is None:
            return c.NONE
        value = self._known.get(text)
        if value is None:
            own = text.encode(self.encoding)
            if len(own) > c.LENGTH:
                return self._put_odd(text)
            value = (BESIDE + len(self.beside)) << c.LENGTH_BITS | len(own)
            self.beside += own
            self._known[text] = value
        return value

    def _put_odd(self, text: str) -> int:
        self.odd.append(text)
        return c.ODD - len(self.odd) + 1

    def put_amount(self, text: str | None) -> int:
        """An amount as the plain reader says it: cents, or the text that is none."""
        if text is None:
            return c.NO_AMOUNT
        value = cents(text)
        if value is None or not -_MOST_CENTS < value < _MOST_CENTS:
            return self._put_odd(text)
        return value

    def amount(self, value: int) -> str | None:
        """An amount as the plain reader says it."""
        if value <= c.ODD:
            return None if value == c.NO_AMOUNT else self.odd[c.ODD - value]
        return money(value)


@dataclass
class Table:
    """The rows of one table, in parts; ``first`` is the number of the first row."""

    columns: tuple[str, ...]
    first: int = 0
    parts: list[Array] = field(default_factory=list)

    def rows(self) -> Array:
        """All rows, one after the other."""
        if len(self.parts) != 1:
            empty = np.empty((0, len(self.columns)), np.int64)
            self.parts = [np.concatenate(self.parts) if self.parts else empty]
        return self.parts[0]


class Tables:
    """The tables of one kind of transaction; ``rows`` and ``counts`` are filled by the walk."""

    def __init__(self, program: Program, size: int) -> None:
        """``size`` is about how many rows of a table to fill before they are put away."""
        self.program = program
        self.found = {name: Table(columns) for name, columns in program.tables.items()}
        self._room = max(_LEAST_ROWS, min(_MOST_ROWS, size))
        self._taken = 0
        self._waiting: dict[str, tuple[int, int, list[list[int]]]] = {}
        self._begin()
        self.counts = np.zeros(len(self.found), np.int64)
        self.base = np.zeros(len(self.found), np.int64)

    def _begin(self) -> None:
        """Empty rows in one piece of memory that is filled again and again."""
        widths = [len(table.columns) for table in self.found.values()]
        sizes = [self._room * width for width in widths]
        begins = [sum(sizes[:place]) for place in range(len(sizes))]
        self.cells = np.empty(sum(sizes), np.int64)
        self.layout = np.array([begins, widths, [self._room] * len(sizes)], np.int64).T.copy()
        self.rows = [
            self.cells[begin : begin + size].reshape(-1, width)
            for begin, size, width in zip(begins, sizes, widths, strict=True)
        ]

    def flush(self) -> None:
        """Put what is filled to the full parts, and make room."""
        for place, table in enumerate(self.found.values()):
            count = int(self.counts[place])
            if count:
                table.parts.append(self.rows[place][:count].copy())
        self.base += self.counts
        self.counts[:] = 0

    def make_room(self) -> None:
        """One stretch needs more rows than a table has when it is empty."""
        self._room *= 2
        self._begin()

    def held(self) -> int:
        """How many rows there are since they were last taken."""
        return int(self.base.sum() + self.counts.sum()) - self._taken

    def add(self, name: str, values: list[int]) -> int:
        """One row from outside the walk; gives its number. ``commit`` puts it in."""
        waiting = self._waiting.get(name)
        if waiting is None:
            place = self.program.names.index(name)
            first = int(self.base[place] + self.counts[place])
            waiting = self._waiting[name] = (place, first, [])
        waiting[2].append(values)
        return waiting[1] + len(waiting[2]) - 1

    def commit(self) -> None:
        """Put the rows that were added into the tables, each table at once."""
        for place, _, values in self._waiting.values():
            if self.counts[place] + len(values) > self._room:
                self.flush()
            while len(values) > self._room:
                self.make_room()
            at = int(self.counts[place])
            self.rows[place][at : at + len(values)] = values
            self.counts[place] += len(values)
        self._waiting.clear()

    def take(self) -> dict[str, Table]:
        """Everything so far; the tables begin anew."""
        self.flush()
        self._taken = int(self.base.sum())
        found = self.found
        self.found = {
            name: Table(table.columns, int(base))
            for (name, table), base in zip(found.items(), self.base, strict=True)
        }
        return found
