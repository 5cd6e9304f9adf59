"""Taps become minutes; what does not fit is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.care.session import (
    SessionLimits,
    TimerEvent,
    interventions,
    record,
    to_visit,
)
from neuroreed.model.care import Furnished
from neuroreed.model.errors import BadInput
from neuroreed.model.people import Discipline

NEW_YORK = ZoneInfo("America/New_York")
UNTIMED = {"97161", "97150", "G0283"}
KNOWN = {"97112", "97110", "97116", "97530", *UNTIMED}


def is_timed(cpt: str) -> bool | None:
    return cpt not in UNTIMED if cpt in KNOWN else None


def at(clock: str, day: str = "2026-10-14", zone: ZoneInfo = NEW_YORK, fold: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone, fold=fold)


def tap(
    kind: str, clock: str, activity: str = "A", cpt: str = "97112", **more: object
) -> TimerEvent:
    day = str(more.pop("day", "2026-10-14"))
    fold = int(str(more.pop("fold", 0)))
    return TimerEvent(at(clock, day, fold=fold), kind, activity, cpt, **more)  # type: ignore[arg-type]


def taken(*events: TimerEvent, **more: object):
    return record(events, zone=NEW_YORK, is_timed=is_timed, **more)  # type: ignore[arg-type]


def kinds(session) -> list[str]:
    return [problem.kind for problem in session.problems]


def test_a_start_and_a_stop_are_whole_minutes():
    session = taken(tap("start", "09:00:00"), tap("stop", "09:25:00"))

    assert session.problems == ()
    assert session.activity("A").minutes == 25
    assert (session.timed_minutes, session.total_minutes, session.session_minutes) == (25, 25, 25)
    assert session.date_of_service == date(2026, 10, 14)


def test_seconds_are_added_over_the_bouts_of_a_code_before_they_are_floored():
    session = taken(
        tap("start", "09:00:00"),
        tap("stop", "09:07:40"),
        tap("start", "09:20:00"),
        tap("stop", "09:27:30"),
    )

    assert session.activity("A").minutes == 15  # 7 min 40 s and 7 min 30 s; floored apart: 14


def test_two_activities_of_one_code_share_the_minutes_of_the_code():
    session = taken(
        tap("start", "09:00:00", "A"),
        tap("stop", "09:07:40", "A"),
        tap("start", "09:20:00", "B"),
        tap("stop", "09:27:30", "B"),
    )

    assert [activity.minutes for activity in session.activities] == [8, 7]
    assert session.timed_minutes == 15


def test_seconds_of_different_codes_are_not_added():
    session = taken(
        tap("start", "09:00:00", "A", "97112"),
        tap("stop", "09:07:40", "A", "97112"),
        tap("start", "09:20:00", "B", "97110"),
        tap("stop", "09:27:30", "B", "97110"),
    )

    assert session.timed_minutes == 14


def test_a_pause_is_not_treatment():
    session = taken(
        tap("start", "09:00:00"),
        tap("pause", "09:10:00"),
        tap("resume", "09:14:00"),
        tap("stop", "09:20:00"),
    )

    assert session.problems == ()
    assert session.activity("A").minutes == 16
    assert session.session_minutes == 20


def test_a_stop_during_a_pause_ends_the_activity_where_the_pause_began():
    session = taken(tap("start", "09:00:00"), tap("pause", "09:10:00"), tap("stop", "09:14:00"))

    assert session.problems == ()
    assert session.activity("A").minutes == 10
    assert not session.paused


def test_untimed_minutes_are_in_the_total_and_not_among_the_timed():
    session = taken(
        tap("start", "09:00:00", "A", "97161"),
        tap("stop", "09:30:00", "A", "97161"),
        tap("start", "09:30:00", "B", "97112"),
        tap("stop", "09:45:00", "B", "97112"),
    )

    assert (session.timed_minutes, session.total_minutes) == (15, 45)


def test_unattended_stimulation_may_run_beside_treatment():
    session = taken(
        tap("start", "09:00:00", "A", "G0283"),
        tap("start", "09:00:00", "B", "97112"),
        tap("stop", "09:15:00", "B", "97112"),
        tap("stop", "09:20:00", "A", "G0283"),
    )

    assert session.problems == ()


def test_overlapping_timed_codes_leave_the_totals_unknown():
    session = taken(
        tap("start", "09:00:00", "A", "97112"),
        tap("start", "09:10:00", "B", "97110"),
        tap("stop", "09:14:00", "A", "97112"),
        tap("stop", "09:30:00", "B", "97110"),
    )

    assert kinds(session) == ["overlap"]
    assert session.problems[0].activity_ids == ("A", "B")
    assert "4 min 0 s" in session.problems[0].sentence
    assert session.timed_minutes is None and session.blocked


def test_codes_that_meet_at_one_moment_do_not_overlap():
    session = taken(
        tap("start", "09:00:00", "A", "97112"),
        tap("stop", "09:14:00", "A", "97112"),
        tap("start", "09:14:00", "B", "97110"),
        tap("stop", "09:30:00", "B", "97110"),
    )

    assert session.problems == ()


def test_therapist_and_assistant_together_count_once_as_the_therapists():
    session = taken(
        tap("start", "09:00:00", "A", clinician_id="pt"),
        tap("start", "09:05:00", "B", clinician_id="pta", furnished="assistant"),
        tap("stop", "09:15:00", "A"),
        tap("stop", "09:25:00", "B"),
    )

    assert kinds(session) == ["together"] and not session.blocked
    assert session.timed_minutes == 25
    assert sum(a.therapist_minutes for a in session.activities) == 15
    assert sum(a.assistant_minutes for a in session.activities) == 10


def test_two_codes_by_two_clinicians_at_one_moment_overlap():
    session = taken(
        tap("start", "09:00:00", "A", "97112", clinician_id="pt"),
        tap("start", "09:00:00", "B", "97110", clinician_id="pta", furnished="assistant"),
        tap("stop", "09:15:00", "A"),
        tap("stop", "09:15:00", "B"),
    )

    assert kinds(session) == ["overlap"]


def test_student_minutes_are_nobodys_billable_minutes():
    session = taken(
        tap("start", "09:00:00", "A", furnished="student", clinician_id="s"),
        tap("stop", "09:15:00", "A"),
    )

    activity = session.activity("A")
    assert (activity.student_minutes, activity.therapist_minutes, activity.assistant_minutes) == (
        15,
        0,
        0,
    )


def test_minutes_that_were_not_one_on_one_do_not_count():
    session = taken(tap("start", "09:00:00", one_on_one=False), tap("stop", "09:12:00"))

    assert kinds(session) == ["not_one_on_one"]
    assert session.activity("A").minutes == 0
    assert session.activity("A").uncounted_minutes == 12


def test_a_stop_without_a_start_is_said_and_the_minutes_are_unknown():
    session = taken(tap("stop", "09:10:00"))

    assert kinds(session) == ["stop_without_start"]
    assert session.activity("A").minutes is None
    assert session.timed_minutes is None
    assert session.problems[0].event == 0


def test_a_second_start_while_running_is_said_and_the_first_stands():
    session = taken(tap("start", "09:00:00"), tap("start", "09:05:00"), tap("stop", "09:20:00"))

    assert kinds(session) == ["started_twice"]
    assert session.activity("A").minutes == 20


def test_a_clock_that_was_never_stopped_has_no_minutes():
    session = taken(tap("start", "09:00:00"))

    assert kinds(session) == ["not_stopped"]
    assert session.activity("A").minutes is None


def test_a_running_clock_shows_the_minutes_so_far():
    session = taken(tap("start", "09:00:00"), until=at("09:12:30"))

    assert session.problems == ()
    assert session.running == ("A",)
    assert session.activity("A").minutes == 12
    assert session.ended_at is None


def test_a_bout_may_last_as_long_as_the_limit_and_no_longer():
    limits = SessionLimits(longest_bout_minutes=180)

    allowed = taken(tap("start", "09:00:00"), tap("stop", "12:00:00"), limits=limits)
    refused = taken(tap("start", "09:00:00"), tap("stop", "12:00:01"), limits=limits)

    assert allowed.problems == ()
    assert kinds(refused) == ["too_long"]
    assert refused.timed_minutes is None


def test_a_visit_left_running_overnight_is_said():
    session = taken(tap("start", "16:50:00"), tap("end", "08:00:00", "", day="2026-10-15"))

    assert kinds(session) == ["over_midnight"]
    assert session.activity("A").minutes is None
    assert session.date_of_service == date(2026, 10, 14)


def test_a_bout_that_ends_at_midnight_belongs_to_one_date():
    ends = taken(tap("start", "23:40:00"), tap("stop", "00:00:00", day="2026-10-15"))
    passes = taken(tap("start", "23:40:00"), tap("stop", "00:00:01", day="2026-10-15"))

    assert ends.problems == ()
    assert kinds(passes) == ["over_midnight"]


def test_the_date_of_service_is_the_clinics_date():
    evening = datetime(2026, 10, 15, 1, 0, tzinfo=UTC)  # 21:00 in New York the day before
    events = [
        TimerEvent(evening, "start", "A", "97112"),
        TimerEvent(evening + timedelta(minutes=20), "stop", "A"),
    ]

    session = record(events, zone=NEW_YORK, is_timed=is_timed)

    assert session.date_of_service == date(2026, 10, 14)


@pytest.mark.parametrize(
    ("day", "start", "stop", "fold", "minutes"),
    [
        ("2026-03-08", "01:50:00", "03:10:00", 0, 20),  # the clock jumps from 2 to 3
        ("2026-11-01", "01:50:00", "01:10:00", 1, 20),  # the hour from 1 to 2 comes twice
    ],
)
def test_a_night_of_clock_change_neither_adds_nor_loses_an_hour(day, start, stop, fold, minutes):
    session = taken(tap("start", start, day=day), tap("stop", stop, day=day, fold=fold))

    assert session.problems == ()
    assert session.activity("A").minutes == minutes


def test_time_that_runs_backwards_is_said():
    session = taken(tap("start", "09:30:00"), tap("stop", "09:10:00"))

    assert kinds(session) == ["time_backwards", "negative"]
    assert session.activity("A").minutes is None


def test_the_end_of_the_visit_stops_every_clock():
    session = taken(tap("start", "09:00:00"), tap("end", "09:20:00", ""))

    assert session.problems == ()
    assert session.activity("A").minutes == 20
    assert session.running == ()


def test_a_start_after_the_end_of_the_visit_is_said():
    session = taken(
        tap("start", "09:00:00"),
        tap("end", "09:20:00", ""),
        tap("start", "09:30:00", "B", "97110"),
        tap("stop", "09:40:00", "B"),
    )

    assert kinds(session) == ["started_after_end"]


def test_an_unknown_code_is_said():
    session = taken(tap("start", "09:00:00", cpt="99999"), tap("stop", "09:10:00", cpt="99999"))

    assert kinds(session) == ["unknown_code"]
    assert session.timed_minutes is None


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(BadInput):
        TimerEvent(datetime(2026, 10, 14, 9, 0), "start", "A", "97112")
    with pytest.raises(BadInput):
        TimerEvent(at("09:00:00"), "begin", "A", "97112")


def test_the_visit_has_the_minutes_of_the_session():
    session = taken(
        tap("start", "09:00:00", "A", furnished="assistant"), tap("stop", "09:25:00", "A")
    )

    visit = to_visit(
        session, visit_id="v", patient_id="p", discipline=Discipline.PT, clinician_id="pta"
    )

    (activity,) = visit.activities
    assert (activity.minutes, activity.therapist_minutes, activity.assistant_minutes) == (25, 0, 25)
    assert activity.bouts[0].furnished is Furnished.ASSISTANT
    with pytest.raises(BadInput):
        to_visit(
            taken(), visit_id="v", patient_id="p", discipline=Discipline.PT, clinician_id="pta"
        )


def test_the_minute_facts_are_in_the_clinics_time():
    session = taken(tap("start", "09:00:00", technique="static_balance"), tap("stop", "09:25:00"))

    (facts,) = interventions(session, NEW_YORK)

    assert facts == {
        "id": "A",
        "technique": "static_balance",
        "cpt": "97112",
        "start": "09:00:00",
        "end": "09:25:00",
        "minutes": 25,
        "one_on_one": True,
    }


BOUTS = st.lists(
    st.tuples(
        st.sampled_from(["97112", "97110", "97116"]), st.integers(0, 900), st.integers(0, 900)
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=120)
@given(BOUTS)
def test_minutes_equal_a_count_of_seconds_one_by_one(bouts):
    moment, events, lit = at("09:00:00"), [], {}
    for i, (cpt, gap, seconds) in enumerate(bouts):
        moment += timedelta(seconds=gap)
        events.append(TimerEvent(moment, "start", f"{cpt}-{i % 2}", cpt))
        moment += timedelta(seconds=seconds)
        events.append(TimerEvent(moment, "stop", f"{cpt}-{i % 2}", cpt))
        lit[cpt] = lit.get(cpt, 0) + len(range(seconds))

    session = taken(*events)

    assert session.problems == ()
    for cpt, seconds in lit.items():
        assert sum(a.minutes for a in session.activities if a.cpt == cpt) == seconds // 60


ANY_TAP = st.tuples(
    st.sampled_from(["start", "stop", "pause", "resume", "correct", "withdraw", "end"]),
    st.integers(-300, 4000),
    st.sampled_from(["", "A", "B", "C"]),
    st.sampled_from(["97112", "97110", "97161", "", "99999"]),
    st.booleans(),
    st.sampled_from(["therapist", "assistant", "student", "joint"]),
    st.sampled_from([None, "reason"]),
    st.none() | st.tuples(st.integers(0, 4000), st.integers(0, 4000)),
)


@settings(max_examples=300)
@given(st.lists(ANY_TAP, max_size=12), st.booleans())
def test_any_log_is_read_and_known_minutes_fit_the_clock(taps, live):
    began, moment, events = at("09:00:00"), at("09:00:00"), []
    for kind, step, activity, cpt, alone, who, reason, span in taps:
        moment += timedelta(seconds=step)
        start, end = (began + timedelta(seconds=s) for s in span) if span else (None, None)
        events.append(
            TimerEvent(
                moment,
                kind,
                activity,
                cpt,
                furnished=who,
                one_on_one=alone,
                reason=reason,
                start=start,
                end=end,
            )
        )

    session = taken(*events, until=moment if live else None)

    assert all(problem.sentence.endswith(".") for problem in session.problems)
    if session.blocked:
        assert session.timed_minutes is None and session.total_minutes is None
    elif session.started_at is not None:
        assert session.timed_minutes <= session.session_minutes
    for activity in session.activities:
        parts = (activity.therapist_minutes, activity.assistant_minutes, activity.student_minutes)
        if activity.minutes is None:
            assert session.blocked
        else:
            assert sum(parts) == activity.minutes
