"""The sentences that explain an expected payment, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from neuroreed.billing.prices import NATIONAL, Place, Price
from neuroreed.model.money import dollars
from neuroreed.policy import fees as tables
from neuroreed.policy.parameters import Value, as_of
from neuroreed.policy.payers import Payer


def percent(permille: int) -> str:
    """Thousandths as a percentage, without needless zeros."""
    whole, tenth = divmod(permille, 10)
    return f"{whole}.{tenth} %" if tenth else f"{whole} %"


def day_steps(
    on: date, place: Place, codes: Sequence[str], priced: Mapping[str, Price], *, apm: bool
) -> list[str]:
    """Where and by which tables the day is priced, and which unit is paid in full."""
    factor = tables.conversion_factor(on, apm)
    steps = [f"Place: {place.name} ({place.cite}). Conversion factor {factor} on {on}."]
    if place.name == NATIONAL:
        steps.append(
            "National prices are not those of any clinic: give the locality or the ZIP code."
        )
    concerned = [priced[code] for code in codes if priced[code].reduces]
    if concerned:
        left = as_of("mppr_practice_expense", on)
        steps.append(
            f"Multiple procedures: one unit of the day is paid in full, the one with the highest "
            f"practice expense ({max(price.practice_expense for price in concerned)} here); "
            f"every other always-therapy unit keeps {percent(left.value)} of its practice "
            f"expense ({left.cite})."
        )
    return steps


def line_steps(
    price: Price, units: int, in_full: int, allowed_cents: int, *, capped: bool
) -> list[str]:
    """How the allowed amount of a line comes about."""
    parts = []
    if in_full:
        parts.append(f"{in_full} in full at {price.full}")
    if units > in_full:
        parts.append(f"{units - in_full} reduced at {price.reduced}")
    said = f"{price.code} x {units}: {' and '.join(parts)} ({price.cite})"
    if capped:
        said += "; the charge is lower and limits the amount"
    return [f"{said}. Allowed {dollars(allowed_cents)}."]


def share_steps(
    on: date,
    modifiers: Sequence[str],
    deductible_cents: int,
    coinsurance_cents: int,
    cut_cents: int,
    sequestration_cents: int,
    paid_cents: int,
) -> list[str]:
    """Who pays which part of a line."""
    steps = []
    if deductible_cents:
        steps.append(f"Deductible first: {dollars(deductible_cents)} by the patient (rule PAY-6).")
    coinsurance = as_of("coinsurance", on)
    steps.append(
        f"Coinsurance {percent(coinsurance.value)} of the rest: {dollars(coinsurance_cents)} "
        f"by the patient ({coinsurance.cite})."
    )
    if cut_cents:
        left = as_of("assistant_payment", on)
        steps.append(
            f"{'CO' if 'CO' in modifiers else 'CQ'}: Medicare pays {percent(left.value)} of its "
            f"share, {dollars(cut_cents)} less ({left.cite})."
        )
    held = as_of("sequestration", on)
    steps.append(
        f"Sequestration {percent(held.value)} last: {dollars(sequestration_cents)}. "
        f"Paid {dollars(paid_cents)} ({held.cite})."
    )
    return steps


def parameter_caveats(on: date) -> list[str]:
    """Dated numbers behind a payment that nobody has read in official text."""
    used = [as_of(name, on) for name in ("coinsurance", "sequestration")]
    return [_unverified(value) for value in used if value.confidence != "V"]


def _unverified(value: Value) -> str:
    return f"{value.name} since {value.since} is not verified ({value.cite})."


def contract_caveats(who: Payer, *, by_assistant: bool, reduced: bool) -> list[str]:
    """What a contract's amounts leave open; ``reduced`` amounts are Medicare's, cut as there."""
    caveats = [f"Patient share and payment of {who.name} follow the plan; they are not known here."]
    if who.mppr is not False and not reduced:
        caveats.append(
            "A multiple procedure reduction of this payer is not applied: the contract says how."
        )
    if by_assistant and who.assistant_permille is not None:
        caveats.append(
            f"Services of an assistant may be paid at {percent(who.assistant_permille)}; "
            "the contract says of what. Not applied."
        )
    return caveats
