"""What the pages of the claims desk share: their tabs, and how choices are read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from neuroreed.clinic import access_money
from neuroreed.model.errors import BadInput

DESK = {"biller", "admin"}
READS = DESK | {"compliance"}
# what the front desk works with too
FRONT = {"desk-authorizations", "desk-eligibility"}


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """The links of the desk, with how much waits behind them."""
    is_desk = request.user.role in READS
    waiting = access_money.held_answers(request.user).count() if is_desk else 0
    links = [
        ("claims", _("Claims"), ""),
        ("desk-exchange", _("Files"), ""),
        ("desk-remittances", _("Remittances"), ""),
        ("desk-unmatched", _("Unmatched"), waiting or ""),
        ("desk-denials", _("Denials"), ""),
        ("desk-differences", _("Differences"), ""),
        ("desk-authorizations", _("Authorisations"), ""),
        ("desk-eligibility", _("Eligibility"), ""),
        ("desk-month", _("Close of month"), ""),
    ]
    return [
        {
            "href": reverse(name),
            "label": label,
            "count": count,
            "is_current": request.path == reverse(name),
        }
        for name, label, count in links
        if is_desk or name in FRONT
    ]


def page(request: HttpRequest, template: str, **words: Any) -> HttpResponse:
    """A page of the desk."""
    words["tabs"] = tabs(request)
    words["may_act"] = request.user.role in DESK
    return render(request, template, words)


def keys(request: HttpRequest, name: str = "id") -> list[UUID]:
    """The chosen rows.

    Raises:
        BadInput: none is chosen, or something that is no key.
    """
    found = request.POST.getlist(name)
    if not found:
        raise BadInput(_("Choose at least one row, then press the button again."))
    return [key(text) for text in found]


def key(text: str | None) -> UUID:
    """One key of a form."""
    try:
        return UUID(str(text))
    except ValueError:
        raise BadInput(_("The page sent something we could not read.")) from None


def amount_cents(text: str) -> int:
    """Dollars as a person writes them, in cents."""
    plain = text.strip().lstrip("$").replace(",", "")
    whole, _dot, part = plain.partition(".")
    if not whole.isdecimal() or not (part == "" or part.isdecimal()) or len(part) > 2:
        raise BadInput(_("Write an amount like 25.00."))
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)
