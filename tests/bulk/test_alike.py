"""Days that are alike are judged once, and nothing else is taken for alike."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import polars as pl
import pytest

from neuroreed.audit.registry import registry
from neuroreed.bulk import alike
from neuroreed.bulk.compile import Kernel
from neuroreed.bulk.door import part_of
from neuroreed.bulk.door_columns import layout_of
from neuroreed.bulk.passes import tables_for
from neuroreed.bulk.plan_frames import LINES
from neuroreed.bulk.tables import GrowingTables
from tests.bulk.frames import tables
from tests.bulk.hostile import hostile

PAYERS = ("medicare_part_b", "aetna", "texas_medicaid", "nobody_knows")


@pytest.fixture(scope="module")
def kernels():
    """One that judges every line, and one that looks for alike days from the first line on."""
    return Kernel(LINES, alike_from=10**12), Kernel(LINES, alike_from=0)


@pytest.fixture
def keen(monkeypatch):
    """Every rule within a day is judged by kind, whether that is cheaper or not."""
    for name, value in (("_MOST_SHARE", 0.95), ("_TOO_MANY", 0.95), ("_WORTH", 10.0**9)):
        monkeypatch.setattr(alike, name, value)


def copies(seed: int, times: int, damage: float) -> pl.DataFrame:
    """The lines of hostile patients, copied; some copies are moved, some differ in one value."""
    random = Random(seed)
    lines, _ = tables(hostile(random, 40, date(2025, 1, 20), known=PAYERS))
    kept = ("patient_id", "visit_id", "line", "date_of_service")
    others = [name for name in lines.columns if name not in kept]
    every = []
    for copy in range(times):
        own = lines.with_columns(
            pl.format("{}-{}", "patient_id", pl.lit(copy)).alias("patient_id"),
            pl.format("{}-{}", "visit_id", pl.lit(copy)).alias("visit_id"),
        )
        for _ in range(int(damage * len(lines))):
            name, at = random.choice(others), random.randrange(len(lines))
            values = own[name].to_list()
            values[at] = lines[name][random.randrange(len(lines))]
            own = own.with_columns(pl.Series(name, values, own[name].dtype))
        if copy % 4 == 3:
            days = pl.duration(days=random.randrange(-60, 400))
            own = own.with_columns((pl.col("date_of_service").cast(pl.Date) + days).cast(
                lines["date_of_service"].dtype
            ))  # fmt: skip
        every.append(own)
    return pl.concat(every)


def both(frame: pl.DataFrame, kernels):
    """The answers of both kernels for the lines of a frame, and the kinds of days found."""
    plain, looking = kernels
    part = part_of(frame, layout_of(frame.columns), columns=plain.plan.columns)
    policy = tables_for(part, GrowingTables())
    one, two = plain.run(part.columns, policy), looking.run(part.columns, policy)
    for name in ("coverage", "rows", "rules", "severities", "lowered"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), name)
    return one, looking._days.find(part.columns, policy)


@pytest.mark.parametrize("seed", range(6))
def test_alike_days_get_the_answers_that_each_would_get(kernels, keen, seed) -> None:
    answers, days = both(copies(seed, 12, 0.05), (kernels[0], Kernel(LINES, alike_from=0)))

    assert days is not None, "Nothing was judged once: this proves nothing."
    assert len(days.one_of) < len(days.kind_of)
    assert len(answers.rows)


def test_one_value_more_or_less_makes_another_kind(kernels, keen) -> None:
    """Each column that a rule looks at within a day keeps two days apart."""
    lines = copies(7, 1, 0)
    within = alike.rules_within_a_day(kernels[1].plan, registry())

    assert within.sum() > 0.7 * len(within)
    usual = _kinds(lines, _renamed(lines, 9), kernels)
    for name, value in (("units", 97), ("modifiers", "GP,KX,59"), ("minutes", 311)):
        values = lines[name].to_list()
        values[5] = value
        other = _renamed(lines.with_columns(pl.Series(name, values, lines[name].dtype)), 9)
        assert _kinds(lines, other, kernels) == usual + 1, name


def test_a_date_of_two_sessions_is_like_no_other(kernels, keen) -> None:
    """Their minutes are added up: the same lines in one session are another day."""
    lines = copies(7, 1, 0)
    alone = pl.col("visit_id").n_unique().over("patient_id", "date_of_service") == 1
    of_two = pl.len().over("visit_id") > 1
    first = lines.filter(alone & of_two)["visit_id"][0]
    split = (pl.col("visit_id") == first) & (
        pl.col("line") == pl.col("line").max().over("visit_id")
    )
    name = pl.when(split).then(pl.lit("another")).otherwise(pl.col("visit_id"))
    other = lines.with_columns(name.alias("visit_id"))

    usual = _kinds(lines, _renamed(lines, 9), kernels)
    assert _kinds(lines, _renamed(other, 9), kernels) == usual + 1


def _kinds(lines: pl.DataFrame, other: pl.DataFrame, kernels) -> int:
    """How many kinds of days there are among four copies of the lines and another table."""
    looking = Kernel(LINES, alike_from=0)
    every = [lines, *(_renamed(lines, copy) for copy in range(3)), other]
    _, days = both(pl.concat(every), (kernels[0], looking))
    assert days is not None
    return len(days.one_of)


def _renamed(lines: pl.DataFrame, copy: int) -> pl.DataFrame:
    return lines.with_columns(
        pl.format("{}+{}", "patient_id", pl.lit(copy)).alias("patient_id"),
        pl.format("{}+{}", "visit_id", pl.lit(copy)).alias("visit_id"),
    )


def test_where_no_day_is_like_another_every_line_is_asked(kernels) -> None:
    _, days = both(copies(3, 1, 0), kernels)

    assert days is None
