"""Relative values, factors and localities by date of service."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroreed.model.errors import NoParameter
from neuroreed.policy import fees, tables

FIRST, LAST = date(2022, 1, 1), date(2026, 12, 31)


def national(cpt: str, on: date) -> Decimal:
    value = fees.rvu(cpt, on)
    exact = (value.work + value.pe + value.mp) * fees.conversion_factor(on)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("on", "dollars"),
    [
        (date(2022, 1, 1), "34.95"),
        (date(2022, 12, 31), "34.95"),
        (date(2023, 1, 1), "34.23"),
        (date(2023, 12, 31), "34.23"),
        (date(2024, 3, 8), "33.07"),
        (date(2024, 3, 9), "33.62"),
        (date(2024, 12, 31), "33.62"),
        (date(2025, 1, 1), "32.02"),
        (date(2025, 12, 31), "32.02"),
        (date(2026, 1, 1), "32.73"),
        (date(2026, 12, 31), "32.73"),
    ],
)
def test_the_national_fee_of_97112_is_the_published_one(on: date, dollars: str) -> None:
    assert national("97112", on) == Decimal(dollars)


@pytest.mark.parametrize(
    ("cpt", "dollars"), [("97110", "29.06"), ("97530", "35.07"), ("97140", "27.72")]
)
def test_the_national_fees_of_the_worked_example_of_2026(cpt: str, dollars: str) -> None:
    assert national(cpt, date(2026, 11, 23)) == Decimal(dollars)


@pytest.mark.parametrize("outside", [FIRST - timedelta(days=1), LAST + timedelta(days=1)])
def test_outside_the_years_at_hand_nothing_is_priced(outside: date) -> None:
    with pytest.raises(NoParameter, match="neuroreed policy load RVU"):
        fees.rvu("97112", outside)
    with pytest.raises(NoParameter, match="neuroreed policy load RVU"):
        fees.conversion_factor(outside)
    with pytest.raises(NoParameter, match="neuroreed policy load RVU"):
        fees.gpci(outside, mac="13202", locality="01")


@pytest.mark.parametrize(
    ("on", "release", "assumed"),
    [
        (date(2024, 3, 8), "RVU24A", False),
        (date(2024, 3, 9), "RVU24AR", False),
        (date(2024, 4, 1), "RVU24B", False),
        (date(2024, 9, 30), "RVU24C", False),
        (date(2024, 10, 1), "RVU24C", True),
        (date(2025, 1, 1), "RVU25D", True),
        (date(2025, 10, 1), "RVU25D", False),
        (date(2026, 6, 30), "RVU26C", True),
        (date(2026, 7, 1), "RVU26C", False),
        (date(2026, 10, 1), "RVU26C", True),
    ],
)
def test_the_release_of_the_date_answers_and_an_assumption_is_said(
    on: date, release: str, assumed: bool
) -> None:
    found = fees.rvu("97112", on)

    assert (found.release, found.assumed) == (release, assumed)


def test_the_two_factors_of_2026_and_the_one_before() -> None:
    assert fees.conversion_factor(date(2026, 1, 1)) == Decimal("33.4009")
    assert fees.conversion_factor(date(2026, 1, 1), apm=True) == Decimal("33.5675")
    before = date(2025, 12, 31)
    assert fees.conversion_factor(before) == fees.conversion_factor(before, apm=True)


def test_three_localities_of_2026_are_known_and_no_other_is_guessed() -> None:
    on = date(2026, 5, 5)

    assert fees.gpci(on, mac="10112", locality="00").pe == Decimal("0.875")
    assert fees.gpci(on, mac="01182", locality="18").mp == Decimal("0.664")
    assert fees.gpci(on, mac="13202", locality="01").work == Decimal("1.064")
    with pytest.raises(NoParameter, match=r"RVU26B\.zip \(GPCI2026 inside it\)"):
        fees.gpci(on, mac="06102", locality="16")
    known = sum(1 for _ in tables.read(tables.PACKAGE / "fees/gpci/RVU26A.csv"))
    assert known == 3


def test_a_locality_that_the_year_does_not_have_is_refused() -> None:
    with pytest.raises(NoParameter, match="has no such locality"):
        fees.gpci(date(2025, 5, 5), mac="99999", locality="99")


def test_puerto_rico_changed_in_the_last_quarter_of_2023() -> None:
    before = fees.gpci(date(2023, 9, 30), mac="09202", locality="20")
    after = fees.gpci(date(2023, 10, 1), mac="09202", locality="20")

    assert (before.release, after.release) == ("RVU23A", "RVU23D")
    assert (before.work, before.pe, before.mp) != (after.work, after.pe, after.mp)


def test_every_locality_of_the_zip_table_has_indices_in_2025() -> None:
    on = date(2025, 11, 1)
    pairs = {
        (row["mac"], row["locality"])
        for row in tables.read(tables.PACKAGE / "fees/zip5/2025Q4.csv")
    }

    found = [fees.gpci(on, mac=mac, locality=locality) for mac, locality in sorted(pairs)]

    assert len(found) > 100
    assert all(not gpci.assumed for gpci in found)


def test_a_zip_code_tells_locality_rurality_and_whether_five_digits_settle_it() -> None:
    manhattan = fees.locality("10001", date(2025, 11, 1))

    assert (manhattan.mac, manhattan.locality, manhattan.state) == ("13202", "01", "NY")
    assert not manhattan.assumed
    assert fees.locality("10001", date(2026, 11, 1)).assumed
    split = [
        row["zips"].split()[0][:5]
        for row in tables.read(tables.PACKAGE / "fees/zip5/2025Q4.csv")
        if row["plus4_required"] == "1"
    ]
    assert all(fees.locality(zip5, date(2025, 11, 1)).plus4_required for zip5 in split)


@pytest.mark.parametrize("zip5", ["00000", "1000", "100011", "1000A", "", "١٠٠٠١"])
def test_a_zip_code_that_is_none_is_refused(zip5: str) -> None:
    with pytest.raises(NoParameter):
        fees.locality(zip5, date(2025, 11, 1))


def test_the_zip_table_reaches_a_year_and_no_further() -> None:
    assert fees.locality("10001", date(2024, 1, 1)).assumed
    assert fees.locality("10001", date(2026, 12, 31)).assumed
    for outside in (date(2023, 12, 31), date(2027, 1, 1)):
        with pytest.raises(NoParameter, match=r"ZIP5_(OCT2023|JAN2027)\.txt"):
            fees.locality("10001", outside)


@given(st.dates(FIRST, LAST))
def test_every_day_in_between_has_values_of_its_own_year(on: date) -> None:
    found = fees.rvu("97112", on)

    assert found.release[3:5] == f"{on.year % 100:02d}"
    assert found.multiple_procedure
    assert found.is_paid
    assert fees.conversion_factor(on) > 30


def test_codes_that_medicare_does_not_pay_say_so() -> None:
    on = date(2026, 11, 1)

    assert (fees.rvu("97010", on).status, fees.rvu("97014", on).status) == ("B", "I")
    assert not fees.rvu("97010", on).is_paid
    assert not fees.rvu("97039", on).is_paid
    with pytest.raises(NoParameter):
        fees.rvu("99999", on)
