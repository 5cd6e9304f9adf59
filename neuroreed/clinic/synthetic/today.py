"""Today in the invented clinic: a session that runs, one to sign, the rest to come."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from neuroreed.clinic.services import history, visits
from neuroreed.clinic.services.history import PastVisit
from neuroreed.clinic.synthetic.visits import activities_of, visit_facts

if TYPE_CHECKING:
    from neuroreed.clinic.synthetic.load import Course, Making

RUNNING = "Alderton"
TO_SIGN = ("Firbank", "Junipero")
LEFT_RUNNING = "Hawthornby"
COMING = {
    "thea": ("Birchwell", "Cedarholt", "Elmsworth", "Oakhurst", "Willowby", "Yewdale"),
    "theo": ("Maplestead", "Pinecroft", "Rowanfield", "Tamarisk", "Gumtree"),
    "olga": ("Ironwood", "Quincewood", "Viburnum", "Underbrush"),
}
SLOTS = (time(8), time(9), time(10), time(11), time(13), time(14), time(15), time(16))
RUNNING_MINUTES = 12


def make(making: Making) -> None:
    """Fill today's schedule."""
    _left_running(making, making.courses[LEFT_RUNNING])
    for name in TO_SIGN:
        _to_sign(making, making.courses[name])
    for username, names in COMING.items():
        for slot, name in zip(SLOTS[1:], names, strict=False):
            made = making.courses[name]
            visits.schedule(
                making.people["fred"],
                episode_id=made.episode.pk,
                clinician_id=making.people[username].pk,
                scheduled_at=making.local(making.today, slot),
                at=making.at - timedelta(hours=20),
            )
    _running(making, making.courses[RUNNING])


def _earlier_today(making: Making, minutes: int) -> datetime:
    """So many minutes ago, but not before midnight: a visit has one date."""
    midnight = making.local(making.today, time(0, 0))
    return max(making.at - timedelta(minutes=minutes), midnight)


def _running(making: Making, made: Course) -> None:
    """A session under way: its first activity has run for some minutes."""
    therapist = making.people[made.case.therapist]
    began = _earlier_today(making, RUNNING_MINUTES)
    visit = visits.schedule(
        making.people["fred"],
        episode_id=made.episode.pk,
        clinician_id=therapist.pk,
        scheduled_at=began,
        at=began,
    )
    state = visits.open_visit(therapist, visit.pk, at=began)
    visits.add_timer_event(
        therapist,
        visit.pk,
        kind="start",
        activity_id=state.activities[0].id,
        at=began,
        token="tap-1",  # noqa: S106  (names a tap)
    )


def _to_sign(making: Making, made: Course) -> None:
    """A visit of this morning that ended and waits for its signature."""
    therapist = making.people[made.case.therapist]
    index = made.case.visits + 1
    begins = _earlier_today(making, 90)
    activities = activities_of(made, index, begins, therapist.discipline, frozenset())
    last = activities[-1].end
    ended = min(last or begins, making.at)
    if any((a.end or a.start) > making.at for a in activities):
        return
    past = PastVisit(
        episode=made.episode,
        plan=made.plan,
        coverage=made.coverage,
        clinician=therapist,
        scheduled_at=begins,
        activities=activities,
        ended_at=ended,
        authorization=made.authorization,
        facts=visit_facts(made, index),
    )
    history.record(therapist, past, at=making.at)


def _left_running(making: Making, made: Course) -> None:
    """Yesterday's last visit: nobody stopped the clock."""
    therapist = making.people[made.case.therapist]
    begins = making.local(making.today - timedelta(days=1), time(16, 0))
    activities = activities_of(
        made, made.case.visits + 1, begins, therapist.discipline, frozenset()
    )
    first = activities[0]
    open_one = type(first)(first.cpt, first.technique, first.start, None, first.facts)
    past = PastVisit(
        episode=made.episode,
        plan=made.plan,
        coverage=made.coverage,
        clinician=therapist,
        scheduled_at=begins,
        activities=[open_one],
        ended_at=None,
        facts={},
    )
    history.record(therapist, past, at=begins + timedelta(minutes=50))
