"""Liability notices (ABN): GA, GX, GY and GZ, and what contradicts them."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "ABNS-01",
    title="KX and GA on one line",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-8",
    cites=["ngs-abn#KX with GA"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} has KX and GA: necessary and expected not to be necessary at once.",
    fix="Keep KX if care is necessary; keep GA if a notice was given because it is not.",
)
def necessary_and_not(is_billed, has_kx, has_ga):
    """The two modifiers contradict each other."""
    return is_billed and has_kx and has_ga


@rule(
    "ABNS-02",
    title="KX and GZ on one line",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-8",
    cites=["practice-knowledge#KX with GZ"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has KX and GZ: necessary and expected to be denied at once.",
    fix="Keep KX if care is necessary and documented; otherwise GZ.",
)
def necessary_and_denied(is_billed, has_kx, has_gz):
    """KX states necessity; GZ states that denial is expected."""
    return is_billed and has_kx and has_gz


@rule(
    "ABNS-03",
    title="GX on a line that is billed as covered",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-8",
    cites=["ngs-abn#GX"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{code} has GX for a voluntary notice, but no GY.",
    fix="Add GY if the service is excluded; otherwise take GX off.",
)
def voluntary_notice_on_covered(is_billed, has_gx, has_gy):
    """A voluntary notice is about what Medicare never covers; claims without GY come back."""
    return is_billed and has_gx and not has_gy


@rule(
    "ABNS-04",
    title="A notice modifier to a payer that does not know it",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-8",
    applies=applies(abn_applies=0),
    cites=["practice-knowledge#Liability notices are for Original Medicare"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has {modifiers}; this payer has no such notices.",
    fix="Ask the payer for a decision before the service; take the modifier off.",
)
def notice_to_other_payer(is_billed, has_notice_modifier):
    """The notices belong to Original Medicare; a plan decides before the service instead."""
    return is_billed and has_notice_modifier


@rule(
    "ABNS-05",
    title="GA without a notice on file",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-8",
    cites=["practice-knowledge#Notice before the service"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has GA, but no notice was signed before the service.",
    fix="Use GZ if denial is expected and no notice was signed; never date one back.",
)
def notice_not_on_file(is_billed, has_ga, abn_on_file):
    """GA says that the patient signed a notice before the service."""
    return is_billed and has_ga and not abn_on_file


@rule(
    "ABNS-06",
    title="GA and GZ on one line",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-8",
    cites=["practice-knowledge#GA with GZ"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has GA and GZ: a notice on file, and none.",
    fix="Keep GA if the notice is on file, GZ if it is not.",
)
def notice_and_no_notice(is_billed, has_ga, has_gz):
    """One says that a notice exists, the other that none does."""
    return is_billed and has_ga and has_gz


@rule(
    "ABNS-07",
    title="A notice that every patient signs",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-8",
    cites=["practice-knowledge#Blanket notices"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has GA, but the notice is one that every patient signs.",
    fix="Take GA off; give the notice only where a denial is expected, with its reason.",
)
def notice_is_blanket(is_billed, has_ga, notice_is_routine):
    """A notice without a reason of this patient's own protects nobody."""
    return is_billed and has_ga and notice_is_routine
