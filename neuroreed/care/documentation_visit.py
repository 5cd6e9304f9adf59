"""Points of the rubric about what was done in the visit (R09 to R15, R19).

Each check answers ``None`` when there is nothing to test, else the facts that fail it.
"""

from __future__ import annotations

from neuroreed.care.catalogue import COMMON_FIELDS, find_technique, vocabulary
from neuroreed.care.documentation_facts import (
    Failure,
    Failures,
    Line,
    VisitFacts,
    filled,
    mapping,
    number,
    text,
)

NEEDS_CHANGE = ("progress", "regress", "modify")


def technique_specific(facts: VisitFacts) -> Failures:
    """R09"""
    if not facts.neuro:
        return None
    found: list[Failure] = []
    for line in facts.neuro:
        if find_technique(line.get("technique")) is None:
            found.append(
                Failure(line.at("technique"), "Which technique of the catalogue was used?")
            )
        for name, question in (
            ("body_region", "Which part of the body was trained?"),
            ("task", "Which task was trained?"),
            ("position", "In which position?"),
        ):
            if not filled(line.get(name)):
                found.append(Failure(line.at(name), question))
    return found


def _is_dose(value: object) -> bool:
    amount = number(value)
    return amount is not None and amount > 0


def dose_complete(facts: VisitFacts) -> Failures:
    """R10"""
    if not facts.neuro:
        return None
    found: list[Failure] = []
    for line in facts.neuro:
        if not _is_dose(line.get("sets")):
            found.append(Failure(line.at("sets"), "How many sets?"))
        if not (_is_dose(line.get("reps")) or _is_dose(line.get("duration_s"))):
            found.append(Failure(line.at("reps"), "How many repetitions, or how many seconds?"))
        technique = find_technique(line.get("technique"))
        if technique is None:
            found.append(
                Failure(
                    line.at("technique"), "Which technique was used, so that its dose is known?"
                )
            )
            continue
        dosage = line.group("dosage")
        for name in technique.dosage_fields:
            common = name in COMMON_FIELDS and filled(line.get(name))
            if not filled(dosage.get(name)) and not common:
                found.append(Failure(line.at(f"dosage.{name}"), f"What was the {_words(name)}?"))
    return found


def _words(name: str) -> str:
    return name.replace("_", " ")


def assistance(facts: VisitFacts) -> Failures:
    """R11"""
    if not facts.neuro:
        return None
    found: list[Failure] = []
    for line in facts.neuro:
        if text(line.get("assist_level")) not in vocabulary().assist_levels:
            found.append(Failure(line.at("assist_level"), "How much assistance was given?"))
        position = text(line.get("position")).lower().replace("_", " ").split()
        upright = not position or "standing" in position or "walking" in position
        if upright and not filled(line.get("guarding")):
            found.append(Failure(line.at("guarding"), "How was the patient guarded?"))
    return found


def cueing(facts: VisitFacts) -> Failures:
    """R12"""
    if not facts.neuro:
        return None
    return [failure for line in facts.neuro if (failure := _cue_failure(line)) is not None]


def _cue_failure(line: Line) -> Failure | None:
    first: Failure | None = None
    for i, entry in enumerate(line.entries("cues")):
        path = line.at(f"cues[{i}]")
        cue = mapping(entry, path)
        if text(cue.get("type")) not in vocabulary().cue_types:
            missing = Failure(f"{path}.type", "What kind of cue was it?")
        elif not filled(cue.get("content")):
            missing = Failure(f"{path}.content", "What was the cue, in your words or by touch?")
        elif not filled(cue.get("error")):
            missing = Failure(f"{path}.error", "What error did this cue answer?")
        else:
            return None
        first = first or missing
    return first or Failure(line.at("cues"), "What cue was given, and what error did it answer?")


def skilled_judgement(facts: VisitFacts) -> Failures:
    """R13"""
    if not facts.neuro:
        return None
    found: list[Failure] = []
    for line in facts.neuro:
        decision = line.group("decision")
        value = text(decision.get("value"))
        if value not in vocabulary().decision_values:
            found.append(
                Failure(
                    line.at("decision.value"),
                    f"What did you decide: {', '.join(vocabulary().decision_values)}?",
                )
            )
        if not filled(decision.get("trigger")):
            found.append(Failure(line.at("decision.trigger"), "What did you see that decided it?"))
        if value in NEEDS_CHANGE and not filled(decision.get("change")):
            found.append(Failure(line.at("decision.change"), "What did you change?"))
    return found


def patient_response(facts: VisitFacts) -> Failures:
    """R14"""
    if not facts.neuro:
        return None
    found: list[Failure] = []
    for line in facts.neuro:
        response = line.group("response")
        for name in ("metric", "unit"):
            if not filled(response.get(name)):
                found.append(
                    Failure(line.at(f"response.{name}"), f"What was the {name} of the response?")
                )
        for name, when in (("start", "first"), ("end", "last")):
            if number(response.get(name)) is None:
                found.append(
                    Failure(line.at(f"response.{name}"), f"What was the {when} value, as a number?")
                )
    return found


def fault_observed(facts: VisitFacts) -> Failures:
    """R15"""
    if not facts.neuro:
        return None
    found: list[Failure] = []
    for line in facts.neuro:
        fault = line.group("error_observed")
        if not filled(fault.get("fault")):
            found.append(Failure(line.at("error_observed.fault"), "Which fault was seen?"))
        if number(fault.get("start")) is None:
            found.append(
                Failure(line.at("error_observed.start"), "How often, or how large, at the start?")
            )
    return found


def code_fits(facts: VisitFacts) -> Failures:
    """R19"""
    if facts.get("interventions") is None:
        return [Failure("interventions", "What was done?")]
    tested = [line for line in facts.lines if line.cpt not in facts.limits.evaluation_codes]
    if not tested:
        return None
    found: list[Failure] = []
    for line in tested:
        technique = find_technique(line.get("technique"))
        if technique is None:
            found.append(
                Failure(line.at("technique"), "Which technique was it, to judge the code?")
            )
        elif line.cpt in technique.usual_codes:
            continue
        elif line.cpt not in technique.sometimes_codes:
            found.append(
                Failure(
                    line.at("cpt"),
                    f"{technique.name} is usually {' or '.join(technique.usual_codes)}: which "
                    "code describes what was done?",
                )
            )
        elif not filled(line.get("code_rationale")):
            found.append(
                Failure(
                    line.at("code_rationale"),
                    f"{technique.name} is usually {' or '.join(technique.usual_codes)}: why "
                    f"{line.cpt} today?",
                )
            )
    return found
