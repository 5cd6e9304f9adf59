"""Every page: pictures in three sizes, and no serious barrier by axe."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SERIOUS = {"serious", "critical"}


def barriers(page: Any) -> list[str]:
    """The serious findings of axe on this page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {entry['id']}: {node['target']}"
        for entry in found
        if entry["impact"] in SERIOUS
        for node in entry["nodes"]
    ]


def addresses(clinic: Any) -> dict[str, list[tuple[str, str]]]:
    """Pages by the person who looks at them."""
    past, today = clinic.past.id, clinic.open_visit.id
    patient = clinic.patients[0].id
    episode = clinic.visit.episode_id
    tabs = [
        (f"past-{tab}", f"/visits/{past}/{tab}/")
        for tab in ("note", "minutes", "charges", "findings", "history")
    ]
    return {
        "therapist": [
            ("day", "/day/"),
            ("queue", "/day/?queue=unsigned"),
            ("booked", f"/visits/{clinic.visit.id}/note/"),
            ("day-empty", "/day/?on=2026-10-18"),
            ("session", f"/visits/{today}/session/"),
            ("patients", "/patients/"),
            ("patient", f"/patients/{patient}/"),
            ("plan", f"/episodes/{episode}/plan/"),
            ("rules", "/rules/"),
            ("rule", "/rules/UNIT-01/"),
            ("account", "/account/"),
            ("second-step", "/accounts/2fa/"),
            ("not-found", "/visits/"),
            *tabs,
        ],
        "biller": [("claims", "/claims/"), ("claims-none", "/claims/?stage=held")],
        "front_desk": [
            ("patient-new", "/patients/new/"),
            ("coverage-new", f"/patients/{patient}/coverage/"),
        ],
    }


def test_no_page_has_a_serious_barrier(walkers: Any, clinic: Any, settings: Any) -> None:
    settings.DEMO = True
    found: list[str] = []
    stranger = walkers()
    stranger.goes("/accounts/login/")
    stranger.picture("sign-in")
    found += barriers(stranger.page)
    for name, pages in addresses(clinic).items():
        person = walkers(name)
        for title, path in pages:
            person.goes(path)
            found += barriers(person.page)
            person.picture(f"page-{title}")

    assert found == []


def test_no_page_is_wider_than_a_phone_or_a_page_at_twice_the_size(
    walkers: Any, clinic: Any
) -> None:
    too_wide = []
    for name, pages in addresses(clinic).items():
        person = walkers(name)
        person.page.set_viewport_size({"width": 390, "height": 800})
        for title, path in pages:
            person.goes(path)
            width = person.page.evaluate("() => document.documentElement.scrollWidth")
            if width > 390:
                too_wide.append(f"{title}: {width}")

    assert too_wide == []


def test_the_dark_page_and_the_running_session_have_no_barrier(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    person = walkers("therapist")
    person.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    person.goes("/day/")
    found = barriers(person.page)
    person.goes(f"/visits/{clinic.open_visit.id}/session/")
    person.tap_and_settle("button.tile[data-act='97112']")
    turn.goes(minutes=20)
    person.page.reload()
    found += barriers(person.page)
    person.picture("session-dark")
    person.page.emulate_media(color_scheme="light")
    person.tap("button[data-act='end']")
    person.page.wait_for_selector("button[data-act='sign'], [role=alert]")
    found += barriers(person.page)

    assert found == []
