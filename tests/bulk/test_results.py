"""A finished run read again: findings page by page, their lines in the files, their facts."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from random import Random

import polars as pl
import pytest

from neuroreed import write_837p
from neuroreed.audit.kernel import audit as truth_of
from neuroreed.bulk.local import Settings, audit
from neuroreed.bulk.replay import replay
from neuroreed.bulk.results import Results
from neuroreed.model.errors import BadInput
from neuroreed.model.lines import to_book
from tests.audit.books import visits
from tests.bulk.frames import written
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, claim


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A random book audited in several parts, and what the interpreted run says of it."""
    folder = tmp_path_factory.mktemp("run")
    book = [v for v in visits(Random(11), 130) if v["date_of_service"].year == 2025]
    path, settings = written(book, folder)
    audit([path], folder / "out", replace(settings, compiled=None, rows=40))
    return folder, truth_of(to_book(book))


def test_every_finding_has_its_facts_and_its_rows(run) -> None:
    folder, truth = run
    lines = pl.read_parquet(folder / "lines.parquet")
    by_key = {(f.rule, f.subject): f for f in truth.findings}
    results = Results(folder / "out")
    told = with_rows = 0

    for found in results.page({}, 0, 10_000)[::3]:
        again = replay(folder / "out", found, intervals=folder / "intervals.parquet")
        own = by_key[found["rule"], found["subject"]]
        assert again.finding is not None, (found["rule"], again.because)
        assert again.finding.says == own.says
        assert again.finding.severity == found["severity"]
        for row in again.rows:
            assert str(lines["visit_id"][row.row - 1]) in " ".join(own.visits)
        with_rows += bool(again.rows)
        told += 1
    # a visit that has times and no line stands in no row
    assert told > 20 and with_rows > told // 2


def test_lines_of_a_claim_file_are_told_again_with_their_places(tmp_path) -> None:
    path = tmp_path / "claims.837"
    claims = [claim(seed) for seed in range(40)]
    path.write_bytes(write_837p(claims, submitter=SUBMITTER, receiver=RECEIVER))
    audit([path], tmp_path / "out", Settings(payer="medicare_part_b"))
    found = Results(tmp_path / "out").page({}, 0, 10)

    told = [replay(tmp_path / "out", each, payer="medicare_part_b") for each in found]

    assert len(told) == 10
    assert all(one.finding is not None for one in told)
    assert {row.file for one in told for row in one.rows} == {"claims.837"}
    assert all(any(row.is_named for row in one.rows) for one in told)


def test_a_page_holds_what_its_filter_says_and_numbers_stay(run) -> None:
    folder, _ = run
    results = Results(folder / "out")
    rows = results.by("rule")
    total = sum(row["findings"] for row in rows)
    rule = rows[0]["name"]

    page = results.page({"rule": rule}, 0, 5)

    assert results.count() == total == sum(results.totals.values())
    assert {row["rule"] for row in page} == {rule}
    assert results.one(page[0]["n"]) == page[0]
    assert results.one(10**6) is None
    with pytest.raises(BadInput):
        results.count({"patient": "1"})


def test_a_month_is_shown_alone_and_its_months_add_up(run) -> None:
    folder, _ = run
    whole = Results(folder / "out")
    first = Results(folder / "out", date(2025, 1, 1), date(2025, 6, 30))
    rest = Results(folder / "out", date(2025, 7, 1), date(2025, 12, 31))

    assert 0 < first.count() < whole.count()
    assert first.count() + rest.count() == whole.count()
    assert sum(row["findings"] for row in first.by("rule")) == first.count()
    assert {row["name"][:7] for row in first.by("month")} <= {f"2025-{m:02d}" for m in range(1, 7)}


def test_the_csv_runs_no_formula(tmp_path) -> None:
    frame = pl.DataFrame(
        {
            "patient_id": [1],
            "visit_id": ["=1+1"],
            "date_of_service": ["2024-09-05"],
            "cpt": ["97112"],
            "units": [2],
            "minutes": [22],
            "payer": ["medicare_part_b"],
            "therapist": ["@SUM(A1)"],
        }
    )
    frame.write_csv(tmp_path / "lines.csv")
    audit([tmp_path / "lines.csv"], tmp_path / "out", Settings())

    results = Results(tmp_path / "out")

    results.write(tmp_path / "findings.csv")
    results.write(tmp_path / "findings.parquet")
    with (tmp_path / "findings.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all(row["visit"] == "'=1+1" for row in rows)
    assert {row["therapist"] for row in rows} == {"'@SUM(A1)"}
    assert "patient" not in rows[0]
    assert len(pl.read_parquet(tmp_path / "findings.parquet")) == len(rows)
