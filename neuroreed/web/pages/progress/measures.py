"""Which measures are due, and the form that scores one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from neuroreed.care.outcomes import scoring, words
from neuroreed.care.outcomes.core_sets import Occasion
from neuroreed.care.outcomes.library import measure as find
from neuroreed.clinic import access_progress
from neuroreed.clinic.services import outcomes
from neuroreed.model.errors import BadInput, Refused
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.progress import shown
from neuroreed.web.pages.progress.page import head

FEWEST_TRIALS = 2
CONDITION_LABELS = {
    "device": gettext_lazy("Device"),
    "assistance": gettext_lazy("Assistance"),
    "side": gettext_lazy("Side"),
    "version": gettext_lazy("Protocol or version"),
    "medication_state": gettext_lazy("Medication state"),
}


@door()
def measures(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """What is due and why, every score so far, and the whole list to choose from."""
    chosen = request.GET.get("measure")
    if chosen:
        return redirect("measure", episode_id, find(chosen).id)
    view = access_progress.progress_for(request.user, episode_id, on=clock.today())
    return render(
        request,
        "progress/measures.html",
        {
            **head(view.episode, "measures"),
            "view": view,
            "due": [(each, shown.measure_name(each.measure)) for each in view.due],
            "scores": [(row, shown.measure_name(row.measure)) for row in reversed(view.scores)],
            "declined": [(shown.measure_name(m), on, why) for m, on, why in view.declined],
            "all_measures": shown.measure_choices(),
            "can_record": request.user.treats,
        },
    )


@door("POST")
def decline(request: HttpRequest, episode_id: UUID, measure: str) -> HttpResponse:
    """Say why a measure is not taken."""
    outcomes.decline(
        request.user,
        episode_id,
        measure=measure,
        reason=request.POST.get("reason", ""),
        at=clock.now(),
    )
    messages.success(request, _("The reason is kept."))
    return redirect("measures", episode_id)


def fields(form: scoring.Form, given: Any) -> list[dict[str, Any]]:
    """The ways a measure can be recorded, with the fields of each."""
    made: list[dict[str, Any]] = []

    def box(name: str, label: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "label": label, "value": given.get(name, ""), **more}

    if "trials" in form.asks:
        count = max(form.trials or 0, FEWEST_TRIALS)
        trials = [box(f"trial-{n}", _("Trial {n}").format(n=n)) for n in range(1, count + 1)]
        if form.unit == "m/s":
            label = _("Timed distance in m; trials are then seconds")
            trials.append(box("timed_distance_m", label))
        made.append({"id": "trials", "legend": _("Trials"), "boxes": trials})
    if "items" in form.asks and form.items and form.item_range:
        low, high = form.item_range
        made.append(
            {
                "id": "items",
                "legend": _("Items, each {low} to {high}").format(
                    low=words.plain(low), high=words.plain(high)
                ),
                "boxes": [
                    box(f"item-{n}", _("Item {n}").format(n=n), small=True)
                    for n in range(1, form.items[1] + 1)
                ],
            }
        )
    if "conditions" in form.asks:
        count = form.trials or find(form.measure).scoring.trials or 1
        made.append(
            {
                "id": "conditions",
                "legend": _("Times of each condition in seconds"),
                "boxes": [
                    box(f"condition-{c}-{n}", f"{words_of(name)}, {n}")
                    for c, name in enumerate(form.conditions)
                    for n in range(1, count + 1)
                ],
            }
        )
    if "parts" in form.asks:
        boxes = [box(f"part-{n}", words_of(name)) for n, name in enumerate(form.parts)]
        made.append({"id": "parts", "legend": _("Parts"), "boxes": boxes})
    label = _("Score in {unit}").format(unit=form.unit)
    made.append({"id": "total", "legend": _("The result itself"), "boxes": [box("total", label)]})
    return made


def words_of(name: str) -> str:
    """A stored name as words."""
    return name.replace("_", " ")


def entered(form: scoring.Form, given: Any) -> dict[str, Any]:
    """What was filled in, as the library takes it; what is empty is left out."""

    def text(name: str) -> str:
        return str(given.get(name, "")).strip()

    made: dict[str, Any] = {}
    trials = [text(f"trial-{n}") for n in range(1, max(form.trials or 0, FEWEST_TRIALS) + 1)]
    if any(trials):
        made["trials"] = [value for value in trials if value]
        if text("timed_distance_m"):
            made["timed_distance_m"] = text("timed_distance_m")
    if form.items:
        items = {n: text(f"item-{n}") or None for n in range(1, form.items[1] + 1)}
        if any(items.values()):
            made["items"] = items
    count = form.trials or find(form.measure).scoring.trials or 1
    times = {
        name: [v for n in range(1, count + 1) if (v := text(f"condition-{c}-{n}"))]
        for c, name in enumerate(form.conditions)
    }
    if any(times.values()):
        made["conditions"] = times
    parts = {name: text(f"part-{n}") for n, name in enumerate(form.parts)}
    if any(parts.values()):
        made["parts"] = parts
    if text("total"):
        made["total"] = text("total")
    return made


@door("GET", "POST")
def measure(request: HttpRequest, episode_id: UUID, measure: str) -> HttpResponse:
    """Score one measure. What was written stays on the page when it cannot be kept."""
    episode = access_progress.episode_for(request.user, episode_id, to="measure")
    chosen = find(measure)
    form = scoring.form(chosen.id)
    given = request.POST if request.method == "POST" else {}
    error = ""
    if request.method == "POST":
        try:
            keep(request, episode_id, form)
        except (BadInput, Refused) as refused:
            error = str(refused)
        else:
            messages.success(request, _("The score is kept."))
            return redirect("progress", episode_id)
    view = access_progress.progress_for(request.user, episode_id, on=clock.today())
    earlier = [row for row in view.scores if row.measure == chosen.id and row.in_force]
    return render(
        request,
        "progress/measure.html",
        {
            **head(episode, "measures"),
            "measure": chosen,
            "form": form,
            "ways": fields(form, given),
            "error": error,
            "given": given,
            "populations": outcomes.populations(episode, chosen.id),
            "population": given.get("population", ""),
            "occasions": [(each.value, words_of(each.value)) for each in Occasion],
            "occasion": given.get("occasion", "progress_report" if earlier else "evaluation"),
            "taken_on": given.get("taken_on", clock.today().isoformat()),
            "today": clock.today().isoformat(),
            "conditions": [
                {"name": name, "label": label, "value": given.get(name, "")}
                for name, label in CONDITION_LABELS.items()
            ],
            "last": earlier[-1] if earlier else None,
            "earlier": earlier,
            "replaces": given.get("replaces", request.GET.get("replaces", "")),
            "reason": given.get("reason", ""),
        },
        status=422 if error else 200,
    )


def keep(request: HttpRequest, episode_id: UUID, form: scoring.Form) -> None:
    """Hand what was written to the record."""
    from datetime import date

    given = request.POST
    try:
        taken_on = date.fromisoformat(given.get("taken_on", ""))
    except ValueError:
        raise BadInput(_("Give the day of the test.")) from None
    outcomes.record(
        request.user,
        episode_id,
        measure=form.measure,
        population=given.get("population", ""),
        occasion=given.get("occasion", ""),
        taken_on=taken_on,
        at=clock.now(),
        conditions_of_test={name: given.get(name, "") for name in CONDITION_LABELS},
        replaces=given.get("replaces") or None,
        reason=given.get("reason", ""),
        **entered(form, given),
    )
