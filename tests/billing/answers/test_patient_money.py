"""Eligibility, estimate, statement: the patient is told what is known and asked what is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from neuroreed.billing import eligibility, estimates, ledger
from neuroreed.billing.remittance import ClaimIndex
from neuroreed.billing.remittance_posting import Seen, post
from neuroreed.exchange.x12 import read_x12, write_270
from neuroreed.model.claims import Claim
from neuroreed.model.errors import BadInput
from tests.billing.answers.claims import PAID_ON, answer, claim, line, remittance, sent
from tests.billing.answers.test_clocks import CLINIC, COVERAGE, PATIENT
from tests.exchange.x12 import files

ON = date(2026, 8, 3)
ANSWER = """
BHT*0022*11*T1*20260803*0930
HL*1**20*1
NM1*PR*2*MEDICARE*****PI*12302
HL*2*1*21*1
NM1*1P*2*STEADY GAIT*****XX*1234567893
HL*3*2*22*0
TRN*2*T1*9841234567
NM1*IL*1*WEISS*GRETA****MI*1EG4TE5MK73
DMG*D8*19500102*F
DTP*291*RD8*20260101-20261231
EB*1*IND*30*MB*PART B
EB*C*IND*30*MB**23*283
EB*C*IND*30*MB**29*40.5
EB*A*IND*30*MB**27**.2
EB*D*IND*AE^AF*MB**23*1240.1
MSG*USED AMOUNT
EB*D*IND*AD*MB**23*310
MSG*USED AMOUNT
EB*F*IND*PT*MB**29***VS*12*Y
EB*B*IND*PT*MB**27*25****N*Y
EB*B*IND*PT*MB**27*90*****N
EB*B*IND*98*MB**27*10*****Y
EB*R**30
LS*2120
NM1*PRP*2*EVERGREEN
LE*2120
"""


def asked(body: str) -> dict[str, Any]:
    read = read_x12(files.file("271", body))
    person: dict[str, Any] = read["interchanges"][0]["groups"][0]["transactions"][0]["people"][0]
    return person


def test_an_answer_gives_coverage_shares_and_therapy_used() -> None:
    found = eligibility.read(asked(ANSWER), on=ON)

    assert found.active is True and found.plan == "PART B"
    assert (found.covered_from, found.covered_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (found.deductible_cents, found.deductible_left_cents) == (28300, 4050)
    assert found.coinsurance_permille == 200 and found.copay_cents == 2500
    assert found.therapy_used_cents == {"pt_slp": 124010, "ot": 31000}
    assert found.visits_left == 12 and found.other_insurance == ("EVERGREEN",)
    assert "1240.10 of physical and speech therapy used this year." in found.says


def test_what_a_payer_does_not_say_stays_unknown() -> None:
    short = ANSWER[: ANSWER.index("EB*C")]

    found = eligibility.read(asked(short), on=ON)

    assert found.active is True
    assert found.deductible_left_cents is None and found.visits_left is None
    assert found.authorization_required is None and found.therapy_used_cents == {}


def test_a_refusal_is_neither_yes_nor_no() -> None:
    refused = ANSWER[: ANSWER.index("DTP*291")] + "AAA*N**75*C\n"

    found = eligibility.read(asked(refused), on=ON)

    assert found.active is None and found.rejections == ("The payer does not find the person.",)
    assert found.says[0] == "There is no answer about this person."


def test_an_ended_coverage_is_told_before_the_visit() -> None:
    ended = eligibility.read(asked(ANSWER.replace("EB*1*IND", "EB*6*IND")), on=ON)

    told = estimates.estimate(
        [("97112", 1, ["GP"])], on=ON, payer="medicare_part_b", eligibility=ended
    )

    assert ended.active is False and told.patient_cents is None
    assert "not covered" in told.sentences[0]


def test_a_question_is_written_and_read_back() -> None:
    entry = eligibility.inquiry(PATIENT, COVERAGE, CLINIC, on=ON, trace="T7")

    content = write_270(
        [entry], made=datetime(2026, 8, 3, 9, tzinfo=UTC), sender_id="SG", receiver_id="HUB",
        interchange_control=1, group_control=1,
    )  # fmt: skip
    read = read_x12(content)
    person = read["interchanges"][0]["groups"][0]["transactions"][0]["people"][0]

    assert read["defects"] == []
    assert person["subscriber"]["member_id"] == "V100"
    assert person["inquiries"][0]["service_types"] == ["30", "AE", "AD", "AF"]
    with pytest.raises(BadInput):
        eligibility.inquiry(PATIENT, replace(COVERAGE, member_id=""), CLINIC, on=ON, trace="T7")


def test_a_spouses_coverage_asks_about_the_patient_as_a_dependent() -> None:
    coverage = replace(
        COVERAGE, relationship="spouse", subscriber_last="WEISS", subscriber_first="EMIL"
    )

    entry = eligibility.inquiry(PATIENT, coverage, CLINIC, on=ON, trace="T7")

    assert entry["subscriber"]["first"] == "EMIL" and entry["dependent"]["first"] == "GRETA"


def test_what_a_person_learned_is_entered_with_its_source() -> None:
    found = eligibility.manual(on=ON, by="portal, Ms Lind", active=True, deductible_left_cents=0)

    assert found.source == "portal, Ms Lind" and "0.00 of the deductible left." in found.says
    with pytest.raises(BadInput):
        eligibility.manual(on=ON, by=" ")
    with pytest.raises(BadInput):
        eligibility.manual(on=ON, by="portal", therapy_used_cents={"pt": 1})


LINES = [("97530", 1, ["GP"]), ("97112", 2, ["GP"]), ("97110", 1, ["GP", "CQ"])]


def test_the_estimate_of_the_worked_example_is_its_patient_share() -> None:
    known = eligibility.manual(on=ON, by="portal", active=True, deductible_left_cents=0)

    found = estimates.estimate(LINES, on=ON, payer="medicare_part_b", eligibility=known)

    assert found.patient_cents == 2140
    assert found.sentences[0] == "We expect that you pay $21.40."
    assert "estimate" in found.sentences[1]


def test_an_unknown_deductible_gives_a_range_and_never_a_figure() -> None:
    found = estimates.estimate(LINES, on=ON, payer="medicare_part_b")

    assert found.patient_cents is None
    assert (found.low_cents, found.high_cents) == (2140, 10704)


def test_a_copayment_goes_before_shares_and_an_unpriced_visit_is_not_guessed() -> None:
    known = eligibility.manual(on=ON, by="portal", active=True, copay_cents=3000)

    paid = estimates.estimate(
        LINES, on=ON, payer="aetna", eligibility=known,
        schedule={"97530": Decimal(40), "97112": Decimal(35), "97110": Decimal(30)},
    )  # fmt: skip
    unpriced = estimates.estimate(LINES, on=ON, payer="aetna")

    assert paid.patient_cents == 3000 and unpriced.patient_cents is None
    assert "cannot say beforehand" in unpriced.sentences[0]


def posted(made: Claim, *lines: Any) -> ledger.Ledger:
    done = post(
        remittance(answer(made, *lines)),
        index=ClaimIndex([sent(made)]), ledgers={}, seen=Seen(), at=PAID_ON,
    )  # fmt: skip
    return done.ledgers[made.claim_id]


def test_a_statement_asks_for_shares_and_for_nothing_that_was_denied() -> None:
    made = claim()
    found = posted(
        made,
        line(made.lines[0], 4000, ("PR", "1", 600), ("PR", "2", 400)),
        line(made.lines[1], 0, ("CO", "50", 5500)),
    )

    told = estimates.statement([(made, found)], on=PAID_ON)

    assert told.total_cents == 1000 and len(told.rows) == 1
    assert told.rows[0].why == "deductible, your share (coinsurance)"
    assert told.withheld == ("Claim C1, line 2: 55.00 are denied and not decided.",)


def test_another_patient_reason_is_withheld_until_somebody_has_looked() -> None:
    made = claim()
    found = posted(
        made,
        line(made.lines[0], 4000, ("PR", "2", 400)),
        line(made.lines[1], 0, ("PR", "204", 5500)),
    )

    before = estimates.statement([(made, found)], on=PAID_ON)
    after = estimates.statement([(made, found)], on=PAID_ON, cleared=frozenset({("C1", 2)}))

    assert before.total_cents == 400 and "wait until somebody" in before.withheld[0]
    assert after.total_cents == 5900 and not after.withheld


def test_what_the_patient_paid_is_taken_off_and_too_much_is_a_credit() -> None:
    made = claim()
    lines = (line(made.lines[0], 4000, ("PR", "2", 400)), line(made.lines[1], 1500))
    found = posted(made, *lines)

    paid = ledger.receive(found, amount_cents=300, at=PAID_ON, key="r1", line_number=1)
    over = ledger.receive(found, amount_cents=1000, at=PAID_ON, key="r2")

    assert estimates.statement([(made, paid)], on=PAID_ON).total_cents == 100
    told = estimates.statement([(made, over)], on=PAID_ON)
    assert (told.total_cents, told.credit_cents) == (0, 600)
    assert estimates.receipt(
        "R1", amount_cents=300, on=PAID_ON, how="card", left_cents=100
    ).sentences == ("We received $3.00 on 2026-03-20 (card).", "$1.00 are left.")
