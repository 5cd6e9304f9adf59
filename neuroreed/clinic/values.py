"""What the pages get: frozen values, complete for one screen each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Chip:
    """One small sign of a row. ``state``: ok, todo, running, blocks, unknown or none."""

    state: str
    text: str

    @property
    def blocks(self) -> bool:
        """Whether money or safety waits for it."""
        return self.state == "blocks"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One visit of the day."""

    visit_id: UUID
    at: datetime
    minutes: int
    patient_id: UUID
    patient_name: str
    condition: str
    discipline: str
    clinician_id: UUID
    clinician_name: str
    kind: str
    state: str
    cpts: tuple[str, ...]
    note: Chip
    authorization: Chip
    money: Chip
    waits: tuple[Chip, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One thing that waits; ``because`` says in a sentence what for.

    ``blocks``: money or safety waits for it now. ``episode_id`` where a report is meant,
    ``note_id`` where a note is.
    """

    patient_id: UUID
    patient_name: str
    because: str
    day: date | None
    visit_id: UUID | None = None
    plan_id: UUID | None = None
    episode_id: UUID | None = None
    note_id: UUID | None = None
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """Things of one kind that wait, what blocks first; ``id`` is the kind."""

    id: str
    title: str
    items: tuple[QueueItem, ...]

    @property
    def count(self) -> int:
        """How many wait."""
        return len(self.items)

    @property
    def blocking(self) -> int:
        """For how many of them money or safety waits now."""
        return sum(item.blocks for item in self.items)


@dataclass(frozen=True, slots=True)
class DayBoard:
    """The day of one person: the visits in order of time and what waits."""

    on: date
    rows: tuple[DayRow, ...]
    queues: tuple[Queue, ...]


@dataclass(frozen=True, slots=True)
class ActivityState:
    """One tile of the session screen.

    ``minutes`` is ``None`` while a problem leaves them unknown; ``seconds`` is what ran.
    ``last_facts`` are those of the last visit, for reference only.
    """

    id: UUID
    label: str
    order: int
    cpt: str
    code_label: str
    technique: str
    technique_name: str
    is_timed: bool
    is_planned: bool
    running: bool
    paused: bool
    minutes: int | None
    seconds: int
    has_time: bool
    corrected: bool
    bouts: tuple[tuple[datetime, datetime], ...]
    facts: Mapping[str, Any]
    last_facts: Mapping[str, Any]
    dosage_fields: tuple[str, ...]
    assist_levels: tuple[str, ...]
    cue_types: tuple[str, ...]
    decision_values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionState:
    """Everything the session screen shows at the moment ``now``.

    ``version`` rises with each timer event; ``stale`` says that a tap came from a page
    that had not seen the latest one, and was not recorded.
    """

    visit_id: UUID
    patient_id: UUID
    patient_name: str
    precautions: tuple[str, ...]
    condition: str
    payer: str
    discipline: str
    clinician_name: str
    state: str
    date_of_service: date
    now: datetime
    scheduled_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    elapsed_seconds: int
    timed_minutes: int | None
    total_minutes: int | None
    timed_seconds: int
    running_id: UUID | None
    paused: bool
    activities: tuple[ActivityState, ...]
    proof_steps: tuple[str, ...]
    units: Mapping[str, int] | None
    total_units: int | None
    findings: tuple[Any, ...]
    gaps: tuple[str, ...]
    problems: tuple[Any, ...]
    goals: tuple[Any, ...]
    addable: tuple[tuple[str, str], ...]
    visit_facts: Mapping[str, Any]
    version: int
    stale: bool
    may_time: bool
    may_sign: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What the visit would be billed as now, and what the rules say about it."""

    visit_id: UUID
    charges: tuple[Any, ...]
    proof: Any
    proposals: tuple[Any, ...]
    refusals: tuple[Any, ...]
    accepted: frozenset[tuple[str, str]]
    expected: Any
    gaps: tuple[str, ...]
    findings: tuple[Any, ...]
    coverage: Any
    documentation: Any
    facts: Mapping[str, Any]
    problems: tuple[Any, ...]
    policy: str
    rule_book: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The note as it would be sealed now, and what it lacks."""

    visit_id: UUID
    facts: Mapping[str, Any]
    note: Any
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A stored finding and a person's answer to it."""

    id: UUID
    rule: str
    severity: str
    subject: str
    says: str
    fix: str
    cites: tuple[str, ...]
    evidence: tuple[Any, ...]
    rule_book: str
    resolved_by: str
    resolved_reason: str
    resolved_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it."""
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class LineView:
    """One stored service line."""

    line_number: int
    cpt: str
    units: int
    modifiers: tuple[str, ...]
    charge_cents: int
    allowed_cents: int | None
    minutes: int | None
    label: str


@dataclass(frozen=True, slots=True)
class ChargesView:
    """One stored version of the charges of a visit."""

    id: UUID
    version: int
    at: datetime
    reason: str
    policy: str
    lines: tuple[LineView, ...]
    charge_cents: int
    expected_allowed_cents: int | None
    expected_payer_cents: int | None
    expected: Mapping[str, Any] | None
    proof: Mapping[str, Any] | None
    proposals: tuple[Mapping[str, Any], ...]
    refusals: tuple[Mapping[str, Any], ...]
    gaps: tuple[str, ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One row of the claim queue; a signed visit without a claim is blocked or ready."""

    claim_id: UUID | None
    visit_id: UUID
    number: str
    patient_id: UUID
    patient_name: str
    payer: str
    payer_name: str
    date_of_service: date
    state: str
    charge_cents: int | None
    expected_cents: int | None
    stops: int
    because: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim with its lines, steps and files."""

    row: ClaimRow
    lines: tuple[LineView, ...]
    body: Mapping[str, Any]
    steps: tuple[tuple[str, datetime, str, str], ...]
    findings: tuple[FindingView, ...]
    files: tuple[tuple[UUID, int, datetime], ...]


@dataclass(frozen=True, slots=True)
class NoteView:
    """A sealed note as it was sealed, and whether the seal holds."""

    id: UUID
    visit_id: UUID
    patient_id: UUID
    kind: str
    at: datetime
    signer_name: str
    credential: str
    sequence: int
    sha256: str
    previous_sha256: str
    holds: bool
    facts: Mapping[str, Any]
    sections: tuple[Any, ...]
    text: str
    reason: str
    amends_id: UUID | None


@dataclass(frozen=True, slots=True)
class AuthorizationUse:
    """What is left of an authorisation; ``None`` where it does not limit that way."""

    id: UUID
    number: str
    since: date
    until: date
    visits: int | None
    visits_used: int
    units: int | None
    units_used: int

    @property
    def visits_left(self) -> int | None:
        """Visits that may still be given."""
        return None if self.visits is None else self.visits - self.visits_used


@dataclass(frozen=True, slots=True)
class Chart:
    """What the page of one patient shows; the entries are rows to be read."""

    patient: Any
    age: int
    coverages: tuple[Any, ...]
    authorizations: tuple[AuthorizationUse, ...]
    episodes: tuple[Any, ...]
    plans: tuple[Any, ...]
    visits: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of a history."""

    sequence: int
    at: datetime
    actor_name: str
    verb: str
    subject: str
    detail: Mapping[str, Any]
