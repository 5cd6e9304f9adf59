"""A remittance into the ledgers: all of it that is certain, or nothing.

A remittance that does not balance posts nothing and says the cent and the place. One that was
imported before posts nothing a second time. An answer that is not matched, or that would pay
a second time, is held for a person with its money: payment = posted + held - provider
adjustments, always.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from neuroreed.billing import remittance_entries as book
from neuroreed.billing.ledger import (
    Account,
    Entry,
    Ledger,
    PostedAnswer,
    bill_next,
    open_ledger,
)
from neuroreed.billing.remittance import Imbalance, balance
from neuroreed.billing.remittance_match import (
    ClaimIndex,
    LineMatch,
    Match,
    match,
    match_lines,
    sequence_of,
)
from neuroreed.billing.remittance_provider import ProviderPosting, provider_postings
from neuroreed.billing.remittance_sent import SentClaim
from neuroreed.model.money import dollars
from neuroreed.model.remittance import Remittance, RemittanceClaim

NOT_FINAL = frozenset({"5", "10", "13", "15", "16", "17", "23", "25", "27"})
"""Claim statuses that decide nothing yet: pending, forwarded, a price asked for beforehand."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was imported: cheques by key, and each cheque's content (``key#digest``)."""

    cheques: frozenset[str] = frozenset()
    contents: frozenset[str] = frozenset()

    def with_(self, remittance: Remittance) -> Seen:
        """The same with one more cheque."""
        return Seen(
            self.cheques | {cheque_key(remittance)}, self.contents | {content_key(remittance)}
        )


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that waits for a person, with its money.

    ``because``: unmatched, line_unmatched, duplicate, second_payment, more_than_charged,
    reversal_without_payment, not_final. ``place`` counts the claims of the remittance from 0.
    """

    place: int
    key: str
    because: str
    says: str
    match: Match
    paid_cents: int


@dataclass(frozen=True, slots=True)
class PostedSums:
    """payment = posted + held - provider; in cents."""

    payment_cents: int
    posted_cents: int
    held_cents: int
    provider_cents: int


@dataclass(frozen=True, slots=True)
class Posted:
    """What an import did. ``status``: posted, duplicate or refused; only *posted* changes any.

    ``ledgers`` are those that changed, ``entries`` the new entries, ``payer_numbers`` the
    payer's number of each answered claim (needed to replace or void it).
    """

    cheque: str
    status: str
    says: tuple[str, ...]
    seen: Seen
    imbalances: tuple[Imbalance, ...] = ()
    matches: tuple[Match, ...] = ()
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    held: tuple[Held, ...] = ()
    provider: tuple[ProviderPosting, ...] = ()
    payer_numbers: Mapping[str, str] = field(default_factory=dict)
    sums: PostedSums | None = None


def digest(remittance: Remittance) -> str:
    """A hash of what a remittance says, whatever envelope it came in."""
    content = replace(remittance, control_number="", interchange_control="", usage="")
    return hashlib.sha256(repr(content).encode()).hexdigest()


def cheque_key(remittance: Remittance) -> str:
    """What names a cheque or transfer: who pays, its number, and who is paid.

    Without a payment the number often repeats; then the content is part of the name.
    """
    named = f"{remittance.originator}|{remittance.trace_number}|{remittance.payee_id}"
    if remittance.amount_cents and remittance.trace_number:
        return named
    return f"{named}|{digest(remittance)}"


def content_key(remittance: Remittance) -> str:
    """The cheque with its content."""
    return f"{cheque_key(remittance)}#{digest(remittance)}"


def answer_key(remittance: Remittance, place: int) -> str:
    """What names one answer of a cheque; ``place`` counts its claims from 0."""
    return f"{cheque_key(remittance)}|{place}"


def post(
    remittance: Remittance,
    *,
    index: ClaimIndex,
    ledgers: Mapping[str, Ledger],
    seen: Seen,
    at: date,
    defects: Iterable[Mapping[str, Any]] = (),
) -> Posted:
    """Post one remittance: every certain answer, with everything uncertain held.

    Args:
        remittance: one 835 transaction.
        index: the claims that it may answer.
        ledgers: by claim number; a claim without one gets it from the claim we sent.
        seen: what was imported before.
        at: the day of the import.
        defects: what the reader found in the file; those about money refuse it.
    """
    key = cheque_key(remittance)
    if content_key(remittance) in seen.contents:
        return Posted(key, "duplicate", ("This remittance was imported before.",), seen)
    if key in seen.cheques:
        says = "A cheque of this number was imported before, with other content: ask the payer."
        return Posted(key, "refused", (says,), seen)
    if found := balance(remittance, defects=defects):
        return Posted(key, "refused", tuple(one.says for one in found), seen, found)
    matches = tuple(match(claim, index) for claim in remittance.claims)
    run = _Run(dict(ledgers), at)
    order = sorted(range(len(matches)), key=lambda place: not matches[place].answer.is_reversal)
    for place in order:
        run.take(place, answer_key(remittance, place), matches[place])
    provider = provider_postings(remittance.provider_adjustments, index)
    payment = remittance.amount_cents or 0
    taken = sum(one.amount_cents for one in provider)
    sums = PostedSums(payment, run.posted_cents, sum(one.paid_cents for one in run.held), taken)
    assert sums.payment_cents == sums.posted_cents + sums.held_cents - sums.provider_cents
    return Posted(
        key,
        "posted",
        run.says(),
        seen.with_(remittance),
        matches=matches,
        ledgers=run.changed,
        entries=tuple(run.entries),
        held=tuple(sorted(run.held, key=lambda one: one.place)),
        provider=provider,
        payer_numbers=run.payer_numbers,
        sums=sums,
    )


def post_held(
    held: Held,
    sent: SentClaim,
    *,
    ledger: Ledger | None,
    at: date,
    line_numbers: Mapping[int, int] | None = None,
) -> tuple[Ledger, tuple[Entry, ...], Held | None]:
    """A person named the claim of a held answer: its ledger, new entries, or why it stays held.

    Args:
        held: the answer that waits.
        sent: the claim that the person chose.
        ledger: the ledger of that claim.
        at: the day of the decision.
        line_numbers: for lines that could not be named, the place in the answer (from 0) and
            the line number of the claim.
    """
    chosen = dict(line_numbers or {})
    lines = tuple(
        LineMatch(one.place, chosen[one.place], "person") if one.place in chosen else one
        for one in match_lines(held.match.answer, sent)
    )
    run = _Run({} if ledger is None else {sent.claim_id: ledger}, at)
    run.take(held.place, held.key, Match(held.match.answer, sent, "person", lines))
    still = run.held[0] if run.held else None
    return run.ledger_of(sent), tuple(run.entries), still


class _Run:
    """One import under way."""

    def __init__(self, ledgers: dict[str, Ledger], at: date) -> None:
        self.ledgers, self.at = ledgers, at
        self.changed: dict[str, Ledger] = {}
        self.entries: list[Entry] = []
        self.held: list[Held] = []
        self.payer_numbers: dict[str, str] = {}
        self.posted_cents = 0

    def ledger_of(self, sent: SentClaim) -> Ledger:
        found = self.ledgers.get(sent.claim_id)
        return found or open_ledger(sent.claim, at=sent.sent_on or self.at)

    def says(self) -> tuple[str, ...]:
        found = [f"{len(self.changed)} claims posted, {dollars(self.posted_cents)}."]
        if self.held:
            waiting = sum(one.paid_cents for one in self.held)
            found.append(f"{len(self.held)} answers wait for a person, {dollars(waiting)}.")
        return tuple(found)

    def take(self, place: int, key: str, found: Match) -> None:
        """Post one answer, or hold it."""
        answer, sent = found.answer, found.sent

        def hold(because: str, says: str) -> None:
            self.held.append(Held(place, key, because, says, found, answer.paid_cents or 0))

        if answer.status in NOT_FINAL:
            hold("not_final", f"Status {answer.status} decides nothing yet; nothing is posted.")
            return
        if sent is None:
            hold("unmatched", " ".join(found.doubts) or "No claim of ours is named.")
            return
        before = self.ledger_of(sent)
        if any(one.key == key for one in before.answers):
            hold("duplicate", "This answer is in the ledger already.")
            return
        if answer.is_reversal:
            ledger, why = _reversed(before, answer, key, self.at)
        else:
            ledger, why = _answered(before, found, key, self.at)
        if ledger is None:
            hold(*why)
            return
        self.posted_cents += answer.paid_cents or 0
        self.entries += ledger.entries[len(before.entries) :]
        self.ledgers[sent.claim_id] = self.changed[sent.claim_id] = ledger
        if answer.payer_claim_control and sequence_of(answer, sent) == sent.sequence:
            self.payer_numbers[sent.claim_id] = answer.payer_claim_control


Why = tuple[str, str]


def _reversed(
    ledger: Ledger, answer: RemittanceClaim, key: str, at: date
) -> tuple[Ledger | None, Why]:
    """The ledger after a payer took an answer back."""
    paid, charge = -(answer.paid_cents or 0), -(answer.charge_cents or 0)
    live = [
        one
        for one in ledger.live_answers()
        if one.paid_cents == paid and one.charge_cents == charge
    ]
    same = [one for one in live if one.payer_control == answer.payer_claim_control]
    chosen = same or live
    if not chosen:
        says = (
            f"The payer takes back {dollars(paid)} of {dollars(charge)}; "
            "no answer of that amount stands in the ledger."
        )
        return None, ("reversal_without_payment", says)
    if len({one.sequence for one in chosen}) > 1:
        says = "Two payers paid that amount; the payer's number tells neither."
        return None, ("reversal_without_payment", says)
    earlier = chosen[-1]
    says = f"Taken back ({earlier.payer_control})"
    found = book.take_back(ledger, earlier, key=key, at=at, says=says)
    return _noted(found, answer, earlier.sequence, key, at, undone_by=key), ("", "")


def _answered(ledger: Ledger, found: Match, key: str, at: date) -> tuple[Ledger | None, Why]:
    """The ledger after an answer; an earlier answer that paid nothing gives way to it."""
    answer, sent = found.answer, found.sent
    assert sent is not None
    lost = [
        place
        for place, line in zip(found.lines, answer.lines, strict=True)
        if place.line_number is None and (line.charge_cents or line.paid_cents or line.adjustments)
    ]
    if lost:
        named = ", ".join(str(one.place + 1) for one in lost)
        return None, ("line_unmatched", f"Line {named} of the answer is none that we sent.")
    about: frozenset[int] = frozenset(
        one.line_number for one in found.lines if one.line_number is not None
    ) or frozenset(ledger.lines)
    changed = ledger
    sequence = sequence_of(answer, sent)
    account = Account.PAYER if sequence == "P" else Account.NEXT_PAYER
    for earlier in ledger.live_answers(sequence):
        touched = book.lines_of(ledger, earlier)
        if None in touched and not touched & about:
            touched = touched | about
        if not touched & about and answer.lines:
            continue
        if earlier.payer_control == answer.payer_claim_control and (
            earlier.paid_cents,
            earlier.charge_cents,
        ) == (answer.paid_cents, answer.charge_cents):
            says = "The same answer stands in the ledger already, from another cheque."
            return None, ("duplicate", says)
        lines = about if answer.lines and None not in touched else None
        paid = earlier.paid_cents if lines is None else book.paid_on(ledger, earlier, tuple(about))
        if paid:
            says = (
                f"{dollars(paid)} were paid on this before and not taken back; "
                "a second payment needs the payer's word."
            )
            return None, ("second_payment", says)
        says = "Gave way to a later answer"
        changed = book.take_back(changed, earlier, key=key, at=at, lines=lines, says=says)
    if sequence != "P" and not changed.balance(account):
        # the first payer passed the claim on, without our asking
        changed = bill_next(changed, at=at, key=f"{key}:passed_on")
    entries = book.entries_of(found, changed, key=key, at=at)
    changed = changed.with_entries(entries)
    over = min(
        [changed.balance(account)]
        + ([changed.balance(account, number) for number in about] if answer.lines else [])
    )
    if over < 0:
        says = f"The payer answers {dollars(-over)} more than stands open with him."
        return None, ("more_than_charged", says)
    return _noted(changed, answer, sequence, key, at), ("", "")


def _noted(
    ledger: Ledger,
    answer: RemittanceClaim,
    sequence: str,
    key: str,
    at: date,
    undone_by: str = "",
) -> Ledger:
    note = PostedAnswer(
        key,
        sequence,
        answer.payer_claim_control,
        answer.status,
        answer.charge_cents or 0,
        answer.paid_cents or 0,
        at,
        undone_by,
    )
    return replace(ledger, answers=(*ledger.answers, note))
