"""Small Python that several facts share."""

from __future__ import annotations

from neuroreed.model.columns import UNKNOWN


def add_on_first(keys, values, chosen, answer):
    """Add ``values`` by key, on the first line of each key; 0 on every other line.

    Only lines with ``chosen`` count. A line of which key, value or choice is unknown makes
    the sum of its key unknown.
    """
    for i in range(len(keys)):
        answer[i] = 0
        if chosen[i] != 0:
            first = i
            for j in range(i):
                if first == i and keys[j] == keys[i] and chosen[j] != 0:
                    first = j
            if chosen[i] == UNKNOWN or values[i] == UNKNOWN or keys[i] == UNKNOWN:
                answer[first] = UNKNOWN
            elif answer[first] != UNKNOWN:
                answer[first] += values[i]


def add_chosen(values, chosen):
    """The sum of ``values`` on lines with ``chosen``; unknown as soon as one is."""
    answer = 0
    for i in range(len(values)):
        if chosen[i] == UNKNOWN:
            return UNKNOWN
        if chosen[i] != 0:
            if values[i] == UNKNOWN:
                return UNKNOWN
            answer += values[i]
    return answer


def overlap(start, end, other_start, other_end):
    """Minutes that two stretches of time share."""
    first = start if start > other_start else other_start
    last = end if end < other_end else other_end
    return last - first if last > first else 0
