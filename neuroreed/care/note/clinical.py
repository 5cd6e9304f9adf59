"""The sections of a note about the person: history, findings, limits, goals, assessment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from neuroreed.care.documentation_facts import day, filled, listed, mapping, number, text
from neuroreed.care.note.activities import Teller, activity_name
from neuroreed.care.note.nouns import Sentence
from neuroreed.care.note.words import (
    VERDICT_WORDS,
    date_at,
    figure,
    joined,
    measure_name,
    measured,
    quoted,
    words,
)

WHY_NOW = {
    "new_event": "a new event",
    "exacerbation": "an exacerbation",
    "post_op": "surgery",
    "decline_measured": "a measured decline",
    "new_goal": "a new goal",
}
HISTORY = (
    ("course", "Course: {}"),
    ("surgeries", "Surgery: {}"),
    ("comorbidities", "Other conditions: {}"),
    ("medications", "Medication: {}"),
    ("living_situation", "Living situation: {}"),
    ("prior_level", "Level before: {}"),
    ("precautions", "Precautions: {}"),
)


def _entries(facts: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (f"{name}[{i}]", mapping(entry, f"{name}[{i}]"))
        for i, entry in enumerate(listed(facts.get(name), name))
    ]


def subjective(facts: Mapping[str, Any]) -> list[Sentence]:
    """What the patient says."""
    teller = Teller(mapping(facts.get("subjective"), "subjective"), "subjective")
    said = teller.facts
    if teller.has("report"):
        teller.say(f"Patient reports: {quoted(said['report'])}", "report")
    if number(said.get("pain_0_10")) is not None:
        teller.say(f"Pain {words(said['pain_0_10'])}/10", "pain_0_10")
    falls = number(said.get("falls_since_last_visit"))
    if falls is not None:
        count = "No fall" if falls == 0 else f"{figure(falls)} fall{'' if falls == 1 else 's'}"
        teller.say(f"{count} since the last visit", "falls_since_last_visit")
    if teller.has("changes"):
        teller.say(f"Changes reported: {words(said['changes'])}", "changes")
    return teller.sentences


def history(facts: Mapping[str, Any]) -> list[Sentence]:
    """When it began, why care is needed now, and what else matters."""
    teller = Teller(mapping(facts.get("onset"), "onset"), "onset")
    began = date_at(teller.facts.get("date"), "onset.date")
    why = WHY_NOW.get(text(teller.facts.get("why_now")), words(teller.facts.get("why_now") or ""))
    if began and why:
        teller.say(f"Onset {began}; care is needed now because of {why}", "date", "why_now")
    elif began:
        teller.say(f"Onset {began}", "date")
    elif why:
        teller.say(f"Care is needed now because of {why}", "why_now")
    past = Teller(mapping(facts.get("history"), "history"), "history")
    for name, pattern in HISTORY:
        if past.has(name):
            past.say(pattern.format(words(past.facts[name])), name)
    return teller.sentences + past.sentences


def limitations(facts: Mapping[str, Any]) -> list[Sentence]:
    """What the patient can do now, and could do before."""
    told: list[Sentence] = []
    for path, entry in _entries(facts, "functional_limitations"):
        teller = Teller(entry, path)
        if not teller.has("activity"):
            continue
        names = ["activity"]
        sentence = words(entry["activity"])
        unit = ""
        if teller.has("unit"):
            unit = f" {words(entry['unit'])}"
        if teller.has("value"):
            sentence += f": {words(entry['value'])}{unit}{_when(entry, path, facts)}"
            names += ["value"] + (["unit"] if unit else [])
            names += ["date"] if teller.has("date") else []
            if teller.has("at_start"):
                since = date_at(entry.get("started"), f"{path}.started")
                began = f" ({since})" if since else ""
                sentence += f", {words(entry['at_start'])}{unit} at the start of care{began}"
                names += ["at_start"] + (["started"] if since else [])
            if teller.has("prior_level"):
                own_unit = unit if number(entry["prior_level"]) is not None else ""
                sentence += f", {words(entry['prior_level'])}{own_unit} before"
                names.append("prior_level")
        elif teller.has("prior_level"):
            sentence += f": {words(entry['prior_level'])} before"
            names.append("prior_level")
        teller.say(sentence, *names)
        told += teller.sentences
    return told


def _when(entry: Mapping[str, Any], path: str, facts: Mapping[str, Any]) -> str:
    """When a value was true; a value without its day is that of the note."""
    taken = day(entry.get("date"), f"{path}.date")
    on = day(facts.get("date_of_service"), "date_of_service")
    if taken is None or taken == on:
        return " now"
    return f" on {date_at(entry['date'], f'{path}.date')}"


def findings(facts: Mapping[str, Any], on: date | None = None) -> list[Sentence]:
    """The last value of each measure of each deficit with its date, and the one before it."""
    series: dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]] = {}
    for path, entry in _entries(facts, "impairments"):
        if filled(entry.get("measure")) and filled(entry.get("value")):
            key = (text(entry.get("category")), text(entry["measure"]))
            series.setdefault(key, []).append((path, entry))
    told: list[Sentence] = []
    for entries in series.values():
        by_day = sorted(entries, key=lambda one: day(one[1].get("date"), one[0]) or date.min)
        told.append(_finding(by_day, on))
    return told


def _finding(by_day: list[tuple[str, Mapping[str, Any]]], on: date | None) -> Sentence:
    path, entry = by_day[-1]
    teller = Teller(entry, path)
    names = ["measure", "value"]
    sentence = f"{measure_name(entry['measure'])} {measured(entry['measure'], entry['value'])}"
    if teller.has("category"):
        sentence = f"{words(entry['category'])}: {sentence}"
        names.insert(0, "category")
    taken = day(entry.get("date"), f"{path}.date")
    if taken is not None:
        said = date_at(entry["date"], f"{path}.date")
        sentence += ", measured today" if taken == on else f" on {said}"
        names.append("date")
    before_paths: list[str] = []
    if len(by_day) > 1:
        where, before = by_day[-2]
        since = date_at(before.get("date"), f"{where}.date")
        sentence += f"; before that {measured(before['measure'], before['value'])}"
        sentence += f" on {since}" if since else ""
        before_paths = [f"{where}.value"] + ([f"{where}.date"] if since else [])
    teller.say(sentence, *names)
    (made,) = teller.sentences
    return Sentence(made.text, (*made.paths, *before_paths))


def goals(facts: Mapping[str, Any]) -> list[Sentence]:
    """Each goal: measure, start, target, date, and the activity that it restores."""
    activities = {
        text(entry.get("id")): (path, entry)
        for path, entry in _entries(facts, "functional_limitations")
        if filled(entry.get("activity"))
    }
    told: list[Sentence] = []
    for path, goal in _entries(facts, "goals"):
        told += _goal(path, goal, activities)
    return told


def _goal(
    path: str, goal: Mapping[str, Any], activities: Mapping[str, tuple[str, Mapping[str, Any]]]
) -> list[Sentence]:
    teller = Teller(goal, path)
    if not (teller.has("measure") and teller.has("target")):
        return []
    names = ["measure", "target"]
    label = ""
    if teller.has("id"):
        label = f"Goal {words(goal['id'])}: "
        names.append("id")
    measure = measure_name(goal["measure"])
    if teller.has("baseline"):
        target = measured(goal["measure"], goal["target"])
        sentence = f"{label}{measure} from {words(goal['baseline'])} to {target}"
        names.append("baseline")
    else:
        sentence = f"{label}{measure} to {measured(goal['measure'], goal['target'])}"
    by = date_at(goal.get("target_date"), f"{path}.target_date")
    if by:
        sentence += f" by {by}"
        names.append("target_date")
    if number(goal.get("mdc")) is not None:
        sentence += f" (measurement error {words(goal['mdc'])})"
        names.append("mdc")
    elif goal.get("mdc_unknown") is True:
        sentence += " (measurement error not known)"
        names.append("mdc_unknown")
    extra: list[str] = []
    if text(goal.get("fl")) in activities:
        where, limitation = activities[text(goal["fl"])]
        sentence += f", to {words(limitation['activity'])}"
        names.append("fl")
        extra.append(f"{where}.activity")
    teller.say(sentence, *names)
    (sentence_made,) = teller.sentences
    return [Sentence(sentence_made.text, (*sentence_made.paths, *extra))]


def diagnoses(facts: Mapping[str, Any]) -> list[Sentence]:
    """The diagnoses with the official description of each, where it is at hand."""
    dx = Teller(mapping(facts.get("dx"), "dx"), "dx")
    on = day(facts.get("date_of_service"), "date_of_service")
    for kind, label in (("medical", "Medical diagnosis"), ("treatment", "Treatment diagnosis")):
        codes = [text(code) for code in listed(dx.facts.get(kind), f"dx.{kind}") if text(code)]
        if codes:
            told = joined([_diagnosis(code, on) for code in codes])
            dx.say(f"{label}: {told}", kind)
    return dx.sentences


def _diagnosis(code: str, on: date | None) -> str:
    from neuroreed.policy.icd10 import diagnosis

    found = diagnosis(code, on) if on else None
    return f"{found.description} ({code})" if found else code


def links(facts: Mapping[str, Any]) -> list[Sentence]:
    """Condition, deficit and goal of each activity, tied by what the facts name."""
    known = {text(goal.get("id")): path for path, goal in _entries(facts, "goals")}
    told: list[Sentence] = []
    for path, entry in _entries(facts, "interventions"):
        name = activity_name(entry)
        names = [f"{path}.{key}" for key in ("technique", "task") if filled(entry.get(key))][:1]
        deficits = [
            words(c)
            for c in listed(entry.get("impairment_categories"), f"{path}.impairment_categories")
            if filled(c)
        ]
        served = [
            text(g) for g in listed(entry.get("goal_ids"), f"{path}.goal_ids") if text(g) in known
        ]
        if not name or not (deficits or served):
            continue
        sentence = name
        if deficits:
            sentence += f" addressed {joined(deficits)}"
            names.append(f"{path}.impairment_categories")
        if served:
            sentence += f"{' and' if deficits else ''} served goal {joined(served)}"
            names.append(f"{path}.goal_ids")
        told.append(Sentence(f"{sentence}.", tuple(names)))
    return told


def verdicts(facts: Mapping[str, Any]) -> list[Sentence]:
    """What the last comparisons of the measures said, and what followed from them."""
    teller = Teller(mapping(facts.get("progress"), "progress"), "progress")
    said = [
        VERDICT_WORDS.get(text(verdict), words(verdict))
        for verdict in listed(teller.facts.get("last_two_verdicts"), "progress.last_two_verdicts")
    ]
    if said:
        noun = "comparison" if len(said) == 1 else f"{len(said)} comparisons"
        teller.say(
            f"Change in the measures, last {noun}: {', then '.join(said)}", "last_two_verdicts"
        )
    if teller.facts.get("plan_change") is True:
        teller.say("The plan was changed in answer to this", "plan_change")
    if teller.has("maintenance_rationale"):
        teller.say(
            "Maintenance program; a therapist's skill is needed because "
            f"{words(teller.facts['maintenance_rationale'])}",
            "maintenance_rationale",
        )
    return teller.sentences
