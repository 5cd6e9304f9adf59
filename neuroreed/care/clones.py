"""Two visits alike: measured on facts first, on text second, never an accusation.

A flag asks the clinician for one statement of what differed; it blocks nothing by itself.
Facts that should repeat (diagnosis, goals, precautions) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from neuroreed.care.documentation_facts import (
    DocumentationLimits,
    day,
    filled,
    listed,
    mapping,
    number,
    text,
)

Token = tuple[str, str, str]
THOUSAND = 1000
SHINGLE_WORDS = 5
TEXT_WARN_PERMILLE, TEXT_FLAG_PERMILLE = 600, 800
WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike one earlier visit is. ``level`` is "flag", "warn" or "clear".

    ``permille`` is the share of facts that both have among the facts that either has.
    ``other`` is the index of the visit compared with.
    """

    other: int
    permille: int
    level: str
    same_responses: bool
    same_facts: int
    all_facts: int
    sentence: str


def _plain(value: object) -> str:
    """A value as it is compared: 3 and 3.0 are alike, so are capitals and spaces."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    found = number(value)
    if found is not None:
        return format(found.normalize() if found else Decimal(0), "f")
    if isinstance(value, Mapping):
        return ";".join(f"{key}={_plain(value[key])}" for key in sorted(value, key=str))
    if isinstance(value, (list, tuple)):
        return ";".join(_plain(entry) for entry in value)
    return " ".join(str(value).lower().split())


def variable_facts(interventions: Sequence[Mapping[str, Any]], path: str = "") -> frozenset[Token]:
    """What should differ from visit to visit: dose, cues, faults, responses, decisions."""
    tokens: set[Token] = set()
    for i, raw in enumerate(interventions):
        where = f"{path}interventions[{i}]"
        entry = mapping(raw, where)
        name = text(entry.get("technique"))

        def add(field: str, value: object, name: str = name) -> None:
            if filled(value):
                tokens.add((name, field, _plain(value)))

        for field in ("sets", "reps", "duration_s", "assist_level"):
            add(field, entry.get(field))
        for field, value in mapping(entry.get("dosage"), f"{where}.dosage").items():
            add(f"dosage.{field}", value)
        for k, cue in enumerate(listed(entry.get("cues"), f"{where}.cues")):
            add("cue content", mapping(cue, f"{where}.cues[{k}]").get("content"))
            add("cue error", mapping(cue, f"{where}.cues[{k}]").get("error"))
        fault = mapping(entry.get("error_observed"), f"{where}.error_observed")
        add("fault", fault.get("fault"))
        add("fault start", fault.get("start"))
        response = mapping(entry.get("response"), f"{where}.response")
        add("response start", response.get("start"))
        add("response end", response.get("end"))
        decision = mapping(entry.get("decision"), f"{where}.decision")
        for field in ("value", "trigger", "change"):
            add(f"decision {field}", decision.get(field))
    return frozenset(tokens)


def responses(interventions: Sequence[Mapping[str, Any]]) -> list[Token]:
    """(metric, start, end) of every intervention that has a response."""
    found: list[Token] = []
    for i, raw in enumerate(interventions):
        response = mapping(
            mapping(raw, f"interventions[{i}]").get("response"), f"interventions[{i}].response"
        )
        if any(filled(response.get(part)) for part in ("metric", "start", "end")):
            found.append(
                (
                    _plain(response.get("metric")),
                    _plain(response.get("start")),
                    _plain(response.get("end")),
                )
            )
    return found


def jaccard_permille(one: frozenset[Token], other: frozenset[Token]) -> int:
    """Shared facts of all facts, per mille, rounded down; two empty sets share nothing."""
    union = one | other
    return len(one & other) * THOUSAND // len(union) if union else 0


def in_order(previous_visits: object) -> list[tuple[int, Mapping[str, Any]]]:
    """Earlier visits, the last one first, each with its index.

    Visits that all carry a ``date_of_service`` are put in order by it; without dates the list
    is taken as it stands, the last visit first.
    """
    visits = [
        (i, mapping(entry, f"previous_visits[{i}]"))
        for i, entry in enumerate(listed(previous_visits, "previous_visits"))
    ]
    dates: dict[int, date] = {}
    for i, entry in visits:
        on = day(entry.get("date_of_service"), f"previous_visits[{i}].date_of_service")
        if on is not None:
            dates[i] = on
    if visits and len(dates) == len(visits):
        visits.sort(key=lambda pair: dates[pair[0]], reverse=True)
    return visits


def _level(permille: int, limits: DocumentationLimits) -> str:
    if permille >= limits.clone_flag_permille:
        return "flag"
    return "warn" if permille >= limits.clone_warn_permille else "clear"


def _compare(
    mine: Sequence[Mapping[str, Any]],
    theirs: Sequence[Mapping[str, Any]],
    index: int,
    *,
    is_last: bool,
    limits: DocumentationLimits,
    who: str,
) -> Likeness:
    one, other = variable_facts(mine), variable_facts(theirs, f"{who}[{index}].")
    permille = jaccard_permille(one, other)
    now, before = responses(mine), set(responses(theirs))
    same = is_last and bool(now) and all(response in before for response in now)
    level = "flag" if same else _level(permille, limits)
    shared, together = len(one & other), len(one | other)
    sentence = f"{shared} of {together} facts are the same as in that visit."
    if same:
        sentence += " Every response is the same as last time."
    if level != "clear":
        sentence += " Say in one sentence what differed, or why the dose was held steady."
    return Likeness(index, permille, level, same, shared, together, sentence)


def against_last_visits(
    visit_facts: Mapping[str, Any], limits: DocumentationLimits | None = None
) -> tuple[Likeness, ...]:
    """The visit against each of the patient's last visits (measures 1 to 3)."""
    limits = limits or DocumentationLimits()
    mine = listed(visit_facts.get("interventions"), "interventions")
    return tuple(
        _compare(
            mine,
            listed(entry.get("interventions"), f"previous_visits[{index}].interventions"),
            index,
            is_last=place == 0,
            limits=limits,
            who="previous_visits",
        )
        for place, (index, entry) in enumerate(
            in_order(visit_facts.get("previous_visits"))[: limits.clone_visits]
        )
    )


def against_other_patients(
    visit_facts: Mapping[str, Any],
    same_day_visits: Sequence[Mapping[str, Any]],
    limits: DocumentationLimits | None = None,
) -> tuple[Likeness, ...]:
    """The visit against other patients' visits of the same clinician and day (measure 4).

    Only the facts are compared; ``other`` is an index, so no name leaves the caller.
    """
    limits = limits or DocumentationLimits()
    mine = listed(visit_facts.get("interventions"), "interventions")
    found = []
    for i, other in enumerate(same_day_visits):
        theirs = listed(mapping(other, f"visits[{i}]").get("interventions"), f"visits[{i}]")
        likeness = _compare(mine, theirs, i, is_last=False, limits=limits, who="visits")
        if likeness.level == "flag":
            found.append(likeness)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TextLikeness:
    """How much of a text stands in an earlier one; ``level`` is "flag", "warn" or "clear"."""

    permille: int
    level: str
    shingles: int


def shingles(words: str, templates: Sequence[str] = ()) -> frozenset[tuple[str, ...]]:
    """Runs of five words, lower case, numbers by their value, template strings dropped."""
    for template in sorted(templates, key=len, reverse=True):
        words = words.replace(template, " ")
    plain = [
        _plain(word.replace(",", ".")) if word[0].isdigit() else word.lower()
        for word in WORD.findall(words)
    ]
    return frozenset(
        tuple(plain[i : i + SHINGLE_WORDS]) for i in range(len(plain) - SHINGLE_WORDS + 1)
    )


def text_likeness(new: str, earlier: str, templates: Sequence[str] = ()) -> TextLikeness:
    """How much of ``new`` is contained in ``earlier`` (measure 5)."""
    mine, theirs = shingles(new, templates), shingles(earlier, templates)
    permille = len(mine & theirs) * THOUSAND // len(mine) if mine else 0
    level = "clear"
    if permille >= TEXT_FLAG_PERMILLE:
        level = "flag"
    elif permille >= TEXT_WARN_PERMILLE:
        level = "warn"
    return TextLikeness(permille, level, len(mine))
