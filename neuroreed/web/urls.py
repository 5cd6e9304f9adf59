"""Every address of the clinic."""

from __future__ import annotations

from django.urls import include, path

from neuroreed.web.api import api
from neuroreed.web.pages import (
    booking,
    claims,
    day,
    entrance,
    errors,
    patients,
    rules,
    session,
    visits,
)

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

one = "visits/<uuid:visit_id>/"

urlpatterns = [
    path("", entrance.home, name="home"),
    path("demo/", entrance.demo, name="demo"),
    path("account/", entrance.account, name="account"),
    path("accounts/", include("allauth.urls")),
    path("day/", day.day, name="day"),
    path("", include("neuroreed.web.urls_progress")),
    path("", include("neuroreed.web.urls_documentation")),
    path("", include("neuroreed.web.urls_desk")),
    path("", include("neuroreed.web.urls_reviews")),
    path("", include("neuroreed.web.urls_bulk")),
    path(one, visits.visit, name="visit"),
    path(one + "session/", session.session, name="session"),
    path("episodes/<uuid:episode_id>/diagnoses/", patients.diagnoses_of, name="diagnoses"),
    path("episodes/<uuid:episode_id>/book/", booking.book, name="visit-book"),
    path(one + "cancel/", booking.cancel, name="visit-cancel"),
    path(one + "begin/", session.begin, name="visit-begin"),
    path(one + "session/state/", session.state, name="session-state"),
    path(one + "session/preview/", session.preview, name="session-preview"),
    path(one + "session/tap/", session.tap, name="session-tap"),
    path(one + "session/fact/", session.fact, name="session-fact"),
    path(one + "session/teach/", session.teach, name="session-teach"),
    path(one + "session/add/", session.add, name="session-add"),
    path(one + "session/correct/<uuid:activity_id>/", session.correct, name="session-correct"),
    path(one + "session/end/", session.end, name="session-end"),
    path(one + "session/reopen/", session.reopen, name="session-reopen"),
    path(one + "review/", visits.review, name="visit-review"),
    path(one + "modifier/", visits.modifier, name="visit-modifier"),
    path(one + "sign/", visits.sign, name="visit-sign"),
    path(one + "student/", visits.direct, name="visit-student"),
    path(one + "addendum/", visits.addendum, name="visit-addendum"),
    path(one + "release/", visits.release, name="visit-release"),
    path(one + "<slug:name>/", visits.tab, name="visit-tab"),
    path("findings/<uuid:finding_id>/", visits.resolve, name="finding-resolve"),
    path("patients/", patients.patients, name="patients"),
    path("patients/new/", patients.new, name="patient-new"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/edit/", patients.edit, name="patient-edit"),
    path("patients/<uuid:patient_id>/coverage/", patients.coverage, name="coverage-new"),
    path("plans/<uuid:plan_id>/certify/", patients.certify, name="plan-certify"),
    path("plans/<uuid:plan_id>/attest/", patients.attest, name="plan-attest"),
    path("claims/", claims.queue, name="claims"),
    path("claims/release/", claims.release, name="claims-release"),
    path("claims/file/", claims.make_file, name="claims-file"),
    path("claims/unhold/", claims.unhold, name="claims-unhold"),
    path("claims/again/", claims.again, name="claims-again"),
    path("claims/files/<uuid:file_id>/", claims.download, name="claim-file"),
    path("claims/<uuid:claim_id>/", claims.claim, name="claim"),
    path("claims/<uuid:claim_id>/hold/", claims.hold, name="claim-hold"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<str:rule_id>/", rules.rule, name="rule"),
    path("api/v1/", api.urls),
]
