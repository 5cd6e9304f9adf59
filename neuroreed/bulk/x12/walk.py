"""The walk over the segments of claims and remittances that have nothing wrong.

Copied behind ``fields`` and compiled with it. It goes from one boundary to the next (a
claim, a level, a provider); a stretch in which anything is missing, unreadable, out of place
or does not add up is given back untouched, and the plain reader reads it.
"""

import numpy as np

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.fields import (
    adjustments,
    diagnoses,
    do_field,
    pointers_hold,
)
from neuroreed.bulk.x12.parts import number, packed, same, text
from neuroreed.bulk.x12.sums import (
    close_adjudication,
    close_claim,
    close_line,
    level,
    new_row,
    open_claim,
)

_U = np.uint64
_EI, _SY, _F8, _6R, _D, _B6, _AU, _18 = 18757, 22867, 14406, 21046, 68, 13890, 21825, 14385


def before(more, st, co):
    """What a segment ends before it begins something; False where that does not hold."""
    if more == c.LX or more == c.OTHER or more == c.SVC:
        return close_line(st, co)
    if more == c.SVD:
        return close_adjudication(st)
    return True


def after(
    more, data, st, b, e, count, row, cells, layout, counts, base, blanks, seen, levels,
    component, others, answers, controls, table,
):  # fmt: skip
    """What a segment does besides its fields: 0, or why the walk stops."""
    if more == c.HL:
        return level(data, st, b, e, cells, layout, counts, base, blanks, levels)
    if more == c.CLM:
        cells[row + 1] = st[c.TRANSACTION]
        st[c.C_ROW] = row
        st[c.BASE_CLAIM] = base[3] + counts[3] - 1
        open_new(st)
        st[c.A_OPEN] = 0
        return open_claim(data, st, b, e, cells, row, seen, component)
    if more == c.CLP:
        cells[row + 1] = st[c.TRANSACTION]
        st[c.C_ROW] = row
        st[c.BASE_CLAIM] = base[0] + counts[0] - 1
        open_new(st)
        st[c.C_CHARGE] = cells[row + 4]
        st[c.C_PAID] = cells[row + 5]
        st[c.C_OWED] = cells[row + 6]
        status = packed(data, b[2], e[2])
        st[c.C_PRIMARY] = 1 if status == 49 or status == 14641 else 0
    elif more == c.SUBSCRIBER:
        st[c.SELF] = 1 if packed(data, b[2], e[2]) == _18 else 0
    elif more == c.HAS:
        sign = data[_U(b[0] + 1)]
        st[c.HAS_BITS] |= 1 if sign == 51 else 2 if sign == 52 else 4
        cells[layout[1, 0] + counts[1] * layout[1, 1] - 1] = st[c.HAS_BITS]
    elif more == c.BILLING:
        if not (e[2] - b[2] == 1 and data[_U(b[2])] == 49):
            for k in range(5, 9):
                cells[row + k] = c.NONE
    elif more == c.TAX:
        kind = packed(data, b[1], e[1])
        if kind in (_EI, _SY):
            if e[2] - b[2] != 9:
                return c.DOUBT
            for k in range(b[2], e[2]):
                if data[_U(k)] < 48 or data[_U(k)] > 57:
                    return c.DOUBT
            cells[row + 3] = text(b[2], e[2])
            if kind == _SY:
                cells[row + 4] = text(b[1], e[1])
    elif more == c.CONTACT:
        for k in range(3, 8, 2):
            said = k <= count and e[k] > b[k]
            value = k + 1 <= count and e[k + 1] > b[k + 1]
            if said != value:
                return c.DOUBT
    elif more == c.LX:
        st[c.C_LINES] += 1
        if st[c.C_LINES] > 50 or number(data, b[1], e[1]) != st[c.C_LINES]:
            return c.DOUBT
        st[c.L_OPEN] = 1
        st[c.L_CHARGE] = 0
    elif more == c.SV1:
        if not pointers_hold(data, b[7], e[7], component, max(st[c.C_DIAGNOSES], 1)):
            return c.DOUBT
        st[c.L_CHARGE] = cells[row + 11]
    elif more == c.SVD:
        st[c.A_OPEN] = 1
        st[c.A_BUNDLED] = 1 if count >= 6 and e[6] > b[6] else 0
        st[c.A_PAID] = cells[row + 4]
        st[c.A_REDUCED] = 0
        st[c.A_PAYER] = text(b[1], e[1])
    elif more == c.OTHER:
        if st[c.C_OTHERS] >= len(others):
            return c.DOUBT
        others[st[c.C_OTHERS], 0] = 0
        others[st[c.C_OTHERS], 1] = c.NO_AMOUNT
        st[c.C_OTHERS] += 1
    elif more == c.PAID:
        if packed(data, b[1], e[1]) == _D and st[c.C_OTHERS] > 0:
            place = st[c.C_OTHERS] - 1
            if others[place, 1] == c.NO_AMOUNT:
                others[place, 1] = cells[row + 5]
    elif more == c.REF_CLAIM:
        if packed(data, b[1], e[1]) == _F8:
            st[c.C_ORIGINAL] = 1
    elif more == c.REF_LINE:
        if packed(data, b[1], e[1]) == _6R:
            own = cells[row + 5]
            for k in range(st[c.C_CONTROLS]):
                if same(data, controls[k], own):
                    return c.DOUBT
            if st[c.C_CONTROLS] >= len(controls):
                return c.DOUBT
            controls[st[c.C_CONTROLS]] = own
            st[c.C_CONTROLS] += 1
    elif more == c.SVC:
        st[c.C_LINES] += 1
        st[c.L_OPEN] = 1
        st[c.L_CHARGE] = cells[row + 10]
        st[c.L_PAID] = cells[row + 11]
        st[c.L_ADJUSTED] = 0
        st[c.L_PR] = 0
        st[c.L_CO] = 0
        st[c.L_CO_COUNT] = 0
        st[c.L_OTHER_GROUP] = 0
        st[c.L_ALLOWED] = c.NO_AMOUNT
        cells[row + layout[1, 1] - 1] = 1
    elif more == c.ALLOWED:
        if packed(data, b[1], e[1]) == _B6:
            st[c.L_ALLOWED] = cells[row + 5]
    elif more == c.ALLOWED_CLAIM:
        if packed(data, b[1], e[1]) == _AU:
            st[c.C_ALLOWED] = cells[row + 5]
    elif more == c.PROVIDER_LINE:
        if st[c.PROVIDER] == 1:
            return c.DOUBT
    elif more == c.REMARKS:
        first = 3
        if st[c.IN_837] == 0 and data[_U(b[0] + 1)] == 73:
            first = 5
        kept = 0
        for k in range(5):
            place = first + k if first == 3 or k == 0 else 19 + k
            if place > count or e[place] == b[place]:
                continue
            if st[c.IN_837] == 1:
                cells[row + layout[5, 1] - 5 + kept] = text(b[place], e[place])
                kept += 1
                continue
            remark = new_row(cells, layout, counts, blanks, table)
            if remark < 0:
                return c.ROOM
            cells[remark + 0] = st[c.N]
            cells[remark + 1] = st[c.BASE_CLAIM]
            cells[remark + 2] = 0
            cells[remark + 3] = st[c.BASE_CLAIM]
            cells[remark + 5] = text(b[place], e[place])
    return 0


def open_new(st):
    """A claim begins: nothing is summed yet."""
    for k in range(c.C_CHARGE, c.L_OPEN):
        st[k] = 0
    st[c.C_OWED] = c.NO_AMOUNT
    st[c.C_ALLOWED] = c.NO_AMOUNT
    st[c.C_LINES_ALLOWED] = c.NO_AMOUNT
    st[c.L_OPEN] = 0
    st[c.OPEN] = 1


def keep(st, counts, saved):
    """Remember where we are: the stretch before is whole."""
    for k in range(len(counts)):
        saved[k] = counts[k]
    for k in range(c.WIDTH):
        saved[len(counts) + k] = st[k]


def give_back(st, counts, saved, why):
    """Forget the stretch at hand; ``why`` is passed on."""
    key = st[c.MISS_KEY]
    for k in range(len(counts)):
        counts[k] = saved[k]
    for k in range(c.WIDTH):
        st[k] = saved[len(counts) + k]
    st[c.MISS_KEY] = key
    return why


def step_of(known, key):
    """The step of a state and a segment, or -1 where nobody has worked it out yet."""
    most = len(known) - 1
    place = (key * 7046029254386353131 >> 40) & most
    while known[place, 0] != 0:
        if known[place, 0] == key:
            return known[place, 1]
        place = (place + 1) & most
    return -1


def walk(
    data, pos, end, signs, kinds, ids, places, which, known, steps, doings, fields, codes,
    owners, cells, layout, counts, base, blanks, st, saved, seen, levels, others, answers, controls,
    b, e, co,
):  # fmt: skip
    """From the boundary at ``pos`` on: (why it stopped, where). ``saved`` is where rows end."""
    terminator = signs[0]
    component = signs[2]
    st[c.OPEN] = 0
    keep(st, counts, saved)
    stretch = pos
    while True:
        while pos < end and (kinds[data[_U(pos)]] & 4 or data[_U(pos)] == terminator):
            pos += 1
        if pos >= end:
            return give_back(st, counts, saved, c.DOUBT if stretch < pos else c.END), stretch
        start = pos
        count = 0
        nonempty = 0
        odd = end
        b[0] = pos
        i = pos
        while i < end:
            kind = kinds[data[_U(i)]]
            if kind & 3:
                if kind & 1:
                    if kind & 2:
                        break
                    e[count] = i
                    if i > b[count]:
                        nonempty |= 1 << count
                    count += 1
                    if count > c.MOST_ELEMENTS:
                        return give_back(st, counts, saved, c.DOUBT), stretch
                    b[count] = i + 1
                elif odd == end:
                    odd = i
            i += 1
        last = i
        while kinds[data[_U(last - 1)]] & 4:
            last -= 1
        e[count] = last
        pos = i + 1
        if i >= end or odd < last or last == b[count] or last - start > c.LENGTH:
            return give_back(st, counts, saved, c.DOUBT), stretch
        nonempty |= 1 << count
        size = e[0] - b[0]
        if size > 3 or size < 2:
            return give_back(st, counts, saved, c.DOUBT), stretch
        short = 0
        for k in range(start, start + size):
            sign = np.int64(data[_U(k)])
            if sign < 48 or sign > 90:
                return give_back(st, counts, saved, c.DOUBT), stretch
            short = short << 6 | sign - 32
        sid = ids[short]
        if sid == 0:
            return give_back(st, counts, saved, c.DOUBT), stretch
        kind = which[sid]
        if kind == c.ELSEWHERE:
            return give_back(st, counts, saved, c.DOUBT), stretch
        if kind == c.OUTSIDE:
            if not close_claim(st, co, others, answers, data, cells, layout, counts):
                return give_back(st, counts, saved, c.DOUBT), stretch
            keep(st, counts, saved)
            return c.ENVELOPE, start
        qualifier = 0
        place = places[sid]
        if place > 0 and place <= count:
            stop = e[place]
            if kind == c.ORDINARY and data[_U(start)] == 72:  # HI: before its component
                stop = b[place]
                while stop < e[place] and data[_U(stop)] != component:
                    stop += 1
            qualifier = packed(data, b[place], stop)
            if qualifier < 0:
                return give_back(st, counts, saved, c.DOUBT), stretch
        key = ((st[c.STATE] * 64 + sid) << 24) | qualifier
        found = step_of(known, key)
        if found == -2:
            return give_back(st, counts, saved, c.DOUBT), stretch
        if found < 0:
            st[c.MISS_KEY] = key
            return give_back(st, counts, saved, c.UNKNOWN_STEP), stretch
        if kind != c.ORDINARY:
            # only now: what stands here surely ends the stretch before
            if not close_claim(st, co, others, answers, data, cells, layout, counts):
                return give_back(st, counts, saved, c.DOUBT), stretch
            keep(st, counts, saved)
            stretch = start
            if kind == c.HALT:
                return c.STOP, start
        st[c.N] += 1
        required = steps[found, 2]
        if nonempty & required != required:
            return give_back(st, counts, saved, c.DOUBT), stretch
        st[c.STATE] = steps[found, 0]
        at = steps[found, 1]
        op = doings[at, 0]
        table = doings[at, 1]
        more = doings[at, 5]
        # elements that the segment does not have are empty
        for k in range(count + 1, doings[at, 6] + 1):
            b[k] = 0
            e[k] = 0
        if not before(more, st, co):
            return give_back(st, counts, saved, c.DOUBT), stretch
        row = 0
        own = doings[at, 2]
        if op == c.ROW:
            row = new_row(cells, layout, counts, blanks, table)
            if row < 0:
                return give_back(st, counts, saved, c.ROOM), stretch
            cells[row + 0] = st[c.N]
            cells[row + 1] = st[c.BASE_CLAIM]
            if own >= 0:
                cells[row + 2] = own
                cells[row + 3] = base[owners[own]] + counts[owners[own]] - 1
            elif more == c.SVD:
                cells[row + 2] = base[4] + counts[4] - 1
        elif op == c.FILL:
            row = layout[table, 0] + (counts[table] - 1) * layout[table, 1]
        for k in range(doings[at, 3], doings[at, 4]):
            if not do_field(
                data, b, e, fields[k, 0], fields[k, 1], fields[k, 2], fields[k, 3], cells, row,
                component, codes,
            ):  # fmt: skip
                return give_back(st, counts, saved, c.DOUBT), stretch
        if more == c.PLAIN:
            continue
        if more == c.CAS:
            why = adjustments(
                data, st, b, e, count, cells, layout, counts, blanks, table, own,
                base[owners[own]] + counts[owners[own]] - 1, co,
            )  # fmt: skip
            if why == 0 and own == 2:
                others[st[c.C_OTHERS] - 1, 0] += st[c.CAS_TOTAL]
            elif why == 0 and own == 3:
                if st[c.C_ANSWERS] >= len(answers):
                    why = c.DOUBT
                else:
                    answers[st[c.C_ANSWERS], 0] = st[c.A_PAYER]
                    answers[st[c.C_ANSWERS], 1] = st[c.CAS_TOTAL]
                    st[c.C_ANSWERS] += 1
                    st[c.A_REDUCED] += st[c.CAS_TOTAL]
        elif more == c.DIAGNOSES:
            why = diagnoses(data, st, b, e, count, cells, layout, counts, blanks, table, component)
        else:
            why = after(
                more, data, st, b, e, count, row, cells, layout, counts, base, blanks, seen,
                levels, component, others, answers, controls, table,
            )  # fmt: skip
        if why != 0:
            return give_back(st, counts, saved, why), stretch
