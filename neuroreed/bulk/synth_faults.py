"""Faults of one visit that are planted: how a clean visit is spoilt, and who bills it so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from neuroreed.billing.units import (
    allocate_midpoint,
    is_accepted,
    midpoint_ceiling,
    midpoint_units,
    units_for,
)
from neuroreed.bulk.synth_shapes import (
    COGNITION,
    DISTINCT,
    EVALUATIONS,
    MODIFIER_OF,
    MORE_COGNITION,
    ON,
    SPEECH,
    UNIT_CAP,
    UNTIMED,
    Line,
    Shape,
    Way,
    apart,
    most_units,
    pairs,
    visit,
    with_modifier,
)
from neuroreed.model.errors import NoParameter
from neuroreed.policy.parameters import as_of
from neuroreed.policy.payers import Payer

Spoil = Callable[[Random, Shape, Way, str], Shape | None]
Wants = Callable[[Payer], bool]
_BOTH: Final = ("PT", "OT")
ABOVE_THE_CAP: Final = "more units than the payer pays"
AFTER_KX: Final = frozenset({"25", "22", "52", "95"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one visit: the clean visit it is made from, and whose visits have it.

    ``rules`` are all that find it. ``wants`` says to which payers it is billed.
    """

    rules: tuple[str, ...]
    kind: str
    spoil: Spoil
    wants: Wants
    disciplines: tuple[str, ...] = _BOTH


def _by_total(payer: Payer) -> bool:
    return payer.unit_method == "cms"


def _each_alone(payer: Payer) -> bool:
    return payer.unit_method == "ama"


def _edits(payer: Payer) -> bool:
    return payer.ncci in ("medicare", "like")


def _medicares_edits(payer: Payer) -> bool:
    return payer.ncci == "medicare"


def _own_pairs(payer: Payer) -> bool:
    return bool(payer.extra_pairs)


def _asks_discipline(payer: Payer) -> bool:
    return payer.requires_discipline_modifier is True


def _asks_assistant(payer: Payer) -> bool:
    return payer.requires_cq_co is True


def _judges_assistants(payer: Payer) -> bool:
    """Asks for CQ and CO, and policy says from which share: ASST-02 and ASST-03 need that."""
    try:
        as_of("assistant_de_minimis", ON, payer=payer.id)
    except NoParameter:
        return False
    return _asks_assistant(payer)


def _no_threshold(payer: Payer) -> bool:
    return payer.kx is False


def _not_part_b(payer: Payer) -> bool:
    return payer.id != "medicare_part_b"


def _pays_few_units(payer: Payer) -> bool:
    cap = payer.max_timed_units_per_day
    return cap is not None and cap <= UNIT_CAP


def _any(payer: Payer) -> bool:
    return True


def _timed(shape: Shape) -> list[int]:
    return [i for i, line in enumerate(shape.lines) if line.is_timed and line.code != MORE_COGNITION
            and line.code != COGNITION]  # fmt: skip


def _one(rng: Random, places: Sequence[int]) -> int | None:
    return rng.choice(places) if places else None


def _is_possible(shape: Shape, way: Way) -> bool:
    """No limit but that of the minutes is passed, and 59 stands where it is wanted."""
    wanted = apart((line.code for line in shape.lines if line.units), way)
    return (
        shape.timed_units <= midpoint_ceiling(shape.timed_minutes)
        and all(line.units <= most_units(line.code) for line in shape.lines)
        and wanted == {shape.lines[i].code for i in _marked(shape)}
    )


def _is_shared_well(shape: Shape) -> bool:
    lines = [line for line in shape.lines if line.is_timed]
    return is_accepted([line.minutes for line in lines], [line.units for line in lines])


def _marked(shape: Shape) -> list[int]:
    return [i for i, line in enumerate(shape.lines) if DISTINCT & {*line.modifiers}]


def _more(line: Line, units: int) -> Line:
    return replace(line, units=line.units + units)


def _a_unit_too_many(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    place = _one(rng, _timed(shape))
    if place is None:
        return None
    spoilt = shape.with_line(place, _more(shape.lines[place], 1))
    return spoilt if _is_possible(spoilt, way) else None


def _a_unit_forgotten(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    place = _one(rng, [i for i in _timed(shape) if shape.lines[i].units > 1])
    return None if place is None else shape.with_line(place, _more(shape.lines[place], -1))


def _moved(shape: Shape, way: Way, start: int, end: int) -> Shape | None:
    spoilt = shape.with_line(start, _more(shape.lines[start], -1))
    spoilt = spoilt.with_line(end, _more(spoilt.lines[end], 1))
    return spoilt if _is_possible(spoilt, way) and not _is_shared_well(spoilt) else None


def _shared_wrongly(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    places = _timed(shape)
    start = _one(rng, [i for i in places if shape.lines[i].units > 1])
    end = _one(rng, [i for i in places if i != start])
    return None if start is None or end is None else _moved(shape, way, start, end)


def _quarter_unbilled(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    places = _timed(shape)
    start = _one(
        rng, [i for i in places if shape.lines[i].units == 1 and shape.lines[i].minutes >= 15]
    )
    end = _one(rng, [i for i in places if i != start])
    if start is None or end is None:
        return None
    spoilt = _moved(shape, way, start, end)
    return None if spoilt is None else replace(spoilt, found=(start,))


def _another_method(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    places = _timed(shape)
    if any(line.is_timed for i, line in enumerate(shape.lines) if i not in places):
        return None
    units = [0] * len(places)
    allocate_midpoint([shape.lines[i].minutes for i in places], units)
    for place, count in zip(places, units, strict=True):
        shape = shape.with_line(place, replace(shape.lines[place], units=count))
    too_many = shape.timed_units > units_for(shape.timed_minutes)
    return shape if too_many and _is_possible(shape, way) else None


def _remainders_combined(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    place = _one(rng, [i for i in _timed(shape) if 0 < shape.lines[i].minutes % 15 < 8])
    if place is None:
        return None
    spoilt = shape.with_line(place, _more(shape.lines[place], 1), found=True)
    return spoilt if _is_possible(spoilt, way) else None


def _total_differs(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    return replace(shape, noted_more=rng.choice((5, 8, 10, 15)))


def _session_too_short(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    return replace(shape, session_less=rng.choice((3, 5, 7)))


def _unit_without_minutes(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    codes = {line.code for line in shape.lines}
    fresh = [code for code in ("97112", "97110", "97116", "97530") if code not in codes]
    place = _one(rng, [i for i in _timed(shape) if shape.lines[i].units > 1])
    if place is None or not fresh or apart({*codes, fresh[0]}, way):
        return None
    spoilt = shape.with_line(place, _more(shape.lines[place], -1))
    line = Line(fresh[0], (MODIFIER_OF[discipline],), 1, 0)
    return replace(spoilt, lines=(*spoilt.lines, line), found=(len(spoilt.lines),))


def _no_discipline(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    # codes of cognition are therapy only under a plan: another rule finds those
    line = shape.lines[0]
    if line.code in (COGNITION, MORE_COGNITION):
        return None
    return shape.with_line(0, replace(line, modifiers=line.modifiers[1:]), found=True)


def _two_disciplines(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    other = "GO" if discipline == "PT" else "GP"
    line = shape.lines[0]
    own, *rest = line.modifiers
    return shape.with_line(0, replace(line, modifiers=(own, other, *rest)), found=True)


def _anothers_evaluation(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    line = shape.lines[0]
    level = EVALUATIONS[discipline].index(line.code)
    other = EVALUATIONS["OT" if discipline == "PT" else "PT"][level]
    return shape.with_line(0, replace(line, code=other), found=True)


def _two_evaluations(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    one = shape.lines[0]
    other = rng.choice([code for code in EVALUATIONS[discipline] if code != one.code])
    lines = (one, replace(one, code=other), *shape.lines[1:])
    unpaid = 1 if (one.code, other) in pairs() else 0
    return replace(shape, lines=lines, found=(unpaid,))


def _distinct_left_off(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    marked = _marked(shape)
    codes = {line.code for line in shape.lines}
    if not all(shape.lines[i].units for i in marked) or not marked:
        return None
    if any({*pair} <= codes for pair in way.pairs):
        return None
    return replace(_without_distinct(shape, marked), found=tuple(marked))


def _without_distinct(shape: Shape, places: Sequence[int]) -> Shape:
    for place in places:
        line = shape.lines[place]
        left = tuple(each for each in line.modifiers if each not in DISTINCT)
        shape = shape.with_line(place, replace(line, modifiers=left))
    return shape


def _payers_own_pair(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    codes = [line.code for line in shape.lines]
    marked = _marked(shape)
    if len(marked) != 1 or not all(line.units for line in shape.lines):
        return None
    if any((column1, codes[marked[0]]) in pairs() for column1 in codes):
        return None
    return replace(_without_distinct(shape, marked), found=(marked[0],))


def _distinct_for_nothing(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    if apart((line.code for line in shape.lines), way):
        return None
    return shape.with_line(0, with_modifier(shape.lines[0], "59"), found=True)


def _too_long(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    """Five quarters of an hour of one code, and none of them impossible."""
    given = [(rng.choice(("97112", "97116")), rng.choice((70, 75, 75, 80)))]
    given += [("97110", 15)] if rng.random() < 0.5 else []
    line = visit(rng, way, discipline, [(code, 15) for code, _ in given])
    if line is None:
        return None
    long = replace(line.lines[0], minutes=given[0][1], units=5)
    spoilt = line.with_line(0, long, found=True)
    return spoilt if way.method == "ama" or _is_shared_well(spoilt) else None


def _above_the_cap(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    return shape if shape.timed_units > UNIT_CAP else None


def _evaluated_twice(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    return shape.with_line(0, replace(shape.lines[0], units=2), found=True)


def _untimed_by_time(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    place = _one(rng, [i for i, line in enumerate(shape.lines) if line.code in (*UNTIMED, SPEECH)])
    if place is None:
        return None
    line = shape.lines[place]
    return shape.with_line(place, replace(line, units=max(2, line.minutes // 15)), found=True)


def _unmarked(line: Line) -> Line:
    return replace(line, modifiers=tuple(each for each in line.modifiers if each[0] != "C"))


def _assistant_alone(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    place = _one(
        rng,
        [
            i for i, line in enumerate(shape.lines)
            if line.assistant_minutes == line.minutes and line.units
            and sum(each.code == line.code for each in shape.lines) == 1
        ],
    )  # fmt: skip
    return (
        None if place is None else shape.with_line(place, _unmarked(shape.lines[place]), found=True)
    )


def _assistants_part(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    for place, (plain, theirs) in enumerate(zip(shape.lines, shape.lines[1:], strict=False)):
        if plain.code == theirs.code:
            whole = replace(
                plain,
                units=plain.units + theirs.units,
                minutes=plain.minutes + theirs.minutes,
                assistant_minutes=theirs.assistant_minutes,
            )
            lines = (*shape.lines[:place], whole, *shape.lines[place + 2 :])
            return replace(shape, lines=lines, found=(place,))
    return None


def _therapists_marked(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    line = with_modifier(shape.lines[0], "CQ" if discipline == "PT" else "CO")
    return None if line.code == COGNITION else shape.with_line(0, line, found=True)


def _others_assistant(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    swap = {"CQ": "CO", "CO": "CQ"}
    place = _one(rng, [i for i, line in enumerate(shape.lines) if swap.keys() & {*line.modifiers}])
    if place is None:
        return None
    line = shape.lines[place]
    modifiers = tuple(swap.get(each, each) for each in line.modifiers)
    return shape.with_line(place, replace(line, modifiers=modifiers), found=True)


def _evaluation_by_assistant(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    line = with_modifier(shape.lines[0], "CQ" if discipline == "PT" else "CO")
    return shape.with_line(0, replace(line, assistant_minutes=line.minutes), found=True)


def _with(modifier: str) -> Spoil:
    def spoil(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
        place = _one(rng, [i for i in _timed(shape) if shape.lines[i].units])
        if place is None:
            return None
        return shape.with_line(place, with_modifier(shape.lines[place], modifier), found=True)

    return spoil


def _out_of_order(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    places = [i for i, line in enumerate(shape.lines) if len(line.modifiers) > 1 and line.units]
    if not places:
        return None
    for place in places:
        line = shape.lines[place]
        shape = shape.with_line(place, replace(line, modifiers=line.modifiers[::-1]))
    return replace(shape, found=tuple(places))


def _line_twice(rng: Random, shape: Shape, way: Way, discipline: str) -> Shape | None:
    line = shape.lines[0]
    whole = Shape((replace(line, units=2 * line.units, minutes=2 * line.minutes), *shape.lines[1:]))
    if line.code == COGNITION or not line.is_timed or not _is_possible(whole, way):
        return None
    if way.method == "cms" and not _is_shared_well(whole):
        return None
    if midpoint_units(2 * line.minutes) < 2 * line.units:
        return None
    return replace(shape, lines=(line, *shape.lines), found=(1,))


def _treated(*rules: str, spoil: Spoil, wants: Wants, slp: bool = False) -> Fault:
    return Fault(rules, "treatment", spoil, wants, (*_BOTH, "SLP") if slp else _BOTH)


def _evaluated(*rules: str, spoil: Spoil, wants: Wants) -> Fault:
    return Fault(rules, "first", spoil, wants)


def _assisted(*rules: str, spoil: Spoil, wants: Wants = _judges_assistants) -> Fault:
    return Fault(rules, "assisted", spoil, wants)


FAULTS: Final[dict[str, Fault]] = {
    # a unit too many is also more than the note's total supports
    "a unit too many": _treated("UNIT-01", "MINU-01", spoil=_a_unit_too_many, wants=_by_total),
    "each code counted by itself": _treated(
        "UNIT-01", "MINU-01", spoil=_another_method, wants=_by_total
    ),
    "a unit forgotten": _treated("UNIT-02", spoil=_a_unit_forgotten, wants=_by_total),
    "units on the wrong code": _treated("UNIT-03", spoil=_shared_wrongly, wants=_by_total),
    "a full quarter not billed": _treated(
        "UNIT-03", "UNIT-04", spoil=_quarter_unbilled, wants=_by_total
    ),
    "remainders combined": _treated("UNIT-05", spoil=_remainders_combined, wants=_each_alone),
    "a unit for no minutes": _treated(
        "MINU-04", "UNIT-03", spoil=_unit_without_minutes, wants=_by_total
    ),
    "the note has another total": _treated("MINU-03", spoil=_total_differs, wants=_any),
    "a session shorter than its services": _treated(
        "MINU-02", spoil=_session_too_short, wants=_any, slp=True
    ),
    "no discipline modifier": _treated(
        "MODS-01", spoil=_no_discipline, wants=_asks_discipline, slp=True
    ),
    "two discipline modifiers": _treated("MODS-02", spoil=_two_disciplines, wants=_any),
    "another discipline's evaluation": _evaluated(
        "CODE-06", spoil=_anothers_evaluation, wants=_any
    ),
    "two evaluations": _evaluated("CODE-07", "EDIT-02", spoil=_two_evaluations, wants=_edits),
    "59 left off": _treated("EDIT-01", spoil=_distinct_left_off, wants=_medicares_edits),
    "59 for nothing": _treated("MODS-05", spoil=_distinct_for_nothing, wants=_any),
    "the payer's own pair": _treated("EDIT-05", spoil=_payers_own_pair, wants=_own_pairs),
    "more units than likely": _treated("EDIT-04", spoil=_too_long, wants=_edits),
    "an untimed service by its time": _treated(
        "UNIT-07", "EDIT-04", spoil=_untimed_by_time, wants=_edits, slp=True
    ),
    "an evaluation of two units": _evaluated(
        "UNIT-07", "EDIT-03", spoil=_evaluated_twice, wants=_edits
    ),
    ABOVE_THE_CAP: _treated("UNIT-11", spoil=_above_the_cap, wants=_pays_few_units),
    "an assistant alone unmarked": _assisted("ASST-01", "ASST-02", spoil=_assistant_alone),
    "an assistant's part unmarked": _assisted("ASST-02", spoil=_assistants_part),
    "a therapist's unit marked": _treated(
        "ASST-03", spoil=_therapists_marked, wants=_judges_assistants
    ),
    "another discipline's assistant": _assisted(
        "ASST-04", spoil=_others_assistant, wants=_asks_assistant
    ),
    "an evaluation by an assistant": _evaluated(
        "ASST-05", spoil=_evaluation_by_assistant, wants=_asks_assistant
    ),
    "KX to a payer without threshold": _treated("THRS-05", spoil=_with("KX"), wants=_no_threshold),
    "25 on a therapy line": _treated("MODS-07", spoil=_with("25"), wants=_any),
    "22 on a timed code": _treated("MODS-08", spoil=_with("22"), wants=_any),
    "52 on a timed code": _treated("MODS-09", spoil=_with("52"), wants=_any),
    "telehealth half said": _treated("TELE-03", spoil=_with("95"), wants=_not_part_b),
    "modifiers out of order": _treated("MODS-15", spoil=_out_of_order, wants=_any),
    "a line twice": _treated("DUPL-01", spoil=_line_twice, wants=_any),
}
