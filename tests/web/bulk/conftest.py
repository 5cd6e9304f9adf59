"""A folder for runs and profiles of their own, and files to upload."""

from __future__ import annotations

import io
import os
from typing import Any

import pytest

pl = pytest.importorskip("polars")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: Any) -> str:
    """Looked-up policy, kept for all tests of this process."""
    return os.environ.get("NEUROREED_CACHE") or str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def rooms(settings: Any, tmp_path: Any, monkeypatch: Any, cache: str) -> Any:
    """The data folder, and the clinic's folder of profiles, of one test."""
    settings.DATA = tmp_path / "data"
    (tmp_path / "payers").mkdir()
    settings.PAYERS = tmp_path / "payers"
    monkeypatch.setenv("NEUROREED_PAYERS", str(tmp_path / "payers"))
    monkeypatch.setenv("NEUROREED_CACHE", cache)
    return tmp_path


@pytest.fixture
def here(monkeypatch: Any) -> None:
    """Runs in this process, for tests that are about something else than the subprocess."""
    from neuroreed.cli import main
    from neuroreed.clinic import bulk_jobs
    from tests.bulk.frames import both_sides_here

    def run(_row: Any, command: list[str]) -> tuple[str, str]:
        return ("done", "") if main(command[3:]) in (0, 1) else ("failed", "It failed.")

    monkeypatch.setattr(bulk_jobs, "_watched", run)
    both_sides_here(monkeypatch)


def lines(**columns: Any) -> Any:
    """Three lines of two visits; the second visit has a unit too many and a bad value."""
    return pl.DataFrame(
        {
            "patient_id": ["p1", "p1", "p2"],
            "visit_id": ["V-1", "V-1", "V-2"],
            "date_of_service": ["2024-08-05", "2024-08-05", "2024-09-05"],
            "cpt": ["97112", "97110", "97112"],
            "units": ["1", "1", "2"],
            "minutes": ["15", "15", "22"],
            "session_minutes": ["40", "40", "a while"],
            "payer": ["medicare_part_b"] * 3,
            "therapist_id": ["T-1", "T-1", "T-2"],
            "discipline": ["PT"] * 3,
            "charge": ["60.00", "50.00", "120.00"],
            "modifiers": ["GP"] * 3,
        }
        | columns
    )


def as_file(frame: Any, name: str) -> Any:
    """A frame as an uploaded file."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    if name.endswith(".parquet"):
        made = io.BytesIO()
        frame.write_parquet(made)
        return SimpleUploadedFile(name, made.getvalue())
    return SimpleUploadedFile(name, frame.write_csv().encode())
