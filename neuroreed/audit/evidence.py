"""What a finding shows: the parameters of its rule, and theirs in turn, with their values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from neuroreed.audit.attached import TABLES
from neuroreed.audit.registry import Fact, Rule
from neuroreed.audit.run import Run, row_scope
from neuroreed.model.columns import (
    DISCIPLINES,
    SUPERVISION,
    UNKNOWN,
    code_text,
    day_text,
    diagnosis_text,
    modifier_names,
)
from neuroreed.model.findings import Evidence, Scope
from neuroreed.model.money import dollars

_DISCIPLINE = {number: name for name, number in DISCIPLINES.items()}
_LEVEL = {number: name for name, number in SUPERVISION.items()}
# one of something, in the words of a rule that speaks of several
_ONE = re.compile(r"(?<![\d.,:$-])1 ((?:timed|one-on-one) )?(unit|minute|day|patient|modifier)s\b")


def text(unit: str, value: Any) -> str:
    """A value as a person reads it: money, dates, codes and yes/no by their unit."""
    if isinstance(value, (list, tuple)):
        return ", ".join(text(unit, item) for item in value)
    if value == UNKNOWN:
        return "unknown"
    number = int(value)
    if unit == "yes/no":
        return "yes" if number else "no"
    if unit == "cents":
        return f"${dollars(number):,}"
    if unit == "day":
        return day_text(number) if number > 0 else "none"
    if unit == "code":
        return code_text(number) if number else "none"
    if unit == "diagnosis":
        return diagnosis_text(number)
    if unit == "modifiers":
        return " ".join(modifier_names(number)) or "none"
    if unit == "modifier":
        return code_text(number)[-2:] if number else "none"
    if unit == "discipline":
        return _DISCIPLINE.get(number, "any")
    if unit == "level":
        return _LEVEL.get(number, str(number))
    if unit == "time":
        return f"{number // 60:02d}:{number % 60:02d}"
    return str(number)


def sentence(run: Run, entry: Rule, group: int) -> str:
    """The words of a rule with the values of one group."""

    def shown(found: re.Match[str]) -> str:
        name = found[1]
        unit = run.registry.describe(name).unit
        return text(unit, run.one(name, entry.scope)[group])

    said = re.sub(r"{(\w+)}", shown, entry.says)
    return _ONE.sub(lambda found: f"1 {found[1] or ''}{found[2]}", said)


def evidence_of(run: Run, name: str, scope: Scope, group: int) -> Evidence:
    """One value as a function of ``scope`` sees it, with the values behind it."""
    entry = run.registry.describe(name)
    value: int | tuple[int, ...]
    if run.registry.is_one_number(name, scope):
        value = int(run.one(name, scope)[group])
    else:
        value = tuple(int(item) for item in run.many(name, scope)[group])
    because: tuple[Evidence, ...] = ()
    if isinstance(entry, Fact):
        own = _group_in(run, entry.scope, scope, group)
        because = tuple(
            evidence_of(run, need, entry.scope, own[0])
            for need in entry.needs
            if need not in TABLES and len(own) == 1
        ) or tuple(_behind(run, need, entry, own) for need in entry.needs if need not in TABLES)
    return Evidence(name, value, entry.unit, entry.means, because)


def _group_in(run: Run, wanted: Scope, scope: Scope, group: int) -> Sequence[int]:
    """The groups of another scope that share rows with this one."""
    rows = run.frame(scope).members(group)
    group_of = run.frame(wanted).group_of
    return list(dict.fromkeys(group_of[row] for row in rows))


def _behind(run: Run, name: str, entry: Fact, groups: Sequence[int]) -> Evidence:
    """A value behind a list: shown over the same groups, without going deeper."""
    described = run.registry.describe(name)
    if run.registry.is_one_number(name, entry.scope):
        values = run.one(name, entry.scope)
        value = tuple(int(values[group]) for group in groups)
    else:
        many = run.many(name, entry.scope)
        value = tuple(int(item) for group in groups for item in many[group])
    return Evidence(name, value, described.unit, described.means)


__all__ = ["evidence_of", "row_scope", "sentence", "text"]
