"""Who may see what; a hidden record looks like one that is not there; seeing is logged."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from neuroreed.clinic import access
from neuroreed.clinic.models import Event
from neuroreed.clinic.services import claims, notes, patients, plans, visits
from neuroreed.model.errors import NotFound
from tests.clinic.world import at


def message(look, *args, **kwargs):
    with pytest.raises(NotFound) as refused:
        look(*args, **kwargs)
    return str(refused.value)


@pytest.mark.parametrize("who", ["front_desk", "patient", "anonymous"])
def test_a_hidden_visit_looks_like_an_absent_one(timed, who):
    person = AnonymousUser() if who == "anonymous" else timed.people[who]

    hidden = message(access.visit_for, person, timed.visit.pk)

    assert hidden == message(access.visit_for, person, uuid4())
    assert hidden == message(access.visit_for, person, "no-uuid")
    assert hidden == message(access.visit_for, timed.therapist, uuid4())


TREAT = {"therapist", "colleague", "ot", "assistant"}
READ = TREAT | {"biller", "compliance", "admin"}
SEES = {
    "visit_view": READ | {"patient"},
    "visit_time": TREAT - {"ot"},
    "visit_edit": TREAT - {"ot"},
    "visit_sign": {"therapist"},
    "visit_release": {"biller", "admin"},
    "patient_view": READ | {"front_desk", "patient"},
    "note": READ | {"patient"},
    "claims": {"biller", "compliance", "admin"},
    "plan_edit": TREAT - {"assistant"},
}


@pytest.mark.parametrize("what", SEES)
def test_each_role_sees_what_its_work_needs_and_nothing_else(signed, what):
    looks = {
        "visit_view": lambda user: access.visit_for(user, signed.visit.pk),
        "visit_time": lambda user: access.visit_for(user, signed.visit.pk, to="time"),
        "visit_edit": lambda user: access.visit_for(user, signed.visit.pk, to="edit"),
        "visit_sign": lambda user: access.visit_for(user, signed.visit.pk, to="sign"),
        "visit_release": lambda user: access.visit_for(user, signed.visit.pk, to="release"),
        "patient_view": lambda user: access.patient_for(user, signed.patient.pk),
        "note": lambda user: access.note_for(user, signed.note.pk),
        "claims": lambda user: access.claims(user),
        "plan_edit": lambda user: access.plan_for(user, signed.plan.pk, to="edit"),
    }

    seen = set()
    for name, person in signed.people.items():
        try:
            looks[what](person)
        except NotFound:
            continue
        seen.add(name)

    assert seen == SEES[what]


def test_a_patient_sees_only_what_is_their_own(signed):
    assert access.patient_for(signed.people["patient"], signed.patient.pk).pk == signed.patient.pk
    assert [p.pk for p in access.patients(signed.people["patient"])] == [signed.patient.pk]
    message(access.patient_for, signed.people["patient"], signed.other_patient.pk)


def test_a_patient_does_not_see_a_note_before_it_is_signed(timed):
    message(access.visit_for, timed.people["patient"], timed.visit.pk)


def test_a_closed_account_sees_nothing(signed):
    from neuroreed.clinic.services import accounts

    closed = accounts.close_account(signed.admin, signed.colleague.pk, at=at(12))

    message(access.patient_for, closed, signed.patient.pk)


def test_every_view_of_a_record_is_logged_once_a_sitting(signed):
    before = Event.objects.filter(verb="viewed").count()

    for _ in range(3):
        access.chart_for(signed.colleague, signed.patient.pk)

    new = Event.objects.filter(verb="viewed")[before:]
    assert [(e.actor, e.subject, e.patient) for e in new] == [
        (f"user:{signed.colleague.pk}", f"patient:{signed.patient.pk}", str(signed.patient.pk))
    ]


def test_events_hold_no_name_birth_date_or_member_number(signed):
    claims.release(signed.biller, signed.visit.pk, at=at(10))
    access.chart_for(signed.biller, signed.patient.pk)

    for event in Event.objects.all():
        text = f"{event.actor} {event.verb} {event.subject} {event.detail}"
        for secret in ("Fixture", "Sample", "1950", "1EG4", "Nowhere"):
            assert secret not in text


@pytest.mark.parametrize("who", ["biller", "compliance", "front_desk", "patient", "ot"])
def test_those_who_do_not_treat_write_nothing_clinical(timed, who):
    person = timed.people[who]
    activity = timed.visit.activities.first()

    message(notes.sign, person, timed.visit.pk, at=at(10))
    message(visits.end, person, timed.visit.pk, at=at(10))
    message(
        visits.record_fact, person, timed.visit.pk, activity.pk, field="task", value="x", at=at(10)
    )
    if who != "ot":
        message(plans.attest_kx, person, timed.plan.pk, statement="needed", at=at(10))


def test_the_front_desk_registers_and_a_biller_does_not_sign_plans(clinic):
    message(plans.sign_plan, clinic.biller, clinic.plan.pk, at=at(10))
    message(
        patients.register,
        clinic.compliance, first_name="A", last_name="B", birth_date=at(9).date(), sex="F",
        line1="1", city="C", state="AL", postal_code="35203", at=at(9),
    )  # fmt: skip


def test_the_history_of_a_record_names_who_did_what(signed):
    lines = access.events_for(signed.compliance, f"visit:{signed.visit.pk}")

    verbs = [line.verb for line in lines]
    assert verbs[0] == "visit.scheduled"
    assert verbs[-1] in {"note.signed", "viewed"}
    assert "Invented Therapist" in {line.actor_name for line in lines}


def test_the_day_board_of_a_therapist_holds_own_visits_and_what_waits(timed):
    mine = access.day_board(timed.therapist, at(9).date())
    colleagues = access.day_board(timed.colleague, at(9).date())

    assert [row.visit_id for row in mine.rows] == [timed.visit.pk]
    assert mine.rows[0].note.state == "todo"
    assert [item.visit_id for item in mine.queues[0].items] == [timed.visit.pk]
    assert colleagues.rows == ()
