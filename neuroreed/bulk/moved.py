"""Rows moved so that each patient's stand together: stretches of a file by the slot of the patient.

What was read of a source at once becomes one file: slot after slot, in each slot column after
column, numbers as they lie and texts that are few as the places of what they say. Other columns
follow, for each slot a table of their own. The end of the file says where everything stands.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk import put
from neuroreed.bulk.door_columns import FILE, ROW
from neuroreed.bulk.door_texts import are_clean, few_texts
from neuroreed.bulk.loops import loops
from neuroreed.bulk.room import Array, Room, in_one_piece

_PLAIN: Final = {
    str(kind): kind
    for kind in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64,
                 pl.Float32, pl.Float64, pl.Boolean, pl.Date)
}  # fmt: skip
_UNSIGNED: Final = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
_ENDING: Final = ".rows"
_LENGTH: Final = 8


def slot_path(folder: Path, slot: int) -> Path:
    """What stands for the rows of a slot; there is no such file."""
    return folder / f"slot-{slot:05d}"


def is_slot(path: Path) -> bool:
    return path.name.startswith("slot-") and not path.suffix


def is_moved(folder: Path, number: int, start: int) -> bool:
    """Whether the rows of a source from ``start`` on have been moved."""
    return _target(folder, number, start).exists()


def _target(folder: Path, number: int, start: int) -> Path:
    return folder / f"{number:05d}-{start:012d}{_ENDING}"


def slots_of(patients: pl.Series, count: int) -> Array:
    """The slot of each row by its patient; blanks around a name are no part of it."""
    if not patients.dtype.is_integer():
        patients = patients.cast(pl.String)
        if len(patients) and not are_clean(patients):
            patients = patients.str.strip_chars()
    slots = np.empty(len(patients), np.uint32)
    hashes = patients.hash(seed=97112).to_numpy().view(np.int64)
    loops(len(patients)).slot_by_hash(hashes, count, slots)
    return slots


def move(
    frame: pl.DataFrame, patient: str, count: int, folder: Path, number: int, start: int, room: Room
) -> None:
    """Move the rows of source ``number`` from ``start`` on, which ``frame`` holds.

    Raises:
        Refused: the disk is full or cannot be written.
    """
    size = len(frame)
    order, begins = room.array("order", size, np.uint32), np.zeros(count + 1, np.int64)
    loops(size).order_by_number(slots_of(frame[patient], count), order, begins)
    # the counts have moved on: where a slot ends is where the next one begins
    bounds = np.concatenate([[0], begins[:count]])
    columns, said, others = _columns(frame, room)
    columns.append(np.arange(size, dtype=np.uint32))
    said.append({"name": ROW, "type": "UInt32"})
    rows = np.diff(bounds)
    sizes = np.stack([-(-rows * each.itemsize // 8) * 8 for each in columns], axis=1)
    at = np.concatenate([[0], np.cumsum(sizes)])[:-1].reshape(sizes.shape)
    block = room.array("block", int(sizes.sum()), np.uint8)
    for place, values in enumerate(columns):
        kind = _UNSIGNED[values.itemsize]
        loops(size).move(
            values.view(kind), order, bounds, at[:, place] // values.itemsize, block.view(kind)
        )
    tables = []
    if others:
        beside = frame.select(others).rechunk()[order]
        tables = [_stream(beside[a:b]) for a, b in pairwise(bounds)]
    ends = np.cumsum([len(block), *map(len, tables)]).tolist()
    told = {
        "number": number, "start": start, "columns": said, "others": others,
        "names": frame.columns, "types": [str(each) for each in frame.dtypes],
        "bounds": bounds.tolist(), "at": [*at[:, 0].tolist(), len(block)], "beside": ends,
    }  # fmt: skip
    end = json.dumps(told).encode()

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.writelines([block.data, *tables, end, len(end).to_bytes(_LENGTH, "little")])

    put.put(_target(folder, number, start), write)


def _stream(table: pl.DataFrame) -> bytes:
    held = BytesIO()
    table.write_ipc_stream(held)
    return held.getvalue()


def _columns(
    frame: pl.DataFrame, room: Room
) -> tuple[list[Array], list[dict[str, Any]], list[str]]:
    """Columns as numbers, what is said of each, and the names of those that are not so moved.

    What says ``same`` is that number throughout, and is not among the columns.
    """
    columns: list[Array] = []
    said: list[dict[str, Any]] = []
    others = []
    for series in frame:
        name, kind = series.name, str(series.dtype)
        if series.dtype == pl.String:
            held = room.array(f"places of {name}", len(series), np.uint16)
            values = few_texts(series, held)
            if values is None:
                others.append(name)
            elif len(values) == 1:
                said.append({"name": name, "type": "UInt16", "values": values, "same": 0})
            else:
                columns.append(held)
                said.append({"name": name, "type": "UInt16", "values": values})
        elif kind in _PLAIN:
            numbers = series.cast(pl.UInt8) if kind == "Boolean" else series.to_physical()
            own = {"name": name, "type": str(numbers.dtype)}
            if numbers.null_count():
                columns.append(numbers.is_null().cast(pl.UInt8).to_numpy())
                said.append({"name": name, "type": "null"})
                numbers = numbers.fill_null(0)
            elif numbers.dtype.is_integer() and numbers.min() == numbers.max():
                said.append({**own, "same": numbers[0]})
                continue
            columns.append(in_one_piece(numbers, name, room))
            said.append(own)
        else:
            others.append(name)
    return columns, said, others


@dataclass(frozen=True, slots=True)
class _File:
    """The end of a file of moved rows."""

    path: Path
    number: int
    start: int
    columns: list[dict[str, Any]]
    others: list[str]
    names: list[str]
    types: list[str]
    bounds: list[int]
    at: list[int]
    beside: list[int]


def _read(path: Path) -> _File:
    """The end of a file of moved rows.

    Raises:
        OSError: the file is not one.
    """
    with path.open("rb") as file:
        file.seek(-_LENGTH, os.SEEK_END)
        length = int.from_bytes(file.read(_LENGTH), "little")
        file.seek(-_LENGTH - length, os.SEEK_END)
        try:
            return _File(path, **json.loads(file.read(length)))
        except (ValueError, TypeError):
            raise OSError(f"{path.name} does not hold rows that were moved") from None


class Moved:
    """All rows that were moved into a folder."""

    def __init__(self, folder: Path) -> None:
        self._files = [_read(path) for path in sorted(folder.glob(f"*{_ENDING}"))]
        # few texts by column, each once; and for each file the place of its own among them
        self._texts: dict[str, dict[str | None, int]] = {}
        self._places: list[dict[str, Array]] = []
        for file in self._files:
            own = {}
            for column in file.columns:
                if "values" in column:
                    known = self._texts.setdefault(column["name"], {})
                    places = [known.setdefault(text, len(known)) for text in column["values"]]
                    own[column["name"]] = np.array(places, np.uint32)
            self._places.append(own)
        self._mixed = {name for file in self._files for name in file.others}

    def slots(self) -> int:
        """How many slots there are, with rows or without."""
        return len(self._files[0].bounds) - 1

    def rows(self, slot: int) -> int:
        """How many rows a slot holds."""
        return sum(file.bounds[slot + 1] - file.bounds[slot] for file in self._files)

    def frame(self, slot: int, room: Room | None = None, most: int | None = None) -> pl.DataFrame:
        """The rows of a slot as they came, with file and place of each.

        They are valid until the next frame is put into the same ``room``. What stands behind the
        first ``most`` rows need not be read.

        Raises:
            OSError: a file cannot be read there.
        """
        files, size = 0, 0
        while files < len(self._files) and (most is None or size < most):
            begin, end = self._files[files].bounds[slot : slot + 2]
            files, size = files + 1, size + end - begin
        own = _Slot(size, Room() if room is None else room)
        for file, places in zip(self._files[:files], self._places, strict=False):
            own.add(file, slot, places, self._mixed)
        first = self._files[0]
        columns = {
            name: own.series(name, _PLAIN.get(kind), list(self._texts.get(name, ())))
            for name, kind in zip(first.names, first.types, strict=True)
        }
        place = {FILE: pl.Series(own.whole[FILE]), ROW: pl.Series(own.whole[ROW])}
        return pl.DataFrame({**columns, **place})


class _Slot:
    """The columns of one slot, put together from one file after another."""

    def __init__(self, size: int, room: Room) -> None:
        self.room, self.size, self.done = room, size, 0
        self.whole: dict[str, Array] = {}
        self.nulls: dict[str, Array] = {}
        self.pieces: dict[str, list[pl.Series]] = {}

    def add(self, file: _File, slot: int, places: Mapping[str, Array], mixed: set[str]) -> None:
        """The rows of one file; ``mixed`` columns do not lie as numbers in every file."""
        begin, end = file.bounds[slot : slot + 2]
        rows = slice(self.done, self.done + end - begin)
        self.done = rows.stop
        block, at = self._stretch(file, "block", *file.at[slot : slot + 2]), 0
        self._column(FILE, np.int32)[rows] = file.number
        for column in file.columns:
            name, kind = column["name"], _numpy(column["type"])
            if "same" in column:
                values = np.full(end - begin, column["same"], kind)
            else:
                values = block[at : at + (end - begin) * kind.itemsize].view(kind)
                at += -(-len(values) * kind.itemsize // 8) * 8
            if name == ROW:
                np.add(values, file.start, out=self._column(ROW, np.int64)[rows])
            elif column["type"] == "null":
                if name not in self.nulls:
                    self.nulls[name] = np.zeros(self.size, bool)
                self.nulls[name][rows] = values
            elif "values" not in column:
                self._column(name, kind)[rows] = values
            elif name in mixed:
                texts = pl.Series(column["values"], dtype=pl.String)
                self.pieces.setdefault(name, []).append(texts.gather(values))
            else:
                self._column(name, np.uint32)[rows] = places[name][values]
        if file.others:
            table = self._stretch(file, "beside", *file.beside[slot : slot + 2])
            for piece in pl.read_ipc_stream(BytesIO(table.data)):
                self.pieces.setdefault(piece.name, []).append(piece)

    def _stretch(self, file: _File, name: str, begin: int, end: int) -> Array:
        held = self.room.array(name, end - begin, np.uint8)
        with file.path.open("rb", buffering=0) as stream:
            stream.seek(begin)
            if stream.readinto(held.data) != end - begin:
                raise OSError(f"{file.path.name} is cut short")
        return held

    def _column(self, name: str, kind: Any) -> Array:
        if name not in self.whole:
            self.whole[name] = self.room.array(f"moved {name}", self.size, kind)
        return self.whole[name]

    def series(self, name: str, kind: Any, texts: list[str | None]) -> pl.Series:
        """A column as it was; ``kind`` is nothing for what is not moved as numbers."""
        if name in self.pieces:
            return pl.concat(self.pieces[name], rechunk=True)
        if kind is None:
            return pl.Series(texts, dtype=pl.String).gather(pl.Series(self.whole[name]))
        series = pl.Series(self.whole[name]).cast(kind)
        if name in self.nulls:
            series = series.set(pl.Series(self.nulls[name]), None)
        return series


def _numpy(kind: str) -> np.dtype[Any]:
    return np.dtype("uint8" if kind == "null" else kind.lower())


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
    """The rows that a ``slot_path`` stands for; see ``Moved.frame``.

    Raises:
        OSError: a file cannot be read there.
    """
    return moved_into(path.parent).frame(int(path.name.removeprefix("slot-")), room, most)
