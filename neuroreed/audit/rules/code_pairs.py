"""Code edits: two codes of one day, and more units than anybody receives in a day."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.attached import LIKE_MEDICARE, MEDICARE_EDITS, NEVER, WITH_MODIFIER
from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity

BY_LINE, ABSOLUTE, CLINICAL = 1, 2, 3


@rule(
    "EDIT-01",
    title="Two codes that need 59 or X when both are paid",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="NCCI-2",
    applies=applies(edits_apply=(LIKE_MEDICARE, MEDICARE_EDITS)),
    cites=["cms-ncci-ptp#Indicator 1"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{pair_partner} pays, {code} does not: the pair is closed without 59 or X "
    "(code edits to {edits_valid_to}).",
    fix="Add 59 only if the record shows separate minutes; else expect no payment.",
)
def pair_without_modifier(pair_edit, pair_is_opened):
    """The first code of the pair includes the second unless they were distinct in time."""
    return pair_edit == WITH_MODIFIER and not pair_is_opened


@rule(
    "EDIT-02",
    title="Two codes that are never paid together",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="NCCI-2",
    applies=applies(edits_apply=(LIKE_MEDICARE, MEDICARE_EDITS)),
    rests_on=["pair_is_current"],
    cites=["cms-ncci-ptp#Indicator 0"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} is never paid beside {pair_partner} on one date; no modifier changes that "
    "(code edits to {edits_valid_to}).",
    fix="Bill the code that describes what was done; do not bill the patient for the other.",
)
def pair_never_together(pair_edit, pair_partner):
    """One of the two services contains the other whatever the circumstances."""
    return pair_edit == NEVER and pair_partner > 0


@rule(
    "EDIT-03",
    title="More units in a day than the absolute limit",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="NCCI-5",
    applies=applies(edits_apply=(LIKE_MEDICARE, MEDICARE_EDITS), mue_indicator=ABSOLUTE),
    rests_on=["mue_is_current"],
    cites=["cms-mue#Indicator 2"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code_units_of_day} units of {code} on {date_of_service}; the limit is {mue_units}.",
    fix="Correct the units; splitting them over lines does not help.",
)
def over_absolute_limit(code_units_of_day, mue_units):
    """The limit follows from the definition of the code; records do not lift it."""
    return code_units_of_day > mue_units


@rule(
    "EDIT-04",
    title="More units in a day than is likely",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="NCCI-5",
    applies=applies(edits_apply=(LIKE_MEDICARE, MEDICARE_EDITS), mue_indicator=(BY_LINE, CLINICAL)),
    cites=["cms-mue#Indicator 3"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code_units_of_day} units of {code} on {date_of_service}; more than {mue_units} "
    "is unlikely.",
    fix="Check the units; above the limit they are paid only on appeal, with the records.",
)
def over_likely_limit(code_units_of_day, mue_units):
    """Nearly nobody receives more in a day; the surplus is denied at first.

    A limit of none belongs to a code that is not paid at all; its status tells that.
    """
    return code_units_of_day > mue_units > 0


@rule(
    "EDIT-05",
    title="Two codes that this payer keeps as a pair",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="NCCI-4",
    cites=["payer-notices#Pairs beyond the official ones"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="This payer denies {code} beside {payer_pair_partner} without 59 or X.",
    fix="Add 59 only if the record shows separate minutes; else expect a denial.",
)
def payer_pair_without_modifier(payer_pair_partner, payer_pair_is_opened):
    """Some plans keep edits that Medicare has ended."""
    return payer_pair_partner > 0 and not payer_pair_is_opened
