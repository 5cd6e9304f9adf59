"""Notes state given facts, all of them traceable, and nothing else."""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.catalogue import techniques, vocabulary
from neuroreed.care.note import NoteType, canonical, compose, draft, missing, readings
from neuroreed.care.note.nouns import Note
from neuroreed.model.errors import BadInput

EXAMPLE = yaml.safe_load((Path(__file__).parent / "documentation_example.yaml").read_text())

REPORTING = {
    **EXAMPLE,
    "subjective": {
        "report": "I stood at the sink twice.",
        "pain_0_10": 2,
        "falls_since_last_visit": 0,
    },
    "history": {"course": "left thalamic infarct", "precautions": ["orthostatic drop"]},
    "poc": {**EXAMPLE["poc"], "visits_per_week": 3, "minutes_per_visit": 45, "duration_weeks": 10},
    "report": {
        "period_from": "2026-09-20",
        "period_to": "2026-10-14",
        "treatment_days": 10,
        "goals": [
            {
                "id": "G1",
                "value": 40,
                "date": "2026-10-14",
                "verdict": "beyond_mdc",
                "status": "continue",
            }
        ],
        "continue_reason": "losses of balance persist on foam",
        "goal_changes": [],
    },
    "reevaluation": {"reason": "a fall on 10 Oct"},
    "recertification": {
        "certified_from": "2026-12-19",
        "certified_to": "2027-02-15",
        "justification": "stance time still below the prior level",
    },
    "discharge": {
        "date": "2026-12-01",
        "reason": "goals met",
        "last_visit": "2026-11-30",
        "recommendations": "home program three times a week",
    },
}


def value_at(facts, path):
    for step in re.findall(r"[^.\[\]]+", path):
        facts = facts[int(step)] if step.isdigit() else facts[step]
    return facts


def leaves(facts, path=""):
    if isinstance(facts, dict):
        for key, value in facts.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(facts, list):
        for i, value in enumerate(facts):
            yield from leaves(value, f"{path}[{i}]")
    else:
        yield path, facts


def without(facts, path):
    damaged = copy.deepcopy(facts)
    *steps, last = [int(s) if s.isdigit() else s for s in re.findall(r"[^.\[\]]+", path)]
    place = damaged
    for step in steps:
        place = place[step]
    place[last] = None
    return damaged


def sentences(note_text):
    return [sentence for section in note_text.sections for sentence in section.sentences]


def test_the_daily_note_reads_in_the_clinicians_order():
    note = compose(REPORTING)

    assert [section.id for section in note.sections] == [
        "subjective",
        "objective",
        "interventions",
        "assessment",
        "education",
        "plan",
    ]
    first = note.section("interventions").paragraphs[0]
    assert first == (
        "97112 (25 min, 09:00 to 09:25, one-on-one): static balance training, weight shift to the "
        "left foot, in standing (trunk and left leg). Dose: 3 sets of 30 s, foam surface, "
        "semi-tandem stance, eyes open. Assistance: contact guard, guarded by gait belt. Trunk "
        "lean right seen, with 6 losses of balance at the start. Tactile cue “left pelvis "
        "forward” for trunk lean right. "
        "Losses of balance: from 6 down to 3 per 30 s. Progressed because losses 3 or fewer in "
        "30 s: firm floor, eyes closed."
    )
    assert "Static balance training addressed balance and served goal G1." in note.text
    assert "Hemiplegia" in note.text


@pytest.mark.parametrize("kind", list(NoteType))
def test_every_sentence_carries_facts_that_were_given(kind):
    for sentence in sentences(compose(REPORTING, kind)):
        assert sentence.paths
        for path in sentence.paths:
            assert value_at(REPORTING, path) not in (None, "")


@pytest.mark.parametrize("kind", list(NoteType))
def test_a_fact_that_is_absent_makes_no_sentence(kind):
    said = {path for sentence in sentences(compose(REPORTING, kind)) for path in sentence.paths}

    for path, value in leaves(REPORTING):
        if value is None or path == "date_of_service" or path not in said:
            continue
        left = sentences(compose(without(REPORTING, path), kind))
        assert all(path not in sentence.paths for sentence in left), path


def test_no_facts_make_no_note():
    for kind in NoteType:
        assert compose({}, kind).sections == ()
        assert compose({"date_of_service": "2026-10-14"}, kind).sections == ()


def test_every_number_in_a_note_is_in_the_facts():
    facts_text = json.dumps(REPORTING)
    known = set(re.findall(r"\d+(?:\.\d+)?", facts_text)) | {"I69.354", "69.354", "81", "354"}

    for kind in NoteType:
        for sentence in sentences(compose(REPORTING, kind)):
            for number in re.findall(r"\d+(?:\.\d+)?", sentence.text):
                padded = {number, f"0{number}"}
                counted = number == "2" and "comparisons" in sentence.text
                assert padded & known or counted, sentence.text


def test_a_note_does_not_say_that_a_change_is_good():
    down = compose(EXAMPLE).text
    facts = copy.deepcopy(EXAMPLE)
    facts["interventions"][0]["response"] |= {"start": 3, "end": 6}
    up = compose(facts).text

    assert "from 6 down to 3" in down and "from 3 up to 6" in up
    assert not re.search(r"improv|worsen|tolerated|better", down + up, re.IGNORECASE)


def test_people_s_own_words_stay_as_typed():
    hostile = '#eval("x") <b>*bold*</b> $x$ \\ @ref'
    facts = copy.deepcopy(EXAMPLE)
    facts["interventions"][0]["cues"][0]["content"] = hostile

    assert hostile in compose(facts).text


def test_each_type_of_note_is_complete_with_its_own_facts():
    for kind in NoteType:
        assert missing(draft(REPORTING, kind)) == [], kind


@pytest.mark.parametrize(
    ("kind", "path", "said"),
    [
        ("daily", "date_of_service", "The date of service."),
        ("daily", "interventions", "At least one intervention."),
        ("daily", "interventions[0].minutes", "The minutes of 97112."),
        ("daily", "total_timed_minutes", "The total of the timed minutes."),
        ("daily", "session_minutes", "The total treatment minutes."),
        ("daily", "signer.credential", "The credential of the person who signs."),
        ("evaluation", "onset.why_now", "Why care is needed now."),
        ("evaluation", "functional_limitations[0].value", "A functional limitation with a number."),
        (
            "evaluation",
            "impairments[0].date",
            "An objective measure of an impairment, with its date.",
        ),
        ("plan_of_care", "dx.medical", "A medical diagnosis."),
        ("plan_of_care", "goals[0].target", "Measure, start, target and date of goal G1."),
        ("plan_of_care", "poc.visits_per_week", "The frequency: visits a week."),
        ("plan_of_care", "poc.minutes_per_visit", "The amount: minutes a visit."),
        ("plan_of_care", "poc.duration_weeks", "The duration: weeks."),
        ("progress_report", "report.goals[0].value", "The measure of goal G1 now."),
        ("progress_report", "report.continue_reason", "Why care goes on, or that it ends."),
        (
            "progress_report",
            "report.goal_changes",
            "Changes to goals; an empty list says that there are none.",
        ),
        ("reevaluation", "reevaluation.reason", "The reason for the re-evaluation."),
        ("recertification", "recertification.justification", "Why care is still needed."),
        ("discharge", "discharge.reason", "The reason for discharge."),
    ],
)
def test_what_a_note_lacks_is_said(kind, path, said):
    assert said in missing(draft(without(REPORTING, path), kind))


def test_an_assistant_signs_daily_notes_and_no_report():
    facts = {**REPORTING, "signer": {"credential": "PTA", "licensed": True}}

    assert missing(draft(facts, "daily")) == []
    for kind in set(NoteType) - {NoteType.DAILY}:
        assert missing(draft(facts, kind)) == [
            "A therapist's signature: this note cannot be signed by a PTA."
        ]


def test_no_progress_needs_its_reason():
    facts = copy.deepcopy(REPORTING)
    facts["report"]["goals"][0]["verdict"] = "within_error"

    assert missing(draft(facts, "progress_report")) == ["The reason for the lack of progress."]


def test_an_addendum_needs_a_reason_and_a_text():
    signer = {"signer": {"credential": "PT"}}
    whole = draft(signer, free_text="Left, not right.")
    addendum = Note(
        whole.type, signer, whole.text, "Left, not right.", "note-1", "addendum", "wrong side"
    )
    empty = Note(whole.type, signer, whole.text, "", "note-1", "addendum", " ")

    assert missing(addendum) == []
    assert len(missing(empty)) == 2


def test_the_same_note_gives_the_same_bytes():
    turned = dict(reversed(list(EXAMPLE.items())))

    assert canonical(draft(EXAMPLE)) == canonical(draft(turned))
    assert json.loads(canonical(draft(EXAMPLE)))["type"] == "daily"


@settings(max_examples=40)
@given(st.sampled_from([(p, v) for p, v in leaves(EXAMPLE) if v is not None]))
def test_no_fact_changes_without_the_bytes(leaf):
    path, _ = leaf

    assert canonical(draft(without(EXAMPLE, path))) != canonical(draft(EXAMPLE))


def test_equal_moments_and_equal_letters_are_sealed_alike():
    here = datetime(2026, 10, 14, 9, 0, tzinfo=timezone(timedelta(hours=-4)))
    there = datetime(2026, 10, 14, 13, 0, tzinfo=UTC)

    assert canonical({"at": here, "x": Decimal("1.50")}) == canonical({"at": there, "x": "1.50"})
    assert canonical({"name": "Jose\u0301"}) == canonical({"name": "Jos\u00e9"})


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), object(), datetime(2026, 10, 14, 9, 0)]
)
def test_what_has_no_one_written_form_cannot_be_sealed(value):
    with pytest.raises(BadInput, match=r"note\.facts\.x"):
        canonical({"facts": {"x": value}})


def test_an_unknown_note_type_is_refused():
    with pytest.raises(BadInput, match="progress_report"):
        compose(EXAMPLE, "weekly")


def reading(**changes):
    facts = copy.deepcopy(EXAMPLE)
    facts["interventions"][0].update(changes)
    return readings(facts)[0]


def test_a_defensible_activity_reads_as_what_it_is():
    found = reading()

    assert (found.reads_as, found.missing, found.blocks) == ("97112", (), False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {
                "technique": "leg press",
                "task": "leg press",
                "reps": 10,
                "dosage": {"load": "40 lb"},
                "cues": [],
            },
            "97110",
        ),
        (
            {"technique": None, "task": "knee flexion and extension", "reps": 15, "cues": []},
            "97110",
        ),
        ({"technique": "hold_relax"}, "97110"),
        ({"technique": "gait_training"}, "97116"),
        (
            {
                "technique": None,
                "task": "walk 200 m with walker",
                "position": "walking",
                "cues": [],
            },
            "97116",
        ),
        ({"technique": None, "task": "car transfer", "cues": []}, "97530"),
    ],
)
def test_an_activity_that_reads_as_another_code_is_said_with_reasons(changes, code):
    found = reading(**changes)

    assert found.reads_as == code
    assert found.reasons and found.paths


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"impairment_categories": []}, "a"),
        ({"position": None}, "b"),
        ({"cues": []}, "c"),
        ({"response": None}, "d"),
        ({"goal_ids": []}, "e"),
        ({"minutes": None}, "f"),
    ],
)
def test_each_missing_part_of_the_proof_is_named(changes, part):
    found = reading(**changes)

    assert found.missing == (part,)
    assert not found.blocks


def test_an_orthopaedic_diagnosis_needs_its_measured_deficit():
    facts = copy.deepcopy(EXAMPLE)
    facts["dx"]["medical"] = ["Z96.651", "M25.661"]

    assert readings(facts)[0].warnings == ()
    facts["interventions"][0]["impairment_categories"] = []
    assert "orthopaedic" in readings(facts)[0].warnings[0]
    facts["dx"]["medical"] = ["Z96.651", "I69.354"]
    assert readings(facts)[0].warnings == ()


def test_without_impairment_technique_and_skill_the_activity_blocks():
    assert reading(impairment_categories=[], technique=None, cues=[]).blocks


def test_the_technique_decides_the_words_of_its_dose():
    for technique in techniques():
        facts = {
            "interventions": [
                {
                    "technique": technique.id,
                    "cpt": "97112",
                    "sets": 2,
                    "reps": 5,
                    "assist_level": vocabulary().assist_levels[0],
                    "dosage": dict.fromkeys(technique.dosage_fields, 7),
                }
            ]
        }

        text = compose(facts).text

        assert technique.name.partition(" (")[0][1:] in text
        assert "_" not in text
