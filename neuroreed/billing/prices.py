"""What one unit of a code costs at a place on a date, by the Medicare fee schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from neuroreed.billing.payment import PERMILLE
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.money import to_cent
from neuroreed.policy import codes
from neuroreed.policy import fees as tables
from neuroreed.policy.parameters import as_of

NATIONAL = "national (GPCI 1)"
WHY_NOT = {
    "B": "Medicare pays it as part of other services, never by itself",
    "I": "the code is not valid for Medicare",
    "N": "Medicare does not cover it",
    "X": "the law excludes it from the fee schedule",
    "D": "the code has been deleted",
}
PRICED_BY_CONTRACTOR = "C"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is priced; ``name`` says national when no locality was given."""

    name: str
    work: Decimal
    pe: Decimal
    mp: Decimal
    cite: str
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """One unit of a code, rounded to the cent, in full and after the reduction.

    ``unpriced`` says why there is no price; ``is_unknown`` tells a missing value from a code
    that is known to carry no payment of its own. ``reduces``: the multiple procedure
    reduction concerns the code.
    """

    code: str
    full: Decimal | None
    reduced: Decimal | None
    practice_expense: Decimal
    reduces: bool
    cite: str
    unpriced: str = ""
    is_unknown: bool = False
    caveat: str = ""


def check_date(on: object) -> None:
    """Refuse what is not a plain date of service."""
    if isinstance(on, datetime) or not isinstance(on, date):
        raise BadInput("The date of service is a date without a time.")


def place_of(on: date, mac: str | None, locality: str | None, zip5: str | None) -> Place:
    """The geographic indices that apply; contract and locality go before a ZIP code.

    Raises:
        BadInput: a contract without its locality, or the reverse.
        NoParameter: no table knows the place on that date, or the ZIP code spans localities.
    """
    one = Decimal(1)
    caveats: list[str] = []
    if any(given is not None and not isinstance(given, str) for given in (mac, locality, zip5)):
        raise BadInput("Contract, locality and ZIP code are text: their zeros in front count.")
    if (mac is None) != (locality is None):
        raise BadInput("A place is a contract and its locality: give both, or a ZIP code.")
    if mac is None or locality is None:
        if zip5 is None:
            return Place(NATIONAL, one, one, one, "every index is 1")
        found = tables.locality(zip5, on)
        if found.plus4_required:
            raise NoParameter(
                "locality",
                f"ZIP {zip5}",
                on,
                "The ZIP code spans localities: give the contract and the locality.",
            )
        mac, locality = found.mac, found.locality
        if found.assumed:
            caveats.append(
                f"The locality of ZIP {zip5} is taken from {found.release}, another quarter."
            )
    index = tables.gpci(on, mac=mac, locality=locality)
    if index.assumed:
        caveats.append(f"The geographic indices are those of {index.release}, another quarter.")
    if index.confidence != "V":
        caveats.append(f"The geographic indices of {index.release} are not verified.")
    name = f"contract {mac}, locality {locality} ({index.name.strip(' *')})"
    return Place(name, index.work, index.pe, index.mp, index.release, tuple(caveats))


def amount(
    rvu: tuple[Decimal, Decimal, Decimal],
    place: Place,
    conversion_factor: Decimal,
    *,
    practice_expense_permille: int = PERMILLE,
) -> Decimal:
    """Work, practice expense and malpractice at a place, times the factor, rounded once.

    Source: cms-rvu-files (rule PAY-1).
    """
    work, pe, mp = rvu
    exact = (
        work * place.work * PERMILLE
        + pe * place.pe * practice_expense_permille
        + mp * place.mp * PERMILLE
    ) * conversion_factor
    return to_cent(exact / PERMILLE)


def values(rvu: object) -> tuple[Decimal, Decimal, Decimal]:
    """Three relative values given by hand, as exact decimals.

    Raises:
        BadInput: not three numbers, or negative ones.
    """
    if not isinstance(rvu, (tuple, list)) or len(rvu) != 3:
        raise BadInput("Relative values are three numbers: work, practice expense, malpractice.")
    try:
        work, pe, mp = (Decimal(str(each)) for each in rvu)
    except InvalidOperation:
        raise BadInput(f"{rvu!r} are not three relative values.") from None
    if not all(each.is_finite() and each >= 0 for each in (work, pe, mp)):
        raise BadInput(f"{rvu!r} are not three relative values.")
    return work, pe, mp


def price(code: str, on: date, place: Place, *, apm: bool, participating: bool) -> Price:
    """The price of one unit, or why it has none.

    Raises:
        NoParameter: no conversion factor is known for the date.
    """
    factor = tables.conversion_factor(on, apm)
    try:
        rvu = tables.rvu(code, on)
    except NoParameter as gap:
        return _unpriced(code, str(gap), "", is_unknown=True)
    if not rvu.is_paid:
        return _unpriced(
            code,
            _reason(code, rvu.status),
            rvu.release,
            is_unknown=rvu.status == PRICED_BY_CONTRACTOR,
        )
    three = (rvu.work, rvu.pe, rvu.mp)
    if not any(three):
        because = f"{code}: {rvu.release} gives it no relative value; ask your contractor"
        return _unpriced(code, because, rvu.release, is_unknown=True)
    left = as_of("mppr_practice_expense", on).value
    full = amount(three, place, factor)
    reduced = amount(three, place, factor, practice_expense_permille=left)
    if not participating:
        share = Decimal(as_of("nonparticipating", on).value) / PERMILLE
        full, reduced = to_cent(full * share), to_cent(reduced * share)
    caveat = ""
    if rvu.assumed:
        caveat = f"{rvu.release} is of another quarter of the year; it is assumed to hold."
    return Price(
        code=code,
        full=full,
        reduced=reduced if rvu.multiple_procedure else full,
        practice_expense=rvu.pe,
        reduces=rvu.multiple_procedure,
        cite=rvu.release,
        caveat=caveat,
    )


def _unpriced(code: str, because: str, cite: str, *, is_unknown: bool) -> Price:
    return Price(code, None, None, Decimal(0), False, cite, because, is_unknown)


def _reason(code: str, status: str) -> str:
    if status == PRICED_BY_CONTRACTOR:
        return f"{code}: each Medicare contractor sets its own price; ask yours for it"
    known = codes.get(code)
    note = f" ({known.note})" if known is not None and known.note else ""
    because = WHY_NOT.get(status, f"status {status} carries no Medicare payment")
    return f"{code}: {because}{note}"
