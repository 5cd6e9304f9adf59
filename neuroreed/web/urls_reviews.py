"""The addresses of chart audits."""

from __future__ import annotations

from django.urls import path

from neuroreed.web.pages.reviews import audits, charts, reports

one = "audits/<uuid:review_id>/"
chart = "audits/charts/<uuid:chart_id>/"

urlpatterns = [
    path("audits/", audits.audits, name="audits"),
    path(one, audits.audit, name="audit"),
    path(one + "report/", reports.report, name="audit-report"),
    path(one + "report/print/", reports.pdf, name="audit-report-pdf"),
    path(chart, charts.chart, name="audit-chart"),
    path(chart + "packet/", charts.packet, name="audit-packet"),
]
