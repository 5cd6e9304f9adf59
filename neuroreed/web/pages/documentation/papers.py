"""What leaves on paper, the statement to a likeness, and the clinic's rules for notes."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from neuroreed.clinic import access
from neuroreed.clinic.services import clinic, papers, visits
from neuroreed.model.errors import BadInput
from neuroreed.web import clock
from neuroreed.web.pages.documentation.forms import PacketForm, RulesForm, StatementForm
from neuroreed.web.pages.door import door
from neuroreed.web.pages.patients import filled_form

QUARTER = timedelta(days=90)


def pdf(content: bytes, name: str) -> HttpResponse:
    """A file to be kept; its name tells nobody's."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer


@door()
def note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One sealed note as PDF."""
    content = papers.note_pdf(request.user, note_id, at=clock.now())
    return pdf(content, f"note-{str(note_id)[:8]}")


@door("GET", "POST")
def packet(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The record of a range of dates in one file."""
    patient = access.patient_for(request.user, patient_id)
    today = clock.today()
    form = PacketForm(request.POST or None, initial={"since": today - QUARTER, "until": today})
    if request.method == "POST" and form.is_valid():
        try:
            content = papers.packet_pdf(
                request.user, patient_id, at=clock.now(), **form.cleaned_data
            )
        except BadInput as mistake:
            form.add_error(None, str(mistake))
        else:
            return pdf(content, f"record-{str(patient_id)[:8]}")
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Record packet"),
            "intro": _(
                "Orders, plan, certifications, notes, measures, minutes and log in one file."
            ),
            "act": _("Make the packet"),
            "back": reverse("patient", args=[patient_id]),
            "back_label": patient.name,
        },
    )


@door("POST")
def statement(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The clinician's answer to a likeness."""
    form = StatementForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say in one sentence what differed, or why the dose was held steady."))
    visits.record_visit_fact(
        request.user,
        visit_id,
        field="statement",
        value=form.cleaned_data["statement"],
        at=clock.now(),
    )
    return redirect(f"{reverse('visit-review', args=[visit_id])}#likeness")


@door("GET", "POST")
def rules(request: HttpRequest) -> HttpResponse:
    """How soon notes are signed, and how assistants are supervised and co-signed."""
    now = clinic.note_rules(request.user)
    form = RulesForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        clinic.describe(request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("The rules are changed for notes signed from now on."))
        return redirect("note-rules")
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Rules for notes"),
            "intro": _("Your state and your payers decide; the rule book stays as it is."),
            "act": _("Keep these rules"),
            "back": reverse("account"),
            "back_label": _("Account"),
        },
    )
