"""An answer as entries of a ledger, and how an answer is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from neuroreed.billing.ledger import Account, Entry, Ledger, PostedAnswer, withdraw
from neuroreed.billing.remittance_adjustments import Effect, effect, meaning
from neuroreed.billing.remittance_match import Match, sequence_of
from neuroreed.model.remittance import Adjustment, RemittanceLine

TARGETS = {
    Effect.WRITE_OFF: Account.WRITTEN_OFF,
    Effect.PATIENT: Account.PATIENT,
    Effect.PATIENT_TO_CHECK: Account.PATIENT,
    Effect.DENIED: Account.DENIED,
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of an answer, or the answer as a whole (``line_number`` None)."""

    line_number: int | None
    charge_cents: int
    paid_cents: int
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    source: Account


def entries_of(match: Match, ledger: Ledger, *, key: str, at: date) -> tuple[Entry, ...]:
    """The entries of a matched, balanced answer that is no reversal.

    Payment and adjustments leave the account of the payer who answers. A later payer also
    tells what the payers before him took off; of that nothing is booked again.
    """
    answer, sent = match.answer, match.sent
    assert sent is not None
    first = sequence_of(answer, sent) == "P"
    account = Account.PAYER if first else Account.NEXT_PAYER
    found: list[Entry] = []
    parts = [
        _of_line(line, place.line_number, account, answer.remarks)
        for place, line in zip(match.lines, answer.lines, strict=True)
    ]
    for part in parts:
        before = 0
        if not first and part.line_number is not None:
            before = part.charge_cents - ledger.balance(account, part.line_number)
        found += _entries(ledger.claim_id, part, before, first, key, at)
    if parts:
        # the lines' payments are more than the claim's by what is taken off the claim as a whole
        whole = _Part(None, 0, 0, answer.adjustments, answer.remarks, Account.PAID)
        return (*found, *_entries(ledger.claim_id, whole, 0, first, key, at))
    charge, paid = answer.charge_cents or 0, answer.paid_cents or 0
    whole = _Part(None, charge, paid, answer.adjustments, answer.remarks, account)
    before = 0 if first else charge - ledger.balance(account)
    return tuple(_entries(ledger.claim_id, whole, before, first, key, at))


def _of_line(
    line: RemittanceLine, number: int | None, account: Account, remarks: Sequence[str]
) -> _Part:
    own = tuple(code for _, code in line.remarks)
    return _Part(
        number,
        line.charge_cents or 0,
        line.paid_cents or 0,
        line.adjustments,
        own or tuple(remarks),
        account,
    )


def _entries(
    claim_id: str, part: _Part, before: int, first: bool, key: str, at: date
) -> list[Entry]:
    found = []
    if part.paid_cents:
        found.append(
            Entry(
                claim_id,
                part.line_number,
                part.source,
                Account.PAID,
                part.paid_cents,
                "payment",
                at,
                key,
                says="Paid by the payer",
            )
        )
    for one, said, amount in _booked(part.adjustments, before, first):
        if not amount:
            continue
        found.append(
            Entry(
                claim_id,
                part.line_number,
                part.source,
                TARGETS[said],
                amount,
                said.value,
                at,
                key,
                one.group,
                one.carc,
                part.remarks,
                meaning("CARC", one.carc),
            )
        )
    return found


def _booked(
    adjustments: Sequence[Adjustment], before: int, first: bool
) -> list[tuple[Adjustment, Effect, int]]:
    """What each adjustment books: of what was taken off before, nothing a second time."""
    kinds = [effect(one) for one in adjustments]
    if first:
        kinds = [Effect.DENIED if one is Effect.PRIOR_PAYER else one for one in kinds]
    amounts = [one.amount_cents for one in adjustments]
    left = max(before, 0)
    for wanted in (Effect.PRIOR_PAYER, Effect.WRITE_OFF, Effect.DENIED):
        for place, kind in enumerate(kinds):
            if first or kind is not wanted:
                continue
            known = max(0, min(left, amounts[place]))
            left -= known
            amounts[place] = 0 if kind is Effect.PRIOR_PAYER else amounts[place] - known
    return list(zip(adjustments, kinds, amounts, strict=True))


def take_back(
    ledger: Ledger,
    answer: PostedAnswer,
    *,
    key: str,
    at: date,
    lines: Collection[int] | None = None,
    says: str,
) -> Ledger:
    """The ledger without an answer, or without some lines of it: mirrored, entry by entry.

    Decisions that were made about a denial that is now gone, and shares that were passed on
    to a next payer, go back too, as far as they still stand there.
    """
    found = _with_mirror(
        ledger,
        [
            one
            for one in ledger.entries
            if one.key == answer.key and (lines is None or one.line_number in lines)
        ],
        key=key,
        at=at,
        says=says,
    )
    left = {one.line_number for one in _standing(found, answer.key)}
    answers = tuple(
        replace(one, undone_by=key) if one.key == answer.key and not left else one
        for one in found.answers
    )
    found = replace(found, answers=answers)
    for number in (*found.lines, None):
        found = _follow(found, number, Account.DENIED, "decision", key, at)
        found = _follow(found, number, Account.PATIENT, "transfer", key, at)
        # a denial that was taken off with its claim was never open after all
        found = _follow(found, number, Account.DENIED, "withdrawal", key, at)
    if found.withdrawn:
        found = withdraw(found, at=at, key=f"{key}:withdrawn", because=found.withdrawn)
    return found


def _with_mirror(
    ledger: Ledger, entries: Iterable[Entry], *, key: str, at: date, says: str
) -> Ledger:
    done = {(one.undoes, one.line_number) for one in ledger.entries if one.undoes}
    return ledger.with_entries(
        replace(
            one,
            source=one.target,
            target=one.source,
            kind="undo",
            at=at,
            key=key,
            undoes=one.key,
            says=says,
        )
        for one in entries
        if (one.key, one.line_number) not in done
    )


def _standing(ledger: Ledger, key: str) -> list[Entry]:
    """Entries of a key that nothing took back."""
    done = {(one.undoes, one.line_number) for one in ledger.entries if one.undoes}
    return [
        one
        for one in ledger.entries
        if one.key == key and not one.undoes and (one.key, one.line_number) not in done
    ]


def _follow(
    ledger: Ledger, number: int | None, account: Account, kind: str, key: str, at: date
) -> Ledger:
    """Take back what was moved out of an account that the payer has emptied since."""

    def stands(found: Ledger, which: Account) -> int:
        return found.of_claim(which) if number is None else found.balance(which, number)

    found = ledger
    for one in reversed(ledger.entries):
        if stands(found, account) >= 0:
            return found
        if one.kind != kind or one.source != account or one.line_number != number:
            continue
        if one.target is not Account.CHARGED and stands(found, one.target) < one.amount_cents:
            continue
        if one in _standing(found, one.key):
            found = _with_mirror(
                found, [one], key=key, at=at, says="The payer took back what this was about"
            )
    return found


def paid_on(ledger: Ledger, answer: PostedAnswer, lines: Collection[int]) -> int:
    """What an answer paid on some lines and still stands."""
    return sum(
        one.amount_cents
        for one in _standing(ledger, answer.key)
        if one.target == Account.PAID and one.line_number in lines
    )


def lines_of(ledger: Ledger, answer: PostedAnswer) -> frozenset[int | None]:
    """The lines an answer is about (None: the claim as a whole), as far as it stands."""
    return frozenset(one.line_number for one in _standing(ledger, answer.key))
