"""Values from outside as the whole numbers of a book, each bounded, each error located."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from neuroreed.model.columns import (
    MODIFIER_BITS,
    OTHER_MODIFIER,
    UNKNOWN,
    Column,
    code_number,
)
from neuroreed.model.errors import BadInput, ImpossibleMinutes
from neuroreed.model.money import cents

_YES: Final = {"1", "true", "yes", "y", "t", "x"}
_NO: Final = {"0", "false", "no", "n", "f"}
_CODE: Final = re.compile(r"[A-Z0-9]{5}")
_DIAGNOSIS: Final = re.compile(r"[A-Z][A-Z0-9]{2,6}")
FIRST_YEAR, YEAR_AFTER_LAST = 1990, 2100
_EARLIEST, _LATEST = (date(year, 1, 1).toordinal() for year in (FIRST_YEAR, YEAR_AFTER_LAST))


def read(column: Column, value: Any, where: str, *, dollars: bool = False) -> int:
    """One value as a number of its column; ``None`` and blank text are ``UNKNOWN``.

    ``dollars`` says that a money value is dollars and cents, not whole cents.

    Raises:
        BadInput: what cannot be such a value; the message names ``where`` and the column.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return UNKNOWN
    try:
        number = _READERS[column.kind](column, value, dollars)
    except (ValueError, TypeError, ArithmeticError) as error:
        if isinstance(error, ImpossibleMinutes):
            what = where if column.name == "minutes" else f"{where}, {column.name}"
            raise ImpossibleMinutes(what, value) from None
        raise BadInput(f"{where}, {column.name}: {error or 'cannot be read'}.") from None
    return number


def whole(value: Any) -> int:
    """A whole number from a number or text; a fraction is refused, never rounded."""
    if isinstance(value, bool):
        raise ValueError("a yes/no stands where a number belongs")
    if isinstance(value, int):
        return value
    try:
        exact = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("is not a number") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise ValueError("is not a whole number")
    if exact.adjusted() > 17:
        raise ValueError("is too large")
    return int(exact)


def day(value: Any) -> int:
    """A day number from a date, ISO text, eight digits, or month/day/year."""
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    else:
        text = str(value).strip()
        if parts := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
            text = f"{parts[3]}-{int(parts[1]):02d}-{int(parts[2]):02d}"
        try:
            found = date.fromisoformat(text)
        except ValueError:
            raise ValueError("is not a date, write 2026-10-14") from None
    number = found.toordinal()
    if not _EARLIEST <= number < _LATEST:
        raise ValueError("is a date outside 1990 to 2099")
    return number


def modifier_list(value: Any) -> tuple[str, ...]:
    """Modifiers in their order, from a list or from text with commas, colons or blanks."""
    parts: Iterable[Any] = re.split(r"[\s,:;|]+", value) if isinstance(value, str) else value
    names = tuple(str(part).strip().upper() for part in parts if part is not None and str(part))
    for name in names:
        if not re.fullmatch(r"[A-Z0-9]{2}", name):
            raise ValueError("a modifier is two letters or digits")
    return names


def modifier_bits(names: Iterable[str]) -> int:
    """Modifiers as a set of bits."""
    bits = 0
    for name in names:
        bits |= MODIFIER_BITS.get(name, OTHER_MODIFIER)
    return bits


def minute_of_day(value: Any) -> int:
    """Minutes after midnight from a time, a date and time, ``09:05`` or a whole number."""
    if isinstance(value, (datetime, time)):
        return value.hour * 60 + value.minute
    if isinstance(value, str) and ":" in value:
        parts = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", value.strip())
        if parts is None or int(parts[2]) > 59:
            raise ValueError("is not a time, write 09:05")
        return int(parts[1]) * 60 + int(parts[2])
    return whole(value)


def _bounded(column: Column, number: int) -> int:
    if not 0 <= number <= column.high:
        raise ValueError(f"{number} is outside 0 to {column.high}")
    return number


def _number(column: Column, value: Any, _dollars: bool) -> int:
    return _bounded(column, whole(value))


def _minutes(column: Column, value: Any, _dollars: bool) -> int:
    try:
        return _bounded(column, whole(value))
    except ValueError:
        raise ImpossibleMinutes(column.name, value) from None


def _cents(column: Column, value: Any, dollars: bool) -> int:
    if not dollars:
        return _bounded(column, whole(value))
    if isinstance(value, float):
        raise ValueError("money is never a float, give text or a Decimal")
    try:
        return _bounded(column, cents(Decimal(str(value).strip().replace(",", "").lstrip("$"))))
    except InvalidOperation:
        raise ValueError("is not an amount") from None


def _date(_column: Column, value: Any, _dollars: bool) -> int:
    return day(value)


def _time(column: Column, value: Any, _dollars: bool) -> int:
    return _bounded(column, minute_of_day(value))


def _flag(_column: Column, value: Any, _dollars: bool) -> int:
    text = str(value).strip().lower()
    if text in _YES:
        return 1
    if text in _NO:
        return 0
    raise ValueError("is not a yes or no")


def _code(_column: Column, value: Any, _dollars: bool) -> int:
    text = str(value).strip().upper()
    if not _CODE.fullmatch(text):
        raise ValueError("a procedure code has five letters or digits")
    return code_number(text)


def _diagnosis(_column: Column, value: Any, _dollars: bool) -> int:
    text = str(value).strip().upper().replace(".", "")
    if not _DIAGNOSIS.fullmatch(text):
        raise ValueError("is not the shape of an ICD-10-CM code")
    return code_number(text)


def _modifiers(_column: Column, value: Any, _dollars: bool) -> int:
    return modifier_bits(modifier_list(value))


def _choice(column: Column, value: Any, _dollars: bool) -> int:
    text = str(getattr(value, "value", value)).strip()
    for name, number in column.choices:
        if text.lower() == name.lower():
            return number
    raise ValueError("is none of " + ", ".join(name for name, _ in column.choices))


_READERS: Final = {
    "number": _number,
    "minutes": _minutes,
    "cents": _cents,
    "date": _date,
    "time": _time,
    "flag": _flag,
    "code": _code,
    "diagnosis": _diagnosis,
    "modifiers": _modifiers,
    "choice": _choice,
}
