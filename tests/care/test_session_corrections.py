"""A correction replaces minutes, gives its reason and keeps the original."""

from __future__ import annotations

import pytest

from neuroreed.care.session import TimerEvent
from tests.care.test_session import at, kinds, taken, tap


def correction(clock: str, start: str, end: str, **more: object) -> TimerEvent:
    return tap(
        "correct", clock, start=at(start), end=at(end), **{"reason": "forgot to stop", **more}
    )


def test_a_correction_replaces_the_interval_and_keeps_the_original():
    session = taken(
        tap("start", "09:00:00", clinician_id="pt"),
        tap("stop", "11:59:00"),
        correction("12:00:00", "09:00:00", "09:25:00", clinician_id="pt"),
    )

    assert session.problems == ()
    assert session.activity("A").minutes == 25
    assert session.activity("A").bouts[0].clinician_id == "pt"
    (kept,) = session.corrections
    assert kept.reason == "forgot to stop"
    assert kept.replaced == ((at("09:00:00"), at("11:59:00")),)


def test_a_correction_settles_what_was_wrong_before_it():
    session = taken(tap("stop", "09:25:00"), correction("09:30:00", "09:00:00", "09:25:00"))

    assert session.problems == ()
    assert session.activity("A").minutes == 25


def test_a_correction_of_one_start_leaves_the_other_bouts():
    session = taken(
        tap("start", "09:00:00", id="first"),
        tap("stop", "09:10:00"),
        tap("start", "09:20:00", id="second"),
        tap("stop", "09:59:00"),
        correction("10:00:00", "09:20:00", "09:30:00", correction_of="second"),
    )

    assert session.activity("A").minutes == 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "  "},
        {"start": None},
        {"start": at("09:30:00")},
        {"end": at("12:10:00")},
        {"correction_of": "nothing"},
        {"activity_id": "Z", "cpt": ""},
    ],
)
def test_a_correction_that_cannot_be_is_refused_and_the_taps_stand(wrong):
    events = [tap("start", "09:00:00"), tap("stop", "09:20:00")]
    values = {
        "reason": "forgot",
        "start": at("09:00:00"),
        "end": at("09:25:00"),
        "activity_id": "A",
        "cpt": "97112",
    }
    events.append(TimerEvent(at("12:00:00"), "correct", **{**values, **wrong}))

    session = taken(*events)

    assert kinds(session) == ["correction_refused"]
    assert session.activity("A").bouts[0].end == at("09:20:00")


def test_an_activity_can_be_withdrawn_with_a_reason():
    session = taken(
        tap("start", "09:00:00"),
        tap("stop", "09:20:00"),
        tap("start", "09:20:00", "B", "97110"),
        tap("withdraw", "09:21:00", "B", reason="wrong tile"),
        tap("end", "09:30:00", ""),
    )

    assert [activity.id for activity in session.activities] == ["A"]
    assert session.corrections[0].reason == "wrong tile"
    assert session.timed_minutes == 20
