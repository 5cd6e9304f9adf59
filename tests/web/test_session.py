"""The session screen's taps: what each records, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from neuroreed.clinic.models import Activity, TimerEvent


def tapped(client: Client, clinic: Any, cpt: str, kind: str = "start", **more: Any) -> Any:
    """One tap on a tile of the first visit."""
    client.post(reverse("visit-begin", args=[clinic.visit.id]))
    activity = Activity.objects.get(visit=clinic.visit, cpt=cpt)
    return client.post(
        reverse("session-tap", args=[clinic.visit.id]),
        {"kind": kind, "activity": str(activity.id), "token": uuid4().hex, **more},
        headers={"HX-Request": "true"},
    )


def said(client: Client, clinic: Any, field: str, value: str) -> Any:
    """One tap of the recorder on the balance activity."""
    activity = Activity.objects.get(visit=clinic.visit, cpt="97112")
    return client.post(
        reverse("session-fact", args=[clinic.visit.id]),
        {"activity": str(activity.id), "field": field, "value": value},
        headers={"HX-Request": "true"},
    )


def facts(clinic: Any) -> dict[str, Any]:
    return Activity.objects.get(visit=clinic.visit, cpt="97112").facts


def test_a_tap_answers_with_the_whole_state(clinic: Any, signed_in: Any) -> None:
    part = tapped(signed_in("therapist"), clinic, "97112").content.decode()

    assert 'id="session-state"' in part
    assert "<html" not in part
    assert part.count("tile running") == 1


def test_the_units_proof_follows_the_clock(clinic: Any, signed_in: Any, turn: Any) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")
    turn.goes(minutes=8)

    part = client.get(reverse("session-preview", args=[clinic.visit.id])).content.decode()

    assert "97112 × 1" in part
    assert 'hx-swap-oob="true"' in part
    assert "8 minutes" in part or ">8<" in part or "from 8" in part


def test_without_scripts_a_tap_shows_the_page_again(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    client.post(reverse("visit-begin", args=[clinic.visit.id]))
    activity = Activity.objects.get(visit=clinic.visit, cpt="97112")

    page = client.post(
        reverse("session-tap", args=[clinic.visit.id]),
        {"kind": "start", "activity": str(activity.id)},
        follow=True,
    )

    assert page.status_code == 200
    assert b"tile running" in page.content


def test_the_same_tap_twice_is_one_event(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")

    for _time in range(2):
        tapped(client, clinic, "97112", token="a" * 32)

    assert TimerEvent.objects.filter(visit=clinic.visit).count() == 1


def test_a_late_tap_keeps_both_of_its_times(clinic: Any, signed_in: Any, turn: Any) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")
    turn.goes(minutes=10)

    tapped(client, clinic, "97112", kind="stop", late_seconds="90")

    last = TimerEvent.objects.filter(visit=clinic.visit).last()
    assert (turn.now - last.at).total_seconds() == 90
    page = client.get(reverse("session", args=[clinic.visit.id]))
    assert b"delivered 90 s late" in page.content


@pytest.mark.parametrize("late", ["86401", "-5", "soon", "9" * 40])
def test_a_tap_that_is_too_late_is_refused_and_nothing_is_saved(
    clinic: Any, signed_in: Any, late: str
) -> None:
    answer = tapped(signed_in("therapist"), clinic, "97112", late_seconds=late)

    assert answer.status_code == 400
    assert not TimerEvent.objects.filter(visit=clinic.visit).exists()


def test_only_those_who_treat_can_tap(clinic: Any, signed_in: Any) -> None:
    tapped(signed_in("therapist"), clinic, "97112")
    before = TimerEvent.objects.count()

    for role in ("biller", "compliance", "front_desk", "patient"):
        client = signed_in(role)
        activity = Activity.objects.get(visit=clinic.visit, cpt="97116")
        answer = client.post(
            reverse("session-tap", args=[clinic.visit.id]),
            {"kind": "start", "activity": str(activity.id), "token": uuid4().hex},
        )
        assert answer.status_code == 404

    assert TimerEvent.objects.count() == before


def test_nothing_of_the_last_visit_is_recorded_before_a_tap(clinic: Any, signed_in: Any) -> None:
    page = signed_in("therapist").post(reverse("visit-begin", args=[clinic.visit.id]), follow=True)

    assert page.status_code == 200
    assert facts(clinic) == {}


def test_same_dose_is_a_statement_about_the_dose_alone(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")

    said(client, clinic, "dose", "same")

    recorded = facts(clinic)
    assert recorded["dosage"]["surface"] == "firm"
    assert (recorded["sets"], recorded["duration_s"]) == (3, 20)
    assert not {"cues", "error_observed", "response", "decision"} & set(recorded)


def test_more_is_one_step_more_and_says_so(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    page = tapped(client, clinic, "97112").content.decode()
    assert "More: 4 × 20 s" in page

    said(client, clinic, "dose", "more:sets")

    assert facts(clinic)["sets"] == 4
    assert facts(clinic)["dosage"]["surface"] == "firm"


def test_a_cue_answers_the_fault_that_was_seen(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")

    said(client, clinic, "fault", "trunk lean right")
    said(client, clinic, "cue", "tactile|hand at the pelvis")

    assert facts(clinic)["cues"] == [
        {"type": "tactile", "content": "hand at the pelvis", "error": "trunk lean right"}
    ]


def test_the_same_cue_again_takes_it_back(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")
    for _time in range(2):
        said(client, clinic, "cue", "tactile|hand at the pelvis")

    assert not facts(clinic).get("cues")


def test_a_decision_rests_on_the_counted_response(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")
    said(client, clinic, "response.start", "6")
    said(client, clinic, "response.end", "3")

    said(client, clinic, "decision", "progress|foam")

    assert facts(clinic)["decision"] == {
        "value": "progress",
        "trigger": "losses of balance went from 6 to 3",
        "change": "foam",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sets", "many"),
        ("dose", "more:money"),
        ("response.start", "-1"),
        ("signed_at", "now"),
        ("cue", "shouting|up"),
    ],
)
def test_a_fact_that_does_not_fit_is_refused(
    clinic: Any, signed_in: Any, field: str, value: str
) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")

    answer = said(client, clinic, field, value)

    assert answer.status_code == 400
    assert facts(clinic) == {}


def test_a_correction_needs_a_reason(clinic: Any, signed_in: Any, turn: Any) -> None:
    client = signed_in("therapist")
    tapped(client, clinic, "97112")
    turn.goes(minutes=40)
    activity = Activity.objects.get(visit=clinic.visit, cpt="97112")
    address = reverse("session-correct", args=[clinic.visit.id, activity.id])

    bare = client.post(address, {"start": "09:00", "end": "09:20", "reason": " "})
    full = client.post(address, {"start": "09:00", "end": "09:20", "reason": "Forgot to stop."})

    assert bare.status_code == 422
    assert full.status_code == 302
    assert list(
        TimerEvent.objects.filter(visit=clinic.visit, kind="correct").values_list(
            "reason", flat=True
        )
    ) == ["Forgot to stop."]


def test_looking_at_a_booked_visit_does_not_open_it(clinic: Any, signed_in: Any) -> None:
    page = signed_in("therapist").get(reverse("visit", args=[clinic.visit.id]), follow=True)

    clinic.visit.refresh_from_db()
    assert clinic.visit.state == "scheduled"
    assert b"Open the visit" in page.content


def test_a_signed_visit_is_no_longer_a_session(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")

    page = client.get(reverse("session", args=[clinic.past.id]), follow=True)

    assert page.redirect_chain[-1][0] == reverse("visit-tab", args=[clinic.past.id, "note"])


def test_a_dose_of_repetitions_and_seconds_says_both():
    from neuroreed.web.pages.recording import amount_said

    assert amount_said({"sets": 5, "reps": 14, "duration_s": 30}) == "5 × 14, 30 s"
    assert amount_said({"sets": 3, "duration_s": 20}) == "3 × 20 s"
    assert amount_said({"sets": 3, "reps": 10}) == "3 × 10"
    assert amount_said({"reps": 10}) == "10"


def test_what_a_running_session_has_not_recorded_yet_is_asked_at_its_end():
    from neuroreed.model.findings import Finding, Severity
    from neuroreed.web.pages.showing import before_signing

    row = Finding("DOCU-06", Severity.STOP, "V", "Nothing shown.", "Add it.", ())

    assert before_signing([row], running=True) == []
    assert [found["rule"] for found in before_signing([row])] == ["DOCU-06"]
