"""The addresses of evaluations, plans, reports, signatures and papers."""

from __future__ import annotations

from django.urls import path, re_path

from neuroreed.web.pages.documentation import evaluation, papers, reports, signatures

episode = "episodes/<uuid:episode_id>/"
visit = "visits/<uuid:visit_id>/"
KINDS = "plan-of-care|progress-report|recertification|discharge"

urlpatterns = [
    path("patients/<uuid:patient_id>/evaluation/", evaluation.new, name="evaluation-new"),
    path("patients/<uuid:patient_id>/packet/", papers.packet, name="packet"),
    path(visit + "evaluation/", evaluation.evaluation, name="evaluation"),
    path(visit + "words/", evaluation.say, name="visit-words"),
    path(visit + "statement/", papers.statement, name="visit-statement"),
    path(episode + "plan/", evaluation.plan, name="plan-new"),
    path(episode + "reevaluation/", evaluation.again, name="reevaluation"),
    re_path(
        rf"^episodes/(?P<episode_id>[0-9a-f-]{{36}})/report/(?P<kind>{KINDS})/$",
        reports.report,
        name="report",
    ),
    path("notes/<uuid:note_id>/", reports.sealed, name="sealed"),
    path("notes/<uuid:note_id>/pdf/", papers.note, name="note-pdf"),
    path("plans/", signatures.queue, name="certification-queue"),
    path("plans/<uuid:plan_id>/", signatures.plan, name="certification"),
    path("cosign/", signatures.waiting, name="cosign-list"),
    path("cosign/<uuid:note_id>/", signatures.one, name="cosign"),
    path("rules-for-notes/", papers.rules, name="note-rules"),
]
