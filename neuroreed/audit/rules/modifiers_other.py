"""The other modifiers: those that do not belong on therapy lines, their number and order."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity

MODIFIERS_ON_A_LINE = 4


@rule(
    "MODS-07",
    title="25 on a therapy line",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-10",
    applies=applies(code_is_listed=1),
    cites=["practice-knowledge#Other modifiers"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has 25, which belongs to visits with a physician.",
    fix="Take 25 off.",
)
def visit_modifier_on_therapy(is_billed, has_25):
    """25 separates an office visit from a procedure; therapy codes are no office visits."""
    return is_billed and has_25


@rule(
    "MODS-08",
    title="22 on a timed code",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-10",
    applies=applies(is_timed=1),
    cites=["practice-knowledge#Other modifiers"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} is timed and has 22 for more work than usual.",
    fix="Take 22 off; more work shows in more minutes.",
)
def more_work_on_timed_code(is_billed, has_22):
    """Units already grow with the time."""
    return is_billed and has_22


@rule(
    "MODS-09",
    title="52 on a timed code",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-10",
    applies=applies(is_timed=1),
    cites=["practice-knowledge#Other modifiers"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} is timed and has 52 for less than the full service.",
    fix="Take 52 off; fewer than eight minutes are not billed.",
)
def reduced_timed_code(is_billed, has_52):
    """52 is no way to bill one to seven minutes."""
    return is_billed and has_52


@rule(
    "MODS-10",
    title="50 on a timed code",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-10",
    applies=applies(is_timed=1),
    cites=["practice-knowledge#Other modifiers"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} is timed and has 50 for both sides.",
    fix="Take 50 off; minutes on both sides are added.",
)
def both_sides_on_timed_code(is_billed, has_50):
    """Time has no sides."""
    return is_billed and has_50


@rule(
    "MODS-11",
    title="A repeat modifier on a timed code",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-10",
    applies=applies(is_timed=1, is_part_b=1),
    cites=["practice-knowledge#Second session of a day"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has 76 or 77; Medicare adds the minutes of all sessions of a day.",
    fix="Add the minutes of both sessions and bill one line.",
)
def repeat_of_timed_code(is_billed, has_repeat_modifier):
    """A second session lengthens the day's total; it does not repeat a procedure."""
    return is_billed and has_repeat_modifier


@rule(
    "MODS-12",
    title="53 on a therapy line",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-10",
    applies=applies(code_is_listed=1),
    cites=["practice-knowledge#Other modifiers"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has 53 for a service that was broken off.",
    fix="Bill the minutes that were given; keep 53 only if the payer asks for it.",
)
def broken_off(is_billed, has_53):
    """Therapy that ends early is billed by its minutes."""
    return is_billed and has_53


@rule(
    "MODS-13",
    title="The payer wants 96 or 97",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-10",
    applies=applies(needs_96_97=1),
    cites=["practice-knowledge#96 and 97"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has {habilitation_modifiers} of 96 and 97; the payer wants exactly one.",
    fix="Add 97 for regaining a skill, 96 for learning it for the first time.",
)
def habilitation_not_said(is_billed, habilitation_modifiers):
    """Plans that count the two kinds of visits apart need to know which it was."""
    return is_billed and habilitation_modifiers != 1


@rule(
    "MODS-14",
    title="More than four modifiers",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-11",
    cites=["practice-knowledge#Order of modifiers"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has {modifier_count} modifiers; a claim line holds four.",
    fix="Keep those that decide payment; use 99 if the payer knows it.",
)
def too_many_modifiers(is_billed, modifier_count):
    """A claim line has room for four; what does not fit is lost without a word."""
    return is_billed and modifier_count > MODIFIERS_ON_A_LINE


@rule(
    "MODS-15",
    title="The modifiers are not in the payer's order",
    severity=Severity.ADVISE,
    scope=Scope.LINE,
    book="MODS-11",
    cites=["practice-knowledge#Order of modifiers"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has {modifier_1} {modifier_2} {modifier_3} {modifier_4} in this order.",
    fix="Put the discipline first, then the assistant, 59 or X, KX, and the rest.",
)
def modifiers_out_of_order(is_billed, modifiers_are_in_order):
    """Some payers read only the first modifiers."""
    return is_billed and not modifiers_are_in_order
