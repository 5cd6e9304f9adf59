"""What people do before the browser when they document a course of care."""

from __future__ import annotations

import io
import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf

from neuroreed.clinic.models import Episode, PlanOfCare, Visit
from neuroreed.clinic.services import patients
from tests.journeys.course import Course, Drill
from tests.web import small_clinic

# what a detail of the dose is not: it is asked among the questions
FOOT = re.compile(r"[A-Z][a-z\\-]+(?: [a-z]+)* · printed .*? \\d+ / \\d+")
REASON = "Swelling after a long walk, and less quadriceps."
DOSE = ".ask button[data-act='dose'][value='{}']"


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


def pages_of(content: bytes, name: str = "") -> list[str]:
    """The words of each page of a tagged PDF; the file is kept where ``NEUROREED_PAPERS`` asks."""
    folder = os.environ.get("NEUROREED_PAPERS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{name or 'paper'}.pdf").write_bytes(content)
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"]
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    assert all(pages)
    return pages


def text_of(person: Any, path: str, name: str = "") -> str:
    """The words of a PDF that a page offers."""
    answer = person.page.request.get(f"{person.address}{path}")
    assert answer.status == 200
    return " ".join(without_frame(page) for page in pages_of(answer.body(), name))


def without_frame(page: str) -> str:
    """A page without its number, so that a sentence may go on over the page."""
    return FOOT.sub(" ", page)


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
    teaches(person)
    signs(person, f"evaluation-review-{course.condition}")
    return visit.episode


def signs(person: Any, picture: str = "") -> None:
    """End the session, read the review, sign."""
    person.tap("button[data-act='end']")
    person.page.wait_for_selector("button[data-act='sign']")
    if picture:
        person.picture(picture)
    person.tap("button[data-act='sign']")
    person.page.wait_for_selector("text=Signature and seal")


def plans(person: Any, course: Course) -> None:
    """The plan: a target within the error is refused with a sentence, one beyond it is kept."""
    page = person.page
    page.wait_for_selector("#id_goals-0-target")
    assert page.input_value("#id_goals-0-baseline") == course.finding[2]
    page.fill("#id_duration_days", "30")
    page.fill("#id_visits_per_week", "3")
    page.fill("#id_planned_cpt", "97112, 97110, 97116")
    page.select_option("#id_planned_techniques", list(course.techniques))
    page.fill("#id_physician_last", "Signwell")
    page.fill("#id_physician_npi", small_clinic.npi("188880000"))
    page.fill("#id_prognosis", "Good with practice.")
    page.fill("#id_goals-0-target", course.too_near)
    page.fill("#id_goals-0-mdc", course.mdc)
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


def books(person: Any, patient: Any, when: Any, clinician: Any = None) -> None:
    """A visit on the schedule, from the patient's page."""
    page = person.page
    person.goes(f"/patients/{patient.pk}/")
    page.click("[data-act=book]")
    page.fill("#id_day", when.date().isoformat())
    page.fill("#id_time", f"{when:%H:%M}")
    if clinician is not None:
        page.select_option("#id_clinician", str(clinician.pk))
    page.click("button.primary")
    page.wait_for_selector("text=The visit is booked.")


def records(person: Any, drill: Drill, turn: Any) -> None:
    """One activity from its start to its decision, by taps alone."""
    page = person.page
    if drill.is_added:
        with page.expect_response(lambda answer: "/add/" in answer.url):
            person.tap("#add-activity")
        person.tap_and_settle(f"button[data-act='add'][value='{drill.cpt}:{drill.technique}']")
    tile = page.locator(f"button.tile[data-act='{drill.cpt}']").filter(has_text=said(drill))
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        tile.first.click()
    person.taps += 1
    person.waits_for("() => !Object.keys(localStorage).some(k => k.includes('outbox'))")
    if isinstance(drill.dose, str):
        person.tap_and_settle(DOSE.format(drill.dose))
    fields = drill.then if isinstance(drill.dose, str) else {**drill.dose, **drill.then}
    if fields and not page.locator("details[id^='details-'][open]").count():
        person.tap("details[id^='details-'] summary")
    for name, value in fields.items():
        person.tap_and_settle(f"form.ask[aria-labelledby='ask-{name}'] button[value='{value}']")
    for act, value in (
        ("fault", drill.fault),
        ("cue", drill.cue),
        ("response.start", drill.first),
        ("response.end", drill.last),
        ("decision", drill.decision),
    ):
        person.tap_and_settle(f".ask button[data-act='{act}'][value='{value}']")
    turn.goes(minutes=drill.minutes)


def said(drill: Drill) -> str:
    """The name of the technique as tile and note say it."""
    from neuroreed.care.catalogue import technique

    return technique(drill.technique).name.partition(" (")[0]


def treats(person: Any, patient: Any, turn: Any, drills: tuple[Drill, ...], shown: str = "") -> int:
    """One visit from its booking to its signature; the taps of the session."""
    books(person, patient, turn().replace(hour=9, minute=0))
    page = person.page
    person.taps = 0
    person.tap(f".day .name >> text={patient.last_name}")
    page.wait_for_selector("#session")
    for drill in drills:
        records(person, drill, turn)
    teaches(person)
    if shown:
        person.picture(f"session-{shown}")
    signs(person, shown and f"review-{shown}")
    return int(person.taps)


def teaches(person: Any) -> None:
    """The home programme, by two taps."""
    person.tap_and_settle("button[data-act='teach'][value='correct']")
    person.tap_and_settle("button[data-act='hep']")


def reevaluates(person: Any, course: Course, patient: Any, turn: Any) -> None:
    """A re-evaluation from the patient's page: what was found, its minutes, its signature."""
    _after, measured, can = course.reevaluated
    page = person.page
    person.goes(f"/patients/{patient.pk}/")
    page.click("[data-act='reevaluation']")
    page.wait_for_selector("#words")
    page.fill("#words [name=reason]", REASON)
    page.click("#words button")
    page.wait_for_load_state()
    page.fill("#now-FL1", can)
    page.click("[data-act=function]")
    page.wait_for_selector(f"#limitation li >> text={can}")
    page.select_option("#finding [name=category]", course.finding[0])
    page.select_option("#finding [name=measure]", course.finding[1])
    page.fill("#finding [name=value]", measured)
    page.click("[data-act=finding]")
    page.wait_for_selector(f"#finding li >> text={measured}")
    person.picture("reevaluation")
    person.page.click("text=To the session and its minutes")
    person.tap_and_settle("button.tile[data-act='97164']")
    turn.goes(minutes=20)
    teaches(person)
    signs(person, "reevaluation-review")


def progress(person: Any, course: Course) -> None:
    """The day board asks; measures and goals are there; reasons are given; it is sealed."""
    page = person.page
    person.goes("/day/?queue=reports")
    person.picture(f"queue-reports-{course.condition}")
    page.click(f".waits a >> text={course.last_name}")
    page.wait_for_selector("#report")
    assert page.input_value("#id_value_G1") == (course.reevaluated[1] or course.finding[2])
    page.click("button[data-act=sign]")
    page.wait_for_selector("[role=alert]")
    assert "Why care goes on" in page.inner_text("[role=alert]")
    page.fill("#id_value_G1", course.at_ten)
    page.fill("#id_function_FL1", course.better)
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
    page.fill("#id_function_FL1", course.limitation[3])
    page.fill("#id_reason", "Goals met.")
    page.fill("#id_recommendations", "Home programme three times a week; return after a fall.")
    page.click("button[data-act=sign]")
    page.wait_for_selector("text=The report is signed and sealed.")
