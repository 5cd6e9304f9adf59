"""Whole files and the ways to damage them; the same seed damages them in the same way."""

from __future__ import annotations

import os
from random import Random

import neuroreed as nr
from tests.exchange.x12 import files
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, claim

# the full count of the acceptance is run by NEUROREED_SLOW=1; NEUROREED_MUTATIONS names another
_SLOW = os.environ.get("NEUROREED_SLOW") == "1"
COUNT = int(os.environ.get("NEUROREED_MUTATIONS", "20000" if _SLOW else "1500"))
WHOLE = [
    nr.write_837p([claim(seed) for seed in range(3)], submitter=SUBMITTER, receiver=RECEIVER),
    nr.write_837p([claim(9)], submitter=SUBMITTER, receiver=RECEIVER, line_ends=False),
    files.file("835", files.REMITTANCE),
    files.file("999", files.ACKNOWLEDGEMENT),
    files.file("277", files.CLAIM_ACKNOWLEDGEMENT, end=""),
    files.file("270", files.INQUIRY),
    files.file("271", files.RESPONSE),
]
SIGNS = b"*:~^|> \n\r\t0123456789.-ABCXYZISA\x00\xff"


def cut(random, data):
    return data[: random.randrange(len(data))]


def flip(random, data):
    at = random.randrange(len(data))
    return data[:at] + bytes([random.choice(SIGNS)]) + data[at + 1 :]


def erase(random, data):
    at = random.randrange(len(data))
    return data[:at] + data[at + random.randrange(1, 40) :]


def insert(random, data):
    at = random.randrange(len(data))
    return data[:at] + bytes(random.choices(SIGNS, k=random.randrange(1, 9))) + data[at:]


def _segments(data):
    return data.split(b"~")


def drop(random, data):
    parts = _segments(data)
    del parts[random.randrange(len(parts))]
    return b"~".join(parts)


def swap(random, data):
    parts = _segments(data)
    one, other = random.randrange(len(parts)), random.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return b"~".join(parts)


def repeat(random, data):
    parts = _segments(data)
    at = random.randrange(len(parts))
    return b"~".join(parts[:at] + [parts[at]] * random.randrange(2, 5) + parts[at + 1 :])


def splice(random, data):
    other = random.choice(WHOLE)
    return data[: random.randrange(len(data))] + other[random.randrange(len(other)) :]


KINDS = (cut, flip, erase, insert, drop, swap, repeat, splice)


def mutations(count, seed=20261102, whole=None):
    """Files with one to five faults of random kinds, each with its number."""
    random = Random(seed)
    for number in range(count):
        data = random.choice(whole or WHOLE)
        for _ in range(random.choice((1, 1, 1, 2, 5))):
            kind = random.choice(KINDS)
            data = kind(random, data) or b" "
        yield number, data
