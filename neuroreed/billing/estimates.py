"""What the patient pays: the estimate before, the statement after, the receipt.

A statement asks only for what stands in the account *patient* of a ledger: deductible,
coinsurance, copayment. What a payer takes off is never there; what a payer calls the
patient's for another reason is withheld until a person has looked at plan and notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from neuroreed.billing import fees
from neuroreed.billing.contract import Schedule
from neuroreed.billing.eligibility import Eligibility
from neuroreed.billing.expectation import ExpectedPayment
from neuroreed.billing.ledger import Account, Ledger
from neuroreed.billing.payment import share_of
from neuroreed.billing.remittance_adjustments import Effect
from neuroreed.billing.remittance_entries import TARGETS
from neuroreed.model.claims import Claim
from neuroreed.model.errors import NoParameter
from neuroreed.model.money import cents, dollars
from neuroreed.policy import codes


def usd(amount_cents: int) -> str:
    """Cents as a patient reads them."""
    return f"{'-' if amount_cents < 0 else ''}${dollars(abs(amount_cents))}"


TO_CHECK = Effect.PATIENT_TO_CHECK.value
_REASONS = {"1": "deductible", "2": "your share (coinsurance)", "3": "copayment"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a visit may cost the patient. ``patient_cents`` is ``None`` when it cannot be said.

    ``low_cents`` and ``high_cents`` are set where only the deductible is unknown: none of it
    left, or all of the amount. ``sentences`` are for the patient, ``caveats`` for the clinic.
    """

    patient_cents: int | None
    low_cents: int | None
    high_cents: int | None
    sentences: tuple[str, ...]
    caveats: tuple[str, ...]
    expected: ExpectedPayment | None = None


def estimate(
    lines: Sequence[tuple[str, int, Iterable[str]]],
    *,
    on: date,
    payer: str,
    eligibility: Eligibility | None = None,
    mac: str | None = None,
    locality: str | None = None,
    zip5: str | None = None,
    participating: bool = True,
    schedule: Schedule | Mapping[str, Decimal] | None = None,
    charges: Sequence[Decimal] | None = None,
) -> Estimate:
    """The patient's part of a planned visit, in plain words.

    A copayment of the plan goes before a share. An estimate is never a promise, and says so.
    """
    known = eligibility
    if known is not None and known.active is False:
        says = "Your insurance says that you are not covered on that day. Please talk to us first."
        return Estimate(None, None, None, (says,), known.says)
    left = known.deductible_left_cents if known else None

    def priced(deductible: Decimal | None) -> ExpectedPayment:
        return fees.expected(
            [(code, units, tuple(modifiers)) for code, units, modifiers in lines],
            on=on,
            payer=payer,
            mac=mac,
            locality=locality,
            zip5=zip5,
            deductible_left=deductible,
            participating=participating,
            schedule=schedule,
            charges=charges,
        )

    try:
        found = priced(None if left is None else dollars(left))
    except NoParameter as error:
        says = "We cannot say beforehand what this visit will cost you."
        return Estimate(None, None, None, (says,), (str(error),))
    allowed = None if found.allowed is None else cents(found.allowed)
    if known is not None and known.copay_cents is not None:
        amount = known.copay_cents if allowed is None else min(known.copay_cents, allowed)
        says = f"Your copayment for this visit is {usd(amount)}."
        return _told(amount, [says], found, known)
    if allowed is None:
        says = "We cannot say beforehand what this visit will cost you."
        return Estimate(None, None, None, (says,), found.caveats, found)
    if found.patient is not None:
        amount = cents(found.patient)
        parts = []
        if found.deductible:
            part = usd(cents(found.deductible))
            parts.append(f"{part} of it because your yearly deductible is not used up yet")
        why = f" ({'; '.join(parts)})" if parts else ""
        return _told(amount, [f"We expect that you pay {usd(amount)}{why}."], found, known)
    return _from_shares(found, allowed, left, known, priced)


def _told(
    amount: int, sentences: list[str], found: ExpectedPayment, known: Eligibility | None
) -> Estimate:
    caveats = list(found.caveats)
    if known is None:
        caveats.append("Eligibility was not checked.")
    sentences.append("This is an estimate. Your insurance decides; the bill may differ.")
    return Estimate(amount, amount, amount, tuple(sentences), tuple(caveats), found)


def _from_shares(
    found: ExpectedPayment,
    allowed: int,
    left: int | None,
    known: Eligibility | None,
    priced: object,
) -> Estimate:
    """The range between nothing left of the deductible and all of the amount."""
    share = known.coinsurance_permille if known else None
    caveats = list(found.caveats)
    if share is not None and left is not None:
        deductible = min(left, allowed)
        amount = deductible + share_of(allowed - deductible, share)
        return _told(amount, [f"We expect that you pay {usd(amount)}."], found, known)
    low = 0
    try:
        nothing_left = priced(Decimal(0)) if callable(priced) else found
        if nothing_left.patient is not None:
            low = cents(nothing_left.patient)
        elif share is not None:
            low = share_of(allowed, share)
    except NoParameter as error:
        caveats.append(str(error))
    caveats.append("What is left of the deductible is not known: check eligibility.")
    sentences = (
        f"We expect that you pay between {usd(low)} and {usd(allowed)}, depending on "
        "how much of your yearly deductible is used up.",
        "This is an estimate. Your insurance decides; the bill may differ.",
    )
    return Estimate(None, low, allowed, sentences, tuple(caveats), found)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of a statement; amounts in cents. ``why`` is in the patient's words."""

    on: date | None
    service: str
    charged_cents: int
    insurance_cents: int
    taken_off_cents: int
    received_cents: int
    owed_cents: int
    why: str
    claim_id: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What the patient owes. ``withheld`` tells the clinic what is not asked for, and why."""

    on: date
    rows: tuple[StatementRow, ...]
    total_cents: int
    credit_cents: int
    sentences: tuple[str, ...]
    withheld: tuple[str, ...]


def statement(
    accounts: Sequence[tuple[Claim, Ledger]],
    *,
    on: date,
    cleared: frozenset[tuple[str, int | None]] = frozenset(),
) -> Statement:
    """The patient's statement over some claims.

    Args:
        accounts: claims with their ledgers.
        on: the day of the statement.
        cleared: claim and line of which a person found that the patient owes a share that
            is neither deductible nor coinsurance nor copayment.

    Source: rule DENY-4.
    """
    rows, withheld = [], []
    for claim, ledger in accounts:
        for number in (*ledger.lines, None):
            row, kept = _row(claim, ledger, number, (claim.claim_id, number) in cleared)
            if row is not None:
                rows.append(row)
            withheld += kept
    total = sum(row.owed_cents for row in rows)
    sentences = [
        f"You owe {usd(total)}."
        if total > 0
        else f"You have a credit of {usd(-total)}."
        if total < 0
        else "You owe nothing."
    ]
    if total > 0:
        sentences.append(
            "This is your part after your insurance has decided. Ask us if anything is unclear."
        )
    rows.sort(key=lambda row: (row.on or date.max, row.claim_id))
    return Statement(
        on, tuple(rows), max(total, 0), max(-total, 0), tuple(sentences), tuple(withheld)
    )


def _row(
    claim: Claim, ledger: Ledger, number: int | None, is_cleared: bool
) -> tuple[StatementRow | None, list[str]]:
    def stands(account: Account) -> int:
        return ledger.of_claim(account) if number is None else ledger.balance(account, number)

    owed = stands(Account.PATIENT)
    checked = _to_check(ledger, number)
    withheld = []
    where = "the claim as a whole" if number is None else f"line {number}"
    if checked > 0 and not is_cleared:
        withheld.append(
            f"Claim {claim.claim_id}, {where}: {dollars(checked)} wait until somebody has checked "
            "plan and notice."
        )
        owed -= checked
    if denied := stands(Account.DENIED):
        withheld.append(
            f"Claim {claim.claim_id}, {where}: {dollars(denied)} are denied and not decided."
        )
    received = stands(Account.RECEIVED)
    if not owed and not received:
        return None, withheld
    line = next((one for one in claim.lines if one.line_number == number), None)
    code = codes.get(line.procedure.code) if line else None
    whole = "Credit" if owed < 0 else "Whole claim"
    service = whole if line is None else (code.label if code else line.procedure.code)
    reasons = dict.fromkeys(
        _REASONS.get(one.carc, "your part by your plan")
        for one in ledger.entries
        if one.line_number == number and one.target == Account.PATIENT and one.carc
    )
    first = min((one.date_of_service for one in claim.lines if one.date_of_service), default=None)
    row = StatementRow(
        on=line.date_of_service if line else first,
        service=service,
        charged_cents=line.charge_cents if line else 0,
        insurance_cents=stands(Account.PAID),
        taken_off_cents=stands(Account.WRITTEN_OFF),
        received_cents=received,
        owed_cents=owed,
        why=", ".join(reasons),
        claim_id=claim.claim_id,
    )
    return row, withheld


def _to_check(ledger: Ledger, number: int | None) -> int:
    """Cents of shares that a person has to look at, reversals taken off."""
    kinds = {(one.key, one.carc) for one in ledger.entries if one.kind == TO_CHECK}
    total = 0
    for one in ledger.entries:
        if one.line_number != number:
            continue
        if one.kind == TO_CHECK and one.target == TARGETS[Effect.PATIENT]:
            total += one.amount_cents
        if one.kind == "undo" and (one.undoes, one.carc) in kinds and one.source == Account.PATIENT:
            total -= one.amount_cents
    return total


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the patient paid on a day."""

    number: str
    on: date
    amount_cents: int
    how: str
    sentences: tuple[str, ...]


def receipt(number: str, *, amount_cents: int, on: date, how: str, left_cents: int) -> Receipt:
    """A receipt; ``how`` is cash, card and the like, ``left_cents`` what is still owed."""
    left = "Nothing is left to pay." if left_cents <= 0 else f"{usd(left_cents)} are left."
    says = f"We received {usd(amount_cents)} on {on} ({how})."
    return Receipt(number, on, amount_cents, how, (says, left))
