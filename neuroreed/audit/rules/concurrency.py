"""One clinician, one patient, one moment: overlapping minutes and impossible days."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.care import MINUTES_OF_A_DAY
from neuroreed.model.findings import Scope, Severity


@rule(
    "CONC-01",
    title="One-on-one minutes with two patients at once",
    severity=Severity.STOP,
    scope=Scope.INTERVAL,
    book="UNITS-9",
    cites=["cms-therapy-scenarios#Group versus individual"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="{start_minute} to {end_minute}: one-on-one minutes that also count for another "
    "patient: {other_patient_minutes}.",
    fix="Correct the times; where attention was divided, each patient gets one group unit.",
)
def two_patients_at_once(other_patient_minutes):
    """One-on-one means one: a minute belongs to one patient."""
    return other_patient_minutes > 0


@rule(
    "CONC-02",
    title="One-on-one minutes during a group",
    severity=Severity.STOP,
    scope=Scope.INTERVAL,
    book="UNITS-9",
    cites=["cms-therapy-scenarios#Group versus individual"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="{start_minute} to {end_minute}: one-on-one minutes within a group of the same "
    "clinician: {group_shared_minutes}.",
    fix="Correct the times; bill either the group or the one-on-one minutes.",
)
def one_on_one_during_group(group_shared_minutes):
    """Who leads a group is not one-on-one with anybody."""
    return group_shared_minutes > 0


@rule(
    "CONC-03",
    title="Two disciplines count the same minutes of a patient",
    severity=Severity.STOP,
    scope=Scope.INTERVAL,
    book="UNITS-10",
    applies=applies(is_part_b=1),
    cites=["cms-therapy-scenarios#Co-treatment"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="{start_minute} to {end_minute}: minutes that another discipline counts as well: "
    "{other_discipline_minutes}.",
    fix="Split the shared minutes, or let one discipline bill all of them.",
)
def two_disciplines_at_once(other_discipline_minutes):
    """Together the disciplines bill no more minutes than passed."""
    return other_discipline_minutes > 0


@rule(
    "CONC-04",
    title="More one-on-one minutes than the clinician was clocked in",
    severity=Severity.REVIEW,
    scope=Scope.THERAPIST_DAY,
    book="UNITS-9",
    cites=["practice-knowledge#Daily check"],
    confidence="K",
    effective=(date(2000, 4, 1), None),
    says="{one_on_one_minutes_of_day} one-on-one minutes on {date_of_service}; "
    "clocked in for {clocked_minutes}.",
    fix="Check the times of the day, and the clock.",
)
def more_minutes_than_clocked(one_on_one_minutes_of_day, clocked_minutes):
    """Nobody treats longer than they work."""
    return one_on_one_minutes_of_day > clocked_minutes


@rule(
    "CONC-05",
    title="More one-on-one minutes than passed between first and last patient",
    severity=Severity.STOP,
    scope=Scope.THERAPIST_DAY,
    book="UNITS-9",
    cites=["cms-clm104-c05#20.2"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="{one_on_one_minutes_of_day} one-on-one minutes on {date_of_service}; only "
    "{elapsed_minutes_of_day} passed from the first start to the last end.",
    fix="Find the times that overlap and correct them.",
)
def impossible_day(one_on_one_minutes_of_day, elapsed_minutes_of_day):
    """Minutes of one person cannot add up to more than passed."""
    return one_on_one_minutes_of_day > elapsed_minutes_of_day


@rule(
    "CONC-06",
    title="The same minutes twice within one discipline",
    severity=Severity.REVIEW,
    scope=Scope.INTERVAL,
    book="UNITS-2",
    cites=["cms-clm104-c05#20.3"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="{start_minute} to {end_minute}: minutes that stand twice: {twice_counted_minutes}.",
    fix="Count each minute of the patient once, under one code.",
)
def same_minutes_twice(twice_counted_minutes):
    """Two people or two codes in one moment are one stretch of time."""
    return twice_counted_minutes > 0


@rule(
    "CONC-07",
    title="A group with a single patient in it",
    severity=Severity.STOP,
    scope=Scope.INTERVAL,
    book="CODES-3",
    applies=applies(is_group=1),
    cites=["cms-therapy-scenarios#Group therapy"],
    confidence="S",
    effective=(date(2000, 4, 1), None),
    says="{start_minute} to {end_minute}: {group_patients} patients in the group; "
    "a group begins at {least_group}.",
    fix="Bill one-on-one minutes if they were one-on-one.",
)
def group_with_one_patient(group_patients, least_group):
    """The schedule shows who was there at the time."""
    return group_patients < least_group


@rule(
    "CONC-08",
    title="An interval that ends before it starts",
    severity=Severity.REVIEW,
    scope=Scope.INTERVAL,
    book="UNITS-2",
    cites=["practice-knowledge#Times of a session"],
    confidence="K",
    effective=(date(2000, 4, 1), None),
    says="The interval from {start_minute} ends at {end_minute}.",
    fix="Correct the times, with a reason.",
)
def ends_before_it_starts(interval_minutes):
    """A session left running overnight, or a mistyped hour."""
    return interval_minutes < 0


@rule(
    "CONC-09",
    title="More timed minutes of one clinician than a day has",
    severity=Severity.STOP,
    scope=Scope.THERAPIST_LINES,
    book="UNITS-9",
    cites=["cms-clm104-c05#20.2"],
    confidence="V",
    effective=(date(2000, 4, 1), None),
    says="One clinician has at least {least_minutes_of_day} timed minutes on {date_of_service}.",
    fix="Check who furnished the lines and on which date; correct what is wrong.",
)
def more_minutes_than_a_day(least_minutes_of_day):
    """Also a claim without times can show a day that nobody can have worked."""
    return least_minutes_of_day > MINUTES_OF_A_DAY
