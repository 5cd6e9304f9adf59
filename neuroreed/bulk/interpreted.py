"""The text of a kernel run as it stands, line by line, where compiling it would take longer.

It is the very text that Numba compiles, so there is nothing to keep in step: only the marks
that ask for compilation are left off.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numpy as np

from neuroreed.audit.registry import Registry
from neuroreed.bulk.compile import Kernel, cached_folder, plain_text, plan_of
from neuroreed.bulk.plan_frames import KINDS


def pointer(array: Any) -> Any:
    """An array stands for its own address."""
    return array


def copy_eight(source: Any, at: int, target: Any, to: int) -> None:
    """Eight entries of a column of any width to eight of 64 bits."""
    for k in range(8):
        target[to + k] = source[at + k]


def put_eight(source: Any, at: int, target: Any, to: int, least: int) -> None:
    """Eight entries of 64 bits to a column of less, none below ``least``."""
    for k in range(8):
        target[to + k] = int(max(source[at + k], least))


def fetch(source: Any, at: int) -> None:
    """Nothing is nearer than anything else here."""


def _at(number_type: Any) -> Callable[[Any], Any]:
    def at(address: Any) -> Any:
        return ctypes.cast(int(address), ctypes.POINTER(number_type))

    return at


int8_at, int16_at = _at(ctypes.c_int8), _at(ctypes.c_int16)
int32_at, int64_at = _at(ctypes.c_int32), _at(ctypes.c_int64)

# compiling takes about a minute or two; interpreting, about half a millisecond a line
FEW_LINES: Final = 20_000


def is_quicker(lines: int, using: Registry | None = None) -> bool:
    """Whether so few lines are sooner interpreted: no machine code of this rule book is kept."""
    if lines > FEW_LINES:
        return False
    plans = (plan_of(kind, using) for kind in KINDS)
    return not all(any(cached_folder(plan).glob("*/*.nbi")) for plan in plans)


def interpreted_kernel(kind: str, using: Registry | None = None) -> Kernel:
    """A kernel that Python runs."""
    return Kernel(kind, using, run=_function(plain_text(plan_of(kind, using))))


@lru_cache(maxsize=8)
def _function(text: str) -> Any:
    """The function ``run`` of a kernel from its text."""
    names: dict[str, Any] = {}
    exec(compile(text, "<kernel>", "exec"), names)  # noqa: S102 - our own generated text

    def run(*args: Any) -> Any:
        # an unknown is carried through sums and undone after, as in machine code
        with np.errstate(over="ignore"):
            return names["run"](*args)

    return run
