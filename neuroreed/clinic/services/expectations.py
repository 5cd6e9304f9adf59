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
from neuroreed.clinic.models import Claim, Coverage
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
    """What is left of each patient's deductible before some answers.

    Args:
        rows: claims of the patients.
        but: claim numbers whose own answers are not counted, because they are answered anew.
    """
    coverages = {row.visit.coverage.pk: row.visit.coverage for row in rows}
    return {str(one.patient_id): deductible_left(one, but) for one in coverages.values()}


def deductible_left(coverage: Coverage, but: frozenset[str] = frozenset()) -> int | None:
    """The payer's word about a deductible, less what it took since; ``None`` is unknown."""
    left = coverage.deductible_left_cents
    if not left:
        return left
    claims = Claim.objects.filter(visit__coverage=coverage, secondary_of=None)
    numbers = set(claims.values_list("body__claim_id", flat=True)) - but
    taken = sum(_taken(one, coverage.deductible_asked_on) for one in ledgers.load(numbers).values())
    return max(0, int(left) - taken)


def _taken(ledger: Ledger, since: date | None) -> int:
    """Cents of the deductible in a ledger that the payer took after its word, and let stand."""
    return sum(
        one.amount_cents * ((one.target == Account.PATIENT) - (one.source == Account.PATIENT))
        for one in ledger.entries
        if one.carc == DEDUCTIBLE and (since is None or one.at >= since)
    )
