"""Lines in the order of a book: patient, date, visit, line, and ties by what the lines say.

Patients stand together in the order in which they come: which is first changes nothing.
"""

from __future__ import annotations

from typing import Any, Final

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
    seen = loops(size).look_along(*keys, found["session"])
    if seen == 1 or not size:
        return None
    order, marks = None, room.array("marks", size, np.uint8)
    if seen == 2:
        loops(size).mark_runs(*keys, found["session"], marks)
    else:
        order, is_marked = _by_keys(keys, found["session"], marks, room)
        if not is_marked:
            return order
    return _mended(found, keys, order, marks, texts)


def gathered(values: Array, order: Array, name: str, room: Room, kind: Any = None) -> Array:
    """A column in an order of all its rows, or of some; as numbers of a kind that holds them."""
    if room.is_constant(values):
        return values[: len(order)]
    answer = room.array(name, len(order), values.dtype if kind is None else kind)
    loops(len(order)).take(values, order, answer)
    return answer


def _by_keys(keys: list[Array], session: Array, marks: Array, room: Room) -> tuple[Array, bool]:
    """A stable order of rows by four keys, and whether any is marked; see ``mark_runs``."""
    size, row_bits = len(session), (len(session) - 1).bit_length()
    lows, bits = _spans(keys)
    if sum(bits) + row_bits > 63 and keys[0].itemsize == 8:
        keys = [encoded(keys[0].view(np.uint64))[0], *keys[1:]]
        lows, bits = _spans(keys)
    sorts = loops(size)
    if sum(bits) + row_bits > 63 or are_plain(size):
        order = np.lexsort(keys[::-1]).astype(np.uint32)
        sorts.mark_runs(*(values[order] for values in (*keys, session)), marks)
        return order, True
    packed, other = (room.array(f"keys {n}", size, np.int64) for n in (1, 2))
    counts = np.zeros((-(-sum(bits) // 11), 2048), np.int64)
    sorts.pack(*keys, np.array(lows), np.array(bits), row_bits, packed, counts)
    sorts.sort_keys(packed, other, row_bits, counts)
    done, order = other if len(counts) % 2 else packed, room.array("order", size, np.uint32)
    return order, sorts.unpack(done, row_bits, bits[3], session, order, marks)


def _spans(keys: list[Array]) -> tuple[list[int], list[int]]:
    """The least of each key, and the bits that hold how far the others are from it."""
    lows = [int(values.min()) for values in keys]
    spans = [int(values.max()) - low for values, low in zip(keys, lows, strict=True)]
    return lows, [span.bit_length() for span in spans]


def _mended(
    found: dict[str, Array], keys: list[Array], order: Array | None, marks: Array, texts: pl.Series
) -> Array | None:
    """The order where visits hold several sessions or one line twice: by all that lines say."""
    size = len(marks)
    places = np.flatnonzero(marks)
    rows = places if order is None else order[places]
    if not (texts.dtype.is_integer() or texts.dtype == pl.Null):
        several = rows[(marks[places] & _SEVERAL) > 0]
        own = texts.gather(several).cast(pl.String).str.strip_chars()
        numbers = found["session"] = found["session"].copy()
        numbers[several] = own.rank("dense").fill_null(0).to_numpy()
    one, two, three = (values[rows] for values in keys[:3])
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
