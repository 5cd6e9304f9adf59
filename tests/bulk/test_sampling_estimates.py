"""Rates, dollars and their intervals, against scipy, textbook formulas and simulation."""

from __future__ import annotations

import random
from pathlib import Path
from statistics import mean, stdev, variance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroreed.bulk import distributions as d
from neuroreed.bulk.estimates import (
    AuditedChart,
    FrameStratum,
    coverage_in,
    estimate,
    extrapolate,
    rate_of,
)
from neuroreed.model.errors import BadInput

stats = pytest.importorskip("scipy.stats")


@given(st.floats(0.0001, 0.9999), st.integers(1, 3000), st.integers(1, 3000))
def test_the_incomplete_beta_function_is_that_of_scipy(x, a, b):
    assert d.beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-8, abs=1e-13)


@settings(max_examples=60)
@given(st.floats(0.0005, 0.9995), st.integers(1, 2000))
def test_the_quantiles_of_student_are_those_of_scipy(p, df):
    assert d.t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-7, abs=1e-9)


@settings(max_examples=60)
@given(st.data(), st.integers(1, 2000), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_exact_interval_is_that_of_scipy(data, size, confidence):
    errors = data.draw(st.integers(0, size))

    low, high = d.clopper_pearson(errors, size, confidence)

    exact = stats.binomtest(errors, size).proportion_ci(confidence, "exact")
    assert (low, high) == pytest.approx((exact.low, exact.high), rel=1e-7, abs=1e-10)


def test_no_error_in_thirty_charts_still_allows_one_in_nine():
    found = rate_of([chart(i, 10000, 10000) for i in range(30)])

    assert (found.rate, found.lower) == (0, 0)
    assert found.upper == pytest.approx(1 - 0.025 ** (1 / 30))


def chart(i, paid, correct, stratum="", **more):
    return AuditedChart(f"c{i}", stratum, paid != correct, paid, correct, **more)


def charts(size=30, seed=1, stratum="", start=0):
    chance = random.Random(seed)
    made = []
    for i in range(size):
        paid = chance.randrange(3000, 12000)
        correct = paid if chance.random() < 0.6 else paid * chance.randrange(4) // 4
        made.append(chart(start + i, paid, correct, stratum))
    return made


def test_a_simple_difference_estimate_is_the_textbook_formula():
    judged, size = charts(), 900
    frame = [FrameStratum("", size, 6_000_000)]
    overs = [c.paid_cents - c.correct_cents for c in judged]
    error = size * stdev(overs) / 30**0.5 * (1 - 30 / size) ** 0.5
    t = stats.t.ppf(0.95, 29)

    found = extrapolate("difference", frame, judged, simulations=10)

    assert found.point_cents == round(size * mean(overs))
    assert found.standard_error_cents == pytest.approx(error, abs=1)
    assert found.lower_cents == pytest.approx(size * mean(overs) - t * error, abs=1)
    assert found.upper_cents == pytest.approx(size * mean(overs) + t * error, abs=1)
    assert found.demand_cents == max(0, found.lower_cents)


def test_a_simple_ratio_estimate_is_the_textbook_formula():
    judged, size, known = charts(), 900, 6_000_000
    frame = [FrameStratum("", size, known)]
    x = [c.paid_cents for c in judged]
    y = [c.paid_cents - c.correct_cents for c in judged]
    ratio = sum(y) / sum(x)
    residuals = [b - ratio * a for a, b in zip(x, y, strict=True)]
    error = known / mean(x) * (variance(residuals) / 30 * (1 - 30 / size)) ** 0.5

    found = extrapolate("ratio", frame, judged, simulations=10)

    assert found.point_cents == pytest.approx(ratio * known, abs=1)
    assert found.standard_error_cents == pytest.approx(error, abs=1)


def test_a_stratified_difference_estimate_adds_points_and_variances():
    parts = [charts(20, 2, "a"), charts(15, 3, "b", 50)]
    frame = [FrameStratum("a", 400, None), FrameStratum("b", 90, None)]
    point = spread = 0.0
    for one, judged in zip(frame, parts, strict=True):
        overs = [c.paid_cents - c.correct_cents for c in judged]
        n, size = len(overs), one.frame_size
        point += size * mean(overs)
        spread += size**2 * variance(overs) / n * (1 - n / size)

    found = extrapolate("difference", frame, parts[0] + parts[1], simulations=10)

    assert found.point_cents == pytest.approx(point, abs=1)
    assert found.upper_cents - found.point_cents == pytest.approx(
        stats.norm.ppf(0.95) * spread**0.5, abs=2
    )
    assert found.distribution == "normal"


def test_a_whole_frame_has_no_uncertainty():
    judged = charts(40)
    paid = sum(c.paid_cents for c in judged)
    over = sum(c.paid_cents - c.correct_cents for c in judged)

    for estimator in ("difference", "ratio"):
        found = extrapolate(estimator, [FrameStratum("", 40, paid)], judged, simulations=5)
        assert found.lower_cents == found.point_cents == found.upper_cents == over


def test_an_unknown_amount_gives_a_rate_and_a_gap_but_no_dollars():
    judged = [*charts(29), AuditedChart("u", "", True, None, None)]

    found = estimate([FrameStratum("", 500, None)], judged, simulations=10)

    assert found.rate.charts == 30
    assert found.extrapolations == () and len(found.gaps) == 2
    assert found.sample_overpaid_cents is None


def test_a_frame_with_an_unknown_amount_still_has_the_difference():
    found = estimate([FrameStratum("", 500, None)], charts(), simulations=10)

    assert [one.estimator for one in found.extrapolations] == ["difference"]


def test_a_stratum_with_one_chart_has_no_spread():
    judged = [*charts(10, 1, "a"), *charts(1, 2, "b", 50)]
    frame = [FrameStratum("a", 100, None), FrameStratum("b", 100, None)]

    with pytest.raises(BadInput, match="spread"):
        extrapolate("difference", frame, judged)


@pytest.mark.parametrize("estimator", ["difference", "ratio"])
@pytest.mark.parametrize("strata", [1, 3])
def test_intervals_of_an_even_population_hold_the_truth_as_often_as_they_say(estimator, strata):
    """The oracle: populations whose overpayments are spread evenly, drawn by another generator."""
    chance = random.Random(20260101)
    frame, population = [], {}
    for k in range(strata):
        paid = [chance.randrange(6000, 10000) for _ in range(600)]
        population[k] = [(x, x * chance.randrange(10, 60) // 100) for x in paid]
        frame.append(FrameStratum(str(k), 600, sum(paid)))
    truth = sum(y for units in population.values() for _, y in units)

    trials, held = 1200, 0
    n = 30 if strata == 1 else 20
    for _ in range(trials):
        judged = [
            AuditedChart(f"{k}-{i}", str(k), True, x, x - y)
            for k, units in population.items()
            for i, (x, y) in enumerate(chance.sample(units, n))
        ]
        found = extrapolate(estimator, frame, judged, simulations=1)
        held += found.lower_cents <= truth <= found.upper_cents

    # three standard errors of 1,200 trials at 90 % are 2.6 %, the rest is the 1 % we promise
    assert abs(held / trials - 0.90) < 0.026 + 0.01


def test_rare_errors_break_the_interval_and_the_report_says_so():
    judged = [chart(i, 5000, 0 if i < 2 else 5000) for i in range(30)]

    found = estimate([FrameStratum("", 900, 4_500_000)], judged)

    assert all(one.coverage < 0.89 for one in found.extrapolations)
    assert any("difference estimate" in said and "less often" in said for said in found.cautions)
    assert any("below 5" in said for said in found.cautions)


def test_the_exact_interval_never_covers_less_than_it_says():
    for size in (5, 30, 100):
        for rate in (0.01, 0.1, 0.37, 0.5, 0.93):
            assert d.binomial_coverage(size, rate, 0.95) >= 0.95 - 1e-12


def test_groups_are_named_in_order_of_the_alphabet_with_a_caution():
    judged = [
        chart(1, 100, 0, provider="Zed", cause="need"),
        chart(2, 100, 100, provider="Ann"),
        chart(3, 100, 50, provider="Ann", cause="minutes"),
    ]

    found = estimate([FrameStratum("", 50, 5000)], judged, simulations=10)

    assert [(g.name, g.errors, g.overpaid_cents) for g in found.providers] == [
        ("Ann", 1, 50),
        ("Zed", 1, 100),
    ]
    assert all("too few" in g.caution for g in found.providers)
    assert [g.name for g in found.causes] == ["minutes", "need"]


@pytest.mark.parametrize(
    ("frame", "judged"),
    [
        ([FrameStratum("", 10, 1)], []),
        ([FrameStratum("a", 10, 1)], charts(5)),
        ([FrameStratum("", 3, 1)], charts(5)),
        ([FrameStratum("", 10, 1)], charts(2) + charts(2)),
    ],
)
def test_charts_that_do_not_belong_to_their_frame_are_refused(frame, judged):
    with pytest.raises(BadInput):
        estimate(frame, judged)


def test_the_report_says_what_its_sample_cannot_know_of_itself():
    """Small strata, errors not seen and large units not seen: each with what was measured."""
    none = estimate([FrameStratum("", 900, 1)], [chart(i, 5000, 5000) for i in range(40)])
    small = estimate(
        [FrameStratum("a", 500, None), FrameStratum("b", 100, None)],
        [*charts(40, 1, "a"), *charts(4, 2, "b", 50)],
        simulations=200,
    )
    whole = estimate(
        [FrameStratum("a", 500, None), FrameStratum("b", 4, None)],
        [*charts(40, 1, "a"), *charts(4, 2, "b", 50)],
        simulations=200,
    )
    enough = estimate([FrameStratum("", 900, None)], charts(60), simulations=200)

    assert any("0 charts carry" in said and "39 to 86 %" in said for said in none.cautions)
    assert not any("estimate holds the truth" in said for said in none.cautions)
    assert any("A stratum has 4 charts" in said for said in small.cautions)
    assert not any("A stratum has" in said for said in (*whole.cautions, *enough.cautions))
    assert all("41 to 77 %" in found.cautions[-1] for found in (none, small, whole, enough))


@pytest.mark.parametrize("estimator", ["difference", "ratio"])
def test_the_measured_table_says_what_is_measured(estimator):
    """A row of the reference, measured again with fewer draws: three standard errors wide."""
    from bench.coverage import DESIGNS, FRAMES, frame

    text = Path("docs/reference/coverage.md").read_text(encoding="utf-8")
    for name, design in (
        ("2 % of units denied whole", "30 charts"),
        ("1 unit in 200 fifty times as large", "100 charts"),
        ("40 % of units denied whole", "3 strata, 26 + 2 + 2"),
    ):
        row = next(line for line in text.splitlines() if line.startswith(f"| {name} | {design} |"))
        told = float(row.split("|")[3 if estimator == "difference" else 4].strip(" %")) / 100
        units = frame(FRAMES[name], len(DESIGNS[design]))
        drawn = dict(zip(units, DESIGNS[design], strict=True))

        real = coverage_in(estimator, units, drawn, simulations=1500, seed=1)

        assert abs(real.holds - told) < 0.04
