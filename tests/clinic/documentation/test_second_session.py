"""Two sessions of one discipline on one date: one sum of minutes, one day for the payer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

import neuroreed
from neuroreed.clinic.models import ChargeVersion, ClinicProfile, Visit
from neuroreed.clinic.services import charges, claims, notes, patient_money, visits
from tests.clinic.world import TODAY, at


def session(clinic: Any, hour: int, *ran: tuple[str, int]) -> Visit:
    """A session of so many minutes of each code, ended and not yet signed."""
    visit = visits.schedule(
        clinic.front_desk, episode_id=clinic.episode.pk, clinician_id=clinic.therapist.pk,
        scheduled_at=at(hour), at=at(8),
    )  # fmt: skip
    visits.open_visit(clinic.therapist, visit.pk, at=at(hour))
    rows = {row.cpt: row for row in visit.activities.all()}
    minute = 0
    for cpt, minutes in ran:
        for kind, moment in (("start", minute), ("stop", minute + minutes)):
            visits.add_timer_event(
                clinic.therapist, visit.pk, kind=kind, activity_id=rows[cpt].pk,
                at=at(hour, moment), token=uuid4().hex,
            )  # fmt: skip
        minute += minutes
    visits.end(clinic.therapist, visit.pk, at=at(hour, minute))
    return visit


def sealed(clinic: Any, visit: Visit, hour: int, minute: int = 50) -> ChargeVersion:
    """Its charges after the signature."""
    notes.sign(clinic.therapist, visit.pk, at=at(hour, minute))
    return visit.charge_versions.order_by("version").last()


def units(version: ChargeVersion) -> dict[str, int]:
    """Units by code."""
    return {line.cpt: line.units for line in version.lines.all()}


@pytest.mark.parametrize(
    ("first", "second", "billed", "left"),
    [
        # 8 and 8 are 16 minutes: one unit for the day, not one each
        ([("97112", 8)], [("97112", 8)], {"97112": 1}, {}),
        # 7 and 7 support a unit only together
        ([("97112", 7)], [("97112", 7)], {}, {"97112": 1}),
        # 20 and 20 are 40: three units, the third one by what the first left over
        ([("97112", 20)], [("97112", 20)], {"97112": 1}, {"97112": 2}),
        # another code in the afternoon: 22 and 8 are 30, two units
        ([("97112", 22)], [("97116", 8)], {"97112": 1}, {"97116": 1}),
        # 23 have two already; 6 more make 29: nothing is left
        ([("97112", 23)], [("97116", 6)], {"97112": 2}, {}),
        ([("97112", 15)], [("97112", 10), ("97116", 13)], {"97112": 1}, {"97112": 1, "97116": 1}),
    ],
)
def test_the_minutes_of_a_date_are_added_before_units_are_counted(
    clinic: Any, first: Any, second: Any, billed: Any, left: Any
) -> None:
    morning, noon = session(clinic, 9, *first), session(clinic, 13, *second)

    assert units(sealed(clinic, morning, 9)) == billed
    shown = charges.preview(clinic.therapist, noon.pk, at=at(13, 45))
    later = sealed(clinic, noon, 13)

    assert units(later) == left
    assert {code: n for code, n in shown.proof.units.items() if n} == left
    rules = {f.rule for f in later.findings.all()}
    assert not rules & {"UNIT-01", "UNIT-02"}
    assert "R17" not in later.body["documentation"]["failed"]
    assert any("earlier session" in step for step in later.body["proof"]["steps"])


def allowed(*codes: str) -> int:
    """What one unit of each of these codes allows on this date when billed together, in cents."""
    lines = [(code, 1, ["GP"]) for code in codes]
    return int(neuroreed.expected(lines, on=TODAY, zip5="35203").allowed * 100)


def test_the_sessions_of_a_day_are_priced_together_whichever_was_signed_first(
    clinic: Any,
) -> None:
    again = []
    for first, second in (("97112", "97116"), ("97116", "97112")):
        Visit.objects.filter(state="signed").update(date_of_service=TODAY - timedelta(days=400))
        morning, noon = session(clinic, 9, (first, 15)), session(clinic, 13, (second, 15))
        alone = sealed(clinic, morning, 9)
        later = sealed(clinic, noon, 13)
        latest = morning.charge_versions.order_by("version").last()

        assert alone.expected_allowed_cents == allowed(first)
        day = latest.expected_allowed_cents + later.expected_allowed_cents
        assert day == allowed("97112", "97116")
        assert units(latest) == units(alone) == {first: 1}
        again.append(latest.version)

    # the full unit goes to one of the codes: only the other one, signed first, is priced anew
    assert sorted(again) == [1, 2]


@pytest.mark.parametrize(
    "terms", ["*,per_visit,95", "*,per_service,95", "*,day_limit,95\n*,per_unit,95"]
)
def test_what_a_contract_pays_once_a_day_is_expected_once_for_two_sessions(
    clinic: Any, terms: str
) -> None:
    text = f"code,basis,amount\n{terms}\n"
    patient_money.load_schedule(clinic.biller, "medicare_part_b", text, at=at(8))
    ClinicProfile.objects.update(fees={"97112": 200_00})
    morning, noon = session(clinic, 9, ("97112", 15)), session(clinic, 13, ("97112", 15))

    first, second = sealed(clinic, morning, 9), sealed(clinic, noon, 13)

    assert (first.expected_allowed_cents, second.expected_allowed_cents) == (95_00, 0)
    # the first has its amount still, so there is nothing to say anew
    assert morning.charge_versions.count() == 1


def test_a_claim_that_exists_is_left_alone_and_its_page_says_so(signed: Any) -> None:
    claim = claims.release(signed.biller, signed.visit.pk, at=at(10))
    kept = claim.body
    assert not charges.overtaken(signed.biller, signed.visit.pk)

    noon = session(signed, 13, ("97112", 15))
    notes.sign(signed.therapist, noon.pk, at=at(13, 50))

    claim.refresh_from_db()
    assert claim.body == kept
    assert signed.visit.charge_versions.count() == 1
    assert charges.overtaken(signed.biller, signed.visit.pk)
    assert not charges.overtaken(signed.biller, noon.pk)
