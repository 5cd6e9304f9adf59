"""Review and signature: modifiers by a person's word, one note, then the claim."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from neuroreed.clinic.models import Activity, ChargeLine, SignedNote


def treated(client: Client, clinic: Any, turn: Any, *cpts: str, minutes: int = 16) -> None:
    """The first visit with these activities, one after the other, and its end."""
    visit = clinic.visit
    client.post(reverse("visit-begin", args=[visit.id]))
    for cpt in cpts:
        if not Activity.objects.filter(visit=visit, cpt=cpt).exists():
            client.post(reverse("session-add", args=[visit.id]), {"choice": f"{cpt}:"})
        activity = Activity.objects.get(visit=visit, cpt=cpt)
        if not activity.technique:
            Activity.objects.filter(pk=activity.pk).update(technique="task_specific")
        client.post(
            reverse("session-tap", args=[visit.id]),
            {"kind": "start", "activity": str(activity.id), "token": uuid4().hex},
        )
        turn.goes(minutes=minutes)
    client.post(reverse("session-end", args=[visit.id]))


def modifiers(clinic: Any) -> dict[str, list[str]]:
    lines = ChargeLine.objects.filter(version__visit=clinic.visit)
    return {line.cpt: line.modifiers for line in lines}


def test_a_modifier_for_separate_time_goes_out_only_when_accepted(
    clinic: Any, signed_in: Any, turn: Any
) -> None:
    client = signed_in("therapist")
    treated(client, clinic, turn, "97113", "97110", "97116", "97112")
    address = reverse("visit-modifier", args=[clinic.visit.id])

    page = client.get(reverse("visit-review", args=[clinic.visit.id])).content.decode()
    assert 'value="97110:59"' in page
    client.post(address, {"line": "97110:59", "answer": "accept"})
    client.post(reverse("visit-sign", args=[clinic.visit.id]))

    assert "59" in modifiers(clinic)["97110"]


def test_a_modifier_that_nobody_accepted_stays_out(clinic: Any, signed_in: Any, turn: Any) -> None:
    client = signed_in("therapist")
    treated(client, clinic, turn, "97113", "97110", "97116", "97112")
    address = reverse("visit-modifier", args=[clinic.visit.id])

    client.post(address, {"line": "97110:59", "answer": "accept"})
    client.post(address, {"line": "97110:59", "answer": "refuse"})
    client.post(reverse("visit-sign", args=[clinic.visit.id]))

    assert "59" not in modifiers(clinic)["97110"]
    biller = signed_in("biller")
    queue = biller.get(reverse("claims"), {"stage": "blocked"}).content.decode()
    assert "Aldertree" in queue
    assert "See its fix" in queue


def test_a_modifier_without_ground_cannot_be_accepted(
    clinic: Any, signed_in: Any, turn: Any
) -> None:
    client = signed_in("therapist")
    treated(client, clinic, turn, "97112", "97116", "97110")

    answer = client.post(
        reverse("visit-modifier", args=[clinic.visit.id]), {"line": "97112:59", "answer": "accept"}
    )

    assert answer.status_code == 409
    clinic.visit.refresh_from_db()
    assert clinic.visit.accepted == []


def test_signing_twice_gives_one_note(clinic: Any, signed_in: Any, turn: Any) -> None:
    client = signed_in("therapist")
    treated(client, clinic, turn, "97112", "97116", "97110")

    answers = [client.post(reverse("visit-sign", args=[clinic.visit.id])) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert SignedNote.objects.filter(visit=clinic.visit).count() == 1


@pytest.mark.parametrize("role", ["theo", "assistant", "biller", "compliance", "patient"])
def test_only_the_clinician_of_the_visit_signs(
    clinic: Any, signed_in: Any, turn: Any, role: str
) -> None:
    treated(signed_in("therapist"), clinic, turn, "97112", "97116", "97110")

    answer = signed_in(role).post(reverse("visit-sign", args=[clinic.visit.id]))

    assert answer.status_code == 404
    assert not SignedNote.objects.filter(visit=clinic.visit).exists()


def test_the_review_asks_what_a_reviewer_would_ask(clinic: Any, signed_in: Any, turn: Any) -> None:
    client = signed_in("therapist")
    treated(client, clinic, turn, "97112", "97116", "97110")

    page = client.get(reverse("visit-review", args=[clinic.visit.id])).content.decode()

    assert "Which fault was seen?" in page
    assert page.count("Answer in the session") == 2
    assert "DOCU-03" not in page


def test_a_visit_can_be_reopened_until_it_is_signed(clinic: Any, signed_in: Any, turn: Any) -> None:
    client = signed_in("therapist")
    treated(client, clinic, turn, "97112", "97116", "97110")
    address = reverse("session-reopen", args=[clinic.visit.id])

    opened = client.post(address, follow=True)
    client.post(reverse("session-end", args=[clinic.visit.id]))
    client.post(reverse("visit-sign", args=[clinic.visit.id]))
    refused = client.post(address)

    assert b'class="tile' in opened.content
    assert refused.status_code == 409


def test_an_addendum_stands_beneath_the_unchanged_note(clinic: Any, signed_in: Any) -> None:
    client = signed_in("therapist")
    before = SignedNote.objects.get(visit=clinic.past, kind="note").sha256

    client.post(
        reverse("visit-addendum", args=[clinic.past.id]),
        {"text": "The daughter was present.", "reason": "Left out at signing."},
    )

    page = client.get(reverse("visit-tab", args=[clinic.past.id, "note"]))
    assert b"The daughter was present." in page.content
    assert SignedNote.objects.get(visit=clinic.past, kind="note").sha256 == before
