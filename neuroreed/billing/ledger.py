"""The ledger of a claim: every cent that was charged, and where it stands.

An entry moves cents from one account to another. So a ledger sums by its nature: there is no
entry that could make up a difference, and none is needed. What stands where it should not is
told by ``check``. Entries are never changed; a correction is another entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from neuroreed.model.claims import Claim
from neuroreed.model.errors import Refused
from neuroreed.model.money import dollars

NOTICES = frozenset({"GA", "GY", "GX"})
"""Modifiers of a line of which the patient was told beforehand that he may have to pay."""


class Account(StrEnum):
    """Where cents stand. ``charged`` is the source of all and stands below zero."""

    CHARGED = "charged"
    PAYER = "payer"  # open with the payer who was asked first
    NEXT_PAYER = "next_payer"  # open with a later payer
    DENIED = "denied"  # refused, and nobody has decided yet
    PATIENT = "patient"  # the patient owes
    WRITTEN_OFF = "written_off"
    PAID = "paid"  # received from payers
    RECEIVED = "received"  # received from the patient


@dataclass(frozen=True, slots=True)
class Entry:
    """Cents that move from one account to another; a negative amount moves back.

    ``line_number`` is ``None`` for the claim as a whole. ``key`` names the act or the answer
    of which the entry is a part. ``kind``: charge, payment, adjustment, transfer, receipt,
    refund, decision, withdrawal, undo. ``undoes`` is the key whose entry this one takes back.
    """

    claim_id: str
    line_number: int | None
    source: Account
    target: Account
    amount_cents: int
    kind: str
    at: date
    key: str
    group: str = ""
    carc: str = ""
    remarks: tuple[str, ...] = ()
    says: str = ""
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class PostedAnswer:
    """One answer of a payer that is in the ledger; ``undone_by`` is the key that took it back."""

    key: str
    sequence: str
    payer_control: str
    status: str
    charge_cents: int
    paid_cents: int
    at: date
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Entries of one claim in the order they were made, and the answers behind them.

    ``withdrawn`` says why we replaced or voided the claim; empty while it stands.
    """

    claim_id: str
    entries: tuple[Entry, ...] = ()
    answers: tuple[PostedAnswer, ...] = ()
    withdrawn: str = ""

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines that were charged."""
        found = {one.line_number for one in self.entries if one.kind == "charge"}
        return tuple(sorted(number for number in found if number is not None))

    def balance(self, account: Account, line_number: int | None = None) -> int:
        """Cents in an account, of the whole claim or of one line."""
        return sum(
            one.amount_cents * ((one.target == account) - (one.source == account))
            for one in self.entries
            if line_number is None or one.line_number == line_number
        )

    def of_claim(self, account: Account) -> int:
        """Cents that were booked for the claim as a whole and for none of its lines."""
        return sum(
            one.amount_cents * ((one.target == account) - (one.source == account))
            for one in self.entries
            if one.line_number is None
        )

    def live_answers(self, sequence: str | None = None) -> tuple[PostedAnswer, ...]:
        """The answers that no reversal took back."""
        return tuple(
            one for one in self.answers if not one.undone_by and sequence in (None, one.sequence)
        )

    def with_entries(self, entries: Iterable[Entry]) -> Ledger:
        """The ledger with more entries."""
        return replace(self, entries=(*self.entries, *entries))


@dataclass(frozen=True, slots=True)
class Standing:
    """The accounts of a claim in cents: ``charged`` is the sum of all that follow it."""

    charged: int
    paid: int
    received: int
    written_off: int
    open_payer: int
    open_next_payer: int
    denied: int
    patient_owes: int


def open_ledger(claim: Claim, *, at: date) -> Ledger:
    """The ledger of a claim as it goes out: each line's charge is open with the payer."""
    account = Account.PAYER if claim.subscriber.sequence == "P" else Account.NEXT_PAYER
    return Ledger(
        claim.claim_id,
        tuple(
            Entry(
                claim.claim_id,
                line.line_number,
                Account.CHARGED,
                account,
                line.charge_cents,
                "charge",
                at,
                f"charge:{claim.claim_id}",
                says=f"{line.procedure.code} charged",
            )
            for line in claim.lines
        ),
    )


def standing(ledger: Ledger) -> Standing:
    """Where the cents of a claim stand."""
    return Standing(
        charged=-ledger.balance(Account.CHARGED),
        paid=ledger.balance(Account.PAID),
        received=ledger.balance(Account.RECEIVED),
        written_off=ledger.balance(Account.WRITTEN_OFF),
        open_payer=ledger.balance(Account.PAYER),
        open_next_payer=ledger.balance(Account.NEXT_PAYER),
        denied=ledger.balance(Account.DENIED),
        patient_owes=ledger.balance(Account.PATIENT),
    )


def check(ledger: Ledger) -> tuple[str, ...]:
    """What stands where it should not, one sentence each; empty when all is in its place."""
    found = []
    for number in ledger.lines:
        for account, words in (
            (Account.PAYER, "is answered for more than it was charged"),
            (Account.NEXT_PAYER, "is answered by the next payer for more than was open"),
            (Account.DENIED, "has more decided about its denial than was denied"),
        ):
            amount = ledger.balance(account, number)
            # an answer for the claim as a whole takes from all lines together
            if amount < 0 and not ledger.of_claim(account):
                found.append(f"Line {number} {words}: {dollars(-amount)}.")
    for account in (Account.PAYER, Account.NEXT_PAYER, Account.DENIED):
        if ledger.balance(account) < 0 and ledger.of_claim(account):
            over = dollars(-ledger.balance(account))
            found.append(f"The claim as a whole is answered for {over} too much.")
    owed = ledger.balance(Account.PATIENT)
    if owed < 0:
        found.append(f"The patient has {dollars(-owed)} to his credit: refund or keep it for him.")
    if ledger.balance(Account.PAID) < 0:
        found.append("More was taken back than was paid.")
    if ledger.live_answers("P") and ledger.balance(Account.PAYER) > 0:
        found.append(
            f"{dollars(ledger.balance(Account.PAYER))} are not answered yet, though the payer "
            "has answered."
        )
    return tuple(found)


def _decide(
    ledger: Ledger,
    line_number: int | None,
    source: Account,
    target: Account,
    amount_cents: int,
    kind: str,
    at: date,
    key: str,
    says: str,
) -> Ledger:
    """One entry of a person's act; the same key a second time changes nothing."""
    if any(one.key == key for one in ledger.entries):
        return ledger
    stands = ledger.balance(source, line_number)
    if not 0 < amount_cents <= stands:
        where = "The claim" if line_number is None else f"Line {line_number}"
        raise Refused(
            f"{where} has {dollars(stands)} {source.replace('_', ' ')}; "
            f"{dollars(amount_cents)} cannot be moved from there."
        )
    entry = Entry(
        ledger.claim_id, line_number, source, target, amount_cents, kind, at, key, says=says
    )
    return ledger.with_entries((entry,))


def write_off(
    ledger: Ledger,
    *,
    line_number: int | None,
    amount_cents: int,
    at: date,
    key: str,
    because: str,
    source: Account = Account.DENIED,
) -> Ledger:
    """A person gives up an amount. ``key`` names the act; twice the same key is one act.

    Raises:
        Refused: less than that stands in the account, or there is no reason.
    """
    if not because.strip():
        raise Refused("A write-off needs its reason.")
    return _decide(
        ledger,
        line_number,
        source,
        Account.WRITTEN_OFF,
        amount_cents,
        "decision",
        at,
        key,
        because,
    )


def make_patient_owe(
    ledger: Ledger,
    claim: Claim,
    *,
    line_number: int,
    amount_cents: int,
    at: date,
    key: str,
    because: str,
) -> Ledger:
    """A denied amount becomes the patient's: only with a notice on the line (GA, GX, GY).

    Raises:
        Refused: no such modifier; what a payer takes off (CO) is never the patient's.

    Source: rule DENY-4.
    """
    modifiers = {
        modifier
        for line in claim.lines
        if line.line_number == line_number
        for modifier in line.procedure.modifiers
    }
    if not modifiers & NOTICES:
        raise Refused(
            f"Line {line_number} carries no notice to the patient (GA, GX, GY): "
            "a denied amount without one may not be asked of the patient."
        )
    return _decide(
        ledger,
        line_number,
        Account.DENIED,
        Account.PATIENT,
        amount_cents,
        "decision",
        at,
        key,
        because,
    )


def receive(
    ledger: Ledger,
    *,
    amount_cents: int,
    at: date,
    key: str,
    line_number: int | None = None,
    says: str = "Received from the patient",
) -> Ledger:
    """Money from the patient. It may come before the answer (a copayment): then it is a credit.

    Raises:
        Refused: nothing or less than nothing was received.
    """
    if amount_cents <= 0:
        raise Refused("A receipt is about more than nothing.")
    if any(one.key == key for one in ledger.entries):
        return ledger
    entry = Entry(
        ledger.claim_id,
        line_number,
        Account.PATIENT,
        Account.RECEIVED,
        amount_cents,
        "receipt",
        at,
        key,
        says=says,
    )
    return ledger.with_entries((entry,))


def refund(
    ledger: Ledger, *, amount_cents: int, at: date, key: str, because: str = "Refunded"
) -> Ledger:
    """Money back to the patient, at most what the patient paid.

    Raises:
        Refused: the patient has not paid that much.
    """
    return _decide(
        ledger, None, Account.RECEIVED, Account.PATIENT, amount_cents, "refund", at, key, because
    )


def bill_next(ledger: Ledger, *, at: date, key: str) -> Ledger:
    """The patient's share is asked of the next payer, line by line.

    What the patient has already paid stays out of it.
    """
    if any(one.key == key for one in ledger.entries):
        return ledger
    left = ledger.balance(Account.PATIENT)
    entries = []
    for number in (*ledger.lines, None):
        stands = (
            ledger.of_claim(Account.PATIENT)
            if number is None
            else ledger.balance(Account.PATIENT, number)
        )
        amount = min(stands, left)
        if amount <= 0:
            continue
        left -= amount
        entries.append(
            Entry(
                ledger.claim_id,
                number,
                Account.PATIENT,
                Account.NEXT_PAYER,
                amount,
                "transfer",
                at,
                key,
                says="Asked of the next payer",
            )
        )
    return ledger.with_entries(entries)


def withdraw(ledger: Ledger, *, at: date, key: str, because: str) -> Ledger:
    """A claim that we replaced or voided: what is still open is taken off its charges.

    What the payer takes back later is taken off then.
    """
    if any(one.key == key for one in ledger.entries):
        return ledger
    entries = [
        Entry(
            ledger.claim_id,
            number,
            account,
            Account.CHARGED,
            amount,
            "withdrawal",
            at,
            key,
            says=because,
        )
        for number in ledger.lines
        for account in (Account.PAYER, Account.NEXT_PAYER, Account.DENIED)
        if (amount := ledger.balance(account, number)) > 0
    ]
    return replace(ledger.with_entries(entries), withdrawn=because)
