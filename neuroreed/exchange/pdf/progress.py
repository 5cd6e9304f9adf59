"""The proof of progress as one page of PDF, with the same charts as the page on screen."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from neuroreed.care.outcomes.library import measure, version
from neuroreed.care.outcomes.patient_words import patient_unit
from neuroreed.care.outcomes.proof import MeasureProof, Proof, Voice
from neuroreed.care.trajectory import FEWEST_FOR_A_LINE, Course, Point, expected
from neuroreed.exchange.charts import (
    ChartPoint,
    PathPoint,
    PlanPeriod,
    ProgressChart,
    Series,
    description,
    svg,
    table,
)
from neuroreed.exchange.pdf.handout import page_count, typeset

MOST_CHARTS = 2
LONGEST_UNIT = 10  # characters that stand beside the axis
# type in points, the largest that leaves one page
SIZES = (9, 8.5, 8, 7.5)
PATIENT_SIZES = (12, 11)

_LABELS = {
    "en": {
        "sources": "Sources of the figures",
        "visits": "visits",
        "visit": "visit",
        "of": "Figures",
    },
    "es": {
        "sources": "De dónde vienen los números",
        "visits": "visitas",
        "visit": "visita",
        "of": "Números",
    },
}


def progress_charts(proof: Proof, *, with_path: bool = False) -> tuple[ProgressChart, ...]:
    """One chart per measure of the page, for the screen and for print.

    ``with_path`` adds the expected path of measures that are improving. Elsewhere a line
    through the scores would promise what they do not show, so there is none.
    """
    return tuple(_chart(item, proof, with_path) for item in proof.measures)


def _chart(item: MeasureProof, proof: Proof, with_path: bool) -> ProgressChart:
    chosen, episode = measure(item.history.measure), proof.episode
    points = tuple(
        ChartPoint(score.taken_on, score.value)
        for score in item.history.scores
        if score.taken_on is not None
    )
    title, unit = f"{chosen.name} ({chosen.abbreviation})", chosen.unit
    if proof.voice is Voice.PATIENT:
        own = item.history.activity_es if proof.language == "es" else None
        title = own or item.history.activity
        title = f"{title[:1].upper()}{title[1:]}"
        said = patient_unit(chosen.id, proof.language)
        unit = said if len(said) <= LONGEST_UNIT else unit
    return ProgressChart(
        title=title,
        unit=unit,
        better=chosen.better,
        series=(Series(chosen.abbreviation, points),),
        error=item.error,
        important=item.important,
        goal=item.history.target,
        goal_on=item.history.target_date,
        visits=episode.visits,
        plan_periods=tuple(PlanPeriod(start, end) for start, end in episode.plan_periods),
        path=_path(item) if with_path else (),
        unverified=item.unverified,
        language=proof.language,
    )


def _path(item: MeasureProof) -> tuple[PathPoint, ...]:
    """The expected path by the patient's own scores, at most half their span ahead."""
    chosen = measure(item.history.measure)
    by_day = {s.taken_on: s.value for s in item.history.scores if s.taken_on is not None}
    if item.course.course is not Course.IMPROVING or len(by_day) < FEWEST_FOR_A_LINE:
        return ()
    first, last = min(by_day), max(by_day)
    points = [Point((day - first).days, value) for day, value in by_day.items()]
    ahead = (last - first).days // 2
    days = sorted({point.visit for point in points} | {(last - first).days + ahead})
    step = chosen.recording_precision

    def shown(value: float) -> Decimal:
        rounded = (Decimal(value) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
        low, high = chosen.range.minimum, chosen.range.maximum
        rounded = max(rounded, low) if low is not None else rounded
        return min(rounded, high) if high is not None else rounded

    return tuple(
        PathPoint(first + timedelta(days=at.visit), shown(at.low), shown(at.middle), shown(at.high))
        for at in expected(points, days, error=item.error)
    )


def progress(proof: Proof) -> bytes:
    """The page as PDF bytes: at most two charts, the sentences, the sources.

    It is one side unless there is more text than the smallest type can hold.
    """
    say = _LABELS[proof.language]
    charts: list[dict[str, Any]] = []
    for chart in progress_charts(proof)[:MOST_CHARTS]:
        twin = table(chart)
        charts.append(
            {
                "title": chart.title,
                "svg": svg(chart, compact=len(proof.measures) > 1),
                "alt": description(chart),
                "headings": list(twin.headings),
                "rows": [list(row) for row in twin.rows],
                "notes": [list(note) for note in twin.notes],
            }
        )
    episode = proof.episode
    count = len(episode.visits)
    visits = say["visit" if count == 1 else "visits"]
    patient = proof.voice is Voice.PATIENT
    data = {
        "title": proof.title,
        "subtitle": f"{episode.reference} · {count} {visits}",
        "headline": proof.headline,
        "language": proof.language,
        "charts": charts,
        "sections": [
            {"heading": s.heading, "sentences": list(s.sentences)} for s in proof.sections
        ],
        "sources": [] if patient else list(proof.sources),
        "sources_heading": say["sources"],
        "footer": f"{episode.condition} · {say['of']} {version()}",
    }
    for size in PATIENT_SIZES if patient else SIZES:
        pdf = typeset("progress.typ", data | {"size": size})
        if page_count(pdf) == 1:
            break
    return pdf
