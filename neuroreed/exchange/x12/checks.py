"""Small tests that every reader needs: amounts, dates, check digits, defects.

Amounts are read into whole cents, so that sums are exact; texts that are no amount give
``None``. The answers are remembered, because the same few amounts, dates and identifiers
fill a file; the memory is bounded.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from functools import lru_cache
from typing import Any

Defect = dict[str, Any]
Report = Callable[..., None]

_REMEMBERED = 1 << 16


def defect(
    code: str,
    message: str,
    *,
    segment: int | None = None,
    loop: str | None = None,
    element: str | None = None,
) -> Defect:
    """One fault of a file: a word for programs, a sentence for people, and the place."""
    return {
        "code": code,
        "message": message,
        "segment": segment,
        "loop": loop,
        "element": element,
    }


@lru_cache(maxsize=_REMEMBERED)
def cents(text: str) -> int | None:
    """An amount as whole cents; ``None`` when it is none or finer than a cent."""
    body = text[1:] if text[:1] in ("-", "+") else text
    whole, _, part = body.partition(".")
    if len(body) > 18 or not (whole or part) or not body.isascii():
        return None
    if (whole and not whole.isdigit()) or (part and not part.isdigit()):
        return None
    if len(part) > 2 and part[2:].strip("0"):
        return None
    value = int(whole or "0") * 100 + int((part + "00")[:2])
    return -value if text[0] == "-" else value


@lru_cache(maxsize=_REMEMBERED)
def money(whole_cents: int) -> str:
    """Whole cents as text with two decimals."""
    sign = "-" if whole_cents < 0 else ""
    whole, part = divmod(abs(whole_cents), 100)
    return f"{sign}{whole}.{part:02d}"


@lru_cache(maxsize=_REMEMBERED)
def is_quantity(text: str) -> bool:
    """Digits, with a sign and one decimal point at most."""
    body = text[1:] if text[:1] in ("-", "+") else text
    whole, _, part = body.partition(".")
    digits = whole + part
    return bool(digits) and len(digits) <= 15 and digits.isascii() and digits.isdigit()


@lru_cache(maxsize=_REMEMBERED)
def is_date(text: str) -> bool:
    """A day of the calendar written CCYYMMDD."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return False
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    return year >= 1800 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


@lru_cache(maxsize=_REMEMBERED)
def is_short_date(text: str) -> bool:
    """A day written YYMMDD, as the interchange header has it."""
    return len(text) == 6 and is_date("20" + text)


@lru_cache(maxsize=_REMEMBERED)
def is_time(text: str) -> bool:
    """A time of day: HHMM, HHMMSS or with hundredths."""
    if len(text) not in (4, 6, 7, 8) or not (text.isascii() and text.isdigit()):
        return False
    return int(text[:2]) < 24 and int(text[2:4]) < 60 and int(text[4:6] or "0") < 60


@lru_cache(maxsize=_REMEMBERED)
def period_fault(form: str, text: str) -> str | None:
    """What is wrong with a date, period or date and time in the form named; None if nothing."""
    if form == "D8":
        return None if is_date(text) else "is no date (CCYYMMDD)"
    if form == "RD8":
        first, dash, last = text.partition("-")
        if not dash or not is_date(first) or not is_date(last):
            return "is no period (CCYYMMDD-CCYYMMDD)"
        return "ends before it begins" if last < first else None
    if form == "DT":
        good = is_date(text[:8]) and is_time(text[8:])
        return None if good else "is no date and time (CCYYMMDDHHMM)"
    if form == "TM":
        return None if is_time(text) else "is no time (HHMM)"
    return "has an unknown date format"


@lru_cache(maxsize=_REMEMBERED)
def npi_fault(text: str) -> str | None:
    """What is wrong with a national provider identifier; None if nothing.

    Ten digits beginning with 1 or 2; the last is the Luhn check digit over 80840 and the
    first nine. The first digit is not tested: published examples use others.
    """
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return "is no NPI: it must have ten digits"
    total = 24
    for place, sign in enumerate(text[:9]):
        digit = int(sign) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return None if (total + int(text[9])) % 10 == 0 else "has a wrong NPI check digit"


def npi_check_digit(first_nine: str) -> str:
    """The digit that completes nine digits to a valid identifier."""
    return next(d for d in "0123456789" if npi_fault(first_nine + d) is None)
