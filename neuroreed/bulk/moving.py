"""Moving rows so that each patient's stand together; ``moved`` says in what form, and reads."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk import put
from neuroreed.bulk.door_columns import ROW, pieces_of
from neuroreed.bulk.door_texts import are_clean, few_texts, flags
from neuroreed.bulk.loops import are_plain, loops
from neuroreed.bulk.moved import (
    AT_ONCE,
    LENGTH,
    PLAIN,
    flags_name,
    narrowest,
    nothing_last,
    place_kind,
    target,
)
from neuroreed.bulk.room import Array, Room

# how many numbers are looked at to guess how wide the others are
_LOOKED_AT: Final = 1000
_NO_BOUNDS: Final = (2**63 - 1, -(2**63))
_UNSIGNED: Final = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
# so many stretches of like patients in a slot, and in all slots of a file
_PARTS, _BUCKETS = 128, 768
_SEED: Final = 97112


def hash_mark() -> str:
    """What differs where another machine would put a patient into another slot."""
    names = (pl.Series([0, 97112, 2**61]), pl.Series(["", "a", "a longer name of somebody"]))
    return " ".join(f"{each:x}" for own in names for each in own.hash(seed=_SEED))


def _in_slots(patients: pl.Series, slots: Array, room: Room) -> tuple[Array, Array]:
    """Where each row goes, slot after slot, like patients near in it; where each slot begins.

    A slot is all patients whose hash falls into its shares; blanks around a name are no part of
    it.
    Within a slot, order is only for speed: who gathers one patient's rows finds them close.
    """
    if patients.dtype.is_integer():
        like = patients.fill_null(0).cast(pl.Float64).to_numpy()
    else:
        patients = patients.cast(pl.String)
        if len(patients) and not are_clean(patients):
            patients = patients.str.strip_chars()
        like = None
    hashes = patients.hash(seed=_SEED).to_numpy().view(np.int64)
    if like is None:
        like = (hashes & (2**32 - 1)).astype(np.float64)
    count = int(slots[-1]) + 1
    parts = max(1, min(_PARTS, _BUCKETS // count))
    size, sort = len(patients), loops(len(patients))
    buckets = room.array("buckets", size, np.uint32)
    low, high = (float(like.min()), float(like.max())) if size else (0.0, 0.0)
    sort.bucket_by_hash(hashes, slots, like, low, parts / (high - low + 1.0), parts, buckets)
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
    frame: pl.DataFrame,
    patient: str,
    slots: Array,
    folder: Path,
    number: int,
    start: int,
    room: Room,
    own: str = "",
) -> None:
    """Move the rows of source ``number`` from ``start`` on, which ``frame`` holds.

    Args:
        slots: int64, rising: the slot of each even share of the patients.
        own: tells machines apart that may be at the same rows.

    Raises:
        Refused: the disk is full or cannot be written.
    """
    places, bounds = _in_slots(frame[patient], slots, room)
    columns, constants, others = _columns(frame, places, room)
    rows, _ = _put(pl.Series(np.arange(len(frame))), f"column {ROW}", places, room)
    columns.append(_Column(rows, {"name": ROW, "type": rows.dtype.name}))
    laid = [(memoryview(each.values.view(np.uint8)), each.values.itemsize) for each in columns]
    pieces = [
        held[a * size : b * size] for a, b in pairwise(bounds.tolist()) for held, size in laid
    ]
    tables = []
    if others:
        beside = frame.select(others).rechunk()[rows]
        tables = [_stream(beside[a:b]) for a, b in pairwise(bounds)]
    width = sum(size for _, size in laid)
    told = {
        "number": number, "start": start, "columns": [each.said for each in columns],
        "constants": constants, "others": others,
        "names": frame.columns, "types": [str(each) for each in frame.dtypes],
        "bounds": bounds.tolist(), "width": width,
        "beside": np.cumsum([len(frame) * width, *map(len, tables)]).tolist(),
    }  # fmt: skip
    end = json.dumps(told).encode()
    every = [*pieces, *tables, end, len(end).to_bytes(LENGTH, "little")]
    put.put(target(folder, number, start), lambda path: _write(path, every), own)


def _write(path: Path, pieces: list[Any]) -> None:
    with path.open("wb", buffering=0) as file:
        for first in range(0, len(pieces), AT_ONCE):
            few = pieces[first : first + AT_ONCE]
            written, wanted = os.writev(file.fileno(), few), sum(map(len, few))
            rest = b"".join(few)[written:] if written < wanted else b""
            while rest:  # where the disk is full, the next try says so
                rest = rest[file.write(rest) :]


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
    others: list[str] = []
    yes: list[Array] = []

    for series in frame:
        name, kind = series.name, str(series.dtype)
        if series.dtype == pl.String:
            held = room.array("texts", len(series), np.uint16)
            texts = few_texts(series, held)
            if texts is None:
                others.append(name)
                continue
            # the same texts have the same places in every file
            values = sorted(set(texts), key=nothing_last)
            said = {"name": name, "values": values}
            if len(values) == 1:
                constants.append({**said, "same": 0})
                continue
            place_of = {text: place for place, text in enumerate(values)}
            table = np.array([place_of[text] for text in texts], place_kind(values))
            hot = room.array("hot", len(series), table.dtype)
            loops(len(series)).move_texts(table, held, places, hot)
            moved = _kept(hot, f"column {name}", room)
        elif kind in PLAIN:
            numbers = series.cast(pl.Int32) if kind == "Date" else series
            said = {"name": name}
            if numbers.null_count():
                own = {"name": name, "nulls": True, "type": "uint8"}
                if numbers.null_count() == len(numbers):
                    constants.append({**own, "same": 1})
                else:
                    mask, _ = _put(numbers.is_null(), f"nulls of {name}", places, room)
                    columns.append(_Column(mask, own))
                numbers = numbers.fill_null(False if kind == "Boolean" else 0)
            if kind == "Boolean":
                yes.append(np.concatenate(flags(numbers)))
                continue
            moved, bounds = _put(numbers, f"column {name}", places, room)
            if bounds is not None:
                said |= {"least": bounds[0], "most": bounds[1]}
                if bounds[0] == bounds[1]:
                    constants.append({**said, "same": bounds[0]})
                    continue
        else:
            others.append(name)
            continue
        columns.append(_Column(moved, {**said, "type": moved.dtype.name}))
    for group in range(0, len(yes), 8):
        moved = _together(yes[group : group + 8], group, places, room)
        columns.append(_Column(moved, {"name": flags_name(group), "type": "uint8"}))
    return columns, constants, others


def _together(yes: list[Array], group: int, places: Array, room: Room) -> Array:
    """Up to eight flags of each row in one byte, the first the lowest bit, where it goes."""
    bits = yes[0]
    for bit, each in enumerate(yes[1:], 1):
        bits |= each << bit
    moved, _ = _hot([bits], np.dtype(np.uint8), places, room)
    return _kept(moved, flags_name(group), room)


def _put(
    numbers: pl.Series, name: str, places: Array, room: Room
) -> tuple[Array, tuple[int, int] | None]:
    """A column where it goes, in as few bytes as hold it; the least and the greatest of it.

    Broken numbers and those of 64 bits without a sign go as they lie, and have no bounds.
    """
    pieces = pieces_of(numbers)
    if not pieces:
        every = [each.to_numpy() for each in numbers.get_chunks() if len(each)]
        bits = [each.view(f"i{each.itemsize}") for each in every]
        moved, _ = _hot(bits, every[0].dtype, places, room)
        return _kept(moved, name, room), None
    # most often the first tell how wide all are
    some, size = pieces[0][:_LOOKED_AT], 0
    wanted = narrowest(some.min(), some.max())
    while wanted.itemsize != size:
        size = wanted.itemsize
        moved, bounds = _hot(pieces, wanted, places, room)
        wanted = narrowest(*bounds)
    return _kept(moved.view(wanted), name, room), bounds


def _hot(
    pieces: list[Array], kind: np.dtype[Any], places: Array, room: Room
) -> tuple[Array, tuple[int, int]]:
    """Numbers where they go, in memory that was just used: there any order is soon written.

    What ``kind`` cannot hold is cut off; the least and the greatest tell whether it is.
    """
    moved, bounds, done = room.array("hot", len(places), kind), np.array(_NO_BOUNDS), 0
    bits = moved.view(_UNSIGNED[kind.itemsize])
    for each in pieces:
        at = places[done : done + len(each)]
        if are_plain(len(places)):
            bits[at] = each
            bounds = np.array([min(bounds[0], each.min()), max(bounds[1], each.max())])
        else:
            loops(len(places)).move(each, at, bits, bounds)
        done += len(each)
    return moved, (int(bounds[0]), int(bounds[1]))


def _kept(hot: Array, name: str, room: Room) -> Array:
    kept = room.array(name, len(hot), hot.dtype)
    np.copyto(kept, hot)
    return kept
