"""Which policy data an answer was computed with, and how far they reach."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from functools import lru_cache
from pathlib import Path

from neuroreed.policy import tables
from neuroreed.policy.parameters import all_parameters
from neuroreed.policy.tables import State

_DATA_FILES = {".csv", ".yaml"}
Files = tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=4)
def _digest(now: State, payers: str, _their_files: Files) -> str:
    total = hashlib.sha256()
    for folder in (str(tables.PACKAGE), now.folder, payers):
        if not folder:
            continue
        root = Path(folder)
        for path in sorted(root.rglob("*")):
            if path.suffix in _DATA_FILES and path.is_file():
                total.update(path.relative_to(root).as_posix().encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def digest() -> str:
    """Twelve hexadecimal digits over every policy file in use."""
    payers = os.environ.get("NEUROREED_PAYERS", "")
    return _digest(tables.state(), payers, _files(payers))


def _files(folder: str) -> Files:
    """The clinic's profiles as they stand, so that one that is edited is read anew."""
    if not folder:
        return ()
    found = [(path.name, path.stat()) for path in sorted(Path(folder).rglob("*.yaml"))]
    return tuple((name, each.st_mtime_ns, each.st_size) for name, each in found)


def last_days() -> dict[str, date]:
    """The last day of each table (partial releases do not count) and each closed parameter."""
    days: dict[str, date] = {}
    for table in tables.FOLDERS:
        whole = [r.effective_to for r in tables.releases(table) if r.extent != "partial"]
        if whole:
            days[table] = max(whole)
    for parameter in all_parameters():
        last = parameter.values[-1].until
        if last is not None:
            days[parameter.name] = max(last, days.get(parameter.name, last))
    return days
