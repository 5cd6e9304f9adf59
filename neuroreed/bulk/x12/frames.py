"""Tables as polars frames: texts, cents, dates and numbers under their names."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.layout import AMOUNTS, NUMBERS
from neuroreed.bulk.x12.read import X12Columns
from neuroreed.bulk.x12.tables import BESIDE, Texts

_FLAGS: Final = frozenset({"balanced", "has_procedure", "has_submitted_procedure"})
_SEPARATOR: Final = 0x1F
Array = np.ndarray[Any, Any]


def frame(columns: X12Columns, kind: str, table: str) -> pl.DataFrame:
    """One table: amounts as ``<name>_cents``, days as dates, rows numbered as others name them.

    An amount that cannot be read is null here; ``read_x12`` says what stands there.

    Args:
        kind: "837" or "835".
        table: its name; the reference lists them.
    """
    found = columns.tables[kind][table]
    rows = found.rows()
    series: list[pl.Series] = []
    for place, name in enumerate(found.columns):
        values = rows[:, place]
        if name in AMOUNTS:
            series.append(_number(f"{name}_cents", values, values > c.ODD))
        elif name in ("day", "last_day"):
            series.append(_number(name, values, values > c.ODD).cast(pl.Int32).cast(pl.Date))
        elif name in _FLAGS:
            series.append(pl.Series(name, values != 0))
        elif name in NUMBERS or (table == "adjudications" and name == "line"):
            series.append(_number(name, values, values >= 0))
        else:
            series.append(text_series(name, values, columns.texts))
    made = pl.DataFrame(series)
    return made.with_row_index("row", offset=found.first).with_columns(pl.col("row").cast(pl.Int64))


def _number(name: str, values: Array, known: Array) -> pl.Series:
    made = pl.Series(name, values)
    return made if known.all() else made.set(pl.Series(~known), None)


def text_series(name: str, values: Array, texts: Texts) -> pl.Series:
    """Texts of a column; null where there is none."""
    known = values >= 0
    starts, sizes = values >> c.LENGTH_BITS, np.where(known, values & c.LENGTH, 0)
    if (values < c.NONE).any() or texts.encoding != "utf-8":
        return pl.Series(name, [texts.get(value) for value in values.tolist()], pl.String)
    # every text with a sign behind it that stands in none, as one text that is split again
    ends = np.cumsum(sizes + 1)
    gathered = np.full(int(ends[-1]) if len(ends) else 0, _SEPARATOR, np.uint8)
    begins = ends - sizes - 1
    for inside, memory, first in (
        (known & (starts < BESIDE), np.frombuffer(texts.raw, np.uint8), 0),
        (known & (starts >= BESIDE), np.frombuffer(bytes(texts.beside), np.uint8), BESIDE),
    ):
        size = sizes[inside]
        if not size.sum():
            continue
        within = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        source = np.repeat(starts[inside] - first, size) + within
        gathered[np.repeat(begins[inside], size) + within] = memory[source]
    if int((gathered == _SEPARATOR).sum()) != len(values):
        return pl.Series(name, [texts.get(value) for value in values.tolist()], pl.String)
    if not len(values):
        return pl.Series(name, [], pl.String)
    whole = gathered[:-1].tobytes().decode("utf-8")
    made = pl.Series(name, [whole]).str.split(chr(_SEPARATOR)).explode()
    return made if known.all() else made.set(pl.Series(~known), None)
