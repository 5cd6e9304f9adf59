"""Handouts and proof pages as PDF: sides, words, pictures, and nothing read as markup."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from neuroreed import handout as public_handout
from neuroreed.care.education.handouts import handout_text, topics
from neuroreed.care.outcomes.proof import Episode, History, SkillFact, proof
from neuroreed.exchange.charts import table
from neuroreed.exchange.pdf.handout import handout, page_count, qr_svg
from neuroreed.exchange.pdf.progress import progress, progress_charts
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Score

START = date(2026, 9, 20)


def words(pdf):
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )


@pytest.mark.parametrize("topic", list(topics()))
def test_every_handout_prints_on_two_sides_in_both_sizes_and_languages(topic):
    for language in ("en", "es"):
        for large in (False, True):
            pdf = handout(
                topic,
                language=language,
                large=large,
                goal="Walk",
                video_url="https://example.org/v",
            )
            assert page_count(pdf) == len(PdfReader(io.BytesIO(pdf)).pages) <= 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_holds_every_line_of_the_text(language):
    made = handout_text("h1_steady_feet", language, phone="555 0100")
    printed = words(handout("h1_steady_feet", language=language, phone="555 0100"))

    for block in made.blocks:
        if block.id in ("do", "how_much"):
            continue
        for line in block.lines:
            assert " ".join(line.split()) in printed, line
    for item in made.exercises:
        assert item.how_often in printed
    assert made.version in printed and made.read_on in printed


def test_the_same_handout_is_the_same_file_and_is_tagged():
    first, second = handout("falls"), handout("falls")

    assert first == second
    assert "/StructTreeRoot" in PdfReader(io.BytesIO(first)).trailer["/Root"]
    assert public_handout("falls") == first


def test_words_from_people_are_printed_as_they_are():
    printed = words(handout("falls", goal='#panic("x") *bold* $x$ <b> \\ [a](b)', name="=Head"))

    assert '#panic("x") *bold* $x$ <b> \\ [a](b)' in printed
    assert "=Head" in printed


def test_fields_that_are_too_long_and_unknown_topics_are_refused():
    with pytest.raises(BadInput, match="goal"):
        handout("falls", goal="x" * 500)
    with pytest.raises(BadInput, match="no handout"):
        handout("../../secret")
    with pytest.raises(BadInput):
        page_count(b"no pdf")


def test_the_qr_code_is_a_drawing_and_pictures_have_their_own_page():
    assert qr_svg("https://example.org/v").startswith("<svg")
    assert page_count(handout("falls", picture_only=True)) <= 2


def episode(*values):
    scores = tuple(
        Score("berg", Decimal(v), Decimal(v), "points", "", START + timedelta(days=14 * i))
        for i, v in enumerate(values)
    )
    history = History("berg", "stroke_subacute", scores, "stand", Decimal(45), START)
    return Episode("E <b>7", "Stroke", START, START + timedelta(days=60), (START,), (history,))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["33", "36", "41", "44"], "improved by 11 points"),
        (["33", "41", "42", "41"], "no further change"),
        (["41", "40", "33"], "worsened by 8 points"),
    ],
)
def test_a_proof_page_is_one_side_and_says_what_the_numbers_say(values, said):
    for voice in ("payer", "physician", "patient"):
        page = proof(episode(*values), voice)
        pdf = progress(page)
        assert page_count(pdf) == 1
        assert page.headline in words(pdf)
    assert said in words(progress(proof(episode(*values), "payer")))


def test_the_expected_path_is_of_improving_patients_with_three_scores_only():
    def path(*values):
        return progress_charts(proof(episode(*values), "payer"), with_path=True)[0].path

    rising = path("48", "54", "56")

    assert all(0 <= at.low <= at.middle <= at.high <= 56 for at in rising)
    assert len(rising) == 4
    assert path("33", "41") == path("33", "41", "42", "41") == path("41", "40", "33") == ()
    assert progress_charts(proof(episode("48", "54", "56"), "payer"))[0].path == ()


def test_a_page_with_two_measures_and_many_facts_still_fits_one_side():
    made = episode("33", "36", "41", "44")
    fact = SkillFact(START, "losses of balance", "in 30 s", Decimal(6), Decimal(3), "a cue")
    full = replace(made, histories=made.histories * 2, skills=(fact,) * 4)

    assert page_count(progress(proof(full, "payer"))) == 1


def test_the_printed_table_holds_the_scores_of_the_drawing():
    page = proof(episode("33", "41"), "payer")
    printed = words(progress(page))

    for row in table(progress_charts(page)[0]).rows:
        assert " ".join(row) in printed
    assert "MDC 6, stroke_subacute" in printed
    assert "E <b>7" in printed
