"""From a visit to its charges: units, who furnished them, price, modifiers, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from neuroreed.billing.contract import Schedule
from neuroreed.billing.expectation import ExpectedPayment
from neuroreed.billing.fees import expected
from neuroreed.billing.modifiers import most_modifiers, propose, put_in_order
from neuroreed.billing.proposals import (
    BilledLine,
    ModifierContext,
    ModifierProposals,
    Proposal,
    Refusal,
)
from neuroreed.billing.sessions import EarlierSession, rest_of_day
from neuroreed.billing.timing import NOT_BY_MINUTES
from neuroreed.billing.units import UnitsProof
from neuroreed.billing.visit_lines import in_line_order, lines_of, minutes_of
from neuroreed.model.billing import Charge
from neuroreed.model.care import Furnished, Visit
from neuroreed.model.errors import NoParameter, UnknownCode
from neuroreed.model.money import cents, dollars
from neuroreed.model.people import Discipline
from neuroreed.policy import codes
from neuroreed.policy.payers import Payer, profile


@dataclass(frozen=True, slots=True)
class ChargeContext:
    """What the charges of a visit depend on beside the visit itself.

    ``clinic_fees`` are the clinic's own charges in cents per unit. ``accrued_cents`` is what
    accrued this year before the visit; ``deductible_left_cents`` what the patient still owes:
    ``None`` is unknown, never zero. ``accepted`` are (code, modifier) that a person accepted.
    ``plan_certified``: ``None`` when nobody said. ``schedule`` are a contract's terms,
    ``None`` when there is no contract at hand. ``same_day`` are billed lines of the
    patient, date and billing group on other visits, ``signed_before`` those of them that were
    signed first; ``earlier`` are the sessions of the date and discipline whose units stand
    already. ``pointers`` count the claim's diagnoses from 1, by code; a code without its own
    points to the first. The other fields are those of ``ModifierContext``.
    """

    payer: str = "medicare_part_b"
    clinic_fees: Mapping[str, int] = field(default_factory=dict)
    mac: str | None = None
    locality: str | None = None
    zip5: str | None = None
    accrued_cents: int | None = None
    attested_kx: bool = False
    accepted: frozenset[tuple[str, str]] = frozenset()
    deductible_left_cents: int | None = None
    participating: bool = True
    apm: bool = False
    plan_certified: bool | None = None
    telehealth: str | None = None
    liability: Mapping[str, str] = field(default_factory=dict)
    abn_signed_on: date | None = None
    habilitative: bool | None = None
    schedule: Schedule | None = None
    same_day: tuple[BilledLine, ...] = ()
    signed_before: tuple[BilledLine, ...] = ()
    earlier: tuple[EarlierSession, ...] = ()
    pointers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charges:
    """What a visit is billed as, and why.

    ``charges`` carry the modifiers that derive from the record and those that a person
    accepted. ``proof`` is ``None`` when units cannot be told. ``gaps`` are sentences about
    what is missing; a visit with gaps may have no charges at all.
    """

    charges: tuple[Charge, ...]
    proof: UnitsProof | None
    proposals: tuple[Proposal, ...]
    refusals: tuple[Refusal, ...]
    expected: ExpectedPayment | None
    gaps: tuple[str, ...]


def build(visit: Visit, context: ChargeContext) -> Charges:
    """The charges of one visit.

    Raises:
        NoParameter: a payer without a profile, or a year without a threshold.
        BadInput: a context that contradicts itself.
    """
    on = visit.date_of_service
    payer = profile(context.payer, on)
    gaps = _gaps(visit, payer, context)
    proof = None if gaps else _proof(visit, payer, context)
    gaps += _certification(payer, context)
    if proof is None:
        return Charges((), None, (), (), None, tuple(gaps))
    lines = in_line_order(lines_of(visit, proof, payer), payer, context.clinic_fees)
    first, _ = _payment(lines, [_assistant_modifiers(line, visit) for line in lines], on, context)
    lines = _priced(lines, first)
    answered = propose(lines, _modifier_context(visit, context))
    chosen, too_many = _chosen(lines, answered, context, payer, on)
    payment, unpriced = _payment(lines, chosen, on, context)
    charges, without_fee = _charges(visit, lines, chosen, context)
    return Charges(
        charges=charges,
        proof=proof,
        proposals=answered.proposed,
        refusals=answered.refused,
        expected=payment,
        gaps=(*gaps, *without_fee, *too_many, *unpriced),
    )


def _gaps(visit: Visit, payer: Payer, context: ChargeContext) -> list[str]:
    """What keeps us from counting units at all."""
    gaps = []
    if payer.unit_method is None:
        gaps.append(
            f"Nobody has chosen how units are counted for {payer.name}: set cms or ama in its "
            "profile."
        )
    if not visit.activities:
        gaps.append("The visit holds no activity.")
    for activity in visit.activities:
        try:
            code = codes.lookup(activity.cpt, visit.date_of_service)
        except UnknownCode as unknown:
            gaps.append(str(unknown))
            continue
        if activity.minutes is None and code.timing not in ("untimed", *NOT_BY_MINUTES):
            gaps.append(f"The minutes of {activity.cpt} are not recorded.")
        if any(bout.furnished is Furnished.STUDENT for bout in activity.bouts):
            gaps.append(
                f"A student furnished minutes of {activity.cpt}: a student's own service is not "
                "billable; record who directed it."
            )
    return list(dict.fromkeys(gaps))


def _certification(payer: Payer, context: ChargeContext) -> list[str]:
    if not payer.certification or context.plan_certified:
        return []
    if context.plan_certified is None:
        return ["Whether the plan of care is certified on this date is not recorded."]
    return ["The plan of care is not certified on this date."]


def _proof(visit: Visit, payer: Payer, context: ChargeContext) -> UnitsProof:
    assert payer.unit_method is not None
    pairs = [(activity.cpt, activity.minutes or 0) for activity in visit.activities]
    return rest_of_day(pairs, context.earlier, payer.unit_method)


def _assistant_modifiers(line: BilledLine, visit: Visit) -> tuple[str, ...]:
    if not line.by_assistant:
        return ()
    return ("CO",) if visit.discipline is Discipline.OT else ("CQ",)


def _payment(
    lines: Sequence[BilledLine],
    modifiers: Sequence[Sequence[str]],
    on: date,
    context: ChargeContext,
) -> tuple[ExpectedPayment | None, list[str]]:
    """The expected payment, and what is missing for it; national where a place has no table."""
    asked = [(line.cpt, line.units, chosen) for line, chosen in zip(lines, modifiers, strict=True)]
    fees = [context.clinic_fees.get(line.cpt) for line in lines]
    charges = [
        None if fee is None else dollars(fee * line.units)
        for fee, line in zip(fees, lines, strict=True)
    ]
    before = [
        (line.cpt, line.units, None if fee is None else dollars(fee * line.units))
        for line in context.signed_before
        for fee in (context.clinic_fees.get(line.cpt),)
    ]
    left = context.deductible_left_cents

    def ask(*, national: bool) -> ExpectedPayment:
        return expected(
            asked,
            on=on,
            payer=context.payer,
            mac=None if national else context.mac,
            locality=None if national else context.locality,
            zip5=None if national else context.zip5,
            deductible_left=None if left is None else dollars(left),
            participating=context.participating,
            apm=context.apm,
            charges=charges,
            same_day=[(line.cpt, line.units, ()) for line in context.same_day],
            schedule=context.schedule,
            before=before,
        )

    try:
        return ask(national=False), []
    except NoParameter as gap:
        if context.mac is None and context.zip5 is None:
            return None, [str(gap)]
        missing = str(gap)
    try:
        return ask(national=True), [f"{missing} The prices shown are national, not local."]
    except NoParameter as gap:
        return None, [str(gap)]


def _priced(lines: Sequence[BilledLine], payment: ExpectedPayment | None) -> list[BilledLine]:
    if payment is None:
        return list(lines)
    return [
        replace(line, allowed_cents=None if paid.allowed is None else cents(paid.allowed))
        for line, paid in zip(lines, payment.lines, strict=True)
    ]


def _modifier_context(visit: Visit, context: ChargeContext) -> ModifierContext:
    return ModifierContext(
        on=visit.date_of_service,
        discipline=visit.discipline,
        payer=context.payer,
        under_plan=visit.plan_of_care_id is not None,
        accrued_cents=context.accrued_cents,
        attested_kx=context.attested_kx,
        telehealth=context.telehealth,
        liability=context.liability,
        abn_signed_on=context.abn_signed_on,
        habilitative=context.habilitative,
        accepted=context.accepted,
        same_day=context.same_day,
    )


def _chosen(
    lines: Sequence[BilledLine],
    answered: ModifierProposals,
    context: ChargeContext,
    payer: Payer,
    on: date,
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Modifiers per line that derive from the record or were accepted, at most four."""
    chosen, gaps = [], []
    most = most_modifiers(on)
    for line in lines:
        kept = put_in_order(
            (
                proposal.modifier
                for proposal in answered.proposed
                if proposal.line_number == line.line_number
                and (
                    not proposal.needs_acceptance
                    or (line.cpt, proposal.modifier) in context.accepted
                )
            ),
            payer,
        )
        if len(kept) > most:
            gaps.append(
                f"{line.cpt} would carry {len(kept)} modifiers and a line holds {most}: "
                f"{', '.join(kept[most:])} left out; use 99 if the payer does."
            )
        chosen.append(kept[:most])
    return chosen, gaps


def _charges(
    visit: Visit,
    lines: Sequence[BilledLine],
    chosen: Sequence[tuple[str, ...]],
    context: ChargeContext,
) -> tuple[tuple[Charge, ...], list[str]]:
    charges, gaps = [], []
    for line, modifiers in zip(lines, chosen, strict=True):
        fee = context.clinic_fees.get(line.cpt)
        if fee is None:
            gaps.append(f"The clinic has no charge for {line.cpt}: add one to its fee list.")
            continue
        charges.append(
            Charge(
                visit_id=visit.id,
                line_number=line.line_number,
                cpt=line.cpt,
                units=line.units,
                modifiers=modifiers,
                charge_cents=fee * line.units,
                date_of_service=visit.date_of_service,
                minutes=minutes_of(visit, line, lines),
                diagnosis_pointers=context.pointers.get(line.cpt, (1,)),
            )
        )
    return tuple(charges), list(dict.fromkeys(gaps))
