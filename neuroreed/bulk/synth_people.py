"""Who is treated when, by whom and for which payer: patients, their visits, a clinic's staff.

All of it is columns of whole numbers, one row per patient or per visit. A patient has a weekly
pattern, some visits are missed, a second discipline goes along for a while. A therapist's day
that would not end is shared out to colleagues.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from neuroreed.bulk.synth_library import DISCIPLINES, PAYERS, SHARES, Array

FIRST: Final = date(2025, 1, 6)  # a Monday; all visits lie in its year
WEEKS: Final = 50
PT, OT, SLP = range(len(DISCIPLINES))
_VISITS: Final = (1, 2, 4, 6, 8, 9, 10, 12, 14, 16, 20, 24, 30, 36)
_VISITS_PERCENT: Final = (5, 4, 9, 13, 14, 10, 10, 11, 7, 6, 5, 3, 2, 1)
# weekdays of one, two and three visits a week; never two days in a row
_PATTERNS: Final = np.array(
    [
        [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0], [4, 0, 0]],
        [[0, 2, 0], [0, 3, 0], [1, 3, 0], [1, 4, 0], [2, 4, 0]],
        [[0, 2, 4]] * 5,
    ]
)
_PATIENTS_PER_CLINIC: Final = 700
# neighbouring numbers go to neighbouring clinics, as in the books of a company that grew
NEIGHBOURS: Final = 4
# places in a clinic's list of staff: those of the house, and those who fill in
_STAFF: Final = 16
_REGULAR: Final = ((0, 4), (8, 1), (12, 1))
_RELIEF: Final = ((4, 4), (9, 3), (13, 3))
_WORKING_DAY: Final = 9 * 60
_RELIEF_DAY: Final = 8 * 60
DAYS: Final = 400  # more than visits span


@dataclass(frozen=True, slots=True)
class Patients:
    """One entry per patient; ``reports_every`` treatment days, ``prior_cents`` from elsewhere."""

    payer: Array
    discipline: Array
    visits: Array
    clinic: Array
    reports_every: Array
    prior_cents: Array


@dataclass(frozen=True, slots=True)
class Visits:
    """One entry per visit, in the order of a book; ``nth`` counts from 0 within the episode.

    ``beside`` says that another discipline treats on the same date; ``day`` and ``began`` are
    days since ``FIRST``. ``number`` names the visit within its block.
    """

    number: Array
    patient: Array
    discipline: Array
    nth: Array
    day: Array
    began: Array
    beside: Array
    partner: Array


def patients(rng: np.random.Generator, count: int) -> Patients:
    """So many people, with payers in their shares."""
    shares = np.cumsum([SHARES.get(name, 0) for name in PAYERS])
    payer = np.searchsorted(shares, rng.integers(0, shares[-1], count), side="right")
    pool = np.array(_VISITS)
    visits = rng.choice(pool, count, p=np.array(_VISITS_PERCENT) / 100)
    prior = np.where(rng.random(count) < 0.08, rng.integers(20_000, 160_000, count), 0)
    return Patients(
        payer=payer,
        discipline=rng.choice(np.array([PT, OT, SLP]), count, p=[0.74, 0.16, 0.10]),
        visits=visits,
        clinic=_clinics(rng, count),
        reports_every=rng.integers(8, 11, count),
        prior_cents=np.where(np.array(PAYERS)[payer] == "medicare_part_b", prior, 0),
    )


def _clinics(rng: np.random.Generator, count: int) -> Array:
    together = NEIGHBOURS * _PATIENTS_PER_CLINIC
    group = np.arange(count) // together
    size = np.minimum(together, count - group * together)
    clinics = np.maximum(1, size // _PATIENTS_PER_CLINIC)
    return np.asarray(group * NEIGHBOURS + (rng.random(count) * clinics).astype(np.int64))


def visits(rng: np.random.Generator, who: Patients, weekly: Array) -> Visits:
    """The visits of patients, in the order of a book; ``weekly`` patients come once a week."""
    count = len(who.visits)
    total = int(who.visits.sum())
    patient = np.repeat(np.arange(count), who.visits)
    head = np.cumsum(who.visits) - who.visits
    nth = np.arange(total) - np.repeat(head, who.visits)
    often = rng.choice(np.array([1, 2, 3]), count, p=[0.15, 0.6, 0.25])
    # many visits at one a week would not end within the year
    often = np.where((often == 1) & (who.visits > 20), 2, np.where(weekly, 1, often))
    # a missed visit moves all that follow
    missed = np.cumsum(rng.random(total) < 0.07)
    slot = nth + missed - np.repeat(missed[head], who.visits)
    last = slot[head + who.visits - 1] // often
    week = (rng.random(count) * np.maximum(WEEKS - last, 1)).astype(np.int64)
    pattern = _PATTERNS[often - 1, rng.integers(0, 5, count)]
    per_week = often[patient]
    day = (week[patient] + slot // per_week) * 7 + pattern[patient, slot % per_week]
    return _with_second(rng, who, patient, nth, day, head)


def _with_second(
    rng: np.random.Generator, who: Patients, patient: Array, nth: Array, day: Array, head: Array
) -> Visits:
    """The visits with those of a second discipline: on the same dates, or the days after."""
    count = len(who.visits)
    begins = rng.integers(1, 4, count)
    second = np.where(rng.random(count) < 0.6, OT, SLP)
    has = (rng.random(count) < 0.12) & (who.discipline == PT) & (who.visits > begins + 1)
    later = np.where(rng.random(count) < 0.55, 0, 1)
    here = has[patient] & (nth >= begins[patient])
    row = np.repeat(np.arange(len(patient)), 1 + here)
    is_second = np.zeros(len(row), bool)
    is_second[1:] = row[1:] == row[:-1]
    patient, own = patient[row], nth[row]
    starts = begins[patient]
    shift = np.where(own == starts, 1, later[patient])
    beside = here[row] & (shift == 0)
    discipline = np.where(is_second, second[patient], who.discipline[patient])
    started = day[head][patient]
    first_second = day[head + np.minimum(begins, who.visits - 1)][patient] + 1
    return Visits(
        number=np.arange(len(row)),
        patient=patient,
        discipline=discipline,
        nth=np.where(is_second, own - starts, own),
        day=day[row] + np.where(is_second, shift, 0),
        began=np.where(is_second, first_second, started),
        beside=beside,
        partner=np.where(is_second, PT, second[patient]),
    )


def therapists(
    rng: np.random.Generator, who: Patients, made: Visits, minutes: Array, busy: Array
) -> Array:
    """Who treats each visit: a place in the staff of all clinics.

    ``minutes`` are those of whole visits. ``busy`` marks visits of a day that one person
    signed for, whoever treated.
    """
    clinic = who.clinic[made.patient]
    first, places = (np.array(each)[made.discipline] for each in zip(*_REGULAR, strict=True))
    own = rng.integers(0, 60, len(who.clinic))[made.patient] % places
    found = clinic * _STAFF + first + own
    over = _beyond(found * DAYS + made.day, minutes) > _WORKING_DAY
    late = np.flatnonzero(over)
    first, places = (np.array(each)[made.discipline[late]] for each in zip(*_RELIEF, strict=True))
    place = clinic[late] * _STAFF + first
    used = _beyond(place * DAYS + made.day[late], minutes[late])
    found[late] = place + np.minimum((used - 1) // _RELIEF_DAY, places - 1)
    return np.where(busy, clinic * _STAFF, found)


def _beyond(keys: Array, minutes: Array) -> Array:
    """Minutes of a key up to and with each row, in the order of rows."""
    size = len(keys)
    if not size:
        return np.zeros(0, np.int64)
    packed = np.sort(keys.astype(np.int64) * size + np.arange(size))
    order = packed % size
    ordered = packed // size
    fresh = np.ones(size, bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    sums = np.cumsum(minutes[order])
    heads = np.flatnonzero(fresh)
    before = (sums[heads] - minutes[order][heads])[np.cumsum(fresh) - 1]
    found = np.empty(size, np.int64)
    found[order] = sums - before
    return found


def clinic_days(who: Patients, made: Visits) -> Array:
    """A number for the clinic and date of each visit."""
    return np.asarray(who.clinic[made.patient] * DAYS + made.day)
