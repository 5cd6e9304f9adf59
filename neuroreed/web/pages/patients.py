"""Patients: the list, the page of one, and the forms of the front desk and the therapist."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from neuroreed.care import catalogue
from neuroreed.clinic import access, access_documents
from neuroreed.clinic.services import patients as service
from neuroreed.clinic.services import plans
from neuroreed.model.errors import BadInput
from neuroreed.model.money import cents
from neuroreed.policy import icd10
from neuroreed.web import clock
from neuroreed.web.pages.documentation.words import titles
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import (
    AttestForm,
    CertifyForm,
    CoverageForm,
    DiagnosesForm,
    PatientForm,
)
from neuroreed.web.pages.showing import CHIPS, state_words, technique_name

EDITORS = {"therapist", "front_desk", "admin", "biller"}
BOOKERS = {"therapist", "assistant", "student", "front_desk", "admin"}
MOST_ROWS = 200


@door("GET", "POST")
def patients(request: HttpRequest) -> HttpResponse:
    """The people in care. A search is posted, so that no name stands in an address."""
    search = request.POST.get("search", "").replace("\0", "").strip()[:100]
    rows = access.patients(request.user, search=search)[:MOST_ROWS]
    values = {
        "search": search,
        "rows": rows,
        "can_register": request.user.role in {"front_desk", "admin", "therapist"},
    }
    return render(request, "patients/list.html", values)


def diagnoses(codes: Any, on: Any) -> list[str]:
    """Codes with their descriptions where the shipped list has them."""
    shown = []
    for code in codes:
        found = icd10.diagnosis(code, on)
        shown.append(f"{code} {found.description}" if found else code)
    return shown


def plan_lines(plan: Any) -> dict[str, Any]:
    """A plan of care with its certification in a chip."""
    periods = list(plan.certifications.all())
    last = periods[-1] if periods else None
    if last and last.signed_on:
        chip = ("good", _("certified"))
    elif plan.sent_to_physician_on:
        chip = ("review", _("sent, not signed"))
    else:
        chip = ("review", _("not sent for signature"))
    return {
        "row": plan,
        "id": plan.id,
        "until": last.until if last else None,
        "is_certified": bool(last and last.signed_on),
        "chips": [chip],
        "technique_names": [technique_name(t) or t for t in plan.planned_techniques],
        "goals": plan.goals.all(),
    }


def episode_lines(user: Any, episode: Any, chart: Any) -> dict[str, Any]:
    """One course of care with its latest plan."""
    known = {c.id: c.name for c in catalogue.conditions()}
    own = [plan for plan in chart.plans if plan.episode_id == episode.id]
    return {
        "row": episode,
        "condition_name": known.get(episode.condition, episode.condition) or _("Course of care"),
        "therapist_name": str(episode.therapist),
        "medical": diagnoses(episode.medical_diagnoses, episode.started_on),
        "treatment": diagnoses(episode.treatment_diagnoses, episode.started_on),
        "plan": plan_lines(own[-1]) if own else None,
        "reports": access_documents.reports_for(user, episode.id),
        "writes": access_documents.may_document(user, episode),
    }


@door()
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Coverage, courses of care, plan, goals and visits of one person."""
    chart = access.chart_for(request.user, patient_id)
    ranks = {"P": _("Primary"), "S": _("Secondary"), "T": _("Tertiary")}
    said = state_words()
    role = request.user.role
    return render(
        request,
        "patients/patient.html",
        {
            "patient": chart.patient,
            "age": chart.age,
            "coverages": [{"row": c, "rank": ranks.get(c.sequence, "")} for c in chart.coverages],
            "authorizations": chart.authorizations,
            "episodes": [episode_lines(request.user, e, chart) for e in chart.episodes],
            "visits": [
                {
                    "row": v,
                    "sign": CHIPS.get(v.state, "todo"),
                    "word": said.get(v.state, v.state),
                    "can_open": v.state == "signed" if role == "patient" else role != "front_desk",
                }
                for v in chart.visits[:30]
            ],
            "can_edit": role in EDITORS,
            "can_plan": role == "therapist",
            "can_book": role in BOOKERS,
            "sees_care": role not in {"front_desk", "patient"},
            "report_titles": titles(),
            "attest_form": AttestForm(),
            "certify_form": CertifyForm(),
        },
    )


@door("GET", "POST")
def diagnoses_of(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Change the diagnoses of a course of care; what was signed keeps its own."""
    episode = access.episode_for(request.user, episode_id, to="treat")
    begun = {n: getattr(episode, n) for n in ("medical_diagnoses", "treatment_diagnoses")}
    form = DiagnosesForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            plans.change_diagnoses(request.user, episode_id, at=clock.now(), **form.cleaned_data)
        except BadInput as mistake:
            form.add_error(None, str(mistake))
        else:
            messages.success(
                request,
                _("The diagnoses are changed. Signed notes keep those they were signed with."),
            )
            return redirect("patient", episode.patient_id)
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Change the diagnoses"),
            "intro": _("They hold for visits that are not signed yet."),
            "act": _("Change the diagnoses"),
            "back": reverse("patient", args=[episode.patient_id]),
            "back_label": episode.patient.name,
        },
    )


def filled_form(request: HttpRequest, words: dict[str, Any]) -> HttpResponse:
    """A form page; one with errors keeps what was written."""
    return render(request, "patients/form.html", words, status=422 if words["form"].errors else 200)


@door("GET", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Register a patient."""
    form = PatientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = service.register(request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("Registered. Add the coverage next: a claim needs one."))
        return redirect("patient", made.id)
    access.patients(request.user)
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Register a patient"),
            "act": _("Register"),
            "back": reverse("patients"),
            "back_label": _("Patients"),
        },
    )


@door("GET", "POST")
def edit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Change the particulars of a patient."""
    row = access.patient_for(request.user, patient_id, to="edit")
    names = list(PatientForm.base_fields)
    form = PatientForm(request.POST or None, initial={n: getattr(row, n) for n in names})
    if request.method == "POST" and form.is_valid():
        service.update(request.user, patient_id, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("The particulars are changed; the old ones stay in the log."))
        return redirect("patient", patient_id)
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Change the particulars"),
            "act": _("Save the particulars"),
            "back": reverse("patient", args=[patient_id]),
            "back_label": row.name,
        },
    )


@door("GET", "POST")
def coverage(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add an insurance."""
    row = access.patient_for(request.user, patient_id, to="edit")
    form = CoverageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        left = given.pop("deductible_left")
        given["deductible_left_cents"] = None if left is None else cents(left)
        service.add_coverage(request.user, patient_id, at=clock.now(), **given)
        messages.success(request, _("The coverage is added."))
        return redirect("patient", patient_id)
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Add a coverage"),
            "act": _("Add the coverage"),
            "back": reverse("patient", args=[patient_id]),
            "back_label": row.name,
        },
    )


@door("POST")
def certify(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Record the physician's signature."""
    row = access.plan_for(request.user, plan_id, to="certify")
    form = CertifyForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Give the date of the signature and the ten digits of the NPI."))
    plans.certify(request.user, plan_id, at=clock.now(), **form.cleaned_data)
    messages.success(request, _("The signature is recorded."))
    return redirect("patient", row.episode.patient_id)


@door("POST")
def attest(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The therapist states why care above the yearly threshold is needed."""
    row = access.plan_for(request.user, plan_id, to="edit")
    form = AttestForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Write why care above the threshold is needed."))
    plans.attest_kx(request.user, plan_id, at=clock.now(), **form.cleaned_data)
    messages.success(request, _("Your statement is recorded; KX can now be proposed."))
    return redirect("patient", row.episode.patient_id)
