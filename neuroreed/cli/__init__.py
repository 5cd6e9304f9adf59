"""The command ``neuroreed``: the same words as the library.

Each command is a module with ``run(argv) -> int``; only the one asked for is imported,
so that ``neuroreed units`` answers at once. Exit status: 0 done, 1 findings of severity
*stop*, 2 the caller's mistake, said in one sentence.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

COMMANDS: dict[str, tuple[str, str]] = {
    "units": ("neuroreed.cli.units", "minutes to billable units, with the proof"),
    "assistant": ("neuroreed.cli.assistant", "which units carry CQ or CO"),
    "fee": ("neuroreed.cli.fee", "fee of one unit by date and place"),
    "expected": ("neuroreed.cli.expected", "expected payment of the lines of one day"),
    "audit": ("neuroreed.cli.audit", "findings in an 837P, CSV or Parquet file"),
    "rules": ("neuroreed.cli.rules", "the rule book as text, JSON or HTML"),
    "explain": ("neuroreed.cli.explain", "one rule, or the facts behind a finding"),
    "x12": ("neuroreed.cli.x12", "read and check X12 files"),
    "policy": ("neuroreed.cli.policy", "check the policy data, load official releases"),
    "compare": ("neuroreed.cli.compare", "two scores of one measure: what changed, and how sure"),
    "documentation": ("neuroreed.cli.documentation", "score the facts of a visit"),
    "handout": ("neuroreed.cli.handout", "print a patient handout"),
    "readability": ("neuroreed.cli.readability", "how hard a text is to read"),
    "bulk": ("neuroreed.cli.bulk", "audit millions of lines"),
    "sample": ("neuroreed.cli.sample", "draw charts to audit; rate and dollars with intervals"),
    "peers": ("neuroreed.cli.peers", "units and code shares by therapist or clinic"),
    "record": ("neuroreed.cli.record", "verify seals and the event chain"),
    "serve": ("neuroreed.cli.serve", "run the clinic"),
}


def usage() -> str:
    """One line per command."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {about}" for name, (_, about) in COMMANDS.items()]
    return (
        "usage: neuroreed COMMAND [...]\n\n"
        + "\n".join(lines)
        + ("\n\nneuroreed COMMAND --help tells more. --json prints what the library returns.")
    )


def main(argv: list[str] | None = None) -> int:
    """Run one command; the caller's mistakes become one sentence on standard error."""
    args = sys.argv[1:] if argv is None else argv
    if not args or args[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0 if args else 2
    if args[0] == "--version":
        from neuroreed import __version__

        print(__version__)
        return 0
    if args[0] not in COMMANDS:
        print(f"neuroreed: there is no command {args[0]!r}. Try: neuroreed --help", file=sys.stderr)
        return 2
    from neuroreed.model.errors import NeuroReedError

    module = COMMANDS[args[0]][0]
    if find_spec(module) is None:
        print(f"neuroreed {args[0]}: not part of this release.", file=sys.stderr)
        return 2
    try:
        return int(import_module(module).run(args[1:]))
    except NeuroReedError as error:
        print(f"neuroreed {args[0]}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except OSError as error:
        reason = error.strerror or type(error).__name__
        where = f"{error.filename}: " if error.filename else ""
        print(f"neuroreed {args[0]}: {where}{reason}", file=sys.stderr)
        return 2
