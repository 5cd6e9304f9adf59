"""One past visit of the invented clinic: honest, or with the fault that was planned for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from neuroreed.care import catalogue
from neuroreed.clinic.services import history, plans
from neuroreed.clinic.services.history import PastActivity, PastVisit
from neuroreed.clinic.synthetic import course, faults
from neuroreed.model.billing import Charge

if TYPE_CHECKING:
    from neuroreed.clinic.synthetic.load import Course, Making

REPORT_EVERY = 9
LONG_COURSE = 16
MEASURE_EVERY = 5
SIGNED_AFTER = timedelta(minutes=8)
EVALUATION_MINUTES = 30
MINUTES = (10, 17)  # three of them, and the time between, end within the hour of the visit
EDUCATION = ("home program", "safe transfers", "fall prevention", "pacing", "posture at work")


def past_visit(making: Making, made: Course, index: int, begins: datetime) -> None:
    """Record and sign the visit with this number, the evaluation being 1."""
    planted = faults.of(made.case.last_name, index)
    clinician = making.people[made.case.therapist]
    if made.case.last_name == "Dogwoods" and "overlap" in planted:
        begins = _same_time(making, made, begins)
    if index == 1 or index % MEASURE_EVERY == 0:
        _measure(making, made, index, begins)
    activities = activities_of(made, index, begins, clinician.discipline, planted)
    ended = max(a.end or a.start for a in activities) + timedelta(minutes=2)
    past = PastVisit(
        episode=made.episode,
        plan=made.plan,
        coverage=made.coverage,
        clinician=clinician,
        scheduled_at=begins,
        activities=activities,
        ended_at=ended,
        kind="evaluation" if index == 1 else "treatment",
        authorization=made.authorization,
        facts=visit_facts(made, index),
        has_progress_report=index % REPORT_EVERY == 0 and made.case.last_name != "Willowby",
    )
    if "unsigned" in planted:
        history.record(clinician, past, at=ended)
        return
    signed_at = min(ended + SIGNED_AFTER, making.at)
    history.record_signed(
        clinician, past, at=signed_at, billed=_billed(planted, begins, activities)
    )


def _same_time(making: Making, made: Course, begins: datetime) -> datetime:
    """The moment when the same therapist treats somebody else that day, where there is one."""
    for other in making.courses.values():
        if other is made or other.case.therapist != made.case.therapist:
            continue
        for day in other.days:
            if day.date() == begins.date() and day != begins:
                return day + timedelta(minutes=10)
    return begins


def _measure(making: Making, made: Course, index: int, begins: datetime) -> None:
    """Measure each impairment of the condition again, a little nearer to the target."""
    therapist = making.people[made.case.therapist]
    templates = course.goals(made.case.condition, therapist.discipline)
    for number, category in enumerate(catalogue.condition(made.case.condition).impairments):
        measure = templates[number % len(templates)].measure
        aim = course.AIMS[measure]
        low, high = Decimal(aim.baseline), Decimal(aim.target)
        now = low + (high - low) * min(index, LONG_COURSE) / LONG_COURSE
        plans.add_impairment(
            therapist,
            made.episode.pk,
            category=category,
            measure=measure,
            value=now.quantize(low),
            date=begins.date(),
            at=begins + timedelta(minutes=30),
        )


def activities_of(
    made: Course, index: int, begins: datetime, discipline: str, planted: frozenset[str]
) -> list[PastActivity]:
    chance = made.chance
    step = 2 if "cloned" in planted or _clones_begin(made, index) else index
    if step != index:
        chance = Random(f"cloned:{made.case.last_name}")  # noqa: S311
    held = _held(made, index)
    if held is not None:
        step, chance = held, Random(f"steady:{made.case.last_name}")  # noqa: S311
    moment = begins + timedelta(minutes=2, seconds=chance.randrange(50))
    plan: list[tuple[str, str, int]] = []
    if index == 1:
        plan.append((course.EVALUATION[discipline], "", EVALUATION_MINUTES))
    kinds = course.activities(made.case.condition, discipline)
    for number, (cpt, technique) in enumerate(kinds):
        if index == 1 and number:
            break
        plan.append((cpt, technique, chance.randint(*MINUTES)))
    activities = []
    for number, (cpt, technique, minutes) in enumerate(plan):
        end = moment + timedelta(minutes=minutes, seconds=chance.randrange(40))
        facts: dict[str, Any] = {}
        if technique:
            facts = course.activity_facts(
                made.case.condition, discipline, technique, chance, step, made.plan.goals.count()
            )
        else:
            facts = {"task": "history, tests and measures, goals and plan"}
        if "no_cue" in planted and number == 0:
            facts.pop("cues")
            facts.pop("decision")
        furnished = "assistant" if "missing_cq" in planted and number == 0 else "therapist"
        activities.append(PastActivity(cpt, technique, moment, end, facts, furnished))
        moment = end + timedelta(seconds=30)
    return activities


def _held(made: Course, index: int) -> int | None:
    """The visit whose facts this one has, where an honest dose was held steady."""
    number, _statement = faults.STEADY.get(made.case.last_name, (0, ""))
    return number - 1 if index in {number - 1, number} and number else None


def _clones_begin(made: Course, index: int) -> bool:
    """The two visits before the cloned one have its facts too."""
    return made.case.last_name == "Lindenova" and index in {4, 5}


def visit_facts(made: Course, index: int) -> dict[str, Any]:
    return {
        "education": [
            {
                "topic": EDUCATION[index % len(EDUCATION)],
                "teach_back": "correct" if index % 3 else "corrected",
            }
        ],
        "hep": {"items": 2 + index % 3, "reviewed": True},
        "progress": {"last_two_verdicts": ["within_error", "beyond_mdc"]},
        **_statement(made, index),
    }


def _statement(made: Course, index: int) -> dict[str, str]:
    """Why the dose was held, where it was."""
    number, said = faults.STEADY.get(made.case.last_name, (0, ""))
    return {"statement": said} if index == number else {}


def _billed(
    planted: frozenset[str], begins: datetime, activities: list[PastActivity]
) -> tuple[Charge, ...] | None:
    """Charges as another system made them, with the planted fault."""
    from neuroreed.billing import units
    from neuroreed.clinic.synthetic.people import FEES

    if not planted & {"units_over_minutes", "missing_gp", "needless_59", "missing_cq"}:
        return None
    minutes: dict[str, int] = {}
    for activity in activities:
        assert activity.end is not None
        spent = int((activity.end - activity.start).total_seconds()) // 60
        minutes[activity.cpt] = minutes.get(activity.cpt, 0) + spent
    proof = units.units(minutes, "cms")
    charges = []
    for number, (cpt, count) in enumerate(proof.units.items(), start=1):
        modifiers = () if "missing_gp" in planted and number == 1 else ("GP",)
        if "needless_59" in planted and cpt == "97112":
            modifiers = ("GP", "59")
        billed = count + 1 if "units_over_minutes" in planted and number == 1 else count
        charges.append(
            Charge(
                "", number, cpt, billed, modifiers, FEES[cpt] * billed, begins.date(), minutes[cpt]
            )
        )
    return tuple(charges)
