"""Rows moved so that each patient's stand together: stretches of a file by the slot of the patient.

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
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk import put
from neuroreed.bulk.door_columns import FILE, ROW
from neuroreed.bulk.door_texts import are_clean, few_texts
from neuroreed.bulk.loops import loops
from neuroreed.bulk.room import Array, Room

_PLAIN: Final = {
    str(kind): kind
    for kind in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64,
                 pl.Float32, pl.Float64, pl.Boolean, pl.Date)
}  # fmt: skip
_UNSIGNED: Final = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
_WHOLE: Final = (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.int64, np.uint64)
# so many stretches of like patients in a slot, and in all slots of a file
_PARTS, _BUCKETS = 64, 2048
# another form of the files has another ending: what an older version moved is not read as ours
_ENDING: Final = ".moved"
_LENGTH: Final = 8
# how many arrays one call reads into
_AT_ONCE: Final = 1000


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


def _in_slots(patients: pl.Series, count: int, room: Room) -> tuple[Array, Array]:
    """Where each row goes, slot after slot, like patients near in it; where each slot begins.

    A slot is all patients whose hash falls into it; blanks around a name are no part of it.
    Within a slot, order is only for speed: who gathers one patient's rows finds them close.
    """
    if patients.dtype.is_integer():
        like = patients.fill_null(0).cast(pl.Float64).to_numpy()
    else:
        patients = patients.cast(pl.String)
        if len(patients) and not are_clean(patients):
            patients = patients.str.strip_chars()
        like = None
    hashes = patients.hash(seed=97112).to_numpy().view(np.int64)
    if like is None:
        like = (hashes & (2**32 - 1)).astype(np.float64)
    parts = max(1, min(_PARTS, _BUCKETS // count))
    size, sort = len(patients), loops(len(patients))
    buckets = room.array("buckets", size, np.uint32)
    low, high = (float(like.min()), float(like.max())) if size else (0.0, 0.0)
    sort.bucket_by_hash(hashes, count, like, low, parts / (high - low + 1.0), parts, buckets)
    places, begins = room.array("places", size, np.uint32), np.zeros(count * parts + 1, np.int64)
    sort.places_by_number(buckets, begins, places)
    # the counts have moved on: where a bucket ends is where the next one begins
    return places, np.concatenate([[0], begins[parts - 1 :: parts][:count]])


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of numbers in the order of the slots, and what the end of the file says of it."""

    values: Array
    said: dict[str, Any]


def move(
    frame: pl.DataFrame, patient: str, count: int, folder: Path, number: int, start: int, room: Room
) -> None:
    """Move the rows of source ``number`` from ``start`` on, which ``frame`` holds.

    Raises:
        Refused: the disk is full or cannot be written.
    """
    places, bounds = _in_slots(frame[patient], count, room)
    columns, constants, others = _columns(frame, places, room)
    rows = _put([np.arange(len(frame), dtype=np.uint32)], np.uint32, f"column {ROW}", places, room)
    columns.append(_Column(rows, {"name": ROW, "type": "uint32"}))
    pieces = [each.values[a:b].data for a, b in pairwise(bounds.tolist()) for each in columns]
    tables = []
    if others:
        beside = frame.select(others).rechunk()[rows]
        tables = [_stream(beside[a:b]) for a, b in pairwise(bounds)]
    width = sum(each.values.itemsize for each in columns)
    told = {
        "number": number, "start": start, "columns": [each.said for each in columns],
        "constants": constants, "others": others,
        "names": frame.columns, "types": [str(each) for each in frame.dtypes],
        "bounds": bounds.tolist(), "width": width,
        "beside": np.cumsum([len(frame) * width, *map(len, tables)]).tolist(),
    }  # fmt: skip
    end = json.dumps(told).encode()
    every = [*pieces, *tables, end, len(end).to_bytes(_LENGTH, "little")]
    put.put(_target(folder, number, start), lambda path: _write(path, every))


def _write(path: Path, pieces: list[Any]) -> None:
    with path.open("wb", buffering=0) as file:
        for first in range(0, len(pieces), _AT_ONCE):
            few = pieces[first : first + _AT_ONCE]
            written, wanted = os.writev(file.fileno(), few), sum(map(_size, few))
            rest = b"".join(few)[written:] if written < wanted else b""
            while rest:  # where the disk is full, the next try says so
                rest = rest[file.write(rest) :]


def _size(piece: Any) -> int:
    return memoryview(piece).nbytes


def _stream(table: pl.DataFrame) -> bytes:
    held = BytesIO()
    table.write_ipc_stream(held)
    return held.getvalue()


def _columns(
    frame: pl.DataFrame, places: Array, room: Room
) -> tuple[list[_Column], list[dict[str, Any]], list[str]]:
    """Columns as numbers, those that say one thing throughout, and the names of all others."""
    columns: list[_Column] = []
    constants: list[dict[str, Any]] = []
    others = []

    for series in frame:
        name, kind = series.name, str(series.dtype)
        if series.dtype == pl.String:
            held = room.array("texts", len(series), np.uint16)
            texts = few_texts(series, held)
            if texts is None:
                others.append(name)
                continue
            # the same texts have the same places in every file
            values = sorted(set(texts), key=_nothing_last)
            said = {"name": name, "values": values}
            if len(values) == 1:
                constants.append({**said, "same": 0})
                continue
            place_of = {text: place for place, text in enumerate(values)}
            table = np.array([place_of[text] for text in texts], _place_kind(values))
            moved = room.array(f"column {name}", len(series), table.dtype)
            loops(len(series)).move_texts(table, held, places, moved)
        elif kind in _PLAIN:
            numbers = series.cast(pl.UInt8) if kind == "Boolean" else series.to_physical()
            said = {"name": name}
            if numbers.null_count():
                own = {"name": name, "nulls": True, "type": "uint8"}
                mask = numbers.is_null().cast(pl.UInt8)
                if numbers.null_count() == len(numbers):
                    constants.append({**own, "same": 1})
                else:
                    moved = _put(_pieces(mask), np.uint8, f"nulls of {name}", places, room)
                    columns.append(_Column(moved, own))
                numbers = numbers.fill_null(0)
            size = _pieces(numbers)[0].dtype
            if numbers.dtype.is_integer():
                said |= {"least": numbers.min(), "most": numbers.max()}
                if said["least"] == said["most"]:
                    constants.append({**said, "same": said["least"]})
                    continue
                size = narrowest(said["least"], said["most"])
            moved = _put(_pieces(numbers), size, f"column {name}", places, room)
        else:
            others.append(name)
            continue
        columns.append(_Column(moved, {**said, "type": moved.dtype.name}))
    return columns, constants, others


def _pieces(numbers: pl.Series) -> list[Array]:
    return [piece.to_numpy() for piece in numbers.get_chunks()]


def _put(pieces: list[Array], kind: Any, name: str, places: Array, room: Room) -> Array:
    """A column where it goes, in a type that holds what is in it."""
    moved = room.array(name, len(places), kind)
    bits, done = moved.view(_UNSIGNED[moved.itemsize]), 0
    for each in pieces:
        own = each.view(_UNSIGNED[each.itemsize])
        loops(len(places)).move(own, places[done : done + len(own)], bits)
        done += len(own)
    return moved


def _place_kind(texts: list[str | None]) -> np.dtype[Any]:
    """The type for places of texts: that of an ``Enum`` of those that are there."""
    return narrowest(0, len(texts) - (texts[-1] is None))


def _nothing_last(text: str | None) -> tuple[bool, str]:
    return text is None, text or ""


def narrowest(least: Any, most: Any) -> np.dtype[Any]:
    """The smallest type of whole numbers that holds all from ``least`` to ``most``."""
    for kind in _WHOLE:
        bounds = np.iinfo(kind)
        if bounds.min <= least and most <= bounds.max:
            return np.dtype(kind)
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
        file.seek(-_LENGTH, os.SEEK_END)
        length = int.from_bytes(file.read(_LENGTH), "little")
        file.seek(-_LENGTH - length, os.SEEK_END)
        try:
            return _File(path, **json.loads(file.read(length)))
        except (ValueError, TypeError):
            raise OSError(f"{path.name} does not hold rows that were moved") from None


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
            name: sorted({text for each in own for text in each["values"]}, key=_nothing_last)
            for name, own in said.items()
            if "values" in own[0]
        }
        self._kinds = {name: self._kind(name, own) for name, own in said.items()}
        self._mixed = {name for file in self._files for name in file.others}

    def _kind(self, name: str, said: list[dict[str, Any]]) -> np.dtype[Any]:
        """The type that holds a column of all files."""
        if name == ROW:
            return narrowest(0, max(file.start + file.bounds[-1] for file in self._files))
        if name in self._texts:
            return _place_kind(self._texts[name])
        if "least" in said[0]:
            return narrowest(min(each["least"] for each in said), max(e["most"] for e in said))
        return np.dtype(said[0]["type"])

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
            name: own.series(name, _PLAIN.get(kind), self._texts.get(name))
            for name, kind in zip(first.names, first.types, strict=True)
        }
        place = {FILE: own.series(FILE, pl.Int32(), None), ROW: own.series(ROW, pl.Int64(), None)}
        return pl.DataFrame({**columns, **place})

    def lean_frame(self, slot: int, room: Room, most: int | None = None) -> pl.DataFrame:
        """The same in types that cost less: narrow whole numbers, and few texts as an ``Enum``."""
        own, first = self._slot(slot, room, most), self._files[0]
        columns = {
            name: own.lean_series(name, _PLAIN.get(kind), self._texts.get(name))
            for name, kind in zip(first.names, first.types, strict=True)
        }
        place = {name: pl.Series(own.whole[name]) for name in (FILE, ROW)}
        return pl.DataFrame({**columns, **place})

    def _slot(self, slot: int, room: Room | None, most: int | None) -> _Slot:
        files, size = 0, 0
        while files < len(self._files) and (most is None or size < most):
            begin, end = self._files[files].bounds[slot : slot + 2]
            files, size = files + 1, size + end - begin
        own = _Slot(size, Room() if room is None else room, self._kinds, self._texts, self._mixed)
        for file in self._files[:files]:
            own.add(file, slot)
        return own


class _Slot:
    """The columns of one slot, put together from one file after another.

    ``mixed`` columns do not lie as numbers in every file.
    """

    def __init__(
        self,
        size: int,
        room: Room,
        kinds: dict[str, np.dtype[Any]],
        texts: dict[str, list[str | None]],
        mixed: set[str],
    ) -> None:
        self.room, self.size, self.done = room, size, 0
        self.kinds, self.texts, self.mixed = kinds, texts, mixed
        self.whole: dict[str, Array] = {}
        self.nulls: dict[str, Array] = {}
        self.pieces: dict[str, list[pl.Series]] = {}

    def add(self, file: _File, slot: int) -> None:
        """The rows of one file."""
        begin, end = file.bounds[slot : slot + 2]
        rows = slice(self.done, self.done + end - begin)
        self.done = rows.stop
        self._column(FILE, np.int32)[rows] = file.number
        read, later = [], []
        for column in file.columns:
            name, kind = column["name"], np.dtype(column["type"])
            lies = not column.get("nulls") and name not in self.mixed and kind == self.kinds[name]
            if lies and column.get("values") == self.texts.get(name):
                own = self._column(name, kind)[rows]
            else:
                own = self.room.array(f"read {name} {len(later)}", end - begin, kind)
                later.append((column, own))
            read.append(own)
        self._fill(file, begin * file.width, read)
        for column, own in later:
            self._add(column, own, rows)
        for column in file.constants:
            kind = np.dtype(column.get("type", "int64"))
            self._add(column, np.full(end - begin, column["same"]), rows)
        self._column(ROW, self.kinds[ROW])[rows] += self.kinds[ROW].type(file.start)
        if file.others:
            table = self.room.array("beside", file.beside[slot + 1] - file.beside[slot], np.uint8)
            self._fill(file, file.beside[slot], [table])
            for piece in pl.read_ipc_stream(BytesIO(table.data)):
                self.pieces.setdefault(piece.name, []).append(piece)

    def _fill(self, file: _File, begin: int, arrays: list[Array]) -> None:
        """Read arrays that stand one behind the other in a file."""
        held = os.open(file.path, os.O_RDONLY)
        try:
            for first in range(0, len(arrays), _AT_ONCE):
                few = arrays[first : first + _AT_ONCE]
                wanted = sum(each.nbytes for each in few)
                if os.preadv(held, [each.data for each in few], begin) != wanted:
                    raise OSError(f"{file.path.name} is cut short")
                begin += wanted
        finally:
            os.close(held)

    def _add(self, column: dict[str, Any], values: Array, rows: slice) -> None:
        """A column of one file that does not lie as the whole one does."""
        name = column["name"]
        if column.get("nulls"):
            if name not in self.nulls:
                self.nulls[name] = np.zeros(self.size, bool)
            self.nulls[name][rows] = values
        elif "values" not in column:
            self._column(name, self.kinds[name])[rows] = values
        elif name in self.mixed:
            texts = pl.Series(column["values"], dtype=pl.String)
            self.pieces.setdefault(name, []).append(texts.gather(values))
        else:
            place_of = {text: place for place, text in enumerate(self.texts[name])}
            table = np.array([place_of[text] for text in column["values"]], self.kinds[name])
            loops(len(values)).take(table, values, self._column(name, table.dtype)[rows])

    def _column(self, name: str, kind: Any) -> Array:
        if name not in self.whole:
            self.whole[name] = self.room.array(f"moved {name}", self.size, kind)
        return self.whole[name]

    def series(self, name: str, kind: Any, texts: list[str | None] | None) -> pl.Series:
        """A column as it was; ``kind`` is nothing for what is not moved as numbers."""
        if name in self.pieces:
            return pl.concat(self.pieces[name], rechunk=True)
        if texts is not None:
            return pl.Series(texts, dtype=pl.String).gather(pl.Series(self.whole[name]))
        return self._with_nulls(name, pl.Series(self.whole[name])).cast(kind)

    def lean_series(self, name: str, kind: Any, texts: list[str | None] | None) -> pl.Series:
        """A column as it is sooner read; see ``Moved.lean_frame``."""
        if name in self.pieces or kind in (pl.Boolean, pl.Date):
            return self.series(name, kind, texts)
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
