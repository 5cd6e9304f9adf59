"""Remittances: the cheque and its balance, expected beside paid, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from neuroreed.clinic import access_money
from neuroreed.clinic.services import remittance as service
from neuroreed.web import clock
from neuroreed.web.pages.desk.shell import key, page
from neuroreed.web.pages.door import door

LATEST = 100
MOST_ROWS = 1000
FIRST = {"underpaid": 0, "overpaid": 1, "denied": 2, "patient_share_differs": 3, "unknown": 4}
SIGNS = {
    "underpaid": "stop",
    "overpaid": "review",
    "denied": "stop",
    "patient_share_differs": "review",
    "unknown": "todo",
    "as_expected": "good",
}


@door()
def remittances(request: HttpRequest) -> HttpResponse:
    """The cheques, the latest first."""
    rows = access_money.remittances(request.user)[:LATEST]
    return page(request, "desk/remittances.html", rows=rows, carried=service.carried())


@door()
def remittance(request: HttpRequest, remittance_id: UUID) -> HttpResponse:
    """One cheque: its balance, its lines with the differences first, its held answers."""
    row = access_money.remittance_for(request.user, remittance_id)
    lines = [
        {"row": one, "sign": SIGNS.get(one.verdict, "todo"), "because": one.body.get("because", ())}
        for one in row.comparisons.select_related("claim__patient", "claim__visit")
    ]
    lines.sort(key=lambda one: (FIRST.get(one["row"].verdict, 9), one["row"].off_by_cents or 0))
    return page(
        request,
        "desk/remittance.html",
        row=row,
        lines=lines[:MOST_ROWS],
        differing=sum(one["row"].verdict != "as_expected" for one in lines),
        provider=row.provider.all(),
        held=waiting(request, row.held.filter(decision=None)),
    )


def waiting(request: HttpRequest, rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Held answers with the claims that may be meant."""
    shown = []
    for one in rows:
        proposals = []
        offered = list(one.body.get("proposals", ()))
        if one.body.get("matched"):
            offered.insert(0, {"claim_id": one.body["matched"], "agrees": ["number"]})
        known: set[Any] = set()
        for proposal in offered:
            claim = access_money.claim_of_number(request.user, proposal["claim_id"])
            if claim is None or claim.pk in known:
                continue
            known.add(claim.pk)
            proposals.append(
                {
                    "claim": claim,
                    "agrees": proposal.get("agrees", ()),
                    "differs": proposal.get("differs", ()),
                }
            )
        shown.append({"row": one, "proposals": proposals})
    return shown


@door()
def unmatched(request: HttpRequest) -> HttpResponse:
    """All answers that wait for a person, the largest payment first."""
    rows = access_money.held_answers(request.user)[:LATEST]
    return page(request, "desk/unmatched.html", held=waiting(request, rows))


@door("POST")
def post_to(request: HttpRequest, held_id: UUID) -> HttpResponse:
    """Post a held answer to the claim that the person named."""
    claim_id = key(request.POST.get("claim"))
    claim = service.post_to(request.user, held_id, claim_id, at=clock.now())
    messages.success(request, _("Posted to claim {}.").format(claim.number))
    return redirect("desk-unmatched")


@door("POST")
def set_aside(request: HttpRequest, held_id: UUID) -> HttpResponse:
    """Decide that a held answer is not posted."""
    service.set_aside(request.user, held_id, reason=request.POST.get("reason", ""), at=clock.now())
    messages.success(request, _("Put aside, with your reason."))
    return redirect("desk-unmatched")
