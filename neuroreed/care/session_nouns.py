"""What a timed session is made of: taps, corrections, activities, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from neuroreed.model.care import Bout, Furnished
from neuroreed.model.errors import BadInput


class EventKind(StrEnum):
    """What a tap says. A switch from one activity to another is a stop and a start."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"  # without an activity: everything that runs
    RESUME = "resume"
    CORRECT = "correct"  # replaces recorded intervals by [start, end]; needs a reason
    WITHDRAW = "withdraw"  # the activity never happened; needs a reason
    END = "end"  # the visit is over: everything stops now


@dataclass(frozen=True, slots=True)
class TimerEvent:
    """One tap. ``at`` and, for a correction, ``start`` and ``end`` know their time zone.

    ``correction_of`` is the ``id`` of the start event whose interval is replaced;
    without it a correction replaces all that was recorded for its activity so far.
    """

    at: datetime
    kind: EventKind | str
    activity_id: str = ""
    cpt: str = ""
    technique: str | None = None
    clinician_id: str = ""
    furnished: Furnished | str = Furnished.THERAPIST
    one_on_one: bool = True
    correction_of: str | None = None
    reason: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    id: str = ""

    def __post_init__(self) -> None:
        for value in (self.at, self.start, self.end):
            if value is not None and value.utcoffset() is None:
                raise BadInput(f"A timer event of {self.cpt or 'the visit'} has no time zone.")
        try:
            object.__setattr__(self, "kind", EventKind(self.kind))
            object.__setattr__(self, "furnished", Furnished(self.furnished))
        except ValueError as error:
            raise BadInput(f"A timer event: {error}.") from None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about the recorded time that a person must settle.

    ``event`` counts from 0 in the recorded order. ``blocks`` is False for what is only said.
    """

    kind: str
    sentence: str
    activity_ids: tuple[str, ...] = ()
    event: int | None = None
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """An interval given by a person in place of what the taps said; both are kept."""

    activity_id: str
    replaced: tuple[tuple[datetime, datetime | None], ...]
    start: datetime | None
    end: datetime | None
    reason: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ActivityTime:
    """The time of one activity of a visit.

    ``minutes`` are whole minutes that count (one-on-one minutes, for a timed code), ``None``
    while a blocking problem leaves them unknown. The activities of one code add up to the
    floored minutes of that code. ``therapist_minutes`` include joint minutes.
    ``uncounted_minutes`` ran under a timed code without being one-on-one.
    ``bouts`` are in UTC, in order.
    """

    id: str
    cpt: str
    technique: str | None
    is_timed: bool
    minutes: int | None
    therapist_minutes: int | None
    assistant_minutes: int | None
    student_minutes: int | None
    uncounted_minutes: int
    seconds: int
    running: bool
    bouts: tuple[Bout, ...]

    @property
    def one_on_one(self) -> bool:
        """Whether every recorded moment was one-on-one."""
        return all(bout.one_on_one for bout in self.bouts)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Limits of this project [D]: a clinic may set others."""

    longest_bout_minutes: int = 180
    longest_future_minutes: int = 2


@dataclass(frozen=True, slots=True)
class Session:
    """What the taps of one visit say.

    ``timed_minutes``: minutes of all codes billed in pooled quarters of an hour;
    ``total_minutes``: those and the minutes of all other codes; ``session_minutes``: from the
    first start to the last stop, gaps included.
    Each is ``None`` while a blocking problem leaves it unknown. Times are in UTC;
    ``date_of_service`` is the day of the first start on the clinic's calendar.
    """

    activities: tuple[ActivityTime, ...]
    bouts: tuple[Bout, ...]
    problems: tuple[Problem, ...]
    corrections: tuple[Correction, ...]
    total_minutes: int | None
    timed_minutes: int | None
    session_minutes: int | None
    started_at: datetime | None
    ended_at: datetime | None
    date_of_service: date | None
    paused: bool = False

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the activities whose clock runs."""
        return tuple(activity.id for activity in self.activities if activity.running)

    @property
    def blocked(self) -> bool:
        """Whether a problem must be settled before the minutes can be used."""
        return any(problem.blocks for problem in self.problems)

    def activity(self, activity_id: str) -> ActivityTime:
        """One activity by its id.

        Raises:
            BadInput: the session has no such activity.
        """
        for activity in self.activities:
            if activity.id == activity_id:
                return activity
        raise BadInput(f"The session has no activity {activity_id!r}.")
