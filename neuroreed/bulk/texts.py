"""Tables of a summary as JSON and as CSV that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any, Final

import polars as pl

# what a spreadsheet would run
FORMULA: Final = r"^[=+\-@\t\r]"
_FORMULA: Final = re.compile(FORMULA)
# what stands in JSON between quotes, and in CSV without them, as it is
_AS_IT_IS: Final = r"^[A-Za-z0-9_.][\x20\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]*$"
GROUP: Final = ("name", "severity", "findings", "amount_cents", "without_amount")


def table_text(rows: list[dict[str, Any]], names: tuple[str, ...]) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        writer.writerow([safe_cell(row.get(name)) for name in names])
    return text.getvalue()


def safe_cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is shown as text."""
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value


def json_rows(table: pl.DataFrame) -> str:
    """Rows of a group of sums as ``json.dumps`` says them, without making objects of them."""
    text = {
        name: '"' + _texts(table[name], lambda each: json.dumps(each)[1:-1]) + '"'
        for name in GROUP[:2]
    }
    cells: list[Any] = []
    for place, name in enumerate(GROUP):
        own = text.get(name, table[name].cast(pl.String))
        cells += [pl.lit(f'{", " if place else "{"}"{name}": '), own.fill_null("null")]
    return f"[{_joined([*cells, pl.lit('}')], ', ')}]"


def csv_rows(table: pl.DataFrame, by: str) -> str:
    """Rows of a group of sums as ``table_text`` says them, each begun with what it is by."""
    cells: list[Any] = [pl.lit(by)]
    for name in GROUP:
        own = table[name]
        own = _texts(own, _cell) if own.dtype == pl.String else own.cast(pl.String)
        cells += [pl.lit(","), own.fill_null("")]
    return _joined([*cells, pl.lit("\r\n")], "")


def _joined(cells: list[Any], between: str) -> str:
    return str(pl.select(pl.concat_str(cells).str.join(between)).item())


def _cell(value: str) -> str:
    return table_text([], (safe_cell(value), "")).removesuffix(",\r\n")


def _texts(values: pl.Series, write: Callable[[str], str]) -> pl.Series:
    """Texts as they are where they may stand so, else as somebody writes them."""
    strange = values.filter(~values.str.contains(_AS_IT_IS)).unique()
    written = {each: write(each) for each in strange if each is not None}
    return values.replace(written) if written else values
