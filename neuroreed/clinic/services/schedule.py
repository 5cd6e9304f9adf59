"""Put visits on the schedule, and take them off."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from neuroreed.clinic import access, events, profile
from neuroreed.clinic.models import Authorization, User, Visit
from neuroreed.model.errors import AlreadySigned, BadInput, Refused

KINDS = ("evaluation", "treatment", "progress", "reevaluation", "discharge")


def schedule(
    user: User,
    *,
    episode_id: UUID,
    clinician_id: UUID,
    scheduled_at: datetime,
    at: datetime,
    minutes: int = 45,
    kind: str = "treatment",
) -> Visit:
    """Put a visit on the schedule, under the plan and coverage that hold on its date.

    Raises:
        Refused: the patient has no coverage on that date.
    """
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="schedule")
        clinician = access.clinicians(user).filter(pk=clinician_id).first()
        if clinician is None or clinician.discipline != episode.discipline:
            raise BadInput("Choose a clinician of the discipline of this episode.")
        if kind not in KINDS:
            raise BadInput(f"{kind!r} is not a kind of visit: choose one of {', '.join(KINDS)}.")
        if not 5 <= minutes <= 480:
            raise BadInput("A visit is planned for 5 to 480 minutes.")
        on = profile.local_date(scheduled_at)
        plan = episode.plans.filter(established_on__lte=on).order_by("-version").first()
        coverage = next(
            (
                c
                for c in episode.patient.coverages.order_by("sequence")
                if (c.since is None or c.since <= on) and (c.until is None or on <= c.until)
            ),
            None,
        )
        if coverage is None:
            raise Refused("The patient has no coverage on that date: add one first.")
        visit = Visit(
            patient=episode.patient,
            episode=episode,
            plan=plan,
            coverage=coverage,
            authorization=Authorization.objects.filter(
                coverage=coverage, since__lte=on, until__gte=on
            )
            .exclude(discipline__in={"PT", "OT", "SLP"} - {episode.discipline})
            .first(),
            clinician=clinician,
            supervisor=clinician.supervisor,
            discipline=episode.discipline,
            kind=kind,
            date_of_service=on,
            scheduled_at=scheduled_at,
            scheduled_minutes=minutes,
            place_of_service=profile.profile().place_of_service,
        )
        visit.save(force_insert=True)
        events.append(user, "visit.scheduled", visit, {"kind": kind}, at=at)
    return visit


def cancel(
    user: User, visit_id: UUID, *, reason: str, at: datetime, no_show: bool = False
) -> Visit:
    """Take a visit off the schedule, or note that the patient did not come."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="schedule")
        if visit.state != Visit.State.SCHEDULED:
            raise Refused("The visit has begun: it can no longer be cancelled.")
        visit.state = Visit.State.NO_SHOW if no_show else Visit.State.CANCELLED
        visit.save(update_fields=["state"])
        events.append(user, f"visit.{visit.state}", visit, at=at)
    return visit


def unsigned(user: User, visit_id: UUID, *, to: str) -> Visit:
    """The visit, held against other writers, while its note is not sealed."""
    found = access.visit_for(user, visit_id, to=to)
    Visit.objects.select_for_update().filter(pk=found.pk).first()
    found.refresh_from_db(fields=["state", "facts", "accepted", "started_at", "ended_at"])
    if found.state == Visit.State.SIGNED:
        raise AlreadySigned("The note of this visit is signed: write an addendum instead.")
    return found
