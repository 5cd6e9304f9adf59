"""Where the policy tables lie, and which release of a table speaks for a date.

Two folders have the same shape: ours (package data) and the clinic's (``NEUROREED_POLICY``),
which ``neuroreed policy load`` fills. Each holds ``releases.csv`` (one row per release of a
table) and the releases themselves as CSV. The clinic's release goes before ours.

Nothing is read before it is asked for. What was read is kept until ``releases.csv`` of the
clinic's folder changes, so that a running clinic sees a release as soon as it is loaded.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from neuroreed.model.errors import PolicyFileError

# importlib.resources costs 17 ms to import; `neuroreed units` has 150 in all
PACKAGE = Path(__file__).with_name("data")
INDEX = "releases.csv"
FOLDERS = {
    "rvu": "fees/rvu",
    "gpci": "fees/gpci",
    "conversion_factor": "fees/conversion_factor",
    "zip5": "fees/zip5",
    "locco": "fees/locco",
    "ptp": "edits/ptp",
    "mue": "edits/mue",
    "icd10": "codes/icd10",
}
INDEX_COLUMNS = (
    "table",
    "release",
    "effective_from",
    "effective_to",
    "released_on",
    "extent",
    "rows",
    "file",
    "source",
    "confidence",
)


@dataclass(frozen=True, slots=True)
class Release:
    """One release of one table.

    ``extent``: ``full`` (a code that is absent does not exist), ``therapy`` (the therapy codes
    only), ``undated`` (full for therapy, without effective dates), ``partial`` (absent says
    nothing). ``rows`` counts what the release holds.
    """

    table: str
    name: str
    effective_from: date
    effective_to: date
    extent: str
    rows: int
    source: str
    confidence: str
    of_clinic: bool
    path: Path

    def covers(self, on: date) -> bool:
        """Whether ``on`` lies within the release."""
        return self.effective_from <= on <= self.effective_to


@dataclass(frozen=True, slots=True)
class State:
    """The clinic's policy folder as it stands: a key under which answers are kept."""

    folder: str = ""
    changed_ns: int = 0
    size: int = 0


NO_FOLDER = State()


def state() -> State:
    """The clinic's folder and when its index last changed; cheap enough for every look-up."""
    folder = os.environ.get("NEUROREED_POLICY", "")
    if not folder:
        return NO_FOLDER
    try:
        seen = os.stat(os.path.join(folder, INDEX))  # noqa: PTH116, PTH118  (each look-up does it)
    except OSError:
        return State(folder)
    return State(folder, seen.st_mtime_ns, seen.st_size)


def read(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one CSV of ours, by column name; blank stays blank."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def index(folder: Path, *, of_clinic: bool) -> tuple[Release, ...]:
    """The releases that one policy folder holds; none when it has no index."""
    path = folder / INDEX
    if not path.exists():
        return ()
    found = []
    for number, row in enumerate(read(path), start=2):
        try:
            found.append(_release(folder, row, of_clinic))
        except (KeyError, TypeError, ValueError) as error:
            raise PolicyFileError(
                INDEX, number, "not a release as `neuroreed policy load` writes it"
            ) from error
    return tuple(found)


def _release(folder: Path, row: dict[str, str], of_clinic: bool) -> Release:
    return Release(
        table=row["table"],
        name=row["release"],
        effective_from=date.fromisoformat(row["effective_from"]),
        effective_to=date.fromisoformat(row["effective_to"]),
        extent=row["extent"],
        rows=int(row["rows"]),
        source=row["source"],
        confidence=row["confidence"],
        of_clinic=of_clinic,
        path=folder / FOLDERS[row["table"]] / Path(row["file"]).name,
    )


@lru_cache(maxsize=4)
def _all(now: State) -> dict[str, tuple[Release, ...]]:
    found = list(index(PACKAGE, of_clinic=False))
    if now.folder:
        found += index(Path(now.folder), of_clinic=True)
    found.sort(key=lambda release: (not release.of_clinic, release.effective_from))
    return {table: tuple(r for r in found if r.table == table) for table in FOLDERS}


def releases(table: str) -> tuple[Release, ...]:
    """Every release of a table: the clinic's first, each by date."""
    return _all(state())[table]


@lru_cache(maxsize=512)
def _candidates(table: str, on: date, now: State) -> tuple[tuple[Release, bool], ...]:
    known = _all(now)[table]
    exact = [release for release in known if release.covers(on)]
    same_year = [
        release
        for release in known
        if release.effective_from.year == on.year and not release.covers(on)
    ]
    earlier = sorted(
        (release for release in same_year if release.effective_to < on),
        key=lambda release: release.effective_to,
        reverse=True,
    )
    later = sorted(
        (release for release in same_year if release.effective_from > on),
        key=lambda release: release.effective_from,
    )
    return tuple([(r, False) for r in exact] + [(r, True) for r in earlier + later])


def candidates(table: str, on: date) -> tuple[tuple[Release, bool], ...]:
    """The releases that may answer for a date, best first, each with *assumed*.

    A release that covers the date comes first (the clinic's before ours). Then those of the
    same calendar year, the latest earlier one first: using them is an assumption.
    """
    return _candidates(table, on, state())


def letter(on: date) -> str:
    """The quarter of a date as CMS letters it: A (January) to D (October)."""
    return "ABCD"[(on.month - 1) // 3]


def rvu_file(on: date) -> str:
    """The name of the official RVU file of a date's quarter."""
    return f"RVU{on.year % 100:02d}{letter(on)}.zip"
