"""Which published figure speaks for a patient, and what size of change it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from neuroreed.model.measures import Figure, Measure


def pick(
    measure: Measure,
    kind: str,
    populations: Sequence[str],
    baseline: Decimal,
    *,
    band_values: Mapping[str, Decimal] | None = None,
    side: str | None = None,
    component: str | None = None,
) -> Figure | None:
    """The figure of ``kind`` for the first of ``populations`` that has one that fits.

    A figure fits when its band holds the baseline (its own, or the one of the measure its
    band is in, from ``band_values``), its component is the one tested, and its side is not
    the other one. Among figures that fit, one with a band wins, then ``use: default``, then
    a verified one, then the order of the file.
    """
    for population in populations:
        fits = [
            (rank, figure)
            for figure in measure.figures
            if figure.kind == kind
            and figure.population == population
            and (rank := _rank(figure, baseline, band_values or {}, side, component)) is not None
        ]
        if fits:
            return min(fits, key=lambda pair: pair[0])[1]
    return None


def _rank(
    figure: Figure,
    baseline: Decimal,
    band_values: Mapping[str, Decimal],
    side: str | None,
    component: str | None,
) -> tuple[bool, bool, bool] | None:
    """How well a figure fits, smaller is better; ``None`` when it does not."""
    if figure.component != component:
        return None
    if figure.side_tested is not None and side in _AFFECTED and figure.side_tested != side:
        return None
    if figure.relative is not None and baseline <= 0:
        return None
    if figure.band is not None:
        measured = band_values.get(figure.band_measure) if figure.band_measure else baseline
        if measured is None or not figure.band.holds(measured):
            return None
    return (figure.band is None, figure.use != "default", not figure.verified)


_AFFECTED = ("more_affected", "less_affected")


def needed(figure: Figure, baseline: Decimal) -> Fraction:
    """The change a figure asks for, in the unit of the measure, exactly (low end)."""
    if figure.relative is not None:
        return Fraction(figure.value) * Fraction(baseline) / 100
    return Fraction(figure.value)


def reaches(figure: Figure, change: Decimal, baseline: Decimal) -> bool:
    """Whether a change for the better (positive) passes the figure."""
    asked = needed(figure, baseline)
    size = Fraction(change)
    return size > asked if figure.comparison == "gt" else size >= asked
