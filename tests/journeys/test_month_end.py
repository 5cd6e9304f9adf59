"""The biller's month end by the browser: claims out, answers in, a denial to its appeal."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from neuroreed.clinic.models import Claim, DenialRow, FindingRow, Remittance
from neuroreed.clinic.services import claims, ledgers, lifecycle, sending
from tests.clinic.money import payer
from tests.clinic.money.payer import Answer, Answered
from tests.clinic.money.posting import copied
from tests.journeys.test_every_page import barriers
from tests.web import small_clinic
from tests.web.small_clinic import at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS_OF_A_FIX = 3
MOST_SECONDS_TO_AN_APPEAL = 300
MOST_SECONDS_TO_JUDGE_AGAIN = 1
MANY, MOST_SECONDS_TO_POST_MANY = 200, 5
DENIED = {1: Answered(0, [("CO", "50", 6000)], ["N115"])}


@pytest.fixture(autouse=True)
def exchange(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Path:
    """A folder for the clearing house."""
    settings.DATA = tmp_path
    monkeypatch.setenv("NEUROREED_TRANSPORT", f"folder:{tmp_path}/exchange")
    return tmp_path / "exchange"


def claim_of(clinic: Any) -> Claim:
    """The claim of the past visit, sent."""
    biller = clinic.people["biller"]
    claim = claims.release(biller, clinic.past.pk, at=at(9))
    claims.file(biller, [claim.pk], at=at(9))
    sending.deliver(biller, at=at(9))
    return claim


def filed(clinic: Any, made: list[Claim]) -> list[Claim]:
    """More claims, sent in one file."""
    biller = clinic.people["biller"]
    for claim in made:
        lifecycle.step(claim, "released", "", biller, at(9))
    claims.file(biller, [claim.pk for claim in made], at=at(9))
    sending.deliver(biller, at=at(9))
    return made


def drops(person: Any, content: bytes, name: str = "answer.835") -> None:
    """Choose a file and take it."""
    person.goes("/claims/remittances/")
    person.page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": content}
    )
    person.tap("button[data-act='drop']")
    person.page.wait_for_selector("#messages .message")


def test_a_month_end_from_ready_claims_to_the_close(
    walkers: Any, clinic: Any, exchange: Path
) -> None:
    person = walkers("biller")
    page = person.page

    person.goes("/claims/?stage=ready")
    page.check("input[name='id']")
    person.tap("button[data-act='ready']")
    page.check("input[name='id']")
    person.tap("button[data-act='released']")
    page.wait_for_selector("text=is made")
    person.goes("/claims/?stage=filed")
    person.tap("button[data-act='run']")
    page.wait_for_selector("text=1 file sent.")
    assert len(list((exchange / "out").iterdir())) == 1
    person.picture("desk-files")

    claim = Claim.objects.get()
    person.goes("/claims/month/?month=2026-10")
    assert "waits for the payer" in page.inner_text("main")
    drops(person, payer.remittance([Answer(claim.body, DENIED, control="ICN7")]))
    page.wait_for_selector("h1:has-text('EFT1')")
    person.picture("desk-remittance")
    person.goes(f"/claims/{claim.pk}/")
    person.picture("desk-claim")
    person.goes("/claims/month/?month=2026-10")
    person.picture("desk-month")
    person.tap("button[data-act='close']")
    page.wait_for_selector("text=Closed on")
    assert "waits for the payer" not in page.inner_text("main")


def test_a_denial_becomes_a_sent_appeal_without_waiting(
    walkers: Any, clinic: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = claim_of(clinic)
    person = walkers("biller")
    drops(person, payer.remittance([Answer(claim.body, DENIED, control="ICN7")]))
    began = time.monotonic()

    person.taps = 0
    person.goes("/claims/denials/")
    person.picture("desk-denials")
    person.tap(".waits a")
    person.page.wait_for_selector("text=What our record says")
    person.picture("desk-denial")
    person.tap("button[data-act='appeal']")
    person.page.wait_for_selector("text=Open the packet")

    seconds = time.monotonic() - began
    assert seconds < MOST_SECONDS_TO_AN_APPEAL
    assert person.taps == 2
    with capsys.disabled():
        print(f"\nA denial to a sent appeal: {person.taps} clicks, {seconds:.1f} s.")
    address = person.page.get_attribute("a:has-text('Open the packet')", "href")
    answer = person.page.request.get(f"{person.address}{address}")
    assert answer.body().startswith(b"%PDF")
    assert DenialRow.objects.get().acts.get().act == "appealed"
    person.goes("/claims/denials/")
    assert "the payer's word is awaited" in person.page.inner_text("main")


def test_denials_of_a_kind_are_appealed_with_one_press(walkers: Any, clinic: Any) -> None:
    first = claim_of(clinic)
    others = filed(clinic, [copied(first, number) for number in range(2)])
    person = walkers("biller")
    every = [Answer(one.body, DENIED, control=f"ICN{n}") for n, one in enumerate([first, *others])]
    drops(person, payer.remittance(every))

    person.taps = 0
    person.goes("/claims/denials/")
    person.tap("button[data-act='appealed']")
    person.page.wait_for_selector("text=3 denials are done.")
    person.picture("desk-denials-appealed")

    assert person.taps == 1
    assert [act.act for row in DenialRow.objects.all() for act in row.acts.all()] == [
        "appealed"
    ] * 3


def test_claims_of_a_rejected_file_are_made_anew_together(walkers: Any, clinic: Any) -> None:
    first = claim_of(clinic)
    filed(clinic, [copied(first, 1)])
    person = walkers("biller")
    drops(person, payer.interchange(2, accepted=False), "refused.ta1")

    person.goes("/claims/?stage=rejected")
    person.page.check("input[data-choose-all='id']")
    person.picture("desk-rejected")
    person.tap("button[data-act='rejected']")
    person.page.wait_for_selector("text=is made anew")

    assert Claim.objects.filter(frequency="1").count() == 3
    person.goes("/claims/?stage=released")
    assert person.page.locator("tbody tr").count() == 1


@pytest.mark.parametrize("how", ["answer", "enter"])
def test_a_blocked_claim_is_fixed_in_its_row_in_three_clicks(
    walkers: Any, clinic: Any, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    version = clinic.past.charge_versions.get()
    FindingRow(
        visit=clinic.past,
        charge_version=version,
        rule="AUTH-01",
        severity="stop",
        subject=str(clinic.past.pk),
        says="No authorisation is on file.",
        fix="Enter the authorisation.",
        rule_book="test",
        at=at(9),
    ).save(force_insert=True)
    person = walkers("biller")
    person.goes("/claims/?stage=blocked")

    person.tap("summary[data-act='fix']")
    if how == "answer":
        person.page.fill("input[name='reason']", "The payer asks for none")
        person.picture("desk-blocked")
        began = time.process_time()
        person.tap("button[data-act='fix-answer']")
    else:
        until = clinic.past.date_of_service + timedelta(days=60)
        person.page.fill("input[name='authorization']", "PA-77")
        person.page.fill("input[name='until']", until.isoformat())
        began = time.process_time()
        person.tap("button[data-act='fix-enter']")
    person.page.wait_for_selector("text=is released")
    seconds = time.process_time() - began
    with capsys.disabled():
        print(
            f"\nA blocked claim ({how}): {person.taps} clicks; judged again, released and shown in "
            f"{seconds:.2f} s of processor time."
        )
    assert seconds < MOST_SECONDS_TO_JUDGE_AGAIN

    assert person.taps <= MOST_CLICKS_OF_A_FIX
    assert Claim.objects.count() == 1


def test_an_835_of_200_claims_is_posted_with_one_drop(
    walkers: Any, clinic: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    first = claim_of(clinic)
    every = filed(clinic, [copied(first, number) for number in range(MANY)])
    lines = {1: Answered(4000, [("PR", "2", 1000)])}
    content = payer.remittance(
        Answer(one.body, lines, control=f"ICN{n}") for n, one in enumerate(every)
    )
    person = walkers("biller")

    person.taps = 0
    began, worked = time.monotonic(), time.process_time()
    drops(person, content, "many.835")
    person.page.wait_for_selector("h1:has-text('EFT1')")
    seconds, worked = time.monotonic() - began, time.process_time() - worked

    with capsys.disabled():
        print(
            f"\nAn 835 of {MANY} claims: {person.taps} click, from drop to the posted page "
            f"{seconds:.1f} s, {worked:.1f} s of processor time."
        )
    assert worked <= MOST_SECONDS_TO_POST_MANY
    row = Remittance.objects.get()
    assert (row.claims, row.posted_cents, row.held_cents) == (MANY, row.payment_cents, 0)
    assert person.page.locator("main table tbody tr").count() >= MANY


def test_an_835_with_a_planted_cent_says_where_and_posts_nothing(walkers: Any, clinic: Any) -> None:
    claim = claim_of(clinic)
    person = walkers("biller")
    good = payer.remittance([Answer(claim.body, {1: Answered(5000)})])
    content = good.replace(b"*50.00**2~", b"*50.01**2~", 1)
    assert content != good

    drops(person, content, "planted.835")

    said = person.page.inner_text("#messages")
    assert "0.01" in said
    assert "Nothing of it was posted" in said
    person.picture("desk-planted-cent")
    assert Remittance.objects.count() == 0
    drops(person, good, "good.835")
    person.page.wait_for_selector("h1:has-text('EFT1')")
    assert ledgers.of(claim).balance("paid") > 0
    drops(person, good, "good-again.835")
    assert "came before" in person.page.inner_text("#messages")
    assert Remittance.objects.count() == 1


def test_no_page_of_the_desk_has_a_barrier_or_is_wider_than_a_phone(
    walkers: Any, clinic: Any
) -> None:
    claim = claim_of(clinic)
    strange = Answer(claim.body, number="NOBODYS", with_line_numbers=False)
    person = walkers("biller")
    drops(person, payer.remittance([Answer(claim.body, DENIED)], trace="EFT1"))
    drops(person, payer.remittance([strange], trace="EFT2", control=2))
    patient = clinic.patients[0].pk
    pages = {
        "claims": "/claims/?stage=adjudicated",
        "exchange": "/claims/exchange/",
        "remittances": "/claims/remittances/",
        "remittance": f"/claims/remittances/{Remittance.objects.last().pk}/",
        "unmatched": "/claims/unmatched/",
        "denials": "/claims/denials/",
        "denial": f"/claims/denials/{DenialRow.objects.first().pk}/",
        "trends": "/claims/denials/trends/?by=payer",
        "differences": "/claims/differences/",
        "authorizations": "/claims/authorizations/",
        "eligibility": "/claims/eligibility/",
        "month": "/claims/month/?month=2026-10",
        "printers": "/claims/printers/",
        "claim": f"/claims/{claim.pk}/",
        "account": f"/patients/{patient}/account/",
        "estimate": f"/visits/{clinic.visit.pk}/estimate/",
    }
    found, wide = [], []
    for title, path in pages.items():
        person.page.set_viewport_size({"width": 1024, "height": 768})
        person.goes(path)
        assert person.page.locator("main h1").count() == 1, title
        found += barriers(person.page)
        person.picture(f"desk-all-{title}")
        person.page.set_viewport_size({"width": 390, "height": 800})
        width = person.page.evaluate("() => document.documentElement.scrollWidth")
        if width > 390:
            wide.append(f"{title}: {width}")

    assert found == []
    assert wide == []
    assert small_clinic.TODAY
