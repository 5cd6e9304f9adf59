"""What patients pay: estimates beforehand, receipts, statements; contract prices; paper forms."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.billing import estimates
from neuroreed.billing.contract_csv import schedule_from_csv, to_plain
from neuroreed.billing.eligibility import Eligibility
from neuroreed.billing.ledger import Account, Ledger, receive, refund
from neuroreed.clinic import access, access_money, events, profile
from neuroreed.clinic.models import (
    Claim,
    Coverage,
    FeeSchedule,
    Patient,
    Printer,
    Receipt,
    Statement,
    User,
    Visit,
)
from neuroreed.clinic.services import eligibility, expectations, ledgers, numbers
from neuroreed.clinic.services.remittance import close_if_settled
from neuroreed.exchange.pdf import cms1500
from neuroreed.exchange.pdf.statement import receipt_pdf, statement_pdf
from neuroreed.exchange.x12 import claim_from_plain
from neuroreed.model.errors import BadInput, Refused
from neuroreed.model.money import dollars
from neuroreed.policy import payers

METHODS = ("cash", "card", "check", "transfer")


def accounts(patient: Patient) -> list[tuple[Claim, Any, Any]]:
    """The claims of a patient that count, each with what it says and its ledger."""
    rows = (
        Claim.objects.filter(patient=patient, secondary_of=None)
        .exclude(file_entries=None)
        .exclude(frequency=ledgers.VOID)
        .order_by("visit__date_of_service", "number")
    )
    return [(row, claim_from_plain(row.body), ledgers.of(row)) for row in rows]


def statement_of(patient: Patient, *, at: datetime) -> estimates.Statement:
    """What the patient owes, by claim and line; nothing that may not be asked for."""
    pairs = [(claim, ledger) for _, claim, ledger in accounts(patient)]
    return estimates.statement(pairs, on=profile.local_date(at))


def owed(user: User, patient_id: UUID, *, at: datetime) -> estimates.Statement:
    """The statement as it would be printed now."""
    return statement_of(access_money.patient_account(user, patient_id), at=at)


def make_statement(user: User, patient_id: UUID, *, at: datetime) -> Statement:
    """Print and keep a statement.

    Raises:
        Refused: the patient owes nothing that may be asked for.
    """
    with transaction.atomic():
        patient = access_money.patient_account(user, patient_id)
        found = statement_of(patient, at=at)
        if found.total_cents <= 0:
            raise Refused("The patient owes nothing that may be asked for: no statement is made.")
        number = f"ST{numbers.following('statement'):07d}"
        content = statement_pdf(_paper(patient, number, at) | {
            "headline": found.sentences[0],
            "sentences": list(found.sentences),
            "rows": [
                [
                    str(row.on or ""),
                    f"{row.service} ({row.why})" if row.why else row.service,
                    str(dollars(row.charged_cents)),
                    str(dollars(row.insurance_cents)),
                    str(dollars(row.taken_off_cents)),
                    str(dollars(row.received_cents)),
                    str(dollars(row.owed_cents)),
                ]
                for row in found.rows
            ],
        })  # fmt: skip
        row = Statement(
            patient=patient,
            number=number,
            total_cents=found.total_cents,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            at=at,
            by=user,
        )
        row.save(force_insert=True)
        events.append(user, "statement.made", row, {"sha256": row.sha256}, at=at)
    return row


def _paper(patient: Patient, number: str, at: datetime) -> dict[str, Any]:
    clinic = profile.profile()
    return {
        "number": number,
        "language": patient.language,
        "date": str(profile.local_date(at)),
        "created_at": at,
        "clinic": {
            "name": clinic.name,
            "address_lines": [
                clinic.line1,
                f"{clinic.city}, {clinic.state} {clinic.postal_code}",
            ],
            "phone": clinic.phone,
        },
        "patient": {
            "name": f"{patient.first_name} {patient.last_name}",
            "address_lines": [
                patient.line1,
                f"{patient.city}, {patient.state} {patient.postal_code}",
            ],
        },
    }


def take(
    user: User,
    patient_id: UUID,
    *,
    amount_cents: int,
    method: str,
    token: str,
    at: datetime,
) -> Receipt:
    """Money from a patient, put on the oldest of what is owed; the rest is kept as a credit.

    ``token`` names the press of the button: the same twice is one receipt.
    """
    if amount_cents <= 0 or method not in METHODS or not token:
        raise BadInput("Give an amount above nothing and how it was paid.")
    with transaction.atomic():
        events.lock_chain()
        patient = access_money.patient_account(user, patient_id)
        before = Receipt.objects.filter(token=token).first()
        if before is not None:
            return before
        found = accounts(patient)
        if not found:
            raise Refused("No claim of this patient went out yet: there is nothing to pay for.")
        number = f"RC{numbers.following('receipt'):07d}"
        on = profile.local_date(at)
        left, shares, changed = amount_cents, [], {}
        for place, (row, _claim, ledger) in enumerate(found):
            owes = max(0, ledger.balance(Account.PATIENT))
            # what nobody owes is a credit of the last claim
            part = left if place == len(found) - 1 else min(left, owes)
            if part <= 0:
                continue
            after = _received(ledger, part, f"{number}:{row.number}", method, on)
            changed[ledgers.number_of(row)] = (row, after)
            shares.append([row.number, part])
            left -= part
        ledgers.save({key: after for key, (_, after) in changed.items()}, at=at)
        made = Receipt(
            patient=patient,
            number=number,
            token=token,
            amount_cents=amount_cents,
            method=method,
            shares=shares,
            at=at,
            by=user,
        )
        made.save(force_insert=True)
        events.append(user, "receipt.made", made, {"cents": amount_cents}, at=at)
        for row, after in changed.values():
            close_if_settled(row, after, user, at)
    return made


def _received(ledger: Ledger, amount_cents: int, name: str, method: str, on: date) -> Ledger:
    """Money on the lines that the patient owes, in their order; the rest is a credit."""
    says = f"Receipt {name.partition(':')[0]} ({method})"
    left = amount_cents
    for line in ledger.lines:
        part = min(left, max(0, ledger.balance(Account.PATIENT, line)))
        if part:
            key = f"receipt:{name}:{line}"
            ledger = receive(ledger, amount_cents=part, at=on, key=key, line_number=line, says=says)
            left -= part
    if left:
        ledger = receive(ledger, amount_cents=left, at=on, key=f"receipt:{name}", says=says)
    return ledger


def give_back(user: User, patient_id: UUID, *, amount_cents: int, token: str, at: datetime) -> int:
    """A credit of the patient is paid back, claim by claim; the cents that were given back.

    ``token`` names the press of the button: the same twice is one refund.

    Raises:
        Refused: the patient has no such credit.
    """
    if amount_cents <= 0 or not token:
        raise BadInput("Give an amount above nothing.")
    with transaction.atomic():
        events.lock_chain()
        patient = access_money.patient_account(user, patient_id)
        found = accounts(patient)
        key = f"refund:{token}"
        if any(entry.key == key for _, _, ledger in found for entry in ledger.entries):
            return amount_cents
        credit = statement_of(patient, at=at).credit_cents
        if amount_cents > credit:
            raise Refused(f"The patient has {dollars(credit)} to his credit, not more.")
        on, left, changed = profile.local_date(at), amount_cents, {}
        for row, _claim, ledger in found:
            part = min(left, -ledger.balance(Account.PATIENT), ledger.balance(Account.RECEIVED))
            if part <= 0:
                continue
            because = "Given back to the patient"
            after = refund(ledger, amount_cents=part, at=on, key=key, because=because)
            changed[ledgers.number_of(row)] = (row, after)
            left -= part
        ledgers.save({number: after for number, (_, after) in changed.items()}, at=at)
        events.append(user, "refund.made", patient, {"cents": amount_cents - left}, at=at)
        for row, after in changed.values():
            close_if_settled(row, after, user, at)
    return amount_cents - left


def receipt_paper(user: User, receipt_id: UUID) -> bytes:
    """A receipt as PDF."""
    access_money.patient_money(user)
    row = access._row(Receipt.objects.select_related("patient"), receipt_id)
    left = sum(max(0, ledger.balance(Account.PATIENT)) for _, _, ledger in accounts(row.patient))
    on = profile.local_date(row.at)
    told = estimates.receipt(
        row.number, amount_cents=row.amount_cents, on=on, how=row.method, left_cents=left
    )
    rows = [[str(on), f"Claim {number}", str(dollars(amount))] for number, amount in row.shares]
    made: bytes = receipt_pdf(
        _paper(row.patient, row.number, row.at) | {"sentences": told.sentences, "rows": rows}
    )
    return made


def estimate(user: User, visit_id: UUID, *, at: datetime) -> estimates.Estimate:
    """What a booked visit may cost the patient, from its plan and the last eligibility answer."""
    access_money.patient_money(user)
    visit: Visit = access._row(
        Visit.objects.select_related("plan", "coverage", "patient"), visit_id
    )
    codes = list(visit.plan.planned_cpt) if visit.plan else []
    if not codes:
        raise Refused("The plan names no codes: nothing can be estimated.")
    # the booked time is shared among the planned codes in quarters of an hour
    units = max(1, visit.scheduled_minutes // 15)
    each = {code: units // len(codes) for code in codes}
    for code in codes[: units % len(codes)]:
        each[code] += 1
    modifier = {"PT": "GP", "OT": "GO", "SLP": "GN"}[visit.discipline]
    clinic = profile.profile()
    prices = [dollars(int(clinic.fees.get(code, 0)) * n) for code, n in each.items() if n]
    return estimates.estimate(
        [(code, n, (modifier,)) for code, n in each.items() if n],
        on=visit.date_of_service,
        payer=visit.coverage.payer,
        eligibility=_known(visit.coverage),
        mac=clinic.mac or None,
        locality=clinic.locality or None,
        zip5=clinic.zip5,
        participating=clinic.participating,
        schedule=ledgers.schedule_of(visit.coverage.payer),
        charges=prices if all(prices) else None,
    )


def _known(coverage: Coverage) -> Eligibility | None:
    """The payer's last word, with what of the deductible is left after its answers since."""
    known = eligibility.latest(coverage)
    left = expectations.deductible_left(coverage)
    if left is None:
        return known
    if known is None:
        on = coverage.deductible_asked_on or coverage.since or date.min
        known = Eligibility(checked_on=on, source="the coverage")
    return replace(known, deductible_left_cents=left)


def load_schedule(user: User, payer: str, text: str, *, at: datetime) -> FeeSchedule:
    """Keep the terms of a contract from CSV; they take the place of those loaded before."""
    access_money.desk(user)
    if payer not in payers.profiles():
        raise BadInput("There is no payer profile of that name.")
    terms = schedule_from_csv(text)
    with transaction.atomic():
        row = FeeSchedule(
            payer=payer,
            amounts=to_plain(terms),
            at=at,
            by=user,
        )
        row.save(force_insert=True)
        events.append(user, "schedule.loaded", row, {"terms": len(terms)}, at=at)
    return row


def schedules_loaded(user: User) -> list[FeeSchedule]:
    """The schedule of each payer that counts: the one loaded last."""
    access_money.readers(user)
    return list({row.payer: row for row in FeeSchedule.objects.order_by("at")}.values())


def paper_form(
    user: User, claim_ids: Sequence[UUID], *, printer: str = "", grid: bool = False
) -> bytes:
    """Claims on the paper form, moved as this printer needs; ``grid`` for our own preview."""
    rows = [access_money.claim_to_change(user, key) for key in dict.fromkeys(claim_ids)]
    made: bytes = cms1500.cms1500_pdf(
        [claim_from_plain(row.body) for row in rows], offset_mm=_offset(printer), grid=grid
    )
    return made


def test_form(user: User, printer: str) -> bytes:
    """The page with crosses and a ruler to find a printer's offset."""
    access_money.desk(user)
    made: bytes = cms1500.test_page(_offset(printer))
    return made


test_form.__test__ = False  # type: ignore[attr-defined]


def _offset(name: str) -> tuple[float, float]:
    row = Printer.objects.filter(name=name).first()
    return (row.right_tenths / 10, row.down_tenths / 10) if row else (0.0, 0.0)


def set_printer(
    user: User, name: str, *, right_tenths: int, down_tenths: int, at: datetime
) -> Printer:
    """Keep how far a printer is off, in tenths of a millimetre."""
    access_money.desk(user)
    if not name.strip() or max(abs(right_tenths), abs(down_tenths)) > 200:
        raise BadInput("Name the printer; an offset is at most 20 mm.")
    with transaction.atomic():
        row, _ = Printer.objects.update_or_create(
            name=name.strip()[:40],
            defaults={"right_tenths": right_tenths, "down_tenths": down_tenths},
        )
        events.append(user, "printer.set", row, at=at)
    return row


def printers(user: User) -> list[Printer]:
    """The printers that are set up."""
    access_money.desk(user)
    return list(Printer.objects.all())
