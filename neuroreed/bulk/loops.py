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


def encode_texts(words, places, first, slots, held, known, free):
    """Number distinct texts in the order in which their views come.

    Where rows are often like the one before this is asked first. Elsewhere every row asks the
    table: a guess that fails costs more.

    Args:
        words: (rows * 2) int64, the views.
        places: (rows,) uint16, filled with the number of each.
        first: int64, filled with the first row of each number that is new.
        slots: (4096,) int64, the number in each slot or -1.
        held: (8192,) int64, the views in the slots or -1, which no view is.
        known: the first new number.
        free: how many new ones there may be.

    Returns how many are new, or -1 when there are more.
    """
    count, changes, looked = 0, 0, min(len(places), 2048)
    for i in range(1, looked):
        if words[2 * i] != words[2 * i - 2] or words[2 * i + 1] != words[2 * i - 1]:
            changes += 1
    has_runs = changes * 8 < looked
    before, behind, number = -1, -1, -1
    for i in range(len(places)):
        one, two = int(words[2 * i]), int(words[2 * i + 1])
        if has_runs and one == before and two == behind:
            places[i] = number
            continue
        mixed = (one >> 32) * 1779033703 + two * 3144134277
        # a mask that stands here: the compiler knows that no slot lies before the first
        at = ((mixed >> 29) ^ (mixed >> 13)) & 4095
        while held[2 * at] != one or held[2 * at + 1] != two:
            if slots[at] >= 0:
                at = (at + 1) & 4095
                continue
            if count == free:
                return -1
            slots[at], first[count] = known + count, i
            held[2 * at], held[2 * at + 1] = one, two
            count += 1
        before, behind, number = one, two, slots[at]
        places[i] = number
    return count


def texts_are_clean(words, inside, letters, begins):
    """Whether each text begins and ends with a letter beyond the blank, of seven bits.

    Args:
        words: (rows * 2) int64, the views.
        inside: the same as bytes: the letters of short texts.
        letters: bytes, the letters of long texts.
        begins: int64, where each buffer of these begins.
    """
    for i in range(len(words) // 2):
        length = words[2 * i] & 0xFFFFFFFF
        if length == 0:
            return False
        first = inside[16 * i + 4]
        if length <= 12:
            last = inside[16 * i + 3 + length]
        else:
            where = words[2 * i + 1]
            last = letters[begins[where & 0xFFFFFFFF] + (where >> 32) + length - 1]
        if first <= 32 or first >= 127 or last <= 32 or last >= 127:
            return False
    return True


def lay(piece, more, answer, bounds):
    """Put numbers where they belong, ``more`` added to each.

    Args:
        bounds: (2,) int64, made wide enough for all numbers as they come.
    """
    least, most = bounds[0], bounds[1]
    for i in range(len(piece)):
        least, most = min(least, piece[i]), max(most, piece[i])
        answer[i] = piece[i] + more
    bounds[0], bounds[1] = least, most


def mark_unknown(nulls, mark, answer):
    """Put a mark where nothing is known."""
    for i in range(len(nulls)):
        if nulls[i]:
            answer[i] = mark


def take(table, places, answer):
    """An entry of a table for each row, by its place."""
    for i in range(len(places)):
        answer[i] = table[places[i]]


def take_by_day(table, places, stretch, days, first, answer):
    """An entry of a table for each row, by its place and the stretch of days that it lies in.

    Args:
        table: (stretches, places).
        stretch: (days,), from the day ``first`` on.
    """
    for i in range(len(places)):
        answer[i] = table[stretch[days[i] - first], places[i]]


def take_modifiers(table, places, bits, count, one, two, three, four):
    """Bits, count and the first four modifiers for each row; the table has six of each place."""
    for i in range(len(places)):
        at = 6 * int(places[i])
        bits[i] = table[at]
        count[i] = table[at + 1]
        one[i], two[i], three[i], four[i] = (
            table[at + 2],
            table[at + 3],
            table[at + 4],
            table[at + 5],
        )


def look_along(one, two, three, four, session):
    """Whether rows stand in the order of four keys.

    Returns 0 where they do not; 1 where they do, and each run of three keys has one session and
    no fourth key twice; else 2.
    """
    answer = 1
    for i in range(1, len(one)):
        if one[i] != one[i - 1]:
            if one[i] < one[i - 1]:
                return 0
        elif two[i] != two[i - 1]:
            if two[i] < two[i - 1]:
                return 0
        elif three[i] != three[i - 1]:
            if three[i] < three[i - 1]:
                return 0
        elif four[i] <= four[i - 1]:
            if four[i] < four[i - 1]:
                return 0
            answer = 2
        elif session[i] != session[i - 1]:
            answer = 2
    return answer


def mark_runs(one, two, three, four, session, marks):
    """Mark rows in order: 1 in runs of three keys that hold a fourth twice, 2 several sessions."""
    start, mark = 0, 0
    for i in range(1, len(one) + 1):
        if (
            i == len(one)
            or one[i] != one[i - 1]
            or two[i] != two[i - 1]
            or three[i] != three[i - 1]
        ):
            for row in range(start, i):
                marks[row] = mark
            start, mark = i, 0
        else:
            if four[i] == four[i - 1]:
                mark |= 1
            if session[i] != session[start]:
                mark |= 2


def pack(one, two, three, four, lows, spans, keys):
    """Four keys in one number; ``lows`` are taken off each, ``spans`` are how many each may be."""
    for i in range(len(one)):
        key = (one[i] - lows[0]) * spans[1] + (two[i] - lows[1])
        keys[i] = (key * spans[2] + (three[i] - lows[2])) * spans[3] + (four[i] - lows[3])


def sort_keys(keys, order, other_keys, other_order, top):
    """Sort numbers from 0 to ``top`` and their rows, by eleven bits at a time.

    Returns whether the answer stands in the other two arrays.
    """
    begins = [0] * 2048
    size, shift, flipped = len(keys), 0, False
    for i in range(size):
        order[i] = i
    while top >> shift:
        for digit in range(2048):
            begins[digit] = 0
        for i in range(size):
            begins[(keys[i] >> shift) & 2047] += 1
        place = 0
        for digit in range(2048):
            count = begins[digit]
            begins[digit] = place
            place += count
        for i in range(size):
            digit = (keys[i] >> shift) & 2047
            place = begins[digit]
            other_keys[place], other_order[place] = keys[i], order[i]
            begins[digit] = place + 1
        keys, order, other_keys, other_order = other_keys, other_order, keys, order
        flipped, shift = not flipped, shift + 11
    return flipped


def number_runs(one, two, three, numbers):
    """Number runs of equal keys; how many there are."""
    count = -1
    for i in range(len(one)):
        if i == 0 or one[i] != one[i - 1] or two[i] != two[i - 1] or three[i] != three[i - 1]:
            count += 1
        numbers[i] = count
    return count + 1


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


def slot_by_hash(hashes, count, slots):
    """One of ``count`` slots for each row, by the upper half of its hash, as int64."""
    for i in range(len(hashes)):
        slots[i] = (((int(hashes[i]) >> 32) & 0xFFFFFFFF) * count) >> 32


def move(values, order, bounds, at, block):
    """Put a column where it belongs in a block.

    Args:
        order: rows, slot after slot.
        bounds: (slots + 1,) int64, where each slot begins in ``order``.
        at: (slots,) int64, where the column begins in the block for each slot.
    """
    for slot in range(len(at)):
        start = at[slot] - bounds[slot]
        for k in range(bounds[slot], bounds[slot + 1]):
            block[start + k] = values[order[k]]


def are_plain(rows: int) -> bool:
    """Whether loops over so many rows stay as they stand: few rows, and no compiler at work."""
    return rows <= FEW_ROWS and "numba" not in sys.modules


def loops(rows: int) -> ModuleType:
    """This module for so many rows: compiled where that is sooner done."""
    return sys.modules[__name__] if are_plain(rows) else _compiled()


@cache
def _compiled() -> ModuleType:
    from neuroreed.bulk.compile import compiled_module

    every = (
        *(encode, encode_texts, texts_are_clean, look_along, mark_runs, pack, sort_keys),
        *(take, take_by_day, take_modifiers, slot_by_hash, move, number_runs),
        *(order_by_number, lay, mark_unknown),
    )
    return compiled_module("loops", every)
