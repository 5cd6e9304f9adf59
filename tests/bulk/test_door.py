"""The door: tables as they come become the numbers of a book, and every refusal is located."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import numpy as np
import polars as pl
import pytest

from neuroreed.bulk.door import part_of
from neuroreed.bulk.door_columns import layout_of, name_numbers
from neuroreed.bulk.door_order import put_in_order
from neuroreed.bulk.door_texts import are_clean, distinct
from neuroreed.bulk.room import Room
from neuroreed.model.columns import UNKNOWN
from neuroreed.policy import icd10
from tests.bulk.frames import tables
from tests.bulk.hostile import hostile

COLUMNS = ("code", "modifiers", "modifier_1", "billed_units", "minutes", "discipline", "session")


def part(frame: pl.DataFrame, room: Room | None = None):
    return part_of(
        frame, layout_of(frame.columns), file="a", first_row=1, columns=COLUMNS, room=room
    )


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    return tables(hostile(Random(11), 60, date(2025, 1, 20), known=("aetna", "cigna")))[0]


TEXTS = {
    "short ones": ["97112", "97110", "", "97112"],
    "ones of twelve and thirteen bytes": ["a" * 12, "a" * 13, "a" * 12, "a" * 12 + "b"],
    "an absent one beside an empty one": [None, "", None, "a", ""],
    "long ones that begin alike": ["abcdefghijklmno", "abcdefghijklmnp", None, "abcdefghijklmno"],
    "letters of other scripts": ["Łódź", "Łódź", "日本語のとても長い名前", "Ł"],
}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("rows", [1, 7_000])
def test_every_text_is_told_from_every_other(kind, rows) -> None:
    """In several chunks whose buffers differ, in plain loops and in compiled ones."""
    pieces = [pl.Series(TEXTS[kind] * rows), pl.Series(TEXTS[kind][::-1] * rows)]
    series = pl.concat([pieces[0], pieces[1], pieces[0][1:]], rechunk=False)

    values, places = distinct(series)

    assert series.n_chunks() == 3
    assert [values[place] for place in places] == series.to_list()
    if max(len((text or "").encode()) for text in TEXTS[kind]) <= 12:
        assert len(values) == len(set(values)), "a short text is read once for all chunks"


def test_texts_that_are_few_in_each_piece_only_are_told_apart() -> None:
    """One table does not take those of all pieces, nor those of the last one beside others."""
    pieces = [[f"{start + n}" for n in range(many)] * 20 for start, many in
              ((0, 900), (500, 900), (2000, 2000), (0, 10))]  # fmt: skip
    series = pl.concat([pl.Series(each) for each in pieces], rechunk=False)
    held = np.zeros(len(series), np.uint16)

    values, places = distinct(series, held)

    assert [values[place] for place in places] == series.to_list()
    assert places is held, "not by their hashes"


def test_more_texts_than_are_few_are_told_apart_too() -> None:
    series = pl.Series([f"visit {n % 30_000}" for n in range(60_000)])

    values, places = distinct(series)

    assert len(values) == 30_000
    assert pl.Series(values).gather(places).equals(series)


ENDS = ["", " a", "a ", "a\t", "\u00a0a", "a long name ends in\u2003", "a long name ends in ", None]


@pytest.mark.parametrize("text", ENDS)
def test_a_blank_at_an_end_of_one_name_is_seen_among_many(text) -> None:
    clean = ["a", "twelve bytes", "a name of more than twelve"]

    assert are_clean(pl.Series(clean))
    assert not are_clean(pl.Series([*clean, text]))
    stripped = (text or "").strip()
    numbers = name_numbers(pl.Series([*clean, text, stripped]))
    assert numbers[3] == numbers[4]
    assert (numbers[:3] == name_numbers(pl.Series(clean))).all()


def test_rows_in_any_order_become_the_same_book(lines) -> None:
    """The order of a patient's lines does not hang on how they came, unless nothing tells them
    apart."""
    told = lines.unique(["patient_id", "date_of_service", "visit_id", "line"], keep="first")
    one = part(told.sort("patient_id", "visit_id", "line"))
    for seed in range(4):
        two = part(told.sample(fraction=1.0, shuffle=True, seed=seed))
        texts = [
            {
                number: each.session_text.gather(np.flatnonzero(of == number)).to_list()
                for number in set(of.tolist())
            }
            for each in (one, two)
            for of in (each.columns["patient"],)
        ]
        assert texts[0] == texts[1]
        for name in ("code", "minutes", "modifiers", "discipline", "date_of_service"):
            order = [np.argsort(each.columns["patient"], kind="stable") for each in (one, two)]
            assert (one.columns[name][order[0]] == two.columns[name][order[1]]).all(), name


def test_a_part_is_the_same_in_room_that_another_has_left(lines) -> None:
    room = Room()
    part(lines.reverse(), room)
    part(lines.head(30).with_columns(minutes=pl.lit(15)), room)

    again, fresh = part(lines, room), part(lines)

    assert again.columns.keys() == fresh.columns.keys()
    for name, values in fresh.columns.items():
        assert (again.columns[name] == values).all(), name


def test_what_is_refused_after_a_row_without_a_patient_is_found_where_it_stands() -> None:
    frame = pl.DataFrame(
        {
            "patient_id": ["a", None, "a", "b"],
            "date_of_service": [date(2025, 1, 1) + timedelta(n) for n in range(4)],
            "minutes": [15, 15, -1, 15],
        }
    )

    found = part(frame)

    assert {(each.row, each.column) for each in found.rejects} == {(2, "patient"), (3, "minutes")}


@pytest.mark.parametrize("rows", [40, 30_000])
def test_whether_a_diagnosis_is_billable_is_told_for_each_line_by_its_date(rows) -> None:
    """Dates on both sides of a new list, in plain loops and in compiled ones."""
    texts = ["M62.81", "m6281", "M62", "G20", "G20.A1", "no such", "", None]
    change = max(icd10.changes()[:-1])
    frame = pl.DataFrame(
        {
            "patient_id": range(rows),
            "date_of_service": [change + timedelta(n % 5 - 3) for n in range(rows)],
            "diagnosis": [texts[n % 8] for n in range(rows)],
        }
    )

    found = part_of(frame, layout_of(frame.columns), columns=["diagnosis_is_billable"])

    table = {}
    for text, day in dict.fromkeys(frame.select("diagnosis", "date_of_service").rows()):
        known = icd10.diagnosis(text, day) if text and text != "no such" else None
        table[text, day] = None if known is None or known.billable is None else known.billable
    answers = found.columns["diagnosis_is_billable"].tolist()
    told = [None if each < 0 else bool(each) for each in answers]
    assert told == [table[key] for key in frame.select("diagnosis", "date_of_service").rows()]
    assert {True, False, None} <= set(told)
    assert len({day for _, day in table}) == 5


KINDS = [pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [50, 30_000])
def test_numbers_of_any_width_in_pieces_are_those_in_one(kind, rows) -> None:
    """Smaller and larger than what a kernel takes, in plain loops and in compiled ones."""
    whole = pl.DataFrame(
        {
            "patient_id": pl.Series([n % 90 + 5 for n in range(rows)], dtype=kind),
            "date_of_service": [date(2025, 1, 1) + timedelta(n % 30) for n in range(rows)],
            "visit_id": pl.Series([n % 100 for n in range(rows)], dtype=kind),
            "minutes": pl.Series([n % 80 for n in range(rows)], dtype=kind),
            "units": pl.Series([3] * rows, dtype=kind),
            "session_minutes": pl.Series(
                [n % 80 if n % 9 else None for n in range(rows)], dtype=kind
            ),
            "noted_timed_minutes": pl.Series(
                [0 if n % 7 else None for n in range(rows)], dtype=kind
            ),
            "note_is_signed": [n % 3 > 0 for n in range(rows)],
            "plan_on_file": [n % 3 > 0 if n % 5 else None for n in range(rows)],
            "submitted_on": [date(2025, 3, 1 + n % 9) if n % 4 else None for n in range(rows)],
        }
    ).sort("patient_id", "date_of_service")
    cuts = [(0, 7), (7, 0), (7, rows // 2), (7 + rows // 2, rows)]
    pieces = pl.concat([whole.slice(*cut) for cut in cuts], rechunk=False)
    same = ("minutes", "session_minutes", "noted_timed_minutes", "note_is_signed", "plan_on_file")
    wanted = (*same, "billed_units", "submitted_on", "session")

    one, two = (part_of(each, layout_of(each.columns), columns=wanted) for each in (whole, pieces))

    assert pieces["minutes"].n_chunks() > 1
    assert not two.rejects
    for name, values in one.columns.items():
        assert (two.columns[name] == values).all(), name
    given = whole[one.order.tolist()]
    given = given.rename({"units": "billed_units"}).with_columns(
        pl.col("date_of_service", "submitted_on").to_physical() + date(1970, 1, 1).toordinal()
    )
    for name in (*same, "billed_units", "date_of_service", "submitted_on"):
        values = two.columns[name]
        told = [None if each == np.iinfo(values.dtype).min else each for each in values.tolist()]
        assert told == given[name].to_list(), name
    assert two.session_text.to_list() == given["visit_id"].to_list()


@pytest.mark.parametrize("rows", [50, 30_000])
@pytest.mark.parametrize("wrong", [-1, 2**16 + 15, 2**40 + 15, -(2**63), 2**63 - 1])
def test_a_number_out_of_bounds_in_any_piece_is_refused(rows, wrong) -> None:
    """Some of these would be fifteen if what does not fit were cut off."""
    right = pl.DataFrame(
        {
            "patient_id": pl.Series(range(rows), dtype=pl.Int64),
            "date_of_service": date(2025, 1, 1),
            "minutes": pl.Series([15] * rows, dtype=pl.Int64),
        }
    )
    last = right.tail(1).with_columns(
        minutes=pl.lit(wrong, pl.Int64), patient_id=pl.lit(rows, pl.Int64)
    )

    found = part(pl.concat([right, last], rechunk=False))

    assert [(each.row, each.column) for each in found.rejects] == [(rows + 1, "minutes")]
    assert found.columns["minutes"].tolist() == [15] * rows + [-(2**15)]


@pytest.mark.parametrize("rows", [50, 30_000])
def test_names_too_large_to_be_numbers_go_by_their_hash_in_any_piece(rows) -> None:
    days = pl.Series([date(2025, 1, 1)] * rows)
    small = pl.DataFrame({"patient_id": pl.Series(range(rows)), "date_of_service": days})
    large = small.select(pl.col("patient_id") + 2**62, "date_of_service")

    numbers = part(pl.concat([small, large], rechunk=False)).columns["patient"].tolist()

    assert set(range(rows)) < set(numbers)
    assert len(set(numbers)) == 2 * rows
    assert max(numbers) <= 2**61


@pytest.mark.parametrize("few", ["mapped", "as they are"])
def test_texts_by_their_places_are_read_as_texts(lines, few) -> None:
    """Also where some are not there at all, in one row, or are called otherwise by a mapping."""
    names = ["payer", "discipline", "cpt", "modifiers", "therapist_id", "visit_id"]
    lines = lines.select(*names, "patient_id", "date_of_service", "line", "minutes", "units")
    kinds = {name: pl.Enum([*lines[name].drop_nulls().unique().sort(), "??"]) for name in names}
    layout = layout_of(lines.columns)
    if few == "mapped":
        layout.values = {"discipline": {"PT": "OT"}, "payer": {"aetna": "cigna"}}

    one, two = (
        part_of(each, layout, file="a", first_row=1, columns=COLUMNS)
        for each in (lines.cast(kinds), lines)
    )

    assert one.payers == two.payers
    assert (one.codes, one.marks, one.rejects) == (two.codes, two.marks, two.rejects)
    assert one.session_text.cast(pl.String).equals(two.session_text)
    for name, values in two.columns.items():
        assert (one.columns[name] == values).all(), name


@pytest.mark.parametrize("lines", [4, 30_000], ids=["few lines", "lines far apart"])
@pytest.mark.parametrize("patients", [2_000, 2**60], ids=["patients by number", "by anything"])
def test_rows_are_put_in_order_whatever_their_keys(patients, lines) -> None:
    """In compiled loops: keys that one number holds, and keys that are too wide for it."""
    random, size = np.random.default_rng(97112), 25_000
    names = random.integers(-patients, patients, 600)
    found = {
        "date_of_service": random.integers(738_000, 738_400, size).astype(np.int32),
        "discipline": random.integers(-1, 3, size).astype(np.int8),
        "line": random.integers(0, lines, size).astype(np.int16),
        "session": random.integers(0, 3, size),
    }
    whose = names[random.integers(0, 600, size)]
    keys = [whose, *(found[name] for name in ("date_of_service", "discipline", "line", "session"))]

    order = put_in_order(found, whose, pl.Series(found["session"]), Room())

    assert order is not None
    assert sorted(order.tolist()) == list(range(size))
    told = [tuple(map(int, (key[row] for key in keys))) for row in order]
    first = {whose: place for place, (whose, *_) in reversed(list(enumerate(told)))}
    assert told == sorted(told, key=lambda each: (first[each[0]], *each[1:]))


@pytest.mark.parametrize("rows", [3, 30_000])
def test_a_column_of_nothing_is_unknown_throughout_and_no_more_in_the_next_part(rows) -> None:
    kinds = {"minutes": pl.Int64, "note_is_signed": pl.Boolean, "first_treatment_on": pl.Date,
             "charge_cents": pl.Int32}  # fmt: skip
    some = {"minutes": 15, "note_is_signed": True, "first_treatment_on": date(2025, 1, 1),
            "charge_cents": 4000}  # fmt: skip
    frame = pl.DataFrame({"patient_id": range(rows)}).with_columns(
        pl.lit(date(2025, 1, 1)).alias("date_of_service"),
        *(pl.lit(None, kind).alias(name) for name, kind in kinds.items()),
    )
    full = frame.with_columns(
        pl.when(pl.col("patient_id") > 0).then(pl.lit(value)).cast(kinds[name]).alias(name)
        for name, value in some.items()
    )
    room, layout = Room(), layout_of(frame.columns)
    marks = {"minutes": -(2**15), "note_is_signed": -(2**7), "first_treatment_on": -(2**31),
             "charge_cents": UNKNOWN}  # fmt: skip
    known = {**some, "first_treatment_on": date(2025, 1, 1).toordinal()}

    for table in (frame, full, frame):
        found = part_of(table, layout, columns=tuple(kinds), room=room)

        assert not found.rejects
        for name, mark in marks.items():
            rest = mark if table is frame else known[name]
            assert found.columns[name].tolist() == [mark] + [rest] * (rows - 1), name
