"""Lines in the order of a book: patient, date, visit, line, and ties by what the lines say.

Patients stand together in the order in which they come: which is first changes nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from neuroreed.bulk.door_texts import Array, encoded
from neuroreed.bulk.loops import are_plain, loops
from neuroreed.bulk.room import Room

_KEYS: Final = ("patient", "date_of_service", "discipline", "line")
TIE: Final = ("code", "modifiers", "billed_units", "charge_cents", "minutes")
_TWICE, _SEVERAL = 1, 2


def put_in_order(
    found: dict[str, Array], patients: Array, texts: pl.Series, room: Room
) -> Array | None:
    """The row that stands at each place, unsigned of 32 bits; nothing where all stand in theirs.

    Sessions that share a visit and are called by texts are numbered anew in ``found``, in the
    order of their names.

    Args:
        found: columns of the lines as they come.
        patients: numbers that differ where patients do, rising where patients are in order.
        texts: what the sessions are called.
    """
    size = len(patients)
    keys = [patients, *(found[name] for name in _KEYS[1:])]
    order: Array | None = None
    seen = loops(size).look_along(*keys, found["session"])
    if seen == 1 or not size:
        return None
    inside = [*keys, found["session"]]
    if seen == 0:
        if int(patients.max()) - int(patients.min()) > 4 * size + 1024:
            keys[0] = encoded(patients.view(np.uint64))[0]
        order = _by_keys(keys, room)
        inside = [
            gathered(values, order, f"in order {place}", room)
            for place, values in enumerate([*keys, found["session"]])
        ]
        seen = loops(size).look_along(*inside)
    return order if seen == 1 else _mended(found, inside, order, texts)


def gathered(values: Array, order: Array, name: str, room: Room) -> Array:
    """A column in an order of all its rows, or of some."""
    if room.is_constant(values):
        return values[: len(order)]
    answer = room.array(name, len(order), values.dtype)
    loops(len(order)).take(values, order, answer)
    return answer


def _by_keys(keys: list[Array], room: Room) -> Array:
    """A stable order of rows by four keys."""
    size = len(keys[0])
    lows = [int(values.min()) for values in keys]
    spans = [int(values.max()) - low + 1 for values, low in zip(keys, lows, strict=True)]
    top = int(np.prod(np.array(spans, object))) - 1
    if top >= 2**62 or are_plain(size):
        return np.lexsort(keys[::-1]).astype(np.uint32)
    packed, other = (room.array(f"keys {n}", size, np.int64) for n in (1, 2))
    order, spare = (room.array(f"order {n}", size, np.uint32) for n in (1, 2))
    sorts = loops(size)
    sorts.pack(*keys, np.array(lows), np.array(spans), packed)
    return spare if sorts.sort_keys(packed, order, other, spare, top) else order


def _mended(
    found: dict[str, Array], inside: list[Array], order: Array | None, texts: pl.Series
) -> Array | None:
    """The order where visits hold several sessions or one line twice: by all that lines say."""
    size = len(inside[0])
    marks = np.zeros(size, np.uint8)
    loops(size).mark_runs(*inside, marks)
    places = np.flatnonzero(marks)
    rows = places if order is None else order[places]
    if not (texts.dtype.is_integer() or texts.dtype == pl.Null):
        several = rows[(marks[places] & _SEVERAL) > 0]
        own = texts.gather(several).cast(pl.String).str.strip_chars()
        numbers = found["session"] = found["session"].copy()
        numbers[several] = own.rank("dense").fill_null(0).to_numpy()
    one, two, three = (values[places] for values in inside[:3])
    ahead = (one[1:] != one[:-1]) | (two[1:] != two[:-1]) | (three[1:] != three[:-1])
    run = np.concatenate([[0], np.cumsum(ahead)])
    names = [name for name in ("line", "session", *TIE) if name in found]
    # rows that agree in everything stay as they came
    last_first = [rows, *(found[name][rows] for name in reversed(names)), run]
    own_order = rows[np.lexsort(last_first)]
    if (own_order == rows).all():
        return order
    mended = np.arange(size, dtype=np.uint32) if order is None else order.copy()
    mended[places] = own_order
    return mended
