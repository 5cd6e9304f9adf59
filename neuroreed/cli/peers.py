"""``neuroreed peers``: units and code shares by therapist or clinic, with funnel limits."""

from __future__ import annotations

import argparse
from pathlib import Path

from neuroreed.bulk.peers import Peers, Placed, compare, read_lines, read_national
from neuroreed.cli.out import print_json


def run(argv: list[str]) -> int:
    """Compare the lines of a CSV file."""
    parser = argparse.ArgumentParser(
        prog="neuroreed peers",
        description="Units per visit-day and shares of codes. Groups are never ranked.",
    )
    parser.add_argument(
        "lines", type=Path, help="CSV with therapist, clinic, patient, date, cpt and units"
    )
    parser.add_argument("--by", choices=["therapist", "clinic"], default="therapist")
    parser.add_argument("--code", action="append", default=[], help="only this code; repeatable")
    parser.add_argument(
        "--national", type=Path, help="the file by provider and service that CMS publishes"
    )
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    rows = read_lines(args.lines)
    codes = args.code or sorted({row.cpt for row in rows})
    beside = read_national(args.national, codes=codes) if args.national else ()
    found = compare(rows, by=args.by, codes=codes, national=beside)
    if args.json:
        print_json(found)
    else:
        print(table(found))
    return 0


def table(found: Peers) -> str:
    """The comparison as text."""
    parts = [block("Units per visit-day", found.units_per_day)]
    parts.append(block("Share of units", found.shares))
    parts.append(block("Units per visit-day with the code", found.per_day))
    if found.national:
        lines = ["National, from the loaded file"]
        for one in found.national:
            day = "unknown" if one.per_day is None else f"{one.per_day:.2f}"
            lines.append(
                f"  {one.cpt}  share {one.share:.2f}  units per patient-day {day}  "
                f"({one.providers} providers)"
            )
        parts.append("\n".join(lines))
    parts.append("\n".join(f"* {said}" for said in found.cautions))
    return "\n\n".join(parts)


def block(title: str, rows: tuple[Placed, ...]) -> str:
    """One measure, a line for each group."""
    lines = [title]
    for one in rows:
        figure = "unknown" if one.figure is None else f"{one.figure:.2f}"
        limits = "" if one.limits_95 is None else "  95 % {:.2f} to {:.2f}".format(*one.limits_95)
        lines.append(
            f"  {one.group}  {one.cpt or 'all'}  {figure}  (all together {one.common:.2f})"
            f"{limits}  {one.visit_days} days: {one.place}"
        )
    return "\n".join(lines)
