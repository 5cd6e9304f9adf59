"""``neuroreed units``: minutes to billable units, with the proof."""

from __future__ import annotations

import argparse

from neuroreed.billing.units import UnitsProof, units
from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput


def run(argv: list[str]) -> int:
    """Print the units and every step; a code may be named several times, once a bout."""
    parser = argparse.ArgumentParser(
        prog="neuroreed units",
        description="Billable units of one patient, one date, one discipline, from whole minutes.",
    )
    parser.add_argument("minutes", nargs="+", metavar="CODE:MINUTES", help="for example 97112:24")
    parser.add_argument(
        "--method",
        default="cms",
        metavar="cms|ama",
        help="cms adds all timed minutes (Medicare), ama takes each code by itself",
    )
    parser.add_argument("--json", action="store_true", help="print what the library returns")
    asked = parser.parse_args(argv)
    proof = units([_pair(text) for text in asked.minutes], method=asked.method)
    if asked.json:
        print_json(proof)
    else:
        _print(proof)
    return 0


def _pair(text: str) -> tuple[str, int]:
    code, colon, minutes = text.rpartition(":")
    if not colon or not minutes.isascii() or not minutes.removeprefix("-").isdecimal():
        raise BadInput(f"{text!r} is not CODE:MINUTES with whole minutes, for example 97112:24.")
    return code, int(minutes)


def _print(proof: UnitsProof) -> None:
    print(_line(proof.units))
    for other in proof.alternatives[1:]:
        print(f"  or {_line(other)}")
    for number, step in enumerate(proof.steps, start=1):
        print(f"  {number}. {step}")


def _line(answer: dict[str, int]) -> str:
    if not answer:
        return "nothing billable"
    return "  ".join(f"{code} x {count}" for code, count in answer.items())
