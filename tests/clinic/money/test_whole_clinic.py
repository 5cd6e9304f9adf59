"""Simulated payers answer everything that the invented clinic ever signed; nothing is lost.

Claims go out and answers come in over the folder. What the payers did wrong, denied, repeated
or turned away is known here only to be compared with what the product found.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from neuroreed.billing.ledger import Account, check, standing
from neuroreed.clinic import events
from neuroreed.clinic.models import (
    Claim,
    Comparison,
    DenialRow,
    HeldAnswer,
    Remittance,
    Statement,
    Visit,
)
from neuroreed.clinic.services import close, denials, ledgers, remittance, sending
from tests.clinic.money import later, whole
from tests.clinic.money.house import ALABAMA
from tests.oracles.payer.adjudicate import VALUES, Decision, price
from tests.oracles.payer.contract import ContractPayer

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
CAUSES = {
    "236": "pair", "151": "level", "18": "duplicate", "29": "timely", "119": "threshold",
    "198": "authorization", "50": "necessity", "97": "pair", "4": "modifier",
}  # fmt: skip


@dataclass
class Played:
    """What the product said at each stage, and what the other side knows."""

    clinic: whole.Whole
    seconds: float = 0.0
    wrong: dict[tuple[str, int], str] = field(default_factory=dict)
    mispaid: dict[tuple[str, int], str] = field(default_factory=dict)
    right: int = 0
    off: list[str] = field(default_factory=list)
    denied: dict[tuple[Any, int], tuple[str, str, bool]] = field(default_factory=dict)
    told: dict[tuple[Any, int], str] = field(default_factory=dict)
    repeats: Any = None
    mended: list[str] = field(default_factory=list)
    left_wrong: int = 0
    secondary: int = 0
    appeals: tuple[int, int] = (0, 0)
    groups: int = 0
    patients: tuple[int, int] = (0, 0)
    clinic_states: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def played(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    """The whole play once; it is rolled back after these tests."""
    from django.conf import settings
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("exchange")
        patch.setattr(settings, "DATA", root)
        patch.setattr(
            settings, "PASSWORD_HASHERS", ["django.contrib.auth.hashers.MD5PasswordHasher"]
        )
        began = time.process_time()
        found = Played(whole.make(root, patch))
        whole.bill(found.clinic)
        first_answers(found)
        found.repeats = later.repeats(found.clinic)
        found.mended = later.mended(found.clinic)
        found.left_wrong = sum(
            len(close.differences(found.clinic.biller, each)) for each in ("underpaid", "overpaid")
        )
        found.secondary = len(later.seconds(found.clinic))
        later.corrected(found.clinic)
        found.appeals = later.appealed(found.clinic)
        found.groups = later.written_off(found.clinic)
        found.patients = later.patients_pay(found.clinic)
        found.clinic_states = later.states()
        found.seconds = time.process_time() - began
        yield found
        transaction.set_rollback(True)


def first_answers(found: Played) -> None:
    """What the product says after the first answers, beside what the payers know."""
    for payer_id, answer in found.clinic.answered.values():
        together = payer_id in {"HMK01", "CIG01"}
        for one in answer.decisions:
            # what is paid for the lines together differs as a whole: it is told on the first
            key = (answer.asked.number, 1 if together else int(one.asked.number))
            if one.fault and (kind := mistake(one)):
                found.mispaid[key] = kind
    for row in Comparison.objects.select_related("claim"):
        if row.verdict in {"as_expected", "denied"}:
            found.right += row.verdict == "as_expected"
            if row.verdict == "as_expected" and abs(row.off_by_cents or 0) > 2 * 4:
                found.off.append(f"{row.claim.number} {row.line_number}")
        else:
            found.wrong[row.claim.number, row.line_number] = row.verdict
    at = whole.moment(later.FIRST, 8)
    for one in denials.open_denials(found.clinic.biller, at=at):
        body = one.row.body
        confirmed = any(each.confirmed for each in one.item.evidence)
        key = (one.row.claim.visit_id, body["line_number"])
        found.denied[key] = (body["carc"], one.item.cause, confirmed)
    numbers = {claim.number: claim.visit_id for claim in Claim.objects.all()}
    for _payer, answer in found.clinic.answered.values():
        for one in answer.decisions:
            refused = [why for group, why, _ in one.why if why in CAUSES and not one.allowed]
            if refused:
                key = (numbers[answer.asked.number], int(one.asked.number))
                found.told[key] = refused[0]


def mistake(one: Decision) -> str:
    """How a mistake shows, or nothing where it changes no cent that could be told from rounding."""
    if not one.allowed:
        return ""
    if one.fault == "short":
        return "underpaid"
    assert one.asked.code in VALUES
    full, reduced = (price(one.asked.code, share, ALABAMA) for share in ("1", "0.5"))
    due = full * one.in_full + reduced * (one.asked.units - one.in_full)
    off = one.allowed - min(due, Decimal(one.asked.charge) / 100)
    if abs(off) <= Decimal("0.02") * one.asked.units:
        return ""
    return "underpaid" if off < 0 else "overpaid"


def test_every_file_was_taken_and_every_refused_claim_went_again(played: Played) -> None:
    kinds = Counter((one.kind, one.outcome) for one in played.clinic.taken)

    assert kinds[("TA1", "taken")] == 1
    assert kinds[("835", "refused")] == 2  # the cent, and the number of a cheque used twice
    assert played.clinic.spoiled is not None and played.clinic.spoiled.outcome == "refused"
    assert "0.01" in played.clinic.spoiled.says[0]
    assert kinds[("835", "duplicate")] == 2  # the same bytes, and the same cheque in another file
    assert len(played.clinic.house.rejected) == sum(whole.TURNED_AWAY.values())
    assert sending.deliver(None, at=whole.AT, address=played.clinic.address).sent == 0
    sent = b"".join(
        path.read_bytes() for path in (played.clinic.house.root / "out").glob("*.837")
    ).decode()
    for claim in Claim.objects.filter(secondary_of=None):
        times = sent.count(f"CLM*{claim.number}*")
        assert times == 1 + claim.secondaries.count(), claim.number


def test_every_ledger_sums_to_the_cent_and_says_what_the_payers_decided(played: Played) -> None:
    assert later.not_as_decided(played.clinic) == []
    paid = 0
    for claim in Claim.objects.filter(secondary_of=None):
        ledger = ledgers.of(claim)
        assert check(ledger) == (), claim.number
        stands = standing(ledger)
        assert stands.charged == sum(
            (stands.paid, stands.received, stands.written_off, stands.open_payer,
             stands.open_next_payer, stands.denied, stands.patient_owes)
        )  # fmt: skip
        assert not (stands.open_payer or stands.open_next_payer or stands.denied)
        assert not stands.patient_owes
        gone = claim.frequency == ledgers.VOID or claim.steps.filter(state="replaced").exists()
        assert stands.charged == (0 if gone else claim.charge_cents)
        paid += ledger.balance(Account.PAID)
    cheques = Remittance.objects.all()
    assert paid == sum(row.posted_cents for row in cheques)
    for row in cheques:
        assert row.payment_cents == row.posted_cents + row.held_cents - row.provider_cents
    received = sum(row.received for row in map(ledgers.standing, Claim.objects.filter(
        secondary_of=None)))  # fmt: skip
    assert received == played.patients[1] == sum(row.total_cents for row in Statement.objects.all())
    assert set(played.clinic_states) == {"closed", "replaced"}


def test_expected_is_paid_where_the_payer_was_right_and_each_mistake_is_flagged(
    played: Played,
) -> None:
    kinds = Counter(played.mispaid.values())

    assert kinds["underpaid"] >= 5 and kinds["overpaid"] >= 1
    assert played.wrong == played.mispaid
    assert played.off == []
    assert played.right > 350
    contracts = {name for name, one in played.clinic.house.payers.items()
                 if isinstance(one, ContractPayer)}  # fmt: skip
    assert contracts <= {payer for payer, _ in played.clinic.answered.values()}
    # what the payers mended is no difference any more
    assert sorted(set(played.mended)) == sorted({number for number, _ in played.mispaid})
    assert played.left_wrong == 0
    altered, changed = played.clinic.house.altered, played.clinic.house.changed
    assert len(altered) >= 5 and len(changed) >= 2
    # neither our number lost nor another code of the same price makes a difference
    assert not changed & (played.wrong.keys() - played.mispaid.keys())


def test_each_denial_is_found_with_its_cause_in_the_record_and_no_other(played: Played) -> None:
    assert {key: carc for key, (carc, _, _) in played.denied.items()} == played.told
    assert played.clinic.denied.items() <= played.told.items()
    for key, carc in played.clinic.denied.items():
        _, cause, confirmed = played.denied[key]
        assert (cause, confirmed) == (CAUSES[carc], True) or cause == "mue", (carc, cause)
    for key, (carc, cause, confirmed) in played.denied.items():
        if key not in played.clinic.denied and carc in {"50", "97"}:
            assert not confirmed, (carc, cause)
    assert {row.body["carc"] for row in DenialRow.objects.all()} == set(CAUSES)


def test_nothing_that_came_twice_was_posted_twice(played: Played) -> None:
    found = played.repeats

    assert (found.same_file, found.same_cheque) == ("duplicate", "duplicate")
    assert found.other_cheque_of_that_number == "refused"
    assert [because for because, _ in found.held] == ["duplicate", "unmatched"]
    assert HeldAnswer.objects.filter(decision=None).count() == 0
    left = {(one.reference, one.kind): one.outstanding_cents for one in remittance.carried()}
    # what the voided claim had paid will come off a later cheque; what was announced and kept
    # since is settled; money that was kept without a word is asked about
    assert left.pop(("LATER", "forward_balance")) > 0
    assert ("CARRY1", "forward_balance") not in left
    assert left and {kind for _, kind in left} == {"takeback"}
    assert set(left.values()) == {-300}


def test_the_close_names_every_gap_and_the_chain_of_events_is_whole(played: Played) -> None:
    at = whole.moment(later.FIRST, 9)
    gaps: Counter[str] = Counter()
    for month in ("2026-10", "2026-11"):
        found = close.look(played.clinic.biller, month, at=at)
        assert found.faults == ()
        kinds = Counter(one.kind for one in found.gaps)
        assert found.visits - found.notes == kinds["visit"] + kinds["note"]
        assert found.notes == found.charges
        assert found.charges - found.claims == kinds["claim"]
        assert found.claims == found.answers
        gaps += kinds
    unsigned = Visit.objects.filter(date_of_service__lte=at.date()).exclude(
        state=Visit.State.SIGNED
    )
    assert gaps["visit"] + gaps["note"] == unsigned.count()
    assert gaps["claim"] == 1  # the one that was taken back
    assert events.verify()


def test_the_figures(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    claims = Claim.objects.count()
    charged = sum(row.charge_cents for row in Claim.objects.filter(secondary_of=None))
    replaced = played.clinic_states["replaced"]
    with capsys.disabled():
        print(
            f"\nWhole clinic: {claims} claims of {Visit.objects.filter(state='signed').count()} "
            f"visits to {len(played.clinic.house.payers)} payers in {played.clinic.sent} files, "
            f"{Remittance.objects.count()} cheques, {len(played.clinic.taken)} files taken, "
            f"${charged / 100:,.2f} charged. Turned away and sent again: {replaced} claims. "
            f"Lines as expected {played.right}; mispaid {len(played.mispaid)}, flagged "
            f"{len(played.wrong)}; denied {len(played.told)}, found {len(played.denied)} in "
            f"{played.groups} groups, {played.appeals[0]} appealed, {played.appeals[1]} won; "
            f"secondary {played.secondary}; {played.patients[0]} patients paid "
            f"${played.patients[1] / 100:,.2f}. {played.seconds:.0f} s of processor time."
        )
    assert claims > 230 and played.secondary > 10 and played.appeals[1] >= 1
