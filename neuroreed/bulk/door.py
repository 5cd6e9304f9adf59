"""Tables of service lines at the door: strings become whole numbers, each value bounded.

Every distinct text is read once, by the same reader as for a single visit. A value that
cannot be is unknown from here on, and its place is kept: unknown is neither zero nor clean.
A row without a patient or a date can stand nowhere; it is left out and its place is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.compile import DTYPES
from neuroreed.bulk.plan import sentinel_bytes
from neuroreed.model.columns import (
    ALIASES,
    COLUMNS,
    DISCIPLINE_OF_MODIFIER,
    MODIFIER_BITS,
    UNKNOWN,
    Column,
    code_number,
)
from neuroreed.model.errors import BadInput
from neuroreed.model.values import modifier_bits, modifier_list, read

Array = np.ndarray[Any, Any]
NEEDED: Final = ("patient", "date_of_service")
_NAMES: Final = ("patient", "session", "therapist", "episode")
_PLACES: Final = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")
_SORT: Final = ("patient", "date_of_service", "discipline", "line", "session")
_TIE: Final = ("code", "modifiers", "billed_units", "charge_cents", "minutes")
_GROUPED: Final = {"start_minute", "end_minute", "is_one_on_one", "is_group", "clocked_minutes"}
_LARGEST_NAME: Final = 2**61
_ODD: Final = 0x9E3779B97F4A7C15


@dataclass(frozen=True, slots=True)
class Reject:
    """A value or a row that could not be used, and where it stands."""

    file: str
    row: int
    column: str
    reason: str


@dataclass(slots=True)
class Part:
    """Lines of whole patients in the order of a book, and intervals beside them.

    ``columns`` and ``intervals`` are typed as kernels want them; ``payers`` names the numbers
    of ``payer``. ``session_text`` are the ids of sessions as given, in the order of the lines.
    """

    columns: dict[str, Array]
    intervals: dict[str, Array]
    payers: tuple[str, ...]
    session_text: pl.Series
    clinic: pl.Series | None
    therapist_text: pl.Series | None
    order: Array
    interval_text: pl.Series | None = None
    interval_patient: pl.Series | None = None
    rejects: list[Reject] = field(default_factory=list)
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.columns["date_of_service"])


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
        if name in _PLACES:
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


class _Reader:
    """Columns of one frame as numbers, with the places of what could not be read."""

    def __init__(self, frame: pl.DataFrame, layout: Layout, file: str, first_row: int) -> None:
        self.frame, self.layout, self.file, self.first = frame, layout, file, first_row
        self.rejects: list[Reject] = []

    def has(self, name: str) -> bool:
        return name in self.layout.found

    def series(self, name: str) -> pl.Series:
        series = self.frame[self.layout.found[name][0]]
        words = self.layout.values.get(name)
        if words and series.dtype == pl.String:
            series = series.str.strip_chars().replace(words)
        return series

    def numbers(self, name: str) -> Array:
        """A column as int64; unknown where empty or refused."""
        column, series = COLUMNS[name], self.series(name)
        if series.dtype.is_integer() and column.kind in {"number", "minutes", "flag", "cents"}:
            return self._bounded(name, column, series)
        if series.dtype == pl.Boolean and column.kind == "flag":
            return series.cast(pl.Int64).fill_null(UNKNOWN).to_numpy()
        if series.dtype.is_integer() and column.kind == "choice":
            return self._bounded(name, column, series, max(v for _, v in column.choices))
        if series.dtype.is_integer() and column.kind in {"code", "diagnosis"}:
            # codes written as numbers lose their leading zeros; ours are in base 36
            series = series.cast(pl.String)
        if series.dtype == pl.Date and column.kind == "date":
            return self._days(name, series)
        dollars = column.kind == "cents" and not self.layout.spoken[name].endswith("_cents")
        return self._distinct(name, series, lambda v: read(column, v, "", dollars=dollars))

    def _days(self, name: str, series: pl.Series) -> Array:
        days = series.cast(pl.Int64).to_numpy() + 719_163 if not series.null_count() else None
        column = COLUMNS[name]
        low, high = (read(column, text, "") for text in ("1990-01-01", "2099-12-31"))
        if days is None:
            days = (series.cast(pl.Int64) + 719_163).fill_null(UNKNOWN).to_numpy()
        bad = (days != UNKNOWN) & ((days < low) | (days > high))
        return self._without(name, days, bad, "is a date outside 1990 to 2099")

    def _bounded(
        self, name: str, column: Column, series: pl.Series, high: int | None = None
    ) -> Array:
        if column.kind == "cents" and not self.layout.spoken[name].endswith("_cents"):
            series = series.cast(pl.Int64) * 100
        top = column.high if high is None else high
        numbers = series.cast(pl.Int64, strict=False).fill_null(UNKNOWN).to_numpy()
        bad = (numbers != UNKNOWN) & ((numbers < 0) | (numbers > top))
        return self._without(name, numbers, bad, f"is outside 0 to {top}")

    def _without(self, name: str, numbers: Array, bad: Array, reason: str) -> Array:
        if bad.any():
            numbers = numbers.copy()
            for row in np.flatnonzero(bad):
                self.reject(int(row), name, reason)
            numbers[bad] = UNKNOWN
        return numbers

    def _distinct(self, name: str, series: pl.Series, reader: Callable[[Any], int]) -> Array:
        values = series.unique()
        numbers: list[int] = []
        refused: dict[int, str] = {}
        for place, value in enumerate(values):
            try:
                numbers.append(reader(value))
            except BadInput as error:
                refused[place] = str(error).lstrip(", ")
                numbers.append(UNKNOWN)
        key = pl.DataFrame({"v": values, "place": np.arange(len(values))})
        places = (
            pl.DataFrame({"v": series})
            .join(key, on="v", how="left", nulls_equal=True, maintain_order="left")["place"]
            .to_numpy()
        )
        if refused:
            bad = np.isin(places, np.array(list(refused)))
            for row in np.flatnonzero(bad):
                self.reject(int(row), name, refused[int(places[row])])
        return np.array(numbers, np.int64)[places]

    def reject(self, row: int, column: str, reason: str) -> None:
        self.rejects.append(Reject(self.file, self.first + row, column, reason))

    def name(self, name: str) -> Array:
        """A name as a number: whole numbers as they are, texts by their hash."""
        series = self.series(name)
        if series.dtype.is_integer():
            numbers = series.cast(pl.Int64, strict=False)
            bad = (numbers.abs() > _LARGEST_NAME).fill_null(False)
            return numbers.set(bad, None).fill_null(UNKNOWN).to_numpy()
        return name_numbers(series)

    def modifiers(self) -> dict[str, Array]:
        """Modifiers as a set of bits, their count, and the first four in their order."""
        theirs = self.layout.found["modifiers"]
        if len(theirs) == 1 and self.frame[theirs[0]].dtype.is_integer():
            return self._modifier_numbers(self.frame[theirs[0]])
        if len(theirs) == 1 and self.frame[theirs[0]].dtype == pl.List(pl.String):
            series = self.frame[theirs[0]].list.join(",")
        elif len(theirs) == 1:
            series = self.frame[theirs[0]].cast(pl.String)
        else:
            series = self.frame.select(
                pl.concat_str([pl.col(n).cast(pl.String) for n in theirs], separator=",",
                              ignore_nulls=True)
            ).to_series()  # fmt: skip
        table: dict[str, list[int]] = {name: [] for name in ("modifiers", "modifier_count")}
        table |= {name: [] for name in _PLACES}

        def reader(value: Any) -> int:
            try:
                names = None if value is None else modifier_list(value)
            except ValueError as error:
                raise BadInput(str(error)) from None
            finally:
                for each in table.values():
                    each.append(UNKNOWN)
            if names is not None:
                table["modifiers"][-1] = modifier_bits(names)
                table["modifier_count"][-1] = len(names)
                for place, key in enumerate(_PLACES):
                    table[key][-1] = code_number(names[place]) if place < len(names) else 0
            return len(table["modifiers"]) - 1

        places = self._distinct("modifiers", series, reader)
        known = np.where(places == UNKNOWN, 0, places)
        return {
            name: np.where(places == UNKNOWN, UNKNOWN, np.array(values or [UNKNOWN])[known])
            for name, values in table.items()
        }

    def _modifier_numbers(self, series: pl.Series) -> dict[str, Array]:
        bits = series.cast(pl.Int64).fill_null(UNKNOWN).to_numpy()
        found = {"modifiers": bits}
        for name in _PLACES:
            if not self.has(name):
                raise BadInput(f"Modifiers as numbers need the column {name} as well.")
            found[name] = self.series(name).cast(pl.Int64).fill_null(UNKNOWN).to_numpy()
        count = np.zeros(len(bits), np.int64)
        for bit in MODIFIER_BITS.values():
            count += (bits & bit) > 0
        found["modifier_count"] = np.where(bits == UNKNOWN, UNKNOWN, count)
        return found


def name_numbers(series: pl.Series) -> Array:
    """Texts as numbers that are the same in every process; unknown where empty.

    The number is a 61-bit hash: among ten million names two share one in about forty thousand
    runs.
    """
    texts = series.cast(pl.String).str.strip_chars()
    hashed = texts.hash(seed=97112).to_numpy() & np.uint64(_LARGEST_NAME - 1)
    numbers = hashed.astype(np.int64)
    empty = (texts.is_null() | (texts == "")).fill_null(True).to_numpy()
    return np.where(empty, UNKNOWN, numbers)


def part_of(
    frame: pl.DataFrame,
    layout: Layout,
    *,
    file: str = "",
    first_row: int = 0,
    columns: Iterable[str],
    intervals: pl.DataFrame | None = None,
) -> Part:
    """The lines of a frame as a part: read, completed as ``to_book`` does, and in order.

    Args:
        frame: whole patients, in any order.
        columns: the columns that kernels look at.
        intervals: intervals of the same patients in a table of their own, if there are any.
    """
    reader = _Reader(frame, layout, file, first_row)
    found: dict[str, Array] = {}
    patient, day = reader.name("patient"), reader.numbers("date_of_service")
    keep = (patient != UNKNOWN) & (day != UNKNOWN)
    if not keep.all():
        for row in np.flatnonzero(~keep):
            needed = "patient" if patient[row] == UNKNOWN else "date_of_service"
            reader.reject(int(row), needed, "is missing: the row is left out")
        kept = frame.filter(pl.Series(keep))
        inner = part_of(
            kept, layout, file=file, first_row=first_row, columns=columns, intervals=intervals
        )
        inner.rejects = reader.rejects + inner.rejects
        inner.left_out = int((~keep).sum())
        return inner
    found["patient"], found["date_of_service"] = patient, day
    size = len(frame)
    _names(reader, found, size)
    if reader.has("modifiers"):
        found |= reader.modifiers()
    wanted = {*columns, "line", "discipline", *_TIE}
    for name in layout.found:
        if name in found or name in _NAMES or name not in wanted | _GROUPED:
            continue
        if name not in {"payer", "visit", *_PLACES}:
            found[name] = reader.numbers(name)
    payers, found["payer"] = _payers(reader, size, layout)
    _disciplines(found, size)
    if "line" not in found:
        found["line"] = _line_numbers(found)
    if "diagnosis_is_billable" in wanted and reader.has("diagnosis"):
        numbers = reader.numbers("diagnosis")
        found["diagnosis_is_billable"] = _billable(numbers, day)
    texts = reader.series("session") if reader.has("session") else pl.Series([None] * size)
    found["session"] = _session_numbers(found, texts)
    _episodes(reader, found)
    order = _order(found)
    part = Part({}, {}, payers, texts, None, None, order, rejects=reader.rejects)
    if layout.clinic is not None:
        part.clinic = frame[layout.clinic].cast(pl.String)
    if reader.has("therapist"):
        part.therapist_text = reader.series("therapist").cast(pl.String)
    _intervals(part, found, intervals, file, reader.series("patient"))
    if not (order[1:] > order[:-1]).all():
        found = {name: values[order] for name, values in found.items()}
        part.session_text = part.session_text[order]
        part.clinic = part.clinic[order] if part.clinic is not None else None
        if part.therapist_text is not None:
            part.therapist_text = part.therapist_text[order]
    part.columns = {
        name: typed(name, values)
        for name, values in found.items()
        if name in wanted or name in {"patient", "session", "payer", "episode", "therapist"}
        or name in {"date_of_service", "allowed_cents", "charge_cents"}
    }  # fmt: skip
    return part


def typed(name: str, values: Array) -> Array:
    """A column in the type that kernels take, its own mark for unknown in it."""
    size = sentinel_bytes(name)
    if size == 8:
        return np.ascontiguousarray(values, np.int64)
    return np.where(values == UNKNOWN, -(2 ** (8 * size - 1)), values).astype(DTYPES[size])


def _names(reader: _Reader, found: dict[str, Array], size: int) -> None:
    for name in ("session", "therapist", "episode"):
        if reader.has(name):
            found[name] = reader.name(name)
    found.setdefault("session", np.full(size, UNKNOWN, np.int64))


def _payers(reader: _Reader, size: int, layout: Layout) -> tuple[tuple[str, ...], Array]:
    if not reader.has("payer"):
        number = UNKNOWN if layout.payer is None else 0
        names = () if layout.payer is None else (layout.payer,)
        return names, np.full(size, number, np.int64)
    texts = reader.series("payer").cast(pl.String).str.strip_chars()
    texts = texts.set((texts == "").fill_null(False), None)
    if layout.payer is not None:
        hint = texts.is_null() | texts.str.starts_with("filing ").fill_null(False)
        texts = texts.set(hint, layout.payer)
    names = tuple(sorted(name for name in texts.unique() if name is not None))
    codes = texts.replace_strict(
        list(names), list(range(len(names))), default=None, return_dtype=pl.Int64
    )
    return names, codes.fill_null(UNKNOWN).to_numpy()


def _disciplines(found: dict[str, Array], size: int) -> None:
    """The discipline as given, as the modifiers tell, or as the session's other lines tell."""
    known = found.get("discipline", np.full(size, UNKNOWN, np.int64))
    silent = known == UNKNOWN
    if not silent.any():
        found["discipline"] = known
        return
    known = known.copy()
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
    found["discipline"] = known


def _line_numbers(found: dict[str, Array]) -> Array:
    keys = {"p": found["patient"], "s": found["session"], "d": found["date_of_service"]}
    table = pl.DataFrame(keys | {"one": np.ones(len(found["patient"]), np.int64)})
    return table.select(pl.col("one").cum_sum().over("p", "s", "d")).to_series().to_numpy()


def _session_numbers(found: dict[str, Array], texts: pl.Series) -> Array:
    """Numbers of sessions, in the order of their names wherever a visit has several."""
    numbers = found["session"].copy()
    numbers[numbers == UNKNOWN] = -1
    if texts.dtype.is_integer() or texts.dtype == pl.Null:
        return numbers
    keys = ("patient", "date_of_service", "discipline")
    table = pl.DataFrame({name: found[name] for name in keys} | {"s": numbers})
    several = table.select(
        (pl.col("s").min().over(keys) != pl.col("s").max().over(keys)).alias("several")
    ).to_series()
    if several.any():
        places = np.flatnonzero(several.to_numpy())
        own = texts.cast(pl.String).str.strip_chars()[places]
        ranks = own.rank("dense").fill_null(0).to_numpy()
        numbers[places] = ranks.astype(np.int64)
    return numbers


def _episodes(reader: _Reader, found: dict[str, Array]) -> None:
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


def _billable(diagnoses: Array, days: Array) -> Array:
    """Whether each diagnosis is billable on its date, asked once per diagnosis and date."""
    from neuroreed.audit.attach import attach
    from neuroreed.model.lines import Book

    pairs, places = np.unique(np.stack([diagnoses, days]), axis=1, return_inverse=True)
    count = pairs.shape[1]
    lines = {
        **{name: [0] * count for name in ("visit", "line")},
        **{name: [UNKNOWN] * count for name in ("payer", "discipline", "code")},
        "date_of_service": [int(day) for day in pairs[1]],
        "diagnosis": [int(each) for each in pairs[0]],
    }
    empty: dict[str, list[int]] = {"visit": [], "payer": [], "date_of_service": []}
    book = attach(Book(lines, empty, {"payer": ()}))
    return np.array(book.lines["diagnosis_is_billable"], np.int64)[places.reshape(-1)]


def _order(found: dict[str, Array]) -> Array:
    """The order of a book: patient, date, visit, line, and ties by what the lines say."""
    names = [name for name in (*_SORT, *_TIE) if name in found]
    size = len(found["patient"])
    if size < 2:
        return np.arange(size)
    ahead = np.zeros(size - 1, bool)
    equal = np.ones(size - 1, bool)
    for name in names:
        one, two = found[name][:-1], found[name][1:]
        ahead |= equal & (one > two)
        equal &= one == two
        if not equal.any():
            break
    if not ahead.any():
        return np.arange(size)
    return np.lexsort([found[name] for name in reversed(names)])


def _intervals(
    part: Part,
    found: dict[str, Array],
    own: pl.DataFrame | None,
    file: str,
    patients: pl.Series,
) -> None:
    """Intervals from times on the lines, or from a table of their own."""
    tables = []
    if "start_minute" in found or "end_minute" in found:
        size = len(found["patient"])
        nothing = np.full(size, UNKNOWN, np.int64)
        start, end = (found.get(name, nothing) for name in ("start_minute", "end_minute"))
        timed = (start != UNKNOWN) | (end != UNKNOWN)
        table = {name: found.get(name, nothing) for name in (
            "patient", "session", "date_of_service", "discipline", "payer", "therapist",
            "clocked_minutes",
        )}  # fmt: skip
        table |= {"start_minute": start, "end_minute": end}
        # a line with times is one-on-one unless it says otherwise
        table["is_one_on_one"] = found.get("is_one_on_one", np.ones(size, np.int64))
        table["is_group"] = found.get("is_group", np.zeros(size, np.int64))
        table["source"] = np.arange(size)
        tables.append({name: values[timed] for name, values in table.items()})
    if own is not None and len(own):
        tables.append(_own_intervals(part, found, own, file))
    if tables:
        whose = part.session_text.cast(pl.String).str.strip_chars()
        texts = [whose.gather(table["source"][table["source"] >= 0]) for table in tables[:1]]
        if own is not None and len(own):
            texts = [*texts[: len(tables) - 1], own_text(own)]
        part.interval_text = pl.concat(texts)
        # therapist days are put in the order of patients across parts: by what they are called
        who = [patients.gather(table["source"][table["source"] >= 0]) for table in tables[:1]]
        if own is not None and len(own):
            who = [*who[: len(tables) - 1], own[layout_of(own.columns).found["patient"][0]]]
        part.interval_patient = pl.concat([each.cast(patients.dtype) for each in who])
        part.intervals = {
            name: np.concatenate([table[name] for table in tables]) for name in tables[0]
        }


def own_text(own: pl.DataFrame) -> pl.Series:
    """The session that each row of a table of intervals names."""
    layout = layout_of(own.columns)
    if "session" not in layout.found:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(own))
    return own[layout.found["session"][0]].cast(pl.String).str.strip_chars()


def _own_intervals(
    part: Part, found: dict[str, Array], own: pl.DataFrame, file: str
) -> dict[str, Array]:
    layout = layout_of(own.columns)
    reader = _Reader(own, layout, f"intervals of {file}", 0)
    nothing = np.full(len(own), UNKNOWN, np.int64)
    table = {
        "patient": reader.name("patient"),
        "date_of_service": reader.numbers("date_of_service"),
    }
    for name in ("start_minute", "end_minute", "is_one_on_one", "is_group", "clocked_minutes"):
        table[name] = reader.numbers(name) if reader.has(name) else nothing
    table["therapist"] = reader.name("therapist") if reader.has("therapist") else nothing
    table["discipline"] = reader.numbers("discipline") if reader.has("discipline") else nothing
    # numbers of sessions differ from their hash where a visit has several: match by the text
    lines = pl.DataFrame(
        {
            "p": found["patient"],
            "t": part.session_text.cast(pl.String).str.strip_chars(),
            "session": found["session"],
            "d": found["discipline"],
            "i": np.arange(len(found["patient"])),
        }
    )
    told = lines.group_by("p", "t", maintain_order=True).agg(
        pl.col("session").first(), pl.col("d").min().alias("least"),
        pl.col("d").max().alias("most"), pl.col("i").first(),
    )  # fmt: skip
    texts = own_text(own)
    matched = pl.DataFrame({"p": table["patient"], "t": texts}).join(
        told, on=["p", "t"], how="left", maintain_order="left"
    )
    least = matched["least"].fill_null(UNKNOWN).to_numpy()
    agreed = (least == matched["most"].fill_null(UNKNOWN - 1).to_numpy()) & (
        table["discipline"] == UNKNOWN
    )
    table["discipline"] = np.where(agreed, least, table["discipline"])
    table["session"] = matched["session"].fill_null(-1).to_numpy()
    table["source"] = matched["i"].fill_null(-1).to_numpy().astype(np.int64)
    names, numbers = _payers(reader, len(own), layout)
    places = np.array(
        [part.payers.index(name) if name in part.payers else UNKNOWN for name in names] or [UNKNOWN]
    )
    known = np.where(numbers == UNKNOWN, 0, numbers)
    table["payer"] = np.where(numbers == UNKNOWN, UNKNOWN, places[known])
    part.rejects += reader.rejects
    return table
