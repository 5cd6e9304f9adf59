"""The few distributions an audit needs, in plain Python: beta, binomial, Student, normal.

Probabilities and quantiles are dimensionless numbers; they never are amounts of money.
The incomplete beta function is Lentz's continued fraction (NIST DLMF 8.17.22).
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, lgamma, log, log1p
from statistics import NormalDist

from neuroreed.model.errors import BadInput

TINY = 1e-300
CLOSE = 1e-15
MOST_STEPS = 20_000


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > TINY else TINY)
    value = d
    for m in range(1, MOST_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > TINY else TINY)
            c = 1.0 + term / c
            c = c if abs(c) > TINY else TINY
            value *= d * c
        if abs(d * c - 1.0) < CLOSE:
            break
    return value


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function of 0 ≤ x ≤ 1 for a, b > 0."""
    if a <= 0 or b <= 0:
        raise BadInput("The beta distribution needs two numbers above zero.")
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    # the fraction is quick on this side of the mean, and exact by symmetry on the other
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _solve(cdf: Callable[[float], float], low: float, high: float, target: float) -> float:
    """Where a rising function meets ``target``, by halving until neighbours are reached."""
    while True:
        middle = (low + high) / 2.0
        if not low < middle < high:
            return middle
        if cdf(middle) < target:
            low = middle
        else:
            high = middle


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with ``beta_cdf(x, a, b) == p``."""
    _inside(p)
    return _solve(lambda x: beta_cdf(x, a, b), 0.0, 1.0, p)


def t_cdf(t: float, df: int) -> float:
    """Student's distribution with ``df`` ≥ 1 degrees of freedom."""
    if df < 1:
        raise BadInput("Student's distribution needs at least one degree of freedom.")
    square = t * t
    if square == inf:
        return 1.0 if t > 0 else 0.0
    # near zero the other tail loses no digit
    if square < df:
        middle = beta_cdf(square / (df + square), 0.5, df / 2.0) / 2.0
        return 0.5 + middle if t > 0 else 0.5 - middle
    tail = beta_cdf(df / (df + square), df / 2.0, 0.5) / 2.0
    return 1.0 - tail if t > 0 else tail


def t_quantile(p: float, df: int) -> float:
    """The t with ``t_cdf(t, df) == p``."""
    _inside(p)
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -t_quantile(1.0 - p, df)
    high = 1.0
    while t_cdf(high, df) < p:
        high *= 2.0
    return _solve(lambda t: t_cdf(t, df), 0.0, high, p)


def normal_quantile(p: float) -> float:
    """The z of the standard normal distribution."""
    _inside(p)
    return NormalDist().inv_cdf(p)


def binomial_pmf(k: int, n: int, p: float) -> float:
    """The probability of ``k`` in ``n`` trials."""
    if p <= 0.0:
        return 1.0 if k == 0 else 0.0
    if p >= 1.0:
        return 1.0 if k == n else 0.0
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p))


def clopper_pearson(errors: int, size: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact two-sided binomial interval of a rate, as two shares from 0 to 1.

    Raises:
        BadInput: no trial, more errors than trials, or a confidence outside 0 to 1.
    """
    _inside(confidence)
    if size < 1 or not 0 <= errors <= size:
        raise BadInput("A rate needs at least one chart, and no more errors than charts.")
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if errors == 0 else beta_quantile(tail, errors, size - errors + 1)
    high = 1.0 if errors == size else beta_quantile(1.0 - tail, errors + 1, size - errors)
    return low, high


def binomial_coverage(size: int, rate: float, confidence: float = 0.95) -> float:
    """How often the exact interval holds a true ``rate``: summed, not simulated."""
    return sum(
        binomial_pmf(k, size, rate)
        for k in range(size + 1)
        if clopper_pearson(k, size, confidence)[0] <= rate
        and rate <= clopper_pearson(k, size, confidence)[1]
    )


def _inside(p: float) -> None:
    if not 0.0 < p < 1.0:
        raise BadInput("A probability lies between 0 and 1.")
