"""Progress, measures, goals and handouts as pages."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from neuroreed.clinic.models import ScoreRow
from tests.web.progress.conftest import course, home


def text(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def test_the_page_before_the_first_score_says_what_to_measure(clinic, signed_in):
    answer = signed_in("therapist").get(f"/episodes/{clinic.visit.episode_id}/progress/")

    assert answer.status_code == 200
    assert "Nothing is measured yet." in text(answer)
    assert "Berg Balance Scale" in text(answer)


def test_a_plateau_is_shown_with_its_choices_and_kept_with_a_reason(scored, signed_in):
    client, page = signed_in("therapist"), f"/episodes/{scored.visit.episode_id}/progress/"
    shown = text(client.get(page))
    assert "the last two re-tests show no further change" in shown
    assert "Skilled maintenance, with its justification" in shown

    client.post(f"{page}decide/", {"choice": "change_plan", "because": "New surface, new task."})

    assert "The therapist decided to: change the plan. New surface" in text(client.get(page))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "What was measured"),
        ("?for=physician", "What was measured"),
        ("?for=patient", "hold steady"),
        ("?for=patient&language=es", "sigue igual"),
        ("?for=stranger&language=fr", "What was measured"),
    ],
)
def test_each_reader_has_a_page_and_a_print(scored, signed_in, query, says):
    client, page = signed_in("therapist"), f"/episodes/{scored.visit.episode_id}/progress/"

    assert says in text(client.get(f"{page}{query}"))
    printed = client.get(f"{page}print/{query}")
    assert printed["Content-Type"] == "application/pdf" and printed.content.startswith(b"%PDF")


def test_the_table_holds_the_numbers_of_the_picture(scored, signed_in):
    answer = signed_in("therapist").get(f"/episodes/{scored.visit.episode_id}/progress/")
    page = answer.content.decode()

    drawing = re.search(r"<svg xmlns.*?</svg>", page, re.S)[0]
    drawn_points = re.findall(r'data-on="([^"]+)" data-value="([^"]+)"', drawing)
    table = page[page.index("<table>") : page.index("</table>")]
    rows = re.findall(r"<tr><td>([^<]+)</td><td>([^<]+)</td></tr>", table)
    low, high = re.search(r'data-low="([^"]+)" data-high="([^"]+)"', drawing).groups()
    lines = page[page.index('class="lines"') :]
    assert rows == drawn_points and len(rows) == 4
    assert f"<td>{low} – {high}</td>" in lines
    for value in re.findall(r'class="important"[^>]*data-value="([^"]+)"', drawing):
        assert f"<td>{value}</td>" in lines


def test_a_measure_is_scored_from_its_form(clinic, signed_in):
    client = signed_in("therapist")
    page = f"/episodes/{clinic.visit.episode_id}/measures/gait_speed_comfortable/"
    shown = client.get(page)
    assert 'name="trial-2"' in shown.content.decode()

    answer = client.post(
        page,
        {
            "trial-1": "10",
            "trial-2": "12",
            "timed_distance_m": "6",
            "population": "stroke_subacute",
            "occasion": "evaluation",
            "taken_on": "2026-10-13",
            "device": "cane",
        },
    )

    row = ScoreRow.objects.get()
    assert answer.status_code == 302
    assert (row.value, row.device, row.by) == ("0.55", "cane", clinic.people["therapist"])


def test_a_refused_score_keeps_what_was_written(clinic, signed_in):
    page = f"/episodes/{clinic.visit.episode_id}/measures/berg/"
    answer = signed_in("therapist").post(
        page,
        {
            "total": "57",
            "population": "stroke_subacute",
            "occasion": "evaluation",
            "taken_on": "2026-10-13",
            "device": "<b>cane</b>",
        },
    )

    assert answer.status_code == 422
    assert "outside the range" in text(answer)
    assert 'value="57"' in answer.content.decode()
    assert "<b>cane" not in answer.content.decode()
    assert not ScoreRow.objects.exists()


def test_the_form_of_every_measure_opens_and_asks_for_a_score(clinic, signed_in):
    from neuroreed.care.outcomes.library import measures

    client, one = signed_in("therapist"), f"/episodes/{clinic.visit.episode_id}/measures"
    opened = {
        name: answer.status_code
        for name in measures()
        if (answer := client.get(f"{one}/{name}/")).status_code != 200
        or b'name="total"' not in answer.content
    }

    assert len(measures()) == 76 and opened == {}


def test_a_wrong_score_is_corrected_from_the_list(scored, signed_in):
    client = signed_in("therapist")
    episode, wrong = scored.visit.episode_id, ScoreRow.objects.order_by("taken_on").last()
    assert f"?replaces={wrong.pk}" in client.get(f"/episodes/{episode}/measures/").content.decode()

    client.post(
        f"/episodes/{episode}/measures/berg/",
        {
            "total": "44",
            "replaces": str(wrong.pk),
            "reason": "digits swapped",
            "population": "stroke_subacute",
            "occasion": "progress_report",
            "taken_on": "2026-10-13",
        },
    )

    assert "digits swapped" in text(client.get(f"/episodes/{episode}/measures/"))


def test_a_goal_shows_its_target_before_it_is_written(scored, signed_in):
    client, page = signed_in("therapist"), f"/episodes/{scored.visit.episode_id}/goals/"
    filled = client.get(f"{page}?template=stroke_berg").content.decode()
    assert "baseline + max(MCID, MDC)" in filled
    given = {
        "activity": "walk to the mailbox",
        "measure": "berg",
        "population": "stroke_subacute",
        "baseline": "41",
        "rule": "baseline + max(MCID, MDC)",
        "weeks": "6",
        "limitation": "FL1",
    }

    drafted = client.post(page, {**given, "act": "draft"})
    assert "beyond measurement error" in text(drafted)
    inside = client.post(page, {**given, "rule": "baseline + 1", "act": "write"})
    assert inside.status_code == 422 and "by chance" in text(inside)
    written = client.post(page, {**given, "act": "write"})
    assert written.status_code == 302
    assert "G2 walk to the mailbox" in text(client.get(page))


def test_attainment_is_rated(scored, signed_in):
    client = signed_in("therapist")
    goal = scored.visit.plan.goals.get()
    page = f"/episodes/{scored.visit.episode_id}/goals/"

    client.post(f"{page}{goal.pk}/rate/", {"level": "1", "weight": "1"})

    assert "Goal attainment: 60.0" in text(client.get(page))


def test_a_handout_is_shown_printed_and_shown_back(clinic, signed_in):
    home(clinic)
    client, page = signed_in("therapist"), f"/episodes/{clinic.visit.episode_id}/handouts/"

    assert "Despierte" in text(client.get(f"{page}?topic=h2_weak_side&language=es")).title()
    for query in (
        "topic=stroke&language=es",
        "topic=h2_weak_side&pictures=yes",
        "topic=stroke&size=large",
    ):
        printed = client.get(f"{page}print/?{query}")
        assert printed.content.startswith(b"%PDF")
    client.post(
        f"{page}teach/",
        {
            "topic": "stroke",
            "first_try": "partly",
            "rounds": "2",
            "final": "correct",
            "taught": "both",
            "language": "es",
        },
    )
    assert "Shown back correctly" in text(client.get(f"{page}?topic=stroke"))
    assert client.get(f"{page}?topic=../etc").status_code == 400


def test_the_own_page_is_the_patients_first_page_in_two_languages(scored, signed_in):
    home(scored)
    client = signed_in("patient")

    assert client.get("/").headers["Location"] == "/mine/"
    english, spanish = client.get("/mine/"), client.get("/mine/?language=es")

    assert "What it costs" in text(english) and "hold steady" in text(english)
    assert "Lo que cuesta" in text(spanish) and "Usted mejoró" in text(spanish)
    assert "Weight shift" in text(english) and "Pase el peso" in text(spanish)


def test_the_cost_is_an_amount_only_when_it_is_known(scored, signed_in):
    shown = text(signed_in("patient").get("/mine/"))

    assert re.search(r"your part is about \$\d+\.\d\d", shown) or "do not know yet" in shown


def test_a_visit_has_a_summary_to_take_home(clinic, signed_in):
    client = signed_in("therapist")

    english = text(client.get(f"/visits/{clinic.past.pk}/summary/"))
    spanish = text(client.get(f"/visits/{clinic.past.pk}/summary/?language=es"))

    assert "What we did and why" in english and "My next visit" in english
    assert "Lo que hicimos" in spanish


def test_nobody_sees_the_progress_of_strangers(scored, signed_in):
    episode = scored.visit.episode_id
    for role, path in (
        ("patient", f"/episodes/{episode}/progress/"),
        ("front_desk", f"/episodes/{episode}/progress/"),
        ("biller", f"/episodes/{episode}/measures/berg/"),
        ("therapist", "/mine/"),
        ("patient", f"/patients/{scored.patients[1].pk}/own/"),
    ):
        assert signed_in(role).get(path).status_code == 404


def test_the_home_programme_is_built_shared_and_counted(clinic, signed_in):
    client, page = signed_in("therapist"), f"/episodes/{clinic.visit.episode_id}/home/"
    refused = client.post(page, {"exercise-1": "weight_shift", "starts_on": "2026-10-13"})
    assert refused.status_code == 422 and "2 to 4 exercises" in text(refused)
    client.post(
        page,
        {
            "exercise-1": "weight_shift",
            "count-1": "8",
            "exercise-2": "counter_stand",
            "starts_on": "2026-10-13",
            "language": "es",
            "confidence": "5",
            "barriers": ["time"],
        },
    )
    shown = text(client.get(page))
    assert "Do it 8 times" in shown and "make the plan smaller" in shown

    card = client.post(f"{page}share/", {"days": "30"}, follow=True)
    assert "<svg" in card.content.decode() and "Pare si" in text(card)
    client.post(f"{page}contact/", {"on": "2026-10-13", "minutes": "12", "interactive": "yes"})
    shown = text(client.get(page))
    assert "98979" in shown and "would be supported." in shown


def test_a_course_of_another_patient_is_not_touched(clinic, signed_in):
    course(clinic, "33", "41")

    other = signed_in("therapist").get(f"/episodes/{clinic.today[1].episode_id}/progress/")

    assert "Nothing is measured yet." in text(other)
