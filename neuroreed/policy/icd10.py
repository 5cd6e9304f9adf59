"""ICD-10-CM diagnoses that therapy meets; descriptions are public domain (NCHS).

Our release is the April 2026 one of fiscal year 2026. Outside its dates the description
still helps but ``billable`` is a guess: before it the answer is ``None``, after it the last
known one, marked ``stale``. A code that is absent may exist: the table holds therapy's part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from neuroreed.policy import tables
from neuroreed.policy.tables import PACKAGE, Release, State


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One ICD-10-CM code, written with its dot.

    ``billable`` is ``None`` when no release at hand speaks for the date. ``conditions`` and
    ``groups`` are our own grouping.
    """

    code: str
    billable: bool | None
    description: str
    conditions: tuple[str, ...]
    groups: tuple[str, ...]
    release: str
    stale: bool


@lru_cache(maxsize=4)
def _rows(release: Release, now: State) -> dict[str, tuple[bool, str]]:
    return {
        row["code"]: (row["billable"] == "1", row["description"])
        for row in tables.read(release.path)
    }


@lru_cache(maxsize=1)
def _prefixes() -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (row["code_prefix"], row["condition"], row["group"])
        for row in tables.read(PACKAGE / "codes/icd10_conditions.csv")
    )


def undotted(code: str) -> str:
    """A code as claims carry it: upper case, no dot."""
    return code.strip().replace(".", "").upper()


def dotted(code: str) -> str:
    """A code as people read it: a dot after the third character."""
    bare = undotted(code)
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > len("G20") else bare


def diagnosis(code: str, on: date) -> Diagnosis | None:
    """The diagnosis on a date of service, with or without its dot; ``None`` when not at hand."""
    return _diagnosis(undotted(code), on, tables.state())


def changes() -> tuple[date, ...]:
    """The days on which an answer may differ from that of the day before, in their order."""
    days = set()
    for release in tables.releases("icd10"):
        days.add(release.effective_from)
        if release.effective_to < date.max:
            days.add(release.effective_to + timedelta(days=1))
    return tuple(sorted(days))


@lru_cache(maxsize=4096)
def _diagnosis(bare: str, on: date, now: State) -> Diagnosis | None:
    def distance(release: Release) -> tuple[bool, bool, int, bool]:
        days = (on - release.effective_from).days
        return (not release.covers(on), days < 0, abs(days), not release.of_clinic)

    for release in sorted(tables.releases("icd10"), key=distance):
        row = _rows(release, now).get(bare)
        whole = release.extent == "full" and release.covers(on)
        if row is None and whole and _is_header(release, bare, now):
            # a list of billable codes leaves headers out; that they have leaves shows them
            row = (False, _description_elsewhere(bare, now))
        if row is None:
            if whole:
                return None
            continue
        billable, description = row
        matches = [(c, g) for prefix, c, g in _prefixes() if bare.startswith(prefix)]
        return Diagnosis(
            code=dotted(bare),
            billable=billable if on >= release.effective_from else None,
            description=description,
            conditions=tuple(sorted({condition for condition, _ in matches})),
            groups=tuple(sorted({group for _, group in matches})),
            release=release.name,
            stale=not release.covers(on),
        )
    return None


def _is_header(release: Release, bare: str, now: State) -> bool:
    return len(bare) >= len("G20") and any(
        code.startswith(bare) and code != bare for code in _rows(release, now)
    )


def _description_elsewhere(bare: str, now: State) -> str:
    for release in tables.releases("icd10"):
        if found := _rows(release, now).get(bare):
            return found[1]
    return ""


def search(words: str, on: date, *, limit: int = 20) -> tuple[Diagnosis, ...]:
    """Diagnoses whose code begins with, or whose description holds, all the words."""
    wanted = words.lower().split()
    found: list[Diagnosis] = []
    seen: set[str] = set()
    now = tables.state()
    for release in tables.releases("icd10"):
        for bare, (_, description) in _rows(release, now).items():
            text = f"{dotted(bare).lower()} {bare.lower()} {description.lower()}"
            if bare not in seen and wanted and all(word in text for word in wanted):
                seen.add(bare)
                answer = _diagnosis(bare, on, now)
                if answer is not None:
                    found.append(answer)
    found.sort(key=lambda d: (not d.billable, len(d.code), d.code))
    return tuple(found[:limit])
