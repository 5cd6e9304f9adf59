"""Audit a book: every rule that applies, on every group it speaks about.

Effective dates and applicability come first; then the question whether everything the rule
looks at is known; only then is the rule called. What was not called is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from neuroreed.audit.attach import attach, severities_of
from neuroreed.audit.evidence import evidence_of, sentence
from neuroreed.audit.registry import Registry, Rule, registry, rule_book
from neuroreed.audit.run import Run
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Finding, RuleCoverage, Scope, Severity
from neuroreed.model.lines import Book

OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What was found, and per rule what was and was not assessed and why.

    ``notes`` say what was read but could not be audited.
    """

    findings: tuple[Finding, ...]
    coverage: dict[str, RuleCoverage]
    rule_book: str = ""
    notes: tuple[str, ...] = ()

    @property
    def stops(self) -> tuple[Finding, ...]:
        """The findings that hold a claim."""
        return tuple(f for f in self.findings if f.severity is Severity.STOP)

    def with_notes(self, notes: tuple[str, ...]) -> AuditResult:
        """The same result with what the reader of the file had to say, before our own notes."""
        return replace(self, notes=(*notes, *self.notes)) if notes else self


@dataclass(slots=True)
class _Where:
    """The groups that a rule applies to, and how many it does not, or nobody knows."""

    groups: list[int]
    not_applicable: int
    unknown: dict[str, int] = field(default_factory=dict)


def audit(book: Book, *, using: Registry | None = None) -> AuditResult:
    """Run every rule on a book; policy is attached first where it is not yet.

    Args:
        book: lines and intervals as ``model.lines.to_book`` makes them.
        using: another registry than ours, for tests.
    """
    rules = using or registry()
    book = attach(book)
    run = Run(book, rules)
    severities = severities_of(book)
    places: dict[object, _Where] = {}
    identity = rule_book() if using is None else ""
    findings: list[Finding] = []
    coverage: dict[str, RuleCoverage] = {}
    for entry in rules.rules.values():
        where = _where(run, entry, severities, places)
        coverage[entry.id] = RuleCoverage(entry.id, not_applicable=where.not_applicable)
        hits = _ask(run, entry, where, coverage[entry.id])
        seen: set[str] = set()
        for group in hits:
            found = _finding(run, entry, group, severities, identity)
            if found.subject not in seen:
                seen.add(found.subject)
                findings.append(found)
    return AuditResult(tuple(findings), coverage, identity, book.notes)


def _where(
    run: Run,
    entry: Rule,
    severities: Mapping[int, Mapping[str, Severity | str]],
    places: dict[object, _Where],
) -> _Where:
    off = tuple(payer for payer, own in severities.items() if own.get(entry.id) == OFF)
    key = (entry.scope, entry.applies, entry.effective, off)
    if key not in places:
        places[key] = _find_where(run, entry, off)
    return places[key]


def _find_where(run: Run, entry: Rule, off: tuple[int, ...]) -> _Where:
    scope = entry.scope
    count = run.groups(scope)
    if not count:
        return _Where([], 0)
    groups = list(range(count))
    since, until = entry.effective[0], entry.effective[1] or date.max
    days = _first(run, "date_of_service", scope)
    first, last = since.toordinal(), until.toordinal()
    if min(days) < first or max(days) > last:
        groups = [group for group in groups if first <= days[group] <= last]
    if off:
        payers = _first(run, "payer", scope)
        groups = [group for group in groups if payers[group] not in off]
    unknown: dict[str, int] = {}
    for name, allowed in entry.applies.when:
        values = run.one(name, scope)
        doubtful = [group for group in groups if values[group] == UNKNOWN]
        if doubtful:
            unknown[name] = len(doubtful)
        groups = [group for group in groups if values[group] in allowed]
    return _Where(groups, count - len(groups) - sum(unknown.values()), unknown)


def _first(run: Run, name: str, scope: Scope) -> list[int]:
    """A value of the first row of each group, also where the group may hold several."""
    rows = run.rows(name, "lines" if name in run.book.lines and _on_lines(scope) else "intervals")
    return [rows[row] for row in run.frame(scope).first]


def _on_lines(scope: Scope) -> bool:
    return scope not in {Scope.INTERVAL, Scope.THERAPIST_DAY, Scope.PATIENT_TIMES}


def _ask(run: Run, entry: Rule, where: _Where, covered: RuleCoverage) -> list[int]:
    """The groups for which the rule says yes; what it was not asked goes to coverage."""
    for name, times in where.unknown.items():
        covered.not_assessed += times
        covered.why_not[name] = covered.why_not.get(name, 0) + times
    groups = where.groups
    if not groups:
        return []
    arguments = []
    for name in entry.needs:
        values = run.one(name, entry.scope)
        if run.unknowns(name, entry.scope):
            known = [group for group in groups if values[group] != UNKNOWN]
            if len(known) < len(groups):
                covered.not_assessed += len(groups) - len(known)
                covered.why_not[name] = covered.why_not.get(name, 0) + len(groups) - len(known)
                groups = known
        arguments.append(values)
    covered.assessed += len(groups)
    function = entry.function
    if len(groups) == run.groups(entry.scope):
        return [group for group, yes in enumerate(map(function, *arguments)) if yes]
    return [group for group in groups if function(*(values[group] for values in arguments))]


def _finding(
    run: Run,
    entry: Rule,
    group: int,
    severities: Mapping[int, Mapping[str, Severity | str]],
    identity: str,
) -> Finding:
    rows = run.frame(entry.scope).members(group)
    table = "lines" if _on_lines(entry.scope) else "intervals"
    visit_of, names = run.rows("visit", table), run.book.names["visit"]
    visits = tuple(sorted({names[visit_of[row]] for row in rows}))
    subject = "+".join(visits)
    if entry.scope is Scope.LINE:
        session = run.book.names["session"][run.rows("session", "lines")[group]]
        subject = f"{session}/{run.rows('line', 'lines')[group]}"
    payer = run.rows("payer", table)[rows[0]]
    severity, lowered = _severity(run, entry, group, severities.get(payer, {}))
    return Finding(
        rule=entry.id,
        severity=severity,
        subject=subject,
        says=sentence(run, entry, group),
        fix=entry.fix,
        cites=entry.cites,
        evidence=tuple(evidence_of(run, name, entry.scope, group) for name in entry.needs),
        rule_book=identity,
        visits=visits,
        lowered=lowered,
    )


def _severity(
    run: Run, entry: Rule, group: int, own: Mapping[str, Severity | str]
) -> tuple[Severity, str]:
    """The severity of one finding: the payer's word first, then how sure the ground is."""
    if entry.id in own:
        return Severity(own[entry.id]), "the payer's profile says so"
    if entry.severity is not Severity.STOP:
        return entry.severity, ""
    if entry.runs_as is not Severity.STOP:
        return entry.runs_as, "the rule is known from practice only, no source was read"
    for name in entry.rests_on:
        if run.one(name, entry.scope)[group] != 1:
            means = run.registry.describe(name).means
            return Severity.REVIEW, f"not certain: {means[0].lower()}{means[1:].rstrip('.')}"
    return entry.severity, ""
