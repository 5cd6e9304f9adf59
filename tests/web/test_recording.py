"""Taps beyond the usual: other words, a corrected response, an unusual code, a booked visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from neuroreed.care import catalogue
from neuroreed.clinic.models import Activity, Visit
from neuroreed.web.pages.doses import DOSES
from tests.web.small_clinic import TODAY


def opened(client: Any, clinic: Any) -> Activity:
    """The balance activity of the first visit of today."""
    client.post(f"/visits/{clinic.visit.pk}/begin/")
    return clinic.visit.activities.get(cpt="97112")


def says(client: Any, row: Activity, field: str, value: str, **more: str) -> dict[str, Any]:
    """One tap, and the facts of the activity after it."""
    client.post(
        f"/visits/{row.visit_id}/session/fact/",
        {"activity": str(row.pk), "field": field, "value": value, **more},
        headers={"HX-Request": "true"},
    )
    row.refresh_from_db()
    return row.facts


def test_every_field_of_every_technique_has_something_to_tap() -> None:
    fields = {field for found in catalogue.techniques() for field in found.dosage_fields}

    # these two are asked for every activity
    assert fields - set(DOSES) == {"task", "position"}


def test_a_decision_follows_a_response_that_is_corrected_after_it(
    clinic: Any, signed_in: Any
) -> None:
    client = signed_in("therapist")
    row = opened(client, clinic)
    assert says(client, row, "decision", "hold|")["decision"] == {"value": "hold"}

    says(client, row, "response.start", "8")
    first = says(client, row, "response.end", "3")["decision"]["trigger"]
    again = says(client, row, "response.end", "8")["decision"]["trigger"]

    assert first == "losses of balance went from 8 to 3"
    assert again == "losses of balance stayed at 8"


def test_words_that_no_button_has_are_recorded_and_blank_ones_change_nothing(
    clinic: Any, signed_in: Any
) -> None:
    client = signed_in("therapist")
    row = opened(client, clinic)
    says(client, row, "fault", "left heel lifts", own="yes")
    says(client, row, "cue", "push the floor away", own="yes", kind="verbal")
    says(client, row, "cue", "  ", own="yes", kind="verbal")
    says(client, row, "fault", "", own="yes")
    says(client, row, "response.start", "17", own="yes")
    facts = says(client, row, "cue", "x", own="yes", kind="shouting")

    assert facts["error_observed"]["fault"] == "left heel lifts"
    assert facts["cues"] == [
        {"type": "verbal", "content": "push the floor away", "error": "left heel lifts"}
    ]
    assert facts["response"]["start"] == 17


def test_an_unusual_code_asks_why_and_modify_is_a_decision(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    row = opened(client, clinic)
    row.technique = "hold_relax"
    row.save(update_fields=["technique"])
    page = client.get(f"/visits/{row.visit_id}/session/?open={row.pk}").content.decode()

    assert "Why 97112, and not 97110, today" in page
    assert "Modify: another cue" in page
    facts = says(client, row, "code_rationale", "retrained balance, with cues")
    assert facts["code_rationale"] == "retrained balance, with cues"
    facts = says(client, row, "decision", "modify|another cue")
    assert (facts["decision"]["value"], facts["decision"]["change"]) == ("modify", "another cue")


def test_a_second_technique_of_one_code_is_offered_and_one_that_is_there_is_not(
    clinic: Any, signed_in: Any
) -> None:
    client = signed_in("therapist")
    row = opened(client, clinic)

    page = client.get(f"/visits/{row.visit_id}/session/add/").content.decode()

    assert 'value="97112:dynamic_balance"' in page
    assert 'value="97112:static_balance"' not in page


@pytest.mark.parametrize("role", ["front_desk", "therapist", "assistant"])
def test_a_visit_is_booked_and_taken_off_again(clinic: Any, signed_in: Any, role: str) -> None:
    client = signed_in(role)
    episode = clinic.visit.episode
    asked = {
        "day": (TODAY + timedelta(days=2)).isoformat(), "time": "10:15", "minutes": "30",
        "clinician": str(clinic.people["theo"].pk),
    }  # fmt: skip
    address = f"/episodes/{episode.pk}/book/"
    for wrong in ({"day": "2036-01-01"}, {"minutes": "3"}, {"clinician": "x"}, {"time": "25:00"}):
        assert client.post(address, {**asked, **wrong}).status_code == 422
    assert client.post(address, asked).status_code == 302

    visit = Visit.objects.get(clinician=clinic.people["theo"])
    assert (visit.episode_id, visit.scheduled_minutes) == (episode.pk, 30)
    client.post(f"/visits/{visit.pk}/cancel/", {"why": "no_show"})
    visit.refresh_from_db()
    assert visit.state == "no_show"


@pytest.mark.parametrize("role", ["biller", "compliance", "patient"])
def test_nobody_else_books_a_visit_or_changes_a_diagnosis(
    clinic: Any, signed_in: Any, role: str
) -> None:
    client = signed_in(role)

    assert client.get(f"/episodes/{clinic.visit.episode_id}/book/").status_code == 404
    assert client.get(f"/episodes/{clinic.visit.episode_id}/diagnoses/").status_code == 404
    assert client.post(f"/visits/{clinic.visit.pk}/cancel/").status_code == 404
    assert client.post(f"/visits/{clinic.visit.pk}/student/").status_code == 404
