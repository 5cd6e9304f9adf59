"""Large files for the bench: thousands of distinct claims, of which a few have a fault."""

from __future__ import annotations

import re
from random import Random

from neuroreed.exchange.x12 import write_837p
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, billing_provider, claim
from tests.exchange.x12.remittances import remittance

DISTINCT = 4_000
FAULTY = 0.004


def claims_file(megabytes: int) -> bytes:
    """Interchanges of 4,000 distinct claims each; every copy has its own claim numbers."""
    billing = [billing_provider(Random(seed)) for seed in range(7)]
    claims = [claim(seed, billing=billing[seed % 7]) for seed in range(DISTINCT)]
    whole = write_837p(claims, submitter=SUBMITTER, receiver=RECEIVER, line_ends=False)
    random = Random(2026)
    parts: list[bytes] = []
    size = copy = 0
    while size < megabytes * 1_000_000:
        copy += 1
        part = whole.replace(b"CLM*SG-", b"CLM*S%d-" % copy)
        part = re.sub(rb"(\*00501\*|~IEA\*1\*)\d{9}", rb"\g<1>%09d" % copy, part)
        part = re.sub(
            rb"(~CLM\*[^*]+\*)(\d+)",
            lambda m: m[1] + (b"1" if random.random() < FAULTY else b"") + m[2],
            part,
        )
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def remittance_file(megabytes: int) -> bytes:
    """Interchanges of 4,000 invented answers each."""
    parts: list[bytes] = []
    size = 0
    while size < megabytes * 1_000_000:
        seed = len(parts) + 1
        parts.append(remittance(seed, DISTINCT, faulty=FAULTY, name=f"S{seed}"))
        size += len(parts[-1])
    return b"".join(parts)
