"""The session screen: every tap is one service call, and the answer is the whole state."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from neuroreed.care import catalogue
from neuroreed.clinic import access
from neuroreed.clinic.services import visits
from neuroreed.model.errors import BadInput, NotFound
from neuroreed.web import clock
from neuroreed.web.pages import late as late_taps
from neuroreed.web.pages import recording, showing
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import CorrectionForm
from neuroreed.web.pages.words import offers

WHOLE = {"sets", "reps", "duration_s", "response.start", "response.end"}


def activity_of(state: Any, activity_id: Any) -> Any:
    """One activity of a state; an unknown one is not found."""
    for activity in state.activities:
        if str(activity.id) == str(activity_id):
            return activity
    raise NotFound("There is no such activity in this visit.")


def chosen(state: Any, asked: str) -> Any:
    """The activity whose questions are open: the one asked for, else the running one."""
    for activity in state.activities:
        if asked and str(activity.id) == asked:
            return activity
    running = [a for a in state.activities if a.id == state.running_id]
    return running[0] if running else None


def context(user: Any, state: Any, asked: str = "") -> dict[str, Any]:
    """What the session's templates show."""
    activity = chosen(state, asked)
    is_open = state.state == "open"
    found = showing.before_signing(state.findings, running=is_open)
    return {
        "log": showing.log(access.visit_for(user, state.visit_id, to="time")),
        "state": state,
        "tiles": [recording.tile(a) for a in state.activities],
        "open": recording.recorder(activity, state.goals) if activity else None,
        "teaching": recording.teaching_asks(state.visit_facts),
        "ticks": is_open and state.started_at is not None,
        "counts": state.running_id is not None and not state.paused,
        "stops": [f for f in found if f["severity"] == "stop"],
        "remarks": [f for f in found if f["severity"] != "stop"],
    }


def answer(request: HttpRequest, state: Any, asked: str = "") -> HttpResponse:
    """The new state as a part of the page, or the page again without scripts."""
    if request.headers.get("HX-Request"):
        return render(request, "session/state.html", context(request.user, state, asked))
    address = reverse("session", args=[state.visit_id])
    return redirect(f"{address}?open={asked}" if asked else address)


@door()
def session(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The session screen of an open visit; any other visit is shown where it stands."""
    visit = access.visit_for(request.user, visit_id)
    if visit.state != "open" or not request.user.treats:
        return redirect(*showing.place(request.user, visit))
    state = visits.state(request.user, visit_id, at=clock.now())
    values = context(request.user, state, request.GET.get("open", "")) | {"visit": visit}
    return render(request, "session/page.html", values)


@door("POST")
def begin(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Open a booked visit: its tiles are made from the plan."""
    visits.open_visit(request.user, visit_id, at=clock.now())
    return redirect("session", visit_id)


@door()
def state(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The state alone: for another tab, and for opening the questions of a tile."""
    now = visits.state(request.user, visit_id, at=clock.now())
    return answer(request, now, request.GET.get("open", ""))


@door()
def preview(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The units proof and the findings at this moment."""
    now = visits.state(request.user, visit_id, at=clock.now())
    values = context(request.user, now) | {"is_alone": True}
    return render(request, "session/edge.html", values)


def lateness(request: HttpRequest) -> int | None:
    """Seconds since a tap that could not go out at once; None for one that could."""
    text = request.POST.get("late_seconds", "")
    if not text:
        return None
    if not text.isdecimal() or int(text[:9]) > late_taps.LONGEST_SECONDS:
        raise BadInput(_("A tap older than a day cannot be added: correct the minutes instead."))
    return int(text)


@door("POST")
def tap(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Start or stop one activity; the clinic's clock says when."""
    late = lateness(request)
    now = visits.add_timer_event(
        request.user,
        visit_id,
        kind=request.POST.get("kind", ""),
        activity_id=request.POST.get("activity", ""),
        at=clock.now() - timedelta(seconds=late or 0),
        token=late_taps.mark(request.POST.get("token", "") or token_hex(16), late),
    )
    if late:  # what was tapped then is shown as of now
        now = visits.state(request.user, visit_id, at=clock.now())
    return answer(request, now)


@door("POST")
def fact(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """One tap of the recorder, as the facts it stands for."""
    at, user = clock.now(), request.user
    activity_id = request.POST.get("activity", "")
    activity = visits.activity(user, visit_id, activity_id, at=at)
    said = request.POST.get("value", "")
    if not said.strip() and request.POST.get("own"):
        return answer(request, visits.state(user, visit_id, at=at), activity_id)
    if kind := request.POST.get("kind", ""):
        said = f"{kind}|{said.strip()}"
    recorded = dict(facts_of(activity, request.POST.get("field", ""), said))
    now = visits.record_facts(user, visit_id, activity.id, facts=recorded, at=at)
    return answer(request, now, activity_id)


def facts_of(activity: Any, field: str, value: str) -> list[tuple[str, Any]]:
    """What one tap records: the words of the button, field by field."""
    technique = catalogue.find_technique(activity.technique)
    offered = offers(technique.category if technique else "")
    if field == "dose":
        dose = recording.doses(activity).get(value)
        if dose is None:
            raise BadInput(_("There is no last dose to start from: choose it field by field."))
        return list(dose.items())
    if field == "fault":
        return [("error_observed.fault", value), *cues_answering(activity, value)]
    if field == "cue":
        return [("cues", cues_with(activity, value))]
    if field in {"response.start", "response.end"}:
        metric, unit, _title = recording.counted(activity, offered)
        said = [("response.metric", metric), ("response.unit", unit), (field, whole(value))]
        if field == "response.start":
            said.append(("error_observed.start", whole(value)))
        return [*said, *decided_on(activity, said)]
    if field == "decision":
        kind, _bar, change = value.partition("|")
        return [
            ("decision.value", kind),
            ("decision.trigger", recording.response_said(activity.facts) or None),
            ("decision.change", change or None),
        ]
    if field in {"goal_ids", "impairment_categories"}:
        there = list(activity.facts.get(field) or [])
        return [(field, [v for v in there if v != value] if value in there else [*there, value])]
    if field == "code_rationale":
        return [(field, value.strip() or None)]
    if field not in dose_names(activity):
        raise BadInput(_("This page does not know that field."))
    made = whole(value) if field in WHOLE else value.strip() or None
    if field == "guarding" and "guarding" in activity.dosage_fields:
        return [(field, made), ("dosage.guarding", made)]
    return [(field, made)]


def decided_on(activity: Any, said: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """A decision rests on the response as it stands, also when that is corrected after it."""
    if not recording.part(activity.facts, "decision", "value"):
        return []
    before = recording.part(activity.facts, "decision", "trigger")
    if before and before != recording.response_said(activity.facts):
        return []  # somebody gave a trigger in other words
    response = dict(activity.facts.get("response") or {})
    response |= {field.partition(".")[2]: v for field, v in said if field.startswith("response.")}
    return [("decision.trigger", recording.response_said({"response": response}) or None)]


@door("POST")
def teach(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """What was taught, by one tap."""
    value = request.POST.get("value", "")
    if request.POST.get("field") == "hep":
        field, made = "hep.reviewed", True
    else:
        field, made = "education", [{"topic": "home program", "teach_back": value}]
    now = visits.record_visit_fact(request.user, visit_id, field=field, value=made, at=clock.now())
    return answer(request, now, request.POST.get("open", ""))


def dose_names(activity: Any) -> tuple[str, ...]:
    """The fields of the dose."""
    return recording.dose_fields(activity)


def whole(text: str) -> int:
    """A whole number from a button."""
    if not text.isdecimal():
        raise BadInput(_("A whole number is needed here."))
    return int(text)


def cues_with(activity: Any, value: str) -> list[dict[str, Any]]:
    """The cues given, with this one added, or taken away when it was there."""
    kind, _bar, content = value.partition("|")
    cues = list(activity.facts.get("cues") or [])
    kept = [c for c in cues if (c.get("type"), c.get("content")) != (kind, content)]
    if len(kept) < len(cues):
        return kept
    fault = recording.part(activity.facts, "error_observed", "fault")
    return [*cues, {"type": kind, "content": content, "error": fault}]


def cues_answering(activity: Any, fault: str) -> list[tuple[str, Any]]:
    """Cues that were tapped before the fault answer it once it is named."""
    cues = activity.facts.get("cues") or []
    if all(cue.get("error") for cue in cues):
        return []
    return [("cues", [{**cue, "error": cue.get("error") or fault} for cue in cues])]


@door("GET", "POST")
def add(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """An activity that was not planned: two taps here, one more to start it."""
    if request.method == "POST":
        cpt, _colon, technique = request.POST.get("choice", "").partition(":")
        now = visits.add_activity(
            request.user, visit_id, cpt=cpt, technique=technique, at=clock.now()
        )
        return answer(request, now)
    visit = access.visit_for(request.user, visit_id, to="time")
    now = visits.state(request.user, visit_id, at=clock.now())
    groups = [adding(visit, now, cpt, label) for cpt, label in now.addable]
    return render(request, "session/add.html", {"visit": visit, "groups": groups})


def adding(visit: Any, state: Any, cpt: str, label: str) -> dict[str, Any]:
    """What can be added under one code: the plan's techniques first, none that is there."""
    there = {(a.cpt, a.technique) for a in state.activities}
    planned = visit.plan.planned_techniques if visit.plan else ()
    fitting = [t for t in catalogue.techniques() if (cpt, t.id) not in there]
    return {
        "cpt": cpt,
        "label": label,
        "techniques": sorted(
            (t for t in fitting if cpt in t.usual_codes), key=lambda t: t.id not in planned
        ),
        "unusual": [t for t in fitting if cpt in t.sometimes_codes],
        "has_plain": (cpt, "") not in there,
    }


@door("GET", "POST")
def correct(request: HttpRequest, visit_id: UUID, activity_id: UUID) -> HttpResponse:
    """Give the times that were meant, with the reason; the taps stay."""
    now = visits.state(request.user, visit_id, at=clock.now())
    activity = activity_of(now, activity_id)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        visits.correct_minutes(
            request.user,
            visit_id,
            activity_id,
            start=on_the_day(now.date_of_service, form.cleaned_data["start"]),
            end=on_the_day(now.date_of_service, form.cleaned_data["end"]),
            reason=form.cleaned_data["reason"],
            at=clock.now(),
        )
        return redirect("visit", visit_id)
    values = {
        "form": form,
        "visit": access.visit_for(request.user, visit_id, to="time"),
        "activity": activity,
        "activity_name": activity.technique_name or activity.code_label,
    }
    return render(request, "session/correct.html", values, status=422 if form.errors else 200)


def on_the_day(day: Any, at: Any) -> datetime:
    """A clock time on the date of service, on the clinic's clock."""
    return timezone.make_aware(datetime.combine(day, at))


@door("POST")
def end(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Stop what runs and go to the review; nothing is left to save."""
    visits.end(request.user, visit_id, at=clock.now())
    return redirect("visit-review", visit_id)


@door("POST")
def reopen(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Back to the session until the note is signed."""
    visits.reopen(request.user, visit_id, at=clock.now())
    messages.info(request, _("The session is open again."))
    address = reverse("session", args=[visit_id])
    opened = request.POST.get("open", "")
    return redirect(f"{address}?open={opened}" if opened else address)
