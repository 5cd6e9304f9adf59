"""Loops over whole columns that stand outside the kernels, compiled once like these.

Plain functions; ``loops(rows)`` is the same module compiled, from the cache where it is there.
"""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType
from typing import Final

FEW_ROWS: Final = 20_000


def encode(hashes, places, first, slots):
    """Number distinct hashes in the order in which they come.

    Args:
        hashes: (rows,) uint64.
        places: (rows,) int32, filled with the number of each.
        first: int64, filled with the first row of each number.
        slots: int64 of a power of two entries, all -1.

    Returns how many there are, or -1 when there are more than half of the slots.
    """
    count, mask = 0, len(slots) - 1
    last, number = hashes[0], -1
    for i in range(len(hashes)):
        if hashes[i] != last or number < 0:
            last = hashes[i]
            at = (last ^ (last >> 29)) & mask
            while slots[at] >= 0 and hashes[first[slots[at]]] != last:
                at = (at + 1) & mask
            if slots[at] < 0:
                if count * 2 > mask:
                    return -1
                slots[at], first[count] = count, i
                count += 1
            number = slots[at]
        places[i] = number
    return count


def is_in_order(one, two, three, four, five):
    """Whether rows stand in the order of five keys, none twice."""
    for i in range(1, len(one)):
        if one[i] != one[i - 1]:
            if one[i] < one[i - 1]:
                return False
        elif two[i] != two[i - 1]:
            if two[i] < two[i - 1]:
                return False
        elif three[i] != three[i - 1]:
            if three[i] < three[i - 1]:
                return False
        elif four[i] != four[i - 1]:
            if four[i] < four[i - 1]:
                return False
        elif five[i] <= five[i - 1]:
            return False
    return True


def number_runs(one, two, three, numbers):
    """Number runs of equal keys; how many there are."""
    count = -1
    for i in range(len(one)):
        if i == 0 or one[i] != one[i - 1] or two[i] != two[i - 1] or three[i] != three[i - 1]:
            count += 1
        numbers[i] = count
    return count + 1


def run_starts(numbers, starts):
    """The first row of each run."""
    last = -1
    for i in range(len(numbers)):
        if numbers[i] != last:
            last = numbers[i]
            starts[last] = i


def sessions_are_plain(session, numbers):
    """Whether each run has one session and sessions rise from run to run."""
    for i in range(1, len(session)):
        if numbers[i] == numbers[i - 1]:
            if session[i] != session[i - 1]:
                return False
        elif session[i] <= session[i - 1]:
            return False
    return True


def order_by_number(numbers, order, begins):
    """A stable order of rows by small numbers; ``begins`` are zeros, one more than numbers."""
    for i in range(len(numbers)):
        begins[numbers[i] + 1] += 1
    for number in range(1, len(begins)):
        begins[number] += begins[number - 1]
    for i in range(len(numbers)):
        number = numbers[i]
        order[begins[number]] = i
        begins[number] += 1


def loops(rows: int) -> ModuleType:
    """This module for so many rows: compiled where that is sooner done."""
    return sys.modules[__name__] if rows <= FEW_ROWS else _compiled()


@cache
def _compiled() -> ModuleType:
    from neuroreed.bulk.compile import compiled_module

    every = (encode, is_in_order, number_runs, run_starts, sessions_are_plain, order_by_number)
    return compiled_module("loops", every)
