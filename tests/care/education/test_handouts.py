"""Every shipped text passes E01 to E18, and a text that does not is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neuroreed.care import catalogue
from neuroreed.care.education.figures import figure, figure_ids
from neuroreed.care.education.handouts import (
    Block,
    HomeDose,
    exercises,
    handout_text,
    topics,
)
from neuroreed.care.education.pemat import ITEMS, pemat
from neuroreed.care.education.programme import TIPS
from neuroreed.care.education.rules import TITLES, check, listed_words, speaks_to_reader
from neuroreed.care.education.style import STANDARD, contrast
from neuroreed.care.readability import readability
from neuroreed.model.errors import BadInput


def failed(handout, twin, **more):
    rows = check(handout, twin, **({"pages": 2} | more))
    return {row.rule for row in rows if row.passed is False}


def pair(topic="falls"):
    return handout_text(topic, "en"), handout_text(topic, "es")


def test_every_technique_condition_and_sample_has_its_handout():
    kinds = topics()

    assert {t.id for t in catalogue.techniques()} == {
        k for k, v in kinds.items() if v == "technique"
    }
    assert {c.id for c in catalogue.conditions()} == {
        k for k, v in kinds.items() if v == "condition"
    }
    assert sum(kind == "sample" for kind in kinds.values()) == 6


@pytest.mark.parametrize("topic", list(topics()))
def test_every_shipped_text_passes_every_rule_in_both_languages(topic):
    english, spanish = pair(topic)

    assert failed(english, spanish) == set()
    assert failed(spanish, english) == set()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_tip_of_the_home_programme_reads_easily(language):
    level = readability("\n".join(tip[language] for tip in TIPS.values()), language)

    assert level.grade is None or level.grade <= 6
    assert level.perspicuity is None or level.perspicuity >= 65
    assert level.longest_sentence_words <= 20


def with_line(handout, block, line):
    blocks = tuple(
        Block(b.id, b.heading, (*b.lines, line)) if b.id == block else b for b in handout.blocks
    )
    return replace(handout, blocks=blocks)


@pytest.mark.parametrize(
    ("rule", "block", "line"),
    [
        (
            "E01",
            "why",
            "Individualized rehabilitation necessitates considerable determination. " * 6,
        ),
        ("E03", "why", "You go and " * 12 + "stop."),
        ("E04", "why", "You train your proprioception."),
        ("E09", "why", "You gain 20 percent."),
        ("E09", "why", "You gain 1/4."),
        ("E10", "stop", "CALL THE CLINIC NOW"),
        ("E06", "key", "One more.\nTwo more."),
        ("E15", "expect", "It takes 99 weeks."),
        ("E17", "expect", "We guarantee a gain."),
    ],
)
def test_each_rule_finds_the_text_that_breaks_it(rule, block, line):
    english, spanish = pair()
    lines = line.split("\n")
    for part in lines:
        english = with_line(english, block, part)

    assert rule in failed(english, spanish)


def test_rules_on_exercises_pictures_print_and_dates_find_what_is_missing():
    english, spanish = pair()
    first = english.exercises[0]
    quiet = replace(first, steps=("The counter is there.", "Feet are close."))

    assert "E05" in failed(replace(english, exercises=(quiet, quiet)), spanish)
    assert "E07" in failed(
        replace(english, exercises=(replace(first, how_hard=""), first)), spanish
    )
    assert "E08" in failed(replace(english, exercises=(first,)), spanish)
    assert "E14" in failed(english, spanish, pages=3)
    assert "E14" in failed(english, spanish, pages=None)
    assert "E15" in failed(english, None)
    assert "E16" in failed(replace(english, emergency="112"), spanish)
    assert "E18" in failed(replace(english, version=""), spanish)
    assert "E17" in failed(replace(english, expectation={}), spanish)


def test_a_hard_spanish_text_is_found():
    english, spanish = pair()
    hard = with_line(
        spanish,
        "why",
        "La rehabilitación individualizada necesita determinación considerable. " * 6,
    )

    assert "E02" in failed(hard, english)


def test_small_pale_or_wide_type_is_found():
    english, spanish = pair()

    assert "E10" in failed(english, spanish, styles=(replace(STANDARD, body_pt=11),))
    assert "E11" in failed(english, spanish, styles=(replace(STANDARD, body_colour="#888888"),))
    assert "E12" in failed(english, spanish, styles=(replace(STANDARD, margin_pt=10),))
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0


def test_the_steps_of_every_exercise_speak_to_the_reader_in_both_languages():
    for item in exercises().values():
        assert len(item.steps["en"]) == len(item.steps["es"]) >= 2
        for language in ("en", "es"):
            spoken = sum(speaks_to_reader(step, language) for step in item.steps[language])
            assert spoken * 10 >= 6 * len(item.steps[language]), item.id


def test_every_drawing_is_used_has_texts_and_an_arrow():
    used = {item.figure for item in exercises().values()}

    assert used == set(figure_ids())
    for id in figure_ids():
        for language in ("en", "es"):
            drawing = figure(id, language)
            assert drawing.alt and drawing.caption and drawing.has_arrow
            assert drawing.svg.startswith("<svg") and "<title>" in drawing.svg


def test_a_jargon_word_has_a_plain_swap():
    for language in ("en", "es"):
        assert all(listed_words()["jargon"][language].values())


def test_other_exercises_and_doses_are_printed_and_mistakes_refused():
    dose = HomeDose("reps", 6, 1, 1, 3, "easy")
    made = handout_text(
        "falls", exercise_ids=["heel_raise", "sit_stand"], doses={"heel_raise": dose}
    )

    assert "Do it 6 times." in made.block("how_much").lines
    for wrong in (["heel_raise"], ["heel_raise"] * 2, ["flying", "sit_stand"]):
        with pytest.raises(BadInput):
            handout_text("falls", exercise_ids=wrong)
    with pytest.raises(BadInput, match="no handout"):
        handout_text("flying")
    with pytest.raises(BadInput):
        handout_text("falls", "fr")


def test_pemat_waits_for_the_person_and_then_decides():
    english, _ = pair()
    by_software = pemat(english)
    human = dict.fromkeys(by_software.waiting, "agree")

    assert by_software.passed is None and by_software.waiting
    assert pemat(english, human).passed is True
    assert pemat(english, human | dict.fromkeys(by_software.waiting, "disagree")).passed is False
    assert len(ITEMS) == 24 and len(TITLES) == 18
    with pytest.raises(BadInput):
        pemat(english, {25: "agree"})
