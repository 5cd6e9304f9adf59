"""Several writers at once, each with its own connection. Run by test_postgres.py.

Not collected by itself: an SQLite in memory has one connection.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from neuroreed.clinic import events, record
from neuroreed.clinic.models import ControlNumber, Event, SignedNote, TimerEvent
from neuroreed.clinic.services import notes, numbers, visits
from neuroreed.model.errors import NeuroReedError
from tests.clinic import world
from tests.clinic.world import at

WRITERS = 6


@pytest.fixture
def committed(transactional_db):
    """A clinic that every connection sees."""
    return world.make()


def together(work):
    """The answers, or errors, of so many writers at once."""

    def one(number):
        try:
            return work(number)
        except NeuroReedError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def test_control_numbers_are_never_given_twice(transactional_db):
    def take(_):
        return [numbers.following("interchange") for _ in range(10)]

    taken = [number for answer in together(take) for number in answer]

    assert sorted(taken) == list(range(1, 10 * WRITERS + 1))


def test_a_number_of_a_transaction_that_fails_is_not_lost(transactional_db):
    with pytest.raises(RuntimeError), transaction.atomic():
        numbers.following("interchange")
        raise RuntimeError("the file was not written")

    assert not ControlNumber.objects.filter(kind="interchange").exists()


def test_the_event_chain_holds_with_many_writers(transactional_db):
    def write(number):
        for step in range(5):
            events.append(None, "tested", f"writer:{number}", {"step": step}, at=at(9))

    together(write)

    assert events.verify() == 5 * WRITERS


def test_many_clicks_on_sign_make_one_note(committed):
    world.time_the_visit(committed)

    answers = together(
        lambda _: notes.sign(committed.therapist, committed.visit.pk, at=at(9, 45)).pk
    )

    assert len(set(answers)) == 1
    assert SignedNote.objects.count() == 1
    assert Event.objects.filter(verb="note.signed").count() == 1
    assert record.verify().is_whole


def test_the_same_tap_from_many_connections_is_one_event(committed):
    state = visits.open_visit(committed.therapist, committed.visit.pk, at=at(9))

    answers = together(
        lambda _: visits.add_timer_event(
            committed.therapist, committed.visit.pk, kind="start",
            activity_id=state.activities[0].id, at=at(9, 1), token="same",
        ).version
    )  # fmt: skip

    assert answers == [1] * WRITERS
    assert TimerEvent.objects.count() == 1


def test_two_pages_starting_two_tiles_leave_one_running(committed):
    state = visits.open_visit(committed.therapist, committed.visit.pk, at=at(9))

    together(
        lambda number: visits.add_timer_event(
            committed.therapist, committed.visit.pk, kind="start",
            activity_id=state.activities[number % 2].id, at=at(9, 1, number),
            token=f"page {number}", seen=0,
        )
    )  # fmt: skip

    assert TimerEvent.objects.count() == 1
    assert len([a for a in committed.state(at(9, 2)).activities if a.running]) == 1
