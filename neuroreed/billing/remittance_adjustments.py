"""What an adjustment does to the money that stands open: the one place where that is decided.

Only what a contract or a law takes off is written off by itself. What the payer denies stays
open as denied until a person decides. What another payer did before changes nothing.
"""

from __future__ import annotations

from enum import StrEnum

from neuroreed.model.remittance import Adjustment
from neuroreed.policy import codes

PATIENT_SHARE = frozenset({"1", "2", "3"})
"""Deductible, coinsurance, copayment: the patient's by the rules of any plan."""

PRIOR_PAYER = "23"


class Effect(StrEnum):
    """Where the cents of an adjustment go."""

    WRITE_OFF = "write_off"
    PATIENT = "patient"
    PATIENT_TO_CHECK = "patient_to_check"  # PR, but not a plain share: look at plan and notice
    DENIED = "denied"
    PRIOR_PAYER = "prior_payer"


def effect(adjustment: Adjustment) -> Effect:
    """What an adjustment does, by its group and reason.

    A reason that our tables do not know is a denial, so that somebody looks at it.
    """
    if adjustment.group == "PR":
        return Effect.PATIENT if adjustment.carc in PATIENT_SHARE else Effect.PATIENT_TO_CHECK
    if adjustment.carc == PRIOR_PAYER:
        return Effect.PRIOR_PAYER
    known = codes.adjustments().get(("CARC", adjustment.carc))
    if known is not None and known.action == "write_off" and adjustment.group in ("CO", "PI"):
        return Effect.WRITE_OFF
    return Effect.DENIED


def meaning(code_set: str, code: str) -> str:
    """Our words for a GROUP, CARC or RARC code, or that we have none."""
    known = codes.adjustments().get((code_set, code))
    if known is not None and known.meaning:
        return known.meaning
    kind = {"GROUP": "group", "CARC": "reason", "RARC": "remark"}[code_set]
    return f"We have no words of our own for {kind} {code}; look it up at x12.org/codes"
