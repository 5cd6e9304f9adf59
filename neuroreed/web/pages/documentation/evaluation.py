"""An evaluation from the first question to the plan of care."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from neuroreed.clinic import access
from neuroreed.clinic.services import documents, evaluations, plans, visits
from neuroreed.model.errors import BadInput, NeuroReedError
from neuroreed.web import clock
from neuroreed.web.pages.documentation.forms import (
    CareGoalForms,
    CarePlanForm,
    EvaluationForm,
    FindingForm,
    FunctionForm,
    LimitationForm,
    WordsForm,
)
from neuroreed.web.pages.door import door
from neuroreed.web.pages.patients import diagnoses, filled_form

HISTORY = ("course", "surgeries", "comorbidities", "medications", "living_situation")


def history_words() -> dict[str, str]:
    """What the parts of a history are called."""
    return {
        "course": _("Course"),
        "surgeries": _("Surgery"),
        "comorbidities": _("Other conditions"),
        "medications": _("Medication"),
        "living_situation": _("Living situation"),
    }


@door("GET", "POST")
def new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Begin: the condition, its diagnoses, why now; then the evaluation is open."""
    patient = access.patient_for(request.user, patient_id, to="treat")
    codes = evaluations.EVALUATION_CODES.get(request.user.discipline, ())
    form = EvaluationForm(
        request.POST or None, codes=codes, initial={"code": codes[1:2] and codes[1]}
    )
    if request.method == "POST" and form.is_valid():
        try:
            visit = evaluations.begin(request.user, patient_id, at=clock.now(), **form.cleaned_data)
        except BadInput as mistake:
            form.add_error(None, str(mistake))
        else:
            messages.success(request, _("The evaluation is open. Its minutes run in the session."))
            return redirect("evaluation", visit.pk)
    return filled_form(
        request,
        {
            "form": form,
            "title": _("Evaluation"),
            "intro": _("This opens the course of care and its first visit."),
            "act": _("Begin the evaluation"),
            "back": reverse("patient", args=[patient_id]),
            "back_label": patient.name,
        },
    )


@door("GET", "POST")
def evaluation(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """History, function and findings of an evaluation, then its plan; each part saves alone."""
    visit = access.visit_for(request.user, visit_id, to="edit")
    forms = {
        "history": None,
        "words": WordsForm(initial=words_of(visit), kind=visit.kind),
        "limitation": LimitationForm(),
        "finding": FindingForm(measures=evaluations.measures_of(visit.episode.condition)),
    }
    status = 200
    if request.method == "POST":
        part = request.POST.get("part", "")
        if part not in forms and part != "function":
            raise BadInput(_("There is no such part of an evaluation."))
        wrong = save(request, visit, part)
        if wrong is None:
            return redirect(f"{reverse('evaluation', args=[visit_id])}#{part}")
        forms[part], status = wrong, 422
    episode = visit.episode
    own = visit.facts.get("history", {})
    said = history_words()
    values = {
        "visit": visit,
        "patient_name": visit.patient.name,
        "episode": episode,
        "medical": diagnoses(episode.medical_diagnoses, visit.date_of_service),
        "treatment": diagnoses(episode.treatment_diagnoses, visit.date_of_service),
        "history": [(name, said[name], own.get(name, "")) for name in HISTORY],
        "limitations": function_lines(episode, visit.date_of_service),
        "findings": episode.impairments.all(),
        "plan": visit.plan,
        "words_form": forms["words"],
        "limitation_form": forms["limitation"],
        "finding_form": forms["finding"],
    }
    return render(request, "documentation/evaluation.html", values, status=status)


def function_lines(episode: Any, on: Any) -> list[dict[str, Any]]:
    """Each limited activity with its last value up to a day."""
    made = []
    for one in episode.limitations.all():
        last = one.measures.filter(date__lte=on).last()
        value, since = (last.value, last.date) if last else (one.value, one.recorded_on)
        made.append({"row": one, "value": value, "date": since})
    return made


def save(request: HttpRequest, visit: Any, part: str) -> Any:
    """One part of the page; a form with errors comes back."""
    at, user = clock.now(), request.user
    if part == "history":
        for name in HISTORY:
            value = request.POST.get(name, "").replace("\0", "").strip()
            if value != visit.facts.get("history", {}).get(name, ""):
                visits.record_visit_fact(
                    user, visit.pk, field=f"history.{name}", value=value or None, at=at
                )
        return None
    if part == "words":
        return save_words(request, visit)
    measures = evaluations.measures_of(visit.episode.condition)
    made: dict[str, Any] = {
        "limitation": lambda: LimitationForm(request.POST),
        "function": lambda: FunctionForm(request.POST),
        "finding": lambda: FindingForm(request.POST, measures=measures),
    }
    form: Any = made[part]()
    if not form.is_valid():
        if part == "function":
            raise BadInput(_("Give what the person can do now as a number."))
        return form
    if part == "limitation":
        plans.add_limitation(user, visit.episode_id, at=at, **form.cleaned_data)
    elif part == "function":
        plans.measure_function(
            user, visit.episode_id, date=visit.date_of_service, at=at, **form.cleaned_data
        )
    else:
        plans.add_impairment(
            user, visit.episode_id, date=visit.date_of_service, at=at, **form.cleaned_data
        )
    return None


def words_of(visit: Any) -> dict[str, Any]:
    """What was said so far."""
    said = visit.facts.get("subjective", {})
    return {
        "report": said.get("report"),
        "pain": said.get("pain_0_10"),
        "falls": said.get("falls_since_last_visit"),
        "reason": visit.facts.get("reevaluation", {}).get("reason"),
        "free_text": visit.facts.get("free_text"),
    }


def save_words(request: HttpRequest, visit: Any) -> WordsForm | None:
    """The patient's words and the clinician's own; nothing here is ever required."""
    form = WordsForm(request.POST, kind=visit.kind)
    if not form.is_valid():
        return form
    fields = {
        "report": "subjective.report",
        "pain": "subjective.pain_0_10",
        "falls": "subjective.falls_since_last_visit",
        "reason": "reevaluation.reason",
        "free_text": "free_text",
    }
    before = words_of(visit)
    for name, value in form.cleaned_data.items():
        if value != (before[name] if before[name] is not None else "") and value != before[name]:
            visits.record_visit_fact(
                request.user, visit.pk, field=fields[name], value=value, at=clock.now()
            )
    return None


@door("POST")
def say(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Words for the note, from the review page."""
    visit = access.visit_for(request.user, visit_id, to="edit")
    if save_words(request, visit) is not None:
        raise BadInput(_("Pain is 0 to 10, falls are a whole number."))
    return redirect("visit-review", visit_id)


@door("POST")
def again(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Open a re-evaluation."""
    visit = evaluations.again(request.user, episode_id, at=clock.now())
    return redirect("evaluation", visit.pk)


@door("GET", "POST")
def plan(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """The plan of care, its goals made from what was found; signing seals it."""
    episode = access.episode_for(request.user, episode_id, to="treat")
    goals = evaluations.proposed_goals(request.user, episode_id, on=clock.today())
    form = CarePlanForm(request.POST or None, initial=begun(episode))
    formset = CareGoalForms(
        request.POST or None,
        prefix="goals",
        initial=None if request.POST else goals,
    )
    formset.extra = max(0, len(goals) - 1) + 1
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        try:
            made = write(request, episode_id, form.cleaned_data, formset.cleaned_data)
        except BadInput as mistake:
            form.add_error(None, str(mistake))
        else:
            return redirect("certification", made.pk)
    return filled_form(
        request,
        {
            "form": form,
            "formset": formset,
            "title": _("Plan of care"),
            "intro": _("Signing seals the plan. It then goes to the physician."),
            "act": _("Sign the plan"),
            "back": reverse("patient", args=[episode.patient_id]),
            "back_label": episode.patient.name,
        },
    )


def begun(episode: Any) -> dict[str, Any]:
    """What a plan begins with."""
    today = clock.today()
    return {
        "established_on": today,
        "first_treatment_on": episode.started_on,
        "minutes_per_visit": 45,
    }


def write(request: HttpRequest, episode_id: UUID, given: dict[str, Any], goals: Any) -> Any:
    """The plan, its author's signature, and its seal where a visit has begun."""
    values = dict(given)
    own = {name: values.pop(name) for name in ("prognosis", "discharge_plan")}
    values["minutes_per_visit"] = values["minutes_per_visit"] or 45
    written = [{k: v for k, v in goal.items() if v not in ("", None)} for goal in goals if goal]
    at = clock.now()
    made = plans.write(request.user, episode_id, goals=written, at=at, **values)
    plans.sign_plan(request.user, made.pk, at=at)
    try:
        seen = documents.open_document(request.user, episode_id, "plan_of_care", at=at).version
        documents.sign(request.user, episode_id, "plan_of_care", entries=own, seen=seen, at=at)
    except NeuroReedError as why:
        said = [str(why), *getattr(why, "missing", ())]
        messages.warning(
            request,
            _("The plan is written and signed. It is not sealed yet: {}").format(" ".join(said)),
        )
    else:
        messages.success(request, _("The plan is written, signed by you and sealed."))
    return made
