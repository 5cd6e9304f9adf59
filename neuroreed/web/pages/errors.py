"""What a page says when it cannot do what was asked: what happened, what is safe, how to go on."""

from __future__ import annotations

import logging
from secrets import token_hex
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from neuroreed.model.errors import BadInput, NeuroReedError, NoParameter, NotFound, Refused

log = logging.getLogger("neuroreed.web")


def page(request: HttpRequest, status: int, **words: Any) -> HttpResponse:
    """One error page, or its sentence alone when HTMX asked for a part of a page."""
    words.setdefault("lost", _("Nothing was lost: everything saved before is still there."))
    words.setdefault("back_label", _("Go to the first page"))
    if request.headers.get("HX-Request"):
        html = render_to_string("parts/refusal.html", {**words, "next": words["lost"]})
        return HttpResponse(
            html, status=status, headers={"HX-Retarget": "#messages", "HX-Reswap": "innerHTML"}
        )
    return render(request, "errors/page.html", words, status=status)


def of(request: HttpRequest, error: NeuroReedError, *, back: str = "") -> HttpResponse:
    """The page of one of our own errors."""
    words: dict[str, Any] = {"says": str(error), "missing": getattr(error, "missing", ())}
    if words["missing"]:
        words["says"] = ""
    if back:
        words |= {"back": back, "back_label": _("Go back")}
    if isinstance(error, NotFound):
        return not_found(request)
    if isinstance(error, Refused):
        return page(request, 409, title=_("This cannot be done now."), **words)
    if isinstance(error, NoParameter):
        return page(request, 422, title=_("A figure is missing from the rule data."), **words)
    if isinstance(error, BadInput):
        return page(request, 400, title=_("Something in the entry does not fit."), **words)
    log.error("unexpected %s", type(error).__name__)
    return page(request, 500, title=_("The record did not pass its own check."), **words)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself was malformed."""
    return page(
        request,
        400,
        title=_("The page sent something we could not read."),
        says=_("Go back and try once more."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but this is not part of the person's work."""
    return page(
        request,
        403,
        title=_("Your account does not do this."),
        says=_("Ask an administrator if it should."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: absent, or not this person's to see."""
    return page(
        request,
        404,
        title=_("There is nothing here for you."),
        says=_("The address may be old, or the record belongs to someone else's work."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. This page asks nothing of the database."""
    reference = token_hex(4)
    log.error("server error, reference %s", reference)
    words = {
        "title": _("Something went wrong on our side."),
        "says": _("The last step was not carried out."),
        "lost": _(
            "What was saved before is safe. Taps of a running session are kept on the tablet."
        ),
        "back_label": _("Go to the first page"),
        "reference": reference,
    }
    return HttpResponse(render_to_string("errors/bare.html", words), status=500)
