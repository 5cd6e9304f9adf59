"""Two visits alike, measured on their facts and on their text."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from neuroreed.care.clones import (
    against_last_visits,
    against_other_patients,
    jaccard_permille,
    shingles,
    text_likeness,
    variable_facts,
)
from neuroreed.care.documentation import documentation

EXAMPLE = yaml.safe_load((Path(__file__).parent / "documentation_example.yaml").read_text())


def with_previous(*visits):
    return {**EXAMPLE, "previous_visits": list(visits)}


def test_the_variable_facts_are_those_of_the_rubric():
    found = variable_facts(EXAMPLE["interventions"][:1])

    assert {field for _, field, _ in found} == {
        "sets",
        "duration_s",
        "assist_level",
        "dosage.surface",
        "dosage.base_of_support",
        "dosage.vision",
        "dosage.guarding",
        "cue content",
        "cue error",
        "fault",
        "fault start",
        "response start",
        "response end",
        "decision value",
        "decision trigger",
        "decision change",
    }
    assert {technique for technique, _, _ in found} == {"static_balance"}


def test_stable_facts_do_not_count():
    other = copy.deepcopy(EXAMPLE["interventions"])
    for entry in other:
        entry |= {"goal_ids": ["G9"], "minutes": 3, "start": "11:00", "task": "another"}

    assert variable_facts(other) == variable_facts(EXAMPLE["interventions"])


def test_a_copied_visit_is_flagged_and_a_worked_one_is_clear():
    (copied,) = against_last_visits(with_previous({"interventions": EXAMPLE["interventions"]}))
    (worked,) = against_last_visits(EXAMPLE)

    assert (copied.permille, copied.level, copied.same_responses) == (1000, "flag", True)
    assert "what differed" in copied.sentence
    assert worked.level == "clear"


@pytest.mark.parametrize(
    ("same", "different", "level"),
    [
        (17, 3, "flag"),  # 17 of 20: exactly 0.85
        (16, 3, "warn"),  # 16 of 19: 0.842
        (7, 3, "warn"),  # exactly 0.70
        (9, 4, "clear"),  # 0.692
    ],
)
def test_the_levels_begin_at_their_limits(same, different, level):
    now = {"technique": "t", "dosage": {f"f{i}": i for i in range(same)}}
    before = {"technique": "t", "dosage": {f"f{i}": i for i in range(same + different)}}
    visit = {"interventions": [now], "previous_visits": [{"interventions": [before]}]}

    (likeness,) = against_last_visits(visit)

    assert (likeness.same_facts, likeness.all_facts) == (same, same + different)
    assert likeness.level == level


def test_capitals_spaces_and_trailing_zeros_are_the_same():
    one = variable_facts([{"technique": "t", "sets": 3, "cues": [{"content": "Left  hip"}]}])
    other = variable_facts([{"technique": "t", "sets": 3.0, "cues": [{"content": "left hip "}]}])

    assert one == other


def test_nothing_recorded_is_not_a_clone_of_nothing():
    assert jaccard_permille(frozenset(), frozenset()) == 0
    empty = {"interventions": [], "previous_visits": [{"interventions": []}]}
    (likeness,) = against_last_visits(empty)
    assert likeness.level == "clear" and not likeness.same_responses


def test_only_the_last_visit_is_asked_for_identical_responses():
    same = copy.deepcopy(EXAMPLE["previous_visits"][0]["interventions"])
    for entry, today in zip(same, EXAMPLE["interventions"], strict=True):
        entry["response"] = today["response"]
    other = EXAMPLE["previous_visits"][0]
    newest, older = (
        with_previous({"interventions": same}, other),
        with_previous(other, {"interventions": same}),
    )

    assert [found.level for found in against_last_visits(newest)] == ["flag", "clear"]
    assert [found.level for found in against_last_visits(older)] == ["clear", "clear"]


def test_the_same_facts_for_two_patients_on_one_day_are_flagged():
    found = against_other_patients(
        EXAMPLE, [EXAMPLE["previous_visits"][0], {"interventions": EXAMPLE["interventions"]}]
    )

    assert [(likeness.other, likeness.permille) for likeness in found] == [(1, 1000)]


def test_text_is_compared_by_runs_of_five_words():
    assert shingles("One two three four") == frozenset()
    assert shingles("One, two; THREE four 5.0") == {("one", "two", "three", "four", "5")}


@pytest.mark.parametrize(
    ("kept", "added", "level"),
    [(12, 2, "flag"), (12, 3, "warn"), (13, 6, "warn"), (10, 5, "clear")],
)
def test_the_levels_of_text_begin_at_their_limits(kept, added, level):
    words = [f"word{chr(97 + i)}" for i in range(26)]
    earlier = " ".join(words[:kept])
    new = " ".join(words[: kept + added])

    found = text_likeness(new, earlier)

    same, total = kept - 4, kept + added - 4
    assert found.permille == same * 1000 // total
    assert found.level == level


def test_template_strings_are_dropped_before_texts_are_compared():
    template = "Patient was seen for skilled therapy services this date"
    new = f"{template}. Left pelvis guided forward in semi-tandem stance on foam."
    earlier = f"{template}. Walked a hundred metres with turns around four cones."

    assert text_likeness(new, earlier).permille > 0
    assert text_likeness(new, earlier, [template]).permille == 0


def test_a_statement_answers_a_likeness_and_hides_nothing():
    alike = with_previous({"interventions": EXAMPLE["interventions"]})

    silent = documentation(alike)
    answered = documentation({**alike, "statement": "Held steady after a near fall at home."})

    assert (silent.band, answered.band) == ("fix", "ready")
    assert silent.failed == answered.failed == ("R25",)
    assert silent.score == answered.score == 96
    assert answered.answered == ("R25",)
    assert answered.point("R25").answer == "Held steady after a near fall at home."


def test_a_statement_answers_nothing_else():
    alike = with_previous({"interventions": EXAMPLE["interventions"]})
    said = {"statement": "Held steady."}
    no_cue = copy.deepcopy(alike["interventions"])
    no_cue[0]["cues"] = []

    assert documentation({**alike, **said, "interventions": no_cue}).band == "fix"
    assert documentation({**alike, "statement": "  "}).band == "fix"
    assert documentation({**EXAMPLE, **said, "previous_visits": None}).band == "fix"
    assert documentation({**alike, **said, "signer": None}).band == "blocked"
