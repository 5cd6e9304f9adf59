"""Certified days and reporting periods found by walking a calendar, one day after another.

Slow, obvious and written apart from the program: no subtraction of dates, only the next day.
"""

from __future__ import annotations

from datetime import date, timedelta

TOMORROW = timedelta(days=1)


def walk(first: date, last: date):
    """Every day from the first to the last."""
    day = first
    while day <= last:
        yield day
        day += TOMORROW


def nth_day_after(first: date, steps: int) -> date:
    """The day that many steps later."""
    day = first
    for _ in range(steps):
        day += TOMORROW
    return day


def period_days(first: date, planned_days: int) -> list[date]:
    """The days of one period of care: as planned, 90 at the most, the first one counted."""
    days = []
    day = first
    while len(days) < planned_days and len(days) < 90:
        days.append(day)
        day += TOMORROW
    return days


def initial_verdict(
    first: date,
    *,
    looked_at_from: date,
    signed: date | None,
    verbal: date | None,
    reason: str,
    ordered: date | None,
    sent: date | None,
    proof: str,
    treated: date,
) -> bool | None:
    """Whether the initial period is certified, seen on one day."""
    open_days = [first]
    while len(open_days) < 31:  # the day of treatment and thirty more
        open_days.append(open_days[-1] + TOMORROW)
    seen_signed = signed if signed is not None and signed <= looked_at_from else None
    if seen_signed is not None and seen_signed <= open_days[-1]:
        return True
    exception = treated >= date(2025, 1, 1) and ordered and sent and proof
    if exception and ordered <= looked_at_from and sent <= min(looked_at_from, open_days[-1]):
        return True
    if verbal is not None and verbal <= looked_at_from and verbal <= open_days[-1]:
        fortnight = nth_day_after(verbal, 14)
        if seen_signed is not None and seen_signed <= fortnight:
            return True
        if seen_signed is None and looked_at_from <= fortnight:
            return True
    if seen_signed is not None:
        return True if reason else None
    return None if looked_at_from <= open_days[-1] else False


def numbers_of_treatment_days(treated: set[date], reported: set[date]) -> dict[date, int]:
    """Treatment days numbered within their reporting periods by walking every single day."""
    if not treated:
        return {}
    numbers: dict[date, int] = {}
    number = 0
    for day in walk(min(treated | reported), max(treated)):
        if day in treated:
            number += 1
            numbers[day] = number
        if day in reported:
            number = 0
    return numbers
