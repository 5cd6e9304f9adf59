"""The addresses of bulk runs and of payer profiles."""

from __future__ import annotations

from django.urls import path

from neuroreed.web.pages import payers
from neuroreed.web.pages.bulk import results, runs

one = "bulk/<uuid:run_id>/"
tried = "payers/dry-runs/<uuid:run_id>/"

urlpatterns = [
    path("bulk/", runs.runs, name="bulk"),
    path("bulk/upload/", runs.upload, name="bulk-upload"),
    path("bulk/period/", runs.period, name="bulk-period"),
    path(one, runs.run, name="bulk-run"),
    path(one + "progress/", runs.progress, name="bulk-progress"),
    path(one + "cancel/", runs.cancel, name="bulk-cancel"),
    path(one + "resume/", runs.resume, name="bulk-resume"),
    path(one + "delete/", runs.delete, name="bulk-delete"),
    path(one + "peers/", results.peers, name="bulk-peers"),
    path(one + "findings/", results.findings, name="bulk-findings"),
    path(one + "findings/<int:number>/", results.finding, name="bulk-finding"),
    path(one + "files/<str:name>/", results.download, name="bulk-download"),
    path("payers/", payers.payers, name="payers"),
    path(tried, payers.dry_run, name="dry-run"),
    path(tried + "progress/", payers.dry_run_progress, name="dry-run-progress"),
    path(tried + "changes/", payers.dry_run_changes, name="dry-run-changes"),
    path(tried + "save/", payers.save, name="dry-run-save"),
    path(tried + "<slug:act>/", payers.dry_run_act, name="dry-run-act"),
    path("payers/<slug:name>/", payers.payer, name="payer"),
]
