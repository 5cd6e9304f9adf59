"""Money: whole cents or exact decimals, never a float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal | int | str) -> int:
    """Dollars as whole cents, half a cent rounded up (away from zero).

    Raises:
        TypeError: for a float, which cannot hold a cent exactly.
    """
    if isinstance(amount, float):
        raise TypeError("money is never a float: give a Decimal, a whole number or text")
    return int((Decimal(amount) / CENT).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def dollars(whole_cents: int) -> Decimal:
    """Whole cents as dollars with two decimals."""
    return (Decimal(whole_cents) * CENT).quantize(CENT)


def to_cent(amount: Decimal) -> Decimal:
    """An amount rounded to the cent, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
