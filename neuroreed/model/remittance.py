"""What a payer answers: the remittance of an 835, claim by claim and line by line.

Amounts are whole cents; a takeback is negative. ``Pair`` is (qualifier, value) and
``DatedPair`` (qualifier, format, value), both as the file says them, so that nothing a
payer sends is lost. Whether a remittance balances is judged by its reader; see ``balanced``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Pair = tuple[str, str]
DatedPair = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure as it stands on a claim or in an answer: qualifier ``HC`` for CPT and HCPCS."""

    code: str
    modifiers: tuple[str, ...] = ()
    qualifier: str = "HC"
    description: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why a charge was not paid: group (CO, PR, OA, PI, CR), reason code, amount, quantity.

    ``quantity`` is ``None`` when the payer gives none. Positive amounts lower the payment.
    """

    group: str
    carc: str
    amount_cents: int
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RemittedName:
    """A person or organisation named in an answer (QC patient, 74 corrected, 82 treating …)."""

    entity: str
    last_or_org: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    type: str = "1"
    id_qualifier: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class RemittanceLine:
    """One service line of an answer.

    ``procedure`` is what the payer adjudicated; ``submitted`` what we sent, when it differs.
    ``balanced``: charge less adjustments is the payment, to the cent; ``None`` when an
    amount cannot be read. ``segment`` is where the line begins in its file.
    """

    procedure: Procedure
    charge_cents: int | None
    paid_cents: int | None
    adjustments: tuple[Adjustment, ...] = ()
    units_paid: Decimal | None = None
    units_submitted: Decimal | None = None
    submitted: Procedure | None = None
    revenue: str = ""
    dates: tuple[Pair, ...] = ()
    refs: tuple[Pair, ...] = ()
    amounts: tuple[Pair, ...] = ()
    remarks: tuple[Pair, ...] = ()
    balanced: bool | None = None

    @property
    def control_number(self) -> str | None:
        """Our own line number (6R), the surest way back to the line we sent."""
        return next((value for qualifier, value in self.refs if qualifier == "6R"), None)


@dataclass(frozen=True, slots=True)
class RemittanceClaim:
    """One claim of an answer. ``status`` 22 is a reversal; its amounts are negative.

    A claim without lines balances at claim level alone.
    """

    claim_id: str
    status: str
    charge_cents: int | None
    paid_cents: int | None
    patient_responsibility_cents: int | None = None
    filing: str = ""
    payer_claim_control: str = ""
    place_of_service: str = ""
    frequency: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    names: tuple[RemittedName, ...] = ()
    refs: tuple[Pair, ...] = ()
    dates: tuple[Pair, ...] = ()
    amounts: tuple[Pair, ...] = ()
    remarks: tuple[str, ...] = ()
    lines: tuple[RemittanceLine, ...] = ()
    balanced: bool | None = None

    @property
    def is_reversal(self) -> bool:
        """The payer takes an earlier payment back."""
        return self.status == "22"


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """Money that belongs to no claim: takebacks, forward balances, interest, levies.

    Positive amounts lower the cheque. ``reference`` names what it is about.
    """

    provider_id: str
    fiscal_period_end: str
    reason: str
    reference: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Remittance:
    """One 835 transaction: a cheque or transfer and everything it pays.

    ``amount_cents`` is the payment (negative for a debit), ``trace_number`` the cheque or
    EFT number. ``out_of_balance_cents`` is claims less provider adjustments less payment:
    anything but 0 must not be posted; ``None`` means it cannot be said.
    """

    control_number: str
    amount_cents: int | None
    credit_or_debit: str
    method: str
    payment_date: date | None
    trace_number: str
    originator: str
    payer_name: str
    payee_name: str
    payee_id_qualifier: str
    payee_id: str
    production_date: date | None = None
    claims: tuple[RemittanceClaim, ...] = ()
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    out_of_balance_cents: int | None = None
    balanced: bool = False
    interchange_control: str = ""
    usage: str = ""
