"""A bulk run: what the interpreted run says, in any number of parts, after any interruption."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import polars as pl
import pytest

from neuroreed.audit.kernel import audit as interpreted
from neuroreed.bulk.local import Settings, audit
from neuroreed.model.errors import BadInput, Refused
from neuroreed.model.lines import to_book
from tests.audit.books import visits
from tests.bulk.frames import only_when_asked, said, written

# two years, between which policy changes: policy is looked up for every day of a book
YEARS = (2024, 2025)


@pytest.fixture(scope="module")
def book():
    return [v for v in visits(Random(97112), 360) if v["date_of_service"].year in YEARS]


@pytest.fixture(scope="module")
def truth(book):
    return interpreted(to_book(book))


@pytest.mark.parametrize("rows", [None, 12])
def test_the_compiled_run_says_what_the_interpreted_run_says(book, truth, rows, tmp_path) -> None:
    """Finding by finding and count by count, in one part and in some thirty."""
    _says_the_same(book, truth, rows, tmp_path)


@pytest.mark.slow
@only_when_asked
@pytest.mark.parametrize("rows", [None, 12])
def test_over_all_years_of_policy_both_runs_say_the_same(rows, tmp_path) -> None:
    every_year = visits(Random(97112), 120)

    _says_the_same(every_year, interpreted(to_book(every_year)), rows, tmp_path)


def _says_the_same(book, truth, rows, tmp_path) -> None:
    path, settings = written(book, tmp_path)

    summary = audit([path], tmp_path / "out", replace(settings, rows=rows))

    assert said(tmp_path / "out") == {(f.rule, f.subject, f.severity.value) for f in truth.findings}
    assert summary.coverage == truth.coverage
    parts = len(list((tmp_path / "out/parts").glob("*.json")))
    assert parts == 1 if rows is None else parts > 20


def test_sorted_input_is_read_where_it_lies_and_says_the_same(book, truth, tmp_path) -> None:
    path, settings = written(book, tmp_path)
    pl.read_parquet(path).sort("patient_id", maintain_order=True).write_parquet(path)

    summary = audit([path], tmp_path / "out", replace(settings, rows=100))

    assert summary.was_sorted
    assert not (tmp_path / "out/spread").exists()
    assert said(tmp_path / "out") == {(f.rule, f.subject, f.severity.value) for f in truth.findings}


def test_what_an_earlier_version_added_up_is_added_once(book, tmp_path) -> None:
    """Its sums are Parquet; a part that was killed and done anew may have left both."""
    path, settings = written(book, tmp_path)
    settings = replace(settings, rows=100)
    audit([path], tmp_path / "out", settings)
    before = (tmp_path / "out/summary.json").read_text(encoding="utf-8")
    sums = sorted((tmp_path / "out/parts").glob("*.sums.arrows"))
    for place, one in enumerate(sums):
        pl.read_ipc_stream(one).write_parquet(one.with_suffix(".parquet"))
        if place:
            one.unlink()

    audit([path], tmp_path / "out", settings)

    assert len(sums) > 2
    assert (tmp_path / "out/summary.json").read_text(encoding="utf-8") == before


def test_a_patient_in_two_files_is_still_one_patient(book, truth, tmp_path) -> None:
    path, settings = written(book, tmp_path)
    frame = pl.read_parquet(path)
    (tmp_path / "in").mkdir()
    frame[::2].write_parquet(tmp_path / "in/a.parquet")
    frame[1::2].write_parquet(tmp_path / "in/b.parquet")

    audit([tmp_path / "in"], tmp_path / "out", settings)

    assert said(tmp_path / "out") == {(f.rule, f.subject, f.severity.value) for f in truth.findings}


def test_csv_says_what_parquet_says(book, tmp_path) -> None:
    path, settings = written([{**visit, "intervals": []} for visit in book], tmp_path)
    pl.read_parquet(path).write_csv(tmp_path / "lines.csv")

    audit([path], tmp_path / "one", settings)
    audit([tmp_path / "lines.csv"], tmp_path / "two", settings)

    assert said(tmp_path / "one") == said(tmp_path / "two") != set()


def test_values_that_cannot_be_are_unknown_and_located(tmp_path) -> None:
    frame = pl.DataFrame(
        {
            "patient_id": ["A", "A", None, "B", "C"],
            "visit_id": ["1", "1", "2", "3", "4"],
            "date_of_service": ["2025-03-03"] * 4 + ["soon"],
            "cpt": ["97112"] * 5,
            "units": [2, 10**15, 1, 3, 1],
            "minutes": [22, 1441, 15, -1, 15],
            "payer": ["medicare_part_b"] * 5,
            "discipline": ["PT"] * 5,
        }
    )
    frame.write_parquet(tmp_path / "lines.parquet")

    summary = audit([tmp_path / "lines.parquet"], tmp_path / "out")

    assert (summary.lines, summary.left_out) == (3, 2)
    places = {(each["row"], each["column"]) for each in summary.rejects}
    assert {(2, "billed_units"), (2, "minutes"), (3, "patient"), (5, "date_of_service")} <= places
    assert summary.coverage["UNIT-01"].assessed == 0
    assert summary.coverage["UNIT-01"].not_assessed == 2
    assert "A" not in (tmp_path / "out/rejects.csv").read_text().replace("row", "")


@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_a_damaged_file_is_refused_in_one_sentence(damage, tmp_path) -> None:
    path = tmp_path / "lines.parquet"
    pl.DataFrame({"patient_id": [1], "date_of_service": ["2025-01-01"]}).write_parquet(path)
    data = {"cut": path.read_bytes()[:-20], "text": b"not a table", "empty": b""}[damage]
    path.write_bytes(data)

    with pytest.raises(BadInput, match=r"lines\.parquet"):
        audit([path], tmp_path / "out")


def test_a_folder_holds_the_run_of_one_input(tmp_path) -> None:
    book = visits(Random(1), 3)
    path, settings = written(book, tmp_path)
    audit([path], tmp_path / "out", settings)
    before = (tmp_path / "out/summary.json").read_text()

    audit([path], tmp_path / "out", settings)
    assert (tmp_path / "out/summary.json").read_text() == before
    with pytest.raises(Refused):
        audit([path], tmp_path / "out", replace(settings, payer="aetna"))


def test_the_page_runs_nothing_that_a_file_brought(tmp_path) -> None:
    frame = pl.DataFrame(
        {
            "patient_id": ["A"],
            "visit_id": ["<script>alert(1)</script>"],
            "therapist_id": ["=cmd()"],
            "date_of_service": ["2025-03-03"],
            "cpt": ["97112"],
            "units": [3],
            "minutes": [15],
            "payer": ["medicare_part_b"],
            "discipline": ["PT"],
            "clinic": ["<b>x</b>"],
        }
    )
    frame.write_parquet(tmp_path / "lines.parquet")

    summary = audit([tmp_path / "lines.parquet"], tmp_path / "out", Settings())

    page = (tmp_path / "out/summary.html").read_text()
    assert summary.findings["stop"]
    assert "<script" not in page
    assert "<b>x" not in page
    assert ",=cmd" not in (tmp_path / "out/summary.csv").read_text()
    assert json.loads((tmp_path / "out/summary.json").read_text())["lines"] == 1
