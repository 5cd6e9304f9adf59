"""Where columns lie in the whole numbers by which days are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

import numpy as np

from neuroreed.bulk.plan_frames import SENTINELS

Array = np.ndarray[Any, Any]
Columns = Mapping[str, Array]
_BITS: Final = 64
# the lowest of the first number tell the sessions of a date apart, and those of a visit
_SESSION_BITS: Final = 3
MOST_SESSIONS: Final = 2**_SESSION_BITS


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest known entry of a column, and whether some are unknown."""

    least: int
    most: int
    unknown: bool

    @property
    def is_one(self) -> bool:
        """Whether all entries are equal; so nobody needs to look."""
        return self.least > self.most or (self.least == self.most and not self.unknown)

    def holds(self, other: Range) -> bool:
        """Whether every entry of another range has a number of its own in this one."""
        if self.is_one:
            return self == other
        return other.least > other.most or (self.least <= other.least and other.most <= self.most)

    def widened(self, other: Range) -> Range:
        """The range of both; with room, so that the next part seldom asks for more."""
        both = Range(
            min(self.least, other.least),
            max(self.most, other.most),
            self.unknown or other.unknown,
        )
        room = 0 if both.is_one else (both.most - both.least + 1) // 2
        return Range(both.least - room, both.most + room, both.unknown)

    @property
    def bits(self) -> int:
        """How many bits an entry takes where they differ; 0 stands for unknown."""
        return 0 if self.is_one else (self.most - self.least + 1).bit_length()


def range_of(column: Array, loops: ModuleType) -> Range:
    """What a column holds."""
    answer = np.empty(3, np.int64)
    width = column.dtype.itemsize
    loops.bounds(width, column.ctypes.data, SENTINELS[width], len(column), answer)
    return Range(int(answer[0]), int(answer[1]), bool(answer[2]))


@dataclass(frozen=True, slots=True)
class Packing:
    """Columns beside each other in ``words`` whole numbers of 64 bits.

    ``places``: by column the word, and from which bit; columns that hold one value have none.
    """

    ranges: Mapping[str, Range] = field(default_factory=dict)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    words: int = 1

    def holds(self, ranges: Mapping[str, Range]) -> bool:
        """Whether columns with such entries can be packed so."""
        return self.ranges.keys() == ranges.keys() and all(
            self.ranges[name].holds(own) for name, own in ranges.items()
        )

    def widened(self, ranges: Mapping[str, Range]) -> Packing:
        """A packing for these columns, and what they held before."""
        every = {name: self.ranges.get(name, own).widened(own) for name, own in ranges.items()}
        places, word, bits = {}, 0, 2 * _SESSION_BITS
        for name, own in every.items():
            if own.is_one:
                continue
            if bits + own.bits > _BITS:
                word, bits = word + 1, 0
            places[name] = word, bits
            bits += own.bits
        return Packing(every, places, word + 1)

    def loads(self, columns: Columns) -> Array:
        """What the loop that packs needs to know, a row for each column."""
        rows = [
            [
                *(columns[name].dtype.itemsize, columns[name].ctypes.data),
                *(SENTINELS[columns[name].dtype.itemsize], self.ranges[name].least, word, bit),
            ]
            for name, (word, bit) in self.places.items()
        ]
        return np.array(rows, np.int64).reshape(-1, 6)
