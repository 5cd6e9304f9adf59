"""Levels, claims and lines as they open and close while the walk goes on, and their sums.

Copied behind ``parts`` and compiled with it. What does not hold is not judged here: the
walk gives the stretch back, and the plain reader reads it.
"""

import numpy as np

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.parts import keep_claim, number, packed, same, text

_U = np.uint64


def close_adjudication(st):
    """What another payer paid must be what its adjustments leave of the charge."""
    if st[c.A_OPEN] == 1:
        st[c.A_OPEN] = 0
        if st[c.A_BUNDLED] == 0 and st[c.L_CHARGE] - st[c.A_REDUCED] != st[c.A_PAID]:
            return False
    return True


def close_line(st, co):
    """The sums of a line; False where they do not hold."""
    if st[c.L_OPEN] == 0:
        return True
    st[c.L_OPEN] = 0
    st[c.C_LINES_CHARGE] += st[c.L_CHARGE]
    if st[c.IN_837] == 1:
        return close_adjudication(st)
    if st[c.L_CHARGE] - st[c.L_ADJUSTED] != st[c.L_PAID]:
        return False
    st[c.C_LINES_ADJUSTED] += st[c.L_ADJUSTED]
    st[c.C_LINES_PR] += st[c.L_PR]
    allowed = st[c.L_ALLOWED]
    if allowed != c.NO_AMOUNT:
        if st[c.C_LINES_ALLOWED] == c.NO_AMOUNT:
            st[c.C_LINES_ALLOWED] = 0
        st[c.C_LINES_ALLOWED] += allowed
        if st[c.C_PRIMARY] == 1 and st[c.L_OTHER_GROUP] == 0:
            least = st[c.L_PAID] + st[c.L_PR]
            if allowed != least and allowed != least + st[c.L_CO]:
                if st[c.L_CO_COUNT] > 12:
                    return False
                # one adjustment is often what is kept; the rare sum of several is not tried
                explained = False
                for k in range(st[c.L_CO_COUNT]):
                    if allowed == least + co[k]:
                        explained = True
                return explained
    return True


def close_claim(st, co, others, answers, data, cells, layout, counts):
    """The sums of a claim; False where they do not hold."""
    if st[c.OPEN] == 0:
        return True
    st[c.OPEN] = 0
    if not close_line(st, co):
        return False
    last = st[c.C_ROW] + layout[3 if st[c.IN_837] == 1 else 0, 1] - 1
    if st[c.IN_837] == 1:
        if st[c.C_LINES_CHARGE] != st[c.C_CHARGE]:
            return False
        first = layout[5, 0] + (counts[5] - st[c.C_OTHERS]) * layout[5, 1] + 13
        for k in range(st[c.C_OTHERS]):
            if others[k, 1] == c.NO_AMOUNT:
                continue
            reduced = others[k, 0]
            for a in range(st[c.C_ANSWERS]):
                if same(data, answers[a, 0], cells[first + k * layout[5, 1]]):
                    reduced += answers[a, 1]
            if st[c.C_CHARGE] - reduced != others[k, 1]:
                return False
        if st[c.C_REPLACES] == 1 and st[c.C_ORIGINAL] == 0:
            return False
        cells[last - 1] = st[c.C_LINES_CHARGE]
        cells[last] = 1
        st[c.CLAIMS] += 1
        return True
    if st[c.C_LINES] > 0 and st[c.C_LINES_CHARGE] != st[c.C_CHARGE]:
        return False
    if st[c.C_CHARGE] - st[c.C_ADJUSTED] - st[c.C_LINES_ADJUSTED] != st[c.C_PAID]:
        return False
    owed = st[c.C_LINES_PR] + st[c.C_PR]
    if st[c.C_OWED] != c.NO_AMOUNT and st[c.C_OWED] != owed:
        return False
    if (
        st[c.C_ALLOWED] != c.NO_AMOUNT
        and st[c.C_LINES_ALLOWED] != c.NO_AMOUNT
        and st[c.C_ALLOWED] != st[c.C_LINES_ALLOWED]
        and st[c.C_PRIMARY] == 1
    ):
        return False
    cells[last] = 1
    st[c.CLAIMS] += 1
    st[c.SUM_PAID] += st[c.C_PAID]
    st[c.SUM_CHARGE] += st[c.C_CHARGE]
    return True


def new_row(cells, layout, counts, blanks, table):
    """Where the next row of a table begins, empty; -1 where there is no room.

    A row of ``layout`` is: where the table begins, its columns, its rows.
    """
    row = counts[table]
    if row >= layout[table, 2]:
        return -1
    width = layout[table, 1]
    at = layout[table, 0] + row * width
    for k in range(width):
        cells[at + k] = blanks[table, k]
    counts[table] = row + 1
    return at


def level(data, st, b, e, cells, layout, counts, base, blanks, levels):
    """An HL that follows the rules: 0, else why the walk stops."""
    own = number(data, b[1], e[1])
    if own != st[c.LAST_HL] + 1 or st[c.LEVEL_HAS_CLAIM] == 0:
        return c.DOUBT_LEVEL
    if own >= len(levels):
        return c.SEEN_ROOM
    kind = packed(data, b[3], e[3])
    child = packed(data, b[4], e[4])
    says = 0 if child == 48 else 1 if child == 49 else 2
    if kind == 12338:  # 20
        if e[2] > b[2] or st[c.N20] != 0 or st[c.N22] != 0:
            return c.DOUBT_LEVEL
        st[c.HL20] = own
        st[c.HL22] = 0
        st[c.CHILD20] = says
        st[c.N20] = st[c.N] if says == 1 else 0
        at = new_row(cells, layout, counts, blanks, 0)
        if at < 0:
            return c.ROOM
        cells[at] = st[c.N]
        st[c.AT_BILLING] = base[0] + counts[0] - 1
        st[c.AT_SUBSCRIBER] = -1
        st[c.AT_PATIENT] = -1
        st[c.SELF] = 0
        st[c.HAS_BITS] = 0
        levels[own] = says
    elif kind == 12850:  # 22
        if st[c.HL20] == 0 or number(data, b[2], e[2]) != st[c.HL20] or st[c.CHILD20] == 0:
            return c.DOUBT_LEVEL
        if st[c.N22] != 0:
            return c.DOUBT_LEVEL
        st[c.N20] = 0
        st[c.HL22] = own
        st[c.CHILD22] = says
        st[c.N22] = st[c.N] if says == 1 else 0
        at = new_row(cells, layout, counts, blanks, 1)
        if at < 0:
            return c.ROOM
        cells[at] = st[c.N]
        st[c.AT_SUBSCRIBER] = base[1] + counts[1] - 1
        st[c.AT_PATIENT] = -1
        st[c.SELF] = 0
        st[c.HAS_BITS] = 0
        levels[own] = 4 + says
    elif kind == 13106:  # 23
        if st[c.HL22] == 0 or number(data, b[2], e[2]) != st[c.HL22] or st[c.CHILD22] == 0:
            return c.DOUBT_LEVEL
        if says == 1:
            return c.DOUBT_LEVEL
        st[c.N22] = 0
        at = new_row(cells, layout, counts, blanks, 2)
        if at < 0:
            return c.ROOM
        cells[at] = st[c.N]
        st[c.AT_PATIENT] = base[2] + counts[2] - 1
        levels[own] = 8 + says
    else:
        return c.DOUBT_LEVEL
    st[c.LAST_HL] = own
    st[c.LEVEL_BEGUN] = st[c.N]
    st[c.LEVEL_HAS_CLAIM] = 0 if kind == 13106 or (kind == 12850 and says != 1) else 1
    st[c.CLAIMS_HERE] = 0
    return 0


def open_claim(data, st, b, e, cells, row, seen, component):
    """CLM: what may be said in few ways, and whether it stood before; 0 or why the walk stops."""
    part = 0
    start = b[5]
    for i in range(b[5], e[5] + 1):
        if i == e[5] or data[_U(i)] == component:
            if part < 3 and i == start:
                return c.DOUBT
            if part == 0:
                cells[row + 7] = text(start, i)
            elif part == 1 and (i - start != 1 or data[_U(start)] != 66):
                return c.DOUBT
            elif part == 2:
                cells[row + 8] = text(start, i)
                st[c.C_REPLACES] = 0
                if i - start == 1 and data[_U(start)] >= 54 and data[_U(start)] <= 56:
                    st[c.C_REPLACES] = 1
            part += 1
            start = i + 1
    if part < 3:
        return c.DOUBT
    if 2 * (seen[0, 3] + 2) > len(seen):
        return c.SEEN_ROOM
    found = keep_claim(data, seen, cells[row + 5], cells[row + 8])
    if found < 0:
        return c.DOUBT
    seen[0, 3] += found  # not in the state: it stays when the stretch is given back
    cells[row + 2] = st[c.AT_BILLING]
    cells[row + 3] = st[c.AT_SUBSCRIBER]
    cells[row + 4] = st[c.AT_PATIENT]
    if cells[row + 6] == c.NO_AMOUNT or cells[row + 6] < 0:
        return c.DOUBT
    is_whole = st[c.SELF] == 1 and (st[c.CLAIMS_HERE] > 0 or st[c.HAS_BITS] == 7)
    if st[c.AT_PATIENT] < 0 and not is_whole:
        return c.DOUBT
    st[c.CLAIMS_HERE] += 1
    if st[c.CLAIMS_HERE] > 100:
        return c.DOUBT
    st[c.LEVEL_HAS_CLAIM] = 1
    st[c.C_CHARGE] = cells[row + 6]
    return 0
