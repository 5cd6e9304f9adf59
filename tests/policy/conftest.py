"""A clinic's policy folder for tests."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_clinic_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEUROREED_POLICY", raising=False)
    monkeypatch.delenv("NEUROREED_PAYERS", raising=False)


@pytest.fixture
def clinic_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that NEUROREED_POLICY names; it does not exist yet."""
    folder = tmp_path / "clinic policy"
    monkeypatch.setenv("NEUROREED_POLICY", str(folder))
    return folder


@pytest.fixture
def payer_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that NEUROREED_PAYERS names."""
    folder = tmp_path / "payers"
    folder.mkdir()
    monkeypatch.setenv("NEUROREED_PAYERS", str(folder))
    return folder
