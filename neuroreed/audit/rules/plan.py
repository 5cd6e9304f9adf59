"""The plan of care: that there is one, in time, complete and certified."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity

_CERTIFIED = applies(certification_applies=1)


@rule(
    "PLAN-01",
    title="Treatment without a plan of care",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-1",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.2", "cfr-410-61#Plan of treatment"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="Lines billed on {date_of_service}: {billed_lines}; no plan of care is on file.",
    fix="Find the plan; without one established by then the visit is not billed.",
)
def no_plan(billed_lines, plan_on_file):
    """Therapy is covered under a written plan only."""
    return billed_lines > 0 and not plan_on_file


@rule(
    "PLAN-02",
    title="The plan of care is younger than the treatment",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-1",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.2"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="Treated on {date_of_service}; the plan of care was established on {plan_established_on}.",
    fix="Do not bill treatment before the plan; never date a plan back.",
)
def plan_after_treatment(billed_lines, date_of_service, plan_established_on):
    """The plan comes first; the same day is early enough."""
    return billed_lines > 0 and plan_established_on > date_of_service


@rule(
    "PLAN-03",
    title="The plan of care lacks what it must hold",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-1",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.2", "cfr-410-61#Plan of treatment"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="Required elements that the plan of care lacks: {plan_elements_missing}.",
    fix="Complete diagnoses, goals, type, amount, frequency and duration; sign the addition.",
)
def plan_incomplete(billed_lines, plan_elements_missing):
    """A reviewer checks the elements one by one."""
    return billed_lines > 0 and plan_elements_missing > 0


@rule(
    "PLAN-04",
    title="The plan of care lacks its author's signature",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-1",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.2"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="The plan of care is not signed and dated by who wrote it.",
    fix="Have the author sign it, with credentials and today's date.",
)
def plan_unsigned_by_author(billed_lines, plan_signed_by_author):
    """An unsigned plan is nobody's plan."""
    return billed_lines > 0 and not plan_signed_by_author


@rule(
    "PLAN-05",
    title="Outside the certified period",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-4",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.3"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{date_of_service} lies outside the certified period {certified_from} to "
    "{certified_until}.",
    fix="Obtain the recertification for the period; a late one needs its reason.",
)
def outside_certified_period(billed_lines, date_of_service, certified_from, certified_until):
    """Each day of treatment lies in a period that a physician has certified."""
    return billed_lines > 0 and not certified_from <= date_of_service <= certified_until


@rule(
    "PLAN-06",
    title="A certified period longer than allowed",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-4",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.3"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="The certified period has {certified_days} days; {longest_certification_days} are "
    "the most.",
    fix="End the period in time and recertify.",
)
def certified_too_long(certified_days, longest_certification_days):
    """However long the plan, certification ends with the ninetieth day."""
    return certified_days > longest_certification_days


@rule(
    "PLAN-07",
    title="The plan of care has not come back signed",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-2",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.3", "cfr-424-24#Order exception"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{days_of_episode} days after the first treatment the plan is not signed by the "
    "physician; {signature_days} are allowed.",
    fix="Ask for the signature, or show the signed order and that the plan was sent in time.",
)
def plan_not_certified(
    days_of_episode, signature_days, plan_signed_by_physician, order_stands_here
):
    """Since 2025 a signed order and a plan sent in time stand for the first signature."""
    return (
        days_of_episode > signature_days and not plan_signed_by_physician and not order_stands_here
    )


@rule(
    "PLAN-08",
    title="A late certification without a reason",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-5",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.1.3.D"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="The physician signed {signature_delay_days} days late; no reason is in the record.",
    fix="Add the evidence of how the signature was asked for, and the reason for the delay.",
)
def late_without_reason(signature_delay_days, justification_days, delay_reason_documented):
    """A late certification counts when the record shows that it was pursued."""
    return signature_delay_days > justification_days and not delay_reason_documented
