"""The home programme: agree on it, open it to a phone, see what was done, count for RTM."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from neuroreed.care.education.handouts import (
    EFFORTS,
    MOST_EXERCISES,
    UNITS,
    HomeDose,
    dose_lines,
    exercise_text,
    exercises,
)
from neuroreed.care.education.monitoring import Supported
from neuroreed.care.education.programme import Barrier, advice
from neuroreed.clinic import access_progress
from neuroreed.clinic.services import programmes
from neuroreed.model.errors import BadInput
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.home import phone
from neuroreed.web.pages.progress.page import head
from neuroreed.web.pages.progress.shown import code

SLOTS = range(1, MOST_EXERCISES + 1)
DOSE = ("count", "sets", "per_day", "days")
CONFIDENCE = range(11)


def given_of(view: Any) -> dict[str, Any]:
    """The present programme as the form shows it."""
    made: dict[str, Any] = {
        "language": view.episode.patient.language,
        "starts_on": clock.today().isoformat(),
        "barriers": [],
    }
    if view.row is None:
        return made
    for slot, item in enumerate(view.row.items, start=1):
        made[f"exercise-{slot}"] = item["id"]
        made |= {f"{name}-{slot}": str(item["dose"][name]) for name in DOSE}
        made[f"effort-{slot}"] = item["dose"]["effort"]
    for name in ("language", "cue", "action", "place", "goal"):
        made[name] = getattr(view.row, name)
    made["confidence"] = "" if view.row.confidence is None else str(view.row.confidence)
    made["barriers"] = list(view.row.barriers)
    return made


def slots(given: Any) -> list[dict[str, Any]]:
    """The rows of the builder."""
    return [
        {
            "n": n,
            "exercise": given.get(f"exercise-{n}", ""),
            "doses": [
                {"name": f"{name}-{n}", "label": label, "value": given.get(f"{name}-{n}", "")}
                for name, label in zip(
                    DOSE, (_("Count"), _("Sets"), _("Times a day"), _("Days a week")), strict=True
                )
            ],
            "effort": given.get(f"effort-{n}", ""),
        }
        for n in SLOTS
    ]


def whole(text: str, what: str) -> int:
    """A whole number that a person wrote."""
    try:
        return int(text)
    except ValueError:
        raise BadInput(_("{what}: give a whole number.").format(what=what)) from None


def items_of(given: Any) -> list[tuple[str, HomeDose]]:
    """The exercises that were chosen; an empty dose is the library's."""
    made = []
    for n in SLOTS:
        key = given.get(f"exercise-{n}", "")
        if not key:
            continue
        base = programmes.library_dose(key)
        numbers = {
            name: whole(given[f"{name}-{n}"], name.replace("_", " "))
            if given.get(f"{name}-{n}")
            else getattr(base, name)
            for name in DOSE
        }
        effort = given.get(f"effort-{n}") or base.effort
        made.append((key, HomeDose(unit=base.unit, effort=effort, sides=base.sides, **numbers)))
    return made


def keep(request: HttpRequest, episode_id: UUID) -> None:
    """Hand the form to the record."""
    given = request.POST
    try:
        starts_on = date.fromisoformat(given.get("starts_on", ""))
    except ValueError:
        raise BadInput(_("Give the day it starts.")) from None
    confidence = given.get("confidence", "")
    programmes.write(
        request.user,
        episode_id,
        items=items_of(given),
        starts_on=starts_on,
        language=given.get("language", "en"),
        cue=given.get("cue", ""),
        action=given.get("action", ""),
        place=given.get("place", ""),
        confidence=whole(confidence, _("Confidence")) if confidence else None,
        barriers=given.getlist("barriers"),
        goal=given.get("goal", ""),
        at=clock.now(),
    )


def counters(view: Any) -> list[dict[str, Any]]:
    """Remote monitoring: each count with what it would support, and what not yet."""
    made = []
    for title, found, unit in (
        (_("Days with data"), view.supply, _("days")),
        (_("Minutes of management"), view.management, _("minutes")),
    ):
        if found is not None:
            made.append(
                {
                    "title": title,
                    "count": found.count,
                    "unit": unit,
                    "starts_on": found.starts_on,
                    "ends_on": found.ends_on,
                    "supported": found.supported,
                    "not_yet": found.not_yet,
                    "source": found.source,
                    "confidence": found.confidence,
                }
            )
    return made


@door("GET", "POST")
def programme(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The builder, what was logged, the codes and the counts."""
    error = ""
    if request.method == "POST":
        try:
            keep(request, episode_id)
        except BadInput as refused:
            error = str(refused)
        else:
            messages.success(request, _("The home programme is kept."))
            return redirect("home-programme", episode_id)
    view = access_progress.home_for(request.user, episode_id, at=clock.now())
    given: Any = request.POST if error else given_of(view)
    chosen = request.POST.getlist("barriers") if error else given.get("barriers", [])
    return render(
        request,
        "home/programme.html",
        {
            **head(view.episode, "home-programme"),
            "view": view,
            "given": given,
            "slots": slots(given),
            "library": [
                {
                    "id": one.id,
                    "name": one.name["en"],
                    "dose": " ".join(exercise_text(one, "en").how_many),
                }
                for one in exercises().values()
            ],
            "efforts": EFFORTS,
            "units": UNITS,
            "confidences": CONFIDENCE,
            "barriers": [(b.value, b.value.replace("_", " "), b.value in chosen) for b in Barrier],
            "advice": advice(view.programme) if view.programme else (),
            "lines": [
                (exercises()[i.id].name["en"], " ".join(dose_lines(_text(i))[1:-1]))
                for i in (view.programme.items if view.programme else ())
            ],
            "counters": counters(view),
            "setup": view.setup,
            "setup_is_supported": isinstance(view.setup, Supported),
            "error": error,
            "today": clock.today().isoformat(),
            "can_change": request.user.treats,
        },
        status=422 if error else 200,
    )


def _text(item: Any) -> Any:
    return exercise_text(exercises()[item.id], "en", item.dose)


@door("POST")
def share(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Open the programme to a phone."""
    days = whole(request.POST.get("days") or str(programmes.LINK_DAYS), _("Days"))
    link, _token = programmes.share(request.user, episode_id, days=days, at=clock.now())
    return redirect("home-card", link.pk)


@door("POST")
def close(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Take a code back."""
    link = access_progress.home_link_for(request.user, link_id)
    programmes.close(request.user, link_id, at=clock.now())
    messages.success(request, _("The code opens nothing from now on."))
    return redirect("home-programme", link.episode_id)


@door("POST")
def contact(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Note minutes of remote monitoring."""
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise BadInput(_("Give the day.")) from None
    programmes.contact(
        request.user,
        episode_id,
        on=on,
        minutes=whole(request.POST.get("minutes", ""), _("Minutes")),
        interactive=request.POST.get("interactive") == "yes",
        at=clock.now(),
    )
    messages.success(request, _("The minutes are kept."))
    return redirect("home-programme", episode_id)


@door()
def card(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """The programme card to print: exercises, stop rules and the code."""
    link = access_progress.home_link_for(request.user, link_id)
    token = access_progress.home_token(request.user, link_id)
    page = access_progress.home_page(token, at=clock.now())
    address = request.build_absolute_uri(reverse("home-phone", args=[token]))
    with translation.override(page.language):
        return render(
            request,
            "home/card.html",
            {
                **phone.words(page, page.language),
                "episode_id": link.episode_id,
                "link": link,
                "qr": code(address),
                "address": address,
            },
        )
