"""The KX threshold: accrual by year and bucket, the crossing line, what is not known."""

from __future__ import annotations

from datetime import date

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neuroreed.billing.thresholds import Entry, accrue, ledgers, needs_kx, threshold
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.people import Discipline
from tests.oracles import thresholds as oracle

PT, OT, SLP = Discipline.PT, Discipline.OT, Discipline.SLP


def line(number, allowed, on=date(2026, 5, 4), discipline=PT):
    return Entry(str(number), on, discipline, allowed)


def only(entries, prior):
    (ledger,) = ledgers(entries, prior={(2026, "pt_slp"): prior, (2026, "ot"): prior})
    return ledger


@pytest.mark.parametrize(
    ("before", "allowed", "needed"),
    [
        (247_999, 1, False),
        (247_999, 2, True),
        (248_000, 1, True),
        (240_000, 8_000, False),
        (240_000, 8_001, True),
        (300_000, 0, True),
    ],
)
def test_the_crossing_line_needs_kx_and_reaching_the_amount_does_not(before, allowed, needed):
    assert needs_kx(before, allowed, 248_000) is needed
    assert only([line(1, allowed)], before).lines[0].needs_kx is needed


def test_kx_stands_on_the_crossing_line_and_after_not_before():
    ledger = only([line(1, 5_000), line(2, 5_000), line(3, 5_000)], 240_000)

    assert [each.needs_kx for each in ledger.lines] == [False, True, True]
    assert [each.crosses for each in ledger.lines] == [False, True, False]
    assert ledger.accrued_cents == 255_000
    assert ledger.remaining_cents == 0
    assert any("from line 2" in step for step in ledger.steps)


def test_speech_shares_the_bucket_of_pt_and_ot_has_its_own():
    found = ledgers(
        [line(1, 100_000), line(2, 100_000, discipline=SLP), line(3, 70_000, discipline=OT)],
        prior={(2026, "pt_slp"): 0, (2026, "ot"): 0},
    )

    assert [(each.bucket, each.accrued_cents) for each in found] == [
        ("ot", 70_000),
        ("pt_slp", 200_000),
    ]


def test_a_new_year_starts_anew():
    found = ledgers(
        [line(2, 1_000, on=date(2026, 1, 2)), line(1, 240_000, on=date(2025, 12, 30))],
        prior={(2025, "pt_slp"): 0, (2026, "pt_slp"): 0},
    )

    assert [(each.year, each.threshold_cents, each.accrued_cents) for each in found] == [
        (2025, 241_000, 240_000),
        (2026, 248_000, 1_000),
    ]


@pytest.mark.parametrize(
    ("year", "cents"),
    [(2018, 201_000), (2020, 208_000), (2022, 215_000), (2024, 233_000), (2026, 248_000)],
)
def test_both_buckets_have_the_amount_of_the_year(year, cents):
    assert threshold(date(year, 6, 1), PT).value == cents
    assert threshold(date(year, 6, 1), OT).value == cents


def test_a_year_without_a_published_amount_is_refused():
    with pytest.raises(NoParameter):
        ledgers([line(1, 100, on=date(2027, 1, 4))], prior={(2027, "pt_slp"): 0})
    with pytest.raises(BadInput):
        threshold(date(2026, 1, 1), "RN")


def test_an_unknown_prior_amount_is_not_zero():
    ledger = only([line(1, 5_000)], None)

    assert ledger.accrued_cents is ledger.remaining_cents is ledger.review is None
    assert ledger.lines[0].needs_kx is None
    assert ledger.at_least_cents == 5_000


def test_what_is_known_can_be_enough():
    ledger = only([line(1, 248_001), line(2, None), line(3, 1)], None)

    assert [each.needs_kx for each in ledger.lines] == [True, True, True]
    assert ledger.accrued_cents is None


def test_one_unknown_line_makes_the_later_ones_unknown():
    ledger = only([line(1, 100), line(2, None), line(3, 100)], 0)

    assert [each.accrued_before_cents for each in ledger.lines] == [0, 100, None]
    assert [each.needs_kx for each in ledger.lines] == [False, None, None]


def test_targeted_review_begins_above_its_amount():
    assert only([line(1, 0)], 300_000).review is False
    assert only([line(1, 1)], 300_000).review is True


@given(st.integers(0, 40), st.lists(st.integers(0, 9), min_size=1, max_size=8))
def test_every_small_year_agrees_with_a_jar_filled_cent_by_cent(prior, allowed):
    before = [0] * len(allowed)
    accrue(allowed, [1] * len(allowed), prior, before)

    found = [needs_kx(b, a, 30) for b, a in zip(before, allowed, strict=True)]

    assert found == oracle.lines_with_kx(prior, allowed, 30)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=8))
def test_lines_of_another_bucket_do_not_accrue(lines):
    allowed = [amount for amount, _ in lines]
    counts = [int(counted) for _, counted in lines]
    before = [0] * len(lines)

    accrue(allowed, counts, 0, before)

    assert before == [sum(a for a, counted in lines[:i] if counted) for i in range(len(lines))]


def test_the_accrual_compiles_as_it_stands():
    ours, theirs = [0] * 3, np.zeros(3, dtype=np.int64)
    accrue([5, 6, 7], [1, 0, 1], 10, ours)
    numba.njit(accrue)(np.array([5, 6, 7]), np.array([1, 0, 1]), 10, theirs)

    assert ours == theirs.tolist() == [10, 15, 15]
    assert numba.njit(needs_kx)(10, 21, 30) == needs_kx(10, 21, 30)
