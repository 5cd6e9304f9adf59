"""From sign-in to a downloaded claim file, by the browser."""

from __future__ import annotations

from typing import Any

import pytest

import neuroreed
from tests.exchange.x12.judge import verdict

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_TAPS = 12


def facts(person: Any, act: str, nth: int) -> None:
    person.tap_and_settle(f".ask button[data-act='{act}'] >> nth={nth}")


def test_a_standard_visit_takes_twelve_taps_and_becomes_a_claim(
    walkers: Any, clinic: Any, turn: Any, tmp_path: Any, capsys: Any
) -> None:
    person = walkers("therapist")
    page = person.page
    person.picture("day")

    person.tap(".day .name >> text=Aldertree")
    page.wait_for_selector("#session")
    person.tap_and_settle("button.tile[data-act='97112']")
    turn.goes(minutes=24)
    facts(person, "dose", 0)
    facts(person, "fault", 1)
    facts(person, "cue", 1)
    facts(person, "response.start", 6)
    facts(person, "response.end", 3)
    facts(person, "decision", 2)
    person.picture("session-running")
    person.picture_for_readme("session")
    person.tap_and_settle("button.tile[data-act='97116']")
    turn.goes(minutes=15)
    person.tap_and_settle("button.tile[data-act='97110']")
    turn.goes(minutes=9)
    person.tap("button[data-act='end']")
    page.wait_for_selector("button[data-act='sign']")
    person.picture("review")
    person.picture_for_readme("review")
    person.tap("button[data-act='sign']")
    page.wait_for_selector("text=Signature and seal")
    taps = person.taps

    with capsys.disabled():
        print(f"\nStandard visit with three activities: {taps} taps from the board to the seal.")
    assert taps <= MOST_TAPS
    for tab in ("note", "minutes", "charges", "findings", "history"):
        page.click(f".tabs a[href$='/{tab}/']")
        person.picture(f"visit-{tab}")
    page.click(".tabs a[href$='/charges/']")
    person.picture_for_readme("charges")
    units = {
        row.locator("td").nth(1).inner_text(): row.locator("td").nth(4).inner_text()
        for row in page.locator("tbody tr").all()
    }
    assert units == {"97112": "2", "97116": "1"}

    biller = walkers("biller")
    biller.goes("/claims/?stage=ready")
    biller.picture("claims-ready")
    biller.page.check("input[name='id'] >> nth=-1")
    biller.tap("button[data-act='ready']")
    biller.page.wait_for_selector("button[data-act='released']")
    biller.page.check("input[name='id'] >> nth=0")
    biller.tap("button[data-act='released']")
    with biller.page.expect_download() as started:
        biller.tap("a[download]")
    biller.picture("claims-filed")
    path = tmp_path / "claim.837"
    started.value.save_as(path)

    read = neuroreed.read_x12(path)
    assert not read["defects"]
    assert verdict(path.read_bytes()) == (True, [])
    assert "ALDERTREE" in path.read_text().upper()
