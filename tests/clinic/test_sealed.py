"""What was sealed, filed or logged cannot change: by the ORM, by raw SQL, unnoticed."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from neuroreed.clinic import events, record, signing, triggers
from neuroreed.clinic.models import (
    ChargeLine,
    ChargeVersion,
    Event,
    FindingRow,
    SignedNote,
    TimerEvent,
)
from neuroreed.clinic.services import claims, notes
from neuroreed.model.errors import AlreadySigned, Corrupt, IncompleteNote, Refused
from tests.clinic.world import at, sign


def test_a_signed_note_cannot_change(signed):
    note = SignedNote.objects.get()
    note.canonical = note.canonical.replace("pelvis", "elbow")

    with pytest.raises(AlreadySigned):
        note.save()
    with pytest.raises(AlreadySigned):
        note.delete()
    with pytest.raises(AlreadySigned):
        SignedNote.objects.update(signer_name="another")
    with pytest.raises(AlreadySigned):
        SignedNote.objects.all().delete()


def test_the_database_refuses_to_change_what_only_grows(signed):
    claim = claims.release(signed.biller, signed.visit.pk, at=at(10))
    claims.file(signed.biller, [claim.pk], at=at(11))
    tried = set()

    for table in triggers.INSERT_ONLY:
        column = "actor" if table == "clinic_event" else "id"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            (count,) = cursor.fetchone()
        if not count:
            continue  # nothing to change; that its triggers exist is tested below
        tried.add(table)
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            refused = pytest.raises(DatabaseError)
            with refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    assert tried >= {
        "clinic_timerevent", "clinic_chargeversion", "clinic_chargeline", "clinic_claim",
        "clinic_claimfile", "clinic_signednote", "clinic_event",
    }  # fmt: skip


def test_every_table_that_only_grows_has_its_triggers(db):
    assert triggers.missing(connection) == []


def test_a_whole_record_verifies(signed):
    notes.addendum(
        signed.therapist, signed.note.pk, text="Fatigue after.", reason="told later", at=at(12)
    )

    checked = record.verify()

    assert checked.is_whole
    assert checked.notes == 2
    assert checked.events == Event.objects.count()


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE clinic_event SET verb = 'nothing' WHERE sequence = 3", "event 3 was changed"),
        ("UPDATE clinic_event SET detail = '{}' WHERE verb = 'note.signed'", "was changed"),
        ("DELETE FROM clinic_event WHERE sequence = 4", "event 4 is missing"),
    ],
)
def test_a_changed_event_is_found_and_named(signed, statement, names):
    _behind_the_triggers(statement)

    faults = record.verify().faults

    assert any(names in fault for fault in faults)
    with pytest.raises(Corrupt):
        events.verify()


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE clinic_signednote SET canonical = replace(canonical, '97112', '97110')", "sealed"),
        ("UPDATE clinic_signednote SET signer_name = 'Somebody Else'", "signer_name"),
        ("UPDATE clinic_signednote SET sequence = 7", "missing before"),
    ],
)
def test_a_changed_note_is_found_and_named(signed, statement, names):
    _behind_the_triggers(statement)

    faults = record.verify().faults

    assert any(names in fault and str(signed.note.pk) in fault for fault in faults)
    assert not any("Fixture" in fault for fault in faults)
    with pytest.raises(Corrupt):
        signing.verify()


def test_a_note_that_is_gone_is_missed(signed):
    _behind_the_triggers("DELETE FROM clinic_signednote")

    assert f"note {signed.note.pk} is gone" in record.verify().faults


def test_a_trigger_that_is_gone_is_missed(signed):
    triggers.remove(connection, ["clinic_signednote"])

    faults = record.verify().faults

    triggers.install(connection)
    assert any("trigger clinic_signednote_no_update" in fault for fault in faults)


def _behind_the_triggers(statement: str) -> None:
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    triggers.install(connection)


def test_signing_twice_is_signing_once(timed):
    first = sign(timed)

    second = sign(timed, at(9, 46))

    assert second.pk == first.pk
    assert SignedNote.objects.count() == 1
    assert Event.objects.filter(verb="note.signed").count() == 1
    assert ChargeVersion.objects.count() == 1


def test_nothing_of_a_visit_changes_after_the_signature(signed):
    from neuroreed.clinic.services import visits

    activity = signed.visit.activities.first()
    acts = (
        lambda: visits.add_timer_event(
            signed.therapist, signed.visit.pk, kind="start", activity_id=activity.pk,
            at=at(10), token="late",
        ),
        lambda: visits.record_fact(
            signed.therapist, signed.visit.pk, activity.pk, field="task", value="other", at=at(10)
        ),
        lambda: visits.correct_minutes(
            signed.therapist, signed.visit.pk, activity.pk, start=at(9), end=at(9, 5),
            reason="less", at=at(10),
        ),
    )  # fmt: skip
    before = TimerEvent.objects.count()

    for act in acts:
        with pytest.raises(AlreadySigned):
            act()

    assert TimerEvent.objects.count() == before


def test_an_addendum_follows_in_the_chain_and_leaves_the_note_alone(signed):
    before = signed.note.canonical

    added = notes.addendum(
        signed.therapist, signed.note.pk, text="Fatigue after.", reason="told later", at=at(12)
    )

    assert added.amends_id == signed.note.pk
    assert added.previous_sha256 == signed.note.sha256
    assert SignedNote.objects.get(pk=signed.note.pk).canonical == before


def test_an_addendum_needs_a_text_and_a_reason(signed):
    with pytest.raises(IncompleteNote) as refused:
        notes.addendum(signed.therapist, signed.note.pk, text=" ", reason="", at=at(12))

    assert len(refused.value.missing) == 2


def test_an_incomplete_note_is_not_signed_and_says_what_it_lacks(clinic):
    from neuroreed.clinic.services import visits

    visits.open_visit(clinic.therapist, clinic.visit.pk, at=at(9))
    visits.end(clinic.therapist, clinic.visit.pk, at=at(9, 10))

    with pytest.raises((IncompleteNote, Refused)):
        sign(clinic)

    assert SignedNote.objects.count() == 0
    assert not Event.objects.filter(verb="note.signed").exists()


def test_nothing_is_saved_when_a_step_of_signing_fails(timed, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the last step fails")

    monkeypatch.setattr("neuroreed.clinic.services.notes.events.append", broken)

    with pytest.raises(RuntimeError):
        sign(timed)

    timed.visit.refresh_from_db()
    assert timed.visit.state == "ended"
    assert not SignedNote.objects.exists()
    assert not ChargeLine.objects.exists()
    assert not FindingRow.objects.exists()


def test_the_seal_covers_facts_minutes_and_charges(signed):
    sealed = signing.body(signed.note)

    assert [entry["minutes"] for entry in sealed["facts"]["interventions"]] == [25, 15]
    assert [(c["cpt"], c["units"]) for c in sealed["charges"]] == [("97112", 2), ("97116", 1)]
    assert [tap["kind"] for tap in sealed["timer"]] == ["start", "stop", "start", "stop", "end"]


def test_a_finding_about_many_visits_is_kept_whole(signed):
    version = signed.visit.charge_versions.get()
    subject = "+".join([str(signed.visit.pk)] * 12)  # a therapist's day: PostgreSQL counts signs
    row = FindingRow(
        visit=signed.visit,
        charge_version=version,
        rule="CONC-01",
        severity="review",
        subject=subject,
        says="A day of many visits.",
        rule_book="test",
        at=at(10),
    )

    row.save(force_insert=True)

    assert FindingRow.objects.get(pk=row.pk).subject == subject
