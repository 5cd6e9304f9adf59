"""``neuroreed rules``: the rule book as a list, JSON, Markdown or one HTML page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from neuroreed.cli.out import print_json


def run(argv: list[str]) -> int:
    """List the rules, or print the whole book."""
    parser = argparse.ArgumentParser(prog="neuroreed rules", description="The rule book.")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything about each rule")
    form.add_argument("--markdown", action="store_true", help="the book as Markdown")
    form.add_argument(
        "--html", nargs="?", const="-", metavar="OUT", help="the book as one page, to OUT"
    )
    args = parser.parse_args(argv)
    from neuroreed.audit import rulebook
    from neuroreed.audit.registry import rule_book, rules

    if args.json:
        print_json(rulebook.every_rule())
    elif args.markdown:
        sys.stdout.write(rulebook.markdown())
    elif args.html == "-":
        sys.stdout.write(rulebook.html())
    elif args.html:
        Path(args.html).write_text(rulebook.html(), encoding="utf-8")
    else:
        for rule in rules():
            print(f"{rule.id}  {rule.runs_as:<7}  {rule.title}")
        print(f"\n{len(rules())} rules, version {rule_book()}. neuroreed explain ID tells more.")
    return 0
