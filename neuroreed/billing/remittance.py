"""Whether a remittance balances, and to the cent where it does not.

Four sums have to hold: each line's charge less its adjustments is its payment; the same for
each claim, with its lines; the patient's share is the sum of the PR adjustments; and claims
less provider adjustments are the cheque. What does not balance is never made to: nothing of
it is posted. Matching with our claims is in ``remittance_match``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import InvalidOperation
from itertools import combinations
from typing import Any

from neuroreed.billing.remittance_match import ClaimIndex, LineMatch, Match, Proposal, match
from neuroreed.billing.remittance_sent import SentClaim
from neuroreed.model.money import cents, dollars
from neuroreed.model.remittance import (
    Adjustment,
    Pair,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
)

__all__ = [
    "ClaimIndex",
    "Imbalance",
    "LineMatch",
    "Match",
    "Proposal",
    "SentClaim",
    "balance",
    "match",
]

MONEY_DEFECTS = frozenset(
    {
        "adjustment",
        "adjustment_group",
        "allowed_amount",
        "amount",
        "claim_balance",
        "claim_charge",
        "line_balance",
        "patient_responsibility",
        "provider_adjustment",
        "provider_total",
        "transaction_balance",
    }
)
"""Defects of a file that touch its money; the reader says where."""

_PRIMARY = frozenset({"1", "19"})
_MOST_KEPT = 6


@dataclass(frozen=True, slots=True)
class Imbalance:
    """One sum that does not hold. ``off_by_cents`` is ``None`` where an amount cannot be read.

    ``level``: line, claim, patient_share, allowed, transaction, file or unreadable. ``place``
    counts the claim of the remittance and its line from 1.
    """

    level: str
    place: str
    off_by_cents: int | None
    says: str
    claim_id: str = ""
    line_number: int | None = None


def balance(
    remittance: Remittance, *, defects: Iterable[Mapping[str, Any]] = ()
) -> tuple[Imbalance, ...]:
    """Every sum that does not hold, with the cent and the place; empty when all hold.

    Args:
        remittance: one 835 transaction.
        defects: what the reader found in the file. Those about money count here too, for
            sums that only the file holds (totals of a provider).
    """
    found: list[Imbalance] = []
    for place, claim in enumerate(remittance.claims, 1):
        found += _claim(place, claim)
    found += _transaction(remittance)
    for defect in defects:
        if defect.get("code") in MONEY_DEFECTS:
            where = f"segment {defect.get('segment')}"
            if defect.get("element"):
                where += f", {defect['element']}"
            found.append(Imbalance("file", where, None, f"{defect.get('message')} ({where})."))
    return tuple(found)


def _transaction(remittance: Remittance) -> list[Imbalance]:
    payment, place = remittance.amount_cents, "the payment (BPR02)"
    if payment is None:
        return [Imbalance("unreadable", place, None, "The payment's amount cannot be read.")]
    claims = [claim.paid_cents for claim in remittance.claims]
    paid = sum(amount or 0 for amount in claims)
    if None in claims:
        return []
    kept = sum(one.amount_cents for one in remittance.provider_adjustments)
    off = paid - kept - payment
    if not off:
        return []
    says = (
        f"Claims {dollars(paid)} less provider adjustments {dollars(kept)} are "
        f"{dollars(paid - kept)}; the payment is {dollars(payment)}: {_off(off)}."
    )
    return [Imbalance("transaction", place, off, says)]


def _claim(place: int, claim: RemittanceClaim) -> list[Imbalance]:
    where = f"claim {place} ({claim.claim_id or 'without number'})"
    found: list[Imbalance] = []
    for number, line in enumerate(claim.lines, 1):
        found += _line(f"{where}, line {number}", number, claim, line)
    charge, paid = claim.charge_cents, claim.paid_cents
    if charge is None or paid is None:
        says = f"An amount of {where} cannot be read."
        return [*found, Imbalance("unreadable", where, None, says, claim.claim_id)]
    lines = [line.charge_cents for line in claim.lines]
    if lines and None not in lines:
        total = sum(amount or 0 for amount in lines)
        if total != charge:
            says = (
                f"{_upper(where)} is charged {dollars(charge)} (CLP03); its lines add up to "
                f"{dollars(total)}: {_off(charge - total)}."
            )
            found.append(Imbalance("claim", where, charge - total, says, claim.claim_id))
    adjusted = total_of(claim.adjustments) + sum(total_of(line.adjustments) for line in claim.lines)
    off = charge - adjusted - paid
    if off:
        says = (
            f"{_upper(where)}: charge {dollars(charge)} less adjustments {dollars(adjusted)} is "
            f"{dollars(charge - adjusted)}, not the payment {dollars(paid)}: {_off(off)}."
        )
        found.append(Imbalance("claim", where, off, says, claim.claim_id))
    return found + _shares(where, claim)


def _line(where: str, number: int, claim: RemittanceClaim, line: RemittanceLine) -> list[Imbalance]:
    charge, paid = line.charge_cents, line.paid_cents
    if charge is None or paid is None:
        says = f"An amount of {where} cannot be read."
        return [Imbalance("unreadable", where, None, says, claim.claim_id, number)]
    adjusted = total_of(line.adjustments)
    found = []
    off = charge - adjusted - paid
    if off:
        says = (
            f"{_upper(where)}: charge {dollars(charge)} less adjustments {dollars(adjusted)} is "
            f"{dollars(charge - adjusted)}, not the payment {dollars(paid)}: {_off(off)}."
        )
        found.append(Imbalance("line", where, off, says, claim.claim_id, number))
    allowed = _amount(line.amounts, "B6")
    possible = _allowed(line, paid)
    if allowed is not None and claim.status in _PRIMARY and possible and allowed not in possible:
        near = min(possible, key=lambda amount: abs(amount - allowed))
        says = (
            f"{_upper(where)}: the allowed amount {dollars(allowed)} is not payment and "
            f"adjustments together: {_off(allowed - near)}."
        )
        found.append(Imbalance("allowed", where, allowed - near, says, claim.claim_id, number))
    return found


def _allowed(line: RemittanceLine, paid: int) -> frozenset[int]:
    """Allowed amounts that payment, patient's share and some CO adjustments can make."""
    kept = [one.amount_cents for one in line.adjustments if one.group == "CO"]
    if len(kept) > _MOST_KEPT or any(one.group not in ("CO", "PR") for one in line.adjustments):
        return frozenset()
    owed = total_of(one for one in line.adjustments if one.group == "PR")
    return frozenset(
        paid + owed + sum(chosen)
        for size in range(len(kept) + 1)
        for chosen in combinations(kept, size)
    )


def _shares(where: str, claim: RemittanceClaim) -> list[Imbalance]:
    said = claim.patient_responsibility_cents
    everything = (*claim.adjustments, *(one for line in claim.lines for one in line.adjustments))
    owed = total_of(one for one in everything if one.group == "PR")
    found = []
    # a reversal may leave its patient's share out
    if said is not None and said != owed and not (claim.is_reversal and said == 0):
        says = (
            f"{_upper(where)}: the patient's share is {dollars(said)} (CLP05); "
            f"the PR adjustments are {dollars(owed)}: {_off(said - owed)}."
        )
        found.append(Imbalance("patient_share", where, said - owed, says, claim.claim_id))
    allowed = _amount(claim.amounts, "AU")
    lines = [_amount(line.amounts, "B6") for line in claim.lines]
    known = [amount for amount in lines if amount is not None]
    total = sum(known)
    if allowed is not None and known and total != allowed and claim.status in _PRIMARY:
        says = (
            f"{_upper(where)}: the claim's covered amount is {dollars(allowed)} (AU); its "
            f"lines allow {dollars(total)}: {_off(allowed - total)}."
        )
        found.append(Imbalance("allowed", where, allowed - total, says, claim.claim_id))
    return found


def total_of(adjustments: Iterable[Adjustment]) -> int:
    """The cents of some adjustments together."""
    return sum(one.amount_cents for one in adjustments)


def _amount(amounts: Sequence[Pair], qualifier: str) -> int | None:
    for kind, text in amounts:
        if kind == qualifier:
            try:
                return cents(text)
            except (InvalidOperation, ValueError):
                return None
    return None


def _off(difference: int) -> str:
    return f"{dollars(abs(difference))} too {'much' if difference > 0 else 'little'}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
