"""What comes after the first answers: repeats, corrections, appeals, second payers, patients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from neuroreed.billing.ledger import Account
from neuroreed.clinic.models import Claim, Comparison, DenialRow, HeldAnswer, Patient
from neuroreed.clinic.services import (
    corrections,
    denials,
    ledgers,
    lifecycle,
    packets,
    patient_money,
    remittance,
)
from tests.clinic.money.whole import SECONDARY, Whole, deliver, moment
from tests.oracles.payer.adjudicate import Answer

FIRST = date(2026, 12, 1)


@dataclass
class Repeats:
    """How each repeat ended."""

    same_file: str
    same_cheque: str
    other_cheque_of_that_number: str
    held: list[tuple[str, int]]


def repeats(found: Whole) -> Repeats:
    """A file twice, a cheque in another file, an answer a second time, a stranger's answer."""
    first, content = found.cheques[0]
    found.house.drop("again.835", content)
    (same_file,) = found.collect(FIRST)
    found.house.drop("another.835", first.write(found.first_paid, found.house.following()))
    (same_cheque,) = found.collect(FIRST)
    found.house.drop("changed.835", first.write(FIRST, found.house.following()))
    (changed,) = found.collect(FIRST)
    twice = next(one for one in first.answers if one.paid)
    strange = replace(twice.asked, number="SOMEBODYS", member="9XX9XX9XX99", last="STRANGER")
    for service in strange.services:
        service.control = ""
    lines = [replace(one, asked=replace(one.asked, control="", on=date(2026, 1, 5)))
             for one in twice.decisions]  # fmt: skip
    other = Answer(strange, "M99999", lines)
    deliver(found, found.house.cheque("MCRB1", [twice, other]), FIRST)
    found.collect(FIRST)
    held = [(one.because, one.paid_cents) for one in HeldAnswer.objects.order_by("place")]
    for one in HeldAnswer.objects.filter(decision=None):
        remittance.set_aside(
            found.biller,
            one.pk,
            reason="Not ours, or paid already: returned.",
            at=moment(FIRST, 13),
        )
    return Repeats(same_file.outcome, same_cheque.outcome, changed.outcome, held)


def mended(found: Whole) -> list[str]:
    """The payers mend what they got wrong: half at once, half carried over."""
    wrong: dict[str, list[Answer]] = {}
    for row in Comparison.objects.filter(verdict__in=["underpaid", "overpaid"]).order_by(
        "claim__number", "line_number"
    ):
        payer_id, answer = found.answered[row.claim.number]
        if answer not in wrong.setdefault(payer_id, []):
            wrong[payer_id].append(answer)
    on = FIRST + timedelta(days=1)
    done = []
    for payer_id, answers in sorted(wrong.items()):
        half = answers[: (len(answers) + 1) // 2] if payer_id == "MCRB1" else answers
        _mend(found, payer_id, half, on)
        rest = answers[len(half) :]
        if rest:
            _carried(found, payer_id, rest, on)
        done += [one.asked.number for one in answers]
    found.collect(on + timedelta(days=2))
    return done


def _mend(found: Whole, payer_id: str, wrong: list[Answer], on: date) -> None:
    right = found.house.again(payer_id, wrong)
    for one in right:
        found.answered[one.asked.number] = (payer_id, one)
    takeback = [("WO", wrong[0].number, Decimal("3.00")), ("L6", "", Decimal("-0.42"))]
    deliver(found, found.house.cheque(payer_id, right, back=wrong, provider=takeback), on)


def _carried(found: Whole, payer_id: str, wrong: list[Answer], on: date) -> None:
    """All is taken back in a cheque of nothing, and the next one is lower by it."""
    owed = sum((one.paid for one in wrong), Decimal(0))
    forward = [("FB", "CARRY1", -owed)]
    deliver(found, found.house.cheque(payer_id, [], back=wrong, provider=forward), on)
    right = found.house.again(payer_id, wrong)
    for one in right:
        found.answered[one.asked.number] = (payer_id, one)
    settled = [("FB", "CARRY1", owed)]
    cheque = found.house.cheque(payer_id, right, provider=settled)
    deliver(found, cheque, on + timedelta(days=1))


def seconds(found: Whole) -> list[Claim]:
    """What the first payer left is asked of the second, who pays the coinsurance."""
    on = FIRST + timedelta(days=4)
    made = []
    for name in SECONDARY:
        patient = Patient.objects.get(last_name=name)
        coverage = patient.coverages.get(sequence="S")
        for claim in Claim.objects.filter(patient=patient, secondary_of=None).order_by("number"):
            if ledgers.of(claim).balance(Account.PATIENT) > 0:
                made.append(
                    corrections.secondary(found.biller, claim.pk, coverage.pk, at=moment(on, 8))
                )
    found.send(made, on)
    found.house.collects(on)
    found.collect(on)
    answers = found.house.decide("SUPP1")
    deliver(found, found.house.cheque("SUPP1", answers), on + timedelta(days=1))
    found.collect(on + timedelta(days=1))
    return made


def corrected(found: Whole) -> tuple[Claim, Claim]:
    """The line with too many units goes again as a replacement (7); another claim is voided (8)."""
    on = FIRST + timedelta(days=6)
    row = DenialRow.objects.get(body__carc="151")
    done = denials.act(
        found.biller,
        [row.pk],
        act="corrected",
        reason="Units as the minutes are.",
        at=moment(on, 8),
    )
    assert done.done == 1, done.refused
    seven = row.claim.replaced_by.get()
    paid = next(
        one
        for one in Claim.objects.filter(patient__last_name="Yewdale").order_by("number")
        if ledgers.of(one).balance(Account.PAID) > 0
    )
    eight = corrections.void(
        found.biller, paid.pk, reason="Billed to the wrong payer", at=moment(on, 8)
    )
    found.send([seven, eight], on)
    batch = found.house.collects(on)
    found.collect(on)
    by_frequency = {one.frequency: one for one in batch[0].claims}
    old, gone = (
        next(
            (payer_id, one)
            for payer_id, one in found.answered.values()
            if one.number == by_frequency[frequency].replaces
        )
        for frequency in "78"
    )
    found.house.pending.clear()
    new = found.house.again(old[0], [replace(old[1], asked=by_frequency["7"])])
    found.answered[seven.number] = (old[0], new[0])
    voided = replace(gone[1], decisions=[])
    found.answered[gone[1].asked.number] = (gone[0], voided)
    found.answered[old[1].asked.number] = (old[0], replace(old[1], decisions=[]))
    for payer_id, answers, back in ((old[0], new, old[1]), (gone[0], [], gone[1])):
        forward = [("FB", "LATER", -back.paid)] if not answers else []
        deliver(found, found.house.cheque(payer_id, answers, back=[back], provider=forward), on)
    found.collect(on + timedelta(days=1))
    return seven, eight


def appealed(found: Whole) -> tuple[int, int]:
    """Each judgement is appealed with a packet; Medicare overturns its own."""
    on = FIRST + timedelta(days=8)
    rows = [
        one.row
        for one in denials.open_denials(found.biller, at=moment(on, 8))
        if one.row.body["carc"] == "50"
    ]
    overturned = []
    for row in rows:
        packets.appeal(found.biller, [row.pk], at=moment(on, 9))
        payer_id, answer = found.answered[row.claim.number]
        if payer_id == "MCRB1" and answer not in overturned:
            overturned.append(answer)
    _mend(found, "MCRB1", overturned, on)
    found.collect(on)
    return len(rows), len(overturned)


def written_off(found: Whole) -> int:
    """What is left is given up, one act for all of a kind."""
    at = moment(FIRST + timedelta(days=10), 9)
    acts = 0
    for _group, members in denials.groups(found.biller, at=at):
        done = denials.act(
            found.biller,
            [one.row.pk for one in members],
            act="written_off",
            reason="The record does not support it.",
            at=at,
        )
        assert not done.refused, done.refused
        acts += 1
    lost = [row.pk for row, last in denials.under_way(found.biller) if last.act == "appealed"]
    done = denials.act(found.biller, lost, act="written_off", reason="The appeal was lost.", at=at)
    assert not done.refused and done.done == len(lost), done.refused
    return acts


def patients_pay(found: Whole) -> tuple[int, int]:
    """A statement to each patient who owes, and the money; how many, and cents."""
    at = moment(FIRST + timedelta(days=12), 9)
    count, cents = 0, 0
    for patient in Patient.objects.order_by("last_name"):
        owed = patient_money.owed(found.biller, patient.pk, at=at)
        if not owed.total_cents:
            continue
        row = patient_money.make_statement(found.biller, patient.pk, at=at)
        patient_money.take(
            found.biller, patient.pk, amount_cents=row.total_cents, method="card",
            token=str(uuid4()), at=at,
        )  # fmt: skip
        count, cents = count + 1, cents + row.total_cents
    return count, cents


def states() -> dict[str, int]:
    """How many claims are in each state."""
    found: dict[str, int] = {}
    for claim in Claim.objects.all():
        state = lifecycle.state(claim)
        found[state] = found.get(state, 0) + 1
    return found


def not_as_decided(found: Whole) -> list[str]:
    """Claims of which the ledger says another payment than the payers' last decisions."""
    decided = {number: int(answer.paid * 100) for number, (_, answer) in found.answered.items()}
    for answer in found.house.answers.get("SUPP1", ()):
        decided[answer.asked.number] += int(answer.paid * 100)
    return [
        number
        for number, paid in decided.items()
        if ledgers.of(Claim.objects.get(number=number)).balance(Account.PAID) != paid
    ]
