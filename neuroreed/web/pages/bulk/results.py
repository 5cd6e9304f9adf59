"""What a run found: counts, lines behind each count, facts and source behind each line."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from neuroreed.audit import registry
from neuroreed.clinic import access_bulk
from neuroreed.clinic.services import bulk_runs
from neuroreed.exchange.tables import read_mapping
from neuroreed.web.pages.bulk.shown import (
    DIMENSIONS,
    MOST_ROWS,
    Labels,
    chart,
    dimension_words,
    facts,
    groups,
    results_of,
    visit_address,
)
from neuroreed.web.pages.door import door
from neuroreed.web.pages.showing import cited

PER_PAGE = 50
DOWNLOADS = {
    "findings.parquet": "application/vnd.apache.parquet",
    "findings.csv": "text/csv",
    "summary.json": "application/json",
    "summary.csv": "text/csv",
    "summary.html": "text/html",
    "columns.csv": "text/csv",
    "rejects.csv": "text/csv",
}


def results(request: HttpRequest, run: Any) -> HttpResponse:
    """The page of a finished run."""
    found = results_of(run)
    labels = Labels(access_bulk.people(request.user))
    said = dimension_words()
    charts = []
    for by in DIMENSIONS:
        listed = groups(found, by, labels)
        if listed:
            charts.append(
                {"by": by, "title": said[by], "svg": chart(run, by, listed),
                 "rows": listed[:MOST_ROWS], "of": len(listed)}
            )  # fmt: skip
    summary = found.summary
    coverage = list(summary["coverage"].values())
    return render(
        request,
        "bulk/results.html",
        {
            "run": run,
            "summary": summary,
            "totals": found.totals,
            "stop_cents": found.stop_cents,
            "charts": charts,
            "coverage": coverage,
            "blind": [row["rule"] for row in coverage if not row["assessed"]],
            "rejects": summary["rejects"][:MOST_ROWS],
            "columns": summary["columns"],
            "downloads": list(DOWNLOADS),
            "code": "97112",
        },
    )


def finished(request: HttpRequest, run_id: UUID) -> Any:
    """A finished run that has its files."""
    run = access_bulk.run_for(request.user, run_id)
    if run.state != "done" or run.files_deleted_at is not None:
        raise Http404
    return run


def chosen(request: HttpRequest, found: Any, labels: Labels) -> tuple[str, int, Any]:
    """The group that the address names by its place; a name in an address would be in logs."""
    by, text = request.GET.get("by", ""), request.GET.get("n", "")
    if by not in DIMENSIONS or not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Http404
    listed = groups(found, by, labels)
    if int(text) >= len(listed):
        raise Http404
    return by, int(text), listed[int(text)]


@door()
def findings(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The lines behind one bar, page by page."""
    run = finished(request, run_id)
    found = results_of(run)
    labels = Labels(access_bulk.people(request.user))
    by, n, group = chosen(request, found, labels)
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    number = max(1, min(number, -(-group.findings // PER_PAGE)))
    rows = found.page({by: group.name}, (number - 1) * PER_PAGE, PER_PAGE)
    return render(
        request,
        "bulk/findings.html",
        {
            "run": run,
            "title": dimension_words()[by],
            "group": group,
            "by": by,
            "n": n,
            "rows": [
                row | {"who": labels.of("therapist", row["therapist"]),
                       "payer_name": labels.of("payer", row["payer"]),
                       "title": labels.of("rule", row["rule"]),
                       "href": visit_address(run, row["visit"], "findings")}
                for row in rows
            ],
            "page": number,
            "pages": -(-group.findings // PER_PAGE),
        },
    )  # fmt: skip


@door()
def finding(request: HttpRequest, run_id: UUID, number: int) -> HttpResponse:
    """One finding: its sentence, its facts with their citation, and where its lines stand."""
    from neuroreed.bulk.replay import replay

    run = finished(request, run_id)
    row = results_of(run).one(number)
    if row is None:
        raise Http404
    access_bulk.finding_seen(request.user, run, number, row["visit"] or "")
    folder = access_bulk.folder_of(run)
    mapping = folder / bulk_runs.MAPPING
    intervals = folder / "intervals.csv"
    told = replay(
        access_bulk.results_of(run),
        row,
        mapping=read_mapping(mapping) if mapping.exists() else None,
        payer=run.payer or None,
        intervals=intervals if intervals.exists() else None,
    )
    rule = next(each for each in registry.rules() if each.id == row["rule"])
    return render(
        request,
        "bulk/finding.html",
        {
            "run": run,
            "row": row,
            "rule": rule,
            "told": told.finding,
            "because": told.because,
            "facts": facts(told.finding.evidence) if told.finding else [],
            "cites": cited(rule.cites),
            "rows": told.rows,
            "heads": [name for name, _value in told.rows[0].values] if told.rows else [],
            "href": visit_address(run, row["visit"], "findings"),
        },
    )


@door()
def download(request: HttpRequest, run_id: UUID, name: str) -> FileResponse:
    """Findings and summaries to take away."""
    run = finished(request, run_id)
    if name not in DOWNLOADS:
        raise Http404
    access_bulk.taken_away(request.user, run, name)
    if run.since is not None or name.startswith("findings."):
        file = made_file(run, name)
    else:
        file = (access_bulk.results_of(run) / name).open("rb")
    return FileResponse(file, as_attachment=True, filename=name, content_type=DOWNLOADS[name])


def made_file(run: Any, name: str) -> Any:
    """Findings, or the summary of a clinic's own days, as a file that is gone when it is read."""
    found = results_of(run)
    with tempfile.TemporaryDirectory(prefix="neuroreed-findings-") as folder:
        path = Path(folder) / name
        if name.startswith("findings."):
            found.write(path)
        else:
            found.of_days(run.facts).write(Path(folder))
        return path.open("rb")


@door()
def peers(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Therapists and clinics beside one another, with limits for small numbers."""
    from neuroreed.bulk.peers_run import peers_of

    run = finished(request, run_id)
    by = request.GET.get("by", "therapist")
    if by not in ("therapist", "clinic"):
        raise Http404
    kept = peers_of(access_bulk.results_of(run)) or {"because": _("Nothing was compared.")}
    found = kept.get(by, kept)
    labels = Labels(access_bulk.people(request.user))
    national = {one["cpt"]: one for one in found.get("national", ())}
    blocks = [
        {
            "title": title,
            "rows": [
                one | {"label": labels.of(by, one["group"]),
                       "national": national.get(one["cpt"], {}).get(figure)}
                for one in found.get(key, ())
            ],
            "has_code": key != "units_per_day",
            "is_share": key == "shares",
        }
        for key, title, figure in (
            ("units_per_day", _("Units per visit-day"), ""),
            ("shares", _("Share of units"), "share"),
            ("per_day", _("Units per visit-day with the code"), "per_day"),
        )
    ]  # fmt: skip
    return render(
        request,
        "bulk/peers.html",
        {"run": run, "by": by, "because": found.get("because"), "blocks": blocks,
         "cautions": found.get("cautions", ()), "has_national": bool(national)},
    )  # fmt: skip
