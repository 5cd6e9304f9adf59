"""A claim from its file to its answer: each step once, with its file."""

from __future__ import annotations

import pytest

from neuroreed.clinic import access, events
from neuroreed.clinic.models import HeldAnswer, Outgoing, ReceivedFile, Remittance
from neuroreed.clinic.services import ledgers, receiving, sending
from neuroreed.clinic.services import remittance as remittances
from neuroreed.exchange.x12 import read_x12
from neuroreed.model.errors import NotFound, Refused
from tests.clinic.money import payer
from tests.clinic.money.payer import Answer, Answered
from tests.clinic.world import at


def states(desk):
    return [access.claim_view(desk.biller, claim.pk).row.state for claim in desk.claims]


def test_a_filed_claim_is_sent_once_and_says_in_which_file(desk_clinic):
    file = desk_clinic.sent()
    again = sending.deliver(desk_clinic.biller, at=at(11, 10), address=desk_clinic.address)

    assert states(desk_clinic) == ["sent"] * 3
    assert again.sent == 0
    out = list((desk_clinic.folder / "out").iterdir())
    name = f"neuroreed-{file.control_number:09d}-{file.sha256[:8]}.837"
    assert [path.name for path in out] == [name]
    assert out[0].read_bytes() == bytes(file.content)
    last = desk_clinic.claims[0].steps.last()
    assert (last.state, last.source.sent) == ("sent", file)


def test_a_file_that_could_not_be_sent_is_tried_again_later_and_then_less_often(
    desk_clinic, tmp_path
):
    desk_clinic.file()
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")

    first = sending.deliver(None, at=at(11, 5), address=f"folder:{blocked}")
    soon = sending.deliver(None, at=at(11, 5, 30), address=desk_clinic.address)
    later = sending.deliver(None, at=at(11, 7), address=desk_clinic.address)

    assert (first.failed, soon.sent, soon.waiting, later.sent) == (1, 0, 1, 1)
    assert str(blocked) not in Outgoing.objects.get().steps.first().says


def test_999_and_277ca_acknowledge_and_give_the_payers_number(desk_clinic):
    file = desk_clinic.sent()
    one, two, three = (claim.number for claim in desk_clinic.claims)

    desk_clinic.take(payer.functional(file.control_number))
    assert states(desk_clinic) == ["acknowledged"] * 3
    answer = payer.status([(one, True, "ICN9"), (two, True, ""), (three, False, "")])
    taken = desk_clinic.take(answer)

    assert taken.says == ("277CA: 2 claims accepted, 1 rejected.",)
    assert states(desk_clinic) == ["acknowledged", "acknowledged", "rejected"]
    assert desk_clinic.claims[0].payer_numbers.get().number == "ICN9"
    assert desk_clinic.claims[2].steps.last().reason == "277CA: A3/562"


def test_a_rejected_envelope_or_group_rejects_all_its_claims(desk_clinic):
    file = desk_clinic.sent()

    good = desk_clinic.take(payer.interchange(file.control_number))
    assert states(desk_clinic) == ["sent"] * 3
    bad = desk_clinic.take(payer.functional(file.control_number, accepted=False))

    assert good.kind == "TA1"
    assert states(desk_clinic) == ["rejected"] * 3
    assert "NM1 at 8" in bad.says[0]
    other = desk_clinic.take(payer.interchange(777, accepted=False, own=14))
    assert other.says == ("A TA1 names an interchange that is none of ours.",)


def test_an_835_that_balances_posts_itself_and_settled_claims_close(desk_clinic):
    desk_clinic.sent()
    first, second, third = (claim.body for claim in desk_clinic.claims)
    content = payer.remittance(
        [
            Answer(first, {1: Answered(5000), 2: Answered(2000)}),
            Answer(second, {1: Answered(4000, [("PR", "2", 1000)]), 2: Answered(2000)}),
            Answer(third, {1: Answered(0, [("CO", "50", 3000)]), 2: Answered(2000)}),
        ]
    )

    taken = desk_clinic.take(content)

    assert taken.outcome == "taken"
    assert states(desk_clinic) == ["closed", "adjudicated", "adjudicated"]
    row = Remittance.objects.get()
    assert row.payment_cents == row.posted_cents == 15000
    standings = [ledgers.of(claim) for claim in desk_clinic.claims]
    assert [one.balance("paid") for one in standings] == [7000, 6000, 2000]
    assert standings[1].balance("patient") == 1000
    assert standings[2].balance("denied") == 3000
    assert desk_clinic.claims[2].denials.get().body["carc"] == "50"
    assert desk_clinic.claims[0].comparisons.count() == 2
    assert events.verify()


def test_the_same_file_and_the_same_cheque_in_another_file_post_once(desk_clinic):
    desk_clinic.sent()
    answers = [Answer(claim.body) for claim in desk_clinic.claims]
    content = payer.remittance(answers)

    desk_clinic.take(content)
    again = desk_clinic.take(content, name="other-name.835")
    other = desk_clinic.take(payer.remittance(answers, control=2))
    changed = desk_clinic.take(payer.remittance(answers[:2], control=3))

    assert [again.outcome, other.outcome, changed.outcome] == ["duplicate", "duplicate", "refused"]
    assert Remittance.objects.count() == 1
    total = sum(ledgers.of(claim).balance("paid") for claim in desk_clinic.claims)
    assert total == Remittance.objects.get().payment_cents


@pytest.mark.parametrize("place", ["cheque", "line"])
def test_a_planted_cent_stops_the_file_and_is_named(desk_clinic, place):
    desk_clinic.sent()
    answers = [
        Answer(claim.body, {1: Answered(5000), 2: Answered(2000)}) for claim in desk_clinic.claims
    ]
    if place == "cheque":
        content = payer.remittance(answers, add_cents=1)
    else:
        content = payer.remittance(answers).replace(b"*50.00**2~", b"*50.01**2~", 1)

    taken = desk_clinic.take(content)

    assert taken.outcome == "refused"
    assert "0.01" in " ".join(taken.says)
    assert Remittance.objects.count() == 0
    assert states(desk_clinic) == ["sent"] * 3
    assert ReceivedFile.objects.get().outcome == "refused"


def test_an_unmatched_answer_waits_with_proposals_and_a_person_posts_it(desk_clinic):
    desk_clinic.sent()
    claim = desk_clinic.claims[0]
    strange = Answer(
        {**claim.body, "subscriber": {**claim.body["subscriber"], "member_id": "OTHER1"}},
        number="NOBODYS",
        with_line_numbers=False,
    )

    desk_clinic.take(payer.remittance([strange]))
    held = HeldAnswer.objects.get()

    assert Remittance.objects.get().held_cents == claim.charge_cents
    assert held.because == "unmatched"
    assert held.body["proposals"][0]["claim_id"] == claim.number
    assert states(desk_clinic) == ["sent"] * 3
    remittances.post_to(desk_clinic.biller, held.pk, claim.pk, at=at(13))
    assert ledgers.of(claim).balance("paid") == claim.charge_cents
    assert states(desk_clinic)[0] == "closed"
    with pytest.raises(Refused):
        remittances.post_to(desk_clinic.biller, held.pk, claim.pk, at=at(13))


def test_a_reversal_and_its_correction_leave_the_ledger_right(desk_clinic):
    desk_clinic.sent()
    body = desk_clinic.claims[0].body
    paid = {1: Answered(5000), 2: Answered(2000)}
    desk_clinic.take(payer.remittance([Answer(body, paid)]))

    corrected = {1: Answered(4500), 2: Answered(2000)}
    back = [Answer(body, paid, is_reversal=True), Answer(body, corrected, control="ICN2")]
    desk_clinic.take(
        payer.remittance(back, trace="EFT2", control=2, provider=[("WO", "ICN1", -500)])
    )

    ledger = ledgers.of(desk_clinic.claims[0])
    assert ledger.balance("paid") == 6500
    assert ledger.answers[0].undone_by
    assert Remittance.objects.get(trace_number="EFT2").provider.get().kind == "takeback"


def test_files_over_the_wire_are_taken_put_away_and_answered_with_our_999(desk_clinic):
    desk_clinic.sent()
    inbox = desk_clinic.folder / "in"
    content = payer.remittance([Answer(claim.body) for claim in desk_clinic.claims])
    (inbox / "answer.835").write_bytes(content)
    (inbox / "noise.txt").write_bytes(b"not X12 at all")

    found = receiving.collect(None, at=at(12), address=desk_clinic.address)

    assert {one.outcome for one in found.taken} == {"taken", "unreadable"}
    assert list(inbox.iterdir()) == []
    assert Remittance.objects.count() == 1
    sending.deliver(None, at=at(12, 1), address=desk_clinic.address)
    made = next((desk_clinic.folder / "out").glob("*.999"))
    read = read_x12(made.read_bytes())
    assert read["interchanges"][0]["groups"][0]["transactions"][0]["accepted"]


def test_money_is_no_business_of_a_therapist(desk_clinic):
    for act in (
        lambda who: receiving.take(who, "x", b"ISA", at=at(12)),
        lambda who: sending.deliver(who, at=at(12), address=desk_clinic.address),
        lambda who: receiving.collect(who, at=at(12), address=desk_clinic.address),
    ):
        with pytest.raises(NotFound):
            act(desk_clinic.world.people["therapist"])
