"""Minutes: whether the note, its lines and its units say the same."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.columns import CMS
from neuroreed.model.findings import Scope, Severity


@rule(
    "MINU-01",
    title="More timed units billed than the note's own total supports",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="UNITS-12",
    applies=applies(unit_method=CMS),
    rests_on=["unit_method_is_verified"],
    cites=["cms-bp102-c15#220.3.E"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="Billed {billed_timed_units} timed units; the note's total of {noted_timed_minutes} "
    "timed minutes supports {noted_units}.",
    fix="Correct the units to the note's total, or amend the total if it is wrong.",
)
def more_units_than_the_note_supports(billed_timed_units, noted_units):
    """Billing and the timed minutes in the note must agree; reviewers compare just these two."""
    return billed_timed_units > noted_units


@rule(
    "MINU-02",
    title="The services are longer than the session",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="UNITS-12",
    cites=["cms-bp102-c15#220.3.E"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="The services add up to {service_minutes} minutes; the note has {session_minutes} in all.",
    fix="Correct the total treatment minutes, or the minutes of the services.",
)
def services_longer_than_session(service_minutes, session_minutes):
    """Total treatment time holds every service, timed or not."""
    return service_minutes > session_minutes


@rule(
    "MINU-03",
    title="The minutes of the codes differ from the note's total",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="UNITS-12",
    cites=["cms-bp102-c15#220.3.E"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="The timed codes have {timed_minutes} minutes; the note's total is {noted_timed_minutes}.",
    fix="Find out which is right and correct the other.",
)
def code_minutes_differ_from_note(timed_minutes, noted_timed_minutes):
    """The total is what the payer asks for; minutes per code must add up to it."""
    return timed_minutes != noted_timed_minutes


@rule(
    "MINU-04",
    title="Units of a timed code without a minute",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-12",
    cites=["cms-bp102-c15#220.3.E"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="Billed {code_units} units of {code} from {code_minutes} minutes.",
    fix="Record the minutes if they were given and timed; otherwise take the units off.",
)
def units_without_minutes(code_units, code_minutes):
    """A timed unit stands for time; none given, none billed."""
    return code_units > 0 and code_minutes == 0


@rule(
    "MINU-05",
    title="A timed code that was not one-on-one",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-2",
    applies=applies(is_timed=1),
    cites=["cms-clm104-c05#20.2"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="Billed {billed_units} units of {code}, but the minutes were not one-on-one.",
    fix="Bill the group code if it was a group; independent exercise is not billed.",
)
def timed_code_not_one_on_one(billed_units, is_one_on_one):
    """Only direct minutes with one patient are minutes of a timed code."""
    return billed_units > 0 and not is_one_on_one


@rule(
    "MINU-06",
    title="Therapist and assistant together have more minutes than the line",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="UNITS-2",
    cites=["cms-clm104-c05#20.3"],
    confidence="K",
    effective=(date(2000, 4, 1), None),
    says="{code} has {minutes} minutes, but {therapist_minutes} by the therapist and "
    "{assistant_minutes} by the assistant.",
    fix="Count minutes that both gave at the same moment once, as the therapist's.",
)
def joint_minutes_counted_twice(minutes, therapist_minutes, assistant_minutes):
    """Two people with one patient at one moment are one stretch of time."""
    return therapist_minutes + assistant_minutes > minutes


@rule(
    "MINU-07",
    title="Too few minutes for a code with a longer unit",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="UNITS-8",
    cites=["practice-knowledge#Midpoint of longer units"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} with {billed_units} units needs {least_family_minutes} minutes; "
    "{family_minutes} are recorded.",
    fix="Correct the units; more than half of each unit has to be given.",
)
def too_few_minutes_for_span(family_minutes, least_family_minutes):
    """A unit of half an hour or an hour is reached past its middle, as a quarter is."""
    return family_minutes < least_family_minutes
