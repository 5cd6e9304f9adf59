"""Evaluations, re-evaluations and visits of students, by the services the pages call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from neuroreed.clinic.models import Episode, Visit
from neuroreed.clinic.services import accounts, evaluations, notes, visits
from neuroreed.model.errors import BadInput, NotFound
from tests.clinic.world import PASSWORD, TODAY, at

BEGUN = {
    "condition": "stroke",
    "medical_diagnoses": ["I69.354"],
    "treatment_diagnoses": ["R26.81"],
    "onset_date": TODAY - timedelta(days=20),
    "why_now": "new_event",
    "prior_level": "Independent.",
}


def timed_evaluation(clinic, visit):
    row = visit.activities.get()
    visits.add_timer_event(
        clinic.therapist, visit.pk, kind="start", activity_id=row.pk, at=at(10), token="t"
    )
    visits.end(clinic.therapist, visit.pk, at=at(10, 30))


def test_an_evaluation_opens_the_episode_with_its_code(clinic):
    visit = evaluations.begin(clinic.therapist, clinic.other_patient.pk, at=at(10), **BEGUN)

    assert (visit.kind, visit.discipline) == ("evaluation", "PT")
    assert [a.cpt for a in visit.activities.all()] == ["97162"]
    assert visit.episode.started_on == TODAY


@pytest.mark.parametrize("change", [{"code": "97112"}, {"medical_diagnoses": ["G35"]}])
def test_a_wrong_beginning_leaves_no_half_episode(clinic, change):
    before = Episode.objects.count()

    with pytest.raises(BadInput):
        evaluations.begin(
            clinic.therapist, clinic.other_patient.pk, at=at(10), **{**BEGUN, **change}
        )

    assert Episode.objects.count() == before


def test_goals_begin_from_what_was_measured_with_the_error_of_the_measure(clinic):
    (goal,) = evaluations.proposed_goals(clinic.therapist, clinic.episode.pk, on=TODAY)

    assert (goal["measure"], goal["baseline"], goal["limitation"]) == ("berg", "38", "FL1")
    assert "target" not in goal
    assert goal["mdc"] == "" or float(goal["mdc"]) > 0


def test_a_reevaluation_is_a_visit_of_its_own_and_needs_its_reason(clinic):
    visit = evaluations.again(clinic.therapist, clinic.episode.pk, at=at(10))
    timed_evaluation(clinic, visit)
    draft = notes.draft(clinic.therapist, visit.pk, at=at(10, 35))
    visits.record_visit_fact(
        clinic.therapist, visit.pk, field="reevaluation.reason", value="A fall.", at=at(10, 36)
    )

    note = notes.sign(clinic.therapist, visit.pk, at=at(10, 40))

    assert [a.cpt for a in visit.activities.all()] == ["97164"]
    assert draft.missing == ("The reason for the re-evaluation.",)
    assert "Reason for re-evaluation: a fall." in note.canonical.replace("A fall", "a fall")


def test_a_students_visit_is_signed_by_who_supervises(clinic):
    student = accounts.open_account(
        clinic.admin, username="student", role="student", first_name="Sample",
        last_name="Learner", password=PASSWORD, at=at(7), discipline="PT", profession="student",
        credential="SPT", supervisor=clinic.therapist,
    )  # fmt: skip
    visit = visits.schedule(
        clinic.front_desk, episode_id=clinic.episode.pk, clinician_id=student.pk,
        scheduled_at=at(10), at=at(8),
    )  # fmt: skip
    visits.open_visit(student, visit.pk, at=at(10))
    row = visit.activities.order_by("order").first()
    visits.add_timer_event(
        student, visit.pk, kind="start", activity_id=row.pk, at=at(10), token="s"
    )
    visits.end(student, visit.pk, at=at(10, 25))

    for other in (student, clinic.colleague, clinic.assistant):
        with pytest.raises(NotFound):
            notes.sign(other, visit.pk, at=at(10, 30))
    note = notes.sign(clinic.therapist, visit.pk, at=at(10, 30))

    assert note.credential == "PT"
    assert Visit.objects.get(pk=visit.pk).state == "signed"
    assert '"furnished"' not in note.canonical or "student" in note.canonical
