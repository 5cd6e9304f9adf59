"""An assistant's visit with its co-signature, and a student's visit under a therapist's eyes."""

from __future__ import annotations

from typing import Any

import pytest

from neuroreed.clinic.models import SignedNote, User, Visit
from neuroreed.clinic.services import accounts
from tests.journeys import documenting as acts
from tests.journeys import papers
from tests.journeys.course import standing, walking
from tests.journeys.documenting import text_of
from tests.web import small_clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# what the visit of the week before recorded, as this one takes it up
LAST = {
    "goal_ids": "G1", "impairment_categories": "balance", "body_region": "trunk_and_left_leg",
    "task": "weight shift to the left foot", "position": "standing", "sets": "3",
    "duration_s": "20", "assist_level": "contact_guard", "guarding": "gait_belt",
    "dosage.surface": "firm", "dosage.base_of_support": "feet_together",
    "dosage.vision": "eyes_closed",
}  # fmt: skip
DRILL = standing(
    25, "more:duration_s", "trunk lean left", "tactile|hand at the pelvis", 7, 4,
    "progress|semi-tandem", then={"dosage.vision": "eyes_open"},
)  # fmt: skip
GAIT = {
    "goal_ids": "G1", "impairment_categories": "balance", "body_region": "whole_body",
    "task": "walk in the corridor with turns", "position": "walking", "sets": "4", "reps": "1",
    "assist_level": "contact_guard", "guarding": "gait_belt", "dosage.distance_m": "40",
    "dosage.speed_m_s": "0.4", "dosage.device": "cane", "dosage.surface": "level",
    "dosage.heart_rate_or_rpe": "RPE 12",
}  # fmt: skip
WALK = walking(13, GAIT, "toe drag", "verbal|heel first", 6, 4, "hold|")


def treated(person: Any, clinic: Any, turn: Any, who: User) -> Visit:
    """A visit of the afternoon: booked on the patient's page, recorded by taps, ended."""
    patient = clinic.patients[0]
    turn.goes(hours=4)
    acts.books(person, patient, turn().replace(hour=13, minute=0), clinician=who)
    person.page.click(f".day .name >> text={patient.last_name}")
    person.page.wait_for_selector("#session")
    for drill in (DRILL, WALK):
        acts.records(person, drill, turn)
    acts.teaches(person)
    person.tap("button[data-act='end']")
    person.page.wait_for_selector("h2 >> text=The note, as a reviewer will read it")
    return Visit.objects.get(clinician=who)


def told_in_full(said: str, visit: Visit) -> None:
    """The paper tells both activities as they were tapped, with their minutes."""
    doses = papers.Doses({"static_balance": dict(LAST)})
    for drill in (DRILL, WALK):
        papers.tells_drill(said, drill, doses.dose(drill))
    rows = [papers.row_of(*bout) for bout in papers.bouts(visit)]
    papers.says_each(said, [f"{row} {visit.clinician}" for row in rows], "minute log")


def test_an_assistants_visit_is_cosigned_in_two_taps(
    walkers: Any, clinic: Any, turn: Any, capsys: Any
) -> None:
    assistant = walkers("assistant")
    visit = treated(assistant, clinic, turn, clinic.people["assistant"])
    assistant.tap("button[data-act='sign']")
    assistant.page.wait_for_selector("text=Signature and seal")

    person = walkers("therapist")
    person.goes("/day/?queue=cosign")
    person.picture("queue-cosign")
    person.tap(".waits a >> text=Aldertree")
    person.page.wait_for_selector("text=What differs from the visit before")
    differs = person.page.inner_text("main")
    person.picture("cosign")
    person.tap("button[data-act='cosign']")
    person.page.wait_for_selector("text=Co-signed. The note itself is unchanged.")
    person.picture("cosign-none")

    with capsys.disabled():
        print(f"\nCo-signature with its differences: {person.taps} taps.")
    assert person.taps == 2
    for changed in ("minutes", "in the visit before", "eyes open", "hand at the pelvis", "30"):
        assert changed in differs
    note = SignedNote.objects.get(visit=visit, kind="note")
    added = SignedNote.objects.get(kind="cosignature")
    assert (added.amends, added.signer) == (note, clinic.people["therapist"])
    said = text_of(person, f"/notes/{note.pk}/pdf/", "assistant")
    told_in_full(said, visit)
    signed = [f"{note.signer_name}, PTA Signed by", f"{added.signer_name}, PT Co-signed by"]
    papers.says_each(said, [*signed, note.sha256, added.sha256, "GP CQ"], "signatures")
    person.goes(f"/visits/{note.visit_id}/note/")
    assert "Co-signature" in person.page.inner_text("main")
    person.goes(f"/visits/{note.visit_id}/charges/")
    assert "CQ" in person.page.inner_text("main")


def test_a_students_visit_is_the_therapists_who_was_in_the_room(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    learner = accounts.open_account(
        clinic.people["admin"], username="student", role="student", first_name="Sample",
        last_name="Learner", password=small_clinic.PASSWORD, at=small_clinic.at(7),
        discipline="PT", profession="student", credential="SPT",
        supervisor=clinic.people["therapist"],
    )  # fmt: skip
    student = walkers("student")
    visit = treated(student, clinic, turn, learner)
    assert not student.page.locator("button[data-act='sign']").count()
    student.picture("review-student")

    person = walkers("therapist")
    person.goes("/day/?queue=unsigned")
    assert "Aldertree" in person.page.inner_text("main")
    person.goes(f"/visits/{visit.pk}/review/")
    assert "A student's own service is not billable" in person.page.inner_text("main")
    person.picture("review-of-student")
    person.tap("button[data-act='student']")
    person.page.wait_for_selector("text=was in the room throughout")
    person.tap("button[data-act='sign']")
    person.page.wait_for_selector("text=Signature and seal")

    note = SignedNote.objects.get(visit=visit, kind="note")
    assert note.signer == clinic.people["therapist"]
    said = text_of(person, f"/notes/{note.pk}/pdf/", "student")
    told_in_full(said, visit)
    directed = "A student took part under the direction of Therapist Invented, PT, who was in the "
    papers.says_each(said, [directed, "Therapist Invented, PT Signed by", note.sha256], "student")
    lines = visit.charge_versions.get().lines.all()
    assert {line.cpt: line.units for line in lines} == {"97112": 2, "97116": 1}
    assert all("CQ" not in line.modifiers for line in lines)


def test_a_students_visit_that_nobody_directed_has_no_units(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    learner = accounts.open_account(
        clinic.people["admin"], username="student", role="student", first_name="Sample",
        last_name="Learner", password=small_clinic.PASSWORD, at=small_clinic.at(7),
        discipline="PT", profession="student", credential="SPT",
        supervisor=clinic.people["therapist"],
    )  # fmt: skip
    visit = treated(walkers("student"), clinic, turn, learner)
    person = walkers("therapist")
    person.goes(f"/visits/{visit.pk}/review/")
    person.tap("button[data-act='sign']")
    person.page.wait_for_selector("text=Signature and seal")

    assert not visit.charge_versions.get().lines.exists()
    person.goes(f"/visits/{visit.pk}/charges/")
    assert "student" in person.page.inner_text("main")
