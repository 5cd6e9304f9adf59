"""How defensible the facts of a visit are: 25 points, a score, a band, and what to ask.

It never writes a missing fact, never hides a failed point behind a high score, and judges no
free text. The rubric is this project's own proposal; its limits are settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from neuroreed.care import documentation_goals as goals
from neuroreed.care import documentation_plan as plan
from neuroreed.care import documentation_proof as proof
from neuroreed.care import documentation_visit as visit
from neuroreed.care.documentation_facts import (
    DocumentationLimits,
    Failure,
    Failures,
    VisitFacts,
    read,
)

__all__ = [
    "POINTS",
    "Band",
    "DocumentationLimits",
    "DocumentationScore",
    "Failure",
    "Point",
    "PointResult",
    "Status",
    "columns",
    "documentation",
]


class Band(StrEnum):
    """What the score means for the claim, from best to worst."""

    READY = "ready"
    FIX = "fix"
    NOT_READY = "not_ready"
    BLOCKED = "blocked"


class Status(StrEnum):
    """The answer to one point; nothing to test is not a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the rubric. ``blocks``: billing waits for it, whatever the score."""

    id: str
    points: int
    title: str
    check: Callable[[VisitFacts], Failures]
    blocks: bool = False
    critical: bool = False


POINTS: tuple[Point, ...] = (
    Point("R01", 4, "Diagnosis link", plan.diagnosis_link, critical=True),
    Point("R02", 3, "Why now", plan.why_now),
    Point("R03", 4, "Functional limitation", plan.functional_limitation, critical=True),
    Point("R04", 5, "Neuromuscular deficit shown", plan.deficit_shown, critical=True),
    Point("R05", 4, "Baseline", goals.baseline, critical=True),
    Point("R06", 4, "Measurable goal", goals.measurable_goal, critical=True),
    Point("R07", 4, "Target beyond error", goals.target_beyond_error, critical=True),
    Point("R08", 4, "Intervention serves a goal", goals.serves_a_goal, critical=True),
    Point("R09", 4, "Technique specific", visit.technique_specific, critical=True),
    Point("R10", 4, "Dose complete", visit.dose_complete),
    Point("R11", 3, "Assistance and guarding", visit.assistance),
    Point("R12", 5, "Cueing", visit.cueing, critical=True),
    Point("R13", 5, "Skilled judgement", visit.skilled_judgement, critical=True),
    Point("R14", 4, "Patient response", visit.patient_response, critical=True),
    Point("R15", 4, "Fault observed", visit.fault_observed),
    Point("R16", 5, "One-on-one", proof.one_on_one, blocks=True),
    Point("R17", 5, "Units fit minutes", proof.units_fit, blocks=True),
    Point("R18", 4, "No double counting", proof.no_double_counting, blocks=True),
    Point("R19", 4, "Code fits technique", visit.code_fits, critical=True),
    Point("R20", 4, "Progress is current", plan.progress_current, critical=True),
    Point("R21", 4, "Plateau handled", plan.plateau_handled, critical=True),
    Point("R22", 4, "In plan and certified", plan.in_plan, critical=True),
    Point("R23", 2, "Teaching", proof.teaching),
    Point("R24", 3, "Signature", proof.signature, blocks=True),
    Point("R25", 4, "Individual, not cloned", proof.individual, critical=True),
)


# two visits can be truly alike: a flag asks for a statement of what differed
ANSWERABLE = "R25"


@dataclass(frozen=True, slots=True)
class PointResult:
    """The answer to one point; ``path`` and ``question`` are those of its first failure.

    ``why_not`` says why a point could not be assessed, where that is not plain.
    ``answer`` is the clinician's statement that answers a likeness to earlier visits: the
    point stays failed, and no longer lowers the band by itself.
    """

    id: str
    title: str
    points: int
    blocks: bool
    critical: bool
    status: Status
    path: str | None = None
    question: str | None = None
    failures: tuple[Failure, ...] = ()
    why_not: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class DocumentationScore:
    """``score`` is of 100, rounded down; points with nothing to test are left out of it."""

    score: int
    band: Band
    failed: tuple[str, ...]
    points: tuple[PointResult, ...]

    def point(self, point_id: str) -> PointResult:
        """One point by its id."""
        return next(point for point in self.points if point.id == point_id)

    @property
    def answered(self) -> tuple[str, ...]:
        """The failed points that a statement of the clinician answers."""
        return tuple(point.id for point in self.points if point.answer)

    @property
    def questions(self) -> tuple[tuple[str, Failure], ...]:
        """Every failure, with the id of its point, in the order of the rubric."""
        return tuple((point.id, failure) for point in self.points for failure in point.failures)


def documentation(
    visit_facts: Mapping[str, Any], limits: DocumentationLimits | None = None
) -> DocumentationScore:
    """Score the facts of a visit (R01 to R25).

    Raises:
        BadInput: a fact has a shape that it cannot have; the path is named. A fact that is
            missing is no error: it fails its points.
    """
    facts = read(visit_facts, limits or DocumentationLimits())
    results = tuple(_answer(point, facts) for point in POINTS)
    tested = [result for result in results if result.status is not Status.NOT_APPLICABLE]
    possible = sum(result.points for result in tested)
    earned = sum(result.points for result in tested if result.status is Status.PASSED)
    failed = [result for result in tested if result.status is Status.FAILED]
    score = earned * 100 // possible
    return DocumentationScore(
        score, _band(score, failed, facts.limits), tuple(result.id for result in failed), results
    )


def _answer(point: Point, facts: VisitFacts) -> PointResult:
    answer = point.check(facts)
    failures = answer if isinstance(answer, list) else []
    status = Status.NOT_APPLICABLE
    if isinstance(answer, list):
        status = Status.FAILED if failures else Status.PASSED
    first = failures[0] if failures else None
    return PointResult(
        point.id,
        point.title,
        point.points,
        point.blocks,
        point.critical,
        status,
        first.path if first else None,
        first.question if first else None,
        tuple(failures),
        answer if isinstance(answer, str) else "",
        _statement(point, failures, facts),
    )


def _statement(point: Point, failures: list[Failure], facts: VisitFacts) -> str:
    """What the clinician said to a likeness; nothing is said to a past that is not known."""
    if point.id != ANSWERABLE or not failures or facts.get("previous_visits") is None:
        return ""
    said = facts.get("statement")
    return said.strip() if isinstance(said, str) else ""


def _band(score: int, failed: list[PointResult], limits: DocumentationLimits) -> Band:
    if any(result.blocks for result in failed):
        return Band.BLOCKED
    unanswered = [result for result in failed if not result.answer]
    if score < limits.fix_score:
        return Band.NOT_READY
    if score < limits.ready_score or any(result.critical for result in unanswered):
        return Band.FIX
    return Band.READY


def columns(score: DocumentationScore) -> dict[str, int | None]:
    """The points as facts of a visit for the audit: 1 passed, 0 failed, ``None`` not applicable.

    ``documentation_r01`` to ``documentation_r25``, ``documentation_score``, and whether a
    statement answers the likeness to earlier visits.
    """
    found: dict[str, int | None] = {
        f"documentation_{point.id.lower()}": None
        if point.status is Status.NOT_APPLICABLE
        else int(point.status is Status.PASSED)
        for point in score.points
    }
    found["documentation_score"] = score.score
    found["likeness_answered"] = int(bool(score.answered))
    return found
