"""The second pass: therapist days, from the rows that all parts handed on.

A line is handed on as a few whole numbers and the number of its visit; what a visit is called
stands once, in a table of names beside it, and is read for days with findings only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.compile import Answers, Columns, Kernel
from neuroreed.bulk.day_rows import one_of_each_date, payer_numbers, ranks_of
from neuroreed.bulk.door_columns import typed
from neuroreed.bulk.door_texts import encoded
from neuroreed.bulk.loops import loops
from neuroreed.bulk.passes import FINDING, Array, Kernels, interval_findings
from neuroreed.bulk.tables import GrowingTables
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope

_MOST_BUCKETS: Final = 2**24
_OF_THERAPIST: Final = (
    *("therapist", "date_of_service", "start_minute", "end_minute", "who", "discipline"),
    *("is_one_on_one", "is_group"),
)
Names = Callable[[Array], pl.Series]


class NamesOfVisits:
    """What visits are called, read from the tables that parts left when somebody asks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, parts: Array, visits: Array) -> pl.Series:
        """The name of each visit of each part; none for a visit below 0."""
        names = np.full(len(parts), None, object)
        for part in np.unique(parts).tolist():
            own = np.flatnonzero((parts == part) & (visits >= 0))
            if len(own):
                table = pl.read_parquet(self._folder / f"part-{part:05d}.names.parquet")
                names[own] = table["name"].gather(visits[own]).cast(pl.String).to_list()
        return pl.Series(names.tolist(), dtype=pl.String)


def run_days(
    rows: pl.DataFrame,
    payers: Iterable[str],
    names: NamesOfVisits,
    kernels: Kernels,
    tables: GrowingTables,
) -> tuple[pl.DataFrame, Array]:
    """The lines of whole therapist days, from all parts.

    ``rows`` are those of ``day_rows`` with the number of their part.
    """
    nobody = rows["therapist"] == UNKNOWN
    if nobody.any():
        one = one_of_each_date(rows.filter(nobody), payers).with_columns(
            pl.lit(-1, pl.Int32).alias("visit")
        )
        rows = pl.concat([one, rows.filter(~nobody)])
    table = {name: rows[name].to_numpy() for name in rows.columns if name != "slot"}
    order = _order(table, payers)
    columns = {name: table[name][order] for name in table if name not in {"part", "visit"}}
    parts, visits = table["part"][order], table["visit"][order]

    def named(wanted: Array) -> pl.Series:
        return names.of(parts[wanted], visits[wanted])

    return _judged(columns, sorted(set(payers)), named, kernels.days, tables)


def _order(table: dict[str, Array], payers: Iterable[str]) -> Array:
    """Rows of one therapist and date together; a day begins with the payer first by name.

    That is so whatever part a line came from.
    """
    size = len(table["therapist"])
    if not size:
        return np.empty(0, np.int64)
    therapist, count = encoded(table["therapist"].view(np.uint64))
    day = table["date_of_service"]
    first, span = int(day.min()), int(day.max()) - int(day.min()) + 1
    order, several = np.arange(size), len(set(payers)) > 1
    ranks = ranks_of(table["payer"], payers) if several else np.zeros(size, np.int32)
    if count * span > max(_MOST_BUCKETS, 4 * size):
        return np.lexsort((ranks, day, therapist))
    if several:
        loops(size).order_by_number(ranks, order, np.zeros(int(ranks.max()) + 2, np.int64))
    place = therapist.astype(np.int64) * span + (day - first)
    then = np.empty(size, np.int64)
    loops(size).order_by_number(place[order], then, np.zeros(count * span + 1, np.int64))
    return order[then] if several else then


def run_times(
    rows: pl.DataFrame, kernels: Kernels, tables: GrowingTables
) -> tuple[pl.DataFrame, Array]:
    """The intervals of whole therapist days, from all parts."""
    rows = rows.sort(_OF_THERAPIST, maintain_order=True)
    columns = {n: rows[n].to_numpy() for n in rows.columns if n not in {"payer", "visit", "who"}}
    given = sorted(name for name in rows["payer"].unique() if name is not None)
    own = dict(zip(given, payer_numbers(given).tolist(), strict=True))
    columns["payer"] = (
        rows["payer"].replace_strict(own, default=None, return_dtype=pl.Int64).fill_null(UNKNOWN)
    ).to_numpy()  # fmt: skip
    return _judged(columns, given, rows["visit"].gather, kernels.therapists, tables)


def _judged(
    columns: Columns, payers: list[str], named: Names, kernel: Kernel, tables: GrowingTables
) -> tuple[pl.DataFrame, Array]:
    days = columns["date_of_service"]
    if not len(days):
        empty = np.zeros((max(len(kernel.plan.rules), 1), 1), np.int64)
        return pl.DataFrame(schema=FINDING), empty
    codes = pl.Series(columns["code"]).unique().to_list() if "code" in columns else []
    policy = tables.covering(
        payers, [code for code in codes if code > 0], [], int(days.min()), int(days.max())
    )
    columns["payer"] = typed("payer", _places(columns["payer"], policy.payers))
    answers = kernel.run(columns, policy)
    if not len(answers.rows):
        return pl.DataFrame(schema=FINDING), answers.coverage
    return _found(answers, columns, named, policy.payers), answers.coverage


def _places(numbers: Array, payers: Sequence[str]) -> Array:
    """Numbers of payers as places among those of policy."""
    own = payer_numbers(payers)
    if len(own) == 1 and (numbers == own[0]).all():
        return np.zeros(len(numbers), np.int64)
    order = np.argsort(own)
    places = np.minimum(np.searchsorted(own[order], numbers), max(len(own) - 1, 0))
    found = np.append(order, UNKNOWN)[places]
    return np.where(numbers == UNKNOWN, UNKNOWN, found)


def _found(
    answers: Answers, columns: Columns, named: Names, payers: tuple[str, ...]
) -> pl.DataFrame:
    """Findings by name; those about a therapist's day are about all its visits."""
    rules = answers.plan.rules
    grouped = {rule.id for rule in rules if rule.scope not in {Scope.LINE, Scope.INTERVAL}}
    names: list[Any] = named(answers.rows).to_list()
    therapist, day = columns["therapist"], columns["date_of_service"]
    fresh = np.ones(len(day), bool)
    fresh[1:] = (therapist[1:] != therapist[:-1]) | (day[1:] != day[:-1])
    starts = np.append(np.flatnonzero(fresh), len(day))
    for place, (row, rule) in enumerate(zip(answers.rows, answers.rules, strict=True)):
        if rules[rule].id in grouped:
            group = int(np.searchsorted(starts, row, side="right")) - 1
            members = named(np.arange(starts[group], starts[group + 1])).to_list()
            names[place] = "+".join(sorted({each for each in members if each is not None}))
    return interval_findings(answers, columns, pl.Series(names, dtype=pl.String), payers)
