"""What the walk needs of a guide: its steps by number, learnt as files need them.

The plain reader's own machine says what a segment means in a state. A step without a fault
gets a number; any other is left to the plain reader.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, Final

import numpy as np

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.layout import ALLOWED, AMOUNTS, BOUNDARIES, LEVELS, TABLES, Doing, doing
from neuroreed.exchange.x12.guide import QUALIFIER, Machine, State
from neuroreed.exchange.x12.registry import body_for

Array = np.ndarray[Any, Any]
_OUTSIDE: Final = ("ISA", "TA1", "GS", "ST", "SE", "GE", "IEA")
_MOST_STATES: Final = 4_000
_MOST_STEPS: Final = 30_000
_LAST: Final = 8  # the last element that a doing looks at beside its fields
_HASH: Final = 7046029254386353131


def packed(text: str) -> int:
    """Up to three characters as a number, as the walk packs them."""
    return sum(ord(sign) << 8 * place for place, sign in enumerate(text))


class Program:
    """One guide for the walk. Grows while files are read; shared by all that read."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        body, _, _ = body_for(kind)
        assert body is not None
        self.machine: Machine = body.machine
        self.tables = TABLES[kind]
        self.names = list(self.tables)
        self.states: list[State] = []
        self._numbers: dict[int, int] = {}
        self.sids = sorted({*self.machine.known, *_OUTSIDE})
        self.ids = np.zeros(1 << 18, np.int8)
        self.places = np.zeros(len(self.sids) + 1, np.int64)
        self.which = np.zeros(len(self.sids) + 1, np.int64)
        for number, sid in enumerate(self.sids, 1):
            short = 0
            for sign in sid:
                short = short << 6 | ord(sign) - 32
            self.ids[short] = number
            self.places[number] = QUALIFIER.get(sid, 0)
            if sid in BOUNDARIES[kind]:
                self.which[number] = c.HALT if sid == "PLB" else c.BOUNDARY
            elif sid in _OUTSIDE:
                self.which[number] = c.OUTSIDE if sid == "SE" else c.ELSEWHERE
        self.known = np.zeros((1 << 12, 2), np.int64)
        self._noted = 0
        self.steps = np.zeros((_MOST_STEPS, 3), np.int64)
        self._steps = 0
        self._lock = threading.RLock()
        self.owners = np.zeros(4, np.int64)
        for level, name in enumerate(LEVELS[kind]):
            self.owners[level] = self.names.index(name)
        self._codes: list[int] = []
        self._sets: dict[str, int] = {}
        for name, allowed in ALLOWED.items():
            self._sets[name] = len(self._codes)
            self._codes += [*map(packed, allowed), 0]
        self.codes = np.array(self._codes, np.int64)
        self._doings: dict[Doing, int] = {}
        self.doings = np.zeros((128, 7), np.int64)
        self.fields = np.zeros((512, 4), np.int64)
        self._fields = 0
        widest = max(map(len, self.tables.values()))
        self.blanks = np.full((len(self.names), widest), c.NONE, np.int64)
        for table, columns in enumerate(self.tables.values()):
            for place, column in enumerate(columns):
                if column in AMOUNTS or column in ("day", "last_day"):
                    self.blanks[table, place] = c.NO_AMOUNT
                elif column.startswith("has") or column == "balanced":
                    self.blanks[table, place] = 0
        # the same for rows from outside the walk: where each column stands, and an empty row
        self.empty = {
            name: (
                {column: place for place, column in enumerate(columns)},
                self.blanks[table, : len(columns)].tolist(),
            )
            for table, (name, columns) in enumerate(self.tables.items())
        }

    def number_of(self, state: State) -> int | None:
        """The number of a state; None where a file has more of them than are kept."""
        number = self._numbers.get(id(state))
        if number is None:
            with self._lock:
                if id(state) not in self._numbers and len(self.states) < _MOST_STATES:
                    self.states.append(state)
                    self._numbers[id(state)] = len(self.states) - 1
                number = self._numbers.get(id(state))
        return number

    def learn(self, key: int) -> bool:
        """Work out the step of a key; False where the plain reader must take it."""
        with self._lock:
            return self._learn(key)

    def _learn(self, key: int) -> bool:
        state = self.states[key >> 30]
        sid = self.sids[(key >> 24 & 63) - 1]
        text = sid
        if sid in QUALIFIER:
            qualifier = key & 0xFFFFFF
            text += "*" + bytes(qualifier >> 8 * k & 0xFF for k in range(3)).rstrip(b"\0").decode(
                "ascii"
            )
        step = state.next.get(text) or state.go(text)
        if step.faults or step.opened or self._steps >= _MOST_STEPS:
            return False
        does = doing(self.kind, step.loop, sid)
        if does is None and step.handler is None:
            does = Doing()
        following = self.number_of(step.state)
        if following is None:
            return False
        if does is None:
            self._note(key, -2)
            return True
        required = 0
        for element in step.elements:
            required |= 1 << element
        self.steps[self._steps] = (following, self._doing(does), required)
        self._note(key, self._steps)
        self._steps += 1
        return True

    def _note(self, key: int, value: int) -> None:
        if 2 * self._noted >= len(self.known):
            old = self.known
            larger = np.zeros((2 * len(old), 2), np.int64)
            for one, step in old[old[:, 0] != 0].tolist():
                _put(larger, one, step)
            self.known = larger
        _put(self.known, key, value)
        self._noted += 1

    def _doing(self, does: Doing) -> int:
        number = self._doings.get(does)
        if number is not None:
            return number
        number = self._doings[does] = len(self._doings)
        table = self.names.index(does.table) if does.table else 0
        columns = self.tables[self.names[table]]
        first = self._fields
        for element, column, kind, more in does.fields:
            argument = 0
            if kind == c.CODE:
                argument = self._sets[more]
            elif kind == c.UNLESS:
                argument = packed(more)
            place = columns.index(column) if column else -1
            self.fields[self._fields] = (element, place, kind, argument)
            self._fields += 1
        last = max([_LAST, *(element for element, *_ in does.fields)])
        self.doings[number] = (does.op, table, does.level, first, self._fields, does.more, last)
        return number


def _put(known: Array, key: int, value: int) -> None:
    most = len(known) - 1
    product = (key * _HASH + 2**63) % 2**64 - 2**63
    place = product >> 40 & most
    while known[place, 0] != 0:
        place = place + 1 & most
    known[place, 1] = value
    known[place, 0] = key


@cache
def program(kind: str) -> Program:
    """The one program of a kind of transaction."""
    return Program(kind)
