"""Other valid visits, built from the catalogue: each passes, and each damage fails its points."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neuroreed
from neuroreed.care.catalogue import COMMON_FIELDS, conditions, technique, techniques, vocabulary
from neuroreed.care.documentation import Band, documentation
from neuroreed.model.errors import BadInput
from neuroreed.policy import icd10

DEFICITS = ("balance", "coordination", "kinesthetic", "posture", "proprioception")
POSITIONS = ("lying", "sitting", "kneeling", "standing", "walking", "half-kneeling")
MEASURES = ("berg", "fga", "tug", "mini_bestest", "an own measure")
ON = date(2026, 10, 14)
DIAGNOSES = sorted(
    code
    for condition in conditions()
    for code in condition.icd10cm
    if (found := icd10.diagnosis(code, ON)) is not None and found.billable
)


def codes_of(name: str) -> list[tuple[str, str | None]]:
    """The codes a technique may be billed under, with a reason where it is not the usual one."""
    found = technique(name)
    return [
        *((code, None) for code in found.usual_codes),
        *((code, "this drill trained what the code stands for") for code in found.sometimes_codes),
    ]


@st.composite
def lines(draw: Any, number: int, start: int, kind: str | None = None) -> dict[str, Any]:
    """One intervention with all its facts; 97112 or another code that its technique allows."""
    name = draw(st.sampled_from([t.id for t in techniques()])) if kind is None else kind
    cpt, rationale = draw(st.sampled_from(codes_of(name)))
    minutes = draw(st.integers(8, 22))
    value = draw(st.sampled_from(vocabulary().decision_values))
    first, last = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    position = draw(st.sampled_from(POSITIONS))
    facts: dict[str, Any] = {
        "id": f"I{number}", "technique": name, "cpt": cpt,
        "start": f"{start // 60:02}:{start % 60:02}",
        "end": f"{(start + minutes) // 60:02}:{(start + minutes) % 60:02}",
        "minutes": minutes, "one_on_one": True, "goal_ids": ["G1"],
        "impairment_categories": draw(
            st.lists(st.sampled_from(DEFICITS), min_size=1, max_size=3, unique=True)
        ),
        "body_region": "trunk", "task": "a task", "position": position,
        "sets": draw(st.integers(1, 6)), "reps": draw(st.integers(1, 20)), "duration_s": None,
        "assist_level": draw(st.sampled_from(vocabulary().assist_levels)),
        "guarding": "gait_belt",
        "dosage": {
            field: draw(st.sampled_from([1, 30, "firm", "3", 0.5]))
            for field in technique(name).dosage_fields if field not in COMMON_FIELDS
        },
        "cues": [
            {"type": draw(st.sampled_from(vocabulary().cue_types)),
             "content": "words", "error": "a fault"}
        ],
        "error_observed": {"fault": "a fault", "start": first},
        "response": {"metric": "faults", "unit": "count_per_10", "start": first, "end": last},
        "decision": {"value": value, "trigger": "what was seen", "change": "a step"},
        "code_rationale": rationale,
    }  # fmt: skip
    if value in {"hold", "stop"}:
        facts["decision"]["change"] = None
    return facts


def units_of(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Billed units by the library's own door."""
    proof = neuroreed.units([(entry["cpt"], entry["minutes"]) for entry in entries])
    return [{"cpt": cpt, "units": count} for cpt, count in proof.units.items()]


def timed_minutes(entries: list[dict[str, Any]]) -> int:
    """Timed minutes by the library's own door."""
    pairs = [(entry["cpt"], entry["minutes"]) for entry in entries]
    return neuroreed.units(pairs).total_timed_minutes


@st.composite
def visits(draw: Any) -> dict[str, Any]:
    """A valid visit: one to three interventions, at least one of them 97112."""
    entries: list[dict[str, Any]] = []
    start = 9 * 60
    for number in range(1, draw(st.integers(1, 3)) + 1):
        entry = draw(lines(number, start))
        if not entries:
            # the first one is what the rubric is about
            own = [t.id for t in techniques() if "97112" in t.usual_codes]
            name = draw(st.sampled_from(own))
            entry = draw(lines(number, start, name)) | {"cpt": "97112", "code_rationale": None}
        entries.append(entry)
        start += entry["minutes"] + draw(st.integers(0, 5))
    baseline, mdc = draw(st.integers(1, 50)), draw(st.integers(0, 10))
    on = ON
    signer, assisted = draw(
        st.sampled_from([("PT", False), ("OT", False), ("PTA", True), ("OTA", True)])
    )
    family = "CQ" if signer in {"PT", "PTA"} else "CO"
    modifiers = ["GP" if family == "CQ" else "GO", *([family] if assisted else [])]
    helper = signer in {"PTA", "OTA"}
    return {
        "date_of_service": on.isoformat(), "session_minutes": start - 9 * 60,
        "signed_at": (on + timedelta(days=draw(st.integers(0, 7)))).isoformat(),
        "signer": {"credential": signer, "licensed": True},
        "cosigner": {"credential": "PT" if family == "CQ" else "OT", "licensed": True}
        if helper else None,
        "assistant_furnished": assisted, "modifiers": modifiers,
        "dx": {"medical": [draw(st.sampled_from(DIAGNOSES))],
               "treatment": [draw(st.sampled_from(DIAGNOSES))]},
        "onset": {"date": (on - timedelta(days=draw(st.integers(0, 900)))).isoformat(),
                  "why_now": draw(st.sampled_from(["new_event", "exacerbation", "post_op",
                                                   "decline_measured", "new_goal"]))},
        "poc": {"certified_from": (on - timedelta(days=draw(st.integers(0, 60)))).isoformat(),
                "certified_to": (on + timedelta(days=draw(st.integers(0, 60)))).isoformat(),
                "planned_techniques": sorted({e["technique"] for e in entries}),
                "planned_cpt": sorted({e["cpt"] for e in entries})},
        "functional_limitations": [
            {"id": "FL1", "activity": "an activity", "value": 3, "unit": "min", "prior_level": 20}
        ],
        "impairments": [
            {"category": category, "measure": draw(st.sampled_from(MEASURES)), "value": 38,
             "date": (on - timedelta(days=draw(st.integers(0, 30)))).isoformat()}
            for category in DEFICITS
        ],
        "goals": [
            {"id": "G1", "fl": "FL1", "measure": draw(st.sampled_from(MEASURES)),
             "population": None, "baseline": baseline,
             "target": baseline + draw(st.sampled_from([-1, 1])) * (mdc + draw(st.integers(0, 9))),
             "target_date": (on + timedelta(days=draw(st.integers(1, 90)))).isoformat(),
             "mdc": mdc, "mdc_unknown": False}
        ],
        "interventions": entries, "total_timed_minutes": timed_minutes(entries),
        "billing": units_of(entries),
        "progress": {"visits_since_report": draw(st.integers(0, 10)),
                     "last_objective_date": (
                         on - timedelta(days=draw(st.integers(0, 30)))
                     ).isoformat(),
                     "last_two_verdicts": draw(st.sampled_from(
                         [[], ["beyond_mdc"], ["within_error", "beyond_mcid"],
                          ["worse", "indeterminate"]])),
                     "plan_change": False, "maintenance_rationale": None},
        "education": [{"topic": "home program",
                       "teach_back": draw(st.sampled_from(["correct", "corrected"]))}],
        "hep": {"items": 3, "reviewed": True},
        "previous_visits": [{"interventions": [
            {"technique": "static_balance", "cpt": "97112", "sets": 99,
             "response": {"metric": "other", "unit": "count", "start": 98, "end": 97}}
        ]}],
    }  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(visits())
def test_a_valid_visit_of_the_catalogue_scores_100_and_is_ready(facts: dict[str, Any]) -> None:
    score = documentation(facts)

    assert score.failed == (), score.questions
    assert (score.score, score.band) == (100, Band.READY)


# path within the first intervention (a 97112 line) or the visit, its bad values, what must fail
DAMAGES: list[tuple[tuple[Any, ...], tuple[Any, ...], set[str]]] = [
    (("interventions", 0, "body_region"), (None, "", "  ", [], {}), {"R09"}),
    (("interventions", 0, "task"), (None, ""), {"R09"}),
    (("interventions", 0, "position"), (None, ""), {"R09"}),
    (("interventions", 0, "sets"), (None, 0, -1, "many", True, "NaN"), {"R10"}),
    (("interventions", 0, "reps"), (None, 0, "some"), {"R10"}),
    (("interventions", 0, "assist_level"), (None, "CGA", 1), {"R11"}),
    (("interventions", 0, "cues"), (None, [], [{}]), {"R12"}),
    (("interventions", 0, "cues", 0, "type"), (None, "manual", 5), {"R12"}),
    (("interventions", 0, "cues", 0, "content"), (None, " "), {"R12"}),
    (("interventions", 0, "cues", 0, "error"), (None, ""), {"R12"}),
    (("interventions", 0, "decision", "value"), (None, "continue", True), {"R13"}),
    (("interventions", 0, "decision", "trigger"), (None, ""), {"R13"}),
    (("interventions", 0, "response", "metric"), (None, ""), {"R14"}),
    (("interventions", 0, "response", "unit"), (None, ""), {"R14"}),
    (("interventions", 0, "response", "start"), (None, "few", "Infinity"), {"R14"}),
    (("interventions", 0, "response", "end"), (None, "none", True), {"R14"}),
    (("interventions", 0, "error_observed", "fault"), (None, ""), {"R15"}),
    (("interventions", 0, "error_observed", "start"), (None, "often"), {"R15"}),
    (("interventions", 0, "one_on_one"), (None, False, "yes", 1), {"R16"}),
    (("interventions", 0, "goal_ids"), (None, [], ["G7"], [None]), {"R08"}),
    (("interventions", 0, "impairment_categories"), (None, [], ["movement_control"]), {"R04"}),
    (("dx", "medical"), (None, []), {"R01"}),
    (("dx", "treatment", 0), (None, "", "X99.999", "G35"), {"R01"}),
    (("onset", "date"), (None, "", "2026-10-15"), {"R02"}),
    (("onset", "why_now"), (None, "fall", 3), {"R02"}),
    (("functional_limitations", 0, "unit"), (None, ""), {"R03"}),
    (("functional_limitations", 0, "value"), (None, "short"), {"R03"}),
    (("functional_limitations", 0, "prior_level"), (None, ""), {"R03"}),
    (("functional_limitations", 0, "activity"), (None, ""), {"R03"}),
    (("goals", 0, "baseline"), (None, "low"), {"R05", "R07"}),
    (("goals", 0, "measure"), (None, ""), {"R06"}),
    (("goals", 0, "target_date"), (None, "2026-10-14", "2026-01-01"), {"R06"}),
    (("goals", 0, "fl"), (None, "FL2", 0), {"R06"}),
    (("goals", 0, "target"), (None, "more"), {"R06", "R07"}),
    (("goals", 0, "mdc"), (None, "small", -1, 10**6), {"R07"}),
    (("total_timed_minutes",), (None,), {"R17", "R18"}),
    (("session_minutes",), (None, 0, 1), {"R18"}),
    (("interventions", 0, "end"), (None, "23:59", "08:00"), {"R18"}),
    (("progress", "visits_since_report"), (None, 11, 400), {"R20"}),
    (("progress", "last_objective_date"), (None, "2026-09-13", "2026-10-15"), {"R20"}),
    (("progress", "last_two_verdicts"), (None, ["worse", "worse"], ["better"]), {"R21"}),
    (("poc", "certified_from"), (None, "2026-10-15"), {"R22"}),
    (("poc", "certified_to"), (None, "2026-10-13"), {"R22"}),
    (("poc", "planned_techniques"), (None, [], ["yoga"]), {"R22"}),
    (("poc", "planned_cpt"), (None, []), {"R22"}),
    (("education",), (None, [], [{"topic": "x", "teach_back": "incorrect"}]), {"R23"}),
    (("hep", "reviewed"), (None, False, "yes"), {"R23"}),
    (("signer", "licensed"), (None, False, "yes"), {"R24"}),
    (("signed_at",), (None, "2026-10-13", "2026-10-22"), {"R24"}),
    (("assistant_furnished",), (None, "no"), {"R24"}),
    (("previous_visits",), (None,), {"R25"}),
    (("billing",), (None,), {"R17"}),
    (("impairments",), (None, []), {"R04"}),
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(visits(), st.data())
def test_one_damage_of_any_valid_visit_fails_exactly_its_points(
    facts: dict[str, Any], data: Any
) -> None:
    path, values, expected = data.draw(st.sampled_from(DAMAGES))
    value = data.draw(st.sampled_from(values))
    place: Any = facts
    for step in path[:-1]:
        place = place[step]
    # guarding is asked for wherever nobody says that the patient lies or sits
    if place[path[-1]] == value:
        return
    # a technique whose own dose names the field asks for it as well
    own = technique(facts["interventions"][0]["technique"]).dosage_fields
    if path[0] == "interventions" and path[-1] in own and path[-1] in COMMON_FIELDS:
        expected = expected | {"R10"}
    place[path[-1]] = value

    score = documentation(facts)

    assert set(score.failed) == expected, (path, value, score.questions)
    for point in score.points:
        if point.id in expected:
            assert point.path and point.question
            assert point.path.split(".")[0].split("[")[0] in {*facts, "billing"}


@pytest.mark.parametrize("name", [t.id for t in techniques()])
def test_every_field_of_a_techniques_dose_is_asked_for(name: str) -> None:
    if "97112" not in {code for code, _why in codes_of(name)}:
        pytest.skip("never 97112")
    rationale = dict(codes_of(name))["97112"]
    entry = {
        "technique": name, "cpt": "97112", "code_rationale": rationale, "sets": 3, "reps": 10,
        "task": "a task", "position": "sitting",
        "dosage": dict.fromkeys(technique(name).dosage_fields, 1),
    }  # fmt: skip

    assert documentation({"interventions": [entry]}).point("R10").status == "passed"
    for field in technique(name).dosage_fields:
        if field in COMMON_FIELDS and entry.get(field):
            continue
        bare = copy.deepcopy(entry)
        del bare["dosage"][field]
        asked = documentation({"interventions": [bare]}).point("R10")
        assert (asked.status, asked.path) == ("failed", f"interventions[0].dosage.{field}")
    if rationale:
        entry["code_rationale"] = None
    else:
        entry["cpt"] = "97140" if "97140" not in dict(codes_of(name)) else "97535"
    assert documentation({"interventions": [entry]}).point("R19").status == "failed"


DEEP: Any = []
for _level in range(3000):
    DEEP = [DEEP]
ROUND: dict[str, Any] = {}
ROUND["again"] = ROUND


@pytest.mark.parametrize("value", [10**5000, DEEP, ROUND], ids=["long", "deep", "round"])
@pytest.mark.parametrize(
    "path", ["session_minutes", "dx", "goals", "interventions", "previous_visits", "extra"]
)
def test_what_goes_on_without_end_is_refused_with_its_place(path: str, value: Any) -> None:
    with pytest.raises(BadInput, match=f"^{path}"):
        documentation({path: value})
    with pytest.raises(BadInput, match=path):
        documentation({"interventions": [{"dosage": {path: value}}]})


@given(st.dictionaries(st.text(max_size=8), st.none() | st.integers(-9, 9) | st.text(), max_size=4))
def test_facts_that_nobody_knows_are_left_alone(extra: dict[str, Any]) -> None:
    assert documentation({"x-more": extra}).failed == documentation({}).failed


def test_nothing_at_all_fails_with_a_question_for_each_point() -> None:
    score = documentation({})

    assert score.band in {Band.BLOCKED, Band.NOT_READY}
    assert all(point.path and point.question for point in score.points if point.id in score.failed)
    assert score.score == 0
