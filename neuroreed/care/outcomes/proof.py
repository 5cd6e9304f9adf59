"""Proof of progress in three voices: what was measured, what it shows, and what it does not.

Every sentence is carried by a number on the page. Where the numbers carry nothing, the page
says so: too soon to tell, not comparable, not recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from itertools import pairwise

from neuroreed.care.outcomes import words
from neuroreed.care.outcomes.compare import compare
from neuroreed.care.outcomes.library import measure
from neuroreed.care.outcomes.patient_words import patient_sentences
from neuroreed.care.trajectory import (
    Choice,
    Course,
    CourseFinding,
    Point,
    course,
    forecast,
)
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Change, Score, Verdict


class Voice(StrEnum):
    """Who reads the page."""

    PAYER = "payer"
    PHYSICIAN = "physician"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class History:
    """All scores of one measure in one episode, with the goal they serve.

    ``activity_es`` is the activity as a patient reads it in Spanish.
    """

    measure: str
    population: str
    scores: tuple[Score, ...]
    activity: str
    target: Decimal | None = None
    target_date: date | None = None
    activity_es: str | None = None


@dataclass(frozen=True, slots=True)
class SkillFact:
    """An error counted before and after a cue in one visit, and at the start of the next.

    ``what`` is the fault in the plural (losses of balance), ``unit`` how it was counted
    (in 30 s). Fewer is better. ``next_start`` is ``None`` when it was not counted.
    """

    on: date
    what: str
    unit: str
    before: Decimal
    after: Decimal
    cue: str
    next_start: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DualTask:
    """The same test alone and with a second task, in seconds."""

    on: date
    test: str
    single_s: Decimal
    dual_s: Decimal


@dataclass(frozen=True, slots=True)
class Decision:
    """What the therapist decided on these measurements, and why."""

    choice: Choice
    because: str


@dataclass(frozen=True, slots=True)
class Episode:
    """What a proof page is made from. ``reference`` is how the clinic names the episode."""

    reference: str
    condition: str
    starts_on: date
    until: date
    visits: tuple[date, ...]
    histories: tuple[History, ...]
    skills: tuple[SkillFact, ...] = ()
    dual_tasks: tuple[DualTask, ...] = ()
    plan_periods: tuple[tuple[date, date], ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its sentences."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasureProof:
    """One measure of the page: its comparison, its course and what a chart needs."""

    history: History
    change: Change
    course: CourseFinding
    error: Decimal | None
    important: Decimal | None
    unverified: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proof:
    """One page in one voice."""

    voice: Voice
    language: str
    title: str
    headline: str
    sections: tuple[Section, ...]
    measures: tuple[MeasureProof, ...]
    sources: tuple[str, ...]
    episode: Episode


def judged(history: History) -> MeasureProof:
    """First against last score, and the course between.

    Raises:
        BadInput: a history without scores or with a score without its date.
    """
    if not history.scores:
        raise BadInput(f"{history.measure} has no score.")
    if any(score.taken_on is None for score in history.scores):
        raise BadInput(f"A score of {history.measure} has no date.")
    scores = sorted(history.scores, key=lambda score: score.taken_on or date.min)
    first, last = scores[0], scores[-1]
    change = compare(
        history.measure,
        population=history.population,
        baseline=first.value,
        current=last.value if len(scores) > 1 else None,
        baseline_device=first.protocol.device,
        current_device=last.protocol.device,
        baseline_assistance=first.protocol.assistance,
        current_assistance=last.protocol.assistance,
        baseline_protocol=first.protocol.version,
        current_protocol=last.protocol.version,
        baseline_side=first.protocol.side,
        current_side=last.protocol.side,
        baseline_medication_state=first.protocol.medication_state,
        current_medication_state=last.protocol.medication_state,
    )
    # one score shows no change, but its error is known: the band is drawn from the first day on
    figures = (
        change
        if len(scores) > 1
        else compare(
            history.measure,
            population=history.population,
            baseline=first.value,
            current=first.value,
            baseline_side=first.protocol.side,
            current_side=first.protocol.side,
        )
    )
    error, important = _absolute(figures, "mdc"), _absolute(figures, "mcid")
    unverified = {
        name
        for name, figure in (("error", figures.mdc_figure), ("important", figures.mcid_figure))
        if figure is not None and not figure.verified
    }
    trusted, error_name = error, "measurement error"
    if error is None or "error" in unverified:
        trusted = important if "important" not in unverified else None
        error_name = "the smallest important change"
    points = _in_order(scores)
    if change.verdict is Verdict.NOT_COMPARABLE:
        found = CourseFinding(Course.UNCLEAR, change.sentence, (Choice.MEASURE_AGAIN,))
    else:
        better = measure(history.measure).better
        found = course(points, better=better, error=trusted, error_name=error_name)
    return MeasureProof(history, change, found, error, important, frozenset(unverified))


def _absolute(change: Change, kind: str) -> Decimal | None:
    """MDC or MCID in the unit of the measure."""
    figure = change.mdc_figure if kind == "mdc" else change.mcid_figure
    if figure is None:
        return None
    if figure.relative is None:
        return figure.value
    assert change.baseline is not None
    return figure.value * change.baseline / 100


def _in_order(scores: Sequence[Score]) -> tuple[Point, ...]:
    """Scores in order of their days; the last of one day counts."""
    by_day = {score.taken_on: score.value for score in scores}
    return tuple(Point(i, value) for i, value in enumerate(by_day.values()))


def _by_visit(scores: Sequence[Score], visits: Sequence[date]) -> tuple[Point, ...]:
    """Scores by number of visits done up to their day; empty when the visits are not known.

    Two days of testing without a visit between them mean that visits are missing.
    """
    by_day = {score.taken_on or date.min: score.value for score in scores}
    counts = [sum(visit <= day for visit in visits) for day in by_day]
    if any(later <= earlier for earlier, later in pairwise(counts)):
        return ()
    return tuple(Point(n, value) for n, value in zip(counts, by_day.values(), strict=True))


def proof(episode: Episode, voice: Voice | str, *, language: str = "en") -> Proof:
    """The page of an episode in one voice.

    Raises:
        BadInput: no measured goal, or a language that the voice is not written in.
    """
    if voice not in tuple(Voice):
        raise BadInput(f"A page is for the payer, physician or patient, not {voice!r}.")
    voice = Voice(voice)
    if language not in ("en", "es") or (language == "es" and voice is not Voice.PATIENT):
        raise BadInput(f"The page for the {voice.value} is not written in {language!r}.")
    if not episode.histories:
        raise BadInput("A proof of progress needs at least one measure with its scores.")
    found = tuple(judged(history) for history in episode.histories)
    if voice is Voice.PATIENT:
        title, headline, parts = patient_sentences(
            [
                (
                    (item.history.activity_es if language == "es" else None)
                    or item.history.activity,
                    item.change,
                    item.course.course,
                    item.history.target,
                )
                for item in found
            ],
            len(episode.visits),
            language,
        )
        sections = tuple(Section(heading, tuple(lines)) for heading, lines in parts)
    else:
        title = f"Progress {episode.starts_on.isoformat()} to {episode.until.isoformat()}"
        headline = _headline(found)
        sections = _sections(episode, found, voice)
    sources = tuple(dict.fromkeys(source for item in found for source in item.change.sources))
    return Proof(voice, language, title, headline, sections, found, sources, episode)


def _headline(found: Sequence[MeasureProof]) -> str:
    return " ".join(_headline_of(item) for item in found[:2])


def _headline_of(item: MeasureProof) -> str:
    chosen, change, found = measure(item.history.measure), item.change, item.course.course
    name = chosen.abbreviation
    size = words.amount(chosen, abs(change.change)) if change.change is not None else ""
    so_far = {
        Verdict.BEYOND_MCID: f"{name} improved by {size}, an important change",
        Verdict.BEYOND_MDC: f"{name} improved by {size}, more than measurement error",
        Verdict.WITHIN_ERROR: f"{name} shows no change beyond measurement error",
        Verdict.WORSE: f"{name} worsened by {size}",
        Verdict.NOT_COMPARABLE: f"{name} cannot be compared with its baseline",
    }.get(change.verdict, f"{name}: no verdict can be given")
    if change.verdict is Verdict.WITHIN_ERROR and change.mdc_figure is None:
        so_far = f"{name} shows no important change"
    ending = {
        Course.PLATEAU: "; the last two re-tests show no further change.",
        Course.REGRESSION: (
            "."
            if change.verdict is Verdict.WORSE
            else "; the last score is worse than the best before it, by more than error."
        ),
    }.get(found, ".")
    return f"{so_far}{ending}"


def _sections(episode: Episode, found: Sequence[MeasureProof], voice: Voice) -> tuple[Section, ...]:
    measured = []
    for item in found:
        measured.append(item.change.sentence)
        if voice is Voice.PAYER:
            # what the publisher says of the figures, not what we tell clinicians about the test
            caution = measure(item.history.measure).cautions
            measured += [note for note in item.change.notes if note != caution]
    course_of = [
        f"{measure(item.history.measure).abbreviation}: {item.course.because}" for item in found
    ]
    sections = [
        Section("What was measured", tuple(measured)),
        Section("Course", (*course_of, *_forecasts(episode, found))),
        Section("Goal", tuple(_goal(item) for item in found)),
    ]
    if voice is Voice.PAYER:
        sections.append(Section("Why a therapist was needed", _skilled(episode)))
    elif episode.skills or episode.dual_tasks:
        sections.append(Section("In the sessions", _skilled(episode)))
    sections.append(Section("What follows", _next(episode, found)))
    return tuple(sections)


def _forecasts(episode: Episode, found: Sequence[MeasureProof]) -> list[str]:
    said = []
    for item in found:
        target, chosen = item.history.target, measure(item.history.measure)
        if target is None or item.course.course is not Course.IMPROVING:
            continue
        scores = sorted(item.history.scores, key=lambda score: score.taken_on or date.min)
        points = _by_visit(scores, episode.visits)
        if not points:
            continue
        ahead = forecast(points, target=target, better=chosen.better)
        said.append(f"Forecast to the target of {chosen.abbreviation}: {ahead.sentence}")
    return said


def _goal(item: MeasureProof) -> str:
    chosen, target, now = measure(item.history.measure), item.history.target, item.change.current
    if target is None:
        return f"{item.history.activity}: no target is set for {chosen.abbreviation}."
    aim = f"{words.recorded(chosen, target)} {words.unit(chosen)}"
    day = item.history.target_date
    by = f" by {day.isoformat()}" if day else ""
    if now is None or item.change.verdict is Verdict.NOT_COMPARABLE:
        return f"{item.history.activity}: target {aim}{by}; it cannot be judged now."
    reached = now >= target if chosen.better == "higher" else now <= target
    state = "reached" if reached else "not reached"
    return f"{item.history.activity}: target {aim}{by}, now {words.recorded(chosen, now)}; {state}."


def _skilled(episode: Episode) -> tuple[str, ...]:
    """Facts of sessions that only skilled guidance explains, as far as they were recorded."""
    said = [_skill(fact) for fact in episode.skills]
    for test in episode.dual_tasks:
        if test.single_s <= 0:
            raise BadInput("A dual-task cost needs the time of the single task.")
        cost = ((test.dual_s - test.single_s) * 100 / test.single_s).quantize(
            Decimal(1), rounding=ROUND_HALF_UP
        )
        said.append(
            f"{test.on.isoformat()}: {test.test} took {words.plain(test.single_s)} s alone and "
            f"{words.plain(test.dual_s)} s with a second task, a dual-task cost of {cost} %."
        )
    if not said:
        return (
            "No error before and after a cue, no retention and no dual-task cost is recorded "
            "for this period; this page shows no skilled need.",
        )
    return tuple(said)


def _skill(fact: SkillFact) -> str:
    before, after = words.plain(fact.before), words.plain(fact.after)
    if fact.after < fact.before:
        moved = f"fell from {before} to {after}"
    elif fact.after == fact.before:
        moved = f"stayed at {after}"
    else:
        moved = f"rose from {before} to {after}"
    sentence = f"{fact.on.isoformat()}: {fact.what} {moved} {fact.unit} with {fact.cue}"
    if fact.next_start is None:
        return f"{sentence}; the start of the next visit was not counted."
    start = words.plain(fact.next_start)
    if fact.after < fact.before and fact.next_start <= fact.after:
        kept = "the change was kept"
    elif fact.after < fact.before and fact.next_start < fact.before:
        kept = "part of the change was kept"
    else:
        kept = "no gain was carried over"
    return f"{sentence}; the next visit began at {start}: {kept}."


_CHOICES = {
    Choice.CONTINUE: "continue the plan",
    Choice.CHANGE_PLAN: "change the plan",
    Choice.MAINTENANCE: "a skilled maintenance programme, with its justification",
    Choice.DISCHARGE: "discharge to a home programme",
    Choice.LOOK_FOR_CAUSE: "look for the cause of the decline",
    Choice.MEASURE_AGAIN: "measure again under the same conditions",
}


def _next(episode: Episode, found: Sequence[MeasureProof]) -> tuple[str, ...]:
    if episode.decision is not None:
        decision = episode.decision
        return (f"The therapist decided to: {_CHOICES[decision.choice]}. {decision.because}",)
    choices = list(dict.fromkeys(choice for item in found for choice in item.course.choices))
    listed = "; ".join(_CHOICES[choice] for choice in choices)
    return (f"The therapist has not recorded a decision. The measurements leave: {listed}.",)
