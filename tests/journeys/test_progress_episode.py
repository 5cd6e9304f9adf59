"""A stroke patient's episode from baseline over an honest plateau to discharge, in a browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.test_every_page import barriers
from tests.web.progress.conftest import course, home

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


DARK = {"payer", "measure-trials", "programme", "handouts", "mine"}


def scores(person: Any, episode: Any, total: str, occasion: str) -> None:
    """Record one Berg total with its form."""
    person.goes(f"/episodes/{episode}/measures/berg/")
    person.page.fill("#f-total", total)
    person.page.select_option("#occasion", occasion)
    person.tap("form.panel button.primary")
    person.page.wait_for_url("**/progress/")


def test_an_episode_with_a_plateau_in_the_middle(walkers: Any, clinic: Any, turn: Any) -> None:
    episode = clinic.visit.episode_id
    person = walkers("therapist")
    person.goes(f"/patients/{clinic.patients[0].pk}/")
    person.tap(f"a[href='/episodes/{episode}/progress/']")
    assert "Nothing is measured yet." in person.page.inner_text("main")
    person.picture("progress-empty")

    scores(person, episode, "33", "evaluation")
    assert "the current score is not recorded" in person.page.inner_text("main")
    for total in ("40", "41", "40"):
        turn.goes(days=10)
        scores(person, episode, total, "progress_report")
    said = person.page.inner_text("main")
    assert "the last two re-tests show no further change" in said
    assert "plateau" in said
    assert "has not recorded a decision" in said
    person.picture("progress-plateau")
    person.tap("input[value='change_plan']")
    person.page.fill("#because", "Static tasks are mastered; perturbation and dual tasks begin.")
    person.tap("button:has-text('Keep the decision')")
    assert "The therapist decided to: change the plan." in person.page.inner_text("main")

    turn.goes(days=10)
    scores(person, episode, "47", "progress_report")
    said = person.page.inner_text("main")
    assert "improved by 14 points, an important change" in said
    assert "Skilled maintenance" not in said
    turn.goes(days=5)
    scores(person, episode, "48", "discharge")
    person.tap("input[value='discharge'], input[value='continue']")
    person.page.fill("#because", "The goal is met; the home programme goes on.")
    person.tap("button:has-text('Keep the decision')")
    person.goes(f"/episodes/{episode}/goals/")
    assert "Goal met" in person.page.inner_text("main")
    person.goes(f"/episodes/{episode}/progress/")
    rows = person.page.locator("details table").first.locator("tbody tr").count()
    points = person.page.locator("svg.chart [data-on]").count()
    person.picture("progress-discharge")

    assert rows == points == 6
    assert person.taps < 40


def addresses(clinic: Any, link: Any) -> dict[str, list[tuple[str, str]]]:
    """The pages of progress and home by who looks at them."""
    one = f"/episodes/{clinic.visit.episode_id}"
    return {
        "therapist": [
            ("payer", f"{one}/progress/"),
            ("physician", f"{one}/progress/?for=physician"),
            ("patient-voice", f"{one}/progress/?for=patient"),
            ("patient-voice-es", f"{one}/progress/?for=patient&language=es"),
            ("measures", f"{one}/measures/"),
            ("measure-trials", f"{one}/measures/gait_speed_comfortable/"),
            ("measure-items", f"{one}/measures/fga/"),
            ("goals", f"{one}/goals/?template=stroke_berg"),
            ("handouts", f"{one}/handouts/?topic=h2_weak_side"),
            ("handouts-es", f"{one}/handouts/?topic=stroke&language=es"),
            ("programme", f"{one}/home/"),
            ("card", f"/home-codes/{link.pk}/"),
            ("patient-own", f"/patients/{clinic.patients[0].pk}/own/"),
            ("summary", f"/visits/{clinic.past.pk}/summary/"),
        ],
        "pat": [("mine", "/mine/"), ("mine-es", "/mine/?language=es")],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_progress_and_home_has_a_barrier_or_is_too_wide(
    walkers: Any, clinic: Any, turn: Any, scheme: str
) -> None:
    course(clinic, "33", "41", "42", "41")
    link, _token = home(clinic)
    found: list[str] = []
    for name, pages in addresses(clinic, link).items():
        person = walkers(name)
        person.page.emulate_media(color_scheme=scheme)
        for title, path in pages if scheme == "light" else [p for p in pages if p[0] in DARK]:
            person.goes(path)
            for details in person.page.locator("details > summary").all():
                details.click()
            found += barriers(person.page)
            if scheme == "light":
                person.picture(f"progress-{title}")
            person.page.set_viewport_size({"width": 390, "height": 800})
            width = person.page.evaluate("() => document.documentElement.scrollWidth")
            if width > 390:
                found.append(f"{title} is {width} wide")
            person.page.set_viewport_size({"width": 1024, "height": 768})

    assert found == []


def test_forced_colours_and_twice_the_size_keep_everything(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    course(clinic, "33", "41", "42", "41")
    link, _token = home(clinic)
    person = walkers("therapist")
    person.page.emulate_media(forced_colors="active")
    lost = []
    for title, path in addresses(clinic, link)["therapist"]:
        person.goes(path)
        person.picture(f"forced-{title}")
        # 200 % zoom of a desktop page is half its width
        person.page.set_viewport_size({"width": 640, "height": 480})
        if person.page.evaluate("() => document.documentElement.scrollWidth") > 640:
            lost.append(title)
        person.page.set_viewport_size({"width": 1024, "height": 768})

    assert lost == []
