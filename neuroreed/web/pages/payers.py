"""Edit a payer profile: draft, dry-run over a month of the clinic's own lines, then save."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from neuroreed.clinic import access_bulk
from neuroreed.clinic.services import bulk_runs, payer_profiles
from neuroreed.model.errors import BadInput, ProfileError, Refused
from neuroreed.policy import payers as profiles
from neuroreed.web import clock
from neuroreed.web.pages.bulk.runs import NEVER, OVER, PeriodForm, last_month, watched
from neuroreed.web.pages.bulk.shown import (
    Labels,
    dimension_words,
    extra_is_missing,
    visit_address,
)
from neuroreed.web.pages.door import door

PER_PAGE = 50
DRY_RUN = "dry_run"


@door()
def payers(request: HttpRequest) -> HttpResponse:
    """Every profile, and which of them are the clinic's own."""
    access_bulk.auditor(request.user)
    own = {path.stem for path in payer_profiles.folder().glob("*.yaml")}
    rows = [
        {"id": name, "name": each.name, "extends": each.extends[:1], "is_own": name in own,
         "unit_method": each.unit_method}
        for name, each in profiles.profiles().items()
        if name != "base"
    ]  # fmt: skip
    if asked := request.GET.get("new", "").strip():
        if not payer_profiles.NAME.fullmatch(asked):
            messages.error(
                request, _("A payer's id is small letters, digits and _, and begins with a letter.")
            )
        else:
            return redirect("payer", asked)
    return render(request, "payers/list.html", {"rows": sorted(rows, key=lambda r: r["name"])})


@door("GET", "POST")
def payer(request: HttpRequest, name: str) -> HttpResponse:
    """One profile as a draft; saving and trying are acts of their own."""
    known = payer_profiles.text_of(request.user, name)
    if request.method == "POST":
        return tried(request, known)
    text = known.text
    if (number := request.GET.get("version", "")).isdecimal():
        rows = access_bulk.profile_versions(request.user, name)
        text = next((row.text for row in rows if row.version == int(number)), text)
    return shown(request, known, text)


def shown(
    request: HttpRequest,
    known: Any,
    text: str,
    *,
    form: Any = None,
    fault: ProfileError | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one draft."""
    return render(
        request,
        "payers/edit.html",
        {
            "known": known,
            "text": text,
            "rows": max(12, text.count("\n") + 3),
            "fault": fault,
            "form": form or PeriodForm(initial=last_month()),
            "shipped": payer_profiles.shipped_text(known.payer),
            "versions": access_bulk.profile_versions(request.user, known.payer)[:20],
            "is_missing": extra_is_missing(),
        },
        status=status,
    )


def tried(request: HttpRequest, known: Any) -> HttpResponse:
    """Queue the dry-run of the draft, or say what is wrong with it, and where."""
    text = request.POST.get("text", "")
    form = PeriodForm(request.POST)
    if not form.is_valid():
        return shown(request, known, text, form=form, status=400)
    try:
        run = bulk_runs.dry_run(
            request.user,
            payer=known.payer,
            text=text,
            since=form.cleaned_data["since"],
            until=form.cleaned_data["until"],
            at=clock.now(),
        )
    except ProfileError as error:
        return shown(request, known, text, form=form, fault=error, status=400)
    except BadInput as error:
        messages.error(request, str(error))
        return shown(request, known, text, form=form, status=400)
    return redirect("dry-run", run.pk)


@door()
def dry_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What a draft would change, and the act that makes it the clinic's."""
    run = access_bulk.run_for(request.user, run_id, DRY_RUN)
    if run.state != "done" or run.files_deleted_at is not None:
        return render(request, "payers/dry_run_wait.html", watched(run))
    return difference_page(request, run)


def difference_page(
    request: HttpRequest, run: Any, *, reason: str = "", status: int = 200
) -> HttpResponse:
    """The difference of a finished dry-run."""
    from neuroreed.bulk.diff import changed_visits, difference

    one, two = sides(run)
    found = difference(one, two, run.since, run.until)
    labels = Labels(access_bulk.people(request.user))
    said = dimension_words()
    tables = [
        {
            "by": by,
            "title": said[by],
            "rows": [(n, labels.of(by, name_of(by, each.name)), each)
                     for n, each in enumerate(changes)],
        }
        for by, changes in (("rule", found.rules), ("payer", found.payers), ("month", found.months))
        if changes
    ]  # fmt: skip
    draft = run.draft["payer"]
    known = payer_profiles.text_of(request.user, draft)
    visits = changed_visits(one, two, run.since, run.until)
    return render(
        request,
        "payers/dry_run.html",
        {
            "run": run,
            "payer": draft,
            "found": found,
            "total": found.measured[0] if found.measured else None,
            "parts": [
                (labels.of(by, name_of(by, each.name)), each)
                for by, group in (
                    ("payer", found.measured_by_payer),
                    ("month", found.measured_by_month),
                )
                if len(group) > 1
                for each in group
            ],
            "why_not": found.why_not.get("after", {}).items(),
            "tables": tables,
            "visits": [
                row | {"href": visit_address(run, row["visit"], "charges")}
                for row in visits.head(PER_PAGE).to_dicts()
            ],
            "more_visits": max(0, len(visits) - PER_PAGE),
            "is_national": "--mac" not in run.facts.get("place", ()),
            "draft": run.draft["text"],
            "known": known,
            "is_saved": known.text == run.draft["text"],
            "reason": reason,
        },
        status=status,
    )


def name_of(by: str, name: str) -> str | None:
    """The name of a group as ``Labels`` asks for it."""
    if name == "not given":
        return None
    return f"{name}-01" if by == "month" else name


def sides(run: Any) -> tuple[Any, Any]:
    """The two runs of a dry-run."""
    out = access_bulk.results_of(run)
    return out / "before", out / "after"


@door()
def dry_run_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """How far a dry-run is."""
    run = access_bulk.run_for(request.user, run_id, DRY_RUN)
    if run.state in OVER and request.headers.get("HX-Request"):
        return HttpResponse(status=NEVER, headers={"HX-Refresh": "true"})
    return render(request, "bulk/progress.html", watched(run))


@door("POST")
def dry_run_act(request: HttpRequest, run_id: UUID, act: str) -> HttpResponse:
    """Stop a dry-run, take it up again, delete its files."""
    acts = {
        "cancel": bulk_runs.cancel,
        "resume": bulk_runs.resume,
        "delete": bulk_runs.delete_files,
    }
    if act not in acts:
        raise Http404
    acts[act](request.user, run_id, kind=DRY_RUN, at=clock.now())
    return redirect("dry-run", run_id)


@door()
def dry_run_changes(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The findings behind one number of a difference."""
    from neuroreed.bulk.diff import changes, difference

    run = access_bulk.run_for(request.user, run_id, DRY_RUN)
    if run.state != "done" or run.files_deleted_at is not None:
        raise Http404
    one, two = sides(run)
    found = difference(one, two, run.since, run.until)
    by, text = request.GET.get("by", ""), request.GET.get("n", "")
    listed = {"rule": found.rules, "payer": found.payers, "month": found.months}.get(by)
    if listed is None or not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Http404
    if int(text) >= len(listed):
        raise Http404
    chosen = listed[int(text)]
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    table = changes(one, two, run.since, run.until)
    own = table.filter(table[by].fill_null("not given") == chosen.name)
    pages = max(1, -(-len(own) // PER_PAGE))
    number = max(1, min(number, pages))
    labels = Labels(access_bulk.people(request.user))
    return render(
        request,
        "payers/changes.html",
        {
            "run": run,
            "label": labels.of(by, name_of(by, chosen.name)),
            "rows": [row | {"title": labels.of("rule", row["rule"]),
                            "href": visit_address(run, row["visit"], "findings")}
                     for row in own.slice((number - 1) * PER_PAGE, PER_PAGE).to_dicts()],
            "by": by, "n": int(text), "page": number, "pages": pages, "count": len(own),
        },
    )  # fmt: skip


@door("POST")
def save(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Make the tried draft the clinic's profile, with the reason."""
    run = access_bulk.run_for(request.user, run_id, DRY_RUN)
    replaces = request.POST.get("replaces", "")
    reason = request.POST.get("reason", "")
    try:
        row = payer_profiles.save(
            request.user,
            run.draft["payer"],
            run.draft["text"],
            reason=reason,
            replaces=int(replaces) if replaces.isdecimal() else -1,
            dry_run=run.pk,
            at=clock.now(),
        )
    except Refused as error:
        messages.error(request, str(error))
        return difference_page(request, run, reason=reason, status=409)
    except BadInput as error:
        messages.error(request, str(error))
        return difference_page(request, run, reason=reason, status=400)
    messages.success(
        request,
        _("Saved as version {}. It is in force now; nothing was restarted.").format(row.version),
    )
    return redirect("payer", row.payer)
