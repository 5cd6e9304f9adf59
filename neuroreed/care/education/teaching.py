"""Teach-back: what was shown back, in how many rounds, to whom and in which language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from neuroreed.care.readability import language_of
from neuroreed.model.errors import BadInput

MOST_NEW_POINTS = 3


class ShownBack(StrEnum):
    """What the person could show or tell in own words."""

    CORRECT = "correct"
    PARTLY = "partly"
    WRONG = "wrong"


class Taught(StrEnum):
    """Who was taught."""

    PATIENT = "patient"
    FAMILY = "family"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class TeachBack:
    """One topic taught and shown back.

    ``rounds`` counts from 1; a first try that was correct needs one round only.
    """

    topic: str
    on: date
    first_try: ShownBack
    rounds: int
    final: ShownBack
    taught: Taught
    language: str
    interpreter: bool = False
    picture_only: bool = False
    handout_version: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.rounds, bool) or not 1 <= self.rounds <= 20:
            raise BadInput(f"Rounds of teach-back count from 1, not {self.rounds!r}.")
        if self.first_try is ShownBack.CORRECT and (
            self.rounds != 1 or self.final is not ShownBack.CORRECT
        ):
            raise BadInput("A correct first try ends after one round, correct.")
        if self.rounds == 1 and self.final is not self.first_try:
            raise BadInput("After one round the final result is the first.")
        language_of(self.language)


def teach_back_due(topic: str, version: str, records: tuple[TeachBack, ...]) -> bool:
    """Whether a topic is to be shown back: at first issue, and after each change of its text."""
    return not any(
        record.topic == topic
        and record.handout_version == version
        and record.final is ShownBack.CORRECT
        for record in records
    )


def too_many_points(new_points_this_visit: int) -> str | None:
    """A sentence when more is taught in one visit than people keep."""
    if new_points_this_visit <= MOST_NEW_POINTS:
        return None
    return (
        f"{new_points_this_visit} new points in one visit: much of what is told in one go is "
        f"lost. Keep to {MOST_NEW_POINTS}."
    )


def teach_back_fact(record: TeachBack) -> dict[str, str]:
    """The record as the fact of a visit (``education`` in the facts of a visit)."""
    return {"topic": record.topic, "teach_back": record.final.value}
