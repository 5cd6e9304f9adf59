"""Medicare's payment of one day: reduction, deductible, coinsurance, cuts, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from neuroreed.billing import proof
from neuroreed.billing.expectation import Asked, ExpectedLine, ExpectedPayment, add_up, unpaid
from neuroreed.billing.payment import PERMILLE, mark_units_in_full, share_of, share_out
from neuroreed.billing.prices import Place, Price
from neuroreed.model.money import cents, dollars
from neuroreed.policy.parameters import as_of
from neuroreed.policy.payers import Payer

DENIED = {
    "GA": "GA says that a denial is expected and the patient has agreed to pay",
    "GX": "GX says that the patient was told beforehand that Medicare will not pay",
    "GY": "GY says that the law excludes the service",
    "GZ": "GZ says that a denial is expected and the patient has signed no notice",
}
"""Lines with these are not expected to be paid."""


@dataclass(frozen=True, slots=True)
class Day:
    """What holds for every line of one patient and date of service."""

    on: date
    payer: Payer
    place: Place
    participating: bool
    deductible_left_cents: int | None
    apm: bool


def by_medicare(
    day: Day, asked: Sequence[Asked], others: Sequence[Asked], priced: Mapping[str, Price]
) -> ExpectedPayment:
    """The payment of the lines asked for; ``others`` only take part in the reduction."""
    because = [_not_paid(line, priced[line.code]) for line in asked]
    counted = [i for i, reason in enumerate(because) if not reason]
    in_full = _in_full([asked[i] for i in counted] + list(others), priced)[: len(counted)]
    allowed = [
        _allowed(asked[i], priced[asked[i].code], full)
        for i, full in zip(counted, in_full, strict=True)
    ]
    parts = _parts(day, [asked[i] for i in counted], [amount for amount, _ in allowed])
    found: list[ExpectedLine] = []
    for i, line in enumerate(asked):
        price = priced[line.code]
        if because[i]:
            found.append(unpaid(line, because[i]))
            continue
        at = counted.index(i)
        amount, capped = allowed[at]
        said = proof.line_steps(price, line.units, in_full[at], amount, capped=capped)
        found.append(_line(day, line, price, in_full[at], amount, parts, at, said))
    unknown = [
        line.code
        for line, reason in zip(asked, because, strict=True)
        if reason and priced[line.code].is_unknown
    ]
    return add_up(
        day.payer,
        day.on,
        day.place.name,
        found,
        unknown=unknown,
        steps=proof.day_steps(
            day.on, day.place, [asked[i].code for i in counted], priced, apm=day.apm
        ),
        caveats=[
            *day.place.caveats,
            *dict.fromkeys(price.caveat for price in priced.values() if price.caveat),
            *proof.parameter_caveats(day.on),
        ],
    )


def _in_full(lines: Sequence[Asked], priced: Mapping[str, Price]) -> list[int]:
    """Units of each line that the multiple procedure reduction leaves alone."""
    marked = [0] * len(lines)
    found = [priced[line.code] for line in lines]
    mark_units_in_full(
        [cents(price.practice_expense) for price in found],
        [cents(price.full or 0) for price in found],
        [int(line.is_by_assistant) for line in lines],
        [line.units for line in lines],
        [int(price.reduces) for price in found],
        marked,
    )
    return marked


def _allowed(line: Asked, price: Price, in_full: int) -> tuple[int, bool]:
    """Allowed cents of a line, and whether the charge is what limits it."""
    assert price.full is not None and price.reduced is not None
    amount = cents(price.full) * in_full + cents(price.reduced) * (line.units - in_full)
    if line.charge_cents is not None and line.charge_cents < amount:
        return line.charge_cents, True
    return amount, False


@dataclass(frozen=True, slots=True)
class _Parts:
    deductible: list[int]
    coinsurance: list[int]
    assistant_cut: list[int]
    sequestration: list[int]
    paid: list[int]


def _parts(day: Day, lines: Sequence[Asked], allowed: Sequence[int]) -> _Parts | None:
    """Who pays what, or ``None`` when nobody knows what is left of the deductible."""
    if day.deductible_left_cents is None:
        return None
    count = len(lines)
    parts = _Parts([0] * count, [0] * count, [0] * count, [0] * count, [0] * count)
    cut = (
        as_of("assistant_payment", day.on).value
        if any(line.is_by_assistant for line in lines)
        else PERMILLE
    )
    share_out(
        allowed,
        [cut if line.is_by_assistant else PERMILLE for line in lines],
        day.deductible_left_cents,
        as_of("coinsurance", day.on).value,
        as_of("sequestration", day.on).value,
        parts.deductible,
        parts.coinsurance,
        parts.assistant_cut,
        parts.sequestration,
        parts.paid,
    )
    return parts


def _line(
    day: Day,
    line: Asked,
    price: Price,
    in_full: int,
    allowed: int,
    parts: _Parts | None,
    at: int,
    said: Sequence[str],
) -> ExpectedLine:
    found = ExpectedLine(
        line.code,
        line.units,
        line.modifiers,
        unit_fee=price.full,
        reduced_unit_fee=price.reduced,
        units_in_full=in_full,
        allowed=dollars(allowed),
    )
    steps = list(said)
    if not day.participating and price.full is not None:
        limit = dollars(share_of(cents(price.full), as_of("limiting_charge", day.on).value))
        found = replace(found, limiting_charge=limit)
        steps.append(
            f"Not participating: {price.full} is the fee of a unit, "
            f"{limit} the highest charge for it (rule PAY-9)."
        )
    if parts is None:
        steps.append("What is left of the deductible is not known, so the payment is not either.")
        return replace(found, steps=tuple(steps))
    deductible, coinsurance = parts.deductible[at], parts.coinsurance[at]
    cut, held, paid = parts.assistant_cut[at], parts.sequestration[at], parts.paid[at]
    steps += proof.share_steps(day.on, line.modifiers, deductible, coinsurance, cut, held, paid)
    return replace(
        found,
        deductible=dollars(deductible),
        coinsurance=dollars(coinsurance),
        patient=dollars(deductible + coinsurance),
        assistant_cut=dollars(cut),
        sequestration=dollars(held),
        payer_pays=dollars(paid),
        steps=tuple(steps),
    )


def _not_paid(line: Asked, price: Price) -> str:
    if price.full is None:
        return price.unpriced
    for modifier in line.modifiers:
        if modifier in DENIED:
            return f"{line.code}: {DENIED[modifier]}"
    return ""
