"""What one score says by itself: cut-offs and norms, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import ge, gt, le, lt

from neuroreed.care.outcomes import words
from neuroreed.care.outcomes.library import in_range, measure, number, population
from neuroreed.model.measures import Figure, Measure, Reading

_SIDES: dict[str, tuple[Callable[[Decimal, Decimal], bool], str]] = {
    "ge": (ge, "or more"),
    "gt": (gt, "exceeded"),
    "le": (le, "or less"),
    "lt": (lt, "not reached"),
}


def beyond(figure: Figure, score: Decimal) -> bool:
    """Whether a score lies on the side of a cut-off that its meaning speaks of."""
    assert figure.side is not None
    return _SIDES[figure.side][0](score, figure.value)


def readings(
    measure_id: str,
    score: str | int | Decimal,
    *,
    populations: Sequence[str],
    age: int | None = None,
    sex: str | None = None,
    component: str | None = None,
) -> tuple[Reading, ...]:
    """Every cut-off and norm that fits the patient, said about one score.

    ``age`` in whole years; norms with an age or a sex are left out while it is unknown.

    Raises:
        BadInput: unknown measure or population, a float, a score outside the scale.
    """
    chosen = measure(measure_id)
    value = in_range(chosen, number(score, "score", chosen.scoring.levels), "score")
    names = tuple(population(name) for name in populations)
    found = []
    for figure in chosen.figures:
        if figure.kind not in ("cutoff", "norm") or figure.component != component:
            continue
        if figure.population not in names or not _fits(figure, age, sex):
            continue
        if figure.kind == "cutoff":
            found.append(_cutoff(chosen, figure, value))
        else:
            found.append(_norm(chosen, figure, value))
    return tuple(found)


def _fits(figure: Figure, age: int | None, sex: str | None) -> bool:
    if figure.age is not None and (age is None or not figure.age[0] <= age <= figure.age[1]):
        return False
    return figure.sex is None or figure.sex == {"F": "female", "M": "male"}.get(sex or "", sex)


def _mark(figure: Figure) -> str:
    return "" if figure.verified else " (unverified figure)"


def _cutoff(chosen: Measure, figure: Figure, value: Decimal) -> Reading:
    applies = beyond(figure, value)
    side = "on" if applies else "not on"
    sentence = (
        f"{chosen.abbreviation} {words.recorded(chosen, value)} {words.unit(chosen)} is {side} "
        f"that side of the cut-off {words.plain(figure.value)} for "
        f"{words.people(figure.population)}{_mark(figure)}: {figure.meaning}."
    )
    return Reading("cutoff", sentence, applies, figure.verified, words.source(figure))


def _norm(chosen: Measure, figure: Figure, value: Decimal) -> Reading:
    low, high = figure.ci95 or (figure.value, figure.value_high or figure.value)
    if low <= value <= high:
        place = "within"
    elif (value > high) == (chosen.better == "higher"):
        place = "better than"
    else:
        place = "worse than"
    ages = f", age {figure.age[0]} to {figure.age[1]}" if figure.age else ""
    limits = words.plain(low) if low == high else f"{words.plain(low)} to {words.plain(high)}"
    sentence = (
        f"{chosen.abbreviation} {words.recorded(chosen, value)} is {place} the reference "
        f"{limits} {words.unit(chosen)} for {words.people(figure.population)}{ages}"
        f"{', ' + figure.sex if figure.sex else ''}{_mark(figure)}."
    )
    return Reading("norm", sentence, place == "worse than", figure.verified, words.source(figure))


def crossings(
    chosen: Measure, names: Sequence[str], before: Decimal, after: Decimal
) -> tuple[list[str], list[Figure]]:
    """Cut-offs that lie between two scores, as sentences, and the figures to cite."""
    said, cited = [], []
    for figure in chosen.figures:
        if figure.kind != "cutoff" or figure.population not in names or figure.component:
            continue
        if figure.sex is not None:
            continue
        was, now = beyond(figure, before), beyond(figure, after)
        if was == now:
            continue
        side = "is now" if now else "is no longer"
        said.append(
            f"The score {side} on the side of the cut-off {words.plain(figure.value)} "
            f"{words.unit(chosen)}{_mark(figure)}: {figure.meaning}."
        )
        cited.append(figure)
    return said, cited
