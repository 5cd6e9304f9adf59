"""A clinic of a few people and one visit; the tests run on SQLite, and again on PostgreSQL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.clinic import world


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A file where several connections are to meet; in memory an SQLite has one."""
    from django.conf import settings

    if os.environ.get("NEUROREED_TEST_FILE"):
        name = str(Path(settings.DATA) / "test.sqlite3")
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name


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
