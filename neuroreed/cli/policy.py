"""``neuroreed policy``: check the policy data, load official releases, list what is at hand."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from neuroreed.cli.out import plain, print_json
from neuroreed.model.errors import BadInput
from neuroreed.policy.official.changes import Changes
from neuroreed.policy.official.loading import Loaded, Options, load

SHOWN = 20


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neuroreed policy",
        description="Check the policy data, load official releases, list what is at hand.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check|load|list|reference")
    check = verbs.add_parser("check", help="every number cited, no gap, every citation used")
    check.add_argument("--json", action="store_true", help="print the faults as JSON")
    loading = verbs.add_parser(
        "load",
        help="read official releases into the clinic's policy folder",
        description="Reads RVUyyX.zip, NCCI pair files (ccipra, all four parts), the practitioner "
        "MUE table, ZIP5 and icd10cm files; checks them, stores them and tells what changed.",
    )
    loading.add_argument("files", nargs="+", metavar="FILE", type=Path)
    loading.add_argument(
        "--into", type=Path, metavar="DIR", help="the policy folder (else NEUROREED_POLICY)"
    )
    loading.add_argument("--release", help="the release, where the name does not tell (RVU26D)")
    loading.add_argument("--from", dest="since", type=_day, help="its first day, YYYY-MM-DD")
    loading.add_argument("--to", dest="until", type=_day, help="its last day, YYYY-MM-DD")
    loading.add_argument("--localities", type=int, help="how many localities GPCI should hold")
    loading.add_argument("--json", action="store_true", help="print all changes as JSON")
    listing = verbs.add_parser("list", help="the releases at hand, and how far they reach")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    verbs.add_parser("reference", help="the reference page of the policy data, as Markdown")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a date YYYY-MM-DD: {text!r}") from None


def run(argv: Sequence[str]) -> int:
    """Exit status 0 done, 1 faults found, 2 the caller's mistake."""
    args = _parser().parse_args(argv)
    if args.verb == "check":
        return _check(args)
    if args.verb == "list":
        return _list(args)
    if args.verb == "reference":
        from neuroreed.policy.reference import markdown

        print(markdown(), end="")
        return 0
    return _load(args)


def _check(args: argparse.Namespace) -> int:
    from neuroreed.audit.registry import rules
    from neuroreed.policy.check import faults

    found = faults(also_cited=[cite for rule in rules() for cite in rule.cites])
    if args.json:
        print_json(found)
    else:
        for fault in found:
            print(fault)
        print(f"{len(found)} faults." if found else "The policy data hold together.")
    return 1 if found else 0


def _load(args: argparse.Namespace) -> int:
    into = args.into
    if into is None:
        named = os.environ.get("NEUROREED_POLICY", "")
        if not named:
            raise BadInput("Say where to: --into DIR, or set NEUROREED_POLICY.")
        into = Path(named)
    options = Options(args.release, args.since, args.until, args.localities)
    done: list[Loaded] = []
    for file in args.files:
        loaded = load(file, into, options)
        done.extend(loaded)
        if not args.json:
            for release in loaded:
                _tell(release)
    if args.json:
        print_json(done)
    elif os.environ.get("NEUROREED_POLICY", "") != str(into):
        print(f"To use it: NEUROREED_POLICY={into}", file=sys.stderr)
    return 0


def _tell(loaded: Loaded) -> None:
    print(
        f"{loaded.table} {loaded.release}: {loaded.rows} rows, "
        f"{loaded.effective_from} to {loaded.effective_to}"
    )
    for note in loaded.notes:
        print(f"  {note}")
    changes = loaded.changes
    if changes.previous is None:
        print("  the first release of this table: nothing to compare with")
        return
    print(
        f"  against {changes.previous}: {len(changes.added)} added, {len(changes.removed)} "
        f"removed, {len(changes.changed)} changed, of {changes.compared} in both"
    )
    for title, names in _lines(changes):
        for name in names[:SHOWN]:
            print(f"    {title} {name}")
        if len(names) > SHOWN:
            print(f"    … and {len(names) - SHOWN} more {title} (--json tells all)")


def _lines(changes: Changes) -> tuple[tuple[str, list[str]], ...]:
    return (
        ("added", list(changes.added)),
        ("removed", list(changes.removed)),
        ("changed", [str(change) for change in changes.changed]),
    )


def _list(args: argparse.Namespace) -> int:
    from neuroreed import policy
    from neuroreed.policy import tables

    releases = [release for table in tables.FOLDERS for release in tables.releases(table)]
    if args.json:
        rows = [
            {key: value for key, value in plain(release).items() if key != "path"}
            for release in releases
        ]
        print_json({"release": policy.release(), "valid_to": policy.valid_to(), "releases": rows})
        return 0
    print(f"policy data {policy.release()}")
    for release in releases:
        whose = "clinic" if release.of_clinic else "ours"
        print(
            f"  {release.table:<18}{release.name:<14}{release.effective_from} to "
            f"{release.effective_to}  {release.extent:<8}{release.rows:>7} rows  {whose}"
        )
    print("valid to")
    for name, day in sorted(policy.valid_to().items()):
        print(f"  {name:<24}{day}")
    return 0
