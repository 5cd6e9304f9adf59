"""Timing a visit: taps at the server's time, once each, from one page or two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from neuroreed.clinic.models import Event, TimerEvent
from neuroreed.clinic.services import notes, visits
from neuroreed.model.errors import BadInput, Refused, UnknownCode
from tests.clinic.world import TODAY, at, tap


def kinds(world):
    return [(e.kind, e.activity and e.activity.order) for e in world.visit.timer_events.all()]


@pytest.fixture
def opened(clinic):
    visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(9))
    return clinic


def test_opening_makes_the_tiles_of_the_plan_once(clinic):
    first = visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(9))

    again = visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(9, 1))

    assert [(a.cpt, a.technique) for a in first.activities] == [
        ("97112", "static_balance"),
        ("97116", "gait_training"),
    ]
    assert [a.id for a in again.activities] == [a.id for a in first.activities]


def test_a_tap_on_another_tile_switches_in_one_step(opened):
    tap(opened, "start", 0, at(9), "a")

    state = tap(opened, "start", 1, at(9, 25), "b")

    assert kinds(opened) == [("start", 1), ("stop", 1), ("start", 2)]
    assert [a.running for a in state.activities] == [False, True]
    assert state.activities[0].minutes == 25


def test_the_same_token_twice_is_one_event(opened):
    first = tap(opened, "start", 0, at(9), "a")

    second = tap(opened, "start", 0, at(9, 0, 1), "a")

    assert kinds(opened) == [("start", 1)]
    assert second.version == first.version
    assert Event.objects.filter(verb="visit.timed").count() == 1


def test_a_double_tap_with_two_tokens_is_one_start(opened):
    tap(opened, "start", 0, at(9), "a")

    tap(opened, "start", 0, at(9, 0, 1), "b")

    assert kinds(opened) == [("start", 1)]


def test_a_second_page_that_has_not_seen_the_latest_tap_changes_nothing(opened):
    seen_by_both = opened.state().version
    tap(opened, "start", 0, at(9), "first page", seen=seen_by_both)

    state = tap(opened, "start", 1, at(9, 1), "second page", seen=seen_by_both)

    assert state.stale
    assert state.running_id == state.activities[0].id
    assert kinds(opened) == [("start", 1)]
    assert not tap(opened, "start", 1, at(9, 2), "once more", seen=state.version).stale


def test_a_stop_of_what_does_not_run_is_nothing(opened):
    state = tap(opened, "stop", 0, at(9), "a")

    assert kinds(opened) == []
    assert state.version == 0


def test_a_pause_stops_the_minutes_and_a_resume_goes_on(opened):
    tap(opened, "start", 0, at(9), "a")
    tap(opened, "pause", 0, at(9, 10), "b")
    visits.add_timer_event(
        opened.therapist, opened.visit.pk, kind="resume", activity_id=None, at=at(9, 20), token="c"
    )

    state = visits.end(opened.therapist, opened.visit.pk, at=at(9, 30))

    assert state.activities[0].minutes == 20


def test_the_state_holds_what_the_screen_shows_while_the_clock_runs(opened):
    tap(opened, "start", 0, at(9), "a")

    state = opened.state(at(9, 23, 30))

    assert state.activities[0].seconds == 23 * 60 + 30
    assert state.timed_minutes == 23
    assert state.units == {"97112": 2}
    assert any("23" in step for step in state.proof_steps)


def test_a_session_left_running_overnight_is_not_signed_until_corrected(opened):
    tap(opened, "start", 0, at(9), "a")
    morning = at(8, day=TODAY + timedelta(days=1))
    visits.end(opened.therapist, opened.visit.pk, at=morning)

    with pytest.raises(Refused, match="midnight"):
        notes.sign(opened.therapist, opened.visit.pk, at=morning)
    activity = opened.visit.activities.first()
    state = visits.correct_minutes(
        opened.therapist, opened.visit.pk, activity.pk,
        start=at(9), end=at(9, 30), reason="forgot to stop", at=morning,
    )  # fmt: skip

    assert state.activities[0].minutes == 30
    assert state.activities[0].corrected
    assert not any(problem.blocks for problem in state.problems)
    assert kinds(opened) == [("start", 1), ("stop", 1), ("end", None), ("correct", 1)]
    signed = notes.sign(opened.therapist, opened.visit.pk, at=morning)
    assert "forgot to stop" in signed.canonical


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (at(9), at(9, 30), "  "),
        (at(9, 30), at(9), "turned round"),
        (at(9), at(9), "nothing"),
        (at(9), at(23), "in the future"),
        (
            at(9, day=TODAY - timedelta(days=1)),
            at(9, 30, day=TODAY - timedelta(days=1)),
            "other day",
        ),
        (at(9).replace(tzinfo=None), at(9, 30).replace(tzinfo=None), "no zone"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_and_leaves_the_log_alone(
    opened, start, end, reason
):
    tap(opened, "start", 0, at(9), "a")
    activity = opened.visit.activities.first()

    with pytest.raises(BadInput):
        visits.correct_minutes(
            opened.therapist, opened.visit.pk, activity.pk,
            start=start, end=end, reason=reason, at=at(10),
        )  # fmt: skip

    assert kinds(opened) == [("start", 1)]


def test_minutes_that_never_were_are_withdrawn_with_a_reason(opened):
    tap(opened, "start", 0, at(9), "a")
    tap(opened, "start", 1, at(9, 20), "b")
    tiles = list(opened.visit.activities.all())

    state = visits.withdraw_minutes(
        opened.therapist, opened.visit.pk, tiles[1].pk, reason="wrong tile", at=at(9, 30)
    )

    assert state.activities[0].minutes == 20
    assert not state.activities[1].has_time
    assert TimerEvent.objects.filter(kind="withdraw", reason="wrong tile").exists()


def test_a_code_that_was_not_planned_is_added_and_an_unknown_one_refused(opened):
    state = visits.add_activity(
        opened.therapist, opened.visit.pk, cpt="97530", technique="task_specific", at=at(9, 5)
    )

    assert [(a.cpt, a.is_planned) for a in state.activities][-1] == ("97530", False)
    with pytest.raises(UnknownCode):
        visits.add_activity(opened.therapist, opened.visit.pk, cpt="99999", at=at(9, 6))


def test_only_a_tile_without_time_can_be_taken_away(opened):
    tiles = list(opened.visit.activities.all())
    tap(opened, "start", 0, at(9), "a")

    state = visits.remove_activity(opened.therapist, opened.visit.pk, tiles[1].pk, at=at(9, 1))

    assert [a.id for a in state.activities] == [tiles[0].pk]
    with pytest.raises(Refused):
        visits.remove_activity(opened.therapist, opened.visit.pk, tiles[0].pk, at=at(9, 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("no_such_field", "x"),
        ("dosage.no_such_dose", "x"),
        ("assist_level", "some"),
        ("sets", -1),
        ("sets", True),
        ("sets", "three"),
        ("response.start", "many"),
        ("cues", [{"type": "shouting", "content": "x", "error": "y"}]),
        ("cues", "verbal"),
        ("decision.value", "continue"),
        ("task", "x" * 301),
        ("task", "line\nbreak"),
    ],
)
def test_a_fact_that_its_field_cannot_hold_is_refused(opened, field, value):
    activity = opened.visit.activities.first()

    with pytest.raises(BadInput):
        visits.record_fact(
            opened.therapist, opened.visit.pk, activity.pk, field=field, value=value, at=at(9)
        )

    activity.refresh_from_db()
    assert activity.facts == {}


def test_a_fact_is_recorded_changed_and_cleared(opened):
    key = opened.visit.activities.first().pk

    def record(field, value):
        state = visits.record_fact(
            opened.therapist, opened.visit.pk, key, field=field, value=value, at=at(9)
        )
        return state.activities[0].facts

    assert record("response.start", 6) == {"response": {"start": 6}}
    assert record("response.end", 2.5)["response"] == {"start": 6, "end": 2.5}
    assert record("response.start", None)["response"] == {"end": 2.5}


def test_what_was_recorded_last_time_is_shown_but_not_copied(signed):
    following = visits.schedule(
        signed.therapist,
        episode_id=signed.episode.pk,
        clinician_id=signed.therapist.pk,
        scheduled_at=at(9, day=TODAY + timedelta(days=2)),
        at=at(12),
    )

    moment = at(9, day=TODAY + timedelta(days=2))
    state = visits.open_visit(signed.therapist, following.pk, at=moment)

    assert state.activities[0].last_facts["response"] == {
        "metric": "losses_of_balance", "unit": "count_per_30s", "start": 6, "end": 3,
    }  # fmt: skip
    assert all(activity.facts == {} for activity in state.activities)


def test_ending_twice_is_ending_once(opened):
    tap(opened, "start", 0, at(9), "a")
    visits.end(opened.therapist, opened.visit.pk, at=at(9, 20))

    state = visits.end(opened.therapist, opened.visit.pk, at=at(9, 30))

    assert state.activities[0].minutes == 20
    assert kinds(opened) == [("start", 1), ("stop", 1), ("end", None)]


def test_a_session_ended_too_early_goes_on_and_keeps_both_stretches(opened):
    tap(opened, "start", 0, at(9), "a")
    visits.end(opened.therapist, opened.visit.pk, at=at(9, 20))

    state = visits.reopen(opened.therapist, opened.visit.pk, at=at(9, 25))
    tap(opened, "start", 0, at(9, 25), "b")
    ended = visits.end(opened.therapist, opened.visit.pk, at=at(9, 30))

    assert state.state == "open"
    assert ended.activities[0].minutes == 25
    assert not any(problem.blocks for problem in ended.problems)
    assert [kind for kind, _ in kinds(opened)].count("end") == 2


def test_yesterdays_session_is_corrected_not_reopened(opened):
    visits.end(opened.therapist, opened.visit.pk, at=at(9, 20))

    with pytest.raises(Refused):
        visits.reopen(opened.therapist, opened.visit.pk, at=at(9, day=TODAY + timedelta(days=1)))


def test_a_visit_that_is_not_open_is_not_timed(clinic):
    visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(9))
    visits.end(clinic.therapist, clinic.visit.pk, at=at(9, 10))

    with pytest.raises(Refused):
        tap(clinic, "start", 0, at(9, 11), "late")
