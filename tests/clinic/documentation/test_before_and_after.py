"""Before the signature and after it: likeness, co-signature, queues, papers, tampering."""

from __future__ import annotations

import io
from datetime import timedelta

import pypdf
import pytest
from django.db import connection

from neuroreed.clinic import access, record, treatment, triggers
from neuroreed.clinic.models import SignedNote, TimerEvent
from neuroreed.clinic.services import (
    before,
    certification,
    charges,
    cosign,
    documents,
    notes,
    papers,
    plans,
    visits,
)
from neuroreed.clinic.services import (
    clinic as clinic_service,
)
from neuroreed.model.errors import BadInput, NotFound, Refused
from tests.clinic.documentation.conftest import past
from tests.clinic.documentation.test_reports import GAIN, write
from tests.clinic.world import FACTS, TODAY, at, sign, tap, time_the_visit, treated


def words(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def repeat(world):
    """A visit of today with the very facts of the visit two days ago."""
    visits.open_visit(world.therapist, world.visit.pk, at=at(9))
    tap(world, "start", 0, at(9), "a")
    first = world.visit.activities.order_by("order").first()
    facts = {**FACTS, "sets": 2 + 2 % 5, "reps": 3}
    visits.record_facts(world.therapist, world.visit.pk, first.pk, facts=facts, at=at(9, 20))
    visits.end(world.therapist, world.visit.pk, at=at(9, 25))


def test_a_repeated_visit_is_seen_before_the_signature_and_answered_by_one_statement(few):
    repeat(few)
    silent = before.before(few.therapist, few.visit.pk, at=at(9, 30))
    visits.record_visit_fact(
        few.therapist, few.visit.pk, field="statement", value="Held after a fall.", at=at(9, 31)
    )
    said = before.before(few.therapist, few.visit.pk, at=at(9, 32))

    assert silent.likenesses[0].level == "flag"
    assert silent.asks_statement
    assert "R25" in silent.score.failed
    assert said.score.answered == ("R25",)
    assert "RUBR-25" not in rules_of(few)


def rules_of(world):
    return {f.rule for f in charges.preview(world.therapist, world.visit.pk, at=at(9, 33)).findings}


def test_the_points_of_the_rubric_are_findings_that_never_stop(few):
    repeat(few)

    found = [
        f
        for f in charges.preview(few.therapist, few.visit.pk, at=at(9, 33)).findings
        if f.rule.startswith("RUBR-")
    ]

    assert "RUBR-25" in {f.rule for f in found}
    assert not [f for f in found if f.severity == "stop"]


def test_a_visit_like_another_patients_of_the_day_is_told_without_a_name(few):
    repeat(few)
    sign(few, at(9, 40))
    other = few.therapist
    episode, _plan = treated(other, few.other_patient, at(8, day=TODAY - timedelta(days=40)))
    second = visits.schedule(
        few.front_desk, episode_id=episode.pk, clinician_id=other.pk, scheduled_at=at(11),
        at=at(8),
    )  # fmt: skip
    few.visit = second
    visits.open_visit(other, second.pk, at=at(11))
    tap(few, "start", 0, at(11), "b")
    first = second.activities.order_by("order").first()
    visits.record_facts(
        other, second.pk, first.pk, facts={**FACTS, "sets": 4, "reps": 3}, at=at(11, 10)
    )
    visits.end(other, second.pk, at=at(11, 25))

    told = before.before(other, second.pk, at=at(11, 30))

    assert told.other_patients == 1
    assert told.asks_statement


def test_an_assistants_note_waits_for_who_supervises_and_nobody_else(few):
    note = past(few, 0, "assistant")

    assert [i.note_id for i in cosign.queue(few.therapist)] == [note.pk]
    assert cosign.queue(few.colleague) == ()
    for stranger in (few.colleague, few.assistant, few.biller, few.ot):
        with pytest.raises(NotFound):
            cosign.cosign(stranger, note.pk, at=at(12))


def test_a_cosignature_changes_nothing_and_answers_the_rubric(few):
    note = past(few, 0, "assistant")
    failed = charges.latest(few.therapist, note.visit_id)

    added = cosign.cosign(few.therapist, note.pk, at=at(12))

    assert (added.kind, added.amends_id) == ("cosignature", note.pk)
    assert "RUBR-24" in {f.rule for f in failed.findings}
    now = charges.latest(few.therapist, note.visit_id)
    assert "RUBR-24" not in {f.rule for f in now.findings}
    assert cosign.queue(few.therapist) == ()
    with pytest.raises(NotFound):
        cosign.cosign(few.therapist, note.pk, at=at(13))
    assert record.verify().is_whole


def test_a_state_that_asks_for_no_cosignature_has_no_queue(few):
    clinic_service.describe(few.admin, at=at(8), assistant_cosign=False)
    note = past(few, 0, "assistant")

    assert cosign.queue(few.therapist) == ()
    found = charges.latest(few.therapist, note.visit_id).findings
    assert "RUBR-24" not in {f.rule for f in found}


def test_the_differences_are_shown_fact_by_fact(few):
    note = past(few, 0, "assistant")

    item = cosign.item(few.therapist, note.pk)

    changed = {(d.fact, d.before, d.now) for d in item.differs}
    assert ("reps", 3, 1) in changed
    assert item.compared_with == TODAY - timedelta(days=2)
    assert item.same > 10


def test_the_seven_days_are_the_clinics_own_setting(timed):
    def late():
        board = access.day_board(timed.therapist, TODAY + timedelta(days=4))
        (queue,) = [q for q in board.queues if q.id == "unsigned"]
        return queue.items[0].blocks, queue.items[0].because

    seven = late()
    clinic_service.describe(timed.admin, at=at(12), unsigned_after_days=3)
    three = late()

    assert seven == (False, "not signed for 4 days")
    assert three == (True, "not signed for 4 days, later than the clinic's 3 days")


def test_the_rules_for_notes_are_the_administrators(clinic):
    with pytest.raises(NotFound):
        clinic_service.note_rules(clinic.therapist)
    with pytest.raises(BadInput):
        clinic_service.describe(clinic.admin, at=at(8), assistant_supervision="none")

    assert clinic_service.note_rules(clinic.admin)["unsigned_after_days"] == 7


def test_the_board_puts_first_what_blocks(given):
    past(given, 1)
    past(given, 0, "assistant")
    board = access.day_board(given.therapist, TODAY + timedelta(days=1))
    queues = {q.id: q for q in board.queues}

    assert queues["reports"].blocking == 1
    assert "overdue" in queues["reports"].items[0].because
    assert queues["cosign"].count == 1
    assert queues["cosign"].blocking == 0


def test_a_visit_of_the_day_says_that_its_report_is_due(given):
    board = access.day_board(given.therapist, TODAY)

    (row,) = board.rows
    assert [chip.text for chip in row.waits] == ["report due today"]


def test_an_order_with_proof_of_sending_stands_in_for_the_signature_once(few):
    start = TODAY - timedelta(days=20)
    plan = plans.write(
        few.therapist, few.episode.pk, established_on=start, first_treatment_on=start,
        duration_days=60, visits_per_week=2, planned_cpt=["97112"],
        planned_techniques=["static_balance"], at=at(8, day=start),
        goals=[{"activity": "stand", "measure": "berg", "baseline": 33, "target": 41,
                "target_date": TODAY + timedelta(days=30), "mdc": 6}],
    )  # fmt: skip
    state = certification.state(few.therapist, plan.pk, at=at(12))

    assert state.state in {"signature_out", "uncertified", "signature_late"}
    with pytest.raises(BadInput):
        certification.order(few.therapist, plan.pk, signed_on=TODAY + timedelta(days=1), at=at(12))


def test_a_word_certifies_until_the_signature_is_due(few):
    plan = plans.write(
        few.therapist, few.episode.pk, established_on=TODAY, first_treatment_on=TODAY,
        duration_days=60, visits_per_week=2, planned_cpt=["97112"],
        planned_techniques=["static_balance"], at=at(8),
        goals=[{"activity": "stand", "measure": "berg", "baseline": 33, "target": 41,
                "target_date": TODAY + timedelta(days=30), "mdc": 6}],
    )  # fmt: skip

    certification.verbal(few.front_desk, plan.pk, on=TODAY, by="Desk, from Dr Referral", at=at(12))
    state = certification.state(few.therapist, plan.pk, at=at(12))

    assert state.certified.answer is True
    assert "by word" in state.certified.sentence
    with pytest.raises(NotFound):
        certification.verbal(few.biller, plan.pk, on=TODAY, by="x", at=at(12))


# -- bad input and faults ----------------------------------------------------------------------


def test_a_visit_over_midnight_is_settled_before_it_is_signed(clinic):
    visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(23, 40))
    tap(clinic, "start", 0, at(23, 50), "a")
    late = at(0, 20, day=TODAY + timedelta(days=1))
    visits.end(clinic.therapist, clinic.visit.pk, at=late)

    with pytest.raises(Refused) as refused:
        sign(clinic, late + timedelta(minutes=5))

    assert "Settle the minutes first" in str(refused.value)
    tile = clinic.visit.activities.order_by("order").first()
    state = visits.correct_minutes(
        clinic.therapist, clinic.visit.pk, tile.pk, start=at(23, 30), end=at(23, 55),
        reason="the clock ran on while the patient dressed", at=late,
    )  # fmt: skip
    assert state.timed_minutes == 25


def test_a_forgotten_stop_is_asked_about_with_what_to_do(clinic):
    visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(9))
    tap(clinic, "start", 0, at(9), "a")

    state = visits.state(clinic.therapist, clinic.visit.pk, at=at(17))

    assert any("Correct" in p.sentence or "correct" in p.sentence for p in state.problems)


@pytest.mark.parametrize(("day", "minutes"), [((2026, 11, 1), 20), ((2026, 3, 8), 20)])
def test_a_clock_change_does_not_make_or_take_minutes(clinic, day, minutes):
    from datetime import UTC, datetime

    from neuroreed.care import session

    # 20 minutes across the change, in universal time
    start = datetime(*day, 6, 50, tzinfo=UTC) if day[1] == 11 else datetime(*day, 7, 50, tzinfo=UTC)
    events = [
        session.TimerEvent(at=start, kind="start", activity_id="I1", cpt="97112",
                           clinician_id="T", furnished="therapist", one_on_one=True),
        session.TimerEvent(at=start + timedelta(minutes=minutes), kind="stop", activity_id="I1",
                           cpt="97112", clinician_id="T", furnished="therapist", one_on_one=True),
    ]  # fmt: skip
    from tests.clinic.world import ZONE

    assert session.record(events, zone=ZONE).timed_minutes == minutes


def test_a_superseded_diagnosis_is_refused_with_what_to_do_and_found_on_old_episodes(clinic):
    with pytest.raises(BadInput) as refused:
        plans.open_episode(
            clinic.therapist, clinic.patient.pk, discipline="PT", condition="ms",
            medical_diagnoses=["G35"], treatment_diagnoses=["R26.89"], started_on=TODAY, at=at(8),
        )  # fmt: skip
    clinic.episode.medical_diagnoses = ["G35"]
    clinic.episode.save()
    time_the_visit(clinic)

    preview = charges.preview(clinic.therapist, clinic.visit.pk, at=at(9, 45))

    assert "G35" in str(refused.value)
    assert "choose another" in str(refused.value)
    assert "R01" in preview.documentation.failed
    assert "RUBR-01" in {f.rule for f in preview.findings}


def test_a_lost_connection_leaves_one_tap(clinic):
    visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(9))
    tap(clinic, "start", 0, at(9), "same")
    tap(clinic, "start", 0, at(9, 1), "same")

    assert TimerEvent.objects.filter(visit=clinic.visit).count() == 1


# -- papers ------------------------------------------------------------------------------------


def test_a_note_is_printed_with_log_units_corrections_chain_and_seal(timed):
    tile = timed.visit.activities.order_by("order").first()
    visits.correct_minutes(
        timed.therapist, timed.visit.pk, tile.pk, start=at(9), end=at(9, 24),
        reason="stopped late", at=at(9, 41),
    )  # fmt: skip
    note = sign(timed)
    notes.addendum(timed.therapist, note.pk, text="Fatigue after.", reason="told later", at=at(12))

    said = words(papers.note_pdf(timed.therapist, note.pk, at=at(13)))

    for word in ("97112", "09:00:00", "stopped late", "Addendum", "Fatigue after.", "Signed by",
                 "GP", "Score"):  # fmt: skip
        assert word in said, word
    assert note.sha256 in said.replace(" ", "")


def test_what_a_person_typed_stays_text_on_paper(timed):
    hostile = '#read("/etc/passwd") <b>x</b> $y$ @z *w*'
    visits.record_visit_fact(
        timed.therapist, timed.visit.pk, field="free_text", value=hostile, at=at(9, 41)
    )
    note = sign(timed)

    said = words(papers.note_pdf(timed.therapist, note.pk, at=at(13)))

    assert "<b>x</b>" in said
    assert "root:" not in said


@pytest.mark.parametrize("who", ["front_desk", "ot"])
def test_papers_leave_only_with_who_may_read_them(few, who):
    note = past(few, 0)
    allowed = who == "ot"

    if allowed:
        assert papers.note_pdf(few.people[who], note.pk, at=at(12))
    else:
        with pytest.raises(NotFound):
            papers.note_pdf(few.people[who], note.pk, at=at(12))
        with pytest.raises(NotFound):
            papers.packet_pdf(few.people[who], few.patient.pk, since=TODAY, until=TODAY, at=at(12))


def test_a_packet_says_what_it_lacks_and_is_in_the_log(few):
    write(few, "progress_report", GAIN)
    plans.attest_kx(few.therapist, few.plan.pk, statement="Skill needed at turns.", at=at(12))

    said = words(
        papers.packet_pdf(
            few.biller, few.patient.pk, since=TODAY - timedelta(days=30), until=TODAY,
            kind="targeted_review", reference="TMR-7", at=at(13),
        )
    )  # fmt: skip

    assert "Targeted medical review" in said
    assert "TMR-7" in said
    assert "Skill needed at turns." in said
    assert "No signed evaluation is in the record." in said
    verbs = {e.verb for e in access.events_for(few.compliance, f"patient:{few.patient.pk}")}
    assert "packet.printed" in verbs
    with pytest.raises(BadInput):
        papers.packet_pdf(
            few.biller, few.patient.pk, since=TODAY - timedelta(days=400),
            until=TODAY - timedelta(days=399), at=at(13),
        )  # fmt: skip


# -- tampering ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["note", "progress_report", "addendum", "cosignature"])
@pytest.mark.parametrize("column", ["canonical", "signer_name", "credential", "at"])
def test_any_sealed_thing_that_was_changed_is_named(few, kind, column):
    note = past(few, 0, "assistant")
    write(few, "progress_report", GAIN)
    cosign.cosign(few.therapist, note.pk, at=at(12))
    notes.addendum(few.therapist, note.pk, text="More.", reason="forgotten", at=at(13))
    row = SignedNote.objects.filter(kind=kind).last()
    value = "2026-01-01 00:00:00" if column == "at" else "{}" if column == "canonical" else "x"
    key = row.pk.hex if connection.vendor == "sqlite" else str(row.pk)
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE clinic_signednote SET {column} = %s WHERE id = %s", [value, key])
    triggers.install(connection)

    assert any(str(row.pk) in fault for fault in record.verify().faults)


def test_taps_that_were_moved_after_the_signature_are_found(signed):
    assert record.verify().is_whole
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clinic_timerevent SET kind = 'pause' WHERE kind = 'stop'")
    triggers.install(connection)

    assert record.verify().faults == (
        f"the minutes of visit {signed.visit.pk} are not those of its note",
    )


def test_documents_of_a_plan_are_sealed_with_it(few):
    entries = {"prognosis": "Good."}
    sealed = documents.sign(
        few.therapist, few.episode.pk, "plan_of_care", entries=entries, seen=0, at=at(12)
    )

    said = words(papers.note_pdf(few.therapist, sealed.pk, at=at(13)))

    assert "I have read this plan of care" in said
    assert "Prognosis: Good." in said


def test_a_superseded_diagnosis_is_changed_and_what_was_sealed_keeps_its_own(clinic):
    episode = clinic.episode
    first = past(clinic, 4)
    # the code was superseded while the course of care went on
    episode.medical_diagnoses = ["G35"]
    episode.save(update_fields=["medical_diagnoses"])
    assert (
        charges.preview(clinic.therapist, clinic.visit.pk, at=at(8)).documentation.point("R01").path
        == "dx.medical[0]"
    )
    for wrong in (["G35"], [], ["nonsense"]):
        with pytest.raises(BadInput):
            plans.change_diagnoses(
                clinic.therapist, episode.pk, medical_diagnoses=wrong,
                treatment_diagnoses=["R26.81"], at=at(8),
            )  # fmt: skip

    plans.change_diagnoses(
        clinic.therapist, episode.pk, medical_diagnoses=["G35.A"],
        treatment_diagnoses=["R26.81"], at=at(8),
    )  # fmt: skip

    now = charges.preview(clinic.therapist, clinic.visit.pk, at=at(8, 1))
    assert now.documentation.point("R01").status == "passed"
    assert now.facts["dx"]["medical"] == ["G35.A"]
    assert treatment.diagnoses(first.visit)[0] == ["I69.354"]
