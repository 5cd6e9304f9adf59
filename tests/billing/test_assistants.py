"""CQ and CO: the table of worked cases in both eras, every small split, the door."""

from __future__ import annotations

from datetime import date, datetime

import numba
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neuroreed as nr
from neuroreed.billing.assistants import service_is_by_assistant, units_by_assistant
from neuroreed.model.errors import BadInput, ImpossibleMinutes, UnknownCode
from tests.oracles import assistants as oracle

NOW, BEFORE_THE_CUT, BEFORE_THE_MODIFIER = date(2026, 3, 2), date(2021, 3, 2), date(2019, 3, 2)

# case, code, therapist, assistant, other timed minutes of the visit,
# (plain, marked) from 2022, (plain, marked) in 2020 and 2021
CASES = [
    ("CQ-1", "97110", 13, 23, {"97140": 30}, (1, 1), (0, 2)),
    ("CQ-1b", "97140", 30, 0, {"97110": 36}, (2, 0), (2, 0)),
    ("CQ-2", "97110", 5, 10, {}, (0, 1), (0, 1)),
    ("CQ-3", "97110", 7, 7, {}, (0, 1), (0, 1)),
    ("CQ-4", "97110", 12, 14, {}, (1, 1), (0, 2)),
    ("CQ-5", "97110", 8, 8, {}, (1, 0), (0, 1)),
    ("CQ-6", "97110", 10, 5, {}, (1, 0), (0, 1)),
    ("CQ-7", "97112", 20, 25, {}, (1, 2), (1, 2)),
    ("CQ-8", "97112", 22, 0, {"97140": 23}, (1, 0), (1, 0)),
    ("CQ-8b", "97140", 0, 23, {"97112": 22}, (0, 2), (0, 2)),
    ("CQ-9", "97110", 15, 13, {"97140": 22}, (1, 1), (1, 1)),
    ("CQ-9b", "97140", 22, 0, {"97110": 28}, (1, 0), (1, 0)),
    ("CQ-10", "97110", 7, 1, {}, (0, 1), (0, 1)),
    ("CQ-11", "97110", 9, 13, {}, (1, 0), (0, 1)),
    ("CQ-12", "97110", 9, 14, {}, (1, 1), (0, 2)),
    ("CQ-13", "97110", 30, 7, {}, (2, 0), (2, 0)),
    ("CQ-14", "97110", 7, 30, {}, (0, 2), (0, 2)),
    ("CQ-15", "97110", 14, 15, {}, (1, 1), (1, 1)),
    ("CQ-16", "97110", 15, 8, {}, (1, 1), (1, 1)),
    ("CQ-17", "97150", 40, 5, {}, (0, 1), (0, 1)),
    ("CQ-17b", "97150", 45, 5, {}, (1, 0), (1, 0)),
]


def split(plain: int, marked: int, modifier: str = "CQ") -> list[tuple[str | None, int]]:
    return [each for each in ((None, plain), (modifier, marked)) if each[1]]


@pytest.mark.parametrize(("case", "code", "t", "a", "others", "now", "before"), CASES)
def test_the_table_of_worked_cases_holds_in_both_eras(case, code, t, a, others, now, before):
    units = nr.units({code: t + a, **others}).units[code]

    assert nr.assistant_units(code, units, t, a, NOW) == split(*now)
    assert nr.assistant_units(code, units, t, a, BEFORE_THE_CUT) == split(*before)
    assert nr.assistant_units(code, units, t, a, BEFORE_THE_MODIFIER) == split(units, 0)


def test_the_eras_change_on_their_days():
    def ask(on):
        return nr.assistant_units("97110", 1, 8, 8, on)

    assert ask(date(2019, 12, 31)) == [(None, 1)]
    assert ask(date(2020, 1, 1)) == [("CQ", 1)]
    assert ask(date(2021, 12, 31)) == [("CQ", 1)]
    assert ask(date(2022, 1, 1)) == [(None, 1)]


def test_every_split_of_up_to_fifty_minutes_agrees_with_minutes_laid_out():
    for both in range(51):
        for assistant in range(both + 1):
            therapist = both - assistant
            for units in {(both + 7) // 15, both // 15, max(0, both // 15 - 1)}:
                for exempts in (0, 1):
                    found = units_by_assistant(units, therapist, assistant, exempts, 100)
                    expected = oracle.units_with_modifier(
                        units, therapist, assistant, from_2022=bool(exempts)
                    )
                    assert found == expected, (units, therapist, assistant, exempts)


def test_ten_percent_of_an_untimed_service_is_not_more_than_ten_percent():
    for therapist in range(100):
        for assistant in range(30):
            assert service_is_by_assistant(
                therapist, assistant, 100
            ) == oracle.untimed_has_modifier(therapist, assistant)


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([NOW, BEFORE_THE_CUT]))
def test_the_split_keeps_every_unit_and_marks_none_without_an_assistant(therapist, assistant, on):
    units = (therapist + assistant + 7) // 15

    found = nr.assistant_units("97112", units, therapist, assistant, on)

    assert sum(count for _, count in found) == units
    assert assistant or all(modifier is None for modifier, _ in found)
    assert therapist or all(modifier == "CQ" for modifier, _ in found)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_rule_of_2022_never_marks_more_than_the_rule_before(therapist, assistant):
    units = (therapist + assistant + 7) // 15

    assert units_by_assistant(units, therapist, assistant, 1, 100) <= units_by_assistant(
        units, therapist, assistant, 0, 100
    )


def test_the_modifier_follows_the_discipline():
    assert nr.assistant_units("97110", 1, 0, 15, NOW) == [("CQ", 1)]
    assert nr.assistant_units("97110", 1, 0, 15, NOW, discipline="OT") == [("CO", 1)]
    assert nr.assistant_units("97110", 1, 0, 15, NOW, discipline="SLP") == [(None, 1)]
    assert nr.assistant_units("97168", 1, 0, 15, NOW) == [("CO", 1)]
    assert nr.assistant_units("92507", 1, 0, 45, NOW) == [(None, 1)]


def test_bad_questions_are_refused():
    with pytest.raises(BadInput, match="never support"):
        nr.assistant_units("97110", 3, 10, 10, NOW)
    with pytest.raises(BadInput, match="whole number"):
        nr.assistant_units("97110", 1.0, 10, 10, NOW)
    with pytest.raises(ImpossibleMinutes):
        nr.assistant_units("97110", 1, 10.5, 10, NOW)
    with pytest.raises(ImpossibleMinutes):
        nr.assistant_units("97110", 1, 10, -1, NOW)
    with pytest.raises(UnknownCode):
        nr.assistant_units("97119", 1, 10, 10, NOW)
    with pytest.raises(BadInput, match="discipline"):
        nr.assistant_units("97110", 1, 10, 10, NOW, discipline="RN")
    with pytest.raises(BadInput, match="date"):
        nr.assistant_units("97110", 1, 10, 10, datetime(2026, 3, 2, 9))


def test_no_units_are_no_lines():
    assert nr.assistant_units("97110", 0, 3, 4, NOW) == []


def test_the_judgements_compile_as_they_stand():
    by_unit, by_service = numba.njit(units_by_assistant), numba.njit(service_is_by_assistant)
    for therapist in range(0, 40, 3):
        for assistant in range(0, 40, 4):
            units = (therapist + assistant + 7) // 15
            for exempts in (0, 1):
                arguments = (units, therapist, assistant, exempts, 100)
                assert by_unit(*arguments) == units_by_assistant(*arguments)
            assert by_service(therapist, assistant, 100) == service_is_by_assistant(
                therapist, assistant, 100
            )
