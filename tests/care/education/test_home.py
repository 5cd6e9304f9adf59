"""Home programme, adherence, teach-back, and the counts of remote monitoring."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.education.handouts import HomeDose
from neuroreed.care.education.monitoring import (
    Contact,
    NotYet,
    Supported,
    management,
    setup,
    supply,
)
from neuroreed.care.education.programme import (
    Barrier,
    Done,
    HomeProgramme,
    IfThen,
    LogEntry,
    PrescribedExercise,
    adherence,
    advice,
    booster_dates,
    days_done,
    half,
    programme,
)
from neuroreed.care.education.teaching import (
    ShownBack,
    Taught,
    TeachBack,
    teach_back_due,
    too_many_points,
)
from neuroreed.model.errors import BadInput, NoParameter

START = date(2026, 9, 1)
DAILY = HomeDose("reps", 10, 1, 1, 7, "easy")


def plan(**other):
    items = (PrescribedExercise("heel_raise", DAILY), PrescribedExercise("sit_stand", DAILY))
    return HomeProgramme("P1", START, items, **other)


def entry(key, day, done=Done.DONE, exercise="heel_raise"):
    return LogEntry(str(key), exercise, START + timedelta(days=day), done)


def test_a_week_of_one_exercise_is_half_of_two():
    log = [entry(day, day) for day in range(7)]

    found = adherence(plan(), log, until=START + timedelta(days=6))

    assert (found.done, found.prescribed, found.percent, found.days_with_data) == (7, 14, 50, 7)


def test_the_same_entry_sent_twice_counts_once_and_partly_counts_half():
    log = [entry("a", 0), entry("a", 0), entry("b", 1, Done.PARTLY), entry("c", 2, Done.NOT_ABLE)]

    found = adherence(plan(), log, until=START + timedelta(days=6))

    assert (found.done, found.partly) == (1, 1)
    assert found.percent == 11  # 1.5 of 14
    assert found.days_with_data == 3


def test_entries_of_a_wrong_clock_or_an_unknown_exercise_are_set_aside_and_said():
    log = [entry("a", 30), entry("b", -3), entry("c", 1, exercise="one_leg_stand"), entry("d", 1)]

    found = adherence(plan(), log, until=START + timedelta(days=6))

    assert found.set_aside == 3
    assert found.done == 1


def test_no_log_is_said_to_be_no_log():
    found = adherence(plan(), [], until=START + timedelta(days=6))

    assert found.nothing_logged and "no log" in found.sentence
    assert adherence(plan(), [], until=START - timedelta(days=1)).percent is None


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sampled_from(Done), st.integers(0, 20)), max_size=30)
)
@settings(max_examples=100)
def test_adherence_lies_between_nothing_and_all(taps):
    log = [entry(key, day, done) for day, done, key in taps]

    found = adherence(plan(), log, until=START + timedelta(days=6))

    assert 0 <= found.percent <= 100
    assert found.done + found.partly <= found.prescribed


def test_a_programme_has_two_to_four_different_exercises():
    assert len(programme("P", ["heel_raise", "sit_stand"], starts_on=START).items) == 2
    for ids in (["heel_raise"], ["heel_raise", "heel_raise"], ["heel_raise", "flying"]):
        with pytest.raises(BadInput):
            programme("P", ids, starts_on=START)
    with pytest.raises(BadInput):
        plan(confidence=11)
    with pytest.raises(BadInput):
        IfThen("after breakfast", "", "sink")


def test_low_confidence_no_plan_and_barriers_are_brought_up():
    shaky = advice(plan(confidence=6, barriers=(Barrier.FEAR,)))
    sure = advice(plan(confidence=7, plan=IfThen("After breakfast", "I stand", "at the sink")))

    assert any("make the plan smaller" in line for line in shaky)
    assert any("if-then" in line for line in shaky)
    assert any("talk about it" in line for line in shaky)
    assert sure == ()


def test_a_bad_day_is_half_and_never_zero():
    assert half(DAILY).count == 5
    assert half(HomeDose("reps", 1, 1, 1, 7, "easy")).count == 1


def test_days_done_show_the_last_seven_days_without_a_streak():
    log = [entry(1, 0), entry(2, 3, Done.PARTLY), entry(3, 4, Done.NOT_DONE)]

    found = days_done(log, until=START + timedelta(days=6))

    assert found == (True, False, False, True, False, False, False)
    assert booster_dates(START) == (date(2026, 9, 29), date(2026, 11, 24))


def test_teach_back_is_due_at_first_and_after_a_change():
    record = TeachBack(
        "falls",
        START,
        ShownBack.PARTLY,
        2,
        ShownBack.CORRECT,
        Taught.PATIENT,
        "es",
        handout_version="1.0",
    )

    assert teach_back_due("falls", "1.0", ())
    assert not teach_back_due("falls", "1.0", (record,))
    assert teach_back_due("falls", "1.1", (record,))
    assert too_many_points(3) is None and "3" in too_many_points(4)


@pytest.mark.parametrize(
    ("first", "rounds", "final"),
    [
        ("correct", 2, "correct"),
        ("correct", 1, "wrong"),
        ("wrong", 1, "correct"),
        ("wrong", 0, "wrong"),
    ],
)
def test_a_teach_back_that_contradicts_itself_is_refused(first, rounds, final):
    with pytest.raises(BadInput):
        TeachBack("falls", START, ShownBack(first), rounds, ShownBack(final), Taught.FAMILY, "en")


def data_days(count, start=date(2026, 9, 1)):
    return [start + timedelta(days=i) for i in range(count)]


@pytest.mark.parametrize(
    ("days", "codes"),
    [(0, []), (1, []), (2, ["98985"]), (15, ["98985"]), (16, ["98977"]), (30, ["98977"])],
)
def test_one_supply_code_per_period_by_days_with_data(days, codes):
    found = supply(data_days(days) * 2, starts_on=START)

    assert [s.code for s in found.supported] == codes
    assert found.count == days


def test_what_is_missing_is_said_and_other_days_do_not_count():
    found = supply([*data_days(10), START + timedelta(days=30)], starts_on=START)

    assert found.count == 10
    assert [(n.code, n.missing[:11]) for n in found.not_yet] == [("98977", "6 more days")]
    assert [
        s.code for s in supply(data_days(3), starts_on=START, system="respiratory").supported
    ] == ["98984"]


def test_before_2026_fewer_than_sixteen_days_supported_nothing():
    start = date(2025, 9, 1)

    assert supply(data_days(15, start), starts_on=start).supported == ()
    assert supply(data_days(16, start), starts_on=start).supported[0].code == "98977"
    with pytest.raises(NoParameter):
        supply([], starts_on=date(2021, 1, 1))


@pytest.mark.parametrize(
    ("minutes", "codes"),
    [
        (9, []),
        (10, [("98979", 1)]),
        (19, [("98979", 1)]),
        (20, [("98980", 1)]),
        (39, [("98980", 1)]),
        (40, [("98980", 1), ("98981", 1)]),
        (59, [("98980", 1), ("98981", 1)]),
        (60, [("98980", 1), ("98981", 2)]),
    ],
)
def test_management_counts_full_minutes_of_a_calendar_month(minutes, codes):
    contacts = [Contact(date(2026, 9, 3), minutes, True), Contact(date(2026, 10, 1), 99, True)]

    found = management(contacts, year=2026, month=9)

    assert [(s.code, s.units) for s in found.supported] == codes
    assert {"98979", "98980"} - {s.code for s in found.supported}


def test_without_a_live_talk_nothing_is_supported():
    found = management([Contact(date(2026, 9, 3), 45, False)], year=2026, month=9)

    assert found.supported == ()
    assert all("live talk" in missing.missing for missing in found.not_yet)


def test_before_2026_ten_minutes_supported_nothing():
    found = management([Contact(date(2025, 9, 3), 12, True)], year=2025, month=9)

    assert found.supported == ()


def test_set_up_is_once_per_episode_and_waits_for_data():
    assert isinstance(setup(taught_on=START, days=data_days(2), done_before=False), Supported)
    assert isinstance(setup(taught_on=START, days=data_days(1), done_before=False), NotYet)
    assert isinstance(setup(taught_on=START, days=data_days(9), done_before=True), NotYet)
