"""A finding or a rule in words: the sentence, the tree of facts behind it, the citation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from neuroreed.audit.evidence import text
from neuroreed.audit.examples import Example, examples
from neuroreed.audit.registry import Registry, Rule, registry
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.findings import Evidence, Finding, Scope, Severity
from neuroreed.policy.sources import Source, source

_CONFIDENCE = {
    "V": "read in official text",
    "S": "read in a secondary source only: does not stop a claim",
    "K": "professional knowledge, not re-read: does not stop a claim",
}


@dataclass(frozen=True, slots=True)
class FactText:
    """A fact that a rule looks at: its meaning, its unit, and the facts behind it."""

    name: str
    unit: str
    means: str
    because: tuple[FactText, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule with everything a reader needs to agree or to object.

    ``severity`` is the declared one; ``runs_as`` what it is after how sure the source is.
    ``book`` is the paragraph of the domain rule book.
    """

    id: str
    title: str
    family: str
    book: str
    severity: Severity
    runs_as: Severity
    confidence: str
    scope: Scope
    effective_from: date
    effective_until: date | None
    applies: tuple[str, ...]
    says: str
    fix: str
    why: str
    sources: tuple[Source, ...]
    facts: tuple[FactText, ...]
    examples: tuple[Example, ...]

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def explain(rule_id: str) -> RuleText:
    """One rule with its text, sources, dates and examples.

    Args:
        rule_id: the id of a rule, or a paragraph of the domain rule book that one rule has.

    Raises:
        BadInput: there is no such rule; the message names those that come near.
    """
    rules = registry()
    entry = rules.rules.get(rule_id.upper())
    if entry is None:
        of_book = [rule.id for rule in rules.rules.values() if rule.book == rule_id.upper()]
        if len(of_book) == 1:
            entry = rules.rules[of_book[0]]
        else:
            raise BadInput(_no_such_rule(rules, rule_id, of_book))
    return _text(rules, entry)


def _no_such_rule(rules: Registry, rule_id: str, of_book: list[str]) -> str:
    if of_book:
        return f"{rule_id.upper()} has several rules: {', '.join(of_book)}."
    near = [name for name in rules.rules if name[:4] == rule_id.upper()[:4]]
    hint = f" Near it: {', '.join(near)}." if near else " Try: neuroreed rules."
    return f"There is no rule {rule_id!r}.{hint}"


def _text(rules: Registry, entry: Rule) -> RuleText:
    return RuleText(
        id=entry.id,
        title=entry.title,
        family=entry.family,
        book=entry.book,
        severity=entry.severity,
        runs_as=entry.runs_as,
        confidence=entry.confidence,
        scope=entry.scope,
        effective_from=entry.effective[0],
        effective_until=entry.effective[1],
        applies=tuple(_condition(rules, name, values) for name, values in entry.applies.when),
        says=entry.says,
        fix=entry.fix,
        why=entry.why,
        sources=tuple(_source(cite) for cite in entry.cites),
        facts=tuple(_fact(rules, name) for name in entry.needs),
        examples=examples().get(entry.id, ()),
    )


def _source(cite: str) -> Source:
    try:
        return source(cite)
    except NoParameter:
        name, _, section = cite.partition("#")
        raise BadInput(f"The source {name!r} ({section}) is not in the list of sources.") from None


def _condition(rules: Registry, name: str, values: Iterable[int]) -> str:
    entry = rules.describe(name)
    wanted = " or ".join(text(entry.unit, value) for value in values)
    return f"{entry.means.rstrip('.')}: {wanted}"


def _fact(rules: Registry, name: str) -> FactText:
    entry = rules.describe(name)
    needs = rules.facts[name].needs if name in rules.facts else ()
    behind = tuple(_fact(rules, need) for need in needs if need not in _tables())
    return FactText(name, entry.unit, entry.means, behind)


def _tables() -> Iterable[str]:
    from neuroreed.audit.attached import TABLES

    return TABLES


def _lines(rule: RuleText) -> list[str]:
    until = f" to {rule.effective_until}" if rule.effective_until else ""
    lowered = "" if rule.runs_as is rule.severity else f", runs as {rule.runs_as}"
    lines = [
        f"{rule.id}  {rule.title}",
        f"  severity   {rule.severity}{lowered}",
        f"  about      one {rule.scope.replace('_', ' ')}",
        f"  dates      of service from {rule.effective_from}{until}",
        f"  rule book  {rule.book}",
        f"  certainty  {_CONFIDENCE[rule.confidence]}",
    ]
    lines += [f"  applies    {condition}" for condition in rule.applies]
    lines += ["", *(f"  {line}" for line in rule.why.splitlines())]
    lines += ["", f"  says: {rule.says}", f"  fix:  {rule.fix}", "", "  looks at"]
    for fact in rule.facts:
        lines += _tree(fact, 2)
    lines += ["", "  written in"]
    lines += [f"    {each.title}, {each.section} ({each.id})" for each in rule.sources]
    lines += ["", "  examples"]
    for example in rule.examples:
        found = example.finds if isinstance(example.finds, str) else ", ".join(example.finds)
        lines.append(f"    {example.it}: {found}")
    return lines


def _tree(fact: FactText, depth: int) -> list[str]:
    lines = [f"{'  ' * depth}{fact.name} ({fact.unit}): {fact.means}"]
    for behind in fact.because:
        lines += _tree(behind, depth + 1)
    return lines


def finding_text(finding: Finding) -> str:
    """A finding with its sentence, citation, fix and the tree of facts with their values."""
    lines = [
        f"{finding.rule} {finding.severity} {finding.subject}",
        f"  {finding.says}",
        f"  Fix: {finding.fix}",
    ]
    if finding.lowered:
        lines.append(f"  Severity: {finding.severity}, because {finding.lowered}.")
    lines += [f"  Source: {_source(cite).title}, {_source(cite).section}" for cite in finding.cites]
    for evidence in finding.evidence:
        lines += evidence_lines(evidence, 1)
    return "\n".join(lines)


def evidence_lines(evidence: Evidence, depth: int = 0) -> list[str]:
    """The tree of one fact with values, units and meanings, one line each."""
    shown = text(evidence.unit, evidence.value)
    lines = [f"{'  ' * depth}{evidence.name} = {shown}  ({evidence.unit}) {evidence.means}"]
    for behind in evidence.because:
        lines += evidence_lines(behind, depth + 1)
    return lines
