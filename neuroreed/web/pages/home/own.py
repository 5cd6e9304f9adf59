"""A patient's own view of care, and the summary of one visit, in plain words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from neuroreed.care.education.handouts import exercise_text, exercises
from neuroreed.clinic import access_progress
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.progress import shown


def spoken(request: HttpRequest) -> str | None:
    """The language that was asked for, if one was."""
    asked = request.GET.get("language", "")
    return asked if asked in ("en", "es") else None


def home_lines(programme: Any, language: str) -> list[tuple[str, str]]:
    """The exercises at home with their doses."""
    if programme is None:
        return []
    made = []
    for item in programme.items:
        text = exercise_text(exercises()[item.id], language, item.dose)
        made.append((text.name, " ".join((*text.how_many, text.how_often))))
    return made


def page(request: HttpRequest, care: Any, *, is_own: bool) -> HttpResponse:
    """Today, how I am doing, my next visit; then goals, home and cost."""
    language = care.language
    with translation.override(language):
        return render(
            request,
            "home/own.html",
            {
                "care": care,
                "language": language,
                "is_own": is_own,
                "charts": shown.charts(care.progress) if care.progress else [],
                "home": home_lines(care.home.programme if care.home else None, language),
                "days_done": sum(care.home.days) if care.home else 0,
                "next": care.next_visits[0] if care.next_visits else None,
                "today": clock.today(),
            },
        )


@door()
def mine(request: HttpRequest) -> HttpResponse:
    """The patient who is signed in."""
    care = access_progress.own_care_for(request.user, at=clock.now(), language=spoken(request))
    return page(request, care, is_own=True)


@door()
def of_patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The same page for the staff, to show it or print it."""
    care = access_progress.patient_view_for(
        request.user, patient_id, at=clock.now(), language=spoken(request)
    )
    return page(request, care, is_own=False)


@door()
def summary(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """One visit on one sheet."""
    found = access_progress.summary_for(
        request.user, visit_id, at=clock.now(), language=spoken(request)
    )
    with translation.override(found.language):
        return render(
            request,
            "home/summary.html",
            {
                "summary": found,
                "visit": found.visit,
                "language": found.language,
                "home": home_lines(found.home, found.language),
            },
        )
