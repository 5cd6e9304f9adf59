"""What there is to plan with: kernels, their groups, their columns and the rules of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from neuroreed.audit.attached import ATTACHED
from neuroreed.audit.registry import Fact, Registry, Rule
from neuroreed.bulk.small_python import NotSmall
from neuroreed.model.columns import COLUMNS
from neuroreed.model.findings import Scope, Severity

LINES, DAYS, THERAPISTS, PATIENTS = "lines", "days", "therapists", "patients"
KINDS: Final = (LINES, DAYS, THERAPISTS, PATIENTS)
SEVERITIES: Final = (Severity.STOP, Severity.REVIEW, Severity.ADVISE)
# Groups of each kernel in their order; a group is a run of rows with these keys.
FRAMES: Final[dict[str, dict[Scope, tuple[str, str, str]]]] = {
    LINES: {
        Scope.VISIT: ("patient", "date_of_service", "discipline"),
        Scope.DAY: ("patient", "date_of_service", "date_of_service"),
        Scope.YEAR: ("patient", "year", "year"),
        Scope.EPISODE: ("patient", "episode", "episode"),
    },
    DAYS: {Scope.THERAPIST_LINES: ("therapist", "date_of_service", "date_of_service")},
    THERAPISTS: {Scope.THERAPIST_DAY: ("therapist", "date_of_service", "date_of_service")},
    PATIENTS: {Scope.PATIENT_TIMES: ("patient", "date_of_service", "date_of_service")},
}
# Blocks hold whole groups of the widest scope.
KEYS: Final = {
    LINES: ("patient", "patient"),
    DAYS: ("therapist", "date_of_service"),
    THERAPISTS: ("therapist", "date_of_service"),
    PATIENTS: ("patient", "date_of_service"),
}
ALWAYS: Final = {
    LINES: ("patient", "date_of_service", "discipline", "session", "payer"),
    DAYS: ("therapist", "date_of_service", "payer"),
    THERAPISTS: ("therapist", "patient", "date_of_service", "payer"),
    PATIENTS: ("therapist", "patient", "date_of_service", "payer"),
}
ROW_SCOPE: Final = {
    LINES: Scope.LINE,
    DAYS: Scope.LINE,
    THERAPISTS: Scope.INTERVAL,
    PATIENTS: Scope.INTERVAL,
}
CALENDAR: Final = ("year", "month")
LOOK_UPS: Final = ("code", "payer", "threshold")
_THRESHOLD: Final = ("kx_threshold_cents", "kx_threshold_is_verified")
_SUMMED: Final = ("session_minutes", "noted_timed_minutes")
MOST_NEEDS, MOST_CONDITIONS, MOST_RESTS, MOST_VALUES = 12, 4, 4, 4
META_WIDTH: Final = 51
# per rule: not applicable, no, yes, then what was unknown; and steps behind conditions and facts
COVERAGE_WIDTH: Final = 3 + MOST_CONDITIONS + MOST_NEEDS
ITEMS_WIDTH: Final = MOST_CONDITIONS + MOST_NEEDS + 2


# what stands for unknown in a given column, by its width in bytes
SENTINELS: Final = {1: -(2**7), 2: -(2**15), 4: -(2**31), 8: -(2**62)}


def source_of(name: str) -> str:
    """Which look-up an attached column comes from: code, payer, threshold, rank or diagnosis."""
    if name in _THRESHOLD:
        return "threshold"
    if name.startswith("modifier_rank_"):
        return "rank"
    if name == "diagnosis_is_billable":
        return "diagnosis"
    return "payer" if "intervals" in ATTACHED[name].tables else "code"


ATTACHED_BY: Final[dict[str, tuple[str, ...]]] = {
    kind: tuple(name for name in ATTACHED if source_of(name) == kind)
    for kind in ("code", "payer", "threshold", "rank", "diagnosis")
}


def sentinel_bytes(name: str) -> int:
    """How many bytes an entry of a given column has in a kernel: 1, 2, 4 or 8."""
    if name == "diagnosis_is_billable":
        return 1
    if name not in COLUMNS:
        # what another kernel hands on
        return 8
    column = COLUMNS[name]
    if name in {"patient", "session", "episode", "therapist", "modifiers", "diagnosis"}:
        return 8
    if column.kind == "cents":
        return 8
    if column.kind in {"flag", "choice"}:
        return 1
    if column.kind in {"date", "code"}:
        return 4
    return 2


def pool_mode(name: str) -> int | None:
    """How sessions of one visit pool a column: 0 added, 1 greatest, 2 least, 3 the first's."""
    if name == "diagnosis_is_billable":
        return None
    column = COLUMNS[name]
    if Scope.VISIT not in column.same_in or Scope.DAY in column.same_in:
        return None
    if name in {"visit", "discipline"}:
        return None
    if name in _SUMMED:
        return 0
    if name == "is_progress_report":
        return 1
    return 2 if column.kind in {"flag", "choice"} else 3


def rules_of(registry: Registry, kind: str) -> tuple[Rule, ...]:
    """The rules that one kernel answers."""
    return tuple(rule for rule in registry.rules.values() if _kernel_of(registry, rule) == kind)


def names_of(rule: Rule) -> list[str]:
    """What a rule itself looks at."""
    return [*rule.needs, *(name for name, _ in rule.applies.when), *rule.rests_on]


def _behind(registry: Registry, names: Iterable[str], kind: str = LINES) -> set[str]:
    """All facts and columns that a kernel looks at for some values, through their facts."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name in found or (kind == DAYS and is_handed_on(registry, name)):
            continue
        found.add(name)
        if name in registry.facts:
            left += registry.facts[name].needs
    return found


def columns_behind(registry: Registry, names: Iterable[str]) -> frozenset[str]:
    """The given columns behind some values, those behind attached values among them."""
    found = {name for name in _behind(registry, names) if name not in registry.facts}
    for name in list(found):
        if name.startswith("modifier_rank_"):
            found.add(f"modifier_{name[-1]}")
    return frozenset(found)


def scopes_behind(registry: Registry, names: Iterable[str], kind: str = LINES) -> set[Scope]:
    """The scopes of all facts that a kernel makes for some values."""
    every = _behind(registry, names, kind)
    return {registry.facts[name].scope for name in every if name in registry.facts}


def is_handed_on(registry: Registry, name: str) -> bool:
    """Whether the kernel of the lines tells a value to that of therapists' days, line by line."""
    if name in registry.facts:
        return scopes_behind(registry, [name]) <= {*FRAMES[LINES], ROW_SCOPE[LINES]}
    return name in CALENDAR or (name in ATTACHED and source_of(name) != "diagnosis")


def handed_bytes(registry: Registry, name: str) -> int:
    """How many bytes a value has that is handed on."""
    return 8 if registry.describe(name).unit == "cents" else 4


@dataclass(frozen=True, slots=True)
class Joins:
    """Which lines of a therapist's day may be put together before its rules see them.

    ``sums``: values of lines may be added up, since all facts only add them up. ``nobody``: one
    line of each date stands for all of unknown therapists, since no rule is asked of them.
    """

    sums: bool = False
    nobody: bool = False


APART: Final = Joins()


def joins_of(registry: Registry, rules: Iterable[Rule], made: Iterable[str]) -> Joins:
    """What may be put together for some rules and the facts that are made for them."""
    sums = all(registry.facts[name].sums for name in made if name in registry.facts)
    return Joins(sums, all(_is_of_somebody(registry, rule) for rule in rules))


def _is_of_somebody(registry: Registry, entry: Rule | Fact) -> bool:
    """Whether a rule or fact is unknown where the therapist is."""
    one = [name for name in entry.needs if registry.is_one_number(name, entry.scope)]
    facts = [registry.facts[name] for name in one if name in registry.facts]
    return "therapist" in one or any(_is_of_somebody(registry, each) for each in facts)


def _kernel_of(registry: Registry, rule: Rule) -> str:
    scopes = {kind: {rule.scope} | scopes_behind(registry, names_of(rule), kind) for kind in KINDS}
    possible = [kind for kind in KINDS if scopes[kind] <= {*FRAMES[kind], ROW_SCOPE[kind]}]
    if rule.scope is Scope.LINE and LINES not in possible:
        raise NotSmall(f"{rule.id} is about a line and looks at the therapist's day")
    if not possible:
        together = ", ".join(sorted(scopes[LINES]))
        raise NotSmall(f"{rule.id} looks at {together} at once: no one order holds them all")
    return possible[-1] if rule.scope is Scope.INTERVAL else possible[0]
