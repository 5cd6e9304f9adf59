"""A score from what was recorded: trials, items by number, conditions, parts or a total.

How it is made stands in the measure's ``scoring``; nothing is scored by a formula that is
not on file. Wording of items is never part of this: items are numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from neuroreed.care.outcomes import words
from neuroreed.care.outcomes.library import in_range, measure, number
from neuroreed.model.errors import BadInput, Refused
from neuroreed.model.measures import Measure, Protocol, Score

Number = str | int | Decimal
LICENCE_NEEDED = "permission_or_registration_required"
TRIAL_STATISTICS = ("mean_of_trials", "best_of_trials", "last_trial", "single_trial")


@dataclass(frozen=True, slots=True)
class Form:
    """What a page asks for to score one measure.

    ``asks`` names the inputs of ``score`` that fit; items are offered only where the
    licence allows, otherwise the total. ``item_range`` is the lowest and highest grade.
    """

    measure: str
    asks: tuple[str, ...]
    trials: int | None
    items: tuple[int, int] | None
    item_range: tuple[Decimal, Decimal] | None
    conditions: tuple[str, ...]
    parts: tuple[str, ...]
    unit: str
    administration: str
    note: str | None
    record: tuple[str, ...] = ("device", "assistance", "side", "version", "medication_state")


def form(measure_id: str, *, licence_held: bool = False) -> Form:
    """The form of one measure."""
    chosen = measure(measure_id)
    scoring = chosen.scoring
    method = scoring.method
    asks: list[str] = []
    if method in TRIAL_STATISTICS:
        asks.append("trials")
    if method in _BY_ITEMS and scoring.items and _may_use_items(chosen, licence_held):
        asks.append("items")
    if method == "sum_of_condition_times":
        asks.append("conditions")
    parts = _parts(chosen)
    if parts:
        asks.append("parts")
    asks.append("total")
    return Form(
        measure=chosen.id,
        asks=tuple(asks),
        trials=scoring.trials if method in TRIAL_STATISTICS else None,
        items=scoring.items if "items" in asks else None,
        item_range=_item_range(chosen) if "items" in asks else None,
        conditions=scoring.conditions,
        parts=parts,
        unit=words.unit(chosen),
        administration=chosen.administration,
        note=scoring.note,
    )


def _parts(chosen: Measure) -> tuple[str, ...]:
    if chosen.scoring.method == "ratio":
        return ("involved", "uninvolved")
    if chosen.scoring.method == "sum_of_subscales":
        return tuple(name for name, _ in chosen.scoring.subscales)
    return ()


def _may_use_items(chosen: Measure, licence_held: bool) -> bool:
    return chosen.licence.status != LICENCE_NEEDED or licence_held


def score(
    measure_id: str,
    *,
    trials: Sequence[Number] | None = None,
    items: Mapping[int, Number | None] | None = None,
    conditions: Mapping[str, Sequence[Number]] | None = None,
    parts: Mapping[str, Number] | None = None,
    total: Number | None = None,
    timed_distance_m: Number | None = None,
    statistic: str | None = None,
    protocol: Protocol | None = None,
    taken_on: date | None = None,
    licence_held: bool = False,
) -> Score:
    """Score one measure from exactly one kind of record.

    Args:
        trials: the counted trials in order, without practice. With ``timed_distance_m``
            they are seconds, and the score is distance by mean time.
        items: grade by item number from 1; ``None`` is not answered.
        conditions: trials in seconds per condition.
        parts: subscale totals, or ``involved`` and ``uninvolved``.
        total: the score itself, where items may not be used or a device gives it.
        statistic: another use of trials than the measure's own; it needs
            ``protocol.version``, because such scores compare only with their like.

    Raises:
        BadInput: no record or several, an impossible grade, trials that contradict the
            protocol, a score outside the scale.
        Refused: items of a measure whose licence the clinic has not stated to hold.
    """
    chosen = measure(measure_id)
    given = [
        name
        for name, value in (
            ("trials", trials),
            ("items", items),
            ("conditions", conditions),
            ("parts", parts),
            ("total", total),
        )
        if value is not None
    ]
    if len(given) != 1:
        raise BadInput(
            f"{chosen.abbreviation}: give one of trials, items, conditions, parts or total; "
            f"got {', '.join(given) or 'none'}."
        )
    used = protocol or Protocol()
    flags: tuple[str, ...] = ()
    numbers: tuple[Decimal, ...] = ()
    if trials is not None:
        numbers = tuple(number(value, f"trial {i}") for i, value in enumerate(trials, 1))
        exact, how, flags = _by_trials(chosen, numbers, timed_distance_m, statistic, used)
    elif items is not None:
        exact, how, flags = _by_items(chosen, items, licence_held)
    elif conditions is not None:
        exact, how = _by_conditions(chosen, conditions)
    elif parts is not None:
        exact, how = _by_parts(chosen, parts)
    else:
        assert total is not None
        exact = number(total, "total", chosen.scoring.levels)
        how, flags = "Entered as a total.", ("entered_as_total",)
    in_range(chosen, exact, "score")
    value = in_range(chosen, _rounded(chosen, exact), "score")
    return Score(chosen.id, value, exact, chosen.unit, how, taken_on, used, numbers, flags)


def _rounded(chosen: Measure, exact: Decimal) -> Decimal:
    """To the recording precision, half up; grades between levels stay."""
    step = chosen.recording_precision
    if chosen.scoring.levels or step > 1:
        return exact
    return (exact / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def _by_trials(
    chosen: Measure,
    values: tuple[Decimal, ...],
    timed_distance_m: Number | None,
    statistic: str | None,
    protocol: Protocol,
) -> tuple[Decimal, str, tuple[str, ...]]:
    method, count = chosen.scoring.method, chosen.scoring.trials
    if method not in TRIAL_STATISTICS:
        raise BadInput(f"{chosen.abbreviation} is not scored from trials.")
    if statistic is not None and statistic not in TRIAL_STATISTICS:
        raise BadInput(f"{statistic!r} is not one of {', '.join(TRIAL_STATISTICS)}.")
    if not values:
        raise BadInput(f"{chosen.abbreviation}: no trial was given.")
    for i, value in enumerate(values, 1):
        if timed_distance_m is None:
            in_range(chosen, value, f"trial {i}")
        elif value <= 0:
            raise BadInput(f"trial {i}: {value} s is not a walking time.")
    differs = [f"{len(values)} trials instead of {count}"] if count and len(values) != count else []
    if statistic is not None and statistic != method:
        differs.append(f"{statistic.replace('_', ' ')} instead of {method.replace('_', ' ')}")
    if differs and not protocol.version:
        raise BadInput(
            f"{chosen.abbreviation}: {' and '.join(differs)} contradicts the protocol; record "
            "all trials, or name the protocol version used."
        )
    flags = ("protocol_deviation",) if differs else ()
    how = statistic or method
    shown = ", ".join(words.plain(value) for value in values)
    if timed_distance_m is not None:
        distance = number(timed_distance_m, "timed distance")
        if chosen.unit != "m/s" or distance <= 0:
            raise BadInput(f"{chosen.abbreviation}: a timed distance of {distance} m is not used.")
        speed = distance / _mean(values)
        return speed, f"{words.plain(distance)} m by the mean of {shown} s.", flags
    if how == "mean_of_trials":
        result, said = _mean(values), "Mean"
    elif how == "best_of_trials":
        result = max(values) if chosen.better == "higher" else min(values)
        said = "Best"
    else:
        result, said = values[-1], "Last" if len(values) > 1 else "Single trial"
    ending = f" of {shown}" if len(values) > 1 else f" {shown}"
    return result, f"{said}{ending} {words.unit(chosen)}.", flags


def _item_range(chosen: Measure) -> tuple[Decimal, Decimal]:
    """Lowest and highest grade of one item."""
    scoring = chosen.scoring
    if scoring.method == "rescaled_mean":
        return Decimal(1), Decimal(5)
    if scoring.cap_s is not None:
        return Decimal(0), scoring.cap_s
    lowest, highest = chosen.range.minimum or Decimal(0), chosen.range.maximum or Decimal(0)
    if scoring.item_max is not None:
        highest = Decimal(scoring.item_max)
    if scoring.items and lowest:
        lowest = lowest / scoring.items[1]
    return lowest, highest


def _by_items(
    chosen: Measure, items: Mapping[int, Number | None], licence_held: bool
) -> tuple[Decimal, str, tuple[str, ...]]:
    scoring = chosen.scoring
    if not _may_use_items(chosen, licence_held):
        raise Refused(
            f"{chosen.abbreviation} needs the holder's permission: enter the total, or state "
            "in the clinic's settings that it holds a licence."
        )
    if scoring.method not in _BY_ITEMS or scoring.items is None:
        raise BadInput(f"{chosen.abbreviation} is not scored from items here: enter the total.")
    fewest, most = scoring.items
    unknown = [key for key in items if isinstance(key, bool) or key not in range(1, most + 1)]
    if unknown:
        raise BadInput(f"{chosen.abbreviation} has items 1 to {most}; got {unknown[0]!r}.")
    low, high = _item_range(chosen)
    grades: list[Decimal] = []
    for key in sorted(items):
        raw = items[key]
        if raw is None:
            continue
        grade = number(raw, f"item {key}")
        if not low <= grade <= high:
            raise BadInput(
                f"{chosen.abbreviation} item {key}: {grade} is not {words.plain(low)} to "
                f"{words.plain(high)}."
            )
        if _whole_grades(chosen) and grade % chosen.recording_precision:
            raise BadInput(f"{chosen.abbreviation} item {key}: {grade} is not a grade.")
        grades.append(grade)
    enough = scoring.min_answered or (1 if scoring.method in _ANSWERED else fewest)
    if chosen.id == "nprs":
        enough = 1
    if len(grades) < enough:
        raise BadInput(
            f"{chosen.abbreviation}: {len(grades)} of {most} items are answered, "
            f"{enough} are needed."
        )
    missing = len(grades) < most and scoring.items[0] == most
    result = _BY_ITEMS[scoring.method](chosen, grades)
    how = f"{scoring.method.replace('_', ' ').capitalize()}, {len(grades)} of {most} items."
    return result, how, ("items_missing",) if missing else ()


def _whole_grades(chosen: Measure) -> bool:
    """Whether grades are steps of the recording precision; means and times are not."""
    return chosen.scoring.method == "sum_of_items" and chosen.unit != "percent"


def _sum_of_items(chosen: Measure, grades: Sequence[Decimal]) -> Decimal:
    total = sum(grades, Decimal(0))
    if chosen.unit == "percent" and chosen.scoring.item_max and chosen.scoring.items:
        return total * 100 / (chosen.scoring.item_max * chosen.scoring.items[1])
    return total


def _percent_of_answered(chosen: Measure, grades: Sequence[Decimal]) -> Decimal:
    assert chosen.scoring.item_max is not None
    return sum(grades, Decimal(0)) * 100 / (chosen.scoring.item_max * len(grades))


def _rescaled_mean(chosen: Measure, grades: Sequence[Decimal]) -> Decimal:
    return (_mean(grades) - 1) * 25


_ANSWERED = ("sum_of_items_scaled", "percent_of_max")
_BY_ITEMS: dict[str, Callable[[Measure, Sequence[Decimal]], Decimal]] = {
    "sum_of_items": _sum_of_items,
    "mean_of_items": lambda chosen, grades: _mean(grades),
    "sum_of_items_scaled": _percent_of_answered,
    "percent_of_max": _percent_of_answered,
    "rescaled_mean": _rescaled_mean,
}


def _by_conditions(
    chosen: Measure, conditions: Mapping[str, Sequence[Number]]
) -> tuple[Decimal, str]:
    scoring = chosen.scoring
    if not scoring.conditions or scoring.cap_s is None:
        raise BadInput(f"{chosen.abbreviation} is not scored from conditions.")
    if set(conditions) != set(scoring.conditions):
        raise BadInput(
            f"{chosen.abbreviation} needs the conditions {', '.join(scoring.conditions)}."
        )
    most = scoring.trials or 1
    times = []
    for name in scoring.conditions:
        values = [number(value, name) for value in conditions[name]]
        if not values or len(values) > most:
            raise BadInput(f"{name}: 1 to {most} trials, got {len(values)}.")
        if any(not 0 <= value <= scoring.cap_s for value in values):
            raise BadInput(f"{name}: a time is 0 to {words.plain(scoring.cap_s)} s.")
        full = [i for i, value in enumerate(values) if value == scoring.cap_s]
        if (full and full[0] != len(values) - 1) or (not full and len(values) < most):
            raise BadInput(
                f"{name}: trials stop at the first full time of {words.plain(scoring.cap_s)} s, "
                f"otherwise {most} are done."
            )
        times.append(scoring.cap_s if values == [scoring.cap_s] else _mean(values))
    return sum(times, Decimal(0)), f"Sum of {len(times)} condition times."


def _by_parts(chosen: Measure, parts: Mapping[str, Number]) -> tuple[Decimal, str]:
    names = _parts(chosen)
    if not names:
        raise BadInput(f"{chosen.abbreviation} is not scored from parts: enter the total.")
    if set(parts) != set(names):
        raise BadInput(f"{chosen.abbreviation} needs {' and '.join(names)}.")
    values = {name: number(parts[name], name) for name in names}
    if chosen.scoring.method == "ratio":
        if values["uninvolved"] <= 0 or values["involved"] < 0:
            raise BadInput("The uninvolved side must be above zero.")
        return values["involved"] * 100 / values["uninvolved"], "Involved by uninvolved side."
    for name, most in chosen.scoring.subscales:
        if not 0 <= values[name] <= most:
            raise BadInput(f"{chosen.abbreviation} {name}: 0 to {most}, got {values[name]}.")
    shown = " + ".join(f"{name} {words.plain(values[name])}" for name in names)
    return sum(values.values(), Decimal(0)), f"{shown}."


def composite_reach(
    best_reaches_cm: tuple[Decimal, Decimal, Decimal], limb_length_cm: Decimal
) -> Decimal:
    """Y balance composite, percent of limb length: three best reaches by three lengths."""
    if limb_length_cm <= 0 or any(reach < 0 for reach in best_reaches_cm):
        raise BadInput("Reaches and limb length are lengths in cm.")
    return sum(best_reaches_cm, Decimal(0)) * 100 / (3 * limb_length_cm)
