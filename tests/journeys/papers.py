"""What a reviewer must find on paper, worked out from what was tapped, visit by visit.

Nothing here asks the program: minutes come from the taps in the log, units from the oracle,
doses from the taps before, one after the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from neuroreed.clinic.models import SignedNote, TimerEvent, Visit
from tests.journeys.course import Course, Drill
from tests.oracles.units import accepted

ZONE = ZoneInfo("America/Chicago")
STEPS = {
    "sets": [1, 2, 3, 4, 5, 6],
    "reps": [1, 5, 8, 10, 12, 15, 20],
    "duration_s": [10, 15, 20, 30, 45, 60, 90],
}
NAMES = {
    "static_balance": "static balance training",
    "dynamic_balance": "dynamic and reaching balance training",
    "gait_training": "gait training",
    "nmes_recruitment": "motor recruitment with NMES",
    "le_dynamic_control": "lower-limb dynamic alignment and landing control",
}
COUNTED = {
    "static_balance": ("losses of balance", "per 30 s"),
    "dynamic_balance": ("losses of balance", "per 30 s"),
    "gait_training": ("faulty steps", "per 40 m"),
    "nmes_recruitment": ("faulty repetitions", "per 10"),
    "le_dynamic_control": ("faulty repetitions", "per 10"),
}
DECIDED = {
    "progress": ("Progressed", "Progress {} to {}"),
    "regress": ("Made easier", "Make {} easier: {}"),
    "hold": ("Held at this dose", "Continue {} at this dose"),
    "modify": ("Modified", "Change {}: {}"),
}
HELP = {
    "minimal_25": "minimal assistance",
    "contact_guard": "contact guard",
    "supervision": "supervision",
}
SAID_OTHERWISE = {"goal_ids", "impairment_categories", "sets", "reps", "duration_s"}


def flat(text: str) -> str:
    """Text without its spaces and capitals: how a line breaks is no matter."""
    return re.sub(r"\s+", "", text).lower()


@dataclass
class Doses:
    """The doses of a course as they were tapped, the last one of each technique kept."""

    doses: dict[str, dict[str, str]] = field(default_factory=dict)

    def dose(self, drill: Drill) -> dict[str, str]:
        """The dose of a drill, from the one before it where it says same, more or less."""
        if isinstance(drill.dose, dict):
            made = dict(drill.dose)
        else:
            made = dict(self.doses[drill.technique])
            how, _colon, name = drill.dose.partition(":")
            if name:
                steps = STEPS[name]
                place = steps.index(int(made[name])) + (1 if how == "more" else -1)
                made[name] = str(steps[place])
        made |= drill.then
        self.doses[drill.technique] = made
        return made


def bouts(visit: Visit) -> list[tuple[str, str, datetime, datetime]]:
    """Code, technique, start and end of what ran, from the log of taps alone."""
    found, began = [], {}
    for row in TimerEvent.objects.filter(visit=visit).order_by("sequence"):
        if row.activity is None:
            continue
        if row.kind == "start":
            began[row.activity_id] = row.at
        elif row.kind == "stop":
            start = began.pop(row.activity_id)
            found.append((row.activity.cpt, row.activity.technique, start, row.at))
    assert not began
    return found


def minutes_of(ran: list[tuple[str, str, datetime, datetime]]) -> dict[str, int]:
    """Whole minutes of each code, its seconds added first."""
    seconds: dict[str, timedelta] = {}
    for cpt, _technique, start, end in ran:
        seconds[cpt] = seconds.get(cpt, timedelta()) + (end - start)
    return {cpt: int(time.total_seconds()) // 60 for cpt, time in seconds.items()}


def says_each(text: str, wanted: list[str], where: str) -> None:
    """Every one of the words stands in the text."""
    packed = flat(text)
    lost = [words for words in wanted if flat(words) not in packed]
    assert not lost, (where, lost, text)


def paragraph_of(text: str, drill: Drill) -> str:
    """The part of a note that tells one activity."""
    told = text.split(" Interventions ", 1)[1].split("Timed minutes ", 1)[0]
    parts = re.split(r"(?=\b\d{5} \(\d+ min, )", told)
    own = [part for part in parts if NAMES[drill.technique].lower() in part.lower()]
    assert len(own) == 1, (drill.technique, told)
    return own[0]


def words(value: str) -> str:
    """A stored id as it is read."""
    return value.replace("semi_tandem", "semi-tandem").replace("_", " ")


def tells_drill(text: str, drill: Drill, dose: dict[str, str]) -> None:
    """One activity: technique, task, position, dose, help, fault, cue, response, decision."""
    metric, per = COUNTED[drill.technique]
    kind, _bar, content = drill.cue.partition("|")
    decision, _bar, change = drill.decision.partition("|")
    went = f"went from {drill.first} to {drill.last}"
    moved = f"from {drill.first} {'down' if drill.last < drill.first else 'up'} to {drill.last}"
    one = f"{dose['reps']} repetition{'' if dose['reps'] == '1' else 's'}" if "reps" in dose else ""
    each = one or f"{dose['duration_s']} s"
    wanted = [
        f"{drill.cpt} (",
        f"{dose['sets']} sets of {each}",
        HELP[dose["assist_level"]],
        f"guarded by {words(dose['guarding'])}" if dose["guarding"] != "none_needed" else "",
        f"{drill.fault} seen",
        f"{words(kind)} cue “{content}” for {drill.fault}",
        f"{metric}: {moved} {per}",
        f"{DECIDED[decision][0]} because {metric} {went}{': ' + change if change else '.'}",
    ]
    wanted += [
        words(value)
        for name, value in dose.items()
        if name not in SAID_OTHERWISE | {"assist_level", "guarding"}
        # who walks is walking
        and not (name == "position" and "walk" in dose["task"])
    ]
    says_each(paragraph_of(text, drill), wanted, f"{drill.technique} told")
    about = f"{NAMES[drill.technique]} addressed {words(dose['impairment_categories'])} and served"
    following = DECIDED[decision][1].format(NAMES[drill.technique], change)
    says_each(text, [f"{about} goal {dose['goal_ids']}", following], f"{drill.technique} after it")


def tells_visit(
    text: str,
    course: Course,
    note: SignedNote,
    drills: tuple[Drill, ...],
    doses: list[dict[str, str]],
) -> None:
    """A daily note says what was recorded in that very visit, and nothing of another one."""
    visit = note.visit
    for drill, dose in zip(drills, doses, strict=True):
        tells_drill(text, drill, dose)
    ran = bouts(visit)
    minutes = minutes_of(ran)
    by_code = list(minutes.values())
    fair = [dict(zip(minutes, units, strict=True)) for units in accepted(by_code)]
    billed = {
        line.cpt: line.units
        for line in visit.charge_versions.order_by("version").last().lines.all()
    }
    assert {cpt: billed.get(cpt, 0) for cpt in minutes} in fair
    wanted = [row_of(*bout) for bout in ran]
    wanted += [f"{cpt} {minutes[cpt]} {units} GP" for cpt, units in billed.items()]
    total = sum(by_code)
    added = " + ".join(f"{cpt} {count}" for cpt, count in minutes.items())
    wanted += [
        f"Total timed-code minutes: {total}",
        f"Timed minutes: {added}{f' = {total}' if len(minutes) > 1 else ''}",
        f"supports {sum(billed.values())} timed unit",
        "Method: CMS",
        "Taught: home program; teach-back correct. Home program reviewed.",
        "Score 100 of 100, ready",
    ]
    says_each(text, [*wanted, *frame_of(course, note)], f"visit of {visit.date_of_service}")
    here = {drill.cue.partition("|")[2] for drill in drills}
    others = {d.cue.partition("|")[2] for done in course.visits for d in done} - here
    assert not [cue for cue in others if flat(f"“{cue}”") in flat(text)]


def row_of(cpt: str, technique: str, start: datetime, end: datetime) -> str:
    """One row of the minute log."""
    clock = [moment.astimezone(ZONE).strftime("%H:%M:%S") for moment in (start, end)]
    name = NAMES.get(technique, "")
    return f"{cpt} {name} {clock[0]} {clock[1]} {int((end - start).total_seconds()) // 60}"


def frame_of(course: Course, note: SignedNote) -> list[str]:
    """Who, when, under which plan, signed by whom, sealed with what."""
    signed = note.at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    return [
        f"{course.last_name}, Invented",
        "6 May 1951",
        "1EG4TE5MK99",
        "Medicare Part B Invented",
        "11 (office)",
        f"{note.signer_name}, {note.credential}",
        f"Signed by {note.signer.licence} {signed}",
        note.sha256,
        note.previous_sha256 or "SHA-256 of this note",
        f"number {note.sequence}.",
    ]


def pages_are_numbered(pages: list[str]) -> None:
    """Each page says which one it is, of how many, and of whom it speaks."""
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in page
