"""Claims that follow a claim: in its place (7), to take it back (8), or to the next payer."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.billing import claims as billing_claims
from neuroreed.billing import remittance_secondary
from neuroreed.billing.ledger import Account, bill_next, withdraw
from neuroreed.billing.remittance import ClaimIndex, Match, match
from neuroreed.clinic import access_money, convert, events, profile, showing
from neuroreed.clinic.models import Claim, Remittance, SecondaryClaim, User, Visit
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import charges, claims, ledgers, lifecycle, numbers
from neuroreed.clinic.services.remittance import transactions
from neuroreed.exchange.x12 import claim_from_plain, claim_to_plain, read_x12
from neuroreed.model.errors import BadInput, IncompleteClaim, OpenStopFindings, Refused

KNOWN = frozenset({"acknowledged", "adjudicated", "closed"})
REASON_LENGTH = 500


def _change(user: User, claim_id: UUID) -> Claim:
    events.lock_chain()
    claim = access_money.claim_to_change(user, claim_id)
    Visit.objects.select_for_update().get(pk=claim.visit_id)
    return claim


def payer_number(claim: Claim) -> str:
    """The payer's own number of a claim, empty while none was told."""
    last = claim.payer_numbers.order_by("-at").first()
    return last.number if last else ""


def replace(user: User, claim_id: UUID, *, reason: str, at: datetime) -> Claim:
    """A new claim in the place of one that was rejected or answered.

    The visit is judged again with the record as it is now. What nobody adjudicated goes out as
    a new claim; what a payer has goes out as a replacement with the payer's number.

    Raises:
        Refused: the claim is under way, or the payer's number is not known.
        OpenStopFindings: findings hold the new claim.
        IncompleteClaim: what it lacks is in ``.missing``.
    """
    with transaction.atomic():
        claim = _change(user, claim_id)
        state = lifecycle.state(claim)
        if state != "rejected" and state not in KNOWN:
            raise Refused(f"The claim is {state}: only an answered claim is replaced.")
        visit = claim.visit
        made = charges.assess(visit, convert.timed(visit), at=at, signed=True)
        version = charges.store(visit, made, by=user, at=at, reason="for a corrected claim")
        stops = version.findings.filter(severity="stop", resolutions=None)
        # a finding answered on the claim before stays answered
        answered = set(
            claim.charge_version.findings.exclude(resolutions=None).values_list("rule", flat=True)
        )
        if held := [f"{one.rule}: {one.says}" for one in stops if one.rule not in answered]:
            raise OpenStopFindings(held)
        number = f"NR{numbers.following('claim'):09d}"
        request = claims.request_of(visit, version, number)
        if lacking := billing_claims.missing(request):
            raise IncompleteClaim(lacking)
        body = billing_claims.assemble(request)
        frequency = "1"
        if state != "rejected":
            body = remittance_secondary.replacement(
                body, payer_control=payer_number(claim), claim_id=number
            )
            frequency = "7"
        row = _insert(claim, body, number, frequency, version, at)
        _supersede(claim, row, reason, user, at)
        lifecycle.step(row, "released", f"in place of {claim.number}", user, at)
    return row


def void(user: User, claim_id: UUID, *, reason: str, at: datetime) -> Claim:
    """A claim that takes an answered one back (frequency 8), with the reason.

    Raises:
        Refused: the payer has nothing to take back, or its number is not known.
    """
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        raise BadInput(f"Give the reason in 1 to {REASON_LENGTH} characters.")
    with transaction.atomic():
        claim = _change(user, claim_id)
        if lifecycle.state(claim) not in KNOWN:
            raise Refused("Only a claim that the payer has can be taken back.")
        number = f"NR{numbers.following('claim'):09d}"
        body = remittance_secondary.replacement(
            claim_from_plain(claim.body),
            payer_control=payer_number(claim),
            frequency="8",
            claim_id=number,
        )
        row = _insert(claim, body, number, "8", claim.charge_version, at)
        _supersede(claim, row, said, user, at)
        lifecycle.step(row, "released", f"takes back {claim.number}", user, at)
    return row


def _insert(
    before: Claim, body: Any, number: str, frequency: str, version: Any, at: datetime
) -> Claim:
    row = Claim(
        patient_id=before.patient_id,
        visit=before.visit,
        charge_version=version,
        number=number,
        frequency=frequency,
        replaces=before if frequency != "S" else None,
        payer=before.payer,
        body=plain(claim_to_plain(body)),
        charge_cents=body.charge_cents,
        rule_book=before.rule_book,
        at=at,
    )
    row.save(force_insert=True)
    return row


def _supersede(claim: Claim, by: Claim, reason: str, user: User, at: datetime) -> None:
    lifecycle.step(claim, "replaced", f"by {by.number}. {reason}".strip(), user, at)
    number = ledgers.number_of(claim)
    changed = withdraw(
        ledgers.of(claim),
        at=profile.local_date(at),
        key=f"replaced:{by.number}",
        because=f"Replaced by {by.number}",
    )
    ledgers.save({number: changed}, at=at)


def last_answer(claim: Claim) -> tuple[Match, Remittance]:
    """The answer of a claim that stands, as it was read.

    Raises:
        Refused: no payer has answered it.
    """
    ledger = ledgers.of(claim)
    sequence = claim.body["subscriber"]["sequence"]
    standing = ledger.live_answers(sequence)
    if not standing:
        raise Refused("No payer has answered this claim yet.")
    cheque, _, place = standing[-1].key.rpartition("|")
    row = Remittance.objects.select_related("file").get(cheque=cheque)
    read = read_x12(bytes(row.file.content), details=True)
    answer = transactions(read)[row.place].claims[int(place)]
    found = match(answer, ClaimIndex([ledgers.sent_claim(claim)]))
    if found.sent is None:
        raise Refused("The answer was posted by hand: write the next claim by hand too.")
    return found, row


def secondary(user: User, claim_id: UUID, coverage_id: UUID, *, at: datetime) -> Claim:
    """The claim to the next payer, with what the one before decided.

    The patient's share moves to that payer in the ledger.

    Raises:
        Refused: there is no answer, nothing left to ask for, or it was made before.
    """
    with transaction.atomic():
        claim = _change(user, claim_id)
        if claim.secondaries.exists():
            raise Refused("The claim to the next payer exists.")
        coverage = access_money.coverage_for(user, coverage_id)
        if coverage.patient_id != claim.patient_id or coverage.sequence <= "P":
            raise Refused("Choose a later insurance of the same patient.")
        ledger = ledgers.of(claim)
        if ledger.balance(Account.PATIENT) <= 0:
            raise Refused("Nothing is left that a next payer could be asked for.")
        found, remittance = last_answer(claim)
        version = showing.latest_version(claim.visit) or claim.charge_version
        request = claims.request_of(claim.visit, version, claim.number, coverage)
        # only its insured is taken from this claim; the answer makes it a later one
        first = dataclasses.replace(request.coverage, sequence="P")
        other = billing_claims.assemble(dataclasses.replace(request, coverage=first))
        body = remittance_secondary.secondary(
            found,
            next_subscriber=other.subscriber,
            answered_on=remittance.payment_date or profile.local_date(remittance.at),
        )
        row = Claim(
            patient_id=claim.patient_id,
            visit=claim.visit,
            charge_version=claim.charge_version,
            number=f"{claim.number}-{body.subscriber.sequence}",
            payer=coverage.payer,
            body=plain(claim_to_plain(body)),
            charge_cents=body.charge_cents,
            rule_book=claim.rule_book,
            at=at,
        )
        row.save(force_insert=True)
        SecondaryClaim(claim=row, primary=claim).save(force_insert=True)
        number = ledgers.number_of(claim)
        asked = bill_next(ledger, at=profile.local_date(at), key=f"next:{row.number}")
        ledgers.save({number: asked}, at=at)
        lifecycle.step(row, "released", f"follows {claim.number}", user, at)
    return row
