"""What an answer is about, and whether its sums hold: certain, or held with a proposal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neuroreed.billing.remittance import ClaimIndex, balance, match
from neuroreed.billing.remittance_posting import Seen, post, post_held
from neuroreed.model.remittance import Adjustment, ProviderAdjustment
from tests.billing.answers.claims import (
    PAID_ON,
    claim,
    remittance,
    sent,
)
from tests.billing.answers.desk import C1, ONE, PAID, TWO, Desk, sums


def test_an_unbalanced_remittance_posts_nothing_and_names_the_cent() -> None:
    wrong = replace(PAID, lines=(replace(PAID.lines[0], paid_cents=4001), PAID.lines[1]))
    desk = Desk()

    posted = desk.take(remittance(PAID, replace(wrong, claim_id="C9"), amount_cents=11000))

    assert posted.status == "refused" and not posted.entries and not desk.ledgers
    assert [(one.level, one.claim_id, one.line_number, one.off_by_cents) for one in
            posted.imbalances] == [("line", "C9", 1, -1)]  # fmt: skip
    assert "claim 2 (C9), line 1" in posted.imbalances[0].place
    assert "0.01 too little" in posted.says[0]
    assert desk.take(remittance(PAID)).status == "posted"


@pytest.mark.parametrize(
    ("place", "level"),
    [
        ("payment", "transaction"),
        ("provider", "transaction"),
        ("claim_paid", "claim"),
        ("claim_charge", "claim"),
        ("share", "patient_share"),
        ("line_charge", "line"),
        ("line_paid", "line"),
        ("adjustment", "line"),
        ("claim_adjustment", "claim"),
        ("allowed", "allowed"),
    ],
)
@pytest.mark.parametrize("cent", [1, -1])
def test_a_cent_planted_anywhere_is_found_and_named(place: str, level: str, cent: int) -> None:
    first = replace(PAID.lines[0], amounts=(("B6", "50.82"),))
    good = replace(PAID, lines=(first, PAID.lines[1]))
    kept = ProviderAdjustment("1", "20261231", "WO", "X", 100)
    whole = remittance(good, provider=[kept])
    planted = {
        "payment": lambda: replace(whole, amount_cents=whole.amount_cents + cent),
        "provider": lambda: replace(
            whole, provider_adjustments=(replace(kept, amount_cents=100 + cent),)
        ),
        "claim_paid": lambda: replace(
            whole, claims=(replace(good, paid_cents=good.paid_cents + cent),)
        ),
        "claim_charge": lambda: replace(
            whole, claims=(replace(good, charge_cents=good.charge_cents + cent),)
        ),
        "share": lambda: replace(
            whole, claims=(replace(good, patient_responsibility_cents=1400 + cent),)
        ),
        "claim_adjustment": lambda: replace(
            whole, claims=(replace(good, adjustments=(Adjustment("CO", "45", cent),)),)
        ),
    }
    of_line = {
        "line_charge": lambda: replace(first, charge_cents=first.charge_cents + cent),
        "line_paid": lambda: replace(first, paid_cents=first.paid_cents + cent),
        "adjustment": lambda: replace(
            first,
            adjustments=(
                replace(
                    first.adjustments[2], amount_cents=first.adjustments[2].amount_cents + cent
                ),
                *first.adjustments[:2],
            ),
        ),
        "allowed": lambda: replace(first, amounts=(("B6", "50.83" if cent > 0 else "50.81"),)),
    }
    if place in of_line:
        wrong = replace(good, lines=(of_line[place](), good.lines[1]))
        spoilt = replace(whole, claims=(wrong,))
    else:
        spoilt = planted[place]()

    assert balance(whole) == ()
    found = {one.level: one for one in balance(spoilt)}
    assert abs(found[level].off_by_cents or 0) == 1
    assert found[level].says and found[level].place
    assert (
        post(spoilt, index=ClaimIndex([sent()]), ledgers={}, seen=Seen(), at=PAID_ON).status
        == "refused"
    )


def test_defects_of_the_file_about_money_refuse_it_too() -> None:
    told = {"code": "provider_total", "message": "TS305 is 1.00", "segment": 9, "element": "TS305"}
    other = {"code": "npi", "message": "check digit", "segment": 3, "element": "NM109"}

    assert [one.place for one in balance(remittance(PAID), defects=[told, other])] == [
        "segment 9, TS305"
    ]


def test_numbers_are_tried_in_order_and_facts_must_agree() -> None:
    other = claim("C2", [("97112", 1, 6000, ("GP",))], member="2EG4TE5MK73", last="OHARA")
    index = ClaimIndex([sent(C1, control="ICN1"), sent(other)])
    bare = replace(PAID, claim_id="")

    without_lines = replace(bare, lines=tuple(replace(one, refs=()) for one in bare.lines))
    assert match(bare, index).by == "line_number"
    assert match(replace(PAID, lines=without_lines.lines), index).by == "claim_number"
    assert match(without_lines, index).by == "payer_number"
    facts = match(replace(without_lines, payer_claim_control="ICN8"), index)
    assert facts.by == "facts" and facts.sent is not None and facts.sent.claim_id == "C1"
    assert [one.line_number for one in facts.lines] == [1, 2]


def test_what_does_not_agree_is_unmatched_with_a_proposal() -> None:
    other = claim("C2", [("97112", 1, 6000, ("GP",))], member="2EG4TE5MK73", last="OHARA")
    index = ClaimIndex([sent(C1), sent(other)])
    stripped = tuple(replace(one, refs=()) for one in PAID.lines)

    crossed = match(replace(PAID, claim_id="C2"), index)
    foreign = replace(PAID, claim_id="C2", lines=stripped, names=(replace(PAID.names[0], id="9"),))
    wrong_member = match(foreign, index)
    nearly = match(
        replace(PAID, claim_id="77", payer_claim_control="", lines=stripped,
                names=(replace(PAID.names[0], id="1EG4TE5MK74"),)), index,
    )  # fmt: skip

    assert crossed.sent is None and {one.claim_id for one in crossed.proposals} == {"C1", "C2"}
    assert wrong_member.sent is None
    assert nearly.sent is None and nearly.proposals[0].claim_id == "C1"
    assert nearly.proposals[0].differs == ("The member number differs from the one we sent.",)


def test_two_equal_claims_are_not_told_apart_by_guessing() -> None:
    twin = claim("C2")
    bare = replace(
        PAID, claim_id="", payer_claim_control="",
        lines=tuple(replace(one, refs=()) for one in PAID.lines),
    )  # fmt: skip

    found = match(bare, ClaimIndex([sent(C1), sent(twin)]))

    assert found.sent is None and {one.claim_id for one in found.proposals} == {"C1", "C2"}


def test_a_person_names_the_claim_of_a_held_answer() -> None:
    desk = Desk()
    typed = tuple(replace(one, refs=()) for one in PAID.lines)
    foreign = replace(
        PAID, claim_id="77", lines=typed, names=(replace(PAID.names[0], id="1EG4TE5MK74"),)
    )
    posted = desk.take(remittance(foreign))
    assert posted.sums is not None and posted.sums.held_cents == 5500

    found, entries, still = post_held(
        posted.held[0], sent(), ledger=desk.ledgers.get("C1"), at=PAID_ON
    )

    assert still is None and sums(found) and len(entries) == 8
    again, more, refused = post_held(posted.held[0], sent(), ledger=found, at=PAID_ON)
    assert again == found and not more and refused is not None and refused.because == "duplicate"


def test_a_changed_code_is_matched_by_line_number_and_told() -> None:
    changed = replace(PAID.lines[0], procedure=replace(ONE.procedure, code="97530"))

    found = match(replace(PAID, lines=(changed, PAID.lines[1])), ClaimIndex([sent()]))

    assert [one.line_number for one in found.lines] == [1, 2]
    assert found.lines[0].doubts == ("The payer answers 97530; line 1 is 97112.",)


def test_a_line_that_we_did_not_send_holds_the_claim() -> None:
    strange = replace(PAID.lines[1], refs=(), procedure=replace(TWO.procedure, code="97140"))
    desk = Desk()

    posted = desk.take(remittance(replace(PAID, lines=(PAID.lines[0], strange))))

    assert [one.because for one in posted.held] == ["line_unmatched"]
    assert "C1" not in desk.ledgers
