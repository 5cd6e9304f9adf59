"""Rows that were moved so that each patient's stand together: in files, by slots of patients.

What was read of a source at once becomes one file: slot after slot, in each slot column after
column, numbers in as few bytes as hold them and few texts as their places. Other columns
follow, for each slot a table of their own. The end of the file says where everything stands.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.door_columns import FILE, ROW
from neuroreed.bulk.loops import loops
from neuroreed.bulk.room import Array, Room

PLAIN: Final = {
    str(kind): kind
    for kind in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64,
                 pl.Float32, pl.Float64, pl.Boolean, pl.Date)
}  # fmt: skip
_WHOLE: Final = tuple(
    (int(np.iinfo(kind).min), int(np.iinfo(kind).max), np.dtype(kind))
    for kind in ("u1", "i1", "u2", "i2", "u4", "i4", "i8", "u8")
)
_FLAG: Final = "Boolean"
# another form of the files has another ending: what an older version moved is not read as ours
_ENDING: Final = ".moved"
LENGTH: Final = 8
# how many arrays one call reads or writes
AT_ONCE: Final = 1000


def slot_path(folder: Path, slot: int) -> Path:
    """What stands for the rows of a slot; there is no such file."""
    return folder / f"slot-{slot:05d}"


def flags_name(place: int) -> str:
    """What the bytes are called that hold the flag at a place among all flags of a row."""
    return f"__flags {place // 8}"


def is_slot(path: Path) -> bool:
    return path.name.startswith("slot-") and not path.suffix


def is_moved(folder: Path, number: int, start: int) -> bool:
    """Whether the rows of a source from ``start`` on have been moved."""
    return target(folder, number, start).exists()


def target(folder: Path, number: int, start: int) -> Path:
    return folder / f"{number:05d}-{start:012d}{_ENDING}"


def place_kind(texts: list[str | None]) -> np.dtype[Any]:
    """The type for places of texts: that of an ``Enum`` of those that are there."""
    return narrowest(0, len(texts) - (texts[-1] is None))


def nothing_last(text: str | None) -> tuple[bool, str]:
    return text is None, text or ""


def narrowest(least: Any, most: Any) -> np.dtype[Any]:
    """The smallest type of whole numbers that holds all from ``least`` to ``most``."""
    for low, high, kind in _WHOLE:
        if low <= least and most <= high:
            return kind
    raise OverflowError(f"no type holds {least} and {most}")


@dataclass(frozen=True, slots=True)
class _File:
    """The end of a file of moved rows."""

    path: Path
    number: int
    start: int
    columns: list[dict[str, Any]]
    constants: list[dict[str, Any]]
    others: list[str]
    names: list[str]
    types: list[str]
    bounds: list[int]
    width: int
    beside: list[int]


def _read(path: Path) -> _File:
    """The end of a file of moved rows.

    Raises:
        OSError: the file is not one.
    """
    with path.open("rb") as file:
        file.seek(-LENGTH, os.SEEK_END)
        length = int.from_bytes(file.read(LENGTH), "little")
        try:
            file.seek(-LENGTH - length, os.SEEK_END)
            return _File(path, **json.loads(file.read(length)))
        except (ValueError, TypeError):
            raise OSError(f"{path.name} does not hold rows that were moved") from None


@dataclass(frozen=True, slots=True)
class _Way:
    """How a column of one file comes to its place among those of all files.

    What ``lies`` is read straight to there. ``values`` are few texts of a column that lies
    otherwise in another file; ``table`` is what place among all texts each of its own has.
    """

    name: str
    kind: np.dtype[Any]
    lies: bool = False
    is_nulls: bool = False
    values: pl.Series | None = None
    table: Array | None = None
    same: Any = None


class Moved:
    """All rows that were moved into a folder.

    Raises:
        OSError: a file there cannot be read, or there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._files = [_read(path) for path in sorted(folder.glob(f"*{_ENDING}"))]
        if not self._files:
            raise OSError("no rows were moved here by this version")
        said: dict[str, list[dict[str, Any]]] = {}
        for file in self._files:
            for column in (*file.columns, *file.constants):
                if not column.get("nulls"):
                    said.setdefault(column["name"], []).append(column)
        # few texts by column, and what a place of one file is among them
        self._texts = {
            name: sorted({text for each in own for text in each["values"]}, key=nothing_last)
            for name, own in said.items()
            if "values" in own[0]
        }
        self._kinds = {name: self._kind(name, own) for name, own in said.items()}
        first = self._files[0]
        every = [name for name, kind in zip(first.names, first.types, strict=True) if kind == _FLAG]
        self._flags = {name: place for place, name in enumerate(every)}
        self._mixed = {name for file in self._files for name in file.others}
        self._ways = [
            [self._way(column) for column in (*file.columns, *file.constants)]
            for file in self._files
        ]

    def _kind(self, name: str, said: list[dict[str, Any]]) -> np.dtype[Any]:
        """The type that holds a column of all files."""
        if name == ROW:
            return narrowest(0, max(file.start + file.bounds[-1] for file in self._files))
        if name in self._texts:
            return place_kind(self._texts[name])
        if "least" in said[0]:
            return narrowest(min(each["least"] for each in said), max(e["most"] for e in said))
        return np.dtype(said[0]["type"])

    def _way(self, column: dict[str, Any]) -> _Way:
        name, same = column["name"], column.get("same")
        kind = np.dtype(column.get("type", "int64"))
        if column.get("nulls"):
            return _Way(name, kind, is_nulls=True, same=same)
        if name in self._mixed:
            return _Way(name, kind, values=pl.Series(column["values"], dtype=pl.String), same=same)
        texts = column.get("values")
        if same is None and kind == self._kinds[name] and texts == self._texts.get(name):
            return _Way(name, kind, lies=True)
        if texts is None:
            return _Way(name, kind, same=same)
        place_of = {text: place for place, text in enumerate(self._texts[name])}
        table = np.array([place_of[text] for text in texts], self._kinds[name])
        return _Way(name, kind, table=table, same=same)

    def slots(self) -> int:
        """How many slots there are, with rows or without."""
        return len(self._files[0].bounds) - 1

    def rows(self, slot: int) -> int:
        """How many rows a slot holds."""
        return sum(file.bounds[slot + 1] - file.bounds[slot] for file in self._files)

    def frame(self, slot: int, room: Room | None = None, most: int | None = None) -> pl.DataFrame:
        """The rows of a slot in the types in which they came, with file and place of each.

        They are valid until the next frame is put into the same ``room``. What stands behind the
        first ``most`` rows need not be read.

        Raises:
            OSError: a file cannot be read there.
        """
        own, first = self._slot(slot, room, most), self._files[0]
        columns = {
            name: own.series(name, PLAIN.get(kind), self._texts.get(name))
            for name, kind in zip(first.names, first.types, strict=True)
        }
        place = {FILE: own.series(FILE, pl.Int32(), None), ROW: own.series(ROW, pl.Int64(), None)}
        return pl.DataFrame({**columns, **place})

    def lean_frame(self, slot: int, room: Room, most: int | None = None) -> pl.DataFrame:
        """The same in types that cost less: narrow whole numbers, and few texts as an ``Enum``."""
        own, first = self._slot(slot, room, most), self._files[0]
        columns = {
            name: own.lean_series(name, PLAIN.get(kind), self._texts.get(name))
            for name, kind in zip(first.names, first.types, strict=True)
        }
        place = {name: pl.Series(own.whole[name]) for name in (FILE, ROW)}
        return pl.DataFrame({**columns, **place})

    def _slot(self, slot: int, room: Room | None, most: int | None) -> _Slot:
        files, size = 0, 0
        while files < len(self._files) and (most is None or size < most):
            begin, end = self._files[files].bounds[slot : slot + 2]
            files, size = files + 1, size + end - begin
        kinds = {name: kind for name, kind in self._kinds.items() if name not in self._mixed}
        own = _Slot(size, Room() if room is None else room, kinds, self._flags)
        for file, ways in zip(self._files[:files], self._ways, strict=False):
            own.add(file, ways, slot)
        return own


class _Slot:
    """The columns of one slot, put together from one file after another.

    ``kinds`` are the types of those that lie as numbers in every file; ``flags`` the places of
    those that are yes or no among each other.
    """

    def __init__(
        self, size: int, room: Room, kinds: dict[str, np.dtype[Any]], flags: dict[str, int]
    ) -> None:
        self.room, self.size, self.done, self.flags = room, size, 0, flags
        self.whole = {
            name: room.array(f"moved {name}", size, kind)
            for name, kind in {**kinds, FILE: np.dtype(np.int32)}.items()
        }
        self.bytes = {name: memoryview(held.view(np.uint8)) for name, held in self.whole.items()}
        self.nulls: dict[str, Array] = {}
        self.pieces: dict[str, list[pl.Series]] = {}

    def add(self, file: _File, ways: list[_Way], slot: int) -> None:
        """The rows of one file."""
        begin, end = file.bounds[slot : slot + 2]
        start, self.done = self.done, self.done + end - begin
        rows = slice(start, self.done)
        self.whole[FILE][rows] = file.number
        read, later = [], []
        for way in ways:
            if way.lies:
                width = way.kind.itemsize
                read.append(self.bytes[way.name][start * width : self.done * width])
            elif way.same is None:
                held = self.room.array(f"read {len(later)}", end - begin, way.kind)
                later.append((way, held))
                read.append(memoryview(held.view(np.uint8)))
            else:
                later.append((way, np.full(end - begin, way.same)))
        self._fill(file, begin * file.width, read, (end - begin) * file.width)
        for way, held in later:
            self._add(way, held, rows)
        if file.start:
            self.whole[ROW][rows] += self.whole[ROW].dtype.type(file.start)
        if file.others:
            at, until = file.beside[slot : slot + 2]
            table = memoryview(self.room.array("beside", until - at, np.uint8))
            self._fill(file, at, [table], until - at)
            for piece in pl.read_ipc_stream(BytesIO(table)):
                self.pieces.setdefault(piece.name, []).append(piece)

    def _fill(self, file: _File, begin: int, read: list[memoryview], wanted: int) -> None:
        """Read what stands one behind the other in a file."""
        held, done = os.open(file.path, os.O_RDONLY), 0
        try:
            for first in range(0, len(read), AT_ONCE):
                done += os.preadv(held, read[first : first + AT_ONCE], begin + done)
        finally:
            os.close(held)
        if done != wanted:
            raise OSError(f"{file.path.name} is cut short")

    def _add(self, way: _Way, values: Array, rows: slice) -> None:
        """A column of one file that does not lie as the whole one does."""
        if way.is_nulls:
            if way.name not in self.nulls:
                self.nulls[way.name] = np.zeros(self.size, bool)
            self.nulls[way.name][rows] = values
        elif way.values is not None:
            self.pieces.setdefault(way.name, []).append(way.values.gather(values))
        elif way.table is not None:
            loops(len(values)).take(way.table, values, self.whole[way.name][rows])
        else:
            self.whole[way.name][rows] = values

    def series(self, name: str, kind: Any, texts: list[str | None] | None) -> pl.Series:
        """A column as it was; ``kind`` is nothing for what is not moved as numbers."""
        if name in self.pieces:
            return pl.concat(self.pieces[name], rechunk=True)
        if name in self.flags:
            place = self.flags[name]
            bits = self.room.array(f"bits of {name}", self.size, np.uint8)
            np.bitwise_and(self.whole[flags_name(place)], 1 << place % 8, out=bits)
            return self._with_nulls(name, pl.Series(bits)).cast(kind)
        if texts is not None:
            return pl.Series(texts, dtype=pl.String).gather(pl.Series(self.whole[name]))
        return self._with_nulls(name, pl.Series(self.whole[name])).cast(kind)

    def lean_series(self, name: str, kind: Any, texts: list[str | None] | None) -> pl.Series:
        """A column as it is sooner read; see ``Moved.lean_frame``."""
        if name in self.pieces or name in self.flags:
            return self.series(name, kind, texts)
        if kind == pl.Date:
            days = self.room.array(f"days of {name}", self.size, np.int32)
            np.copyto(days, self.whole[name])
            return self._with_nulls(name, pl.Series(days)).cast(pl.Date)
        numbers = pl.Series(self.whole[name])
        if texts is None:
            return self._with_nulls(name, numbers)
        if texts[-1] is None:
            texts = texts[:-1]
            numbers = numbers.set(numbers == len(texts), None)
        return numbers.cat.to(pl.Enum(texts))

    def _with_nulls(self, name: str, series: pl.Series) -> pl.Series:
        if name in self.nulls:
            return series.set(pl.Series(self.nulls[name]), None)
        return series


@lru_cache(maxsize=2)
def _moved(folder: Path, _changed: int) -> Moved:
    return Moved(folder)


def moved_into(folder: Path) -> Moved:
    """All rows that were moved into a folder.

    Raises:
        OSError: a file there cannot be read.
    """
    return _moved(folder, folder.stat().st_mtime_ns)


def rows_of_slot(path: Path, room: Room | None = None, most: int | None = None) -> pl.DataFrame:
    """The rows that a ``slot_path`` stands for; in a ``room`` those of ``Moved.lean_frame``.

    Raises:
        OSError: a file cannot be read there.
    """
    moved, slot = moved_into(path.parent), int(path.name.removeprefix("slot-"))
    return moved.frame(slot, most=most) if room is None else moved.lean_frame(slot, room, most)
