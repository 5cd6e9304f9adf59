"""The clinic of the record's tests, with a course of scores and a home programme."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from neuroreed.clinic.services import outcomes, programmes
from tests.clinic import world
from tests.clinic.conftest import clinic, quick_passwords, signed, timed

__all__ = ["clinic", "quick_passwords", "signed", "timed"]

BEGAN = world.TODAY - timedelta(days=40)
EXERCISES = ("weight_shift", "counter_stand")


def scored(clinic: Any, value: str, day: date, **more: Any) -> Any:
    """One Berg total."""
    given: dict[str, Any] = {
        "measure": "berg",
        "population": "stroke_subacute",
        "occasion": "progress_report",
        "taken_on": day,
        "at": world.at(12, day=max(day, world.TODAY)),
        "total": value,
    }
    return outcomes.record(clinic.therapist, clinic.episode.pk, **{**given, **more})


def agreed(clinic: Any, **more: Any) -> Any:
    """A home programme of two exercises, agreed ten days ago."""
    given: dict[str, Any] = {
        "items": [(key, programmes.library_dose(key)) for key in EXERCISES],
        "starts_on": world.TODAY - timedelta(days=10),
        "at": world.at(8, day=world.TODAY - timedelta(days=10)),
        "cue": "After breakfast",
        "action": "I stand at the sink",
        "place": "in the kitchen",
        "confidence": 8,
    }
    return programmes.write(clinic.therapist, clinic.episode.pk, **{**given, **more})


@pytest.fixture
def home(clinic: Any) -> Any:
    """The clinic with a programme and a code that opens it."""
    agreed(clinic)
    link, token = programmes.share(clinic.therapist, clinic.episode.pk, at=world.at(8))
    clinic.link, clinic.token = link, token
    return clinic
