"""The signatures that others give: physicians under plans, therapists under assistants' notes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.clinic.services import certification, cosign, plans
from neuroreed.model.errors import BadInput
from neuroreed.web import clock
from neuroreed.web.pages.documentation.forms import (
    OrderForm,
    SentForm,
    SignatureForm,
    VerbalForm,
)
from neuroreed.web.pages.door import door
from neuroreed.web.pages.showing import section_lines

ACTS: dict[str, Any] = {
    "sent": (SentForm, plans.sent),
    "order": (OrderForm, certification.order),
    "verbal": (VerbalForm, certification.verbal),
    "signed": (SignatureForm, certification.certify),
}


def state_words() -> dict[str, tuple[str, str]]:
    """What the states of a certification look like and are called."""
    return {
        "uncertified": ("stop", _("not certified")),
        "signature_late": ("stop", _("signature late")),
        "reason_missing": ("stop", _("reason missing")),
        "recertify_soon": ("review", _("ends soon")),
        "signature_out": ("review", _("signature out")),
        "unknown": ("todo", _("not known")),
        "clear": ("good", _("in order")),
    }


@door()
def queue(request: HttpRequest) -> HttpResponse:
    """Plans of care by what their certification asks for."""
    rows = certification.queue(request.user, at=clock.now(), every="all" in request.GET)
    words = state_words()
    values = {
        "rows": [{"row": row, "chip": words[row.state]} for row in rows],
        "every": "all" in request.GET,
    }
    return render(request, "documentation/plans.html", values)


@door("GET", "POST")
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One plan: its periods, and what was sent, said and signed."""
    now = certification.state(request.user, plan_id, at=clock.now())
    forms = {name: made(prefix=name) for name, (made, _act) in ACTS.items()}
    if request.method == "POST":
        name = request.POST.get("act", "")
        if name not in ACTS:
            raise BadInput(_("Sent, ordered, certified by word or signed."))
        made, act = ACTS[name]
        form = made(request.POST, prefix=name)
        if form.is_valid():
            try:
                act(request.user, plan_id, at=clock.now(), **form.cleaned_data)
            except BadInput as mistake:
                form.add_error(None, str(mistake))
            else:
                messages.success(request, _("It is recorded."))
                return redirect("certification", plan_id)
        forms[name] = form
    labels = {
        "sent": (_("Sent to the physician"), _("Record that it was sent")),
        "order": (_("Signed order"), _("File the order")),
        "verbal": (_("Certified by word"), _("Record the word")),
        "signed": (_("Signature"), _("Record the signature")),
    }
    waits = any(form.errors for form in forms.values())
    values = {
        "now": now,
        "plan": now.plan,
        "chip": state_words()[now.state],
        "forms": [(name, *labels[name], form) for name, form in forms.items()],
        "can_seal": not now.is_sealed
        and request.user.role == "therapist"
        and now.plan.episode.ended_on is None
        and now.is_latest,
        "can_file": request.user.role in {"therapist", "front_desk", "admin"},
    }
    return render(request, "documentation/plan.html", values, status=422 if waits else 200)


@door()
def waiting(request: HttpRequest) -> HttpResponse:
    """The notes of assistants and students that wait for this therapist."""
    rows = [{"row": row, "count": len(row.differs)} for row in cosign.queue(request.user)]
    return render(request, "documentation/cosign_list.html", {"rows": rows})


@door("GET", "POST")
def one(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One note beside what differs from the visit before; one tap co-signs it."""
    item = cosign.item(request.user, note_id)
    if request.method == "POST":
        cosign.cosign(request.user, note_id, remark=request.POST.get("remark", ""), at=clock.now())
        messages.success(request, _("Co-signed. The note itself is unchanged."))
        return redirect("cosign-list")
    groups: dict[str, list[Any]] = {}
    for entry in item.differs:
        groups.setdefault(entry.activity, []).append(entry)
    values = {
        "item": item,
        "sections": [section_lines(section) for section in item.sections],
        "groups": groups.items(),
    }
    return render(request, "documentation/cosign.html", values)
