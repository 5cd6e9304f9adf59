"""Taps that were made without a connection, named as such in the record.

The token of a tap is kept for ever with its event; that of a late tap says how late it came.
"""

from __future__ import annotations

import re

LATE = re.compile(r"late-(\d{1,6})-")
LONGEST_SECONDS = 24 * 60 * 60


def mark(token: str, seconds: int | None) -> str:
    """The token, with the seconds between the tap and its delivery when it came late."""
    return token if seconds is None else f"late-{seconds}-{token}"


def seconds_of(token: str) -> int | None:
    """How late the tap of a token came; None for one that came at once."""
    found = LATE.match(token)
    return int(found[1]) if found else None
