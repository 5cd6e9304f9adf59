"""``neuroreed audit``: findings in an 837P or a CSV, as text, JSON or one HTML page."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from neuroreed.cli.out import print_json


def run(argv: list[str]) -> int:
    """Audit one file; 1 when a finding of severity *stop* is among the findings."""
    parser = argparse.ArgumentParser(
        prog="neuroreed audit",
        description="Findings in an 837P or CSV. Exit status 1: at least one holds a claim.",
    )
    parser.add_argument("file", help="an 837P, or a CSV of service lines")
    parser.add_argument("--mapping", metavar="M.toml", help="the columns of a CSV")
    parser.add_argument("--payer", help="the payer of lines that do not name one")
    parser.add_argument("--json", action="store_true", help="findings and coverage as JSON")
    parser.add_argument("--html", metavar="OUT", help="write a self-contained report to OUT")
    parser.add_argument("--coverage", action="store_true", help="also what was not assessed")
    args = parser.parse_args(argv)
    import neuroreed
    from neuroreed.audit.attach import profile_of
    from neuroreed.model.errors import BadInput

    if args.payer is not None and profile_of(args.payer) is None:
        raise BadInput(f"There is no payer profile {args.payer!r}: see neuroreed policy list.")
    result = neuroreed.audit(args.file, payer=args.payer, mapping=args.mapping)
    if args.html:
        Path(args.html).write_text(page(Path(args.file).name, result), encoding="utf-8")
    if args.json:
        print_json(result)
    else:
        for line in _text(result, with_coverage=args.coverage):
            print(line)
    return 1 if result.stops else 0


def _text(result: Any, *, with_coverage: bool) -> Iterable[str]:
    from neuroreed.audit.explain import explain

    yield from result.notes
    if result.notes:
        yield ""
    for finding in result.findings:
        yield f"{finding.severity:<7} {finding.rule}  {finding.subject}"
        yield f"        {finding.says}"
        yield f"        Fix: {finding.fix}"
        for source in explain(finding.rule).sources:
            yield f"        Source: {source.title}, {source.section}"
        if finding.lowered:
            yield f"        Only {finding.severity}: {finding.lowered}."
        yield ""
    yield summary(result)
    if with_coverage:
        from neuroreed.cli.explain import not_told

        for covered in result.coverage.values():
            yield (
                f"  {covered.rule}: assessed {covered.assessed}, "
                f"not applicable {covered.not_applicable}, {not_told(covered)}"
            )


def summary(result: Any) -> str:
    """How much was found, and how much could not be judged."""
    counts = dict.fromkeys(("stop", "review", "advise"), 0)
    for finding in result.findings:
        counts[finding.severity] += 1
    found = ", ".join(f"{count} {severity}" for severity, count in counts.items())
    blind = [
        covered.rule
        for covered in result.coverage.values()
        if covered.not_assessed and not covered.assessed
    ]
    text = f"{len(result.findings)} findings: {found}. Rule book {result.rule_book}."
    if blind:
        text += f" {len(blind)} rules could not be assessed: {', '.join(blind)}."
    return text


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
td,th{border:1px solid #8888;padding:.25rem .5rem;text-align:left;vertical-align:top}
.stop::before{content:"\\25A0  "}
.review::before{content:"\\25B2  "}
.advise::before{content:"\\25CB  "}
"""


def page(name: str, result: Any) -> str:
    """The result as one page without scripts or outside resources; every text is escaped."""
    from neuroreed.audit.explain import evidence_lines, explain

    rows = []
    for finding in result.findings:
        tree = "\n".join(line for each in finding.evidence for line in evidence_lines(each))
        sources = "<br>".join(
            escape(f"{source.title}, {source.section}") for source in explain(finding.rule).sources
        )
        lowered = f"<br>Only {finding.severity}: {finding.lowered}." if finding.lowered else ""
        rows.append(
            f'<tr><td class="{finding.severity}">{finding.severity}</td>'
            f"<td>{escape(finding.rule)}</td><td>{escape(finding.subject)}</td>"
            f"<td>{escape(finding.says)}<br>Fix: {escape(finding.fix)}{lowered}"
            f"<details><summary>Facts</summary><pre>{escape(tree)}</pre></details></td>"
            f"<td>{sources}</td></tr>"
        )
    covered = "".join(
        f"<tr><td>{escape(each.rule)}</td><td>{each.assessed}</td><td>{each.not_applicable}</td>"
        f"<td>{each.not_assessed}</td><td>"
        + escape(", ".join(f"{fact}: {times}" for fact, times in each.why_not.items()))
        + "</td></tr>"
        for each in result.coverage.values()
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.notes)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Audit of {escape(name)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>Audit of {escape(name)}</h1><p>{escape(summary(result))}</p><ul>{notes}</ul>"
        "<table><tr><th>severity</th><th>rule</th><th>about</th><th>finding</th>"
        f"<th>written in</th></tr>{''.join(rows)}</table>"
        "<h2>What was assessed</h2><table><tr><th>rule</th><th>assessed</th>"
        "<th>does not apply</th><th>not assessed</th><th>because these were unknown</th></tr>"
        f"{covered}</table></body></html>\n"
    )
