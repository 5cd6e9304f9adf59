"""Arrays as plain addresses, for the inside of a kernel.

Handing an array from function to function costs its seven words and two atomic counts every
time, and a kernel does so many times for every visit; an address costs nothing. Whoever takes
the address keeps the array alive: only ``run`` does, for as long as it runs.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


@intrinsic  # type: ignore[misc]
def pointer(_context: Any, array: Any) -> Any:
    """The address of the first entry of a contiguous array."""

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), lower


def _at(number_type: Any) -> Any:
    @intrinsic  # type: ignore[misc]
    def at(_context: Any, address: Any) -> Any:
        def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            to = context.get_value_type(signature.return_type)
            return builder.inttoptr(arguments[0], to)

        return types.CPointer(number_type)(address), lower

    return at


int8_at, int16_at = _at(types.int8), _at(types.int16)
int32_at, int64_at = _at(types.int32), _at(types.int64)
