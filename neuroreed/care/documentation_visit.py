"""Points of the rubric about what was done in the visit (R09 to R19, R23 to R25).

Each check answers ``None`` when there is nothing to test, else the facts that fail it.
"""

from __future__ import annotations

from itertools import combinations

from neuroreed.care.catalogue import COMMON_FIELDS, find_technique, vocabulary
from neuroreed.care.clones import against_last_visits
from neuroreed.care.documentation_facts import (
    Line,
    VisitFacts,
    day,
    filled,
    mapping,
    number,
    text,
    whole,
)
from neuroreed.care.documentation_plan import Failure, Failures

NEEDS_CHANGE = ("progress", "regress", "modify")
TAUGHT = ("correct", "corrected")
PT_FAMILY = ("PT", "PTA", "DPT", "LPTA", "SPT", "SPTA")
OT_FAMILY = ("OT", "OTA", "OTR", "OTR/L", "COTA", "COTA/L", "OTD", "SOT", "SOTA")
ASSISTANTS = ("PTA", "LPTA", "OTA", "COTA", "COTA/L")
STUDENTS = ("STUDENT", "SPT", "SPTA", "SOT", "SOTA")


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


def one_on_one(facts: VisitFacts) -> Failures:
    """R16"""
    if not facts.neuro:
        return None
    return [
        Failure(line.at("one_on_one"), "Was all of this time one-on-one with the patient?")
        for line in facts.neuro
        if line.get("one_on_one") is not True
    ]


def units_fit(facts: VisitFacts) -> Failures:
    """R17"""
    if facts.get("billing") is None:
        return [Failure("billing", "Which codes and units are billed?")]
    found: list[Failure] = []
    minutes: dict[str, int | None] = {}
    timed = {line.cpt: line.timed for line in facts.lines}
    for line in facts.lines:
        before = minutes.get(line.cpt, 0)
        known = line.minutes is not None and before is not None
        minutes[line.cpt] = before + line.minutes if known else None  # type: ignore[operator]
    timed_units, ama = 0, facts.limits.unit_method == "ama"
    for path, entry in facts.entries("billing"):
        cpt = text(entry.get("cpt"))
        units = whole(entry.get("units"), f"{path}.units")
        if units is None:
            found.append(Failure(f"{path}.units", f"How many units of {cpt or 'the code'}?"))
            continue
        is_timed = timed.get(cpt, True)
        timed_units += units if is_timed else 0
        given = minutes.get(cpt, 0)
        if units and not given and not (cpt in facts.limits.evaluation_codes and units == 1):
            found.append(
                Failure(
                    f"{path}.units", f"{units} units of {cpt} have no minutes: which were they?"
                )
            )
        elif given and units > ((given + 7) // 15 if ama and is_timed else -(-given // 15)):
            found.append(
                Failure(
                    f"{path}.units",
                    f"{given} minutes of {cpt} do not hold {units} units: which are right?",
                )
            )
    total = whole(facts.get("total_timed_minutes"), "total_timed_minutes")
    if total is None:
        found.append(Failure("total_timed_minutes", "How many timed minutes were there in all?"))
    elif not ama and timed_units > (total + 7) // 15:
        found.append(
            Failure(
                "billing",
                f"{total} timed minutes support {(total + 7) // 15} units, {timed_units} are "
                "billed: which are right?",
            )
        )
    return found


def no_double_counting(facts: VisitFacts) -> Failures:
    """R18"""
    if facts.get("interventions") is None:
        return [Failure("interventions", "What was done, from when to when?")]
    found: list[Failure] = []
    for line in facts.lines:
        if line.intervals is None:
            found.append(Failure(line.at("start"), "When did this begin and end?"))
        elif line.minutes is None:
            found.append(Failure(line.at("minutes"), "How many minutes was this?"))
        else:
            seconds = sum(end - start for start, end in line.intervals)
            backwards = any(end < start for start, end in line.intervals)
            # minutes of one code are floored once, so a bout may lend less than a minute
            if backwards or abs(seconds - line.minutes * 60) >= 60:
                found.append(
                    Failure(
                        line.at("minutes"),
                        f"Start and end are {seconds // 60} minutes apart, {line.minutes} are "
                        "recorded: which are right?",
                    )
                )
    spans = [
        (line, span)
        for line in facts.lines
        for span in line.intervals or ()
        if line.timed or line.get("one_on_one") is True
    ]
    for (one, first), (other, second) in combinations(spans, 2):
        if max(first[0], second[0]) < min(first[1], second[1]):
            found.append(
                Failure(
                    other.at("start"),
                    f"This overlaps the time of {one.cpt}: which minutes belong to which?",
                )
            )
    total = whole(facts.get("total_timed_minutes"), "total_timed_minutes")
    session = whole(facts.get("session_minutes"), "session_minutes")
    minutes = [line.minutes for line in facts.lines if line.timed]
    if total is None:
        found.append(Failure("total_timed_minutes", "How many timed minutes were there in all?"))
    elif None not in minutes and sum(m or 0 for m in minutes) != total:
        found.append(
            Failure(
                "total_timed_minutes",
                f"The activities add up to {sum(m or 0 for m in minutes)} timed minutes, {total} "
                "are recorded: which are right?",
            )
        )
    if session is None:
        found.append(Failure("session_minutes", "How long was the whole session?"))
    elif total is not None and total > session:
        found.append(
            Failure("session_minutes", "More timed minutes than the session had: which are right?")
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


def teaching(facts: VisitFacts) -> Failures:
    """R23"""
    found: list[Failure] = []
    taught = facts.entries("education")
    if not any(text(entry.get("teach_back")) in TAUGHT for _, entry in taught):
        path = f"{taught[0][0]}.teach_back" if taught else "education"
        found.append(Failure(path, "What was taught, and could the patient show it?"))
    if facts.group("hep").get("reviewed") is not True:
        found.append(Failure("hep.reviewed", "Was the home programme reviewed?"))
    return found


def _credential(person: object) -> str:
    if isinstance(person, dict):
        return text(person.get("credential")).upper()
    return ""


def signature(facts: VisitFacts) -> Failures:
    """R24"""
    found: list[Failure] = []
    signer = facts.group("signer")
    credential = _credential(dict(signer))
    if not credential:
        found.append(Failure("signer.credential", "Who signs, with which credential?"))
    if signer.get("licensed") is not True:
        found.append(Failure("signer.licensed", "Does the signer hold a valid licence?"))
    signed = day(facts.get("signed_at"), "signed_at")
    if signed is None:
        found.append(Failure("signed_at", "When was the note signed?"))
    elif facts.on is None or not 0 <= (signed - facts.on).days <= facts.limits.signature_days:
        found.append(
            Failure(
                "signed_at",
                f"The note is to be signed within {facts.limits.signature_days} days after the "
                "visit: why was it not?",
            )
        )
    learner = credential in ASSISTANTS or credential in STUDENTS
    if learner and facts.limits.assistant_needs_cosigner and not _cosigned(facts):
        found.append(Failure("cosigner", "Which therapist co-signs?"))
    furnished = facts.get("assistant_furnished")
    if not isinstance(furnished, bool):
        found.append(
            Failure("assistant_furnished", "Did an assistant furnish any of the treatment?")
        )
    elif furnished:
        modifiers = {text(m).upper() for m in listed_modifiers(facts)}
        needed = _assistant_modifier(facts, credential, modifiers)
        if not modifiers & needed:
            found.append(
                Failure(
                    "modifiers",
                    f"An assistant furnished treatment: on which units does "
                    f"{' or '.join(sorted(needed))} belong?",
                )
            )
    return found


def listed_modifiers(facts: VisitFacts) -> list[object]:
    """The modifiers of the visit as given."""
    from neuroreed.care.documentation_facts import listed

    return list(listed(facts.get("modifiers"), "modifiers"))


def _cosigned(facts: VisitFacts) -> bool:
    cosigner = facts.get("cosigner")
    if isinstance(cosigner, str):
        return filled(cosigner)
    person = mapping(cosigner, "cosigner")
    credential = _credential(dict(person))
    return (
        bool(credential)
        and credential not in ASSISTANTS
        and credential not in STUDENTS
        and person.get("licensed") is not False
    )


def _assistant_modifier(facts: VisitFacts, credential: str, modifiers: set[str]) -> set[str]:
    if credential in PT_FAMILY:
        return {"CQ"}
    if credential in OT_FAMILY:
        return {"CO"}
    if "GP" in modifiers and "GO" not in modifiers:
        return {"CQ"}
    if "GO" in modifiers and "GP" not in modifiers:
        return {"CO"}
    return {"CQ", "CO"}


def individual(facts: VisitFacts) -> Failures:
    """R25"""
    if facts.get("previous_visits") is None:
        return [
            Failure(
                "previous_visits",
                "What was done in the last visits? An empty list says that there were none.",
            )
        ]
    if not facts.entries("previous_visits"):
        return None
    return [
        Failure(
            "interventions",
            f"{likeness.sentence} (previous_visits[{likeness.other}])",
        )
        for likeness in against_last_visits(facts.raw, facts.limits)
        if likeness.level == "flag"
    ]
