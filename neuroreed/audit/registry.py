"""Facts and rules: functions whose parameters are the facts they look at.

A fact is a whole number or a yes/no with a name, a unit and a meaning. A rule answers yes or
no. Both are written in a small Python (whole numbers, comparison, arithmetic, loops), so that
one text is run for a visit and compiled for a hundred million lines.

What a parameter receives follows from its scope: a value of the function's own scope or a
wider one is one number; a value of a narrower scope is the list over the lines of the group.
A parameter named ``answer`` is a list to fill, one entry per line, unknown until filled.
A parameter that is one number and unknown is never passed: the answer is unknown.
A list may hold unknowns: the function says in its loop what one of them means.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import import_module, resources
from typing import Any, Final

from neuroreed.audit.attached import ATTACHED, TABLES
from neuroreed.model.columns import COLUMNS, Column
from neuroreed.model.findings import Scope, Severity

Function = Callable[..., Any]

NARROWER: Final[dict[Scope, tuple[Scope, ...]]] = {
    Scope.LINE: (),
    Scope.VISIT: (Scope.LINE,),
    Scope.DAY: (Scope.VISIT, Scope.LINE),
    Scope.EPISODE: (Scope.VISIT, Scope.LINE),
    Scope.YEAR: (Scope.DAY, Scope.VISIT, Scope.LINE),
    Scope.INTERVAL: (),
    Scope.THERAPIST_DAY: (Scope.INTERVAL,),
    Scope.THERAPIST_LINES: (Scope.LINE,),
    Scope.PATIENT_TIMES: (Scope.INTERVAL,),
}
TABLE: Final = {
    scope: "intervals"
    if scope in {Scope.INTERVAL, Scope.THERAPIST_DAY, Scope.PATIENT_TIMES}
    else "lines"
    for scope in Scope
}
ROW: Final = {"lines": Scope.LINE, "intervals": Scope.INTERVAL}


@dataclass(frozen=True, slots=True)
class Fact:
    """A registered fact.

    ``fills`` says that it answers for each line of its group. ``sums`` says that it looks at
    each of its lists only through the sum of what is known there and whether all is known: so
    lines of a group may be added up before it is called, whatever their order.
    """

    name: str
    function: Function
    scope: Scope
    unit: str
    means: str
    needs: tuple[str, ...]
    fills: bool
    sums: bool = False

    @property
    def same_in(self) -> tuple[Scope, ...]:
        if self.fills:
            return (ROW[TABLE[self.scope]],)
        return (self.scope, *NARROWER[self.scope])


@dataclass(frozen=True, slots=True)
class Applies:
    """When a rule applies: facts or columns, and the values they must have.

    A value that is unknown means *not assessed*, not *not applicable*.
    """

    when: tuple[tuple[str, tuple[int, ...]], ...] = ()


def applies(**when: int | tuple[int, ...]) -> Applies:
    """``applies(unit_method=CMS)``: the names are columns or facts that are one number."""
    return Applies(
        tuple(
            (name, value if isinstance(value, tuple) else (value,)) for name, value in when.items()
        )
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule; see ``rule`` for the words."""

    id: str
    function: Function
    title: str
    severity: Severity
    scope: Scope
    book: str
    cites: tuple[str, ...]
    confidence: str
    effective: tuple[date, date | None]
    says: str
    fix: str
    applies: Applies
    rests_on: tuple[str, ...]
    needs: tuple[str, ...]
    why: str
    family: str

    @property
    def runs_as(self) -> Severity:
        """The declared severity; a rule known only from practice never stops a claim."""
        if self.severity is Severity.STOP and self.confidence == "K":
            return Severity.REVIEW
        return self.severity


@dataclass(slots=True)
class Registry:
    """All facts and rules, checked as they come in."""

    facts: dict[str, Fact] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def known(self, name: str) -> bool:
        return name in self.facts or name in COLUMNS or name in ATTACHED or name in TABLES

    def describe(self, name: str) -> Fact | Column:
        """The fact or column of a name."""
        return self.facts.get(name) or COLUMNS.get(name) or ATTACHED[name]

    def is_one_number(self, name: str, scope: Scope) -> bool:
        """Whether a function of ``scope`` gets ``name`` as one number rather than a list."""
        return scope in self.describe(name).same_in

    def add_fact(self, entry: Fact) -> None:
        if self.known(entry.name):
            raise ValueError(f"{entry.name} is already a fact or a column")
        self._check_names(entry.name, entry.needs, entry.scope)
        if entry.sums and (entry.fills or entry.scope in ROW.values()):
            raise ValueError(f"{entry.name} has no list to add up, or answers for each line of it")
        if not entry.means.strip().endswith("."):
            raise ValueError(f"{entry.name}: its meaning is one sentence")
        self.facts[entry.name] = entry
        self.order.append(entry.name)

    def add_rule(self, entry: Rule) -> None:
        if entry.id in self.rules:
            raise ValueError(f"{entry.id} is already a rule: an id is never reused")
        shown = tuple(re.findall(r"{(\w+)}", entry.says))
        conditions = tuple(name for name, _ in entry.applies.when)
        names = (*entry.needs, *shown, *conditions, *entry.rests_on)
        self._check_names(entry.id, names, entry.scope)
        for name in names:
            if name in TABLES or not self.is_one_number(name, entry.scope):
                raise ValueError(f"{entry.id}: {name} is not one number in a {entry.scope}")
        if not entry.cites or not entry.why:
            raise ValueError(f"{entry.id} needs a source and a why")
        self.rules[entry.id] = entry

    def _check_names(self, owner: str, names: Iterable[str], scope: Scope) -> None:
        table = TABLE[scope]
        for name in names:
            if not self.known(name):
                # a fact may only use what is registered before it: so there are no circles
                raise ValueError(f"{owner} looks at {name}, which is neither a fact nor a column")
            if name in TABLES:
                continue
            entry = self.describe(name)
            tables = (TABLE[entry.scope],) if isinstance(entry, Fact) else entry.tables
            if table not in tables:
                raise ValueError(f"{owner}: {name} does not stand in the table of {table}")

    def columns_behind(self, name: str) -> tuple[str, ...]:
        """The columns that a fact or rule rests on in the end."""
        if name in self.rules:
            needs: tuple[str, ...] = self.rules[name].needs
        elif name in self.facts:
            needs = self.facts[name].needs
        else:
            return () if name in TABLES else (name,)
        found: dict[str, None] = {}
        for need in needs:
            found.update(dict.fromkeys(self.columns_behind(need)))
        return tuple(found)


REGISTRY: Final = Registry()


def fact(
    scope: Scope, unit: str, means: str, *, sums: bool = False
) -> Callable[[Function], Function]:
    """Register a fact; its name is the name of the function. ``sums``: see ``Fact``."""

    def register(function: Function) -> Function:
        parameters = tuple(inspect.signature(function).parameters)
        needs = tuple(name for name in parameters if name != "answer")
        fills = "answer" in parameters
        REGISTRY.add_fact(Fact(function.__name__, function, scope, unit, means, needs, fills, sums))
        return function

    return register


def rule(
    rule_id: str,
    *,
    title: str,
    severity: Severity,
    scope: Scope,
    book: str,
    cites: Iterable[str],
    confidence: str,
    effective: tuple[date, date | None],
    says: str,
    fix: str,
    applies: Applies = Applies(),
    rests_on: Iterable[str] = (),
) -> Callable[[Function], Function]:
    """Register a rule.

    Args:
        rule_id: never reused, even after the rule has ended.
        book: the paragraph of the domain rule book that it puts into code.
        cites: source ids with sections, as ``source-id#section``.
        confidence: V read in official text, S in a secondary source, K professional knowledge.
        effective: first and last date of service.
        says: for the biller on a busy day, in numbers; names in braces are facts.
        fix: begins with a verb.
        applies: tested before the function is called.
        rests_on: yes/no facts; where one is not yes, the rule does not stop a claim.
    """

    def register(function: Function) -> Function:
        REGISTRY.add_rule(
            Rule(
                rule_id,
                function,
                title,
                severity,
                scope,
                book,
                tuple(cites),
                confidence,
                effective,
                says,
                fix,
                applies,
                tuple(rests_on),
                tuple(inspect.signature(function).parameters),
                inspect.cleandoc(function.__doc__ or ""),
                function.__module__.rpartition(".")[2],
            )
        )
        return function

    return register


FACT_FILES: Final = ("line", "visit", "day", "episode", "year", "times")
RULE_FILES: Final = (
    "units",
    "minutes",
    "codes",
    "monitoring",
    "modifiers",
    "modifiers_other",
    "notices",
    "telehealth",
    "code_pairs",
    "thresholds",
    "assistants",
    "concurrency",
    "duplicates",
    "plan",
    "documentation",
    "rubric_need",
    "rubric_skill",
    "rubric_proof",
    "authorization",
    "filing",
)


@cache
def registry() -> Registry:
    """The registry with every fact and rule of ours in it."""
    for name in FACT_FILES:
        import_module(f"neuroreed.audit.facts.{name}")
    for name in RULE_FILES:
        import_module(f"neuroreed.audit.rules.{name}")
    return REGISTRY


def rules() -> tuple[Rule, ...]:
    """The registered rules, in the order of the rule book."""
    return tuple(registry().rules.values())


def rule_book() -> str:
    """A short identity of the text of all rules and facts and of the policy data they use.

    A release loaded or a payer edited while we run changes it at once.
    """
    from neuroreed.policy import release

    return sha256(release().encode() + _text()).hexdigest()[:12]


@cache
def _text() -> bytes:
    """The identity of the text of all rules and facts, which does not change while we run."""
    digest = sha256()
    for package in ("neuroreed.audit.facts", "neuroreed.audit.rules"):
        for file in sorted(resources.files(package).iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.digest()
