"""Reports between visits: what they read, what they lack, who signs, what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from neuroreed.clinic import access, record
from neuroreed.clinic.models import Certification, Document, Impairment, SignedNote
from neuroreed.clinic.services import charges, documents, notes, plans, visits
from neuroreed.model.errors import (
    BadInput,
    IncompleteNote,
    NotFound,
    Refused,
)
from tests.clinic.documentation.conftest import past
from tests.clinic.world import TODAY, at, sign, tap

SAID = {"continue_reason": "Not safe alone yet.", "goal_changes": [], "values": {}}
GAIN = {**SAID, "values": {"G1": {"value": "41"}}}


def write(clinic, kind, entries, *, who="therapist", seen=None, moment=None):
    moment = moment or at(12)
    person = clinic.people[who]
    if seen is None:
        seen = documents.open_document(person, clinic.episode.pk, kind, at=moment).version
    return documents.sign(person, clinic.episode.pk, kind, entries=entries, seen=seen, at=moment)


def test_a_progress_report_is_there_before_a_word_is_written(given):
    report = documents.open_document(
        given.therapist, given.episode.pk, "progress_report", at=at(12)
    )

    (goal,) = report.goals
    assert (goal.value, goal.verdict, goal.status) == (38, "within_error", "not met")
    assert report.clock.day == 10
    assert "The reason for the lack of progress." in report.missing
    assert "treatment days" in report.note.text


def test_a_gain_beyond_the_error_needs_no_reason_and_becomes_a_finding(few):
    sealed = write(few, "progress_report", GAIN)

    assert sealed.kind == "progress_report"
    found = Impairment.objects.get(episode=few.episode, date=TODAY)
    assert (found.measure, int(found.value), found.category) == ("berg", 41, "balance")
    assert record.verify().is_whole


def test_without_a_gain_the_reason_is_wanted_and_what_was_written_stays(few):
    with pytest.raises(IncompleteNote) as lacks:
        write(few, "progress_report", SAID)

    assert lacks.value.missing == ("The reason for the lack of progress.",)
    assert Document.objects.get().entries["continue_reason"] == "Not safe alone yet."
    assert not SignedNote.objects.filter(kind="progress_report").exists()


def test_a_report_begins_the_count_anew_also_for_the_audit(given):
    past(given, 0)
    before = documents.open_document(
        given.therapist, given.episode.pk, "progress_report", at=at(12)
    )
    write(given, "progress_report", GAIN)
    after = documents.open_document(
        given.therapist, given.episode.pk, "progress_report", at=at(12) + timedelta(days=1)
    )

    assert (before.clock.day, str(before.clock.due)) == (10, "due")
    assert (after.clock.day, str(after.clock.due)) == (1, "not_due")


@pytest.mark.parametrize("reported", [True, False])
def test_the_eleventh_treatment_day_is_found_unless_a_report_was_written(given, reported):
    past(given, 1)
    if reported:
        write(given, "progress_report", GAIN, moment=at(20, day=TODAY - timedelta(days=1)))
    last = past(given, 0)

    rules = {f.rule for f in charges.latest(given.therapist, last.visit_id).findings}
    assert ("DOCU-01" in rules) is not reported


def test_an_assistant_is_told_who_writes_the_report(few):
    with pytest.raises(Refused) as refused:
        write(few, "progress_report", GAIN, who="assistant", seen=0)

    assert "therapist" in str(refused.value)


@pytest.mark.parametrize("who", ["ot", "biller", "front_desk", "patient", "compliance"])
def test_for_others_there_is_no_report_to_write(few, who):
    with pytest.raises(NotFound):
        write(few, "progress_report", GAIN, who=who, seen=0)


def test_two_writers_do_not_overwrite_each_other(few):
    episode = few.episode.pk
    documents.save(
        few.therapist, episode, "progress_report",
        entries={"continue_reason": "mine"}, seen=0, at=at(12),
    )  # fmt: skip

    with pytest.raises(Refused) as refused:
        documents.save(
            few.colleague, episode, "progress_report",
            entries={"continue_reason": "theirs"}, seen=0, at=at(12, 1),
        )  # fmt: skip

    assert "Open it again" in str(refused.value)
    assert Document.objects.get().entries["continue_reason"] == "mine"


def test_a_sent_twice_report_is_sealed_once(few):
    write(few, "progress_report", GAIN, seen=0)

    with pytest.raises((Refused, IncompleteNote)):
        write(few, "progress_report", GAIN, seen=1)

    assert SignedNote.objects.filter(kind="progress_report").count() == 1


def test_a_recertification_follows_on_and_is_no_longer_than_allowed(few):
    entries = {**GAIN, "justification": "Falls outdoors."}
    del entries["continue_reason"], entries["goal_changes"]
    begun = documents.open_document(few.therapist, few.episode.pk, "recertification", at=at(12))
    too_long = {**entries, "certified_to": (TODAY + timedelta(days=200)).isoformat()}

    with pytest.raises(IncompleteNote) as lacks:
        write(few, "recertification", too_long)
    write(few, "recertification", {**entries, "certified_to": begun.entries["certified_to"]})

    assert "at most 90 days" in lacks.value.missing[0]
    first, second = Certification.objects.filter(plan=few.plan).order_by("since")
    assert second.since == first.until + timedelta(days=1)
    assert (second.kind, second.signed_on) == ("recert", None)


def test_a_discharge_waits_for_the_notes_and_closes_the_episode(few):
    visits.open_visit(few.therapist, few.visit.pk, at=at(9))
    tap(few, "start", 0, at(9), "a")
    visits.end(few.therapist, few.visit.pk, at=at(9, 25))
    entries = {"date": TODAY.isoformat(), "reason": "Goals met.", "recommendations": "Walk.",
               "values": {"G1": {"value": "42"}}}  # fmt: skip
    with pytest.raises(IncompleteNote) as lacks:
        write(few, "discharge", entries)
    sign(few)

    write(few, "discharge", entries)

    assert "Sign the notes" in lacks.value.missing[0]
    few.episode.refresh_from_db()
    assert few.episode.ended_on == TODAY
    with pytest.raises(Refused):
        write(few, "progress_report", GAIN, seen=0)


def test_maintenance_says_why_skill_is_needed_and_the_plan_keeps_it(few):
    rationale = "Without guarding at the turns the programme is not safe."
    write(few, "progress_report", {**GAIN, "maintenance_rationale": rationale})

    few.plan.refresh_from_db()
    assert few.plan.maintenance_rationale == rationale


def test_a_report_before_any_visit_says_what_to_do_first(clinic):
    report = documents.open_document(
        clinic.therapist, clinic.episode.pk, "progress_report", at=at(8)
    )

    assert report.missing == ("No visit of this episode has begun: begin the evaluation first.",)
    with pytest.raises(Refused):
        write(clinic, "progress_report", GAIN, seen=0, moment=at(8))


@pytest.mark.parametrize(
    "entries",
    [
        {"nonsense": "x"},
        {"values": {"G1": {"value": "many"}}},
        {"period_from": "soon"},
        {"continue_reason": "a" * 4001},
        {"continue_reason": "bell \a"},
        {"goal_changes": "none"},
    ],
)
def test_what_does_not_fit_is_refused_with_its_name(few, entries):
    with pytest.raises(BadInput):
        documents.save(
            few.therapist, few.episode.pk, "progress_report",
            entries=entries, seen=0, at=at(12),
        )  # fmt: skip

    assert not Document.objects.exists()


def test_a_report_never_changes_and_takes_an_addendum(few):
    sealed = write(few, "progress_report", GAIN)
    before = sealed.canonical

    added = notes.addendum(
        few.therapist, sealed.pk, text="Berg was taken with a cane.", reason="forgotten",
        kind="late_entry", at=at(15),
    )  # fmt: skip

    assert (added.kind, added.amends_id) == ("late_entry", sealed.pk)
    assert SignedNote.objects.get(pk=sealed.pk).canonical == before
    assert record.verify().is_whole
    assert all(
        n.kind != "progress_report" for n in access.notes_for(few.therapist, sealed.visit_id)
    )


def test_a_plan_reaches_the_visits_that_were_booked_before_it(clinic):
    plan = plans.write(
        clinic.therapist, clinic.episode.pk, established_on=TODAY, first_treatment_on=TODAY,
        duration_days=30, visits_per_week=2, planned_cpt=["97112"],
        planned_techniques=["static_balance"], at=at(8),
        goals=[{"activity": "stand", "measure": "berg", "baseline": 38, "target": 46,
                "target_date": TODAY + timedelta(days=30), "mdc": 6}],
    )  # fmt: skip

    clinic.visit.refresh_from_db()
    assert clinic.visit.plan_id == plan.pk


def test_a_plan_is_sealed_before_the_first_visit_begins(clinic):
    def seal() -> SignedNote:
        seen = documents.open_document(
            clinic.therapist, clinic.episode.pk, "plan_of_care", at=at(8)
        ).version
        return documents.sign(
            clinic.therapist, clinic.episode.pk, "plan_of_care",
            entries={"prognosis": "Good."}, seen=seen, at=at(8),
        )  # fmt: skip

    visit = clinic.visit
    visit.state = "cancelled"
    visit.save(update_fields=["state"])
    with pytest.raises(Refused, match="book the first visit"):
        seal()
    visit.state = "scheduled"
    visit.save(update_fields=["state"])

    note = seal()

    assert (note.kind, note.visit_id) == ("plan_of_care", visit.pk)
    assert record.verify().is_whole


def test_function_is_measured_again_and_the_first_value_stays(few):
    report = documents.open_document(few.therapist, few.episode.pk, "progress_report", at=at(14))
    label, first = report.function[0].label, report.function[0].value

    write(few, "progress_report", {**GAIN, "function": {label: "12"}})

    limit = few.episode.limitations.get(label=label)
    assert limit.value == first
    assert [(m.value, m.date) for m in limit.measures.all()] == [(12, TODAY)]
    later = documents.open_document(few.therapist, few.episode.pk, "discharge", at=at(15))
    said = " ".join(s.text for section in later.note.sections for s in section.sentences)
    assert f"12 min now, {first:g} min at the start of care" in said
