"""``neuroreed bulk``: audit, generate, sample and compare millions of service lines."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from neuroreed.cli import bulk_diff
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
    bulk_diff.arguments(commands.add_parser("diff", help="what a change of the rules changes"))
    args = parser.parse_args(argv)
    _needs_extra()
    handlers = {"audit": _audit, "spark": _spark, "synth": _synth, "diff": bulk_diff.run}
    return handlers[args.command](args)


def _needs_extra() -> None:
    from neuroreed.model.errors import BadInput

    if not all(map(find_spec, ("numba", "polars"))):
        raise BadInput("Bulk audits need the extra: pip install 'neuroreed[bulk]'.")


def input_arguments(parser: argparse.ArgumentParser) -> None:
    """How lines are read and priced."""
    parser.add_argument("--mapping", metavar="M.toml", help="the columns of the tables")
    parser.add_argument("--payer", help="the payer of lines that do not name one")
    parser.add_argument("--mac", help="where lines are priced: Medicare contract, with --locality")
    parser.add_argument("--locality", help="locality of the contract")
    parser.add_argument("--zip5", "--zip", help="ZIP code instead; no place means national")
    parser.add_argument("--nonparticipating", action="store_true", help="0.95 of Medicare's fee")
    parser.add_argument("--apm", action="store_true", help="qualifying APM participant")
    parser.add_argument("--contract", metavar="FILE", help="CSV of payer, code and amount a unit")


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    _run_arguments(parser)
    parser.add_argument("--payer-as", metavar="X=Y", help="judge the lines of payer X as of Y")
    parser.add_argument("--measure", action="store_true", help="units and dollars of visits too")
    parser.add_argument("--peers", action="store_true", help="compare therapists and clinics too")
    parser.add_argument("--national", metavar="FILE", help="CMS file by provider and service")
    parser.add_argument("--progress", metavar="FILE", help="write how far the run is to FILE")
    parser.add_argument("--threads", type=int, default=0, help="as many as there are cores")
    parser.add_argument("--memory", type=int, metavar="MB", help="memory to use")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", help="Parquet, CSV or 837P files, or folders of them")
    input_arguments(parser)
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where results go")
    parser.add_argument("--intervals", metavar="FILE", help="Parquet or CSV of intervals, if apart")
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
    from neuroreed.bulk.local import MEMORY_MB, Settings
    from neuroreed.bulk.measure import Pricing, read_contracts
    from neuroreed.exchange.tables import read_mapping

    mapping, payer = read_mapping(args.mapping) if args.mapping else None, args.payer
    given = vars(args)
    if given.get("payer_as"):
        mapping, payer = _judged_as(args.payer_as, mapping, payer)
    pricing = None
    if given.get("measure"):
        contracts = read_contracts(Path(args.contract)) if args.contract else {}
        pricing = Pricing(
            args.mac, args.locality, args.zip5, contracts, not args.nonparticipating, args.apm
        )
    return Settings(
        payer=payer,
        mapping=mapping,
        intervals=args.intervals,
        threads=given.get("threads") or 0,
        memory_mb=args.memory or MEMORY_MB,
        write_findings=not args.no_findings,
        pricing=pricing,
    )


def _judged_as(text: str, mapping: Any, payer: str | None) -> tuple[Any, str | None]:
    """The mapping and the payer of silent lines, with one payer in the place of another."""
    from neuroreed.exchange.tables import TableMapping
    from neuroreed.model.errors import BadInput

    one, sign, other = text.partition("=")
    if not (one and sign and other):
        raise BadInput(f"{text!r} is not PAYER=PAYER.")
    mapping = mapping or TableMapping("", {})
    words = mapping.values.get("payer", {})
    words = {key: other if word == one else word for key, word in words.items()}
    words[one] = other
    own = other if mapping.payer == one else mapping.payer
    made = replace(mapping, values={**mapping.values, "payer": words}, payer=own)
    return made, other if payer == one else payer


def _progress(done: int, total: int, rate: float) -> None:
    left = (total - done) / rate if rate else 0
    print(
        f"\r{done:,} of {total:,} lines, {rate / 1e6:.1f} M/s, {left:.0f} s left  ",
        end="" if done < total else "\n",
        file=sys.stderr,
        flush=True,
    )


def _kept_progress(path: Path) -> Callable[[int, int, float], None]:
    """Progress as a small file that is always whole."""

    def keep(done: int, total: int, rate: float) -> None:
        beside = path.with_name(f"{path.name}.part")
        beside.write_text(json.dumps({"done": done, "total": total, "rate": round(rate)}))
        beside.replace(path)

    return keep


def _audit(args: Any) -> int:
    from neuroreed.bulk.local import audit

    shown = _progress if sys.stderr.isatty() else None
    if args.progress:
        shown = _kept_progress(Path(args.progress))
    settings = settings_of(args)
    summary = audit(args.files, args.out, settings, progress=shown)
    if args.peers or args.national:
        from neuroreed.bulk.peers_run import write_peers

        write_peers(Path(args.out), settings, args.national)
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
