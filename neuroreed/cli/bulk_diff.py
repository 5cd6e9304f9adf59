"""``neuroreed bulk diff``: what another rule book, policy, payer profile or payer changes.

Two finished runs are compared as they are. Files are first audited twice, each time in a
process and a policy of its own, so that what one run has loaded cannot reach the other.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput

# an option of one side and what it is in the environment of that run
_FOLDERS = {"payers": "NEUROREED_PAYERS", "policy": "NEUROREED_POLICY"}
_SIDES = ("before", "after")
_PASSED_ON = ("mapping", "payer", "mac", "locality", "zip5", "contract", "intervals", "progress")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    from neuroreed.cli.bulk import input_arguments

    parser.description = (
        "Two folders of finished runs; or files, audited before and after a change: "
        "--payers-after, --policy-after, or --payer-before with --payer-after."
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="two runs, or files of lines")
    for side in _SIDES:
        for name in _FOLDERS:
            parser.add_argument(f"--{name}-{side}", metavar="FOLDER", help=f"{name}, {side}")
        parser.add_argument(f"--payer-{side}", metavar="PAYER", help=f"judge lines {side} as of")
    input_arguments(parser)
    parser.add_argument("--intervals", metavar="FILE", help="Parquet or CSV of intervals, if apart")
    parser.add_argument("--progress", metavar="FILE", help="write how far each run is to FILE")
    parser.add_argument("--keep", metavar="FOLDER", help="keep both runs and the difference here")
    parser.add_argument("--json", action="store_true", help="the difference as JSON")
    parser.add_argument("--csv", action="store_true", help="the difference as CSV")


def run(args: Any) -> int:
    """Compare, and print sentences, JSON or CSV."""
    given = vars(args)
    changed = [name for name in (*_FOLDERS, "payer") for side in _SIDES if given[f"{name}_{side}"]]
    if not changed:
        if len(args.paths) != len(_SIDES):
            raise BadInput("Give the folders of two runs, or files and what changes: see --help.")
        _tell(_compare(*map(Path, args.paths)), args)
        return 0
    if bool(args.payer_before) != bool(args.payer_after):
        raise BadInput("Give both --payer-before and --payer-after.")
    for name in _FOLDERS:
        for side in _SIDES:
            own = given[f"{name}_{side}"]
            if own and not Path(own).is_dir():
                raise BadInput(f"--{name}-{side}: there is no folder {Path(own).name}.")
    if args.keep:
        folder = Path(args.keep)
        folder.mkdir(parents=True, exist_ok=True)
        _tell(_run_both(folder, args), args)
        return 0
    with tempfile.TemporaryDirectory(prefix="neuroreed-diff-") as name:
        _tell(_run_both(Path(name), args), args)
    return 0


def _run_both(folder: Path, args: Any) -> Any:
    for side in _SIDES:
        _audit(folder / side, side, args)
    found = _compare(folder / "before", folder / "after")
    for name, text in (
        ("difference.csv", found.csv()),
        ("difference.txt", "\n".join(found.sentences()) + "\n"),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return found


def _audit(out: Path, side: str, args: Any) -> None:
    given = vars(args)
    environment = dict(os.environ)
    for name, variable in _FOLDERS.items():
        if own := given[f"{name}_{side}"]:
            environment[variable] = str(Path(own).resolve())
    command = [sys.executable, "-m", "neuroreed", "bulk", "audit", *args.paths]
    command += ["--out", str(out), "--measure"]
    for name in _PASSED_ON:
        if given[name] is not None:
            command += [f"--{name}", given[name]]
    command += [f"--{name}" for name in ("nonparticipating", "apm") if given[name]]
    if own := given[f"payer_{side}"]:
        command += ["--payer-as", f"{args.payer_before}={own}"]
        if args.payer is None:
            command += ["--payer", own]
    print(f"Auditing {side} the change.", file=sys.stderr, flush=True)
    done = subprocess.run(  # noqa: S603 - our own interpreter and command
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1) or not (out / "summary.json").exists():
        said = done.stderr.strip().splitlines() or ["it ended without a word"]
        raise BadInput(f"The audit {side} the change: {said[-1].removeprefix('neuroreed bulk: ')}")


def _compare(before: Path, after: Path) -> Any:
    from neuroreed.bulk.diff import difference

    return difference(before, after)


def _tell(found: Any, args: Any) -> None:
    if args.json:
        print_json(found.plain())
    elif args.csv:
        print(found.csv(), end="")
    else:
        for sentence in found.sentences():
            print(sentence)
