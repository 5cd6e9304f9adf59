"""What each type of note must hold before it can be signed.

Source: Medicare Benefit Policy Manual, chapter 15, sections 220.1.2, 220.1.3 and 220.3; minutes
of each activity are this project's own requirement, because units need them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from neuroreed.care.documentation_facts import (
    EVALUATION_CODES,
    day,
    filled,
    listed,
    mapping,
    number,
    text,
)
from neuroreed.care.note.nouns import Note, NoteType

Facts = Mapping[str, Any]
NOT_A_THERAPIST = ("PTA", "LPTA", "OTA", "COTA", "COTA/L", "STUDENT", "SPT", "SPTA", "SOT", "SOTA")
NEEDS_THERAPIST = frozenset(NoteType) - {NoteType.DAILY}


def missing(note: Note) -> list[str]:
    """What the note lacks, one sentence each, in the order of the note; empty when complete."""
    facts = note.facts
    lacking: list[str] = []
    if note.amends is not None:
        if not (note.reason or "").strip():
            lacking.append("The reason of the addendum or late entry.")
        if not note.free_text.strip():
            lacking.append("The text of the addendum or late entry.")
        return lacking + _signer(facts, needs_therapist=False)
    if day(facts.get("date_of_service"), "date_of_service") is None:
        lacking.append("The date of service.")
    for check in REQUIRED[note.type]:
        lacking += check(facts)
    return lacking + _signer(facts, needs_therapist=note.type in NEEDS_THERAPIST)


def _signer(facts: Facts, *, needs_therapist: bool) -> list[str]:
    credential = text(mapping(facts.get("signer"), "signer").get("credential")).upper()
    if not credential:
        return ["The credential of the person who signs."]
    if needs_therapist and credential in NOT_A_THERAPIST:
        return [f"A therapist's signature: this note cannot be signed by a {credential}."]
    return []


def _needs(*checks: tuple[str, str, str]) -> Callable[[Facts], list[str]]:
    """Facts of a group that must be given: group, name, sentence."""

    def check(facts: Facts) -> list[str]:
        return [
            sentence
            for group, name, sentence in checks
            if not filled(mapping(facts.get(group), group).get(name))
        ]

    return check


def _activities(facts: Facts) -> list[str]:
    entries = listed(facts.get("interventions"), "interventions")
    lacking = [] if entries else ["At least one intervention."]
    for i, raw in enumerate(entries):
        entry = mapping(raw, f"interventions[{i}]")
        name = text(entry.get("cpt")) or f"intervention {i + 1}"
        if not text(entry.get("cpt")):
            lacking.append(f"The code of intervention {i + 1}.")
        named = filled(entry.get("technique")) or filled(entry.get("task"))
        if not named and name not in EVALUATION_CODES:
            lacking.append(f"What was done under {name}: a technique or a task.")
        if number(entry.get("minutes")) is None:
            lacking.append(f"The minutes of {name}.")
    if number(facts.get("total_timed_minutes")) is None:
        lacking.append("The total of the timed minutes.")
    if number(facts.get("session_minutes")) is None:
        lacking.append("The total treatment minutes.")
    return lacking


def _session_minutes(facts: Facts) -> list[str]:
    given = number(facts.get("session_minutes")) is not None
    return [] if given else ["The total treatment minutes."]


def _diagnoses(facts: Facts) -> list[str]:
    dx = mapping(facts.get("dx"), "dx")
    return [
        sentence
        for kind, sentence in (
            ("medical", "A medical diagnosis."),
            ("treatment", "A treatment (impairment) diagnosis."),
        )
        if not listed(dx.get(kind), f"dx.{kind}")
    ]


def _limitations(facts: Facts) -> list[str]:
    for i, raw in enumerate(listed(facts.get("functional_limitations"), "functional_limitations")):
        entry = mapping(raw, f"functional_limitations[{i}]")
        if filled(entry.get("activity")) and number(entry.get("value")) is not None:
            return []
    return ["A functional limitation with a number."]


def _measures(facts: Facts) -> list[str]:
    for i, raw in enumerate(listed(facts.get("impairments"), "impairments")):
        entry = mapping(raw, f"impairments[{i}]")
        if (
            filled(entry.get("measure"))
            and filled(entry.get("value"))
            and filled(entry.get("date"))
        ):
            return []
    return ["An objective measure of an impairment, with its date."]


def _goals(facts: Facts) -> list[str]:
    entries = listed(facts.get("goals"), "goals")
    lacking = [] if entries else ["A measurable long-term goal."]
    for i, raw in enumerate(entries):
        goal = mapping(raw, f"goals[{i}]")
        complete = (
            filled(goal.get("measure"))
            and number(goal.get("baseline")) is not None
            and number(goal.get("target")) is not None
            and day(goal.get("target_date"), f"goals[{i}].target_date") is not None
        )
        if not complete:
            name = text(goal.get("id")) or str(i + 1)
            lacking.append(f"Measure, start, target and date of goal {name}.")
    return lacking


def _plan(facts: Facts) -> list[str]:
    plan = mapping(facts.get("poc"), "poc")
    lacking = []
    if not listed(plan.get("planned_cpt"), "poc.planned_cpt") and not listed(
        plan.get("planned_techniques"), "poc.planned_techniques"
    ):
        lacking.append("The type of treatment: planned techniques or codes.")
    for name, sentence in (
        ("visits_per_week", "The frequency: visits a week."),
        ("minutes_per_visit", "The amount: minutes a visit."),
        ("duration_weeks", "The duration: weeks."),
    ):
        amount = number(plan.get(name))
        if amount is None or amount <= 0:
            lacking.append(sentence)
    return lacking


def _progress(facts: Facts) -> list[str]:
    report = mapping(facts.get("report"), "report")
    lacking: list[str] = []
    values = {
        text(mapping(raw, f"report.goals[{i}]").get("id")): mapping(raw, f"report.goals[{i}]")
        for i, raw in enumerate(listed(report.get("goals"), "report.goals"))
    }
    any_gain = False
    for i, raw in enumerate(listed(facts.get("goals"), "goals")):
        name = text(mapping(raw, f"goals[{i}]").get("id")) or str(i + 1)
        entry = values.get(name, {})
        if not filled(entry.get("value")):
            lacking.append(f"The measure of goal {name} now.")
        elif not filled(entry.get("verdict")):
            lacking.append(f"How far goal {name} has come: the comparison with its start.")
        any_gain = any_gain or entry.get("verdict") in ("beyond_mdc", "beyond_mcid")
    if not any_gain and not filled(report.get("reason_no_progress")):
        lacking.append("The reason for the lack of progress.")
    return lacking


def _continuing(facts: Facts) -> list[str]:
    report = mapping(facts.get("report"), "report")
    maintenance = filled(mapping(facts.get("progress"), "progress").get("maintenance_rationale"))
    lacking = []
    if not filled(report.get("continue_reason")) and not maintenance:
        lacking.append("Why care goes on, or that it ends.")
    if report.get("goal_changes") is None:
        lacking.append("Changes to goals; an empty list says that there are none.")
    return lacking


_onset = _needs(
    ("onset", "date", "The date of onset."), ("onset", "why_now", "Why care is needed now.")
)
_reason = _needs(("reevaluation", "reason", "The reason for the re-evaluation."))
_recertify = _needs(
    ("recertification", "certified_from", "The first day of the recertified period."),
    ("recertification", "certified_to", "The last day of the recertified period."),
    ("recertification", "justification", "Why care is still needed."),
)
_discharge = _needs(
    ("discharge", "date", "The date of discharge."),
    ("discharge", "reason", "The reason for discharge."),
    ("discharge", "recommendations", "Recommendations after discharge."),
)
_period = _needs(
    ("report", "period_from", "The first day of the reporting period."),
    ("report", "period_to", "The last day of the reporting period."),
)

REQUIRED: Mapping[NoteType, tuple[Callable[[Facts], list[str]], ...]] = {
    NoteType.DAILY: (_activities,),
    NoteType.EVALUATION: (
        _onset,
        _limitations,
        _measures,
        _diagnoses,
        _goals,
        _plan,
        _session_minutes,
    ),
    NoteType.PLAN_OF_CARE: (_diagnoses, _goals, _plan),
    NoteType.PROGRESS: (_period, _progress, _continuing),
    NoteType.REEVALUATION: (_reason, _measures, _goals, _plan),
    NoteType.RECERTIFICATION: (_recertify, _diagnoses, _measures, _goals, _plan),
    NoteType.DISCHARGE: (_discharge, _period, _progress),
}
