"""``neuroreed explain``: one rule, or the facts behind a finding in a file."""

from __future__ import annotations

import argparse

from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput


def run(argv: list[str]) -> int:
    """Explain a rule; with ``--in FILE`` the findings of that rule in the file."""
    parser = argparse.ArgumentParser(prog="neuroreed explain", description="One rule, explained.")
    parser.add_argument("rule", help="a rule id such as UNIT-01")
    parser.add_argument("--in", dest="file", metavar="FILE", help="show its findings in a file")
    parser.add_argument("--subject", help="only the finding about this visit, line or claim")
    parser.add_argument("--mapping", metavar="M.toml", help="the columns of a CSV")
    parser.add_argument("--payer", help="the payer of lines that do not name one")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    if args.subject and not args.file:
        raise BadInput("--subject needs the file to look in: --in FILE.")
    if args.file is None:
        from neuroreed.audit.explain import explain

        found = explain(args.rule)
        if args.json:
            print_json(found)
        else:
            print(found)
        return 0
    return _in_file(args)


def _in_file(args: argparse.Namespace) -> int:
    import neuroreed
    from neuroreed.audit.explain import explain, finding_text

    rule_id = explain(args.rule).id
    result = neuroreed.audit(args.file, payer=args.payer, mapping=args.mapping)
    found = [
        finding
        for finding in result.findings
        if finding.rule == rule_id and args.subject in (None, finding.subject, *finding.visits)
    ]
    if args.json:
        print_json(found)
    elif found:
        print("\n\n".join(finding_text(finding) for finding in found))
    else:
        covered = result.coverage[rule_id]
        print(f"{rule_id} finds nothing here: assessed {covered.assessed}, {not_told(covered)}.")
    return 0


def not_told(covered: object) -> str:
    """What was not assessed and why, in words."""
    why = getattr(covered, "why_not", {})
    count = getattr(covered, "not_assessed", 0)
    if not count:
        return "not assessed 0"
    reasons = ", ".join(f"{name} unknown {times} times" for name, times in why.items())
    return f"not assessed {count} ({reasons})"
