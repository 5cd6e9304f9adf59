"""Minutes to units: the shared vectors, every small visit against enumeration, and the door."""

from __future__ import annotations

import csv
import sys
from itertools import combinations, permutations

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neuroreed as nr
from neuroreed.billing.units import (
    allocate,
    allocate_midpoint,
    is_accepted,
    midpoint_ceiling,
    supported_units,
    units_for,
)
from neuroreed.model.errors import BadInput, ImpossibleMinutes, UnknownCode
from tests.oracles import units as oracle
from tests.shared import shared

CODES = ["97112", "97110", "97140", "97530", "97116", "97035"]


def parse(text: str) -> dict[str, int]:
    if text == "none":
        return {}
    return {code: int(units) for code, units in (item.split(":") for item in text.split(";"))}


def pairs(text: str) -> list[tuple[str, int]]:
    return [(code, int(minutes)) for code, minutes in (item.split(":") for item in text.split(";"))]


def test_all_shared_vectors_hold_with_their_alternatives():
    rows = list(csv.DictReader(shared("domain/unit_vectors.csv").open(encoding="utf-8")))

    assert len(rows) == 106
    for row in rows:
        answers = [parse(each) for each in row["expected_units"].split(" | ")]
        proof = nr.units(pairs(row["code_minutes"]), method=row["method"])
        assert proof.units == answers[0], row["case_id"]
        assert proof.alternatives[0] == proof.units, row["case_id"]
        assert len(proof.alternatives) == len(answers), row["case_id"]
        assert all(answer in proof.alternatives for answer in answers), row["case_id"]
        assert proof.tie == (len(answers) > 1), row["case_id"]


@pytest.mark.parametrize(
    ("minutes", "units"),
    [(7, 0), (8, 1), (22, 1), (23, 2), (37, 2), (38, 3), (52, 3), (53, 4), (67, 4), (68, 5)],
)
def test_the_interval_table_has_its_edges(minutes, units):
    assert nr.units({"97112": minutes}).total_units == units
    assert units_for(minutes) == units
    assert supported_units([minutes]) == units


def test_every_visit_of_three_codes_up_to_sixty_minutes_agrees_with_enumeration():
    for visit in oracle.visits(3, 60).tolist():
        expected = {tuple(each) for each in oracle.accepted(visit)}
        proof = nr.units(zip(CODES[:3], visit, strict=True))
        found = [tuple(each.get(code, 0) for code in CODES[:3]) for each in proof.alternatives]
        assert set(found) == expected, visit
        assert len(found) == len(expected), visit
        assert found[0] == oracle.preferred(visit), visit
        assert proof.tie == (len(expected) > 1), visit


def test_every_visit_of_four_codes_up_to_sixty_minutes_is_shared_as_enumeration_allows():
    visits = oracle.visits(4, 60)
    patterns, allowed = oracle.accepted_extras(visits)
    given = np.empty_like(visits)
    units = [0, 0, 0, 0]
    for row, visit in enumerate(visits.tolist()):
        allocate(visit, units)
        given[row] = units

    extras = given - visits // 15

    assert len(visits) == 487_635
    assert set(np.unique(extras)) <= {0, 1}
    chosen = extras @ (1 << np.arange(3, -1, -1))
    assert (patterns @ (1 << np.arange(3, -1, -1)) == np.arange(16)).all()
    assert allowed[np.arange(len(visits)), chosen].all()
    preference = np.argsort(-visits, axis=1, kind="stable")
    ranked = np.take_along_axis(patterns[None].repeat(len(visits), 0), preference[:, None], 2)
    weight = (ranked @ (1 << np.arange(3, -1, -1))) * allowed
    assert (weight.argmax(axis=1) == chosen)[allowed.sum(axis=1) > 0].all()


def test_the_door_lists_every_accepted_answer_for_four_codes():
    visits = oracle.visits(4, 60)
    visits = visits[(np.diff(visits, axis=1) <= 0).all(axis=1)]  # order only breaks ties
    patterns, allowed = oracle.accepted_extras(visits)
    for visit, row in zip(visits.tolist(), allowed, strict=True):
        expected = {
            tuple(m // 15 + e for m, e in zip(visit, p, strict=True)) for p in patterns[row]
        }
        proof = nr.units(zip(CODES[:4], visit, strict=True))
        found = [tuple(each.get(code, 0) for code in CODES[:4]) for each in proof.alternatives]
        assert set(found) == expected, visit
        assert len(found) == len(expected), visit


def test_accepted_answers_are_told_from_all_others():
    for visit in oracle.visits(3, 40).tolist():
        expected = set(oracle.accepted(visit))
        for units in np.ndindex(*(m // 15 + 3 for m in visit)):
            assert is_accepted(visit, units) == (units in expected), (visit, units)


@given(st.lists(st.integers(0, 240), min_size=1, max_size=6))
def test_no_code_gets_more_than_one_unit_beyond_its_whole_quarters(minutes):
    units = [0] * len(minutes)
    allocate(minutes, units)

    extras = [given - m // 15 for given, m in zip(units, minutes, strict=True)]
    assert set(extras) <= {0, 1}
    assert sum(extras) <= sum(1 for m in minutes if m % 15)
    assert all(m % 15 for m, extra in zip(minutes, extras, strict=True) if extra)
    assert sum(units) == supported_units(minutes) == (sum(minutes) + 7) // 15
    assert is_accepted(minutes, units)


@given(st.lists(st.integers(0, 90), min_size=1, max_size=4), st.data())
def test_the_order_of_treatment_changes_only_which_tie_comes_first(minutes, data):
    first = list(zip(CODES, minutes, strict=False))
    second = data.draw(st.permutations(first))

    one, other = nr.units(first), nr.units(second)

    assert sorted(map(sorted, (a.items() for a in one.alternatives))) == sorted(
        map(sorted, (a.items() for a in other.alternatives))
    )
    assert one.tie or one.units == other.units
    assert one.total_units == other.total_units


@given(st.lists(st.integers(1, 90), min_size=1, max_size=5), st.data())
def test_bouts_of_a_code_are_one_sum(minutes, data):
    whole = list(zip(CODES, minutes, strict=False))
    bouts = []
    for code, amount in whole:
        cut = data.draw(st.integers(0, amount))
        bouts += [(code, cut), (code, amount - cut)]

    assert nr.units(bouts) == nr.units(whole)
    assert nr.units(bouts, "ama").units == nr.units(whole, "ama").units


@given(st.lists(st.integers(0, 120), min_size=1, max_size=5))
def test_the_midpoint_method_takes_each_code_by_itself_and_stays_under_the_ceiling(minutes):
    visit = list(zip(CODES, minutes, strict=False))

    proof = nr.units(visit, method="ama")

    assert (
        proof.units
        == {code: (m + 7) // 15 for code, m in visit if (m + 7) // 15}
        == {code: n for each in visit for code, n in nr.units([each], "ama").units.items()}
    )
    assert proof.total_units <= midpoint_ceiling(sum(minutes))
    assert nr.units(visit, method="spm") == proof


def test_untimed_codes_are_one_unit_and_give_no_minutes():
    proof = nr.units([("97161", 35), ("97112", 7), ("97161", 5), ("97150", 0)])

    assert proof.units == {"97161": 1, "97150": 1}
    assert proof.total_timed_minutes == 7
    assert proof.total_units == 0


@pytest.mark.parametrize(
    ("minutes", "units"),
    [
        ({"97129": 7}, {}),
        ({"97129": 8}, {"97129": 1}),
        ({"97129": 22}, {"97129": 1}),
        ({"97129": 23}, {"97129": 1, "97130": 1}),
        ({"97129": 15, "97130": 23}, {"97129": 1, "97130": 2}),
        ({"97130": 40, "97129": 0}, {"97129": 1, "97130": 2}),
        ({"97112": 15, "97130": 30}, {"97112": 1, "97129": 1, "97130": 1}),
        ({"97550": 15}, {}),
        ({"97550": 16}, {"97550": 1}),
        ({"97550": 37}, {"97550": 1}),
        ({"97550": 38}, {"97550": 1, "97551": 1}),
        ({"97550": 30, "97551": 23}, {"97550": 1, "97551": 2}),
        ({"97550": 30, "97551": 22}, {"97550": 1, "97551": 1}),
        ({"96125": 30}, {}),
        ({"96125": 31}, {"96125": 1}),
        ({"96125": 90}, {"96125": 1}),
        ({"96125": 91}, {"96125": 2}),
        ({"97545": 60}, {}),
        ({"97545": 61}, {"97545": 1}),
        ({"97545": 150}, {"97545": 1}),
        ({"97545": 120, "97546": 31}, {"97545": 1, "97546": 1}),
        ({"98980": 19}, {}),
        ({"98980": 20}, {"98980": 1}),
        ({"98980": 39}, {"98980": 1}),
        ({"98980": 60}, {"98980": 1, "98981": 2}),
        ({"98979": 9}, {}),
        ({"98979": 10}, {"98979": 1}),
    ],
)
def test_code_families_count_their_own_time(minutes, units):
    for method in ("cms", "ama"):
        assert nr.units(minutes, method).units == units


def test_first_and_added_code_are_one_code_when_remainders_are_compared():
    proof = nr.units([("97112", 20), ("97129", 10), ("97130", 8)])

    assert proof.units == {"97112": 2, "97129": 1}
    assert proof.total_timed_minutes == 38


def test_minutes_of_longer_spans_stay_out_of_the_timed_total():
    proof = nr.units({"97112": 15, "97550": 40, "96125": 60})

    assert proof.total_timed_minutes == 15
    assert proof.units == {"97112": 1, "97550": 1, "97551": 1, "96125": 1}


def test_a_code_with_a_full_quarter_is_never_left_out():
    proof = nr.units({"97112": 29, "97110": 29, "97140": 15, "97530": 15})

    assert all(code in proof.units for code in ("97112", "97110", "97140", "97530"))


def test_the_proof_says_each_step_with_its_source():
    proof = nr.units({"97110": 18, "97140": 13, "97116": 10, "97035": 8})

    said = " ".join(proof.steps)
    assert "= 49" in said
    assert "38 to 52" in said
    assert "97140 (13)" in said
    assert "97035" in proof.steps[-1]
    assert "section 20.2.C" in said


def test_a_tie_is_the_therapists_choice():
    proof = nr.units({"97112": 20, "97110": 20})

    assert proof.tie
    assert any("the therapist chooses" in step for step in proof.steps)


MANY = [
    "97110", "97112", "97113", "97116", "97124", "97140", "97530", "97533",
    "97535", "97537", "97542", "97750", "97755", "97760", "97761", "97763",
]  # fmt: skip


def test_every_accepted_answer_of_a_tie_of_fifteen_codes_is_listed():
    proof = nr.units(dict.fromkeys(MANY[:15], 7))

    found = {frozenset(answer.items()) for answer in proof.alternatives}

    assert proof.alternatives[0] == proof.units
    assert found == {frozenset((code, 1) for code in each) for each in combinations(MANY[:15], 7)}


def test_a_tie_of_very_many_codes_is_told_without_a_list():
    proof = nr.units(dict.fromkeys([*MANY, "97032", "97035"], 7))

    assert proof.tie
    assert proof.alternatives == [proof.units]
    assert any("too many to list" in step for step in proof.steps)


@pytest.mark.parametrize(
    "minutes", [{}, {"97161": 30}, {"98975": 10}, {"97112": 18, "97035": 3}, {"97112": 5}]
)
@pytest.mark.parametrize("method", ["cms", "ama"])
def test_every_step_of_a_proof_names_where_it_is_written(minutes, method):
    proof = nr.units(minutes, method)

    assert all("section" in step or "rule" in step for step in proof.steps)


@pytest.mark.parametrize("minutes", [-1, 1441, 7.0, "7", True, None])
def test_impossible_minutes_are_refused(minutes):
    with pytest.raises(ImpossibleMinutes):
        nr.units([("97112", minutes)])


def test_bouts_cannot_add_up_to_more_than_a_day():
    assert nr.units([("97112", 1000), ("97112", 440)]).total_timed_minutes == 1440
    with pytest.raises(ImpossibleMinutes):
        nr.units([("97112", 1000), ("97112", 441)])


@pytest.mark.parametrize("code", ["97119", "", "seven", 97112])
def test_an_unknown_code_is_refused(code):
    with pytest.raises(UnknownCode):
        nr.units([(code, 15)])


@pytest.mark.parametrize("argument", [None, 15, ["97112"], [("97112",)], "97112:15"])
def test_what_is_not_pairs_is_refused(argument):
    with pytest.raises(BadInput):
        nr.units(argument)


def test_another_method_is_refused():
    with pytest.raises(BadInput, match="cms or ama"):
        nr.units({"97112": 15}, method="rounded")


def test_nothing_treated_is_nothing_billed():
    proof = nr.units([])

    assert (proof.units, proof.total_units, proof.alternatives, proof.tie) == ({}, 0, [{}], False)


@pytest.mark.parametrize("function", [allocate, allocate_midpoint])
def test_the_sharing_compiles_as_it_stands(function):
    compiled = numba.njit(function)
    for minutes in permutations((35, 3, 20, 20)):
        ours, theirs = [0] * 4, np.zeros(4, dtype=np.int64)
        function(minutes, ours)
        compiled(np.array(minutes), theirs)
        assert ours == theirs.tolist()


def test_the_questions_compile_as_they_stand():
    minutes, units = np.array([20, 20, 9]), np.array([1, 2, 0])

    assert numba.njit(supported_units)(minutes) == supported_units([20, 20, 9]) == 3
    assert numba.njit(is_accepted)(minutes, units) == is_accepted([20, 20, 9], [1, 2, 0])


def test_units_need_no_heavy_library():
    import subprocess

    heavy = {"yaml", "django", "numpy", "reportlab", "neuroreed.policy.parameters"}
    script = (
        "import sys; from neuroreed.cli import main; main(['units', '97112:24', '97110:23']);"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
