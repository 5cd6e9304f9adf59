"""Points of the rubric about minutes, units, signature and likeness (R16 to R18, R23 to R25).

Each check answers ``None`` when there is nothing to test, else the facts that fail it.
"""

from __future__ import annotations

from itertools import combinations

from neuroreed.care.clones import against_last_visits
from neuroreed.care.documentation_facts import (
    Failure,
    Failures,
    VisitFacts,
    day,
    filled,
    is_timed,
    listed,
    mapping,
    text,
    whole,
)
from neuroreed.care.session_codes import root_of

TAUGHT = ("correct", "corrected")
PT_FAMILY = ("PT", "PTA", "DPT", "LPTA", "SPT", "SPTA")
OT_FAMILY = ("OT", "OTA", "OTR", "OTR/L", "COTA", "COTA/L", "OTD", "SOT", "SOTA")
ASSISTANTS = ("PTA", "LPTA", "OTA", "COTA", "COTA/L")
STUDENTS = ("STUDENT", "SPT", "SPTA", "SOT", "SOTA")


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
    ama = facts.limits.unit_method == "ama"
    minutes = _minutes_by_code(facts)
    units_of: dict[str, int] = {}
    first_path: dict[str, str] = {}
    for path, entry in facts.entries("billing"):
        cpt = text(entry.get("cpt"))
        units = whole(entry.get("units"), f"{path}.units")
        if units is None:
            found.append(Failure(f"{path}.units", f"How many units of {cpt or 'the code'}?"))
            continue
        # lines of one code, with an assistant's modifier or without, share its minutes
        units_of[root_of(cpt)] = units_of.get(root_of(cpt), 0) + units
        first_path.setdefault(root_of(cpt), f"{path}.units")
    for cpt, units in units_of.items():
        question = _unit_question(facts, cpt, units, minutes.get(cpt, 0), ama=ama)
        if question:
            found.append(Failure(first_path[cpt], question))
    total = whole(facts.get("total_timed_minutes"), "total_timed_minutes")
    timed_units = sum(units for cpt, units in units_of.items() if is_timed(cpt))
    if total is None:
        found.append(Failure("total_timed_minutes", "How many timed minutes were there in all?"))
    elif not ama and (question := _day_question(facts, total, timed_units)):
        found.append(Failure("billing", question))
    return found


def _day_question(facts: VisitFacts, total: int, timed_units: int) -> str:
    """Minutes of one date are added first: an earlier session of the day counts with its units."""
    earlier = facts.group("same_day")
    total += whole(earlier.get("timed_minutes"), "same_day.timed_minutes") or 0
    timed_units += whole(earlier.get("timed_units"), "same_day.timed_units") or 0
    supported = (total + 7) // 15
    if timed_units <= supported:
        return ""
    of_day = " on this date" if filled(earlier) else ""
    return (
        f"{total} timed minutes{of_day} support {supported} units, {timed_units} are "
        "billed: which are right?"
    )


def _minutes_by_code(facts: VisitFacts) -> dict[str, int | None]:
    """Minutes of each code, added codes with the code they belong to; one unknown hides all."""
    minutes: dict[str, int | None] = {}
    for line in facts.lines:
        code = root_of(line.cpt)
        before = minutes.get(code, 0)
        minutes[code] = None if line.minutes is None or before is None else before + line.minutes
    return minutes


def _unit_question(
    facts: VisitFacts, cpt: str, units: int, minutes: int | None, *, ama: bool
) -> str:
    if not units or (cpt in facts.limits.evaluation_codes and units == 1):
        return ""
    if not minutes:
        return f"{units} units of {cpt} have no minutes: which were they?"
    holds = (minutes + 7) // 15 if ama and is_timed(cpt) else -(-minutes // 15)
    if units > holds:
        return f"{minutes} minutes of {cpt} do not hold {units} units: which are right?"
    return ""


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
            if backwards:
                found.append(
                    Failure(
                        line.at("end"),
                        "This ends before it begins: a visit over midnight is two dates, each "
                        "with its own minutes. When did it begin and end?",
                    )
                )
            elif abs(seconds - line.minutes * 60) >= 60:
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
        modifiers = {text(m).upper() for m in listed(facts.get("modifiers"), "modifiers")}
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
