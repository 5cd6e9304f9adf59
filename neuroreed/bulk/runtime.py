"""What every compiled kernel needs beside its facts and rules, in the same small Python.

This text is copied in front of the generated one and compiled with it; nothing here is
called uncompiled. ``S`` is one array of values: a value lies at its own place times the
capacity ``c``, one entry per line or group of the block at hand. ``st`` says of each place
what its entries are: 0 not made yet, 1 all known, 2 all unknown, 3 perhaps some of both;
``uni`` that all entries are equal. What is true of a whole block is not asked of every line.
"""

import numpy as np

from neuroreed.bulk.pointers import (
    copy_eight,
    fetch,
    int8_at,
    int16_at,
    int32_at,
    int64_at,
    put_eight,
)

UNK = -(2**62)
DONE, GROW, FLUSH = 0, 1, 2


def load(column, sentinel, start, n, S, c, at, st, uni, run, run_at, run_to, rows):
    """Copy a column of the block; its sentinel becomes unknown."""
    done, k = 0, run
    while done < n:
        to, source = at * c + done, run_at[k] + start + done - run_to[k]
        size = min(run_to[k + 1] - start, n) - done
        if source + size + 8 <= rows:
            # what is too much is written over by the next stretch, or is behind the block
            for i in range(0, size, 8):
                copy_eight(column, source + i, S, to + i)
        else:
            for i in range(size):
                S[to + i] = column[source + i]
        done += size
        k += 1
    least, most = spread(S, c, n, at)
    uni[at] = least == most
    if least != sentinel:
        st[at] = 1
        return
    st[at] = 2 if most == sentinel else 3
    to = at * c
    for i in range(n):
        if S[to + i] == sentinel:
            S[to + i] = UNK


def fetch_ahead(address, size, start, n, run, runs, run_at, run_to):
    """Ask for what a block will read of a column: where stretches lie nobody foresees."""
    column, k = int8_at(address), run
    while k < runs and run_to[k] < start + n:
        begin, end = run_at[k] * size, (run_at[k] + run_to[k + 1] - run_to[k]) * size
        for byte in range(begin, end, 64):
            fetch(column, byte)
        fetch(column, end - 1)
        k += 1


def load_all(S, c, start, n, st, uni, loads, given, run, runs, run_at, run_to, rows):
    """Every column that is there; a row of ``loads`` is size, address, target, how it pools.

    The rows of a block come in stretches: stretch ``k`` begins at ``run_at[k]`` in the columns
    and has the positions from ``run_to[k]`` to ``run_to[k + 1]``; ``run`` is the block's first.
    """
    for k in range(given):
        size, address, at = loads[k * 4], loads[k * 4 + 1], loads[k * 4 + 2]
        if runs > 1 and k + 1 < given:
            fetch_ahead(loads[k * 4 + 5], loads[k * 4 + 4], start, n, run, runs, run_at, run_to)
        if size == 1:
            one = int8_at(address)
            load(one, -(2**7), start, n, S, c, at, st, uni, run, run_at, run_to, rows)
        elif size == 2:
            two = int16_at(address)
            load(two, -(2**15), start, n, S, c, at, st, uni, run, run_at, run_to, rows)
        elif size == 4:
            four = int32_at(address)
            load(four, -(2**31), start, n, S, c, at, st, uni, run, run_at, run_to, rows)
        else:
            eight = int64_at(address)
            load(eight, UNK, start, n, S, c, at, st, uni, run, run_at, run_to, rows)


def hand(S, start, n, here, out, narrow, run, run_at, run_to):
    """Values of the rows of the block, each stretch to its place.

    Where they are ``narrow``, what is less than the least number of 32 bits becomes that.
    """
    done, k = 0, run
    while done < n:
        source, at = run_at[k] + start + done - run_to[k], here + done
        size = min(run_to[k + 1] - start, n) - done
        least = -(2**31) if narrow else UNK
        if size < 8:
            for i in range(size):
                out[source + i] = int(max(S[at + i], least))
        else:
            for i in range(0, size - 7, 8):
                put_eight(S, at + i, out, source + i, least)
            # the last eight once more, wherever the eights before them ended
            put_eight(S, at + size - 8, out, source + size - 8, least)
        done += size
        k += 1


def hand_all(S, c, start, n, hands, given, run, run_at, run_to):
    """Every value that is handed on; a row of ``hands`` is size, address, place, whether it fits.

    Values that need 64 bits keep their own unknown; in 32 bits it is the least number.
    """
    for k in range(given):
        address, here = hands[k * 4 + 1], hands[k * 4 + 2] * c
        if hands[k * 4] == 4:
            fit = True
            for i in range(n):
                value = S[here + i]
                fit &= (value == UNK) | ((value > -(2**31)) & (value < 2**31))
            hands[k * 4 + 3] &= fit
            hand(S, start, n, here, int32_at(address), True, run, run_at, run_to)
        else:
            hand(S, start, n, here, int64_at(address), False, run, run_at, run_to)


def run_of(run_to, runs, run, position):
    """The stretch of a position, from an earlier one on."""
    while run + 1 < runs and run_to[run + 1] <= position:
        run += 1
    return run


def runs_of(S, start, n, at, run, run_to):
    """The stretch of each row."""
    for i in range(n):
        if run_to[run + 1] <= start + i:
            run += 1
        S[at + i] = run


def block_end(one, two, start, end, target, run, runs, run_to):
    """Where a block should end that has about ``target`` rows: of whole stretches, or groups."""
    if start + target >= end:
        return end
    if runs > 1:
        while run + 1 < runs and run_to[run + 2] - start <= target:
            run += 1
        return run_to[run + 1]
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
    for i in range(1, n):
        S[group_of + i] = (
            (S[one + i] != S[one + i - 1])
            | (S[two + i] != S[two + i - 1])
            | (S[three + i] != S[three + i - 1])
        )
    S[starts], S[group_of] = 0, 0
    count = 1
    for i in range(1, n):
        # no branch: where a group ends cannot be foreseen; a begin that is none is written over
        S[starts + count] = i
        count += S[group_of + i]
        S[group_of + i] = count - 1
    S[starts + count] = n
    return count


def order_by(S, n, one, two, order):
    """A stable order in which rows of one key are together; ``one`` is sorted already."""
    identity(S, n, order)
    falls = False
    for i in range(1, n):
        falls |= (S[one + i] == S[one + i - 1]) & (S[two + i] < S[two + i - 1])
    if not falls:
        return
    begin = 0
    for i in range(1, n):
        if S[one + i] != S[one + i - 1]:
            begin = i
        k = i
        key = S[two + i]
        while k > begin and S[two + S[order + k - 1]] > key:
            S[order + k] = S[order + k - 1]
            k -= 1
        S[order + k] = i


def take(S, n, source, places, target):
    """Values at given rows."""
    for i in range(n):
        S[target + i] = S[source + S[places + i]]


def put(S, n, source, places, target):
    """Values to given rows."""
    for i in range(n):
        S[target + S[places + i]] = S[source + i]


def identity(S, n, at):
    for i in range(n):
        S[at + i] = i


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


def changes_within(S, n, group_of, at):
    """Whether a value changes between two rows of one group."""
    changes = False
    for i in range(1, n):
        changes |= (S[at + i] != S[at + i - 1]) & (S[group_of + i] == S[group_of + i - 1])
    return changes


def unify(S, c, n, count, starts, group_of, at, session, mode, several, st, uni):
    """A value of the visit stands on each of its lines; sessions of one visit are added up."""
    here = at * c
    if (mode > 0 or not several) and (uni[at] == 1 or not changes_within(S, n, group_of, here)):
        return
    for v in range(count):
        start, stop = S[starts + v], S[starts + v + 1]
        differ = 0
        for i in range(start + 1, stop):
            if S[here + i] != S[here + start] or (
                mode == 0 and S[session + i] != S[session + start]
            ):
                differ = 1
        if differ == 1:
            value = pooled(S, start, stop, here, session, mode)
            for i in range(start, stop):
                S[here + i] = value
            st[at], uni[at] = 3, 0


def unify_all(S, c, n, count, starts, group_of, session, loads, given, st, uni):
    """Every column of the visit; the last entry of a row of ``loads`` is how, or below 0."""
    whose = session * c
    several = changes_within(S, n, group_of, whose)
    for k in range(given):
        at, mode = loads[k * 4 + 2], loads[k * 4 + 3]
        if mode >= 0:
            unify(S, c, n, count, starts, group_of, at, whose, mode, several, st, uni)


def copy(S, c, n, st, uni, source, target):
    """A column that stands for another."""
    take_all(S, n, source * c, target * c)
    st[target], uni[target] = st[source], uni[source]


def calendar(S, n, day, first_day, years, months, year, month):
    for i in range(n):
        place = S[day + i] - first_day
        S[year + i] = years[place]
        S[month + i] = months[place]


def slot(keys, value):
    """The place of a key in an open table, or of the free place where it is not."""
    mask = len(keys) - 1
    place = (value * 2654435761 >> 7) & mask
    while keys[place] != value and keys[place] != UNK:
        place = (place + 1) & mask
    return place


def code_rows(S, n, code, day, first_day, days, keys, places, rows, at):
    """The row of the table of code values, by code and date."""
    for i in range(n):
        place = places[slot(keys, S[code + i])]
        S[at + i] = rows[place * days + S[day + i] - first_day]


def payer_rows(S, n, payer, day, first_day, days, payers, rows, at):
    """The row of the table of payer values, by payer and date; the unknown payer is the last."""
    for i in range(n):
        value = S[payer + i]
        place = payers if value == UNK else value
        S[at + i] = rows[place * days + S[day + i] - first_day]


def threshold_rows(S, n, payer, discipline, day, first_day, days, payers, rows, at):
    for i in range(n):
        value, kind = S[payer + i], S[discipline + i]
        place = payers if value == UNK else value
        kind = 0 if kind == UNK else kind
        S[at + i] = rows[(place * 4 + kind) * days + S[day + i] - first_day]


def ranks(S, c, n, st, payer, modifier, payers, table, width, at):
    for i in range(n):
        value, mark = S[payer + i], S[modifier * c + i]
        if value == UNK or mark == UNK:
            S[at * c + i] = UNK
        else:
            S[at * c + i] = table[value * width + mark]
    bound(S, c, n, st, at)


def look_up(S, c, n, st, uni, rows, table, width, column, at):
    """One value of the table rows for every line."""
    if uni[at] == 1:
        fill(S, c, n, at, S[at * c])
    elif st[at] == 0:
        for i in range(n):
            S[at * c + i] = table[S[rows + i] * width + column]
        bound(S, c, n, st, at)


def look_up_all(S, c, n, st, uni, rows, table, width, places, wanted, kind):
    """Where the block has one row of a table, every value of it is known now.

    It stands in the first place only, for all lines once it is asked for.
    A row of ``places`` is table, column, target.
    """
    row = S[rows]
    for i in range(n):
        if S[rows + i] != row:
            return
    for k in range(wanted):
        if places[k * 3 + 0] == kind:
            at = places[k * 3 + 2]
            S[at * c] = table[row * width + places[k * 3 + 1]]
            st[at], uni[at] = 2 if S[at * c] == UNK else 1, 1


def fill(S, c, n, at, value):
    for i in range(n):
        S[at * c + i] = value


def bound(S, c, n, st, at):
    """Say of a value whether all, none or some of it is known."""
    least, most = spread(S, c, n, at)
    st[at] = 1 if least != UNK else (2 if most == UNK else 3)


def spread(S, c, n, at):
    """The least and the greatest entry."""
    here = at * c
    least, most = S[here], S[here]
    for i in range(n):
        value = S[here + i]
        least, most = min(least, value), max(most, value)
    return least, most


def nothing(S, c, n, st, at):
    """A value that is unknown throughout."""
    fill(S, c, n, at, np.int64(UNK))
    st[at] = 2


def move(S, c, n, st, uni, source, places, target):
    """A value at given rows."""
    if uni[source] == 1 or st[source] == 2:
        fill(S, c, n, target, S[source * c] if uni[source] == 1 else np.int64(UNK))
        uni[target] = 1
    else:
        take(S, n, source * c, places, target * c)
    st[target] = st[source]


def unmove(S, c, n, st, uni, source, places, target):
    """A value to given rows, which are all rows."""
    put(S, n, source * c, places, target * c)
    st[target] = st[source]


def unknown_where(S, c, count, st, target, source):
    """A fact is unknown where what it looks at is."""
    if st[source] != 1:
        for g in range(count):
            if S[source * c + g] == UNK:
                S[target * c + g] = UNK
        st[target] = 3


def take_all(S, n, source, target):
    """Values as they are."""
    for i in range(n):
        S[target + i] = S[source + i]
