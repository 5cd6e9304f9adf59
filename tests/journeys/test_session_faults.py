"""What goes wrong in a session: double clicks, two tabs, no connection, a forgotten stop."""

from __future__ import annotations

from typing import Any

import pytest

from neuroreed.clinic.models import SignedNote, TimerEvent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TILE = "button.tile[data-act='97112']"
OTHER = "button.tile[data-act='97116']"


def opened(person: Any, clinic: Any) -> Any:
    person.goes("/day/")
    person.page.click(".day .name >> text=Aldertree")
    person.page.wait_for_selector("#session")
    return person.page


def kinds(clinic: Any) -> list[str]:
    rows = TimerEvent.objects.filter(visit=clinic.visit).order_by("sequence")
    return [f"{row.kind} {row.activity.cpt}" for row in rows if row.activity]


def test_a_double_click_on_sign_makes_one_note(walkers: Any, clinic: Any, turn: Any) -> None:
    person = walkers("therapist")
    page = opened(person, clinic)
    person.tap_and_settle(TILE)
    turn.goes(minutes=20)
    person.tap_and_settle(OTHER)
    turn.goes(minutes=10)
    person.tap_and_settle("button.tile[data-act='97110']")
    turn.goes(minutes=8)
    person.tap("button[data-act='end']")
    page.wait_for_selector("button[data-act='sign']")
    person.picture("review-questions")

    page.locator("button[data-act='sign']").dblclick()
    page.wait_for_selector("text=Signature and seal")

    assert SignedNote.objects.filter(visit=clinic.visit).count() == 1


def test_two_tabs_show_one_time(walkers: Any, clinic: Any, turn: Any) -> None:
    person = walkers("therapist")
    first = opened(person, clinic)
    second = person.page.context.new_page()
    second.goto(first.url)
    person.tap_and_settle(TILE)

    second.wait_for_selector(f"{TILE}.running")
    turn.goes(minutes=9)
    with second.expect_response(lambda answer: answer.request.method == "POST"):
        second.click(OTHER)
    first.wait_for_selector(f"{OTHER}.running")

    assert kinds(clinic) == ["start 97112", "stop 97112", "start 97116"]


def test_a_reload_keeps_the_running_time(walkers: Any, clinic: Any, turn: Any) -> None:
    person = walkers("therapist")
    page = opened(person, clinic)
    person.tap_and_settle(TILE)
    turn.goes(minutes=7)

    page.reload()

    page.wait_for_function(f'document.querySelector("{TILE} .count").textContent.startsWith("7:")')
    assert kinds(clinic) == ["start 97112"]


def test_taps_without_a_connection_arrive_in_order_and_are_named_late(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    person = walkers("therapist")
    page = opened(person, clinic)
    person.tap_and_settle(TILE)
    page.context.set_offline(True)
    person.tap(OTHER)
    page.wait_for_selector("#connection:not([hidden])")
    person.picture("session-offline")
    person.tap(OTHER)
    page.wait_for_selector("text=tablet: 2")
    assert kinds(clinic) == ["start 97112"]

    page.wait_for_timeout(1100)
    page.context.set_offline(False)
    page.wait_for_selector("#connection", state="hidden")
    person.waits_for("() => !Object.keys(localStorage).some(k => k.includes('outbox'))")

    assert kinds(clinic) == ["start 97112", "stop 97112", "start 97116", "stop 97116"]
    page.click("text=Minutes and corrections")
    assert page.locator("text=/delivered \\d+ s late/").count() >= 2


def test_taps_survive_a_reload_after_the_connection_was_lost(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    person = walkers("therapist")
    page = opened(person, clinic)
    page.route("**/tap/", lambda route: route.abort())
    person.tap(TILE)
    page.wait_for_selector("#connection:not([hidden])")

    page.unroute("**/tap/")
    page.reload()
    page.wait_for_selector(f"{TILE}.running")

    assert kinds(clinic) == ["start 97112"]


def test_taps_of_a_signed_out_person_wait_for_the_next_sign_in(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    person = walkers("therapist")
    page = opened(person, clinic)
    page.context.clear_cookies()
    person.tap(TILE)
    page.wait_for_selector("text=You are signed out")
    person.tap("button[data-act='end']")
    assert kinds(clinic) == []

    page.click("text=Sign in again")
    page.fill("#id_login", "therapist")
    page.fill("#id_password", "a-long-invented-word")
    page.click("form.panel button.primary")
    page.wait_for_selector(f"{TILE}.running")
    person.waits_for("() => !Object.keys(localStorage).some(k => k.includes('outbox'))")

    assert kinds(clinic) == ["start 97112"]


def test_a_session_left_running_overnight_asks_for_its_end(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    person = walkers("therapist")
    page = opened(person, clinic)
    person.tap_and_settle(TILE)
    turn.goes(hours=23)

    page.reload()
    page.wait_for_selector("[role=alert] >> text=/97112|overnight|midnight|day/")
    person.picture("session-overnight")
    page.click("text=Correct the minutes of 97112")
    page.fill("#id_start", "09:00")
    page.fill("#id_end", "09:25")
    page.fill("#id_reason", "Forgot to stop the timer.")
    person.picture("correct-minutes")
    page.click("main button.primary")
    page.wait_for_selector("#session")

    assert page.locator(f"{TILE} .count").inner_text() == "25:00"
    assert page.locator("[role=alert]").count() == 0


def test_an_activity_that_was_not_planned_runs_after_three_taps(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    person = walkers("therapist")
    opened(person, clinic)

    with person.page.expect_response(lambda answer: "/add/" in answer.url):
        person.tap("#add-activity")
    person.picture("session-adding")
    person.tap_and_settle("button[data-act='add'][value^='97530']")
    person.tap_and_settle("button.tile[data-act='97530']")

    assert kinds(clinic) == ["start 97530"]
    assert person.taps == 3
