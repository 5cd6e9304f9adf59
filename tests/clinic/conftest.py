"""A clinic of a few people and one visit; the tests run on SQLite, and again on PostgreSQL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clinic import world


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Passwords here protect nobody."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clinic(db: None) -> world.World:
    """The clinic with one visit of today, not begun."""
    return world.make()


@pytest.fixture
def timed(clinic: world.World) -> world.World:
    """The visit timed and ended, its facts recorded, ready to be signed."""
    world.time_the_visit(clinic)
    return clinic


@pytest.fixture
def signed(timed: world.World) -> world.World:
    """The visit signed."""
    world.sign(timed)
    return timed
