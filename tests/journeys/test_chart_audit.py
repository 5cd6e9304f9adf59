"""Thirty charts audited in the browser, from the draw to the report."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from neuroreed.clinic.models import ChartAnswer, Visit
from neuroreed.clinic.services import history
from neuroreed.clinic.services.history import PastActivity, PastVisit
from tests.web.small_clinic import TODAY, at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 25
CHARTS = 30


def treat(clinic: Any, visits: int) -> None:
    """Signed visits of 97112, one a day, beside the one that is there."""
    past = clinic.past
    for number in range(visits):
        day = TODAY - timedelta(days=6 + number)
        history.record_signed(
            past.clinician,
            PastVisit(
                episode=past.episode,
                plan=past.plan,
                coverage=past.coverage,
                clinician=past.clinician,
                scheduled_at=at(9, day=day),
                activities=(
                    PastActivity("97112", "static_balance", at(9, day=day), at(9, 25, day=day)),
                ),
                ended_at=at(9, 25, day=day),
            ),
            at=at(10, day=day),
        )


def test_thirty_charts_take_few_clicks_outside_the_judging(
    walkers: Any, clinic: Any, tmp_path: Any, capsys: Any
) -> None:
    treat(clinic, CHARTS + 3)
    person = walkers("compliance")
    page = person.page

    person.tap("nav a[href='/audits/']")
    page.wait_for_selector("button[data-act='draw']")
    person.picture("audit-draw")
    person.tap("button[data-act='draw']")
    page.wait_for_selector("a[data-act='judge']")
    person.picture("audit-drawn")
    person.tap("a[data-act='judge']")
    for number in range(1, CHARTS + 1):
        page.wait_for_selector(f"h1:text-is('Chart {number} of {CHARTS}')")
        if number == 1:
            person.picture("audit-chart")
            assert "25 minutes" in page.inner_text(".note")
            with page.expect_download() as packet:
                page.click("a[download]")
            assert packet.value.path().read_bytes().startswith(b"%PDF")
        is_wrong = number % 5 == 0
        for name in ("need", "skill", "minutes", "progress"):
            says = "no" if is_wrong and name == "skill" else "yes"
            page.check(f"input[name='{name}'][value='{says}']")
        page.click(f"button[name='pay'][value='{'no' if is_wrong else 'yes'}']")
    page.wait_for_selector("a[data-act='pdf']")
    person.picture("audit-report")
    with page.expect_download() as started:
        person.tap("a[data-act='pdf']")
    path = tmp_path / "report.pdf"
    started.value.save_as(path)

    with capsys.disabled():
        print(f"\nAudit of {CHARTS} charts: {person.taps} clicks outside the judging.")
    assert person.taps <= MOST_CLICKS
    assert ChartAnswer.objects.count() == CHARTS
    assert "6 of 30 charts would not be paid in full" in page.inner_text("main")
    printed = "".join(one.extract_text() for one in PdfReader(BytesIO(path.read_bytes())).pages)
    assert "20.0 %" in printed and "Hash of the frame" in printed
    assert "Skill not shown" in printed
    assert Visit.objects.filter(state="signed").count() == CHARTS + 4
