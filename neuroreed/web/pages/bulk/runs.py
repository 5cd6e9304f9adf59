"""Ask for a bulk run, watch it, stop it, take it up again, delete its files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from neuroreed.clinic import access_bulk
from neuroreed.clinic.services import bulk_runs as service
from neuroreed.model.errors import BadInput, NeuroReedError
from neuroreed.policy import payers
from neuroreed.web import clock
from neuroreed.web.pages.bulk.shown import duration, extra_is_missing, state_words
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import date_field

OVER = {"done", "failed", "cancelled"}
NEVER = 286  # htmx stops asking


class PeriodForm(forms.Form):
    """A range of dates of the clinic's own lines."""

    since = date_field(label=gettext_lazy("From"))
    until = date_field(label=gettext_lazy("To"))


def last_month() -> dict[str, Any]:
    """The first and the last day of the month before this one."""
    until = clock.today().replace(day=1) - timedelta(days=1)
    return {"since": until.replace(day=1), "until": until}


@door("GET")
def runs(request: HttpRequest) -> HttpResponse:
    """The runs there are, and the two ways to ask for another."""
    access_bulk.auditor(request.user)
    service.delete_old(at=clock.now())
    return listed(request)


def listed(
    request: HttpRequest, *, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    """The page of runs, with what was already entered."""
    rows = access_bulk.runs(request.user)
    return render(
        request,
        "bulk/list.html",
        {
            "runs": [(row, state_words(row.state)) for row in rows[:100]],
            "form": form or PeriodForm(initial=last_month()),
            "payers": sorted((each.name, name) for name, each in payers.profiles().items()),
            "kept_days": service.KEPT_DAYS,
            "most_files": service.MOST_FILES,
            "is_missing": extra_is_missing(),
        },
        status=status,
    )


@door("POST")
def upload(request: HttpRequest) -> HttpResponse:
    """Keep files and queue their audit."""
    try:
        run = service.upload(
            request.user,
            request.FILES.getlist("file"),
            payer=request.POST.get("payer", ""),
            mapping=request.FILES.get("mapping"),
            national=request.FILES.get("national"),
            at=clock.now(),
        )
    except BadInput as error:
        return refused(request, error)
    return redirect("bulk-run", run.pk)


def refused(request: HttpRequest, error: NeuroReedError) -> HttpResponse:
    """The same page with what is wrong."""
    messages.error(request, _("{} Nothing was kept.").format(error))
    return listed(request, status=400)


@door("POST")
def period(request: HttpRequest) -> HttpResponse:
    """Queue an audit of the clinic's own lines."""
    access_bulk.auditor(request.user)
    form = PeriodForm(request.POST)
    if not form.is_valid():
        return listed(request, form=form, status=400)
    try:
        run = service.of_period(
            request.user,
            since=form.cleaned_data["since"],
            until=form.cleaned_data["until"],
            national=request.FILES.get("national"),
            at=clock.now(),
        )
    except BadInput as error:
        return refused(request, error)
    return redirect("bulk-run", run.pk)


@door()
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: its progress, or what it found."""
    from neuroreed.web.pages.bulk import results

    row = access_bulk.run_for(request.user, run_id)
    if row.state == "done" and row.files_deleted_at is None and not extra_is_missing():
        return results.results(request, row)
    return render(request, "bulk/run.html", watched(row))


def watched(row: Any) -> dict[str, Any]:
    """What the page of a run that is not finished shows."""
    far = access_bulk.progress(row)
    alone = access_bulk.is_left_alone(row)
    return {
        "run": row,
        "sign": state_words(row.state),
        "far": far,
        "left": duration(far.seconds_left),
        "is_over": row.state in OVER,
        "is_alone": alone,
        "may_resume": row.files_deleted_at is None and (alone or row.state in OVER - {"done"}),
        "is_missing": extra_is_missing(),
    }


@door()
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a run is, asked for again and again; the whole page once it is over."""
    row = access_bulk.run_for(request.user, run_id)
    if row.state in OVER and request.headers.get("HX-Request"):
        return HttpResponse(status=NEVER, headers={"HX-Refresh": "true"})
    return render(request, "bulk/progress.html", watched(row))


@door("POST")
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Stop a run."""
    service.cancel(request.user, run_id, at=clock.now())
    messages.info(request, _("The run stops. What is done of it stays."))
    return redirect("bulk-run", run_id)


@door("POST")
def resume(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Take a run up again."""
    service.resume(request.user, run_id, at=clock.now())
    return redirect("bulk-run", run_id)


@door("POST")
def delete(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Delete the files of a run."""
    service.delete_files(request.user, run_id, at=clock.now())
    messages.success(request, _("The files of the run are deleted, uploads and results."))
    return redirect("bulk-run", run_id)
