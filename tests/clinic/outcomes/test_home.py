"""A phone without an account: what opens, what is taken in, and how it reaches the note."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from neuroreed.care.education.handouts import HomeDose
from neuroreed.clinic import access_progress, homes
from neuroreed.clinic.models import Event, HomeLog
from neuroreed.clinic.services import education, notes, programmes
from neuroreed.model.errors import BadInput, NotFound, Refused
from tests.clinic.outcomes.conftest import EXERCISES, agreed
from tests.clinic.world import TODAY, at, sign

HOUR = 3_600_000
EIGHT = at(8)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def entry(key: str, moment: datetime, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "exercise": EXERCISES[0],
        "done": "done",
        "pain": 2,
        "at_ms": ms(moment),
        **more,
    }


def sent(home: Any, *entries: dict[str, Any], moment: datetime = EIGHT, off_ms: int = 0) -> Any:
    return programmes.log(home.token, entries=entries, sent_at_ms=ms(moment) + off_ms, at=moment)


def test_a_code_opens_the_programme_and_nothing_about_the_person(home):
    page = access_progress.home_page(home.token, at=at(9))

    assert [item.id for item in page.programme.items] == list(EXERCISES)
    shown = repr(page)
    assert not any(word in shown for word in ("Fixture", "Sample", "1950", "I69"))


@pytest.mark.parametrize("place", [0, 5, 21, 24, 30, 60])
def test_an_altered_code_opens_nothing(home, place):
    altered = list(home.token)
    altered[place] = "A" if altered[place] != "A" else "B"

    with pytest.raises(NotFound):
        access_progress.home_page("".join(altered), at=at(9))
    for other in ("", "x", home.token[:-1], home.token + "A", home.token.upper()):
        with pytest.raises(NotFound):
            access_progress.home_page(other, at=at(9))


def test_a_code_is_open_through_its_last_day_and_not_after(home):
    last = home.link.expires_on

    assert access_progress.home_page(home.token, at=at(23, 59, day=last))
    with pytest.raises(Refused, match="no longer open"):
        access_progress.home_page(home.token, at=at(0, 1, day=last + timedelta(days=1)))


def test_a_code_taken_back_is_closed_and_taken_back_twice_is_once(home):
    programmes.close(home.therapist, home.link.pk, at=at(9))
    programmes.close(home.therapist, home.link.pk, at=at(9))

    with pytest.raises(Refused):
        access_progress.home_page(home.token, at=at(9, 1))
    assert Event.objects.filter(verb="home.closed").count() == 1


def test_the_same_log_sent_twice_is_one(home):
    one = entry("k1", at(7))
    first = sent(home, one)
    second = sent(home, one, entry("k2", at(7, 30)), moment=at(8, 1))

    assert (first.kept, second.known, second.kept) == (("k1",), ("k1",), ("k2",))
    assert HomeLog.objects.count() == 2


def test_the_same_log_by_another_code_is_one(home):
    sent(home, entry("k1", at(7)))
    _link, other = programmes.share(home.therapist, home.episode.pk, at=at(8))

    answer = programmes.log(other, entries=[entry("k1", at(7))], sent_at_ms=ms(at(9)), at=at(9))

    assert answer.known == ("k1",)


@pytest.mark.parametrize("hours", [-50, -3, 3, 26])
def test_a_wrong_clock_is_measured_and_the_entry_is_dated_by_ours(home, hours):
    off = hours * HOUR
    wrong = entry("k1", at(7, day=TODAY - timedelta(days=2)))
    wrong["at_ms"] += off

    answer = sent(home, wrong, off_ms=off)

    row = HomeLog.objects.get()
    assert row.on == TODAY - timedelta(days=2)
    assert row.clock_off_seconds == answer.clock_off_seconds == hours * 3600
    assert row.set_aside == ""


def test_a_clock_that_was_set_between_tap_and_sending_cannot_date_the_entry(home):
    answer = sent(home, entry("k1", at(8) + timedelta(hours=5)))

    assert answer.set_aside == ("k1",)
    assert HomeLog.objects.get().set_aside.startswith("clock unclear")
    assert homes.entries(home.episode) == ()


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"exercise": "juggling"}, "not an exercise"),
        ({"at_ms": ms(at(9, day=TODAY - timedelta(days=12)))}, "before the programme"),
        ({"at_ms": ms(at(9, day=TODAY - timedelta(days=80)))}, "before the programme"),
    ],
)
def test_what_cannot_count_is_kept_and_set_aside(home, change, because):
    answer = sent(home, entry("k1", at(7), **change))

    assert answer.set_aside == ("k1",)
    assert HomeLog.objects.get().set_aside.startswith(because)


@pytest.mark.parametrize(
    "change",
    [
        {"done": "gladly"},
        {"pain": 11},
        {"pain": True},
        {"pain": "5"},
        {"at_ms": "now"},
        {"at_ms": 10**30},
        {"reason": "weather"},
        {"key": ""},
    ],
)
def test_an_entry_without_sense_is_refused_and_the_others_are_kept(home, change):
    answer = sent(home, {**entry("bad", at(7)), **change}, entry("good", at(7)))

    assert answer.kept == ("good",)
    assert HomeLog.objects.count() == 1


def test_a_parcel_has_an_end(home):
    with pytest.raises(BadInput, match="at most"):
        sent(home, *(entry(f"k{n}", at(7)) for n in range(201)))


def test_an_address_cannot_be_flooded(home, monkeypatch):
    monkeypatch.setattr(programmes, "MOST_ENTRIES_A_DAY", 3)

    answer = sent(home, *(entry(f"k{n}", at(7)) for n in range(5)))

    assert (len(answer.kept), len(answer.refused)) == (3, 2)


def test_what_was_logged_at_home_is_a_fact_of_the_next_note_and_sealed_with_it(home):
    from tests.clinic.world import time_the_visit

    for back in (3, 2, 1):
        day = TODAY - timedelta(days=back)
        sent(home, entry(f"a{back}", at(8, day=day)), entry(f"b{back}", at(18, day=day), pain=4))
    time_the_visit(home)
    drafted = notes.draft(home.therapist, home.visit.pk, at=at(9, 45))
    said = [s.text for section in drafted.note.sections for s in section.sentences]
    sign(home)
    sent(home, entry("late", at(10)), moment=at(11))

    fact = drafted.facts["hep"]["adherence"]
    assert (fact["done"], fact["prescribed"], fact["days_with_data"]) == (6, 21, 3)
    assert (
        "Home program log: 6 of 21 doses done in 7 days (29 %), logged on 3 days; "
        "highest pain logged 4/10." in said
    )
    assert "6 of 21 doses" in home.note.canonical


def test_a_programme_without_a_log_says_so_in_the_note(home):
    from tests.clinic.world import time_the_visit

    time_the_visit(home)

    drafted = notes.draft(home.therapist, home.visit.pk, at=at(9, 45))

    said = [s.text for section in drafted.note.sections for s in section.sentences]
    assert "Home program log: nothing logged in 7 days, 21 doses prescribed." in said


@pytest.mark.parametrize(
    "change",
    [
        {"items": [("weight_shift", HomeDose("reps", 10, 2, 2, 7, "easy"))]},
        {"confidence": 11},
        {"place": ""},
        {"barriers": ["laziness"]},
        {"language": "fr"},
        {"goal": "x" * 161},
    ],
)
def test_a_programme_that_cannot_be_is_refused(clinic, change):
    with pytest.raises(BadInput):
        agreed(clinic, **change)

    assert homes.latest(clinic.episode) is None


def test_no_code_without_a_programme(clinic):
    with pytest.raises(Refused, match="home programme first"):
        programmes.share(clinic.therapist, clinic.episode.pk, at=at(8))


def test_remote_monitoring_is_counted_and_says_what_is_missing(home):
    sent(home, entry("k1", at(7)), entry("k2", at(7, day=TODAY - timedelta(days=1))))
    programmes.contact(
        home.therapist, home.episode.pk, on=TODAY, minutes=12, interactive=False, at=at(12)
    )

    view = access_progress.home_for(home.therapist, home.episode.pk, at=at(12))

    assert (view.supply.count, view.supply.supported[0].code) == (2, "98985")
    assert view.management.supported == ()
    assert "a live talk with the patient" in view.management.not_yet[0].missing
    programmes.contact(
        home.therapist, home.episode.pk, on=TODAY, minutes=1, interactive=True, at=at(12)
    )
    again = access_progress.home_for(home.therapist, home.episode.pk, at=at(12))
    assert again.management.supported[0].code == "98979"


def test_teach_back_is_recorded_and_is_a_fact_of_the_open_visit(home):
    from neuroreed.clinic.services import visits

    visits.open_visit(home.therapist, home.visit.pk, at=at(9))
    with pytest.raises(BadInput, match="correct first try"):
        education.teach(
            home.therapist, home.episode.pk, topic="stroke", first_try="correct", rounds=2,
            final="correct", at=at(9),
        )  # fmt: skip

    education.teach(
        home.therapist, home.episode.pk, topic="stroke", first_try="partly", rounds=2,
        final="correct", language="es", visit_id=home.visit.pk, at=at(9),
    )  # fmt: skip

    home.visit.refresh_from_db()
    assert home.visit.facts["education"][0]["teach_back"] == "corrected"
    assert education.records(home.episode)[0].rounds == 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_handout_is_put_together_for_the_patient(home, language):
    text = education.preview(home.therapist, home.episode.pk, topic="stroke", language=language)
    pdf = education.print_handout(
        home.therapist, home.episode.pk, topic="stroke", language=language, at=at(9)
    )

    assert [item.id for item in text.exercises] == list(EXERCISES)
    assert pdf.startswith(b"%PDF")
    assert Event.objects.get(verb="handout.printed").detail["large"] is True


def test_an_own_view_is_for_the_patient_alone(home):
    own = access_progress.own_care_for(home.people["patient"], at=at(8))

    assert (own.episode, len(own.next_visits)) == (home.episode, 1)
    assert own.goals[0].now is None and own.cost is None
    for stranger in ("therapist", "biller"):
        with pytest.raises(NotFound):
            access_progress.own_care_for(home.people[stranger], at=at(8))
