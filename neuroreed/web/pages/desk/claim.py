"""Acts on one claim that has been answered, and the money of one patient."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.clinic import access, access_money
from neuroreed.clinic.services import (
    authorizations,
    charges,
    claims,
    close,
    corrections,
    ledgers,
    packets,
    patient_money,
)
from neuroreed.model.errors import BadInput, Refused
from neuroreed.model.money import dollars
from neuroreed.web import clock
from neuroreed.web.pages.desk.shell import amount_cents, key
from neuroreed.web.pages.door import door
from neuroreed.web.pages.forms import date_field

PDF = "application/pdf"


def answers(request: HttpRequest, claim_id: UUID) -> dict[str, Any]:
    """The ledger, comparisons and further acts of a claim, for its page."""
    claim = access.claim_for(request.user, claim_id)
    ledger = ledgers.of(claim)
    standing = ledgers.standing(claim)
    later = [one for one in claim.patient.coverages.all() if one.sequence > "P"]
    return {
        "standing": standing,
        "open_cents": standing.open_payer + standing.open_next_payer,
        "entries": close.ledger_entries(request.user, claim) or ledger.entries,
        "comparisons": list(claim.comparisons.select_related("remittance")),
        "packets": list(claim.packets.all()),
        "denials": list(claim.denials.prefetch_related("acts")),
        "later_coverages": later,
        "payer_number": corrections.payer_number(claim),
        "related": access_money.related(request.user, claim),
        "answer_files": access_money.answer_files(request.user, claim),
    }


@door("POST")
def replace(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Make the claim anew from the record as it is now."""
    reason = request.POST.get("reason", "")
    new = corrections.replace(request.user, claim_id, reason=reason, at=clock.now())
    messages.success(request, _("Claim {} takes its place.").format(new.number))
    return redirect("claim", new.pk)


@door("POST")
def void(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Take an answered claim back."""
    reason = request.POST.get("reason", "")
    new = corrections.void(request.user, claim_id, reason=reason, at=clock.now())
    messages.success(request, _("Claim {} takes it back.").format(new.number))
    return redirect("claim", new.pk)


@door("POST")
def next_payer(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Make the claim to the next payer."""
    coverage_id = key(request.POST.get("coverage"))
    new = corrections.secondary(request.user, claim_id, coverage_id, at=clock.now())
    messages.success(request, _("Claim {} asks the next payer.").format(new.number))
    return redirect("claim", new.pk)


@door("POST")
def records(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Answer a payer's request for records."""
    claim = access.claim_for(request.user, claim_id)
    day = claim.visit.date_of_service

    def said(name: str) -> Any:
        text = request.POST.get(name, "")
        return date_field(required=False).clean(text) if text else None

    row = packets.records(
        request.user,
        claim_id,
        reference=request.POST.get("reference", ""),
        due_on=said("due_on"),
        first_day=said("first_day") or day,
        last_day=said("last_day") or day,
        at=clock.now(),
    )
    return redirect("desk-packet", row.pk)


@door()
def paper(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """The claim on the paper form; with ``grid`` our own lines are drawn for a preview."""
    content = patient_money.paper_form(
        request.user,
        [claim_id],
        printer=request.GET.get("printer", ""),
        grid=bool(request.GET.get("grid")),
    )
    return HttpResponse(content, content_type=PDF)


@door("GET", "POST")
def printers(request: HttpRequest) -> HttpResponse:
    """The printers and how far each is off; GET with ``test`` gives the test page."""
    if request.method == "POST":
        given = [request.POST.get(name, "0").strip() or "0" for name in ("right", "down")]
        try:
            right, down = (round(float(text) * 10) for text in given)
        except (ValueError, OverflowError):
            raise BadInput(_("Write an offset in millimetres, like 1.5.")) from None
        name = request.POST.get("name", "")
        patient_money.set_printer(
            request.user, name, right_tenths=right, down_tenths=down, at=clock.now()
        )
        messages.success(request, _("Kept. Print the test page to see it."))
        return redirect("desk-printers")
    if name := request.GET.get("test"):
        return HttpResponse(patient_money.test_form(request.user, name), content_type=PDF)
    rows = patient_money.printers(request.user)
    return render(request, "desk/printers.html", {"rows": rows})


@door("POST")
def fix(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Cure a blocked visit in its row: answer the finding or enter the authorisation.

    What is then free is released at once; the same press serves both.
    """
    who, at = request.user, clock.now()
    if number := request.POST.get("authorization", "").strip():
        visit = access.visit_for(who, visit_id, to="release")
        until = date_field().clean(request.POST.get("until", ""))
        authorizations.for_visit(who, visit.pk, number=number, until=until, at=at)
        charges.reassess(who, visit_id, at=at)
    elif finding := request.POST.get("finding"):
        charges.resolve(who, key(finding), reason=request.POST.get("reason", ""), at=at)
    else:
        charges.reassess(who, visit_id, at=at)
    try:
        claim = claims.release(who, visit_id, at=at)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("claims")
    messages.success(request, _("Fixed; claim {} is released.").format(claim.number))
    return redirect("claims")


@door()
def account(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What a patient owes and why, what waits, what was paid."""
    patient = access_money.patient_account(request.user, patient_id)
    return render(
        request,
        "desk/account.html",
        {
            "patient": patient,
            "owed": patient_money.owed(request.user, patient_id, at=clock.now()),
            "receipts": patient.receipts.order_by("-at"),
            "statements": patient.statements.defer("content").order_by("-at"),
            "methods": [
                ("card", _("card")),
                ("cash", _("cash")),
                ("check", _("check")),
                ("transfer", _("transfer")),
            ],
            "token": uuid4().hex,
            "visits": access_money.booked(request.user, patient, clock.today()),
        },
    )


@door("POST")
def take(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Take money from a patient."""
    row = patient_money.take(
        request.user,
        patient_id,
        amount_cents=amount_cents(request.POST.get("amount", "")),
        method=request.POST.get("method", ""),
        token=request.POST.get("token", ""),
        at=clock.now(),
    )
    messages.success(request, _("Received. Receipt {} is below.").format(row.number))
    return redirect("desk-account", patient_id)


@door("POST")
def give_back(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Pay a patient's credit back."""
    amount = patient_money.give_back(
        request.user,
        patient_id,
        amount_cents=amount_cents(request.POST.get("amount", "")),
        token=request.POST.get("token", ""),
        at=clock.now(),
    )
    messages.success(request, _("Given back: ${}.").format(dollars(amount)))
    return redirect("desk-account", patient_id)


@door("POST")
def make_statement(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Make a statement of what may be asked for."""
    row = patient_money.make_statement(request.user, patient_id, at=clock.now())
    messages.success(request, _("Statement {} is below.").format(row.number))
    return redirect("desk-account", patient_id)


@door()
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """A statement as PDF."""
    row = access_money.statement_for(request.user, statement_id)
    return HttpResponse(bytes(row.content), content_type=PDF)


@door()
def receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """A receipt as PDF."""
    return HttpResponse(patient_money.receipt_paper(request.user, receipt_id), content_type=PDF)


@door()
def estimate(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """What a booked visit may cost, in plain words."""
    found = patient_money.estimate(request.user, visit_id, at=clock.now())
    return render(request, "desk/estimate.html", {"found": found})
