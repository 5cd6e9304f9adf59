"""Goals: targets by rule, status by data, goal attainment scaling."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.catalogue import conditions
from neuroreed.care.goals import Status, attainment, goal, status, target
from neuroreed.care.outcomes.core_sets import core_set, due
from neuroreed.care.outcomes.library import measure
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.measures import Protocol, Score

START = date(2026, 9, 20)


@pytest.mark.parametrize(
    ("measure_id", "population", "baseline", "rule", "value", "beyond"),
    [
        ("berg", "stroke_subacute", "33", "baseline + max(MCID, MDC)", "39", True),
        ("mini_bestest", "parkinson", "18", "baseline + MDC", "23", True),  # 22.1 upwards
        ("tug", "parkinson", "15.0", "baseline - MDC", "11.5", True),
        ("five_xsts", "older_adults", "16.0", "baseline - MDC", "13.4", True),  # more than 2.5
        ("gait_speed_comfortable", "stroke_subacute", "0.55", "baseline + MCID", "0.71", None),
        ("gait_speed_comfortable", "older_adults", "0.55", "baseline + 0.10 m/s", "0.65", None),
        ("limb_symmetry_index", "aclr", "70", "criterion >= 90", "90", None),
        ("gas", "any", "30", "T >= 50", "50", None),
        ("berg", "stroke_subacute", "53", "baseline + max(MCID, MDC)", "56", False),  # capped
        ("quickdash", "shoulder", "50", "baseline - max(MCID, MDC)", "38", True),
        ("odi", "lbp", "5.0", "baseline - MCID", "0", None),
    ],
)
def test_a_rule_gives_the_target_rounded_away_and_capped(
    measure_id, population, baseline, rule, value, beyond
):
    found = target(measure_id, population=population, baseline=baseline, rule=rule)

    assert found.value == Decimal(value)
    assert found.beyond_error is beyond


def test_a_target_inside_the_error_or_on_unverified_figures_is_flagged():
    small = target("berg", population="stroke_subacute", baseline="33", rule="baseline + 3")
    unsure = target("dhi", population="vestibular", baseline="60", rule="baseline - MDC")

    assert "inside_error" in small.flags
    assert "mdc_unverified" in unsure.flags


@pytest.mark.parametrize(
    "rule", ["", "baseline", "baseline * 2", "baseline - MDC", "better", "criterion <= 3"]
)
def test_a_rule_that_is_unknown_or_points_the_wrong_way_is_refused(rule):
    with pytest.raises(BadInput):
        target("berg", population="stroke_subacute", baseline="33", rule=rule)


def test_a_rule_without_its_figure_names_the_gap():
    with pytest.raises(NoParameter, match="MDC of BBS"):
        target("berg", population="tka", baseline="33", rule="baseline + MDC")


@given(st.integers(0, 56))
@settings(max_examples=57)
def test_a_target_by_mdc_is_never_inside_the_error_unless_capped(baseline):
    found = target("berg", population="older_adults", baseline=baseline, rule="baseline + MDC")

    assert found.beyond_error or "capped_at_scale_end" in found.flags
    assert measure("berg").range.holds(found.value)


def test_every_template_of_the_catalogue_makes_a_measurable_goal():
    for condition in conditions():
        for template in condition.goal_templates:
            chosen = measure(template.measure)
            top = chosen.range.maximum or Decimal(300)
            middle = (top / 2 / chosen.recording_precision).quantize(Decimal(1))
            made = goal(
                "G1",
                activity="walk to the mailbox",
                measure_id=template.measure,
                population_name=template.population,
                baseline=middle * chosen.recording_precision
                if template.measure not in ("gas", "limb_symmetry_index")
                else "40",
                rule=template.target_rule,
                starts_on=START,
                weeks=template.weeks_default,
                limitation_id="FL1",
                patient_text=template.patient_text,
            )
            assert made.target_date > START
            assert all("{" not in text for text in made.patient_text.values())


def made_goal(**other):
    given = {
        "activity": "stand at the sink",
        "measure_id": "berg",
        "population_name": "stroke_subacute",
        "baseline": "33",
        "rule": "baseline + 10",
        "starts_on": START,
        "weeks": 8,
        "limitation_id": "FL1",
        "cpt": ["97112"],
    }
    return goal("G1", **given | other)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("43", Status.MET), ("39", Status.IMPROVING), ("38", Status.NO_CHANGE), ("27", Status.WORSE)],
)
def test_the_status_of_a_goal_follows_its_latest_score(value, expected):
    number = Decimal(value)
    found = status(made_goal(), Score("berg", number, number, "points", ""), on=START)

    assert found.status is expected
    assert not found.overdue


def test_a_goal_that_nobody_measured_or_with_another_device_is_not_judged():
    number = Decimal(50)
    with_cane = Score("berg", number, number, "points", "", protocol=Protocol(device="cane"))

    assert status(made_goal(), None, on=date(2027, 1, 1)).status is Status.NOT_MEASURED
    assert status(made_goal(), None, on=date(2027, 1, 1)).overdue
    assert status(made_goal(), with_cane, on=START).status is Status.NOT_COMPARABLE


@pytest.mark.parametrize(
    "other",
    [
        {"activity": " "},
        {"activity": "{patient_activity}"},
        {"limitation_id": ""},
        {"weeks": 0},
        {"baseline": "56"},
        {"population_name": "nobody"},
        {"baseline": "57"},
    ],
)
def test_a_goal_that_cannot_be_measured_is_refused(other):
    with pytest.raises(BadInput):
        made_goal(**other)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(-2, 2)), min_size=1, max_size=6))
@settings(max_examples=100)
def test_attainment_agrees_with_the_formula_in_floats(levels):
    weights = [w for w, _ in levels]
    spread = sqrt(0.7 * sum(w * w for w in weights) + 0.3 * sum(weights) ** 2)
    expected = 50 + 10 * sum(w * x for w, x in levels) / spread

    assert abs(float(attainment(levels)) - expected) <= 0.05 + 1e-9
    assert attainment([(w, 0) for w, _ in levels]) == 50


@pytest.mark.parametrize("levels", [[], [(0, 1)], [(1, 3)], [(True, 1)], [(1, "1")]])
def test_attainment_refuses_what_is_not_a_level(levels):
    with pytest.raises(BadInput):
        attainment(levels)


def test_core_measures_are_due_until_taken_in_the_period():
    before = due(["stroke"], occasion="evaluation", last_taken={}, since=START)
    after = due(
        ["stroke"],
        occasion="progress_report",
        last_taken={"berg": START, "fma_ue": date(2026, 9, 1)},
        since=START,
        goal_measures=["arat"],
    )

    assert {d.measure for d in before if d.core} == set(core_set(["stroke"]))
    assert "berg" in {d.measure for d in before}
    assert "berg" not in {d.measure for d in after}
    assert {"arat", "fma_ue"} <= {d.measure for d in after}
