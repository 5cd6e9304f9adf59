"""The ledgers of claims as rows, and the claims that answers are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from neuroreed.billing import ledger as billing
from neuroreed.billing.contract import Schedule
from neuroreed.billing.contract_csv import from_plain
from neuroreed.billing.ledger import Account, Entry, Ledger, PostedAnswer, open_ledger
from neuroreed.billing.remittance import SentClaim
from neuroreed.clinic import profile
from neuroreed.clinic.models import (
    Claim,
    ClaimFileEntry,
    FeeSchedule,
    LedgerAnswer,
    LedgerEntry,
)
from neuroreed.exchange.x12 import claim_from_plain

MOST_AT_ONCE = 500
VOID = "8"


def parts(values: Iterable[Any]) -> list[list[Any]]:
    """The values in order, no more at once than a database takes in one question."""
    found = sorted(values)
    return [found[start : start + MOST_AT_ONCE] for start in range(0, len(found), MOST_AT_ONCE)]


def number_of(claim: Claim) -> str:
    """The number that the payer knows; a claim to a later payer keeps that of the first."""
    return str(claim.body["claim_id"])


def sent_claims(claims: QuerySet[Claim]) -> list[tuple[Claim, SentClaim]]:
    """The claims as they went out, each with its row."""
    rows = claims.select_related("visit__coverage", "charge_version").prefetch_related(
        "payer_numbers",
        Prefetch(
            "file_entries", ClaimFileEntry.objects.select_related("file").defer("file__content")
        ),
    )
    zone = profile.zone()
    found = []
    for row in rows:
        entries = list(row.file_entries.all())
        numbers = list(row.payer_numbers.all())
        went = min((entry.file.at for entry in entries), default=None)
        found.append(
            (
                row,
                SentClaim(
                    claim=claim_from_plain(row.body),
                    payer=row.payer,
                    patient_id=str(row.patient_id),
                    payer_control=numbers[-1].number if numbers else "",
                    sent_on=went.astimezone(zone).date() if went else None,
                ),
            )
        )
    return found


def sent_claim(claim: Claim) -> SentClaim:
    """One claim as it went out."""
    return sent_claims(Claim.objects.filter(pk=claim.pk))[0][1]


def load(numbers: Iterable[str]) -> dict[str, Ledger]:
    """The ledgers that are written down, by claim number."""
    wanted = set(numbers)
    entries: dict[str, list[Entry]] = {}
    answers: dict[str, dict[str, PostedAnswer]] = {}
    for some in parts(wanted):
        for row in LedgerEntry.objects.filter(number__in=some).order_by("number", "sequence"):
            entries.setdefault(row.number, []).append(
                Entry(
                    row.number,
                    row.line_number,
                    Account(row.source),
                    Account(row.target),
                    row.amount_cents,
                    row.kind,
                    row.on,
                    row.key,
                    row.group,
                    row.carc,
                    tuple(row.remarks),
                    row.says,
                    row.undoes,
                )
            )
        for one in LedgerAnswer.objects.filter(number__in=some).order_by("number", "sequence"):
            answers.setdefault(one.number, {})[one.key] = PostedAnswer(
                one.key,
                one.payer_sequence,
                one.payer_control,
                one.status,
                one.charge_cents,
                one.paid_cents,
                one.on,
                one.undone_by,
            )
    return {
        number: Ledger(
            number,
            tuple(found),
            tuple(answers.get(number, {}).values()),
            next((one.says for one in reversed(found) if one.kind == "withdrawal"), ""),
        )
        for number, found in entries.items()
    }


def of(claim: Claim) -> Ledger:
    """The ledger of a claim; one that nothing has happened to holds its charges."""
    number = number_of(claim)
    found = load([number]).get(number)
    if found is None and claim.frequency == VOID:
        # it takes a claim back and charges nothing itself
        return Ledger(number)
    return found or open_ledger(claim_from_plain(claim.body), at=profile.local_date(claim.at))


def standing(claim: Claim) -> billing.Standing:
    """Where the cents of a claim stand."""
    return billing.standing(of(claim))


def save(ledgers: Mapping[str, Ledger], *, at: datetime) -> None:
    """Write down what is new in some ledgers, in the caller's transaction."""
    stored = load(ledgers)
    entries, answers = [], []
    sequences = dict(
        _last_sequences(list(ledgers)),
    )
    for number, ledger in ledgers.items():
        before = stored.get(number, Ledger(number))
        assert ledger.entries[: len(before.entries)] == before.entries
        for place, entry in enumerate(ledger.entries[len(before.entries) :], len(before.entries)):
            entries.append(
                LedgerEntry(
                    number=number,
                    sequence=place + 1,
                    line_number=entry.line_number,
                    source=entry.source.value,
                    target=entry.target.value,
                    amount_cents=entry.amount_cents,
                    kind=entry.kind,
                    on=entry.at,
                    key=entry.key,
                    group=entry.group,
                    carc=entry.carc,
                    remarks=list(entry.remarks),
                    says=entry.says[:500],
                    undoes=entry.undoes,
                    at=at,
                )
            )
        known = {one.key: one for one in before.answers}
        for one in ledger.answers:
            if known.get(one.key) == one:
                continue
            sequences[number] = sequences.get(number, 0) + 1
            answers.append(
                LedgerAnswer(
                    number=number,
                    sequence=sequences[number],
                    key=one.key,
                    payer_sequence=one.sequence,
                    payer_control=one.payer_control,
                    status=one.status,
                    charge_cents=one.charge_cents,
                    paid_cents=one.paid_cents,
                    on=one.at,
                    undone_by=one.undone_by,
                )
            )
    LedgerEntry.objects.bulk_create(entries, batch_size=MOST_AT_ONCE)
    LedgerAnswer.objects.bulk_create(answers, batch_size=MOST_AT_ONCE)


def _last_sequences(numbers: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in parts(numbers):
        rows = LedgerAnswer.objects.filter(number__in=some).values_list("number", "sequence")
        for number, sequence in rows:
            found[number] = max(found.get(number, 0), sequence)
    return found


def schedule_of(payer: str) -> Schedule | None:
    """The terms of the contract with one payer; ``None`` where none was loaded."""
    last = FeeSchedule.objects.filter(payer=payer).order_by("-at").first()
    return from_plain(last.amounts) if last else None


def schedules() -> dict[str, Schedule]:
    """The terms of the clinic's contracts by payer; what was loaded last counts."""
    return {row.payer: from_plain(row.amounts) for row in FeeSchedule.objects.order_by("at")}
