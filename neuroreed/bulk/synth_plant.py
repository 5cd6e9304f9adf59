"""Which fault is planted where: in a visit, in an episode or year, in a therapist's day.

A patient has faults of visits or one of the whole course, never both, so that each finding
has one cause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from neuroreed.bulk.synth_faults import ABOVE_THE_CAP, FAULTS
from neuroreed.bulk.synth_library import (
    DISCIPLINES,
    KIND_NAMES,
    NO_METHOD,
    NO_PROFILE,
    PAYERS,
    Array,
    Library,
)
from neuroreed.bulk.synth_people import Patients, Visits
from neuroreed.bulk.synth_shapes import UNIT_CAP
from neuroreed.policy.payers import Payer

# Faults of a visit that its lines do not show: the rules that find them, and whose they are.
_BESIDE: Final[dict[str, tuple[tuple[str, ...], Callable[[Payer], bool]]]] = {
    "an unsigned note": (("DOCU-03",), lambda payer: True),
    "filed too late": (("FILE-01",), lambda payer: payer.timely_filing_days is not None),
    "filed at the last moment": (("FILE-02",), lambda payer: payer.timely_filing_days is not None),
    "a claim left lying": (("FILE-07",), lambda payer: payer.timely_filing_days is not None),
    "no authorisation": (("AUTH-01",), lambda payer: payer.requires_auth is True),
    "a charge below the fee": (("FILE-04",), lambda payer: True),
    "a heading as diagnosis": (("CODE-12",), lambda payer: True),
    "KX from the beginning": (("THRS-02",), lambda payer: payer.kx is True),
}
KX_LEFT_OFF: Final = "KX left off"
REPORT_BY_ASSISTANT: Final = "a report by the assistant"
ABOVE_REVIEW: Final = "above the review amount"
# Faults of a whole course: how many visits it needs, and whose it is.
COURSES: Final[dict[str, tuple[tuple[str, ...], int, Callable[[Payer], bool]]]] = {
    "a progress report left out": (("DOCU-01",), 14, lambda payer: payer.certification is True),
    "no plan of care": (("PLAN-01",), 1, lambda payer: payer.certification is True),
    "never recertified": (("PLAN-05",), 16, lambda payer: payer.certification is True),
    "certified for too long": (("PLAN-06",), 1, lambda payer: payer.certification is True),
    ABOVE_REVIEW: (("THRS-04",), 1, lambda payer: payer.kx is True),
    "no unit method chosen": (("UNIT-10",), 1, lambda payer: True),
    "a payer nobody described": (("FILE-05",), 1, lambda payer: True),
}
A_DAY_TOO_LONG: Final = "a day too long for one therapist"

PLANTED: Final[dict[str, tuple[str, ...]]] = {
    **{name: fault.rules for name, fault in FAULTS.items()},
    **{name: rules for name, (rules, _) in _BESIDE.items()},
    KX_LEFT_OFF: ("THRS-01",),
    REPORT_BY_ASSISTANT: ("DOCU-02",),
    **{name: rules for name, (rules, _, _) in COURSES.items()},
    A_DAY_TOO_LONG: ("CONC-09",),
}
# numbers of faults; 0 is none
FAULT: Final = {name: number for number, name in enumerate(PLANTED, 1)}
# well above any amount from which records may be called for
_PRIOR_ABOVE_REVIEW: Final = 450_000
# what a planted course is among a thousand faults of visits
_COURSE_SHARE: Final = 0.25
_FIRST, _TREATED, _REPORTED, _TOGETHER = range(4)
_KIND: Final = {name: place for place, name in enumerate(KIND_NAMES)}
_SPOILT_KIND: Final = np.array([-1] + [_KIND.get(name, -1) for name in PLANTED])


@dataclass(frozen=True, slots=True)
class _Choices:
    """Faults that a payer, a discipline and a moment allow: ``faults`` (kinds of visit, most)."""

    faults: Array
    count: Array


def courses(
    rng: np.random.Generator, who: Patients, payers: tuple[Payer | None, ...], permille: int
) -> tuple[Patients, Array]:
    """The patients with a fault of their whole course, and its number (0 for none)."""
    count = len(who.visits)
    chosen = np.flatnonzero(rng.random(count) * 1000 < permille * _COURSE_SHARE)
    chance = rng.random(count)
    fault, visits, payer = np.zeros(count, np.int16), who.visits.copy(), who.payer.copy()
    prior = who.prior_cents.copy()
    for place, profile in enumerate(payers):
        own = chosen[who.payer[chosen] == place]
        if profile is None or not len(own):
            continue
        fit = [each for each, (_, _, wants) in COURSES.items() if wants(profile)]
        pick = (chance[own] * len(fit)).astype(np.int64)
        fault[own] = np.array([FAULT[each] for each in fit])[pick]
        needed = np.array([COURSES[each][1] for each in fit])[pick]
        visits[own] = np.clip(visits[own], needed, np.where(needed > 1, 20, 99))
        prior[own] = 0
    prior[fault == FAULT[ABOVE_REVIEW]] = _PRIOR_ABOVE_REVIEW
    payer[fault == FAULT["no unit method chosen"]] = PAYERS.index(NO_METHOD)
    payer[fault == FAULT["a payer nobody described"]] = PAYERS.index(NO_PROFILE)
    return replace(who, visits=visits, payer=payer, prior_cents=prior), fault


def weekly(course: Array) -> Array:
    """Patients whose course has to last longer than a certified period."""
    return np.asarray(course == FAULT["never recertified"])


def kinds(
    rng: np.random.Generator,
    who: Patients,
    made: Visits,
    course: Array,
    reports: Array,
    shapes: Library,
    payers: tuple[Payer | None, ...],
    permille: int,
) -> tuple[Array, Array]:
    """The kind of each visit, and the number of its fault."""
    size = len(made.patient)
    chance = rng.random(size)
    therapy = made.discipline != DISCIPLINES.index("SLP")
    again = therapy & (chance < 0.025)
    assisted = therapy & (chance > 0.84) & ~reports
    clean = np.where(assisted, _KIND["assisted"], _KIND["treatment"])
    clean = np.where(again, _KIND["again"], clean)
    partners = np.array([_KIND[f"with {name}"] for name in DISCIPLINES])
    clean = np.where(made.beside, partners[made.partner], clean)
    clean = np.where(made.nth == 0, _KIND["first"], clean)
    moment = np.where(reports, _REPORTED, _TREATED)
    moment = np.where(made.nth == 0, _FIRST, np.where(made.beside, _TOGETHER, moment))
    choices = _choices(shapes, payers)
    key = (who.payer[made.patient] * len(DISCIPLINES) + made.discipline) * 4 + moment
    spoilt = (rng.random(size) * 1000 < permille) & (course[made.patient] == 0)
    spoilt &= choices.count[key] > 0
    rows = np.flatnonzero(spoilt)
    fault = np.zeros(size, np.int16)
    pick = (rng.random(len(rows)) * choices.count[key[rows]]).astype(np.int64)
    fault[rows] = choices.faults[key[rows], pick]
    kind = _SPOILT_KIND[fault]
    return np.where(kind >= 0, kind, clean), fault


def _choices(shapes: Library, payers: tuple[Payer | None, ...]) -> _Choices:
    """What may be planted, by payer, discipline and moment; only kinds that have a shape."""
    cells: list[list[int]] = []
    for place, payer in enumerate(payers):
        for d, discipline in enumerate(DISCIPLINES):
            cells += _moments(payer, discipline, shapes_of(shapes, payer, place)[d])
    faults = np.zeros((len(cells), max(map(len, cells))), np.int16)
    for place, cell in enumerate(cells):
        faults[place, : len(cell)] = cell
    return _Choices(faults, np.array([len(cell) for cell in cells]))


def _moments(payer: Payer | None, discipline: str, count: Array) -> list[list[int]]:
    if payer is None:
        return [[], [], [], []]
    fit = [
        (name, fault)
        for name, fault in FAULTS.items()
        if count[_KIND[name]] and fault.wants(payer) and discipline in fault.disciplines
    ]
    beside = [FAULT[name] for name, (_, wants) in _BESIDE.items() if wants(payer)]
    first = [FAULT[name] for name, fault in fit if fault.kind == "first"]
    treated = [FAULT[name] for name, fault in fit if fault.kind != "first"]
    report = [FAULT[REPORT_BY_ASSISTANT]] if payer.certification is True else []
    return [first + beside, treated + beside, report + beside, beside]


def shapes_of(shapes: Library, payer: Payer | None, place: int) -> Array:
    """How many shapes a payer's visits are drawn from, by discipline and kind."""
    cap = None if payer is None else payer.max_timed_units_per_day
    way = shapes.way_of_payer[place]
    if cap is None or cap > UNIT_CAP:
        return np.asarray(shapes.count[way])
    above = np.arange(len(KIND_NAMES)) == _KIND[ABOVE_THE_CAP]
    return np.where(above, shapes.count[way], shapes.capped[way])


def draw(
    rng: np.random.Generator,
    shapes: Library,
    payers: tuple[Payer | None, ...],
    payer: Array,
    discipline: Array,
    kind: Array,
) -> Array:
    """A shape for each visit, of its kind and of what its payer pays in a day."""
    counts = np.stack([shapes_of(shapes, each, place) for place, each in enumerate(payers)])
    start = shapes.start[shapes.way_of_payer]
    key = (payer * len(DISCIPLINES) + discipline) * len(KIND_NAMES) + kind
    chance = rng.random(len(payer)) * counts.ravel()[key]
    return np.asarray(start.ravel()[key] + chance.astype(np.int64))
