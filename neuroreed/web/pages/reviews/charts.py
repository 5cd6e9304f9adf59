"""Judge one drawn chart: the record on one side, five questions on the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.care.documentation import POINTS
from neuroreed.clinic import access, access_reviews
from neuroreed.clinic.services import papers
from neuroreed.clinic.services import reviews as service
from neuroreed.model.errors import BadInput
from neuroreed.web import clock
from neuroreed.web.pages.door import door
from neuroreed.web.pages.showing import section_lines


def questions() -> list[tuple[str, str]]:
    """The four questions of fact; the fifth is answered by the button that saves."""
    return [
        ("need", _("Does the record show why this person needed it on this day?")),
        ("skill", _("Does it show what only a clinician's skill could do?")),
        ("minutes", _("Do the minutes and the units agree with the record?")),
        ("progress", _("Is there progress, or a reason to hold what was reached?")),
    ]


def answers() -> list[tuple[str, str]]:
    """What one can say to a question."""
    return [("yes", _("Yes")), ("no", _("No")), ("unclear", _("Cannot tell"))]


def causes() -> dict[str, str]:
    """What a cause is called in a report."""
    return {
        "need": _("Need not shown"),
        "skill": _("Skill not shown"),
        "minutes": _("Minutes or units do not agree"),
        "progress": _("No progress and no reason to maintain"),
        "other": _("Other, see the remark"),
    }


@door("GET", "POST")
def chart(request: HttpRequest, chart_id: UUID) -> HttpResponse:
    """One chart; the answer leads to the next chart, and after the last to the report."""
    row = access_reviews.chart_for(request.user, chart_id)
    if request.method == "POST":
        try:
            judge(request, chart_id)
        except BadInput as error:
            messages.error(request, str(error))
            return show(request, row, status=400)
        waiting = [
            one.id for one in service.judged(request.user, row.review_id) if not one.is_judged
        ]
        if waiting:
            return redirect("audit-chart", waiting[0])
        return redirect("audit-report", row.review_id)
    return show(request, row)


def judge(request: HttpRequest, chart_id: UUID) -> None:
    """Keep what the form says."""
    units = request.POST.get("supported_units", "").strip()
    if units and not (units.isascii() and units.isdigit() and len(units) <= 3):
        raise BadInput(_("Units are a whole number."))
    service.answer(
        request.user,
        chart_id,
        said={name: request.POST.get(name, "") for name in service.QUESTIONS},
        pay=request.POST.get("pay", ""),
        supported_units=int(units) if units else None,
        remark=request.POST.get("remark", ""),
        at=clock.now(),
    )


def show(request: HttpRequest, row: Any, *, status: int = 200) -> HttpResponse:
    """The page, with what was already said."""
    given = list(row.answers.all())
    last = given[-1] if given else None
    sent = request.POST if request.method == "POST" else None
    notes = access.notes_for(request.user, row.visit_id)
    failed = set(row.machine["documentation"].get("failed", ()))
    said = {
        name: (sent.get(name, "") if sent is not None else getattr(last, name, ""))
        for name in (*service.QUESTIONS, "supported_units", "remark")
    }
    return render(
        request,
        "reviews/chart.html",
        {
            "chart": row,
            "review": row.review,
            "of": row.review.charts.count(),
            "sections": [section_lines(one) for one in notes[0].sections] if notes else (),
            "addenda": notes[1:],
            "machine": row.machine,
            "failed": [point for point in POINTS if point.id in failed],
            "questions": [(name, text, said[name]) for name, text in questions()],
            "answers": answers(),
            "supported_units": said["supported_units"] or "",
            "remark": said["remark"],
            "history": given,
            "fewer": row.units - 1,
        },
        status=status,
    )


@door()
def packet(request: HttpRequest, chart_id: UUID) -> HttpResponse:
    """The record packet of a drawn visit, as a payer would get it."""
    row = access_reviews.chart_for(request.user, chart_id)
    on = row.visit.date_of_service
    made = papers.packet_pdf(request.user, row.visit.patient_id, since=on, until=on, at=clock.now())
    name = f'attachment; filename="chart-{row.order}.pdf"'
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": name})
