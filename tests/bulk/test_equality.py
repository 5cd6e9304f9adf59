"""One text of every rule: interpreted, compiled, in many parts and on Spark it says the same.

The small book runs with every suite. ``NEUROREED_SLOW=1`` takes a hundred thousand visits;
``NEUROREED_VISITS`` may ask for another number.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from neuroreed.audit.registry import registry
from neuroreed.bulk.local import Settings, audit
from tests.bulk.cluster import run
from tests.bulk.frames import findings, only_when_asked, said, tables, written
from tests.bulk.hostile import hostile, judged, of_rows, spoilt, together, windows

PAYERS = ("medicare_part_b", "aetna", "texas_medicaid", "nobody_knows")


@pytest.fixture(scope="module")
def book():
    return hostile(Random(20261130), 110, date(2025, 1, 20), known=PAYERS)


@pytest.fixture(scope="module")
def truth(book):
    return judged(book)


def same_tables(one: Path, two: Path) -> bool:
    """Whether two runs have left the same findings, row for row and value for value."""
    return findings(one).sort(pl.all()).equals(findings(two).sort(pl.all()))


def test_the_hostile_book_reaches_every_rule_that_its_dates_know(book, truth) -> None:
    """Were it tame, the comparisons below would prove little."""
    scopes = {
        registry().rules[rule].scope for rule, each in truth.coverage.items() if each.assessed
    }
    patient = {(v["patient_id"], v["date_of_service"]) for v in book}

    assert scopes == {rule.scope for rule in registry().rules.values()}
    assert sum(each.assessed > 0 for each in truth.coverage.values()) > 0.9 * len(truth.coverage)
    assert len(patient) < len(book)


def test_a_hostile_book_is_judged_alike_whole_and_in_parts(book, truth, tmp_path) -> None:
    """What the interpreted run says, and in parts the same to the last value."""
    path, settings = written(book, tmp_path)
    for name, rows in (("whole", None), ("parts", 30)):
        own = replace(settings, rows=rows)
        summary = audit([path], tmp_path / name, own)

        assert said(tmp_path / name) == {
            (f.rule, f.subject, f.severity.value) for f in truth.findings
        }
        assert summary.coverage == truth.coverage

    assert len(list((tmp_path / "parts/parts").glob("*.json"))) > 15
    assert same_tables(tmp_path / "parts", tmp_path / "whole")
    assert "CONC-09" in findings(tmp_path / "whole")["rule"]


def test_what_cannot_be_is_judged_as_unknown_and_located(book, tmp_path) -> None:
    lines, _ = tables(book)
    spoilt_lines, clean, count, lost = spoilt(Random(1), lines)
    truth = judged(of_rows(clean))
    spoilt_lines.write_csv(tmp_path / "lines.csv")
    spoilt_lines.write_parquet(tmp_path / "lines.parquet")

    for name in ("lines.csv", "lines.parquet"):
        out = tmp_path / f"of {name}"
        summary = audit([tmp_path / name], out, Settings(rows=60))

        assert said(out) == {(f.rule, f.subject, f.severity.value) for f in truth.findings}
        assert summary.coverage == truth.coverage
        assert (summary.lines, summary.left_out) == (len(lines) - lost, lost)
        # a row that is left out is told twice: its date cannot be read, and so it cannot stay;
        # what else is wrong in it is not looked at
        assert lost * 2 <= summary.rejected <= count + lost
    assert same_tables(tmp_path / "of lines.csv", tmp_path / "of lines.parquet")


@pytest.mark.slow
@only_when_asked
def test_a_hundred_thousand_visits_are_judged_alike_everywhere(tmp_path, request) -> None:
    """Interpreted, compiled in one part, in 64 parts, and by two workers of a real cluster."""
    wanted = int(os.environ.get("NEUROREED_VISITS", "100000"))
    made, counted = [], {"visits": 0, "lines": 0}

    def results():
        for number, own in enumerate(windows(Random(97112), wanted, date(2019, 11, 1))):
            lines, intervals = tables(own)
            lines.write_parquet(tmp_path / f"lines-{number}.parquet")
            intervals.write_parquet(tmp_path / f"intervals-{number}.parquet")
            made.append(number)
            counted["visits"] += len(own)
            counted["lines"] += len(lines)
            yield judged(own)

    found, coverage = together(results())
    for kind in ("lines", "intervals"):
        files = [pl.read_parquet(tmp_path / f"{kind}-{number}.parquet") for number in made]
        pl.concat(files, how="diagonal_relaxed").write_parquet(tmp_path / f"{kind}.parquet")
    path, beside = tmp_path / "lines.parquet", str(tmp_path / "intervals.parquet")
    one = audit([path], tmp_path / "one", Settings(intervals=beside, rows=10**9))
    rows = -(-counted["lines"] * 3 // 128)
    many = audit([path], tmp_path / "many", Settings(intervals=beside, rows=rows))
    status, told = run(
        path, tmp_path / "spark", "--intervals", beside, "--partitions", "64",
        "--master", request.getfixturevalue("master"),
    )  # fmt: skip

    print(counted, len(found), "findings", len(list((tmp_path / "many/parts").glob("*.json"))))
    assert status == 1, told
    assert counted["visits"] >= wanted
    assert said(tmp_path / "one") == found
    assert one.coverage == coverage
    assert len(list((tmp_path / "many/parts").glob("*.json"))) == 64
    for out, summary in (("many", many.plain()), ("spark", _summary(tmp_path / "spark"))):
        assert same_tables(tmp_path / out, tmp_path / "one")
        assert json.loads(json.dumps(summary, default=str)) == json.loads(
            json.dumps(one.plain(), default=str)
        )


def _summary(out: Path) -> dict[str, Any]:
    return json.loads((out / "summary.json").read_text())
