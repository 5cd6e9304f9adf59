"""The payment of one day by the terms of a contract.

What the contract does not say stays unknown: no term is stretched over a code or a date that
it does not name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from neuroreed.billing import proof
from neuroreed.billing.expectation import Asked, ExpectedLine, ExpectedPayment, add_up, unpaid
from neuroreed.model.money import cents, dollars
from neuroreed.policy.payers import Payer

EVERY_CODE = "*"
HUNDREDTHS = 2  # shares are kept in hundredths of a percent
WHOLE = 10**4  # one, in them


class Basis(StrEnum):
    """What the amount of a term is for."""

    PER_UNIT = "per_unit"
    PER_SERVICE = "per_service"  # once a day for the code, whatever its units
    PER_VISIT = "per_visit"  # one amount for all codes of the day that have it
    MEDICARE = "percent_of_medicare"  # of what Medicare allows, its reductions included
    MEDICARE_UNREDUCED = "percent_of_medicare_unreduced"  # of Medicare's full fee of each unit
    CHARGES = "percent_of_charges"
    DAY_LIMIT = "day_limit"  # the most for all lines of a day together


SHARES = frozenset({Basis.MEDICARE, Basis.MEDICARE_UNREDUCED, Basis.CHARGES})
OF_MEDICARE = frozenset({Basis.MEDICARE, Basis.MEDICARE_UNREDUCED})
LESSER = "The charge is lower, so {} is allowed."


@dataclass(frozen=True, slots=True)
class Term:
    """What a contract says of one code, or of every code that it does not name (``*``).

    ``amount`` is in cents, or in hundredths of a percent where the basis is a share.
    ``since`` and ``until`` are the first and last date of service; ``None`` is open.
    ``most_units``: units above it are paid nothing.
    """

    code: str
    basis: Basis
    amount: int
    since: date | None = None
    until: date | None = None
    most_units: int | None = None

    def holds_on(self, on: date) -> bool:
        """Whether the term is for that date of service."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


Schedule = tuple[Term, ...]


def per_unit(amounts: Mapping[str, int]) -> Schedule:
    """Terms from cents per unit by code."""
    return tuple(Term(code, Basis.PER_UNIT, amount) for code, amount in amounts.items())


def term_of(schedule: Schedule, code: str, on: date) -> Term | None:
    """The term of a code on a date: its own, else that of every other code."""
    every = None
    for one in schedule:
        if one.basis is Basis.DAY_LIMIT or not one.holds_on(on):
            continue
        if one.code == code:
            return one
        if one.code == EVERY_CODE:
            every = one
    return every


def by_contract(
    asked: Sequence[Asked],
    on: date,
    who: Payer,
    schedule: Schedule,
    medicare: Sequence[ExpectedLine] = (),
    *,
    before: int = 0,
) -> ExpectedPayment:
    """By the contract; what the contract does not say stays unknown.

    Args:
        asked: the lines of the day.
        medicare: what Medicare would allow for each of them, where a term refers to it.
        before: so many of the first lines stand on other claims. They take their part of what
            is paid once a day and are not told about.
    """
    terms = [term_of(schedule, line.code, on) for line in asked]
    found: list[ExpectedLine] = []
    units: dict[str, int] = {}
    for place, (line, term) in enumerate(zip(asked, terms, strict=True)):
        already = units.get(line.code, 0)
        units[line.code] = already + line.units
        found.append(
            unpaid(line, f"{line.code}: the contract schedule has no amount for it on {on}")
            if term is None
            else _line(line, term, medicare[place] if medicare else None, already)
        )
    _of_a_day(asked, terms, found)
    _visit_rate(asked, terms, found)
    _day_limit(schedule, on, found)
    asked, terms, found = asked[before:], terms[before:], found[before:]
    unknown = [line.code for line in found if line.allowed is None]
    return add_up(
        who,
        on,
        f"contract schedule of {who.name}",
        found,
        unknown=unknown,
        steps=["Amounts are those of the contract schedule that was given."],
        caveats=proof.contract_caveats(
            who,
            by_assistant=any(line.is_by_assistant for line in asked),
            reduced=all(term is not None and term.basis is Basis.MEDICARE for term in terms),
        ),
    )


def _line(line: Asked, term: Term, medicare: ExpectedLine | None, already: int) -> ExpectedLine:
    """One line by its own term; a rate for the whole visit is put in afterwards.

    ``already``: units of the code on the lines before it.
    """
    units = line.units
    steps = []
    if term.most_units is not None:
        units = min(line.units, max(0, term.most_units - already))
    if units < line.units:
        steps.append(
            f"{line.code}: the contract pays at most {term.most_units} units a day, here {units} "
            f"of {line.units}."
        )
    fee: Decimal | None = None
    if term.basis is Basis.PER_UNIT:
        whole, fee = term.amount * units, dollars(term.amount)
        steps.append(f"{line.code} x {units} at {fee} by contract: {dollars(whole)}.")
    elif term.basis is Basis.PER_SERVICE:
        whole = term.amount if units and not already else 0
        steps.append(f"{line.code}: {dollars(whole)} a day by contract, whatever its units.")
    elif term.basis is Basis.PER_VISIT:
        return ExpectedLine(line.code, line.units, line.modifiers, allowed=dollars(0))
    elif term.basis is Basis.CHARGES:
        if line.charge_cents is None:
            return unpaid(line, f"{line.code}: the contract pays a share of an unknown charge")
        whole = _share(line.charge_cents * units // line.units, term.amount)
        steps.append(f"{line.code}: {_percent(term)} of the charge: {dollars(whole)}.")
    else:
        of_medicare = _of_medicare(line, units, term, medicare)
        if isinstance(of_medicare, str):
            return unpaid(line, of_medicare)
        whole = _share(of_medicare, term.amount)
        steps.append(
            f"{line.code}: {_percent(term)} of Medicare's {dollars(of_medicare)}: {dollars(whole)}."
        )
    amount = whole if line.charge_cents is None else min(whole, line.charge_cents)
    if amount < whole:
        steps.append(LESSER.format(dollars(amount)))
    return ExpectedLine(
        line.code,
        line.units,
        line.modifiers,
        unit_fee=fee,
        reduced_unit_fee=fee,
        units_in_full=units,
        allowed=dollars(amount),
        steps=tuple(steps),
    )


def _of_medicare(line: Asked, units: int, term: Term, medicare: ExpectedLine | None) -> int | str:
    """Medicare's cents for the units that the contract pays, or why nobody knows."""
    if medicare is None or medicare.allowed is None or medicare.unit_fee is None:
        because = medicare.because if medicare is not None else "no price was found"
        return f"{line.code}: the contract pays a share of Medicare's amount; {because}"
    full = cents(medicare.unit_fee)
    if term.basis is Basis.MEDICARE_UNREDUCED:
        return full * units
    in_full = min(medicare.units_in_full, units)
    reduced = cents(medicare.reduced_unit_fee or medicare.unit_fee)
    return full * in_full + reduced * (units - in_full)


def _of_a_day(
    asked: Sequence[Asked], terms: Sequence[Term | None], found: list[ExpectedLine]
) -> None:
    """Lines of one code share what is paid of it a day: only their sum means something."""
    for place, (line, term) in enumerate(zip(asked, terms, strict=True)):
        shares = sum(one.code == line.code for one in asked) > 1
        by_day = term is not None and (
            term.basis is Basis.PER_SERVICE or term.most_units is not None
        )
        if shares and by_day:
            found[place] = replace(found[place], together=True)


def _visit_rate(
    asked: Sequence[Asked], terms: Sequence[Term | None], found: list[ExpectedLine]
) -> None:
    """The one amount of a visit stands on its first line; the highest counts."""
    places = [
        place
        for place, term in enumerate(terms)
        if term is not None and term.basis is Basis.PER_VISIT
    ]
    if not places:
        return
    whole = max(term.amount for term in terms if term is not None and terms.index(term) in places)
    charges = [asked[place].charge_cents for place in places]
    steps = [f"The visit is paid {dollars(whole)} by contract, whatever its codes and units."]
    amount = whole
    if None not in charges and sum(one or 0 for one in charges) < whole:
        amount = sum(one or 0 for one in charges)
        steps.append(LESSER.format(dollars(amount)))
    for number, place in enumerate(places):
        found[place] = replace(
            found[place],
            allowed=dollars(0 if number else amount),
            together=True,
            steps=tuple(steps)
            if not number
            else (f"{asked[place].code} is part of the visit's amount.",),
        )


def _day_limit(schedule: Schedule, on: date, found: list[ExpectedLine]) -> None:
    """No more than the contract's limit of a day; what is above it is cut from the last lines."""
    limits = [one.amount for one in schedule if one.basis is Basis.DAY_LIMIT and one.holds_on(on)]
    if not limits or any(one.allowed is None for one in found):
        return
    limit = min(limits)
    over = sum(cents(one.allowed or 0) for one in found) - limit
    if over <= 0:
        return
    for place in reversed(range(len(found))):
        allowed = cents(found[place].allowed or 0)
        cut = min(over, allowed)
        over -= cut
        said = (f"The contract allows at most {dollars(limit)} a day.",) if cut else ()
        found[place] = replace(
            found[place],
            allowed=dollars(allowed - cut),
            together=True,
            steps=(*found[place].steps, *said),
        )


def _share(amount_cents: int, share: int) -> int:
    """A share of some cents, half a cent up."""
    return (amount_cents * share + WHOLE // 2) // WHOLE


def _percent(term: Term) -> str:
    return f"{Decimal(term.amount).scaleb(-HUNDREDTHS):f} %"
