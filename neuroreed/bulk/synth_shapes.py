"""What visits look like: a few thousand invented visits, drawn over and over.

Minutes are turned into units, and units into the assistant's, by the package's own arithmetic,
once for each shape; a million lines are then drawn from the shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from random import Random
from typing import Final

from neuroreed.billing import assistants
from neuroreed.billing.timing import is_timed_15
from neuroreed.billing.units import units as units_of
from neuroreed.policy import edits
from neuroreed.policy.payers import Payer

ON: Final = date(2025, 7, 1)  # the day whose rules of counting the shapes follow
MODIFIER_OF: Final = {"PT": "GP", "OT": "GO", "SLP": "GN"}
EVALUATIONS: Final = {
    "PT": ("97161", "97162", "97163"),
    "OT": ("97165", "97166", "97167"),
    "SLP": ("92521", "92522", "92523", "92610"),
}
REEVALUATION: Final = {"PT": "97164", "OT": "97168"}
GROUP: Final = "97150"
COGNITION, MORE_COGNITION = "97129", "97130"
SPEECH, SWALLOWING = "92507", "92526"
UNTIMED: Final = ("G0283", "97012", "97016")
# how often a clinic chooses a code, in percent of its choices
MENUS: Final[dict[str, dict[str, int]]] = {
    "PT": {
        "97110": 26, "97112": 25, "97530": 20, "97140": 16, "97116": 8, "97113": 2, "97535": 1,
        "97124": 1, "97760": 1,
    },
    "OT": {
        "97535": 30, "97530": 26, "97110": 17, "97112": 13, "97140": 5, COGNITION: 5, "97533": 2,
        "97542": 2,
    },
    "PT with OT": {"97110": 30, "97112": 25, "97530": 20, "97140": 15, "97116": 10},
    "PT with SLP": {"97110": 30, "97112": 28, "97530": 22, "97116": 12, "97140": 8},
    "OT with PT": {"97535": 75, "97533": 15, COGNITION: 10},
}  # fmt: skip
CODES: Final = tuple(
    sorted(
        {code for menu in MENUS.values() for code in menu}
        | {code for codes in EVALUATIONS.values() for code in codes}
        | {*REEVALUATION.values(), GROUP, MORE_COGNITION, SPEECH, SWALLOWING, *UNTIMED}
    )
)
# minutes as people write them down, in percent; the rest is what a timer shows
_ROUND: Final = {
    8: 3, 10: 13, 12: 4, 15: 30, 16: 3, 18: 3, 20: 12, 23: 6, 25: 6, 28: 2, 30: 15, 38: 2, 45: 1,
}  # fmt: skip
_AS_TIMED: Final = range(6, 35)
MOST_TIMED_UNITS: Final = 6
UNIT_CAP: Final = 4
_DISTINCT: Final = ("59", "59", "59", "59", "59", "59", "XU", "XS")
DISTINCT: Final = frozenset(_DISTINCT)


@dataclass(frozen=True, slots=True)
class Way:
    """What payers ask of a line: how units are counted, CQ and CO, and pairs of their own."""

    method: str
    marks_assistants: bool
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a visit; ``modifiers`` in the order in which they are billed."""

    code: str
    modifiers: tuple[str, ...]
    units: int
    minutes: int
    assistant_minutes: int = 0

    @property
    def is_timed(self) -> bool:
        return timed(self.code)


@dataclass(frozen=True, slots=True)
class Shape:
    """A visit without its people and date.

    ``found`` are the places of lines that rules of lines find. ``noted_more`` minutes are in
    the note's timed total and in no line; ``session_less`` minutes are not in its session.
    """

    lines: tuple[Line, ...]
    found: tuple[int, ...] = ()
    noted_more: int = 0
    session_less: int = 0

    @property
    def timed_units(self) -> int:
        return sum(line.units for line in self.lines if line.is_timed)

    @property
    def timed_minutes(self) -> int:
        return sum(line.minutes for line in self.lines if line.is_timed)

    def with_line(self, place: int, line: Line, *, found: bool = False) -> Shape:
        """The shape with another line in a place."""
        lines = (*self.lines[:place], line, *self.lines[place + 1 :])
        return replace(self, lines=lines, found=(place,) if found else self.found)


Maker = Callable[[Random, Way, str], Shape | None]


def way_of(payer: Payer | None) -> Way:
    """What a payer asks; of one that nobody describes, each code by itself and no more."""
    if payer is None or payer.unit_method is None:
        return Way("ama", marks_assistants=False)
    own = tuple((column1, column2) for column1, column2, _ in payer.extra_pairs)
    return Way(payer.unit_method, payer.requires_cq_co is True, own)


@cache
def timed(code: str) -> bool:
    """Whether minutes of the code are pooled into quarters of an hour."""
    return is_timed_15(code)


@cache
def pairs() -> dict[tuple[str, str], int]:
    """Edits among our codes: column 1 and 2, and whether a modifier opens the pair."""
    return {(p.column1, p.column2): p.indicator for p in edits.pairs_among(CODES, ON)}


@cache
def most_units(code: str) -> int:
    """The most units of a code that are likely on one date."""
    limit = edits.mue(code, ON)
    return MOST_TIMED_UNITS if limit is None else limit.units


def apart(codes: Iterable[str], way: Way, beside: Iterable[str] = ()) -> set[str] | None:
    """The codes that need 59 beside the others of the day; none where two never go together."""
    own = set(codes)
    everyone, found = own | set(beside), set()
    for (column1, column2), opens in pairs().items():
        if column2 in own and column1 in everyone:
            if not opens:
                return None
            found.add(column2)
    return found | {column2 for column1, column2 in way.pairs if {column1, column2} <= own}


def minutes(rng: Random) -> int:
    """Minutes of one code as a clinician records them."""
    if rng.random() < 0.75:
        return rng.choices(tuple(_ROUND), tuple(_ROUND.values()))[0]
    return rng.choice(_AS_TIMED)


def _some(rng: Random, menu: dict[str, int], count: int) -> list[str]:
    """Different codes of a menu, in the order in which they came to mind."""
    found: list[str] = []
    while len(found) < count:
        code = rng.choices(tuple(menu), tuple(menu.values()))[0]
        if code not in found:
            found.append(code)
    return found


def visit(
    rng: Random,
    way: Way,
    discipline: str,
    given: Sequence[tuple[str, int]],
    beside: Iterable[str] = (),
) -> Shape | None:
    """Codes and minutes as lines with units and modifiers; none for what nobody would bill."""
    units = units_of(given, way.method).units
    recorded = dict(given)
    if recorded.get(COGNITION, 0) > 15 and MORE_COGNITION in units:
        recorded[MORE_COGNITION] = recorded[COGNITION] - 15
        recorded[COGNITION] = 15
    # what is not billed stands in no pair
    separate = apart([code for code in recorded if units.get(code)], way, beside)
    if separate is None or any(count > most_units(code) for code, count in units.items()):
        return None
    distinct = rng.choice(_DISTINCT)
    lines = [
        Line(
            code,
            (MODIFIER_OF[discipline], *([distinct] if code in separate else [])),
            units.get(code, 0),
            amount,
        )
        for code, amount in recorded.items()
    ]
    # what is recorded and not billed stands last, and mostly the visit is not like that
    lines.sort(key=lambda line: line.units == 0)
    shape = Shape(tuple(lines))
    unbilled = sum(line.units == 0 for line in lines)
    if not lines[0].units or unbilled > 1 or (unbilled and rng.random() < 0.6):
        return None
    return shape if shape.timed_units <= MOST_TIMED_UNITS else None


def first(rng: Random, way: Way, discipline: str) -> Shape | None:
    """An evaluation, mostly with some treatment."""
    evaluation = rng.choices(EVALUATIONS[discipline], (5, 6, 2, 3)[: len(EVALUATIONS[discipline])])
    given = [(evaluation[0], rng.choice((30, 30, 35, 40, 45, 45, 50)))]
    if discipline != "SLP":
        more = rng.choices((0, 1, 2), (4, 4, 2))[0]
        given += [(code, minutes(rng)) for code in _some(rng, MENUS[discipline], more)]
    return visit(rng, way, discipline, given)


def again(rng: Random, way: Way, discipline: str) -> Shape | None:
    """A re-evaluation within a treatment."""
    codes = _some(rng, MENUS[discipline], rng.choice((1, 2, 2, 3)))
    given = [(REEVALUATION[discipline], rng.choice((15, 20, 20, 25, 30)))]
    return visit(rng, way, discipline, [*given, *((code, minutes(rng)) for code in codes)])


def treatment(rng: Random, way: Way, discipline: str, beside: str = "") -> Shape | None:
    """A treatment by the therapist; ``beside`` names another discipline of the same date."""
    if discipline == "SLP":
        return _speech(rng, way, alone=not beside)
    menu = MENUS[f"{discipline} with {beside}" if beside else discipline]
    count = rng.choices((1, 2, 3, 4), (5, 25, 40, 30))[0]
    codes = _some(rng, menu, min(count, len(menu)))
    given = [(code, minutes(rng)) for code in codes]
    other = rng.random()
    if discipline == "PT" and not beside and other < 0.05:
        given.append((GROUP, rng.choice((30, 30, 40, 45))))
    elif discipline == "PT" and other < 0.14 and beside != "SLP":
        given.append((rng.choice(UNTIMED), rng.choice((10, 15, 15, 20))))
    return visit(rng, way, discipline, given, (SPEECH,) if beside == "SLP" else ())


def _speech(rng: Random, way: Way, *, alone: bool) -> Shape | None:
    long = (SPEECH, rng.choice((30, 30, 38, 40, 45, 45, 50)))
    if not alone:
        return visit(rng, way, "SLP", [long])
    kind = rng.random()
    if kind < 0.65:
        given = [long]
    elif kind < 0.85:
        given = [(SWALLOWING, rng.choice((30, 35, 40, 45)))]
    else:
        given = [(COGNITION, rng.choice((15, 23, 30, 30, 38, 45)))]
        given += [(SPEECH, 30)] if kind > 0.93 else []
    return visit(rng, way, "SLP", given)


def with_ot(rng: Random, way: Way, discipline: str) -> Shape | None:
    """A treatment on a day with occupational therapy."""
    return treatment(rng, way, discipline, "OT")


def with_slp(rng: Random, way: Way, discipline: str) -> Shape | None:
    """A treatment on a day with speech therapy."""
    return treatment(rng, way, discipline, "SLP")


def with_pt(rng: Random, way: Way, discipline: str) -> Shape | None:
    """A treatment on a day with physical therapy."""
    return treatment(rng, way, discipline, "PT")


def assisted(rng: Random, way: Way, discipline: str) -> Shape | None:
    """A treatment in which an assistant took part; units beyond the tenth have CQ or CO."""
    shape = treatment(rng, way, discipline)
    if shape is None or any(line.code in (COGNITION, GROUP) for line in shape.lines):
        return None
    lines: list[Line] = []
    for line in shape.lines:
        who = rng.random()
        if who < 0.4:
            share = line.minutes
        elif who < 0.6:
            share = rng.randint(1, max(line.minutes - 1, 1))
        else:
            share = line.minutes // 12 if who < 0.7 else 0
        lines += marked(replace(line, assistant_minutes=share), way, discipline)
    if not any(line.assistant_minutes for line in lines) or len(lines) > 5:
        return None
    return replace(shape, lines=tuple(lines))


def marked(line: Line, way: Way, discipline: str) -> list[Line]:
    """A line with the assistant's units told apart, where the payer asks for it."""
    if not way.marks_assistants or not line.units:
        return [line]
    own, theirs = line.minutes - line.assistant_minutes, line.assistant_minutes
    kinds = assistants.assistant_units(
        line.code, line.units, own, theirs, ON, discipline=discipline
    )
    if len(kinds) == 1:
        return [with_modifier(line, kinds[0][0])]
    (_, plain), (modifier, units) = kinds
    return [
        replace(line, units=plain, minutes=own, assistant_minutes=0),
        replace(with_modifier(line, modifier), units=units, minutes=theirs),
    ]


def with_modifier(line: Line, modifier: str | None) -> Line:
    """CQ or CO beside the discipline; other modifiers at the end."""
    if modifier is None:
        return line
    if modifier in ("CQ", "CO"):
        return replace(line, modifiers=(line.modifiers[0], modifier, *line.modifiers[1:]))
    return replace(line, modifiers=(*line.modifiers, modifier))


# The kinds of clean visits: how each is made, by which disciplines, and how many shapes it has.
KINDS: Final[dict[str, tuple[Maker, dict[str, int]]]] = {
    "first": (first, {"PT": 120, "OT": 80, "SLP": 40}),
    "treatment": (treatment, {"PT": 900, "OT": 400, "SLP": 120}),
    "again": (again, {"PT": 80, "OT": 40}),
    "assisted": (assisted, {"PT": 400, "OT": 200}),
    "with PT": (with_pt, {"OT": 100, "SLP": 30}),
    "with OT": (with_ot, {"PT": 150}),
    "with SLP": (with_slp, {"PT": 150}),
}
