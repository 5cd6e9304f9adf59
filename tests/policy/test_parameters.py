"""Dated numbers: values, edges, and the refusal to guess."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroreed.model.errors import NoParameter, PolicyFileError
from neuroreed.policy.parameters import all_parameters, as_of, read_parameter

KX_DOLLARS = {
    2018: 2010,
    2019: 2040,
    2020: 2080,
    2021: 2110,
    2022: 2150,
    2023: 2230,
    2024: 2330,
    2025: 2410,
    2026: 2480,
}
DEDUCTIBLE_DOLLARS = {
    2018: 183,
    2019: 185,
    2020: 198,
    2021: 203,
    2022: 233,
    2023: 226,
    2024: 240,
    2025: 257,
    2026: 283,
}


@pytest.mark.parametrize("bucket", ["kx_threshold_pt_slp", "kx_threshold_ot"])
@pytest.mark.parametrize(("year", "dollars"), KX_DOLLARS.items())
def test_the_threshold_of_each_year_holds_from_its_first_to_its_last_day(
    bucket: str, year: int, dollars: int
) -> None:
    for day in (date(year, 1, 1), date(year, 12, 31)):
        found = as_of(bucket, day)
        assert (found.value, found.unit) == (dollars * 100, "cents")
        assert (found.since, found.until) == (date(year, 1, 1), date(year, 12, 31))
        assert found.confidence == ("V" if 2022 <= year <= 2024 else "S")


@pytest.mark.parametrize(("year", "dollars"), DEDUCTIBLE_DOLLARS.items())
def test_the_deductible_of_each_year(year: int, dollars: int) -> None:
    found = as_of("part_b_deductible", date(year, 7, 1))

    assert found.value == dollars * 100
    assert found.confidence == ("K" if year < 2025 else "S")


@pytest.mark.parametrize(
    "name", ["kx_threshold_pt_slp", "kx_threshold_ot", "part_b_deductible", "appeal_court_amount"]
)
def test_2027_is_not_found_and_the_refusal_says_what_would_tell(name: str) -> None:
    with pytest.raises(NoParameter) as refused:
        as_of(name, date(2027, 1, 1))

    assert refused.value.closes_with
    assert refused.value.on == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("name", "on", "value"),
    [
        ("sequestration", date(2020, 4, 30), 20),
        ("sequestration", date(2020, 5, 1), 0),
        ("sequestration", date(2022, 3, 31), 0),
        ("sequestration", date(2022, 4, 1), 10),
        ("sequestration", date(2022, 6, 30), 10),
        ("sequestration", date(2022, 7, 1), 20),
        ("sequestration", date(2026, 11, 23), 20),
        ("assistant_payment", date(2021, 12, 31), 1000),
        ("assistant_payment", date(2022, 1, 1), 850),
        ("assistant_midpoint_exemption", date(2021, 12, 31), 0),
        ("assistant_midpoint_exemption", date(2022, 1, 1), 1),
        ("targeted_review_threshold", date(2027, 12, 31), 300_000),
        ("mppr_practice_expense", date(2013, 4, 1), 500),
        ("coinsurance", date(2026, 1, 1), 200),
        ("nonparticipating", date(2026, 1, 1), 950),
        ("limiting_charge", date(2026, 1, 1), 1150),
        ("certification_by_order", date(2024, 12, 31), 0),
        ("certification_by_order", date(2025, 1, 1), 1),
        ("progress_report_treatment_days", date(2026, 1, 1), 10),
        ("appeal_hearing_amount", date(2025, 12, 31), 19_000),
        ("appeal_hearing_amount", date(2026, 1, 1), 20_000),
        ("appeal_redetermination_days", date(2026, 1, 1), 120),
        ("telehealth_therapy", date(2026, 2, 1), 1),
        ("telehealth_therapy", date(2027, 12, 31), 1),
    ],
)
def test_values_on_both_sides_of_their_dates(name: str, on: date, value: int) -> None:
    assert as_of(name, on).value == value


@pytest.mark.parametrize(
    ("name", "outside"),
    [
        ("sequestration", date(2013, 3, 31)),
        ("mppr_practice_expense", date(2013, 3, 31)),
        ("assistant_payment", date(2019, 12, 31)),
        ("targeted_review_threshold", date(2028, 1, 1)),
        ("telehealth_therapy", date(2020, 2, 29)),
        ("telehealth_therapy", date(2028, 1, 1)),
        ("no_such_parameter", date(2026, 1, 1)),
    ],
)
def test_outside_its_dates_a_parameter_has_no_value(name: str, outside: date) -> None:
    with pytest.raises(NoParameter):
        as_of(name, outside)


def test_the_supervision_level_is_a_word() -> None:
    before, after = (as_of("assistant_supervision", date(y, 1, 1)) for y in (2024, 2025))

    assert (before.word, after.word) == ("direct", "general")


def test_a_payer_without_a_number_of_its_own_does_not_borrow_medicares() -> None:
    on = date(2026, 1, 1)

    with pytest.raises(NoParameter):
        as_of("kx_threshold_ot", on, payer="cigna")
    assert as_of("kx_threshold_ot", on, payer="medicare_advantage").value == 248_000
    assert as_of("mppr_practice_expense", on, payer="unitedhealthcare").value == 500
    assert as_of("remittance_tolerance", on, payer="cigna").value == 2


@given(st.sampled_from(all_parameters()), st.integers(0, 400))
def test_one_day_has_at_most_one_value(parameter: object, days: int) -> None:
    from neuroreed.policy.parameters import Parameter

    assert isinstance(parameter, Parameter)
    on = parameter.values[0].since + timedelta(days=days * 13)

    holding = [
        value
        for value in parameter.values
        if value.since <= on and (value.until is None or on <= value.until)
    ]

    assert len(holding) <= 1
    assert parameter.at(on) == (holding[0] if holding else None)


def test_a_clinic_may_give_the_amount_of_the_next_year(clinic_folder: Path) -> None:
    file = clinic_folder / "parameters/medicare/kx_threshold_ot.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "title: KX threshold, OT\nunit: cents\nvalues:\n"
        "  - from: 2027-01-01\n    until: 2027-12-31\n    value: 1\n"
        "    source: {id: cms-therapy-services, section: KX}\n    confidence: V\n"
    )

    assert as_of("kx_threshold_ot", date(2027, 6, 1)).value == 1
    assert as_of("kx_threshold_ot", date(2026, 6, 1)).value == 248_000


GOOD = """\
title: A number
unit: days
values:
  - from: 2020-01-01
    value: 1
    source: {id: cms-clm104-c05, section: "20"}
    confidence: V
  - from: 2021-01-01
    value: 2
    source: {id: cms-clm104-c05, section: "20"}
    confidence: V
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("unit: days", "unit: days\ncolour: red", 3, "colour: unknown key"),
        ("    value: 2", "    value: 2.5", 8, "whole number"),
        ("    value: 2", "    value: -2", 8, "whole number"),
        ('    source: {id: cms-clm104-c05, section: "20"}\n', "", 4, "every number is cited"),
        ("confidence: V", "confidence: sure", 4, "confidence"),
        ("from: 2021-01-01", "from: 2019-01-01", 8, "overlaps"),
        ("from: 2020-01-01", "from: 2020-01-01\n    until: 2021-01-01", 9, "overlaps"),
        ("from: 2020-01-01", "from: 2020-01-01\n    until: 2020-12-30", 9, "a gap nobody declared"),
        ("from: 2020-01-01", "from: 2020-01-01\n    until: 2019-12-31", 4, "lies before"),
        ("from: 2020-01-01", "from: soon", 4, "dates"),
        ("title: A number", "title: [", 3, "file"),
        ("unit: days", "unit: days\nunit: cents", 3, "stands here twice"),
    ],
)
def test_a_wrong_parameter_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    path = tmp_path / "number.yaml"
    path.write_text(GOOD)
    assert [value.value for value in read_parameter(path, "medicare_part_b").values] == [1, 2]
    path.write_text(GOOD.replace(old, new, 1))

    with pytest.raises(PolicyFileError, match=words) as refused:
        read_parameter(path, "medicare_part_b")

    assert refused.value.row == line


def test_a_declared_gap_is_allowed_and_has_no_value(tmp_path: Path) -> None:
    path = tmp_path / "number.yaml"
    path.write_text(
        GOOD.replace("from: 2020-01-01", "from: 2020-01-01\n    until: 2020-06-30")
        + "gaps:\n  - {from: 2020-07-01, until: 2020-12-31, because: suspended}\n"
    )

    parameter = read_parameter(path, "medicare_part_b")

    assert parameter.at(date(2020, 6, 30)) is not None
    assert parameter.at(date(2020, 7, 1)) is None
    assert parameter.at(date(2021, 1, 1)) is not None
