"""The rule book: text, sources, dates and examples of every rule, as Markdown or one page.

The page is self-contained and has no script. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from neuroreed.audit.examples import Example
from neuroreed.audit.explain import FactText, RuleText, explain
from neuroreed.audit.registry import rule_book, rules

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:54rem;margin:2rem auto;padding:0 1rem}
article{border-top:1px solid #8888;padding:1rem 0}
h3{margin:0}
dt{font-weight:600}
dd{margin:0 0 .5rem 0}
table{border-collapse:collapse;width:100%}
td,th{border:1px solid #8888;padding:.25rem .5rem;text-align:left;vertical-align:top}
code{font-size:.9em}
.stop::before{content:"\\25A0  "}
.review::before{content:"\\25B2  "}
.advise::before{content:"\\25CB  "}
@media print{article{break-inside:avoid}}
"""
_SURE = {
    "V": "read in official text",
    "S": "secondary source only; never stops a claim",
    "K": "professional knowledge, not re-read; never stops a claim",
}


def every_rule() -> tuple[RuleText, ...]:
    """Every rule with its text, in the order of the book."""
    return tuple(explain(entry.id) for entry in rules())


def markdown() -> str:
    """The rule book as Markdown, one sentence per line."""
    lines = ["# Rule book", "", f"Version {rule_book()}.", ""]
    family = ""
    for rule in every_rule():
        if rule.family != family:
            family = rule.family
            lines += [f"## {_heading(family)}", ""]
        lines += _markdown(rule)
    return "\n".join(lines).rstrip() + "\n"


def html() -> str:
    """The rule book as one page without scripts or outside resources."""
    every = every_rule()
    families = dict.fromkeys(rule.family for rule in every)
    contents = "".join(
        f'<li><a href="#{family}">{escape(_heading(family))}</a></li>' for family in families
    )
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<title>NeuroReEd rule book</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>Rule book</h1><p>{len(every)} rules, version {escape(rule_book())}.</p>",
        f"<nav><ul>{contents}</ul></nav>",
    ]
    for family in families:
        parts.append(f'<section id="{family}"><h2>{escape(_heading(family))}</h2>')
        parts += [_article(rule) for rule in every if rule.family == family]
        parts.append("</section>")
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _heading(family: str) -> str:
    return family.replace("_", " ").capitalize()


def _dates(rule: RuleText) -> str:
    until = f" to {rule.effective_until}" if rule.effective_until else " on"
    return f"{rule.effective_from}{until}"


def _severity(rule: RuleText) -> str:
    if rule.runs_as is rule.severity:
        return str(rule.severity)
    return f"{rule.severity}, runs as {rule.runs_as}"


def _finds(example: Example) -> str:
    if isinstance(example.finds, str):
        return {"nothing": "nothing", "unknown": "cannot tell"}.get(
            example.finds, f"finds the {example.finds.replace('_', ' ')}"
        )
    return "finds " + ", ".join(example.finds)


def _markdown(rule: RuleText) -> list[str]:
    lines = [
        f"### {rule.id} {rule.title}",
        "",
        f"* Severity: {_severity(rule)}; {_SURE[rule.confidence]}.",
        f"* About: one {rule.scope.replace('_', ' ')}; dates of service from {_dates(rule)}.",
        f"* Rule book paragraph: {rule.book}.",
    ]
    lines += [f"* Applies when: {condition}." for condition in rule.applies]
    lines += ["", rule.why, "", f"> {rule.says}", ">", f"> {rule.fix}", "", "Looks at:", ""]
    for fact in rule.facts:
        lines += _markdown_facts(fact, 0)
    lines += ["", "Written in:", ""]
    for source in rule.sources:
        title = f"[{source.title}]({source.link})" if source.link else source.title
        lines.append(f"* {title}, {source.section}")
    lines += ["", "| example | answer |", "|---|---|"]
    lines += [f"| {example.it} | {_finds(example)} |" for example in rule.examples]
    return [*lines, ""]


def _markdown_facts(fact: FactText, depth: int) -> list[str]:
    lines = [f"{'  ' * depth}* `{fact.name}` ({fact.unit}): {fact.means}"]
    for behind in fact.because:
        lines += _markdown_facts(behind, depth + 1)
    return lines


def _article(rule: RuleText) -> str:
    rows = "".join(
        f"<tr><td>{escape(each.it)}</td><td>{escape(_finds(each))}</td></tr>"
        for each in rule.examples
    )
    sources = "".join(
        "<li>"
        + (
            f'<a href="{escape(each.link)}" rel="noreferrer">{escape(each.title)}</a>'
            if each.link.startswith("https://")
            else escape(each.title)
        )
        + f", {escape(each.section)}</li>"
        for each in rule.sources
    )
    applies = "".join(f"<dt>Applies when</dt><dd>{escape(each)}</dd>" for each in rule.applies)
    why = "".join(f"<p>{escape(part)}</p>" for part in rule.why.split("\n\n"))
    return (
        f'<article id="{escape(rule.id)}"><h3 class="{rule.runs_as}">'
        f"{escape(rule.id)} {escape(rule.title)}</h3>"
        f"{why}<dl><dt>Severity</dt><dd>{escape(_severity(rule))}; "
        f"{escape(_SURE[rule.confidence])}</dd>"
        f"<dt>About</dt><dd>one {escape(rule.scope.replace('_', ' '))}; "
        f"dates of service from {_dates(rule)}</dd>"
        f"<dt>Rule book paragraph</dt><dd>{escape(rule.book)}</dd>{applies}"
        f"<dt>Says</dt><dd>{escape(rule.says)}</dd><dt>Fix</dt><dd>{escape(rule.fix)}</dd></dl>"
        f"<h4>Looks at</h4>{_html_facts(rule.facts)}"
        f"<h4>Written in</h4><ul>{sources}</ul>"
        f"<h4>Examples</h4><table><tr><th>example</th><th>answer</th></tr>{rows}</table></article>"
    )


def _html_facts(facts: Iterable[FactText]) -> str:
    items = "".join(
        f"<li><code>{escape(fact.name)}</code> ({escape(fact.unit)}): {escape(fact.means)}"
        f"{_html_facts(fact.because) if fact.because else ''}</li>"
        for fact in facts
    )
    return f"<ul>{items}</ul>"
