"""What a release changes against the one before it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from neuroreed.policy import tables
from neuroreed.policy.official import store
from neuroreed.policy.official.rows import Read
from neuroreed.policy.tables import Release

_NUMBER = re.compile(r"[0-9]*\.[0-9]+|[0-9]+")
_Keyed = dict[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs; ``key`` tells of what, in words."""

    key: str
    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.key}: {self.column} {self.before or 'blank'} → {self.after or 'blank'}"


@dataclass(frozen=True, slots=True)
class Changes:
    """Added, removed and changed rows; ``previous`` is ``None`` for the first release.

    ``compared`` tells on how many rows the two releases could be compared at all.
    """

    previous: str | None
    compared: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]


def against_previous(read: Read, releases: tuple[Release, ...]) -> Changes:
    """Compare a release that was read with the one before it.

    Where the earlier release holds therapy codes only, only these are compared.
    """
    before = store.previous(read, releases)
    if before is None:
        return Changes(None, 0, (), (), ())
    after = _keyed(read.table, read.columns, read.rows)
    columns = _VALUES[read.table]
    stored = (
        tuple(row.get(name) or "" for name in read.columns) for row in tables.read(before.path)
    )
    if read.table == "conversion_factor":
        stored = (row for row in stored if row[0] <= read.effective_from.isoformat())
    earlier = _keyed(read.table, read.columns, stored)
    if before.extent != "full" and read.table != "zip5":
        own = {"ptp": store.pair_codes, "icd10": frozenset[str]}.get(
            read.table, store.therapy_codes
        )
        known = own() | {key[0] for key in earlier}
        after = {key: row for key, row in after.items() if key[0] in known}
        if before.extent == "partial":
            after = {key: row for key, row in after.items() if key in earlier}
    if read.extent == "partial":
        earlier = {key: row for key, row in earlier.items() if key in after}
    changed = [
        Change(_words(key), name, old, new)
        for key in sorted(after.keys() & earlier.keys())
        for name, old, new in zip(columns, earlier[key], after[key], strict=True)
        if not _same(old, new)
    ]
    return Changes(
        previous=before.name,
        compared=len(after.keys() & earlier.keys()),
        added=tuple(_words(key) for key in sorted(after.keys() - earlier.keys())),
        removed=tuple(_words(key) for key in sorted(earlier.keys() - after.keys())),
        changed=tuple(changed),
    )


_KEYS = {
    "rvu": ("hcpcs", "modifier"),
    "gpci": ("mac", "locality"),
    "locco": ("mac", "locality"),
    "ptp": ("column1", "column2"),
    "mue": ("hcpcs",),
    "icd10": ("code",),
    "zip5": ("zip",),
}
_VALUES = {
    "rvu": ("status", "work", "pe", "pe_facility", "mp", "pctc", "multiple_procedure"),
    "gpci": ("work", "pe", "mp"),
    "locco": ("counties",),
    "conversion_factor": ("factor",),
    "ptp": ("indicator",),
    "mue": ("units", "mai"),
    "icd10": ("billable",),
    "zip5": ("locality",),
}


def _keyed(table: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> _Keyed:
    """The rows by what they are about, with the values that are compared."""
    at = {name: place for place, name in enumerate(columns)}
    found: _Keyed = {}
    if table == "zip5":
        for row in rows:
            value = (f"{row[at['mac']]} {row[at['locality']]}",)
            for span in row[at["zips"]].split():
                first, _, last = span.partition("-")
                for number in range(int(first), int(last or first) + 1):
                    found[(f"{number:05d}",)] = value
        return found
    if table == "conversion_factor":
        # one factor for all is the factor of both tracks; the latest row counts
        for row in rows:
            told = row[at["track"]]
            for track in ("nonQP", "QP") if told == "all" else (told,):
                found[(track,)] = (row[at["factor"]],)
        return found
    for row in rows:
        if table == "ptp" and (row[at["deletion"]] or row[at["indicator"]] == "9"):
            continue
        key = tuple(row[at[name]] for name in _KEYS[table])
        found[key] = tuple(row[at[name]] for name in _VALUES[table])
    return found


def _same(old: str, new: str) -> bool:
    if _NUMBER.fullmatch(old) and _NUMBER.fullmatch(new):
        return Decimal(old) == Decimal(new)
    return old == new


def _words(key: tuple[str, ...]) -> str:
    return " ".join(part for part in key if part)
