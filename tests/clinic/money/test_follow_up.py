"""What follows an answer or a rejection at the desk: appeals, credits, alarms, contracts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from neuroreed.clinic import access
from neuroreed.clinic.models import Claim, Comparison, DenialRow, EligibilityAnswer, PriorAccrual
from neuroreed.clinic.services import (
    authorizations,
    charges,
    claims,
    close,
    denials,
    eligibility,
    ledgers,
    packets,
    patient_money,
    patients,
    plans,
    remittance,
)
from neuroreed.model.errors import Refused
from tests.clinic.money import desk as desks
from tests.clinic.money import payer
from tests.clinic.money.payer import Answer, Answered
from tests.clinic.money.test_pages import signed_in
from tests.clinic.world import TODAY, at

NO = {1: Answered(0, [("CO", "50", 6000)], ["N115"]), 2: Answered(2500)}


@pytest.fixture
def denied(desk_clinic: desks.Desk) -> desks.Desk:
    """Each claim's first line is denied for necessity."""
    desk_clinic.sent()
    desk_clinic.take(
        payer.remittance(
            Answer(claim.body, NO, control=f"ICN{n}")
            for n, claim in enumerate(desk_clinic.claims, 1)
        )
    )
    return desk_clinic


def test_an_appealed_denial_stays_in_view_until_it_is_decided(denied: desks.Desk) -> None:
    row = DenialRow.objects.order_by("claim__number")[0]

    packets.appeal(denied.biller, [row.pk], at=at(13))

    assert row.pk not in {one.row.pk for one in denials.open_denials(denied.biller, at=at(13))}
    ((waits, last),) = denials.under_way(denied.biller)
    assert (waits.pk, last.act) == (row.pk, "appealed")
    done = denials.act(denied.biller, [row.pk], act="written_off", reason="Lost", at=at(14))
    assert done.done == 1
    assert denials.under_way(denied.biller) == []
    assert ledgers.of(row.claim).balance("denied") == 0
    with pytest.raises(Refused, match="decided"):
        packets.appeal(denied.biller, [row.pk], at=at(15))


def test_the_next_appeal_is_of_the_next_level_and_invents_no_last_day(denied: desks.Desk) -> None:
    row = DenialRow.objects.order_by("claim__number")[0]
    first = denials.one(denied.biller, row.pk, at=at(13)).item
    packets.appeal(denied.biller, [row.pk], at=at(13))

    after = denials.one(denied.biller, row.pk, at=at(14)).item
    again = packets.appeal(denied.biller, [row.pk], at=at(14))

    assert first.deadline is not None and first.deadline.last_day > TODAY
    assert after.deadline is None and "letter" in after.path_says
    assert again.level == "reconsideration"
    with pytest.raises(Refused):
        packets.appeal(denied.biller, [row.pk], level="reconsideration", at=at(15))


def test_all_denials_of_a_kind_are_appealed_with_one_act(denied: desks.Desk) -> None:
    keys = [row.pk for row in DenialRow.objects.all()]

    done = packets.appeal_all(denied.biller, keys, at=at(13))

    assert (done.done, done.refused) == (3, ())
    assert len(denials.under_way(denied.biller)) == 3


def test_the_letter_tells_the_times_of_the_note(denied: desks.Desk) -> None:
    row = DenialRow.objects.order_by("claim__number")[0]

    letter = " ".join(
        one.text for one in packets.draft(denied.biller, [row.pk], at=at(13)).packet.letter
    )

    assert "97112 was furnished from 09:00 to 09:25." in letter


def test_a_denial_is_judged_by_the_diagnoses_that_were_billed(denied: desks.Desk) -> None:
    claim = DenialRow.objects.order_by("claim__number")[0].claim
    billed = denials.record_of(claim).diagnoses
    plans.change_diagnoses(
        denied.world.therapist, claim.visit.episode_id, medical_diagnoses=["G35.A"],
        treatment_diagnoses=["R26.89"], at=at(13),
    )  # fmt: skip

    (now,) = Claim.objects.filter(pk=claim.pk)

    assert "G35.A" in now.visit.episode.medical_diagnoses
    assert billed and denials.record_of(now).diagnoses == billed


def test_the_note_of_an_evaluation_is_the_note_of_its_day(denied: desks.Desk) -> None:
    row = DenialRow.objects.order_by("claim__number")[0]
    visit = row.claim.visit
    visit.kind = "evaluation"
    visit.save(update_fields=["kind"])

    draft = packets.draft(denied.biller, [row.pk], at=at(13)).packet

    assert draft.may_send
    assert "Evaluation" in [one.title for one in draft.documents]
    assert len({one.id for one in draft.documents}) == len(draft.documents)


def test_a_denial_as_duplicate_names_the_other_claim(desk_clinic: desks.Desk) -> None:
    twin = desks.past_visit(desk_clinic.world, 1)
    for finding in twin.charge_versions.get().findings.filter(severity="stop"):
        charges.resolve(desk_clinic.biller, finding.pk, reason="Sent anyway", at=at(10, 40))
    claim = claims.release(desk_clinic.biller, twin.pk, at=at(10, 45))
    desk_clinic.claims.append(claim)
    desk_clinic.sent()
    twice = {1: Answered(0, [("OA", "18", 14000)]), 2: Answered(0, [("OA", "18", 6000)])}
    desk_clinic.take(payer.remittance([Answer(claim.body, twice, status="4")]))

    found = denials.open_denials(desk_clinic.biller, at=at(13))

    (before,) = [
        one for one in desk_clinic.claims[:3] if one.visit.date_of_service == twin.date_of_service
    ]
    assert {one.item.cause for one in found} == {"duplicate"}
    assert before.number in found[0].item.evidence[0].says


def test_what_a_cheque_took_of_the_deductible_is_gone_for_the_next(desk_clinic: desks.Desk) -> None:
    patient = desk_clinic.world.patient
    coverage = patient.coverages.get()
    eligibility.by_hand(
        desk_clinic.biller, coverage.pk, active=True, deductible_left_cents=5000, at=at(10)
    )
    desk_clinic.sent()
    one, two, _three = desk_clinic.claims
    # two units of 97112 and one of 97116; the first claim uses the deductible up
    for number, claim in enumerate((one, two), 1):
        body = claim.body
        lines = {}
        left = 5000 if number == 1 else 0
        for line, allowed in ((1, 5439), (2, 2121)):
            taken = min(left, allowed)
            left -= taken
            share = round((allowed - taken) * 0.2 + 1e-9)
            rest = allowed - taken - share
            held = round(rest * 0.02 + 1e-9)
            why = [("PR", "1", taken), ("PR", "2", share), ("CO", "253", held)]
            lines[line] = Answered(rest - held, [each for each in why if each[2]])
        desk_clinic.take(
            payer.remittance(
                [Answer(body, lines, control=f"ICN{number}")], trace=f"EFT{number}", control=number
            )
        )

    found = Comparison.objects.order_by("claim__number", "line_number")
    assert [row.verdict for row in found] == ["as_expected"] * 4


def test_a_credit_is_given_back_once_and_never_more_than_it_is(desk_clinic: desks.Desk) -> None:
    desk_clinic.sent()
    share = {1: Answered(4800, [("PR", "2", 1200)]), 2: Answered(2500)}
    desk_clinic.take(payer.remittance([Answer(desk_clinic.claims[0].body, share)]))
    who, patient = desk_clinic.world.people["front_desk"], desk_clinic.world.patient
    patient_money.take(who, patient.pk, amount_cents=2000, method="cash", token="press", at=at(13))
    assert patient_money.owed(who, patient.pk, at=at(13)).credit_cents == 800

    with pytest.raises(Refused, match="not more"):
        patient_money.give_back(who, patient.pk, amount_cents=801, token="a", at=at(14))
    for _press in range(2):
        given = patient_money.give_back(who, patient.pk, amount_cents=800, token="b", at=at(14))

    assert given == 800
    assert patient_money.owed(who, patient.pk, at=at(15)).credit_cents == 0
    received = sum(ledgers.of(claim).balance("received") for claim in desk_clinic.claims)
    assert received == 1200


def test_money_that_payers_carry_over_is_shown_until_it_is_settled(desk_clinic: desks.Desk) -> None:
    desk_clinic.sent()
    forward = [("FB", "CARRY1", -1500)]
    desk_clinic.take(payer.remittance([], trace="EFT1", provider=forward))
    (left,) = remittance.carried()
    page = signed_in(desk_clinic, "biller").get(reverse("desk-remittances")).content.decode()

    assert (left.reference, left.outstanding_cents) == ("CARRY1", 1500)
    assert "CARRY1" in page and "will be taken from a later payment" in page
    desk_clinic.take(
        payer.remittance(
            [Answer(desk_clinic.claims[0].body, {})],
            trace="EFT2",
            control=2,
            provider=[("FB", "CARRY1", 1500)],
        )
    )
    assert remittance.carried() == ()


def test_a_contract_prices_the_charges_when_the_note_is_signed(desk_clinic: desks.Desk) -> None:
    text = "code,basis,amount\n*,per_visit,95\n"
    patient_money.load_schedule(desk_clinic.biller, "medicare_part_b", text, at=at(9))

    visit = desks.past_visit(desk_clinic.world, 6)

    version = visit.charge_versions.get()
    assert version.expected_allowed_cents == 9500


def test_a_visit_whose_units_nobody_can_tell_is_blocked_with_its_reason(
    desk_clinic: desks.Desk,
) -> None:
    coverage = desk_clinic.world.patient.coverages.get()
    coverage.payer = "auto_pip"
    coverage.save(update_fields=["payer"])
    visit = desks.past_visit(desk_clinic.world, 6)

    rows = {row.visit_id: row for row in access.claims(desk_clinic.biller, state="blocked")}
    gaps = close.look(desk_clinic.biller, f"{TODAY:%Y-%m}", at=at(13)).gaps

    assert "how units are counted" in rows[visit.pk].because
    assert any("how units are counted" in gap.says for gap in gaps if gap.visit_id == visit.pk)


def test_filing_alarms_stand_on_the_queue_and_end_with_the_answer(
    desk_clinic: desks.Desk, monkeypatch: Any
) -> None:
    client = signed_in(desk_clinic, "biller")
    late = at(9) + timedelta(days=200)
    monkeypatch.setattr("neuroreed.web.clock.now", lambda: late)

    assert "have used half of it" in client.get(reverse("claims")).content.decode()
    desk_clinic.sent()
    desk_clinic.take(payer.remittance(Answer(claim.body) for claim in desk_clinic.claims))
    assert "used half of it" not in client.get(reverse("claims")).content.decode()


def test_what_a_payer_said_by_telephone_feeds_threshold_and_estimate(
    desk_clinic: desks.Desk,
) -> None:
    coverage = desk_clinic.world.patient.coverages.get()
    given = {
        "active": "yes", "deductible_left": "12.50", "coinsurance": "20", "copay": "",
        "used_pt_slp": "2,400.00", "used_ot": "", "visits_left": "", "authorization": "no",
    }  # fmt: skip

    done = signed_in(desk_clinic, "front_desk").post(
        reverse("desk-eligibility-by-hand", args=[coverage.pk]), given
    )

    assert done.status_code == 302
    body = EligibilityAnswer.objects.get().body
    assert (body["deductible_left_cents"], body["coinsurance_permille"]) == (1250, 200)
    assert PriorAccrual.objects.latest("at").allowed_cents == 240000


def test_records_of_a_range_of_dates_are_one_packet_with_all_its_notes(denied: desks.Desk) -> None:
    first = min(claim.visit.date_of_service for claim in denied.claims)
    client = signed_in(denied, "biller")
    where = reverse("desk-records", args=[denied.claims[0].pk])

    done = client.post(
        where, {"reference": "ADR-7", "first_day": first, "last_day": TODAY, "due_on": TODAY}
    )
    wrong = client.post(where, {"reference": "ADR-8", "first_day": TODAY, "last_day": first})

    assert (done.status_code, wrong.status_code) == (302, 400)
    packet = denied.claims[0].packets.get()
    titles = [one["title"] for one in packet.body["documents"]]
    assert sum(one.startswith("Treatment note") for one in titles) == 3
    assert sum(one.startswith("Minutes") for one in titles) == 3


def test_a_request_for_more_visits_says_from_when_to_when(desk_clinic: desks.Desk) -> None:
    coverage = desk_clinic.world.patient.coverages.get()
    row = patients.add_authorization(
        desk_clinic.world.people["front_desk"], coverage.pk, number="A1", visits=10,
        since=TODAY - timedelta(days=30), until=TODAY + timedelta(days=10), at=at(9),
    )  # fmt: skip

    found = authorizations.request(desk_clinic.biller, row.pk, at=at(13))

    fields = {one.label: one.value for one in found.fields}
    assert "Dates asked for" not in " ".join(found.missing)
    assert fields["Dates asked for"].endswith(
        str(desk_clinic.world.plan.certifications.get().until)
    )
    assert fields["Progress"].startswith("Berg")


def test_money_of_a_patient_stands_on_the_lines_it_pays(desk_clinic: desks.Desk) -> None:
    desk_clinic.sent()
    share = {1: Answered(4800, [("PR", "2", 1200)]), 2: Answered(2000, [("PR", "2", 500)])}
    desk_clinic.take(payer.remittance([Answer(desk_clinic.claims[0].body, share)]))
    who, patient = desk_clinic.world.people["front_desk"], desk_clinic.world.patient

    patient_money.take(who, patient.pk, amount_cents=1500, method="cash", token="a", at=at(13))

    owed = patient_money.owed(who, patient.pk, at=at(13))
    assert [(row.received_cents, row.owed_cents) for row in owed.rows] == [(1200, 0), (300, 200)]
    patient_money.take(who, patient.pk, amount_cents=900, method="cash", token="b", at=at(14))
    last = patient_money.owed(who, patient.pk, at=at(14)).rows[-1]
    assert (last.service, last.owed_cents) == ("Credit", -700)


def test_the_estimate_knows_what_answers_took_of_the_deductible(desk_clinic: desks.Desk) -> None:
    coverage = desk_clinic.world.patient.coverages.get()
    eligibility.by_hand(
        desk_clinic.biller, coverage.pk, active=True, deductible_left_cents=2000, at=at(10)
    )
    visit = desk_clinic.world.visit
    before = patient_money.estimate(desk_clinic.biller, visit.pk, at=at(10))
    desk_clinic.sent()
    taken = {1: Answered(3439, [("PR", "1", 2000)]), 2: Answered(2121)}
    desk_clinic.take(payer.remittance([Answer(desk_clinic.claims[0].body, taken)]))

    after = patient_money.estimate(desk_clinic.biller, visit.pk, at=at(13))

    assert before.patient_cents is not None and after.patient_cents is not None
    # the deductible, less the coinsurance that it spares
    assert before.patient_cents - after.patient_cents == 2000 - 400


def test_an_overpaid_line_is_a_reminder_on_the_queue_with_its_last_day(
    desk_clinic: desks.Desk,
) -> None:
    desk_clinic.sent()
    much = {1: Answered(6500), 2: Answered(2121)}
    desk_clinic.take(payer.remittance([Answer(desk_clinic.claims[0].body, much)]))

    page = signed_in(desk_clinic, "biller").get(reverse("claims")).content.decode()

    assert "1 line was paid too much" in page
    assert f"{TODAY + timedelta(days=60):%-d %b %Y}" in page
