"""All lines in the browser: upload, progress, bars, a line, its facts and its row; a rule tried."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from neuroreed.clinic import access_bulk, bulk_jobs
from neuroreed.clinic.models import BulkRun, PayerProfileVersion
from neuroreed.policy import payers
from tests.journeys.test_every_page import barriers
from tests.web.bulk.conftest import as_file, cache, lines, pl, rooms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
MOST_TAPS = 6
__all__ = ["cache", "rooms"]


class Looked:
    """Every page on the way: its picture, its barriers, and that it fits a phone."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def at(self, person: Any, name: str) -> None:
        self.found += barriers(person.page)
        person.picture(name)
        before = person.page.viewport_size
        person.page.set_viewport_size(PHONE)
        width = person.page.evaluate("() => document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            self.found.append(f"{name}: {width} wide")
        person.page.set_viewport_size(before)


def many() -> Any:
    """Lines of forty patients of five therapists, some with a unit too many."""
    frames = []
    for number in range(40):
        frames.append(
            lines(
                patient_id=[f"p{number}"] * 3,
                visit_id=[f"V-{number}-1", f"V-{number}-1", f"V-{number}-2"],
                therapist_id=[f"Therapist {number % 5 + 1}"] * 3,
                minutes=["15", "15", "22" if number % 3 == 0 else "30"],
                session_minutes=["40", "40", "40" if number else "a while"],
            )
        )
    return pl.concat(frames)


def upload(person: Any, tmp_path: Any) -> None:
    path = tmp_path / "autumn.csv"
    path.write_bytes(as_file(many(), "autumn.csv").read())
    person.page.set_input_files("#bulk-file", str(path))
    person.tap("button[data-act='upload']")


def test_from_the_upload_to_the_facts_and_the_row_of_one_line(
    walkers: Any, clinic: Any, rooms: Any, tmp_path: Any
) -> None:
    person, looked = walkers("compliance"), Looked()
    page = person.page
    person.tap("nav a[href='/bulk/']")
    page.wait_for_selector("button[data-act='upload']")
    looked.at(person, "bulk-list")
    upload(person, tmp_path)
    page.wait_for_selector("#progress")
    assert "waits for the worker" in page.inner_text("#progress")
    run = BulkRun.objects.get()

    # half way, as the worker would leave it
    folder = access_bulk.folder_of(run)
    (folder / "alive").touch()
    (folder / "progress.json").write_text(json.dumps({"done": 60, "total": 120, "rate": 20}))
    BulkRun.objects.filter(pk=run.pk).update(state="running")
    person.waits_for("() => document.body.innerText.includes('20 a second')")
    assert "60 of 120 lines, 20 a second, 3 seconds left" in page.inner_text("#progress")
    looked.at(person, "bulk-progress")
    BulkRun.objects.filter(pk=run.pk).update(state="waiting")
    bulk_jobs.perform(run.pk)

    # the page that was left open shows the results by itself
    page.wait_for_selector(".charts svg a")
    assert "14" in page.inner_text(".figures")
    looked.at(person, "bulk-results")
    page.click("summary:has-text('By column')")
    looked.at(person, "bulk-coverage")
    page.locator(".charts svg a[aria-label^='UNIT-01']").click()
    page.wait_for_selector("table a.line")
    assert "14 findings" in page.inner_text(".head")
    looked.at(person, "bulk-lines")
    person.tap("table a.line")
    page.wait_for_selector("table.source")
    looked.at(person, "bulk-facts")
    said = page.inner_text("main")
    assert "22" in page.inner_text(".tree") and "autumn.csv" in page.inner_text("table.source")
    assert "Pub. 100-04" in said or "20.2" in said
    row = int(page.inner_text("table.source tr.named td.number").split()[0])
    assert many()["minutes"][row - 1] == "22"
    page.goto(f"{person.address}/bulk/{run.pk}/")
    person.tap("a[data-act='peers']")
    page.wait_for_selector("nav.tabs")
    looked.at(person, "bulk-peers")
    page.go_back()
    with page.expect_download() as taken:
        page.click("a[download]:has-text('findings.csv')")
    assert b"UNIT-01" in taken.value.path().read_bytes()
    person.tap("button[data-act='delete']")
    page.wait_for_selector("text=were deleted on")

    assert looked.found == []


def test_a_rule_is_tried_on_a_month_read_and_saved_within_the_budget(
    walkers: Any, clinic: Any, rooms: Any, capsys: Any
) -> None:
    person, looked = walkers("compliance"), Looked()
    page, began = person.page, time.monotonic()
    person.tap("nav a[href='/payers/']")
    page.wait_for_selector("a[href='/payers/medicare_part_b/']")
    looked.at(person, "payers")
    person.tap("a[href='/payers/medicare_part_b/']")
    page.wait_for_selector("#draft")
    looked.at(person, "payer-draft")
    page.fill("#draft", "extends: medicare_part_b\nname: Medicare Part B\nunit_method: guess\n")
    page.fill("#id_since", "2026-10-01")
    page.fill("#id_until", "2026-10-12")
    person.tap("button[data-act='try']")
    page.wait_for_selector("[role=alert]")
    assert "Line 3" in page.inner_text("[role=alert]")
    looked.at(person, "payer-fault")
    text = page.input_value("#draft").replace("guess", "ama") + "max_timed_units_per_day: 3\n"
    page.fill("#draft", text)
    person.tap("button[data-act='try']")
    page.wait_for_selector("#progress")
    looked.at(person, "dry-run-waits")
    bulk_jobs.perform(BulkRun.objects.get().pk)

    page.wait_for_selector("button[data-act='save']")
    looked.at(person, "dry-run")
    assert payers.profile("medicare_part_b").unit_method == "cms"
    page.locator("table a.line").first.click()
    page.wait_for_selector("h1:has-text('UNIT-'), h1:has-text('MODS-'), h1")
    looked.at(person, "dry-run-lines")
    page.go_back()
    page.fill("#reason", "The contract counts each code by itself from May on.")
    person.tap("button[data-act='save']")
    page.wait_for_selector("text=Saved as version 1")
    looked.at(person, "payer-saved")

    assert payers.profile("medicare_part_b").unit_method == "ama"
    assert PayerProfileVersion.objects.get().reason.startswith("The contract")
    assert looked.found == []
    with capsys.disabled():
        spent = time.monotonic() - began
        print(f"\nA payer rule with its dry-run: {person.taps} taps, {spent:.0f} s, no restart.")
    assert person.taps <= MOST_TAPS
