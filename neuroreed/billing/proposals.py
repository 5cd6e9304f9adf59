"""The nouns of modifiers: the line they stand on, what is proposed, what is refused and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from neuroreed.model.care import Bout
from neuroreed.model.people import Discipline


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line before its modifiers.

    ``by_assistant``: an assistant furnished its units in part (CQ, CO); ``None`` when nobody
    recorded who furnished them. ``allowed_cents`` is ``None`` while the price is unknown.
    ``bouts`` are the intervals of the code; empty when no times were recorded.
    """

    line_number: int
    cpt: str
    units: int
    by_assistant: bool | None = False
    allowed_cents: int | None = None
    bouts: tuple[Bout, ...] = ()
    therapist_minutes: int | None = None
    assistant_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ModifierContext:
    """What the modifiers of one visit depend on beside its lines.

    ``under_plan``: the services belong to a therapy plan of care. ``accrued_cents`` is what
    accrued this year before the visit, ``None`` if unknown. ``attested_kx``: the clinician has
    stated why care above the threshold is necessary. ``telehealth``: ``video``, ``audio`` or
    ``None`` for a visit in person. ``liability`` says for a code why a denial is expected:
    ``not_necessary`` or ``statutory``. ``abn_signed_on`` is the date of the patient's notice.
    ``habilitative``: ``None`` when nobody said. ``accepted`` are (code, modifier) a person
    accepted. ``same_day`` are lines of the patient and date on other visits.
    """

    on: date
    discipline: Discipline
    payer: str = "medicare_part_b"
    under_plan: bool = True
    accrued_cents: int | None = None
    attested_kx: bool = False
    telehealth: str | None = None
    liability: Mapping[str, str] = field(default_factory=dict)
    abn_signed_on: date | None = None
    habilitative: bool | None = None
    accepted: frozenset[tuple[str, str]] = frozenset()
    same_day: tuple[BilledLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A modifier that the record supports.

    ``because`` is a sentence with the supporting fact; ``facts`` are those facts by name.
    What derives from the record alone is accepted by signing; with ``needs_acceptance`` a
    person has to say yes to this very modifier.
    """

    line_number: int
    modifier: str
    because: str
    facts: tuple[tuple[str, str], ...]
    source: str
    needs_acceptance: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A modifier that the record does not support; ``missing`` says in a sentence what lacks."""

    line_number: int
    modifier: str
    missing: str
    source: str


@dataclass(frozen=True, slots=True)
class ModifierProposals:
    """All that is proposed and all that is refused, by line."""

    proposed: tuple[Proposal, ...]
    refused: tuple[Refusal, ...]


Answer = Proposal | Refusal


def propose_on(
    line: BilledLine,
    modifier: str,
    because: str,
    source: str,
    *,
    needs_acceptance: bool,
    **facts: object,
) -> Proposal:
    """A proposal for a line, its facts as text."""
    told = tuple((name, str(value)) for name, value in facts.items())
    return Proposal(line.line_number, modifier, because, told, source, needs_acceptance)


def refuse_on(line: BilledLine, modifier: str, missing: str, source: str) -> Refusal:
    """A refusal for a line."""
    return Refusal(line.line_number, modifier, missing, source)
