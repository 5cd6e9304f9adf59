"""The invented clinic: honest but for its known faults, the same every time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from neuroreed.care import catalogue
from neuroreed.clinic import access, record, synthetic
from neuroreed.clinic.models import (
    ChargeVersion,
    Episode,
    FindingRow,
    Patient,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.synthetic import FAULTS
from neuroreed.clinic.synthetic.faults import STEADY
from neuroreed.clinic.synthetic.load import prior_accrual
from neuroreed.clinic.synthetic.people import CASES
from neuroreed.model.identifiers import is_npi

AT = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("America/Chicago"))
FOUND_BY = {
    "overlap": "CONC-",
    "units_over_minutes": "UNIT-01",
    "missing_gp": "MODS-01",
    "needless_59": "MODS-05",
    "missing_cq": "ASST-",
    "kx_unattested": "THRS-01",
    "late_certification": "PLAN-",
    "report_overdue": "DOCU-01",
    "authorization_used_up": "AUTH-",
}
FAILED_POINT = {"cloned": "R25", "no_cue": "R12"}
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """The clinic, made once for these tests; it is rolled back after them."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        assert synthetic.load(at=AT)
        yield True
        transaction.set_rollback(True)


def visit_of(fault):
    visits = Patient.objects.get(last_name=fault.patient).visits.order_by("scheduled_at")
    return list(visits)[fault.visit - 1]


def test_it_has_the_people_conditions_and_patients_it_promises(made):
    roles = [user.role for user in User.objects.all()]

    assert roles.count("therapist") == 3
    assert set(roles) >= {"assistant", "biller", "compliance", "front_desk", "patient", "admin"}
    assert Patient.objects.count() == 25
    assert set(Episode.objects.values_list("condition", flat=True)) == {
        condition.id for condition in catalogue.conditions()
    }
    assert all(is_npi(user.npi) for user in User.objects.filter(role="therapist"))


def test_its_seals_and_its_chain_hold(made):
    checked = record.verify()

    assert checked.is_whole, checked.faults
    assert checked.notes == SignedNote.objects.count() > 200


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.id in FOUND_BY], ids=lambda f: f.id)
def test_a_planted_fault_is_found_where_it_was_planted(made, fault):
    rules = set(visit_of(fault).findings.values_list("rule", flat=True))

    assert any(rule.startswith(FOUND_BY[fault.id]) for rule in rules), rules


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.id in FAILED_POINT], ids=lambda f: f.id)
def test_a_weak_note_fails_its_point_of_the_rubric(made, fault):
    version = visit_of(fault).charge_versions.last()

    assert FAILED_POINT[fault.id] in version.body["documentation"]["failed"]


def test_cloned_visits_are_found_and_honest_steady_ones_answered(made, capsys):
    flagged, answered = {}, {}
    for version in ChargeVersion.objects.select_related("visit__patient"):
        kept = version.body["documentation"]
        if "R25" in kept["failed"]:
            who = version.visit.patient.last_name
            (answered if "R25" in kept["answered"] else flagged).setdefault(who, []).append(kept)

    with capsys.disabled():
        notes = SignedNote.objects.filter(kind="note").count()
        print(
            f"\nLikeness in {notes} invented notes: {sum(map(len, flagged.values()))} visits of "
            f"{len(flagged)} patient flagged, {sum(map(len, answered.values()))} honest steady "
            "visits answered with one statement."
        )
    assert set(flagged) == {"Lindenova"}
    assert {who: len(kept) for who, kept in answered.items()} == dict.fromkeys(STEADY, 1)
    rules = set(
        FindingRow.objects.filter(rule="RUBR-25").values_list(
            "visit__patient__last_name", flat=True
        )
    )
    assert rules == {"Lindenova"}


def test_a_target_within_the_error_of_its_measure_fails_on_every_note(made):
    (fault,) = [f for f in FAULTS if f.id == "goal_within_error"]
    versions = ChargeVersion.objects.filter(visit__patient__last_name=fault.patient)

    assert versions.exists()
    assert all("R07" in version.body["documentation"]["failed"] for version in versions)


def test_what_was_not_signed_or_not_stopped_waits_on_the_day_board(made):
    therapist = User.objects.get(username="theo")

    unsigned = access.day_board(therapist, AT.date()).queues[0]

    waiting = {item.patient_name.split(",")[0]: item.because for item in unsigned.items}
    assert "later than the clinic's" in waiting["Gumtree"]
    assert "still open" in waiting["Hawthornby"]


def test_visits_without_a_planted_fault_have_no_stop_finding(made):
    planted = {visit_of(f).pk for f in FAULTS if f.visit and f.shows_in == "findings"}
    names = {
        f.patient for f in FAULTS if f.id in {"report_overdue", "late_certification", "overlap"}
    }

    stray = FindingRow.objects.filter(severity="stop").exclude(visit__in=planted)

    assert {row.visit.patient.last_name for row in stray} <= names


def test_today_has_a_running_session_one_to_sign_and_more_to_come(made):
    states = set(Visit.objects.filter(date_of_service=AT.date()).values_list("state", flat=True))

    assert states == {"open", "ended", "scheduled"}


def test_a_second_load_leaves_the_clinic_as_it_is(made):
    before = SignedNote.objects.count()

    assert synthetic.load(at=AT) is False
    assert SignedNote.objects.count() == before


def test_a_year_without_a_threshold_plants_nobody_near_it():
    (crossing,) = [case for case in CASES if case.last_name == "Alderton"]

    assert prior_accrual(crossing, [datetime(2026, 6, 1, tzinfo=UTC)]) > 0
    assert prior_accrual(crossing, [datetime(2027, 6, 1, tzinfo=UTC)]) == 0
