"""The payer of the rule book answers a month of the clinic's claims, through every door."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from neuroreed.billing.ledger import check, standing
from neuroreed.clinic import access, events
from neuroreed.clinic.models import Comparison, DenialRow, ProviderAmount, Remittance
from neuroreed.clinic.services import close, denials, ledgers, sending
from tests.clinic.money import desk
from tests.clinic.world import at
from tests.oracles.payer import claims as asked
from tests.oracles.payer import files
from tests.oracles.payer.adjudicate import Payer

CLAIMS = 9
RECEIVED, PAID_ON, LATER = date(2026, 10, 14), date(2026, 10, 28), date(2026, 11, 4)


@pytest.fixture
def month(clinic: Any, settings: Any, tmp_path: Any) -> desk.Desk:
    """Nine claims in one file that went out."""
    settings.DATA = tmp_path
    made = desk.make(clinic, f"folder:{tmp_path}/exchange", count=CLAIMS)
    made.sent()
    return made


def test_a_month_is_answered_and_nothing_is_lost_or_invented(month: desk.Desk) -> None:
    batch = asked.read(next((month.folder / "out").iterdir()).read_bytes())
    payer = Payer(Random(7), RECEIVED, refuse=0.15)
    numbers = [one.number for one in batch.claims]
    short, twice = numbers[1], numbers[2]
    payer.mistakes = {(short, "1"): "one_unit_less", (twice, "1"): "one_unit_less"}
    rejected = frozenset({numbers[-1]})
    good = [one for one in batch.claims if one.number not in rejected]
    answers = payer.answer(good)
    icn = {one.asked.number: one.number for one in answers}

    month.take(files.acknowledge(batch, RECEIVED, 21))
    month.take(files.claim_acknowledge(batch, RECEIVED, 22, rejected, icn))
    cheque = files.Cheque("EFT700", batch.npi, answers, [], [])
    spoiled = month.take(cheque.write(PAID_ON, 23, plant=(numbers[0], 1)))
    first = month.take(cheque.write(PAID_ON, 24), moment=at(12, day=PAID_ON))
    again = month.take(cheque.write(PAID_ON, 25), moment=at(12, day=PAID_ON))

    assert (spoiled.outcome, first.outcome, again.outcome) == ("refused", "taken", "duplicate")
    assert "0.01" in " ".join(spoiled.says)
    rows = {one.number: one for one in month.claims}
    total = 0
    for number, row in rows.items():
        ledger = ledgers.of(row)
        assert check(ledger) == ()
        stands = standing(ledger)
        total += stands.paid
        assert stands.charged == row.charge_cents
        state = access.claim_view(month.biller, row.pk).row.state
        assert (state == "rejected") == (number in rejected)
    assert total == Remittance.objects.get().payment_cents == Remittance.objects.get().posted_cents

    wrong = {
        (row.claim.number, row.line_number): row.verdict
        for row in Comparison.objects.exclude(verdict__in=["as_expected", "denied"])
    }
    faults = {
        (one.asked.number, int(each.asked.number))
        for one in answers
        for each in one.decisions
        if each.fault and each.allowed
    }
    assert faults
    assert {key for key, verdict in wrong.items() if verdict == "underpaid"} == faults
    assert set(wrong) == faults
    refused = {(number, int(line)) for number, line in payer.refused}
    assert refused
    assert {(r.claim.number, r.body["line_number"]) for r in DenialRow.objects.all()} == refused
    assert sum(g.count for g, _ in denials.groups(month.biller, at=at(13))) == len(refused)

    _reversed_corrected_and_taken_back(month, payer, batch, answers, short)


def _reversed_corrected_and_taken_back(
    month: desk.Desk, payer: Payer, batch: asked.Batch, answers: list[Any], short: str
) -> None:
    """The payer mends its mistake: takes the answer back, answers anew, keeps a takeback."""
    wrong = next(one for one in answers if one.asked.number == short)
    payer.mistakes, payer.seen = {}, set()
    (right,) = payer.answer([wrong.asked])
    takeback = [("WO", wrong.number, Decimal("3.00"))]
    cheque = files.Cheque("EFT701", batch.npi, [right], [wrong], takeback)

    taken = month.take(cheque.write(LATER, 31), moment=at(12, day=LATER))

    assert taken.outcome == "taken"
    row = next(one for one in month.claims if one.number == short)
    ledger = ledgers.of(row)
    assert check(ledger) == ()
    assert ledger.balance("paid") == int(right.paid * 100)
    assert ProviderAmount.objects.get().kind == "takeback"
    second = Remittance.objects.get(trace_number="EFT701")
    assert second.payment_cents == second.posted_cents + second.held_cents - second.provider_cents
    left = {row.claim.number for row in close.differences(month.biller, "underpaid")}
    assert short not in left
    assert left
    assert events.verify()
    assert sending.deliver(month.biller, at=at(13), address=month.address).sent == 0
