"""A phone before the patient's page, with a clock of its own."""

from __future__ import annotations

from typing import Any

from tests.web import small_clinic

PHONE = {"width": 390, "height": 844}


def phone(chromium: Any, walkers: Any, **more: Any) -> Any:
    """A phone-size browser whose clock stands at nine of the clinic's day."""
    context = chromium.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, timezone_id="America/Chicago", **more
    )
    person = walkers(context=context)
    person.page.clock.install(time=small_clinic.at(9))
    return person


def ready_offline(person: Any) -> None:
    """Until the page is kept on the phone."""
    person.waits_for("() => navigator.serviceWorker.controller !== null")


def waiting(person: Any) -> int:
    """Marks that the clinic does not have yet."""
    return int(
        person.page.evaluate(
            "() => JSON.parse(localStorage.getItem('neuroreed-home:' + location.pathname) || '[]')"
            ".length"
        )
    )


def mark(person: Any, exercise: str, pain: int) -> None:
    """Done, and the pain, as two taps."""
    card = f"[data-exercise='{exercise}']"
    person.tap(f"{card} [data-done='done']")
    person.tap(f"{card} [data-pain='{pain}']")
