"""``neuroreed expected``: what the lines of one day should bring."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation

from neuroreed.billing.fees import MEDICARE, ExpectedPayment, expected
from neuroreed.cli.fee import add_place, line
from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput


def run(argv: list[str]) -> int:
    """Print allowed amount, patient share and payment, with every step."""
    parser = argparse.ArgumentParser(
        prog="neuroreed expected",
        description="Expected payment of the lines of one patient and date.",
    )
    parser.add_argument("lines", nargs="+", metavar="CODE:UNITS[:MODIFIERS]", help="97110:1:GP,CQ")
    add_place(parser)
    parser.add_argument("--payer", default=MEDICARE, help="id of a payer profile")
    parser.add_argument(
        "--deductible-left",
        default="0",
        metavar="DOLLARS",
        help="what the patient still owes of the deductible; 'unknown' when nobody asked",
    )
    parser.add_argument("--nonparticipating", action="store_true", help="0.95 of the fee")
    parser.add_argument(
        "--contract",
        action="append",
        default=[],
        metavar="CODE:DOLLARS",
        help="amount per unit by the payer's contract; repeat for each code",
    )
    asked = parser.parse_args(argv)
    payment = expected(
        [line(text) for text in asked.lines],
        on=asked.on,
        payer=asked.payer,
        mac=asked.mac,
        locality=asked.locality,
        zip5=asked.zip5,
        deductible_left=None if asked.deductible_left == "unknown" else asked.deductible_left,
        participating=not asked.nonparticipating,
        apm=asked.apm,
        schedule=dict(map(_amount, asked.contract)) or None,
    )
    if asked.json:
        print_json(payment)
    else:
        _print(payment)
    return 0


def _amount(text: str) -> tuple[str, Decimal]:
    code, _, dollars = text.partition(":")
    try:
        return code, Decimal(dollars)
    except InvalidOperation:
        raise BadInput(f"{text!r} is not CODE:DOLLARS, for example 97112:31.50.") from None


def _print(payment: ExpectedPayment) -> None:
    print(f"{payment.payer}, {payment.on}, {payment.place}")
    for each in payment.lines:
        name = f"{each.code} x {each.units} {' '.join(each.modifiers)}".rstrip()
        if each.because:
            print(f"  {name}: {each.because}")
        else:
            print(f"  {name}: {_amounts(each.allowed, each.patient, each.payer_pays)}")
    print(f"  together: {_amounts(payment.allowed, payment.patient, payment.payer_pays)}")
    for number, step in enumerate(payment.steps, start=1):
        print(f"  {number}. {step}")
    for caveat in payment.caveats:
        print(f"  note: {caveat}")


def _amounts(allowed: Decimal | None, patient: Decimal | None, pays: Decimal | None) -> str:
    said = (("allowed", allowed), ("patient", patient), ("payer pays", pays))
    return ", ".join(f"{name} {'unknown' if value is None else value}" for name, value in said)
