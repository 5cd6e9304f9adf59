"""One transaction between the walk and the plain reader.

The walk takes every stretch that is clean; the plain reader, watched, takes the others. Each
time one hands over, the other must know where in the guide it is and what is open above.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.compile import compiled
from neuroreed.bulk.x12.layout import BOUNDARIES
from neuroreed.bulk.x12.levels import Levels
from neuroreed.bulk.x12.program import program
from neuroreed.bulk.x12.rows import Places, Rows
from neuroreed.bulk.x12.source import Source
from neuroreed.bulk.x12.tables import Tables, Texts
from neuroreed.exchange.x12.p835_claims import add
from neuroreed.exchange.x12.segments import BLANK, Delimiters

_FIRST_SEEN = 1 << 10


class Job:
    """Reads transactions of one kind, one after the other."""

    def __init__(
        self, kind: str, source: Source, texts: Texts, *, walks: bool, batch: int | None
    ) -> None:
        self.kind, self.source, self.texts, self.walks = kind, source, texts, walks
        self.program = program(kind)
        self.boundaries = BOUNDARIES[kind]
        self.st = np.zeros(c.WIDTH, np.int64)
        self.saved = np.zeros(c.WIDTH + len(self.program.names), np.int64)
        self.seen = np.zeros((_FIRST_SEEN, 4), np.int64)
        self.levels = np.zeros(_FIRST_SEEN, np.int8)
        self.others = np.zeros((12, 2), np.int64)
        self.answers = np.zeros((512, 2), np.int64)
        self.controls = np.zeros(64, np.int64)
        self.begins = np.zeros(c.MOST_ELEMENTS + 26, np.int64)
        self.ends = np.zeros_like(self.begins)
        self.kept = np.zeros(16, np.int64)
        self.batch = batch
        size = len(source.raw) // 400
        self.tables = Tables(self.program, size if batch is None else min(size, batch // 8))
        self.is_full = False
        self.code: Any = compiled() if walks else None

    def begin(self, body: Any, delimiters: Delimiters, number: int) -> None:
        """A transaction opens; ``number`` is its place among all of the file."""
        self.body, self.number = body, number
        self.component = delimiters.component
        self.rows = Rows(self.kind, self.tables, self.texts, delimiters.component)
        self.first_claim = self.claims()
        self.skip = -1
        self.on = self.walks and _plain_signs(delimiters)
        self.st[:] = 0
        self.st[c.TRANSACTION] = number
        self.st[c.IN_837] = self.kind == "837"
        self.st[c.AT_BILLING] = self.st[c.AT_SUBSCRIBER] = self.st[c.AT_PATIENT] = -1
        self.st[c.LEVEL_HAS_CLAIM] = 1
        if self.on:
            self.signs = np.array(
                [ord(delimiters.segment), ord(delimiters.element), ord(delimiters.component)],
                np.uint8,
            )
            self.kinds = _kinds(delimiters)
            if self.seen[0, 3]:
                self.seen = np.zeros((_FIRST_SEEN, 4), np.int64)
        self.above = Levels(self)

    def claims(self) -> int:
        """How many claims the tables hold so far."""
        place = self.program.names.index("claims")
        return int(self.tables.base[place] + self.tables.counts[place])

    def go(self, start: int, e: list[str], n: int) -> tuple[int, int]:
        """From a boundary on as far as the walk goes: where it ends, and the segments so far.

        What then stands there is for the plain reader.
        """
        body = self.body
        self.skip, self.is_full = start, False
        step = body.step(e)
        if step.faults or step.opened or step.handler is None:
            return start, n
        body.settle(n + 1)
        self.harvest()
        if self.batch is not None and self.tables.held() >= self.batch:
            self.is_full, self.skip = True, -1
            return start, n
        if not self.on:
            return start, n
        state = self.program.number_of(body.state)
        if state is None:
            return start, n
        st = self.st
        st[c.N], st[c.STATE] = n, state
        self._take_over()
        why, at = self._walk(start)
        if at > start:
            body.speak()
        self._hand_over()
        if why == c.ROOM:
            self.is_full, self.skip = True, -1
            return at, int(st[c.N])
        self.skip = at
        if self.kind == "837" and why in (c.DOUBT, c.DOUBT_LEVEL):
            self.above.doubt(at, why)
        return at, int(st[c.N])

    def _walk(self, start: int) -> tuple[int, int]:
        program, st = self.program, self.st
        while True:
            tables = self.tables
            why, start = self.code.walk(
                self.source.data, start, len(self.source.data), self.signs, self.kinds,
                program.ids, program.places, program.which, program.known,
                program.steps, program.doings, program.fields, program.codes, program.owners,
                tables.cells, tables.layout, tables.counts, tables.base, program.blanks,
                st, self.saved, self.seen, self.levels, self.others, self.answers, self.controls,
                self.begins, self.ends, self.kept,
            )  # fmt: skip
            if why == c.ROOM:
                if tables.counts.any():
                    self.above.remember()
                    if self.batch is not None and tables.held() >= self.batch:
                        return c.ROOM, start
                    tables.flush()
                else:
                    tables.make_room()
            elif why == c.SEEN_ROOM:
                self.more_seen()
            elif why == c.UNKNOWN_STEP:
                if not program.learn(int(st[c.MISS_KEY])):
                    return c.DOUBT, start
            else:
                return why, start

    def more_seen(self) -> None:
        if int(self.st[c.LAST_HL]) + 2 > len(self.levels):
            self.levels = np.concatenate([self.levels, np.zeros_like(self.levels)])
            return
        larger = np.zeros((4 * len(self.seen), 4), np.int64)
        self.code.move_seen(self.source.data, self.seen, larger)
        larger[0, 3] = self.seen[0, 3]
        self.seen = larger

    def _take_over(self) -> None:
        """Tell the walk what the plain reader has come to."""
        if self.kind == "835":
            self.st[c.PROVIDER] = self.body.provider is not None
        else:
            self.above.take_over()

    def _hand_over(self) -> None:
        """Tell the plain reader what the walk has come to."""
        st, body = self.st, self.body
        body.state = self.program.states[st[c.STATE]]
        body.loop = body.state.frames[-1][0].id
        body.n = int(st[c.N])
        body.claim = body.line = None
        if self.kind == "837":
            self.above.hand_over()
            return
        paid, charge, count = (int(st[k]) for k in (c.SUM_PAID, c.SUM_CHARGE, c.CLAIMS))
        body.claims_paid = add(body.claims_paid, paid)
        if body.provider is not None:
            begun, declared, total, sofar, charged = body.provider
            body.provider = (begun, declared, total, sofar + count, add(charged, charge))
        st[c.SUM_PAID] = st[c.SUM_CHARGE] = st[c.CLAIMS] = 0

    def harvest(self) -> None:
        """Put what the plain reader found into the tables."""
        body = self.body
        if body.claims:
            self.rows.places = body.places
            places = body.places.of(body.claims)
            for place, (claim, n) in enumerate(zip(body.claims, places, strict=True)):
                levels = self.above.of_claim(place) if self.kind == "837" else (-1, -1, -1)
                self.rows.claim(claim, n, self.number, levels)
            body.claims.clear()
        body.places = Places()
        if self.kind == "837":
            self.above.harvest()
        self.tables.commit()

    def finish(self) -> None:
        """Before the plain reader ends the transaction: whether there were claims."""
        if self.claims() > self.first_claim and not self.body.claims:
            self.body.claims.append({})

    def finished(self) -> None:
        """After it has."""
        if self.body.claims == [{}]:
            self.body.claims.clear()
        self.harvest()


def _plain_signs(delimiters: Delimiters) -> bool:
    """Whether the walk can tell this interchange's signs apart."""
    signs = (delimiters.segment, delimiters.element, delimiters.component)
    return (
        len(set(signs)) == 3
        and all(len(sign) == 1 and sign.isascii() and not sign.isalnum() for sign in signs)
        and delimiters.element not in BLANK
        and delimiters.component not in BLANK
    )


def _kinds(delimiters: Delimiters) -> Any:
    """What each byte is: 1 ends an element, 3 a segment, 2 is odd inside one; 4 is blank too."""
    kinds = np.zeros(256, np.uint8)
    kinds[128:] = 2
    for sign in BLANK:
        if sign.isascii():
            kinds[ord(sign)] = 4
    for sign in "\r\n\0":
        kinds[ord(sign)] = 6
    kinds[ord(delimiters.element)] = 1
    kinds[ord(delimiters.segment)] = 3
    return kinds
