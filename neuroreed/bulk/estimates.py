"""From audited charts to a rate of errors and extrapolated dollars, each with its interval.

Two estimators of the overpayment in the frame, as the federal sampling guides name them:

* *difference*: the mean overpayment of a chart times the charts of the frame;
* *ratio*: overpaid cents per paid cent of the sample times the cents paid in the frame
  (over strata, one combined ratio).

A simple sample takes Student's quantile with n − 1 degrees of freedom, a stratified one the
normal quantile. All variances have the correction for a finite frame. ``demand_cents`` is the
lower limit of the two-sided 90 % interval, never below zero. Amounts are whole cents, rounded
half up at the very end; sums and variances are exact fractions until then.

They follow the variable appraisals of RAT-STATS, the free program of the Office of Inspector
General, and chapter 8, section 8.4, of the Medicare Program Integrity Manual, as remembered [K].
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from math import sqrt

from neuroreed.bulk.cautions import FEW_CHARTS, Interval, cautions
from neuroreed.bulk.distributions import (
    binomial_coverage,
    clopper_pearson,
    normal_quantile,
    t_quantile,
)
from neuroreed.model.errors import BadInput

TWO_SIDED = 0.90
SIMULATIONS = 4_000
SIMULATION_SEED = 97112


@dataclass(frozen=True, slots=True)
class AuditedChart:
    """One drawn chart after review; amounts in cents. ``None`` is unknown."""

    id: str
    stratum: str
    is_error: bool
    paid_cents: int | None
    correct_cents: int | None
    cause: str = ""
    provider: str = ""

    @property
    def overpaid_cents(self) -> int | None:
        """Paid minus correct; below zero when too little was paid."""
        if self.paid_cents is None or self.correct_cents is None:
            return None
        return self.paid_cents - self.correct_cents


@dataclass(frozen=True, slots=True)
class FrameStratum:
    """What is known of a stratum of the frame."""

    name: str
    frame_size: int
    amount_cents: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of errors, from 0 to 1. ``method`` names the interval."""

    errors: int
    charts: int
    rate: float
    lower: float
    upper: float
    confidence: float
    method: str
    coverage: float


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """Overpaid cents in the whole frame. ``coverage`` is simulated; see ``simulated_coverage``."""

    estimator: str
    distribution: str
    point_cents: int
    standard_error_cents: int
    lower_cents: int
    upper_cents: int
    demand_cents: int
    confidence: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Group:
    """The charts of one cause or one provider."""

    name: str
    charts: int
    errors: int
    overpaid_cents: int | None
    caution: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """The result of an audit. ``cautions`` and ``gaps`` are sentences."""

    rate: Rate
    by_stratum: tuple[tuple[str, Rate], ...]
    extrapolations: tuple[Extrapolation, ...]
    sample_overpaid_cents: int | None
    causes: tuple[Group, ...]
    providers: tuple[Group, ...]
    cautions: tuple[str, ...]
    gaps: tuple[str, ...]


def _cents(value: Fraction) -> int:
    return int(
        (Decimal(value.numerator) / Decimal(value.denominator)).to_integral_value(ROUND_HALF_UP)
    )


def _root(value: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = 50
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


Pairs = Mapping[str, Sequence[tuple[int, int]]]  # stratum to (paid, overpaid) cents


def _by_stratum(strata: Sequence[FrameStratum], charts: Sequence[AuditedChart]) -> Pairs:
    found: dict[str, list[tuple[int, int]]] = {one.name: [] for one in strata}
    for chart in charts:
        over = chart.overpaid_cents
        if chart.paid_cents is not None and over is not None:
            found[chart.stratum].append((chart.paid_cents, over))
    return found


def _spread(values: Sequence[Fraction], size: int) -> Fraction:
    """The variance of a stratum's total, with the correction for a finite frame."""
    n = len(values)
    if n == size:
        return Fraction(0)
    mean = sum(values, Fraction(0)) / n
    squares = sum(((one - mean) ** 2 for one in values), Fraction(0)) / (n - 1)
    return Fraction(size) * size * squares / n * (1 - Fraction(n, size))


def total(
    estimator: str, strata: Sequence[FrameStratum], pairs: Pairs
) -> tuple[Fraction, Fraction]:
    """Point and standard error in cents of one estimator, exact but for the square root.

    Raises:
        BadInput: a stratum with one chart of several, or a ratio to nothing paid.
    """
    for one in strata:
        if len(pairs[one.name]) < min(2, one.frame_size):
            raise BadInput("A stratum with a single chart has no spread: merge strata.")
    if estimator == "difference":
        point = variance = Fraction(0)
        for one in strata:
            values = [Fraction(over) for _, over in pairs[one.name]]
            point += one.frame_size * sum(values, Fraction(0)) / len(values)
            variance += _spread(values, one.frame_size)
        return point, _root(variance)
    if estimator != "ratio":
        raise BadInput("The estimators are difference and ratio.")
    if any(one.amount_cents is None for one in strata):
        raise BadInput("The ratio needs the amount paid for every unit of the frame.")
    paid = over_all = Fraction(0)
    for one in strata:
        weight = Fraction(one.frame_size, len(pairs[one.name]))
        paid += weight * sum(x for x, _ in pairs[one.name])
        over_all += weight * sum(y for _, y in pairs[one.name])
    if paid == 0:
        raise BadInput("Nothing was paid in the sample: there is no ratio.")
    ratio = over_all / paid
    known = Fraction(sum(one.amount_cents or 0 for one in strata))
    variance = sum(
        (_spread([y - ratio * x for x, y in pairs[one.name]], one.frame_size) for one in strata),
        Fraction(0),
    )
    # the frame's known total in place of its estimate (Cochran, section 6.3)
    return ratio * known, _root(variance) * known / paid


def quantile_of(strata: Sequence[FrameStratum], charts: int, confidence: float) -> float:
    """Student's quantile for a simple sample, the normal one for a stratified sample."""
    upper = (1.0 + confidence) / 2.0
    if len(strata) > 1:
        return normal_quantile(upper)
    return t_quantile(upper, max(charts - 1, 1))


def extrapolate(
    estimator: str,
    strata: Sequence[FrameStratum],
    charts: Sequence[AuditedChart],
    *,
    confidence: float = TWO_SIDED,
    simulations: int = SIMULATIONS,
) -> Extrapolation:
    """The overpayment in the frame by one estimator.

    Raises:
        BadInput: an unknown amount, a stratum without spread, or a ratio to nothing.
    """
    if any(chart.overpaid_cents is None for chart in charts):
        raise BadInput("A chart has no amount: an unknown amount is not zero.")
    pairs = _by_stratum(strata, charts)
    point, error = total(estimator, strata, pairs)
    quantile = quantile_of(strata, len(charts), confidence)
    reach = Fraction(quantile) * error
    # the demand is the lower limit of the 90 % interval, whatever interval is shown
    demand = point - Fraction(quantile_of(strata, len(charts), TWO_SIDED)) * error
    return Extrapolation(
        estimator=estimator,
        distribution="normal" if len(strata) > 1 else f"t with {len(charts) - 1} df",
        point_cents=_cents(point),
        standard_error_cents=_cents(error),
        lower_cents=_cents(point - reach),
        upper_cents=_cents(point + reach),
        demand_cents=max(0, _cents(demand)),
        confidence=confidence,
        coverage=simulated_coverage(
            estimator, strata, pairs, confidence=confidence, simulations=simulations
        ),
    )


def simulated_coverage(
    estimator: str,
    strata: Sequence[FrameStratum],
    pairs: Pairs,
    *,
    confidence: float = TWO_SIDED,
    simulations: int = SIMULATIONS,
    seed: int = SIMULATION_SEED,
) -> float:
    """How often the interval would hold the truth, were the frame like the sample.

    A frame is made by repeating the audited charts of each stratum up to its size; samples of
    the same design are drawn from it, and the intervals that hold its total are counted. With
    4,000 samples the answer itself is good to about half a percent.
    """
    frames = {
        one.name: [pairs[one.name][i % len(pairs[one.name])] for i in range(one.frame_size)]
        for one in strata
    }
    sizes = {one.name: len(pairs[one.name]) for one in strata}
    return coverage_in(
        estimator, frames, sizes, confidence=confidence, simulations=simulations, seed=seed
    ).holds


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of samples: whose interval holds the truth, whose lower limit is above it."""

    holds: float
    demands_too_much: float


def coverage_in(
    estimator: str,
    frames: Pairs,
    sizes: Mapping[str, int],
    *,
    confidence: float = TWO_SIDED,
    simulations: int = SIMULATIONS,
    seed: int = SIMULATION_SEED,
) -> Coverage:
    """How often the intervals of samples hold the truth of a frame that is known.

    Args:
        frames: (paid, overpaid) cents of every unit of each stratum.
        sizes: how many units of each stratum a sample draws.
    """
    truth = sum(y for frame in frames.values() for _, y in frame)
    known = sum(x for frame in frames.values() for x, _ in frame)
    strata = [FrameStratum(name, len(frame), None) for name, frame in frames.items()]
    quantile = quantile_of(strata, sum(sizes.values()), confidence)
    chance = random.Random(seed)  # noqa: S311 a simulation, not a secret
    held = above = 0
    for _ in range(simulations):
        samples = [
            (len(frame), chance.sample(frame, sizes[name])) for name, frame in frames.items()
        ]
        low, high = _float_interval(estimator, samples, known, quantile)
        held += low <= truth <= high
        above += low > truth
    return Coverage(held / simulations, above / simulations)


def _float_interval(
    estimator: str,
    samples: Sequence[tuple[int, Sequence[tuple[int, int]]]],
    known: float,
    quantile: float,
) -> tuple[float, float]:
    """One interval of a simulation, in floating point; never a figure that is shown."""
    ratio = scale = 0.0
    if estimator == "ratio":
        paid = sum(size / len(drawn) * sum(x for x, _ in drawn) for size, drawn in samples)
        over = sum(size / len(drawn) * sum(y for _, y in drawn) for size, drawn in samples)
        if paid == 0:
            return 0.0, 0.0
        ratio, scale = over / paid, known / paid
    point = variance = 0.0
    for size, drawn in samples:
        n = len(drawn)
        residuals = [y - ratio * x for x, y in drawn]
        mean = sum(residuals) / n
        point += size * mean
        if n < size:
            squares = sum((one - mean) ** 2 for one in residuals) / (n - 1)
            variance += size * size * squares / n * (1.0 - n / size)
    if estimator == "ratio":
        point, variance = ratio * known, variance * scale * scale
    reach = quantile * sqrt(variance)
    # rounding must not push out a truth that lies on the edge
    return point - reach - 0.5, point + reach + 0.5


def rate_of(charts: Sequence[AuditedChart], *, confidence: float = 0.95) -> Rate:
    """The share of charts in error with the exact binomial interval."""
    errors = sum(chart.is_error for chart in charts)
    low, high = clopper_pearson(errors, len(charts), confidence)
    share = errors / len(charts)
    return Rate(
        errors,
        len(charts),
        share,
        low,
        high,
        confidence,
        "exact binomial",
        binomial_coverage(len(charts), share, confidence),
    )


def stratified_rate(
    strata: Sequence[FrameStratum], charts: Sequence[AuditedChart], *, confidence: float = 0.95
) -> Rate:
    """The rate over strata, each with its weight in the frame, with a normal interval."""
    frame_size = sum(one.frame_size for one in strata)
    share = variance = 0.0
    for one in strata:
        mine = [chart.is_error for chart in charts if chart.stratum == one.name]
        n, p, weight = len(mine), sum(mine) / len(mine), one.frame_size / frame_size
        share += weight * p
        if 1 < n < one.frame_size:
            variance += weight**2 * p * (1 - p) / (n - 1) * (1 - n / one.frame_size)
    if share in {0.0, 1.0}:
        # without any spread the normal interval is a point: the exact one of all charts stands
        return rate_of(charts, confidence=confidence)
    reach = normal_quantile((1 + confidence) / 2) * sqrt(variance)
    marked = {
        one.name: [(1, int(c.is_error)) for c in charts if c.stratum == one.name] for one in strata
    }
    return Rate(
        sum(chart.is_error for chart in charts),
        len(charts),
        share,
        max(0.0, share - reach),
        min(1.0, share + reach),
        confidence,
        "stratified, normal",
        _rate_coverage(strata, marked, confidence),
    )


def _rate_coverage(strata: Sequence[FrameStratum], marked: Pairs, confidence: float) -> float:
    """Coverage of the weighted rate; the margin of half a unit is far below one chart here."""
    scaled = {name: [(x, y * 1000) for x, y in found] for name, found in marked.items()}
    return simulated_coverage("difference", strata, scaled, confidence=confidence)


def _groups(charts: Sequence[AuditedChart], names: Sequence[str]) -> tuple[Group, ...]:
    """The charts of each name, in the order of the alphabet: never by rate."""
    found = []
    for name in sorted(set(names) - {""}):
        mine = [chart for chart, one in zip(charts, names, strict=True) if one == name]
        amounts = [chart.overpaid_cents for chart in mine]
        known = [amount for amount in amounts if amount is not None]
        errors = sum(chart.is_error for chart in mine)
        few = len(mine) < FEW_CHARTS
        caution = f"{len(mine)} of {FEW_CHARTS} charts: too few to judge by." if few else ""
        sums = sum(known) if len(known) == len(amounts) else None
        found.append(Group(name, len(mine), errors, sums, caution))
    return tuple(found)


def _checked(strata: Sequence[FrameStratum], charts: Sequence[AuditedChart]) -> None:
    names = [one.name for one in strata]
    if not charts:
        raise BadInput("No chart is judged yet: there is nothing to estimate.")
    if len(set(names)) != len(names) or {chart.stratum for chart in charts} != set(names):
        raise BadInput("Charts and frame name different strata, or a stratum has no chart.")
    if len({chart.id for chart in charts}) != len(charts):
        raise BadInput("A chart stands twice among the judged.")
    for one in strata:
        if sum(chart.stratum == one.name for chart in charts) > one.frame_size:
            raise BadInput("A stratum has more charts than its frame.")


def estimate(
    strata: Sequence[FrameStratum],
    charts: Sequence[AuditedChart],
    *,
    rate_confidence: float = 0.95,
    confidence: float = TWO_SIDED,
    simulations: int = SIMULATIONS,
) -> Estimate:
    """Everything a report of an audit says.

    Raises:
        BadInput: no charts, or charts and frame do not belong together.
    """
    _checked(strata, charts)
    each = tuple(
        (
            one.name,
            rate_of([c for c in charts if c.stratum == one.name], confidence=rate_confidence),
        )
        for one in strata
    )
    rate = each[0][1]
    if len(strata) > 1:
        rate = stratified_rate(strata, charts, confidence=rate_confidence)
    made, gaps = [], []
    for estimator in ("difference", "ratio"):
        try:
            made.append(
                extrapolate(
                    estimator, strata, charts, confidence=confidence, simulations=simulations
                )
            )
        except BadInput as error:
            gaps.append(f"No {estimator} estimate: {error}")
    overs = [chart.overpaid_cents for chart in charts]
    known = [amount for amount in overs if amount is not None]
    return Estimate(
        rate=rate,
        by_stratum=each if len(strata) > 1 else (),
        extrapolations=tuple(made),
        sample_overpaid_cents=sum(known) if len(known) == len(overs) else None,
        causes=_groups(charts, [chart.cause if chart.is_error else "" for chart in charts]),
        providers=_groups(charts, [chart.provider for chart in charts]),
        cautions=tuple(
            cautions(
                len(charts),
                sum(1 for chart in charts if chart.overpaid_cents),
                _smallest(strata, charts),
                Interval(
                    f"rate ({rate.method})",
                    rate.confidence,
                    rate.coverage,
                    "computed at the rate found",
                ),
                [
                    Interval(f"{each.estimator} estimate", confidence, each.coverage, "simulated")
                    for each in made
                ],
            )
        ),
        gaps=tuple(gaps),
    )


def _smallest(strata: Sequence[FrameStratum], charts: Sequence[AuditedChart]) -> int | None:
    """The least charts of a stratum that was not drawn whole; none where nothing is divided."""
    sizes = {one.name: sum(c.stratum == one.name for c in charts) for one in strata}
    parts = [sizes[one.name] for one in strata if sizes[one.name] < one.frame_size]
    return min(parts) if len(strata) > 1 and parts else None
