"""One cache of compiled kernels for the whole run, apart from the user's own.

Compiling every rule takes longer than all tests together: where the machine already has the
kernels of this rule book, ``NEUROREED_CACHE`` may name their folder.
"""

from __future__ import annotations

import os

import pytest

pytest.importorskip("numba")
pytest.importorskip("polars")


@pytest.fixture(scope="session", autouse=True)
def kernels_are_compiled_once(tmp_path_factory):
    """Name one folder for this process and all that it starts."""
    if os.environ.get("NEUROREED_CACHE"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEUROREED_CACHE", str(tmp_path_factory.mktemp("kernels")))
        yield
