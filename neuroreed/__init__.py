"""NeuroReEd: one record of a neuromuscular re-education visit becomes everything else.

Importing this package loads nothing heavy: each public name is fetched when first used.
The names are the public surface; docs/reference lists them with examples.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "units": "neuroreed.billing.units:units",
    "assistant_units": "neuroreed.billing.assistants:assistant_units",
    "fee": "neuroreed.billing.fees:fee",
    "expected": "neuroreed.billing.fees:expected",
    "rules": "neuroreed.audit.registry:rules",
    "explain": "neuroreed.audit.explain:explain",
    "read_x12": "neuroreed.exchange.x12:read_x12",
    "read_source": "neuroreed.exchange.tables:read_source",
    "write_837p": "neuroreed.exchange.x12:write_837p",
    "compare": "neuroreed.care.outcomes.compare:compare",
    "documentation": "neuroreed.care.documentation:documentation",
    "handout": "neuroreed.exchange.pdf.handout:handout",
    "readability": "neuroreed.care.readability:readability",
    "NeuroReedError": "neuroreed.model.errors:NeuroReedError",
    "BadInput": "neuroreed.model.errors:BadInput",
    "X12Error": "neuroreed.model.errors:X12Error",
    "NoParameter": "neuroreed.model.errors:NoParameter",
    "Refused": "neuroreed.model.errors:Refused",
    "Corrupt": "neuroreed.model.errors:Corrupt",
}

__all__ = ["__version__", "audit", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name == "audit":
        # the room itself is callable: neuroreed.audit(source) and neuroreed.audit.kernel both work
        return import_module("neuroreed.audit")
    try:
        module, attribute = _PUBLIC[name].split(":")
    except KeyError:
        raise AttributeError(f"module 'neuroreed' has no attribute {name!r}") from None
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
