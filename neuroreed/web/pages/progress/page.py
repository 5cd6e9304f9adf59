"""The progress of an episode on screen and as one printed page, in three voices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.clinic import access_progress
from neuroreed.clinic.services import outcomes
from neuroreed.exchange.pdf.progress import progress as printed
from neuroreed.model.errors import Refused
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.progress import shown

VOICES = ("payer", "physician", "patient")
PART_LENGTH = 8


def asked(request: HttpRequest) -> tuple[str, str]:
    """The voice and language of a page; the patient alone is spoken to in Spanish."""
    voice = request.GET.get("for", "payer")
    voice = voice if voice in VOICES else "payer"
    language = request.GET.get("language", "en")
    return voice, language if language in ("en", "es") and voice == "patient" else "en"


def voices(voice: str, language: str) -> list[dict[str, Any]]:
    """The readers a page can be for."""
    return [
        {"query": "for=payer", "label": _("Payer"), "is_current": voice == "payer"},
        {"query": "for=physician", "label": _("Physician"), "is_current": voice == "physician"},
        {
            "query": "for=patient",
            "label": _("Patient"),
            "is_current": voice == "patient" and language == "en",
        },
        {
            "query": "for=patient&language=es",
            "label": _("Patient, Spanish"),
            "is_current": voice == "patient" and language == "es",
        },
    ]


def head(episode: Any, current: str) -> dict[str, Any]:
    """What stands on top of every page of an episode's progress."""
    tabs = [
        ("progress", _("Progress")),
        ("measures", _("Measures")),
        ("goals", _("Goals")),
        ("handouts", _("Handouts")),
        ("home-programme", _("Home programme")),
    ]
    return {
        "episode": episode,
        "patient": episode.patient,
        "tabs": [
            {"name": name, "label": label, "is_current": name == current} for name, label in tabs
        ],
    }


@door()
def progress(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Graphs, sentences and what follows from them."""
    voice, language = asked(request)
    view = access_progress.progress_for(
        request.user, episode_id, on=clock.today(), voice=voice, language=language
    )
    words = shown.choice_words()
    return render(
        request,
        "progress/page.html",
        {
            **head(view.episode, "progress"),
            "view": view,
            "voice": voice,
            "language": language,
            "voices": voices(voice, language),
            "charts": shown.charts(view.proof) if view.proof else [],
            "goals": [
                (goal, shown.status_chip(goal.status.status.value if goal.status else None))
                for goal in view.goals
            ],
            "due": [(each, shown.measure_name(each.measure)) for each in view.due if each.core],
            "clinic_paths": [(p, shown.measure_name(p.measure)) for p in view.clinic_paths],
            "choices": [(choice.value, words[choice.value]) for choice in view.choices],
            "can_decide": request.user.role == "therapist" and view.proof is not None,
        },
    )


@door()
def pdf(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The proof of progress as one page."""
    voice, language = asked(request)
    view = access_progress.progress_for(
        request.user, episode_id, on=clock.today(), voice=voice, language=language
    )
    if view.proof is None:
        raise Refused(_("There is nothing to print yet: record a measure first."))
    name = f"progress-{str(episode_id)[:PART_LENGTH]}-{voice}.pdf"
    return HttpResponse(
        printed(view.proof),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@door("POST")
def decide(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Keep the therapist's decision on the measurements."""
    outcomes.decide(
        request.user,
        episode_id,
        choice=request.POST.get("choice", ""),
        because=request.POST.get("because", ""),
        at=clock.now(),
    )
    messages.success(request, _("The decision stands on the proof of progress."))
    return redirect("progress", episode_id)
