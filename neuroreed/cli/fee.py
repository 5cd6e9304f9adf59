"""``neuroreed fee``: what one unit costs by date and place."""

from __future__ import annotations

import argparse
from datetime import date

from neuroreed.billing.fees import fee
from neuroreed.billing.prices import place_of, price
from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput


def day(text: str) -> date:
    """A date as an argument."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date, YYYY-MM-DD") from None


def add_place(parser: argparse.ArgumentParser) -> None:
    """The date and place of a service, as every price needs them."""
    parser.add_argument("--on", type=day, required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--mac", help="Medicare contract, five digits; with --locality")
    parser.add_argument("--locality", help="locality of the contract, two digits")
    parser.add_argument("--zip5", "--zip", help="ZIP code instead; no place means national")
    parser.add_argument("--apm", action="store_true", help="qualifying APM participant")
    parser.add_argument("--json", action="store_true", help="print what the library returns")


def run(argv: list[str]) -> int:
    """Print the Medicare fee of one unit, without any reduction."""
    parser = argparse.ArgumentParser(
        prog="neuroreed fee", description="Medicare fee of one unit, without any reduction."
    )
    parser.add_argument("code", nargs="?", help="for example 97112")
    parser.add_argument("--rvu", metavar="WORK,PE,MP", help="relative values instead of a code")
    add_place(parser)
    asked = parser.parse_args(argv)
    rvu = None if asked.rvu is None else asked.rvu.split(",")
    amount = fee(
        asked.code,
        rvu=rvu,
        on=asked.on,
        mac=asked.mac,
        locality=asked.locality,
        zip5=asked.zip5,
        apm=asked.apm,
    )
    place = place_of(asked.on, asked.mac, asked.locality, asked.zip5)
    caveats = list(place.caveats)
    if asked.code is not None:
        code = asked.code.strip().upper()
        found = price(code, asked.on, place, apm=asked.apm, participating=True)
        caveats += [found.caveat] if found.caveat else []
    if asked.json:
        print_json({"fee": amount, "place": place.name, "caveats": caveats})
        return 0
    print(f"{amount}  {place.name}")
    for caveat in caveats:
        print(f"  {caveat}")
    return 0


def line(text: str) -> tuple[str, int, list[str]]:
    """CODE:UNITS or CODE:UNITS:MODIFIERS, modifiers with commas between."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not parts[1].isdecimal():
        raise BadInput(f"{text!r} is not CODE:UNITS[:MODIFIERS], for example 97110:1:GP,CQ.")
    return parts[0], int(parts[1]), parts[2].split(",") if len(parts) == 3 else []
