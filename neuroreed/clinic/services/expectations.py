"""What answered lines should bring at this clinic: its place, its contracts, its patients' year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from neuroreed.billing.denials import denials
from neuroreed.billing.ledger import Account, Ledger
from neuroreed.billing.remittance import Match, SentClaim
from neuroreed.billing.remittance_expected import expect_claims
from neuroreed.clinic import profile
from neuroreed.clinic.models import Claim
from neuroreed.clinic.services import ledgers, lifecycle

DEDUCTIBLE = "1"
Prices = Mapping[tuple[str, int], Any]


def of_answers(
    answers: Sequence[tuple[Match, date]], rows: Mapping[tuple[str, str], Claim]
) -> Prices:
    """The expectation of every line of some answers that are about to be posted.

    Args:
        answers: matched answers, each with the day of its payment.
        rows: claims by number and the place of their payer.
    """
    matched = {one.sent.claim_id: one.sent for one, _ in answers if one.sent is not None}
    concerned = [row for (number, _), row in rows.items() if number in matched]
    # the reduction for several procedures looks at all claims of the patient's day
    days = {(row.patient_id, row.visit.date_of_service) for row in concerned}
    for patients in ledgers.parts({str(patient) for patient, _ in days}):
        others = Claim.objects.filter(
            patient_id__in=patients, visit__date_of_service__in={day for _, day in days}
        ).exclude(file_entries=None)
        for row, sent in ledgers.sent_claims(others.exclude(frequency=ledgers.VOID)):
            if (
                (row.patient_id, row.visit.date_of_service) in days
                and sent.sequence == "P"
                # what nobody took, or another claim stands for, is no part of the day
                and lifecycle.state(row) not in {"rejected", "replaced"}
            ):
                matched.setdefault(sent.claim_id, sent)
    # what the payer denied counts for no reduction of the other lines
    without = {
        (found.claim_id, found.line_number)
        for match, on in answers
        for found in denials(match, answered_on=on)
        if found.line_number is not None
    }
    answered = frozenset(one.sent.claim_id for one, _ in answers if one.sent is not None)
    return prices(matched.values(), deductibles(concerned, answered), without)


def prices(
    sent: Iterable[SentClaim],
    deductible_left_cents: Mapping[str, int | None],
    without: Iterable[tuple[str, int]] = (),
) -> Prices:
    """What the lines of some claims to a first payer should bring, at this clinic's place."""
    clinic = profile.profile()
    return expect_claims(
        [one for one in sent if one.sequence == "P"],
        mac=clinic.mac or None,
        locality=clinic.locality or None,
        zip5=clinic.zip5,
        participating=clinic.participating,
        schedules=ledgers.schedules(),
        deductible_left_cents=deductible_left_cents,
        without=frozenset(without),
    )


def deductibles(rows: Iterable[Claim], but: frozenset[str] = frozenset()) -> dict[str, int | None]:
    """What is left of each patient's deductible: the payer's word, less what it took since.

    Args:
        rows: claims of the patients.
        but: claim numbers whose own answers are not counted, because they are answered anew.
    """
    found: dict[str, int | None] = {}
    coverages = {row.visit.coverage.pk: row.visit.coverage for row in rows}
    for keys in ledgers.parts(map(str, coverages)):
        claims = Claim.objects.filter(visit__coverage__in=keys, secondary_of=None)
        numbers: dict[Any, list[str]] = {}
        for key, number in claims.values_list("visit__coverage_id", "body__claim_id"):
            if number not in but:
                numbers.setdefault(key, []).append(number)
        books = ledgers.load(number for some in numbers.values() for number in some)
        for key, coverage in coverages.items():
            if str(key) not in keys:
                continue
            left = coverage.deductible_left_cents
            if left is not None:
                some = (books[number] for number in numbers.get(key, ()) if number in books)
                left = max(0, left - sum(_taken(one, coverage.deductible_asked_on) for one in some))
            found[str(coverage.patient_id)] = left
    return found


def _taken(ledger: Ledger, since: date | None) -> int:
    """Cents of the deductible in a ledger that the payer took after its word, and let stand."""
    return sum(
        one.amount_cents * ((one.target == Account.PATIENT) - (one.source == Account.PATIENT))
        for one in ledger.entries
        if one.carc == DEDUCTIBLE and (since is None or one.at >= since)
    )
