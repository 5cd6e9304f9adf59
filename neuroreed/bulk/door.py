"""Tables of service lines at the door: strings become whole numbers, each value bounded.

Every distinct text is read once, by the same reader as for a single visit. A value that
cannot be is unknown from here on, and its place is kept: unknown is neither zero nor clean.
A row without a patient or a date can stand nowhere; it is left out and its place is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from neuroreed.audit.attach import attach
from neuroreed.bulk.compile import DTYPES
from neuroreed.bulk.door_columns import (
    FILE,
    PLACES,
    ROW,
    Array,
    Layout,
    Reader,
    payers_of,
    typed,
    wide,
)
from neuroreed.bulk.door_intervals import Part, add_intervals
from neuroreed.bulk.door_order import TIE, gathered, put_in_order
from neuroreed.bulk.door_texts import encoded
from neuroreed.bulk.loops import loops
from neuroreed.bulk.plan_frames import sentinel_bytes
from neuroreed.bulk.room import Room
from neuroreed.model.columns import (
    DISCIPLINE_OF_MODIFIER,
    MODIFIER_BITS,
    UNKNOWN,
)
from neuroreed.model.lines import Book
from neuroreed.policy import icd10

_NAMES: Final = ("patient", "session", "therapist", "episode")
# looked at as wide numbers beside those of a table of intervals
_GROUPED: Final = {"start_minute", "end_minute", "is_one_on_one", "is_group", "clocked_minutes"}
_ALWAYS: Final = (
    *("patient", "session", "payer", "episode", "therapist", "date_of_service"),
    *("allowed_cents", "charge_cents"),
)


def part_of(
    frame: pl.DataFrame,
    layout: Layout,
    *,
    file: str = "",
    first_row: int = 0,
    columns: Iterable[str],
    intervals: pl.DataFrame | None = None,
    room: Room | None = None,
) -> Part:
    """The lines of a frame as a part: read, completed as ``to_book`` does, and in order.

    Args:
        frame: whole patients, in any order.
        columns: the columns that kernels look at.
        intervals: intervals of the same patients in a table of their own, if there are any.
        room: where columns are put; the next part with the same room takes their place.
    """
    room = Room() if room is None else room
    reader = Reader(frame, layout, file, first_row, room)
    found: dict[str, Array] = {}
    patient, day = reader.name("patient"), reader.column("date_of_service")
    size = len(frame)
    if size and (patient.min() == UNKNOWN or day.min() < 0):
        keep = (patient != UNKNOWN) & (day >= 0)
        for row in np.flatnonzero(~keep):
            needed = "patient" if patient[row] == UNKNOWN else "date_of_service"
            reader.reject(int(row), needed, "is missing: the row is left out")
        kept = _placed(frame, first_row).filter(pl.Series(keep))
        inner = part_of(
            kept, layout, file=file, first_row=first_row, columns=columns, intervals=intervals,
            room=room,
        )  # fmt: skip
        stays = np.flatnonzero(keep)
        inner.rejects = reader.rejects + [
            replace(each, row=first_row + int(stays[each.row - first_row]))
            if each.file == file
            else each
            for each in inner.rejects
        ]
        inner.left_out = int((~keep).sum())
        return inner
    found["patient"], found["date_of_service"] = patient, day
    _names(reader, found, size)
    if reader.has("modifiers"):
        found |= reader.modifiers()
    wanted = {*columns, "line", "discipline", *TIE}
    for name in layout.found:
        if name in found or name in _NAMES or name not in wanted | _GROUPED:
            continue
        if name not in {"payer", "visit", *PLACES}:
            found[name] = reader.numbers(name) if name in _GROUPED else reader.column(name)
    payers, found["payer"] = payers_of(reader, size, layout)
    _disciplines(found, size)
    if "line" not in found:
        found["line"] = typed("line", _line_numbers(found))
    if "diagnosis_is_billable" in wanted and reader.has("diagnosis"):
        diagnoses = reader.read("diagnosis", reader.series("diagnosis"))
        found["diagnosis_is_billable"] = _billable(*diagnoses, day, room)
    texts = reader.called("session") if reader.has("session") else pl.Series([None] * size)
    # many rows picked from a column in pieces cost much more; of those below few are
    texts = texts.rechunk()
    _episodes(reader, found)
    nameless = bool(size) and found["session"].min() == UNKNOWN
    if nameless:
        found["session"] = np.where(found["session"] == UNKNOWN, -1, found["session"])
    patients = reader.series("patient")
    numbers = found["patient"]
    if not patients.dtype.is_integer():
        numbers = encoded(numbers.view(np.uint64))[0] if size else numbers
    order = put_in_order(found, numbers, texts, room)
    rows = _every(size) if order is None else order
    part = Part({}, {}, payers, texts, None, None, rows, rejects=reader.rejects)
    if nameless:
        part.places = _placed(frame, first_row).select(FILE, ROW)[rows]
    if layout.clinic is not None:
        part.clinic = frame[layout.clinic]
    if reader.has("therapist"):
        part.therapist_text = reader.called("therapist")
    if intervals is not None or "start_minute" in found or "end_minute" in found:
        add_intervals(part, _wide(found), intervals, file, patients)
    part.codes = reader.known["code"]
    part.marks = sorted({mark for name in PLACES for mark in reader.known[name]})
    columns = {name: values for name, values in found.items() if name in wanted or name in _ALWAYS}
    if order is None:
        part.columns = {name: typed(name, values) for name, values in columns.items()}
    else:
        _arrange(part, columns, order, room)
    return part


def _placed(frame: pl.DataFrame, first_row: int) -> pl.DataFrame:
    """Rows with their file and their place in it; the one file where they were not moved."""
    if ROW in frame.columns:
        return frame
    row = pl.int_range(first_row - 1, first_row - 1 + len(frame), dtype=pl.Int64)
    return frame.with_columns(row.alias(ROW), pl.lit(0, pl.Int32).alias(FILE))


def _arrange(part: Part, columns: dict[str, Array], order: Array, room: Room) -> None:
    """All that a part says of its lines, in their order."""
    for name, values in columns.items():
        # what has no sign is known throughout, and becomes as wide as it has to be on the way
        own = values if values.dtype.kind == "u" else typed(name, values)
        kind = DTYPES[sentinel_bytes(name)]
        part.columns[name] = gathered(own, order, f"{name} in order", room, kind)
    places = pl.Series(order)
    part.session_text = _called(part, "session", part.session_text, columns, places)
    if part.clinic is not None:
        part.clinic = part.clinic.rechunk().gather(places)
    if part.therapist_text is not None:
        part.therapist_text = _called(part, "therapist", part.therapist_text, columns, places)


def _called(
    part: Part, name: str, texts: pl.Series, columns: dict[str, Array], places: pl.Series
) -> pl.Series:
    """What names are, in their order; those that are numbers stand in it already."""
    if name in columns and texts.dtype == pl.Int64 and not texts.null_count():
        numbers = texts.rechunk().to_numpy()
        if len(numbers) and np.may_share_memory(numbers, columns[name]):
            return pl.Series(part.columns[name])
    return texts.rechunk().gather(places)


def _every(size: int) -> Array:
    """The numbers of rows; shared, so nobody writes to them."""
    global _ROWS
    if len(_ROWS) < size:
        _ROWS = np.arange(size, dtype=np.uint32)
    return _ROWS[:size]


_ROWS = np.arange(0, dtype=np.uint32)


def _wide(found: dict[str, Array]) -> dict[str, Array]:
    """Columns as whole numbers of 64 bits with one mark for unknown."""
    return {
        name: values if name in _GROUPED else wide(name, values) for name, values in found.items()
    }


def _names(reader: Reader, found: dict[str, Array], size: int) -> None:
    for name in ("session", "therapist", "episode"):
        if reader.has(name):
            found[name] = reader.name(name)
    if "session" not in found:
        found["session"] = np.full(size, UNKNOWN, np.int64)


def _disciplines(found: dict[str, Array], size: int) -> None:
    """The discipline as given, as the modifiers tell, or as the session's other lines tell."""
    given = found.get("discipline")
    if given is not None and (not size or given.min() >= 0):
        return
    known = np.full(size, UNKNOWN, np.int64) if given is None else wide("discipline", given)
    silent = known == UNKNOWN
    bits = found.get("modifiers")
    if bits is not None:
        told = np.zeros(size, np.int64)
        times = np.zeros(size, np.int64)
        for name, discipline in DISCIPLINE_OF_MODIFIER.items():
            has = (bits != UNKNOWN) & ((bits & MODIFIER_BITS[name]) > 0)
            told, times = np.where(has, discipline, told), times + has
        by_modifier = silent & (times == 1)
        known[by_modifier] = told[by_modifier]
    silent = (known == UNKNOWN) & (found["session"] != UNKNOWN)
    if silent.any():
        table = pl.DataFrame(
            {"p": found["patient"], "s": found["session"], "d": known, "i": np.arange(size)}
        )
        agreed = (
            table.filter(pl.col("d") != UNKNOWN)
            .group_by("p", "s")
            .agg(pl.col("d").min().alias("least"), pl.col("d").max().alias("most"))
            .filter(pl.col("least") == pl.col("most"))
        )
        adopted = table.filter(pl.Series(silent)).join(agreed, on=["p", "s"], how="inner")
        known[adopted["i"].to_numpy()] = adopted["least"].to_numpy()
    found["discipline"] = typed("discipline", known)


def _line_numbers(found: dict[str, Array]) -> Array:
    keys = {"p": found["patient"], "s": found["session"], "d": found["date_of_service"]}
    table = pl.DataFrame(keys | {"one": np.ones(len(found["patient"]), np.int64)})
    return table.select(pl.col("one").cum_sum().over("p", "s", "d")).to_series().to_numpy()


def _episodes(reader: Reader, found: dict[str, Array]) -> None:
    """Episodes by number in the order of their names; the patient's own where none is named."""
    if "episode" not in found:
        return
    given = reader.series("episode").cast(pl.String).str.strip_chars()
    names = {1: "PT", 2: "OT", 3: "SLP"}
    patients = reader.series("patient").cast(pl.String).str.strip_chars()
    disciplines = pl.Series([names.get(int(each), "?") for each in found["discipline"]])
    given = given.set((given == "").fill_null(False), None)
    named = given.fill_null(patients + " " + disciplines)
    found["episode"] = named.rank("dense").to_numpy().astype(np.int64)


def _billable(diagnoses: Array, places: Array, days: Array, room: Room) -> Array:
    """Whether each diagnosis is billable on its date, asked once between changes of the lists.

    Args:
        diagnoses: all there are, as numbers.
        places: (rows,), which of these each row has.
    """
    name = "diagnosis_is_billable"
    if not len(days):
        return typed(name, np.empty(0, np.int64))
    since = np.array([day.toordinal() for day in icd10.changes()], np.int64)
    first, last = int(days.min()), int(days.max())
    # one day of each stretch in which nothing changes, and the stretch of each day
    asked = np.concatenate([[first], since[(since > first) & (since <= last)]])
    stretch = np.searchsorted(asked, np.arange(first, last + 1), side="right") - 1
    pairs = len(diagnoses) * len(asked)
    lines = {
        **{key: [0] * pairs for key in ("visit", "line")},
        **{key: [UNKNOWN] * pairs for key in ("payer", "discipline", "code")},
        "date_of_service": np.repeat(asked, len(diagnoses)).tolist(),
        "diagnosis": np.tile(diagnoses, len(asked)).tolist(),
    }
    empty: dict[str, list[int]] = {"visit": [], "payer": [], "date_of_service": []}
    book = attach(Book(lines, empty, {"payer": ()}))
    answers = typed(name, np.array(book.lines[name], np.int64)).reshape(len(asked), -1)
    found = room.array(name, len(days), answers.dtype)
    loops(len(days)).take_by_day(answers, places, stretch, days, first, found)
    return found
