"""Charges: what a visit is billed as. Claims and remittances have files of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Charge:
    """One service line before it is a claim line.

    ``charge_cents`` is the clinic's fee for all units together. ``minutes`` is ``None``
    when nobody recorded them. ``modifiers`` stand in the order they go out.
    """

    visit_id: str
    line_number: int
    cpt: str
    units: int
    modifiers: tuple[str, ...]
    charge_cents: int
    date_of_service: date
    minutes: int | None = None
    diagnosis_pointers: tuple[int, ...] = (1,)
