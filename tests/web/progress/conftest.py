"""The small clinic with a course of scores and a home programme."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from neuroreed.clinic.services import outcomes, programmes
from tests.web import small_clinic
from tests.web.conftest import clinic, quick_passwords, signed_in, turn

__all__ = ["clinic", "quick_passwords", "signed_in", "turn"]


def course(clinic: Any, *values: str, every: int = 7) -> Any:
    """Berg totals, the last one today."""
    therapist = clinic.people["therapist"]
    episode = clinic.visit.episode
    for back, value in enumerate(reversed(values)):
        day = small_clinic.TODAY - timedelta(days=every * back)
        outcomes.record(
            therapist,
            episode.pk,
            measure="berg",
            population="stroke_subacute",
            occasion="progress_report",
            taken_on=day,
            at=small_clinic.at(8),
            total=value,
        )
    return episode


def home(clinic: Any, language: str = "en", **more: Any) -> tuple[Any, str]:
    """A programme of two exercises and the code that opens it."""
    therapist, episode = clinic.people["therapist"], clinic.visit.episode
    programmes.write(
        therapist,
        episode.pk,
        items=[(key, programmes.library_dose(key)) for key in ("weight_shift", "counter_stand")],
        starts_on=small_clinic.TODAY - timedelta(days=5),
        language=language,
        cue="After breakfast",
        action="I stand at the sink",
        place="in the kitchen",
        confidence=8,
        at=small_clinic.at(8),
    )
    return programmes.share(therapist, episode.pk, at=small_clinic.at(8), **more)


@pytest.fixture
def scored(clinic: Any) -> Any:
    """Four scores: a gain, then a plateau."""
    course(clinic, "33", "41", "42", "41")
    return clinic
