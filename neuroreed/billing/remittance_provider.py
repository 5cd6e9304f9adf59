"""Money of a remittance that belongs to no claim: takebacks, forward balances, interest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from neuroreed.billing.remittance_match import ClaimIndex
from neuroreed.model.money import dollars
from neuroreed.model.remittance import ProviderAdjustment

KINDS = {
    "FB": "forward_balance",
    "WO": "takeback",
    "72": "returned",
    "L6": "interest",
    "L3": "penalty",
    "LE": "levy",
    "IR": "levy",
    "CS": "adjustment",
    "50": "late_charge",
    "AP": "advance",
    "B2": "rebate",
    "BN": "bonus",
    "PI": "periodic",
    "PL": "final_payment",
    "SL": "loan",
    "TL": "third_party",
}
_WORDS = {
    "forward_balance": "carried forward",
    "takeback": "taken back for an overpayment",
    "returned": "returned by us",
    "interest": "interest",
    "levy": "withheld by law",
}
CARRIED = frozenset({"forward_balance", "takeback", "advance"})


@dataclass(frozen=True, slots=True)
class ProviderPosting:
    """One provider adjustment. A positive amount lowers the cheque.

    ``claim_id`` is our claim where the reference is one of our or the payer's claim numbers.
    """

    reason: str
    kind: str
    reference: str
    amount_cents: int
    claim_id: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What is still to come of a forward balance or takeback.

    ``outstanding_cents`` above zero will be taken from a later cheque; below zero, more was
    taken than any remittance announced: ask the payer.
    """

    reason: str
    kind: str
    reference: str
    outstanding_cents: int
    count: int
    says: str


def provider_postings(
    adjustments: Iterable[ProviderAdjustment], index: ClaimIndex
) -> tuple[ProviderPosting, ...]:
    """The provider adjustments with our claim, where their reference names one."""
    found = []
    for one in adjustments:
        kind = KINDS.get(one.reason, "other")
        sent = index.by_payer_number.get(one.reference) or index.by_number.get(one.reference) or ()
        claims = {each.claim_id for each in sent}
        words = _WORDS.get(kind, f"reason {one.reason}")
        direction = "lowers" if one.amount_cents > 0 else "raises"
        says = f"{dollars(abs(one.amount_cents))} {words}: it {direction} this payment."
        claim_id = claims.pop() if len(claims) == 1 else None
        found.append(
            ProviderPosting(one.reason, kind, one.reference, one.amount_cents, claim_id, says)
        )
    return tuple(found)


def carried(postings: Iterable[ProviderPosting]) -> tuple[Carried, ...]:
    """Forward balances, takebacks and advances that later cheques have yet to settle.

    Each is announced with a negative amount and settled with positive ones of the same
    reference; those that sum to zero are done and left out.
    """
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for one in postings:
        if one.kind in CARRIED:
            key = (one.reason, one.kind, one.reference)
            total, count = sums.get(key, (0, 0))
            sums[key] = (total - one.amount_cents, count + 1)
    found = []
    for (reason, kind, reference), (left, count) in sums.items():
        if not left:
            continue
        says = (
            f"{dollars(left)} will be taken from a later payment."
            if left > 0
            else f"{dollars(-left)} were taken that no remittance announced: ask the payer."
        )
        found.append(Carried(reason, kind, reference, left, count, says))
    return tuple(sorted(found, key=lambda one: (-abs(one.outstanding_cents), one.reference)))
