"""A real browser before a real server with a small clinic, and a clock that can be turned."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from neuroreed.web import clock
from tests.web import small_clinic

PICTURES = Path(__file__).parents[1] / "screenshots"
README_PICTURES = Path(__file__).parents[2] / "docs" / "images"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# seconds until a page is said never to get there: a busy machine is slow, not wrong
PATIENCE = 40
SIZES = {"tablet": (1024, 768), "phone": (390, 844), "desktop": (1440, 900)}

# the browser's driver keeps an event loop in the thread that also asks the database
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


class RunningClock:
    """A clock that runs like any other, from nine in the morning, and can be moved on."""

    def __init__(self, began: datetime) -> None:
        self.began, self.real = began, time.monotonic()

    def __call__(self) -> datetime:
        return self.began + timedelta(seconds=time.monotonic() - self.real)

    def goes(self, **by: float) -> None:
        """Move it on."""
        self.began += timedelta(**by)


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> RunningClock:
    """The clinic's clock."""
    made = RunningClock(small_clinic.at(9))
    monkeypatch.setattr(clock, "now", made)
    return made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's browser; without it these tests are skipped, or fail where CI asks for them."""
    path = os.environ.get("NEUROREED_CHROMIUM") or shutil.which("chromium")
    if path is None:
        sentence = "Chromium is not installed: on Debian, apt-get install chromium."
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def clinic(settings: Any, live_server: Any, turn: RunningClock) -> small_clinic.SmallClinic:
    """The small clinic, served."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DEMO = False
    return small_clinic.make()


class Walker:
    """A person before the browser: counts the taps, keeps the complaints of the page."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.taps = 0
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def goes(self, path: str) -> None:
        """Type an address."""
        self.page.goto(f"{self.address}{path}")

    def tap(self, selector: str) -> None:
        """One tap on one thing."""
        self.page.locator(selector).first.click()
        self.taps += 1

    def tap_and_settle(self, selector: str) -> None:
        """One tap of the session, and its answer from the server."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            self.tap(selector)
        self.waits_for("() => !Object.keys(localStorage).some(k => k.includes('outbox'))")

    def waits_for(self, question: str) -> None:
        """Until the page answers yes; the page's own policy forbids the driver's way of waiting."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            if self.page.evaluate(question):
                return
            self.page.wait_for_timeout(40)
        raise AssertionError(f"never true: {question}")

    def signs_in(self, name: str) -> None:
        """With name and password, as in a real clinic."""
        self.goes("/accounts/login/")
        self.page.fill("#id_login", name)
        self.page.fill("#id_password", small_clinic.PASSWORD)
        self.page.click("form.panel button.primary")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def picture(self, name: str) -> None:
        """Keep pictures in three sizes, to be looked at; made when NEUROREED_PICTURES asks."""
        if not os.environ.get("NEUROREED_PICTURES"):
            return
        PICTURES.mkdir(exist_ok=True)
        before = self.page.viewport_size
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=PICTURES / f"{name}-{size}.png", full_page=size == "phone")
        self.page.set_viewport_size(before)

    def picture_for_readme(self, name: str) -> None:
        """The picture that the front page of the project shows."""
        if os.environ.get("NEUROREED_PICTURES"):
            README_PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.evaluate("() => window.scrollTo(0, 0)")
            self.page.screenshot(path=README_PICTURES / f"{name}.png")


@pytest.fixture
def walkers(chromium: Any, clinic: Any, live_server: Any) -> Iterator[Any]:
    """Makes people before browsers of their own; no page may have complained in the end."""
    made: list[tuple[Any, Walker]] = []

    def walker(name: str = "", context: Any = None) -> Walker:
        width, height = SIZES["tablet"]
        own = context or chromium.new_context(
            viewport={"width": width, "height": height},
            timezone_id="America/Chicago",
            accept_downloads=True,
        )
        own.set_default_timeout(PATIENCE * 1000)
        person = Walker(own.new_page(), live_server.url)
        made.append((own, person))
        if name:
            person.signs_in(name)
        return person

    yield walker
    complaints = [c for _context, person in made for c in person.complaints]
    for context, _person in made:
        context.close()
    assert complaints == []
