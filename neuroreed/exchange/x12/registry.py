"""Which reader a transaction has; each is imported when a file first needs it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from neuroreed.exchange.x12.body import Body

_READERS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "837": ("p837:Claims", "HC", ("005010X222", "005010X222A1", "005010X222A2")),
    "835": ("p835:Remittances", "HP", ("005010X221", "005010X221A1")),
    "999": ("ack:Acknowledgement", "FA", ("005010X231", "005010X231A1")),
    "277": ("ack:ClaimAcknowledgement", "HN", ("005010X214",)),
    "270": ("eligibility:Inquiry", "HS", ("005010X279", "005010X279A1")),
    "271": ("eligibility:Response", "HB", ("005010X279", "005010X279A1")),
}


@cache
def body_for(kind: str) -> tuple[type[Body] | None, str, tuple[str, ...]]:
    """The reader of a transaction (None if there is none), its group id, the guides it reads."""
    if kind not in _READERS:
        return None, "", ()
    place, group_id, guides = _READERS[kind]
    module, name = place.split(":")
    found: type[Body] = getattr(import_module(f"neuroreed.exchange.x12.{module}"), name)
    return found, group_id, guides
