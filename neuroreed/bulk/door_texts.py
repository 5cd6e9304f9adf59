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

from neuroreed.bulk.loops import are_plain, loops

Array = np.ndarray[Any, Any]
_FEW: Final = 4096
# so many bytes lie whole in a view
_WITHIN: Final = 12


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


def _chunks(series: pl.Series) -> Iterator[_ArrowArray]:
    """The chunks of a column that hold rows, each to be looked at at once."""
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
                yield array
        finally:
            array.release(ctypes.byref(array))


def _at(address: int, size: int, kind: Any) -> Array:
    return np.frombuffer((ctypes.c_uint8 * size).from_address(address), kind)


def _views(array: _ArrowArray) -> Array:
    """The views of the texts of a chunk, (rows * 2) int64."""
    return _at(array.buffers[1] + 16 * array.offset, 16 * array.length, np.int64)


def _letters(array: _ArrowArray) -> tuple[Array, Array]:
    """All memory from the first letter of a chunk's long texts to the last, and the place in it
    of each of their buffers; what lies between these is not theirs."""
    count = array.n_buffers - 3
    if count < 1:
        return np.empty(0, np.uint8), np.empty(0, np.int64)
    begins = np.array([array.buffers[2 + place] or 0 for place in range(count)])
    sizes = _at(array.buffers[2 + count], 8 * count, np.int64)
    low = int(begins[sizes > 0].min(initial=2**62))
    high = int((begins + sizes).max())
    return (_at(low, high - low, np.uint8) if high > low else np.empty(0, np.uint8)), begins - low


def distinct(series: pl.Series, places: Array | None = None) -> tuple[list[Any], Array]:
    """The distinct values of a column as they come, and which of them each row has.

    A long text may stand among the distinct values twice. What is not told apart by its view is
    told apart by a 64-bit hash.

    Args:
        places: (rows,) uint16, to be filled if there are few enough.
    """
    if not len(series):
        return [], np.empty(0, np.int32)
    if series.dtype == pl.String:
        found = np.empty(len(series), np.uint16) if places is None else places
        values = few_texts(series, found)
        if values is not None:
            return values, found
    if series.dtype == pl.Enum:
        return _of_enum(series)
    wide, first = _numbered(series.hash(seed=97112).to_numpy())
    return series.gather(first).to_list(), wide


def _of_enum(series: pl.Series) -> tuple[list[Any], Array]:
    """The categories that are there, and which of them each row has."""
    texts: list[Any] = series.dtype.categories.to_list()  # type: ignore[attr-defined]
    numbers = series.to_physical()
    if numbers.null_count():
        numbers = numbers.cast(pl.UInt32).fill_null(len(texts))
        texts.append(None)
    places = numbers.to_numpy()
    there = np.zeros(len(texts), np.uint8)
    loops(len(places)).mark(places, there)
    if there.all():
        return texts, places
    table, found = (np.cumsum(there) - 1).astype(places.dtype), np.empty_like(places)
    loops(len(places)).take(table, places, found)
    return [text for text, is_there in zip(texts, there, strict=True) if is_there], found


def few_texts(series: pl.Series, places: Array) -> list[str | None] | None:
    """The distinct texts of a column as they come, if they are few.

    Args:
        places: (rows,) uint16, filled with the number of each row's text.
    """
    if are_plain(len(series)):
        numbers: dict[str | None, int] = {}
        places[:] = [numbers.setdefault(text, len(numbers)) for text in series.to_list()]
        return list(numbers)
    encode = loops(len(series)).encode_texts
    first, slots, held = (np.empty(size, np.int64) for size in (_FEW, _FEW, 2 * _FEW))
    # the view of what is not there may be that of any text
    filled = series.fill_null("") if series.null_count() else series
    rows, known, done, free = [], 0, 0, _emptied(slots, held)
    for chunk in _chunks(filled):
        words = _views(chunk)
        own = places[done : done + len(words) // 2]
        count = encode(words, own, first, slots, held, known, free)
        if count < 0 and free < _FEW // 2:
            free = _emptied(slots, held)
            count = encode(words, own, first, slots, held, known, free)
        if count < 0 or known + count > 2**16 - 2:
            return None
        rows.append(first[:count] + done)
        known, done, free = known + count, done + len(own), free - count
        if (held[::2] & 0xFFFFFFFF > _WITHIN)[slots >= 0].any():
            # views of two chunks may be equal and their long texts not
            free = _emptied(slots, held)
    values = filled[np.concatenate(rows)].to_list()
    if series.null_count():
        places[series.is_null().to_numpy()] = known
        values.append(None)
    return values


def _emptied(slots: Array, held: Array) -> int:
    """How many texts a table takes that holds none from here on."""
    slots[:], held[:] = -1, -1
    return _FEW // 2


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


def flags(series: pl.Series) -> list[Array]:
    """Yes and no without nulls as 1 and 0, int8, one array for each chunk."""
    found = []
    for chunk in _chunks(series):
        begin = chunk.offset % 8
        bits = _at(chunk.buffers[1] + chunk.offset // 8, (begin + chunk.length + 7) // 8, np.uint8)
        spread = np.unpackbits(bits, count=begin + chunk.length, bitorder="little")
        found.append(spread[begin:].view(np.int8))
    return found


def are_clean(series: pl.Series) -> bool:
    """Whether texts all have letters, and none has a blank at an end, so far as is soon seen."""
    if series.null_count():
        return False
    look = loops(len(series)).texts_are_clean
    for chunk in _chunks(series):
        words = _views(chunk)
        if not look(words, words.view(np.uint8), *_letters(chunk)):
            return False
    return True
