"""The day board: today's visits in order, and what waits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from neuroreed.clinic import access
from neuroreed.web import clock
from neuroreed.web.pages.door import door

# a day in an address that lies farther away is a slip of the hand
FARTHEST = timedelta(days=50 * 365)
# how the board draws a chip: a shape for each state, colour only on what blocks
SHAPES = {"ok": "good", "todo": "todo", "running": "advise", "unknown": "todo"}


def queue_words() -> dict[str, tuple[str, str]]:
    """What each queue is called and what it holds."""
    return {
        "unsigned": (_("Unsigned notes"), _("Visits that ended and whose note is not signed.")),
        "reports": (_("Reports due"), _("Patients whose progress report is due.")),
        "plans": (_("Plans ending"), _("Plans of care that end or wait for a signature.")),
        "authorizations": (_("Visits running out"), _("Authorisations with few visits left.")),
        "discharges": (
            _("Discharges due"),
            _("Patients without a further visit and without a discharge summary."),
        ),
        "cosign": (_("To co-sign"), _("Notes of assistants and students that wait for you.")),
    }


def chips(row: Any) -> list[tuple[str, str]]:
    """Note, authorisation, money: what there is to say, what blocks first."""
    every = (row.note, *row.waits, row.authorization, row.money)
    said = [c for c in every if c.state != "none" and c.text]
    return [
        ("stop" if c.blocks else SHAPES.get(c.state, "todo"), c.text)
        for c in sorted(said, key=lambda c: not c.blocks)
    ]


def queue_rows(board: Any, *, opens_visits: bool) -> list[dict[str, Any]]:
    """The left rail."""
    words = queue_words()
    rows = []
    for queue in board.queues:
        label, means = words.get(queue.id, (queue.title, ""))
        entries = [
            {
                "name": entry.patient_name,
                "says": entry.because,
                "href": place(queue.id, entry, opens_visits=opens_visits),
                "blocks": entry.blocks,
            }
            for entry in queue.items
        ]
        rows.append(
            {
                "id": queue.id,
                "label": label,
                "means": means,
                "count": len(entries),
                "blocking": queue.blocking,
                "entries": entries,
            }
        )
    return rows


def place(queue: str, entry: Any, *, opens_visits: bool) -> str:
    """Where the thing that waits is done."""
    if queue == "plans" and entry.plan_id:
        return reverse("certification", args=[entry.plan_id])
    if opens_visits and queue == "cosign" and entry.note_id:
        return reverse("cosign", args=[entry.note_id])
    if opens_visits and queue == "reports" and entry.episode_id:
        return reverse("report", args=[str(entry.episode_id), "progress-report"])
    if opens_visits and queue == "discharges" and entry.episode_id:
        return reverse("report", args=[str(entry.episode_id), "discharge"])
    if opens_visits and entry.visit_id:
        return reverse("visit", args=[entry.visit_id])
    return reverse("patient", args=[entry.patient_id])


def asked_day(request: HttpRequest) -> date:
    """The day in the address, or today when it names none."""
    today = clock.today()
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
    return asked if abs(asked - today) < FARTHEST else today


@door()
def day(request: HttpRequest) -> HttpResponse:
    """One day of one clinician, or of the clinic at the front desk."""
    on = asked_day(request)
    board = access.day_board(request.user, on)
    queues = queue_rows(board, opens_visits=request.user.role != "front_desk")
    rows = [
        {
            "time": row.at,
            "visit_id": row.visit_id,
            "name": row.patient_name,
            "condition": row.condition,
            "with_whom": "" if row.clinician_id == request.user.pk else row.clinician_name,
            "is_open": row.state == "open",
            "href": reverse("patient", args=[row.patient_id])
            if request.user.role == "front_desk"
            else reverse("visit", args=[row.visit_id]),
            "can_begin": row.state == "scheduled" and request.user.treats,
            "chips": chips(row),
        }
        for row in board.rows
    ]
    return render(
        request,
        "day.html",
        {
            "on": on,
            "is_today": on == clock.today(),
            "before": on - timedelta(days=1),
            "after": on + timedelta(days=1),
            "rows": rows,
            "queues": queues,
            "chosen": next((q for q in queues if q["id"] == request.GET.get("queue")), None),
        },
    )
