"""The yearly threshold: KX where it is due, and only there."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "THRS-01",
    title="KX is missing above the yearly threshold",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-3",
    applies=applies(kx_applies=1, is_billed=1),
    rests_on=["kx_threshold_is_verified"],
    cites=["ssa-1833g#KX threshold", "noridian-kx#Per-beneficiary thresholds"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="At least {accrued_at_least_cents} of {kx_threshold_cents} have accrued; "
    "{code} on {date_of_service} needs KX.",
    fix="Add KX if a clinician attests that care is still necessary; otherwise do not bill.",
)
def kx_missing(is_above_threshold, has_kx):
    """Above the amount, lines without KX are denied; also the line that crosses it."""
    return is_above_threshold and not has_kx


@rule(
    "THRS-02",
    title="KX far below the yearly threshold",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-3",
    applies=applies(kx_applies=1, is_billed=1),
    cites=["practice-knowledge#KX far below the threshold"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has KX, but only {accrued_with_line_cents} of {kx_threshold_cents} have accrued.",
    fix="Take KX off until the amount is reached.",
)
def kx_too_early(has_kx, is_far_below_threshold):
    """KX on every line from January on says nothing and draws reviews."""
    return has_kx and is_far_below_threshold


@rule(
    "THRS-03",
    title="KX without a clinician's statement",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-3",
    applies=applies(kx_applies=1, is_billed=1),
    cites=["practice-knowledge#KX is an attestation"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has KX; no clinician has stated why care above the threshold is necessary.",
    fix="Have the clinician write the statement, or take KX off.",
)
def kx_not_attested(has_kx, kx_attested):
    """KX is a clinician's word; a program may propose it, never give it."""
    return has_kx and not kx_attested


@rule(
    "THRS-04",
    title="Above the amount at which records may be called for",
    severity=Severity.ADVISE,
    scope=Scope.LINE,
    book="MODS-4",
    applies=applies(kx_applies=1, is_billed=1),
    cites=["ngs-therapy#Targeted medical review threshold"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{accrued_with_line_cents} have accrued; above {review_threshold_cents} "
    "review is targeted.",
    fix="Check that the records of the year are complete before they are asked for.",
)
def above_review_threshold(accrued_with_line_cents, review_threshold_cents):
    """Not every claim above is reviewed, but each may be."""
    return accrued_with_line_cents > review_threshold_cents


@rule(
    "THRS-05",
    title="KX to a payer without a threshold",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-2",
    applies=applies(kx_applies=0),
    cites=["practice-knowledge#The threshold is Medicare's"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} has KX; this payer has no yearly threshold.",
    fix="Take KX off, unless the payer's own notice asks for it.",
)
def kx_without_threshold(is_billed, has_kx):
    """The threshold is Medicare's."""
    return is_billed and has_kx
