"""The reference is made from the code; a page that differs is stale."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).parents[1] / "scripts" / "reference.py"
_spec = importlib.util.spec_from_file_location("reference", _SCRIPT)
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_a_page_of_the_reference_says_what_the_code_says(name):
    written = (reference.REFERENCE / name).read_text()

    assert written == reference.PAGES[name](), "run: python scripts/reference.py"
