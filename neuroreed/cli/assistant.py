"""``neuroreed assistant``: which units of a code carry CQ or CO."""

from __future__ import annotations

import argparse

from neuroreed.billing.assistants import assistant_units
from neuroreed.cli.fee import day
from neuroreed.cli.out import print_json


def run(argv: list[str]) -> int:
    """Print the units of one code by the modifier they carry."""
    parser = argparse.ArgumentParser(
        prog="neuroreed assistant",
        description="Units of one code that an assistant furnished in part (CQ, CO), by date.",
    )
    parser.add_argument("code", help="for example 97112")
    parser.add_argument("units", type=int, help="billed units of the code")
    parser.add_argument(
        "--therapist", type=int, default=0, metavar="MINUTES", help="joint included"
    )
    parser.add_argument(
        "--assistant", type=int, required=True, metavar="MINUTES", help="own minutes"
    )
    parser.add_argument("--on", type=day, required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--discipline", choices=["PT", "OT", "SLP"], help="PT unless the code says")
    parser.add_argument("--json", action="store_true", help="print what the library returns")
    asked = parser.parse_args(argv)
    split = assistant_units(
        asked.code,
        asked.units,
        asked.therapist,
        asked.assistant,
        asked.on,
        discipline=asked.discipline,
    )
    if asked.json:
        print_json(split)
    elif not split:
        print("no units")
    else:
        for modifier, units in split:
            print(f"{asked.code} x {units} {modifier or 'without a modifier'}")
    return 0
