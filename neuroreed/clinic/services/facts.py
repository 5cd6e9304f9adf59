"""Which facts an activity and a visit may hold, and what each can be. Nothing is defaulted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from neuroreed.care import catalogue
from neuroreed.clinic.models import Activity, Visit
from neuroreed.model.errors import BadInput

TEXT_LENGTH = 300
LONG_TEXT_LENGTH = 4000
LONGEST_LIST = 20
LARGEST = 100_000
WHY_NOW = ("new_event", "exacerbation", "post_op", "decline_measured", "new_goal")
VERDICTS = (
    "beyond_mcid",
    "beyond_mdc",
    "within_error",
    "worse",
    "indeterminate",
    "not_comparable",
)
TEACH_BACK = ("correct", "corrected", "incorrect", "not_done")

Reader = Callable[[str, Any], Any]


def text(field: str, value: Any) -> str:
    """A short text without control characters."""
    said = str(value).strip()
    if not isinstance(value, str) or len(said) > TEXT_LENGTH:
        raise BadInput(f"{field} is a text of at most {TEXT_LENGTH} characters.")
    if any(ord(sign) < ord(" ") for sign in said):
        raise BadInput(f"{field} holds a sign that cannot be printed.")
    return said


def long_text(field: str, value: Any) -> str:
    """A text of some lines without other control characters."""
    said = str(value).replace("\r\n", "\n").strip()
    if not isinstance(value, str) or len(said) > LONG_TEXT_LENGTH:
        raise BadInput(f"{field} is a text of at most {LONG_TEXT_LENGTH} characters.")
    if any(ord(sign) < ord(" ") and sign != "\n" for sign in said):
        raise BadInput(f"{field} holds a sign that cannot be printed.")
    return said


def number(field: str, value: Any) -> int | float:
    """A number, not negative, as given."""
    from neuroreed.clinic.convert import number as plain

    made = None if isinstance(value, bool) else plain(value)
    if made is None or not -LARGEST <= made <= LARGEST:
        raise BadInput(f"{field} is a number.")
    return made


def count(field: str, value: Any) -> int:
    """A whole number, not negative."""
    made = number(field, value)
    if not isinstance(made, int) or made < 0:
        raise BadInput(f"{field} is a whole number, 0 or more.")
    return made


def flag(field: str, value: Any) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise BadInput(f"{field} is yes or no.")
    return value


def one_of(choices: tuple[str, ...]) -> Reader:
    """A word of a closed list."""

    def read(field: str, value: Any) -> str:
        if value not in choices:
            raise BadInput(f"{field} is one of {', '.join(choices)}.")
        return str(value)

    return read


def listed(field: str, value: Any) -> list[str]:
    """A short list of texts."""
    if not isinstance(value, (list, tuple)) or len(value) > LONGEST_LIST:
        raise BadInput(f"{field} is a list of at most {LONGEST_LIST}.")
    return [text(field, entry) for entry in value]


def dose(field: str, value: Any) -> Any:
    """A dose is a number where it is one, else a short text."""
    return number(field, value) if isinstance(value, (int, float)) else text(field, value)


def cues(field: str, value: Any) -> list[dict[str, Any]]:
    """Cues: type of the closed list, content, and the error each answered."""
    if not isinstance(value, (list, tuple)) or len(value) > LONGEST_LIST:
        raise BadInput(f"{field} is a list of at most {LONGEST_LIST}.")
    kind = one_of(catalogue.vocabulary().cue_types)
    return [_entry(field, cue, {"type": kind, "content": text, "error": text}) for cue in value]


def education(field: str, value: Any) -> list[dict[str, Any]]:
    """What was taught, and what the patient showed back."""
    if not isinstance(value, (list, tuple)) or len(value) > LONGEST_LIST:
        raise BadInput(f"{field} is a list of at most {LONGEST_LIST}.")
    parts = {"topic": text, "teach_back": one_of(TEACH_BACK)}
    return [_entry(field, taught, parts) for taught in value]


def _entry(field: str, value: Any, parts: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) - set(parts):
        raise BadInput(f"An entry of {field} has {', '.join(parts)}.")
    return {
        name: None if value.get(name) in (None, "") else read(f"{field}.{name}", value[name])
        for name, read in parts.items()
    }


def cosigner(field: str, value: Any) -> dict[str, Any]:
    """Who countersigns, with what licence."""
    return _entry(field, value, {"credential": text, "licensed": flag, "signed_at": iso_day})


def iso_day(field: str, value: Any) -> str:
    """A date."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise BadInput(f"{field} is a date like 2026-11-23.") from None


def activity_fields() -> dict[str, Reader]:
    """The facts of every activity; the dose of a technique comes on top."""
    words = catalogue.vocabulary()
    return {
        "goal_ids": listed,
        "impairment_categories": listed,
        "body_region": text,
        "task": text,
        "position": text,
        "sets": count,
        "reps": count,
        "duration_s": count,
        "assist_level": one_of(words.assist_levels),
        "guarding": text,
        "cues": cues,
        "error_observed.fault": text,
        "error_observed.start": number,
        "response.metric": text,
        "response.unit": text,
        "response.start": number,
        "response.end": number,
        "decision.value": one_of(words.decision_values),
        "decision.trigger": text,
        "decision.change": text,
        "code_rationale": text,
    }


VISIT_FIELDS: dict[str, Reader] = {
    "education": education,
    "hep.items": count,
    "hep.reviewed": flag,
    "progress.last_two_verdicts": lambda field, value: [
        one_of(VERDICTS)(field, verdict) for verdict in listed(field, value)
    ],
    "progress.plan_change": flag,
    "progress.maintenance_rationale": text,
    "statement": text,
    "cosigner": cosigner,
    "free_text": long_text,
    "subjective.report": text,
    "subjective.pain_0_10": count,
    "subjective.falls_since_last_visit": count,
    "subjective.changes": text,
    **{
        f"history.{name}": long_text
        for name in (
            *("course", "surgeries", "comorbidities", "medications"),
            *("living_situation", "precautions"),
        )
    },
    "reevaluation.reason": text,
}


def with_fact(activity: Activity, field: str, value: Any) -> dict[str, Any]:
    """The facts of an activity with one of them changed.

    Raises:
        BadInput: the field is not one of an activity, or the value does not fit it.
    """
    readers = activity_fields()
    found = catalogue.find_technique(activity.technique)
    for name in (*(found.dosage_fields if found else ()), "guarding"):
        readers[f"dosage.{name}"] = dose
    return _changed(activity.facts, readers, field, value)


def with_visit_fact(visit: Visit, field: str, value: Any) -> dict[str, Any]:
    """The facts of a visit with one of them changed."""
    return _changed(visit.facts, VISIT_FIELDS, field, value)


def _changed(
    facts: Mapping[str, Any], readers: Mapping[str, Reader], field: str, value: Any
) -> dict[str, Any]:
    if field not in readers:
        raise BadInput(f"{field!r} is not a fact that can be recorded here.")
    made = None if value is None or value == "" else readers[field](field, value)
    head, _, tail = field.partition(".")
    changed = dict(facts)
    if tail:
        inner = dict(changed.get(head) or {})
        if made is None:
            inner.pop(tail, None)
        else:
            inner[tail] = made
        changed[head] = inner
    elif made is None:
        changed.pop(head, None)
    else:
        changed[head] = made
    return changed
