"""What a patient is shown of the own care: goals, progress, next visits, cost, in plain words.

Reads only. Numbers come from the record; a cost that is not known is said to be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from neuroreed.care import catalogue
from neuroreed.care.outcomes import words
from neuroreed.care.outcomes.library import measure
from neuroreed.care.outcomes.patient_words import patient_unit
from neuroreed.care.outcomes.proof import Proof, proof
from neuroreed.clinic import homes, profile, proving
from neuroreed.clinic.models import ChargeVersion, Episode, Patient, ScoreRow, Visit
from neuroreed.model.errors import BadInput

MOST_VISITS = 6
MOST_PAST = 12
SOON = (Visit.State.SCHEDULED, Visit.State.OPEN)


@dataclass(frozen=True, slots=True)
class OwnGoal:
    """One goal as a patient reads it: from, now, to; ``now`` is ``None`` before a re-test."""

    activity: str
    started: str
    now: str | None
    target: str
    unit: str
    by: date
    reached: bool | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one visit is expected to cost the patient; ``None`` when it is not known.

    ``on`` is the day of the visit that the estimate was made from.
    """

    on: date
    payer: str
    patient: Decimal | None
    payer_pays: Decimal | None


@dataclass(frozen=True, slots=True)
class OwnCare:
    """One course of care as its patient sees it."""

    patient: Patient
    episode: Episode | None
    language: str
    goals: tuple[OwnGoal, ...]
    progress: Proof | None
    next_visits: tuple[Visit, ...]
    past_visits: tuple[Visit, ...]
    visits_done: int
    cost: Cost | None
    home: homes.HomePage | None
    phone: str


@dataclass(frozen=True, slots=True)
class Summary:
    """One visit for the person who came: what was done and why, what was measured, what is next."""

    visit: Visit
    language: str
    minutes: int | None
    done: tuple[tuple[str, str], ...]
    scores: tuple[tuple[str, str, str], ...]
    home: homes.HomeProgramme | None
    next_visits: tuple[Visit, ...]
    cost: Cost | None
    phone: str


def own_care(patient: Patient, *, language: str, at: datetime) -> OwnCare:
    """The latest course of care of a patient."""
    today = profile.local_date(at)
    episode = patient.episodes.order_by("ended_on", "-started_on").first()
    open_one = patient.episodes.filter(ended_on=None).order_by("-started_on").first()
    episode = open_one or episode
    if episode is None:
        return OwnCare(patient, None, language, (), None, (), (), 0, None, None, _phone())
    made = proving.proof_episode(episode, today)
    return OwnCare(
        patient=patient,
        episode=episode,
        language=language,
        goals=own_goals(episode, today, language),
        progress=proof(made, "patient", language=language) if made else None,
        next_visits=next_visits(patient, at),
        past_visits=tuple(
            patient.visits.filter(state=Visit.State.SIGNED).order_by("-scheduled_at")[:MOST_PAST]
        ),
        visits_done=len(proving.visit_days(episode, today)),
        cost=cost(episode),
        home=home(episode, at),
        phone=_phone(),
    )


def _phone() -> str:
    return str(profile.profile().phone)


def home(episode: Episode, at: datetime) -> homes.HomePage | None:
    """The home programme, without a code."""
    row = homes.latest(episode)
    if row is None:
        return None
    today = profile.local_date(at)
    return homes.HomePage(
        programme=homes.programme(row),
        version=row.version,
        goal=row.goal,
        phone=_phone(),
        until=today,
        today=today,
        days=homes.days_done(homes.entries(episode), until=today),
        language=row.language,
    )


def own_goals(episode: Episode, on: date, language: str) -> tuple[OwnGoal, ...]:
    """The goals of the latest plan with the latest scores."""
    plan = proving.plan_of(episode)
    rows = proving.in_force(episode, on)
    found = []
    for goal in plan.goals.all() if plan else ():
        try:
            chosen = measure(goal.measure)
            mine = [row for row in rows if row.measure == chosen.id]
            status = proving.goal_view(goal, episode, on).status
        except BadInput:
            found.append(
                OwnGoal(goal.activity, goal.baseline, None, goal.target, "", goal.target_date, None)
            )
            continue
        later = [row for row in mine if mine and row.taken_on > mine[0].taken_on]
        latest = later[-1] if later else None
        found.append(
            OwnGoal(
                activity=goal.activity,
                started=goal.baseline,
                now=words.recorded(chosen, Decimal(latest.value)) if latest else None,
                target=goal.target,
                unit=patient_unit(chosen.id, language),
                by=goal.target_date,
                reached=None if latest is None or status is None else status.status == "met",
            )
        )
    return tuple(found)


def next_visits(patient: Patient, at: datetime) -> tuple[Visit, ...]:
    """The visits that are booked, the next first."""
    rows = patient.visits.filter(state__in=SOON, scheduled_at__gte=at).select_related("clinician")
    return tuple(rows.order_by("scheduled_at")[:MOST_VISITS])


def cost(episode: Episode, visit: Visit | None = None) -> Cost | None:
    """What the last signed visit is expected to cost the patient; ``None`` before the first."""
    rows = ChargeVersion.objects.filter(visit__episode=episode, visit__state=Visit.State.SIGNED)
    if visit is not None:
        rows = rows.filter(visit=visit)
    row = (
        rows.select_related("visit__coverage")
        .order_by("-visit__date_of_service", "-version")
        .first()
    )
    if row is None:
        return None
    expected: dict[str, Any] = row.body.get("expected") or {}
    return Cost(
        on=row.visit.date_of_service,
        payer=row.visit.coverage.payer_name,
        patient=_dollars(expected.get("patient")),
        payer_pays=_dollars(expected.get("payer_pays")),
    )


def _dollars(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def summary(visit: Visit, *, language: str, at: datetime) -> Summary:
    """What a visit was, for the person who came."""
    from neuroreed.clinic import convert

    time = convert.timed(visit, until=at if visit.state == Visit.State.OPEN else None)
    used = {activity.id for activity in time.activities}
    done = []
    for activity in visit.activities.order_by("order"):
        found = catalogue.find_technique(activity.technique)
        if str(activity.pk) in used and found is not None:
            done.append((found.name if language == "en" else "", found.purpose[language]))
    rows = ScoreRow.objects.filter(
        episode=visit.episode, taken_on=visit.date_of_service, replaced_by=None
    )
    scores = tuple(
        (
            measure(row.measure).name,
            words.recorded(measure(row.measure), Decimal(row.value)),
            patient_unit(row.measure, language),
        )
        for row in rows
    )
    programme = homes.latest(visit.episode)
    return Summary(
        visit=visit,
        language=language,
        minutes=time.session_minutes,
        done=tuple(dict.fromkeys(done)),
        scores=scores,
        home=homes.programme(programme) if programme else None,
        next_visits=next_visits(visit.patient, at),
        cost=cost(visit.episode, visit),
        phone=_phone(),
    )
