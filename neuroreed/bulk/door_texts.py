"""Columns of texts told apart without an object for each: by the sixteen bytes Arrow keeps of one.

A text of up to twelve bytes lies whole in its view, after its length; of a longer one the view
holds the first four and where the others lie. Equal views are equal texts; equal texts may have
views that differ, which costs a second reading and no more.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk.loops import loops

Array = np.ndarray[Any, Any]
_FEW: Final = 4096
_LONG: Final = 2


class _ArrowArray(ctypes.Structure):
    """One array as the C data interface of Arrow hands it on."""


_ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.c_void_p),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.POINTER(_ArrowArray))),
    ("private_data", ctypes.c_void_p),
]


class _ArrowStream(ctypes.Structure):
    """Arrays one after another, as the C stream interface of Arrow hands them on."""

    _fields_: Final = [  # type: ignore[misc]
        ("get_schema", ctypes.c_void_p),
        ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)),
        ("get_last_error", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


_pointer_of: Final = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype, _pointer_of.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)


def views(series: pl.Series) -> Iterator[Array]:
    """The views of each chunk of a column of texts, (rows * 2) int64: to be looked at at once."""
    capsule = series.__arrow_c_stream__()
    stream = _ArrowStream.from_address(_pointer_of(capsule, b"arrow_array_stream"))
    while True:
        array = _ArrowArray()
        if stream.get_next(ctypes.addressof(stream), ctypes.addressof(array)):
            raise MemoryError("A column of texts cannot be looked at.")
        if not array.release:
            return
        try:
            if array.length:
                start = array.buffers[1] + 16 * array.offset
                held = (ctypes.c_int64 * (2 * array.length)).from_address(start)
                yield np.frombuffer(held, np.int64)
        finally:
            array.release(ctypes.byref(array))


def distinct(series: pl.Series, places: Array | None = None) -> tuple[list[Any], Array]:
    """The distinct values of a column as they come, and which of them each row has.

    A text may stand among the distinct values twice. What is not told apart by its view is
    told apart by a 64-bit hash.

    Args:
        places: (rows,) uint16, to be filled if there are few enough.
    """
    if not len(series):
        return [], np.empty(0, np.int32)
    if series.dtype == pl.String:
        found = np.empty(len(series), np.uint16) if places is None else places
        values = _few_texts(series, found)
        if values is not None:
            return values, found
    wide, first = _numbered(series.hash(seed=97112).to_numpy())
    return series.gather(first).to_list(), wide


def _few_texts(series: pl.Series, places: Array) -> list[str | None] | None:
    """The distinct texts of a column, if they are few."""
    encode = loops(len(series)).encode_texts
    first, held = np.empty(_FEW, np.int64), np.empty(2 * _FEW, np.int64)
    # the view of what is not there may be that of any text
    filled = series.fill_null("") if series.null_count() else series
    rows, known, done = [], 0, 0
    for words in views(filled):
        # views of two chunks may be equal and their texts not
        slots = np.full(_FEW, -1, np.int64)
        own = places[done : done + len(words) // 2]
        count = encode(words, own, first, slots, held, known)
        if count < 0 or known + count > 2**16 - 2:
            return None
        rows.append(first[:count] + done)
        known, done = known + count, done + len(own)
    values = filled.gather(np.concatenate(rows)).to_list()
    if series.null_count():
        places[series.is_null().to_numpy()] = known
        values.append(None)
    return values


def encoded(hashes: Array) -> tuple[Array, int]:
    """Distinct numbers, unsigned of 64 bits, as small ones; and how many there are."""
    places, first = _numbered(hashes)
    return places, len(first)


def _numbered(hashes: Array) -> tuple[Array, Array]:
    places, size = np.empty(len(hashes), np.int32), _FEW
    while True:
        first = np.empty(size, np.int64)
        count = loops(len(hashes)).encode(hashes, places, first, np.full(size, -1, np.int64))
        if count >= 0:
            return places, first[:count]
        size *= 16


def are_clean(series: pl.Series) -> bool:
    """Whether texts all have letters, and none has a blank at an end, so far as is soon seen."""
    return not series.null_count() and _clean(series, True)


def _clean(series: pl.Series, is_whole: bool) -> bool:
    look = loops(len(series)).texts_are_clean
    told = [look(words, words.view(np.uint8)) for words in views(series)]
    if _LONG in told and 0 not in told:
        # the ends of long texts are not in their views
        return is_whole and _clean(series.cast(pl.Binary).bin.tail(1), False)
    return 0 not in told
