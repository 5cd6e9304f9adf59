"""The clinic's own row, its time zone and its calendar."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from neuroreed.clinic.models import ClinicProfile
from neuroreed.model.errors import NoParameter


def profile() -> ClinicProfile:
    """The clinic.

    Raises:
        NoParameter: nobody has described the clinic yet.
    """
    found = ClinicProfile.objects.first()
    if found is None:
        raise NoParameter("clinic profile", "this clinic", None, "Describe the clinic first.")
    return found


def zone() -> ZoneInfo:
    """The clinic's time zone."""
    return ZoneInfo(profile().time_zone)


def local_date(at: datetime) -> date:
    """The clinic's calendar date at a moment."""
    return at.astimezone(zone()).date()
