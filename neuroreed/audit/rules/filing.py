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
    rests_on=["filing_days_were_read"],
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
    says="Lines for a payer without a profile: {billed_lines}; most rules cannot be assessed.",
    fix="Choose or write the payer's profile.",
)
def payer_not_described(billed_lines, payer_is_known):
    """How a payer counts, what it requires and how long it waits stand in its profile."""
    return billed_lines > 0 and not payer_is_known


@rule(
    "FILE-06",
    title="The payer's profile is old",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="PAYER-1",
    applies=applies(payer_is_known=1),
    cites=["practice-knowledge#Age of a payer profile"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="The payer's profile is of {profile_reviewed_on}, {profile_age_days} days before "
    "{date_of_service}.",
    fix="Look at the payer's notices, correct the profile, and give it the new date.",
)
def profile_is_old(billed_lines, profile_age_days, profile_days):
    """Payers change how they count and what they require mostly once a year."""
    return billed_lines > 0 and profile_age_days > profile_days


@rule(
    "FILE-07",
    title="Half of the filing limit is used",
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="DENY-3",
    cites=["practice-knowledge#Filing alarms"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{filing_days_used} days after {date_of_service}; the payer allows {filing_days}.",
    fix="Find out what holds the claim, and send it.",
)
def half_of_filing_limit(filing_is_half_used, filing_is_urgent):
    """A claim that has waited so long waits for something that somebody has to do."""
    return filing_is_half_used and not filing_is_urgent


@rule(
    "FILE-08",
    title="No yearly amounts for the date of service",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="GEN-1",
    applies=applies(kx_applies=1),
    cites=["practice-knowledge#No policy, no claim"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="Policy has no yearly amounts for {date_of_service}; thresholds cannot be judged.",
    fix="Load the official release of that year, or hold the claim until it is there.",
)
def no_yearly_amounts(billed_lines, yearly_amounts_are_known):
    """Rules that need a value of another year are not assessed; that is not a clean claim."""
    return billed_lines > 0 and not yearly_amounts_are_known
