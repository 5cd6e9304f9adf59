"""A payer profile on the page: draft, what it would change, saved with a reason and versions."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from neuroreed.clinic import bulk_jobs
from neuroreed.clinic.models import BulkRun, Event, PayerProfileVersion
from neuroreed.clinic.services import payer_profiles
from neuroreed.model.errors import AlreadySigned, BadInput, NotFound, ProfileError, Refused
from neuroreed.policy import payers, release
from tests.web.small_clinic import at

PAYER = "medicare_part_b"
# 25, 15 and 15 minutes are four units together and two, one and one by themselves
DAYS = {"since": "2026-10-01", "until": "2026-10-12"}
AMA = f"extends: {PAYER}\nname: Medicare Part B\nunit_method: ama\nmax_timed_units_per_day: 3\n"


def tried(client: Any, text: str, payer: str = PAYER) -> BulkRun:
    """The dry-run of a text, done."""
    client.post(reverse("payer", args=[payer]), {"text": text, **DAYS})
    run = BulkRun.objects.latest("at")
    bulk_jobs.perform(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.said
    return run


def test_a_draft_is_tried_read_and_saved_without_a_restart(
    signed_in: Any, rooms: Any, here: None, clinic: Any
) -> None:
    client = signed_in("compliance")
    start = client.get(reverse("payer", args=[PAYER])).content.decode()
    assert f"extends: {PAYER}" in start and "As it comes with us" in start
    before = release()

    run = tried(client, AMA)

    page = client.get(reverse("dry-run", args=[run.pk])).content.decode()
    assert "What would change" in page and "Timed units that the minutes support" in page
    assert "UNIT-" in page
    assert not (rooms / "payers" / f"{PAYER}.yaml").exists()
    assert payers.profile(PAYER).unit_method == "cms"
    listed = client.get(reverse("dry-run-changes", args=[run.pk]) + "?by=rule&n=0")
    assert reverse("visit-tab", args=[clinic.past.pk, "findings"]) in listed.content.decode()

    save = reverse("dry-run-save", args=[run.pk])
    assert client.post(save, {"reason": "no", "replaces": "0"}).status_code == 400
    assert not PayerProfileVersion.objects.exists()
    answer = client.post(save, {"reason": "The payer's letter of May.", "replaces": "0"})

    assert answer.url == reverse("payer", args=[PAYER])
    assert payers.profile(PAYER).unit_method == "ama"
    assert release() != before
    row = PayerProfileVersion.objects.get()
    assert (row.version, row.text, row.dry_run) == (1, AMA, run)
    event = Event.objects.get(verb="payer_profile.saved")
    assert event.detail["sha256"] == row.sha256 and "letter" not in str(event.detail)
    assert (
        "This text is the clinic" in client.get(reverse("dry-run", args=[run.pk])).content.decode()
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("extends: commercial\nunit_method: guess\n", "Line 2"),
        ("extends: commercial\nseverities: {UNIT-99: stop}\n", "there is no such rule"),
        ("extends: nobody\nname: X\n", "no profile"),
        ("extends: commercial\nname: &a X\nnote: *a\n", "Line 2"),
        ("extends: commercial\nname: !!python/object:os.system X\n", "Line 2"),
        ("extends: commercial\nname: [\n", "Line"),
        ("name: <script>alert(1)</script>\nunit_method: 7\n", "Line 2"),
        ("x: " + "y" * 20_001, "longer than"),
    ],
)
def test_a_draft_that_does_not_hold_is_refused_with_its_line_and_stays_on_the_page(
    signed_in: Any, rooms: Any, text: str, says: str
) -> None:
    answer = signed_in("compliance").post(
        reverse("payer", args=["evergreen"]), {"text": text, **DAYS}
    )

    page = answer.content.decode()
    assert answer.status_code == 400 and says in page
    assert "<script>alert" not in page
    assert not BulkRun.objects.exists()
    assert not list((rooms / "payers").iterdir())


def test_a_draft_that_breaks_another_profile_is_refused(rooms: Any, clinic: Any) -> None:
    user = clinic.people["admin"]
    (rooms / "payers/child.yaml").write_text("extends: parent\nname: Child\n")
    (rooms / "payers/parent.yaml").write_text("extends: commercial\nname: Parent\n")

    with pytest.raises(ProfileError, match="circle"):
        payer_profiles.save(
            user, "parent", "extends: child\n", reason="a mistake", replaces=0, at=at(9)
        )

    assert payers.profile("child").name == "Child"


def test_versions_stay_and_a_text_from_before_the_page_is_the_first(
    signed_in: Any, rooms: Any, clinic: Any
) -> None:
    user = clinic.people["admin"]
    path = rooms / "payers/evergreen.yaml"
    path.write_text("extends: commercial\nname: By hand\n")

    def save(text: str, replaces: int) -> Any:
        return payer_profiles.save(
            user, "evergreen", text, reason="for the test", replaces=replaces, at=at(9)
        )

    assert save("extends: commercial\nname: Two\r\n", 0).version == 2
    assert path.read_text() == "extends: commercial\nname: Two\n"
    with pytest.raises(Refused):
        save("extends: commercial\nname: Late\n", 0)
    assert save("extends: commercial\nname: Three\n", 2).version == 3

    kept = PayerProfileVersion.objects.filter(payer="evergreen").order_by("version")
    assert [row.text.split(": ")[-1].strip() for row in kept] == ["By hand", "Two", "Three"]
    with pytest.raises(AlreadySigned):
        kept[0].save()
    page = signed_in("compliance").get(reverse("payer", args=["evergreen"]) + "?version=1")
    assert "By hand" in page.content.decode()


def test_what_the_record_did_not_keep_is_not_in_force(
    rooms: Any, clinic: Any, monkeypatch: Any
) -> None:
    path = rooms / "payers/evergreen.yaml"
    path.write_text("extends: commercial\nname: Before\n")
    put = payer_profiles._put

    def breaks_after(where: Any, text: str) -> None:
        put(where, text)
        if "After" in text:
            raise OSError("the disk is full")

    monkeypatch.setattr(payer_profiles, "_put", breaks_after)

    with pytest.raises(OSError):
        payer_profiles.save(
            clinic.people["admin"], "evergreen", "extends: commercial\nname: After\n",
            reason="for the test", replaces=0, at=at(9),
        )  # fmt: skip

    assert "Before" in path.read_text()
    assert not PayerProfileVersion.objects.exists()


def test_a_payer_is_named_by_a_plain_word_and_others_may_not_look(rooms: Any, clinic: Any) -> None:
    user, biller = clinic.people["compliance"], clinic.people["biller"]

    for name in ("../secret", "a/b", "UPPER", "", "x" * 60):
        with pytest.raises(NotFound):
            payer_profiles.text_of(user, name)
        assert payer_profiles.shipped_text(name) == ""
    for act in (
        lambda: payer_profiles.text_of(biller, PAYER),
        lambda: payer_profiles.save(biller, PAYER, AMA, reason="a reason", replaces=0, at=at(9)),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_dry_run_of_another_text_saves_nothing(rooms: Any, clinic: Any) -> None:
    user = clinic.people["compliance"]
    run = BulkRun.objects.create(
        kind="dry_run", draft={"payer": PAYER, "text": AMA}, at=at(9), by=user, state="done"
    )

    with pytest.raises(BadInput, match="another text"):
        payer_profiles.save(
            user, PAYER, AMA + "kx: no\n", reason="a reason", replaces=0, dry_run=run.pk, at=at(9)
        )
