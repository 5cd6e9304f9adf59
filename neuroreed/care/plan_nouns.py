"""What the record holds about a certification, and what can be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Recertification:
    """A further period asked for. Its signature is always needed, order or not.

    ``first_day`` is ``None`` when it follows on the period before.
    """

    duration_days: int
    first_day: date | None = None
    verbal_on: date | None = None
    signed_on: date | None = None
    delay_reason: str = ""


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """What the record holds about the certification of one plan of care.

    ``order_signed_on``: a signed and dated order or referral for this discipline.
    ``sent_on`` and ``sent_proof``: when the plan went to the person who ordered, and the receipt
    (channel and number) that proves it. ``changes_open``: changes they asked for that the plan
    does not yet follow. ``delay_reason``: why a signature came late.
    """

    first_treatment_on: date | None
    duration_days: int
    established_on: date | None = None
    verbal_on: date | None = None
    signed_on: date | None = None
    delay_reason: str = ""
    order_signed_on: date | None = None
    sent_on: date | None = None
    sent_proof: str = ""
    changes_open: bool = False
    recertifications: tuple[Recertification, ...] = ()


@dataclass(frozen=True, slots=True)
class Certified:
    """Whether a day is certified: yes, no, or ``None`` for not (yet) known.

    ``curable``: a late signature with its reason would still certify the day.
    ``delayed``: the signature came late. ``confidence`` is that of the rules looked at.
    """

    answer: bool | None
    sentence: str
    cites: tuple[str, ...]
    confidence: str
    first_day: date | None = None
    last_day: date | None = None
    signature_due_on: date | None = None
    curable: bool = False
    delayed: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """One period of care asked for, both days included; ``signature_due_on`` is its last day."""

    first_day: date
    last_day: date
    is_initial: bool
    signature_due_on: date
    verbal_on: date | None
    signed_on: date | None
    delay_reason: str


class QueueState(StrEnum):
    """What the recertification queue asks for, heaviest first."""

    UNCERTIFIED = "uncertified"  # treatment now would not be certified
    SIGNATURE_LATE = "signature_late"
    REASON_MISSING = "reason_missing"
    RECERTIFY_SOON = "recertify_soon"
    SIGNATURE_OUT = "signature_out"
    UNKNOWN = "unknown"  # nobody said whether this payer asks at all
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """One plan in the queue; ``act_by`` is the last day on which the act is in time."""

    state: QueueState
    act_by: date | None
    days_left: int | None
    sentence: str
