"""Reads the facts of a visit: missing stays missing, malformed is refused with its path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from neuroreed.care.session_codes import timed_in_policy
from neuroreed.model.care import MINUTES_OF_A_DAY
from neuroreed.model.errors import BadInput

MOST_DIGITS = 30  # 1e999999999 would be written out in full
LARGEST = 10**MOST_DIGITS
# the facts of a visit are six levels deep; what goes on without end is none
MOST_LEVELS = 12
MOST_FACTS = 200_000
CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?$")

EVALUATION_CODES = frozenset(
    {"97161", "97162", "97163", "97164", "97165", "97166", "97167", "97168"}
)


@dataclass(frozen=True, slots=True)
class DocumentationLimits:
    """Limits that a clinic or a payer may set; those of this project are its own proposals [D].

    ``unit_method``: "cms" adds the minutes of all timed codes first, "ama" counts each code alone.
    Shares are per mille of the facts that two visits have between them.
    """

    impairment_age_days: int = 30
    objective_age_days: int = 30
    signature_days: int = 7
    treatment_days_per_report: int = 10
    clone_visits: int = 3
    clone_flag_permille: int = 850
    clone_warn_permille: int = 700
    ready_score: int = 90
    fix_score: int = 75
    assistant_needs_cosigner: bool = True
    unit_method: str = "cms"
    evaluation_codes: frozenset[str] = EVALUATION_CODES


def bounded(facts: Mapping[str, Any]) -> None:
    """Refuse what no visit can hold: numbers without end, facts within facts without end.

    Raises:
        BadInput: with the path of the first such fact.
    """
    waiting: list[tuple[object, str, int]] = [(facts, "", 0)]
    seen = 0
    while waiting:
        value, path, level = waiting.pop()
        seen += 1
        if level > MOST_LEVELS or seen > MOST_FACTS:
            raise BadInput(f"{path or 'facts'}: facts within facts without end.")
        if isinstance(value, Mapping):
            before = f"{path}." if path else ""
            waiting += [(inner, f"{before}{_name(key)}", level + 1) for key, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [(inner, f"{path}[{i}]", level + 1) for i, inner in enumerate(value)]
        elif isinstance(value, int) and not -LARGEST < value < LARGEST:
            raise BadInput(f"{path}: a number of more than {MOST_DIGITS} digits.")


def _name(key: object) -> str:
    return key if isinstance(key, str) else kind_of(key)


def mapping(value: object, path: str) -> Mapping[str, Any]:
    """A group of facts; absent is empty."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadInput(f"{path}: expected named facts, found {kind_of(value)}.")
    return value


def listed(value: object, path: str) -> Sequence[Any]:
    """A list of facts; absent is empty."""
    if value is None:
        return ()
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Sequence):
        raise BadInput(f"{path}: expected a list, found {kind_of(value)}.")
    return value


def kind_of(value: object) -> str:
    """What a malformed fact is; never its content, which may name a person."""
    if isinstance(value, Mapping):
        return "named facts"
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "a yes or no"
    if isinstance(value, (int, float, Decimal)):
        return "a number"
    return "a list" if isinstance(value, Sequence) else type(value).__name__


def filled(value: object) -> bool:
    """Whether a fact was given; zero and *no* are given, blank text is not."""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, tuple, Mapping)):
        return len(value) > 0
    return True


def text(value: object) -> str:
    """A name or code as text; a code that lost its quotes is a whole number."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (str, int)):
        return str(value).strip()
    return ""


def number(value: object) -> Decimal | None:
    """A finite number of a size that is measured, also when written as text; else ``None``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found.adjusted()) > MOST_DIGITS:
        return None
    return found


def day(value: object, path: str) -> date | None:
    """A calendar date; ``None`` when not given.

    Raises:
        BadInput: something was given that is not a date.
    """
    if not filled(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            try:
                return datetime.fromisoformat(value.strip()).date()
            except ValueError:
                pass
    raise BadInput(f"{path}: not a date; write it as 2026-10-14.")


def clock_seconds(value: object, path: str) -> int | None:
    """Seconds since midnight of a time of day; ``None`` when not given.

    YAML 1.1 reads an unquoted 10:05 as the number 605: whole numbers are minutes of the day.

    Raises:
        BadInput: something was given that is not a time of day.
    """
    if not filled(value):
        return None
    if isinstance(value, (datetime, time)):
        return value.hour * 3600 + value.minute * 60 + value.second
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MINUTES_OF_A_DAY:
        return value * 60
    if isinstance(value, str):
        found = CLOCK.match(value.strip())
        if found:
            hour, minute, second = (int(part or 0) for part in found.groups())
            return hour * 3600 + minute * 60 + second
        try:
            at = datetime.fromisoformat(value.strip())
        except ValueError:
            pass
        else:
            return at.hour * 3600 + at.minute * 60 + at.second
    raise BadInput(f"{path}: not a time of day; write it as 09:25.")


def whole(value: object, path: str, *, most: int | None = None) -> int | None:
    """A whole number that cannot be negative; ``None`` when not given.

    Raises:
        BadInput: something was given that is not such a number.
    """
    if not filled(value):
        return None
    found = number(value)
    if found is None or found != found.to_integral_value() or found < 0:
        raise BadInput(f"{path}: not a whole number of 0 or more.")
    if most is not None and found > most:
        raise BadInput(f"{path}: impossible, more than {most}.")
    return int(found)


def is_timed(cpt: str) -> bool:
    """Whether units come from pooled minutes; a code that nobody knows counts as such."""
    return timed_in_policy(cpt) is not False


@dataclass(slots=True)
class Line:
    """One intervention of the visit, with the path where it stands."""

    path: str
    facts: Mapping[str, Any]
    cpt: str
    minutes: int | None
    intervals: tuple[tuple[int, int], ...] | None
    timed: bool

    def get(self, name: str) -> Any:
        """A fact of the line, ``None`` when not given."""
        return self.facts.get(name)

    def at(self, name: str) -> str:
        """The path of a fact of the line."""
        return f"{self.path}.{name}"

    def group(self, name: str) -> Mapping[str, Any]:
        """A group of facts of the line."""
        return mapping(self.facts.get(name), self.at(name))

    def entries(self, name: str) -> Sequence[Any]:
        """A list of facts of the line."""
        return listed(self.facts.get(name), self.at(name))


@dataclass(slots=True)
class VisitFacts:
    """The facts of one visit, read once; every point of the rubric looks here."""

    raw: Mapping[str, Any]
    limits: DocumentationLimits
    on: date | None
    lines: list[Line] = field(default_factory=list)
    goals: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def neuro(self) -> list[Line]:
        """The lines of 97112."""
        return [line for line in self.lines if line.cpt == "97112"]

    def get(self, name: str) -> Any:
        """A fact of the visit."""
        return self.raw.get(name)

    def group(self, name: str) -> Mapping[str, Any]:
        """A group of facts of the visit."""
        return mapping(self.raw.get(name), name)

    def entries(self, name: str) -> list[tuple[str, Mapping[str, Any]]]:
        """The members of a list of groups, each with its path."""
        return [
            (f"{name}[{i}]", mapping(entry, f"{name}[{i}]"))
            for i, entry in enumerate(listed(self.raw.get(name), name))
        ]


def _intervals(facts: Mapping[str, Any], path: str) -> tuple[tuple[int, int], ...] | None:
    """Seconds of the day from start to end; ``None`` when one of them is not given."""
    places = [
        (mapping(b, f"{path}.bouts[{i}]"), f"{path}.bouts[{i}]")
        for i, b in enumerate(listed(facts.get("bouts"), f"{path}.bouts"))
    ] or [(facts, path)]
    found: list[tuple[int, int]] = []
    for place, where in places:
        start = clock_seconds(place.get("start"), f"{where}.start")
        end = clock_seconds(place.get("end"), f"{where}.end")
        if start is None or end is None:
            return None
        found.append((start, end))
    return tuple(found)


def read(visit_facts: Mapping[str, Any], limits: DocumentationLimits) -> VisitFacts:
    """The facts of a visit, checked for shape.

    Raises:
        BadInput: a fact has a shape that no fact of its name can have; the path is named.
    """
    if not isinstance(visit_facts, Mapping):
        raise BadInput(f"The facts of a visit are named facts, not {kind_of(visit_facts)}.")
    bounded(visit_facts)
    facts = VisitFacts(
        visit_facts, limits, day(visit_facts.get("date_of_service"), "date_of_service")
    )
    for path, entry in facts.entries("interventions"):
        cpt = text(entry.get("cpt"))
        facts.lines.append(
            Line(
                path,
                entry,
                cpt,
                whole(entry.get("minutes"), f"{path}.minutes", most=MINUTES_OF_A_DAY),
                _intervals(entry, path),
                is_timed(cpt),
            )
        )
    facts.goals = [entry for _, entry in facts.entries("goals")]
    return facts


@dataclass(frozen=True, slots=True)
class Failure:
    """One fact that fails a point: where it stands, and what to ask the clinician."""

    path: str
    question: str


# text instead of a list says why the point cannot be assessed
Failures = list[Failure] | str | None
