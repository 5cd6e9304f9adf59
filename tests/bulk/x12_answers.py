"""The columnar reader and the plain one beside each other: facts, defects, errors and rows."""

from __future__ import annotations

import neuroreed as nr
from neuroreed.bulk.x12.layout import AMOUNTS, NUMBERS
from neuroreed.bulk.x12.plain import to_plain
from neuroreed.bulk.x12.read import read_columns


def _or_error(read, data):
    try:
        return read(data)
    except nr.X12Error as error:
        return ("refused", str(error), error.segment, error.offset)


def plain(data):
    """What the plain reader says."""
    return _or_error(nr.read_x12, data)


def columnar(data, *, walks=True):
    """What the columnar reader says, in the shape of the plain one."""
    return _or_error(lambda data: to_plain(read_columns(data, walks=walks)), data)


def rows(columns):
    """Every table with texts and amounts in words, so that two readings can be compared."""
    texts = columns.texts
    found = {}
    for kind, tables in columns.tables.items():
        for name, table in tables.items():
            words = [
                texts.amount
                if column in AMOUNTS
                else int
                if column in NUMBERS or (name == "adjudications" and column == "line")
                else texts.get
                for column in table.columns
            ]
            found[kind, name] = [
                tuple(word(value) for word, value in zip(words, row, strict=True))
                for row in table.rows().tolist()
            ]
    return found


def differing_rows(data):
    """Tables in which machine code and plain reader give other rows, places included."""
    try:
        walked = rows(read_columns(data))
    except nr.X12Error:
        return []
    watched = rows(read_columns(data, walks=False))
    return [name for name in walked if walked[name] != watched[name]]
