"""Where a patient is heading: a line through the patient's own data, and what it can say.

Plain statistics, stated here and shown with the result:

* Line: ordinary least squares of score on visit number, from three measurements on.
  slope b = Sxy / Sxx, residual s^2 = SSE / (n - 2).
* Band at visit x: fitted value +- h, h = t(0.90, n - 2) s sqrt(1 + 1/n + (x - mean)^2 / Sxx),
  the 80 % prediction interval, and never narrower than the measurement error of one score,
  MDC / sqrt(2).
* Plateau: the last two re-tests both lie within the error of the score before them, and
  together they moved for the better by less than half the error. A slow steady climb is not
  a plateau.
* Regression: the last score is worse than the best earlier one by the error or more.
* Visits to goal: (target - fitted now) / b, and the same with the ends of the 80 % interval
  of b. When that interval holds zero, there is no upper end.

Scores enter as ``Decimal``; what is estimated leaves as ``float``.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import ceil, isfinite, sqrt
from statistics import quantiles

from neuroreed.model.errors import BadInput

# upper 10 % points of Student's t by degrees of freedom, any table of the distribution
_T90 = (
    3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372,
    1.363, 1.356, 1.350, 1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325,
    1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314, 1.313, 1.311, 1.310,
)  # fmt: skip
_T90_MANY = 1.282
FEWEST_FOR_A_LINE = 3
RETESTS_FOR_A_PLATEAU = 2


@dataclass(frozen=True, slots=True)
class Point:
    """One score at one visit; ``visit`` counts from 1 or from the evaluation as 0."""

    visit: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A fitted line: value = intercept + slope * visit."""

    intercept: float
    slope: float
    slope_low: float
    slope_high: float
    residual_sd: float
    n: int
    mean_visit: float
    sxx: float

    def at(self, visit: float) -> float:
        """The fitted value."""
        return self.intercept + self.slope * visit


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected value at a visit with its band."""

    visit: int
    low: float
    middle: float
    high: float


class Course(StrEnum):
    """What the measurements say about the course."""

    TOO_FEW = "too_few"
    IMPROVING = "improving"
    PLATEAU = "plateau"
    REGRESSION = "regression"
    UNCLEAR = "unclear"


class Choice(StrEnum):
    """What a clinician may do about it; the clinician chooses and says why."""

    CONTINUE = "continue"
    CHANGE_PLAN = "change_plan"
    MAINTENANCE = "maintenance_with_justification"
    DISCHARGE = "discharge"
    LOOK_FOR_CAUSE = "look_for_cause"
    MEASURE_AGAIN = "measure_again"


@dataclass(frozen=True, slots=True)
class CourseFinding:
    """The course, why it was called so, and the choices."""

    course: Course
    because: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Visits still needed; ``most`` is ``None`` when no end can be given."""

    fewest: int | None
    likely: int | None
    most: int | None
    sentence: str


def student_t90(degrees: int) -> float:
    """The 90th percentile of Student's t, so that +- holds 80 %."""
    if degrees < 1:
        raise BadInput("A spread needs at least three measurements.")
    return _T90[degrees - 1] if degrees <= len(_T90) else _T90_MANY


def _checked(points: Sequence[Point], better: str) -> tuple[Point, ...]:
    if better not in ("higher", "lower"):
        raise BadInput(f"Better is higher or lower, not {better!r}.")
    for point in points:
        if not point.value.is_finite() or point.visit < 0:
            raise BadInput("A point has a visit from 0 on and a finite score.")
    visits = [point.visit for point in points]
    if len(set(visits)) != len(visits):
        raise BadInput("Two scores of one measure at the same visit: keep the one that counts.")
    return tuple(sorted(points, key=lambda point: point.visit))


def fit(points: Sequence[Point]) -> Line | None:
    """The least-squares line, or ``None`` with fewer than three measurements."""
    if len(points) < FEWEST_FOR_A_LINE:
        return None
    n = len(points)
    xs = [float(point.visit) for point in points]
    ys = [float(point.value) for point in points]
    mean_x, mean_y = sum(xs) / n, sum(ys) / n
    sxx = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sxx
    intercept = mean_y - slope * mean_x
    sse = sum((y - intercept - slope * x) ** 2 for x, y in zip(xs, ys, strict=True))
    spread = sqrt(sse / (n - 2))
    half = student_t90(n - 2) * spread / sqrt(sxx)
    return Line(intercept, slope, slope - half, slope + half, spread, n, mean_x, sxx)


def expected(
    points: Sequence[Point], visits: Sequence[int], *, error: Decimal | None
) -> tuple[Expected, ...]:
    """The expected path at ``visits`` with its band; empty with fewer than three scores.

    ``error`` is the MDC in the unit of the measure, ``None`` when unknown; then the band
    rests on the patient's own scatter alone.
    """
    line = fit(points)
    if line is None:
        return ()
    floor = float(error) / sqrt(2) if error is not None else 0.0
    t = student_t90(line.n - 2)
    path = []
    for visit in visits:
        lever = 1 + 1 / line.n + (visit - line.mean_visit) ** 2 / line.sxx
        half = max(floor, t * line.residual_sd * sqrt(lever))
        middle = line.at(visit)
        path.append(Expected(visit, middle - half, middle, middle + half))
    return tuple(path)


def clinic_path(
    histories: Sequence[Sequence[Point]], visits: Sequence[int], *, fewest: int = 10
) -> tuple[Expected, ...]:
    """Median and quartiles of other patients' change since their first score, per visit.

    A history counts at a visit by its last score up to then, while it lasts. Visits with
    fewer than ``fewest`` histories are left out: the clinic cannot say.
    """
    path = []
    for visit in visits:
        changes = []
        for history in histories:
            known = sorted(history, key=lambda point: point.visit)
            if len(known) < 2 or known[-1].visit < visit or known[0].visit > visit:
                continue
            last = [point for point in known if point.visit <= visit][-1]
            changes.append(float(last.value - known[0].value))
        if len(changes) >= max(2, fewest):
            low, middle, high = quantiles(changes, n=4, method="inclusive")
            path.append(Expected(visit, low, middle, high))
    return tuple(path)


def course(
    points: Sequence[Point],
    *,
    better: str,
    error: Decimal | None,
    error_name: str = "measurement error",
) -> CourseFinding:
    """Plateau, regression or improvement, by the rules at the top of this file.

    ``error`` is the MDC (or, where none is on file, the MCID); ``None`` means that nothing
    can be told from noise. ``error_name`` says which of the two it is.
    """
    ordered = _checked(points, better)
    if error is None or error <= 0:
        return CourseFinding(
            Course.UNCLEAR,
            "No measurement error is on file, so change cannot be told from noise.",
            (Choice.MEASURE_AGAIN, Choice.CHANGE_PLAN),
        )
    if len(ordered) < 2:
        return CourseFinding(
            Course.TOO_FEW, "One measurement shows no course.", (Choice.MEASURE_AGAIN,)
        )
    sign = 1 if better == "higher" else -1
    gains = [sign * point.value for point in ordered]
    best = max(gains[:-1])
    if best - gains[-1] >= error:
        return CourseFinding(
            Course.REGRESSION,
            f"The last score is {best - gains[-1]} worse than the best before it; "
            f"{error_name} is {error}.",
            (Choice.LOOK_FOR_CAUSE, Choice.CHANGE_PLAN, Choice.MAINTENANCE),
        )
    if len(ordered) > RETESTS_FOR_A_PLATEAU:
        tail = gains[-RETESTS_FOR_A_PLATEAU - 1 :]
        steps = [abs(later - earlier) for earlier, later in itertools.pairwise(tail)]
        if max(steps) < error and 2 * (tail[-1] - tail[0]) < error:
            return CourseFinding(
                Course.PLATEAU,
                f"The last {RETESTS_FOR_A_PLATEAU} re-tests changed by less than "
                f"{error_name} ({error}).",
                (Choice.CHANGE_PLAN, Choice.MAINTENANCE, Choice.DISCHARGE),
            )
    if gains[-1] - gains[0] >= error:
        return CourseFinding(
            Course.IMPROVING,
            f"The last score is {gains[-1] - gains[0]} better than the first; "
            f"{error_name} is {error}.",
            (Choice.CONTINUE,),
        )
    return CourseFinding(
        Course.UNCLEAR,
        f"Too soon to tell: the scores differ by less than {error_name} ({error}).",
        (Choice.CONTINUE, Choice.MEASURE_AGAIN),
    )


def forecast(points: Sequence[Point], *, target: Decimal, better: str) -> Forecast:
    """Visits still needed to reach the target, with an 80 % interval."""
    ordered = _checked(points, better)
    line = fit(ordered)
    if line is None:
        return Forecast(None, None, None, "A forecast needs at least three measurements.")
    sign = 1.0 if better == "higher" else -1.0
    last = ordered[-1]
    if sign * float(target - last.value) <= 0:
        return Forecast(0, 0, 0, "The target is reached.")
    missing = max(0.0, sign * (float(target) - line.at(last.visit)))
    slow, likely, fast = sorted((sign * line.slope_low, sign * line.slope, sign * line.slope_high))
    if likely <= 0:
        return Forecast(
            None, None, None, "On the present path the target is not approached: no forecast."
        )
    fewest, middle, most = (_visits(missing, rate) for rate in (fast, likely, slow))
    if most is None:
        return Forecast(
            fewest,
            middle,
            None,
            f"About {middle} more visits, at least {fewest}; the data are too few or too "
            "scattered to give an upper end.",
        )
    many = f"About {middle} more visit{'s' if middle != 1 else ''}"
    if fewest == most:
        return Forecast(fewest, middle, most, f"{many} at the patient's own rate.")
    interval = "80 % interval of the patient's own rate"
    return Forecast(fewest, middle, most, f"{many}, probably {fewest} to {most} ({interval}).")


def _visits(missing: float, rate: float) -> int | None:
    if rate <= 0:
        return None
    visits = missing / rate
    return max(1, ceil(visits - 1e-9)) if isfinite(visits) and visits < 1000 else None
