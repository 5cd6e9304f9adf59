"""A day's Medicare payment, unit by unit, in decimal dollars.

Every unit is laid out by itself, the units are sorted, the first is paid in full. Written from
the rule's words; shares no code with the product.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Line:
    work: Decimal
    pe: Decimal
    mp: Decimal
    units: int
    reduces: bool = True
    by_assistant: bool = False


@dataclass
class Paid:
    allowed: Decimal
    patient: Decimal
    pays: Decimal


def fee(
    line: Line, factor: Decimal, gpci: tuple[Decimal, Decimal, Decimal], pe_share: str
) -> Decimal:
    work, pe, mp = gpci
    return cent(factor * (line.work * work + line.pe * pe * Decimal(pe_share) + line.mp * mp))


def day(
    lines: list[Line],
    factor: Decimal,
    gpci: tuple[Decimal, Decimal, Decimal],
    deductible: Decimal,
    assistant: str,
    sequestration: str,
) -> list[Paid]:
    units = [(index, unit) for index, line in enumerate(lines) for unit in range(line.units)]
    concerned = [each for each in units if lines[each[0]].reduces]
    concerned.sort(
        key=lambda each: (
            -lines[each[0]].pe,
            -fee(lines[each[0]], factor, gpci, "1"),
            lines[each[0]].by_assistant,
            each,
        )
    )
    in_full = {*concerned[:1], *(each for each in units if not lines[each[0]].reduces)}
    found = []
    left = deductible
    for index, line in enumerate(lines):
        allowed = Decimal(0)
        for each in units:
            if each[0] == index:
                allowed += fee(line, factor, gpci, "1" if each in in_full else "0.5")
        from_deductible = min(left, allowed)
        left -= from_deductible
        coinsurance = cent((allowed - from_deductible) * Decimal("0.2"))
        share = allowed - from_deductible - coinsurance
        if line.by_assistant:
            share = cent(share * Decimal(assistant))
        pays = share - cent(share * Decimal(sequestration))
        found.append(Paid(allowed, from_deductible + coinsurance, pays))
    return found
