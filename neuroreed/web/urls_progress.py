"""The addresses of measures, progress, teaching and what a patient takes home."""

from __future__ import annotations

from django.urls import path

from neuroreed.web.pages.home import handouts, own, phone, programme
from neuroreed.web.pages.progress import goals, measures, page

one = "episodes/<uuid:episode_id>/"
code = "h/<str:address>/"

urlpatterns = [
    path(one + "progress/", page.progress, name="progress"),
    path(one + "progress/print/", page.pdf, name="progress-pdf"),
    path(one + "progress/decide/", page.decide, name="progress-decide"),
    path(one + "measures/", measures.measures, name="measures"),
    path(one + "measures/<slug:measure>/", measures.measure, name="measure"),
    path(one + "measures/<slug:measure>/decline/", measures.decline, name="measure-decline"),
    path(one + "goals/", goals.goals, name="goals"),
    path(one + "goals/<uuid:goal_id>/rate/", goals.rate, name="goal-rate"),
    path(one + "handouts/", handouts.handouts, name="handouts"),
    path(one + "handouts/print/", handouts.pdf, name="handout-pdf"),
    path(one + "handouts/teach/", handouts.teach, name="handout-teach"),
    path(one + "home/", programme.programme, name="home-programme"),
    path(one + "home/share/", programme.share, name="home-share"),
    path(one + "home/contact/", programme.contact, name="home-contact"),
    path("home-codes/<uuid:link_id>/", programme.card, name="home-card"),
    path("home-codes/<uuid:link_id>/close/", programme.close, name="home-close"),
    path("mine/", own.mine, name="mine"),
    path("patients/<uuid:patient_id>/own/", own.of_patient, name="patient-own"),
    path("visits/<uuid:visit_id>/summary/", own.summary, name="visit-summary"),
    path(code, phone.home, name="home-phone"),
    path(code + "worker.js", phone.worker, name="home-worker"),
    path(code + "logs/", phone.logs, name="home-logs"),
]
