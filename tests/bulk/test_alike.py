"""Days that are alike are judged once, and nothing else is taken for alike."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import polars as pl
import pytest

from neuroreed.audit.registry import registry
from neuroreed.bulk import alike, alike_known
from neuroreed.bulk.alike_layout import Packing, Range
from neuroreed.bulk.compile import Kernel
from neuroreed.bulk.day_rows import visits_in
from neuroreed.bulk.door import part_of
from neuroreed.bulk.door_columns import layout_of
from neuroreed.bulk.passes import Kernels, run_part, tables_for
from neuroreed.bulk.plan_frames import LINES
from neuroreed.bulk.room import Room
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
    one, part, policy = same_answers(frame, kernels, GrowingTables())
    return one, kernels[1]._days.find(part.columns, policy)


def same_answers(frame: pl.DataFrame, kernels, tables: GrowingTables):
    plain, looking = kernels
    part = part_of(frame, layout_of(frame.columns), columns=plain.plan.columns)
    policy = tables_for(part, tables)
    one, two = plain.run(part.columns, policy), looking.run(part.columns, policy)
    for name in ("coverage", "rows", "rules", "severities", "lowered"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), name)
    assert one.handed.keys() == two.handed.keys() != set()
    for name, values in one.handed.items():
        np.testing.assert_array_equal(values, two.handed[name], name)
    return one, part, policy


@pytest.mark.parametrize("seed", range(6))
def test_alike_days_get_the_answers_that_each_would_get(kernels, keen, seed) -> None:
    answers, days = both(copies(seed, 12, 0.05), (kernels[0], Kernel(LINES, alike_from=0)))

    assert days is not None, "Nothing was judged once: this proves nothing."
    assert kinds_in(days) < len(days.kind_of)
    assert len(answers.rows)


@pytest.mark.parametrize("kinds", [2**18, 2**10])
def test_what_was_learned_of_a_kind_holds_for_the_parts_that_follow(
    kernels, keen, monkeypatch, kinds
) -> None:
    """Tables one behind the other, of which each brings days, payers and values of its own."""
    # so few that they are full again and again, and have to grow
    monkeypatch.setattr(alike, "_MOST_KINDS", kinds)
    monkeypatch.setattr(alike_known, "_PATTERNS", 16)
    looking, growing, known = Kernel(LINES, alike_from=0), GrowingTables(), []
    for seed in range(12):
        frame = copies(seed % 4, 4, 0.02)
        if seed == 0:
            frame = frame.filter(pl.col("payer").is_in(["aetna", "nobody_knows"]))
        same_answers(frame, (kernels[0], looking), growing)
        known.append(int(looking._days._counts[0]))

    assert known[2] > known[1], "Nothing was kept."
    assert (known == sorted(known)) == (kinds == 2**18), "It was never full, or always."


def test_a_value_beyond_what_was_packed_before_makes_another_kind(kernels, keen) -> None:
    """Entries are packed as narrow as they were: a larger one may not look like a smaller."""
    lines = copies(7, 3, 0).with_columns(note_is_signed=pl.lit(True))
    looking, growing = Kernel(LINES, alike_from=0), GrowingTables()
    same_answers(lines, (kernels[0], looking), growing)
    narrow = looking._days._packing
    for name, value in (("note_is_signed", None), ("minutes", 3_000), ("units", 250)):
        values = lines[name].to_list()
        # of every day's lines some, for a date of several sessions is like no other anyway
        values[::7] = [value] * len(values[::7])
        other = lines.with_columns(pl.Series(name, values, lines[name].dtype))
        same_answers(other, (kernels[0], looking), growing)

    assert looking._days._packing != narrow


def test_a_packing_holds_what_it_was_made_for_and_nothing_beyond() -> None:
    one, many = Range(7, 7, False), Range(-3, 90, True)
    packing = Packing().widened({"one": one, "many": many})
    kept = packing.ranges["many"]

    assert packing.places.keys() == {"many"}
    assert packing.holds({"one": one, "many": many})
    for name, own in (
        ("one", Range(7, 7, True)),
        ("one", Range(8, 8, False)),
        ("many", Range(kept.least - 1, 0, False)),
        ("many", Range(0, kept.most + 1, False)),
    ):
        assert not packing.holds({"one": one, "many": many, name: own}), (name, own)
    assert 2**kept.bits > kept.most - kept.least + 1, "There is no number left for unknown."


def test_what_was_learned_under_one_policy_does_not_hold_under_another(kernels, keen) -> None:
    """Payers are numbers: the second of one part is another than that of the next."""
    lines, looking = copies(7, 3, 0), Kernel(LINES, alike_from=0)
    for names in (("medicare_part_b", "texas_medicaid"), ("aetna", "nobody_knows")):
        second = pl.col("patient_id").hash() % 2 == 0
        payer = pl.when(second).then(pl.lit(names[1])).otherwise(pl.lit(names[0]))
        named = lines.with_columns(payer.alias("payer"))
        same_answers(named, (kernels[0], looking), GrowingTables())

    counts, _ = looking._days.known.of_days(np.zeros(1, np.int32), np.zeros(2, np.int64))
    assert counts.any(), "Nothing was learned."


def test_equal_answers_of_different_groups_are_different_patterns() -> None:
    known = alike_known.KnownAnswers(1, 3, {0: np.array([0]), 1: np.array([1, 2])}, alike._loops())
    told = known.blank(1, Room())
    told.answers[told.begin[:2]] = 2
    told.answers[told.begin[1] + 1] = 0
    told.first[:], told.made[:] = 0, 1
    known.learn(np.array([0]), np.array([0, 1]), told, np.empty(0, np.int64))

    counts, hits = known.of_days(np.zeros(5, np.int32), np.arange(6))
    assert not len(hits)
    assert [row.nonzero()[0].tolist() for row in counts] == [[2], [2], [0]]
    assert counts.sum(axis=1).tolist() == [5, 5, 5]


def test_one_value_more_or_less_makes_another_kind(kernels, keen) -> None:
    """Each column that a rule looks at within a day keeps two days apart."""
    lines = copies(7, 1, 0)
    within = alike.rules_within_a_day(kernels[1].plan, registry())

    assert within.sum() > 0.7 * len(within)
    usual = _kinds(lines, [_renamed(lines, 9)], kernels)
    for name, value in (("units", 97), ("modifiers", "GP,KX,59"), ("minutes", 311)):
        values = lines[name].to_list()
        values[5] = value
        other = _renamed(lines.with_columns(pl.Series(name, values, lines[name].dtype)), 9)
        assert _kinds(lines, [other], kernels) == usual + 1, name


def test_a_date_of_two_sessions_is_like_those_that_are_cut_the_same_way(kernels, keen) -> None:
    """Minutes of sessions are added up: the same lines in one session are another day."""
    lines = copies(7, 1, 0)
    alone = pl.col("visit_id").n_unique().over("patient_id", "date_of_service") == 1
    of_two = pl.len().over("visit_id") > 1
    first = lines.filter(alone & of_two)["visit_id"][0]

    def cut(line: pl.Expr, name: str) -> pl.DataFrame:
        own = (pl.col("visit_id") == first) & (pl.col("line") == line.over("visit_id"))
        names = pl.when(own).then(pl.lit(name)).otherwise(pl.col("visit_id"))
        return lines.with_columns(names.alias("visit_id"))

    def of_two_disciplines(table: pl.DataFrame) -> pl.DataFrame:
        there = (lines["visit_id"] == first) & (
            lines["line"] == lines.select(last.over("visit_id")).to_series()
        )
        other = pl.when(there).then(pl.lit("SLP")).otherwise(pl.lit("OT"))
        mine = pl.Series(lines["visit_id"] == first)
        return table.with_columns(
            pl.when(mine).then(other).otherwise("discipline").alias("discipline")
        )

    last, other = pl.col("line").max(), pl.col("line").min()
    usual = _kinds(lines, [_renamed(lines, 9)], kernels)
    assert _kinds(lines, [_renamed(cut(last, "another"), 9)], kernels) == usual + 1
    twice = [_renamed(cut(last, name), place) for place, name in enumerate(("x", "y"), 9)]
    assert _kinds(lines, twice, kernels) == usual + 1
    for one, two in (
        (cut(last, "x"), cut(other, "x")),  # other lines are together
        (cut(last, "x"), cut(last, "!")),  # the other session comes first
        (of_two_disciplines(lines), of_two_disciplines(cut(last, "x"))),
    ):
        assert _kinds(lines, [_renamed(one, 9), _renamed(two, 10)], kernels) == usual + 2


def _kinds(lines: pl.DataFrame, others: list[pl.DataFrame], kernels) -> int:
    """How many kinds of days there are among four copies of the lines and other tables."""
    looking = Kernel(LINES, alike_from=0)
    every = [lines, *(_renamed(lines, copy) for copy in range(3)), *others]
    _, days = both(pl.concat(every), (kernels[0], looking))
    assert days is not None
    return kinds_in(days)


def kinds_in(days: alike.Alike) -> int:
    return len(np.unique(days.kind_of))


def _renamed(lines: pl.DataFrame, copy: int) -> pl.DataFrame:
    return lines.with_columns(
        pl.format("{}+{}", "patient_id", pl.lit(copy)).alias("patient_id"),
        pl.format("{}+{}", "visit_id", pl.lit(copy)).alias("visit_id"),
    )


@pytest.mark.parametrize("sessions", [1, 2])
def test_a_date_of_thousands_of_lines_is_a_day_like_others(kernels, keen, sessions) -> None:
    day = copies(7, 1, 0).head(1).drop("line", "visit_id")
    long = pl.concat([day] * 2_500).with_columns(
        pl.int_range(1, 2_501).alias("line"),
        ("v" + (pl.int_range(2_500) % sessions).cast(pl.String)).alias("visit_id"),
    )
    others = copies(7, 6, 0)
    three = [_renamed(long, copy).select(others.columns) for copy in range(3)]
    looking = Kernel(LINES, alike_from=0)
    _, usual = both(others, (kernels[0], looking))
    _, days = both(pl.concat([others, *three]), (kernels[0], Kernel(LINES, alike_from=0)))

    assert usual is not None
    assert days is not None
    # what has many sessions and many lines is not compared: that would take too long
    assert kinds_in(days) == kinds_in(usual) + (1 if sessions == 1 else 3)


@pytest.mark.parametrize("sessions", [1, 2])
def test_sessions_are_looked_at_where_a_visit_has_several(kernels, keen, sessions) -> None:
    """Minutes of a visit's sessions are added up, for rules that are asked of every line too."""
    lines = copies(7, 8, 0.02)
    if sessions == 1:
        name = pl.col("visit_id").first().over("patient_id", "date_of_service")
        lines = lines.with_columns(name, pl.lit("PT").alias("discipline"))
    counts = []
    for kernel in (kernels[0], Kernel(LINES, alike_from=0)):
        own = Kernels()
        own.lines = kernel
        part = part_of(lines, layout_of(lines.columns), columns=own.columns)
        several = not visits_in(part.columns, own.days.plan, Room()).of_one_session
        counts.append(run_part(part, own, GrowingTables()).counts[LINES])

    assert several == (sessions > 1)
    np.testing.assert_array_equal(*counts)


def test_where_no_day_is_like_another_every_line_is_asked(kernels) -> None:
    _, days = both(copies(3, 1, 0), kernels)

    assert days is None
