"""Timer events become bouts, bouts become whole minutes; what does not fit is said, not repaired.

Elapsed time is computed in UTC, so a night of clock change neither adds nor loses an hour.
Seconds are added over the bouts of one code and floored once per code (UNITS-2d).
A therapist and an assistant at the same patient at the same moment count once, as the
therapist's (UNITS-2e).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from neuroreed.care.session_codes import timed_in_policy
from neuroreed.care.session_intervals import Interval, utc
from neuroreed.care.session_log import Log, Stretch, Track
from neuroreed.care.session_minutes import MINUTE, activity_times, find_overlaps
from neuroreed.care.session_nouns import (
    ActivityTime,
    Correction,
    EventKind,
    Problem,
    Session,
    SessionLimits,
    TimerEvent,
)
from neuroreed.model.care import Furnished, TimedActivity, Visit
from neuroreed.model.errors import BadInput
from neuroreed.model.people import Discipline

__all__ = [
    "ActivityTime",
    "Correction",
    "EventKind",
    "Problem",
    "Session",
    "SessionLimits",
    "TimerEvent",
    "directed",
    "interventions",
    "record",
    "to_visit",
]


def record(
    events: Sequence[TimerEvent],
    *,
    until: datetime | None = None,
    zone: tzinfo | None = None,
    is_timed: Callable[[str], bool | None] = timed_in_policy,
    limits: SessionLimits | None = None,
) -> Session:
    """What the taps of one visit of one patient say.

    Args:
        events: in the order they were recorded.
        until: the present moment, for a visit under way: clocks that run, run to here.
            Without it a clock that was never stopped is a problem.
        zone: the clinic's time zone, which decides the calendar date and the times in
            sentences; without it each event's own zone.
        is_timed: whether a code's units are pooled quarters of an hour; an unknown code counts
            as one and is a problem.
    """
    limits = limits or SessionLimits()
    log = Log(zone, limits)
    log.read(events)
    problems = list(log.problems)
    unknown: set[str] = {
        activity for problem in problems if problem.blocks for activity in problem.activity_ids
    }
    timed = {track.cpt: _timing(track.cpt, is_timed, problems) for track in log.tracks.values()}
    running = {track.id for track in log.tracks.values() if track.open is not None}
    intervals: dict[str, list[tuple[Interval, Stretch]]] = {}
    for track in log.tracks.values():
        intervals[track.id] = _closed(track, log, until, limits, problems, unknown)
    find_overlaps(log, intervals, timed, problems)
    activities = activity_times(log, intervals, timed, unknown, running)

    every = [interval for pairs in intervals.values() for interval, _ in pairs]
    started = min((start for start, _ in every), default=None)
    ended = max((end for _, end in every), default=None)
    if until is None and log.ended_at is not None and ended is not None:
        ended = max(ended, log.ended_at)
    blocked = any(problem.blocks for problem in problems)
    known = not blocked and all(activity.minutes is not None for activity in activities)
    _mention_uncounted(activities, problems)
    return Session(
        activities=activities,
        bouts=tuple(
            sorted(
                (bout for activity in activities for bout in activity.bouts),
                key=lambda bout: (bout.start, bout.end),
            )
        ),
        problems=tuple(problems),
        corrections=tuple(log.corrections),
        total_minutes=sum(a.minutes or 0 for a in activities) if known else None,
        timed_minutes=sum(a.minutes or 0 for a in activities if a.is_timed) if known else None,
        session_minutes=(ended - started) // MINUTE if known and started and ended else None,
        started_at=started,
        ended_at=None if running else ended,
        date_of_service=_local_date(started, events, zone),
        paused=any(track.paused for track in log.tracks.values()),
    )


def _local_date(
    started: datetime | None, events: Sequence[TimerEvent], zone: tzinfo | None
) -> date | None:
    if started is None:
        return None
    return started.astimezone(zone or events[0].at.tzinfo).date()


def _timing(cpt: str, is_timed: Callable[[str], bool | None], problems: list[Problem]) -> bool:
    timed = is_timed(cpt)
    if timed is None:
        problems.append(
            Problem(
                "unknown_code",
                f"Code {cpt or '(none)'} is not in the therapy code set: choose the code again.",
            )
        )
    return timed is not False


def _closed(
    track: Track,
    log: Log,
    until: datetime | None,
    limits: SessionLimits,
    problems: list[Problem],
    unknown: set[str],
) -> list[tuple[Interval, Stretch]]:
    """The intervals of one activity; those that cannot be time are said and left out."""

    def say(kind: str, sentence: str, stretch: Stretch) -> None:
        problems.append(Problem(kind, sentence, (track.id,), stretch.event))
        unknown.add(track.id)

    kept: list[tuple[Interval, Stretch]] = []
    for stretch in track.stretches:
        end = stretch.end if stretch.end is not None else (utc(until) if until else None)
        began = log.clock(stretch.start)
        if end is None:
            say(
                "not_stopped",
                f"{track.cpt} was started at {began} and never stopped: "
                "give the time when it ended, with a reason.",
                stretch,
            )
            continue
        if end < stretch.start:
            say(
                "negative",
                f"{track.cpt} starts at {began} and ends before that, at {log.clock(end)}: "
                "correct its start or its end, with a reason.",
                stretch,
            )
            continue
        kept.append(((stretch.start, end), stretch))
        zone = log.zone or stretch.opened_by.at.tzinfo
        last_moment = max(stretch.start, end - timedelta.resolution)
        if stretch.start.astimezone(zone).date() != last_moment.astimezone(zone).date():
            say(
                "over_midnight",
                f"{track.cpt} runs from {began} over midnight to {log.clock(end)}: if the clock "
                "was left running, correct its end; else record a visit for each date.",
                stretch,
            )
        elif end - stretch.start > limits.longest_bout_minutes * MINUTE:
            say(
                "too_long",
                f"{track.cpt} ran {(end - stretch.start) // MINUTE} minutes without a stop, from "
                f"{began}: if the clock was left running, correct its end, with a reason.",
                stretch,
            )
    return kept


def _mention_uncounted(activities: Sequence[ActivityTime], problems: list[Problem]) -> None:
    for activity in activities:
        if activity.uncounted_minutes:
            problems.append(
                Problem(
                    "not_one_on_one",
                    f"{activity.uncounted_minutes} minutes of {activity.cpt} were not one-on-one: "
                    "they do not count towards its units.",
                    (activity.id,),
                    blocks=False,
                )
            )


def interventions(session: Session, zone: tzinfo | None = None) -> list[dict[str, Any]]:
    """The minute facts of a visit, one mapping per activity, in the shape the rubric reads.

    ``start`` and ``end`` are wall-clock times with seconds; an activity of several bouts has
    them all under ``bouts``. Nothing else of an intervention is filled in.
    """

    def clock(at: datetime) -> str:
        return (at.astimezone(zone) if zone else at).strftime("%H:%M:%S")

    facts: list[dict[str, Any]] = []
    for activity in session.activities:
        counted = [
            bout for bout in activity.bouts if bout.one_on_one or not activity.is_timed
        ] or list(activity.bouts)
        entry: dict[str, Any] = {
            "id": activity.id,
            "technique": activity.technique,
            "cpt": activity.cpt,
            "start": clock(counted[0].start) if counted else None,
            "end": clock(counted[-1].end) if counted else None,
            "minutes": activity.minutes,
            "one_on_one": activity.one_on_one if activity.bouts else None,
        }
        if len(counted) > 1:
            entry["bouts"] = [
                {"start": clock(bout.start), "end": clock(bout.end)} for bout in counted
            ]
        facts.append(entry)
    return facts


def directed(time: Session) -> Session:
    """A session whose student was the therapist's hands: the service is the therapist's.

    Only where the therapist said so; the log and the note keep who did what.
    """
    hands = Furnished.STUDENT

    def own(activity: ActivityTime) -> ActivityTime:
        return replace(
            activity,
            therapist_minutes=_added(activity.therapist_minutes, activity.student_minutes),
            student_minutes=0,
            bouts=tuple(
                replace(bout, furnished=Furnished.THERAPIST) if bout.furnished is hands else bout
                for bout in activity.bouts
            ),
        )

    return replace(time, activities=tuple(own(activity) for activity in time.activities))


def _added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def to_visit(
    session: Session,
    *,
    visit_id: str,
    patient_id: str,
    discipline: Discipline,
    clinician_id: str,
    payer: str = "medicare_part_b",
    place_of_service: str = "11",
    plan_of_care_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
    activity_facts: Mapping[str, Mapping[str, Any]] | None = None,
) -> Visit:
    """The visit that these minutes belong to; unknown minutes stay unknown.

    Student minutes are in an activity's ``minutes`` but are nobody's billable minutes:
    ``therapist_minutes`` and ``assistant_minutes`` leave them out.

    Raises:
        BadInput: nothing was timed, so there is no date of service.
    """
    if session.date_of_service is None:
        raise BadInput("Nothing was timed: a visit needs at least one activity with a start.")
    given = activity_facts or {}
    return Visit(
        id=visit_id,
        patient_id=patient_id,
        date_of_service=session.date_of_service,
        discipline=discipline,
        clinician_id=clinician_id,
        activities=tuple(
            TimedActivity(
                cpt=activity.cpt,
                minutes=activity.minutes,
                is_timed=activity.is_timed,
                therapist_minutes=activity.therapist_minutes,
                assistant_minutes=activity.assistant_minutes,
                bouts=activity.bouts,
                facts=dict(given.get(activity.id, {})),
            )
            for activity in session.activities
        ),
        payer=payer,
        place_of_service=place_of_service,
        plan_of_care_id=plan_of_care_id,
        started_at=session.started_at,
        ended_at=session.ended_at,
        facts=dict(facts or {}),
    )
