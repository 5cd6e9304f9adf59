"""The treatment-day counter, on both sides of its edge and against a walk over the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.progress import (
    Due,
    TreatmentDay,
    days_without_report,
    discharge_status,
    maintenance_gaps,
    may_write,
    ordinals,
    status,
)
from neuroreed.model.people import Profession
from tests.oracles import calendar

FIRST = date(2026, 3, 2)


def visits(count: int, every: int = 2) -> list[date]:
    return [FIRST + timedelta(days=every * i) for i in range(count)]


@pytest.mark.parametrize(
    ("done", "due", "left"),
    [
        (0, Due.NOT_DUE, 9),
        (6, Due.NOT_DUE, 3),
        (7, Due.SOON, 2),
        (8, Due.SOON, 1),
        (9, Due.DUE, 0),
        (10, Due.OVERDUE, -1),
    ],
)
def test_the_tenth_treatment_day_is_the_last_in_time(done, due, left):
    days = visits(done + 1)

    found = status(days[:-1], [], days[-1])

    assert (found.day, found.of, found.due, found.left) == (done + 1, 10, due, left)
    assert found.cite and found.confidence == "V"


def test_a_report_on_the_tenth_day_lets_the_next_day_be_the_first():
    days = visits(11)

    assert status(days, [days[9]], days[9]).due is Due.DUE
    assert status(days, [days[9]], days[10]).day == 1
    assert days_without_report(days, [days[9]]) == ()


def test_a_report_between_two_visits_starts_the_count_again():
    days = visits(8)

    assert status(days, [days[5] + timedelta(days=1)], days[6]).day == 1


def test_a_late_report_leaves_the_days_before_it_uncovered():
    days = visits(14)

    assert days_without_report(days, [days[11]]) == (days[10], days[11])
    assert days_without_report(days, []) == tuple(days[10:])


def test_two_visits_on_one_date_are_one_treatment_day():
    days = visits(5)

    assert status([*days, *days], [], days[-1]).day == 5


def test_visits_after_the_day_do_not_count():
    days = visits(12)

    assert status(days, [], days[3]).day == 4


def test_a_payer_that_counts_calendar_days_is_counted_in_days():
    on_time = status([FIRST], [], FIRST + timedelta(days=30), payer="workers_comp_mi")
    late = status([FIRST], [], FIRST + timedelta(days=31), payer="workers_comp_mi")

    assert (on_time.due, on_time.unit, on_time.last_day) == (
        Due.DUE,
        "days",
        FIRST + timedelta(days=30),
    )
    assert late.due is Due.OVERDUE


def test_a_payer_without_a_rule_is_said_to_have_none():
    found = status(visits(30), [], visits(31)[-1], payer="commercial")

    assert found.due is Due.NO_RULE and found.left is None
    assert found.day == 31


@pytest.mark.parametrize(
    ("who", "participated"),
    [
        ([False, False, True], True),
        ([False, False, False], False),
        ([False, None, False], None),
        ([None, None, True], True),
    ],
)
def test_a_therapist_must_take_part_in_the_period(who, participated):
    days = [TreatmentDay(on, by) for on, by in zip(visits(3), who, strict=True)]

    assert status(days, [], days[-1].on).participated is participated


def test_participation_is_asked_of_this_period_only():
    days = [TreatmentDay(on, i == 0) for i, on in enumerate(visits(4))]

    assert status(days, [days[1].on], days[3].on).participated is False


def test_only_a_therapist_writes_the_report():
    assert [may_write(p)[0] for p in (Profession.PT, Profession.OT, Profession.SLP)] == [True] * 3
    for profession in (Profession.PTA, Profession.OTA, Profession.STUDENT, Profession.AIDE):
        allowed, why = may_write(profession)
        assert not allowed and why


def test_a_discharge_summary_is_missing_after_thirty_days_without_a_visit():
    last = FIRST
    on_time = discharge_status(last, last + timedelta(days=30))
    late = discharge_status(last, last + timedelta(days=31))

    assert not on_time.is_missing and late.is_missing
    assert late.confidence == "K"
    assert not discharge_status(
        last, last + timedelta(days=90), discharged_on=last + timedelta(days=1)
    ).is_missing
    assert not discharge_status(
        last, last + timedelta(days=90), next_visit_on=last + timedelta(days=95)
    ).is_missing


def test_maintenance_needs_its_own_reason():
    on = date(2026, 1, 5)

    assert maintenance_gaps(on, rationale="grading of tone by hand", by_assistant=True) == ()
    assert len(maintenance_gaps(on, rationale=" ", by_assistant=False)) == 1
    assert maintenance_gaps(date(2020, 12, 31), rationale="skill", by_assistant=True)
    assert not maintenance_gaps(date(2021, 1, 1), rationale="skill", by_assistant=True)


@settings(max_examples=200)
@given(
    first=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    treated=st.sets(st.integers(0, 60), min_size=1, max_size=40),
    reported=st.sets(st.integers(0, 60), max_size=6),
)
def test_the_counter_agrees_with_a_walk_over_the_calendar(first, treated, reported):
    treatment_days = {first + timedelta(days=n) for n in treated}
    reports = {first + timedelta(days=n) for n in reported}

    expected = calendar.numbers_of_treatment_days(treatment_days, reports)

    assert ordinals(treatment_days, reports) == expected
    assert set(days_without_report(treatment_days, reports)) == {
        on for on, number in expected.items() if number > 10
    }
    last = max(treatment_days)
    assert status(sorted(treatment_days), sorted(reports), last).day == expected[last]
