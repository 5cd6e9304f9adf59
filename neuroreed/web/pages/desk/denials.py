"""Denials: grouped by cause, one act for all of a kind, an appeal in a few presses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from neuroreed.clinic import access_money
from neuroreed.clinic.services import denials as service
from neuroreed.clinic.services import packets
from neuroreed.policy import payers
from neuroreed.web import clock
from neuroreed.web.pages.desk.shell import keys, page
from neuroreed.web.pages.door import door

MOST_MONTHS = 12
MEASURES = ("cause", "payer", "code", "therapist", "month")


def acts() -> list[tuple[str, str, str]]:
    """What can be done for all of a kind: id, button, whether a reason is asked."""
    return [
        ("appealed", _("Make the appeals"), ""),
        ("corrected", _("Make corrected claims"), ""),
        ("written_off", _("Write off"), "reason"),
        ("patient", _("Ask the patient"), "reason"),
    ]


@door()
def denials(request: HttpRequest) -> HttpResponse:
    """Open denials by cause: how many, how much, until when."""
    shown = [
        {
            "group": group,
            "payer": payer_name(group.payer),
            "rows": rows,
            # what a payer took off is never asked of the patient
            "acts": [
                one
                for one in acts()
                if one[0] != "patient" or any(r.item.may_bill_patient is not False for r in rows)
            ],
        }
        for group, rows in service.groups(request.user, at=clock.now())
    ]
    return page(
        request,
        "desk/denials.html",
        groups=shown,
        total=sum(one["group"].amount_cents for one in shown),
        count=sum(one["group"].count for one in shown),
        under_way=service.under_way(request.user),
        measures=[{"id": name, "label": label} for name, label in measures().items()],
    )


def payer_name(payer: str) -> str:
    """The name of a payer's profile, or its id where it has none any more."""
    known = payers.profiles().get(payer)
    return known.name if known else payer


def measures() -> dict[str, str]:
    """What denials are counted by."""
    return dict(
        zip(
            MEASURES,
            (_("Cause"), _("Payer"), _("Code"), _("Therapist"), _("Month")),
            strict=True,
        )
    )


@door()
def trends(request: HttpRequest) -> HttpResponse:
    """All denials by one measure, month by month."""
    by = request.GET.get("by", "cause")
    by = by if by in MEASURES else "cause"
    found = service.trends(request.user, by=by, at=clock.now())
    if by == "payer":
        found = tuple(replace(one, name=payer_name(one.name)) for one in found)
    months = [month for month, _count, _cents in found[0].per_month] if found else []
    return page(
        request,
        "desk/trends.html",
        rows=[
            {
                "name": one.name,
                "count": one.count,
                "amount_cents": one.amount_cents,
                "shown": one.per_month[-MOST_MONTHS:],
            }
            for one in found
        ],
        months=months[-MOST_MONTHS:],
        title=_("Denials by {}").format(measures()[by].lower()),
        label=measures()[by],
        by=by,
        measures=[{"id": name, "label": label} for name, label in measures().items()],
    )


@door("POST")
def act(request: HttpRequest) -> HttpResponse:
    """One act for the chosen denials."""
    wanted = request.POST.get("act", "")
    if wanted == "appealed":
        done = packets.appeal_all(request.user, keys(request), at=clock.now())
    else:
        done = service.act(
            request.user,
            keys(request),
            act=wanted,
            reason=request.POST.get("reason", ""),
            at=clock.now(),
        )
    if done.done:
        said = ngettext("{} denial is done.", "{} denials are done.", done.done)
        messages.success(request, said.format(done.done))
    for sentence in done.refused:
        messages.error(request, sentence)
    return redirect("desk-denials")


@door()
def denial(request: HttpRequest, denial_id: UUID) -> HttpResponse:
    """One denial: what the payer says, what our record says, the appeal as it would go out."""
    found = service.one(request.user, denial_id, at=clock.now())
    return page(
        request,
        "desk/denial.html",
        found=found,
        item=found.item,
        row=found.row,
        evidence=[where(one, found) for one in found.item.evidence],
        draft=packets.draft(request.user, [denial_id], at=clock.now()).packet,
        done=list(found.row.acts.select_related("by", "packet")),
        is_settled=service.is_settled(found.row),
        acts=[
            one
            for one in acts()
            if one[0] != "appealed"
            and (one[0] != "patient" or found.item.may_bill_patient is not False)
        ],
    )


def where(cause: Any, found: service.Open) -> dict[str, Any]:
    """One thing the record says, with the page of the visit on which it stands."""
    place = cause.where.split(".", 1)[0].split(" ", 1)[0]
    tab = {
        "line": "charges",
        "claim": "charges",
        "visit": "minutes",
        "plan_of_care": "note",
        "coverage": "note",
    }.get(place, "findings" if cause.rule else "charges")
    return {"cause": cause, "href": reverse("visit-tab", args=[found.visit_id, tab])}


@door("POST")
def appeal(request: HttpRequest, denial_id: UUID) -> HttpResponse:
    """Make the packet and note that the appeal goes out."""
    packet = packets.appeal(request.user, [denial_id], at=clock.now())
    messages.success(
        request, _("The appeal is made and noted as sent. Print or upload it from here.")
    )
    return redirect(f"{reverse('desk-denial', args=[denial_id])}#packet-{packet.pk}")


@door()
def packet(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """A packet as PDF."""
    row = access_money.packet_for(request.user, packet_id)
    return HttpResponse(
        bytes(row.content),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{row.kind}-{row.sha256[:8]}.pdf"'},
    )
