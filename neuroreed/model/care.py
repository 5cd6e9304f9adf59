"""What happened in a visit, minute by minute, and the plan it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from neuroreed.model.errors import BadInput, ImpossibleMinutes
from neuroreed.model.people import Discipline

MINUTES_OF_A_DAY = 24 * 60


class Furnished(StrEnum):
    """Who furnished the minutes. Joint minutes count as the therapist's."""

    THERAPIST = "therapist"
    ASSISTANT = "assistant"
    JOINT = "joint"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Bout:
    """One unbroken interval of one code; ``start`` and ``end`` know their time zone."""

    cpt: str
    start: datetime
    end: datetime
    clinician_id: str
    furnished: Furnished = Furnished.THERAPIST
    one_on_one: bool = True
    technique: str | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise BadInput(f"A bout of {self.cpt} has a time without a time zone.")
        if self.end < self.start:
            raise BadInput(f"A bout of {self.cpt} ends before it starts.")


@dataclass(frozen=True, slots=True)
class TimedActivity:
    """Minutes of one procedure within a visit.

    ``minutes`` is ``None`` when nobody recorded it. That is different from zero,
    and every computation downstream keeps the difference. ``therapist_minutes``
    includes joint minutes; ``assistant_minutes`` are the assistant's own.
    """

    cpt: str
    minutes: int | None
    is_timed: bool = True
    therapist_minutes: int | None = None
    assistant_minutes: int | None = None
    bouts: tuple[Bout, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value in (self.minutes, self.therapist_minutes, self.assistant_minutes):
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int):
                raise ImpossibleMinutes(self.cpt, value)
            if not 0 <= value <= MINUTES_OF_A_DAY:
                raise ImpossibleMinutes(self.cpt, value)


@dataclass(frozen=True, slots=True)
class Goal:
    """A measurable goal: what is measured, from where to where, by when, for what activity."""

    id: str
    activity: str
    measure: str
    baseline: str
    target: str
    target_date: date
    population: str | None = None
    limitation_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlanOfCare:
    """Diagnoses, goals, type, amount, frequency and duration, and who certified it when.

    ``signed_by_physician_on`` is ``None`` while the certification is out.
    """

    id: str
    patient_id: str
    discipline: Discipline
    established_on: date
    first_treatment_on: date
    duration_days: int
    visits_per_week: int
    medical_diagnoses: tuple[str, ...]
    treatment_diagnoses: tuple[str, ...]
    goals: tuple[Goal, ...] = ()
    planned_cpt: tuple[str, ...] = ()
    planned_techniques: tuple[str, ...] = ()
    author_id: str | None = None
    signed_by_author_on: date | None = None
    signed_by_physician_on: date | None = None
    physician_npi: str | None = None
    order_signed_on: date | None = None
    sent_to_physician_on: date | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One session of one patient in one discipline on one date of service."""

    id: str
    patient_id: str
    date_of_service: date
    discipline: Discipline
    clinician_id: str
    activities: tuple[TimedActivity, ...]
    payer: str = "medicare_part_b"
    place_of_service: str = "11"
    plan_of_care_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    facts: dict[str, Any] = field(default_factory=dict)
