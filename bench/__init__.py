"""How fast, as ratios: ``make bench`` runs every module here and prints one table.

A module has ``rows() -> list[Row]``. Nothing here passes or fails: figures are read by people.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure beside what it is held against."""

    what: str
    figure: str
    aim: str
    how: str = ""
