"""Describe the clinic: who bills, where, at what fees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from neuroreed.clinic import access, events, profile
from neuroreed.clinic.models import ClinicProfile, Role, User
from neuroreed.clinic.services.patients import checked
from neuroreed.model.errors import BadInput, NotFound
from neuroreed.policy import codes

SUPERVISION = ("general", "direct", "personal")


def describe(user: User, *, at: datetime, **given: Any) -> ClinicProfile:
    """Set the clinic's own facts; only the administrator may.

    ``fees`` maps a procedure code to the fee of one unit in whole cents.
    """
    with transaction.atomic():
        if not access.active(user) or user.role != Role.ADMIN:
            raise NotFound(access.NOTHING)
        row = ClinicProfile.objects.first() or ClinicProfile()
        names = {field.name for field in ClinicProfile._meta.fields} - {"id", "is_demo"}
        if unknown := set(given) - names:
            raise BadInput(f"A clinic has no {', '.join(sorted(unknown))}.")
        for cpt, cents in given.get("fees", {}).items():
            codes.lookup(cpt)
            if isinstance(cents, bool) or not isinstance(cents, int) or cents < 0:
                raise BadInput(f"The fee of {cpt} is a whole number of cents.")
        if given.get("assistant_supervision", "general") not in SUPERVISION:
            raise BadInput(f"Supervision of assistants is one of {', '.join(SUPERVISION)}.")
        for name, value in given.items():
            setattr(row, name, value)
        checked(row)
        row.save()
        events.append(user, "clinic.described", row, {"fields": sorted(given)}, at=at)
    return row


def note_rules(user: User) -> dict[str, Any]:
    """The clinic's own rules for notes; only the administrator sees them to change them."""
    if not access.active(user) or user.role != Role.ADMIN:
        raise NotFound(access.NOTHING)
    row = profile.profile()
    names = ("unsigned_after_days", "assistant_cosign", "assistant_supervision")
    return {name: getattr(row, name) for name in names}
