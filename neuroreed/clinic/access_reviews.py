"""Who may draw and judge charts: compliance and the administrator. Not found for all others."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from neuroreed.clinic import access, events
from neuroreed.clinic.models import ChartReview, ReviewedChart, Role, User
from neuroreed.model.errors import NotFound

REVIEWERS = {Role.COMPLIANCE, Role.ADMIN}


def reviewer(user: User) -> None:
    """Refuse whoever does not review charts.

    Raises:
        NotFound: the person's work is another.
    """
    if not (access.active(user) and user.role in REVIEWERS):
        raise NotFound(access.NOTHING)


def reviews(user: User) -> QuerySet[ChartReview]:
    """All audits, the latest first, without their frames."""
    reviewer(user)
    return ChartReview.objects.defer("frame").prefetch_related("charts__answers")


def review_for(user: User, review_id: UUID | str) -> ChartReview:
    """One audit."""
    reviewer(user)
    row: ChartReview = access._row(
        ChartReview.objects.defer("frame").select_related("by"), review_id
    )
    events.viewed(user, row)
    return row


def chart_for(user: User, chart_id: UUID | str) -> ReviewedChart:
    """One drawn chart, with its visit; looking at it is a view of the visit's record."""
    reviewer(user)
    row: ReviewedChart = access._row(
        ReviewedChart.objects.select_related(
            "review", "visit__patient", "visit__clinician", "visit__coverage", "visit__episode"
        ).prefetch_related("answers__by"),
        chart_id,
    )
    events.viewed(user, row.visit)
    return row
