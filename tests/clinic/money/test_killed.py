"""Whatever write the process dies at, each claim is sent once and each remittance posted once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import server

ROOT = Path(__file__).parents[3]
FEWEST_WRITES = 60


def killed_everywhere(data: Path, **environment: str) -> dict[str, Any]:
    """What the program that kills at every write says."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.clinic.money.killing"],
        cwd=ROOT,
        env={**os.environ, "NEUROREED_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A PostgreSQL of these tests, with a database of its own to be dropped and copied."""
    with server() as running:
        # a process is killed here, not the machine: the disk need not be waited for
        running.psql("ALTER SYSTEM SET fsync = off")
        running.psql("ALTER SYSTEM SET synchronous_commit = off")
        running.psql("SELECT pg_reload_conf()")
        running.psql("CREATE DATABASE clinic")
        yield running.get_uri("clinic")


@pytest.mark.slow
def test_on_sqlite_a_process_killed_at_any_write_sends_and_posts_once(tmp_path):
    found = killed_everywhere(tmp_path)

    assert found["faults"] == []
    assert found["writes"] >= FEWEST_WRITES


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgresql_a_process_killed_at_any_write_sends_and_posts_once(postgres, tmp_path):
    found = killed_everywhere(tmp_path, NEUROREED_DATABASE=postgres)

    assert found["faults"] == []
    assert found["writes"] >= FEWEST_WRITES
