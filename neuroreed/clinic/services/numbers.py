"""Numbers that are given out once: control numbers of files, numbers of claims."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from neuroreed.clinic.models import ControlNumber
from neuroreed.model.errors import Refused

LAST = 999_999_999


def following(kind: str) -> int:
    """The next number of a kind, in the caller's transaction.

    The rise and the file that bears the number are one transaction: a number that went out
    is never given again, and the row's lock makes two writers wait for each other.

    Raises:
        Refused: nine digits are used up.
    """
    with transaction.atomic():
        ControlNumber.objects.bulk_create([ControlNumber(kind=kind)], ignore_conflicts=True)
        ControlNumber.objects.filter(kind=kind).update(last=F("last") + 1)
        last = ControlNumber.objects.get(kind=kind).last
        if last > LAST:
            raise Refused("All control numbers of nine digits are used.")
    return int(last)
