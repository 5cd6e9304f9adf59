"""What the elements of one segment become: fields, adjustments, diagnoses.

Copied behind ``sums`` and compiled with it.
"""

import numpy as np

from neuroreed.bulk.x12 import codes as c
from neuroreed.bulk.x12.parts import (
    amount,
    day,
    is_npi,
    is_quantity,
    packed,
    procedure,
    text,
)
from neuroreed.bulk.x12.sums import new_row

_U = np.uint64
_CO, _PR, _OA, _PI, _CR, _XX = 20291, 21072, 16719, 18768, 21059, 22616
_ABK, _ABF, _BK, _BF, _D8, _RD8 = 4932161, 4604481, 19266, 17986, 14404, 3687506


def adjustments(data, st, b, e, count, cells, layout, counts, blanks, table, level, owner, co):
    """A CAS as rows; the sum goes to ``st[CAS_TOTAL]``. 0, or why the walk stops."""
    group = packed(data, b[1], e[1])
    if group != _CO and group != _PR and group != _OA and group != _PI and group != _CR:
        return c.DOUBT
    if count > 19:
        return c.DOUBT
    total = 0
    place = 2
    while place <= count:
        if place + 1 > count or b[place] == e[place]:
            return c.DOUBT
        value = amount(data, b[place + 1], e[place + 1])
        if value == c.NO_AMOUNT or value == c.ODD:
            return c.DOUBT
        row = new_row(cells, layout, counts, blanks, table)
        if row < 0:
            return c.ROOM
        cells[row + 0] = st[c.N]
        cells[row + 1] = st[c.BASE_CLAIM]
        cells[row + 2] = level
        cells[row + 3] = owner
        cells[row + 4] = text(b[1], e[1])
        cells[row + 5] = text(b[place], e[place])
        cells[row + 6] = value
        if place + 2 <= count and e[place + 2] > b[place + 2]:
            if not is_quantity(data, b[place + 2], e[place + 2]):
                return c.DOUBT
            cells[row + 7] = text(b[place + 2], e[place + 2])
        total += value
        if level == 1 and st[c.IN_837] == 0 and group == _CO:
            if st[c.L_CO_COUNT] < len(co):
                co[st[c.L_CO_COUNT]] = value
            st[c.L_CO_COUNT] += 1
        place += 3
    if st[c.IN_837] == 0:
        if level == 0:
            st[c.C_ADJUSTED] += total
            if group == _PR:
                st[c.C_PR] += total
        else:
            st[c.L_ADJUSTED] += total
            if group == _PR:
                st[c.L_PR] += total
            elif group == _CO:
                st[c.L_CO] += total
            else:
                st[c.L_OTHER_GROUP] = 1
    st[c.CAS_TOTAL] = total
    return 0


def do_field(data, b, e, element, column, kind, arg, cells, row, component, codes):
    """One element into one column; False where the plain reader has a word."""
    i = b[element]
    j = e[element]
    if kind == c.TEXT:
        cells[row + column] = text(i, j)
    elif kind == c.AMOUNT:
        value = amount(data, i, j)
        if value == c.ODD:
            return False
        cells[row + column] = value
    elif kind == c.QUANTITY:
        if j > i and not is_quantity(data, i, j):
            return False
        cells[row + column] = text(i, j)
    elif kind == c.CODE:
        if j > i:
            code = packed(data, i, j)
            k = arg
            while codes[k] != 0 and codes[k] != code:
                k += 1
            if codes[k] == 0:
                return False
        if column >= 0:
            cells[row + column] = text(i, j)
    elif kind == c.NPI:
        if j > i and packed(data, b[8], e[8]) == _XX and not is_npi(data, i, j):
            return False
        if column >= 0:
            cells[row + column] = text(i, j)
    elif kind == c.PROCEDURE:
        return procedure(data, i, j, component, cells, row + column) if j > i else False
    elif kind == c.PERIOD:
        form = packed(data, i, j)
        i = b[3]
        j = e[3]
        if form == _D8:
            value = day(data, i, j)
            cells[row + column] = value
            cells[row + column + 1] = value
            return value != c.NO_AMOUNT
        if form != _RD8 or j - i != 17 or data[_U(i + 8)] != 45:
            return False
        cells[row + column] = day(data, i, i + 8)
        cells[row + column + 1] = day(data, i + 9, j)
        return cells[row + column] != c.NO_AMOUNT and cells[row + column + 1] >= cells[row + column]
    elif kind == c.DAY:
        if j > i:
            value = day(data, i, j)
            if value == c.NO_AMOUNT:
                return False
            if column >= 0:
                cells[row + column] = value
    elif kind == c.UNLESS:
        if packed(data, i, j) != arg:
            cells[row + column] = text(i, j)
    elif kind == c.SUBMITTED:
        if j > i:
            return procedure(data, i, j, component, cells, row + column)
    elif kind == c.PARTS and j > i:
        cells[row + column] = 0
        kept = 0
        part = 0
        start = i
        while i <= j:
            if i == j or data[_U(i)] == component:
                if part < 3:
                    if i > start:
                        cells[row + column + kept] = text(start, i)
                        kept += 1
                elif part == 3:
                    cells[row + column + 3] = text(start, i)
                part += 1
                start = i + 1
            i += 1
    return True


def diagnoses(data, st, b, e, count, cells, layout, counts, blanks, table, component):
    """The codes of an HI as rows: 0, or why the walk stops."""
    if count > 12:
        return c.DOUBT
    for place in range(1, count + 1):
        i = b[place]
        j = e[place]
        if i == j:
            continue
        first = i
        while first < j and data[_U(first)] != component:
            first += 1
        second = first + 1
        while second < j and data[_U(second)] != component:
            second += 1
        if first == i or first >= j or second == first + 1:
            return c.DOUBT
        kind = packed(data, i, first)
        if kind != _ABK and kind != _ABF and kind != _BK and kind != _BF:
            continue
        for k in range(first + 1, second):
            if data[_U(k)] == 46:
                return c.DOUBT
        row = new_row(cells, layout, counts, blanks, table)
        if row < 0:
            return c.ROOM
        cells[row + 0] = st[c.N]
        cells[row + 1] = st[c.BASE_CLAIM]
        cells[row + 2] = text(i, first)
        cells[row + 3] = text(first + 1, second)
        st[c.C_DIAGNOSES] += 1
    return 0


def pointers_hold(data, i, e, component, most):
    """Whether every pointer of a line names a diagnosis of its claim."""
    value = 0
    digits = 0
    while i <= e:
        if i == e or data[_U(i)] == component:
            if digits > 0 and (value < 1 or value > most):
                return False
            value = 0
            digits = 0
        else:
            digit = np.int64(data[_U(i)]) - 48
            if digit < 0 or digit > 9 or digits > 2:
                return False
            value = value * 10 + digit
            digits += 1
        i += 1
    return True
