"""Every damage of one fact fails exactly the points that the rubric's text says.

The expected ids are reasoned from the table of the rubric, beside each damage where it is not
plain. The undamaged facts score 100.
"""

from __future__ import annotations

import copy

import pytest
import yaml

from neuroreed.care.documentation import (
    POINTS,
    DocumentationLimits,
    columns,
    documentation,
)
from neuroreed.model.errors import BadInput
from tests.care.documentation_damages import BEFORE, DAMAGES, EXAMPLE, NEURO, I, damaged


@pytest.mark.parametrize(("path", "value", "expected"), DAMAGES)
def test_a_damage_fails_exactly_its_points(path, value, expected):
    not_applicable = {name[1:] for name in expected.split() if name.startswith("-")}
    if NEURO.split()[0] in not_applicable:
        not_applicable |= set(NEURO.split())
    fails = [name for name in expected.split() if name[0] == "R" and name not in not_applicable]

    score = documentation(damaged((path, value)))

    assert list(score.failed) == fails
    left_out = {point.id for point in score.points if point.status == "not_applicable"}
    assert left_out == not_applicable
    possible = sum(point.points for point in POINTS if point.id not in left_out)
    lost = sum(point.points for point in POINTS if point.id in fails)
    assert score.score == (possible - lost) * 100 // possible
    for name in fails:
        point = score.point(name)
        assert point.path and point.question and point.question.endswith((".", "?", ")"))


def test_there_are_at_least_60_damages_that_fail_something():
    assert sum(any(part[0] == "R" for part in names.split()) for _, _, names in DAMAGES) >= 60
    assert {point.id for point in POINTS} == {
        name.lstrip("-") for _, _, names in DAMAGES for name in names.split()
    }


def test_the_example_scores_100_and_is_ready():
    score = documentation(EXAMPLE)

    assert (score.score, score.band, score.failed) == (100, "ready", ())


def test_the_points_add_up_to_100_and_the_lists_are_those_of_the_rubric():
    assert sum(point.points for point in POINTS) == 100
    assert [p.id for p in POINTS] == [f"R{n:02}" for n in range(1, 26)]
    assert [p.id for p in POINTS if p.blocks] == ["R16", "R17", "R18", "R24"]
    ordinary = {"R02", "R10", "R11", "R15", "R16", "R17", "R18", "R23", "R24"}
    assert {p.id for p in POINTS if not p.critical} == ordinary


@pytest.mark.parametrize(
    ("changes", "score", "band"),
    [
        ([("hep", None)], 98, "ready"),
        ([("hep", None), ("onset", None)], 95, "ready"),
        ([("hep", None), ("onset", None), (f"{I}.guarding", None)], 92, "ready"),
        ([("hep", None), ("onset", None), (f"{I}.sets", None)], 91, "ready"),
        (
            [("hep", None), ("onset", None), (f"{I}.sets", None), (f"{I}.assist_level", None)],
            88,
            "fix",
        ),
        ([(f"{I}.cues[0].error", None)], 95, "fix"),  # critical, however high the score
        ([("signer.licensed", False)], 97, "blocked"),
        (
            [
                ("dx", None),
                ("onset", None),
                ("functional_limitations[0].unit", None),
                ("impairments", []),
                (f"{I}.cues", None),
                (f"{I}.decision", None),
            ],
            74,
            "not_ready",
        ),
        (
            [
                ("dx", None),
                (f"{I}.dosage", None),
                ("functional_limitations[0].unit", None),
                ("goals[0].fl", None),
                (f"{I}.error_observed", None),
                (f"{I}.response", None),
            ],
            76,
            "fix",
        ),
        ([("dx", None), (f"{I}.one_on_one", False), ("goals", [])], 75, "blocked"),
    ],
)
def test_the_bands_come_in_their_order(changes, score, band):
    found = documentation(damaged(*changes))

    assert (found.score, found.band) == (score, band)


def test_a_target_of_unknown_error_passes_when_it_is_said_to_be_unknown():
    changes = [("goals[0].mdc", None), ("goals[0].mdc_unknown", True)]

    assert documentation(damaged(*changes)).failed == ()


def test_a_plateau_is_answered_by_a_changed_plan_or_a_reason_for_maintenance():
    plateau = ("progress.last_two_verdicts", ["within_error", "worse"])

    assert documentation(damaged(plateau, ("progress.plan_change", True))).failed == ()
    reason = ("progress.maintenance_rationale", "spasticity needs hands-on grading")
    assert documentation(damaged(plateau, reason)).failed == ()
    assert documentation(damaged(plateau, ("progress.maintenance_rationale", " "))).failed == (
        "R21",
    )


def test_a_code_that_sometimes_fits_needs_its_reason():
    base = [
        (f"{I}.cpt", "97110"),
        ("billing[0].cpt", "97110"),
    ]

    without = documentation(damaged(*base))
    with_reason = documentation(damaged(*base, (f"{I}.code_rationale", "endurance of the stance")))

    assert without.failed == ("R19",)
    assert with_reason.failed == ()


def test_a_decision_to_hold_needs_no_change():
    changes = [(f"{I}.decision.value", "hold"), (f"{I}.decision.change", None)]

    assert documentation(damaged(*changes)).failed == ()


@pytest.mark.parametrize(
    ("credential", "modifiers", "failed"),
    [
        ("PT", ["GP", "CQ"], ()),
        ("PT", ["GP", "CO"], ("R24",)),
        ("OT", ["GO", "CO"], ()),
        ("OT", ["GO", "CQ"], ("R24",)),
    ],
)
def test_an_assistants_treatment_carries_the_modifier_of_its_discipline(
    credential, modifiers, failed
):
    changes = [
        ("assistant_furnished", True),
        ("signer.credential", credential),
        ("modifiers", modifiers),
    ]

    assert documentation(damaged(*changes)).failed == failed


def test_an_assistant_needs_a_therapists_co_signature_where_the_policy_asks():
    assistant = ("signer.credential", "PTA")

    cosigned = damaged(assistant, ("cosigner", {"credential": "PT", "licensed": True}))
    by_assistant = damaged(assistant, ("cosigner", {"credential": "PTA", "licensed": True}))
    switched_off = DocumentationLimits(assistant_needs_cosigner=False)

    assert documentation(cosigned).failed == ()
    assert documentation(by_assistant).failed == ("R24",)
    assert documentation(damaged(assistant), switched_off).failed == ()


def test_guarding_matters_only_upright():
    sitting = damaged((f"{I}.guarding", None), (f"{I}.position", "sitting"))
    walking = damaged((f"{I}.guarding", None), (f"{I}.position", "walking"))

    assert documentation(sitting).failed == ()
    assert documentation(walking).failed == ("R11",)


def test_identical_responses_are_a_flag_even_when_the_rest_differs():
    before = copy.deepcopy(BEFORE)
    for entry, today in zip(before, EXAMPLE["interventions"], strict=True):
        entry["response"] = copy.deepcopy(today["response"])

    score = documentation(damaged(("previous_visits[0].interventions", before)))

    assert score.failed == ("R25",)


def test_only_the_last_three_visits_are_compared():
    old = {"date_of_service": "2026-10-01", "interventions": EXAMPLE["interventions"]}
    others = [{"date_of_service": f"2026-10-{d:02}", "interventions": BEFORE} for d in (9, 7, 5)]

    assert documentation(damaged(("previous_visits", [old, *others]))).failed == ()
    assert documentation(damaged(("previous_visits", [old, *others[1:]]))).failed == ("R25",)


def test_one_bad_neuro_line_among_good_ones_fails_its_point():
    second = copy.deepcopy(EXAMPLE["interventions"][0])
    second |= {"id": "I3", "start": "09:40", "end": "09:48", "minutes": 8, "cues": []}
    facts = damaged(("total_timed_minutes", 48))
    facts["interventions"].append(second)

    score = documentation(facts)

    assert score.failed == ("R12",)
    assert score.point("R12").path == "interventions[2].cues"


def test_seconds_and_bouts_fit_minutes_floored_once():
    facts = damaged(
        (f"{I}.start", "09:00:20"),
        (f"{I}.end", "09:25:30"),
        (
            f"{I}.bouts",
            [{"start": "08:55", "end": "09:05:30"}, {"start": "09:10", "end": "09:24:50"}],
        ),
    )

    assert documentation(facts).failed == ()


def test_an_evaluation_has_one_unit_and_no_technique():
    facts = damaged()
    facts["interventions"].append(
        {"id": "E", "cpt": "97161", "start": "09:40", "end": "09:48", "minutes": 8}
    )
    facts["billing"].append({"cpt": "97161", "units": 1})

    assert documentation(facts).failed == ()


def test_unattended_stimulation_may_run_beside_treatment():
    modality = {
        "id": "E",
        "technique": "static_balance",
        "cpt": "G0283",
        "start": "09:00",
        "end": "09:15",
        "minutes": 15,
        "one_on_one": False,
    }
    facts = damaged()
    facts["interventions"].append(modality)

    assert "R18" not in documentation(facts).failed


def test_each_code_counts_alone_under_the_midpoint_method():
    facts = damaged(
        (f"{I}.end", "09:23"),
        (f"{I}.minutes", 23),
        ("interventions[1].end", "09:48"),
        ("interventions[1].minutes", 23),
        ("total_timed_minutes", 46),
        ("billing[1].units", 2),
    )

    assert documentation(facts).failed == ("R17",)  # 46 minutes support 3 units
    assert documentation(facts, DocumentationLimits(unit_method="ama")).failed == ()


def test_no_facts_at_all_fail_and_never_crash():
    score = documentation({})

    assert score.band == "blocked"
    assert score.score == 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("interventions", "static balance"),
        ("interventions[0]", "static balance"),
        (f"{I}.cues", "verbal"),
        (f"{I}.dosage", ["foam"]),
        (f"{I}.minutes", "many"),
        (f"{I}.minutes", -5),
        (f"{I}.minutes", 1441),
        (f"{I}.start", "25:00"),
        ("onset.date", "last month"),
        ("dx", ["I69.354"]),
        ("dx.medical", "I69.354"),
        ("billing[0].units", 1.5),
        ("goals", {"id": "G1"}),
        ("date_of_service", "14/10/2026"),
    ],
)
def test_a_malformed_fact_is_refused_with_its_path_and_without_its_content(path, value):
    with pytest.raises(BadInput) as error:
        documentation(damaged((path, value)))

    assert str(error.value).startswith(path)
    if isinstance(value, str):
        assert value not in str(error.value)


def test_facts_that_are_not_facts_are_refused():
    with pytest.raises(BadInput):
        documentation([EXAMPLE])  # type: ignore[arg-type]


def test_unquoted_yaml_times_and_dates_are_read():
    facts = damaged(
        (f"{I}.start", 600),  # 10:00 without quotes
        (f"{I}.end", 625),
        ("onset.date", yaml.safe_load("2026-08-20")),
        (f"{I}.cpt", 97112),
    )

    assert documentation(facts).failed == ()


def test_a_date_that_no_release_speaks_for_is_not_assessed():
    facts = damaged(("date_of_service", "2024-10-14"))

    point = documentation(facts).point("R01")

    assert point.status == "not_applicable"
    assert "2024-10-14" in point.why_not


def test_the_points_are_facts_for_the_audit():
    facts = columns(documentation(damaged((f"{I}.cues", []), ("previous_visits", []))))

    assert facts["documentation_r12"] == 0
    assert facts["documentation_r13"] == 1
    assert facts["documentation_r25"] is None
    assert facts["likeness_answered"] == 0
    assert len(facts) == 27


def test_the_points_and_the_rules_of_the_audit_are_the_same():
    from neuroreed.audit.registry import rules

    points = {f"RUBR-{point.id[1:]}": point.title for point in POINTS}

    assert {r.id: r.title for r in rules() if r.id.startswith("RUBR-")} == points
    assert not [r for r in rules() if r.id in points and r.runs_as == "stop"]


def test_lines_of_one_code_share_its_minutes():
    split = [{"cpt": "97112", "units": 1}, {"cpt": "97112", "units": 1}]
    one_more = [*split, {"cpt": "97112", "units": 1}]

    assert documentation(damaged(("billing", split))).failed == ()
    assert documentation(damaged(("billing", one_more))).failed == ("R17",)


def test_an_added_code_shares_the_minutes_of_its_first():
    changes = [
        ("interventions[1].cpt", "97129"),
        ("interventions[1].end", "09:55"),
        ("interventions[1].minutes", 30),
        ("total_timed_minutes", 55),
        ("session_minutes", 60),
    ]
    pool = [
        {"cpt": "97112", "units": 2},
        {"cpt": "97129", "units": 1},
        {"cpt": "97130", "units": 1},
    ]
    too_many = [*pool[:2], {"cpt": "97130", "units": 2}]

    assert "R17" not in documentation(damaged(*changes, ("billing", pool))).failed
    assert "R17" in documentation(damaged(*changes, ("billing", too_many))).failed


def test_an_evaluation_billed_without_its_own_line_takes_no_timed_minutes():
    billing = [*EXAMPLE["billing"], {"cpt": "97161", "units": 1}]
    twice = [*EXAMPLE["billing"], {"cpt": "97161", "units": 2}]

    assert documentation(damaged(("billing", billing))).failed == ()
    assert documentation(damaged(("billing", twice))).failed == ("R17",)


def test_a_number_too_large_to_be_measured_is_no_number():
    assert documentation(damaged(("goals[0].target", "1e999999999"))).failed == ("R06", "R07")
    with pytest.raises(BadInput, match="total_timed_minutes"):
        documentation(damaged(("total_timed_minutes", "1e999999999")))
