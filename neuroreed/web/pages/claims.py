"""The biller's queue: what is blocked and why, what can go out, what went out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from neuroreed.clinic import access, access_money
from neuroreed.clinic.services import claims as service
from neuroreed.clinic.services import close, corrections
from neuroreed.model.errors import BadInput, Refused
from neuroreed.web import clock
from neuroreed.web.pages.desk import claim as desk_claim
from neuroreed.web.pages.desk import shell
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import HoldForm

MOST_ROWS = 200
STAGES = (
    "blocked",
    "ready",
    "released",
    "held",
    "filed",
    "sent",
    "acknowledged",
    "rejected",
    "adjudicated",
    "closed",
)
SIGNS = {
    "blocked": "stop",
    "ready": "todo",
    "released": "advise",
    "held": "review",
    "filed": "advise",
    "sent": "advise",
    "rejected": "stop",
    "adjudicated": "review",
    "replaced": "todo",
}
ANSWERED = frozenset({"acknowledged", "adjudicated", "closed"})
BY_CLAIM = frozenset({"released", "held", "rejected"})
"""States whose rows are chosen by the claim, the others by the visit."""


def stage_words() -> dict[str, dict[str, str]]:
    """What each stage is called, holds and leads to."""
    return {
        "blocked": {
            "label": _("Blocked"),
            "means": _("Signed visits with a finding that holds the claim. Each names its fix."),
            "empty": _("Nothing is blocked."),
            "next": _("Signed visits with a finding that stops the claim would stand here."),
        },
        "ready": {
            "label": _("Ready"),
            "means": _("Signed visits whose claim may go out: release them."),
            "empty": _("Nothing waits to be released."),
            "next": _("A visit comes here the moment its note is signed."),
        },
        "released": {
            "label": _("Released"),
            "means": _("Claims that go into the next file."),
            "empty": _("No claim waits for a file."),
            "next": _("Release visits under Ready, then make the file here."),
        },
        "held": {
            "label": _("Held"),
            "means": _("Claims that a person put aside, with the reason."),
            "empty": _("No claim is held."),
            "next": _("A claim can be held on its own page."),
        },
        "filed": {
            "label": _("Batched"),
            "means": _("Claims in a file that waits to be sent. It goes out under Files."),
            "empty": _("No file waits to be sent."),
            "next": _("Make a file under Released."),
        },
        "sent": {
            "label": _("Sent"),
            "means": _("Claims that went out; nobody has confirmed them yet."),
            "empty": _("No claim waits to be confirmed."),
            "next": _("The 999 and 277CA of the payer move claims on."),
        },
        "acknowledged": {
            "label": _("Acknowledged"),
            "means": _("Claims that the payer has taken in; the answer follows."),
            "empty": _("No claim is with a payer."),
            "next": _("Claims come here with the payer's 999 and 277CA."),
        },
        "rejected": {
            "label": _("Rejected"),
            "means": _("Claims that nobody will adjudicate: cure the reason, then make them anew."),
            "empty": _("No claim was rejected."),
            "next": _("A rejection by TA1, 999 or 277CA would stand here with its reason."),
        },
        "adjudicated": {
            "label": _("Adjudicated"),
            "means": _("Answered claims of which something is still open."),
            "empty": _("No answered claim is open."),
            "next": _("Drop an 835 under Remittances."),
        },
        "closed": {
            "label": _("Closed"),
            "means": _("Claims of which nothing is open with anybody."),
            "empty": _("No claim is closed yet."),
            "next": _("A claim closes when its ledger has nothing open."),
        },
        "replaced": {
            "label": _("Replaced"),
            "means": _("Claims in whose place a later one stands."),
            "empty": "",
            "next": "",
        },
    }


ORDERS = {
    "patient": lambda row: (row.patient_name, row.date_of_service),
    "date": lambda row: row.date_of_service,
    "payer": lambda row: (row.payer_name, row.date_of_service),
    "billed": lambda row: row.charge_cents or 0,
}


def columns(stage: str, order: str, is_down: bool) -> list[dict[str, Any]]:
    """The columns of the list, each with its address to sort by."""
    labels = [
        ("patient", _("Patient"), False),
        ("date", _("Date of service"), False),
        ("payer", _("Payer"), False),
        ("billed", _("Billed"), True),
        ("", _("Expected"), True),
        ("", _("State"), False),
    ]
    made = []
    for key, label, is_number in labels:
        down = key == order and not is_down
        query = urlencode({"stage": stage, "order": key, "down": "1" if down else ""})
        made.append(
            {
                "label": label,
                "is_number": is_number,
                "is_kept": key in {"patient", "date"} or label == labels[-1][1],
                "href": f"?{query}" if key else "",
                "order": ("descending" if is_down else "ascending") if key == order else "",
            }
        )
    return made


def shown(
    row: Any, words: dict[str, dict[str, str]], stops: Mapping[UUID, Any] | None = None
) -> dict[str, Any]:
    """One row as the list shows it; ``stops`` are the findings that may be cured in the row."""
    state = row.state
    return {
        "id": row.claim_id if state in BY_CLAIM else row.visit_id,
        "visit_id": row.visit_id,
        "stop": (stops or {}).get(row.visit_id),
        "title": row.patient_name,
        "patient": row.patient_name,
        "href": reverse("claim", args=[row.claim_id])
        if row.claim_id
        else reverse("visit-tab", args=[row.visit_id, "charges"]),
        "date_of_service": row.date_of_service,
        "payer": row.payer_name,
        "charge_cents": row.charge_cents,
        "expected_cents": row.expected_cents,
        "sign": SIGNS.get(state, "good"),
        "word": words.get(state, {"label": state})["label"],
        "why_held": [
            {
                "says": row.because,
                "fix": _("See its fix"),
                "href": reverse("visit-tab", args=[row.visit_id, "findings"]),
            }
        ]
        if state == "blocked"
        else ([{"says": row.because, "fix": ""}] if state in {"held", "rejected"} else []),
    }


@door()
def queue(request: HttpRequest) -> HttpResponse:
    """All stages with their counts, one of them as a list."""
    words = stage_words()
    counts = access.claim_counts(request.user)
    known = [*STAGES, *(s for s in counts if s not in STAGES)]
    stages = [
        {"id": s, "count": counts.get(s, 0)} | words.get(s, {"label": s, "means": ""})
        for s in known
    ]
    first = next((s for s in ("blocked", "ready", "released") if counts.get(s)), "ready")
    stage = request.GET.get("stage", "")
    current = next(s for s in stages if s["id"] == (stage if stage in known else first))
    order = request.GET.get("order", "date")
    is_down = bool(request.GET.get("down"))
    rows = access.claims(request.user, state=current["id"])
    rows.sort(key=ORDERS.get(order, ORDERS["date"]), reverse=is_down)
    may_act = request.user.role in {"biller", "admin"}
    acts = {
        "ready": (reverse("claims-release"), _("Release the chosen"), ""),
        "released": (
            reverse("claims-file"),
            _("Make the claim file"),
            _("One 837P file with the chosen claims; its control number is never used again."),
        ),
        "held": (reverse("claims-unhold"), _("Let the chosen go on"), ""),
        "rejected": (
            reverse("claims-again"),
            _("Make the chosen anew"),
            _("New claims from the record as it is now; they go out with the next file."),
        ),
    }
    act_url, act_label, act_means = acts.get(current["id"], ("", "", "")) if may_act else ("",) * 3
    stops = {}
    if current["id"] == "blocked" and may_act:
        stops = access_money.open_stops(request.user, [row.visit_id for row in rows[:MOST_ROWS]])
    return render(
        request,
        "claims/queue.html",
        {
            "stages": stages,
            "current": current,
            "rows": [shown(row, words, stops) for row in rows[:MOST_ROWS]],
            "may_act": may_act,
            "tabs": shell.tabs(request),
            "is_cut": len(rows) > MOST_ROWS,
            "columns": columns(current["id"], order, is_down),
            "act_url": act_url,
            "act_label": act_label,
            "act_means": act_means,
            "files": access.files(request.user)[:10] if may_act else (),
            "clocks": clocks(request),
        },
    )


def clocks(request: HttpRequest) -> dict[str, Any]:
    """Visits without a claim at the payer that are past half and past 80 % of its time.

    And the lines that were paid too much, with the next day by which one is to be returned.
    """
    if request.user.role not in shell.READS:
        return {}
    over = [close.return_by(row) for row in close.differences(request.user, "overpaid")]
    states = [one.clock.state for one in close.clocks(request.user, at=clock.now())]
    return {
        "half": states.count("half"),
        "urgent": states.count("urgent"),
        "late": states.count("late"),
        "over": len(over),
        "return_by": min((day for day in over if day is not None), default=None),
    }


def chosen(request: HttpRequest) -> list[str]:
    """The chosen rows; none is said in a sentence."""
    ids = request.POST.getlist("id")
    if not ids:
        raise BadInput(_("Choose at least one row, then press the button again."))
    return ids


@door("POST")
def release(request: HttpRequest) -> HttpResponse:
    """Release the chosen visits; one that is refused does not hold up the others."""
    done, refused = 0, []
    for visit_id in chosen(request):
        try:
            service.release(request.user, visit_id, at=clock.now())
            done += 1
        except Refused as error:
            refused.append(str(error))
    if done:
        messages.success(
            request, ngettext("{} claim released.", "{} claims released.", done).format(done)
        )
    for sentence in refused:
        messages.error(request, sentence)
    return redirect(f"{reverse('claims')}?stage={'released' if done else 'ready'}")


@door("POST")
def unhold(request: HttpRequest) -> HttpResponse:
    """Let held claims go on."""
    for claim_id in chosen(request):
        service.unhold(request.user, claim_id, at=clock.now())
    return redirect(f"{reverse('claims')}?stage=released")


@door("POST")
def again(request: HttpRequest) -> HttpResponse:
    """New claims in the place of rejected ones; one that is refused does not hold up the others."""
    done, refused = 0, []
    for claim_id in chosen(request):
        try:
            corrections.replace(
                request.user, shell.key(claim_id), reason=_("sent anew"), at=clock.now()
            )
            done += 1
        except Refused as error:
            refused.append(str(error))
    if done:
        said = ngettext("{} claim is made anew.", "{} claims are made anew.", done)
        messages.success(request, said.format(done))
    for sentence in dict.fromkeys(refused):
        messages.error(request, sentence)
    return redirect(f"{reverse('claims')}?stage={'released' if done else 'rejected'}")


@door("POST")
def make_file(request: HttpRequest) -> HttpResponse:
    """Write the chosen claims into one 837P file; it can be downloaded again later."""
    made = service.file(request.user, chosen(request), at=clock.now())
    messages.success(request, _("File {} is made. Download it below.").format(made.control_number))
    return redirect(f"{reverse('claims')}?stage=filed")


@door()
def download(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The bytes of one claim file."""
    file = access.file_for(request.user, file_id)
    return HttpResponse(
        bytes(file.content),
        content_type="application/edi-x12",
        headers={
            "Content-Disposition": f'attachment; filename="neuroreed-{file.control_number}.837"'
        },
    )


@door()
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """One claim: figures, lines, steps, files."""
    view = access.claim_view(request.user, claim_id)
    words = stage_words()
    state = view.row.state
    may_change = request.user.role in shell.DESK
    found = desk_claim.answers(request, claim_id)
    number_known = bool(found["payer_number"])
    return render(
        request,
        "claims/claim.html",
        {
            "view": view,
            "row": view.row,
            "sign": SIGNS.get(view.row.state, "good"),
            "word": words.get(view.row.state, {"label": view.row.state})["label"],
            "can_hold": request.user.role in {"biller", "admin"} and view.row.state == "released",
            "hold_form": HoldForm(),
            "may_change": may_change,
            "can_replace": state == "rejected" or (state in ANSWERED and number_known),
            "can_void": state in ANSWERED and number_known,
            "can_next": bool(
                state in ANSWERED
                and found["standing"].patient_owes > 0
                and found["later_coverages"]
                and view.row.number == view.body["claim_id"]
            ),
            **found,
        },
    )


@door("POST")
def hold(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Put a claim aside, with the reason."""
    form = HoldForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Say why the claim waits."))
    service.hold(request.user, claim_id, at=clock.now(), **form.cleaned_data)
    return redirect("claim", claim_id)
