"""The close of a month, what was paid otherwise than expected, authorisations, eligibility."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from neuroreed.clinic import access_money
from neuroreed.clinic.services import authorizations as authorization_service
from neuroreed.clinic.services import close as service
from neuroreed.clinic.services import eligibility as eligibility_service
from neuroreed.clinic.services import patient_money
from neuroreed.model.errors import BadInput
from neuroreed.policy import payers
from neuroreed.web import clock
from neuroreed.web.pages.desk.shell import amount_cents, keys, page
from neuroreed.web.pages.door import door

MOST_ROWS = 300


@door()
def month(request: HttpRequest) -> HttpResponse:
    """The figures of a month side by side, and every gap with its page."""
    today = clock.today()
    wanted = request.GET.get("month") or f"{today:%Y-%m}"
    first, following = service.bounds(wanted)
    found = service.look(request.user, wanted, at=clock.now())
    missing = {
        "visit": _("Booked, and neither given nor cancelled"),
        "note": _("Given, and not signed"),
        "charge": _("Signed, and without charges"),
        "claim": _("Charged, and no claim is out"),
        "answer": _("A claim is out, and not answered"),
        "posting": _("Answered, and not posted"),
    }
    chain = [
        (_("Visits"), found.visits),
        (_("Notes"), found.notes),
        (_("Charges"), found.charges),
        (_("Claims"), found.claims),
        (_("Answers"), found.answers),
    ]
    gaps = [
        {
            "gap": gap,
            "href": reverse("claim", args=[gap.claim_id])
            if gap.claim_id
            else (
                reverse("visit", args=[gap.visit_id]) if gap.visit_id else reverse("desk-unmatched")
            ),
        }
        for gap in found.gaps
    ]
    words = {
        "paid": _("Paid by payers"),
        "received": _("Received from patients"),
        "written_off": _("Written off"),
        "patient": _("Patients owe"),
        "payer": _("Open with payers"),
        "next_payer": _("Open with next payers"),
        "denied": _("Denied, not decided"),
    }
    return page(
        request,
        "desk/month.html",
        found=found,
        chain=chain,
        kinds=[
            {"label": label, "gaps": [one for one in gaps if one["gap"].kind == kind]}
            for kind, label in missing.items()
            if any(one["gap"].kind == kind for one in gaps)
        ],
        gap_count=len(gaps),
        money=[(words[name], found.cents[name]) for name in words],
        charged=sum(found.cents.values()),
        first=first,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{following:%Y-%m}" if following <= today else "",
        clocks=service.clocks(request.user, at=clock.now())[:MOST_ROWS],
    )


@door("POST")
def close(request: HttpRequest) -> HttpResponse:
    """Keep the month as it stands, with its gaps."""
    wanted = request.POST.get("month", "")
    row = service.close(request.user, wanted, at=clock.now())
    messages.success(
        request, _("Closed with {} gaps, all of them kept by name.").format(len(row.gaps))
    )
    return redirect(f"{reverse('desk-month')}?month={row.month}")


@door()
def differences(request: HttpRequest) -> HttpResponse:
    """Underpaid and overpaid lines by money, and the contract prices behind them."""
    over = [
        {"row": row, "until": service.return_by(row)}
        for row in service.differences(request.user, "overpaid")[:MOST_ROWS]
    ]
    under = service.differences(request.user, "underpaid")
    return page(
        request,
        "desk/differences.html",
        under=under[:MOST_ROWS],
        under_cents=sum(row.off_by_cents or 0 for row in under),
        over=over,
        payers=sorted((one.id, one.name) for one in payers.profiles().values() if one.id != "base"),
        bases=bases(),
        loaded=[
            {"name": known.name, "on": row.at, "rows": len(row.amounts)}
            for row in patient_money.schedules_loaded(request.user)
            if (known := payers.profiles().get(row.payer)) is not None
        ],
    )


def bases() -> list[tuple[str, str]]:
    """What the amount of a contract's row may be for."""
    return [
        ("per_unit", _("dollars for each unit")),
        ("per_service", _("dollars once a day for the code, whatever its units")),
        (
            "per_visit",
            _("dollars once for all codes of the visit that have it; the highest counts"),
        ),
        ("percent_of_medicare", _("a percentage of what Medicare allows, its reductions included")),
        (
            "percent_of_medicare_unreduced",
            _("a percentage of Medicare's full fee of each unit, without reductions"),
        ),
        ("percent_of_charges", _("a percentage of what you charge")),
        ("day_limit", _("dollars, the most for all lines of a day; its code is *")),
    ]


@door("POST")
def schedule(request: HttpRequest) -> HttpResponse:
    """Load the prices of a contract from CSV."""
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("Choose the CSV file with the columns code and amount."))
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(_("The file is not UTF-8 text.")) from None
    row = patient_money.load_schedule(
        request.user, request.POST.get("payer", ""), text, at=clock.now()
    )
    said = ngettext("{} row is loaded.", "{} rows are loaded.", len(row.amounts))
    messages.success(request, said.format(len(row.amounts)))
    return redirect("desk-differences")


@door()
def authorizations(request: HttpRequest) -> HttpResponse:
    """Authorisations with what is left and when they run out, the most urgent first."""
    found = authorization_service.watched(request.user, at=clock.now())
    signs = {"expired": "stop", "used_up": "stop", "low": "review", "open": "good"}
    rows = [{"one": one, "sign": signs.get(one.forecast.state, "todo")} for one in found]
    return page(request, "desk/authorizations.html", rows=rows)


@door()
def authorization_request(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The request for more, filled from the record, to be printed or copied."""
    found = authorization_service.request(request.user, authorization_id, at=clock.now())
    return page(request, "desk/authorization_request.html", found=found)


@door()
def eligibility(request: HttpRequest) -> HttpResponse:
    """Coverages of the patients of the next days, with the last answer about each."""
    rows = [
        {"row": row, "found": eligibility_service.latest(row)}
        for row in access_money.coverages_soon(request.user, clock.today())
    ]
    return page(request, "desk/eligibility.html", rows=rows)


@door("POST")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask about the chosen coverages with one 270."""
    file = eligibility_service.ask(request.user, keys(request), at=clock.now())
    messages.success(
        request, _("{} is written and goes out with the next files.").format(file.name)
    )
    return redirect("desk-eligibility")


@door("POST")
def by_hand(request: HttpRequest, coverage_id: UUID) -> HttpResponse:
    """Write down what the payer said by telephone."""
    said = request.POST
    left = said.get("deductible_left", "").strip()
    visits, share = (said.get(name, "").strip() for name in ("visits_left", "coinsurance"))
    if (visits and not visits.isdecimal()) or (share and not share.isdecimal()):
        raise BadInput(_("Write the visits left, and the patient's share in percent, as a number."))
    used = {bucket: said.get(f"used_{bucket}", "").strip() for bucket in ("pt_slp", "ot")}
    copay = said.get("copay", "").strip()
    eligibility_service.by_hand(
        request.user,
        coverage_id,
        at=clock.now(),
        active={"yes": True, "no": False}.get(said.get("active", "")),
        deductible_left_cents=amount_cents(left) if left else None,
        coinsurance_permille=int(share) * 10 if share else None,
        copay_cents=amount_cents(copay) if copay else None,
        therapy_used_cents={bucket: amount_cents(text) for bucket, text in used.items() if text},
        visits_left=int(visits) if visits else None,
        authorization_required={"yes": True, "no": False}.get(said.get("authorization", "")),
    )
    messages.success(request, _("Written down as told by the payer."))
    return redirect("desk-eligibility")
