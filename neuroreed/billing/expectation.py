"""The expected payment of one day as a noun, and how its lines add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from neuroreed.policy.payers import Payer

ASSISTANT = frozenset({"CQ", "CO"})


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """What one line should bring. Amounts are dollars; ``None`` is unknown, never zero.

    ``patient`` = deductible + coinsurance. ``allowed`` = patient + assistant cut +
    sequestration + payer_pays. ``together``: the contract pays the lines of the day that have it
    as one, so that only their sum means something. ``caveat`` tells what the amounts leave open.
    ``because`` says why a line has no amount.
    """

    code: str
    units: int
    modifiers: tuple[str, ...]
    unit_fee: Decimal | None = None
    reduced_unit_fee: Decimal | None = None
    units_in_full: int = 0
    allowed: Decimal | None = None
    deductible: Decimal | None = None
    coinsurance: Decimal | None = None
    patient: Decimal | None = None
    assistant_cut: Decimal | None = None
    sequestration: Decimal | None = None
    payer_pays: Decimal | None = None
    limiting_charge: Decimal | None = None
    together: bool = False
    caveat: str = ""
    because: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """What the lines of one patient and date should bring together.

    A sum is ``None`` when one of its parts is unknown. Lines that the payer is known not to
    pay (bundled, not covered) add nothing to the sums; ``not_paid`` names them.
    ``complete`` is true when every other line has its amounts. ``caveats`` are sentences
    about values that are assumed or not verified.
    """

    payer: str
    on: date
    place: str
    lines: tuple[ExpectedLine, ...]
    allowed: Decimal | None
    patient: Decimal | None
    payer_pays: Decimal | None
    deductible: Decimal | None
    assistant_cut: Decimal | None
    sequestration: Decimal | None
    complete: bool
    not_paid: tuple[str, ...]
    steps: tuple[str, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A line as it was asked for; ``charge_cents`` is ``None`` when no charge is known."""

    code: str
    units: int
    modifiers: tuple[str, ...]
    charge_cents: int | None = None

    @property
    def is_by_assistant(self) -> bool:
        return not ASSISTANT.isdisjoint(self.modifiers)


def add_up(
    who: Payer,
    on: date,
    place: str,
    lines: Sequence[ExpectedLine],
    *,
    unknown: Sequence[str],
    steps: Sequence[str],
    caveats: Sequence[str],
) -> ExpectedPayment:
    """The sums of a day; unknown parts make an unknown sum."""
    paid = [line for line in lines if line.allowed is not None]

    def total(name: str) -> Decimal | None:
        parts = [getattr(line, name) for line in paid]
        if unknown or any(part is None for part in parts):
            return None
        return sum(parts, Decimal("0.00"))

    allowed, patient, payer_pays = total("allowed"), total("patient"), total("payer_pays")
    said = list(steps)
    for line in lines:
        said += line.steps
    if unknown:
        said.append(f"No total: {', '.join(dict.fromkeys(unknown))} could not be priced.")
    elif payer_pays is not None:
        said.append(
            f"Together: allowed {allowed}, patient {patient}, {who.name} pays {payer_pays}."
        )
    return ExpectedPayment(
        payer=who.id,
        on=on,
        place=place,
        lines=tuple(lines),
        allowed=allowed,
        patient=patient,
        payer_pays=payer_pays,
        deductible=total("deductible"),
        assistant_cut=total("assistant_cut"),
        sequestration=total("sequestration"),
        complete=not unknown and payer_pays is not None,
        not_paid=tuple(line.code for line in lines if line.because and line.code not in unknown),
        steps=tuple(said),
        caveats=tuple(dict.fromkeys(caveats)),
    )


def unpaid(line: Asked, because: str) -> ExpectedLine:
    """A line without amounts, and why."""
    return ExpectedLine(
        line.code, line.units, line.modifiers, because=because, steps=(f"{because}.",)
    )
