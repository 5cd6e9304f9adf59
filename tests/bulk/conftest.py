"""One cache of compiled kernels for the whole run, apart from the user's own.

Compiling every rule takes longer than all tests together: where the machine already has the
kernels of this rule book, ``NEUROREED_CACHE`` may name their folder.
"""

from __future__ import annotations

import pytest

pytest.importorskip("numba")
pytest.importorskip("polars")
