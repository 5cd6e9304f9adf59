"""Tables of service lines at the door: strings become whole numbers, each value bounded.

Every distinct text is read once, by the same reader as for a single visit. A value that
cannot be is unknown from here on, and its place is kept: unknown is neither zero nor clean.
A row without a patient or a date can stand nowhere; it is left out and its place is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import polars as pl

from neuroreed.audit.attach import attach
from neuroreed.bulk.door_columns import (
    FILE,
    PLACES,
    ROW,
    Array,
    Layout,
    Reader,
    encoded,
    payers_of,
    typed,
)
from neuroreed.bulk.door_intervals import Part, add_intervals
from neuroreed.bulk.loops import loops
from neuroreed.model.columns import (
    DISCIPLINE_OF_MODIFIER,
    MODIFIER_BITS,
    UNKNOWN,
)
from neuroreed.model.lines import Book
from neuroreed.policy import icd10

_NAMES: Final = ("patient", "session", "therapist", "episode")
_SORT: Final = ("patient", "date_of_service", "discipline", "line", "session")
_TIE: Final = ("code", "modifiers", "billed_units", "charge_cents", "minutes")
# looked at as wide numbers before the kernel gets them
_WIDE: Final = {"discipline", "diagnosis", "allowed_cents", "charge_cents"}
_GROUPED: Final = {"start_minute", "end_minute", "is_one_on_one", "is_group", "clocked_minutes"}


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
    reader = Reader(frame, layout, file, first_row)
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
        if name not in {"payer", "visit", *PLACES}:
            own = None if name in _GROUPED | _WIDE else reader.narrow(name)
            found[name] = reader.numbers(name) if own is None else own
    payers, found["payer"] = payers_of(reader, size, layout)
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
    if ROW in frame.columns and _some_nameless(texts):
        part.places = frame.select(FILE, ROW)[order]
    if layout.clinic is not None:
        part.clinic = frame[layout.clinic]
    if reader.has("therapist"):
        part.therapist_text = reader.series("therapist")
    add_intervals(part, found, intervals, file, reader.series("patient"))
    if not (order[1:] > order[:-1]).all():
        found = {name: values[order] for name, values in found.items()}
        part.session_text = part.session_text[order]
        part.clinic = part.clinic[order] if part.clinic is not None else None
        if part.therapist_text is not None:
            part.therapist_text = part.therapist_text[order]
    part.codes = reader.known["code"]
    part.marks = sorted({mark for name in PLACES for mark in reader.known[name]})
    always = ("patient", "session", "payer", "episode", "therapist", "date_of_service")
    part.columns = {
        name: typed(name, values)
        for name, values in found.items()
        if name in wanted or name in always or name in {"allowed_cents", "charge_cents"}
    }
    return part


def _some_nameless(texts: pl.Series) -> bool:
    if texts.null_count() or texts.dtype.is_integer():
        return texts.null_count() > 0
    return bool((texts.cast(pl.String).str.strip_chars() == "").any())


def _names(reader: Reader, found: dict[str, Array], size: int) -> None:
    for name in ("session", "therapist", "episode"):
        if reader.has(name):
            found[name] = reader.name(name)
    found.setdefault("session", np.full(size, UNKNOWN, np.int64))


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


def _billable(diagnoses: Array, days: Array) -> Array:
    """Whether each diagnosis is billable on its date, asked once between changes of the lists."""
    if not len(diagnoses):
        return np.empty(0, np.int64)
    since = np.array([day.toordinal() for day in icd10.changes()], np.int64)
    first, last = int(days.min()), int(days.max())
    # one day of each stretch in which nothing changes, and the stretch of each day
    asked = np.concatenate([[first], since[(since > first) & (since <= last)]])
    stretch = np.searchsorted(asked, np.arange(first, last + 1), side="right") - 1
    places, count = encoded(diagnoses.view(np.uint64))
    own = np.empty(count, np.int64)
    own[places] = diagnoses
    pairs = count * len(asked)
    lines = {
        **{name: [0] * pairs for name in ("visit", "line")},
        **{name: [UNKNOWN] * pairs for name in ("payer", "discipline", "code")},
        "date_of_service": np.tile(asked, count).tolist(),
        "diagnosis": np.repeat(own, len(asked)).tolist(),
    }
    empty: dict[str, list[int]] = {"visit": [], "payer": [], "date_of_service": []}
    book = attach(Book(lines, empty, {"payer": ()}))
    answers = np.array(book.lines["diagnosis_is_billable"], np.int64)
    return answers[places * np.int64(len(asked)) + stretch[days - first]]


def _is_in_order(found: dict[str, Array]) -> bool:
    """Whether rows stand as in a book, and no two are alike in what orders them."""
    return bool(loops(len(found["patient"])).is_in_order(*(found[name] for name in _SORT)))


def _order(found: dict[str, Array]) -> Array:
    """The order of a book: patient, date, visit, line, and ties by what the lines say."""
    names = [name for name in (*_SORT, *_TIE) if name in found]
    size = len(found["patient"])
    if size < 2 or _is_in_order(found):
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
    quick = _packed_order(found)
    return np.lexsort([found[name] for name in reversed(names)]) if quick is None else quick


def _packed_order(found: dict[str, Array]) -> Array | None:
    """The order by the first keys packed into one number, where no two rows share it.

    Patients stand together in the order in which they come: which is first changes nothing.
    """
    patient, count = encoded(found["patient"].view(np.uint64))
    packed, room = patient.astype(np.int64), count
    for name in _SORT[1:4]:
        values = found[name].astype(np.int64)
        known = values[values != values.min()] if values.size else values
        low = int(known.min()) - 1 if known.size else int(values.min())
        # the least may be the mark for unknown, far below all others: it is next below them
        least = int(values.min())
        span = int(values.max()) - low + 1
        room *= span
        if room >= 2**62:
            return None
        packed *= span
        packed += np.where(values == least, 0, values - low)
    order = np.argsort(packed)
    sorted_keys = packed[order]
    return None if (sorted_keys[1:] == sorted_keys[:-1]).any() else order
