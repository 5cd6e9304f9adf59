"""What every compiled kernel needs beside its facts and rules, in the same small Python.

This text is copied in front of the generated one and compiled with it; nothing here is
called uncompiled. ``S`` is one array of values: a value lies at its own offset, one entry per
line or group of the block at hand.
"""

import numpy as np

_U = np.uint64
UNK = -(2**62)
DONE, GROW, FLUSH = 0, 1, 2


def load(column, sentinel, start, n, S, at):
    """Copy a column of the block; its sentinel becomes unknown."""
    for i in range(n):
        value = np.int64(column[_U(start + i)])
        S[_U(at + i)] = UNK if value == sentinel else value


def load_all(S, c, start, n, loads, ones, twos, fours, eights):
    """Every column that is there; a row of ``loads`` is size, place among its size, target."""
    for k in range(len(loads)):
        size, which, at = loads[k, 0], loads[k, 1], loads[k, 2] * c
        if size == 1:
            load(ones[which], -(2**7), start, n, S, at)
        elif size == 2:
            load(twos[which], -(2**15), start, n, S, at)
        elif size == 4:
            load(fours[which], -(2**31), start, n, S, at)
        else:
            load(eights[which], UNK, start, n, S, at)


def block_end(one, two, start, end, target):
    """Where a block of whole groups ends that should have about ``target`` rows."""
    if start + target >= end:
        return end
    stop = start + target
    while stop > start and one[stop] == one[stop - 1] and two[stop] == two[stop - 1]:
        stop -= 1
    if stop > start:
        return stop
    stop = start + target
    while stop < end and one[stop] == one[stop - 1] and two[stop] == two[stop - 1]:
        stop += 1
    return stop


def group_by(S, n, one, two, three, starts, group_of):
    """Begin of each run of equal keys, and the group of each row; how many there are."""
    count = 0
    for i in range(n):
        if (
            i == 0
            or S[_U(one + i)] != S[_U(one + i - 1)]
            or S[_U(two + i)] != S[_U(two + i - 1)]
            or S[_U(three + i)] != S[_U(three + i - 1)]
        ):
            S[_U(starts + count)] = i
            count += 1
        S[_U(group_of + i)] = count - 1
    S[_U(starts + count)] = n
    return count


def order_by(S, n, one, two, order):
    """A stable order in which rows of one key are together; ``one`` is sorted already."""
    begin = 0
    for i in range(n):
        S[_U(order + i)] = i
        if i > 0 and S[_U(one + i)] != S[_U(one + i - 1)]:
            begin = i
        k = i
        key = S[_U(two + i)]
        while k > begin and S[_U(two + S[_U(order + k - 1)])] > key:
            S[_U(order + k)] = S[_U(order + k - 1)]
            k -= 1
        S[_U(order + k)] = i


def take(S, n, source, places, target):
    """Values at given rows."""
    for i in range(n):
        S[_U(target + i)] = S[_U(source + S[_U(places + i)])]


def put(S, n, source, places, target):
    """Values to given rows."""
    for i in range(n):
        S[_U(target + S[_U(places + i)])] = S[_U(source + i)]


def identity(S, n, at):
    for i in range(n):
        S[_U(at + i)] = i


def pooled(S, start, stop, at, session, mode):
    """One value for a visit whose lines differ: 0 summed, 1 greatest, 2 least, 3 the first's.

    A session has the greatest value of its lines.
    """
    answer, doubtful, known, same, first, least = 0, 0, 0, 1, UNK, 0
    for i in range(start, stop):
        fresh = 1
        for j in range(start, i):
            if S[session + j] == S[session + i]:
                fresh = 0
        if fresh == 0:
            continue
        value = UNK
        for j in range(i, stop):
            if S[session + j] == S[session + i] and S[at + j] > value:
                value = S[at + j]
        if i == start or S[session + i] < least:
            least, first = S[session + i], value
        if value == UNK:
            doubtful = 1
            continue
        if known == 0:
            answer = value
        elif mode == 0:
            answer += value
        elif mode == 1:
            answer = max(answer, value)
        elif mode == 2:
            answer = min(answer, value)
        elif value != answer:
            same = 0
        known += 1
    if known == 0 or (mode == 0 and doubtful == 1):
        return UNK
    return first if mode == 3 and same == 0 else answer


def unify(S, count, starts, at, session, mode):
    """A value of the visit stands on each of its lines; sessions of one visit are added up."""
    for v in range(count):
        start, stop = S[_U(starts + v)], S[_U(starts + v + 1)]
        differ = 0
        for i in range(start + 1, stop):
            if S[_U(at + i)] != S[_U(at + start)] or (
                mode == 0 and S[_U(session + i)] != S[_U(session + start)]
            ):
                differ = 1
        if differ == 1:
            value = pooled(S, start, stop, at, session, mode)
            for i in range(start, stop):
                S[_U(at + i)] = value


def unify_all(S, c, count, starts, session, loads):
    """Every column of the visit; the last entry of a row of ``loads`` is how, or below 0."""
    for k in range(len(loads)):
        if loads[k, 3] >= 0:
            unify(S, count, starts, loads[k, 2] * c, session, loads[k, 3])


def calendar(S, n, day, first_day, years, months, year, month):
    for i in range(n):
        place = S[_U(day + i)] - first_day
        S[_U(year + i)] = years[place]
        S[_U(month + i)] = months[place]


def slot(keys, value):
    """The place of a key in an open table, or of the free place where it is not."""
    mask = len(keys) - 1
    place = (value * 2654435761 >> 7) & mask
    while keys[place] != value and keys[place] != UNK:
        place = (place + 1) & mask
    return place


def code_rows(S, n, code, day, first_day, days, keys, places, rows, at):
    """The row of the table of code values, by code and date."""
    last, place = UNK, places[slot(keys, UNK)]
    for i in range(n):
        value = S[_U(code + i)]
        if value != last:
            place = places[slot(keys, value)]
            last = value
        S[_U(at + i)] = rows[_U(place * days + S[_U(day + i)] - first_day)]


def payer_rows(S, n, payer, day, first_day, days, payers, rows, at):
    """The row of the table of payer values, by payer and date; the unknown payer is the last."""
    for i in range(n):
        value = S[_U(payer + i)]
        place = payers if value == UNK else value
        S[_U(at + i)] = rows[_U(place * days + S[_U(day + i)] - first_day)]


def threshold_rows(S, n, payer, discipline, day, first_day, days, payers, rows, at):
    for i in range(n):
        value, kind = S[_U(payer + i)], S[_U(discipline + i)]
        place = payers if value == UNK else value
        kind = 0 if kind == UNK else kind
        S[_U(at + i)] = rows[_U((place * 4 + kind) * days + S[_U(day + i)] - first_day)]


def ranks(S, n, payer, modifier, payers, table, width, at):
    for i in range(n):
        value, mark = S[_U(payer + i)], S[_U(modifier + i)]
        if value == UNK or mark == UNK:
            S[_U(at + i)] = UNK
        else:
            S[_U(at + i)] = table[_U(value * width + mark)]


def look_up(S, n, rows, table, width, column, at):
    """One value of the table rows."""
    for i in range(n):
        S[_U(at + i)] = table[_U(S[_U(rows + i)] * width + column)]


def look_up_all(S, c, n, rows, table, width, places, kind):
    """Every wanted value of one table; a row of ``places`` is table, column, target."""
    for k in range(len(places)):
        if places[k, 0] == kind:
            look_up(S, n, rows, table, width, places[k, 1], places[k, 2] * c)


def unknown_where(S, count, target, source):
    """A fact is unknown where what it looks at is."""
    for g in range(count):
        if S[_U(source + g)] == UNK:
            S[_U(target + g)] = UNK


def met(value, meta, number, place):
    """Whether a condition of a rule holds for a value."""
    found = False
    for k in range(meta[number, place + 1]):
        found |= value == meta[number, place + 2 + k]
    return found


def ask(S, c, K, count, number, block, meta, own, cov, hits, state):
    """Take the answers of one rule as its conditions and its unknowns allow, and count them.

    ``K`` comes with 1 no and 2 yes for every group. A row of ``meta`` says: first day, last
    day, severity, severity it runs as; place of day and payer; then how many facts it rests
    on and their places; how many conditions, each with place, count and values; how many
    facts it needs and their places; at the end which groups and their first rows.
    ``own`` is by payer and rule: 0 nothing, 1 off, 2 stop,
    3 review, 4 advise; its last row tells whether any payer has the rule off.
    Kept in ``cov``: 0 does not apply, 1 no, 2 yes, more: which fact was unknown.
    """
    here, first = number * c, meta[number, 50] * c
    rests, conditions, needs = meta[number, 6], meta[number, 11], meta[number, 36]
    for j in range(needs - 1, -1, -1):
        at, reason = meta[number, 37 + j] * c, 3 + conditions + j
        for g in range(count):
            if S[_U(at + g)] == UNK:
                K[_U(here + g)] = reason
    for j in range(conditions - 1, -1, -1):
        place = 12 + 6 * j
        at, reason, value = meta[number, place] * c, 3 + j, meta[number, place + 2]
        if meta[number, place + 1] == 1:
            for g in range(count):
                if S[_U(at + g)] != value:
                    K[_U(here + g)] = reason if S[_U(at + g)] == UNK else 0
        else:
            for g in range(count):
                if not met(S[_U(at + g)], meta, number, place):
                    K[_U(here + g)] = reason if S[_U(at + g)] == UNK else 0
    day, payer = meta[number, 4] * c, meta[number, 5] * c
    if state[3] < meta[number, 0] or state[4] > meta[number, 1] or own[len(own) - 1, number] > 0:
        for g in range(count):
            row = S[first + g]
            on, by = S[day + row], S[payer + row]
            if on < meta[number, 0] or on > meta[number, 1] or (by != UNK and own[by, number] == 1):
                K[_U(here + g)] = 0
    no, yes = 0, 0
    for g in range(count):
        no += K[_U(here + g)] == 1
        yes += K[_U(here + g)] == 2
    cov[number, 1] += no
    cov[number, 2] += yes
    if no + yes < count:
        for reason in range(3 + conditions + needs):
            if reason != 1 and reason != 2:
                times = 0
                for g in range(count):
                    times += K[_U(here + g)] == reason
                cov[number, reason] += times
    if yes == 0:
        return
    place = state[2]
    for g in range(count):
        if K[_U(here + g)] == 2:
            row = S[first + g]
            by = S[payer + row]
            severity, lowered = meta[number, 2], 0
            if by != UNK and own[by, number] > 1:
                severity, lowered = own[by, number] - 2, 1
            elif severity == 0 and meta[number, 3] != 0:
                severity, lowered = meta[number, 3], 2
            elif severity == 0:
                for k in range(rests):
                    if lowered == 0 and S[meta[number, 7 + k] * c + g] != 1:
                        severity, lowered = 1, 3 + k
            hits[place] = (block + row) << 20 | number << 8 | severity << 4 | lowered
            place += 1
    state[2] = place


def take_all(S, n, source, target):
    """Values as they are."""
    for i in range(n):
        S[_U(target + i)] = S[_U(source + i)]
