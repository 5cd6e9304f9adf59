"""What a page says when it cannot do what was asked."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from neuroreed.web import urls
from neuroreed.web.pages import errors

STATIC = Path(errors.__file__).parents[1] / "static"


def test_a_page_that_does_not_exist_says_so_without_telling_why(
    clinic: Any, signed_in: Any
) -> None:
    client = signed_in("front_desk")

    absent = client.get(reverse("visit", args=[uuid4()]))
    forbidden = client.get(reverse("visit", args=[clinic.past.id]))

    assert absent.status_code == forbidden.status_code == 404
    assert b"There is nothing here for you." in absent.content
    token = re.compile(rb'value="[\w-]{64}"|: "[\w-]{64}"')
    assert token.sub(b"", absent.content) == token.sub(b"", forbidden.content)


def test_a_refused_act_says_why_and_that_nothing_was_lost(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")

    page = client.post(reverse("visit-sign", args=[clinic.visit.id]))

    assert page.status_code == 409
    assert b"Nothing was lost" in page.content


def test_a_part_of_a_page_gets_the_sentence_alone(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")

    part = client.post(
        reverse("session-tap", args=[clinic.visit.id]),
        {"kind": "start", "activity": str(uuid4()), "token": "a" * 32},
        headers={"HX-Request": "true"},
    )

    assert part.status_code in {404, 409}
    assert b"<html" not in part.content
    assert part.headers["HX-Retarget"] == "#messages"


def test_a_stale_form_is_told_to_load_the_page_again(clinic: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        clinic.people["therapist"],
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )

    page = client.post(reverse("session-end", args=[clinic.visit.id]))

    assert page.status_code == 403
    assert b"open too long" in page.content


def test_our_own_fault_shows_a_reference_and_no_data(rf: Any) -> None:
    page = errors.server_error(rf.get("/"))

    assert page.status_code == 500
    assert b"Something went wrong on our side" in page.content
    assert b"reference" in page.content


def test_every_error_has_its_page() -> None:
    for number in (400, 403, 404, 500):
        assert callable(getattr(urls, f"handler{number}"))


def test_the_vendored_script_is_the_one_we_checked() -> None:
    folder = STATIC / "vendor" / "htmx"
    expected, name = (folder / "SHA256SUMS").read_text().split()

    assert sha256((folder / name).read_bytes()).hexdigest() == expected
    assert (folder / "LICENSE").exists()
