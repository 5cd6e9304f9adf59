"""Files that are shared among the developers but are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_FOLDER = Path(os.environ.get("NEUROREED_SHARED", Path(__file__).parents[2] / "shared"))


def shared(relative: str) -> Path:
    """The path of a shared file or folder; the test skips, or fails under CI, without it."""
    path = _FOLDER / relative
    if not path.exists():
        message = f"the shared folder has no {relative}: set NEUROREED_SHARED to run this test"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path
