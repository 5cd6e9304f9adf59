"""One visit: its review before the signature, and its tabs after it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.clinic import access
from neuroreed.clinic.services import charges, claims, notes, visits
from neuroreed.model.errors import BadInput
from neuroreed.web import clock
from neuroreed.web.pages import showing
from neuroreed.web.pages.documentation.panel import panel
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import AddendumForm

TABS = ("note", "minutes", "charges", "findings", "history")


@door()
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The place where this visit stands: session, review or record."""
    row = access.visit_for(request.user, visit_id)
    return redirect(*showing.place(request.user, row))


@door()
def review(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The note beside the facts it came from; what a reviewer would ask; one button."""
    row = access.visit_for(request.user, visit_id)
    if row.state != "ended" or not request.user.treats:
        return redirect(*showing.place(request.user, row))
    draft = notes.draft(request.user, visit_id, at=clock.now())
    preview = charges.preview(request.user, visit_id, at=clock.now())
    values = showing.review(request.user, row, draft, preview)
    values |= panel(row, preview.facts, preview.documentation)
    return render(request, "visit/review.html", values)


@door("POST")
def modifier(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Accept or refuse one proposed modifier."""
    cpt, _colon, proposed = request.POST.get("line", "").partition(":")
    acts = {"accept": visits.accept_modifier, "refuse": visits.refuse_modifier}
    act = acts.get(request.POST.get("answer", ""))
    if act is None:
        raise BadInput(_("Accept or refuse the modifier."))
    act(request.user, visit_id, cpt=cpt, modifier=proposed, at=clock.now())
    return redirect("visit-review", visit_id)


@door("POST")
def sign(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Seal the note under the person's name."""
    note = notes.sign(request.user, visit_id, accepted=None, at=clock.now())
    messages.success(request, _("The note is signed and sealed ({}).").format(note.sha256[:12]))
    return redirect("visit-tab", visit_id, "note")


@door("POST")
def direct(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The supervisor was in the room while the student treated."""
    notes.direct_student(request.user, visit_id, at=clock.now())
    return redirect("visit-review", visit_id)


@door("POST")
def addendum(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Add to a signed note; the note itself stays."""
    signed = access.notes_for(request.user, visit_id)
    form = AddendumForm(request.POST)
    if not signed or not form.is_valid():
        raise BadInput(_("Write what to add and why it is added now."))
    notes.addendum(request.user, signed[0].id, at=clock.now(), **form.cleaned_data)
    messages.success(request, _("The addendum is signed. The note above it is unchanged."))
    return redirect("visit-tab", visit_id, "note")


@door("POST")
def release(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Assemble the claim of a signed visit."""
    claim = claims.release(request.user, visit_id, at=clock.now())
    messages.success(request, _("Claim {} is ready to be filed.").format(claim.number))
    return redirect("claim", claim.id)


@door()
def tab(request: HttpRequest, visit_id: UUID, name: str) -> HttpResponse:
    """One tab of the record of a visit."""
    row = access.visit_for(request.user, visit_id)
    values = showing.record(request.user, row, name, at=clock.now())
    return render(request, f"visit/{name}.html", values)


@door("POST")
def resolve(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Answer a finding; the finding stays, with the answer beside it."""
    finding = access.finding_for(request.user, finding_id)
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    if not reason:
        raise BadInput(_("Say why the finding does not hold here."))
    charges.resolve(request.user, finding_id, reason=reason, at=clock.now())
    return redirect("visit-tab", finding.visit_id, "findings")
