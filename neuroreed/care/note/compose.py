"""A note from the facts of a visit, in the clinician's order.

Every sentence states facts that were given, and carries their paths; a fact that is absent
makes no sentence. Two notes differ because their facts differ.

Beyond the facts of a visit (see ``documentation``) the note types read, where given:
``student`` {directed_by, in_room} (a student treated under the therapist's eyes);
``statement`` (what differed, or why the dose was held steady);
``subjective`` {report, pain_0_10, falls_since_last_visit, changes}; ``history`` {course,
surgeries, comorbidities, medications, living_situation, prior_level, precautions}; ``poc`` also
{visits_per_week, minutes_per_visit, duration_weeks, discharge_plan, prognosis}; ``report``
{period_from, period_to, treatment_days, goals [{id, value, date, verdict, status}],
reason_no_progress, continue_reason, goal_changes []}; ``reevaluation`` {reason};
``recertification`` {certified_from, certified_to, justification}; ``discharge`` {date, reason,
last_visit, recommendations}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from neuroreed.care.documentation_facts import (
    bounded,
    day,
    filled,
    kind_of,
    listed,
    mapping,
    number,
    text,
)
from neuroreed.care.note import clinical, report
from neuroreed.care.note.activities import Teller, activity_name, tell_activity
from neuroreed.care.note.nouns import (
    TITLES,
    Note,
    NoteText,
    NoteType,
    Section,
    Sentence,
    note_type_of,
)
from neuroreed.care.note.words import (
    capital,
    date_at,
    figure,
    joined,
    quoted,
    words,
)
from neuroreed.model.errors import BadInput

Facts = Mapping[str, Any]
Writer = Callable[[Facts], list[Sentence]]


# what a decision of today says of the next visit
NEXT = {
    "progress": "progress {}",
    "regress": "make {} easier",
    "hold": "continue {} at this dose",
    "modify": "change {}",
    "stop": "stop {}",
}


def interventions(facts: Facts) -> list[Sentence]:
    """What was done, activity by activity, then the minutes of the whole visit."""
    told: list[Sentence] = []
    for i, entry in enumerate(listed(facts.get("interventions"), "interventions")):
        path = f"interventions[{i}]"
        told += [
            replace(sentence, paragraph=i + 1)
            for sentence in tell_activity(mapping(entry, path), path)
        ]
    teller = Teller(facts, "")
    timed, session = number(facts.get("total_timed_minutes")), number(facts.get("session_minutes"))
    if timed is not None and session is not None:
        teller.say(
            f"Timed minutes {figure(timed)}; whole session {figure(session)} minutes",
            "total_timed_minutes",
            "session_minutes",
        )
    elif timed is not None:
        teller.say(f"Timed minutes {figure(timed)}", "total_timed_minutes")
    elif session is not None:
        teller.say(f"Whole session {figure(session)} minutes", "session_minutes")
    student = Teller(mapping(facts.get("student"), "student"), "student")
    if student.has("directed_by") and student.facts.get("in_room") is True:
        student.say(
            f"A student took part under the direction of {words(student.facts['directed_by'])}, "
            "who was in the room throughout and treated nobody else meanwhile",
            "directed_by",
            "in_room",
        )
        teller.sentences += student.sentences
    after = len(listed(facts.get("interventions"), "interventions")) + 1
    return told + [replace(sentence, paragraph=after) for sentence in teller.sentences]


def education(facts: Facts) -> list[Sentence]:
    """What was taught, and whether the patient could show it."""
    told: list[Sentence] = []
    for i, raw in enumerate(listed(facts.get("education"), "education")):
        path = f"education[{i}]"
        entry = mapping(raw, path)
        teller = Teller(entry, path)
        if teller.has("topic") and teller.has("teach_back"):
            teller.say(
                f"Taught: {words(entry['topic'])}; teach-back {words(entry['teach_back'])}",
                "topic",
                "teach_back",
            )
        elif teller.has("topic"):
            teller.say(f"Taught: {words(entry['topic'])}", "topic")
        told += teller.sentences
    home = Teller(mapping(facts.get("hep"), "hep"), "hep")
    items, reviewed = number(home.facts.get("items")), home.facts.get("reviewed")
    if items is not None:
        sentence = f"Home program of {figure(items)} item{'' if items == 1 else 's'}"
        if isinstance(reviewed, bool):
            home.say(f"{sentence}, {'' if reviewed else 'not '}reviewed", "items", "reviewed")
        else:
            home.say(sentence, "items")
    elif isinstance(reviewed, bool):
        home.say(f"Home program {'' if reviewed else 'not '}reviewed", "reviewed")
    return told + home.sentences + _adherence(home.facts)


def _adherence(home: Facts) -> list[Sentence]:
    """How much of the home program was done, as the patient logged it."""
    done = Teller(mapping(home.get("adherence"), "hep.adherence"), "hep.adherence")
    asked, days = number(done.facts.get("prescribed")), number(done.facts.get("days"))
    if asked is None or days is None:
        return []
    with_data = number(done.facts.get("days_with_data"))
    if not with_data:
        done.say(
            f"Home program log: nothing logged in {figure(days)} days, "
            f"{figure(asked)} doses prescribed",
            "prescribed",
            "days",
            "days_with_data",
        )
        return done.sentences
    names = ["done", "prescribed", "days", "days_with_data"]
    full, partly = number(done.facts.get("done")), number(done.facts.get("partly"))
    if full is None:
        return []
    sentence = f"Home program log: {figure(full)} of {figure(asked)} doses done"
    if partly:
        sentence += f", {figure(partly)} in part,"
        names.append("partly")
    sentence += f" in {figure(days)} days"
    percent = number(done.facts.get("percent"))
    if percent is not None:
        sentence += f" ({figure(percent)} %)"
        names.append("percent")
    sentence += f", logged on {figure(with_data)} day{'' if with_data == 1 else 's'}"
    most = number(done.facts.get("pain_most"))
    if most is not None:
        sentence += f"; highest pain logged {figure(most)}/10"
        names.append("pain_most")
    done.say(sentence, *names)
    return done.sentences


def next_steps(facts: Facts) -> list[Sentence]:
    """What carries on from today's decisions, and the period that covers it."""
    told: list[Sentence] = []
    for i, raw in enumerate(listed(facts.get("interventions"), "interventions")):
        path = f"interventions[{i}]"
        entry = mapping(raw, path)
        decision = mapping(entry.get("decision"), f"{path}.decision")
        name = activity_name(entry)
        if not name or not filled(decision.get("value")):
            continue
        names = [f"{path}.technique" if filled(entry.get("technique")) else f"{path}.task"]
        value = text(decision["value"])
        names.append(f"{path}.decision.value")
        name = name[:1].lower() + name[1:] if name[1:2].islower() else name
        sentence = NEXT.get(value, f"{words(value)}: {{}}").format(name)
        if filled(decision.get("change")):
            to = " to " if value == "progress" else ": "
            sentence += f"{to}{words(decision['change'])}"
            names.append(f"{path}.decision.change")
        told.append(Sentence(capital(sentence) + ".", tuple(names)))
    plan = Teller(mapping(facts.get("poc"), "poc"), "poc")
    since = date_at(plan.facts.get("certified_from"), "poc.certified_from")
    until = date_at(plan.facts.get("certified_to"), "poc.certified_to")
    if since and until:
        plan.say(f"Plan of care certified {since} to {until}", "certified_from", "certified_to")
    progress = Teller(mapping(facts.get("progress"), "progress"), "progress")
    visits = number(progress.facts.get("visits_since_report"))
    if visits is not None:
        progress.say(
            f"Treatment days since the last progress report: {figure(visits)}",
            "visits_since_report",
        )
    return told + plan.sentences + progress.sentences


def statement(facts: Facts) -> list[Sentence]:
    """What the clinician said about a visit that is like the last ones."""
    teller = Teller(facts, "")
    if teller.has("statement"):
        teller.say(f"Compared with the last visits: {quoted(facts['statement'])}", "statement")
    return teller.sentences


def assessment(facts: Facts) -> list[Sentence]:
    """Condition, deficit, activity and goal, tied together."""
    parts = (
        clinical.diagnoses(facts),
        clinical.limitations(facts),
        clinical.links(facts) + clinical.goals(facts),
        clinical.verdicts(facts),
        statement(facts),
    )
    return [
        replace(sentence, paragraph=place) for place, part in enumerate(parts) for sentence in part
    ]


def objective_today(facts: Facts) -> list[Sentence]:
    """Measures, those of today marked."""
    return clinical.findings(facts, day(facts.get("date_of_service"), "date_of_service"))


def plan_of_care(facts: Facts) -> list[Sentence]:
    """Type, amount, frequency and duration of the care that is planned."""
    plan = Teller(mapping(facts.get("poc"), "poc"), "poc")
    techniques = listed(plan.facts.get("planned_techniques"), "poc.planned_techniques")
    if techniques:
        names = [activity_name({"technique": technique}) for technique in techniques]
        plan.say(f"Planned techniques: {joined([n for n in names if n])}", "planned_techniques")
    codes = [text(c) for c in listed(plan.facts.get("planned_cpt"), "poc.planned_cpt") if text(c)]
    if codes:
        plan.say(f"Planned codes: {joined(codes)}", "planned_cpt")
    for name, pattern in (
        ("visits_per_week", "Frequency: {} times a week"),
        ("minutes_per_visit", "Amount: {} minutes a visit"),
        _duration(plan.facts),
    ):
        if number(plan.facts.get(name)) is not None:
            plan.say(pattern.format(words(plan.facts[name])), name)
    since = date_at(plan.facts.get("certified_from"), "poc.certified_from")
    until = date_at(plan.facts.get("certified_to"), "poc.certified_to")
    if since and until:
        plan.say(f"Period of care {since} to {until}", "certified_from", "certified_to")
    for name, pattern in (("prognosis", "Prognosis: {}"), ("discharge_plan", "Discharge plan: {}")):
        if plan.has(name):
            plan.say(pattern.format(words(plan.facts[name])), name)
    return plan.sentences


def _duration(plan: Facts) -> tuple[str, str]:
    """Whole weeks as weeks, anything else as the days that were planned."""
    days = number(plan.get("duration_days"))
    if days is not None and days % 7:
        return ("duration_days", "Duration: {} days")
    return ("duration_weeks", "Duration: {} weeks")


SAID = ("subjective", "Subjective", clinical.subjective)
MEASURED = ("objective", "Objective", objective_today)
FUNCTION = ("function", "Function", clinical.limitations)
DIAGNOSES = ("diagnoses", "Diagnoses", clinical.diagnoses)
GOALS = ("goals", "Goals", clinical.goals)
PLAN = ("plan", "Plan of care", plan_of_care)
DONE = ("interventions", "Interventions", interventions)
TAUGHT = ("education", "Education", education)
PROGRESS = ("progress", "Progress", report.progress_against_goals)
VERDICTS = ("assessment", "Assessment", clinical.verdicts)

SECTIONS: Mapping[NoteType, tuple[tuple[str, str, Writer], ...]] = {
    NoteType.DAILY: (
        SAID,
        MEASURED,
        DONE,
        ("assessment", "Assessment", assessment),
        TAUGHT,
        ("plan", "Plan", next_steps),
    ),
    NoteType.EVALUATION: (
        ("history", "History", clinical.history),
        SAID,
        FUNCTION,
        MEASURED,
        DONE,
        DIAGNOSES,
        GOALS,
        TAUGHT,
        PLAN,
    ),
    NoteType.PLAN_OF_CARE: (DIAGNOSES, FUNCTION, MEASURED, GOALS, PLAN),
    NoteType.PROGRESS: (SAID, MEASURED, PROGRESS, FUNCTION, GOALS, VERDICTS, PLAN),
    NoteType.REEVALUATION: (
        ("reason", "Reason", report.reevaluation),
        SAID,
        FUNCTION,
        MEASURED,
        PROGRESS,
        DIAGNOSES,
        GOALS,
        PLAN,
    ),
    NoteType.RECERTIFICATION: (
        ("recertification", "Recertification", report.recertification),
        DIAGNOSES,
        FUNCTION,
        MEASURED,
        PROGRESS,
        GOALS,
        VERDICTS,
        PLAN,
    ),
    NoteType.DISCHARGE: (
        ("discharge", "Discharge", report.discharge),
        PROGRESS,
        FUNCTION,
        MEASURED,
        VERDICTS,
        TAUGHT,
    ),
}


def compose(facts: Facts, note_type: NoteType | str = NoteType.DAILY) -> NoteText:
    """The text of a note.

    Raises:
        BadInput: there is no such note type, or a fact has a shape that it cannot have.
    """
    if not isinstance(facts, Mapping):
        raise BadInput(f"The facts of a note are named facts, not {kind_of(facts)}.")
    bounded(facts)
    kind = note_type_of(note_type)
    sections = [
        Section(section_id, title, tuple(sentences))
        for section_id, title, write in SECTIONS[kind]
        if (sentences := write(facts))
    ]
    return NoteText(kind, TITLES[kind], tuple(sections))


def draft(facts: Facts, note_type: NoteType | str = NoteType.DAILY, *, free_text: str = "") -> Note:
    """A note with its composed text, not yet sealed."""
    text_of_note = compose(facts, note_type)
    return Note(text_of_note.type, facts, text_of_note, free_text)
