"""Handouts for a patient and what was taught and shown back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.care.education import handouts, teaching
from neuroreed.care.education.handouts import HandoutText
from neuroreed.clinic import access, events, homes, profile, proving
from neuroreed.clinic.models import Episode, Teaching, User, Visit
from neuroreed.clinic.services import visits
from neuroreed.clinic.services.patients import checked
from neuroreed.exchange.pdf.handout import handout
from neuroreed.model.errors import BadInput, NotFound

LARGE_FROM_AGE = 65
SAMPLES = {
    "falls": "h1_steady_feet",
    "neuropathy": "h1_steady_feet",
    "stroke": "h2_weak_side",
    "vestibular": "h3_dizzy",
    "tka": "h4_new_knee",
    "ankle": "h5_unstable_joint",
    "acl": "h5_unstable_joint",
    "parkinson": "h6_parkinson",
}


def offered(episode: Episode) -> tuple[str, ...]:
    """Topics that fit: the ready sheet, the condition, the techniques of the plan; then all."""
    known = handouts.topics()
    plan = proving.plan_of(episode)
    first = [
        SAMPLES.get(episode.condition, ""),
        episode.condition,
        *(plan.planned_techniques if plan else ()),
    ]
    likely = [topic for topic in first if topic in known]
    return tuple(dict.fromkeys((*likely, *known)))


def wants_large(birth_date: date, on: date) -> bool:
    """Whether the sheet is printed in 14 point: from 65 years on."""
    years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    return years >= LARGE_FROM_AGE


def _own(episode: Episode) -> dict[str, object]:
    """The exercises and doses agreed with this patient, where there is a programme."""
    row = homes.latest(episode)
    if row is None:
        return {"exercises": None, "doses": None}
    plan = homes.programme(row)
    return {
        "exercises": [item.id for item in plan.items],
        "doses": {item.id: item.dose for item in plan.items},
    }


def _goal(episode: Episode, language: str) -> str:
    """The goal in the patient's words; the plan's own is written in English."""
    row = homes.latest(episode)
    if row is not None and row.goal and row.language == language:
        return row.goal
    plan = proving.plan_of(episode)
    goals = list(plan.goals.all()) if plan else []
    return goals[0].activity if goals and language == "en" else ""


def preview(
    user: User, episode_id: UUID | str, *, topic: str, language: str, own: bool = True
) -> HandoutText:
    """The sheet as it would be printed, as text."""
    episode = access.episode_for(user, episode_id, to="measure")
    mine = _own(episode) if own else {"exercises": None, "doses": None}
    return handouts.handout_text(
        topic,
        language,
        exercise_ids=mine["exercises"],  # type: ignore[arg-type]
        doses=mine["doses"],  # type: ignore[arg-type]
        phone=profile.profile().phone,
    )


def print_handout(
    user: User,
    episode_id: UUID | str,
    *,
    topic: str,
    language: str,
    large: bool | None = None,
    picture_only: bool = False,
    own: bool = True,
    video_url: str | None = None,
    at: datetime,
) -> bytes:
    """The sheet as PDF, for this patient: goal on top, agreed doses, the clinic's phone."""
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="measure")
        today = profile.local_date(at)
        if large is None:
            large = wants_large(episode.patient.birth_date, today)
        mine = _own(episode) if own else {"exercises": None, "doses": None}
        pdf = handout(
            topic,
            language=language,
            large=large,
            picture_only=picture_only,
            phone=profile.profile().phone,
            goal=_goal(episode, language)[:160] or None,
            name=f"{episode.patient.first_name} {episode.patient.last_name}",
            video_url=video_url,
            read_on=today.isoformat(),
            **mine,  # type: ignore[arg-type]
        )
        detail = {"topic": handouts.topic_id(topic), "language": language, "large": large}
        events.append(user, "handout.printed", episode, detail, at=at)
    return pdf


def teach(
    user: User,
    episode_id: UUID | str,
    *,
    topic: str,
    first_try: str,
    rounds: int,
    final: str,
    at: datetime,
    taught: str = "patient",
    language: str = "en",
    interpreter: bool = False,
    picture_only: bool = False,
    visit_id: UUID | str | None = None,
) -> Teaching:
    """Record what was shown back; in a visit not yet signed it is a fact of the note too.

    Raises:
        BadInput: rounds and results that contradict each other, an unknown topic.
    """
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="measure")
        record = teaching.TeachBack(
            topic=handouts.topic_id(topic),
            on=profile.local_date(at),
            first_try=_one(teaching.ShownBack, first_try),
            rounds=rounds,
            final=_one(teaching.ShownBack, final),
            taught=_one(teaching.Taught, taught),
            language=language,
            interpreter=interpreter,
            picture_only=picture_only,
            handout_version=handouts.version(),
        )
        visit = _visit(user, episode, visit_id)
        row = Teaching(
            episode=episode,
            visit=visit,
            topic=record.topic,
            on=record.on,
            first_try=record.first_try.value,
            rounds=record.rounds,
            final=record.final.value,
            taught=record.taught.value,
            language=record.language,
            interpreter=interpreter,
            picture_only=picture_only,
            handout_version=record.handout_version,
            by=user,
            at=at,
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "taught", episode, {"topic": row.topic, "final": row.final}, at=at)
        if visit is not None and visit.state in (Visit.State.OPEN, Visit.State.ENDED):
            title = handouts.topic_title(record.topic)
            told = [t for t in visit.facts.get("education", []) if t.get("topic") != title]
            entry = {"topic": title, "teach_back": _as_fact(record)}
            visits.record_visit_fact(user, visit.pk, field="education", value=[*told, entry], at=at)
    return row


def _as_fact(record: teaching.TeachBack) -> str:
    """The result under the words of the visit facts."""
    if record.final is not teaching.ShownBack.CORRECT:
        return "incorrect"
    return "correct" if record.rounds == 1 else "corrected"


def _one(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise BadInput(f"{value!r} is not an answer of teach-back.") from None


def _visit(user: User, episode: Episode, visit_id: UUID | str | None) -> Visit | None:
    if not visit_id:
        return None
    visit = access.visit_for(user, visit_id, to="edit")
    if visit.episode_id != episode.pk:
        raise NotFound(access.NOTHING)
    return visit


def records(episode: Episode) -> tuple[teaching.TeachBack, ...]:
    """Everything shown back in this episode."""
    return tuple(
        teaching.TeachBack(
            row.topic,
            row.on,
            teaching.ShownBack(row.first_try),
            row.rounds,
            teaching.ShownBack(row.final),
            teaching.Taught(row.taught),
            row.language,
            row.interpreter,
            row.picture_only,
            row.handout_version,
        )
        for row in episode.teachings.all()
    )
