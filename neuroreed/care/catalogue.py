"""Techniques and conditions: what they are called, what must be recorded, which codes fit.

The texts are ours. Code fit is guidance; the policy of the payer rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from neuroreed.model.errors import BadInput

# fields that every intervention has anyway; the rest of a technique's list is its own
COMMON_FIELDS = frozenset(
    {
        "body_region",
        "task",
        "position",
        "sets",
        "reps",
        "duration_s",
        "assist_level",
        "cues",
        "error_observed",
        "response",
        "minutes_one_on_one",
        "decision",
    }
)


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique of neuromuscular re-education.

    ``dosage_fields`` are its own fields, beyond those of every intervention; one that repeats a
    common name (``task``, ``position``) may be given once, on the intervention.
    ``usual_codes`` and ``sometimes_codes`` say which codes it is billed under;
    ``purpose``, ``home`` and ``expectation`` are plain words by language ("en", "es").
    """

    id: str
    name: str
    category: str
    targets: tuple[str, ...]
    dosage_fields: tuple[str, ...]
    skilled_elements: tuple[str, ...]
    progression: tuple[str, ...]
    regression: tuple[str, ...]
    contraindications: tuple[str, ...]
    precautions: tuple[str, ...]
    usual_codes: tuple[str, ...]
    sometimes_codes: tuple[str, ...]
    confusion_to_avoid: str
    contribution_to_recovery: str
    purpose: Mapping[str, str]
    home: Mapping[str, str]
    expectation: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GoalTemplate:
    """A goal to start from. ``target_rule`` names the change needed, never a number."""

    id: str
    measure: str
    population: str
    activity: str
    target_rule: str
    weeks_default: int
    weeks_range: tuple[int, int]
    patient_text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a patient may expect in one window of time, by language."""

    window: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dose:
    """Starting points for the plan, never a promise or a cap."""

    visits_per_week: tuple[int, int]
    weeks: tuple[int, int]
    source: str
    verified: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition commonly treated with neuromuscular re-education."""

    id: str
    name: str
    icd10cm: tuple[str, ...]
    impairments: tuple[str, ...]
    core_measures: tuple[str, ...]
    specific_measures: tuple[str, ...]
    goal_templates: tuple[GoalTemplate, ...]
    dose: Dose
    red_flags: tuple[str, ...]
    expectations: tuple[Expectation, ...]
    techniques: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed lists that an intervention's facts are chosen from."""

    assist_levels: tuple[str, ...]
    cue_types: tuple[str, ...]
    decision_values: tuple[str, ...]
    code_meanings: Mapping[str, str]


@cache
def _document(name: str) -> Mapping[str, Any]:
    import yaml

    text = files("neuroreed.care").joinpath("data", name).read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: Mapping[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506  (a safe loader)
    return document


def _pair(values: list[int]) -> tuple[int, int]:
    return values[0], values[1]


@cache
def vocabulary() -> Vocabulary:
    """Assistance levels, cue types, decisions and what the codes mean, in our words."""
    meta = _document("techniques.yaml")["meta"]
    return Vocabulary(
        tuple(meta["assist_levels"]),
        tuple(meta["cue_types"]),
        tuple(meta["decision_values"]),
        dict(meta["code_meanings"]),
    )


@cache
def _techniques() -> Mapping[str, Technique]:
    made: dict[str, Technique] = {}
    for raw in _document("techniques.yaml")["techniques"]:
        own: list[str] = []
        seen: set[str] = set()
        for name in raw["required_dosage_fields"]:
            # a common name listed a second time is the technique's own field of that name
            if name not in COMMON_FIELDS or name in seen:
                own.append(name)
            seen.add(name)
        made[raw["id"]] = Technique(
            id=raw["id"],
            name=raw["name"],
            category=raw["category"],
            targets=tuple(raw["targets"]),
            dosage_fields=tuple(dict.fromkeys(own)),
            skilled_elements=tuple(raw["skilled_elements"]),
            progression=tuple(raw["progression"]),
            regression=tuple(raw["regression"]),
            contraindications=tuple(raw["contraindications"]),
            precautions=tuple(raw["precautions"]),
            usual_codes=tuple(raw["codes"]["usual"]),
            sometimes_codes=tuple(raw["codes"]["sometimes"]),
            confusion_to_avoid=raw["codes"]["confusion_to_avoid"],
            contribution_to_recovery=raw["contribution_to_recovery"],
            purpose=dict(raw["purpose"]),
            home=dict(raw["home"]),
            expectation=dict(raw["expectation"]),
        )
    return made


@cache
def _conditions() -> Mapping[str, Condition]:
    made: dict[str, Condition] = {}
    for raw in _document("conditions.yaml")["conditions"]:
        dose = raw["dose"]
        made[raw["id"]] = Condition(
            id=raw["id"],
            name=raw["name"],
            icd10cm=tuple(raw["icd10cm"]),
            impairments=tuple(raw["impairments_addressed"]),
            core_measures=tuple(raw["outcome_measures"]["core"]),
            specific_measures=tuple(raw["outcome_measures"]["condition_specific"]),
            goal_templates=tuple(
                GoalTemplate(
                    id=goal["id"],
                    measure=goal["measure"],
                    population=goal["population"],
                    activity=goal["activity"],
                    target_rule=goal["target_rule"],
                    weeks_default=goal["weeks_default"],
                    weeks_range=_pair(goal["weeks_range"]),
                    patient_text=dict(goal["patient_text"]),
                )
                for goal in raw["goal_templates"]
            ),
            dose=Dose(
                _pair(dose["visits_per_week"]),
                _pair(dose["weeks"]),
                dose["source"],
                dose["verified"],
                dose.get("detail", ""),
            ),
            red_flags=tuple(raw["red_flags"]),
            expectations=tuple(
                Expectation(entry["window"], dict(entry["text"])) for entry in raw["expectations"]
            ),
            techniques=tuple(raw["techniques"]),
            notes=tuple(raw.get("notes", ())),
        )
    return made


def techniques() -> tuple[Technique, ...]:
    """All techniques, in the order of the catalogue."""
    return tuple(_techniques().values())


def find_technique(technique_id: object) -> Technique | None:
    """A technique by its id, or ``None``."""
    return _techniques().get(technique_id) if isinstance(technique_id, str) else None


def technique(technique_id: str) -> Technique:
    """A technique by its id.

    Raises:
        BadInput: the catalogue does not hold it.
    """
    found = find_technique(technique_id)
    if found is None:
        raise BadInput(
            f"Technique {technique_id!r} is not in the catalogue: choose one of "
            f"{', '.join(sorted(_techniques()))}."
        )
    return found


def conditions() -> tuple[Condition, ...]:
    """All conditions, in the order of the catalogue."""
    return tuple(_conditions().values())


def condition(condition_id: str) -> Condition:
    """A condition by its id.

    Raises:
        BadInput: the catalogue does not hold it.
    """
    try:
        return _conditions()[condition_id]
    except KeyError:
        raise BadInput(
            f"Condition {condition_id!r} is not in the catalogue: choose one of "
            f"{', '.join(sorted(_conditions()))}."
        ) from None


def conditions_of(icd10: str) -> tuple[Condition, ...]:
    """The conditions that list a diagnosis code, with or without its dot."""
    plain = icd10.replace(".", "").upper()
    return tuple(
        found
        for found in conditions()
        if plain in {code.replace(".", "") for code in found.icd10cm}
    )
