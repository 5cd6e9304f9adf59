"""``neuroreed bulk``: audit, generate, sample and compare millions of service lines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neuroreed.cli.out import print_json


def run(argv: list[str]) -> int:
    """One of the bulk commands; 1 when an audit found something of severity *stop*."""
    parser = argparse.ArgumentParser(
        prog="neuroreed bulk",
        description="The same rules on millions of lines. A killed run is taken up again.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _audit_arguments(commands.add_parser("audit", help="audit Parquet, CSV or 837P into a folder"))
    _spark_arguments(commands.add_parser("spark", help="the same audit on a Spark cluster"))
    _synth_arguments(commands.add_parser("synth", help="invent lines, with known faults"))
    compared = commands.add_parser("diff", help="what changed between two runs over one input")
    compared.add_argument("before", help="the folder of a run")
    compared.add_argument("after", help="the folder of another run over the same files")
    compared.add_argument("--json", action="store_true", help="the difference as JSON")
    args = parser.parse_args(argv)
    _needs_extra()
    handlers = {"audit": _audit, "spark": _spark, "synth": _synth, "diff": _diff}
    return handlers[args.command](args)


def _needs_extra() -> None:
    from neuroreed.model.errors import BadInput

    try:
        import numba  # noqa: F401
        import polars  # noqa: F401
    except ImportError:
        raise BadInput("Bulk audits need the extra: pip install 'neuroreed[bulk]'.") from None


def _input_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="Parquet, CSV or 837P files, or folders of them")
    parser.add_argument("--mapping", metavar="M.toml", help="the columns of the tables")
    parser.add_argument("--payer", help="the payer of lines that do not name one")


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    _run_arguments(parser)
    parser.add_argument("--threads", type=int, default=0, help="as many as there are cores")
    parser.add_argument("--memory", type=int, default=1500, metavar="MB", help="memory to use")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    _input_arguments(parser)
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where results go")
    parser.add_argument("--intervals", metavar="FILE", help="Parquet of intervals, if apart")
    parser.add_argument("--no-findings", action="store_true", help="only the summary")
    parser.add_argument("--json", action="store_true", help="the summary as JSON")


def _spark_arguments(parser: argparse.ArgumentParser) -> None:
    _run_arguments(parser)
    parser.add_argument("--master", help="spark://host:port; else as Spark is set up, else here")
    parser.add_argument("--partitions", type=int, metavar="N",
                        help="files of whole patients; each is one task")  # fmt: skip
    parser.add_argument("--memory", type=int, default=1500, metavar="MB",
                        help="memory that one task may use")  # fmt: skip


def _synth_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lines", type=int, default=100_000, help="how many lines")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same lines")
    parser.add_argument("--faults", type=int, default=20, metavar="PERMILLE",
                        help="visits with a planted fault, per thousand")  # fmt: skip
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the files go")
    parser.add_argument("--shuffle", action="store_true", help="in no order at all")


def settings_of(args: Any) -> Any:
    """The settings that the arguments ask for."""
    from neuroreed.bulk.local import Settings
    from neuroreed.exchange.tables import read_mapping

    mapping = read_mapping(args.mapping) if args.mapping else None
    given = vars(args)
    return Settings(
        payer=args.payer,
        mapping=mapping,
        intervals=given.get("intervals"),
        threads=given.get("threads") or 0,
        memory_mb=given.get("memory") or 1500,
        write_findings=not given.get("no_findings", False),
    )


def _progress(done: int, total: int, rate: float) -> None:
    left = (total - done) / rate if rate else 0
    print(
        f"\r{done:,} of {total:,} lines, {rate / 1e6:.1f} M/s, {left:.0f} s left  ",
        end="" if done < total else "\n",
        file=sys.stderr,
        flush=True,
    )


def _audit(args: Any) -> int:
    from neuroreed.bulk.local import audit

    shown = _progress if sys.stderr.isatty() else None
    summary = audit(args.files, args.out, settings_of(args), progress=shown)
    return _tell(summary, Path(args.out), as_json=args.json)


def _spark(args: Any) -> int:
    from neuroreed.bulk.spark import audit
    from neuroreed.model.errors import BadInput

    if args.partitions is not None and args.partitions < 1:
        raise BadInput("--partitions is at least 1.")
    shown = _progress if sys.stderr.isatty() else None
    summary = audit(
        args.files, args.out, settings_of(args), master=args.master, partitions=args.partitions,
        progress=shown,
    )  # fmt: skip
    return _tell(summary, Path(args.out), as_json=args.json)


def _tell(summary: Any, out: Path, *, as_json: bool) -> int:
    if as_json:
        print_json(summary.plain())
    else:
        _say(summary.sentences())
        print(f"Findings and summaries are in {out}.")
    return 1 if summary.findings["stop"] else 0


def _say(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        print(sentence)


def _synth(args: Any) -> int:
    from neuroreed.bulk.synth import synthesise

    made = synthesise(
        Path(args.out), lines=args.lines, seed=args.seed, faults_permille=args.faults,
        shuffle=args.shuffle,
    )  # fmt: skip
    print(f"{made.lines:,} lines with {made.faults:,} planted faults in {args.out}.")
    return 0


def _diff(args: Any) -> int:
    from neuroreed.bulk.diff import difference

    found = difference(Path(args.before), Path(args.after))
    if args.json:
        print_json(found.plain())
    else:
        _say(found.sentences())
    return 0
