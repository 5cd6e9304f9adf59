"""Authorisations: there, in time, and not used up."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity

_ASKED = applies(needs_authorization=1)
_ON_FILE = applies(needs_authorization=1, authorization_on_file=1)
LAST_VISITS = 2


@rule(
    "AUTH-01",
    title="No authorisation",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="PAYER-2",
    applies=_ASKED,
    rests_on=["needs_authorization_was_read"],
    cites=["payer-notices#Authorisation required, missing or used up"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="The payer asks for an authorisation on {date_of_service}; none is on file.",
    fix="Ask the payer whether it can be given for days past, and hold the claim.",
)
def no_authorization(billed_lines, authorization_on_file):
    """Without it the payer denies, and the patient mostly does not owe the amount."""
    return billed_lines > 0 and not authorization_on_file


@rule(
    "AUTH-02",
    title="Outside the dates of the authorisation",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="PAYER-2",
    applies=_ON_FILE,
    rests_on=["needs_authorization_was_read"],
    cites=["payer-notices#Authorisation required, missing or used up"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{date_of_service} lies outside the authorisation {authorized_from} to "
    "{authorized_until}.",
    fix="Ask for an extension that covers the date, and hold the claim.",
)
def outside_authorization(billed_lines, date_of_service, authorized_from, authorized_until):
    """An authorisation holds for its dates only."""
    return billed_lines > 0 and not authorized_from <= date_of_service <= authorized_until


@rule(
    "AUTH-03",
    title="The authorised visits are used up",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="PAYER-2",
    applies=_ON_FILE,
    rests_on=["needs_authorization_was_read"],
    cites=["payer-notices#Authorisation required, missing or used up"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="Visit {visit_of_authorization} of {authorized_visits} authorised.",
    fix="Ask for more visits with the progress so far, and hold the claim.",
)
def visits_used_up(billed_lines, visit_of_authorization, authorized_visits):
    """What exceeds the number is denied."""
    return billed_lines > 0 and visit_of_authorization > authorized_visits


@rule(
    "AUTH-04",
    title="The authorised visits are nearly used up",
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="PAYER-2",
    applies=_ON_FILE,
    cites=["practice-knowledge#Authorisations"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="Visit {visit_of_authorization} of {authorized_visits} authorised.",
    fix="Ask for more visits now if they are needed.",
)
def visits_nearly_used_up(visit_of_authorization, authorized_visits):
    """A request takes days; the last visit is too late for it."""
    return 0 <= authorized_visits - visit_of_authorization <= LAST_VISITS
