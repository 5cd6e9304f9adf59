"""What the pages of documentation get: frozen values, complete for one screen each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GoalNow:
    """One goal with its measure now; ``verdict`` compares it with the start of the goal.

    ``recorded`` is the last value in the record, ``value`` the one that the report would say.
    """

    label: str
    activity: str
    measure: str
    baseline: str
    target: str
    target_date: date
    value: Any
    recorded: str
    day: str | None
    verdict: str | None
    sentence: str
    status: str | None


@dataclass(frozen=True, slots=True)
class FunctionNow:
    """One limited activity; ``recorded`` is in the record, ``value`` what the report would say."""

    label: str
    activity: str
    unit: str
    value: Any
    recorded: Any


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it stands before its signature. ``version`` is 0 until somebody saved it."""

    episode: Any
    patient_name: str
    kind: str
    version: int
    entries: Mapping[str, Any]
    changed_by: str
    changed_at: datetime
    is_saved: bool
    clock: Any
    goals: tuple[GoalNow, ...]
    note: Any
    missing: tuple[str, ...]
    function: tuple[FunctionNow, ...]
    longest: int


@dataclass(frozen=True, slots=True)
class Differs:
    """One fact of an activity that is not as before; ``None`` where there was or is none."""

    activity: str
    fact: str
    before: Any
    now: Any


@dataclass(frozen=True, slots=True)
class ToCosign:
    """A signed note of an assistant or student that waits for a therapist.

    ``differs`` are its facts that are not those of the visit before, by activity.
    """

    note_id: UUID
    visit_id: UUID
    patient_id: UUID
    patient_name: str
    signer: str
    date_of_service: date
    minutes: tuple[tuple[str, str, Any], ...]
    sections: tuple[Any, ...]
    compared_with: date | None
    differs: tuple[Differs, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike an earlier visit is, on facts and on text."""

    day: date | None
    permille: int
    text_permille: int
    level: str
    sentence: str


@dataclass(frozen=True, slots=True)
class BeforeSigning:
    """What a reviewer would say after, said before: likeness, readings, the statement."""

    score: Any
    likenesses: tuple[Likeness, ...]
    other_patients: int
    readings: tuple[Any, ...]
    statement: str
    asks_statement: bool


@dataclass(frozen=True, slots=True)
class PlanState:
    """One plan in the certification queue."""

    plan: Any
    patient_id: UUID
    patient_name: str
    state: str
    act_by: date | None
    sentence: str
    periods: tuple[Any, ...]
    certified: Any
    is_sealed: bool = False
    is_latest: bool = True
