"""The pages of the desk by role: who may see what, and what a refusal says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from neuroreed.clinic.models import DenialRow, Receipt
from tests.clinic.money import payer
from tests.clinic.money.payer import Answer, Answered

DESK = (
    "desk-exchange",
    "desk-remittances",
    "desk-unmatched",
    "desk-denials",
    "desk-trends",
    "desk-differences",
    "desk-month",
)
FRONT = ("desk-authorizations", "desk-eligibility")


def signed_in(desk: Any, role: str) -> Client:
    client = Client()
    client.force_login(
        desk.world.people[role],
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


@pytest.mark.parametrize(
    ("role", "desk", "front"),
    [
        ("biller", 200, 200),
        ("compliance", 200, 404),
        ("front_desk", 404, 200),
        ("therapist", 404, 404),
        ("patient", 404, 404),
    ],
)
def test_each_role_sees_what_its_work_needs(
    desk_clinic: Any, role: str, desk: int, front: int
) -> None:
    client = signed_in(desk_clinic, role)

    assert {client.get(reverse(name)).status_code for name in DESK} == {desk}
    assert {client.get(reverse(name)).status_code for name in FRONT} == {front}


def test_a_stranger_is_asked_to_sign_in(desk_clinic: Any) -> None:
    assert {Client().get(reverse(name)).status_code for name in (*DESK, *FRONT)} == {302}


def test_hostile_forms_are_refused_and_change_nothing(desk_clinic: Any) -> None:
    desk_clinic.sent()
    no = {1: Answered(0, [("CO", "50", 6000)])}
    desk_clinic.take(payer.remittance([Answer(desk_clinic.claims[0].body, no)]))
    client = signed_in(desk_clinic, "biller")
    denial = str(DenialRow.objects.get().pk)
    patient = desk_clinic.world.patient.pk

    answers = [
        client.post(reverse("desk-denials-act"), {"id": "x' or 1=1", "act": "written_off"}),
        client.post(reverse("desk-denials-act"), {"id": denial, "act": "drop", "reason": "a"}),
        client.post(reverse("desk-denials-act"), {"id": denial, "act": "written_off"}),
        client.post(reverse("desk-take", args=[patient]), {"amount": "1e3", "method": "card"}),
        client.post(reverse("desk-take", args=[patient]), {"amount": "-5", "method": "card"}),
        client.post(reverse("desk-drop"), {}),
        client.get(reverse("desk-month") + "?month=2026-99"),
        client.post(reverse("desk-printers"), {"name": "p", "right": "nan", "down": "0"}),
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert not DenialRow.objects.get().acts.exists()
    assert not Receipt.objects.exists()


def test_what_a_file_is_called_is_text_and_nothing_else(desk_clinic: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(desk_clinic, "biller")
    name = "../<script>alert(1)</script>.835"

    client.post(reverse("desk-drop"), {"file": SimpleUploadedFile(name, b"no X12")})
    page = client.get(reverse("desk-exchange")).content.decode()

    assert "<script>alert" not in page
    assert "unreadable" in page
