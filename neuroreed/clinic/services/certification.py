"""The signatures under plans of care: the queue, what was sent, said and signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from neuroreed.clinic import access, events, profile, queues
from neuroreed.clinic.models import PlanOfCare, Role, User
from neuroreed.clinic.services.patients import checked
from neuroreed.clinic.services.plans import certify
from neuroreed.clinic.values_documents import PlanState
from neuroreed.model.errors import BadInput, NotFound, Refused

__all__ = ["certify", "order", "queue", "state", "verbal"]

ORDER = (
    "uncertified",
    "signature_late",
    "reason_missing",
    "recertify_soon",
    "signature_out",
    "unknown",
    "clear",
)


def queue(user: User, *, at: datetime, every: bool = False) -> tuple[PlanState, ...]:
    """The plans that ask for something, heaviest first; with ``every`` also those that do not."""
    if not access.active(user) or user.role not in access.READERS | {Role.FRONT_DESK}:
        raise NotFound(access.NOTHING)
    events.viewed(user, "plans:queue")
    on = profile.local_date(at)
    mine = user if user.role == Role.THERAPIST else None
    found = [queues.plan_state(plan, on) for plan in queues.latest_plans(mine)]
    kept = [one for one in found if every or one.state != "clear"]
    return tuple(sorted(kept, key=lambda one: (ORDER.index(one.state), one.act_by or date.max)))


def state(user: User, plan_id: UUID, *, at: datetime) -> PlanState:
    """One plan with its periods and what it asks for."""
    # who files signatures sees the page on which they are filed
    files = user.role in {Role.FRONT_DESK, Role.ADMIN}
    plan = access.plan_for(user, plan_id, to="certify" if files else "view")
    if files:
        events.viewed(user, plan)
    sealed = plan.documents.filter(kind="plan_of_care").exclude(note=None).exists()
    newer = plan.episode.plans.filter(version__gt=plan.version).exists()
    found = queues.plan_state(plan, profile.local_date(at))
    return replace(found, is_sealed=sealed, is_latest=not newer)


def verbal(user: User, plan_id: UUID, *, on: date, by: str, at: datetime) -> PlanOfCare:
    """Note that the physician certified the latest period by word; the signature must follow."""
    with transaction.atomic():
        plan = access.plan_for(user, plan_id, to="certify")
        period = plan.certifications.order_by("-since").first()
        if period is None or period.signed_on is not None:
            raise Refused("The latest period of this plan is signed already.")
        if on > profile.local_date(at):
            raise BadInput("A word is not given in the future.")
        if not by.strip():
            raise BadInput("Say who took the order, and from whom.")
        period.verbal_on, period.verbal_by = on, by.strip()
        checked(period)
        period.save(update_fields=["verbal_on", "verbal_by"])
        events.append(user, "plan.verbal", plan, {"on": on, "by": by.strip()}, at=at)
    return plan


def order(user: User, plan_id: UUID, *, signed_on: date, at: datetime) -> PlanOfCare:
    """File a signed and dated order for this discipline, which may stand in for a signature."""
    with transaction.atomic():
        plan = access.plan_for(user, plan_id, to="certify")
        if signed_on > profile.local_date(at):
            raise BadInput("An order is not signed in the future.")
        plan.order_signed_on = signed_on
        plan.save(update_fields=["order_signed_on"])
        events.append(user, "plan.ordered", plan, {"signed_on": signed_on}, at=at)
    return plan
