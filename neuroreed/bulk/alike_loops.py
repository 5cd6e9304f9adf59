"""Compiled loops behind ``alike``: days as whole numbers, and days that are the same."""

import numpy as np

from neuroreed.bulk.pointers import int8_at, int16_at, int32_at, int64_at, pointer


def bounds_of(column, sentinel, rows, answer):
    least, most, unknown = np.int64(2**62), np.int64(-(2**62)), False
    for i in range(rows):
        value = np.int64(column[i])
        least = min(least, 2**62 if value == sentinel else value)
        most = max(most, value)
        unknown |= value == sentinel
    answer[0], answer[1], answer[2] = least, most, unknown


def bounds(size, address, sentinel, rows, answer):
    """The least and the greatest known entry of a column, and whether some are unknown."""
    if size == 1:
        bounds_of(int8_at(address), sentinel, rows, answer)
    elif size == 2:
        bounds_of(int16_at(address), sentinel, rows, answer)
    elif size == 4:
        bounds_of(int32_at(address), sentinel, rows, answer)
    else:
        bounds_of(int64_at(address), sentinel, rows, answer)


def pack_one(column, sentinel, least, begin, end, words, at, shift):
    less = least - 1
    for i in range(begin, end):
        value = np.int64(column[i])
        entry = np.uint64(0 if value == sentinel else value - less)
        words[at + i] |= entry << shift


def pack(loads, count, rows, words_array, per, keys_array):
    """Columns beside each other in whole numbers: unknown is 0, the least known value 1.

    A row of ``loads`` is size, address, sentinel, least value, which word, from which bit.
    ``words`` are one stretch of all rows after the other; ``keys`` are filled with a hash of
    the words of each row.
    """
    words, keys = pointer(words_array), pointer(keys_array)
    for begin in range(0, rows, 2048):
        end = min(begin + 2048, rows)
        for word in range(per):
            for i in range(begin, end):
                words[word * rows + i] = 0
        for k in range(count):
            size, address, sentinel = loads[k * 6], loads[k * 6 + 1], loads[k * 6 + 2]
            least, at = loads[k * 6 + 3], loads[k * 6 + 4] * rows
            shift = np.uint64(loads[k * 6 + 5])
            if size == 1:
                pack_one(int8_at(address), sentinel, least, begin, end, words, at, shift)
            elif size == 2:
                pack_one(int16_at(address), sentinel, least, begin, end, words, at, shift)
            elif size == 4:
                pack_one(int32_at(address), sentinel, least, begin, end, words, at, shift)
            else:
                pack_one(int64_at(address), sentinel, least, begin, end, words, at, shift)
        for i in range(begin, end):
            keys[i] = 0
        for word in range(per):
            # the odd numbers of a word each, so that equal words in two places do not cancel
            odd = np.uint64(0x9E3779B97F4A7C15) + np.uint64(2 * word) * np.uint64(
                0x632BE59BD9B4E019
            )
            for i in range(begin, end):
                mixed = words[word * rows + i] * odd
                keys[i] += mixed ^ (mixed >> np.uint64(32))


def kinds_of_days(
    patient, day, session, words, per, keys, eras, first_day, share, slots, begins, kind_of, one_of,
    book, pages, count,
):  # fmt: skip
    """Number the kinds of days; how many there are, or -1 where too many are like no other.

    Args:
        words: the rows as whole numbers, one stretch of all rows after the other.
        keys: a hash of each row.
        slots: a power of two of entries, all -1, more than there is room for kinds.
        begins: filled with the first row of each day, and the number of rows.
        kind_of: filled with the kind of each day; ``one_of`` with one day of each kind.
        book: room for the words of one day of each kind; ``pages`` for where each begins.
        count: filled with the number of days.
    """
    rows, mask, room = len(day), np.uint64(len(slots) - 1), len(one_of)
    kinds, number, start, used = 0, 0, 0, 0
    while start < rows:
        stop, own, several = start + 1, session[start], False
        key = keys[start]
        while stop < rows and patient[stop] == patient[start] and day[stop] == day[start]:
            several |= session[stop] != own
            key = key * np.uint64(0xD6E8FEB86659FD93) + keys[stop]
            stop += 1
        begins[number] = start
        lines, era, kind, at = stop - start, np.uint64(eras[day[start] - first_day]), -1, mask
        if not several:
            key += era * np.uint64(0x632BE59BD9B4E019)
            key *= np.uint64(0x9E3779B97F4A7C15)
            at = (key ^ (key >> np.uint64(32))) & mask
            while slots[at] >= 0:
                page = pages[slots[at]]
                same = book[page] == np.uint64(lines) and book[page + 1] == era
                if same:
                    for word in range(per):
                        for i in range(lines):
                            same &= (
                                book[page + 2 + word * lines + i] == words[word * rows + start + i]
                            )
                if same:
                    kind = slots[at]
                    break
                at = (at + np.uint64(1)) & mask
        if kind < 0:
            if kinds == room or used + 2 + per * lines > len(book):
                return -1
            kind = kinds
            one_of[kind], pages[kind] = number, used
            book[used], book[used + 1] = lines, era
            for word in range(per):
                for i in range(lines):
                    book[used + 2 + word * lines + i] = words[word * rows + start + i]
            used += 2 + per * lines
            kinds += 1
            if not several:
                slots[at] = kind
        kind_of[number] = kind
        number += 1
        start = stop
        if (number & 16383) == 0 and start * 4 > rows and kinds > share * number:
            return -1
    begins[number] = rows
    count[0] = number
    return -1 if kinds > share * number else kinds


def spread_hits(hits, starts, begin, kind_of, begins, every):
    """Hits of one day of each kind, in the order of kinds, as hits of all days.

    ``starts`` are the first hit of each kind, ``begin`` its first row among the judged.
    """
    place = 0
    for d in range(len(kind_of)):
        kind = kind_of[d]
        for k in range(starts[kind], starts[kind + 1]):
            row = (hits[k] >> 20) - begin[kind] + begins[d]
            every[place] = row << 20 | (hits[k] & 0xFFFFF)
            place += 1
