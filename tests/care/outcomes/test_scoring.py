"""Scores from trials, items, conditions and parts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from neuroreed.care.outcomes.library import measures
from neuroreed.care.outcomes.reading import readings
from neuroreed.care.outcomes.scoring import composite_reach, form, score
from neuroreed.model.errors import BadInput, Refused
from neuroreed.model.measures import Protocol


def mctsib(*times):
    names = ("firm_eo", "firm_ec", "foam_eo", "foam_ec")
    return {"conditions": dict(zip(names, times, strict=True))}


@pytest.mark.parametrize(
    ("measure", "given", "value"),
    [
        ("tug", {"trials": ["12.3", "12.0"]}, "12.2"),  # 12.15, half up
        ("gait_speed_comfortable", {"trials": ["0.51", "0.52"]}, "0.52"),  # 0.515
        ("gait_speed_comfortable", {"trials": [10, 8], "timed_distance_m": 6}, "0.67"),
        ("single_leg_stance", {"trials": ["3.1", "9.9", "5"]}, "9.9"),
        ("fsst", {"trials": ["15.2", "13.9"]}, "13.90"),
        ("five_xsts", {"trials": ["14.8"]}, "14.8"),
        ("berg", {"items": dict.fromkeys(range(1, 15), 3)}, "42"),
        ("bestest", {"items": dict.fromkeys(range(1, 37), 2)}, "66.7"),
        ("fes_i", {"items": dict.fromkeys(range(1, 17), 1)}, "16"),
        ("abc", {"items": dict.fromkeys(range(1, 13), 50)}, "50.0"),
        ("faam_adl", {"items": {**dict.fromkeys(range(1, 20), 4), 20: None}}, "100.0"),
        ("psfs", {"items": {1: 3, 2: 4}}, "3.5"),
        ("nprs", {"items": {1: 6}}, "6.0"),
        ("poma", {"parts": {"balance": 10, "gait": 9}}, "19"),
        ("limb_symmetry_index", {"parts": {"involved": 90, "uninvolved": 120}}, "75.0"),
        (
            "mctsib",
            mctsib([30], [30], [20, 30], [3, 4, 5]),
            "89.0",
        ),
        ("koos_jr", {"total": "52"}, "52"),
        ("mas", {"total": "1+"}, "1.5"),
    ],
)  # fmt: skip
def test_each_way_of_scoring_gives_the_score_by_hand(measure, given, value):
    assert score(measure, **given).value == Decimal(value)


def test_dash_needs_a_licence_and_enough_answers():
    answers = dict.fromkeys(range(1, 28), 3)

    with pytest.raises(Refused):
        score("dash", items=answers)
    assert score("dash", items=answers, licence_held=True).value == Decimal(50)
    with pytest.raises(BadInput, match="27 are needed"):
        score("dash", items=dict.fromkeys(range(1, 27), 3), licence_held=True)


def test_the_form_offers_items_only_where_they_may_be_used():
    for measure in measures().values():
        free = measure.licence.status != "permission_or_registration_required"
        assert ("items" in form(measure.id).asks) <= free
        assert "total" in form(measure.id).asks


def test_trials_that_contradict_the_protocol_need_its_version():
    with pytest.raises(BadInput, match="contradicts the protocol"):
        score("tug", trials=["12.0"])
    with pytest.raises(BadInput, match="contradicts the protocol"):
        score("tug", trials=["12.0", "13.0"], statistic="best_of_trials")

    named = score("tug", trials=["12.0"], protocol=Protocol(version="one trial"))

    assert named.flags == ("protocol_deviation",)


@pytest.mark.parametrize(
    ("measure", "given"),
    [
        ("berg", {}),
        ("berg", {"total": 5, "items": {1: 1}}),
        ("berg", {"items": dict.fromkeys(range(1, 14), 3)}),
        ("berg", {"items": dict.fromkeys(range(1, 16), 3)}),
        ("berg", {"items": dict.fromkeys(range(1, 15), 5)}),
        ("berg", {"items": dict.fromkeys(range(1, 15), "2.5")}),
        ("dhi", {"items": dict.fromkeys(range(1, 26), 3)}),  # grades are 0, 2, 4
        ("berg", {"total": 57}),
        ("berg", {"trials": [40]}),
        ("tug", {"trials": []}),
        ("tug", {"trials": ["-1", "2"]}),
        ("tug", {"trials": ["12.0", 12.5]}),
        ("tug", {"trials": [10, 11], "timed_distance_m": 3}),
        ("gait_speed_comfortable", {"trials": [0, 0], "timed_distance_m": 6}),
        ("poma", {"parts": {"balance": 17, "gait": 1}}),
        ("poma", {"parts": {"balance": 10}}),
        ("limb_symmetry_index", {"parts": {"involved": 1, "uninvolved": 0}}),
        ("mctsib", mctsib([30, 30], [30], [30], [30])),
        ("mctsib", mctsib([30], [30], [30], [9])),
        ("msws12", {"items": dict.fromkeys(range(1, 13), 3), "licence_held": True}),
    ],
)  # fmt: skip
def test_an_impossible_record_is_refused(measure, given):
    with pytest.raises(BadInput):
        score(measure, **given)


def test_a_composite_reach_is_percent_of_limb_length():
    reaches = (Decimal(60), Decimal(90), Decimal(90))

    assert composite_reach(reaches, Decimal(80)) == Decimal(100)
    with pytest.raises(BadInput):
        composite_reach(reaches, Decimal(0))


def test_cut_offs_and_norms_are_read_on_the_side_they_speak_of():
    at = readings("tug", "11.5", populations=["parkinson"])
    under = readings("tug", "11.4", populations=["parkinson"])
    norms = readings("tug", "8.3", populations=["older_adults"], age=72)
    without_age = readings("tug", "8.3", populations=["older_adults"])

    assert [r.applies for r in at] == [True]
    assert [r.applies for r in under] == [False]
    assert [r.kind for r in without_age] == ["cutoff", "cutoff"]
    assert any("within the reference 8.2 to 10.2" in r.sentence for r in norms)
    assert all("unverified" in r.sentence for r in norms if not r.verified)
