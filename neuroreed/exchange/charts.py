"""Charts of progress as accessible SVG, with a table twin that holds the same numbers.

One drawing serves the page and the PDF. Measurement error is always drawn when it is known,
and said to be unknown when it is not. No meaning rests on colour alone: series differ in
dash and marker, lines carry their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from xml.sax.saxutils import escape, quoteattr

from neuroreed.exchange.chart_marks import GROUND, INK, LINE, QUIET, marker, plain, text, wrapped
from neuroreed.exchange.chart_words import WORDS
from neuroreed.model.errors import BadInput

MOST_SERIES = 4
WIDTH, HEIGHT = 720, 400
COMPACT_WIDTH, COMPACT_HEIGHT = 470, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 138, 28, 92
_BAND, _PLAN = "#e7e3da", "#f3f6f7"
_COLOURS = ("#0b5c6b", "#b0632b", "#5b4b8a", "#4d7c3a")
_DASHES = ("", "8 4", "2 4", "10 4 2 4")
_MARKERS = ("circle", "square", "triangle", "diamond")


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One score on one day."""

    on: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the chart: a measure, a side, or a condition of testing."""

    name: str
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True, slots=True)
class PathPoint:
    """The expected score on a day with the ends of its band."""

    on: date
    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """A certified period, drawn as shading; ends included."""

    starts_on: date
    ends_on: date
    label: str = ""


@dataclass(frozen=True, slots=True)
class ProgressChart:
    """What is drawn: scores, error around the first score, important change, goal, visits.

    ``error`` is the MDC and ``important`` the MCID, both in the unit of the measure and
    applied to the first score of the first series; ``None`` when not on file.
    ``path`` is what the patient's own data let expect, drawn dotted with its band.
    ``unverified`` names which of the two (``error``, ``important``) were not verified.
    """

    title: str
    unit: str
    better: str
    series: tuple[Series, ...]
    error: Decimal | None = None
    important: Decimal | None = None
    goal: Decimal | None = None
    goal_on: date | None = None
    visits: tuple[date, ...] = ()
    plan_periods: tuple[PlanPeriod, ...] = ()
    path: tuple[PathPoint, ...] = ()
    unverified: frozenset[str] = frozenset()
    language: str = "en"

    def __post_init__(self) -> None:
        if self.better not in ("higher", "lower"):
            raise BadInput(f"Better is higher or lower, not {self.better!r}.")
        if len(self.series) > MOST_SERIES:
            raise BadInput(f"A chart holds at most {MOST_SERIES} series, not {len(self.series)}.")
        if self.language not in WORDS:
            raise BadInput(f"Charts speak en and es, not {self.language!r}.")
        for line in self.series:
            if any(not point.value.is_finite() for point in line.points):
                raise BadInput(f"{line.name} has a score that is not a number.")

    @property
    def first(self) -> ChartPoint | None:
        """The first score of the first series that has one."""
        points = sorted((p for s in self.series[:1] for p in s.points), key=lambda p: p.on)
        return points[0] if points else None

    @property
    def band(self) -> tuple[Decimal, Decimal] | None:
        """Scores that do not differ from the first by more than measurement error."""
        if self.first is None or self.error is None:
            return None
        return self.first.value - self.error, self.first.value + self.error

    @property
    def important_at(self) -> Decimal | None:
        """The score at which the change is important."""
        if self.first is None or self.important is None:
            return None
        sign = 1 if self.better == "higher" else -1
        return self.first.value + sign * self.important


@dataclass(frozen=True, slots=True)
class ChartTable:
    """The table twin: headings, rows of scores by date, and what the lines stand for."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[tuple[str, str], ...]


def _tick(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def table(chart: ProgressChart) -> ChartTable:
    """The numbers of a chart as a table for people who read rather than see."""
    say = WORDS[chart.language]
    days = sorted({point.on for line in chart.series for point in line.points})
    rows = []
    for day in days:
        cells = [_day(day)]
        for line in chart.series:
            cells.append(", ".join(plain(p.value) for p in line.points if p.on == day))
        rows.append(tuple(cells))
    notes = []
    if chart.band:
        low, high = chart.band
        notes.append((_marked(chart, "error", say["band"]), f"{plain(low)} – {plain(high)}"))
    elif chart.first:
        notes.append((say["no_error"], ""))
    if chart.important_at is not None:
        notes.append((_marked(chart, "important", say["important"]), plain(chart.important_at)))
    if chart.goal is not None:
        when = f" ({_day(chart.goal_on)})" if chart.goal_on else ""
        notes.append((say["goal"], f"{plain(chart.goal)}{when}"))
    for at in chart.path:
        expected = f"{plain(at.middle)} ({plain(at.low)} – {plain(at.high)})"
        notes.append((f"{say['path']} {_day(at.on)}", expected))
    if chart.visits:
        notes.append((say["visits"], str(len(chart.visits))))
    for period in chart.plan_periods:
        ends = f"{_day(period.starts_on)} – {_day(period.ends_on)}"
        notes.append((period.label or say["plan"], ends))
    headings = (say["date"], *(f"{line.name} ({chart.unit})" for line in chart.series))
    return ChartTable(headings, tuple(rows), tuple(notes))


def _marked(chart: ProgressChart, name: str, words: str) -> str:
    unsure = WORDS[chart.language]["unverified"]
    return f"{words} ({unsure})" if name in chart.unverified else words


def _day(day: date) -> str:
    """The same in both languages, so that a chart and its table cannot differ."""
    return day.isoformat()


def description(chart: ProgressChart) -> str:
    """The chart in sentences, for the SVG's description."""
    say = WORDS[chart.language]
    parts = [say[chart.better]]
    for line in chart.series:
        points = sorted(line.points, key=lambda p: p.on)
        if not points:
            continue
        first, last = points[0], points[-1]
        count = say["measurements"].format(n=len(points))
        span = say["from_to"].format(
            a=plain(first.value), b=_day(first.on), c=plain(last.value), d=_day(last.on)
        )
        parts.append(f"{line.name}: {count}, {span} ({chart.unit}).")
    for label, value in table(chart).notes:
        parts.append(f"{label}: {value}." if value else f"{label}.")
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where dates and scores lie on the drawing, in its units."""

    start: date
    days: int
    low: Decimal
    high: Decimal
    step: Decimal
    width: int
    height: int

    @property
    def right(self) -> int:
        """The right edge of the plot."""
        return self.width - _RIGHT

    @property
    def base(self) -> int:
        """The line of the dates."""
        return self.height - _BOTTOM

    def x(self, day: date) -> float:
        inner = self.right - _LEFT
        return _LEFT + inner * (day - self.start).days / self.days

    def y(self, value: Decimal) -> float:
        inner = self.base - _TOP
        return _TOP + inner * float((self.high - value) / (self.high - self.low))


def _plane(chart: ProgressChart, width: int, height: int) -> _Plane:
    values = [p.value for line in chart.series for p in line.points]
    values += list(chart.band or ())
    values += [v for v in (chart.important_at, chart.goal) if v is not None]
    values += [v for at in chart.path for v in (at.low, at.high)]
    days = [p.on for line in chart.series for p in line.points]
    days += [at.on for at in chart.path]
    days += list(chart.visits) + ([chart.goal_on] if chart.goal_on else [])
    first, last = min(days), max(days)
    span = max((last - first).days, 7)
    low, high = min(values), max(values)
    if low >= 0 and low <= high / 2:
        low = Decimal(0)  # scores of this size start at zero; otherwise the axis says so
    step = _step((high - low) or max(abs(high), Decimal(1)))
    bottom = (low / step).to_integral_value(ROUND_FLOOR) * step
    if bottom == low and bottom > 0:
        bottom = max(Decimal(0), bottom - step)
    top = (high / step).to_integral_value(ROUND_CEILING) * step
    if top == bottom:
        top += step
    return _Plane(first - timedelta(days=2), span + 4, bottom, top, step, width, height)


def _step(span: Decimal) -> Decimal:
    """A round distance that gives four to eight lines."""
    rough = span / 5
    power = Decimal(10) ** rough.adjusted()
    for factor in (Decimal(1), Decimal(2), Decimal(5), Decimal(10)):
        if rough <= factor * power:
            return factor * power
    return 10 * power


def svg(chart: ProgressChart, *, id: str = "chart", compact: bool = False) -> str:
    """The drawing. ``id`` keeps titles apart when a page holds several charts.

    ``compact`` is for half a page: the same drawing on a smaller field.
    """
    width, height = (COMPACT_WIDTH, COMPACT_HEIGHT) if compact else (WIDTH, HEIGHT)
    say = WORDS[chart.language]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'class="chart" aria-labelledby={quoteattr(f"{id}-title {id}-desc")} '
        'font-family="system-ui, Liberation Sans, Bitstream Vera Sans, sans-serif" font-size="13">'
        f"<title id={quoteattr(f'{id}-title')}>{escape(chart.title)}</title>"
    )
    if chart.first is None:
        return (
            f"{head}<desc id={quoteattr(f'{id}-desc')}>{escape(say['empty'])}</desc>"
            f'<rect width="{width}" height="{height}" fill="{GROUND}"/>'
            f"{text(width / 2, height / 2, say['empty'], anchor='middle')}</svg>"
        )
    plane = _plane(chart, width, height)
    parts = [
        head,
        f"<desc id={quoteattr(f'{id}-desc')}>{escape(description(chart))}</desc>",
        f'<rect width="{width}" height="{height}" fill="{GROUND}"/>',
        *_plans(chart, plane),
        *_error_band(chart, plane),
        *_expected_path(chart, plane),
        *_grid(chart, plane),
        *_visit_ticks(chart, plane),
        *_important(chart, plane),
        *_side_labels(chart, plane),
        *_goal_flag(chart, plane),
    ]
    parts += [_series(line, i, plane) for i, line in enumerate(chart.series)]
    parts.append(_legend(chart, plane))
    return "".join(parts) + "</svg>"


def _plans(chart: ProgressChart, plane: _Plane) -> list[str]:
    parts = []
    low, high = _LEFT, plane.right
    for period in chart.plan_periods:
        left = max(low, min(high, plane.x(period.starts_on)))
        right = max(low, min(high, plane.x(period.ends_on)))
        if right <= left:
            continue
        label = period.label or WORDS[chart.language]["plan"]
        parts.append(
            f'<rect class="plan" x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" '
            f'height="{plane.base - _TOP}" fill="{_PLAN}" stroke="{LINE}"/>'
        )
        parts.append(text(left + 4, _TOP - 8, label, colour=QUIET, size=12))
    return parts


def _error_band(chart: ProgressChart, plane: _Plane) -> list[str]:
    if chart.band is None:
        words = WORDS[chart.language]["no_error"]
        return [text(_LEFT + 6, _TOP + 14, words, colour=QUIET, size=12)]
    low, high = chart.band
    top, bottom = plane.y(high), plane.y(low)
    return [
        f'<rect class="error-band" x="{_LEFT}" y="{top:.1f}" width="{plane.right - _LEFT}" '
        f'height="{bottom - top:.1f}" fill="{_BAND}" data-low="{plain(low)}" '
        f'data-high="{plain(high)}"/>'
    ]


def _expected_path(chart: ProgressChart, plane: _Plane) -> list[str]:
    path = sorted(chart.path, key=lambda at: at.on)
    if len(path) < 2:
        return []
    there = [f"{plane.x(at.on):.1f},{plane.y(at.high):.1f}" for at in path]
    back = [f"{plane.x(at.on):.1f},{plane.y(at.low):.1f}" for at in reversed(path)]
    middle = "L".join(f"{plane.x(at.on):.1f} {plane.y(at.middle):.1f}" for at in path)
    return [
        f'<polygon class="path-band" points="{" ".join(there + back)}" fill="none" '
        f'stroke="{QUIET}" stroke-width="1" stroke-dasharray="2 3"/>',
        f'<path class="path" d="M{middle}" fill="none" stroke="{QUIET}" stroke-width="1.5" '
        'stroke-dasharray="1 4" stroke-linecap="round"/>',
    ]


def _side_labels(chart: ProgressChart, plane: _Plane) -> list[str]:
    """Words beside the plot for band, important change and goal, pushed apart."""
    say = WORDS[chart.language]
    labels: list[tuple[float, list[str]]] = []
    if chart.band:
        low, high = chart.band
        words = f"{_marked(chart, 'error', say['band'])}: {plain(low)} – {plain(high)}"
        labels.append(((plane.y(low) + plane.y(high)) / 2, wrapped(words, 20)))
    if chart.important_at is not None:
        words = f"{_marked(chart, 'important', say['important'])}: {plain(chart.important_at)}"
        labels.append((plane.y(chart.important_at), wrapped(words, 20)))
    if len(chart.path) > 1:
        last = max(chart.path, key=lambda at: at.on)
        words = f"{say['path']}: {plain(last.low)} – {plain(last.high)}"
        labels.append((plane.y(last.middle), wrapped(words, 20)))
    if chart.goal is not None:
        labels.append((plane.y(chart.goal) - 12, [f"{say['goal']}: {plain(chart.goal)}"]))
    parts: list[str] = []
    free = 0.0
    for y, lines in sorted(labels, key=lambda label: label[0]):
        start = max(free, y + 4 - 7 * (len(lines) - 1))
        parts += [
            text(plane.right + 8, start + 14 * i, line, colour=QUIET, size=12)
            for i, line in enumerate(lines)
        ]
        free = start + 14 * len(lines) + 4
    return parts


def _grid(chart: ProgressChart, plane: _Plane) -> list[str]:
    parts = []
    right, value = plane.right, plane.low
    while value <= plane.high:
        y = plane.y(value)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="{LINE}" fill="none"/>')
        parts.append(text(_LEFT - 8, y + 4, _tick(value), anchor="end"))
        value += plane.step
    parts.append(text(4, 14, chart.unit, colour=QUIET))
    base = plane.base
    parts.append(f'<path d="M{_LEFT} {base}H{right}" stroke="{INK}" fill="none"/>')
    days = sorted({point.on for line in chart.series for point in line.points})
    last_x = -100.0
    for day in days:
        if plane.x(day) - last_x >= 78 or day == days[0]:
            last_x = plane.x(day)
            parts.append(text(last_x, base + 36, _day(day), anchor="middle", size=12))
    if plane.low > 0:
        note = WORDS[chart.language]["axis"].format(n=_tick(plane.low))
        parts.append(text(right + 8, base + 4, note, colour=QUIET, size=11))
    return parts


def _visit_ticks(chart: ProgressChart, plane: _Plane) -> list[str]:
    if not chart.visits:
        return []
    base = plane.base
    ticks = "".join(f"M{plane.x(day):.1f} {base + 4}v12" for day in sorted(chart.visits))
    words = f"{WORDS[chart.language]['visits']}: {len(chart.visits)}"
    return [
        f'<path class="visits" d="{ticks}" stroke="{QUIET}" stroke-width="2" fill="none"/>',
        text(plane.right + 8, base + 18, words, colour=QUIET, size=12),
    ]


def _important(chart: ProgressChart, plane: _Plane) -> list[str]:
    at = chart.important_at
    if at is None:
        return []
    return [
        f'<path class="important" d="M{_LEFT} {plane.y(at):.1f}H{plane.right}" '
        f'stroke="{INK}" stroke-width="1.5" stroke-dasharray="6 5" fill="none" '
        f'data-value="{plain(at)}"/>'
    ]


def _goal_flag(chart: ProgressChart, plane: _Plane) -> list[str]:
    if chart.goal is None:
        return []
    x = plane.x(chart.goal_on) if chart.goal_on else plane.right - 4.0
    y = plane.y(chart.goal)
    return [
        f'<path class="goal" d="M{x:.1f} {y:.1f}v-22l20 7l-20 7" fill="{_COLOURS[3]}" '
        f'stroke="{INK}" stroke-width="1.5" data-value="{plain(chart.goal)}"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{INK}"/>',
    ]


def _series(line: Series, index: int, plane: _Plane) -> str:
    points = sorted(line.points, key=lambda p: p.on)
    if not points:
        return ""
    colour, dash = _COLOURS[index], _DASHES[index]
    path = "L".join(f"{plane.x(p.on):.1f} {plane.y(p.value):.1f}" for p in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    parts = [
        f'<g class="series series-{index + 1}">',
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dashed}/>',
    ]
    for point in points:
        parts.append(
            marker(
                _MARKERS[index],
                plane.x(point.on),
                plane.y(point.value),
                colour,
                point.on,
                point.value,
            )
        )
    return "".join(parts) + "</g>"


def _legend(chart: ProgressChart, plane: _Plane) -> str:
    parts = []
    x, y = float(_LEFT), plane.height - 16.0
    for index, line in enumerate(chart.series):
        dash = f' stroke-dasharray="{_DASHES[index]}"' if _DASHES[index] else ""
        parts.append(
            f'<path d="M{x:.1f} {y - 4:.1f}h30" stroke="{_COLOURS[index]}" '
            f'stroke-width="2.5" fill="none"{dash}/>'
        )
        parts.append(marker(_MARKERS[index], x + 15, y - 4, _COLOURS[index]))
        parts.append(text(x + 38, y, line.name))
        x += 52 + 7.2 * len(line.name)
    return "".join(parts)


def charts_by_measure(charts: Sequence[ProgressChart]) -> list[tuple[str, str, ChartTable]]:
    """Title, drawing and table of several charts, with ids that do not clash."""
    return [
        (chart.title, svg(chart, id=f"chart-{i}"), table(chart))
        for i, chart in enumerate(charts, 1)
    ]
