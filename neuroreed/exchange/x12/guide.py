"""The structure of a transaction as data, and a machine that walks it.

A guide is an indented text (see ``guides/``), written by us: one line per segment or loop,

    loop ID  usage max
    SEG/qualifiers  usage max  | required elements
    use ID            the loop of that id, as it stands elsewhere in the guide
    ~                 in front: may stand in any order with the line above

usage is R (required) or S (situational); max is a number or ``*``.

Walking a file means: where are we, what comes next, what was skipped. Each such step is
worked out once and remembered, so that a segment costs one look-up however large the guide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any

Handler = Callable[[Any, list[str], int], None]
Fault = tuple[str, str, str, str | None]  # code, message, loop, the segment it is about

# where the qualifier stands that decides what a segment is
QUALIFIER = {
    "HL": 3,
    "NM1": 1,
    "N1": 1,
    "REF": 1,
    "DTP": 1,
    "DTM": 1,
    "AMT": 1,
    "PRV": 1,
    "PER": 1,
    "QTY": 1,
    "NTE": 1,
    "CRC": 1,
    "TRN": 1,
    "HI": 1,
}
_FORGIVING = frozenset({"REF", "DTP", "DTM", "AMT", "PER", "QTY", "NTE", "CRC", "HI", "PRV", "TRN"})
# segments that may open a loop whose first segment is lost; out of place, those of _NEW
# mean a new line, subscriber or patient rather than more of the one before
_ANCHORS = frozenset({"NM1", "SBR", "PAT", "SV1", "CLP", "SVC", "CLM", "LX", "TRN", "STC", "EB"})
_NEW = frozenset({"SV1", "SBR", "PAT"})
_REMEMBERED = 512  # steps kept per state: garbage must not fill the memory


class Item:
    """One line of a guide: a segment (``loop`` is None) or a loop named by its first segment."""

    __slots__ = (
        "bit",
        "elements",
        "last",
        "loop",
        "many",
        "order",
        "qualifiers",
        "required",
        "sid",
    )

    def __init__(self) -> None:
        self.sid = ""
        self.qualifiers: frozenset[str] | None = None
        self.required = False
        self.many = False
        self.order = 0
        self.bit = 0
        self.elements: tuple[int, ...] = ()
        self.last = 0
        self.loop: Loop | None = None

    def fits(self, sid: str, qualifier: str) -> bool:
        return self.sid == sid and (self.qualifiers is None or qualifier in self.qualifiers)

    def name(self) -> str:
        if self.loop is not None:
            return f"Loop {self.loop.id}"
        return self.sid + ("/" + min(self.qualifiers) if self.qualifiers else "")


class Loop:
    """A loop of a guide and its lines in order."""

    __slots__ = ("id", "items")

    def __init__(self, id: str) -> None:
        self.id = id
        self.items: list[Item] = []

    def settled(self, order: int) -> int:
        """Bits that change nothing any more: what lies behind, and what may come or not.

        Counting them as seen makes few states of many, so that each is worked out once.
        """
        bits = 0
        for item in self.items:
            if item.order < order or (item.many and not item.required):
                bits |= item.bit
        return bits


class Step:
    """What one segment means in one state."""

    __slots__ = ("elements", "faults", "handler", "last", "loop", "opened", "state")

    def __init__(
        self,
        state: State,
        loop: str,
        item: Item | None,
        handler: Handler | None,
        faults: tuple[Fault, ...],
        opened: tuple[str, ...] = (),
    ) -> None:
        self.state = state
        self.loop = loop
        self.elements = item.elements if item else ()
        self.last = item.last if item else 0
        self.handler = handler
        self.faults = faults
        self.opened = opened  # loops that began without their first segment


Frame = tuple[Loop, int, int, bool]  # loop, order reached, bits seen, out of its place


class State:
    """A place in the guide: the open loops, how far each has come, what each has seen."""

    __slots__ = ("_closing", "frames", "machine", "next")

    def __init__(self, machine: Machine, frames: tuple[Frame, ...]) -> None:
        self.machine = machine
        self.frames = frames
        self.next: dict[str, Step] = {}
        self._closing: tuple[Fault, ...] | None = None

    def go(self, key: str) -> Step:
        step = self.machine.work_out(self, key)
        if len(self.next) < _REMEMBERED:
            self.next[key] = step
        return step

    def closing(self) -> tuple[Fault, ...]:
        """What is missing if the transaction ends here."""
        if self._closing is None:
            faults: list[Fault] = []
            for loop, _, seen, _ in reversed(self.frames):
                faults += _missing(loop, seen, None)
            self._closing = tuple(faults)
        return self._closing


def _missing(loop: Loop, seen: int, before: int | None) -> list[Fault]:
    """Required lines of ``loop`` not seen, all of them or those before an order."""
    return [
        (
            "missing_loop" if item.loop is not None else "missing_segment",
            f"{item.name()} is missing in loop {loop.id}",
            item.loop.id if item.loop is not None else loop.id,
            item.sid,
        )
        for item in loop.items
        if item.required and not seen & item.bit and (before is None or item.order < before)
    ]


def _skipped(loop: Loop, seen: int, before: int) -> int:
    """The bits of required lines reported as missing, so that each is reported once."""
    bits = 0
    for item in loop.items:
        if item.required and item.order < before:
            bits |= item.bit
    return seen | bits


class Machine:
    """Walks files of one guide; ``handlers`` are called by (loop id, segment id)."""

    def __init__(self, root: Loop, handlers: dict[tuple[str, str], Handler]) -> None:
        self.root = root
        self.handlers = handlers
        self.known = frozenset(_segment_ids(root))
        self._states: dict[tuple[Any, ...], State] = {}
        self.start = self._state(((root, 0, 0, False),))

    def _state(self, frames: tuple[Frame, ...]) -> State:
        frames = tuple(
            (loop, order, seen | loop.settled(order), out) for loop, order, seen, out in frames
        )
        key = tuple((id(loop), order, seen, out) for loop, order, seen, out in frames)
        state = self._states.get(key)
        if state is None:
            state = State(self, frames)
            if len(self._states) < 20_000:
                self._states[key] = state
        return state

    def _step(
        self,
        frames: tuple[Frame, ...],
        item: Item | None,
        sid: str,
        faults: list[Fault],
        opened: tuple[str, ...] = (),
        loop: Loop | None = None,
    ) -> Step:
        if item is not None and item.loop is not None:
            first = item.loop.items[0]
            frames = (*frames, (item.loop, first.order, first.bit, False))
            item = first
        where = loop or frames[-1][0]
        handler = self.handlers.get((where.id, sid)) or self.handlers.get(("", sid))
        return Step(self._state(frames), where.id, item, handler, tuple(faults), opened)

    def work_out(self, state: State, key: str) -> Step:
        sid, _, qualifier = key.partition("*")
        frames = state.frames
        if sid not in self.known:
            fault = (
                "unknown_segment",
                f"{sid[:4]!r} is no segment of this guide",
                frames[-1][0].id,
                None,
            )
            return Step(state, frames[-1][0].id, None, None, (fault,))
        return (
            self._forward(frames, sid, qualifier, repeated=False)
            or (self._deeper(frames, sid, qualifier, 1) if sid in _NEW else None)
            or self._forward(frames, sid, qualifier, repeated=True)
            or self._backward(frames, sid, qualifier)
            or (self._deeper(frames, sid, qualifier) if sid in _ANCHORS else None)
            or self._other_qualifier(state, sid, qualifier)
            or Step(
                state,
                frames[-1][0].id,
                None,
                None,
                (
                    (
                        "unexpected_segment",
                        f"{sid} {qualifier[:4]}".rstrip()
                        + f" has no place in loop {frames[-1][0].id}",
                        frames[-1][0].id,
                        None,
                    ),
                ),
            )
        )

    def _forward(
        self, frames: tuple[Frame, ...], sid: str, qualifier: str, *, repeated: bool
    ) -> Step | None:
        faults: list[Fault] = []
        for depth in range(len(frames) - 1, -1, -1):
            loop, order, seen, out = frames[depth]
            for item in loop.items:
                if item.order < order or not item.fits(sid, qualifier):
                    continue
                again = bool(seen & item.bit) and not item.many
                if again and not repeated:
                    continue
                faults += _missing(loop, seen, item.order)
                if again:
                    faults.append(
                        ("repeated", f"{item.name()} stands more often than allowed", loop.id, sid)
                    )
                seen = _skipped(loop, seen, item.order) | item.bit
                return self._step(
                    (*frames[:depth], (loop, item.order, seen, out)), item, sid, faults
                )
            faults += _missing(loop, seen, None)
        return None

    def _backward(self, frames: tuple[Frame, ...], sid: str, qualifier: str) -> Step | None:
        for depth in range(len(frames) - 1, -1, -1):
            loop, order, seen, out = frames[depth]
            for item in loop.items:
                if item.order >= order or not item.fits(sid, qualifier):
                    continue
                fault = ("wrong_order", f"{item.name()} stands after its place", loop.id, sid)
                here = (*frames[:depth], (loop, order, seen | item.bit, out), *frames[depth + 1 :])
                if item.loop is None:
                    return self._step(here, item, sid, [fault], loop=loop)
                while here[-1][3]:
                    here = here[:-1]
                first = item.loop.items[0]
                here = (*here, (item.loop, first.order, first.bit, True))
                return self._step(here, first, sid, [fault])
        return None

    def _deeper(
        self, frames: tuple[Frame, ...], sid: str, qualifier: str, levels: int = 3
    ) -> Step | None:
        """A segment whose loop began without its first segment."""
        faults: list[Fault] = []
        for depth in range(len(frames) - 1, -1, -1):
            loop, order, seen, out = frames[depth]
            path = _way_down(loop, order, sid, qualifier, levels)
            if path is not None:
                here = frames[:depth]
                opened: list[str] = []
                for entered in path[:-1]:
                    faults += _missing(loop, seen, entered.order)
                    seen = _skipped(loop, seen, entered.order) | entered.bit
                    here = (*here, (loop, entered.order, seen, out))
                    assert entered.loop is not None
                    loop, seen, out = entered.loop, 0, False
                    opened.append(loop.id)
                target = path[-1]
                faults += _missing(loop, seen, target.order)
                seen = _skipped(loop, seen, target.order) | target.bit
                here = (*here, (loop, target.order, seen, out))
                return self._step(here, target, sid, faults, tuple(opened))
            faults += _missing(loop, seen, None)
        return None

    def _other_qualifier(self, state: State, sid: str, qualifier: str) -> Step | None:
        frames = state.frames
        fault = ("unexpected_qualifier", f"{sid} has the qualifier {qualifier[:4]!r}")
        if sid in _FORGIVING:
            for depth in range(len(frames) - 1, max(len(frames) - 3, -1), -1):
                loop, order, seen, out = frames[depth]
                for item in loop.items:
                    if item.sid == sid and item.loop is None:
                        here, faults = frames, []
                        if item.order >= order:
                            for inner, _, bits, _ in reversed(frames[depth + 1 :]):
                                faults += _missing(inner, bits, None)
                            faults += _missing(loop, seen, item.order)
                            seen = _skipped(loop, seen, item.order) | item.bit
                            here = (*frames[:depth], (loop, item.order, seen, out))
                        about = f"{sid}{QUALIFIER[sid]:02d}"
                        faults.append((fault[0], fault[1], loop.id, about))
                        return self._step(here, item, sid, faults, loop=loop)
            return None
        loop, order, seen, out = frames[-1]
        for item in loop.items:
            if item.required and item.order >= order and not seen & item.bit:
                if item.sid != sid or item.loop is None:
                    return None
                here = (*frames[:-1], (loop, item.order, seen | item.bit, out))
                return self._step(
                    here, item, sid, [(*fault[:2], item.loop.id, f"{sid}{QUALIFIER[sid]:02d}")]
                )
        return None


def _segment_ids(loop: Loop) -> Iterator[str]:
    for item in loop.items:
        yield item.sid
        if item.loop is not None:
            yield from _segment_ids(item.loop)


def _way_down(loop: Loop, order: int, sid: str, qualifier: str, levels: int) -> list[Item] | None:
    """The lines that lead to the one place below ``loop`` where the segment fits, if it is one."""
    level: list[list[Item]] = [
        [item] for item in loop.items if item.loop is not None and item.order >= order
    ]
    for _ in range(levels):
        found: list[list[Item]] = []
        deeper: list[list[Item]] = []
        for path in level:
            inner = path[-1].loop
            assert inner is not None
            for place, item in enumerate(inner.items):
                if place and item.fits(sid, qualifier) and (levels > 1 or item.loop is None):
                    found.append([*path, item])
                if item.loop is not None:
                    deeper.append([*path, item])
        if found:
            return found[0] if len(found) == 1 else None
        level = deeper
    return None


def parse(text: str) -> Loop:
    """A guide from its text."""
    shared: dict[str, Loop] = {}
    root = Loop("transaction")
    stack: list[tuple[int, Loop]] = [(-1, root)]
    waiting: list[tuple[Item, str]] = []
    for raw in text.splitlines():
        line = raw.split("#")[0].rstrip()
        if not line:
            continue
        indent = len(line) - len(line.lstrip())
        line = line.strip()
        beside = line.startswith("~")
        head, _, tail = line.lstrip("~ ").partition("|")
        words = head.split()
        while stack[-1][0] >= indent:
            stack.pop()
        loop = stack[-1][1]
        item = Item()
        order = loop.items[-1].order if loop.items else 0
        item.order = order if beside else order + 1
        item.bit = 1 << len(loop.items)
        loop.items.append(item)
        if words[0] == "use":
            waiting.append((item, words[1]))
            item.required, item.many = words[2] == "R", words[3] != "1"
            continue
        if words[0] == "loop":
            item.loop = shared[words[1]] = Loop(words[1])
            item.required, item.many = words[2] == "R", words[3] != "1"
            stack.append((indent, item.loop))
            continue
        item.sid, _, qualifiers = words[0].partition("/")
        item.qualifiers = frozenset(qualifiers.split(",")) if qualifiers else None
        item.required, item.many = words[1] == "R", words[2] != "1"
        item.elements = tuple(int(word) for word in tail.split())
        item.last = max(item.elements, default=0)
    for item, name in waiting:
        item.loop = shared[name]
    _name_loops(root, set())
    return root


def _name_loops(loop: Loop, done: set[int]) -> None:
    if id(loop) in done:
        return
    done.add(id(loop))
    for item in loop.items:
        if item.loop is not None:
            first = item.loop.items[0]
            item.sid, item.qualifiers = first.sid, first.qualifiers
            _name_loops(item.loop, done)


@cache
def guide(name: str) -> Loop:
    """One of our guides, by the name of its file."""
    return parse(
        resources.files(__package__).joinpath("guides", f"{name}.guide").read_text("utf-8")
    )
