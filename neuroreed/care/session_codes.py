"""Which codes share their minutes: pooled quarters of an hour, all else counts by itself."""

from __future__ import annotations

POOLED = frozenset({"T15", "T15_first"})


def root_of(cpt: str) -> str:
    """The code whose minutes an added code shares; any other code is its own root."""
    from neuroreed.policy.codes import get

    code = get(cpt)
    return code.family if code is not None and code.family else cpt


def timed_in_policy(cpt: str) -> bool | None:
    """Whether a code's units are pooled quarters of an hour of one-on-one minutes.

    ``None`` for a code that the policy does not hold. Codes with longer spans (work hardening,
    caregiver training, tests by the hour) are not pooled (UNITS-8).
    """
    from neuroreed.policy.codes import get

    code = get(root_of(cpt))
    return None if code is None else str(code.timing) in POOLED
