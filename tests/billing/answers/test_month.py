"""A payer written from the rule book answers a month of claims; nothing is lost or invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from neuroreed.billing.denials import denials, group, sort, trends
from neuroreed.billing.ledger import Account, Ledger, check, open_ledger, standing
from neuroreed.billing.remittance import ClaimIndex
from neuroreed.billing.remittance_expected import (
    LineDifference,
    compare,
    expect_claims,
    overpayments,
    underpayments,
)
from neuroreed.billing.remittance_posting import Posted, Seen, post
from neuroreed.billing.remittance_provider import carried
from neuroreed.exchange.x12 import read_remittances, read_x12
from neuroreed.model.money import dollars
from tests.billing.answers.month import FAULTS, RECEIVED, Month, month, payer_of, send
from tests.oracles.payer import claims as asked
from tests.oracles.payer import files
from tests.oracles.payer.adjudicate import Answer, Decision, Payer, price

PAID_ON = RECEIVED + timedelta(days=14)
CAUSES = {
    "modifier": "modifier",
    "pair": "pair",
    "never": "pair",
    "level": "mue",
    "threshold": "threshold",
    "timely": "timely",
    "duplicate": "duplicate",
}
MISTAKES = {"reduced_again": "underpaid", "one_unit_less": "underpaid", "not_reduced": "overpaid"}


@dataclass
class Clinic:
    """What the clinic has after a month: ledgers, what it sent, what it imported."""

    made: Month
    index: ClaimIndex
    ledgers: dict[str, Ledger]
    seen: Seen = field(default_factory=Seen)

    def take(self, content: bytes) -> list[Posted]:
        defects = read_x12(content)["defects"]
        done = []
        for remittance in read_remittances(content):
            posted = post(
                remittance,
                index=self.index,
                ledgers=self.ledgers,
                seen=self.seen,
                at=PAID_ON,
                defects=defects,
            )
            self.ledgers |= posted.ledgers
            self.seen = posted.seen
            done.append(posted)
        return done


def plant(made: Month, random: Random) -> dict[tuple[str, str], str]:
    """Mistakes on lines that the payer would otherwise pay rightly and that are to show."""
    good = [
        one
        for one in made.claims
        if not any((one.claim_id, line.line_number) in made.faults for line in one.lines)
        and len(one.lines) > 1
    ]
    found = {}
    for one in random.sample(good, 12):
        kind = random.choice(list(MISTAKES))
        line = random.choice([each for each in one.lines if each.units > 1] or [one.lines[0]])
        found[(one.claim_id, str(line.line_number))] = kind
    return found


@dataclass
class Played:
    clinic: Clinic
    payer: Payer
    answers: list[Answer]
    posted: list[Posted]
    content: bytes
    rejected: frozenset[str]


@pytest.fixture(scope="module", params=[1, 25])
def played(request: pytest.FixtureRequest) -> Played:
    """Claims out, 999 and 277CA back, and the first cheque of the month posted."""
    made = month(request.param)
    batch = asked.read(send(made))
    payer = payer_of(made, request.param)
    payer.mistakes = plant(made, Random(request.param))
    unclean = {number for number, _ in made.faults} | {number for number, _ in payer.mistakes}
    unclean |= {number.removesuffix("D") for number in unclean}
    rejected = frozenset(one.number for one in batch.claims if one.number not in unclean)
    rejected = frozenset(sorted(rejected)[::25])
    answers = payer.answer([one for one in batch.claims if one.number not in rejected])
    cheque = files.Cheque("EFT100", batch.npi, answers, [], [])
    clinic = Clinic(
        made,
        ClaimIndex(made.sent),
        {one.claim_id: open_ledger(one, at=RECEIVED) for one in made.claims},
    )
    content = cheque.write(PAID_ON, 501)
    posted = clinic.take(content)
    return Played(clinic, payer, answers, posted, content, rejected)


def differences(played: Played) -> list[LineDifference]:
    made = played.clinic.made
    matches = [one for each in played.posted for one in each.matches]
    without = {
        (each.claim_id, each.line_number)
        for one in matches
        for each in denials(one, answered_on=PAID_ON)
        if each.line_number is not None
    } | {
        (one.claim_id, line.line_number)
        for one in made.claims
        if one.claim_id in played.rejected
        for line in one.lines
    }
    expected = expect_claims(
        made.sent, deductible_left_cents=dict(made.deductible), without=without
    )
    return [one for each in matches for one in compare(each, expected, on=PAID_ON)]


def test_the_payer_takes_the_file_and_rejects_what_it_cannot_read(played: Played) -> None:
    batch = asked.read(send(played.clinic.made))
    numbers = {one.asked.number: one.number for one in played.answers}

    taken = read_x12(files.acknowledge(batch, RECEIVED, 7))
    refused = read_x12(files.acknowledge(batch, RECEIVED, 8, refused=tuple(batch.transactions)))
    claims = read_x12(files.claim_acknowledge(batch, RECEIVED, 9, played.rejected, numbers))

    def only(found: dict[str, Any]) -> dict[str, Any]:
        only_one: dict[str, Any] = found["interchanges"][0]["groups"][0]["transactions"][0]
        return only_one

    assert not taken["defects"] and not refused["defects"] and not claims["defects"]
    assert only(taken)["accepted"] is True and only(refused)["accepted"] is False
    told = {one["claim_id"]: one for one in only(claims)["claims"]}
    assert told.keys() == {one.claim_id for one in played.clinic.made.claims}
    assert {number for number, one in told.items() if not one["accepted"]} == played.rejected
    assert {
        number: one["payer_claim_control"] for number, one in told.items() if one["accepted"]
    } == numbers


def test_the_whole_month_is_posted_and_every_ledger_sums(played: Played) -> None:
    (posted,) = played.posted
    clinic = played.clinic

    assert posted.status == "posted" and not posted.held
    assert posted.sums is not None
    assert posted.sums.payment_cents == posted.sums.posted_cents > 0
    for one in clinic.made.claims:
        found = clinic.ledgers[one.claim_id]
        stands = standing(found)
        assert stands.charged == one.charge_cents
        assert check(found) == ()
        if one.claim_id in played.rejected:
            assert stands.open_payer == one.charge_cents and not found.answers
        else:
            assert stands.open_payer == 0
    total = sum(one.balance(Account.PAID) for one in clinic.ledgers.values())
    assert total == posted.sums.payment_cents


def test_expected_is_paid_where_the_payer_was_right_and_every_mistake_is_found(
    played: Played,
) -> None:
    found = differences(played)
    mistakes = {}
    for one in played.answers:
        for each in one.decisions:
            if each.fault:
                mistakes[(one.asked.number, int(each.asked.number))] = each

    wrong = {
        (one.claim_id, one.line_number): one
        for one in found
        if one.verdict in ("underpaid", "overpaid")
    }
    planted = {
        key
        for key, each in mistakes.items()
        if abs(_right(each) - each.allowed) > Decimal("0.02") * each.asked.units
    }
    assert planted and planted <= wrong.keys()
    moved = {key for key in wrong if key not in planted}
    # when the payer reduces the unit that stays whole, no other line changes
    assert moved == set()
    for key in planted:
        assert wrong[key].verdict == MISTAKES[mistakes[key].fault]
        assert wrong[key].because
    rest = [one for one in found if (one.claim_id, one.line_number) not in wrong]
    assert {one.verdict for one in rest} <= {"as_expected", "denied", "patient_share_differs"}
    for one in rest:
        if one.verdict == "as_expected":
            assert abs(one.paid_cents - (one.expected_paid_cents or 0)) <= one.tolerance_cents
    under, over = underpayments(found), overpayments(found, identified_on=PAID_ON)
    assert len(under) + len(over) == len(wrong)
    assert [one.off_by_cents for one in under] == sorted(one.off_by_cents or 0 for one in under)
    assert all(one.report_by == PAID_ON + timedelta(days=60) for one in over)


def _right(each: Decision) -> Decimal:
    """What the payer would have allowed without its mistake."""
    service = each.asked
    rest = service.units - each.in_full
    amount = price(service.code, "1") * each.in_full + price(service.code, "0.5") * rest
    return min(amount, Decimal(service.charge) / 100)


def test_every_planted_denial_is_found_with_its_cause_in_the_record(played: Played) -> None:
    made = played.clinic.made
    found = {
        (one.claim_id, one.line_number): one
        for each in played.posted
        for match in each.matches
        for one in denials(match, answered_on=PAID_ON)
    }
    refused = {(claim, int(line)) for claim, line in played.payer.refused}

    assert found.keys() == made.faults.keys() | refused
    items = []
    for key, denial in found.items():
        item = sort(denial, record=made.records[key[0]], on=PAID_ON + timedelta(days=3))
        items.append(item)
        assert item.meaning and item.title and item.path_says
        assert item.may_bill_patient is False
        if key in refused:
            assert (denial.carc, item.cause, item.path) == ("50", "necessity", "appeal")
            assert item.deadline is not None
            assert item.deadline.last_day == PAID_ON + timedelta(days=125)
            continue
        kind = made.faults[key]
        assert denial.carc == FAULTS[kind]
        assert item.cause == CAUSES[kind]
        assert any(one.confirmed for one in item.evidence), (kind, item.evidence)
        assert (
            item.path
            == {
                "modifier": "reopening",
                "pair": "reopening",
                "never": "write_off",
                "level": "reopening",
                "threshold": "reopening",
                "timely": "write_off",
                "duplicate": "write_off",
            }[kind]
        )
    groups = group(items)
    assert sum(one.count for one in groups) == len(items)
    assert sum(one.amount_cents for one in groups) == sum(
        one.amount_cents for one in found.values()
    )
    for by in ("payer", "code", "cause", "therapist", "month"):
        assert sum(one.count for one in trends(items, by=by)) == len(items)


def test_the_same_file_a_second_time_changes_nothing(played: Played) -> None:
    before = dict(played.clinic.ledgers)

    again = played.clinic.take(played.content)

    assert [one.status for one in again] == ["duplicate"]
    assert played.clinic.ledgers == before


@pytest.mark.parametrize("cent", [1, -1])
def test_a_cent_in_the_file_stops_it_and_is_named(played: Played, cent: int) -> None:
    made = month(1)
    clinic = Clinic(made, ClaimIndex(made.sent), {})
    paid = next(one for one in played.answers if one.decisions[0].allowed)
    cheque = files.Cheque("EFT999", "1234567893", played.answers, [], [])

    (posted,) = clinic.take(cheque.write(PAID_ON, 999, plant=(paid.asked.number, cent)))

    assert posted.status == "refused" and not clinic.ledgers
    named = [one for one in posted.imbalances if one.level == "line"]
    assert [(one.claim_id, one.line_number, one.off_by_cents) for one in named] == [
        (paid.asked.number, 1, -cent)
    ]


def test_corrections_and_takebacks_leave_every_ledger_right(played: Played) -> None:
    """The payer mends its mistakes: reversal and correction, then money carried forward."""
    clinic = played.clinic
    wrong = [one for one in played.answers if any(each.fault for each in one.decisions)]
    assert wrong
    made = clinic.made
    fresh = payer_of(made, 0)
    fresh.refuse = 0
    fresh.used = dict.fromkeys(fresh.used, Decimal(0))
    fresh.deductible = dict.fromkeys(fresh.deductible, Decimal(0))
    fresh.count = 50000
    mended = fresh.answer([one.asked for one in wrong])
    back = wrong[: len(wrong) // 2]
    first = files.Cheque("EFT200", "1234567893", mended[: len(back)], back, [])
    lost = [Answer(one.asked, one.number, one.decisions) for one in wrong[len(back) :]]
    owed = sum((one.paid for one in lost), Decimal(0))
    second = files.Cheque("", "1234567893", [], lost, [("FB", "CARRY1", -owed)])
    third = files.Cheque("EFT201", "1234567893", mended[len(back) :], [], [("FB", "CARRY1", owed)])

    done = [
        clinic.take(one.write(PAID_ON + timedelta(days=number), 600 + number))[0]
        for number, one in enumerate((first, second, third))
    ]

    assert [one.status for one in done] == ["posted"] * 3
    assert not any(one.held for one in done)
    assert carried(done[1].provider)[0].outstanding_cents == int(owed * 100)
    assert carried((*done[1].provider, *done[2].provider)) == ()
    for one in mended:
        found = clinic.ledgers[one.asked.number]
        assert dollars(standing(found).paid) == one.paid
        assert check(found) == () and standing(found).open_payer == 0
    received = sum(
        one.sums.payment_cents for one in (*played.posted, *done) if one.sums is not None
    )
    taken = sum(one.amount_cents for each in done for one in each.provider)
    assert sum(one.balance(Account.PAID) for one in clinic.ledgers.values()) == received + taken
