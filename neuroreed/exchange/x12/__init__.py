"""X12 5010 in and out: plain data from files, files from claims."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_NAMES = {
    "read_x12": "envelope",
    "write_837p": "p837_write",
    "read_claims": "p837_model",
    "claim_to_plain": "p837_plain",
    "claim_from_plain": "p837_model",
    "read_remittances": "p835_model",
    "remittance_from_plain": "p835_model",
    "write_999": "ack_write",
    "write_270": "p270_write",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value
