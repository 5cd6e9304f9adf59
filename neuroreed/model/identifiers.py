"""Identifiers that carry their own proof."""

from __future__ import annotations

NPI_PREFIX_SUM = 24  # what the prefix 80840 adds to the Luhn sum


def is_npi(text: str) -> bool:
    """Whether ten digits are a national provider identifier with the right check digit.

    Source: Luhn over 80840 followed by the identifier.
    """
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    total = NPI_PREFIX_SUM
    for place, digit in enumerate(reversed(text)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
