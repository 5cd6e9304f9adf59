"""Filing: in time, at a charge that may be made, to a payer that is described."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "FILE-01",
    title="Too late to file",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DENY-3",
    rests_on=["filing_days_is_verified"],
    cites=["cfr-424-44#One calendar year"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{filing_days_used} days after {date_of_service}; the payer allows {filing_days}.",
    fix="File only with proof of an earlier timely claim; otherwise write it off.",
)
def too_late(filing_days_used, filing_days):
    """A late claim is denied, and the patient does not owe it."""
    return filing_days_used > filing_days


@rule(
    "FILE-02",
    title="The filing limit is near",
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="DENY-3",
    cites=["practice-knowledge#Filing alarms"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{filing_days_used} days after {date_of_service}; the payer allows {filing_days}.",
    fix="Send the claim now.",
)
def filing_limit_near(filing_days_used, filing_days, filing_is_urgent):
    """Four fifths of the limit are used."""
    return filing_is_urgent and filing_days_used <= filing_days


@rule(
    "FILE-03",
    title="A charge above the limiting charge",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="PAY-9",
    applies=applies(is_part_b=1, is_participating=0, is_billed=1),
    cites=["cms-rvu-files#Limiting charge"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} is charged {charge_cents}; {limiting_charge_cents} is the most allowed.",
    fix="Lower the charge to the limiting charge; refund what was collected above it.",
)
def above_limiting_charge(charge_cents, limiting_charge_cents):
    """Who does not take assignment may charge fifteen percent above the reduced fee."""
    return charge_cents > limiting_charge_cents


@rule(
    "FILE-04",
    title="A charge below the allowed amount",
    severity=Severity.ADVISE,
    scope=Scope.LINE,
    book="PAY-7",
    applies=applies(is_billed=1),
    cites=["practice-knowledge#Lesser of charge and fee"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} is charged {charge_cents}, less than the {allowed_cents} allowed.",
    fix="Check the clinic's fee list; the payer pays the lesser of the two.",
)
def charge_below_allowed(charge_cents, allowed_cents):
    """The payer never pays more than was charged."""
    return charge_cents < allowed_cents


@rule(
    "FILE-05",
    title="The payer is not described",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="PAYER-1",
    cites=["practice-knowledge#Payer profiles"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{billed_lines} lines go to a payer without a profile; most rules cannot be assessed.",
    fix="Choose or write the payer's profile.",
)
def payer_not_described(billed_lines, payer_is_known):
    """How a payer counts, what it requires and how long it waits stand in its profile."""
    return billed_lines > 0 and not payer_is_known
