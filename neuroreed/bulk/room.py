"""Arrays used again: memory asked for anew costs a line more than most of what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from neuroreed.bulk.loops import are_plain, loops

Array = np.ndarray[Any, Any]


class Room:
    """Arrays of one thread by name. Who asks for one again has done with what it held."""

    def __init__(self) -> None:
        self._held: dict[str, Array] = {}
        self._constants: dict[str, tuple[int, Array]] = {}

    def array(self, name: str, size: int, kind: Any) -> Array:
        """An array of ``size`` entries; what stands in it is left from the last time."""
        wanted = size * np.dtype(kind).itemsize
        held = self._held.get(name)
        if held is None or len(held) < wanted:
            # a little more, which costs nothing until used: the next task may be a little larger
            held = self._held[name] = np.empty(wanted + wanted // 8, np.uint8)
        return held[:wanted].view(kind)

    def constant(self, name: str, value: int, kind: Any, size: int) -> Array:
        """An array that says the same throughout; nobody writes to it."""
        known, held = self._constants.get(name, (None, None))
        if held is None or known != value or held.dtype != kind or len(held) < size:
            held = np.full(size, value, kind)
            self._constants[name] = value, held
        return held[:size]

    def is_constant(self, values: Array) -> bool:
        """Whether an array came from ``constant``."""
        return any(values.base is held for _, held in self._constants.values())


_LEFT: Final[list[Room]] = []


def enter() -> Room:
    """A room that a run of this process has left, or a new one."""
    try:
        return _LEFT.pop()
    except IndexError:
        return Room()


def leave(rooms: list[Room]) -> None:
    """Keep the rooms of a run for the next one of this process; those kept before are given up."""
    _LEFT[:] = rooms


def laid(
    pieces: list[Array],
    name: str,
    room: Room,
    kind: Any,
    more: int = 0,
    nulls: Sequence[Array] = (),
    mark: int = 0,
) -> tuple[Array, int, int]:
    """Whole numbers as one array of a kind, ``more`` added; the least and the greatest given.

    They stay where they lie, if they lie so already. What ``kind`` cannot hold is cut off.

    Args:
        pieces: of up to 64 bits, but not of 64 without a sign; together at least one number.
        nulls: by number whether ``mark`` stands in its place, in pieces as well, if any.
    """
    size = sum(map(len, pieces))
    if len(pieces) == 1 and pieces[0].dtype == kind and not more and not nulls:
        return pieces[0], int(pieces[0].min()), int(pieces[0].max())
    if are_plain(size):
        whole = np.concatenate(pieces)
        answer = (whole + more).astype(kind)
        if nulls:
            answer[np.concatenate(nulls) > 0] = mark
        return answer, int(whole.min()), int(whole.max())
    answer, bounds, at = room.array(name, size, kind), np.array([2**63 - 1, -(2**63)]), 0
    for piece in pieces:
        loops(size).lay(piece, more, answer[at : at + len(piece)], bounds)
        at += len(piece)
    at = 0
    for each in nulls:
        loops(size).mark_unknown(each, mark, answer[at : at + len(each)])
        at += len(each)
    return answer, int(bounds[0]), int(bounds[1])
