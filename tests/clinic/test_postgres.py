"""The same tests of the record on a real PostgreSQL, and many writers at once on both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import server

HERE = Path(__file__).parent
SUITES = ("test_sealed.py", "writers.py", "documentation/test_before_and_after.py")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that lives as long as these tests."""
    with server() as running:
        yield running.get_uri()


def run(suites: tuple[str, ...], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run test files in a process of their own, with its own database."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
         *(str(HERE / suite) for suite in suites)],
        cwd=HERE.parents[1],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.postgres
@pytest.mark.slow
def test_what_holds_on_sqlite_holds_on_postgresql(postgres, tmp_path):
    done = run(SUITES, NEUROREED_DATABASE=postgres, NEUROREED_DATA=str(tmp_path))

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout


@pytest.mark.slow
def test_many_writers_at_once_wait_for_each_other_on_sqlite(tmp_path):
    done = run(("writers.py",), NEUROREED_DATA=str(tmp_path))

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
