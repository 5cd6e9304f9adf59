"""The proof of progress says what the numbers carry, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from neuroreed.care.education.rules import found_words, listed_words
from neuroreed.care.outcomes.proof import (
    Decision,
    DualTask,
    Episode,
    History,
    SkillFact,
    judged,
    proof,
)
from neuroreed.care.readability import readability
from neuroreed.care.trajectory import Choice, Course
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Protocol, Score

START = date(2026, 9, 20)


def history(*values, measure="berg", population="stroke_subacute", devices=None):
    scores = tuple(
        Score(
            measure,
            Decimal(v),
            Decimal(v),
            "",
            "",
            START + timedelta(days=14 * i),
            Protocol(device=devices[i] if devices else None),
        )
        for i, v in enumerate(values)
    )
    return History(
        measure, population, scores, "stand at the sink", Decimal(45), START, "Pararse firme"
    )


def episode(*values, **other):
    until = START + timedelta(days=14 * (len(values) - 1))
    visits = tuple(START + timedelta(days=d) for d in range(0, (until - START).days + 1, 3))
    histories = other.pop("histories", (history(*values),))
    return Episode("Episode 7", "Stroke", START, until, visits, histories, **other)


def text(page):
    return " ".join([page.headline, *(s for section in page.sections for s in section.sentences)])


@pytest.mark.parametrize(
    ("values", "course", "payer", "patient"),
    [
        (["33", "36", "41", "44"], Course.IMPROVING, "improved by 11 points", "You are better."),
        (["33", "41", "42", "41"], Course.PLATEAU, "no further change", "hold steady"),
        (["41", "40", "33"], Course.REGRESSION, "worsened by 8 points", "You lost ground."),
        (["33", "34", "33"], Course.PLATEAU, "no change beyond measurement error", "hold steady"),
        (["33", "35"], Course.UNCLEAR, "no change beyond measurement error", "Too soon to tell."),
    ],
)
def test_every_voice_says_the_same_truth(values, course, payer, patient):
    made = episode(*values)

    assert proof(made, "payer").measures[0].course.course is course
    assert payer in proof(made, "payer").headline
    assert proof(made, "physician").headline == proof(made, "payer").headline
    assert patient in proof(made, "patient").headline


def test_a_later_fall_from_the_best_is_said_though_the_whole_is_better():
    page = proof(episode("20", "41", "33"), "payer")

    assert "worse than the best before it" in page.headline
    assert "You lost ground." in proof(episode("20", "41", "33"), "patient").headline


def test_without_session_facts_no_skilled_need_is_claimed():
    bare = text(proof(episode("33", "41"), "payer"))
    shown = text(
        proof(
            episode(
                "33",
                "41",
                skills=(
                    SkillFact(
                        START, "losses", "in 30 s", Decimal(6), Decimal(3), "a cue", Decimal(4)
                    ),
                    SkillFact(START, "toe drags", "in 40 m", Decimal(5), Decimal(6), "a cue"),
                ),
                dual_tasks=(DualTask(START, "TUG", Decimal("14.2"), Decimal("18.9")),),
            ),
            "payer",
        )
    )

    assert "shows no skilled need" in bare
    assert "fell from 6 to 3 in 30 s" in shown and "part of the change was kept" in shown
    assert "rose from 5 to 6" in shown and "was not counted" in shown
    assert "dual-task cost of 33 %" in shown


def test_a_course_does_not_need_the_list_of_visits_but_a_forecast_does():
    known = episode("33", "36", "39")
    unknown = replace(known, visits=(START,))

    assert proof(unknown, "payer").headline == proof(known, "payer").headline
    assert "Forecast" in text(proof(known, "payer"))
    assert "Forecast" not in text(proof(unknown, "payer"))


def test_other_devices_stop_every_claim():
    page = proof(
        episode("33", "45", histories=(history("33", "45", devices=["walker", "cane"]),)), "payer"
    )

    assert "cannot be compared" in page.headline
    assert "cannot be judged" in text(page)


def test_unverified_figures_alone_carry_no_course():
    found = judged(history("60", "30", "30", measure="dhi", population="vestibular"))

    assert found.course.course is Course.UNCLEAR
    assert found.unverified == {"error"}


def test_the_decision_of_the_therapist_is_shown_or_said_to_be_missing():
    decided = episode("33", "33", "33", decision=Decision(Choice.DISCHARGE, "Goals are kept."))

    assert "discharge to a home programme" in text(proof(decided, "payer"))
    assert "has not recorded a decision" in text(proof(episode("33", "33", "33"), "payer"))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    "values", [["33", "44"], ["33", "34"], ["41", "33"], ["33", "41", "41", "41"], ["33"]]
)
def test_the_patient_page_reads_easily_in_both_languages(values, language):
    page = proof(episode(*values), "patient", language=language)
    level = readability(text(page), language)

    assert level.grade is None or level.grade <= 6
    assert level.perspicuity is None or level.perspicuity >= 65
    assert not found_words(text(page), list(listed_words()["jargon"][language]))


def test_numbers_of_the_patient_page_are_equal_in_both_languages():
    pages = [text(proof(episode("33", "41"), "patient", language=code)) for code in ("en", "es")]

    english, spanish = ([w for w in page.split() if w[0].isdigit()] for page in pages)

    assert english == spanish


def test_a_page_without_measures_or_in_a_foreign_voice_is_refused():
    with pytest.raises(BadInput):
        proof(episode("33", histories=()), "payer")
    with pytest.raises(BadInput):
        proof(episode("33"), "payer", language="es")
    with pytest.raises(BadInput, match="insurer"):
        proof(episode("33"), "insurer")
    with pytest.raises(BadInput):
        judged(History("berg", "stroke_subacute", (), "stand"))
