"""``neuroreed sample``: draw charts from a frame, and estimate from the audited ones."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from neuroreed.bulk import sampling
from neuroreed.bulk.estimates import AuditedChart, Estimate, FrameStratum, estimate
from neuroreed.cli.out import plain, print_json
from neuroreed.model.errors import BadInput

ERROR_WORDS = {"yes": True, "no": False}


def run(argv: list[str]) -> int:
    """Draw, or estimate."""
    parser = argparse.ArgumentParser(prog="neuroreed sample")
    acts = parser.add_subparsers(dest="act", required=True)
    draw = acts.add_parser("draw", help="draw a sample that anyone can draw again")
    draw.add_argument("frame", type=Path, help="CSV, one row a visit")
    draw.add_argument("--seed", required=True)
    draw.add_argument("--size", type=int, default=30)
    draw.add_argument("--id", default="id", help="column of the id")
    draw.add_argument("--stratum", default="", help="column of the stratum")
    draw.add_argument("--amount", default="", help="column of what was paid, in dollars")
    draw.add_argument("--how", choices=sampling.ALLOCATIONS, default="proportional")
    draw.add_argument("--spares", type=int, default=0)
    draw.add_argument("--out", type=Path, help="keep the sample as JSON, to estimate from")
    judge = acts.add_parser("estimate", help="rate and dollars from the audited charts")
    judge.add_argument("sample", type=Path, help="the JSON of draw")
    judge.add_argument("audited", type=Path, help="CSV with id, error (yes/no), paid, correct")
    for one in (draw, judge):
        one.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    return _draw(args) if args.act == "draw" else _estimate(args)


def _draw(args: argparse.Namespace) -> int:
    frame = sampling.read_frame(
        args.frame, id_column=args.id, stratum_column=args.stratum, amount_column=args.amount
    )
    sample = sampling.draw(
        frame, args.size, seed=args.seed, how=args.how, spares=max(0, args.spares)
    )
    if args.out:
        args.out.write_text(json.dumps(plain(sample), indent=1, ensure_ascii=False) + "\n")
    if args.json:
        print_json(sample)
        return 0
    print(f"Algorithm {sample.algorithm}, seed {sample.seed!r}")
    print(f"Frame of {sample.frame_size}, hash {sample.frame_hash}")
    for stratum in sample.strata:
        name = f"{stratum.name}: " if stratum.name else ""
        print(f"{name}{len(stratum.drawn)} of {stratum.frame_size}")
        for one in stratum.drawn:
            print(f"  {one}")
        for one in stratum.spares:
            print(f"  spare {one}")
    return 0


def _estimate(args: argparse.Namespace) -> int:
    strata, place = _sample(args.sample)
    rows, header = sampling.read_rows(args.audited)
    if absent := [name for name in ("id", "error", "paid", "correct") if name not in header]:
        raise BadInput(f"{args.audited.name} has no column {', '.join(absent)}.")
    charts = []
    for number, row in enumerate(rows, 2):
        where = f"{args.audited.name}, row {number}"
        key, said = row["id"].strip(), row["error"].strip().lower()
        if key not in place:
            raise BadInput(f"{where}: this chart was not drawn.")
        if said not in ERROR_WORDS:
            raise BadInput(f"{where}, error: say yes or no.")
        charts.append(
            AuditedChart(
                key,
                place[key],
                ERROR_WORDS[said],
                sampling.cents_of(row["paid"], f"{where}, paid"),
                sampling.cents_of(row["correct"], f"{where}, correct"),
                row.get("cause", ""),
                row.get("provider", ""),
            )
        )
    if missing := len(place) - len({chart.id for chart in charts}):
        raise BadInput(f"{missing} drawn charts are not audited: a part is not a sample.")
    found = estimate(strata, charts)
    if args.json:
        print_json(found)
    else:
        print(told(found))
    return 0


def _sample(path: Path) -> tuple[list[FrameStratum], dict[str, str]]:
    """The strata of a kept sample, and the stratum of each drawn id."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        strata = [
            FrameStratum(str(one["name"]), int(one["frame_size"]), one["amount_cents"])
            for one in kept["strata"]
        ]
        place = {str(key): str(one["name"]) for one in kept["strata"] for key in one["drawn"]}
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{path.name} is not a sample that 'neuroreed sample draw' kept.") from None
    return strata, place


def told(found: Estimate) -> str:
    """An estimate as text."""
    rate = found.rate
    lines = [
        f"{rate.errors} of {rate.charts} in error: {rate.rate:.1%} "
        f"({rate.confidence:.0%} {rate.method}: {rate.lower:.1%} to {rate.upper:.1%})"
    ]
    for one in found.extrapolations:
        lines.append(
            f"{one.estimator}: {dollars(one.point_cents)} "
            f"({one.confidence:.0%}: {dollars(one.lower_cents)} to {dollars(one.upper_cents)}; "
            f"{one.distribution}); lower limit {dollars(one.demand_cents)}"
        )
    return "\n".join([*lines, *(f"* {said}" for said in (*found.cautions, *found.gaps))])


def dollars(amount_cents: int) -> str:
    """Whole cents as dollars."""
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}${abs(amount_cents) // 100:,}.{abs(amount_cents) % 100:02d}"
