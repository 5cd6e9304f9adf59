"""Damaged files: they end in facts, defects or X12Error, never in silence, a crash or a hang.

NEUROREED_SLOW=1 makes them 20,000; NEUROREED_MUTATIONS sets another number.
"""

from __future__ import annotations

from random import Random

import neuroreed as nr
from neuroreed.exchange.x12.registry import body_for
from neuroreed.model.errors import X12Error
from tests.exchange.x12.damage import COUNT, WHOLE, mutations


def facts(read):
    return any(
        transaction.get(name)
        for interchange in read["interchanges"]
        for group in interchange["groups"]
        for transaction in group["transactions"]
        for name in ("claims", "plb", "transactions", "people", "rejections", "status")
    ) or any(interchange.get("ta1") for interchange in read["interchanges"])


def test_a_damaged_file_ends_in_facts_defects_or_a_located_error():
    refused = named = 0
    for number, data in mutations(COUNT):
        try:
            read = nr.read_x12(data, details=number % 2 == 0)
        except X12Error as error:
            refused += 1
            assert error.offset is not None, number
            continue
        assert read["defects"] or facts(read), number
        named += bool(read["defects"])
        for found in read["defects"]:
            assert set(found) == {"code", "message", "segment", "loop", "element"}, number

    assert named > COUNT * 0.8
    assert refused > COUNT * 0.005


def test_a_lost_or_doubled_segment_is_always_named():
    for data in WHOLE:
        parts = data.split(b"~")
        for at in range(1, len(parts) - 1):
            for changed in (parts[:at] + parts[at + 1 :], parts[: at + 1] + parts[at:]):
                assert nr.read_x12(b"~".join(changed))["defects"], parts[at]


def test_garbage_costs_at_most_one_step_a_segment_and_is_not_hoarded(monkeypatch):
    random = Random(5)
    words = [bytes(random.choices(b"ABCDEFGH0123456789", k=3)) for _ in range(5000)]
    body = b"~".join(random.choice(words) + b"*" + random.choice(words) for _ in range(20_000))
    machine = body_for("837")[0].machine
    calls, work_out = [], machine.work_out
    monkeypatch.setattr(
        machine, "work_out", lambda state, key: (calls.append(state), work_out(state, key))[1]
    )

    nr.read_x12(WHOLE[1].replace(b"~SE*", b"~" + body + b"~SE*"))

    assert len(calls) <= 20_100
    assert all(len(state.next) <= 512 for state in calls)
