"""What an audit says: findings, and what could not be assessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """What a finding asks for; the order is from heavy to light."""

    STOP = "stop"  # do not let the claim out
    REVIEW = "review"  # a person must look
    ADVISE = "advise"  # tell, do not stop


class Scope(StrEnum):
    """What one finding is about; the scope decides which lines a fact may see."""

    LINE = "line"
    VISIT = "visit"
    DAY = "day"  # one patient, one date
    EPISODE = "episode"
    YEAR = "year"  # one patient, one calendar year
    INTERVAL = "interval"  # one unbroken stretch of time of one clinician
    THERAPIST_DAY = "therapist_day"
    THERAPIST_LINES = "therapist_lines"  # the lines of one clinician on one date
    PATIENT_TIMES = "patient_times"  # the intervals of one patient on one date


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that a rule looked at; ``because`` are the facts behind it."""

    name: str
    value: object
    unit: str
    means: str
    because: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer *yes* of one rule about one subject.

    ``subject`` is the id of the rule's scope (a visit, a line, a patient's day).
    ``cites`` are source ids with sections; ``evidence`` the parameters of the rule and theirs.
    """

    rule: str
    severity: Severity
    subject: str
    says: str
    fix: str
    cites: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    rule_book: str = ""
    visits: tuple[str, ...] = ()  # ids of the visits or claims it concerns
    lowered: str = ""  # why the severity is lighter than declared


@dataclass(slots=True)
class RuleCoverage:
    """How often one rule was answered, and why it was not, where it was not."""

    rule: str
    assessed: int = 0
    not_assessed: int = 0
    not_applicable: int = 0
    why_not: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A person's answer to a finding; the finding itself never changes."""

    finding: str
    by: str
    reason: str
