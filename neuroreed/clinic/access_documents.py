"""Who may see the reports of an episode, and what an evaluation is made of."""

from __future__ import annotations

from uuid import UUID

from neuroreed.clinic import access, showing
from neuroreed.clinic.models import Episode, SignedNote, User
from neuroreed.clinic.values import NoteView

REPORTS = ("plan_of_care", "progress_report", "recertification", "discharge")


def reports_for(user: User, episode_id: UUID | str) -> tuple[NoteView, ...]:
    """The sealed reports of an episode, the latest first."""
    episode = access.episode_for(user, episode_id)
    rows = SignedNote.objects.filter(visit__episode=episode, kind__in=REPORTS)
    return tuple(showing.note_view(row) for row in rows.order_by("-sequence"))


def added_to(user: User, note_id: UUID | str) -> tuple[NoteView, ...]:
    """What was added to a sealed note, in order."""
    note = access.note_for(user, note_id)
    rows = SignedNote.objects.filter(amends_id=note.id).order_by("sequence")
    return tuple(showing.note_view(row) for row in rows)


def may_document(user: User, episode: Episode) -> bool:
    """Whether this person writes the reports of an episode."""
    return bool(
        user.role in access.EPISODE_ROLES["document"]
        and user.signs
        and user.discipline == episode.discipline
        and episode.ended_on is None
    )
