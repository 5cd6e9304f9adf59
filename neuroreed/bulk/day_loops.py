"""Loops behind the kernel of the lines: visits of a part, and rows for the days of therapists.

Plain functions; ``day_loops(rows)`` is the same module compiled, from the cache where it is
there. A value that may be unknown is packed as twice itself, and one more if not all of it is
known: so packed values are added up without looking at what they stand for.
"""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType

from neuroreed.bulk.loops import are_plain


def visits_of(
    patient, day, discipline, session, therapist, payer, allowed, charge, unknown, alone,
    starts, begins, told,
):  # fmt: skip
    """Where visits begin, and where rows for therapists' days do: a run of one therapist's lines.

    Args:
        therapist, allowed, charge: empty where the part has none.
        unknown: the mark of a value that is not there.
        alone: whether every line is a row of its own.
        starts: int32, filled with the first line of each visit.
        begins: int32 by 2, filled with the first line of each row, and its visit.
        told: visits, rows, patients, cents billed; 1 where each visit has one session; 1 where
            the first session rises from visit to visit.
    """
    visits, rows, patients, cents, single, rise = 0, 0, 0, 0, True, True
    several, by_allowed, by_charge = len(therapist) > 0, len(allowed) > 0, len(charge) > 0
    for i in range(len(patient)):
        last = max(i - 1, 0)
        # without a branch: where a visit or a row ends cannot be foreseen
        other = (i == 0) | (patient[i] != patient[last])
        fresh = other | (day[i] != day[last]) | (discipline[i] != discipline[last])
        begun = fresh | alone | (payer[i] != payer[last])
        if several:
            begun |= therapist[i] != therapist[last]
        rise &= (i == 0) | (not fresh) | (session[i] > session[last])
        single &= fresh | (session[i] == session[last])
        starts[visits] = i
        visits += fresh
        begins[2 * rows], begins[2 * rows + 1] = i, visits - 1
        rows += begun
        patients += other
        if by_allowed and allowed[i] != unknown:
            cents += allowed[i]
        elif by_charge and charge[i] != unknown:
            cents += charge[i]
    told[0], told[1], told[2], told[3] = visits, rows, patients, cents
    told[4], told[5] = single, rise


def worth_of(allowed, charge, unknown, edges, worth):
    """What stretches of lines are worth; left as it was where nothing of it is known.

    Args:
        edges: two columns, the first line of each stretch and the one behind its last.
    """
    by_allowed, by_charge = len(allowed) > 0, len(charge) > 0
    for k in range(len(worth)):
        total, known = 0, 0
        for i in range(edges[k, 0], edges[k, 1]):
            if by_allowed and allowed[i] != unknown:
                total, known = total + allowed[i], 1
            elif by_charge and charge[i] != unknown:
                total, known = total + charge[i], 1
        if known == 1:
            worth[k] = total


def count_rows(whose, counts):
    """Count the rows of each therapist."""
    for r in range(len(whose)):
        counts[whose[r]] += 1


def place_rows(whose, begins, day, payer, ends, places, days, payers, visits):
    """Rows in the order of their therapists.

    Args:
        whose: the therapist of each row.
        ends: where the rows of each therapist begin; moved on to where they end.
        places: int32, filled with the place of each row.
        days, payers, visits: filled with what stands at each place.
    """
    for r in range(len(whose)):
        to = ends[whose[r]]
        ends[whose[r]] = to + 1
        begin = begins[2 * r]
        places[r] = to
        days[to] = day[begin]
        payers[to] = payer[begin]
        visits[to] = begins[2 * r + 1]


def pack_lines(values, mark, begins, places, packed):
    """Add up a value of lines by rows; the least and the greatest packed.

    ``mark`` is what stands where the value is unknown.
    """
    rows, size, least, most = len(places), len(values), 0, 0
    for r in range(rows):
        total, doubtful = 0, 0
        for i in range(begins[2 * r], begins[2 * r + 2] if r + 1 < rows else size):
            value = int(values[i])
            if value == mark:
                doubtful = 1
            else:
                total += value
        total = 2 * total + doubtful
        packed[places[r]] = total
        least, most = min(least, total), max(most, total)
    return least, most


def days_of(
    order, begins, therapist, table, day, payer, ranks, first, cells, group, whose, days, payers
):
    """The day that each row belongs to.

    Args:
        order: runs of rows of one therapist, each therapist's together.
        begins: where each run begins, and the last ends.
        therapist, table: of each run: whose it is, and where its payers stand in ``ranks``,
            by which they are one order in all runs.
        day, payer: of each row; the unknown payer is below 0 and stands first in its table.
        first: the first date of all.
        cells: int32, -1 for every date from the first to the last.
        group: int32, filled with the day of each row.
        whose, days, payers: filled with therapist, date and first payer of each day.

    Returns how many days there are.
    """
    count, since = 0, 0
    for k in range(len(order)):
        run = order[k]
        if k == 0 or therapist[run] != therapist[order[k - 1]]:
            # what stands in the cells is of other therapists from here on
            since = count
        for i in range(begins[run], begins[run + 1]):
            cell, own = day[i] - first, ranks[table[run] + max(payer[i], -1) + 1]
            # without a branch: whether a day is new cannot be foreseen
            fresh = cells[cell] < since
            g = count if fresh else cells[cell]
            payers[g] = own if fresh else min(payers[g], own)
            cells[cell], group[i], days[g], whose[g] = g, g, day[i], therapist[run]
            count += fresh
    return count


def add_days(packed, group, totals, doubtful):
    """Add up a packed value of rows by days; whether anything is not known."""
    doubt = 0
    for i in range(len(packed)):
        totals[group[i]] += packed[i] >> 1
        if packed[i] & 1:
            doubtful[group[i]] = doubt = 1
    return doubt


def day_loops(rows: int) -> ModuleType:
    """This module for so many rows: compiled where that is sooner done."""
    return sys.modules[__name__] if are_plain(rows) else _compiled()


@cache
def _compiled() -> ModuleType:
    from neuroreed.bulk.compile import compiled_module

    every = (visits_of, worth_of, count_rows, place_rows, pack_lines, days_of, add_days)
    return compiled_module("days", every)
