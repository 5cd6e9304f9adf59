"""Claims that follow an answer: to the next payer, or in place of the first claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from neuroreed.billing.remittance_adjustments import Effect, effect
from neuroreed.billing.remittance_match import Match
from neuroreed.model.claims import (
    Adjudication,
    Claim,
    ClaimAmount,
    ClaimLine,
    OtherSubscriber,
    Subscriber,
)
from neuroreed.model.errors import Refused
from neuroreed.model.remittance import RemittanceLine

_NEXT = {"P": "S", "S": "T"}
PAYER_PAID = "D"
PATIENT_LEFT = "EAF"


def secondary(
    match: Match,
    *,
    next_subscriber: Subscriber,
    answered_on: date,
    claim_id: str | None = None,
) -> Claim:
    """The claim to the next payer, with what the payer before decided (2320 and 2430).

    Args:
        match: the matched answer of the payer before.
        next_subscriber: the insured of the payer who is asked now.
        answered_on: the day of that answer.
        claim_id: our number for it; without one it keeps the first.

    Raises:
        Refused: the answer is not matched, is a reversal, or there is no later payer.
    """
    sent, answer = match.sent, match.answer
    if sent is None or answer.is_reversal:
        raise Refused("Only a matched answer that stands can be shown to the next payer.")
    claim = sent.claim
    before = claim.subscriber
    if before.sequence not in _NEXT:
        raise Refused("No payer comes after the third.")
    if any(one.line_number is None for one in match.lines):
        raise Refused("A line of the answer is not matched; match it first.")
    relationship = before.relationship or (claim.patient.relationship if claim.patient else "18")
    other = OtherSubscriber(
        last=before.last,
        first=before.first,
        middle=before.middle,
        suffix=before.suffix,
        member_id=before.member_id,
        member_id_qualifier=before.member_id_qualifier,
        payer=replace(before.payer, address=None, refs=()),
        type=before.type,
        sequence=before.sequence,
        relationship=relationship,
        filing=before.filing,
        group_number=before.group_number,
        group_name=before.group_name,
        assignment=claim.benefits,
        release=claim.release,
        address=before.address,
        adjustments=answer.adjustments,
        amounts=_amounts(match),
        remarks=answer.remarks,
        adjudicated_on=None if answer.lines else answered_on,
        refs=(("F8", answer.payer_claim_control),) if answer.payer_claim_control else (),
    )
    return replace(
        claim,
        claim_id=claim_id or claim.claim_id,
        subscriber=replace(next_subscriber, sequence=_NEXT[before.sequence]),
        other_subscribers=(*claim.other_subscribers, other),
        lines=tuple(_line(match, line, before.payer.id, answered_on) for line in claim.lines),
        frequency="1",
        refs=tuple(one for one in claim.refs if one[0] not in ("F8", "G1")),
    )


def _amounts(match: Match) -> tuple[ClaimAmount, ...]:
    found = [ClaimAmount(PAYER_PAID, match.answer.paid_cents or 0)]
    left = sum(
        one.amount_cents
        for part in (match.answer.adjustments, *(line.adjustments for line in match.answer.lines))
        for one in part
        if effect(one) in (Effect.PATIENT, Effect.PATIENT_TO_CHECK)
    )
    if left > 0:
        found.append(ClaimAmount(PATIENT_LEFT, left))
    return tuple(found)


def _line(match: Match, line: ClaimLine, payer_id: str, answered_on: date) -> ClaimLine:
    answered = [
        match.answer.lines[one.place] for one in match.lines if one.line_number == line.line_number
    ]
    return replace(
        line,
        adjudications=(
            *line.adjudications,
            *(_adjudication(one, line, payer_id, answered_on) for one in answered),
        ),
    )


def _adjudication(
    answered: RemittanceLine, line: ClaimLine, payer_id: str, answered_on: date
) -> Adjudication:
    procedure = answered.procedure if answered.procedure.code else line.procedure
    units = answered.units_paid if answered.units_paid is not None else line.units
    return Adjudication(
        payer_id=payer_id,
        paid_cents=answered.paid_cents or 0,
        procedure=replace(procedure, qualifier=procedure.qualifier or "HC", description=""),
        units=Decimal(units),
        adjudicated_on=answered_on,
        adjustments=answered.adjustments,
    )


def replacement(
    claim: Claim, *, payer_control: str, frequency: str = "7", claim_id: str | None = None
) -> Claim:
    """A claim that replaces (7) or voids (8) one that the payer knows by its own number.

    Raises:
        Refused: the payer's number is not known, so the payer could not find the first claim.
    """
    if frequency not in ("7", "8"):
        raise Refused("A claim replaces with frequency 7 or voids with 8.")
    if not payer_control.strip():
        raise Refused("The payer's number of the first claim is not known: wait for its answer.")
    others = tuple(one for one in claim.refs if one[0] != "F8")
    return replace(
        claim,
        claim_id=claim_id or claim.claim_id,
        frequency=frequency,
        refs=(*others, ("F8", payer_control)),
    )
