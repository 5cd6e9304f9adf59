"""Path, plateau, regression and forecast."""

from __future__ import annotations

from decimal import Decimal
from statistics import linear_regression

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.trajectory import (
    Choice,
    Course,
    Point,
    clinic_path,
    course,
    expected,
    fit,
    forecast,
    student_t90,
)
from neuroreed.model.errors import BadInput


def points(*values, step=4):
    return [Point(i * step, Decimal(v)) for i, v in enumerate(values)]


scores = st.lists(st.integers(0, 56), min_size=3, max_size=9)


@given(scores)
@settings(max_examples=100)
def test_the_line_is_the_one_of_the_standard_library(values):
    slope, intercept = linear_regression([4 * i for i in range(len(values))], values)

    line = fit(points(*values))

    assert line.slope == pytest.approx(slope, abs=1e-9)
    assert line.intercept == pytest.approx(intercept, abs=1e-9)


@given(scores, st.integers(1, 20))
@settings(max_examples=100)
def test_the_band_holds_the_line_and_is_never_narrower_than_the_error(values, error):
    path = expected(points(*values), range(0, 60, 7), error=Decimal(error))

    for at in path:
        assert at.low <= at.middle <= at.high
        assert at.high - at.low >= 2 * error / 2**0.5 - 1e-6


@given(scores, st.integers(1, 20), st.integers(0, 40))
@settings(max_examples=100)
def test_turning_the_scale_over_changes_no_course(values, error, shift):
    upright = course(points(*values), better="higher", error=Decimal(error))
    over = course(points(*(100 + shift - v for v in values)), better="lower", error=Decimal(error))

    assert upright.course is over.course


@pytest.mark.parametrize(
    ("values", "expected_course"),
    [
        (["33"], Course.TOO_FEW),
        (["33", "36"], Course.UNCLEAR),
        (["33", "39"], Course.IMPROVING),
        (["33", "38"], Course.UNCLEAR),
        (["33", "41", "42", "41"], Course.PLATEAU),
        (["33", "34", "33"], Course.PLATEAU),
        (["33", "36", "39"], Course.IMPROVING),  # a slow climb of the error
        (["33", "35", "37"], Course.UNCLEAR),
        (["33", "34", "35"], Course.PLATEAU),  # less than half the error
        (["33", "41", "35"], Course.REGRESSION),
        (["33", "41", "36"], Course.UNCLEAR),
        (["41", "33"], Course.REGRESSION),
    ],
)
def test_the_course_follows_the_stated_rules(values, expected_course):
    assert course(points(*values), better="higher", error=Decimal(6)).course is expected_course


def test_a_plateau_offers_its_three_choices_and_unknown_error_none_of_them():
    flat = points("33", "33", "33")

    assert course(flat, better="higher", error=Decimal(6)).choices == (
        Choice.CHANGE_PLAN,
        Choice.MAINTENANCE,
        Choice.DISCHARGE,
    )
    assert course(flat, better="higher", error=None).course is Course.UNCLEAR


def test_a_straight_path_is_forecast_exactly():
    found = forecast(points("30", "32", "34"), target=Decimal(40), better="higher")

    assert (found.fewest, found.likely, found.most) == (12, 12, 12)


def test_a_scattered_path_has_no_upper_end_and_a_falling_one_no_forecast():
    scattered = forecast(points("30", "38", "31", "36"), target=Decimal(45), better="higher")
    falling = forecast(points("38", "36", "33"), target=Decimal(45), better="higher")
    reached = forecast(points("38", "44", "46"), target=Decimal(45), better="higher")
    few = forecast(points("38", "44"), target=Decimal(45), better="higher")

    assert scattered.most is None and scattered.likely is not None
    assert falling.likely is None and "no forecast" in falling.sentence
    assert reached.likely == 0
    assert few.likely is None and "three" in few.sentence


def test_the_clinic_says_nothing_with_few_histories():
    histories = [points("30", str(30 + i), str(30 + 2 * i)) for i in range(11)]

    path = clinic_path(histories, [8], fewest=10)

    assert path[0].middle == 10
    assert clinic_path(histories[:9], [8], fewest=10) == ()


def test_two_scores_of_one_visit_and_endless_scores_are_refused():
    with pytest.raises(BadInput):
        course([Point(1, Decimal(3)), Point(1, Decimal(4))], better="higher", error=Decimal(1))
    with pytest.raises(BadInput):
        course([Point(1, Decimal("NaN"))], better="higher", error=Decimal(1))
    with pytest.raises(BadInput):
        student_t90(0)
