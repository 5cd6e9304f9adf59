"""What a day's services should be paid: fee, reductions, patient share, payment.

``fee`` and ``expected`` are the doors. Money is exact: whole cents inside, ``Decimal`` dollars
outside. What has no price says why; it is never silently zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from neuroreed.billing import prices
from neuroreed.billing.contract import OF_MEDICARE, Schedule, by_contract, per_unit
from neuroreed.billing.expectation import Asked, ExpectedLine, ExpectedPayment
from neuroreed.billing.medicare import Day, by_medicare
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.money import cents
from neuroreed.policy import fees as tables
from neuroreed.policy.payers import profile

__all__ = ["ExpectedLine", "ExpectedPayment", "expected", "fee"]

MEDICARE = "medicare_part_b"
MEDICARE_FILING_CODE = "MB"
MOST_UNITS = 99

AskedLine = tuple[str, int, Iterable[str]]
EarlierLine = tuple[str, int, Decimal | int | str | None]


def fee(
    code: str | None = None,
    *,
    rvu: Sequence[Decimal | str | int] | None = None,
    on: date,
    mac: str | None = None,
    locality: str | None = None,
    zip5: str | None = None,
    apm: bool = False,
) -> Decimal:
    """Dollars for one unit without any reduction, by the Medicare fee schedule.

    Args:
        code: a procedure code, or leave it out and give
        rvu: work, practice expense and malpractice values.
        on: date of service.
        mac: contract of five digits, with its locality of two; else
        zip5: a ZIP code. Without a place the price is the national one.
        apm: the clinic is a qualifying participant of an alternative payment model.

    Raises:
        NoParameter: no table has a value for that date, place or code; nothing is guessed.
        BadInput: both or neither of code and values, or half a place.

    Source: cms-rvu-files (rules PAY-1 and PAY-2).
    """
    prices.check_date(on)
    if (code is None) == (rvu is None):
        raise BadInput("Give either a code or its three relative values.")
    place = prices.place_of(on, mac, locality, zip5)
    if rvu is not None:
        return prices.amount(prices.values(rvu), place, tables.conversion_factor(on, apm))
    asked = str(code).strip().upper()
    found = prices.price(asked, on, place, apm=apm, participating=True)
    if found.full is None:
        raise NoParameter("fee", f"code {asked}", on, found.unpriced + ".")
    return found.full


def expected(
    lines: Iterable[AskedLine],
    *,
    on: date,
    payer: str = MEDICARE,
    mac: str | None = None,
    locality: str | None = None,
    zip5: str | None = None,
    deductible_left: Decimal | int | str | None = Decimal(0),
    participating: bool = True,
    apm: bool = False,
    charges: Sequence[Decimal | int | str | None] | None = None,
    same_day: Iterable[AskedLine] = (),
    schedule: Mapping[str, Decimal | int | str] | Schedule | None = None,
    before: Iterable[EarlierLine] = (),
) -> ExpectedPayment:
    """What the payer and the patient should pay for the lines of one patient and date.

    Args:
        lines: ``(code, units, modifiers)`` of the claim, in its order.
        on: date of service.
        payer: id of a payer profile.
        mac: contract and locality, or ``zip5``; without a place the prices are national.
        deductible_left: what the patient still owes of the deductible; ``None`` if unknown.
        participating: the clinic takes part in Medicare.
        apm: the clinic is a qualifying participant of an alternative payment model.
        charges: what the clinic charges per line; the allowed amount is never above it.
        same_day: lines of the same patient, date and billing group on other claims. They
            take part in the multiple procedure reduction and in nothing else.
        schedule: for a payer with a contract its terms, or dollars per unit by code.
        before: code, units and charge of those lines of ``same_day`` that are billed first:
            what a contract pays once a day they take, and the lines asked about have the rest.

    Raises:
        NoParameter: a value that no table has, or a payer whose contract schedule is missing.
        BadInput: lines that are not code, whole units and modifiers; amounts that are not exact.

    Source: rules PAY-1 to PAY-10.
    """
    prices.check_date(on)
    asked = _asked(lines, charges)
    who = profile(payer, on)
    left = None if deductible_left is None else _cents(deductible_left, "The deductible")
    if schedule is not None:
        terms = _terms(schedule)
        first = list(before)
        taken = _asked([(code, units, ()) for code, units, _ in first], [c for *_, c in first])
        day = [*taken, *asked]
        later = list(same_day)
        for each in taken:
            later.remove(next(one for one in later if one[:2] == (each.code, each.units)))
        medicare: tuple[ExpectedLine, ...] = ()
        if any(one.basis in OF_MEDICARE for one in terms):
            medicare = expected(
                [(line.code, line.units, line.modifiers) for line in day],
                on=on,
                mac=mac,
                locality=locality,
                zip5=zip5,
                participating=participating,
                apm=apm,
                same_day=later,
            ).lines
        return by_contract(day, on, who, terms, medicare, before=len(taken))
    if who.claim_filing_code != MEDICARE_FILING_CODE:
        raise NoParameter(
            "contract fee schedule",
            payer,
            on,
            "Give the contract's amounts per code; Medicare's are not this payer's.",
        )
    place = prices.place_of(on, mac, locality, zip5)
    others = _asked(same_day, None)
    priced = {
        line.code: prices.price(line.code, on, place, apm=apm, participating=participating)
        for line in (*asked, *others)
    }
    return by_medicare(Day(on, who, place, participating, left, apm), asked, others, priced)


def _terms(schedule: Mapping[str, Decimal | int | str] | Schedule) -> Schedule:
    if not isinstance(schedule, Mapping):
        return schedule
    return per_unit(
        {
            code: _cents(amount, f"The schedule's amount of {code}")
            for code, amount in schedule.items()
        }
    )


def _asked(
    lines: Iterable[AskedLine], charges: Sequence[Decimal | int | str | None] | None
) -> list[Asked]:
    if isinstance(lines, (str, bytes)) or not isinstance(lines, Iterable):
        raise BadInput("Give lines as (code, units, modifiers).")
    given = list(lines)
    if charges is not None and len(charges) != len(given):
        raise BadInput("Give one charge per line, or none at all.")
    found = []
    for at, line in enumerate(given):
        if not isinstance(line, (tuple, list)) or len(line) != 3:
            raise BadInput(f"Line {at + 1} is not (code, units, modifiers).")
        code, units, modifiers = line
        if not isinstance(code, str) or not code.strip():
            raise BadInput(f"Line {at + 1}: a code is text.")
        if isinstance(units, bool) or not isinstance(units, int) or not 1 <= units <= MOST_UNITS:
            raise BadInput(f"Line {at + 1}: {units!r} units of {code} are impossible.")
        words = _modifiers(modifiers, at)
        charge = charges[at] if charges is not None else None
        found.append(
            Asked(
                code.strip().upper(),
                units,
                words,
                None if charge is None else _cents(charge, f"The charge of line {at + 1}"),
            )
        )
    return found


def _modifiers(given: object, at: int) -> tuple[str, ...]:
    """Modifiers of a line, from a list or from text with blanks or commas between them."""
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    if given is None:
        given = ()
    if not isinstance(given, Iterable):
        raise BadInput(f"Line {at + 1}: modifiers are a list of two letters or digits each.")
    words = tuple(str(word).strip().upper() for word in given)
    for word in words:
        if len(word) != 2 or not word.isascii() or not word.isalnum():
            raise BadInput(f"Line {at + 1}: {word!r} is not a modifier of two letters or digits.")
    return words


def _cents(amount: Decimal | int | str, what: str) -> int:
    try:
        exact = cents(amount)
    except (TypeError, InvalidOperation, ValueError, OverflowError):
        raise BadInput(f"{what} is not an exact amount in dollars.") from None
    if exact < 0:
        raise BadInput(f"{what} is negative.")
    return exact
