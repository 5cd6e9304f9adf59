"""The shapes of all kinds and payers as columns, to be drawn from by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Final

import numpy as np

from neuroreed.billing.prices import place_of, price
from neuroreed.bulk.synth_faults import AFTER_KX, FAULTS
from neuroreed.bulk.synth_shapes import CODES, KINDS, ON, UNIT_CAP, Shape, Way, way_of
from neuroreed.model.errors import NoParameter
from neuroreed.policy.payers import Payer, profile

Array = np.ndarray[Any, Any]
DISCIPLINES: Final = ("PT", "OT", "SLP")
KIND_NAMES: Final = (*KINDS, *FAULTS)
# of a thousand patients
SHARES: Final = {
    "medicare_part_b": 520, "medicare_advantage": 150, "unitedhealthcare": 90, "aetna": 60,
    "highmark": 50, "texas_medicaid": 50, "tricare": 40, "va_community_care": 40,
}  # fmt: skip
# payers of patients with a planted fault: one without a unit method, one without a profile
NO_METHOD, NO_PROFILE = "commercial", "county_employees_plan"
PAYERS: Final = (*SHARES, NO_METHOD, NO_PROFILE)
_SPOILT: Final = 24
_ATTEMPTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Library:
    """All shapes.

    ``start``, ``count`` and ``capped`` are by way, discipline and kind: where the shapes of a
    kind begin, how many there are, and how many of the first have no more than four timed
    units. Columns of lines are (lines of all shapes,), of shapes (shapes,).
    """

    way_of_payer: Array
    start: Array
    count: Array
    capped: Array
    first_line: Array
    lines: Array
    timed_units: Array
    timed_minutes: Array
    service_minutes: Array
    noted_more: Array
    session_less: Array
    fee_cents: Array
    code: Array
    modifiers: Array
    units: Array
    minutes: Array
    assistant_minutes: Array
    line_fee_cents: Array
    is_found: Array
    modifier_texts: tuple[str, ...]


def profiles() -> tuple[Payer | None, ...]:
    """The profiles of our payers; none for the one that nobody describes."""
    return tuple(_profile(name) for name in PAYERS)


def _profile(name: str) -> Payer | None:
    try:
        return profile(name, ON)
    except NoParameter:
        return None


def library() -> Library:
    """The shapes under the policy of this process, made once."""
    return _made(profiles())


@lru_cache(maxsize=2)
def _made(payers: tuple[Payer | None, ...]) -> Library:
    ways = list(dict.fromkeys(way_of(payer) for payer in payers))
    shapes: list[Shape] = []
    start = np.zeros((len(ways), len(DISCIPLINES), len(KIND_NAMES)), np.int64)
    count, capped = np.zeros_like(start), np.zeros_like(start)
    for w, way in enumerate(ways):
        for d, discipline in enumerate(DISCIPLINES):
            for k, found in enumerate(_of_kinds(way, discipline)):
                found.sort(key=lambda shape: shape.timed_units)
                start[w, d, k], count[w, d, k] = len(shapes), len(found)
                capped[w, d, k] = sum(shape.timed_units <= UNIT_CAP for shape in found)
                shapes += found
    numbers = np.array([ways.index(way_of(payer)) for payer in payers])
    return _columns(shapes, numbers, start, count, capped)


def _of_kinds(way: Way, discipline: str) -> Iterator[list[Shape]]:
    """Shapes of one way and discipline, kind by kind: the clean ones, then the spoilt."""
    rng = Random(f"{way} {discipline}")  # noqa: S311 - the same shapes for everybody
    clean: dict[str, list[Shape]] = {}
    for name, (make, wanted) in KINDS.items():
        clean[name] = _until(wanted.get(discipline, 0), lambda: make(rng, way, discipline))  # noqa: B023
        yield clean[name]
    for fault in FAULTS.values():
        source = clean[fault.kind] if discipline in fault.disciplines else []
        yield _until(
            _SPOILT if source else 0,
            lambda: fault.spoil(rng, rng.choice(source), way, discipline),  # noqa: B023
        )


def _until(wanted: int, make: Callable[[], Shape | None]) -> list[Shape]:
    found: list[Shape] = []
    for _ in range(max(_ATTEMPTS, 10 * wanted) if wanted else 0):
        if (shape := make()) is not None:
            found.append(shape)
        if len(found) == wanted:
            break
    return found


def _columns(
    shapes: Sequence[Shape], numbers: Array, start: Array, count: Array, capped: Array
) -> Library:
    fees = _fees()
    lines = [line for shape in shapes for line in shape.lines]
    code_of = {code: place for place, code in enumerate(CODES)}
    plain = list(dict.fromkeys(",".join(line.modifiers) for line in lines))
    text_of = {text: place for place, text in enumerate(plain)}
    lines_of = np.array([len(shape.lines) for shape in shapes])
    first_line = np.cumsum(lines_of) - lines_of
    line_fee = np.array([fees[line.code] * line.units for line in lines])
    minutes = np.array([line.minutes for line in lines])
    return Library(
        way_of_payer=numbers,
        start=start,
        count=count,
        capped=capped,
        first_line=first_line,
        lines=lines_of,
        timed_units=np.array([shape.timed_units for shape in shapes]),
        timed_minutes=np.array([shape.timed_minutes for shape in shapes]),
        service_minutes=np.add.reduceat(minutes, first_line),
        noted_more=np.array([shape.noted_more for shape in shapes]),
        session_less=np.array([shape.session_less for shape in shapes]),
        fee_cents=np.add.reduceat(line_fee, first_line),
        code=np.array([code_of[line.code] for line in lines]),
        modifiers=np.array([text_of[",".join(line.modifiers)] for line in lines]),
        units=np.array([line.units for line in lines], np.int16),
        minutes=minutes.astype(np.int16),
        assistant_minutes=np.array([line.assistant_minutes for line in lines], np.int16),
        line_fee_cents=line_fee,
        is_found=np.array(
            [place in shape.found for shape in shapes for place in range(len(shape.lines))]
        ),
        modifier_texts=(*plain, *map(_with_kx, plain)),
    )


def _with_kx(text: str) -> str:
    """The modifiers with KX where payers want it: before those that the order does not name."""
    names = text.split(",") if text else []
    if "KX" in names:
        return text
    place = next((i for i, name in enumerate(names) if name in AFTER_KX), len(names))
    return ",".join([*names[:place], "KX", *names[place:]])


def _fees() -> dict[str, int]:
    """The fee schedule's amount of one unit of each code, national, in cents."""
    place = place_of(ON, None, None, None)
    found = {}
    for code in CODES:
        full = price(code, ON, place, apm=False, participating=True).full
        if full is None:
            raise NoParameter("fee", code, ON)
        found[code] = int(full * 100)
    return found
