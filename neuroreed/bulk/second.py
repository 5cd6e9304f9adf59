"""The second pass: therapist days, from the rows that all parts handed on.

A row is a few whole numbers and the number of its visit; what a visit is called stands once
beside the rows, and is read for days with findings only. Rows of some slots can
be judged wherever the folder of the parts is seen: nothing else is known of the other slots.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.columns_file import mapped
from neuroreed.bulk.compile import Answers, Kernel
from neuroreed.bulk.day_loops import day_loops
from neuroreed.bulk.day_rows import OWN, SLOTS, seen
from neuroreed.bulk.door_columns import typed
from neuroreed.bulk.passes import FINDING, Array, interval_findings
from neuroreed.bulk.room import Room
from neuroreed.bulk.tables import GrowingTables
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope

_OF_THERAPIST: Final = (
    *("therapist", "date_of_service", "start_minute", "end_minute", "who", "discipline"),
    *("is_one_on_one", "is_group"),
)
_BESIDE: Final = ("therapist", "end", "name")
Names = Callable[[Array], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the therapists of some slots.

    ``begins``: where each run of one therapist in one part begins, and the last ends;
    ``therapist`` and ``part`` of each run; ``order``: runs, each therapist's together.
    """

    table: dict[str, Array]
    begins: Array
    therapist: Array
    part: Array
    order: Array

    def parts(self, rows: Array) -> Array:
        """The part of each row."""
        return self.part[np.searchsorted(self.begins, rows, side="right") - 1]


class DaysOfParts:
    """The rows for therapists' days that parts left in a folder."""

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.glob("*.days"))
        self._parts = [mapped(file) for file in self._files]
        slots = np.arange(SLOTS + 1)
        self._slots = [np.searchsorted(part["therapist"] % SLOTS, slots) for part in self._parts]
        self._payers = [_payers(file.with_suffix(".json")) for file in self._files]
        self.payers = tuple(sorted({name for each in self._payers for name in each}))
        # of each part: the unknown payer, then its own
        self.tables = np.cumsum([0, *(len(each) + 1 for each in self._payers)])

    def __len__(self) -> int:
        return sum(len(part["visit"]) for part in self._parts)

    def places(self, payers: Sequence[str]) -> Array:
        """The place among others, in the order of names, of every payer of every part."""
        numbers = {name: place for place, name in enumerate(payers)}
        own = [[UNKNOWN, *(numbers[name] for name in each)] for each in self._payers]
        return typed("payer", np.array([place for each in own for place in each], np.int64))

    def rows(self, slots: range, room: Room) -> _Rows:
        """The rows of the therapists of some slots."""
        begins, whose, parts, slices = [np.zeros(1, np.int64)], [], [], []
        end = 0
        for place, part in enumerate(self._parts):
            therapist, ends = part["therapist"], part["end"]
            one, two = self._slots[place][[slots.start, slots.stop]].tolist()
            if one == two:
                continue
            begin, stop = int(ends[one - 1]) if one else 0, int(ends[two - 1])
            begins.append(ends[one:two].astype(np.int64) - begin + end)
            end += stop - begin
            whose.append(therapist[one:two])
            parts.append(np.full(two - one, place))
            slices.append({n: each[begin:stop] for n, each in part.items() if n not in _BESIDE})
        if not slices:
            return _Rows({}, begins[0], *(np.empty(0, np.int64) for _ in range(3)))
        table = {}
        for name in slices[0]:
            own = [each[name] for each in slices]
            kind = np.result_type(*{each.dtype for each in own})
            table[name] = np.concatenate(own, out=room.array(name, end, kind))
        therapist = np.concatenate(whose)
        order = np.argsort(therapist, kind="stable")
        return _Rows(table, np.concatenate(begins), therapist, np.concatenate(parts), order)

    def payers_of(self, rows: _Rows, places: Array) -> Array:
        """The payer of each row, among the places that ``places`` gives."""
        table = self.tables[rows.parts(np.arange(len(rows.table["payer"])))]
        return places[table + np.maximum(rows.table["payer"], -1) + 1]

    def names_of(self, rows: _Rows, wanted: Array) -> list[str | None]:
        """What the visits of some rows are called; no visit is called nothing."""
        parts, visits = rows.parts(wanted), rows.table["visit"][wanted]
        names = np.full(len(wanted), None, object)
        for part in np.unique(parts).tolist():
            own = np.flatnonzero((parts == part) & (visits >= 0))
            names[own] = self._names(part, visits[own])
        return list(names)

    def _names(self, part: int, visits: Array) -> list[str]:
        if "name" in self._parts[part]:
            return [str(name) for name in self._parts[part]["name"][visits].tolist()]
        # a folder may have signs in its name that would stand for other files
        names = pl.scan_ipc(self._files[part].with_suffix(".names.arrow"), glob=False)
        return names.collect()["name"].gather(visits).to_list()


def _payers(path: Path) -> list[str]:
    return list(json.loads(path.read_text(encoding="utf-8"))["payers"])


def run_days(
    days: DaysOfParts, slots: range, kernel: Kernel, tables: GrowingTables, room: Room
) -> tuple[pl.DataFrame, Array]:
    """The lines of the days of the therapists of some slots, from all parts."""
    rows = days.rows(slots, room)
    size = len(rows.table.get("visit", ()))
    if not size:
        return _nothing(kernel)
    day, group = rows.table["date_of_service"], room.array("group", size, np.int32)
    first, last = int(day.min()), int(day.max())
    policy = tables.covering(days.payers, [], [], first, last)
    places = days.places(policy.payers)
    own = {
        name: room.array(f"day {name}", size, kind)
        for name, kind in zip(OWN, (np.int64, np.int32, np.int16), strict=True)
    }
    count = day_loops(size).days_of(
        seen(rows.order), seen(rows.begins), seen(rows.therapist), seen(days.tables[rows.part]),
        seen(day), seen(rows.table["payer"]), seen(places), first,
        np.full(last - first + 1, -1, np.int32), group, *own.values(),
    )  # fmt: skip
    own = {name: values[:count] for name, values in own.items()}
    lists = {name: each for name, each in rows.table.items() if name not in {*OWN, "visit"}}
    if kernel.plan.joins.sums:
        of, columns = _added(lists, seen(group), count, room)
    else:
        source = np.lexsort((days.payers_of(rows, places), group))
        of = group[source]
        columns = {n: np.where(v & 1, UNKNOWN, v >> 1)[source] for n, v in lists.items()}
    if len(of) > count:
        own = {name: values[of] for name, values in own.items()}
    columns = {name: typed(name, values) for name, values in {**own, **columns}.items()}
    answers = kernel.run(columns, policy)
    if not len(answers.rows):
        return pl.DataFrame(schema=FINDING), answers.coverage
    names = _subjects(answers, partial(days.names_of, rows), of, group)
    return interval_findings(answers, columns, names, policy.payers), answers.coverage


def _added(
    lists: dict[str, Array], group: Array, count: int, room: Room
) -> tuple[Array, dict[str, Array]]:
    """The day of each row for the kernel, and lists whose entries are added up by day.

    A day is one row of what is known, and another if not all is known.
    """
    totals = {name: room.array(f"sum of {name}", count, np.int64) for name in lists}
    for total in totals.values():
        total.fill(0)
    doubtful = {name: np.zeros(count, np.uint8) for name in lists}
    doubt = [
        day_loops(len(group)).add_days(seen(packed), group, totals[name], doubtful[name])
        for name, packed in lists.items()
    ]
    if not any(doubt):
        return np.arange(count, dtype=np.int32), totals
    some = np.zeros(count, np.int64)
    for each in doubtful.values():
        some |= each
    of = np.repeat(np.arange(count), 1 + some)
    further = np.append(False, of[1:] == of[:-1])
    return of, {
        name: np.where(further, np.where(doubtful[name], UNKNOWN, 0)[of], totals[name][of])
        for name in lists
    }


def _subjects(answers: Answers, named: Names, of: Array, group: Array) -> pl.Series:
    """What findings are about: one interval, or all visits of a therapist's day.

    ``of``: the day of each row of the kernel; ``group``: the day of each row that ``named``
    tells the visit of.
    """
    rules = answers.plan.rules
    single = np.array([rules[number].scope is Scope.INTERVAL for number in answers.rules])
    days, rows = of[answers.rows], answers.rows[single]
    members = np.flatnonzero(np.isin(group, days[~single]))
    together: dict[int, set[str]] = {}
    for day, name in zip(group[members].tolist(), named(members), strict=True):
        if name is not None:
            together.setdefault(day, set()).add(name)
    told = ["+".join(sorted(together.get(day, ()))) for day in days.tolist()]
    for place, name in zip(np.flatnonzero(single), named(rows), strict=True):
        told[place] = name
    return pl.Series(told, dtype=pl.String)


def _nothing(kernel: Kernel) -> tuple[pl.DataFrame, Array]:
    empty = np.zeros((max(len(kernel.plan.rules), 1), 1), np.int64)
    return pl.DataFrame(schema=FINDING), empty


def run_times(
    rows: pl.DataFrame, kernel: Kernel, tables: GrowingTables
) -> tuple[pl.DataFrame, Array]:
    """The intervals of whole therapist days, from all parts."""
    if not len(rows):
        return _nothing(kernel)
    rows = rows.sort(_OF_THERAPIST, maintain_order=True)
    columns = {n: rows[n].to_numpy() for n in rows.columns if n not in {"payer", "visit", "who"}}
    payers = sorted(name for name in rows["payer"].unique() if name is not None)
    day = columns["date_of_service"]
    policy = tables.covering(payers, [], [], int(day.min()), int(day.max()))
    own = {name: policy.payers.index(name) for name in payers}
    places = rows["payer"].replace_strict(own, default=None, return_dtype=pl.Int64)
    columns["payer"] = typed("payer", places.fill_null(UNKNOWN).to_numpy())
    answers = kernel.run(columns, policy)
    if not len(answers.rows):
        return pl.DataFrame(schema=FINDING), answers.coverage
    therapist = columns["therapist"]
    fresh = (therapist[1:] != therapist[:-1]) | (day[1:] != day[:-1])
    group = np.append(0, np.cumsum(fresh))
    names = _subjects(answers, rows["visit"].gather, group, group)
    return interval_findings(answers, columns, names, policy.payers), answers.coverage
