"""Contracts of payers: what their schedules pay, and what they cannot be told to pay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import neuroreed as nr
from neuroreed.billing.contract_csv import from_plain, schedule_from_csv, to_plain
from neuroreed.billing.fees import expected

ON = date(2026, 11, 2)
DAY = [("97112", 2, ("GP",)), ("97116", 1, ("GP",))]
CHARGES = ["140", "60"]


def allowed(text: str, *, on: date = ON, lines=DAY, charges=CHARGES, payer="aetna"):
    found = expected(lines, on=on, payer=payer, schedule=schedule_from_csv(text), charges=charges)
    return [one.allowed for one in found.lines]


def amounts(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "pays"),
    [
        ("code,amount\n97112,$40.00\n97116,35\n", ("80.00", "35.00")),
        ("code,basis,amount\n97112,per_service,55\n97116,per_unit,35\n", ("55.00", "35.00")),
        ("code,basis,amount\n*,per_visit,95\n", ("95.00", "0.00")),
        # the dearest code of the day names the amount of the visit
        ("code,basis,amount\n*,per_visit,95\n97116,per_visit,120\n", ("120.00", "0.00")),
        ("code,basis,amount\n*,percent_of_charges,65%\n", ("91.00", "39.00")),
        # 97112: 32.73 in full and 24.88 reduced, 97116 reduced 22.21
        ("code,basis,amount\n*,percent_of_medicare,110\n", ("63.37", "24.43")),
        ("code,basis,amount\n*,percent_of_medicare_unreduced,100\n", ("65.46", "29.06")),
        ("code,basis,amount,most_units\n*,per_unit,40,1\n", ("40.00", "40.00")),
        ("code,basis,amount\n*,per_unit,40\n*,day_limit,100\n", ("80.00", "20.00")),
        # the charge is the most that is ever allowed
        ("code,amount\n97112,90\n97116,61\n", ("140.00", "60.00")),
        ("code,basis,amount\n*,per_visit,900\n", ("200.00", "0.00")),
    ],
)
def test_a_contract_pays_as_its_rows_say(text, pays):
    assert allowed(text) == amounts(*pays)


def test_a_row_holds_on_its_dates_and_no_other_day_is_guessed():
    text = (
        "code,basis,amount,from,until\n"
        "97112,per_unit,40,2026-01-01,2026-10-31\n97112,per_unit,42.50,2026-11-01,\n"
    )

    assert allowed(text, on=date(2026, 10, 31), lines=DAY[:1], charges=None) == amounts("80.00")
    assert allowed(text, on=date(2026, 11, 1), lines=DAY[:1], charges=None) == amounts("85.00")
    (before,) = allowed(text, on=date(2025, 12, 31), lines=DAY[:1], charges=None)
    assert before is None


def test_what_the_contract_does_not_say_stays_unknown_with_its_reason():
    text = "code,basis,amount\n97112,per_unit,40\n"
    found = expected(DAY, on=ON, payer="aetna", schedule=schedule_from_csv(text))
    of_charge = expected(
        DAY[:1], on=ON, payer="aetna",
        schedule=schedule_from_csv("code,basis,amount\n97112,percent_of_charges,50\n"),
    )  # fmt: skip

    assert found.allowed is None and not found.complete
    assert "no amount" in found.lines[1].because
    assert of_charge.lines[0].allowed is None and "unknown charge" in of_charge.lines[0].because


@pytest.mark.parametrize(
    ("text", "pays", "later"),
    [
        ("code,basis,amount\n*,per_visit,95\n", "95.00", "0.00"),
        ("code,basis,amount\n*,per_service,55\n", "55.00", "0.00"),
        ("code,basis,amount,most_units\n*,per_unit,40,3\n", "80.00", "40.00"),
        ("code,basis,amount\n*,per_unit,40\n*,day_limit,100\n", "80.00", "20.00"),
        # the first unit of the day in full, the three others reduced
        ("code,basis,amount\n*,percent_of_medicare,100\n", "57.61", "49.76"),
    ],
)
def test_what_is_paid_once_a_day_is_paid_once_for_two_lines_and_for_two_claims(text, pays, later):
    line, charge = ("97112", 2, ("GP",)), "200"
    schedule = schedule_from_csv(text)
    both = expected([line, line], on=ON, schedule=schedule, charges=[charge, charge])
    second = expected(
        [line], on=ON, schedule=schedule, charges=[charge], same_day=[line],
        before=[("97112", 2, charge)],
    )  # fmt: skip

    assert [one.allowed for one in both.lines] == amounts(pays, later)
    assert [one.allowed for one in second.lines] == amounts(later)
    assert second.allowed == Decimal(later)


def test_a_share_of_medicare_for_a_code_that_medicare_does_not_price_is_unknown():
    text = "code,basis,amount\n*,percent_of_medicare,110\n"
    (found,) = expected(
        [("97010", 1, ("GP",))], on=ON, payer="aetna", schedule=schedule_from_csv(text)
    ).lines

    assert found.allowed is None
    assert "share of Medicare" in found.because


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cpt,price\n97112,40\n", "columns code and amount"),
        ("code,amount,modifier\n97112,40,CQ\n", "column modifier is not known"),
        ("code,amount,basis\n97112,40,\n", "basis is missing"),
        ("code,amount,basis\n97112,40,each\n", "basis is not known"),
        ("code,amount\n97112,110%\n", "percentage"),
        ("code,amount,basis\n97112,$110,percent_of_medicare\n", "in dollars"),
        ("code,amount,basis\n97112,0.5,percent_of_medicare\n", "from 1 to 1000"),
        ("code,amount,basis\n97112,100,day_limit\n", "write \\* as its code"),
        ("code,amount\n97112,40\n97112,41\n", "stands twice"),
        ("code,amount,basis\n97112,40,per_unit\n97112,60,per_visit\n", "stands twice"),
        (
            "code,amount,from,until\n97112,40,2026-01-01,2026-06-30\n97112,41,2026-06-30,\n",
            "stands twice",
        ),
        ("code,amount,from,until\n97112,40,2026-06-30,2026-01-01\n", "ends before"),
        ("code,amount,from\n97112,40,6/30/26\n", "a date like"),
        ("code,amount\n97112,-1\n", "lies between 0"),
        ("code,amount\n97112,1e3000000\n", "two decimals"),
        ("code,amount\n97112,forty\n", "no number"),
        ("code,amount\n97112,40.005\n", "two decimals"),
        ("code,amount\n9711,40\n", "five letters"),
        ("code,amount,most_units\n97112,40,0\n", "most_units"),
        ("code,amount\n97112,40,50\n", "more cells"),
        ("code,amount,code\n97112,40,97112\n", "twice"),
        ("code,amount\n", "no row"),
        ("", "columns code and amount"),
    ],
)
def test_what_a_schedule_cannot_be_told_from_is_refused_with_its_row(text, says):
    with pytest.raises(nr.BadInput, match=says):
        schedule_from_csv(text)


def test_a_schedule_is_kept_and_read_back_as_it_was():
    text = (
        "\ufeffCode, Amount ,Basis,From,Until,Most_units\n"
        "97112,40.5,per_unit,2026-01-01,,4\n*,87.25%,percent_of_charges,,,\n\n"
    )
    made = schedule_from_csv(text)

    assert from_plain(to_plain(made)) == made
    assert [one.amount for one in made] == [4050, 8725]
    # the first schedules were kept as cents by code
    assert from_plain({"97112": 4000})[0].amount == 4000
