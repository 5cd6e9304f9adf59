"""The addresses of the claims desk."""

from __future__ import annotations

from django.urls import path

from neuroreed.web.pages.desk import claim, denials, files, month, remittances

one = "claims/<uuid:claim_id>/"
patient = "patients/<uuid:patient_id>/account/"

urlpatterns = [
    path("claims/exchange/", files.exchange, name="desk-exchange"),
    path("claims/exchange/drop/", files.drop, name="desk-drop"),
    path("claims/exchange/run/", files.run, name="desk-run"),
    path("claims/exchange/<uuid:file_id>/", files.received, name="desk-received"),
    path("claims/remittances/", remittances.remittances, name="desk-remittances"),
    path(
        "claims/remittances/<uuid:remittance_id>/", remittances.remittance, name="desk-remittance"
    ),
    path("claims/unmatched/", remittances.unmatched, name="desk-unmatched"),
    path("claims/unmatched/<uuid:held_id>/post/", remittances.post_to, name="desk-post-to"),
    path("claims/unmatched/<uuid:held_id>/aside/", remittances.set_aside, name="desk-aside"),
    path("claims/denials/", denials.denials, name="desk-denials"),
    path("claims/denials/trends/", denials.trends, name="desk-trends"),
    path("claims/denials/act/", denials.act, name="desk-denials-act"),
    path("claims/denials/<uuid:denial_id>/", denials.denial, name="desk-denial"),
    path("claims/denials/<uuid:denial_id>/appeal/", denials.appeal, name="desk-appeal"),
    path("claims/packets/<uuid:packet_id>/", denials.packet, name="desk-packet"),
    path("claims/differences/", month.differences, name="desk-differences"),
    path("claims/differences/schedule/", month.schedule, name="desk-schedule"),
    path("claims/authorizations/", month.authorizations, name="desk-authorizations"),
    path(
        "claims/authorizations/<uuid:authorization_id>/",
        month.authorization_request,
        name="desk-authorization-request",
    ),
    path("claims/eligibility/", month.eligibility, name="desk-eligibility"),
    path("claims/eligibility/ask/", month.ask, name="desk-eligibility-ask"),
    path("claims/eligibility/<uuid:coverage_id>/", month.by_hand, name="desk-eligibility-by-hand"),
    path("claims/month/", month.month, name="desk-month"),
    path("claims/month/close/", month.close, name="desk-month-close"),
    path("claims/printers/", claim.printers, name="desk-printers"),
    path("claims/fix/<uuid:visit_id>/", claim.fix, name="desk-fix"),
    path(one + "replace/", claim.replace, name="desk-replace"),
    path(one + "void/", claim.void, name="desk-void"),
    path(one + "next/", claim.next_payer, name="desk-next-payer"),
    path(one + "records/", claim.records, name="desk-records"),
    path(one + "paper/", claim.paper, name="desk-paper"),
    path(patient, claim.account, name="desk-account"),
    path(patient + "take/", claim.take, name="desk-take"),
    path(patient + "give-back/", claim.give_back, name="desk-give-back"),
    path(patient + "statement/", claim.make_statement, name="desk-make-statement"),
    path("statements/<uuid:statement_id>/", claim.statement, name="desk-statement"),
    path("receipts/<uuid:receipt_id>/", claim.receipt, name="desk-receipt"),
    path("visits/<uuid:visit_id>/estimate/", claim.estimate, name="desk-estimate"),
]
