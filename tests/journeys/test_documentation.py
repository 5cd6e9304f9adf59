"""The documentation of a whole course of care, by the browser, and what is printed of it."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest

from neuroreed.clinic.models import Episode, PlanOfCare, SignedNote, Visit
from neuroreed.clinic.services import patients, visits
from tests.journeys.test_every_page import barriers
from tests.web import small_clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VISITS = 10
FULLY_RECORDED = 3


@dataclass(frozen=True)
class Course:
    """One invented course of care as a therapist would enter it."""

    last_name: str
    condition: str
    medical: str
    treatment: str
    why: str
    limitation: tuple[str, str, str, str]
    finding: tuple[str, str, str]
    too_near: str
    target: str
    at_ten: str
    at_end: str
    technique: str


STROKE = Course(
    "Strokeson", "stroke", "I69.354", "R26.81", "new_event",
    ("stand at the sink to wash dishes", "3", "min", "20"),
    ("balance", "berg", "33"), "36", "45", "41", "46", "static_balance",
)  # fmt: skip
KNEE = Course(
    "Kneeland", "tka", "Z96.651", "R26.89", "post_op",
    ("walk to the shop", "120", "m", "800"),
    ("proprioception", "six_mwt", "290"), "300", "370", "330", "375", "nmes_recruitment",
)  # fmt: skip


def arrival(clinic: Any, course: Course) -> Any:
    """The front desk registers the patient with Medicare."""
    desk, began = clinic.people["front_desk"], small_clinic.at(8)
    patient = patients.register(
        desk, first_name="Invented", last_name=course.last_name, birth_date=date(1951, 5, 6),
        sex="M", line1="9 Nowhere Street", city="Chicago", state="IL", postal_code="60611",
        at=began,
    )  # fmt: skip
    patients.add_coverage(
        desk, patient.pk, payer="medicare_part_b", payer_name="Medicare Part B Invented",
        payer_id="INVMB", member_id="1EG4TE5MK99", deductible_left_cents=0,
        since=date(2026, 1, 1), at=began,
    )  # fmt: skip
    patients.prior_accrual(desk, patient.pk, year=2026, bucket="PT_SLP", allowed_cents=0, at=began)
    return patient


def text_of(person: Any, path: str) -> str:
    """The words of a PDF, and its pages as pictures where they are asked for."""
    answer = person.page.request.get(f"{person.address}{path}")
    assert answer.status == 200
    content = answer.body()
    folder = os.environ.get("NEUROREED_PAPERS")
    if folder:
        name = path.strip("/").replace("/", "-")
        Path(folder, f"{name[:24]}.pdf").write_bytes(content)
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def evaluates(person: Any, course: Course, patient: Any, turn: Any) -> Episode:
    """Evaluation and plan, from the patient's page to the signed note."""
    page = person.page
    person.goes(f"/patients/{patient.pk}/")
    page.click("[data-act='evaluation']")
    page.select_option("#id_condition", course.condition)
    page.fill("#id_medical_diagnoses", "G35")
    page.fill("#id_treatment_diagnoses", course.treatment)
    page.fill("#id_onset_date", (small_clinic.TODAY - timedelta(days=20)).isoformat())
    page.select_option("#id_why_now", course.why)
    page.fill("#id_history", "Lived alone and walked outdoors until then.")
    page.fill("#id_prior_level", "Independent in all daily tasks.")
    page.click("button.primary")
    assert "G35" in page.inner_text("[role=alert]")
    page.fill("#id_medical_diagnoses", course.medical)
    page.click("button.primary")
    page.wait_for_selector("#finding")
    person.picture(f"evaluation-{course.condition}")
    page.fill("#h-living_situation", "alone, second floor")
    page.click("#history button")
    page.wait_for_load_state()
    activity, now, unit, before = course.limitation
    for name, value in (("activity", activity), ("value", now), ("unit", unit)):
        page.fill(f"#limitation [name={name}]", value)
    page.fill("#limitation [name=prior_level]", before)
    page.click("[data-act=limitation]")
    page.wait_for_selector("text=FL1")
    category, measure, value = course.finding
    page.select_option("#finding [name=category]", category)
    page.select_option("#finding [name=measure]", measure)
    page.fill("#finding [name=value]", value)
    page.click("[data-act=finding]")
    page.wait_for_selector("#finding li")
    page.click("[data-act=plan]")
    plans(person, course)
    visit = Visit.objects.get(patient=patient, kind="evaluation")
    person.goes(f"/visits/{visit.pk}/session/")
    person.tap_and_settle("button.tile[data-act='97162']")
    turn.goes(minutes=31)
    person.tap("button[data-act='end']")
    page.wait_for_selector("button[data-act='sign']")
    person.picture(f"evaluation-review-{course.condition}")
    person.tap("button[data-act='sign']")
    page.wait_for_selector("text=Signature and seal")
    return visit.episode


def plans(person: Any, course: Course) -> None:
    """The plan: a target within the error is refused with a sentence, one beyond it is kept."""
    page = person.page
    page.wait_for_selector("#id_goals-0-target")
    assert page.input_value("#id_goals-0-baseline") == course.finding[2]
    page.fill("#id_duration_days", "30")
    page.fill("#id_visits_per_week", "3")
    page.fill("#id_planned_cpt", "97112, 97110")
    page.select_option("#id_planned_techniques", course.technique)
    page.fill("#id_physician_last", "Signwell")
    page.fill("#id_physician_npi", small_clinic.npi("188880000"))
    page.fill("#id_prognosis", "Good with practice.")
    page.fill("#id_goals-0-target", course.too_near)
    page.fill("#id_goals-0-mdc", "6" if course.condition == "stroke" else "61.34")
    page.click("button.primary")
    assert "within the measurement error" not in page.inner_text("h1")
    assert "aim at" in page.inner_text("main")
    person.picture(f"plan-{course.condition}")
    page.fill("#id_goals-0-target", course.target)
    page.click("button.primary")
    page.wait_for_selector("text=Where it stands")
    person.picture(f"certification-{course.condition}")


def certifies(person: Any, plan: PlanOfCare, on: date) -> None:
    """Sent with proof, then signed by the physician."""
    person.goes(f"/plans/{plan.pk}/")
    page = person.page
    page.fill("[name=sent-on]", on.isoformat())
    page.fill("[name=sent-by]", "fax 3125550100")
    page.click("[data-act=sent]")
    page.wait_for_selector("text=It is recorded.")
    page.fill("[name=signed-signed_on]", on.isoformat())
    page.fill("[name=signed-npi]", small_clinic.npi("188880000"))
    page.click("button[data-act=signed]")
    page.wait_for_selector("text=It is recorded.")


def treats(person: Any, clinic: Any, episode: Episode, turn: Any, number: int) -> Visit:
    """One visit from its booking to its signature, by taps alone."""
    who, page = clinic.people["therapist"], person.page
    moment = turn().replace(hour=9, minute=0, second=0, microsecond=0)
    visit = visits.schedule(
        clinic.people["front_desk"], episode_id=episode.pk, clinician_id=who.pk,
        scheduled_at=moment, at=turn(),
    )  # fmt: skip
    person.goes("/day/")
    page.click(f".day .name >> text={visit.patient.last_name}")
    page.wait_for_selector("#session")
    person.tap_and_settle("button.tile[data-act='97112']")
    asked = (("fault", 3), ("cue", 3), ("response.start", 8), ("decision", 3))
    # the first visits are recorded in full; of the others only what makes them a visit
    for act, count in asked if number <= FULLY_RECORDED else ():
        choices = page.locator(f".ask button[data-act='{act}']")
        if choices.count():
            nth = (number if act != "response.start" else 4 + number % 4) % min(
                count, choices.count()
            )
            person.tap_and_settle(f".ask button[data-act='{act}'] >> nth={nth}")
    turn.goes(minutes=23 + number % 4)
    person.tap("button[data-act='end']")
    page.wait_for_selector("button[data-act='sign']")
    if number == 1:
        person.picture("review-panel")
    person.tap("button[data-act='sign']")
    page.wait_for_selector("text=Signature and seal")
    return visit


@pytest.mark.parametrize("course", [STROKE, KNEE], ids=["stroke", "knee"])
def test_a_course_of_care_is_documented_from_evaluation_to_discharge(
    walkers: Any, clinic: Any, turn: Any, course: Course
) -> None:
    person = walkers("therapist")
    patient = arrival(clinic, course)
    episode = evaluates(person, course, patient, turn)
    plan = PlanOfCare.objects.get(episode=episode)
    certifies(person, plan, small_clinic.TODAY)
    for number in range(1, VISITS + 1):
        turn.goes(days=3)
        treats(person, clinic, episode, turn, number)
        if number == VISITS - 1:
            progress(person, course, episode)
    recertifies(person, course, episode, plan, turn)
    turn.goes(days=2)
    discharges(person, course, episode)

    episode.refresh_from_db()
    assert episode.ended_on is not None
    kinds = list(SignedNote.objects.filter(visit__episode=episode).values_list("kind", flat=True))
    assert kinds.count("note") == VISITS + 1
    assert set(kinds) == {
        "note", "plan_of_care", "progress_report", "recertification", "discharge",
    }  # fmt: skip
    overdue = Visit.objects.filter(
        episode=episode, charge_versions__findings__rule="DOCU-01"
    ).exclude(pk=None)
    assert not overdue.exists()
    papers(person, course, episode, patient)
    person.goes(f"/patients/{patient.pk}/")
    person.picture(f"patient-documented-{course.condition}")


def progress(person: Any, course: Course, episode: Episode) -> None:
    """The day board asks; measures and goals are there; reasons are given; it is sealed."""
    page = person.page
    person.goes("/day/?queue=reports")
    person.picture(f"queue-reports-{course.condition}")
    page.click(f".waits a >> text={course.last_name}")
    page.wait_for_selector("#report")
    assert page.input_value("#id_value_G1") == course.finding[2]
    page.click("button[data-act=sign]")
    page.wait_for_selector("[role=alert]")
    assert "Why care goes on" in page.inner_text("[role=alert]")
    page.fill("#id_value_G1", course.at_ten)
    page.fill("#id_continue_reason", "Not yet safe alone; each week adds steps without a loss.")
    page.fill("#id_reason_no_progress", "Slower after a cold in the second week.")
    page.click("button[data-act=save]")
    page.wait_for_selector("text=Nothing is signed yet")
    person.picture(f"progress-report-{course.condition}")
    page.click("button[data-act=sign]")
    page.wait_for_selector("text=The report is signed and sealed.")
    person.picture(f"sealed-report-{course.condition}")


def recertifies(person: Any, course: Course, episode: Episode, plan: PlanOfCare, turn: Any) -> None:
    """The next period follows on; its signature is recorded."""
    page = person.page
    person.goes(f"/episodes/{episode.pk}/report/recertification/")
    page.fill("#id_justification", "Walking outdoors still needs the therapist's guarding.")
    page.fill("#id_reason_no_progress", "None in the last week.")
    page.click("button[data-act=sign]")
    page.wait_for_selector("text=The report is signed and sealed.")
    person.goes("/plans/")
    person.picture(f"queue-plans-{course.condition}")
    person.goes(f"/plans/{plan.pk}/")
    page.fill("[name=signed-signed_on]", turn().date().isoformat())
    page.fill("[name=signed-npi]", small_clinic.npi("188880000"))
    page.click("button[data-act=signed]")
    page.wait_for_selector("text=It is recorded.")


def discharges(person: Any, course: Course, episode: Episode) -> None:
    """The summary closes the episode."""
    page = person.page
    person.goes(f"/episodes/{episode.pk}/report/discharge/")
    page.fill("#id_value_G1", course.at_end)
    page.fill("#id_reason", "Goals met.")
    page.fill("#id_recommendations", "Home programme three times a week; return after a fall.")
    page.click("button[data-act=sign]")
    page.wait_for_selector("text=The report is signed and sealed.")


def papers(person: Any, course: Course, episode: Episode, patient: Any) -> None:
    """Each note as PDF says what a reviewer looks for, and the packet holds them all."""
    expected = {
        "plan_of_care": ("Plan of care", "I have read this plan of care", course.target),
        "progress_report": ("Progress report", course.at_ten, "Reason to continue"),
        "recertification": ("Recertification", "Why care is still needed"),
        "discharge": ("Discharge summary", course.at_end, "Goals met"),
        "note": ("SHA-256 of this note", course.last_name),
    }
    for kind, words in expected.items():
        for note in SignedNote.objects.filter(visit__episode=episode, kind=kind)[:1]:
            said = text_of(person, f"/notes/{note.pk}/pdf/")
            assert note.sha256 in said.replace(" ", "")
            for word in words:
                assert word in said, (kind, word)
    daily = SignedNote.objects.filter(visit__episode=episode, kind="note").last()
    said = text_of(person, f"/notes/{daily.pk}/pdf/")
    for word in ("Start", "97112", "Units", "Signed by", "Score"):
        assert word in said, word
    person.goes(f"/patients/{patient.pk}/packet/")
    person.page.fill("#id_since", small_clinic.TODAY.isoformat())
    person.page.fill("#id_until", (small_clinic.TODAY + timedelta(days=60)).isoformat())
    person.picture(f"packet-{course.condition}")
    with person.page.expect_download() as started:
        person.page.click("button.primary")
    reader = pypdf.PdfReader(started.value.path())
    whole = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    order = ["Initial evaluation", "Plan of care", "Certification", "Recertification"]
    order += ["Progress report", "Daily treatment note", "Discharge summary", "Minutes of all"]
    places = [whole.index(title) for title in order]
    assert places == sorted(places)
    assert whole.count("Daily treatment note") >= VISITS


def test_an_assistants_visit_is_cosigned_in_two_taps(
    walkers: Any, clinic: Any, turn: Any, capsys: Any
) -> None:
    helper, episode = clinic.people["assistant"], clinic.visit.episode
    visits.schedule(
        clinic.people["front_desk"], episode_id=episode.pk, clinician_id=helper.pk,
        scheduled_at=small_clinic.at(13), at=small_clinic.at(8),
    )  # fmt: skip
    turn.goes(hours=4)
    assistant = walkers("assistant")
    assistant.goes("/day/")
    assistant.page.click(".day .name >> text=Aldertree")
    assistant.page.wait_for_selector("#session")
    assistant.tap_and_settle("button.tile[data-act='97112']")
    assistant.tap_and_settle(".ask button[data-act='dose'] >> nth=0")
    assistant.tap_and_settle(".ask button[data-act='cue'] >> nth=0")
    turn.goes(minutes=25)
    assistant.tap("button[data-act='end']")
    assistant.page.wait_for_selector("button[data-act='sign']")
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
    assert "minutes" in differs
    assert "in the visit before" in differs
    note = SignedNote.objects.get(visit__clinician=helper, kind="note")
    added = SignedNote.objects.get(kind="cosignature")
    assert (added.amends, added.signer) == (note, clinic.people["therapist"])
    said = text_of(person, f"/notes/{note.pk}/pdf/")
    assert "Co-signed by" in said
    assert "Theta" not in said
    person.goes(f"/visits/{note.visit_id}/note/")
    assert "Co-signature" in person.page.inner_text("main")
    person.goes(f"/visits/{note.visit_id}/charges/")
    assert "CQ" in person.page.inner_text("main")


def test_the_pages_of_documentation_have_no_barrier_and_fit_a_phone(
    walkers: Any, clinic: Any, turn: Any
) -> None:
    visit, patient = clinic.visit, clinic.patients[0]
    episode = visit.episode
    pages = [
        f"/patients/{patient.pk}/evaluation/",
        f"/visits/{visit.pk}/evaluation/",
        f"/episodes/{episode.pk}/plan/",
        f"/episodes/{episode.pk}/report/progress-report/",
        f"/episodes/{episode.pk}/report/recertification/",
        f"/episodes/{episode.pk}/report/discharge/",
        "/plans/?all",
        f"/plans/{visit.plan_id}/",
        "/cosign/",
        f"/patients/{patient.pk}/packet/",
        f"/patients/{patient.pk}/",
        "/day/?queue=plans",
    ]
    person = walkers("therapist")
    found, too_wide = [], []
    for path in pages:
        person.goes(path)
        found += barriers(person.page)
        person.page.set_viewport_size({"width": 390, "height": 844})
        width = person.page.evaluate("() => document.documentElement.scrollWidth")
        if width > 390:
            too_wide.append(f"{path}: {width}")
        person.page.set_viewport_size({"width": 1024, "height": 768})

    assert found == []
    assert too_wide == []


def test_the_rules_for_notes_are_set_by_the_administrator(walkers: Any, clinic: Any) -> None:
    person = walkers("ada")
    person.goes("/rules-for-notes/")
    person.picture("rules-for-notes")
    person.page.fill("#id_unsigned_after_days", "3")
    person.page.click("button.primary")
    person.page.wait_for_selector("text=The rules are changed")

    assert person.page.input_value("#id_unsigned_after_days") == "3"
