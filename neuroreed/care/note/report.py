"""The sections of reports: progress against goals, re-evaluation, recertification, discharge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from neuroreed.care.documentation_facts import filled, listed, mapping, number, text
from neuroreed.care.note.activities import Teller
from neuroreed.care.note.nouns import Sentence
from neuroreed.care.note.words import VERDICT_WORDS, date_at, measure_name, measured, words

Facts = Mapping[str, Any]
Writer = Callable[[Facts], list[Sentence]]


def progress_against_goals(facts: Facts) -> list[Sentence]:
    """Each goal's measure now against its start and target, and what the change means."""
    report = mapping(facts.get("report"), "report")
    teller = Teller(report, "report")
    since = date_at(report.get("period_from"), "report.period_from")
    until = date_at(report.get("period_to"), "report.period_to")
    if since and until:
        names = ["period_from", "period_to"]
        sentence = f"Period {since} to {until}" if since != until else f"Period: {since}"
        if number(report.get("treatment_days")) is not None:
            count = words(report["treatment_days"])
            sentence += f", {count} treatment day{'' if count == '1' else 's'}"
            names.append("treatment_days")
        teller.say(sentence, *names)
    known: dict[str, tuple[str, Facts]] = {}
    for i, raw in enumerate(listed(facts.get("goals"), "goals")):
        goal = mapping(raw, f"goals[{i}]")
        known[text(goal.get("id"))] = (f"goals[{i}]", goal)
    told = teller.sentences
    for i, raw in enumerate(listed(report.get("goals"), "report.goals")):
        path = f"report.goals[{i}]"
        told = told + _goal_now(path, mapping(raw, path), known)
    rest = Teller(report, "report")
    for name, pattern in (
        ("reason_no_progress", "Reason for lack of progress: {}"),
        ("continue_reason", "Reason to continue: {}"),
    ):
        if rest.has(name):
            rest.say(pattern.format(words(report[name])), name)
    if report.get("goal_changes") is not None:
        changes = [words(c) for c in listed(report["goal_changes"], "report.goal_changes")]
        rest.say(f"Goal changes: {'; '.join(changes) if changes else 'none'}", "goal_changes")
    return told + rest.sentences


def _goal_now(path: str, entry: Facts, known: Mapping[str, tuple[str, Facts]]) -> list[Sentence]:
    where, goal = known.get(text(entry.get("id")), ("", {}))
    if not where or not filled(entry.get("value")) or not filled(goal.get("measure")):
        return []
    paths = [f"{path}.id", f"{path}.value", f"{where}.measure"]
    value = measured(goal["measure"], entry["value"])
    sentence = f"Goal {words(entry['id'])}: {measure_name(goal['measure'])} {value}"
    taken = date_at(entry.get("date"), f"{path}.date")
    if taken:
        sentence += f" on {taken}"
        paths.append(f"{path}.date")
    for name, pattern in (("baseline", ", was {}"), ("target", ", goal {}")):
        if filled(goal.get(name)):
            sentence += pattern.format(words(goal[name]))
            paths.append(f"{where}.{name}")
    if filled(entry.get("verdict")):
        verdict = VERDICT_WORDS.get(text(entry["verdict"]), words(entry["verdict"]))
        sentence += f"; the change is {verdict}"
        paths.append(f"{path}.verdict")
    if filled(entry.get("status")):
        sentence += f"; goal {words(entry['status'])}"
        paths.append(f"{path}.status")
    return [Sentence(f"{sentence}.", tuple(paths))]


def _plain_group(name: str, patterns: tuple[tuple[str, str], ...]) -> Writer:
    """A section whose facts are each said by one pattern; dates are said as dates."""

    def write(facts: Facts) -> list[Sentence]:
        teller = Teller(mapping(facts.get(name), name), name)
        for key, pattern in patterns:
            if not teller.has(key):
                continue
            value = teller.facts[key]
            is_date = key in ("date", "last_visit", "began")
            said = date_at(value, f"{name}.{key}") if is_date else words(value)
            teller.say(pattern.format(said), key)
        return teller.sentences

    return write


reevaluation = _plain_group("reevaluation", (("reason", "Reason for re-evaluation: {}"),))


def recertification(facts: Facts) -> list[Sentence]:
    """The period asked for, and why care is still needed."""
    teller = Teller(mapping(facts.get("recertification"), "recertification"), "recertification")
    since, until = (
        date_at(teller.facts.get(name), f"recertification.{name}")
        for name in ("certified_from", "certified_to")
    )
    if since and until:
        teller.say(
            f"Recertification is requested for the period {since} to {until}",
            "certified_from",
            "certified_to",
        )
    elif since:
        teller.say(f"Recertification asked from {since}", "certified_from")
    elif until:
        teller.say(f"Recertification asked until {until}", "certified_to")
    if teller.has("justification"):
        teller.say(
            f"Why care is still needed: {words(teller.facts['justification'])}", "justification"
        )
    return teller.sentences


discharge = _plain_group(
    "discharge",
    (
        ("date", "Discharged {}"),
        ("began", "Care began {}"),
        ("last_visit", "Last visit {}"),
        ("treatment_days", "Treatment days of this course of care: {}"),
        ("reason", "Reason for discharge: {}"),
        ("recommendations", "Recommendations: {}"),
    ),
)
