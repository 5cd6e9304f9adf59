"""What goes wrong with documentation, and what the page says to do; each act by the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from neuroreed.clinic.models import Document, PlanOfCare, SignedNote, Visit
from neuroreed.clinic.services import charges
from tests.journeys import documenting as acts
from tests.journeys.course import standing
from tests.journeys.documenting import text_of
from tests.web import small_clinic
from tests.web.small_clinic import TODAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TILE = "button.tile[data-act='97112']"


def main(person: Any) -> str:
    """The words of the page."""
    return str(person.page.inner_text("main"))


def opened(person: Any, name: str = "Aldertree") -> Any:
    person.goes("/day/")
    person.page.click(f".day .name >> text={name}")
    person.page.wait_for_selector("#session")
    return person.page


def test_a_visit_over_midnight_is_found_and_each_date_keeps_its_own_minutes(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    turn.goes(hours=14, minutes=45)
    person = walkers("therapist")
    page = opened(person)
    person.tap_and_settle(TILE)
    turn.goes(minutes=30)
    page.reload()

    page.wait_for_selector("[role=alert]")
    said = page.inner_text("[role=alert]")
    assert "over midnight" in said
    person.picture("session-midnight")
    page.click("text=Correct the minutes of 97112")
    page.fill("#id_start", "23:45")
    page.fill("#id_end", "23:59")
    page.fill("#id_reason", "The rest was after midnight and is not billed here.")
    page.click("main button.primary")
    page.wait_for_selector("#session")

    assert page.locator(f"{TILE} .count").inner_text() == "14:00"
    assert not page.locator("[role=alert]").count()


def test_two_therapists_write_one_report_and_neither_overwrites_the_other(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    address = f"/episodes/{clinic.visit.episode_id}/report/progress-report/"
    first, second = walkers("therapist"), walkers("theo")
    for person in (first, second):
        person.goes(address)
    first.page.fill("#id_continue_reason", "Not yet safe alone.")
    first.page.click("button[data-act=save]")
    first.page.wait_for_selector("text=Nothing is signed yet")

    second.page.fill("#id_continue_reason", "Another reason.")
    second.page.click("button[data-act=save]")
    second.page.wait_for_selector("text=saved this report in the meantime")
    second.picture("report-conflict")

    assert "nothing of it was overwritten" in second.page.inner_text("body")
    assert Document.objects.get().entries["continue_reason"] == "Not yet safe alone."


def test_a_repeated_visit_is_answered_by_one_statement_and_is_ready(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    patient = clinic.patients[0]
    # exactly what the visit of the week before recorded, response and all
    again = standing(25, "same", "head down", "verbal|look at the far mark", 8, 5, "hold|")
    person = walkers("therapist")
    page = opened(person)
    acts.records(person, again, turn)
    acts.teaches(person)
    person.tap("button[data-act='end']")
    page.wait_for_selector("#statement")
    assert "to be fixed" in main(person)
    person.picture("likeness")
    page.fill("#statement", "Held steady on purpose: the fall of Monday asks for a week of it.")
    page.click("button[data-act=statement]")
    page.wait_for_selector("text=Change the statement")
    assert "ready" in page.inner_text("#likeness")
    person.tap("button[data-act='sign']")
    page.wait_for_selector("text=Signature and seal")

    note = SignedNote.objects.get(visit=Visit.objects.get(pk=clinic.visit.pk), kind="note")
    said = text_of(person, f"/notes/{note.pk}/pdf/")
    assert "Held steady on purpose" in said
    assert "Answered" in said
    assert patient.last_name in said


def test_a_diagnosis_that_was_superseded_is_asked_about_and_changed(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    episode = clinic.visit.episode
    episode.medical_diagnoses = ["G35"]
    episode.save(update_fields=["medical_diagnoses"])
    person = walkers("therapist")
    page = opened(person)
    person.tap_and_settle(TILE)
    turn.goes(minutes=25)
    person.tap("button[data-act='end']")
    page.wait_for_selector("button[data-act='sign']")
    assert "G35 is not billable" in main(person)
    page.click("text=Every point of the rubric")
    page.click("li:has-text('R01') >> a")
    page.fill("#id_medical_diagnoses", "G35.A")
    page.click("button.primary")
    page.wait_for_load_state()
    assert "The diagnoses are changed." in page.inner_text("body"), page.url

    person.goes(f"/visits/{clinic.visit.pk}/review/")
    assert "G35 is not billable" not in main(person)
    now = charges.preview(clinic.people["therapist"], clinic.visit.pk, at=turn())
    assert now.documentation.point("R01").status == "passed"


def test_an_order_with_proof_of_sending_stands_in_and_a_late_signature_gives_its_reason(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    plan = clinic.visit.plan
    period = plan.certifications.get()
    period.signed_on, period.signed_by_npi = None, ""
    period.save()
    begun = plan.first_treatment_on
    person = walkers("front_desk")
    page = person.page
    person.goes(f"/plans/{plan.pk}/")
    assert "signature late" in main(person)
    page.fill("[name=order-signed_on]", (begun - timedelta(days=2)).isoformat())
    page.click("button[data-act=order]")
    page.wait_for_selector("text=It is recorded.")
    page.fill("[name=sent-on]", (begun + timedelta(days=1)).isoformat())
    page.fill("[name=sent-by]", "portal, receipt 4471")
    page.click("button[data-act=sent]")
    page.wait_for_selector("text=It is recorded.")
    assert "without a signed plan: the order was signed on" in main(person)
    person.picture("certified-by-order")

    page.fill("[name=signed-signed_on]", TODAY.isoformat())
    page.fill("[name=signed-npi]", small_clinic.npi("188880000"))
    page.click("button[data-act=signed]")
    assert "The signature comes late: say why" in main(person)
    page.fill("[name=signed-signed_on]", (begun - timedelta(days=1)).isoformat())
    page.click("button[data-act=signed]")
    assert "a signature under it is not older" in main(person)
    page.fill("[name=signed-signed_on]", TODAY.isoformat())
    page.fill("[name=signed-delayed_reason]", "Asked on 8, 15 and 22 September; office closed.")
    page.click("button[data-act=signed]")
    page.wait_for_selector("text=It is recorded.")
    assert "office closed" in main(person)
    assert PlanOfCare.objects.get(pk=plan.pk).certifications.get().signed_on == TODAY


def test_maintenance_is_justified_by_skill_and_an_addendum_stands_beneath_the_note(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    person = walkers("therapist")
    page = person.page
    person.goes(f"/episodes/{clinic.visit.episode_id}/report/progress-report/")
    # measured again, and nothing moved: that is a finding of today too
    page.check("#id_again_G1")
    page.fill("#id_reason_no_progress", "A progressive course.")
    page.fill("#id_continue_reason", "Without therapy the transfers were lost within a month.")
    page.fill(
        "#id_maintenance_rationale", "Unsafe orthostasis needs the therapist's judgement each time."
    )
    page.click("button[data-act=sign]")
    page.wait_for_selector("text=The report is signed and sealed.")
    page.fill("#id_text", "Berg was taken with the cane.")
    page.fill("#id_reason", "Left out by mistake.")
    page.select_option("#id_kind", "late_entry")
    page.click("form:has(#id_text) button")
    page.wait_for_selector("text=The addendum is signed.")

    measured = clinic.visit.episode.impairments.order_by("date")
    assert [(found.value, found.date) for found in measured][-1] == (38, TODAY)
    report = SignedNote.objects.get(kind="progress_report")
    said = text_of(person, f"/notes/{report.pk}/pdf/")
    for words in (
        "Balance: Berg 38, measured today",
        "Maintenance program; a therapist's skill is needed because Unsafe orthostasis",
        "Late entry",
        "Reason: Left out by mistake.",
        "Berg was taken with the cane.",
    ):
        assert words in said, words
