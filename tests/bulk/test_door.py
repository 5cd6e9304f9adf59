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
