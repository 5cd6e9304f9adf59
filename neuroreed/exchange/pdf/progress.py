"""The proof of progress as one page of PDF, with the same charts as the page on screen."""

from __future__ import annotations

from typing import Any

from neuroreed.care.outcomes.library import measure, version
from neuroreed.care.outcomes.proof import MeasureProof, Proof, Voice
from neuroreed.exchange.charts import (
    ChartPoint,
    PlanPeriod,
    ProgressChart,
    Series,
    description,
    svg,
    table,
)
from neuroreed.exchange.pdf.handout import typeset

MOST_CHARTS = 2

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


def progress_charts(proof: Proof) -> tuple[ProgressChart, ...]:
    """One chart per measure of the page, for the screen and for print."""
    return tuple(_chart(item, proof) for item in proof.measures)


def _chart(item: MeasureProof, proof: Proof) -> ProgressChart:
    chosen, episode = measure(item.history.measure), proof.episode
    points = tuple(
        ChartPoint(score.taken_on, score.value)
        for score in item.history.scores
        if score.taken_on is not None
    )
    title = f"{chosen.name} ({chosen.abbreviation})"
    if proof.voice is Voice.PATIENT:
        own = item.history.activity_es if proof.language == "es" else None
        title = own or item.history.activity
        title = f"{title[:1].upper()}{title[1:]}"
    return ProgressChart(
        title=title,
        unit=chosen.unit,
        better=chosen.better,
        series=(Series(chosen.abbreviation, points),),
        error=item.error,
        important=item.important,
        goal=item.history.target,
        goal_on=item.history.target_date,
        visits=episode.visits,
        plan_periods=tuple(PlanPeriod(start, end) for start, end in episode.plan_periods),
        unverified=item.unverified,
        language=proof.language,
    )


def progress(proof: Proof) -> bytes:
    """The page as PDF bytes: at most two charts, the sentences, the sources."""
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
        "size": 12 if patient else 9,
        "charts": charts,
        "sections": [
            {"heading": s.heading, "sentences": list(s.sentences)} for s in proof.sections
        ],
        "sources": [] if patient else list(proof.sources),
        "sources_heading": say["sources"],
        "footer": f"{episode.condition} · {say['of']} {version()}",
    }
    return typeset("progress.typ", data)
