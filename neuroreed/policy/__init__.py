"""What the payers say, and since when: dated parameters, payer profiles, code and fee tables.

Everything here is data with its source; look-ups are by date of service. Nothing is read
before it is asked for, and importing this package or ``policy.codes`` loads no YAML.
"""

from __future__ import annotations

from datetime import date


def release() -> str:
    """The identity of the policy data in use, ours and the clinic's: a short hash."""
    from neuroreed.policy.identity import digest

    return digest()


def valid_to() -> dict[str, date]:
    """The last day that each table, and each parameter with an end, speaks for."""
    from neuroreed.policy.identity import last_days

    return last_days()
