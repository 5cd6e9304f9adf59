"""Handouts for one patient: choose, look, print, and record what was shown back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.care.education import teaching
from neuroreed.care.education.figures import figure
from neuroreed.care.education.handouts import topic_id, topic_title, version
from neuroreed.clinic import access_progress
from neuroreed.clinic.services import education
from neuroreed.model.errors import BadInput
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.progress.page import head
from neuroreed.web.pages.progress.shown import drawn


def result_words() -> dict[str, str]:
    """What can be shown back."""
    return {"correct": _("Correct"), "partly": _("Partly"), "wrong": _("Wrong")}


def taught_words() -> dict[str, str]:
    """Who was taught."""
    return {"patient": _("Patient"), "family": _("Family"), "both": _("Both")}


def open_visits(episode: Any) -> Any:
    """The visits whose note can still take a fact, the latest first."""
    return episode.visits.filter(state__in=("open", "ended")).order_by("-scheduled_at")


@door()
def handouts(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The sheet of one topic as it will be printed, and teach-back beside it."""
    episode = access_progress.episode_for(request.user, episode_id, to="measure")
    offered = education.offered(episode)
    topic = topic_id(request.GET.get("topic") or offered[0])
    language = request.GET.get("language", episode.patient.language)
    language = language if language in ("en", "es") else "en"
    own = request.GET.get("own", "yes") == "yes"
    text = education.preview(request.user, episode_id, topic=topic, language=language, own=own)
    records = education.records(episode)
    points = sum(record.on == clock.today() for record in records) + 1
    return render(
        request,
        "home/handouts.html",
        {
            **head(episode, "handouts"),
            "topics": [(name, topic_title(name)) for name in offered],
            "topic": topic,
            "title": topic_title(topic),
            "language": language,
            "own": own,
            "text": text,
            "figures": [
                (item, drawn(figure(item.figure, language).svg)) for item in text.exercises
            ],
            "is_large": education.wants_large(episode.patient.birth_date, clock.today()),
            "records": [(record, topic_title(record.topic)) for record in reversed(records)],
            "is_due": teaching.teach_back_due(topic, version(), records),
            "too_many": teaching.too_many_points(points),
            "results": result_words(),
            "taught": taught_words(),
            "visits": open_visits(episode),
        },
    )


@door()
def pdf(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The sheet as PDF."""
    asked = request.GET
    topic = topic_id(asked.get("topic", ""))
    size = asked.get("size", "")
    made = education.print_handout(
        request.user,
        episode_id,
        topic=topic,
        language=asked.get("language", "en"),
        large={"large": True, "standard": False}.get(size),
        picture_only=asked.get("pictures") == "yes",
        own=asked.get("own", "yes") == "yes",
        at=clock.now(),
    )
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{topic}.pdf"'},
    )


@door("POST")
def teach(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Record what was shown back."""
    given = request.POST
    try:
        rounds = int(given.get("rounds", ""))
    except ValueError:
        raise BadInput(_("Give the number of rounds.")) from None
    education.teach(
        request.user,
        episode_id,
        topic=given.get("topic", ""),
        first_try=given.get("first_try", ""),
        rounds=rounds,
        final=given.get("final", ""),
        taught=given.get("taught", ""),
        language=given.get("language", "en"),
        interpreter=given.get("interpreter") == "yes",
        picture_only=given.get("picture_only") == "yes",
        visit_id=given.get("visit") or None,
        at=clock.now(),
    )
    messages.success(request, _("The teach-back is kept."))
    return redirect("handouts", episode_id)
