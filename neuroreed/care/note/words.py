"""How values are said: dates, numbers with units, the dose of a technique."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from neuroreed.care.documentation_facts import day, filled, number, text
from neuroreed.care.outcomes import library
from neuroreed.model.errors import BadInput

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MEASURE_NAMES = {
    "berg": "Berg",
    "fga": "FGA",
    "tug": "TUG",
    "tug_cognitive": "TUG cognitive",
    "abc": "ABC",
    "six_mwt": "6-minute walk",
    "five_xsts": "5 times sit to stand",
    "mini_bestest": "Mini-BESTest",
    "gait_speed_comfortable": "comfortable gait speed",
    "gait_speed_fast": "fast gait speed",
    "mctsib": "mCTSIB",
    "fma_ue": "FMA upper limb",
    "fma_le": "FMA lower limb",
}

VERDICT_WORDS = {
    "beyond_mcid": "at least as large as matters to patients",
    "beyond_mdc": "beyond measurement error",
    "within_error": "within measurement error",
    "worse": "a worsening beyond measurement error",
    "indeterminate": "not decided by the values at hand",
    "not_comparable": "not comparable",
}

# how a dosage field is said; the rest is said as "name: value"
PHRASES = {
    "surface": "{v} surface",
    "base_of_support": "{v} stance",
    "vision": "{v}",
    "device": "with {v}",
    "heart_rate_or_rpe": "{v}",
    "direction": "direction {v}",
    "harness": "harness: {v}",
    "pattern": "{v} pattern",
    "resistance_type": "{v} resistance",
    "hand_contacts": "hand contacts {v}",
    "load": "load {v}",
    "provoking_movement": "provoking movement: {v}",
    "functional_task": "within {v}",
    "facilitation": "facilitation by {v}",
    "key_point": "key point {v}",
    "symptom_0_10_before": "symptoms {v}/10 before",
    "symptom_0_10_after": "symptoms {v}/10 after",
    "tolerance_0_10": "tolerance {v}/10",
    "rate_per_min": "{v} per minute",
    "beats_per_min": "{v} beats per minute",
}
UNITS = (
    ("_m_s", "m/s"),
    ("_mmHg", "mmHg"),
    ("_per_min", "per minute"),
    ("_hz", "Hz"),
    ("_deg", "degrees"),
    ("_pct", "%"),
    ("_hours", "hours"),
    ("_m", "m"),
    ("_s", "s"),
)


def words(value: object) -> str:
    """A stored name as words; what a person typed stays as typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    amount = number(value)
    if amount is not None:
        return figure(amount)
    if isinstance(value, (list, tuple)):
        return ", ".join(words(entry) for entry in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{words(key)} {words(entry)}" for key, entry in value.items())
    plain = str(value)
    if " " not in plain:
        plain = plain.replace("semi_tandem", "semi-tandem").replace("_", " ")
    return " ".join(plain.split()).rstrip(".")


def quoted(value: object) -> str:
    """A person's own words, as typed."""
    return f"“{' '.join(str(value).split())}”"


def figure(amount: Decimal) -> str:
    """A number without needless zeros."""
    return format(amount.normalize() if amount else Decimal(0), "f")


def date_words(on: date) -> str:
    """A date that cannot be misread: 7 Oct 2026."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def date_at(value: object, path: str) -> str:
    """The words of a stored date; empty when not given."""
    on = day(value, path)
    return date_words(on) if on else ""


def unit_words(unit: object) -> str:
    """A stored unit as read aloud: count_per_30s is "per 30 s"."""
    plain = text(unit)
    if plain.startswith("count_per_"):
        rest = plain.removeprefix("count_per_")
        digits = rest.rstrip("abcdefghijklmnopqrstuvwxyz")
        return f"per {digits} {rest[len(digits) :]}" if digits else f"per {rest}"
    return "" if plain in ("count", "") else words(plain)


def measure_name(measure: object) -> str:
    """The name of a measure as clinicians say it."""
    return MEASURE_NAMES.get(text(measure), words(measure))


# units that are said with a number; points, counts and grades speak for themselves
SAID_UNITS = {unit: unit for unit in ("m", "s", "m/s", "cm", "kg", "N", "mm/s", "mmHg")} | {
    "deg": "degrees",
    "percent": "%",
}


@cache
def _unit_of(measure: str) -> str:
    try:
        return SAID_UNITS.get(library.measure(measure).unit, "")
    except BadInput:
        return ""


def measured(measure: object, value: object) -> str:
    """The value of a measure, with its unit where the library knows one that is said."""
    unit = _unit_of(text(measure))
    return f"{words(value)} {unit}".replace(" %", "%") if unit else words(value)


def dosage_phrase(name: str, value: object) -> str:
    """One field of a technique's dose in words."""
    if name in PHRASES:
        return PHRASES[name].format(v=words(value))
    for suffix, unit in UNITS:
        if name.endswith(suffix):
            stem = words(name.removesuffix(suffix))
            if number(value) is None:
                return f"{stem} {words(value)}"
            amount = f"{words(value)} {unit}".replace(" %", "%")
            return amount if stem in ("distance", "speed") else f"{stem} {amount}"
    return f"{words(name)}: {words(value)}"


def joined(parts: list[str]) -> str:
    """Words in a row: a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def capital(sentence: str) -> str:
    """With a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def given(facts: Mapping[str, Any], *names: str) -> bool:
    """Whether each of these facts was given."""
    return all(filled(facts.get(name)) for name in names)
