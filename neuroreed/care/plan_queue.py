"""The recertification queue: what each plan of care asks for, and by when."""

from __future__ import annotations

from datetime import date, timedelta

from neuroreed.care.plan import is_certified, plan_record
from neuroreed.care.plan_nouns import PlanRecord, QueueState, QueueStatus
from neuroreed.model.care import PlanOfCare

ONE_DAY = timedelta(days=1)


def recertification_status(
    record: PlanRecord | PlanOfCare,
    today: date,
    *,
    payer: str = "medicare_part_b",
    soon_days: int = 14,
) -> QueueStatus:
    """What is to be done about a plan's certification today.

    Args:
        soon_days: how long before the end of the certified time the queue asks (a setting).
    """
    if isinstance(record, PlanOfCare):
        record = plan_record(record)
    now = is_certified(record, today, payer=payer)
    if now.last_day is None:
        # what nobody said is not a no
        state = {True: QueueState.CLEAR, False: QueueState.UNCERTIFIED, None: QueueState.UNKNOWN}[
            now.answer
        ]
        return QueueStatus(state, None, None, now.sentence)
    if now.answer is False:
        return QueueStatus(QueueState.SIGNATURE_LATE, now.signature_due_on, 0, now.sentence)
    if now.answer is None and now.delayed:
        return QueueStatus(QueueState.REASON_MISSING, None, None, now.sentence)
    last = now.last_day
    while True:
        further = is_certified(record, last + ONE_DAY, known_on=today, payer=payer)
        if not further.answer or further.last_day is None:
            break
        last = further.last_day
    left = (last - today).days
    if left <= soon_days:
        return QueueStatus(
            QueueState.RECERTIFY_SOON,
            last,
            left,
            f"The certified time ends on {last}, in {left} days: ask for a recertification, or "
            "plan the discharge.",
        )
    if now.answer is None and now.signature_due_on is not None:
        return QueueStatus(
            QueueState.SIGNATURE_OUT,
            now.signature_due_on,
            (now.signature_due_on - today).days,
            now.sentence,
        )
    return QueueStatus(QueueState.CLEAR, last, left, now.sentence)
