"""A cent more or less at any amount of an 835 stops it, and cent and place are named.

Every amount element is taken, one after the other: of cheques that the payer of the rule book
wrote, and of each public sample that balances. What no sum covers is listed with its reason,
and the list may not hold more than it must.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from neuroreed.billing.ledger import Ledger
from neuroreed.billing.remittance import ClaimIndex
from neuroreed.billing.remittance_posting import Posted, Seen, post
from neuroreed.exchange.x12 import read_remittances, read_x12
from tests.billing.answers.month import RECEIVED, month, payer_of, send
from tests.oracles.payer import claims as asked
from tests.oracles.payer import files
from tests.shared import shared

ON = date(2026, 11, 1)
CENT = Decimal("0.01")
AMOUNTS = {
    "BPR": (2,),
    "CLP": (3, 4, 5),
    "SVC": (2, 3),
    "CAS": range(3, 20, 3),
    "PLB": range(4, 15, 2),
    "AMT": (2,),
    "TS3": range(5, 25),
    "TS2": (1, 2, 3, 4, 5, 6, 8, *range(10, 20)),
    "MIA": (4, *range(6, 15), 16, 17, 18, 19, 24),
    "MOA": (2, 8, 9),
}
COUNTS = {("TS3", 23)}  # a count of days, not money
NO_SUM = {
    "TS3": "totals of an institution that its claims do not carry (only TS305 is their charges)",
    "TS2": "totals of an inpatient institution by diagnosis-related group",
    "MIA": "amounts of an inpatient stay; none is part of the payment's sums",
    "MOA": "amounts of an outpatient institution; none is part of the payment's sums",
    "AMT*B6": "allowed by a payer who is not the first, or who decided nothing",
    "AMT*AU": "covered by a payer who is not the first, or without lines that say what is allowed",
}
"""Amounts that tell something beside the payment: no line, claim or cheque adds them up."""


def take(content: bytes) -> list[Posted]:
    """Import into empty books."""
    defects = read_x12(content)["defects"]
    books: dict[str, Ledger] = {}
    found = []
    for place, remittance in enumerate(read_remittances(content)):
        known = defects if place == 0 else ()
        found.append(
            post(remittance, index=ClaimIndex([]), ledgers=books, seen=Seen(), at=ON, defects=known)
        )
    return found


def places(content: str, separator: str, end: str) -> list[tuple[int, int]]:
    """Segment and element of every amount."""
    found = []
    for number, segment in enumerate(content.split(end)):
        parts = segment.strip("\r\n").split(separator)
        for element in AMOUNTS.get(parts[0], ()):
            if element < len(parts) and parts[element] and (parts[0], element) not in COUNTS:
                try:
                    Decimal(parts[element])
                except InvalidOperation:
                    continue
                found.append((number, element))
    return found


def planted(content: str, separator: str, end: str, place: tuple[int, int], cent: Decimal) -> str:
    """The file with a cent more or less at one place."""
    segments = content.split(end)
    parts = segments[place[0]].split(separator)
    parts[place[1]] = str(Decimal(parts[place[1]].strip()) + cent)
    segments[place[0]] = separator.join(parts)
    return end.join(segments)


def escapes(content: bytes) -> tuple[int, dict[str, set[str]]]:
    """How many cents were planted, and what became of those that were not stopped and named."""
    text = content.decode("latin-1")
    begin = text.index("ISA")
    separator, end = text[begin + 3], text[begin + 105]
    found: dict[str, set[str]] = defaultdict(set)
    every = places(text, separator, end)
    for number, element in every:
        parts = text.split(end)[number].strip("\r\n").split(separator)
        kind = f"{parts[0]}*{parts[1]}" if parts[0] == "AMT" else parts[0]
        for cent in (CENT, -CENT):
            bad = planted(text, separator, end, (number, element), cent).encode("latin-1")
            done = take(bad)
            if all(one.status == "posted" for one in done):
                found[kind].add(f"posted with {parts[0]}{element:02d}")
                continue
            refused = [one for one in done if one.status == "refused"]
            says = [one.says for each in refused for one in each.imbalances]
            assert refused and not any(one.ledgers for one in refused)
            if not any("0.01" in one for one in says):
                found[kind].add(f"cent not named at {parts[0]}{element:02d}: {says}")
            where = {one.place for each in refused for one in each.imbalances}
            if not any("claim" in one or "segment" in one or "BPR02" in one for one in where):
                found[kind].add(f"place not named at {parts[0]}{element:02d}: {where}")
    return len(every), found


def ours(seed: int) -> bytes:
    """A cheque of the rule book's payer: answers, reversals, takeback, interest, carried money."""
    made = month(seed)
    payer = payer_of(made, seed)
    answers = payer.answer(asked.read(send(made)).claims)
    kept = [
        ("WO", "ICN00001", Decimal("1.25")),
        ("L6", "", Decimal("-0.10")),
        ("FB", "CARRY9", Decimal("4.00")),
    ]
    return files.Cheque("EFT700", "1234567893", answers[:7], answers[3:5], kept).write(
        RECEIVED, 700
    )


def balanced() -> list[Path]:
    """The public samples that are posted as they are."""
    every = sorted(shared("edi/835").iterdir())
    return [
        path for path in every if all(one.status == "posted" for one in take(path.read_bytes()))
    ]


@pytest.mark.parametrize("seed", [1, 7])
def test_a_cent_anywhere_in_a_cheque_of_ours_stops_it_and_is_named(seed: int) -> None:
    content = ours(seed)

    count, found = escapes(content)

    assert count > 60
    assert found == {}
    assert [one.status for one in take(content)] == ["posted"]


def test_a_cent_anywhere_in_a_sample_stops_it_unless_no_sum_has_the_amount() -> None:
    met, amounts = set(), 0
    samples = balanced()
    for path in samples:
        count, found = escapes(path.read_bytes())
        amounts += count
        for kind, what in found.items():
            assert kind in NO_SUM, (path.name, what)
            assert all(one.startswith("posted") for one in what), (path.name, what)
            assert "posted with TS305" not in what
        met |= found.keys()

    assert len(samples) >= 10 and amounts > 200
    # the list holds only what it must; no sample carries the amounts of an outpatient institution
    assert met == NO_SUM.keys() - {"MOA"}
