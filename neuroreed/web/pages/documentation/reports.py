"""Progress reports, recertifications, discharges and the seal of a plan."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.clinic import access, access_documents
from neuroreed.clinic.services import documents, notes
from neuroreed.model.errors import BadInput, IncompleteNote
from neuroreed.web import clock
from neuroreed.web.pages.documentation.forms import ReportForm
from neuroreed.web.pages.documentation.words import titles, verdict_words
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import AddendumForm
from neuroreed.web.pages.showing import section_lines

DUE = {"overdue": "stop", "due": "review", "soon": "advise", "not_due": "good", "no_rule": "todo"}


def started(report: Any) -> dict[str, Any]:
    """What the form shows at first: what was saved, else what the record says."""
    made = {name: value for name, value in report.entries.items() if name != "values"}
    made["goal_changes"] = "\n".join(report.entries.get("goal_changes") or ())
    for goal in report.goals:
        made[f"value_{goal.label}"] = "" if goal.value is None else goal.value
        kept = (report.entries.get("values") or {}).get(goal.label, {})
        made[f"again_{goal.label}"] = kept.get("value") == goal.recorded
    for one in report.function:
        made[f"function_{one.label}"] = "" if one.value is None else one.value
    return made


@door("GET", "POST")
def report(request: HttpRequest, episode_id: UUID, kind: str) -> HttpResponse:
    """One report: measures and goals are there already, the reasons are the therapist's."""
    kind = kind.replace("-", "_")
    now = documents.open_document(request.user, episode_id, kind, at=clock.now())
    form = ReportForm(request.POST or None, report=now, initial=started(now))
    missing: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        if not seen.isdecimal():
            raise BadInput(_("The page did not say which version it showed: open it again."))
        signing = request.POST.get("act") == "sign"
        act = documents.sign if signing else documents.save
        words: dict[str, Any] = {"entries": form.entries(), "seen": int(seen[:9])}
        try:
            made = act(request.user, episode_id, kind, at=clock.now(), **words)
        except IncompleteNote as lacks:
            missing = tuple(lacks.missing)
            now = documents.open_document(request.user, episode_id, kind, at=clock.now())
        else:
            if signing:
                messages.success(request, _("The report is signed and sealed."))
                return redirect("sealed", made.pk)
            messages.success(request, _("Saved. Nothing is signed yet."))
            return redirect(request.path)
    values = {
        "report": now,
        "form": form,
        "title": titles()[kind],
        "missing": missing,
        "lacks": now.missing,
        "due": DUE.get(str(now.clock.due), "todo"),
        "goals": [
            {"row": goal, "verdict": verdict_words().get(goal.verdict or "", _("not measured"))}
            for goal in now.goals
        ],
        "participated": now.clock.participated,
    }
    status = 422 if form.errors or missing else 200
    return render(request, "documentation/report.html", values, status=status)


@door("GET", "POST")
def sealed(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """A sealed report with what was added to it."""
    note = access.note_for(request.user, note_id)
    form = AddendumForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        notes.addendum(request.user, note_id, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("The addendum is signed. The note above it is unchanged."))
        return redirect("sealed", note_id)
    values = {
        "note": note,
        "title": titles().get(note.kind, _("Note")),
        "sections": [section_lines(section) for section in note.sections],
        "added": access_documents.added_to(request.user, note_id),
        "form": form,
        "can_add": request.user.role in {"therapist", "assistant"},
    }
    return render(request, "documentation/sealed.html", values)
