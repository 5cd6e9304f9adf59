"""Units: what the minutes of a visit support, and how units are shared among codes."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.columns import AMA, CMS
from neuroreed.model.findings import Scope, Severity


@rule(
    "UNIT-01",
    title="More timed units billed than the minutes support",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="UNITS-3",
    applies=applies(unit_method=CMS),
    rests_on=["unit_method_is_verified"],
    cites=["cms-clm104-c05#20.2.C"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="Billed {billed_timed_units} timed units; "
    "{timed_minutes} minutes support {supported_visit_units}.",
    fix="Correct the units, or add an addendum if more one-on-one minutes were given and timed.",
)
def more_units_than_minutes_support(billed_timed_units, supported_visit_units):
    """Minutes of all timed codes are added first and only then become units.

    Billing every code by itself counts the same spare minutes more than once.
    """
    return billed_timed_units > supported_visit_units


@rule(
    "UNIT-02",
    title="Fewer timed units billed than the minutes support",
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="UNITS-3",
    applies=applies(unit_method=CMS),
    cites=["cms-clm104-c05#20.2.C"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="Billed {billed_timed_units} timed units; "
    "{timed_minutes} minutes support {supported_visit_units}.",
    fix="Check whether a unit was forgotten; bill no more than the record supports.",
)
def fewer_units_than_minutes_support(billed_timed_units, supported_visit_units):
    """Nothing is wrong with billing less, but it is rarely meant."""
    return 0 < billed_timed_units < supported_visit_units


@rule(
    "UNIT-03",
    title="The right number of units, shared out wrongly among the codes",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="UNITS-4",
    applies=applies(unit_method=CMS),
    cites=["cms-clm104-c05#20.2.C"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="{billed_timed_units} timed units fit {timed_minutes} minutes, but not this sharing.",
    fix="Give each code its whole quarters of an hour, then the rest to the largest remainders.",
)
def units_shared_out_wrongly(billed_timed_units, supported_visit_units, sharing_is_accepted):
    """Each code keeps its whole quarters; what is left goes to the largest remainders.

    On equal remainders the choice is the therapist's, so every such sharing is accepted.
    """
    return billed_timed_units == supported_visit_units and not sharing_is_accepted


@rule(
    "UNIT-04",
    title="A code with a full quarter of an hour is not billed",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-4",
    applies=applies(unit_method=CMS),
    rests_on=["unit_method_is_verified"],
    cites=["cms-clm104-c05#20.2.C"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="{code} has {code_minutes} minutes and no unit, while {billed_timed_units} are billed.",
    fix="Bill the code its full quarters; take the unit from the code that has too many.",
)
def full_quarter_not_billed(code_minutes, code_units, billed_timed_units):
    """Fifteen minutes of one code are a unit of that code; no other code may carry it."""
    return code_minutes >= 15 and code_units == 0 and billed_timed_units > 0


@rule(
    "UNIT-05",
    title="More units of a code than its own minutes support",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-6",
    applies=applies(unit_method=AMA),
    rests_on=["unit_method_is_verified"],
    cites=["ama-time-rule#Midpoint"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="Billed {code_units} units of {code}; its {code_minutes} minutes support {own_units}.",
    fix="Correct the units of this code; minutes of other codes do not count for it.",
)
def more_units_than_own_minutes(code_units, own_units):
    """Under the midpoint method each code stands alone; remainders are never combined."""
    return code_units > own_units


@rule(
    "UNIT-06",
    title="More timed units than any way of counting allows",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="UNITS-6",
    cites=["ama-time-rule#Midpoint"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="Billed {billed_timed_units} timed units from {timed_minutes} minutes; "
    "even eight minutes each give only {most_possible_units}.",
    fix="Check the minutes of each code and the units.",
)
def more_units_than_any_method(billed_timed_units, most_possible_units):
    """Every unit needs at least eight minutes of its own, whoever counts."""
    return billed_timed_units > most_possible_units


@rule(
    "UNIT-07",
    title="More than one unit of a service that is not timed",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-7",
    cites=["cms-clm104-c05#20.2.B"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="{code} is billed {untimed_code_units} times on {date_of_service}; it counts once.",
    fix="Bill one unit for the day and discipline.",
)
def untimed_code_more_than_once(untimed_code_units):
    """An untimed code stands for the service, however long it took."""
    return untimed_code_units > 1


@rule(
    "UNIT-08",
    title="Added time without the code it adds to",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-8",
    cites=["practice-knowledge#Added codes"],
    confidence="K",
    effective=(date(2000, 4, 1), None),
    says="{code} is added time and needs {family} on the same day; that is not billed.",
    fix="Bill the first unit with its own code, the rest with the added code.",
)
def added_code_alone(is_billed, family_is_billed):
    """An added code only counts what comes after the first unit of its family."""
    return is_billed and not family_is_billed


@rule(
    "UNIT-09",
    title="The first code of a family billed more than once",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="UNITS-8",
    cites=["practice-knowledge#Added codes"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} stands for the first {span_minutes} minutes only; "
    "{first_code_units} units are billed.",
    fix="Bill the first unit with this code and the rest with the added code.",
)
def first_code_more_than_once(first_code_units):
    """The first span of time comes once a day; what follows has a code of its own."""
    return first_code_units > 1


@rule(
    "UNIT-10",
    title="The payer's way of counting units is not set",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="UNITS-1",
    applies=applies(payer_is_known=1),
    cites=["practice-knowledge#Unit method by payer"],
    confidence="K",
    effective=(date(2000, 4, 1), None),
    says="Timed units billed: {billed_timed_units}; nobody has said how the payer counts them.",
    fix="Choose the unit method in the payer's profile, and note who chose it and why.",
)
def unit_method_not_set(billed_timed_units, unit_method_is_set):
    """The two methods differ for the same minutes; a silent default would be a guess."""
    return billed_timed_units > 0 and not unit_method_is_set


@rule(
    "UNIT-11",
    title="More timed units than the payer pays in a day",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="PAYER-3",
    cites=["payer-notices#Daily maximum"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="Billed {billed_timed_units} timed units; the payer pays {daily_unit_cap} a day.",
    fix="Bill what the record supports, and expect the rest unpaid; never move units to "
    "another date.",
)
def more_units_than_daily_cap(billed_timed_units, daily_unit_cap):
    """A cap is about payment, not about truth: the record decides what is billed."""
    return billed_timed_units > daily_unit_cap
