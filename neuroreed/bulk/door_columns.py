"""Which column of a table holds which value, and columns as whole numbers.

Every distinct text is read once, by the same reader as for a single visit. A value that
cannot be is unknown from here on, and its place is kept: unknown is neither zero nor clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.compile import DTYPES
from neuroreed.bulk.door_texts import are_clean, distinct, flags
from neuroreed.bulk.loops import loops
from neuroreed.bulk.plan_frames import sentinel_bytes
from neuroreed.bulk.room import Room, laid
from neuroreed.model.columns import (
    ALIASES,
    COLUMNS,
    MODIFIER_BITS,
    OTHER_MODIFIER,
    UNKNOWN,
    Column,
    code_number,
)
from neuroreed.model.errors import BadInput
from neuroreed.model.values import modifier_bits, modifier_list, read

Array = np.ndarray[Any, Any]
NEEDED: Final = ("patient", "date_of_service")
PLACES: Final = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")
_TOLD: Final = ("modifiers", "modifier_count", *PLACES)
# where a row stood before it was moved: the number of its file, and its place there
FILE, ROW = "__file", "__row"
_LARGEST_NAME: Final = 2**61
_EPOCH: Final = 719_163
_DATES: Final = ("1990-01-01", "2099-12-31")
_LAID: Final = {
    *(pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64()),
    *(pl.UInt8(), pl.UInt16(), pl.UInt32()),
}


@dataclass(slots=True)
class Layout:
    """Which column of a table holds which value of ours; what is unused and what is missing."""

    found: dict[str, tuple[str, ...]]
    spoken: dict[str, str]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    values: Mapping[str, Mapping[str, str]]
    payer: str | None = None
    clinic: str | None = None


def layout_of(names: Iterable[str], mapping: Any = None, payer: str | None = None) -> Layout:
    """Find our columns among the columns of a table.

    Raises:
        BadInput: a column that the mapping names is not there, or one we need is missing.
    """
    names = list(names)
    found: dict[str, tuple[str, ...]] = {}
    spoken: dict[str, str] = {}
    for ours, theirs in (mapping.columns if mapping else {}).items():
        for name in theirs:
            if name not in names:
                raise BadInput(f"The mapping wants column {name} for {ours}; it is not there.")
        found[ALIASES[ours]], spoken[ALIASES[ours]] = tuple(theirs), ours
    used = {name for theirs in found.values() for name in theirs}
    for name in names:
        ours = ALIASES.get(name, "")
        if name in PLACES:
            found[name], spoken[name] = (name,), name
            used.add(name)
        elif ours and ours not in found and name not in used and COLUMNS[ours].given:
            found[ours], spoken[ours] = (name,), name
            used.add(name)
    if "session" not in found and "visit" in found:
        found["session"], spoken["session"] = found.pop("visit"), spoken.pop("visit")
    for needed in NEEDED:
        if needed not in found:
            raise BadInput(f"No column holds {needed}; name it in a mapping.")
    clinic = next((name for name in names if name in {"clinic", "clinic_id"}), None)
    missing = tuple(n for n, c in COLUMNS.items() if c.given and n not in found and n != "visit")
    unused = tuple(name for name in names if name not in used and name != clinic)
    own = payer or (mapping.payer if mapping else None)
    values = mapping.values if mapping else {}
    return Layout(found, spoken, unused, missing, values, own, clinic)


@dataclass(frozen=True, slots=True)
class Reject:
    """A value or a row that could not be used, and where it stands."""

    file: str
    row: int
    column: str
    reason: str


class Reader:
    """Columns of one frame as numbers, with the places of what could not be read."""

    def __init__(
        self,
        frame: pl.DataFrame,
        layout: Layout,
        file: str,
        first_row: int,
        room: Room | None = None,
    ) -> None:
        self.frame, self.layout, self.file, self.first = frame, layout, file, first_row
        self.room = Room() if room is None else room
        self.rejects: list[Reject] = []
        self.is_moved = ROW in frame.columns
        # distinct codes and modifiers, so that policy need not look for them line by line
        self.known: dict[str, list[int]] = {name: [] for name in ("code", *PLACES)}
        self._called: dict[str, pl.Series] = {}

    def has(self, name: str) -> bool:
        return name in self.layout.found

    def series(self, name: str) -> pl.Series:
        series = self.frame[self.layout.found[name][0]]
        if series.dtype.is_float() and COLUMNS[name].kind == "name":
            series = _float_names(series)
        words = self.layout.values.get(name)
        if words and series.dtype in (pl.String, pl.Enum):
            series = series.cast(pl.String).str.strip_chars().replace(words)
        return series

    def numbers(self, name: str) -> Array:
        """A column as int64; unknown where empty or refused."""
        series = self.series(name)
        plain = self._plain(name, series)
        if plain is not None:
            return plain
        table, places = self.read(name, series)
        return table[places]

    def column(self, name: str) -> Array:
        """A column in the type that kernels take, its own mark for unknown in it."""
        series = self.series(name)
        whole = self._whole(name, series)
        if whole is not None:
            return whole
        plain = self._plain(name, series)
        if plain is not None:
            return typed(name, plain)
        table, places = self.read(name, series)
        return self.taken(name, typed(name, table), places)

    def taken(self, name: str, table: Array, places: Array) -> Array:
        """An entry of a table for each row."""
        if len(table) == 1:
            return self.room.constant(name, int(table[0]), table.dtype, len(places))
        answer = self.room.array(name, len(places), table.dtype)
        loops(len(places)).take(table, places, answer)
        return answer

    def _plain(self, name: str, series: pl.Series) -> Array | None:
        """A column as int64 where its type needs no reader of each value."""
        column = COLUMNS[name]
        if series.dtype.is_integer() and column.kind in {"number", "minutes", "flag", "cents"}:
            return self._bounded(name, column, series)
        if series.dtype == pl.Boolean and column.kind == "flag":
            return series.cast(pl.Int64).fill_null(UNKNOWN).to_numpy()
        if series.dtype.is_integer() and column.kind == "choice":
            return self._bounded(name, column, series, max(v for _, v in column.choices))
        if series.dtype == pl.Date and column.kind == "date":
            return self._days(name, series)
        return None

    def read(self, name: str, series: pl.Series) -> tuple[Array, Array]:
        """The distinct values of a column as int64, each read once, and the place of each row."""
        column = COLUMNS[name]
        if series.dtype.is_integer() and column.kind in {"code", "diagnosis"}:
            # codes written as numbers lose their leading zeros; ours are in base 36
            series = series.cast(pl.String)
        dollars = column.kind == "cents" and not self.layout.spoken[name].endswith("_cents")
        return self._distinct(name, series, lambda v: read(column, v, "", dollars=dollars))

    def _whole(self, name: str, series: pl.Series) -> Array | None:
        """A column in the type that kernels take, where it is whole numbers all within bounds."""
        column = COLUMNS[name]
        if series.dtype == pl.Date and column.kind == "date":
            low, top = (read(column, text, "") - _EPOCH for text in _DATES)
        elif series.dtype == pl.Boolean and column.kind == "flag":
            low, top = 0, 1
        elif series.dtype.is_integer() and (
            column.kind in {"number", "minutes", "flag"}
            or (column.kind == "cents" and self.layout.spoken[name].endswith("_cents"))
        ):
            low, top = 0, column.high
        else:
            return None
        size, more = sentinel_bytes(name), 0
        if column.kind == "date":
            series, more = series.cast(pl.Int32), _EPOCH
        unknown, mark = series.null_count(), -(2 ** (8 * size - 1)) if size < 8 else UNKNOWN
        if unknown and unknown == len(series):
            return self.room.constant(name, mark, DTYPES[size], unknown)
        nulls = []
        if unknown:
            nulls = flags(series.is_null())
            series = series.fill_null(False if series.dtype == pl.Boolean else low)
        pieces = pieces_of(series)
        if not pieces:
            return None
        is_short = len(pieces) == 1 and pieces[0].dtype.kind == "u" and not unknown and not more
        if self.is_moved and is_short:
            # it will be put in order: that is soon enough for it to become wider
            whole = pieces[0]
            least, most = int(whole.min()), int(whole.max())
        else:
            whole, least, most = laid(pieces, name, self.room, DTYPES[size], more, nulls, mark)
        if least < low or most > top:
            return None
        if least < most or unknown:
            return whole
        return self.room.constant(name, least + more, DTYPES[size], len(whole))

    def _days(self, name: str, series: pl.Series) -> Array:
        column = COLUMNS[name]
        days = (series.cast(pl.Int64) + _EPOCH).fill_null(UNKNOWN).to_numpy()
        low, high = (read(column, text, "") for text in _DATES)
        if days.size and low <= days.min() and days.max() <= high:
            return days
        bad = (days != UNKNOWN) & ((days < low) | (days > high))
        return self._without(name, days, bad, "is a date outside 1990 to 2099")

    def _bounded(
        self, name: str, column: Column, series: pl.Series, high: int | None = None
    ) -> Array:
        top = column.high if high is None else high
        if column.kind == "cents" and not self.layout.spoken[name].endswith("_cents"):
            # the bound comes before the factor: a product beyond 64 bits may look like any number
            dollars = self._within(name, series, top // 100)
            return np.where(dollars == UNKNOWN, UNKNOWN, dollars * 100)
        return self._within(name, series, top)

    def _within(self, name: str, series: pl.Series, top: int) -> Array:
        numbers = series.cast(pl.Int64, strict=False)
        least, most = series.min(), series.max()
        if not series.null_count() and least is not None and least >= 0 and most <= top:  # type: ignore[operator]
            return numbers.to_numpy()
        bad = (~numbers.is_between(0, top).fill_null(False) & series.is_not_null()).to_numpy()
        found = numbers.fill_null(UNKNOWN).to_numpy()
        return self._without(name, found, bad, f"is outside 0 to {top}")

    def _without(self, name: str, numbers: Array, bad: Array, reason: str) -> Array:
        if bad.any():
            numbers = numbers.copy()
            for row in np.flatnonzero(bad):
                self.reject(int(row), name, reason)
            numbers[bad] = UNKNOWN
        return numbers

    def _distinct(
        self, name: str, series: pl.Series, reader: Callable[[Any], int]
    ) -> tuple[Array, Array]:
        # these of the column before are done with
        room = self.room.array("places", len(series), np.uint16)
        values, places = distinct(series, room)
        numbers: list[int] = []
        refused: dict[int, str] = {}
        for place, value in enumerate(values):
            try:
                numbers.append(reader(value))
            except BadInput as error:
                refused[place] = str(error).lstrip(", ")
                numbers.append(UNKNOWN)
        if refused:
            bad = np.isin(places, np.array(list(refused)))
            for row in np.flatnonzero(bad):
                self.reject(int(row), name, refused[int(places[row])])
        if name in self.known:
            self.known[name] = sorted({each for each in numbers if each >= 0})
        return np.array(numbers or [UNKNOWN], np.int64), places

    def reject(self, row: int, column: str, reason: str) -> None:
        self.rejects.append(Reject(self.file, self.first + row, column, reason))

    def name(self, name: str) -> Array:
        """A name as a number: whole numbers as they are, texts by their hash."""
        series = self.series(name)
        if series.dtype.is_integer():
            pieces = pieces_of(series)
            if pieces:
                whole, least, most = laid(pieces, name, self.room, np.int64)
                if least >= -_LARGEST_NAME and most <= _LARGEST_NAME:
                    self._called[name] = pl.Series(whole)
                    return whole
            numbers = series.cast(pl.Int64, strict=False)
            # what is too large to keep its place among our marks goes by its hash, as texts do
            small = numbers.is_between(-_LARGEST_NAME, _LARGEST_NAME).fill_null(False)
            found = numbers.fill_null(UNKNOWN).to_numpy()
            return found if small.all() else np.where(small, found, name_numbers(series))
        return name_numbers(series)

    def called(self, name: str) -> pl.Series:
        """What the names are that ``name`` has made numbers; in one piece where they are both."""
        return self._called.get(name, self.series(name))

    def modifiers(self) -> dict[str, Array]:
        """Modifiers as a set of bits, their count, and the first four in their order."""
        theirs = self.layout.found["modifiers"]
        if len(theirs) == 1 and self.frame[theirs[0]].dtype.is_integer():
            return self._modifier_numbers(self.frame[theirs[0]])
        if len(theirs) == 1 and self.frame[theirs[0]].dtype == pl.List(pl.String):
            series = self.frame[theirs[0]].list.join(",")
        elif len(theirs) == 1:
            series = self.frame[theirs[0]]
            if series.dtype != pl.Enum:
                series = series.cast(pl.String)
        else:
            series = self.frame.select(
                pl.concat_str([pl.col(n).cast(pl.String) for n in theirs], separator=",",
                              ignore_nulls=True)
            ).to_series()  # fmt: skip
        nothing = _told_by(None)
        rows: list[tuple[int, ...]] = []

        def reader(value: Any) -> int:
            rows.append(nothing)
            rows[-1] = _told_by(value)
            return len(rows) - 1

        _, places = self._distinct("modifiers", series, reader)
        table = np.array(rows or [nothing], np.int64)
        numbers = {}
        for place, name in enumerate(_TOLD):
            own = table[:, place] = typed(name, table[:, place])
            numbers[name] = self.room.array(name, len(places), own.dtype)
            if name in PLACES:
                self.known[name] = sorted({each for each in own.tolist() if each >= 0})
        loops(len(places)).take_modifiers(table.reshape(-1), places, *numbers.values())
        return numbers

    def _modifier_numbers(self, series: pl.Series) -> dict[str, Array]:
        bits = self._within("modifiers", series, 2 * OTHER_MODIFIER - 1)
        found = {"modifiers": bits}
        for name in PLACES:
            if not self.has(name):
                raise BadInput(f"Modifiers as numbers need the column {name} as well.")
            found[name] = typed(name, self._within(name, self.series(name), code_number("ZZ")))
            self.known[name] = [each for each in np.unique(found[name]).tolist() if each >= 0]
        count = np.zeros(len(bits), np.int64)
        for bit in MODIFIER_BITS.values():
            count += (bits & bit) > 0
        found["modifier_count"] = typed("modifier_count", np.where(bits == UNKNOWN, UNKNOWN, count))
        return found


@lru_cache(maxsize=4096)
def _told_by(said: str | None) -> tuple[int, ...]:
    """What a text says of modifiers, as ``_TOLD`` lists it.

    Raises:
        BadInput: one is no modifier.
    """
    if said is None:
        return (UNKNOWN,) * len(_TOLD)
    try:
        names = modifier_list(said)
    except ValueError as error:
        raise BadInput(str(error)) from None
    first = [code_number(name) for name in names[: len(PLACES)]]
    return modifier_bits(names), len(names), *first, *[0] * (len(PLACES) - len(first))


def pieces_of(series: pl.Series) -> list[Array]:
    """Numbers or flags as ``laid`` takes them, where they lie; nothing where some are unknown."""
    if series.null_count() or not len(series):
        return []
    if series.dtype == pl.Boolean:
        return flags(series)
    return [each.to_numpy() for each in series.get_chunks()] if series.dtype in _LAID else []


def wide(name: str, values: Array) -> Array:
    """A column as int64, from the type that kernels take."""
    size = sentinel_bytes(name)
    if values.dtype.kind == "u":
        return values.astype(np.int64)
    if size == 8 or values.dtype == np.int64:
        return values
    return np.where(values == -(2 ** (8 * size - 1)), UNKNOWN, values.astype(np.int64))


def typed(name: str, values: Array) -> Array:
    """A column in the type that kernels take, its own mark for unknown in it."""
    size = sentinel_bytes(name)
    if values.dtype == DTYPES[size]:
        return np.ascontiguousarray(values)
    if values.dtype.kind == "u":
        return values.astype(DTYPES[size])
    return np.where(values == UNKNOWN, -(2 ** (8 * size - 1)), values).astype(DTYPES[size])


def _float_names(series: pl.Series) -> pl.Series:
    """Names that a program has made numbers with a point: whole ones as they were before."""
    known = series.fill_nan(None)
    whole = known.cast(pl.Int64, strict=False)
    as_text = known.cast(pl.String)
    return pl.select(
        pl.when((whole == known).fill_null(False)).then(whole.cast(pl.String)).otherwise(as_text)
    ).to_series()


def name_numbers(series: pl.Series) -> Array:
    """Texts as numbers that are the same in every process; unknown where empty.

    The number is a 61-bit hash: among ten million names two share one in about forty thousand
    runs.
    """
    texts = series.cast(pl.String)
    clean = len(texts) > 0 and are_clean(texts)
    if not clean:
        texts = texts.str.strip_chars()
    numbers = texts.hash(seed=97112).to_numpy().view(np.int64) & (_LARGEST_NAME - 1)
    if clean:
        return numbers
    empty = (texts.is_null() | (texts == "")).fill_null(True).to_numpy()
    return np.where(empty, UNKNOWN, numbers)


def payers_of(reader: Reader, size: int, layout: Layout) -> tuple[tuple[str, ...], Array]:
    """The payers that rows name, in the order of their names, and the number of each row's."""
    if not reader.has("payer"):
        number = UNKNOWN if layout.payer is None else 0
        names = () if layout.payer is None else (layout.payer,)
        return names, typed("payer", np.full(size, number, np.int64))
    room = reader.room.array("places", size, np.uint16)
    values, places = distinct(reader.series("payer"), room)
    texts = [None if value is None else str(value).strip() or None for value in values]
    if layout.payer is not None:
        texts = [
            layout.payer if each is None or each.startswith("filing ") else each for each in texts
        ]
    names = tuple(sorted({each for each in texts if each is not None}))
    number_of = {name: number for number, name in enumerate(names)}
    numbers = [UNKNOWN if each is None else number_of[each] for each in texts]
    return names, reader.taken("payer", typed("payer", np.array(numbers or [UNKNOWN])), places)
