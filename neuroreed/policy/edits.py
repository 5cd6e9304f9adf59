"""NCCI procedure-to-procedure edits and medically unlikely edits, practitioner set.

Which file speaks for a date:

* A quarter that the clinic loaded and that covers the date. The official files carry the
  history of every pair, so for an older date the first loaded file after it speaks too.
* Of ours, 2026 Q4 carries effective dates and is complete among the eight codes that ``DATED``
  names; it also speaks for the other pairs it lists.
* Else ours of 2024 Q3, whole for therapy but without the day a pair began.

``stale`` means: the answer is of another quarter than the date asked for, or the pair's first
day is not known. A stale pair deserves a person's look, never the last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations

from neuroreed.policy import tables
from neuroreed.policy.tables import Release, State

DATED = frozenset({"97110", "97112", "97116", "97140", "97161", "97162", "97163", "97530"})
DELETED = "9"


@dataclass(frozen=True, slots=True)
class Pair:
    """One active pair: column 1 is paid, column 2 only with a supported modifier.

    ``indicator``: 0 never together, 1 with a modifier. ``since`` is ``None`` where the file
    does not tell the first day; ``until`` is ``None`` while the pair is active.
    """

    column1: str
    column2: str
    indicator: int
    since: date | None
    until: date | None
    rationale: str
    release: str
    stale: bool
    source: str


@dataclass(frozen=True, slots=True)
class Mue:
    """The most units of a code per patient and date.

    ``mai``: 1 by line, 2 absolute by date of service, 3 by date of service on clinical grounds.
    """

    cpt: str
    units: int
    mai: int
    release: str
    stale: bool
    source: str


_Row = tuple[str, str, date | None, date | None, int, str]


@lru_cache(maxsize=1)
def _rationales() -> dict[str, str]:
    return {
        row["number"]: row["rationale"]
        for row in tables.read(tables.PACKAGE / "edits/rationales.csv")
    }


@lru_cache(maxsize=8)
def _pairs(release: Release, now: State) -> dict[tuple[str, str], list[_Row]]:
    """Rows of a release by sorted pair of codes; rows with indicator 9 were never in force."""
    found: dict[tuple[str, str], list[_Row]] = {}
    for row in tables.read(release.path):
        first, second = row["column1"], row["column2"]
        rows = found.setdefault((first, second) if first < second else (second, first), [])
        if row["indicator"] != DELETED:
            rows.append(
                (
                    first,
                    second,
                    date.fromisoformat(row["effective"]) if row["effective"] else None,
                    date.fromisoformat(row["deletion"]) if row["deletion"] else None,
                    int(row["indicator"]),
                    _rationales().get(row["rationale"], ""),
                )
            )
    return found


def _governing(key: tuple[str, str], on: date, now: State) -> tuple[Release, bool] | None:
    """The release that speaks for a pair on a date, and whether it is stale."""
    known = tables.releases("ptp")
    for release in known:
        # a quarter of which the clinic has not loaded every part speaks for what it lists
        part = release.of_clinic and release.extent == "partial" and release.covers(on)
        if part and key in _pairs(release, now):
            return release, False
    loaded = [release for release in known if release.of_clinic and release.extent == "full"]
    if loaded:
        after = [release for release in loaded if release.effective_to >= on]
        if after:
            return after[0], False
    last = loaded[-1] if loaded else None
    for release in known:
        if release.of_clinic or release.extent != "partial":
            continue
        if not (set(key) <= DATED or key in _pairs(release, now)):
            continue
        if on <= release.effective_to:
            return release, False
        if last is None or last.effective_from < release.effective_from:
            last = release
    if last is not None:
        return last, True
    for release in known:
        if release.extent == "undated":
            return release, not release.covers(on)
    return None


def pair(a: str, b: str, on: date) -> Pair | None:
    """The edit in force between two codes on a date, in either order, or ``None``.

    ``None`` says that the governing file holds no active edit; whether it could hold one is
    what ``covered`` says.
    """
    return _pair(a, b, on, tables.state())


@lru_cache(maxsize=16384)
def _pair(a: str, b: str, on: date, now: State) -> Pair | None:
    key = (a, b) if a < b else (b, a)
    governing = _governing(key, on, now)
    if governing is None:
        return None
    release, stale = governing
    for column1, column2, since, until, indicator, rationale in _pairs(release, now).get(key, ()):
        if (since is not None and on < since) or (until is not None and on > until):
            continue
        return Pair(
            column1,
            column2,
            indicator,
            since,
            until,
            rationale,
            release.name,
            stale,
            release.source,
        )
    return None


@lru_cache(maxsize=8)
def _known_codes(now: State) -> frozenset[str]:
    from neuroreed.policy.codes import all_codes

    known = {code.cpt for code in all_codes()}
    for release in tables.releases("ptp"):
        for key in _pairs(release, now):
            known.update(key)
    return frozenset(known)


def covered(cpt: str) -> bool:
    """Whether the edit files at hand could hold an edit of this code at all."""
    return cpt in _known_codes(tables.state())


def pairs_among(codes: Iterable[str], on: date) -> tuple[Pair, ...]:
    """The edits in force among the codes of one patient and date, in order of code."""
    found = (pair(a, b, on) for a, b in combinations(sorted(set(codes)), 2))
    return tuple(edit for edit in found if edit is not None)


@lru_cache(maxsize=16)
def _mues(release: Release, now: State) -> dict[str, tuple[int, int]]:
    return {row["hcpcs"]: (int(row["units"]), int(row["mai"])) for row in tables.read(release.path)}


def mue(cpt: str, on: date) -> Mue | None:
    """The unlikely-units limit of a code on a date, or ``None`` when no file gives one.

    The quarter of the date speaks; else the latest one before it that lists the code, else the
    first one after it, both ``stale``.
    """
    return _mue(cpt, on, tables.state())


@lru_cache(maxsize=8192)
def _mue(cpt: str, on: date, now: State) -> Mue | None:
    def distance(release: Release) -> tuple[bool, bool, int, bool]:
        days = (on - release.effective_from).days
        return (not release.covers(on), days < 0, abs(days), not release.of_clinic)

    for release in sorted(tables.releases("mue"), key=distance):
        limit = _mues(release, now).get(cpt)
        if limit is not None:
            return Mue(cpt, *limit, release.name, not release.covers(on), release.source)
        if release.extent == "full" and release.covers(on):
            return None
    return None
