"""Claims of the older visits of the invented clinic: one file a week, and the answers to them.

The answer to the newest file waits at the clearing house, to be fetched by whoever looks.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from neuroreed.clinic.models import Claim, ClinicProfile, User, Visit
from neuroreed.clinic.services import claims, receiving, sending
from neuroreed.clinic.synthetic import answers
from neuroreed.model.errors import IncompleteClaim, OpenStopFindings

if TYPE_CHECKING:
    from neuroreed.clinic.synthetic.load import Making

RECENT = timedelta(days=7)
FILING_DAY = timedelta(days=7)
ANSWERED_AFTER = timedelta(days=14)


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
    filed = []
    for monday, keys in sorted(weeks.items()):
        sent_at = _filing_time(making, monday)
        claims.file(biller, keys, at=sent_at)
        sending.deliver(biller, at=sent_at)
        filed.append((sent_at, keys))
    for number, (sent_at, keys) in enumerate(filed, 1):
        is_newest = number == len(filed)
        _answer(making, biller, number, keys, sent_at, is_newest=is_newest)


def _answer(
    making: Making,
    biller: User,
    number: int,
    keys: list[UUID],
    sent_at: datetime,
    *,
    is_newest: bool,
) -> None:
    at = min(sent_at + ANSWERED_AFTER, making.at)
    content = answers.remittance_of(
        Claim.objects.filter(pk__in=keys),
        number=number,
        on=at.date(),
        npi=ClinicProfile.objects.get().npi,
        with_faults=is_newest,
    )
    if not content:
        return
    if is_newest:
        inbox = settings.DATA / "exchange" / "in"
        inbox.mkdir(parents=True, exist_ok=True)
        (inbox / f"payer-{number:04d}.835").write_bytes(content)
    else:
        receiving.take(biller, f"payer-{number:04d}.835", content, at=at)


def _filing_time(making: Making, monday: date) -> datetime:
    return min(making.local(monday + FILING_DAY, time(9, 0)), making.at)
