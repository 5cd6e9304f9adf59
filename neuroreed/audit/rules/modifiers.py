"""Modifiers that say under which plan a service was given, and that it was distinct."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.attached import ALWAYS, SOMETIMES
from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "MODS-01",
    title="No discipline modifier on an always-therapy line",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-1",
    applies=applies(needs_discipline_modifier=1, listing=ALWAYS, discipline_modifier_is_wanted=1),
    rests_on=["needs_discipline_modifier_is_verified"],
    cites=["cms-clm104-c05#20.1"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} has none of GP, GO and GN.",
    fix="Add the modifier of the plan of care the service belongs to.",
)
def no_discipline_modifier(is_billed, discipline_modifiers):
    """The modifier tells under which plan of care the service was given."""
    return is_billed and discipline_modifiers == 0


@rule(
    "MODS-02",
    title="Two discipline modifiers on one line",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-1",
    cites=["cms-clm104-c05#20.1"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} has {discipline_modifiers} of GP, GO and GN: {modifiers}.",
    fix="Keep the modifier of the plan of care the service belongs to.",
)
def two_discipline_modifiers(is_billed, discipline_modifiers):
    """A service belongs to one plan of care."""
    return is_billed and discipline_modifiers > 1


@rule(
    "MODS-03",
    title="The modifier does not match the plan of care",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-1",
    cites=["cms-clm104-c05#20.1"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} has the modifier of {discipline_of_modifier}; "
    "the plan of care is {plan_discipline}.",
    fix="Correct the modifier, or bill the line under the other plan of care.",
)
def modifier_against_plan(is_billed, discipline_of_modifier, plan_discipline):
    """The modifier speaks for the plan; the payer holds the two side by side."""
    return is_billed and discipline_of_modifier not in (0, plan_discipline)


@rule(
    "MODS-04",
    title="No discipline modifier on a sometimes-therapy line under a plan",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-1",
    applies=applies(needs_discipline_modifier=1, listing=SOMETIMES, plan_on_file=1),
    rests_on=["needs_discipline_modifier_is_verified"],
    cites=["cms-clm104-c05#20.1"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} was given under a plan of care and has none of GP, GO and GN.",
    fix="Add the modifier of the plan of care the service belongs to.",
)
def no_modifier_under_plan(is_billed, discipline_modifiers):
    """Some codes are therapy only under a plan; then they say so like the others."""
    return is_billed and discipline_modifiers == 0


@rule(
    "MODS-05",
    title="59 or X without a pair to open",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-5",
    cites=["cms-modifier-59#When not to use"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} has {modifiers}, but no code edit with another line of {date_of_service}.",
    fix="Take 59 or X off, unless the payer has an edit of its own.",
)
def distinct_without_pair(is_billed, has_distinct_modifier, is_in_pair, is_in_payer_pair):
    """A modifier that opens nothing is noise, and noise draws reviews."""
    return is_billed and has_distinct_modifier and not is_in_pair and not is_in_payer_pair


@rule(
    "MODS-06",
    title="59 or X without separate time",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-5",
    cites=["cms-modifier-59#Timed codes", "cms-ncci-ptp#Use of modifiers"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} has {modifiers}, but the record shows no block of time of its own.",
    fix="Take 59 or X off; add it again only if the record shows separate minutes.",
)
def distinct_without_separate_time(is_billed, has_distinct_modifier, has_separate_time):
    """The modifier states that two services did not share their minutes."""
    return is_billed and has_distinct_modifier and not has_separate_time
