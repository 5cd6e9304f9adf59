"""Arrays used again: memory asked for anew costs a line more than most of what is done with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

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


def in_one_piece(numbers: pl.Series, name: str, room: Room) -> Array:
    """Numbers without nulls in one piece; where they lie, if they do in one already."""
    if numbers.n_chunks() == 1:
        return numbers.to_numpy()
    pieces = [piece.to_numpy() for piece in numbers.get_chunks()]
    return np.concatenate(pieces, out=room.array(name, len(numbers), pieces[0].dtype))
