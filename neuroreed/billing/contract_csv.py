"""A contract's schedule from CSV, as a clinic keeps it in its spreadsheet.

What cannot be told is refused with its row and column: an unknown column, a basis that is not
said, a percentage where dollars belong, two terms for one code and date.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from neuroreed.billing.contract import (
    EVERY_CODE,
    HUNDREDTHS,
    SHARES,
    Basis,
    Schedule,
    Term,
    per_unit,
)
from neuroreed.model.errors import BadInput
from neuroreed.model.money import cents

COLUMNS = ("code", "amount", "basis", "from", "until", "most_units")
LARGEST_PERCENT = 10**3
MOST_UNITS = 99
MOST_DOLLARS = 10**6
CODE_LENGTH = 5


def schedule_from_csv(text: str) -> Schedule:
    """The terms of a contract from CSV.

    The columns ``code`` and ``amount`` are needed. Without a column ``basis`` the amounts are
    dollars per unit. With one, each row says its own: ``per_unit``, ``per_service``,
    ``per_visit``, ``percent_of_medicare``, ``percent_of_medicare_unreduced``,
    ``percent_of_charges`` or ``day_limit``. ``from`` and ``until`` are dates of service,
    ``most_units`` is the most that is paid of a code on a day. The code ``*`` stands for every
    code that has no row of its own.

    Raises:
        BadInput: what cannot be told, with its row.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="")
    names = [str(name or "").strip().lower() for name in reader.fieldnames or ()]
    if not {"code", "amount"} <= set(names):
        raise BadInput("A fee schedule has the columns code and amount.")
    if strange := [name for name in names if name not in COLUMNS]:
        raise BadInput(
            f"The column {strange[0] or 'without a name'} is not known: a fee schedule has the "
            f"columns {', '.join(COLUMNS)}. Nothing was loaded, because it may change the amounts."
        )
    if len(set(names)) < len(names):
        raise BadInput("A column stands twice.")
    found: list[Term] = []
    for number, row in enumerate(reader, 2):
        if "" in row:
            raise BadInput(f"Row {number}: more cells than columns.")
        cells = {
            name: str(value or "").strip() for name, value in zip(names, row.values(), strict=True)
        }
        if not any(cells.values()):
            continue
        term = _term(number, cells)
        if any(_overlap(term, one) for one in found):
            raise BadInput(f"Row {number}: {term.code} stands twice for the same dates.")
        found.append(term)
    if not found:
        raise BadInput("The fee schedule has no row.")
    return tuple(found)


def _term(number: int, cells: Mapping[str, str]) -> Term:
    code = cells["code"].upper()
    if code != EVERY_CODE and not (code.isascii() and code.isalnum() and len(code) == CODE_LENGTH):
        raise BadInput(f"Row {number}: a code has five letters or digits; * is every other code.")
    basis = _basis(number, cells)
    if basis is Basis.DAY_LIMIT and code != EVERY_CODE:
        raise BadInput(f"Row {number}: a day_limit is for all codes together: write * as its code.")
    since, until = (_day(number, name, cells.get(name, "")) for name in ("from", "until"))
    if since and until and until < since:
        raise BadInput(f"Row {number}: the row ends before it begins.")
    units = cells.get("most_units", "")
    if units and not (units.isdecimal() and 1 <= int(units) <= MOST_UNITS):
        raise BadInput(f"Row {number}: most_units is a whole number from 1 to {MOST_UNITS}.")
    return Term(
        code, basis, _amount(number, basis, cells), since, until, int(units) if units else None
    )


def _basis(number: int, cells: Mapping[str, str]) -> Basis:
    if "basis" not in cells:
        return Basis.PER_UNIT
    said = cells["basis"].lower()
    if said not in set(Basis):
        words = ", ".join(Basis)
        raise BadInput(
            f"Row {number}: the basis is {'missing' if not said else 'not known'}; it is one of "
            f"{words}."
        )
    return Basis(said)


def _amount(number: int, basis: Basis, cells: Mapping[str, str]) -> int:
    """Cents, or hundredths of a percent."""
    said = cells["amount"]
    is_percent = said.endswith("%")
    if is_percent and basis not in SHARES:
        raise BadInput(
            f"Row {number}: {basis} is an amount in dollars, and this is a percentage. Say of what "
            "in the column basis."
        )
    if basis in SHARES and said.startswith("$"):
        raise BadInput(f"Row {number}: {basis} is a percentage, and this is in dollars.")
    try:
        amount = Decimal(said.removesuffix("%").strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        raise BadInput(f"Row {number}: the amount is no number.") from None
    if not amount.is_finite() or not 0 <= amount <= MOST_DOLLARS or amount != round(amount, 2):
        raise BadInput(
            f"Row {number}: an amount has at most two decimals and lies between 0 and "
            f"{MOST_DOLLARS}."
        )
    if basis in SHARES:
        if not 1 <= amount <= LARGEST_PERCENT:
            raise BadInput(
                f"Row {number}: a percentage is from 1 to {LARGEST_PERCENT}, for example 110."
            )
        return int(amount.scaleb(HUNDREDTHS))
    return cents(amount)


def _day(number: int, name: str, said: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise BadInput(f"Row {number}: {name} is a date like 2026-01-31.") from None


def _overlap(one: Term, other: Term) -> bool:
    if one.code != other.code or (one.basis is Basis.DAY_LIMIT) != (other.basis is Basis.DAY_LIMIT):
        return False
    return (one.since or date.min) <= (other.until or date.max) and (other.since or date.min) <= (
        one.until or date.max
    )


def to_plain(schedule: Schedule) -> list[dict[str, Any]]:
    """The terms as they are kept."""
    return [
        {
            "code": one.code,
            "basis": one.basis.value,
            "amount": one.amount,
            "since": one.since and one.since.isoformat(),
            "until": one.until and one.until.isoformat(),
            "most_units": one.most_units,
        }
        for one in schedule
    ]


def from_plain(rows: list[dict[str, Any]] | dict[str, int]) -> Schedule:
    """The terms as they were kept; the first schedules were kept as cents per unit by code."""
    if isinstance(rows, dict):
        return per_unit(rows)
    return tuple(
        Term(
            row["code"],
            Basis(row["basis"]),
            row["amount"],
            row["since"] and date.fromisoformat(row["since"]),
            row["until"] and date.fromisoformat(row["until"]),
            row["most_units"],
        )
        for row in rows
    )
