"""Columns of whole numbers as they lie in memory: a file that one pass leaves for the next.

The first line says name, type, count and place of each column; the columns follow, each from a
multiple of 64 bytes. Writing is one copy, and any stretch of a column is read without the rest.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]
_APART: Final = 64


def write(path: Path, columns: Mapping[str, Array]) -> None:
    """Write columns into a file, each of its own length."""
    place, head = 0, {}
    for name, values in columns.items():
        head[name] = (values.dtype.str, len(values), place)
        place += _padded(values.nbytes)
    with path.open("wb") as file:
        first = json.dumps(head).encode() + b"\n"
        file.write(first.rjust(_padded(len(first))))
        for values in columns.values():
            file.write(np.ascontiguousarray(values).data)
            file.write(bytes(_padded(values.nbytes) - values.nbytes))


def mapped(path: Path) -> dict[str, Array]:
    """The columns of a file, read when somebody looks at them."""
    with path.open("rb") as file:
        first = file.readline()
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return {
        name: np.frombuffer(data, kind, count, len(first) + place)
        for name, (kind, count, place) in json.loads(first).items()
    }


def _padded(size: int) -> int:
    return -(-size // _APART) * _APART
