"""A clinic with claims that are ready to go out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clinic.money import desk


@pytest.fixture
def desk_clinic(clinic: Any, settings: Any, tmp_path: Any) -> desk.Desk:
    """Three signed visits of one patient, released, and a folder for the clearing house."""
    settings.DATA = tmp_path
    return desk.make(clinic, f"folder:{tmp_path}/exchange")
