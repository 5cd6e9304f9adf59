"""Tables of a summary as text: as Python writes them, whatever names a file brought."""

from __future__ import annotations

import json
from random import Random

import polars as pl

from neuroreed.bulk.texts import GROUP, csv_rows, json_rows, table_text

_STRANGE = "ab,\"\\\n\r\t=+-@ é€\x7f\x00'/.1😀"


def test_names_from_anywhere_are_written_as_python_writes_them() -> None:
    random = Random(97112)
    names = [None, "", " x", "x ", "=cmd()", "a,b", 'a"b', "é", "plain", "12", "a'b", "a b"]
    names += ["".join(random.choices(_STRANGE, k=random.randrange(7))) for _ in range(500)]
    table = pl.DataFrame(
        {
            "name": names,
            "severity": "stop",
            "findings": range(len(names)),
            "amount_cents": -5,
            "without_amount": 0,
        }
    )
    rows = table.to_dicts()

    assert json_rows(table) == json.dumps(rows)
    said = table_text([{"by": "clinic", **row} for row in rows], ("by", *GROUP))
    assert table_text([], ("by", *GROUP)) + csv_rows(table, "clinic") == said


def test_a_table_without_rows_is_an_empty_list() -> None:
    nothing = pl.DataFrame(
        schema=dict.fromkeys(GROUP[:2], pl.String) | dict.fromkeys(GROUP[2:], pl.Int64)
    )
    assert json_rows(nothing) == "[]"
    assert csv_rows(nothing, "clinic") == ""
