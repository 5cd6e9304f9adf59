"""The plain reader's transactions, watched: which segment each fact came from.

A claim is closed before the walk goes on behind it. What the plain reader says on closing
is held back until it would have said it, so that defects come in the same order.
"""

from __future__ import annotations

from typing import Any

from neuroreed.bulk.x12.rows import Places
from neuroreed.exchange.x12.body import Body, Plain
from neuroreed.exchange.x12.checks import Defect
from neuroreed.exchange.x12.guide import QUALIFIER, Step
from neuroreed.exchange.x12.p835 import Remittances
from neuroreed.exchange.x12.p837 import Claims

Levels = tuple[Plain, Plain, Plain | None]


class _Traced(Body):
    claims: list[Plain]
    claim: Plain | None
    line: Plain | None

    def watch(self) -> None:
        self.places = Places()
        self.late: list[Defect] = []
        self.levels_of: list[Levels] = []
        self.level_places: dict[int, tuple[int, Plain]] = {}

    def owners(self) -> tuple[Plain | None, ...]:
        return (self.claim, self.line)

    def segment(self, e: list[str], n: int) -> None:
        super().segment(e, n)
        self.places.grown(self.claims, n)
        for owner in self.owners():
            if owner is not None:
                self.places.watch(owner, n)

    def step(self, e: list[str]) -> Step:
        """What a segment would mean here; nothing is done."""
        place = QUALIFIER.get(e[0])
        key = e[0] if place is None else f"{e[0]}*{e[place] if place < len(e) else ''}"
        return self.state.next.get(key) or self.state.go(key)

    def settle(self, n: int) -> None:
        """Close the open claim as segment ``n`` will; what there is to say waits until then."""
        if self.claim is None:
            return
        held: list[Defect] = []
        report, self._report = self._report, held.append
        self.n = n
        self.close_claim()
        self._report = report
        self.late = held

    def close_claim(self) -> None:
        self.speak()
        super().close_claim()  # type: ignore[misc]

    def speak(self) -> None:
        """Say what was held back."""
        late, self.late = self.late, []
        for found in late:
            self._report(found)


class TracedRemittances(_Traced, Remittances):
    """An 835, watched."""

    def watch(self) -> None:
        super().watch()
        self.plb_places: list[int] = []

    def segment(self, e: list[str], n: int) -> None:
        super().segment(e, n)
        self.plb_places.extend([n] * (len(self.plb) - len(self.plb_places)))


class TracedClaims(_Traced, Claims):
    """An 837P, watched."""

    def owners(self) -> tuple[Plain | None, ...]:
        return (self.claim, self.line, self.other, self.adjudication)

    def segment(self, e: list[str], n: int) -> None:
        super().segment(e, n)
        for level in (self.billing, self.subscriber, self.patient):
            if level is not None:
                self.level_places.setdefault(id(level), (n, level))

    def open_claim(self, claim: Plain, charge: int | None) -> None:
        self.levels_of.append((self.billing, self.subscriber, self.patient))
        super().open_claim(claim, charge)


def traced(body: Body, delimiters: Any, details: bool) -> _Traced | None:
    """The same transaction at its beginning, watched; None for what has no tables."""
    for plain, watched in ((Claims, TracedClaims), (Remittances, TracedRemittances)):
        if type(body) is plain:
            found = watched(body.head, delimiters, body._report, details)
            found.watch()
            return found
    return None
