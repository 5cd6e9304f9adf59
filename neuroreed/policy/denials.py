"""Why payers refuse: the causes of denials in therapy, in our own words.

One row per cause: the reason codes (CARC) it comes with, the remark codes (RARC) that narrow
it, the rules of ours that would show it in the record, what to do and by which path.

Source: section 8 of the rule book; the rows marked K are general knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from neuroreed.policy.tables import PACKAGE, read

PATHS = frozenset(
    {
        "corrected_claim",
        "new_claim",
        "rebill_other",
        "records",
        "appeal",
        "retro_authorization",
        "patient",
        "write_off",
        "review",
    }
)


@dataclass(frozen=True, slots=True)
class DenialCause:
    """One cause. ``rules`` are ids of audit rules whose findings show it in our record."""

    id: str
    title: str
    carcs: frozenset[str]
    rarcs: frozenset[str]
    rules: frozenset[str]
    path: str
    fix: str
    usual: str
    confidence: str


@cache
def causes() -> tuple[DenialCause, ...]:
    """All causes, in the order in which they are tried."""
    return tuple(
        DenialCause(
            row["cause"],
            row["title"],
            frozenset(row["carcs"].split()),
            frozenset(row["rarcs"].split()),
            frozenset(row["rules"].split()),
            row["path"],
            row["fix"],
            row["usual"],
            row["confidence"],
        )
        for row in read(PACKAGE / "codes/denial_causes.csv")
    )


def cause(carc: str, remarks: Iterable[str] = ()) -> DenialCause | None:
    """The cause that a reason and its remarks tell, or ``None`` when we know none.

    A cause that a remark names goes before one that only the reason fits.
    """
    told = frozenset(remarks)
    fits = [one for one in causes() if carc in one.carcs]
    for one in fits:
        if one.rarcs & told:
            return one
    for one in fits:
        if not one.rarcs:
            return one
    # a cause whose remarks only refine a reason that belongs to it alone
    return fits[0] if len(fits) == 1 else None
