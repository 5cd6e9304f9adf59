"""Random samples of visits that anyone can draw again: frame, seed and a written algorithm.

The algorithm, ``neuroreed-sample-1``:

1. A unit of the frame is its id, its stratum and its amount in whole cents (or unknown). Its
   line is the compact JSON array of the three. The *frame hash* is the SHA-256 of all lines,
   sorted as text, each ended by a line feed, in UTF-8.
2. The *ticket* of a unit is the SHA-256 of the compact JSON array of the algorithm's name, the
   seed, the frame hash, its stratum and its id.
3. In each stratum the units are put in order of their tickets. The first *n* are the sample,
   without replacement; the next ones are spares, taken only in this order.

No generator of pseudo-random numbers is used, so neither the machine, nor the version of a
language, nor the order of the frame changes the sample.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from neuroreed.model.errors import BadInput

ALGORITHM = "neuroreed-sample-1"
LEAST_IN_STRATUM = 2
ALLOCATIONS = ("proportional", "equal")


@dataclass(frozen=True, slots=True)
class FrameUnit:
    """One thing that may be drawn. ``amount_cents`` is what was paid; ``None`` is unknown."""

    id: str
    stratum: str = ""
    amount_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of a frame: how many units and cents it holds, and which were drawn.

    ``amount_cents`` is ``None`` when the amount of one unit is unknown. ``drawn`` and
    ``spares`` are ids in the order of their tickets.
    """

    name: str
    frame_size: int
    amount_cents: int | None
    drawn: tuple[str, ...]
    spares: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample, with all that is needed to draw it again."""

    algorithm: str
    seed: str
    frame_hash: str
    frame_size: int
    strata: tuple[Stratum, ...]

    @property
    def drawn(self) -> tuple[str, ...]:
        """All drawn ids, stratum by stratum."""
        return tuple(one for stratum in self.strata for one in stratum.drawn)


def _compact(parts: Sequence[object]) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def checked(frame: Iterable[FrameUnit]) -> list[FrameUnit]:
    """The units of a frame, each once.

    Raises:
        BadInput: no unit, an empty id, an id twice, or an amount below zero.
    """
    units = list(frame)
    if not units:
        raise BadInput("The frame is empty: there is nothing to draw from.")
    seen: set[str] = set()
    for place, unit in enumerate(units, 1):
        if not unit.id.strip():
            raise BadInput(f"Unit {place} of the frame has no id.")
        if unit.id in seen:
            raise BadInput(f"Unit {place} of the frame has an id that stood before: each is once.")
        if unit.amount_cents is not None and unit.amount_cents < 0:
            raise BadInput(f"Unit {place} of the frame has an amount below zero.")
        seen.add(unit.id)
    return units


def frame_hash(frame: Iterable[FrameUnit]) -> str:
    """The SHA-256 of the sorted frame; the same for any order of its units."""
    lines = sorted(_compact([one.id, one.stratum, one.amount_cents]) for one in frame)
    return _sha256("".join(f"{line}\n" for line in lines))


def allocate(sizes: Mapping[str, int], size: int, *, how: str = "proportional") -> dict[str, int]:
    """How many to draw in each stratum.

    Each stratum gets at least two, so that its spread can be estimated, or all it has. What
    is left goes by the size of the strata, or evenly; ties go to the name that sorts first.

    Raises:
        BadInput: more than the frame has, or fewer than two in each stratum.
    """
    if how not in ALLOCATIONS:
        raise BadInput(f"Allocate {' or '.join(ALLOCATIONS)}.")
    total = sum(sizes.values())
    if not 1 <= size <= total:
        raise BadInput(f"Draw from 1 to {total} units: the frame has no more.")
    given = {name: min(LEAST_IN_STRATUM, n) for name, n in sizes.items()}
    if len(sizes) == 1:
        return dict.fromkeys(sizes, size)
    if size < sum(given.values()):
        raise BadInput(
            f"{len(sizes)} strata need at least {sum(given.values())} units, two in each: "
            "draw more, or use fewer strata."
        )
    weight = {name: (n if how == "proportional" else 1) for name, n in sizes.items()}
    # the next unit goes where the share given so far lies farthest below the share due
    for _ in range(size - sum(given.values())):
        open_strata = sorted(name for name, n in sizes.items() if given[name] < n)
        best = open_strata[0]
        for name in open_strata[1:]:
            # given / weight compared by cross-multiplication, without rounding
            if (2 * given[name] + 1) * weight[best] < (2 * given[best] + 1) * weight[name]:
                best = name
        given[best] += 1
    return given


def draw(
    frame: Iterable[FrameUnit],
    size: int,
    *,
    seed: str,
    how: str = "proportional",
    sizes: Mapping[str, int] | None = None,
    spares: int = 0,
) -> Sample:
    """Draw a simple sample (one stratum) or a stratified one.

    Args:
        size: units in all; with ``sizes`` (stratum to number) only checked against their sum.
        seed: any text a person chose before seeing the frame; it is printed with the result.
        spares: how many more to name in each stratum, for units that turn out not to belong
            to the frame at all. A missing chart is an error, never a reason for a spare.

    Raises:
        BadInput: see ``checked`` and ``allocate``; an empty seed; sizes that do not fit.
    """
    if not seed.strip():
        raise BadInput("Give a seed: any text, chosen before the frame is seen.")
    units = checked(frame)
    by_stratum: dict[str, list[FrameUnit]] = {}
    for unit in units:
        by_stratum.setdefault(unit.stratum, []).append(unit)
    frame_sizes = {name: len(found) for name, found in by_stratum.items()}
    if sizes is None:
        take = allocate(frame_sizes, size, how=how)
    else:
        take = dict(sizes)
        if set(take) != set(frame_sizes) or sum(take.values()) != size:
            raise BadInput("Give a number for each stratum of the frame; they add up to the size.")
        if any(not 1 <= n <= frame_sizes[name] for name, n in take.items()):
            raise BadInput("In each stratum draw at least one unit and no more than it has.")
    hashed = frame_hash(units)
    strata = []
    for name in sorted(by_stratum):
        found = by_stratum[name]
        ordered = sorted(
            found, key=lambda one: _sha256(_compact([ALGORITHM, seed, hashed, name, one.id]))
        )
        amounts = [one.amount_cents for one in found]
        known = [amount for amount in amounts if amount is not None]
        n = take[name]
        strata.append(
            Stratum(
                name=name,
                frame_size=len(found),
                amount_cents=sum(known) if len(known) == len(amounts) else None,
                drawn=tuple(one.id for one in ordered[:n]),
                spares=tuple(one.id for one in ordered[n : n + spares]),
            )
        )
    return Sample(ALGORITHM, seed, hashed, len(units), tuple(strata))


def cents_of(text: str, place: str) -> int | None:
    """Dollars as they stand in a file, in cents; an empty cell is unknown.

    Raises:
        BadInput: not an amount, or a part of a cent.
    """
    said = text.strip().removeprefix("$").replace(",", "")
    if not said:
        return None
    try:
        cents = Decimal(said) * 100
    except InvalidOperation:
        raise BadInput(f"{place} is not an amount in dollars.") from None
    if not cents.is_finite() or cents != cents.to_integral_value():
        raise BadInput(f"{place} is not an amount in dollars and cents.")
    return int(cents)


def read_rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """The rows of a CSV file with a header, and its columns.

    Raises:
        BadInput: no header, a column twice, or a row of another width.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file, strict=True))
    except UnicodeDecodeError:
        raise BadInput(f"{path.name}: save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise BadInput(f"{path.name}: {error}.") from None
    if not rows or not any(rows[0]):
        raise BadInput(f"{path.name}: the first row names the columns; it is empty.")
    header = [name.strip() for name in rows[0]]
    if len(set(header)) != len(header):
        raise BadInput(f"{path.name}: a column stands twice in the first row.")
    found = []
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise BadInput(f"{path.name}, row {number}: {len(row)} cells, not {len(header)}.")
        found.append(dict(zip(header, row, strict=True)))
    return found, header


def read_frame(
    path: Path, *, id_column: str, stratum_column: str = "", amount_column: str = ""
) -> list[FrameUnit]:
    """A frame from a CSV file, one row a unit.

    Raises:
        BadInput: a column that is not there, or a cell that cannot be read.
    """
    rows, header = read_rows(path)
    for name in (id_column, stratum_column, amount_column):
        if name and name not in header:
            raise BadInput(f"{path.name} has no column {name!r}; it has {', '.join(header)}.")
    return checked(
        FrameUnit(
            id=row[id_column].strip(),
            stratum=row[stratum_column].strip() if stratum_column else "",
            amount_cents=cents_of(row[amount_column], f"{path.name}, row {number}, {amount_column}")
            if amount_column
            else None,
        )
        for number, row in enumerate(rows, 2)
    )
