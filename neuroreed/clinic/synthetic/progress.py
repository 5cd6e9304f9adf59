"""Scores, home programmes and what phones logged, for the invented clinic.

Every third course improves, every third reaches a plateau, and one in three loses ground, so
that each can be looked at.
"""

from __future__ import annotations

from datetime import time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from neuroreed.care.outcomes import library
from neuroreed.clinic import proving
from neuroreed.clinic.models import Goal
from neuroreed.clinic.services import education, outcomes, programmes, visits
from neuroreed.model.errors import BadInput

if TYPE_CHECKING:
    from neuroreed.clinic.synthetic.load import Course, Making

# how much of the way to the target each test shows
SHAPES = (
    ("0", "0.3", "0.6", "0.9", "1"),
    ("0", "0.8", "0.85", "0.8", "0.85"),
    ("0", "0.3", "0.1", "-0.3", "-0.6"),
)
MOST_TESTS = 5
PAIRS = (("weight_shift", "counter_stand"), ("tall_sit", "heel_raise"))
LOGGED_DAYS = (6, 5, 3, 2, 1)


def make(making: Making) -> None:
    """Measure, teach and log in every course that has begun."""
    for number, course in enumerate(making.courses.values()):
        days = proving.visit_days(course.episode)
        if len(days) < 2:
            continue
        _scores(making, course, number, days)
        _home(making, course, number)
    _next_visit(making)


def _next_visit(making: Making) -> None:
    """One visit booked ahead for the patient who can sign in."""
    course = next(iter(making.courses.values()))
    visits.schedule(
        making.people[course.case.therapist],
        episode_id=course.episode.pk,
        clinician_id=making.people[course.case.therapist].pk,
        scheduled_at=making.local(making.today + timedelta(days=2), time(10)),
        at=making.at,
    )


def _scores(making: Making, course: Course, number: int, days: tuple[Any, ...]) -> None:
    therapist = making.people[course.case.therapist]
    shape = SHAPES[number % len(SHAPES)]
    step = max(1, (len(days) - 1) // (MOST_TESTS - 1))
    chosen = [*days[:-1:step][: MOST_TESTS - 1], days[-1]]
    for goal in Goal.objects.filter(plan=course.plan):
        for place, day in enumerate(chosen):
            value = _value(goal, Decimal(shape[place]))
            if value is None:
                continue
            outcomes.record(
                therapist,
                course.episode.pk,
                measure=goal.measure,
                population=goal.population,
                occasion="progress_report" if place else "evaluation",
                taken_on=day,
                at=making.at,
                total=value,
            )


def _value(goal: Goal, part: Decimal) -> str | None:
    """The score that lies so far on the way; ``None`` for a measure that is not on file."""
    try:
        measure = library.measure(goal.measure)
        low, high = library.number(goal.baseline, "from"), library.number(goal.target, "to")
    except BadInput:
        return None
    step = measure.recording_precision
    raw = low + (high - low) * part
    value = (raw / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
    if measure.range.minimum is not None:
        value = max(value, measure.range.minimum)
    if measure.range.maximum is not None:
        value = min(value, measure.range.maximum)
    return str(value)


def _home(making: Making, course: Course, number: int) -> None:
    therapist = making.people[course.case.therapist]
    pair = PAIRS[number % len(PAIRS)]
    programmes.write(
        therapist,
        course.episode.pk,
        items=[(key, programmes.library_dose(key)) for key in pair],
        starts_on=making.today - timedelta(days=9),
        language=course.patient.language if course.patient.language in ("en", "es") else "en",
        cue="After breakfast",
        action="I do my exercises",
        place="in the kitchen",
        confidence=8 - number % 3,
        at=making.at,
    )
    education.teach(
        therapist,
        course.episode.pk,
        topic=education.offered(course.episode)[0],
        first_try="correct",
        rounds=1,
        final="correct",
        at=making.at,
    )
    if number % 2:
        return
    _link, token = programmes.share(therapist, course.episode.pk, at=making.at)
    sent = round(making.at.timestamp() * 1000)
    programmes.log(
        token,
        entries=[
            {
                "key": f"{course.case.last_name}-{back}",
                "exercise": pair[0],
                "done": "done",
                "pain": 1 + back % 3,
                "at_ms": sent - back * 24 * 3_600_000,
            }
            for back in LOGGED_DAYS
        ],
        sent_at_ms=sent,
        at=making.at,
    )
