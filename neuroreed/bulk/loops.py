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


def mark(places, there):
    """Set 1 at each place that occurs."""
    for i in range(len(places)):
        there[places[i]] = 1


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


def pack(one, two, three, four, lows, bits, row_bits, keys, counts):
    """Four keys and the row in one number, and how often each eleven bits of the keys come.

    Args:
        lows: what is taken off each key; ``bits``: how many each takes.
        row_bits: how many bits at the end are the row.
        counts: (digits, 2048) int64, zeros.
    """
    for i in range(len(one)):
        key = ((one[i] - lows[0]) << bits[1]) | (two[i] - lows[1])
        key = (((key << bits[2]) | (three[i] - lows[2])) << bits[3]) | (four[i] - lows[3])
        keys[i] = (key << row_bits) | i
        for digit in range(len(counts)):
            counts[digit, (key >> (11 * digit)) & 2047] += 1


def sort_keys(keys, other, row_bits, counts):
    """Sort what ``pack`` has made, by eleven bits at a time, to and fro in two arrays."""
    for digit in range(len(counts)):
        begins, place, shift = counts[digit], 0, row_bits + 11 * digit
        for value in range(2048):
            count = begins[value]
            begins[value] = place
            place += count
        for i in range(len(keys)):
            value = (keys[i] >> shift) & 2047
            other[begins[value]] = keys[i]
            begins[value] += 1
        keys, other = other, keys


def unpack(keys, row_bits, last_bits, session, order, marks):
    """The order of rows from what ``sort_keys`` has sorted, and the marks of ``mark_runs``.

    ``last_bits`` are those of the fourth key. Returns whether any row is marked.
    """
    row_mask, before, called, marked = (1 << row_bits) - 1, -1, session[0], 0
    for i in range(len(keys)):
        row, key = keys[i] & row_mask, keys[i] >> row_bits
        is_like = (key >> last_bits) == (before >> last_bits)
        mark = (is_like & (key == before)) | ((is_like & (session[row] != called)) << 1)
        order[i], marks[i] = row, mark
        before, called, marked = key, session[row], marked | mark
    if marked == 0:
        return False
    i, shift = 0, row_bits + last_bits
    while i < len(keys):
        if marks[i] == 0:
            i += 1
            continue
        # what is marked at one place is for all of the run
        start, end, run, mark = i, i, keys[i] >> shift, 0
        while start > 0 and keys[start - 1] >> shift == run:
            start -= 1
        while end < len(keys) and keys[end] >> shift == run:
            mark |= marks[end]
            end += 1
        for place in range(start, end):
            marks[place] = mark
        i = end
    return True


def number_runs(one, two, three, numbers):
    """Number runs of equal keys; how many there are."""
    count = -1
    for i in range(len(one)):
        if i == 0 or one[i] != one[i - 1] or two[i] != two[i - 1] or three[i] != three[i - 1]:
            count += 1
        numbers[i] = count
    return count + 1


def places_by_number(numbers, begins, places):
    """The place of each row in a stable order by small numbers.

    ``begins`` are zeros, one more than there are numbers.
    """
    for i in range(len(numbers)):
        begins[numbers[i] + 1] += 1
    for number in range(1, len(begins)):
        begins[number] += begins[number - 1]
    for i in range(len(numbers)):
        number = numbers[i]
        places[i] = begins[number]
        begins[number] += 1


def bucket_by_hash(hashes, slots, like, low, factor, parts, buckets):
    """The slot of each row, by the upper half of its hash; and a part of it.

    Args:
        hashes: (rows,) int64.
        slots: int64, the slot of each even share of the hashes.
        like: (rows,) float64, near where rows shall stand near; ``low`` is the least of them.
        factor: times a distance from there, the part of the slot, of so many ``parts``.
        buckets: filled with the number of the part among those of all slots.
    """
    for i in range(len(hashes)):
        slot = slots[(((int(hashes[i]) >> 32) & 0xFFFFFFFF) * len(slots)) >> 32]
        part = int((like[i] - low) * factor)
        buckets[i] = slot * parts + min(part, parts - 1)


def move(values, places, moved, bounds):
    """Put each value into its place, in as many of its lowest bits as the answer has.

    Args:
        values: at least one.
        bounds: (2,) int64, made wide enough for all values.
    """
    least, most = values[0], values[0]
    for start in range(0, len(values), 8192):
        # some that are soon looked at again
        own, at = values[start : start + 8192], places[start : start + 8192]
        for i in range(len(own)):
            least, most = min(least, own[i]), max(most, own[i])
        for i in range(len(own)):
            moved[at[i]] = own[i]
    bounds[0], bounds[1] = min(bounds[0], least), max(bounds[1], most)


def move_texts(table, numbers, places, moved):
    """Put an entry of a table, by the number of each row, into the place of the row."""
    for i in range(len(numbers)):
        moved[places[i]] = table[numbers[i]]


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
        *(encode, encode_texts, texts_are_clean, take, take_by_day, mark, take_modifiers),
        *(look_along, mark_runs, pack, sort_keys, unpack, bucket_by_hash, move, number_runs),
        *(places_by_number, move_texts, lay, mark_unknown),
    )
    return compiled_module("loops", every)
