"""The patient's page without an account: what a signed, expiring code opens.

It asks for no sign-in, sets no cookie and names nobody. A service worker of its own address
keeps it on the phone, so that it opens without a network.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from hashlib import sha256
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from neuroreed.care.education.figures import figure
from neuroreed.care.education.handouts import dose_lines, exercise_text, exercises, phrases
from neuroreed.care.education.programme import TIPS, Barrier
from neuroreed.care.readability import language_of
from neuroreed.clinic import access_progress
from neuroreed.clinic.homes import HomePage
from neuroreed.clinic.services import programmes
from neuroreed.model.errors import BadInput, NotFound, Refused
from neuroreed.web import clock
from neuroreed.web.pages.progress.shown import drawn

LONGEST_BODY = 64 * 1024
ASSETS = ("css/home.css", "js/home.js", "img/mark.svg")
PAINS = range(11)
Page = Callable[..., HttpResponse]


def public(*methods: str) -> Callable[[Page], Page]:
    """A page for whoever holds its address; a closed or altered address says only that."""

    def dress(view: Page) -> Page:
        @wraps(view)
        def dressed(request: HttpRequest, address: str, **kwargs: object) -> HttpResponse:
            try:
                return view(request, address, **kwargs)
            except (NotFound, Refused) as error:
                return closed(request, isinstance(error, NotFound))

        return never_cache(require_http_methods(methods)(dressed))

    return dress


def closed(request: HttpRequest, unknown: bool) -> HttpResponse:
    """What a code that opens nothing says, in both languages."""
    answer = render(request, "home/closed.html", status=404 if unknown else 410)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # an address is a key: not for logs
    return answer


@cache
def release() -> str:
    """The identity of the page's own files, so that a phone fetches a new one once."""
    found = sha256()
    for name in ASSETS:
        path = finders.find(name)
        if isinstance(path, str):
            with open(path, "rb") as file:  # noqa: PTH123  (a path of the finders)
                found.update(file.read())
    return found.hexdigest()[:12]


def exercise_cards(page: HomePage, language: str) -> list[dict[str, Any]]:
    """Each exercise as it is shown, spoken and counted."""
    cards = []
    for item in page.programme.items:
        text = exercise_text(exercises()[item.id], language, item.dose)
        drawing = figure(text.figure, language)
        dose = dose_lines(text)[1:-1]
        cards.append(
            {
                "id": item.id,
                "name": text.name,
                "steps": text.steps,
                "dose": dose,
                "stop": text.stop,
                "svg": drawn(drawing.svg),
                "caption": drawing.caption,
                "count": item.dose.count,
                "sets": item.dose.sets,
                "per_day": item.dose.per_day,
                "unit": item.dose.unit,
                "is_timed": item.dose.unit in ("seconds", "minutes"),
                "seconds": item.dose.count * (60 if item.dose.unit == "minutes" else 1),
                "spoken": " ".join([f"{text.name}.", *text.steps, *dose, text.stop]),
            }
        )
    return cards


def stop_lines(page: HomePage, language: str) -> list[str]:
    """The stop rules that hold for everything, first on the page."""
    say = phrases()
    return list(say["general_stop"][language])


def barriers(language: str) -> list[dict[str, str]]:
    """What may stand in the way, with the tip for it."""
    said = {
        Barrier.PAIN: _("Pain"),
        Barrier.TIME: _("No time"),
        Barrier.FEAR: _("I am afraid to fall"),
        Barrier.MEMORY: _("I forgot"),
        Barrier.SPACE: _("No space"),
        Barrier.MOOD: _("I feel low"),
        Barrier.COST: _("Cost"),
    }
    return [{"id": b.value, "label": said[b], "tip": TIPS[b][language]} for b in said]


def words(page: HomePage, language: str) -> dict[str, Any]:
    """Everything the page says in one language."""
    plan = page.programme.plan
    return {
        "page": page,
        "language": language,
        "other_language": "es" if language == "en" else "en",
        "cards": exercise_cards(page, language),
        "stops": stop_lines(page, language),
        "days": list(zip(phrases_days(page, language), page.days, strict=True)),
        "plan": f"{plan.cue}, {plan.action}, {plan.place}." if plan else "",
        "flare": phrases()["plan"]["flare"][language],
        "barriers": barriers(language),
        "pains": PAINS,
        "assets": [static(name) for name in ASSETS],
        "release": release(),
    }


def phrases_days(page: HomePage, language: str) -> list[str]:
    """The names of the last seven days, the oldest first."""
    names = phrases()["log"]["days"][language]
    today = page.today.weekday()
    return [names[(today - back) % 7] for back in range(6, -1, -1)]


@public("GET")
def home(request: HttpRequest, address: str) -> HttpResponse:
    """The exercises of one programme, with the stop rules first."""
    page = access_progress.home_opened(address, at=clock.now())
    asked = request.GET.get("l", "")
    language = asked if asked in ("en", "es") else language_of(page.language)
    with translation.override(language):
        return render(request, "home/phone.html", {**words(page, language), "address": address})


@public("GET")
def worker(request: HttpRequest, address: str) -> HttpResponse:
    """The service worker of this address alone."""
    access_progress.home_page(address, at=clock.now())
    return render(
        request,
        "home/worker.js",
        {
            "release": release(),
            "kept": json.dumps(["./", "./?l=en", "./?l=es", *(static(name) for name in ASSETS)]),
        },
        content_type="text/javascript",
    )


@csrf_exempt  # no cookie carries any right here: the address itself is the key
@public("POST")
def logs(request: HttpRequest, address: str) -> HttpResponse:
    """Take in what a phone kept; the answer tells it what it may forget."""
    try:
        if len(request.body) > LONGEST_BODY:
            raise BadInput("Too long.")
        given = json.loads(request.body)
        entries = given["entries"]
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise BadInput("Entries are a list.")
        found = programmes.log(
            address, entries=entries, sent_at_ms=given["sent_at_ms"], at=clock.now()
        )
    except (BadInput, ValueError, KeyError, TypeError, RecursionError):
        answer = JsonResponse({"error": "unreadable"}, status=400)
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer
    return JsonResponse(
        {
            "settled": list(found.settled),
            "set_aside": list(found.set_aside),
            "clock_off_seconds": found.clock_off_seconds,
        }
    )
