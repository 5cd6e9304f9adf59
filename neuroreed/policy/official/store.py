"""The clinic's policy folder: releases are written beside it and take effect at once.

A release is a file of its own whose name tells its content; ``releases.csv`` says which files
count. It is replaced last and in one step, so a reader sees the old state or the new one.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tempfile
from pathlib import Path
from types import TracebackType

from neuroreed.policy import tables
from neuroreed.policy.codes import all_codes
from neuroreed.policy.official.ncci import PARTS
from neuroreed.policy.official.rows import Read
from neuroreed.policy.tables import Release


def therapy_codes() -> frozenset[str]:
    """The codes of therapy, and those priced beside them, that our own tables name."""
    found = {code.cpt for code in all_codes()}
    for release in tables.index(tables.PACKAGE, of_clinic=False):
        if release.table == "rvu":
            found.update(row["hcpcs"] for row in tables.read(release.path))
    return frozenset(found)


def pair_codes() -> frozenset[str]:
    """The codes whose pairs a therapy clinic may meet: those, and the partners of our pairs."""
    found = set(therapy_codes())
    for release in tables.index(tables.PACKAGE, of_clinic=False):
        if release.table == "ptp":
            for row in tables.read(release.path):
                found.update((row["column1"], row["column2"]))
    return frozenset(found)


def _text(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()


def _place(path: Path, content: bytes) -> None:
    """Write a file in one step: whole under its name, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Writer:
    """The releases of a folder, with those to be added; ``commit`` makes them count.

    Left without ``commit``, it takes away what it wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.releases = tables.index(folder, of_clinic=True)
        self._written: list[Path] = []
        self._done = False

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._done:
            used = {release.path for release in tables.index(self.folder, of_clinic=True)}
            for path in self._written:
                if path not in used:
                    path.unlink(missing_ok=True)

    def add(self, read: Read) -> None:
        """Write one release; it does not count before ``commit``."""
        content = _text(read.columns, read.rows)
        mark = hashlib.sha256(content).hexdigest()[:8]
        path = self.folder / tables.FOLDERS[read.table] / f"{read.release}-{mark}.csv"
        _place(path, content)
        self._written.append(path)
        new = Release(
            table=read.table,
            name=read.release,
            effective_from=read.effective_from,
            effective_to=read.effective_to,
            extent=read.extent,
            rows=read.seen if read.table == "zip5" else len(read.rows),
            source=read.source,
            confidence="V",
            of_clinic=True,
            path=path,
        )
        kept = [r for r in self.releases if (r.table, r.name) != (new.table, new.name)]
        self.releases = (*kept, new)

    def commit(self) -> None:
        """Make everything that was added count; files that no longer count are taken away."""
        before = {release.path for release in tables.index(self.folder, of_clinic=True)}
        rows: list[tuple[str, ...]] = [
            (
                release.table,
                release.name,
                release.effective_from.isoformat(),
                release.effective_to.isoformat(),
                "",
                release.extent,
                str(release.rows),
                release.path.name,
                release.source,
                release.confidence,
            )
            for release in sorted(self.releases, key=lambda r: (r.table, r.effective_from, r.name))
        ]
        _place(self.folder / tables.INDEX, _text(tables.INDEX_COLUMNS, rows))
        self._done = True
        for path in before - {release.path for release in self.releases}:
            path.unlink(missing_ok=True)


def join_parts(read: Read, writer: Writer) -> None:
    """Add to one part of a quarter's pairs the parts that are already stored.

    With all four parts the release is full.
    """
    if not read.part:
        return
    for release in writer.releases:
        if (release.table, release.name) != ("ptp", read.release):
            continue
        for row in tables.read(release.path):
            if row["part"] != read.part:
                read.rows.append(tuple(row[column] for column in read.columns))
    held = {read.part} | stored_parts(writer, read.release)
    read.source = f"{read.source}, parts {' '.join(sorted(held))}"
    if held >= set(PARTS):
        read.extent = "full"
    else:
        missing = ", ".join(f"f{part}" for part in PARTS if part not in held)
        read.notes.append(f"{read.release} is not whole yet: {missing} of the four parts missing")


def stored_parts(writer: Writer, name: str) -> set[str]:
    """The parts of a quarter that are stored, whether or not they kept a row."""
    for release in writer.releases:
        if (release.table, release.name) == ("ptp", name):
            _, _, parts = release.source.partition(", parts ")
            return set(parts.split())
    return set()


def previous(read: Read, releases: tuple[Release, ...]) -> Release | None:
    """The release to compare with: the same one loaded before, else the latest before it."""
    known = (*releases, *tables.index(tables.PACKAGE, of_clinic=False))
    same = [r for r in known if (r.table, r.name) == (read.table, read.release)]
    if same:
        return same[0]
    before = [r for r in known if r.table == read.table and r.effective_from < read.effective_from]
    return max(
        before, key=lambda r: (r.extent != "partial", r.effective_from, r.of_clinic), default=None
    )
