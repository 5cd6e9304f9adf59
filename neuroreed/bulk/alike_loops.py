"""Compiled loops behind ``alike``: days as whole numbers, and days that are the same."""

import numpy as np

from neuroreed.bulk.pointers import fetch, int8_at, int16_at, int32_at, int64_at, pointer


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


def pack_one(column, sentinel, least, rows, words, at, shift):
    less = least - 1
    for i in range(rows):
        value = np.int64(column[i])
        entry = np.uint64(0 if value == sentinel else value - less)
        words[at + i] |= entry << shift


def pack(loads, columns, begin, rows, words, room, per, keys):
    """Columns beside each other in whole numbers: unknown is 0, the least known value 1.

    A row of ``loads`` is size, address, sentinel, least value, which word, from which bit.
    ``words`` have ``room`` for so many rows, one stretch after the other; ``keys`` are filled
    with a hash of the words of each row.
    """
    for word in range(per):
        for i in range(rows):
            words[word * room + i] = 0
    for k in range(columns):
        size, address, sentinel = loads[k * 6], loads[k * 6 + 1], loads[k * 6 + 2]
        least, at = loads[k * 6 + 3], loads[k * 6 + 4] * room
        shift = np.uint64(loads[k * 6 + 5])
        if size == 1:
            pack_one(int8_at(address + begin), sentinel, least, rows, words, at, shift)
        elif size == 2:
            pack_one(int16_at(address + 2 * begin), sentinel, least, rows, words, at, shift)
        elif size == 4:
            pack_one(int32_at(address + 4 * begin), sentinel, least, rows, words, at, shift)
        else:
            pack_one(int64_at(address + 8 * begin), sentinel, least, rows, words, at, shift)
    for i in range(rows):
        keys[i] = 0
    for word in range(per):
        # the odd numbers of a word each, so that equal words in two places do not cancel
        odd = np.uint64(0x9E3779B97F4A7C15) + np.uint64(2 * word) * np.uint64(0x632BE59BD9B4E019)
        for i in range(rows):
            mixed = words[word * room + i] * odd
            keys[i] += mixed ^ (mixed >> np.uint64(32))


def rank_sessions(session, discipline, start, rows, at, words, keys, most):
    """Which session of its date each row belongs to, into the lowest bits of the first word.

    What a session is called means nothing but which rows share it, and which comes first of
    those of one visit. False where there are more than ``most``, or that would take long. The
    row ``start`` stands at ``at`` in ``words`` and ``keys``.
    """
    if rows > 64:
        return False
    for i in range(rows):
        own = 0
        while session[start + own] != session[start + i]:
            own += 1
        place, rank = 0, 0
        for j in range(rows):
            fresh = True
            for k in range(j):
                fresh &= session[start + k] != session[start + j]
            place += fresh and j < own
            fresh = discipline[start + j] == discipline[start + i]
            fresh &= session[start + j] < session[start + i]
            for k in range(j):
                fresh &= (
                    session[start + k] != session[start + j]
                    or discipline[start + k] != discipline[start + i]
                )
            rank += fresh
        if place >= most or rank >= most:
            return False
        told = np.uint64(place * most + rank)
        words[at + i] |= told
        keys[at + i] += told * np.uint64(0x632BE59BD9B4E019)
    return True


def days_of(patient, day, session, begins, several, count):
    """Fill in the first row of each day and the number of rows; and which have many sessions.

    ``count`` becomes how many days there are, and how many rows the longest has.
    """
    rows, number, start, longest = len(day), 0, 0, 0
    while start < rows:
        stop, many = start + 1, False
        while stop < rows and patient[stop] == patient[start] and day[stop] == day[start]:
            many |= session[stop] != session[start]
            stop += 1
        begins[number], several[number] = start, many
        longest = max(longest, stop - start)
        number += 1
        start = stop
    begins[number] = rows
    count[0], count[1] = number, longest


def hash_days(
    begin, end, begins, several, day, session, discipline, words, keys, hashes, most, eras,
    first_day,
):  # fmt: skip
    """A hash of each day and its era, 0 for one of too many sessions: it is like no other."""
    offset = begins[begin]
    for number in range(begin, end):
        at, rows, told = begins[number] - offset, begins[number + 1] - begins[number], True
        if several[number]:
            told = rank_sessions(session, discipline, begins[number], rows, at, words, keys, most)
        key = keys[at]
        for i in range(at + 1, at + rows):
            key = key * np.uint64(0xD6E8FEB86659FD93) + keys[i]
        era = np.uint64(eras[day[begins[number]] - first_day])
        key = (key + era * np.uint64(0x632BE59BD9B4E019)) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(32)
        hashes[number - begin] = max(key, np.uint64(1)) if told else np.uint64(0)


def kinds_of_days(
    count, begins, several, day, session, discipline, most, eras, first_day, loads, columns, per,
    words_array, keys_array, hashes, slots_array, book_array, pages, share, kind_of, fresh, counts,
):  # fmt: skip
    """Number the kinds of days, those known before among them.

    Args:
        count: days and rows of the longest, ``begins`` the first row of each and the number of
            rows, ``several`` which have many sessions, of which ``most`` are told apart.
        loads: what ``pack`` takes of so many ``columns``, into ``per`` whole numbers a row.
        words_array: room for some thousand rows and those of the longest day, ``per`` times;
            ``keys_array`` and ``hashes`` once.
        slots_array: a power of two of entries, -1 where no kind is, more than ``pages``; else
            the kind, and above 32 bits its page.
        book_array: the words of one day of each kind, kept; ``pages``: how many kinds may be.
        kind_of: filled with the kind of each day; ``fresh`` with one day of each new kind.
        counts: kinds and words of the book; what they were and what they are now.

    Returns:
        0, 1 where the book is full, or 2 where too many days are like no other.
    """
    days, mask, room = count[0], np.uint64(len(slots_array) - 1), len(keys_array)
    slots, book = pointer(slots_array), pointer(book_array)
    words, keys = pointer(words_array), pointer(keys_array)
    known, used = counts[0], counts[1]
    kinds, begin = known, 0
    while begin < days:
        # so few rows at a time that their numbers are still at hand when they are compared
        end = begin + 1
        while end < days and begins[end + 1] - begins[begin] <= room - count[1]:
            end += 1
        offset = begins[begin]
        pack(loads, columns, offset, begins[end] - offset, words, room, per, keys)
        hash_days(
            begin, end, begins, several, day, session, discipline, words, keys, hashes, most, eras,
            first_day,
        )  # fmt: skip
        for number in range(begin, end):
            # what is looked up lies anywhere: it is asked for some days ahead
            if number + 16 < end:
                fetch(slots, np.int64(hashes[number + 16 - begin] & mask))
            if number + 8 < end:
                ahead = slots[np.int64(hashes[number + 8 - begin] & mask)]
                if ahead >= 0:
                    fetch(book, ahead >> 32)
            key, kind, start = hashes[number - begin], np.int64(-1), begins[number] - offset
            lines, at = begins[number + 1] - begins[number], np.int64(key & mask)
            era = np.uint64(eras[day[begins[number]] - first_day])
            while key != np.uint64(0) and slots[at] >= 0:
                page = slots[at] >> 32
                same = book[page] == np.uint64(lines) and book[page + 1] == era
                if same:
                    for word in range(per):
                        for i in range(lines):
                            same &= (
                                book[page + 2 + word * lines + i] == words[word * room + start + i]
                            )
                if same:
                    kind = slots[at] & 0xFFFFFFFF
                    break
                at = (at + 1) & np.int64(mask)
            if kind < 0:
                size = 2 + per * lines
                if kinds == pages or used + size > len(book_array):
                    return 1
                kind = kinds
                fresh[kind - known] = number
                kinds += 1
                if key != np.uint64(0):
                    book[used], book[used + 1] = np.uint64(lines), era
                    for word in range(per):
                        for i in range(lines):
                            book[used + 2 + word * lines + i] = words[word * room + start + i]
                    slots[at] = used << 32 | kind
                    used += size
            kind_of[number] = kind
        if end * 4 > days and kinds - known > share * end:
            return 2
        begin = end
    counts[0], counts[1] = kinds, used
    return 0


def patterns(answers, begin, sort, book, sorts, slots, count, found):
    """Number what the rules said of each group: equal answers are one pattern.

    Args:
        answers: those of each group, in whole numbers of 64 bits; of one ``sort`` of groups.
        begin: the first group to look at.
        book: the answers of each pattern; ``sorts`` whose each is.
        slots: a power of two of entries, -1 where no pattern is, more than ``sorts``.
        count: how many patterns there are.
        found: filled with the pattern of each group.

    Returns:
        how many groups are numbered: not all where the book is full.
    """
    mask = np.uint64(len(slots) - 1)
    for g in range(begin, len(answers)):
        key = np.uint64(sort)
        for j in range(answers.shape[1]):
            key = (key ^ answers[g, j]) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(32)
        at, pattern = np.int64(key & mask), np.int64(-1)
        while slots[at] >= 0:
            same = sorts[slots[at]] == sort
            for j in range(answers.shape[1]):
                same &= book[slots[at], j] == answers[g, j]
            if same:
                pattern = slots[at]
                break
            at = (at + 1) & np.int64(mask)
        if pattern < 0:
            if count[0] == len(sorts):
                return g
            pattern = count[0]
            slots[at], sorts[pattern] = pattern, sort
            for j in range(answers.shape[1]):
                book[pattern, j] = answers[g, j]
            count[0] += 1
        found[g] = pattern
    return len(answers)


def join_patterns(found, first, groups, to, kinds, listed, at, times, begin):
    """Add the patterns of one sort of groups to those of kinds.

    Groups come in the order of their ``first`` positions, kind ``kinds[k]`` has the positions
    from ``to[k]`` on. ``listed`` are filled from ``begin``, ``at`` and ``times`` say where
    and how many are of a kind; the number listed then is returned.
    """
    g = 0
    for k in range(len(kinds)):
        at[kinds[k]] = begin
        while g < groups and first[g] < to[k + 1]:
            listed[begin] = found[g]
            begin += 1
            g += 1
        times[kinds[k]] = begin - at[kinds[k]]
    return begin


def add_patterns(weights, listed, at, times, totals):
    """How many groups of each pattern so many days of each kind have."""
    for kind in range(len(weights)):
        if weights[kind] > 0:
            for k in range(at[kind], at[kind] + times[kind]):
                totals[listed[k]] += weights[kind]


def count_answers(totals, answers, sorts, sort, rules, coverage):
    """Answers by rule of so many groups of each pattern of one sort of groups."""
    for pattern in range(len(totals)):
        if totals[pattern] > 0 and sorts[pattern] == sort:
            for j in range(len(rules)):
                coverage[rules[j], answers[pattern, j]] += totals[pattern]


def spread_hits(kind_of, begins, hits, at, times, every):
    """Hits of kinds, with rows from the beginning of a day, as hits of all days."""
    place = 0
    for d in range(len(kind_of)):
        kind = kind_of[d]
        for k in range(at[kind], at[kind] + times[kind]):
            every[place] = hits[k] + (begins[d] << 20)
            place += 1


def patients_by_payer(patient, payer, discipline, payers, at, to):
    """Stretches of whole patients, those of one payer beside each other; how many there are.

    ``at`` is filled with the numbers of the patients, ``to`` with the first row of each and
    with all; a patient's payer is that of his first line. Of one payer those of several
    disciplines come last: episodes overlap only there.
    """
    rows, count = len(patient), 0
    keys = 2 * (payers + 1)
    places = np.zeros(keys + 1, np.int64)
    for i in range(rows):
        if i == 0 or patient[i] != patient[i - 1]:
            to[count] = i
            at[count] = 2 * (min(max(payer[i], -1), payers - 1) + 1)
            count += 1
        else:
            at[count - 1] |= discipline[i] != discipline[i - 1]
    to[count] = rows
    key_of = at[:count].copy()
    for k in range(count):
        places[key_of[k] + 1] += 1
    for k in range(1, keys):
        places[k] += places[k - 1]
    for k in range(count):
        at[places[key_of[k]]] = k
        places[key_of[k]] += 1
    return count
