"""Facts of a day: one patient, one date, whatever the discipline."""

from __future__ import annotations
