"""One cache of compiled kernels for the whole run, apart from the user's own.

Compiling every rule takes longer than all tests together: where the machine already has the
kernels of this rule book, ``NEUROREED_CACHE`` may name their folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("numba")
pytest.importorskip("polars")

from neuroreed.model.errors import BadInput
from tests.bulk.cluster import cluster


def _shared(factory) -> Path:
    """One folder for all workers of this run of the tests."""
    base = factory.getbasetemp()
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "kernels"


@pytest.fixture(scope="session", autouse=True)
def kernels_are_compiled_once(tmp_path_factory):
    """Name one folder for this process and all that it starts."""
    if os.environ.get("NEUROREED_CACHE"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEUROREED_CACHE", str(_shared(tmp_path_factory)))
        yield


@pytest.fixture(scope="session")
def java() -> Path:
    """A Java for Spark; without one these tests skip, or fail where CI asks for them."""
    try:
        import pyspark  # noqa: F401

        from neuroreed.bulk.spark_session import java_home

        return java_home()
    except (ImportError, BadInput) as error:
        sentence = f"Spark cannot run here: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)


@pytest.fixture(scope="session")
def master(java: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(tmp_path_factory.mktemp("spark"), java) as address:
        yield address
