"""How often the intervals of an audit hold the truth, in frames whose truth is known.

Nothing here is timed. ``NEUROREED_DRAWS`` samples (10,000 unless told) are drawn from each
invented frame of 2,000 units by each design, and what the product's own formulas say is held
against the frame. The table in ``docs/reference/coverage.md`` was printed by
``python -m bench coverage``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random

from bench import Row

DRAWS = int(os.environ.get("NEUROREED_DRAWS", "10000"))
UNITS = 2_000
Unit = tuple[int, int]  # cents paid, cents overpaid


def _paid(random: Random) -> int:
    return random.randrange(3_000, 12_000)


def _even(random: Random) -> Unit:
    paid = _paid(random)
    return paid, paid * random.randrange(10, 60) // 100


def _denied(share: float) -> Callable[[Random], Unit]:
    def unit(random: Random) -> Unit:
        paid = _paid(random)
        return paid, paid if random.random() < share else 0

    return unit


def _skewed(random: Random) -> Unit:
    paid = min(2_000_000, int(random.lognormvariate(8.5, 1.2)) + 500)
    return paid, paid if random.random() < 0.2 else 0


def _both_ways(random: Random) -> Unit:
    paid, chance = _paid(random), random.random()
    return paid, paid // 2 if chance < 0.2 else -paid // 4 if chance < 0.3 else 0


def _giants(random: Random) -> Unit:
    paid = _paid(random)
    if random.random() < 0.005:
        return paid * 50, paid * 50
    return paid, paid if random.random() < 0.3 else 0


FRAMES: dict[str, Callable[[Random], Unit]] = {
    "every unit overpaid by 10 to 60 %": _even,
    "40 % of units denied whole": _denied(0.40),
    "10 % of units denied whole": _denied(0.10),
    "5 % of units denied whole": _denied(0.05),
    "2 % of units denied whole": _denied(0.02),
    "20 % overpaid, 10 % underpaid": _both_ways,
    "skewed dollars, 20 % denied": _skewed,
    "1 unit in 200 fifty times as large": _giants,
}
# charts of each stratum; strata hold 60, 30 and 10 % of the frame
DESIGNS: dict[str, tuple[int, ...]] = {
    "30 charts": (30,),
    "100 charts": (100,),
    "3 strata, 10 + 10 + 10": (10, 10, 10),
    "3 strata, 50 + 30 + 20": (50, 30, 20),
    "3 strata, 26 + 2 + 2": (26, 2, 2),
}
SHARES = (0.6, 0.3, 0.1)


def frame(make: Callable[[Random], Unit], strata: int) -> dict[str, list[Unit]]:
    """A frame of one stratum, or of three whose amounts differ as strata by dollars do."""
    random = Random(20261130)
    units = [make(random) for _ in range(UNITS)]
    if strata == 1:
        return {"": units}
    units.sort()
    ends = [0]
    for share in SHARES:
        ends.append(ends[-1] + round(UNITS * share))
    return {str(k): units[ends[k] : ends[k + 1]] for k in range(strata)}


def rows() -> list[Row]:
    """Coverage of 90 % intervals by frame, design and estimator; 95 % of the rates."""
    from neuroreed.bulk.estimates import coverage_in

    found = []
    for name, make in FRAMES.items():
        for design, sizes in DESIGNS.items():
            units = frame(make, len(sizes))
            drawn = dict(zip(units, sizes, strict=True))
            for estimator in ("difference", "ratio"):
                real = coverage_in(estimator, units, drawn, simulations=DRAWS)
                found.append(
                    Row(f"{name}; {design}; {estimator}", f"{real.holds:.1%}", "90 % within 1 %",
                        f"lower limit above the truth in {real.demands_too_much:.1%}")
                )  # fmt: skip
    return found + _rates()


def _rates() -> list[Row]:
    """The exact interval of a rate: summed over all samples, not simulated."""
    from neuroreed.bulk.distributions import binomial_coverage

    found = []
    for share in (0.02, 0.05, 0.1, 0.2, 0.4):
        for size in (30, 100):
            real = binomial_coverage(size, share, 0.95)
            found.append(
                Row(f"rate of {share:.0%}; {size} charts; exact binomial", f"{real:.1%}",
                    "at least 95 %", "summed")
            )  # fmt: skip
    return found
