"""Answers into ledgers: matched or held, balanced or refused, never twice, always summing."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.billing import ledger as ledgers
from neuroreed.billing.ledger import Account, Ledger, check, standing
from neuroreed.billing.remittance import ClaimIndex
from neuroreed.billing.remittance_posting import post_held
from neuroreed.billing.remittance_provider import carried
from neuroreed.billing.remittance_secondary import replacement, secondary
from neuroreed.exchange.x12 import read_claims, read_x12, write_837p
from neuroreed.model.errors import Refused
from neuroreed.model.remittance import Adjustment, ProviderAdjustment, RemittanceClaim
from tests.billing.answers.claims import (
    ON,
    PAID_ON,
    answer,
    claim,
    line,
    remittance,
    reversal,
    sent,
)
from tests.billing.answers.desk import C1, DENIED, NOTHING, ONE, PAID, TWO, Desk, sums
from tests.exchange.x12.claims import RECEIVER, SUBMITTER
from tests.exchange.x12.judge import verdict


def test_a_paid_claim_stands_in_its_accounts() -> None:
    desk = Desk()

    posted = desk.take(remittance(PAID))

    found = desk.ledgers["C1"]
    assert posted.status == "posted" and not posted.held and check(found) == ()
    assert standing(found) == ledgers.Standing(17500, 5500, 0, 10600, 0, 0, 0, 1400)
    assert posted.payer_numbers == {"C1": "ICN1"}


def test_a_denied_line_stays_open_until_somebody_decides() -> None:
    desk = Desk()
    desk.take(remittance(DENIED))
    found = desk.ledgers["C1"]

    given_up = ledgers.write_off(
        found, line_number=1, amount_cents=12000, at=PAID_ON, key="w1", because="No appeal"
    )

    assert standing(found).denied == 12000 and standing(given_up).denied == 0
    assert sums(given_up) and check(given_up) == ()
    assert (
        ledgers.write_off(
            given_up, line_number=1, amount_cents=12000, at=PAID_ON, key="w1", because="No appeal"
        )
        == given_up
    )
    with pytest.raises(Refused):
        ledgers.write_off(
            found, line_number=1, amount_cents=12001, at=PAID_ON, key="w2", because="No appeal"
        )


def test_what_a_payer_denies_is_the_patients_only_with_a_notice() -> None:
    with_notice = claim("C2", [("97112", 2, 12000, ("GP", "GA"))])
    denied = answer(with_notice, line(with_notice.lines[0], 0, ("CO", "50", 12000)))
    desk = Desk(C1, with_notice)
    desk.take(remittance(DENIED, denied))

    def owe(made: object, number: str) -> Ledger:
        return ledgers.make_patient_owe(
            desk.ledgers[number], made, line_number=1, amount_cents=12000,  # type: ignore[arg-type]
            at=PAID_ON, key="p", because="Notice signed",
        )  # fmt: skip

    assert standing(owe(with_notice, "C2")).patient_owes == 12000
    with pytest.raises(Refused, match="no notice"):
        owe(C1, "C1")


def test_the_same_cheque_posts_once_in_whatever_envelope_it_comes() -> None:
    desk = Desk()
    desk.take(remittance(PAID))
    before = desk.ledgers["C1"]

    again = desk.take(remittance(PAID, interchange_control="000000777", control_number="0004"))

    assert again.status == "duplicate" and not again.entries and desk.ledgers["C1"] == before
    other = desk.take(remittance(DENIED))
    assert other.status == "refused" and "other content" in other.says[0]


def test_the_same_claim_on_another_cheque_is_held_not_paid_twice() -> None:
    desk = Desk()
    desk.take(remittance(PAID))

    same = desk.take(remittance(PAID, trace="EFT2"))
    more = desk.take(remittance(replace(PAID, payer_claim_control="ICN7"), trace="EFT3"))

    assert [one.because for one in same.held] == ["duplicate"]
    assert [one.because for one in more.held] == ["second_payment"]
    assert same.sums is not None and same.sums.held_cents == 5500 and same.sums.posted_cents == 0
    assert standing(desk.ledgers["C1"]).paid == 5500


def test_a_reversal_and_its_correction_leave_the_ledger_right() -> None:
    desk = Desk()
    desk.take(remittance(PAID))
    better = answer(
        C1,
        line(ONE, 4400, ("PR", "2", 1100), ("CO", "253", 90)),
        line(TWO, 1500, ("PR", "2", 400), ("CO", "253", 31)),
        control="ICN2",
    )

    posted = desk.take(remittance(better, reversal(PAID), trace="EFT2"))

    found = desk.ledgers["C1"]
    assert not posted.held and sums(found) and check(found) == ()
    assert standing(found).paid == 5900 and standing(found).patient_owes == 1500
    assert [one.undone_by != "" for one in found.answers] == [True, True, False]


def test_a_reversal_of_what_was_never_paid_is_held() -> None:
    desk = Desk()
    desk.take(remittance(NOTHING))

    posted = desk.take(remittance(reversal(PAID), trace="EFT2", credit_or_debit="D"))

    assert [one.because for one in posted.held] == ["reversal_without_payment"]
    assert posted.sums is not None and posted.sums.held_cents == -5500


def test_a_denial_that_paid_nothing_gives_way_to_the_later_answer() -> None:
    desk = Desk()
    desk.take(remittance(NOTHING))

    posted = desk.take(remittance(PAID, trace="EFT2"))

    assert not posted.held and standing(desk.ledgers["C1"]).denied == 0
    assert sums(desk.ledgers["C1"]) and check(desk.ledgers["C1"]) == ()


def test_a_write_off_goes_back_when_the_payer_takes_the_denial_back() -> None:
    desk = Desk()
    desk.take(remittance(DENIED))
    desk.ledgers["C1"] = ledgers.write_off(
        desk.ledgers["C1"], line_number=1, amount_cents=12000, at=PAID_ON, key="w", because="Old"
    )

    desk.take(remittance(reversal(DENIED), replace(PAID, payer_claim_control="ICN2"), trace="E2"))

    found = desk.ledgers["C1"]
    assert standing(found) == ledgers.Standing(17500, 5500, 0, 10600, 0, 0, 0, 1400)
    assert check(found) == ()


def test_a_claim_without_lines_is_posted_as_a_whole() -> None:
    whole = answer(C1, charge_cents=17500, paid_cents=5000, patient_responsibility_cents=1500)
    whole = replace(whole, adjustments=(Adjustment("PR", "2", 1500), Adjustment("CO", "45", 11000)))
    desk = Desk()

    desk.take(remittance(whole))
    desk.take(remittance(reversal(whole), trace="E2", credit_or_debit="D"))
    assert standing(desk.ledgers["C1"]).open_payer == 17500
    desk.take(remittance(replace(whole, payer_claim_control="I3"), trace="E3"))

    assert standing(desk.ledgers["C1"]).paid == 5000 and check(desk.ledgers["C1"]) == ()


def test_a_part_taken_off_the_claim_as_a_whole_lowers_the_payment() -> None:
    lower = replace(
        PAID, adjustments=(Adjustment("PR", "1", 500),), paid_cents=5000,
        patient_responsibility_cents=1900,
    )  # fmt: skip
    desk = Desk()

    assert desk.take(remittance(lower)).status == "posted"

    assert standing(desk.ledgers["C1"]).paid == 5000
    assert standing(desk.ledgers["C1"]).patient_owes == 1900 and check(desk.ledgers["C1"]) == ()


def test_the_next_payer_answers_only_what_the_first_left() -> None:
    desk = Desk()
    posted = desk.take(remittance(PAID))
    next_claim = secondary(
        posted.matches[0],
        next_subscriber=replace(C1.subscriber, filing="CI", member_id="S1"),
        answered_on=PAID_ON,
    )
    desk.ledgers["C1"] = ledgers.bill_next(desk.ledgers["C1"], at=PAID_ON, key="second")
    desk.index = ClaimIndex([sent(C1), sent(next_claim, "aetna")])
    theirs = answer(
        next_claim,
        line(ONE, 800, ("OA", "23", 11000), ("PR", "3", 200)),
        line(TWO, 400, ("OA", "23", 5100)),
        control="S9",
    )

    second = desk.take(remittance(theirs, trace="S1", originator="1999999999"))

    found = desk.ledgers["C1"]
    assert not second.held and sums(found) and check(found) == ()
    assert standing(found) == ledgers.Standing(17500, 6700, 0, 10600, 0, 0, 0, 200)
    assert next_claim.subscriber.sequence == "S"
    assert [one.amount_cents for one in next_claim.other_subscribers[0].amounts] == [5500, 1400]
    assert next_claim.lines[0].adjudications[0].paid_cents == 4000


def test_a_claim_that_the_first_payer_passed_on_is_answered_by_the_next() -> None:
    desk = Desk()
    desk.take(remittance(PAID))
    theirs = replace(
        answer(
            C1,
            line(ONE, 800, ("OA", "23", 11000), ("PR", "3", 200)),
            line(TWO, 400, ("OA", "23", 5100)),
            control="G9",
        ),
        status="2",
    )

    posted = desk.take(remittance(theirs, trace="G1", originator="1999999999"))

    assert not posted.held and posted.payer_numbers == {}
    assert standing(desk.ledgers["C1"]) == ledgers.Standing(17500, 6700, 0, 10600, 0, 0, 0, 200)
    back = desk.take(remittance(reversal(theirs), trace="G2", credit_or_debit="D"))
    assert not back.held and standing(desk.ledgers["C1"]).open_next_payer == 1400
    assert check(desk.ledgers["C1"]) == ()


def test_a_claim_answered_in_two_parts_is_one_ledger() -> None:
    desk = Desk()

    posted = desk.take(
        remittance(answer(C1, PAID.lines[0]), answer(C1, PAID.lines[1], control="ICN1B"))
    )

    assert not posted.held and check(desk.ledgers["C1"]) == ()
    assert standing(desk.ledgers["C1"]).open_payer == 0


def test_a_reversal_that_came_before_its_payment_is_posted_when_that_is_there() -> None:
    desk = Desk()
    early = desk.take(remittance(reversal(PAID), trace="E2", credit_or_debit="D"))
    assert [one.because for one in early.held] == ["reversal_without_payment"]
    desk.take(remittance(PAID))

    found, entries, still = post_held(early.held[0], sent(), ledger=desk.ledgers["C1"], at=PAID_ON)

    assert still is None and entries and standing(found).open_payer == 17500


def test_claims_that_follow_an_answer_are_files_that_an_outsider_accepts() -> None:
    desk = Desk()
    matches = desk.take(remittance(DENIED)).matches
    second = secondary(
        matches[0],
        next_subscriber=replace(C1.subscriber, filing="CI", member_id="S1"),
        answered_on=PAID_ON,
    )
    made = [second, replacement(C1, payer_control="ICN1", claim_id="C1R")]

    content = write_837p(made, submitter=SUBMITTER, receiver=RECEIVER)
    read = read_x12(content)
    (back, other) = read_claims(content)

    assert read["defects"] == []
    accepted, why = verdict(content)
    assert accepted, why
    assert back.lines[0].adjudications == second.lines[0].adjudications
    assert back.other_subscribers[0].amounts == second.other_subscribers[0].amounts
    assert (other.frequency, other.refs) == ("7", (("F8", "ICN1"),))


def test_a_claim_is_replaced_only_with_the_payers_number() -> None:
    assert ("F8", "ICN1") in replacement(C1, payer_control="ICN1").refs
    assert replacement(C1, payer_control="ICN1", frequency="8").frequency == "8"
    with pytest.raises(Refused):
        replacement(C1, payer_control=" ")


def test_a_claim_that_we_void_is_taken_off_even_when_its_answer_comes_back_later() -> None:
    desk = Desk()
    desk.take(remittance(PAID))
    desk.ledgers["C1"] = ledgers.withdraw(
        desk.ledgers["C1"], at=PAID_ON, key="void", because="Replaced by C2"
    )

    desk.take(remittance(reversal(PAID), trace="E2", credit_or_debit="D"))

    assert standing(desk.ledgers["C1"]) == ledgers.Standing(0, 0, 0, 0, 0, 0, 0, 0)


def test_a_forward_balance_is_carried_until_it_is_settled() -> None:
    desk = Desk()
    desk.take(remittance(PAID))
    announced = desk.take(
        remittance(reversal(PAID), trace="", provider=[_fb(-5500, "C1")], payment_date=PAID_ON)
    )
    settled = desk.take(remittance(trace="E3", provider=[_fb(5500, "C1")], amount_cents=-5500))

    assert announced.sums is not None and announced.sums.payment_cents == 0
    assert [one.outstanding_cents for one in carried(announced.provider)] == [5500]
    assert carried((*announced.provider, *settled.provider)) == ()
    assert announced.provider[0].claim_id == "C1"


def _fb(amount: int, reference: str) -> ProviderAdjustment:
    return ProviderAdjustment("1", "20261231", "FB", reference, amount)


def test_a_price_asked_for_beforehand_posts_nothing() -> None:
    posted = Desk().take(remittance(replace(PAID, status="25")))

    assert [one.because for one in posted.held] == ["not_final"] and not posted.entries


@given(st.integers(0, 10**9))
@settings(max_examples=200, deadline=None)
def test_a_ledger_always_sums(seed: int) -> None:
    random = Random(seed)
    desk = Desk()
    live = None
    for step in range(random.randint(1, 9)):
        choice = random.choice(
            [
                "pay",
                "deny",
                "part",
                "whole",
                "reverse",
                "again",
                "write_off",
                "copay",
                "next",
                "second",
            ]
        )
        found = desk.ledgers.get("C1") or ledgers.open_ledger(C1, at=ON)
        if choice in ("pay", "deny", "part", "whole", "second"):
            live = _random_answer(random, choice)
            posted = desk.take(remittance(live, trace=f"E{step}"))
        elif choice == "reverse" and live is not None:
            posted = desk.take(remittance(reversal(live), trace=f"R{step}", credit_or_debit="D"))
        elif choice == "again" and live is not None:
            posted = desk.take(remittance(live, trace=f"E{random.randint(0, step)}"))
        elif choice == "write_off":
            for number in found.lines:
                stands = found.balance(Account.DENIED, number)
                if stands > 0:
                    found = ledgers.write_off(
                        found, line_number=number, amount_cents=random.randint(1, stands),
                        at=PAID_ON, key=f"w{step}{number}", because="Given up",
                    )  # fmt: skip
            desk.ledgers["C1"] = found
            continue
        elif choice == "copay":
            desk.ledgers["C1"] = ledgers.receive(
                found, amount_cents=random.randint(1, 3000), at=PAID_ON, key=f"c{step}"
            )
            continue
        else:
            desk.ledgers["C1"] = ledgers.bill_next(found, at=PAID_ON, key=f"n{step}")
            continue
        if posted.sums is not None:
            assert posted.sums.payment_cents == posted.sums.posted_cents + posted.sums.held_cents
        if posted.held:
            assert not posted.entries
    found = desk.ledgers.get("C1") or ledgers.open_ledger(C1, at=ON)
    assert sums(found)
    for account in (Account.PAYER, Account.NEXT_PAYER, Account.DENIED):
        assert found.balance(account) >= 0
    paid = sum(one.paid_cents for one in found.live_answers())
    assert standing(found).paid == paid


def _random_answer(random: Random, kind: str) -> RemittanceClaim:
    lines = []
    for ours in C1.lines:
        if kind == "deny":
            reason = random.choice(["16", "50", "197", "4", "999"])
            lines.append(line(ours, 0, ("CO", reason, ours.charge_cents)))
            continue
        paid = random.randint(0, ours.charge_cents // (20 if kind == "second" else 2))
        share = random.randint(0, 900)
        other = random.randint(0, 500)
        why = [("PR", random.choice(["1", "2", "3", "204"]), share)]
        why.append((random.choice(["CO", "OA", "PI"]), random.choice(["97", "59", "23"]), other))
        lines.append(line(ours, paid, *[one for one in why if one[2]]))
    if kind == "part":
        lines = [random.choice(lines)]
    control = f"ICN{random.randint(0, 2)}"
    found = answer(C1, *lines, control=control, status="2" if kind == "second" else "1")
    if kind != "whole":
        return found
    together = tuple(one for each in lines for one in each.adjustments)
    return replace(found, lines=(), adjustments=together)


@given(st.permutations(list(range(5))), st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_the_order_and_number_of_duplicate_imports_do_not_matter(
    order: list[int], twice: int
) -> None:
    claims = [claim(f"C{n}", member=f"{n}EG4TE5MK73") for n in range(5)]
    cheques = [
        remittance(
            answer(one, line(one.lines[0], 4000, ("PR", "2", 1000)), line(one.lines[1], 1500)),
            trace=f"E{n}",
        )
        for n, one in enumerate(claims)
    ]

    def run(places: list[int]) -> dict[str, Ledger]:
        desk = Desk(*claims)
        for place in places:
            desk.take(cheques[place])
        return desk.ledgers

    assert run([*order, twice, *order]) == run(list(range(5)))
