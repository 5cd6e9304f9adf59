"""Every page, for those whose work it is and for those whose work it is not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

PEOPLE = ("therapist", "assistant", "biller", "compliance", "front_desk", "patient")


def pages(clinic: Any) -> dict[str, tuple[str, set[str]]]:
    """Each page: its address and the roles that see it."""
    care = {"therapist", "assistant"}
    staff = {"therapist", "assistant", "biller", "compliance", "front_desk"}
    past = clinic.past.id
    patient = clinic.patients[0].id
    return {
        "day": (reverse("day"), staff),
        "patients": (reverse("patients"), {*PEOPLE}),
        "patient": (reverse("patient", args=[patient]), {*PEOPLE}),
        "patient-new": (reverse("patient-new"), {*PEOPLE}),
        "patient-edit": (
            reverse("patient-edit", args=[patient]),
            {"therapist", "front_desk", "biller"},
        ),
        "coverage-new": (
            reverse("coverage-new", args=[patient]),
            {"therapist", "front_desk", "biller"},
        ),
        "plan-new": (reverse("plan-new", args=[clinic.visit.episode_id]), {"therapist"}),
        "session": (
            reverse("session", args=[clinic.open_visit.id]),
            {*care, "biller", "compliance"},
        ),
        "note": (reverse("visit-tab", args=[past, "note"]), {*PEOPLE} - {"front_desk"}),
        "minutes": (reverse("visit-tab", args=[past, "minutes"]), {*PEOPLE} - {"front_desk"}),
        "charges": (reverse("visit-tab", args=[past, "charges"]), {*PEOPLE} - {"front_desk"}),
        "findings": (reverse("visit-tab", args=[past, "findings"]), {*PEOPLE} - {"front_desk"}),
        "history": (
            reverse("visit-tab", args=[past, "history"]),
            {*PEOPLE} - {"front_desk", "patient"},
        ),
        "claims": (reverse("claims"), {"biller", "compliance"}),
        "rules": (reverse("rules"), {*PEOPLE}),
        "rule": (reverse("rule", args=["UNIT-01"]), {*PEOPLE}),
        "account": (reverse("account"), {*PEOPLE}),
    }


@pytest.mark.parametrize("role", PEOPLE)
def test_each_role_sees_its_pages_and_no_others(clinic: Any, signed_in: Any, role: str) -> None:
    client = signed_in(role)

    seen = {
        name: client.get(address, follow=True).status_code
        for name, (address, _) in pages(clinic).items()
    }

    expected = {name: 200 if role in roles else 404 for name, (_, roles) in pages(clinic).items()}
    assert seen == expected


def test_who_does_not_treat_is_shown_the_record_instead_of_the_session(
    clinic: Any, signed_in: Any
) -> None:
    page = signed_in("biller").get(reverse("session", args=[clinic.open_visit.id]), follow=True)

    assert page.redirect_chain
    assert b'class="tile' not in page.content


def test_no_link_of_the_front_desk_leads_to_a_closed_door(clinic: Any, signed_in: Any) -> None:
    client = signed_in("front_desk")

    for start in ("/day/", "/patients/", f"/patients/{clinic.patients[0].id}/"):
        html = client.get(start).content.decode()
        for address in sorted(set(re.findall(r'href="(/[^"#?]*)', html))):
            if not address.startswith("/static/"):
                assert client.get(address, follow=True).status_code == 200, address


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "soon", "2026-02-30", ""])
def test_a_strange_day_in_the_address_is_today(clinic: Any, signed_in: Any, day: str) -> None:
    page = signed_in("therapist").get("/day/", {"on": day})

    assert page.status_code == 200
    assert b"Tue 13 Oct 2026" in page.content


def test_a_patient_reads_the_own_signed_notes_and_no_others(clinic: Any, signed_in: Any) -> None:
    client = signed_in("patient")

    own = client.get("/", follow=True)
    other = client.get(reverse("patient", args=[clinic.patients[1].id]))

    assert own.status_code == 200
    assert reverse("visit", args=[clinic.past.id]).encode() in own.content
    assert other.status_code == 404


def test_the_statement_for_kx_is_kept_under_its_author(clinic: Any, signed_in: Any) -> None:
    plan = clinic.visit.plan
    address = reverse("plan-attest", args=[plan.id])
    given = {"statement": "Berg still rises and the patient lives alone."}

    refused = signed_in("biller").post(address, given)
    done = signed_in("therapist").post(address, given)

    plan.refresh_from_db()
    assert refused.status_code == 404
    assert done.status_code == 302
    assert plan.kx_attested_by == clinic.people["therapist"]


def test_a_stranger_is_asked_to_sign_in(clinic: Any) -> None:
    client = Client()

    for address, _roles in pages(clinic).values():
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_login"))


def test_no_page_holds_a_script_or_a_style_of_its_own(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    addresses = [address for address, roles in pages(clinic).values() if "therapist" in roles]

    for address in [*addresses, reverse("account_login")]:
        html = client.get(address, follow=True).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", html), address
        for script in re.findall(r"<script[^>]*>", html):
            assert "src=" in script or 'type="application/json"' in script, address


def test_the_content_policy_allows_nothing_from_elsewhere(clinic: Any, signed_in: Any) -> None:
    answer = signed_in("therapist").get(reverse("day"))

    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_pages_with_patients_are_not_kept_by_the_browser(clinic: Any, signed_in: Any) -> None:
    answer = signed_in("therapist").get(reverse("day"))

    assert "no-store" in answer.headers["Cache-Control"]


def test_a_search_for_a_name_stands_in_no_address(clinic: Any, signed_in: Any) -> None:
    client = signed_in("front_desk")

    found = client.post(reverse("patients"), {"search": "alder"})

    assert b"Aldertree" in found.content
    assert b"Birchhill" not in found.content
    assert b'method="post"' in found.content


def test_text_from_people_is_never_markup(clinic: Any, signed_in: Any) -> None:
    client = signed_in("front_desk")
    given = {
        "last_name": "<script>alert(1)</script>",
        "first_name": "Sample",
        "birth_date": "1950-01-01",
        "sex": "F",
        "line1": "1 Nowhere Street",
        "city": "Chicago",
        "state": "IL",
        "postal_code": "60611",
        "language": "en",
    }

    page = client.post(reverse("patient-new"), given, follow=True)

    assert page.status_code == 200
    assert b"<script>alert" not in page.content
    assert b"&lt;script&gt;alert" in page.content


def test_a_form_with_an_error_keeps_what_was_written(clinic: Any, signed_in: Any) -> None:
    client = signed_in("front_desk")

    page = client.post(reverse("patient-new"), {"last_name": "Cedarwood", "postal_code": "606"})

    assert page.status_code == 422
    assert b"Cedarwood" in page.content
    assert b"Five or nine digits" in page.content


def test_the_role_buttons_exist_only_in_the_demonstration(
    clinic: Any, settings: Any, client: Client
) -> None:
    settings.DEMO = False
    assert client.post(reverse("demo"), {"role": "therapist"}).status_code == 404
    settings.DEMO = True

    answer = client.post(reverse("demo"), {"role": "therapist"}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("day")
    assert b"Invented data" in answer.content


def test_signing_in_takes_the_password_and_nothing_less(clinic: Any, client: Client) -> None:
    from tests.web.small_clinic import PASSWORD

    address = reverse("account_login")
    wrong = client.post(address, {"login": "therapist", "password": "wrong"})
    right = client.post(address, {"login": "therapist", "password": PASSWORD}, follow=True)

    assert wrong.status_code == 200
    assert right.redirect_chain[-1][0] == reverse("day")
