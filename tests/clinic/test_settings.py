"""What the environment decides, and what never depends on it."""

from __future__ import annotations

import logging
import re
import stat
from pathlib import Path

import pytest

from neuroreed.clinic import connectors, environment, logs, settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
SOURCES = [environment.__file__, settings.__file__, connectors.__file__]


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path, monkeypatch):
    monkeypatch.delenv("NEUROREED_SECRET_KEY", raising=False)
    folder = tmp_path / "clinic"

    first = environment.secret_key(folder)

    assert environment.secret_key(folder) == first
    assert len(first) >= 64
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_a_secret_from_the_environment_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROREED_SECRET_KEY", "given")

    assert environment.secret_key(tmp_path) == "given"
    assert not (tmp_path / "secret.key").exists()


def test_the_database_is_read_from_its_address(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROREED_DATABASE", "postgresql://me:p%40ss@db.example:5433/clinic")

    read = environment.database(tmp_path)

    assert read["ENGINE"].endswith("postgresql")
    assert (read["USER"], read["PASSWORD"], read["HOST"], read["PORT"], read["NAME"]) == (
        "me", "p@ss", "db.example", "5433", "clinic",
    )  # fmt: skip


def test_a_database_of_another_kind_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROREED_DATABASE", "mysql://somewhere/clinic")

    with pytest.raises(ValueError, match="postgresql"):
        environment.database(tmp_path)


def test_sqlite_waits_logs_ahead_and_syncs_fully(tmp_path, monkeypatch):
    monkeypatch.delenv("NEUROREED_DATABASE", raising=False)

    options = environment.database(tmp_path)["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_every_variable_is_in_the_reference():
    read = set()
    for source in SOURCES:
        read |= set(re.findall(r'"(NEUROREED_[A-Z_]+|PORT)"', Path(source).read_text()))

    documented = set(re.findall(r"^\| `([A-Z_]+)`", REFERENCE.read_text(), re.M))

    assert documented - read == set()
    assert read - documented == set()


def test_debugging_and_self_registration_are_off(rf):
    from neuroreed.clinic.adapter import ClinicAccounts

    assert settings.DEBUG is False
    assert ClinicAccounts().is_open_for_signup(rf.get("/")) is False


def test_the_content_policy_allows_nothing_inline():
    policy = str(settings.CONTENT_SECURITY_POLICY)

    assert "unsafe" not in policy
    assert "nonce" not in policy


def test_a_log_line_keeps_the_place_and_drops_what_may_name_a_patient():
    try:
        raise ValueError("member 1EG4TE5MK73 of Fixture")
    except ValueError as error:
        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "Internal error: %s", ("/p/?q=Fixture",),
            (type(error), error, error.__traceback__),
        )  # fmt: skip

    assert logs.WithoutPatientData().filter(record)

    line = logging.Formatter("%(message)s").format(record)
    assert "Fixture" not in line
    assert "1EG4" not in line
    assert "ValueError at test_a_log_line" in line


def test_flushing_is_refused_outside_of_tests(db, monkeypatch):
    from django.core.management import CommandError, call_command
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "NAME", "/srv/clinic.sqlite3")

    with pytest.raises(CommandError, match="never emptied"):
        call_command("flush", interactive=False)
