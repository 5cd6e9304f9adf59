"""Which code the facts of a 97112 activity read as (DOC-11).

97112 retrains movement, balance, coordination, kinesthetic sense, posture or proprioception.
A dose of sets, repetitions and load reads as 97110, a whole functional task as 97530, walking
mechanics as 97116. The answer is a reason to look, not a code to bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from neuroreed.care.catalogue import find_technique
from neuroreed.care.documentation_facts import bounded, filled, listed, mapping, text

LOAD_FIELDS = ("load", "resistance_type", "weight_kg", "weight_lb", "resistance")
# ICD-10-CM: musculoskeletal, injuries (of nerves and spinal cord apart), joint implants
ORTHOPAEDIC = (
    "M",
    *("S12", "S13", "S22", "S23", "S32", "S33"),
    *(f"S{n}" for n in range(40, 100) if n % 10 != 4),
    "Z47",
    "Z966",
)
WALK_WORDS = frozenset(
    {"walk", "walking", "gait", "stairs", "stair", "steps", "ambulation", "ambulate"}
)
STRENGTH_WORDS = frozenset(
    {
        "strength",
        "strengthening",
        "endurance",
        "stretch",
        "stretching",
        "rom",
        "range",
        "flexion",
        "extension",
        "curl",
        "press",
        "squat",
        "bridges",
        "raises",
        "bike",
        "ergometer",
        "nustep",
    }
)
FUNCTION_WORDS = frozenset(
    {
        "transfer",
        "transfers",
        "lift",
        "lifting",
        "carry",
        "carrying",
        "reach",
        "shelf",
        "dishes",
        "laundry",
        "cooking",
        "bed",
        "car",
        "toilet",
        "dressing",
        "groceries",
    }
)
DEFICIT_WORDS = frozenset(
    {
        "balance",
        "coordination",
        "kinesthetic",
        "proprioception",
        "posture",
        "postural",
        "control",
        "tone",
        "sway",
        "weight",
        "shift",
        "timing",
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one 97112 activity reads as; ``reads_as`` is "97112" when nothing speaks against it.

    ``reasons`` say why, one sentence each; ``paths`` are the facts that were looked at;
    ``missing`` names the parts of DOC-11 (a to f) that no fact shows. ``blocks``: none of the
    impairment, the technique and the skill is there. ``warnings`` do not change the reading.
    """

    index: int
    reads_as: str
    reasons: tuple[str, ...]
    paths: tuple[str, ...]
    missing: tuple[str, ...]
    blocks: bool
    warnings: tuple[str, ...] = ()


def _word_set(*values: object) -> frozenset[str]:
    found: set[str] = set()
    for value in values:
        cleaned = "".join(c if c.isalnum() else " " for c in text(value).lower())
        found.update(cleaned.split())
    return frozenset(found)


def readings(facts: Mapping[str, Any]) -> tuple[Reading, ...]:
    """What each 97112 activity of a visit reads as, and which parts of its proof are absent."""
    bounded(mapping(facts, "facts"))
    found: list[Reading] = []
    for i, raw in enumerate(listed(facts.get("interventions"), "interventions")):
        entry = mapping(raw, f"interventions[{i}]")
        if text(entry.get("cpt")) == "97112":
            found.append(_reading(i, entry, facts))
    return tuple(found)


def _reading(index: int, entry: Mapping[str, Any], facts: Mapping[str, Any]) -> Reading:
    path = f"interventions[{index}]"
    missing = _missing(entry, facts, path)
    technique = find_technique(entry.get("technique"))
    dosage = mapping(entry.get("dosage"), f"{path}.dosage")
    said = _word_set(entry.get("task"), None if technique else entry.get("technique"))
    cue = "c" not in missing
    loads = [name for name in LOAD_FIELDS if filled(dosage.get(name)) or filled(entry.get(name))]
    dosed = filled(entry.get("sets")) and filled(entry.get("reps"))

    code, reasons, paths = "97112", [], []
    if technique is not None and "97112" not in technique.usual_codes:
        code = technique.usual_codes[0]
        reasons.append(
            f"{technique.name} is usually {' or '.join(technique.usual_codes)}: "
            f"{technique.confusion_to_avoid}"
        )
        paths.append(f"{path}.technique")
    walking = text(entry.get("position")) == "walking" or bool(said & WALK_WORDS)
    if code == "97112" and not said & DEFICIT_WORDS:
        if walking and (technique is None or technique.category != "balance") and not cue:
            code = "97116"
            reasons.append("Walking without the cue and the fault that were worked on.")
            paths += [f"{path}.position", f"{path}.task", f"{path}.cues"]
        elif said & FUNCTION_WORDS and ("a" in missing or not cue):
            code = "97530"
            reasons.append("A whole daily task without the deficit or the cue that was worked on.")
            paths += [f"{path}.task", f"{path}.impairment_categories", f"{path}.cues"]
    if (
        code == "97112"
        and (loads or said & STRENGTH_WORDS or dosed)
        and (("a" in missing and not cue) or (not cue and bool(loads or said & STRENGTH_WORDS)))
    ):
        code = "97110"
        reasons.append(
            "Sets, repetitions or load only, without a cue that answers a fault of movement."
        )
        paths += [f"{path}.sets", f"{path}.reps", *(f"{path}.dosage.{n}" for n in loads)]
        paths.append(f"{path}.cues")
    blocks = {"a", "b", "c"} <= set(missing)
    warnings: tuple[str, ...] = ()
    if "a" in missing and _orthopaedic(facts):
        warnings = (
            "An orthopaedic diagnosis under 97112: record the measured deficit of balance, "
            "coordination, kinesthetic sense, posture or proprioception that is retrained.",
        )
    return Reading(index, code, tuple(reasons), tuple(paths), missing, blocks, warnings)


def _orthopaedic(facts: Mapping[str, Any]) -> bool:
    """Whether every medical diagnosis is of bones, joints, injuries or their aftercare."""
    codes = [
        text(code).replace(".", "").upper()
        for code in listed(mapping(facts.get("dx"), "dx").get("medical"), "dx.medical")
    ]
    return bool(codes) and all(code.startswith(ORTHOPAEDIC) for code in codes)


def _missing(entry: Mapping[str, Any], facts: Mapping[str, Any], path: str) -> tuple[str, ...]:
    shown = {
        text(mapping(raw, f"impairments[{i}]").get("category"))
        for i, raw in enumerate(listed(facts.get("impairments"), "impairments"))
        if filled(mapping(raw, f"impairments[{i}]").get("measure"))
        and filled(mapping(raw, f"impairments[{i}]").get("value"))
    }
    categories = {
        text(c) for c in listed(entry.get("impairment_categories"), f"{path}.impairment_categories")
    }
    cues = [
        mapping(raw, f"{path}.cues[{i}]")
        for i, raw in enumerate(listed(entry.get("cues"), f"{path}.cues"))
    ]
    response = mapping(entry.get("response"), f"{path}.response")
    goals = {
        text(mapping(raw, f"goals[{i}]").get("id"))
        for i, raw in enumerate(listed(facts.get("goals"), "goals"))
    }
    served = {text(g) for g in listed(entry.get("goal_ids"), f"{path}.goal_ids")}
    parts = (
        ("a", bool((categories & shown) - {""})),
        ("b", find_technique(entry.get("technique")) is not None and filled(entry.get("position"))),
        ("c", any(filled(cue.get("content")) and filled(cue.get("error")) for cue in cues)),
        ("d", filled(response.get("metric")) and filled(response.get("end"))),
        ("e", bool((served & goals) - {""})),
        ("f", filled(entry.get("minutes"))),
    )
    return tuple(name for name, present in parts if not present)
