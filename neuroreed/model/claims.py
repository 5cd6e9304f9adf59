"""A professional claim, as rich as the file that carries it.

Amounts are whole cents. ``Pair`` is (qualifier, value): ``("G1", "PA5500")`` is a prior
authorisation, ``("6R", "17-2")`` our line number, ``("F8", …)`` the payer's number of the
claim that this one replaces. ``DatedPair`` is (qualifier, format, value): ``("435", "D8",
"20261014")``. Empty text means: not said. Nothing here invents a missing part; what a claim
lacks is told by ``billing.claims.missing`` and by the reader of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from neuroreed.model.errors import BadInput
from neuroreed.model.people import Address
from neuroreed.model.remittance import Adjustment, DatedPair, Pair, Procedure

__all__ = [
    "Adjudication",
    "Adjustment",
    "BillingProvider",
    "Claim",
    "ClaimAmount",
    "ClaimLine",
    "ClaimPatient",
    "ClaimProvider",
    "Contact",
    "DatedPair",
    "OtherSubscriber",
    "Pair",
    "Payer",
    "Procedure",
    "Subscriber",
    "TradingPartner",
]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call. ``phone`` and ``fax`` are ten digits."""

    name: str = ""
    phone: str = ""
    extension: str = ""
    email: str = ""
    fax: str = ""


@dataclass(frozen=True, slots=True)
class TradingPartner:
    """Who sends or receives a file: name, identifier (qualifier 46), whom to call."""

    name: str
    id: str
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """Who bills. ``first`` is empty for an organisation; ``tax_id_kind`` EI (EIN) or SY (SSN).

    The address is a street address with a nine-digit postal code.
    """

    name: str
    npi: str
    tax_id: str
    address: Address | None = None
    taxonomy: str = ""
    first: str = ""
    middle: str = ""
    suffix: str = ""
    tax_id_kind: str = "EI"
    contact: Contact | None = None
    pay_to: Address | None = None
    refs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Payer:
    """The insurance that is asked to pay (or has answered). ``id_qualifier`` PI or XV."""

    name: str
    id: str
    id_qualifier: str = "PI"
    address: Address | None = None
    refs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The insured of the payer that receives the claim.

    ``sequence`` P, S or T. ``relationship`` is "18" when the patient is the subscriber and
    ``None`` when a patient of his own follows. ``filing`` is the claim filing code (MB, CI …).
    ``medicare_secondary`` is the reason code when Medicare pays second.
    """

    last: str
    member_id: str
    payer: Payer
    first: str = ""
    middle: str = ""
    suffix: str = ""
    sequence: str = "P"
    relationship: str | None = "18"
    filing: str = "CI"
    group_number: str = ""
    group_name: str = ""
    medicare_secondary: str = ""
    type: str = "1"
    member_id_qualifier: str = "MI"
    address: Address | None = None
    birth_date: date | None = None
    sex: str = ""
    refs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimPatient:
    """The patient, when not the subscriber. ``relationship`` "19" child, "01" spouse, "G8" …"""

    last: str
    first: str
    relationship: str = "19"
    middle: str = ""
    suffix: str = ""
    address: Address | None = None
    birth_date: date | None = None
    sex: str = ""
    refs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimProvider:
    """A provider named on a claim or a line: DN referring, 82 treating, 77 place, DQ supervising.

    ``type`` "1" is a person, "2" an organisation. ``id_qualifier`` is XX for an NPI.
    """

    entity: str
    last_or_org: str
    first: str = ""
    middle: str = ""
    suffix: str = ""
    type: str = "1"
    id_qualifier: str = "XX"
    id: str = ""
    taxonomy: str = ""
    address: Address | None = None
    refs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimAmount:
    """An amount with its qualifier: F5 paid by the patient, D paid by the other payer, EAF left."""

    qualifier: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Adjudication:
    """What an earlier payer decided about one line (needed by the next payer).

    ``bundled_line`` is the line this one was paid with. ``remaining_patient_cents`` is what
    the patient still owes on the line, where the payer said so.
    """

    payer_id: str
    paid_cents: int
    procedure: Procedure
    units: Decimal
    adjudicated_on: date | None
    adjustments: tuple[Adjustment, ...] = ()
    remaining_patient_cents: int | None = None
    bundled_line: str = ""


@dataclass(frozen=True, slots=True)
class OtherSubscriber:
    """Another insurance of the patient, and what it answered if it has.

    ``assignment`` (Y, N, W) and ``release`` (Y, I) are the insured's answers for that payer.
    ``amounts``: D is what that payer paid. ``remarks`` are the claim-level remark codes.
    """

    last: str
    member_id: str
    payer: Payer
    first: str = ""
    middle: str = ""
    suffix: str = ""
    type: str = "1"
    member_id_qualifier: str = "MI"
    sequence: str = "S"
    relationship: str = "18"
    filing: str = "CI"
    group_number: str = ""
    group_name: str = ""
    medicare_secondary: str = ""
    assignment: str = "Y"
    patient_signature: str = ""
    release: str = "Y"
    address: Address | None = None
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[ClaimAmount, ...] = ()
    remarks: tuple[str, ...] = ()
    adjudicated_on: date | None = None
    refs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One service line. ``pointers`` count the claim's diagnoses from 1, at most four.

    ``place_of_service`` is ``None`` when it is the claim's. ``unit_basis`` UN (units) or MJ
    (minutes). ``refs`` hold our line number: ``("6R", …)``.
    """

    line_number: int
    procedure: Procedure
    charge_cents: int
    units: Decimal
    date_of_service: date | None
    pointers: tuple[int, ...] = (1,)
    unit_basis: str = "UN"
    place_of_service: str | None = None
    date_of_service_until: date | None = None
    emergency: bool = False
    dates: tuple[DatedPair, ...] = ()
    refs: tuple[Pair, ...] = ()
    notes: tuple[Pair, ...] = ()
    pwk: tuple[tuple[str, ...], ...] = ()
    amounts: tuple[ClaimAmount, ...] = ()
    providers: tuple[ClaimProvider, ...] = ()
    adjudications: tuple[Adjudication, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.units, float):
            raise BadInput(f"Line {self.line_number}: units are a Decimal, never a float.")
        if len(self.procedure.modifiers) > 4:
            raise BadInput(f"Line {self.line_number}: a line has at most four modifiers.")
        if len(self.pointers) > 4:
            raise BadInput(f"Line {self.line_number}: a line points to at most four diagnoses.")


@dataclass(frozen=True, slots=True)
class Claim:
    """One professional claim (005010X222A1).

    ``diagnoses`` are (qualifier, code without dot) in order, the first with ABK, the others
    with ABF. ``frequency`` 1 is new, 7 replaces, 8 voids; 7 and 8 need ``("F8", number)`` in
    ``refs``. ``pwk`` are attachments: (report type, transmission, control number).
    ``assignment`` A, B or C; ``benefits`` Y, N or W; ``release`` Y or I. ``related_causes``
    are AA (auto), EM (employment), OA (other), with the state of an auto accident.
    """

    claim_id: str
    charge_cents: int
    billing_provider: BillingProvider
    subscriber: Subscriber
    diagnoses: tuple[Pair, ...]
    lines: tuple[ClaimLine, ...]
    patient: ClaimPatient | None = None
    place_of_service: str = "11"
    frequency: str = "1"
    provider_signature: str = "Y"
    assignment: str = "A"
    benefits: str = "Y"
    release: str = "Y"
    patient_signature: str = ""
    related_causes: tuple[str, ...] = ()
    accident_state: str = ""
    special_program: str = ""
    delay_reason: str = ""
    refs: tuple[Pair, ...] = ()
    dates: tuple[DatedPair, ...] = ()
    notes: tuple[Pair, ...] = ()
    pwk: tuple[tuple[str, ...], ...] = ()
    amounts: tuple[ClaimAmount, ...] = ()
    providers: tuple[ClaimProvider, ...] = ()
    other_subscribers: tuple[OtherSubscriber, ...] = ()

    def __post_init__(self) -> None:
        if not self.claim_id:
            raise BadInput("A claim without a number cannot be matched with its answer.")
        if self.charge_cents < 0:
            raise BadInput(f"Claim {self.claim_id}: the charge is negative.")
