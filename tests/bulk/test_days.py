"""Days of therapists: whatever rules look at, in bulk they say what the interpreted run says."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date
from random import Random

import polars as pl
import pytest

from neuroreed.audit.kernel import audit as truth_of
from neuroreed.audit.registry import Fact, Registry, registry
from neuroreed.bulk.compile import plan_of
from neuroreed.bulk.local import audit
from neuroreed.bulk.plan_frames import DAYS, LINES
from neuroreed.bulk.small_python import NotSmall
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope
from neuroreed.model.lines import to_book
from tests.bulk.frames import Settings, findings, said, written
from tests.bulk.hostile import hostile

LONGEST = 45


def longest_line_of_day(therapist, minutes, is_timed, year):
    answer = 0
    for i in range(len(minutes)):
        if is_timed[i] == 1 and minutes[i] != UNKNOWN and year[i] > 2000:
            answer = max(answer, minutes[i])
    return answer


def lines_of_day(billed_units, line):
    return len(billed_units) + 0 * line[0]


def minutes_of_anybody(least_minutes_of_line):
    answer = 0
    for i in range(len(least_minutes_of_line)):
        if least_minutes_of_line[i] == UNKNOWN:
            return UNKNOWN
        answer += least_minutes_of_line[i]
    return answer


def share_of_day(least_minutes_of_day, minutes):
    return minutes * 1000 // max(least_minutes_of_day, 1)


def a_long_line(longest_line_of_day):
    return longest_line_of_day > LONGEST


def many_lines(lines_of_day):
    return lines_of_day > 3


def many_minutes(minutes_of_anybody):
    return minutes_of_anybody > 60


def a_large_share(share_of_day):
    return share_of_day > 500


def with_rules(*wanted: str) -> Registry:
    """Our facts, some more about therapists' days, and only rules about these."""
    ours = registry()
    theirs = Registry(dict(ours.facts), {}, list(ours.order))
    days = Scope.THERAPIST_LINES
    for function, scope, sums in (
        (longest_line_of_day, days, False), (lines_of_day, days, False),
        (minutes_of_anybody, days, True), (share_of_day, Scope.LINE, False),
    ):  # fmt: skip
        needs = tuple(inspect.signature(function).parameters)
        theirs.add_fact(
            Fact(function.__name__, function, scope, "number", "A number.", needs, False, sums)
        )
    like = ours.rules["CONC-09"]
    for function in (a_long_line, many_lines, many_minutes, a_large_share):
        needs = tuple(inspect.signature(function).parameters)
        scope = Scope.LINE if function is a_large_share else days
        rule = replace(like, function=function, needs=needs, scope=scope, says="So it is.")
        if function.__name__ in wanted:
            theirs.add_rule(replace(rule, id=function.__name__.upper()))
    if "CONC-09" in wanted:
        theirs.add_rule(like)
    return theirs


@pytest.fixture(scope="module")
def book():
    visits = hostile(Random(20261130), 60, date(2025, 1, 20))
    for number, visit in enumerate(visits):
        if number % 7 == 0:
            visit["therapist_id"] = None
    return visits


@pytest.mark.parametrize(
    ("rules", "sums", "nobody"),
    [
        (("CONC-09",), True, True),
        (("CONC-09", "many_minutes"), True, False),
        (("CONC-09", "a_long_line"), False, True),
        (("many_lines",), False, False),
    ],
)
def test_days_are_judged_alike_whether_or_not_their_lines_are_added_up(
    rules, sums, nobody, book, tmp_path
) -> None:
    using = with_rules(*rules)
    path, settings = written(book, tmp_path)

    truth = truth_of(to_book(book), using=using)
    summary = audit(
        [path], tmp_path / "out", replace(settings, compiled=False, rows=40), using=using
    )

    assert (plan_of(DAYS, using).joins.sums, plan_of(DAYS, using).joins.nobody) == (sums, nobody)
    assert {f.rule for f in truth.findings} == set(using.rules)
    assert said(tmp_path / "out") == {(f.rule, f.subject, f.severity.value) for f in truth.findings}
    assert summary.coverage == truth.coverage
    assert len(list((tmp_path / "out/parts").glob("*.days"))) > 2


def test_the_second_pass_looks_no_policy_of_a_line_up() -> None:
    """What it needs of a line the kernel of the lines has handed on."""
    days, lines = plan_of(DAYS), plan_of(LINES)

    assert set(days.columns) == {"therapist", "date_of_service", "payer", *days.takes}
    assert [name for name, _, _ in lines.hands] == list(days.takes) == ["least_minutes_of_line"]
    assert not days.look_ups


def test_a_rule_about_a_line_may_not_look_at_the_therapists_day() -> None:
    """The lines of one day lie in many parts: no finding could name one of them."""
    with pytest.raises(NotSmall, match="A_LARGE_SHARE"):
        plan_of(DAYS, with_rules("a_large_share"))


def test_a_day_is_put_together_from_all_parts_in_three_threads(tmp_path) -> None:
    """Visits from all over the book make 1,470 minutes of one day; of another, 1,440."""
    size = 130_000
    number = pl.Series("patient_id", range(size))
    table = pl.DataFrame(number).with_columns(
        pl.col("patient_id").alias("visit_id"),
        (pl.col("patient_id") % 997).alias("therapist_id"),
        (date(2025, 1, 1) + pl.duration(days=pl.col("patient_id") % 211)).alias("date_of_service"),
        pl.lit("97112").alias("cpt"), pl.lit(30).alias("minutes"), pl.lit(2).alias("units"),
        pl.lit("GP").alias("modifiers"), pl.lit("PT").alias("discipline"),
        pl.Series(["aetna", "cigna"] * (size // 2)).alias("payer"),
    )  # fmt: skip
    much, enough = (list(range(start, size, 2_600))[:count] for start, count in ((7, 49), (8, 48)))
    for therapist, rows in ((5_000, much), (6_001, enough)):
        table[rows, "therapist_id"] = [therapist] * len(rows)
        table[rows, "date_of_service"] = [date(2025, 9, 9)] * len(rows)
    table.write_parquet(tmp_path / "lines.parquet")

    audit([tmp_path / "lines.parquet"], tmp_path / "out", Settings(rows=30_000, threads=3))

    found = findings(tmp_path / "out").filter(pl.col("rule") == "CONC-09")
    assert found["subject"].to_list() == ["+".join(sorted(map(str, much)))]
    assert found["date_of_service"].to_list() == [date(2025, 9, 9)]
