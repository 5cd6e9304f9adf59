"""The page without an account at its door: addresses, parcels, closings, languages."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation.template import templatize

from neuroreed.clinic.models import Event, HomeLog
from tests.web import small_clinic
from tests.web.progress.conftest import home

TEMPLATES = Path(__file__).parents[3] / "neuroreed" / "web" / "templates" / "home"
LOCALE = Path(__file__).parents[3] / "neuroreed" / "web" / "locale" / "es" / "LC_MESSAGES"
PATIENTS_READ = ("phone.html", "card.html", "own.html", "summary.html")


def parcel(client: Client, address: str, body: Any) -> Any:
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(f"/h/{address}/logs/", text, content_type="application/json")


def at_ms() -> int:
    return round(small_clinic.at(9).timestamp() * 1000)


def entry(**more: Any) -> dict[str, Any]:
    return {"key": "k", "exercise": "weight_shift", "done": "done", "at_ms": at_ms(), **more}


@pytest.fixture
def opened(clinic: Any) -> str:
    """The address of a programme."""
    return home(clinic)[1]


def test_the_page_names_nobody_sets_no_cookie_and_is_kept_by_no_cache(clinic, opened):
    answer = Client().get(f"/h/{opened}/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert not any(word in page for word in ("Aldertree", "Sample", "I69", "1950", "Medicare"))
    assert answer.cookies == {} and "no-store" in answer["Cache-Control"]
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert len(answer.content) < 40_000


def test_opening_a_code_is_in_the_log_once_for_a_sitting(clinic, turn, opened):
    client = Client()
    client.get(f"/h/{opened}/")
    client.get(f"/h/{opened}/")
    assert Event.objects.filter(verb="home.opened").count() == 1

    turn.goes(hours=1)
    client.get(f"/h/{opened}/")

    lines = Event.objects.filter(verb="home.opened")
    assert [line.patient for line in lines] == [str(clinic.patients[0].pk)] * 2


def test_stop_rules_come_before_the_first_exercise(opened):
    page = Client().get(f"/h/{opened}/").content.decode()

    assert page.index('class="stop"') < page.index("data-exercise")
    assert "tel:911" in page


def test_the_worker_serves_its_own_address_only(opened):
    answer = Client().get(f"/h/{opened}/worker.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert "Service-Worker-Allowed" not in answer
    assert "/static/js/home.js" in answer.content.decode()


@pytest.mark.parametrize("part", ["", "worker.js", "logs/"])
def test_closed_and_altered_addresses_open_nothing_and_are_not_logged(
    clinic, turn, opened, caplog, part
):
    caplog.set_level(logging.DEBUG)
    client = Client()
    ask = (
        (lambda path: parcel(client, path, {"sent_at_ms": at_ms(), "entries": []}))
        if part == "logs/"
        else (lambda path: client.get(f"/h/{path}/{part}"))
    )

    altered = ask(f"{opened[:-2]}xx")
    turn.goes(days=91)
    late = ask(opened)

    assert (altered.status_code, late.status_code) == (404, 410)
    assert opened[:20] not in caplog.text


def test_a_parcel_is_taken_in_once_and_says_what_may_be_forgotten(opened):
    client = Client(enforce_csrf_checks=True)
    body = {"sent_at_ms": at_ms(), "entries": [entry(pain=3), entry(key="l", exercise="juggling")]}

    first, second = parcel(client, opened, body).json(), parcel(client, opened, body).json()

    assert sorted(first["settled"]) == sorted(second["settled"]) == ["k", "l"]
    assert (first["set_aside"], first["clock_off_seconds"]) == (["l"], 0)
    assert HomeLog.objects.count() == 2


def test_a_wrong_clock_is_told(opened):
    off = 3 * 3_600_000
    body = {"sent_at_ms": at_ms() + off, "entries": [entry(at_ms=at_ms() + off)]}

    assert parcel(Client(), opened, body).json()["clock_off_seconds"] == 3 * 3600
    assert HomeLog.objects.get().on == small_clinic.TODAY


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        b"\xff\xfe",
        "[]",
        "{}",
        {"sent_at_ms": "now", "entries": []},
        {"sent_at_ms": 10**30, "entries": []},
        {"sent_at_ms": 1, "entries": [1, 2]},
        {"sent_at_ms": 1, "entries": {"a": 1}},
        "[" * 30_000,
        {"sent_at_ms": 1, "entries": [{"key": "x" * 70_000}]},
        {"sent_at_ms": 1, "entries": [{"key": str(n)} for n in range(201)]},
    ],
    ids=range(12),
)
def test_a_parcel_that_cannot_be_read_is_refused_whole(opened, body):
    answer = parcel(Client(), opened, body)

    assert answer.status_code == 400
    assert not HomeLog.objects.exists()


def test_texts_of_a_programme_are_shown_as_texts(clinic):
    from neuroreed.clinic.services import programmes

    bad = "<script>alert(1)</script>"
    programmes.write(
        clinic.people["therapist"],
        clinic.visit.episode_id,
        items=[(key, programmes.library_dose(key)) for key in ("weight_shift", "counter_stand")],
        starts_on=small_clinic.TODAY,
        cue=bad,
        action=bad,
        place=bad,
        goal=bad,
        at=small_clinic.at(8),
    )
    _link, address = programmes.share(
        clinic.people["therapist"], clinic.visit.episode_id, at=small_clinic.at(8)
    )

    page = Client().get(f"/h/{address}/").content.decode()

    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_every_address_of_an_episode_is_closed_to_a_patient_of_another(clinic, signed_in, opened):
    for path in ("home/", "handouts/", "goals/", "measures/"):
        answer = signed_in("patient").get(f"/episodes/{clinic.visit.episode_id}/{path}")
        assert answer.status_code == 404


def catalogue() -> dict[str, str]:
    """The Spanish texts by their English ones, read from the file people edit."""
    found: dict[str, str] = {}
    text = (LOCALE / "django.po").read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        said = re.search(r'^msgid "(.*)"$', block, re.M)
        other = re.search(r'^msgstr(?:\[0\])? "(.*)"$', block, re.M)
        if said and other and said[1]:
            found[said[1].replace('\\"', '"')] = other[1].replace('\\"', '"')
    return found


@pytest.mark.parametrize("name", PATIENTS_READ)
def test_every_sentence_a_patient_reads_is_there_in_spanish(name):
    spanish = catalogue()
    source = templatize((TEMPLATES / name).read_text(encoding="utf-8"))
    asked = re.findall(r"gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", source)

    missing = [text for text in (eval(quoted) for quoted in asked) if not spanish.get(text)]

    assert asked and missing == []


def test_spanish_sentences_keep_their_numbers_and_places():
    for english, spanish in catalogue().items():
        places = re.findall(r"%\(\w+\)s|\d+", english)
        assert sorted(places) == sorted(re.findall(r"%\(\w+\)s|\d+", spanish)), english


def test_the_compiled_catalogue_is_the_one_people_edit():
    import gettext

    with (LOCALE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for english, spanish in catalogue().items():
        assert spanish in (compiled.gettext(english), compiled.ngettext(english, english, 1))


def test_the_programme_begins_before_it_is_shared_and_ends_with_its_code(clinic, turn, opened):
    assert "11 Jan 2027" in Client().get(f"/h/{opened}/").content.decode()
    turn.now = small_clinic.at(9) + timedelta(days=90)
    assert Client().get(f"/h/{opened}/").status_code == 200


def test_what_a_patient_reads_on_the_pages_can_be_read():
    from neuroreed.care.readability import readability

    pairs = [(en, es) for en, es in catalogue().items() if en.endswith((".", "?"))]
    filled = [
        [re.sub(r"%\(\w+\)s", "5", text) for text in texts] for texts in zip(*pairs, strict=True)
    ]
    english, spanish = (
        readability(" ".join(texts), code) for texts, code in zip(filled, ("en", "es"), strict=True)
    )

    assert english.grade <= 6 and english.longest_sentence_words <= 20
    assert spanish.perspicuity >= 65 and spanish.longest_sentence_words <= 20
