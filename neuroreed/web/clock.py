"""The one place where a page asks what time it is; tests put another clock here."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, with a time zone."""
    return timezone.now()


def today() -> date:
    """The clinic's date at this moment."""
    return timezone.localtime(now()).date()
