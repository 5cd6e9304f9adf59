"""What the desk does with answers: denials, corrections, next payers, patients, the month."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from neuroreed.billing.ledger import check
from neuroreed.clinic import access, access_money
from neuroreed.clinic.models import DenialRow, EligibilityAsk, PriorAccrual, Receipt, Statement
from neuroreed.clinic.services import (
    authorizations,
    claims,
    close,
    corrections,
    denials,
    eligibility,
    ledgers,
    packets,
    patient_money,
    patients,
)
from neuroreed.exchange.x12 import read_x12
from neuroreed.model.errors import BadInput, NotFound, Refused
from tests.clinic.money import payer
from tests.clinic.money.payer import Answer, Answered
from tests.clinic.world import at

PAID = {1: Answered(6000), 2: Answered(2500)}


def state(desk, claim):
    return access.claim_view(desk.biller, claim.pk).row.state


@pytest.fixture
def denied(desk_clinic):
    """Two claims denied for necessity, the third for the patient's share."""
    desk_clinic.sent()
    one, two, three = (claim.body for claim in desk_clinic.claims)
    no = {1: Answered(0, [("CO", "50", 6000)], ["N115"]), 2: Answered(2500)}
    share = {1: Answered(4800, [("PR", "2", 1200)]), 2: Answered(2500)}
    desk_clinic.take(
        payer.remittance(
            [
                Answer(one, no, control="ICN1"),
                Answer(two, no, control="ICN2"),
                Answer(three, share, control="ICN3"),
            ]
        )
    )
    return desk_clinic


def test_denials_of_a_kind_stand_together_with_cause_path_and_last_day(denied):
    ((group, rows),) = denials.groups(denied.biller, at=at(13))

    assert (group.count, group.amount_cents, len(rows)) == (2, 12000, 2)
    assert group.nearest is not None
    assert rows[0].item.path in {"appeal", "review", "write_off"}
    assert denials.trends(denied.biller, by="cause", at=at(13))[0].count == 2


def test_one_act_serves_all_of_a_kind_and_the_ledgers_follow(denied):
    keys = [row.pk for row in DenialRow.objects.all()]

    done = denials.act(denied.biller, keys, act="written_off", reason="Not worth it", at=at(13))

    assert (done.done, done.refused) == (2, ())
    assert denials.groups(denied.biller, at=at(13)) == ()
    for claim in denied.claims[:2]:
        ledger = ledgers.of(claim)
        assert ledger.balance("denied") == 0
        assert check(ledger) == ()
        assert state(denied, claim) == "closed"


def test_a_denied_amount_without_a_notice_never_becomes_the_patients(denied):
    row = DenialRow.objects.first()

    done = denials.act(denied.biller, [row.pk], act="patient", reason="He pays", at=at(13))

    assert done.done == 0
    assert "notice" in done.refused[0]
    assert not row.acts.exists()


def test_an_appeal_is_one_pdf_with_letter_and_pages_and_says_what_it_lacks(denied):
    row = DenialRow.objects.filter(claim=denied.claims[0]).get()

    draft = packets.draft(denied.biller, [row.pk], at=at(13))
    assert draft.packet.letter
    assert all(sentence.fact for sentence in draft.packet.letter)
    if not draft.packet.may_send:
        with pytest.raises(Refused):
            packets.appeal(denied.biller, [row.pk], at=at(13))
        return
    packet = packets.appeal(denied.biller, [row.pk], at=at(13))

    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(packet.content)).pages)
    assert denied.claims[0].number in text
    assert "weight shift" in text
    assert row.acts.get().act == "appealed"


def test_a_request_for_records_is_answered_with_the_pages_of_its_dates(denied):
    claim = denied.claims[0]
    day = claim.visit.date_of_service

    packet = packets.records(
        denied.biller, claim.pk, reference="ADR-7", due_on=None, first_day=day, last_day=day,
        at=at(13),
    )  # fmt: skip

    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(packet.content)).pages)
    assert "ADR-7" in text
    assert "Minutes of" in text


def test_an_answered_claim_is_replaced_with_the_payers_number(denied):
    claim = denied.claims[0]

    new = corrections.replace(denied.biller, claim.pk, reason="units", at=at(13))

    assert (new.frequency, new.replaces_id) == ("7", claim.pk)
    assert ["F8", "ICN1"] in [list(pair) for pair in new.body["refs"]]
    assert state(denied, claim) == "replaced"
    assert state(denied, new) == "released"
    assert ledgers.of(claim).balance("denied") == 0
    file = claims.file(denied.biller, [new.pk], at=at(14))
    assert not read_x12(bytes(file.content))["defects"]
    # the payer takes the first back and pays the second
    no = {1: Answered(0, [("CO", "50", 6000)], ["N115"]), 2: Answered(2500)}
    taken = denied.take(
        payer.remittance(
            [Answer(claim.body, no, is_reversal=True), Answer(new.body, PAID, control="ICN8")],
            trace="EFT2",
            control=2,
        )
    )
    assert taken.outcome == "taken"
    assert ledgers.of(claim).balance("payer") == 0
    assert ledgers.of(claim).balance("paid") == 0
    assert ledgers.of(new).balance("paid") == 8500
    assert state(denied, new) == "closed"


def test_a_rejected_claim_goes_out_anew_and_one_under_way_does_not(desk_clinic):
    file = desk_clinic.sent()
    with pytest.raises(Refused):
        corrections.replace(desk_clinic.biller, desk_clinic.claims[0].pk, reason="", at=at(13))
    desk_clinic.take(payer.functional(file.control_number, accepted=False))

    new = corrections.replace(desk_clinic.biller, desk_clinic.claims[0].pk, reason="", at=at(13))

    assert new.frequency == "1"
    assert state(desk_clinic, desk_clinic.claims[0]) == "replaced"


def test_an_answered_claim_is_taken_back_with_frequency_8(denied):
    new = corrections.void(denied.biller, denied.claims[2].pk, reason="wrong person", at=at(13))

    assert new.body["frequency"] == "8"
    assert ledgers.of(new).entries == ()
    found = close.look(denied.biller, "2026-10", at=at(13))
    assert [gap.says for gap in found.gaps] == ["The claim was taken back: nothing is billed."]
    assert found.cents["payer"] == 0
    assert state(denied, denied.claims[2]) == "replaced"


def test_the_next_payer_gets_what_the_first_decided_and_the_share_moves(denied):
    claim = denied.claims[2]
    coverage = patients.add_coverage(
        denied.world.people["front_desk"], denied.world.patient.pk, payer="commercial",
        payer_name="Invented Supplement", payer_id="SUPP1", member_id="S123", sequence="S",
        at=at(12),
    )  # fmt: skip

    new = corrections.secondary(denied.biller, claim.pk, coverage.pk, at=at(13))

    assert new.number == f"{claim.number}-S"
    assert new.body["claim_id"] == claim.number
    assert ledgers.of(claim).balance("next_payer") == 1200
    assert ledgers.of(claim).balance("patient") == 0
    file = claims.file(denied.biller, [new.pk], at=at(14))
    read = read_x12(bytes(file.content))
    assert not read["defects"]
    line = read["interchanges"][0]["groups"][0]["transactions"][0]["claims"][0]["lines"][0]
    assert line["adjudications"][0]["paid"] == "48.00"
    with pytest.raises(Refused):
        corrections.secondary(denied.biller, claim.pk, coverage.pk, at=at(14))
    # the second payer answers under the same number: its answer goes to its own claim
    second = {
        1: Answered(1000, [("OA", "23", 4800), ("PR", "3", 200)]),
        2: Answered(0, [("OA", "23", 2500)]),
    }
    taken = denied.take(
        payer.remittance(
            [Answer(new.body, second, status="2", control="S1")], trace="EFT9", control=9
        )
    )
    assert taken.outcome == "taken"
    ledger = ledgers.of(claim)
    assert check(ledger) == ()
    assert (ledger.balance("paid"), ledger.balance("patient")) == (7300 + 1000, 200)
    assert ledger.balance("next_payer") == 0
    assert state(denied, new) == "adjudicated"


def test_an_overpayment_is_named_with_the_day_it_must_be_returned_by(desk_clinic):
    desk_clinic.sent()
    desk_clinic.take(payer.remittance([Answer(desk_clinic.claims[0].body)]))

    found = close.differences(desk_clinic.biller, "overpaid")

    assert len(found) == 2
    assert (close.return_by(found[0]) - at(12).date()).days == 60


def test_a_patient_pays_once_and_the_statement_asks_only_what_may_be_asked(denied):
    who, patient = denied.world.people["front_desk"], denied.world.patient
    before = patient_money.owed(who, patient.pk, at=at(13))
    made = patient_money.make_statement(who, patient.pk, at=at(13))

    for _press in range(2):
        patient_money.take(
            who, patient.pk, amount_cents=1200, method="card", token="press", at=at(14)
        )

    assert before.total_cents == 1200
    assert len(before.withheld) == 2
    text = PdfReader(io.BytesIO(made.content)).pages[0].extract_text()
    assert "12.00" in text and "60.00" not in text.split("You owe")[-1]
    assert Receipt.objects.count() == 1
    assert patient_money.owed(who, patient.pk, at=at(14)).total_cents == 0
    assert state(denied, denied.claims[2]) == "closed"
    with pytest.raises(Refused):
        patient_money.make_statement(who, patient.pk, at=at(14))
    assert Statement.objects.count() == 1
    assert patient_money.receipt_paper(who, Receipt.objects.get().pk).startswith(b"%PDF")


def test_a_contract_schedule_shows_what_is_underpaid_by_money(desk_clinic):
    rows = "code,amount\n97112,50.00\n97116,25.00\n"
    patient_money.load_schedule(desk_clinic.biller, "medicare_part_b", rows, at=at(11))
    desk_clinic.sent()
    with pytest.raises(BadInput):
        patient_money.load_schedule(desk_clinic.biller, "nobody", rows, at=at(11))
    with pytest.raises(BadInput, match="Row 2"):
        patient_money.load_schedule(
            desk_clinic.biller, "medicare_part_b", "code,amount\n97112,x\n", at=at(11)
        )

    answers = [
        Answer(claim.body, {1: Answered(100), 2: Answered(100)}) for claim in desk_clinic.claims
    ]
    desk_clinic.take(payer.remittance(answers))

    found = close.differences(desk_clinic.biller, "underpaid")
    assert len(found) == 6
    assert [row.off_by_cents for row in found] == sorted(row.off_by_cents for row in found)


def test_the_paper_form_and_its_test_page_are_moved_as_the_printer_needs(desk_clinic):
    patient_money.set_printer(
        desk_clinic.biller, "front", right_tenths=15, down_tenths=-10, at=at(11)
    )

    form = patient_money.paper_form(desk_clinic.biller, [desk_clinic.claims[0].pk], printer="front")
    page = patient_money.test_form(desk_clinic.biller, "front")

    assert "97112" in PdfReader(io.BytesIO(form)).pages[0].extract_text()
    assert "+1.5 MM" in PdfReader(io.BytesIO(page)).pages[0].extract_text()


def test_eligibility_is_asked_answered_by_trace_and_feeds_the_estimate(desk_clinic):
    desk_clinic.world.visit.refresh_from_db()
    coverage = desk_clinic.world.patient.coverages.get()
    file = eligibility.ask(desk_clinic.biller, [coverage.pk], at=at(11))
    asked = read_x12(bytes(file.content))
    assert asked["interchanges"][0]["groups"][0]["transactions"][0]["type"] == "270"
    assert asked["defects"] == []
    trace = EligibilityAsk.objects.get().trace

    taken = desk_clinic.take(payer.benefits(trace, deductible_left=5000))

    assert taken.says == ("1 answers about coverage were kept.",)
    found = eligibility.latest(coverage)
    assert (found.active, found.deductible_left_cents) == (True, 5000)
    coverage.refresh_from_db()
    assert coverage.deductible_left_cents == 5000
    told = patient_money.estimate(desk_clinic.biller, desk_clinic.world.visit.pk, at=at(12))
    assert told.sentences
    strange = desk_clinic.take(payer.benefits("NOTOURS", deductible_left=1, control=16))
    assert "not used" in strange.says[-1]


def test_an_answer_by_telephone_counts_like_one_by_file(desk_clinic):
    coverage = desk_clinic.world.patient.coverages.get()

    eligibility.by_hand(
        desk_clinic.world.people["front_desk"], coverage.pk, at=at(11), active=True,
        therapy_used_cents={"pt_slp": 40000}, visits_left=12,
    )  # fmt: skip

    assert eligibility.latest(coverage).visits_left == 12
    assert PriorAccrual.objects.get().allowed_cents == 40000


def test_an_authorisation_tells_when_it_runs_out_and_asks_for_more(desk_clinic):
    coverage = desk_clinic.world.patient.coverages.get()
    row = patients.add_authorization(
        desk_clinic.world.people["front_desk"], coverage.pk, number="A1",
        since=at(9).date(), until=at(9).date().replace(month=12), visits=1, at=at(11),
    )  # fmt: skip

    (found,) = authorizations.watched(desk_clinic.biller, at=at(12))
    asked = authorizations.request(desk_clinic.biller, row.pk, at=at(12))

    assert found.forecast.usage.visits_left == 1
    assert {field.label: field.value for field in asked.fields}["Authorization before"] == "A1"


def test_the_close_of_a_month_names_every_gap(denied):
    found = close.look(denied.biller, "2026-10", at=at(13))

    assert (found.visits, found.notes, found.claims, found.answers) == (3, 3, 3, 3)
    assert found.gaps == ()
    tomorrow = close.look(denied.biller, "2026-10", at=at(13).replace(day=15))
    assert (tomorrow.visits, [gap.kind for gap in tomorrow.gaps]) == (4, ["visit"])
    assert found.faults == ()
    assert found.cents["paid"] == 2500 + 2500 + 7300
    assert found.payments_cents == 0
    assert close.look(denied.biller, "2026-11", at=at(13)).payments_cents == 12300
    close.close(denied.biller, "2026-10", at=at(13))
    assert close.look(denied.biller, "2026-10", at=at(14)).closed_by
    with pytest.raises(BadInput):
        close.look(denied.biller, "October", at=at(13))


def test_the_filing_clock_warns_at_half_and_nobody_else_sees_money(desk_clinic):
    assert close.clocks(desk_clinic.biller, at=at(12)) == []
    late = at(12).replace(year=2027, month=9)

    found = close.clocks(desk_clinic.biller, at=late)

    assert len(found) == 3
    assert found[0].clock.state == "urgent"
    for who in ("therapist", "front_desk", "patient"):
        with pytest.raises(NotFound):
            access_money.readers(desk_clinic.world.people[who])
