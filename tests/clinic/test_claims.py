"""From a signed visit to a file: held by stop findings, numbered once, read back the same."""

from __future__ import annotations

import pytest

from neuroreed.clinic import access
from neuroreed.clinic.models import Claim, ClaimFile, ControlNumber, Event, FindingRow
from neuroreed.clinic.services import charges, claims, history, notes
from neuroreed.clinic.services.history import PastActivity, PastVisit
from neuroreed.exchange.x12 import read_x12
from neuroreed.model.billing import Charge
from neuroreed.model.errors import OpenStopFindings, Refused
from tests.clinic.world import TODAY, at


def test_the_preview_says_units_money_and_findings(timed):
    preview = charges.preview(timed.therapist, timed.visit.pk, at=at(9, 41))

    assert [(c.cpt, c.units, c.modifiers) for c in preview.charges] == [
        ("97112", 2, ("GP",)),
        ("97116", 1, ("GP",)),
    ]
    assert preview.proof.total_units == 3
    assert preview.expected.allowed is not None
    assert preview.documentation.score > 80
    assert preview.rule_book
    assert preview.policy


def test_the_stored_charges_are_those_of_the_preview(timed):
    preview = charges.preview(timed.therapist, timed.visit.pk, at=at(9, 45))
    notes.sign(timed.therapist, timed.visit.pk, at=at(9, 45))

    stored = charges.latest(timed.therapist, timed.visit.pk)

    assert [(line.cpt, line.units, line.modifiers) for line in stored.lines] == [
        (c.cpt, c.units, c.modifiers) for c in preview.charges
    ]
    assert stored.charge_cents == sum(c.charge_cents for c in preview.charges)
    assert sum(line.allowed_cents for line in stored.lines) == stored.expected_allowed_cents


def test_a_claim_follows_the_signature(timed):
    with pytest.raises(Refused):
        claims.release(timed.biller, timed.visit.pk, at=at(10))

    notes.sign(timed.therapist, timed.visit.pk, at=at(10))
    claim = claims.release(timed.biller, timed.visit.pk, at=at(11))

    assert claim.charge_cents == 2 * 7000 + 6000
    assert [row.state for row in access.claims(timed.biller)] == ["released"]


def test_releasing_twice_is_releasing_once(signed):
    first = claims.release(signed.biller, signed.visit.pk, at=at(10))

    second = claims.release(signed.biller, signed.visit.pk, at=at(10, 1))

    assert first.pk == second.pk
    assert Claim.objects.count() == 1


def test_a_file_is_read_back_as_the_claims_it_carries(signed):
    claim = claims.release(signed.biller, signed.visit.pk, at=at(10))

    file = claims.file(signed.biller, [claim.pk], at=at(11))

    read = read_x12(bytes(file.content))
    (found,) = read["interchanges"][0]["groups"][0]["transactions"][0]["claims"]
    assert read["defects"] == []
    assert found["claim_id"] == claim.number
    assert [line["procedure"]["code"] for line in found["lines"]] == ["97112", "97116"]
    assert int(read["interchanges"][0]["control"]) == file.control_number
    assert [row.state for row in access.claims(signed.biller)] == ["filed"]


def test_a_claim_goes_out_once_and_a_refused_file_uses_nothing_up(signed):
    claim = claims.release(signed.biller, signed.visit.pk, at=at(10))
    first = claims.file(signed.biller, [claim.pk], at=at(11))

    with pytest.raises(Refused):
        claims.file(signed.biller, [claim.pk], at=at(12))

    assert ClaimFile.objects.count() == 1
    assert ControlNumber.objects.get(kind="interchange").last == first.control_number


def test_a_file_that_fails_at_its_last_step_leaves_nothing_behind(signed, monkeypatch):
    claim = claims.release(signed.biller, signed.visit.pk, at=at(10))
    before = Event.objects.count()

    def broken(*args, **kwargs):
        raise RuntimeError("no file")

    monkeypatch.setattr(claims.lifecycle, "step", broken)

    with pytest.raises(RuntimeError):
        claims.file(signed.biller, [claim.pk], at=at(11))

    assert not ClaimFile.objects.exists()
    assert not ControlNumber.objects.filter(kind="interchange").exists()
    assert Event.objects.count() == before


def test_a_held_claim_waits_until_it_is_let_go(signed):
    claim = claims.release(signed.biller, signed.visit.pk, at=at(10))
    claims.hold(signed.biller, claim.pk, reason="ask for the card", at=at(10, 1))

    with pytest.raises(Refused):
        claims.file(signed.biller, [claim.pk], at=at(11))
    claims.unhold(signed.biller, claim.pk, at=at(12))

    assert claims.file(signed.biller, [claim.pk], at=at(13)).control_number == 1


@pytest.fixture
def faulty(clinic):
    """A visit whose charges, made elsewhere, bill more units than the minutes support."""
    shown = {"position": "standing", "goal_ids": ["G1"], "impairment_categories": ["balance"]}
    activities = [PastActivity("97112", "static_balance", at(9), at(9, 30), shown)]
    past = PastVisit(
        episode=clinic.episode, plan=clinic.plan, coverage=clinic.visit.coverage,
        clinician=clinic.therapist, scheduled_at=at(9), activities=activities,
        ended_at=at(9, 35),
    )  # fmt: skip
    billed = (Charge("", 1, "97112", 4, ("GP",), 28000, TODAY, 30),)
    note = history.record_signed(clinic.therapist, past, at=at(9, 40), billed=billed)
    clinic.visit = note.visit
    return clinic


def test_a_stop_finding_holds_the_claim_but_not_the_signature(faulty):
    assert faulty.visit.state == "signed"
    with pytest.raises(OpenStopFindings) as held:
        claims.release(faulty.biller, faulty.visit.pk, at=at(10))

    assert any("UNIT-01" in sentence for sentence in held.value.findings)
    assert [row.state for row in access.claims(faulty.biller)] == ["blocked"]


def test_an_answered_finding_stays_and_lets_the_claim_go(faulty):
    stops = FindingRow.objects.filter(visit=faulty.visit, severity="stop")
    count = stops.count()
    for finding in stops:
        charges.resolve(faulty.compliance, finding.pk, reason="checked by hand", at=at(10))

    claims.release(faulty.biller, faulty.visit.pk, at=at(11))

    assert FindingRow.objects.filter(visit=faulty.visit, severity="stop").count() == count
    with pytest.raises(Refused):
        charges.resolve(faulty.compliance, stops.first().pk, reason="again", at=at(12))


def test_a_visit_judged_again_is_a_new_version_with_our_own_units(faulty):
    version = charges.reassess(faulty.compliance, faulty.visit.pk, at=at(11))

    assert version.version == 2
    assert [(line.cpt, line.units) for line in version.lines.all()] == [("97112", 2)]
    assert not version.findings.filter(rule="UNIT-01").exists()
    claims.release(faulty.biller, faulty.visit.pk, at=at(12))


def test_a_modifier_without_its_ground_cannot_be_accepted(timed):
    with pytest.raises(Refused):
        notes.sign(timed.therapist, timed.visit.pk, accepted=[("97112", "59")], at=at(10))

    assert not FindingRow.objects.exists()
