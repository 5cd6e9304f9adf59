"""What a part hands on for the days of therapists: a few whole numbers of each line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.door_columns import name_numbers
from neuroreed.bulk.door_intervals import Part
from neuroreed.bulk.loops import loops
from neuroreed.model.columns import UNKNOWN

Array = np.ndarray[Any, Any]
# a second pass over many lines takes them slot by slot
SLOTS: Final = 64
_LINE: Final = ("code", "minutes", "billed_units")


def day_rows(part: Part, visits: Array) -> pl.DataFrame:
    """What the therapist's day needs of each line, in the order of slots.

    Of unknown therapists one row of each date is enough.
    """
    columns, size = part.columns, len(part)
    therapist = columns.get("therapist", np.full(size, UNKNOWN, np.int64))
    payers = np.append(payer_numbers(part.payers), UNKNOWN)
    payer = columns["payer"]
    slot = (therapist % SLOTS).astype(np.uint8)
    table = {
        "therapist": therapist,
        "date_of_service": columns["date_of_service"],
        **{name: columns[name] for name in _LINE if name in columns},
        "visit": visits.astype(np.int32),
    }
    order = np.empty(size, np.int64)
    begins = np.zeros(SLOTS + 1, np.int64)
    loops(size).order_by_number(slot, order, begins)
    rows = pl.DataFrame({name: values[order] for name, values in table.items()})
    least, most = (int(payer.min()), int(payer.max())) if size else (0, 0)
    if least == most:
        whose = np.full(size, payers[least if least >= 0 else -1])
    else:
        whose = payers[np.where(payer < 0, len(part.payers), payer)][order]
    # the counts have moved on: where a slot ends is where the next one begins
    counts = np.diff(np.concatenate([[0], begins[:-1]]))
    slots = np.repeat(np.arange(SLOTS, dtype=np.uint8), counts)
    rows = rows.with_columns(pl.Series("payer", whose), pl.Series("slot", slots))
    nobody = pl.col("therapist") == UNKNOWN
    if not (therapist == UNKNOWN).any():
        return rows
    unknown = one_of_each_date(rows.filter(nobody), part.payers)
    # nobody's rows belong to the first slot
    return pl.concat([unknown, rows.filter(~nobody)])


def payer_numbers(payers: Sequence[str]) -> Array:
    """Payers as numbers that are the same in every part and process."""
    return name_numbers(pl.Series(list(payers), dtype=pl.String))


def one_of_each_date(rows: pl.DataFrame, payers: Iterable[str]) -> pl.DataFrame:
    """One row of each date, of the payer that comes first by its name."""
    rank = ranks_of(rows["payer"].to_numpy(), payers)
    first = rows.with_columns(pl.Series("__rank", rank)).sort("__rank", maintain_order=True)
    return first.unique("date_of_service", keep="first", maintain_order=True).drop("__rank")


def ranks_of(numbers: Array, payers: Iterable[str]) -> Array:
    """The place of each payer among all by name; the unknown one comes first, as nothing does."""
    known = sorted(set(payers))
    own = payer_numbers(known)
    order = np.argsort(own)
    places = np.searchsorted(own[order], numbers) if len(own) else np.zeros(len(numbers), int)
    ranks = np.append(order, 0)[places] + 1
    return np.where(numbers == UNKNOWN, 0, ranks).astype(np.int32)
