"""Remittances: what balances is posted, what does not posts nothing and says the cent.

``plan`` decides and writes nothing; ``write`` writes all of it in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from neuroreed.billing import remittance_posting as posting
from neuroreed.billing.denials import denials as denials_of
from neuroreed.billing.ledger import Account, Ledger, withdraw
from neuroreed.billing.remittance import ClaimIndex, Match, SentClaim, match
from neuroreed.billing.remittance_expected import compare
from neuroreed.billing.remittance_match import service_day
from neuroreed.billing.remittance_provider import Carried, ProviderPosting
from neuroreed.billing.remittance_provider import carried as outstanding
from neuroreed.clinic import access_money, events, profile
from neuroreed.clinic.models import (
    Claim,
    Comparison,
    DenialRow,
    HeldAnswer,
    HeldDecision,
    PayerNumber,
    ProviderAmount,
    ReceivedFile,
    User,
)
from neuroreed.clinic.models import Remittance as RemittanceRow
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import expectations, ledgers, lifecycle
from neuroreed.exchange.x12 import read_x12, remittance_from_plain
from neuroreed.model.errors import BadInput, Refused
from neuroreed.model.remittance import Remittance, RemittanceClaim

REASON_LENGTH = 500
Rows = dict[tuple[str, str], Claim]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an 835 would do. ``outcome``: taken, duplicate or refused."""

    outcome: str
    says: tuple[str, ...]
    on: date
    posted: tuple[tuple[int, Remittance, posting.Posted], ...] = ()
    rows: Rows = field(default_factory=dict)
    sent: Sequence[SentClaim] = ()


def transactions(read: Mapping[str, Any]) -> tuple[Remittance, ...]:
    """The remittances of a file that was read with its details."""
    return tuple(
        remittance_from_plain(one, interchange)
        for interchange in read["interchanges"]
        for group in interchange["groups"]
        for one in group["transactions"]
        if one["type"] == "835"
    )


def plan(read: Mapping[str, Any], *, at: datetime) -> Plan:
    """Judge every remittance of a file; one that cannot be posted refuses them all."""
    found = transactions(read)
    on = profile.local_date(at)
    rows, sent = _candidates(found)
    index = ClaimIndex(sent)
    held_ledgers = ledgers.load({one.claim_id for one in sent})
    seen = _seen(found)
    posted, refused, says = [], [], []
    for place, remittance in enumerate(found):
        made = posting.post(
            remittance,
            index=index,
            ledgers=held_ledgers,
            seen=seen,
            at=on,
            # the file's own sums count once, with the first of its remittances
            defects=read["defects"] if place == 0 else (),
        )
        named = f"Cheque {remittance.trace_number}: " if len(found) > 1 else ""
        if made.status == "refused":
            refused += [f"{named}{sentence}" for sentence in made.says]
        elif made.status == "posted":
            posted.append((place, remittance, made))
            held_ledgers.update(made.ledgers)
        says += [f"{named}{sentence}" for sentence in made.says]
        seen = made.seen
    if refused:
        return Plan("refused", tuple(refused), on)
    if not posted:
        return Plan("duplicate", tuple(says), on)
    return Plan("taken", tuple(says), on, tuple(posted), rows, sent)


def _seen(found: Iterable[Remittance]) -> posting.Seen:
    keys = [posting.cheque_key(one) for one in found]
    rows = RemittanceRow.objects.filter(cheque__in=keys).values_list("cheque", "content_key")
    known = list(rows)
    return posting.Seen(
        frozenset(cheque for cheque, _ in known), frozenset(content for _, content in known)
    )


def _candidates(found: Iterable[Remittance]) -> tuple[Rows, list[SentClaim]]:
    """The claims that the answers may be about: by number, payer's number, or date of service."""
    numbers: set[str] = set()
    controls: set[str] = set()
    answers: list[RemittanceClaim] = [one for each in found for one in each.claims]
    for one in answers:
        numbers.add(one.claim_id)
        controls.add(one.payer_claim_control)
        for line in one.lines:
            if line.control_number:
                numbers.add(line.control_number.rpartition("-")[0])
        numbers.update(reference for _, reference in one.refs)
    for each in found:
        controls.update(one.reference for one in each.provider_adjustments)
    numbers |= controls
    rows, sent = _by(Q(body__claim_id__in=some) for some in ledgers.parts(numbers - {""}))
    more, others = _by(
        Q(payer_numbers__number__in=some) for some in ledgers.parts((controls | numbers) - {""})
    )
    known = {one.claim_id for one in sent} | {one.claim_id for one in others}
    days = {
        day
        for one in answers
        if one.claim_id not in known
        for day in (service_day(line, one) for line in one.lines)
        if day is not None
    }
    far, fourth = _by(Q(visit__date_of_service__in=some) for some in ledgers.parts(days))
    every: Rows = {**far, **more, **rows}
    unique = {(one.claim_id, one.sequence): one for one in (*fourth, *others, *sent)}
    return every, list(unique.values())


def _by(questions: Iterable[Q]) -> tuple[Rows, list[SentClaim]]:
    rows: Rows = {}
    sent = []
    for question in questions:
        # a claim that never went out is answered by nobody
        claims = Claim.objects.filter(question).exclude(file_entries=None).distinct()
        for row, one in ledgers.sent_claims(claims.order_by("at", "number")):
            rows[(one.claim_id, one.sequence)] = row
            sent.append(one)
    return rows, sent


def write(made: Plan, file: ReceivedFile, *, by: User, at: datetime) -> None:
    """Write what was decided: cheques, ledgers, denials, comparisons and the claims' steps."""
    changed: dict[str, Ledger] = {}
    for _place, _remittance, posted in made.posted:
        changed.update(posted.ledgers)
    withdrawn = {number: _withdrawn(ledger, made, number) for number, ledger in changed.items()}
    # before the ledgers are written: what was left of a deductible before these answers
    expected = expectations.of_answers(
        [
            (match, remittance.payment_date or made.on)
            for _, remittance, posted in made.posted
            for match in posted.matches
        ],
        made.rows,
    )
    ledgers.save(withdrawn, at=at)
    for place, remittance, posted in made.posted:
        row = _cheque(place, remittance, posted, file, by, at)
        _numbers(posted, made.rows, at)
        held = {one.place for one in posted.held}
        matches = [
            (where, one)
            for where, one in enumerate(posted.matches)
            if where not in held and one.sent is not None
        ]
        on = remittance.payment_date or made.on
        _compare(matches, expected, made.rows, row, on)
        _deny(matches, made.rows, row, remittance, on, at)
        for where, one in matches:
            _step(one, withdrawn, made.rows, file, where, by, at)
        detail = {"cheque": remittance.trace_number, "claims": len(remittance.claims)}
        events.append(by, "remittance.posted", row, detail, at=at)


def _withdrawn(ledger: Ledger, made: Plan, number: str) -> Ledger:
    """What a replaced claim has open after the payer took its answer back is taken off."""
    row = made.rows.get((number, "P"))
    if row is None or lifecycle.state(row) != "replaced":
        return ledger
    key = f"replaced:{len(ledger.entries)}"
    return withdraw(ledger, at=made.on, key=key, because="Replaced by a later claim")


def _cheque(
    place: int,
    remittance: Remittance,
    posted: posting.Posted,
    file: ReceivedFile,
    by: User,
    at: datetime,
) -> RemittanceRow:
    assert posted.sums is not None
    row = RemittanceRow(
        file=file,
        place=place,
        cheque=posted.cheque,
        content_key=posting.content_key(remittance),
        trace_number=remittance.trace_number,
        payer_name=remittance.payer_name,
        payment_date=remittance.payment_date,
        payment_cents=posted.sums.payment_cents,
        posted_cents=posted.sums.posted_cents,
        held_cents=posted.sums.held_cents,
        provider_cents=posted.sums.provider_cents,
        claims=len(remittance.claims),
        says=list(posted.says),
        at=at,
        by=by,
    )
    row.save(force_insert=True)
    HeldAnswer.objects.bulk_create(
        HeldAnswer(
            remittance=row,
            place=one.place,
            key=one.key,
            because=one.because,
            says=one.says,
            paid_cents=one.paid_cents,
            body={
                "claim_id": one.match.answer.claim_id,
                "charge_cents": one.match.answer.charge_cents,
                "status": one.match.answer.status,
                "matched": one.match.sent.claim_id if one.match.sent else "",
                "proposals": plain(one.match.proposals),
            },
        )
        for one in posted.held
    )
    ProviderAmount.objects.bulk_create(
        ProviderAmount(
            remittance=row,
            reason=one.reason,
            kind=one.kind,
            reference=one.reference,
            amount_cents=one.amount_cents,
            claim_number=one.claim_id or "",
            says=one.says,
        )
        for one in posted.provider
    )
    return row


def _numbers(posted: posting.Posted, rows: Rows, at: datetime) -> None:
    for one in posted.matches:
        if one.sent is None or one.sent.claim_id not in posted.payer_numbers:
            continue
        row = rows[(one.sent.claim_id, one.sent.sequence)]
        number = one.answer.payer_claim_control
        if number and not row.payer_numbers.filter(number=number).exists():
            PayerNumber(claim=row, number=number, at=at).save(force_insert=True)


def _compare(
    matches: Iterable[tuple[int, Match]],
    expected: Mapping[tuple[str, int], Any],
    rows: Rows,
    remittance: RemittanceRow,
    on: date,
) -> None:
    Comparison.objects.bulk_create(
        Comparison(
            remittance=remittance,
            claim=rows[(one.sent.claim_id, one.sent.sequence)],
            line_number=found.line_number,
            cpt=found.cpt,
            verdict=found.verdict,
            off_by_cents=found.off_by_cents,
            expected_cents=found.expected_cents,
            allowed_cents=found.allowed_cents,
            paid_cents=found.paid_cents,
            body=plain(found),
        )
        for _, one in matches
        if one.sent is not None
        for found in compare(one, expected, on=on)
    )


def _deny(
    matches: Iterable[tuple[int, Match]],
    rows: Rows,
    remittance: RemittanceRow,
    said: Remittance,
    on: date,
    at: datetime,
) -> None:
    made = []
    for where, one in matches:
        if one.sent is None:
            continue
        row = rows[(one.sent.claim_id, one.sent.sequence)]
        key = posting.answer_key(said, where)
        therapist = row.visit.clinician.get_full_name()
        for number, found in enumerate(denials_of(one, answered_on=on, therapist=therapist), 1):
            made.append(
                DenialRow(
                    claim=row,
                    remittance=remittance,
                    key=f"{key}|{number}",
                    answer_key=key,
                    body=plain(found),
                    amount_cents=found.amount_cents,
                    at=at,
                )
            )
    DenialRow.objects.bulk_create(made)


def _step(
    one: Match,
    changed: Mapping[str, Ledger],
    rows: Rows,
    file: ReceivedFile,
    where: int,
    by: User,
    at: datetime,
) -> None:
    assert one.sent is not None
    row = rows[(one.sent.claim_id, one.sent.sequence)]
    if lifecycle.state(row) == "replaced":
        if one.answer.is_reversal:
            # the claim that took it back has done its work
            for later in row.replaced_by.filter(frequency=ledgers.VOID):
                lifecycle.step(later, "closed", "835: taken back", by, at, received=file)
        return
    reason = "835: taken back" if one.answer.is_reversal else f"835: status {one.answer.status}"
    lifecycle.step(row, "adjudicated", reason, by, at, received=file)
    close_if_settled(row, changed[one.sent.claim_id], by, at)


def close_if_settled(row: Claim, ledger: Ledger, by: User, at: datetime) -> None:
    """The last step of a claim of which nothing is open with anybody."""
    open_cents = [
        ledger.balance(account)
        for account in (Account.PAYER, Account.NEXT_PAYER, Account.DENIED, Account.PATIENT)
    ]
    answered = any(not one.undone_by for one in ledger.answers)
    if not answered or any(open_cents):
        return
    # claims to later payers stand in the ledger of the first
    primary = row.secondary_of.primary if hasattr(row, "secondary_of") else row
    for claim in (primary, *(one.claim for one in primary.secondaries.select_related("claim"))):
        if lifecycle.state(claim) == "adjudicated":
            lifecycle.step(claim, "closed", "nothing is open", by, at)


def carried() -> tuple[Carried, ...]:
    """Money that payers announced to keep or to send later, and have not yet."""
    return outstanding(
        ProviderPosting(
            row.reason,
            row.kind,
            row.reference,
            row.amount_cents,
            row.claim_number or None,
            row.says,
        )
        for row in ProviderAmount.objects.order_by("remittance__at", "pk")
    )


def held_match(held: HeldAnswer) -> tuple[Remittance, posting.Held, Rows, list[SentClaim]]:
    """A held answer as it was read, with the claims that it may be about now."""
    read = read_x12(bytes(held.remittance.file.content), details=True)
    said = transactions(read)[held.remittance.place]
    rows, sent = _candidates([said])
    found = match(said.claims[held.place], ClaimIndex(sent))
    made = posting.Held(held.place, held.key, held.because, held.says, found, held.paid_cents)
    return said, made, rows, sent


def post_to(
    user: User,
    held_id: UUID,
    claim_id: UUID,
    *,
    at: datetime,
    line_numbers: Mapping[int, int] | None = None,
) -> Claim:
    """A person names the claim of a held answer; it is posted there.

    Raises:
        Refused: it is decided already, or it cannot be posted to that claim and why.
    """
    with transaction.atomic():
        events.lock_chain()
        held = access_money.held_for(user, held_id)
        if HeldDecision.objects.filter(held=held).exists():
            raise Refused("This answer is decided already.")
        row = access_money.claim_to_change(user, claim_id)
        if not row.file_entries.exists():
            raise Refused("That claim never went out: nobody can have answered it.")
        said, waiting, rows, sent = held_match(held)
        one = ledgers.sent_claim(row)
        ledger = ledgers.load([one.claim_id]).get(one.claim_id)
        on = profile.local_date(at)
        after, _entries, still = posting.post_held(
            waiting, one, ledger=ledger, at=on, line_numbers=line_numbers
        )
        if still is not None:
            raise Refused(still.says)
        rows[(one.claim_id, one.sequence)] = row
        _decided(held, row, "", user, at)
        made = Plan("taken", (), on, (), rows, [*sent, one])
        found = Match(
            waiting.match.answer, one, "person", posting.match_lines(waiting.match.answer, one)
        )
        paid_on = said.payment_date or on
        expected = expectations.of_answers([(found, paid_on)], rows)
        ledgers.save({one.claim_id: after}, at=at)
        _compare([(held.place, found)], expected, rows, held.remittance, paid_on)
        _deny([(held.place, found)], rows, held.remittance, said, paid_on, at)
        file = held.remittance.file
        _step(found, {one.claim_id: after}, made.rows, file, held.place, user, at)
        detail = {"number": row.number, "cents": held.paid_cents}
        events.append(user, "answer.posted", held, detail, at=at)
    return row


def set_aside(user: User, held_id: UUID, *, reason: str, at: datetime) -> HeldDecision:
    """A person decides that a held answer is not posted, with the reason."""
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        raise BadInput(f"Give the reason in 1 to {REASON_LENGTH} characters.")
    with transaction.atomic():
        held = access_money.held_for(user, held_id)
        if HeldDecision.objects.filter(held=held).exists():
            raise Refused("This answer is decided already.")
        return _decided(held, None, said, user, at)


def _decided(
    held: HeldAnswer, claim: Claim | None, reason: str, user: User, at: datetime
) -> HeldDecision:
    row = HeldDecision(held=held, claim=claim, reason=reason, at=at, by=user)
    row.save(force_insert=True)
    events.append(user, "answer.decided", held, {"because": held.because}, at=at)
    return row
