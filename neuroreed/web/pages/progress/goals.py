"""The goals of an episode: status from data, attainment, and a new one beyond error."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.care import catalogue
from neuroreed.care.outcomes.library import populations
from neuroreed.clinic import access_progress
from neuroreed.clinic.services import outcomes
from neuroreed.model.errors import BadInput, NoParameter, Refused
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.progress import shown
from neuroreed.web.pages.progress.page import head

NAMES = ("activity", "measure", "population", "baseline", "rule", "weeks", "limitation")
RULES = ("baseline + max(MCID, MDC)", "baseline + MDC", "baseline - max(MCID, MDC)")


def templates(episode: Any) -> list[Any]:
    """The goals that the condition offers to start from."""
    if not episode.condition:
        return []
    return list(catalogue.condition(episode.condition).goal_templates)


def values(request: HttpRequest, episode: Any) -> dict[str, Any]:
    """What stands in the form: what was written, else the chosen template."""
    if request.method == "POST":
        return {name: request.POST.get(name, "").strip() for name in NAMES}
    chosen = request.GET.get("template", "")
    found = next((t for t in templates(episode) if t.id == chosen), None)
    made = dict.fromkeys(NAMES, "")
    if found is not None:
        made |= {
            "activity": found.activity,
            "measure": found.measure,
            "population": found.population,
            "rule": found.target_rule,
            "weeks": str(found.weeks_default),
        }
    return made


@door("GET", "POST")
def goals(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Each goal with its status; a draft shows its target before it is written."""
    on = clock.today()
    view = access_progress.progress_for(request.user, episode_id, on=on)
    given = values(request, view.episode)
    draft, error = None, ""
    if request.method == "POST":
        try:
            draft = drafted(view.episode, given)
            if request.POST.get("act") == "write":
                outcomes.add_goal(request.user, episode_id, goal=draft, at=clock.now())
                messages.success(
                    request,
                    _("The goal stands in a new version of the plan; send it to the physician."),
                )
                return redirect("goals", episode_id)
        except (BadInput, NoParameter, Refused) as refused:
            error = str(refused)
    latest = {row.measure: row.value for row in view.scores if row.in_force}
    return render(
        request,
        "progress/goals.html",
        {
            **head(view.episode, "goals"),
            "view": view,
            "goals": [
                (goal, shown.status_chip(goal.status.status.value if goal.status else None))
                for goal in view.goals
            ],
            "levels": [(n, f"{n:+d}" if n else "0") for n in range(-2, 3)],
            "templates": templates(view.episode),
            "measures": shown.measure_choices(),
            "populations": populations(),
            "rules": RULES,
            "limitations": view.episode.limitations.all(),
            "given": given,
            "known_baseline": latest.get(given["measure"], ""),
            "draft": draft,
            "error": error,
            "can_write": request.user.role == "therapist",
        },
        status=422 if error else 200,
    )


def drafted(episode: Any, given: dict[str, Any]) -> Any:
    """The goal that the form describes."""
    found = next((t for t in templates(episode) if t.measure == given["measure"]), None)
    try:
        weeks = int(given["weeks"])
    except ValueError:
        raise BadInput(_("Give the weeks as a whole number.")) from None
    return outcomes.draft_goal(
        activity=given["activity"],
        measure=given["measure"],
        population=given["population"],
        baseline=given["baseline"],
        rule=given["rule"],
        starts_on=clock.today(),
        weeks=weeks,
        limitation=given["limitation"],
        patient_text=found.patient_text if found else None,
    )


@door("POST")
def rate(request: HttpRequest, episode_id: UUID, goal_id: UUID) -> HttpResponse:
    """Rate the attainment of a goal."""
    try:
        level, weight = int(request.POST["level"]), int(request.POST.get("weight") or 1)
    except (KeyError, ValueError):
        raise BadInput(_("Choose a level from -2 to 2.")) from None
    outcomes.rate(request.user, goal_id, level=level, weight=weight, at=clock.now())
    messages.success(request, _("The attainment is kept."))
    return redirect("goals", episode_id)
