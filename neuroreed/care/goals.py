"""Goals that are measurable by construction, and their status from data.

A goal names a measure, a population, a baseline, a target and a day. The target comes from
a rule (of a template in the condition catalogue, or free) and is checked against
measurement error: a target inside the error could be met by chance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from neuroreed.care.outcomes import words
from neuroreed.care.outcomes.compare import compare
from neuroreed.care.outcomes.figures import needed, pick, reaches
from neuroreed.care.outcomes.library import in_range, measure, number, population
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.measures import Change, Figure, Measure, Score, Verdict

Number = str | int | Decimal

_CHANGE_RULE = re.compile(r"baseline ([+-]) (max\(MCID, MDC\)|MDC|MCID|([0-9.]+)(?: \S+)?)")
_CRITERION_RULE = re.compile(r"(?:criterion|T) (>=|<=) ([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Target:
    """What a target rule gives.

    ``beyond_error`` is ``None`` when no measurement error is on file. ``figures`` are the
    numbers used; ``flags`` name what is unverified, capped, or inside the error.
    """

    value: Decimal
    rule: str
    beyond_error: bool | None
    figures: tuple[Figure, ...]
    flags: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class MeasurableGoal:
    """A goal that can be judged from data alone."""

    id: str
    activity: str
    measure: str
    population: str
    baseline: Decimal
    target: Target
    target_date: date
    limitation_id: str
    cpt: tuple[str, ...]
    text: str
    patient_text: Mapping[str, str]
    device: str | None = None
    side: str | None = None


class Status(StrEnum):
    """Where a goal stands by its measurements."""

    MET = "met"
    IMPROVING = "improving"  # beyond error, target not reached
    NO_CHANGE = "no_change"  # within error
    WORSE = "worse"
    UNCERTAIN = "uncertain"  # the figures carry no verdict
    NOT_COMPARABLE = "not_comparable"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class GoalStatus:
    """The status of a goal on a day, with the comparison behind it."""

    status: Status
    overdue: bool
    sentence: str
    change: Change | None


def target(
    measure_id: str,
    *,
    population: str,
    baseline: Number,
    rule: str,
    band_values: Mapping[str, Decimal] | None = None,
    side: str | None = None,
) -> Target:
    """The target that a rule gives for a baseline.

    Rules: ``baseline + max(MCID, MDC)``, ``baseline - MDC``, ``baseline + MCID``,
    ``baseline + 0.10 m/s``, ``criterion >= 90``, ``T >= 50``. The target is rounded away
    from the baseline to the recording precision and capped at the ends of the scale.

    Raises:
        BadInput: a rule of another form, or one that points away from the better end.
        NoParameter: no figure for this population and baseline.
    """
    chosen = measure(measure_id)
    start = in_range(chosen, number(baseline, "baseline", chosen.scoring.levels), "baseline")
    bands = band_values or {}
    mdc = pick(chosen, "mdc", [population], start, band_values=bands, side=side)
    mcid = pick(chosen, "mcid", [population], start, band_values=bands, side=side)
    criterion = _CRITERION_RULE.fullmatch(rule.strip())
    if criterion:
        return _criterion(chosen, start, rule, criterion, mdc)
    parts = _CHANGE_RULE.fullmatch(rule.strip())
    if not parts:
        raise BadInput(f"The target rule {rule!r} has none of the known forms.")
    sign = 1 if parts[1] == "+" else -1
    if (sign == 1) != (chosen.better == "higher"):
        raise BadInput(f"{chosen.abbreviation}: {chosen.better} is better; {rule!r} is not.")
    size, used = _size(chosen, parts, population, start, mdc, mcid)
    value = _away(chosen, Fraction(start) + sign * size, sign)
    return _target(chosen, start, value, rule, mdc, used)


def _size(
    chosen: Measure,
    parts: re.Match[str],
    population_: str,
    start: Decimal,
    mdc: Figure | None,
    mcid: Figure | None,
) -> tuple[Fraction, tuple[Figure, ...]]:
    if parts[3] is not None:
        return Fraction(Decimal(parts[3])), ()
    wanted = {"MDC": (mdc,), "MCID": (mcid,)}.get(parts[2], (mdc, mcid))
    used = tuple(figure for figure in wanted if figure is not None)
    if not used:
        raise NoParameter(
            f"{parts[2]} of {chosen.abbreviation}",
            words.people(population_),
            None,
            "Set the size of the change yourself, or choose another measure or population.",
        )
    sizes = [needed(figure, start) for figure in used]
    step = Fraction(chosen.recording_precision)
    # a figure that must be exceeded asks for one step more than itself
    strict = [
        size + step if figure.comparison == "gt" and size % step == 0 else size
        for size, figure in zip(sizes, used, strict=True)
    ]
    return max(strict), used


def _away(chosen: Measure, exact: Fraction, sign: int) -> Decimal:
    step = Fraction(chosen.recording_precision)
    steps = exact / step
    whole = -(-steps.numerator // steps.denominator) if sign > 0 else steps.__floor__()
    return whole * chosen.recording_precision


def _criterion(
    chosen: Measure, start: Decimal, rule: str, parts: re.Match[str], mdc: Figure | None
) -> Target:
    if (parts[1] == ">=") != (chosen.better == "higher"):
        raise BadInput(f"{chosen.abbreviation}: {chosen.better} is better; {rule!r} is not.")
    value = Decimal(parts[2])
    rounding = ROUND_CEILING if chosen.better == "higher" else ROUND_FLOOR
    step = chosen.recording_precision
    return _target(
        chosen, start, (value / step).quantize(Decimal(1), rounding) * step, rule, mdc, ()
    )


def _target(
    chosen: Measure,
    start: Decimal,
    value: Decimal,
    rule: str,
    mdc: Figure | None,
    used: tuple[Figure, ...],
) -> Target:
    flags = [f"{figure.kind}_unverified" for figure in used if not figure.verified]
    low, high = chosen.range.minimum, chosen.range.maximum
    capped = value
    if high is not None and value > high:
        capped = high
    if low is not None and value < low:
        capped = low
    if capped != value:
        flags.append("capped_at_scale_end")
    gain = capped - start if chosen.better == "higher" else start - capped
    beyond = reaches(mdc, gain, start) if mdc else None
    if beyond is None:
        flags.append("error_unknown")
    elif not beyond:
        flags.append("inside_error")
    if gain <= 0:
        flags.append("already_there")
    what = words.recorded(chosen, capped)
    sentence = f"{rule} from {words.recorded(chosen, start)} gives {what} {words.unit(chosen)}."
    if mdc:
        side = "beyond" if beyond else "not beyond"
        sentence += f" That is {side} measurement error ({words.threshold(chosen, mdc)})."
    else:
        sentence += " No measurement error is on file for this population."
    figures = tuple(dict.fromkeys((*used, *((mdc,) if mdc else ()))))
    return Target(capped, rule, beyond, figures, tuple(flags), sentence)


def goal(
    id: str,
    *,
    activity: str,
    measure_id: str,
    population_name: str,
    baseline: Number,
    rule: str,
    starts_on: date,
    weeks: int,
    limitation_id: str,
    cpt: Sequence[str] = (),
    patient_text: Mapping[str, str] | None = None,
    device: str | None = None,
    side: str | None = None,
    band_values: Mapping[str, Decimal] | None = None,
) -> MeasurableGoal:
    """A measurable goal, free or from the fields of a catalogue template.

    ``patient_text`` holds a sentence by language with ``{baseline}``, ``{target}``,
    ``{weeks}``. ``limitation_id`` is the functional limitation that the goal serves.

    Raises:
        BadInput: no activity, no limitation, no weeks, a target where the patient already is.
        NoParameter: the rule needs a figure that is not on file.
    """
    chosen = measure(measure_id)
    population(population_name)
    if not activity.strip() or "{" in activity:
        raise BadInput("Say the activity that the goal is for, in the patient's words.")
    if not limitation_id:
        raise BadInput("Link the goal to the functional limitation it serves.")
    if isinstance(weeks, bool) or not 1 <= weeks <= 52:
        raise BadInput(f"A goal is for 1 to 52 weeks, not {weeks}.")
    start = number(baseline, "baseline", chosen.scoring.levels)
    aim = target(
        chosen.id,
        population=population_name,
        baseline=start,
        rule=rule,
        band_values=band_values,
        side=side,
    )
    if "already_there" in aim.flags:
        raise BadInput(
            f"{chosen.abbreviation}: the baseline {words.recorded(chosen, start)} is already at "
            "the target; choose another measure or rule."
        )
    shown = {
        "baseline": words.recorded(chosen, start),
        "target": words.recorded(chosen, aim.value),
        "weeks": weeks,
    }
    until = starts_on + timedelta(weeks=weeks)
    text = (
        f"By {until.isoformat()} the patient will {activity.strip()}, shown by "
        f"{chosen.abbreviation} of {shown['target']} {words.unit(chosen)} "
        f"(baseline {shown['baseline']})."
    )
    told = {
        language: sentence.format(**shown) for language, sentence in (patient_text or {}).items()
    }
    return MeasurableGoal(
        id,
        activity.strip(),
        chosen.id,
        population_name,
        start,
        aim,
        until,
        limitation_id,
        tuple(cpt),
        text,
        told,
        device,
        side,
    )


def status(goal_: MeasurableGoal, latest: Score | None, *, on: date) -> GoalStatus:
    """Where a goal stands on a day, from its latest score."""
    overdue = on > goal_.target_date
    chosen = measure(goal_.measure)
    late = f" The target date {goal_.target_date.isoformat()} has passed." if overdue else ""
    if latest is None:
        sentence = f"{chosen.abbreviation} has not been measured since the baseline.{late}"
        return GoalStatus(Status.NOT_MEASURED, overdue, sentence, None)
    change = compare(
        goal_.measure,
        population=goal_.population,
        baseline=goal_.baseline,
        current=latest.value,
        baseline_device=goal_.device,
        current_device=latest.protocol.device,
        baseline_side=goal_.side,
        current_side=latest.protocol.side,
    )
    higher = chosen.better == "higher"
    aim = goal_.target.value
    reached = latest.value >= aim if higher else latest.value <= aim
    if change.verdict is Verdict.NOT_COMPARABLE:
        found = Status.NOT_COMPARABLE
    elif reached:
        found = Status.MET
    else:
        found = {
            Verdict.BEYOND_MCID: Status.IMPROVING,
            Verdict.BEYOND_MDC: Status.IMPROVING,
            Verdict.WITHIN_ERROR: Status.NO_CHANGE,
            Verdict.WORSE: Status.WORSE,
        }.get(change.verdict, Status.UNCERTAIN)
    now = f"{words.recorded(chosen, latest.value)} {words.unit(chosen)}"
    wanted = words.recorded(chosen, aim)
    says = {
        Status.MET: f"Goal met: {chosen.abbreviation} is {now}, the target was {wanted}.",
        Status.NOT_COMPARABLE: change.sentence,
    }.get(found, f"Goal not met yet ({now}, target {wanted}). {change.sentence}")
    return GoalStatus(found, overdue and found is not Status.MET, f"{says}{late}", change)


def attainment(levels: Sequence[tuple[int, int]]) -> Decimal:
    """Goal attainment scaling T-score, to one decimal.

    ``levels``: weight (1 or more) and attainment (-2 to 2, 0 is the expected level) of each
    goal. T = 50 + 10 sum(w x) / sqrt(0.7 sum(w^2) + 0.3 (sum w)^2): goals met exactly as
    expected give 50, with a standard deviation of 10 (Kiresuk and Sherman).

    Raises:
        BadInput: no goal, a weight below 1, a level outside -2 to 2.
    """
    if not levels:
        raise BadInput("Goal attainment scaling needs at least one goal.")
    for weight, level in levels:
        if isinstance(weight, bool) or not isinstance(weight, int) or weight < 1:
            raise BadInput(f"A weight is a whole number from 1, not {weight!r}.")
        if isinstance(level, bool) or not isinstance(level, int) or not -2 <= level <= 2:
            raise BadInput(f"An attainment level is -2 to 2, not {level!r}.")
    total = sum(weight * level for weight, level in levels)
    squares = sum(weight * weight for weight, _ in levels)
    weights = sum(weight for weight, _ in levels)
    spread = (Decimal("0.7") * squares + Decimal("0.3") * weights**2).sqrt()
    return (50 + 10 * total / spread).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
