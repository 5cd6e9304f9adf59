"""What two visits record differently, fact by fact, for the eyes of who co-signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from neuroreed.care import catalogue
from neuroreed.clinic.values_documents import Differs

COMPARED = (
    "minutes",
    "body_region",
    "task",
    "position",
    "sets",
    "reps",
    "duration_s",
    "assist_level",
    "guarding",
    "dosage",
    "cues",
    "error_observed",
    "response",
    "decision",
    "code_rationale",
    "goal_ids",
)


def name_of(entry: Mapping[str, Any]) -> str:
    """An activity by its code and technique."""
    found = catalogue.find_technique(entry.get("technique") or "")
    return f"{entry.get('cpt')} {found.name if found else entry.get('task') or ''}".strip()


def differences(
    before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]
) -> tuple[tuple[Differs, ...], int]:
    """The facts that differ, and how many are the same; activities meet by code and technique."""
    earlier = {(e.get("cpt"), e.get("technique")): e for e in before}
    found: list[Differs] = []
    same = 0
    seen = set()
    for entry in now:
        key = (entry.get("cpt"), entry.get("technique"))
        seen.add(key)
        name = name_of(entry)
        if key not in earlier:
            found.append(Differs(name, "activity", None, "new in this visit"))
            continue
        mine, theirs = plain(entry), plain(earlier[key])
        for fact in dict.fromkeys([*theirs, *mine]):
            if theirs.get(fact) == mine.get(fact):
                same += 1
            else:
                found.append(Differs(name, fact, theirs.get(fact), mine.get(fact)))
    for key, entry in earlier.items():
        if key not in seen:
            found.append(Differs(name_of(entry), "activity", "in the visit before", None))
    return tuple(found), same


def plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an activity by path, those that were given."""
    made: dict[str, Any] = {}
    for name in COMPARED:
        value = entry.get(name)
        if name == "cues":
            for number, cue in enumerate(value or (), start=1):
                for part, said in cue.items():
                    made[f"cue {number} {part}"] = said
        elif isinstance(value, Mapping):
            for part, said in value.items():
                made[f"{name} {part}"] = said
        elif isinstance(value, list):
            made[name] = ", ".join(map(str, value))
        else:
            made[name] = value
    return {name: value for name, value in made.items() if value not in (None, "")}
