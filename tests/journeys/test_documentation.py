"""The documentation of a whole course of care, by the browser, and what is printed of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from neuroreed.clinic.models import PlanOfCare, SignedNote, Visit
from tests.journeys import documenting as acts
from tests.journeys import papers
from tests.journeys.course import KNEE, STROKE, Course
from tests.journeys.documenting import text_of
from tests.journeys.papers import Doses
from tests.journeys.test_every_page import barriers
from tests.web import small_clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("course", [STROKE, KNEE], ids=["stroke", "knee"])
def test_a_course_of_care_is_documented_from_evaluation_to_discharge(
    walkers: Any, clinic: Any, turn: Any, course: Course, capsys: Any
) -> None:
    person = walkers("therapist")
    patient = acts.arrival(clinic, course)
    episode = acts.evaluates(person, course, patient, turn)
    plan = PlanOfCare.objects.get(episode=episode)
    acts.certifies(person, plan, small_clinic.TODAY)
    taps = []
    for number, drills in enumerate(course.visits, start=1):
        turn.goes(days=3)
        if number == len(course.visits):
            acts.recertifies(person, course, episode, plan, turn)
        shown = f"{course.condition}-{number}" if number in {1, 4} else ""
        taps.append(acts.treats(person, patient, turn, drills, shown))
        if number == course.reevaluated[0]:
            turn.goes(days=1)
            acts.reevaluates(person, course, patient, turn)
        if number == course.reported_after:
            acts.progress(person, course)
    turn.goes(days=2)
    acts.discharges(person, course, episode)

    with capsys.disabled():
        print(f"\n{course.condition}: taps of the ten visits {taps}; {scores(episode)}")
    episode.refresh_from_db()
    assert episode.ended_on is not None
    assert {band for _score, band in rubric(episode)} == {"ready"}
    overdue = Visit.objects.filter(episode=episode, charge_versions__findings__rule="DOCU-01")
    assert not overdue.exists()
    told = papers_of_visits(person, course, episode)
    papers_between(person, course, episode)
    packets(person, course, episode, patient, told)
    person.goes(f"/patients/{patient.pk}/")
    person.picture(f"patient-documented-{course.condition}")


def rubric(episode: Any) -> list[tuple[int, str]]:
    """Score and band of every signed visit, as they were kept with its charges."""
    rows = Visit.objects.filter(episode=episode).order_by("scheduled_at")
    kept = [row.charge_versions.order_by("version").last().body["documentation"] for row in rows]
    return [(one["score"], one["band"]) for one in kept]


def scores(episode: Any) -> str:
    """The scores in one line."""
    return "scores " + ", ".join(f"{score} {band}" for score, band in rubric(episode))


def papers_of_visits(person: Any, course: Course, episode: Any) -> dict[str, str]:
    """Each of the ten daily notes, held against what was tapped in that very visit."""
    doses, told = Doses(), {}
    notes = SignedNote.objects.filter(
        visit__episode=episode, visit__kind="treatment", kind="note"
    ).order_by("visit__scheduled_at")
    assert notes.count() == len(course.visits)
    for number, (note, drills) in enumerate(zip(notes, course.visits, strict=True), start=1):
        said = text_of(person, f"/notes/{note.pk}/pdf/", f"{course.condition}-{number:02}")
        papers.tells_visit(said, course, note, drills, [doses.dose(drill) for drill in drills])
        told[note.sha256] = said.split(" Interventions ", 1)[1].split(" Assessment ", 1)[0]
    assert len(set(told.values())) == len(course.visits)
    return told


def papers_between(person: Any, course: Course, episode: Any) -> None:
    """Evaluation, plan, reports and discharge say what was measured, decided and signed."""
    activity, now, unit, before = course.limitation
    goal = f"from {course.finding[2]} to {course.target}"
    again = course.reevaluated[2]
    expected = {
        "evaluation": (
            "Initial evaluation", "alone, second floor", "Lived alone and walked outdoors",
            f"{activity}: {now} {unit} now, {before} {unit} before", goal, "97162", "31",
            "measured today",
        ),
        "reevaluation": (
            acts.REASON, f"{again} {unit} now, {now} {unit} at the start of care",
            f"{course.reevaluated[1]} m, measured today", "97164",
        ),
        "plan_of_care": (
            "Plan of care", "certify that these services are needed", goal, "Duration: 30 days",
            "Frequency: 3 times a week", "Good with practice", "Signwell", "signature on file",
        ),
        "progress_report": (
            "Progress report", course.at_ten, "Reason to continue: Not yet safe alone",
            "10 treatment days", f"{course.better} {unit} now, {now} {unit} at the start of care",
            "goal not met", "measured today", "Goal changes: none",
        ),
        "recertification": (
            "Recertification is requested for the period", "Why care is still needed",
            f"{course.better} {unit} on", "signature on file",
        ),
        "discharge": (
            "Discharge summary", course.at_end, "Goals met", "goal met", "Care began 13 Oct 2026",
            f"{before} {unit} now, {now} {unit} at the start of care", "return after a fall",
        ),
    }  # fmt: skip
    seen = set()
    for note in SignedNote.objects.filter(visit__episode=episode):
        kind = note.visit.kind if note.kind == "note" else note.kind
        if kind == "treatment":
            continue
        seen.add(kind)
        said = text_of(person, f"/notes/{note.pk}/pdf/", f"{course.condition}-{kind}")
        papers.says_each(said, [*expected[kind], *papers.frame_of(course, note)], kind)
    assert seen == set(expected) - (set() if again else {"reevaluation"})


def packets(person: Any, course: Course, episode: Any, patient: Any, told: dict[str, str]) -> None:
    """Both packets hold every note in the order reviewers ask for, word by word."""
    order = ["Initial evaluation", "Plan of care", "Certification", "Recertification"]
    order += ["Re-evaluation"] if course.reevaluated[0] else []
    order += ["Progress report", "Daily treatment note", "Discharge summary", "Measures and goals"]
    order += ["Minutes of all visits", "Log of acts"]
    for kind in ("record", "targeted_review"):
        person.goes(f"/patients/{patient.pk}/packet/")
        person.page.select_option("#id_kind", kind)
        person.page.fill("#id_since", small_clinic.TODAY.isoformat())
        person.page.fill("#id_until", (small_clinic.TODAY + timedelta(days=60)).isoformat())
        person.page.fill("#id_prepared_for", "Invented Review Contractor")
        person.page.fill("#id_reference", "ADR-0042")
        person.picture(f"packet-{course.condition}")
        with person.page.expect_download() as started:
            person.page.click("button.primary")
        content = Path(started.value.path()).read_bytes()
        pages = acts.pages_of(content, f"{course.condition}-packet-{kind}")
        papers.pages_are_numbered(pages)
        whole = " ".join(pages)
        places = [whole.index(title) for title in order]
        assert places == sorted(places)
        body = papers.flat(whole)
        for sha256, words in told.items():
            assert sha256 in body
            assert papers.flat(words) in body
        for note in SignedNote.objects.filter(visit__episode=episode):
            assert note.sha256 in body
        papers.says_each(whole, ["Invented Review Contractor", "ADR-0042"], kind)


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
        f"/episodes/{episode.pk}/book/",
        f"/episodes/{episode.pk}/diagnoses/",
        f"/visits/{clinic.open_visit.pk}/session/",
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
