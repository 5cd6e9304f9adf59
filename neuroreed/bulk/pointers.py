"""Arrays as plain addresses, for the inside of a kernel.

Handing an array from function to function costs its seven words and two atomic counts every
time, and a kernel does so many times for every visit; an address costs nothing. Whoever takes
the address keeps the array alive: only ``run`` does, for as long as it runs.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
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


@intrinsic  # type: ignore[misc]
def copy_eight(_context: Any, source: Any, at: Any, target: Any, to: Any) -> Any:
    """Eight entries of a column of any width to eight of 64 bits, at once."""

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.IntType(64)
        address, begin, goal, end = arguments
        narrow = ir.VectorType(context.get_value_type(signature.args[0].dtype), 8)
        wide = ir.VectorType(whole, 8)
        given = builder.bitcast(builder.gep(address, [begin]), ir.PointerType(narrow))
        entries = builder.load(given, align=1)
        if narrow != wide:
            entries = builder.sext(entries, wide)
        taken = builder.bitcast(builder.gep(goal, [end]), ir.PointerType(wide))
        builder.store(entries, taken, align=8)
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp), lower


@intrinsic  # type: ignore[misc]
def put_eight(_context: Any, source: Any, at: Any, target: Any, to: Any, least: Any) -> Any:
    """Eight entries of 64 bits to a column of less, none below ``least``."""

    def lower(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, begin, goal, end, floor = arguments
        wide = ir.VectorType(ir.IntType(64), 8)
        narrow = ir.VectorType(context.get_value_type(signature.args[2].dtype), 8)
        given = builder.bitcast(builder.gep(address, [begin]), ir.PointerType(wide))
        entries = builder.load(given, align=8)
        lanes = ir.Constant(wide, ir.Undefined)
        for lane in range(8):
            lanes = builder.insert_element(lanes, floor, ir.IntType(32)(lane))
        kept = builder.select(builder.icmp_signed("<", entries, lanes), lanes, entries)
        if narrow != wide:
            kept = builder.trunc(kept, narrow)
        taken = builder.bitcast(builder.gep(goal, [end]), ir.PointerType(narrow))
        builder.store(kept, taken, align=1)
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp, types.int64), lower


@intrinsic  # type: ignore[misc]
def fetch(_context: Any, source: Any, at: Any) -> Any:
    """Ask for an entry of a column to be near when it is read later."""

    def lower(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        ask = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        near = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte)
        builder.call(ask, [near, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(source, types.intp), lower
