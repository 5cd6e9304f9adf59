"""The HTTP interface for programs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client

BASE = "/api/v1"


def asked(client: Client, path: str, body: Any) -> Any:
    return client.post(f"{BASE}/{path}", body, content_type="application/json")


def test_units_come_with_their_proof(clinic: Any, signed_in: Any) -> None:
    answer = asked(
        signed_in("biller"), "units", {"minutes": [["97112", 24], ["97110", 23]], "method": "cms"}
    ).json()

    assert answer["units"] == {"97112": 2, "97110": 1}
    assert answer["total_timed_minutes"] == 47
    assert answer["steps"]


def test_a_fee_without_a_table_is_refused_not_guessed(clinic: Any, signed_in: Any) -> None:
    client = signed_in("biller")

    known = asked(client, "fee", {"code": "97112", "on": "2026-10-13"})
    unknown = asked(client, "fee", {"code": "97112", "on": "1990-01-01"})

    assert float(known.json()["fee"]) > 0
    assert unknown.status_code == 422
    assert unknown.json()["error"] == "NoParameter"


def test_expected_payment_is_exact_text_with_steps(clinic: Any, signed_in: Any) -> None:
    answer = asked(
        signed_in("biller"),
        "expected",
        {"lines": [["97112", 2, ["GP"]]], "on": "2026-10-13", "deductible_left": "0"},
    ).json()

    assert isinstance(answer["allowed"], str)
    assert answer["steps"]


def test_impossible_minutes_say_which_code(clinic: Any, signed_in: Any) -> None:
    answer = asked(signed_in("biller"), "units", {"minutes": [["97112", 5000]]})

    assert answer.status_code == 400
    assert answer.json()["where"]["code"] == "97112"


def test_visits_given_as_data_are_audited(clinic: Any, signed_in: Any) -> None:
    lines = [
        {"cpt": "97112", "minutes": 30, "units": 2},
        {"cpt": "97110", "minutes": 22, "units": 2},
    ]
    visit = {"visit_id": "v1", "patient_id": "p1", "date_of_service": "2026-10-13", "lines": lines}

    answer = asked(
        signed_in("compliance"), "audit", {"visits": [visit], "payer": "medicare_part_b"}
    ).json()

    found = {finding["rule"]: finding for finding in answer["findings"]}
    assert found["UNIT-01"]["severity"] == "stop"
    assert found["UNIT-01"]["evidence"]
    assert answer["coverage"]


def test_a_value_that_cannot_be_names_its_place(clinic: Any, signed_in: Any) -> None:
    visit = {"visit_id": "v1", "lines": [{"cpt": "97112", "minutes": "many", "units": 2}]}

    answer = asked(signed_in("compliance"), "audit", {"visits": [visit]})

    assert answer.status_code == 400
    assert "minutes" in answer.json()["message"]


def test_a_visit_is_read_by_the_same_permissions_as_its_pages(clinic: Any, signed_in: Any) -> None:
    path = f"{BASE}/visits/{clinic.past.id}"

    seen = signed_in("compliance").get(path)
    hidden = signed_in("front_desk").get(path)
    absent = signed_in("compliance").get(f"{BASE}/visits/{uuid4()}")

    assert seen.json()["timed_minutes"] == 55
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json() == absent.json()


def test_the_claim_queue_names_no_patient(clinic: Any, signed_in: Any) -> None:
    answer = signed_in("biller").get(f"{BASE}/claims")

    assert answer.status_code == 200
    assert answer.json()
    assert b"Aldertree" not in answer.content


def test_a_stranger_gets_nothing(clinic: Any) -> None:
    client = Client()

    assert client.get(f"{BASE}/claims").status_code == 401
    assert asked(client, "units", {"minutes": [["97112", 24]]}).status_code == 401


def test_another_site_cannot_use_the_sign_in_of_a_person(clinic: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        clinic.people["biller"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    answer = asked(client, "units", {"minutes": [["97112", 24]]})

    assert answer.status_code == 403


def test_the_interface_describes_itself(clinic: Any, signed_in: Any) -> None:
    description = signed_in("biller").get(f"{BASE}/openapi.json").json()

    assert {f"{BASE}/units", f"{BASE}/fee", f"{BASE}/expected", f"{BASE}/audit"} <= set(
        description["paths"]
    )
