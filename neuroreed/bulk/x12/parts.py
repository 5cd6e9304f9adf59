"""Amounts, dates, numbers and names in the bytes of a file, as the plain reader tests them.

Copied in front of ``walk`` and compiled with it; nothing here is called uncompiled. What
these are not sure of they call bad, and the plain reader decides.
"""

import numpy as np

from neuroreed.bulk.x12 import codes as c

_U = np.uint64
_MOST_DIGITS = 11  # of whole dollars: sums of a file stay far inside 64 bits


def amount(data, i, e):
    """Whole cents; NO_AMOUNT for no text, ODD for what is no amount or not surely one."""
    if i == e:
        return c.NO_AMOUNT
    if e - i > 19:
        return c.ODD
    sign = data[_U(i)]
    if sign == 45 or sign == 43:
        i += 1
    value = 0
    whole = 0
    while i < e:
        digit = np.int64(data[_U(i)]) - 48
        if digit < 0 or digit > 9:
            break
        value = value * 10 + digit
        whole += 1
        i += 1
    if whole > _MOST_DIGITS:
        return c.ODD
    value *= 100
    if i < e:
        if data[_U(i)] != 46:
            return c.ODD
        i += 1
        part = 0
        while i < e:
            digit = np.int64(data[_U(i)]) - 48
            if digit < 0 or digit > 9 or (part > 1 and digit != 0):
                return c.ODD
            if part == 0:
                value += digit * 10
            elif part == 1:
                value += digit
            part += 1
            i += 1
        if whole + part == 0:
            return c.ODD
    elif whole == 0:
        return c.ODD
    return -value if sign == 45 else value


def is_quantity(data, i, e):
    """Digits with a sign and a point at most, fifteen digits at most."""
    if data[_U(i)] == 45 or data[_U(i)] == 43:
        i += 1
    digits = 0
    points = 0
    while i < e:
        sign = data[_U(i)]
        if sign == 46:
            points += 1
        elif sign >= 48 and sign <= 57:
            digits += 1
        else:
            return False
        i += 1
    return points < 2 and digits > 0 and digits <= 15


def number(data, i, e):
    """A whole number as people write it, or -1: no sign, no leading zero, nine digits at most."""
    if i == e or e - i > 9 or data[_U(i)] == 48:
        return -1
    value = 0
    while i < e:
        digit = np.int64(data[_U(i)]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
        i += 1
    return value


def day(data, i, e):
    """A day of the calendar written CCYYMMDD as days since 1970, or NO_AMOUNT."""
    if e - i != 8:
        return c.NO_AMOUNT
    whole = 0
    for k in range(i, e):
        digit = np.int64(data[_U(k)]) - 48
        if digit < 0 or digit > 9:
            return c.NO_AMOUNT
        whole = whole * 10 + digit
    year = whole // 10000
    month = whole // 100 % 100
    of_month = whole % 100
    if year < 1800 or month < 1 or month > 12 or of_month < 1:
        return c.NO_AMOUNT
    most = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        most = 30
    elif month == 2:
        most = 28
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            most = 29
    if of_month > most:
        return c.NO_AMOUNT
    # days of the civil calendar, counted from March so that the leap day comes last
    y = year - (1 if month <= 2 else 0)
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month + (9 if month <= 2 else -3)) + 2) // 5 + of_month - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def is_npi(data, i, e):
    """Ten digits of which the last is the check digit over 80840 and the first nine."""
    if e - i != 10:
        return False
    total = 24
    for k in range(10):
        digit = np.int64(data[_U(i + k)]) - 48
        if digit < 0 or digit > 9:
            return False
        if k < 9 and k % 2 == 0:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
    return total % 10 == 0


def is_code(data, i, e):
    """Letters and digits only."""
    while i < e:
        sign = data[_U(i)]
        if not (
            (sign >= 48 and sign <= 57)
            or (sign >= 65 and sign <= 90)
            or (sign >= 97 and sign <= 122)
        ):
            return False
        i += 1
    return True


def packed(data, i, e):
    """A text of three characters at most as a number; -1 for a longer one."""
    if e - i > 3:
        return -1
    value = 0
    place = 0
    while i < e:
        value |= np.int64(data[_U(i)]) << place
        place += 8
        i += 1
    return value


def same(data, one, other):
    """Whether two texts, each an offset and a length in one number, are the same."""
    if one < 0 or other < 0:
        return one < 0 and other < 0
    size = one & c.LENGTH
    if size != other & c.LENGTH:
        return False
    first = one >> c.LENGTH_BITS
    second = other >> c.LENGTH_BITS
    # from behind: numbers that count on differ there
    place = size - 1
    while place >= 0 and data[_U(first + place)] == data[_U(second + place)]:
        place -= 1
    return place < 0


def text(i, e):
    """A text as offset and length in one number; NONE for no text."""
    return (i << c.LENGTH_BITS) | (e - i) if e > i else c.NONE


def procedure(data, i, e, component, cells, at):
    """A composite procedure into eight columns; False where the plain reader has a word."""
    cells[at] = 1
    part = 0
    modifiers = 0
    start = i
    while i <= e:
        if i == e or data[_U(i)] == component:
            if part == 0:
                cells[at + 1] = text(start, i)
            elif part == 1:
                if start == i or not is_code(data, start, i):
                    return False
                cells[at + 2] = text(start, i)
            elif part < 6:
                if i > start:
                    cells[at + 3 + modifiers] = text(start, i)
                    modifiers += 1
            elif part == 6:
                cells[at + 7] = text(start, i)
            part += 1
            start = i + 1
        i += 1
    return part >= 2


def seen_before(data, seen, claim_id, frequency):
    """Where a claim stands in the table of those seen: its place, or -1 - a free one.

    A claim is its number and frequency; the same place in the file is the same claim.
    """
    hashed = np.int64(1469598103934665603)
    for k in range(claim_id & c.LENGTH if claim_id >= 0 else 0):
        hashed = (hashed ^ np.int64(data[_U((claim_id >> c.LENGTH_BITS) + k)])) * 1099511628211
    for k in range(frequency & c.LENGTH if frequency >= 0 else 0):
        hashed = (hashed ^ np.int64(data[_U((frequency >> c.LENGTH_BITS) + k)])) * 1099511628211
    most = len(seen) - 1
    place = (hashed ^ (hashed >> 29)) & most
    while seen[place, 2] == 1:
        if same(data, seen[place, 0], claim_id) and same(data, seen[place, 1], frequency):
            return place
        place = (place + 1) & most
    return -1 - place


def keep_claim(data, seen, claim_id, frequency):
    """Note a claim as seen: 1 if it is new, 0 if it was noted before, -1 if another has its key."""
    place = seen_before(data, seen, claim_id, frequency)
    if place >= 0:
        return 0 if seen[place, 0] == claim_id and seen[place, 1] == frequency else -1
    place = -1 - place
    seen[place, 0] = claim_id
    seen[place, 1] = frequency
    seen[place, 2] = 1
    return 1


def move_seen(data, old, new):
    """The claims seen into a larger table."""
    for k in range(len(old)):
        if old[k, 2] == 1:
            keep_claim(data, new, old[k, 0], old[k, 1])
