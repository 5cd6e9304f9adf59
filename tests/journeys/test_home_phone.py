"""A patient's phone: scan, three days without a network, then all of it in the note."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from neuroreed.clinic.models import HomeLog
from tests.journeys.home_helpers import mark, phone, ready_offline, waiting
from tests.journeys.test_every_page import barriers
from tests.web import small_clinic
from tests.web.progress.conftest import home

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_three_days_offline_reach_the_next_note_once(
    walkers: Any, chromium: Any, clinic: Any, turn: Any
) -> None:
    _link, token = home(clinic)
    person = phone(chromium, walkers)
    began = time.perf_counter()
    person.goes(f"/h/{token}/")
    opened = time.perf_counter() - began
    ready_offline(person)
    first = person.page.locator("main > *").first
    assert first.get_attribute("class") == "stop"
    person.picture("home-phone")

    person.page.context.set_offline(True)
    for day in range(3):
        began = time.perf_counter()
        person.page.reload()
        again = time.perf_counter() - began
        assert "Weight shift" in person.page.inner_text("body")
        mark(person, "weight_shift", 2 + day)
        if day == 1:
            mark(person, "counter_stand", 1)
        assert waiting(person) == day + 1 + (day > 0)
        if day < 2:
            turn.goes(days=1)
            person.page.clock.set_system_time(small_clinic.at(9) + timedelta(days=day + 1))
    assert "Today: 1 of 2 done." in person.page.inner_text("[data-exercise='weight_shift']")
    assert "4" in person.page.inner_text("#sync")
    assert not HomeLog.objects.exists()

    person.page.context.set_offline(False)
    person.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    person.waits_for("() => document.getElementById('sync').textContent.includes('has all')")
    assert waiting(person) == 0
    rows = list(HomeLog.objects.order_by("device_at").values_list("on", "exercise", "pain"))
    days = [small_clinic.TODAY + timedelta(days=n) for n in range(3)]
    assert rows == [
        (days[0], "weight_shift", 2),
        (days[1], "weight_shift", 3),
        (days[1], "counter_stand", 1),
        (days[2], "weight_shift", 4),
    ]
    print(f"scan to page {opened:.2f} s, again without a network {again:.2f} s")

    from neuroreed.clinic.services import visits

    therapist = clinic.people["therapist"]
    visit = visits.schedule(
        therapist,
        episode_id=clinic.visit.episode_id,
        clinician_id=therapist.pk,
        scheduled_at=small_clinic.at(10, day=days[2]),
        at=small_clinic.at(9, day=days[2]),
    )
    visits.open_visit(therapist, visit.pk, at=small_clinic.at(10, day=days[2]))
    tile = visit.activities.first()
    visits.add_timer_event(
        therapist, visit.pk, kind="start", activity_id=tile.pk,
        at=small_clinic.at(10, day=days[2]), token="s",
    )  # fmt: skip
    visits.end(therapist, visit.pk, at=small_clinic.at(10, 20, day=days[2]))
    turn.goes(hours=2)
    clinician = walkers("therapist")
    clinician.goes(f"/visits/{visit.pk}/review/")
    said = clinician.page.inner_text("main")
    assert "Home program log: 4 of 21 doses done" in said
    assert "logged on 3 days; highest pain logged 4/10" in said
    clinician.goes(f"/episodes/{clinic.visit.episode_id}/home/")
    assert "4 of 21 doses" in clinician.page.inner_text("main")


def test_a_network_that_comes_back_while_a_parcel_is_failing_is_used_at_once(
    walkers: Any, chromium: Any, clinic: Any, turn: Any
) -> None:
    _link, token = home(clinic)
    person = phone(chromium, walkers)
    person.goes(f"/h/{token}/")
    person.page.evaluate(
        "() => { const send = window.fetch; window.parcels = 0; window.fetch = (...asked) => {"
        " window.parcels += 1; if (window.parcels > 1) return send(...asked);"
        " return new Promise((_, fail) => { window.breaks = () => fail(new Error('gone')); }); }; }"
    )
    mark(person, "weight_shift", 2)
    mark(person, "counter_stand", 1)

    sent = person.page.evaluate(
        "async () => { window.dispatchEvent(new Event('online')); window.breaks();"
        " await new Promise(done => { const look = new MessageChannel();"
        " look.port1.onmessage = done; look.port2.postMessage(0); }); return window.parcels; }"
    )

    assert sent == 2
    person.waits_for("() => document.getElementById('sync').textContent.includes('has all')")
    assert HomeLog.objects.count() == 2


def test_a_wrong_clock_is_said_and_the_day_is_ours(
    walkers: Any, chromium: Any, clinic: Any, turn: Any
) -> None:
    _link, token = home(clinic)
    person = phone(chromium, walkers)
    person.page.clock.set_system_time(small_clinic.at(9) - timedelta(days=30))
    person.goes(f"/h/{token}/")

    mark(person, "weight_shift", 0)
    person.waits_for("() => document.getElementById('sync').textContent.includes('clock')")

    row = HomeLog.objects.get()
    assert (row.on, row.set_aside) == (small_clinic.TODAY, "")
    assert abs(row.clock_off_seconds + 30 * 24 * 3600) < 60


def test_a_mark_is_counted_taken_back_and_explained(
    walkers: Any, chromium: Any, clinic: Any, turn: Any
) -> None:
    _link, token = home(clinic, "es")
    person = phone(chromium, walkers)
    person.goes(f"/h/{token}/")
    assert person.page.get_attribute("html", "lang") == "es"
    card = "[data-exercise='weight_shift']"
    for _tap in range(3):
        person.tap(f"{card} [data-count]")
    assert "3 / 10" in person.page.inner_text(f"{card} [data-count]")
    person.tap(f"{card} [data-done='done']")
    person.tap(f"{card} [data-undo]")
    assert waiting(person) == 0

    person.tap(f"{card} [data-done='not_able']")
    person.tap(f"{card} [data-reason='fear']")
    assert "Tome la mesa" in person.page.inner_text(f"{card} [data-tip-text]")
    person.tap(f"{card} [data-keep]")

    person.waits_for("() => document.getElementById('sync').textContent.includes('ya tiene')")
    row = HomeLog.objects.get()
    assert (row.done, row.reason, row.pain) == ("not_able", "fear", None)


def test_the_page_has_no_barrier_light_dark_or_open(
    walkers: Any, chromium: Any, clinic: Any, turn: Any
) -> None:
    _link, token = home(clinic)
    person = phone(chromium, walkers)
    found = []
    for scheme in ("light", "dark"):
        person.page.emulate_media(color_scheme=scheme)
        person.goes(f"/h/{token}/?l={'en' if scheme == 'light' else 'es'}")
        person.tap("[data-exercise='weight_shift'] [data-done='partly']")
        found += barriers(person.page)
        assert person.page.evaluate("() => document.documentElement.scrollWidth") <= 390
        person.picture(f"home-phone-open-{scheme}")
    person.page.emulate_media(color_scheme="light", forced_colors="active")
    person.goes(f"/h/{token}/")
    person.picture("home-phone-forced")
    person.goes(f"/h/{token[:-1]}x/")
    found += barriers(person.page)
    assert "does not open a page" in person.page.inner_text("main")
    small = person.page.evaluate(
        "() => [...document.querySelectorAll('button')].filter(b => b.offsetParent)"
        ".map(b => b.getBoundingClientRect()).filter(r => r.height < 44 || r.width < 44).length"
    )

    assert (found, small) == ([], 0)


def test_a_code_taken_back_is_closed_on_the_phone_too(
    walkers: Any, chromium: Any, clinic: Any, turn: Any
) -> None:
    from neuroreed.clinic.services import programmes

    link, token = home(clinic)
    person = phone(chromium, walkers)
    person.goes(f"/h/{token}/")
    ready_offline(person)
    programmes.close(clinic.people["therapist"], link.pk, at=small_clinic.at(9))

    person.page.reload()

    assert "does not open a page" in person.page.inner_text("main")
