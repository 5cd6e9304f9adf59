"""What a part hands on for the days of therapists: a few whole numbers of each visit.

Where the rules of those days only add lines up, the lines of one visit with the same therapist
and payer are one row; else each line is its own. Rows lie in the order of slots and therapists,
so that a second pass may take the therapists of some slots from all parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, Final

import numpy as np

from neuroreed.bulk.compile import DTYPES, Columns
from neuroreed.bulk.day_loops import day_loops
from neuroreed.bulk.door_texts import encoded
from neuroreed.bulk.plan import Plan
from neuroreed.bulk.room import Room
from neuroreed.model.columns import UNKNOWN

Array = np.ndarray[Any, Any]
# a second pass over many lines takes them slot by slot
SLOTS: Final = 64
OWN: Final = ("therapist", "date_of_service", "payer")
_MARKS: Final = {
    np.dtype(kind): UNKNOWN if size == 8 else -(2 ** (8 * size - 1))
    for size, kind in DTYPES.items()
}
_NONE: Final = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of a part and the rows that it hands on.

    ``starts``: the first line of each visit. ``begins``: of each row the first line and the
    number of its visit, alternating. ``of_one_session``: each visit is; ``rise``: the number
    of the session does from visit to visit.
    """

    starts: Array
    begins: Array
    patients: int
    billed_cents: int
    of_one_session: bool
    rise: bool
    lines: int

    def numbers(self) -> Array:
        """The visit of each line."""
        return np.repeat(np.arange(len(self.starts)), np.diff(np.append(self.starts, self.lines)))

    def of(self, rows: Array) -> Array:
        """The visit of each of some lines."""
        return np.searchsorted(self.starts, rows.astype(np.int32), side="right") - 1

    def bounds(self, visits: Array) -> tuple[Array, Array]:
        """The first line of each of some visits, and the one behind its last."""
        last = visits + 1 == len(self.starts)
        ends = self.starts[np.where(last, 0, visits + 1)]
        return self.starts[visits], np.where(last, self.lines, ends)

    def cents(self, columns: Columns, begins: Array, ends: Array, nothing: int) -> Array:
        """What stretches of lines are worth as far as known, else ``nothing``.

        A line is worth its allowed amount, else its charge.
        """
        money = [seen(columns.get(name, _NONE)) for name in ("allowed_cents", "charge_cents")]
        worth, edges = np.full(len(begins), nothing, np.int64), np.stack([begins, ends], 1)
        day_loops(self.lines).worth_of(*money, UNKNOWN, edges.astype(np.int64), worth)
        return worth


def seen(values: Array) -> Array:
    """The same numbers, not to be written to: compiled loops are made for one kind of array."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


def visits_in(columns: Columns, days: Plan, room: Room) -> Visits:
    """Visits and rows of the columns of a part; the next with the same room take their place."""
    size = len(columns["patient"])
    starts, begins = room.array("visits", size, np.int32), room.array("rows", 2 * size, np.int32)
    told = np.zeros(6, np.int64)
    given = (
        *("patient", "date_of_service", "discipline", "session", "therapist", "payer"),
        *("allowed_cents", "charge_cents"),
    )
    keys = [seen(columns.get(name, _NONE)) for name in given]
    day_loops(size).visits_of(*keys, UNKNOWN, not days.joins.sums, starts, begins, told)
    visits, rows, patients, cents, one, rise = told.tolist()
    return Visits(starts[:visits], begins[: 2 * rows], patients, cents, bool(one), bool(rise), size)


def day_rows(
    columns: Columns, handed: Mapping[str, Array], visits: Visits, days: Plan, room: Room
) -> dict[str, Array]:
    """What the therapists' days need of the lines.

    ``handed`` are values that the kernel of the lines tells. Where lines are added up, those of
    unknown therapists are one row for each date.

    Returns: ``therapist``, each once, and ``end``, the place behind his last row; of each row
    date, ``payer`` as its place in those of the part, or below 0, and visit; and the values
    that ``days`` looks at, as ``day_loops`` packs them. Those of the next part with the same
    room take their place.
    """
    begins, lines = seen(visits.begins), len(columns["patient"])
    size, loops = len(begins) // 2, day_loops(lines)
    if "therapist" in columns:
        therapist = columns["therapist"][begins[::2]]
        whose, count = encoded(therapist.view(np.uint64))
        numbers = np.empty(count, np.int64)
        numbers[whose] = therapist
    else:
        whose, numbers = np.zeros(size, np.int32), np.full(1, UNKNOWN)
    counts, whose = np.zeros(len(numbers), np.int64), seen(whose)
    loops.count_rows(whose, counts)
    order = np.lexsort((numbers, numbers % SLOTS))
    ends = np.empty(len(order), np.int64)
    ends[order] = np.cumsum(counts[order]) - counts[order]
    places, table = room.array("places", size, np.int32), {}
    for name, kind in (("date_of_service", np.int32), ("payer", np.int16), ("visit", np.int32)):
        table[name] = room.array(f"day {name}", size, kind)
    keys = (seen(columns[name]) for name in ("date_of_service", "payer"))
    loops.place_rows(whose, begins, *keys, ends, places, *table.values())
    ends = ends[order]
    for name in days.columns:
        values = handed.get(name, columns.get(name))
        if name not in OWN and values is not None:
            packed = partial(room.array, f"day {name}", size)
            table[name] = _packed(loops, seen(values), begins, seen(places), packed)
    if days.joins.nobody and numbers[order[0]] == UNKNOWN:
        table = _by_date(table, int(ends[0]))
        ends -= size - len(table["visit"])
    return {"therapist": numbers[order], "end": ends.astype(np.int32), **table}


def _packed(
    loops: ModuleType, values: Array, begins: Array, places: Array, array: Callable[[Any], Array]
) -> Array:
    for kind in (np.int32, np.int64):
        packed = array(kind)
        least, most = loops.pack_lines(values, _MARKS[values.dtype], begins, places, packed)
        if least >= np.iinfo(kind).min and most <= np.iinfo(kind).max:
            return packed
    raise OverflowError("a sum of lines needs more than 63 bits")


def _by_date(table: dict[str, Array], size: int) -> dict[str, Array]:
    """The first rows of a table added up by date: of no visit, of the payer first by name."""
    own = {name: values[:size] for name, values in table.items()}
    days, places = np.unique(own["date_of_service"], return_inverse=True)
    payer = np.full(len(days), np.iinfo(np.int16).max, np.int16)
    np.minimum.at(payer, places, own["payer"])
    added = {"date_of_service": days, "payer": payer, "visit": np.full(len(days), -1, np.int32)}
    for name, values in own.items():
        if name not in added:
            totals, doubtful = np.zeros(len(days), np.int64), np.zeros(len(days), np.int64)
            np.add.at(totals, places, values >> 1)
            np.bitwise_or.at(doubtful, places, values & 1)
            added[name] = 2 * totals + doubtful
    return {name: np.concatenate([added[name], table[name][size:]]) for name in table}
