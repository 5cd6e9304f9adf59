"""The clinic's own row, its time zone and its calendar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from neuroreed.clinic.models import ClinicProfile
from neuroreed.model.errors import NoParameter

_held: ContextVar[ClinicProfile | None] = ContextVar("held_profile", default=None)


def profile() -> ClinicProfile:
    """The clinic.

    Raises:
        NoParameter: nobody has described the clinic yet.
    """
    found = _held.get() or ClinicProfile.objects.first()
    if found is None:
        raise NoParameter("clinic profile", "this clinic", None, "Describe the clinic first.")
    return found


@contextmanager
def held() -> Iterator[ClinicProfile]:
    """Ask for the clinic once within this block, for work that needs it many times."""
    found = profile()
    token = _held.set(found)
    try:
        yield found
    finally:
        _held.reset(token)


def zone() -> ZoneInfo:
    """The clinic's time zone."""
    return ZoneInfo(profile().time_zone)


def local_date(at: datetime) -> date:
    """The clinic's calendar date at a moment."""
    return at.astimezone(zone()).date()
