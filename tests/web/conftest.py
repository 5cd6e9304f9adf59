"""A small clinic, a clock that tests turn, and a browser's client signed in as a role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from neuroreed.web import clock
from tests.web import small_clinic


class Clock:
    """The clinic's clock, moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def goes(self, **by: float) -> None:
        """Move it on."""
        self.now += timedelta(**by)


@pytest.fixture
def turn(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the pages, at nine in the morning."""
    made = Clock(small_clinic.at(9))
    monkeypatch.setattr(clock, "now", made)
    return made


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Passwords here protect nobody."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clinic(db: None, turn: Clock) -> small_clinic.SmallClinic:
    """The small clinic."""
    return small_clinic.make()


@pytest.fixture
def signed_in(clinic: small_clinic.SmallClinic) -> Callable[[str], Client]:
    """A client signed in as a role; it keeps to CSRF like a browser."""

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(
            clinic.people[role], backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return sign_in
