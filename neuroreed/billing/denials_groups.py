"""Denials together: groups that one act serves, and how they change over the months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from neuroreed.billing.denials_nouns import WorkItem
from neuroreed.model.errors import BadInput

MEASURES = ("payer", "code", "therapist", "cause", "month")


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """Denials of one payer, cause, reason and way: one fix serves all of them."""

    key: str
    payer: str
    cause: str
    title: str
    path: str
    path_says: str
    fix: str
    items: tuple[WorkItem, ...]
    count: int
    amount_cents: int
    nearest: date | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Denials by one measure. ``per_month``: ("2026-10", count, cents), every month between."""

    name: str
    count: int
    amount_cents: int
    per_month: tuple[tuple[str, int, int], ...]


def group(items: Iterable[WorkItem]) -> tuple[WorkGroup, ...]:
    """Groups of a kind: the nearest last day first, then the most money; none passed in front.

    A last day that has passed cannot be met any more, so it does not push a group forward.
    """
    kinds: dict[str, list[WorkItem]] = defaultdict(list)
    for one in items:
        kinds[one.key].append(one)
    found = []
    for key, members in kinds.items():
        first = members[0]
        days = [
            one.deadline.last_day
            for one in members
            if one.deadline is not None and not one.deadline.has_passed
        ]
        found.append(
            WorkGroup(
                key,
                first.denial.payer,
                first.cause,
                first.title,
                first.path,
                first.path_says,
                first.fix,
                tuple(sorted(members, key=_order)),
                len(members),
                sum(one.denial.amount_cents for one in members),
                min(days, default=None),
            )
        )
    return tuple(
        sorted(found, key=lambda one: (one.nearest or date.max, -one.amount_cents, one.key))
    )


def _order(one: WorkItem) -> tuple[date, str, int]:
    last = one.deadline.last_day if one.deadline is not None else date.max
    return last, one.denial.claim_id, one.denial.line_number or 0


def trends(items: Iterable[WorkItem], *, by: str) -> tuple[Trend, ...]:
    """Count and cents of denials by payer, code, therapist, cause or month, most money first.

    Raises:
        BadInput: another measure.
    """
    if by not in MEASURES:
        raise BadInput(f"by: choose one of {', '.join(MEASURES)}.")
    all_items = list(items)
    months = _months(one.denial.answered_on for one in all_items)
    rows: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for one in all_items:
        month = f"{one.denial.answered_on:%Y-%m}"
        name = {
            "payer": one.denial.payer,
            "code": one.denial.cpt or "whole claim",
            "therapist": one.denial.therapist or "not said",
            "cause": one.title,
            "month": month,
        }[by]
        count, amount = rows[name].get(month, (0, 0))
        rows[name][month] = (count + 1, amount + one.denial.amount_cents)
    found = [
        Trend(
            name,
            sum(count for count, _ in row.values()),
            sum(amount for _, amount in row.values()),
            tuple((month, *row.get(month, (0, 0))) for month in months),
        )
        for name, row in rows.items()
    ]
    if by == "month":
        return tuple(sorted(found, key=lambda one: one.name))
    return tuple(sorted(found, key=lambda one: (-one.amount_cents, one.name)))


def _months(days: Iterable[date]) -> list[str]:
    """Every month from the first to the last day."""
    known = sorted(days)
    if not known:
        return []
    year, month = known[0].year, known[0].month
    found = []
    while (year, month) <= (known[-1].year, known[-1].month):
        found.append(f"{year}-{month:02d}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
