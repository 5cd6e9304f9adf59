"""Claims of the older visits of the invented clinic: released and filed, one file a week."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from neuroreed.clinic.models import Visit
from neuroreed.clinic.services import claims
from neuroreed.model.errors import IncompleteClaim, OpenStopFindings

if TYPE_CHECKING:
    from neuroreed.clinic.synthetic.load import Making

RECENT = timedelta(days=7)
FILING_DAY = timedelta(days=7)


def file_older(making: Making) -> None:
    """File what was signed more than a week ago; what has a fault or a gap waits in the queue."""
    biller = making.people["bea"]
    weeks: dict[date, list[UUID]] = {}
    done = Visit.objects.filter(
        state=Visit.State.SIGNED, date_of_service__lt=making.today - RECENT
    ).order_by("date_of_service", "scheduled_at")
    for visit in done:
        monday = visit.date_of_service - timedelta(days=visit.date_of_service.weekday())
        try:
            claim = claims.release(biller, visit.pk, at=_filing_time(making, monday))
        except (IncompleteClaim, OpenStopFindings):
            continue
        weeks.setdefault(monday, []).append(claim.pk)
    for monday, numbers in sorted(weeks.items()):
        claims.file(biller, numbers, at=_filing_time(making, monday))


def _filing_time(making: Making, monday: date) -> datetime:
    return min(making.local(monday + FILING_DAY, time(9, 0)), making.at)
