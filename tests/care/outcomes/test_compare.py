"""Two scores compared: against an independent oracle, and at the edges by hand."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from neuroreed.care.outcomes.compare import compare
from neuroreed.care.outcomes.library import measures, populations
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Verdict
from tests.oracles.outcome_compare import oracle

NAMED_FLAGS = {"mcid_below_mdc", "ceiling", "floor"}


def random_pair(draw, chosen):
    step = chosen.recording_precision
    low = chosen.range.minimum
    high = chosen.range.maximum if chosen.range.maximum is not None else low + 400 * step
    steps = int((high - low) / step)
    first = draw.randint(0, steps)
    near = draw.choice([1, 3, 10, 40, steps])
    second = min(steps, max(0, first + draw.randint(-near, near)))
    return low + first * step, low + second * step


def test_two_thousand_random_comparisons_agree_with_the_oracle():
    draw = random.Random(97112)
    every = [m for m in measures().values() if m.figures]
    seen = set()

    for _ in range(2000):
        chosen = draw.choice(every)
        own = sorted({f.population for f in chosen.figures})
        population = draw.choice(own if draw.random() < 0.9 else list(populations()))
        baseline, current = random_pair(draw, chosen)
        side = draw.choice([None, "more_affected", "less_affected", "left"])
        bands = {}
        if chosen.id == "six_mwt" and draw.random() < 0.5:
            bands = {"gait_speed_comfortable": f"{draw.randint(0, 80) / 100:.2f}"}
        differ = draw.random() < 0.05
        change = compare(
            chosen.id,
            population=population,
            baseline=str(baseline),
            current=str(current),
            baseline_side=side,
            current_side=side,
            baseline_device="cane" if differ else None,
            band_values=bands,
        )
        verdict, flags = oracle(
            chosen.id, population, str(baseline), str(current), bands, side, differ
        )
        case = (chosen.id, population, baseline, current, side, bands)
        assert change.verdict == verdict, case
        assert NAMED_FLAGS & set(change.flags) == flags, case
        seen.add(change.verdict)
    assert seen == set(Verdict)


def test_at_every_threshold_one_step_decides_as_the_oracle_says():
    for chosen in measures().values():
        step = chosen.recording_precision
        for figure in chosen.figures:
            if figure.kind not in ("mdc", "mcid", "mcid_worsening") or figure.relative:
                continue
            low = chosen.range.minimum
            start = figure.band.minimum if figure.band and not figure.band_measure else None
            baseline = max(low, start or low + 2 * figure.value)
            for sign in (1, -1):
                for shift in (-step, Decimal(0), step):
                    current = baseline + sign * (figure.value + shift)
                    if not chosen.range.holds(current) or not chosen.range.holds(baseline):
                        continue
                    found = compare(
                        chosen.id,
                        population=figure.population,
                        baseline=baseline,
                        current=current,
                    )
                    verdict, _ = oracle(chosen.id, figure.population, str(baseline), str(current))
                    assert found.verdict == verdict, (chosen.id, figure, current)


@pytest.mark.parametrize(
    ("measure", "population", "baseline", "current", "verdict"),
    [
        ("berg", "stroke_subacute", "33", "39", "beyond_mcid"),
        ("berg", "stroke_subacute", "33", "38", "within_error"),  # MCID 5 is below MDC 6
        ("berg", "stroke_subacute", "39", "33", "worse"),
        ("berg", "stroke_subacute", "38", "33", "within_error"),
        ("berg", "older_adults", "44", "49", "beyond_mdc"),  # band 35-44: 5
        ("berg", "older_adults", "45", "49", "beyond_mdc"),  # band 45-56: 4
        ("berg", "older_adults", "34", "40", "within_error"),  # band 25-34: 7
        ("gait_speed_comfortable", "stroke_subacute", "0.44", "0.60", "beyond_mcid"),
        ("gait_speed_comfortable", "stroke_subacute", "0.45", "0.60", "within_error"),
        ("gait_speed_comfortable", "stroke_chronic", "0.39", "0.49", "beyond_mdc"),
        ("gait_speed_comfortable", "stroke_chronic", "0.40", "0.50", "within_error"),
        ("gait_speed_comfortable", "stroke_acute", "0.40", "0.58", "beyond_mcid"),  # low end
        ("five_xsts", "vestibular", "15.0", "12.7", "within_error"),  # more than 2.3 is asked
        ("five_xsts", "vestibular", "15.0", "12.6", "beyond_mcid"),
        ("tug", "parkinson", "15.0", "11.5", "beyond_mdc"),
        ("tug", "parkinson", "15.0", "11.6", "within_error"),
        ("tug", "parkinson", "11.5", "15.0", "worse"),
        ("t25fw", "ms", "10.0", "8.0", "beyond_mcid"),  # 20 percent of the baseline
        ("t25fw", "ms", "10.0", "8.1", "within_error"),
        ("mds_updrs_iii", "parkinson", "30", "26", "beyond_mcid"),
        ("mds_updrs_iii", "parkinson", "30", "34", "within_error"),  # 4.63 for the worse
        ("mds_updrs_iii", "parkinson", "30", "35", "worse"),
        ("dhi", "vestibular", "60", "20", "indeterminate"),  # unverified figures alone
        ("arat", "stroke_chronic", "20", "50", "indeterminate"),
        ("berg", "tka", "20", "50", "indeterminate"),  # no figure
        ("berg", "stroke_subacute", "56", "56", "indeterminate"),  # ceiling
        ("nprs", "lbp", "0", "0", "indeterminate"),
        ("y_balance", "athletes_active", "80", "99", "indeterminate"),  # only a component
        ("quickdash", "shoulder", "50", "39", "within_error"),
        ("quickdash", "shoulder", "50", "38", "beyond_mcid"),
    ],
)
def test_known_pairs_have_known_verdicts(measure, population, baseline, current, verdict):
    change = compare(measure, population=population, baseline=baseline, current=current)

    assert change.verdict == verdict


def test_a_binary_rounding_error_does_not_hide_a_change():
    assert 0.60 - 0.44 != 0.16

    exact = compare(
        "gait_speed_comfortable", population="stroke_subacute", baseline="0.44", current="0.60"
    )

    assert exact.change == Decimal("0.16")
    assert exact.verdict is Verdict.BEYOND_MCID


@pytest.mark.parametrize(
    "condition", ["device", "assistance", "protocol", "side", "medication_state"]
)
def test_other_conditions_of_testing_are_not_comparable_and_equal_ones_are(condition):
    given = {"population": "berg", "baseline": "33", "current": "41"} | {
        "population": "stroke_subacute"
    }

    other = compare("berg", **given, **{f"baseline_{condition}": "a", f"current_{condition}": "b"})
    once = compare("berg", **given, **{f"baseline_{condition}": "a"})
    same = compare(
        "berg", **given, **{f"baseline_{condition}": "A b", f"current_{condition}": " a-b"}
    )

    assert other.verdict is once.verdict is Verdict.NOT_COMPARABLE
    assert f"{condition}_differs" in other.flags
    assert same.verdict is Verdict.BEYOND_MCID


def test_the_side_tested_chooses_the_figure():
    def judged(side):
        return compare(
            "bbt",
            population="stroke",
            baseline="20",
            current="26",
            baseline_side=side,
            current_side=side,
        )

    assert judged("more_affected").verdict is Verdict.BEYOND_MDC
    assert judged("less affected").verdict is Verdict.WITHIN_ERROR
    assert "side_not_stated" in judged(None).flags


def test_the_band_of_another_measure_is_used_only_when_it_was_measured():
    def judged(**more):
        return compare(
            "six_mwt", population="stroke_subacute", baseline="200", current="250", **more
        )

    assert judged().verdict is Verdict.WITHIN_ERROR
    assert judged(band_values={"gait_speed_comfortable": "0.39"}).verdict is Verdict.BEYOND_MCID
    assert judged(band_values={"gait_speed_comfortable": "0.40"}).verdict is Verdict.WITHIN_ERROR


def test_a_missing_score_is_said_and_is_not_zero():
    change = compare("berg", population="stroke_subacute", baseline=None, current="41")

    assert change.verdict is Verdict.INDETERMINATE
    assert change.flags == ("baseline_missing",)
    assert change.change is None


@pytest.mark.parametrize(
    ("measure", "population", "baseline", "current"),
    [
        ("berg", "stroke_subacute", "57", "40"),
        ("berg", "stroke_subacute", "40", "-1"),
        ("berg", "stroke_subacute", 33.0, "40"),
        ("berg", "stroke_subacute", "33", "NaN"),
        ("berg", "stroke_subacute", "33", Decimal("Infinity")),
        ("berg", "nobody", "33", "40"),
        ("bergamot", "stroke_subacute", "33", "40"),
        ("fes_i", "older_adults", "15", "20"),
        ("berg", (), "33", "40"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(measure, population, baseline, current):
    with pytest.raises(BadInput, match=r"[.:]"):
        compare(measure, population=population, baseline=baseline, current=current)


def test_unverified_numbers_are_marked_wherever_they_show():
    change = compare("dhi", population="dizziness_mixed", baseline="60", current="30")

    assert change.verdict is Verdict.INDETERMINATE
    assert "unverified_only" in change.flags
    assert change.sentence.count("unverified") == 2
    assert all("unverified" in source for source in change.sources)


def test_several_populations_are_asked_in_order_and_a_proxy_is_flagged():
    change = compare(
        "mini_bestest",
        population=("stroke_subacute", "stroke"),
        baseline="15",
        current="20",
    )

    assert (change.mcid, change.mdc) == (Decimal("4.2"), Decimal("3.2"))
    assert change.verdict is Verdict.BEYOND_MCID
    assert "proxy_population" in change.flags


@pytest.mark.parametrize(
    ("current", "words"),
    [
        ("39", "That is an important improvement"),
        ("38", "it may be error alone"),
        ("34", "no true change is shown"),
        ("27", "That is a true worsening"),
        ("33", "stayed at 33 points"),
    ],
)
def test_every_verdict_says_what_it_means(current, words):
    change = compare("berg", population="stroke_subacute", baseline="33", current=current)

    assert words in change.sentence
    assert "MDC90 6 points" in change.sentence
