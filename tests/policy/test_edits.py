"""Pairs and unlikely units: which file speaks for a date."""

from __future__ import annotations

from datetime import date

import pytest

from neuroreed.policy import edits, tables

Q3_2024, NOW = date(2024, 8, 1), date(2026, 11, 23)


@pytest.mark.parametrize(
    ("column1", "column2", "indicator"),
    [
        ("97112", "97022", 1),
        ("97112", "97036", 1),
        ("97150", "97112", 1),
        ("97760", "97112", 1),
        ("95992", "97112", 1),
        ("98941", "97112", 1),
        ("97140", "97124", 0),
        ("97140", "97018", 1),
        ("97140", "97750", 1),
        ("97530", "97542", 1),
        ("97113", "97036", 0),
        ("97012", "97140", 1),
        ("97161", "97164", 0),
        ("97161", "97750", 0),
        ("98980", "97750", 0),
    ],
)
def test_active_pairs_of_the_third_quarter_of_2024(
    column1: str, column2: str, indicator: int
) -> None:
    for found in (edits.pair(column1, column2, Q3_2024), edits.pair(column2, column1, Q3_2024)):
        assert found is not None
        assert (found.column1, found.column2, found.indicator) == (column1, column2, indicator)
        assert not found.stale


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("97530", "97116"),
        ("97140", "97530"),
        ("97161", "97140"),
        ("97112", "97110"),
        ("97112", "97116"),
        ("97112", "97140"),
        ("97112", "97530"),
        ("97112", "97164"),
    ],
)
def test_pairs_that_people_believe_in_are_not_there(a: str, b: str) -> None:
    assert edits.pair(a, b, Q3_2024) is None
    assert edits.pair(a, b, NOW) is None


def test_a_deleted_pair_was_in_force_until_its_last_day() -> None:
    last = edits.pair("97140", "97530", date(2019, 12, 31))

    assert last is not None
    assert (last.column1, last.indicator, last.until) == ("97140", 1, date(2019, 12, 31))
    assert edits.pair("97140", "97530", date(2020, 1, 1)) is None


def test_after_its_quarter_the_undated_file_is_stale() -> None:
    inside = edits.pair("97150", "97112", date(2024, 9, 30))
    after = edits.pair("97150", "97112", date(2024, 10, 1))
    before = edits.pair("97150", "97112", date(2024, 6, 30))

    assert inside is not None and after is not None and before is not None
    assert [inside.stale, after.stale, before.stale] == [False, True, True]
    assert before.since is None


def test_the_dated_file_is_stale_after_its_own_quarter() -> None:
    inside = edits.pair("97112", "62323", date(2026, 12, 31))
    after = edits.pair("97112", "62323", date(2027, 1, 1))

    assert inside is not None and after is not None
    assert (inside.release, inside.stale) == ("2026Q4", False)
    assert after.stale


def active(release: str) -> dict[tuple[str, str], str]:
    return {
        (row["column1"], row["column2"]): row["indicator"]
        for row in tables.read(tables.PACKAGE / f"edits/ptp/{release}.csv")
        if not row["deletion"] and row["indicator"] != "9"
    }


def test_the_active_pairs_of_both_files_are_as_many_as_collected_and_agree() -> None:
    older, dated = active("2024Q3"), active("2026Q4")

    assert (len(older), len(dated)) == (2051, 72)
    # the older file leaves out hospital visits and injections
    known = {code for pair in older for code in pair}
    shared = {pair: says for pair, says in dated.items() if set(pair) <= known}
    assert shared
    assert shared.items() <= older.items()


def test_every_active_pair_is_found_in_either_order() -> None:
    for (column1, column2), indicator in active("2024Q3").items():
        found = edits.pair(column2, column1, Q3_2024)
        assert found is not None
        assert (found.column1, str(found.indicator)) == (column1, indicator)


def test_pairs_among_the_codes_of_a_day_come_once_each() -> None:
    found = edits.pairs_among(["97140", "97124", "97112", "97022", "97140"], NOW)

    assert {(pair.column1, pair.column2) for pair in found} == {
        ("97112", "97022"),
        ("97140", "97124"),
    }


def test_absent_is_told_from_not_covered() -> None:
    assert edits.pair("97112", "11042", NOW) is None
    assert not edits.covered("11111")
    assert edits.covered("97112") and edits.covered("99213")


@pytest.mark.parametrize(
    ("cpt", "units", "mai"),
    [
        ("97112", 4, 3),
        ("97110", 6, 3),
        ("97116", 4, 3),
        ("97140", 6, 3),
        ("97530", 6, 3),
        ("97535", 8, 3),
        ("97150", 1, 3),
        ("97161", 1, 2),
        ("97129", 1, 2),
        ("97130", 7, 3),
        ("97035", 2, 3),
        ("97010", 0, None),
        ("97014", 0, None),
        ("98981", 3, None),
    ],
)
def test_unlikely_units_of_2024(cpt: str, units: int, mai: int | None) -> None:
    found = edits.mue(cpt, Q3_2024)

    assert found is not None
    assert found.units == units
    assert mai is None or found.mai == mai
    assert not found.stale


def test_unlikely_units_say_when_they_are_of_another_quarter() -> None:
    dated, older = edits.mue("97112", NOW), edits.mue("97035", NOW)
    earlier = edits.mue("97112", date(2023, 1, 1))

    assert dated is not None and older is not None and earlier is not None
    assert (dated.release, dated.stale) == ("2026Q4", False)
    assert (older.release, older.stale) == ("2024Q3", True)
    assert earlier.stale
    assert edits.mue("99999", NOW) is None
