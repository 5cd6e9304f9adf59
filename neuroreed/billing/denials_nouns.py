"""The nouns of denials: what was refused, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from neuroreed.billing.denials_evidence import Cause
from neuroreed.billing.timely import Deadline


@dataclass(frozen=True, slots=True)
class Denial:
    """One adjustment of an answer that needs a decision; amounts in cents.

    ``line_number`` is ``None`` when the claim as a whole was denied.
    """

    claim_id: str
    line_number: int | None
    cpt: str
    modifiers: tuple[str, ...]
    units: Decimal | None
    charge_cents: int
    date_of_service: date | None
    payer: str
    group: str
    carc: str
    remarks: tuple[str, ...]
    amount_cents: int
    answered_on: date
    payer_control: str = ""
    therapist: str = ""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A denial with its cause, its fix, its way and its last day.

    ``path``: corrected_claim, reopening, new_claim, rebill_other, records, appeal,
    retro_authorization, patient, write_off or review. ``may_bill_patient`` is ``None`` where
    a person has to look. ``check_similar``: the record does not support the service, so
    similar paid claims are looked for (60 days to return an overpayment). ``key`` is the same
    for denials that one act serves.
    """

    denial: Denial
    cause: str
    title: str
    meaning: str
    remark_meanings: tuple[str, ...]
    evidence: tuple[Cause, ...]
    fix: str
    path: str
    path_says: str
    deadline: Deadline | None
    may_bill_patient: bool | None
    patient_says: str
    check_similar: bool
    confidence: str
    key: str
