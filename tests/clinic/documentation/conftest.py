"""The clinic of the record's tests, and an episode with some signed visits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from neuroreed.clinic.services import history
from neuroreed.clinic.services.history import PastActivity, PastVisit
from tests.clinic import world
from tests.clinic.conftest import clinic, quick_passwords, signed, timed

__all__ = ["clinic", "few", "given", "quick_passwords", "signed", "timed"]


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """Facts with dotted names as the record holds them."""
    made: dict[str, Any] = {}
    for name, value in flat.items():
        head, _, tail = name.partition(".")
        if tail:
            made.setdefault(head, {})[tail] = value
        else:
            made[name] = value
    return made


def past(clinic: Any, days_ago: int, who: str = "therapist", **more: Any) -> Any:
    """A signed visit of so many days ago."""
    day = world.TODAY - timedelta(days=days_ago)
    person = clinic.people[who]
    facts = {**nested(world.FACTS), "sets": 2 + days_ago % 5, "reps": days_ago + 1}
    return history.record_signed(
        person,
        PastVisit(
            episode=clinic.episode,
            plan=clinic.plan,
            coverage=clinic.patient.coverages.first(),
            clinician=person,
            supervisor=clinic.therapist if who == "assistant" else None,
            scheduled_at=world.at(9, day=day),
            activities=(
                PastActivity(
                    "97112",
                    "static_balance",
                    world.at(9, day=day),
                    world.at(9, 25, day=day),
                    facts,
                    "assistant" if who == "assistant" else "therapist",
                ),
            ),
            ended_at=world.at(9, 25, day=day),
            **more,
        ),
        at=world.at(9, 40, day=day),
    )


@pytest.fixture
def given(clinic: Any) -> Any:
    """The clinic with nine signed visits."""
    for days_ago in range(18, 0, -2):
        past(clinic, days_ago)
    return clinic


@pytest.fixture
def few(clinic: Any) -> Any:
    """The clinic with two signed visits."""
    for days_ago in (4, 2):
        past(clinic, days_ago)
    return clinic
