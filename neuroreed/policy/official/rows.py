"""What every reader returns, and the small questions they all ask of a cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from neuroreed.model.errors import PolicyFileError
from neuroreed.policy.official.archive import Member

CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
csv.field_size_limit(1 << 20)


@dataclass(slots=True)
class Read:
    """One release of one table as read from an official file, not yet stored.

    ``rows`` are in the order of ``columns``; the first ``key_columns`` of them identify a row.
    ``part`` numbers a file that is one of several.
    """

    table: str
    release: str
    effective_from: date
    effective_to: date
    columns: tuple[str, ...]
    key_columns: int
    rows: list[tuple[str, ...]]
    source: str
    extent: str = "full"
    part: str = ""
    seen: int = 0
    notes: list[str] = field(default_factory=list)


def table(member: Member, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of a delimited file with their number, cells stripped."""
    text = member.text()
    if "\0" in text:
        raise PolicyFileError(member.name, None, "not a text file")
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1
        ):
            yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise PolicyFileError(member.name, None, f"not a table ({error})") from error


def decimal(member: Member, row: int, name: str, text: str) -> Decimal:
    """A plain number, never blank."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0 or "e" in text.lower():
        raise PolicyFileError(member.name, row, f"{name} is not a number: {text!r}")
    return value


def day(member: Member, row: int, name: str, text: str) -> date:
    """A date written YYYYMMDD."""
    try:
        if not re.fullmatch(r"[0-9]{8}", text):
            raise ValueError(text)
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise PolicyFileError(
            member.name, row, f"{name} is not a date YYYYMMDD: {text!r}"
        ) from None


QUARTER_DAYS = (((1, 1), (3, 31)), ((4, 1), (6, 30)), ((7, 1), (9, 30)), ((10, 1), (12, 31)))


def quarter(year: int, number: int) -> tuple[date, date]:
    """The first and last day of a quarter, 1 to 4."""
    (first, last) = QUARTER_DAYS[number - 1]
    return date(year, *first), date(year, *last)
