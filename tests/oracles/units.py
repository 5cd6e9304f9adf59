"""The total-minutes method by enumeration: every way to share, and which ones the manual allows.

Written from the manual's words, not from our code: the table of intervals gives the total,
no code with a full quarter of an hour goes without it, and no unit may stand with a smaller
remainder while a larger remainder has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

# The interval table, written out as the manual prints it.
TABLE = [(8, 22), (23, 37), (38, 52), (53, 67), (68, 82), (83, 97), (98, 112), (113, 127)]


def total_units(total_minutes: int) -> int:
    """Units of the interval in which the minutes lie; below the first interval none."""
    for units, (low, high) in enumerate(TABLE, start=1):
        if low <= total_minutes <= high:
            return units
    return 0


def accepted(minutes: Sequence[int]) -> list[tuple[int, ...]]:
    """Every allocation that the manual accepts, by trying every number of units per code."""
    wanted = total_units(sum(minutes))
    found = []
    for units in product(*(range(m // 15 + 2) for m in minutes)):
        if sum(units) == wanted and _is_fair(minutes, units):
            found.append(units)
    return found


def _is_fair(minutes: Sequence[int], units: Sequence[int]) -> bool:
    """No code lacks a full quarter; moving one unit to another code never serves more minutes."""
    if any(units[i] < minutes[i] // 15 for i in range(len(minutes))):
        return False
    for giver in range(len(minutes)):
        for taker in range(len(minutes)):
            if giver == taker or units[giver] == 0:
                continue
            if _served(minutes[giver], units[giver]) + _served(minutes[taker], units[taker]) < (
                _served(minutes[giver], units[giver] - 1)
                + _served(minutes[taker], units[taker] + 1)
            ):
                return False
    return True


def _served(minutes: int, units: int) -> int:
    """Minutes of the code that its units cover."""
    return min(minutes, 15 * units)


def preferred(minutes: Sequence[int]) -> tuple[int, ...]:
    """Of the accepted ones, ours: more minutes first, then the earlier code."""
    order = sorted(range(len(minutes)), key=lambda i: (-minutes[i], i))
    return max(accepted(minutes), key=lambda units: [units[i] - minutes[i] // 15 for i in order])


def visits(codes: int, most_minutes: int) -> np.ndarray:
    """(visits, codes): every visit of that many codes, at least a minute each, up to a total."""
    grids = np.indices((most_minutes - codes + 1,) * codes).reshape(codes, -1).T + 1
    return grids[grids.sum(axis=1) <= most_minutes]


def accepted_extras(minutes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which sets of codes may hold one extra unit, for many visits at once.

    Returns (patterns: (sets, codes) of 0 and 1, allowed: (visits, sets)). A set is allowed when
    the table's total comes out and no code outside it has a larger remainder than one inside.
    """
    codes = minutes.shape[1]
    table = np.array([total_units(t) for t in range(int(minutes.sum(axis=1).max()) + 1)])
    wanted = table[minutes.sum(axis=1)]
    remainder = minutes % 15
    patterns = np.array(list(product((0, 1), repeat=codes)))
    allowed = np.empty((len(minutes), len(patterns)), dtype=bool)
    for index, pattern in enumerate(patterns):
        inside = np.where(pattern == 1, remainder, 15).min(axis=1)
        outside = np.where(pattern == 0, remainder, -1).max(axis=1)
        right_total = (minutes // 15 + pattern).sum(axis=1) == wanted
        allowed[:, index] = right_total & (inside > 0) & (inside >= outside)
    return patterns, allowed
