"""Sources as tasks: each task is a stretch of one Parquet file that holds whole patients.

Sorted input is read where it lies. What is not sorted by patient is spread by patient over
files small enough for the memory limit first. CSV and 837P become Parquet on the way.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import local
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.bulk import put
from neuroreed.bulk.door_columns import Layout, layout_of
from neuroreed.bulk.door_texts import are_clean
from neuroreed.bulk.moved import is_moved, is_slot, moved_into, rows_of_slot, slot_path
from neuroreed.bulk.moving import hash_mark, move
from neuroreed.bulk.put import is_full
from neuroreed.bulk.room import Array, Room
from neuroreed.model.errors import BadInput

TABLES: Final = {".parquet", ".csv", ".tsv", ".txt", ".837", ".x12", ".edi"}
# a reader that loses its way in torn pages panics instead of raising
UNREADABLE: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
# how the reader of texts calls a name that it has seen before
_TWICE: Final = re.compile(r"(.+)_duplicated_\d+")
_BYTES_PER_LINE: Final = 900  # a line on its way: read, numbers, values kept for the second pass
_LEAST_ROWS: Final = 50_000
_MOST_ROWS: Final = 1_200_000
_SPREAD_ROWS: Final = 500_000
_SPREADERS: Final = 2
_SHARES: Final = 2
_ROWS_AT_ONCE: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """One input file as Parquet: ``name`` is what a person calls it."""

    name: str
    path: str
    rows: int
    identity: str


@dataclass(frozen=True, slots=True)
class Task:
    """A stretch of rows with whole patients. ``spread`` says that rows were moved here."""

    number: int
    name: str
    path: str
    start: int
    rows: int
    spread: bool = False

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of whole patients in one file, and the names of the first and the last of these."""

    start: int
    rows: int
    first: Any
    last: Any


def files_of(paths: Iterable[str | os.PathLike[str]], out: Path | None = None) -> list[Path]:
    """The files that paths stand for; of a folder all tables in it, in the order of their names.

    What a run has written into ``out`` is not its input, though it lies in such a folder.

    Raises:
        BadInput: a path that is not there, or a folder without tables.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                each
                for each in path.rglob("*")
                if each.suffix.lower() in TABLES
                and not each.name.startswith((".", "_"))
                and (out is None or out.resolve() not in each.resolve().parents)
            )
            if not inside:
                raise BadInput(f"{path.name}: holds no Parquet, CSV or 837P files.")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise BadInput(f"{path.name}: is not there.")
    if not found:
        raise BadInput("Give at least one file.")
    return found


def sources_of(files: Sequence[Path], folder: Path, mapping: Any = None) -> list[Source]:
    """Every file as Parquet; what is not is written to ``folder`` first.

    Raises:
        BadInput: a file that cannot be read.
    """
    found = []
    for number, file in enumerate(files):
        stat = file.stat()
        identity = f"{file.name}:{stat.st_size}:{stat.st_mtime_ns}"
        if file.suffix.lower() == ".parquet":
            found.append(Source(file.name, str(file), _rows(file), identity))
            continue
        target = folder / f"source-{number:05d}.parquet"
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            if _is_x12(file):
                put.table(target, _x12_frame(file))
            else:
                put.put(target, partial(_csv_to_parquet, file, mapping=mapping))
        found.append(Source(file.name, str(target), _rows(target), identity))
    if not any(source.rows for source in found):
        raise BadInput(f"{found[0].name}: holds no rows, there is nothing to audit.")
    return found


def _rows(path: Path) -> int:
    try:
        return int(scan(path).select(pl.len()).collect().item())
    except UNREADABLE as error:
        raise BadInput(f"{path.name}: is not Parquet that can be read: {short(error)}.") from None


def scan(path: str | Path) -> pl.LazyFrame:
    """A file, or a slot of rows that were moved; no name of a file is a pattern.

    Raises:
        BadInput: rows that were moved cannot be read, as when another version moved them.
    """
    place = Path(path)
    if is_slot(place):
        try:
            return rows_of_slot(place).lazy()
        except UNREADABLE as error:
            raise BadInput(f"{place.name}: cannot be read: {short(error)}.") from None
    return pl.scan_parquet(place, glob=False)


def short(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")


def _is_x12(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"ISA")


def _csv_to_parquet(file: Path, target: Path, *, mapping: Any) -> None:
    encoding = (mapping.encoding if mapping else None) or "utf-8"
    separator = mapping.delimiter if mapping else ("\t" if file.suffix.lower() == ".tsv" else ",")
    source, plain = file, None
    try:
        if encoding.lower().replace("-", "") not in {"utf8", "utf8sig"}:
            plain = target.with_suffix(".text")
            with (
                file.open(encoding=encoding, newline="") as read,
                plain.open("w", encoding="utf-8", newline="") as write,
            ):
                while block := read.read(2**22):
                    write.write(block)
            source = plain
        table = pl.scan_csv(source, infer_schema=False, separator=separator, glob=False)
        for name in table.collect_schema().names():
            if twice := _TWICE.fullmatch(name):
                raise BadInput(f"{file.name}: names the column {twice[1]} twice.")
        # read once or twice, by this machine: packing it tight would cost more than it saves
        table.sink_parquet(target, compression="lz4")
    except (*UNREADABLE, UnicodeError) as error:
        if isinstance(error, OSError) or is_full(error):
            raise
        raise BadInput(f"{file.name}: is not a table that can be read: {short(error)}.") from None
    finally:
        if plain is not None:
            plain.unlink(missing_ok=True)


def _x12_frame(file: Path) -> pl.DataFrame:
    from neuroreed.bulk.x12.lines import service_lines

    found = service_lines(file)
    if found.is_empty():
        raise BadInput(f"{file.name}: holds no service line that can be audited.")
    return found


def rows_per_task(memory_mb: int, threads: int) -> int:
    """How many lines one thread may have in hand."""
    rows = memory_mb * 2**20 // (threads * _BYTES_PER_LINE)
    return max(_LEAST_ROWS, min(_MOST_ROWS, rows))


def layout_of_all(sources: Sequence[Source], mapping: Any, payer: str | None) -> Layout:
    """The layout that all sources share.

    Raises:
        BadInput: columns that differ between files, or one we need is missing.
    """
    types_of(sources)
    return layout_of(schema_of(sources[0]), mapping, payer)


def types_of(sources: Sequence[Source]) -> dict[str, pl.DataType]:
    """The type in which a column can stand in one file: the widest integer, or what is known.

    Raises:
        BadInput: columns or their types differ between files.
    """
    first = sources[0]
    types = schema_of(first)
    for source in sources[1:]:
        own = schema_of(source)
        if own.keys() != types.keys():
            other = sorted(own.keys() ^ types.keys())
            raise BadInput(f"{source.name}: its columns differ from {first.name}: {other}.")
        for name, kind in own.items():
            known = types[name]
            if known == pl.Null or kind == known:
                types[name] = kind
            elif all(each.is_integer() and each != pl.UInt64 for each in (kind, known)):
                types[name] = pl.Int64()
            elif kind != pl.Null:
                raise BadInput(
                    f"{source.name}: its column {name} holds {kind}, that of {first.name} {known}: "
                    "write both in one type."
                )
    return types


def schema_of(source: Source) -> dict[str, pl.DataType]:
    try:
        return dict(scan(source.path).collect_schema())
    except UNREADABLE as error:
        raise BadInput(f"{source.name}: cannot be read: {short(error)}.") from None


def tasks_of(
    sources: Sequence[Source], layout: Layout, folder: Path, rows: int, threads: int = 0
) -> tuple[list[Task], bool]:
    """Tasks of about ``rows`` lines, and whether the input was sorted by patient already.

    Where so many ``threads`` share the memory, the last are smaller, so that all end together.
    """
    found = sorted_tasks(sources, layout.found["patient"][0], rows, threads)
    if found is not None:
        return found, True
    slots = slots_of_shares(sum(source.rows for source in sources), rows, threads)
    return moved_tasks(sources, layout, folder, slots), False


def sorted_tasks(
    sources: Sequence[Source], patient: str, rows: int, threads: int = 0
) -> list[Task] | None:
    """Tasks of sorted input in one pass over the patients, or None where it is not sorted."""
    fine = max(_LEAST_ROWS, rows // _SHARES) if threads else rows
    found: list[tuple[Source, list[Stretch]]] = []
    for source in sources:
        own = _stretches(source, patient, fine)
        if own is None:
            return None
        if own:
            found.append((source, own))
    found.sort(key=lambda each: each[1][0].first)
    for (_, before), (_, then) in pairwise(found):
        if before[-1].last >= then[0].first:
            return None  # a patient of one file goes on in another
    tasks: list[Task] = []
    left = sum(source.rows for source in sources)
    for source, own in found:
        begun: Task | None = None
        for each in own:
            # where little is left, threads that are done early find something small to do
            room = rows - each.rows if left > threads * rows else 0
            if begun is not None and begun.rows <= room:
                begun = tasks[-1] = replace(begun, rows=begun.rows + each.rows)
            else:
                begun = Task(len(tasks), source.name, source.path, each.start, each.rows)
                tasks.append(begun)
            left -= each.rows
    return tasks


def _stretches(source: Source, patient: str, rows: int) -> list[Stretch] | None:
    """Stretches of whole patients of about ``rows`` rows, all alike; None if out of order."""
    count = max(1, -(-source.rows // rows))
    goals = [source.rows * number // count for number in range(1, count + 1)]
    found: list[Stretch] = []
    position, look = 0, _ROWS_AT_ONCE
    while position < source.rows:
        part = _column(source, patient, position, look)
        if part.null_count() or not part.is_sorted() or _has_blanks(part):
            return None
        at, size, is_last = 0, len(part), position + len(part) == source.rows
        while at < size:
            goal = goals[0] - position
            stop = size if goal >= size else _begin_of_patient(part, at, goal)
            if stop == size and not is_last:
                break
            found.append(Stretch(position + at, stop - at, part[at], part[stop - 1]))
            at = stop
            goals = [each for each in goals[1:] if each > position + at]
        position += at
        look = look if at else look * 2
    return found


def _begin_of_patient(patients: pl.Series, at: int, goal: int) -> int:
    """Where the patient at ``goal`` begins; behind him if he has all rows from ``at`` on."""
    there = patients[goal]
    begin = at + int((patients.slice(at, goal - at) != there).sum())
    return begin if begin > at else goal + int((patients.slice(goal) == there).sum())


def _has_blanks(names: pl.Series) -> bool:
    """Whether a name has blanks at an end: they are no part of it, and spoil its order."""
    if names.dtype != pl.String or not len(names) or are_clean(names):
        return False
    return bool((names.str.strip_chars() != names).any())


def _column(source: Source, name: str, start: int, rows: int) -> pl.Series:
    try:
        lazy = scan(source.path).select(name).slice(start, rows)
        return lazy.collect().to_series()
    except UNREADABLE as error:
        raise BadInput(f"{source.name}: cannot be read: {short(error)}.") from None


def slots_for(total: int, rows: int) -> int:
    """How many files of whole patients ``total`` rows make, each of about ``rows``."""
    # a file of whole patients is never quite even: half again as many files as rows ask for
    return max(1, -(-total * 3 // (rows * 2)))


def slots_of_shares(total: int, rows: int, threads: int = 0) -> Array:
    """Which slot each even share of the patients belongs to: small ones at the end, for threads
    that are done early."""
    count = slots_for(total, rows)
    shares = max(1, min(_SHARES, total // (count * _LEAST_ROWS))) if threads else 1
    large = max(0, count - threads)
    small = np.arange(large, large + (count - large) * shares)
    return np.concatenate([np.repeat(np.arange(large), shares), small])


@dataclass(frozen=True, slots=True)
class Mover:
    """Moves stretches of unsorted sources into a folder that whoever moves must see."""

    sources: tuple[Source, ...]
    types: Mapping[str, pl.DataType]
    patient: str
    slots: Array
    folder: str
    mark: str

    def move(self, number: int, start: int, room: Room, own: str = "") -> None:
        """Move the rows of a source from ``start`` on, unless they are.

        Raises:
            BadInput: they cannot be read.
            Refused: the disk is full or cannot be written.
        """
        folder, source = Path(self.folder), self.sources[number]
        if is_moved(folder, number, start):
            return
        frame = read_rows(source.path, source.name, start, _SPREAD_ROWS).cast(dict(self.types))
        move(frame, self.patient, self.slots, folder, number, start, room, own)


def _in_threads(mover: Mover, stretches: Sequence[tuple[int, int]]) -> None:
    own = local()

    def work(number: int, start: int) -> None:
        if not hasattr(own, "room"):
            own.room = Room()
        mover.move(number, start, own.room)

    with ThreadPoolExecutor(max_workers=_SPREADERS) as pool:
        for done in [pool.submit(work, *stretch) for stretch in stretches]:
            done.result()


def moved_tasks(
    sources: Sequence[Source],
    layout: Layout,
    folder: Path,
    slots: Array,
    everywhere: Callable[[Mover, Sequence[tuple[int, int]]], None] = _in_threads,
) -> list[Task]:
    """Tasks of unsorted input, whose rows are moved so that each slot holds whole patients.

    ``everywhere`` has a mover move stretches, each a source and where it begins there.
    """
    planned = folder / f"slots-{len(slots)}-{slots[-1] + 1}.plan"
    if folder.exists() and not planned.exists():
        # begun with another limit of memory: those files would hold parts of patients
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    planned.touch()
    mover = Mover(
        tuple(sources), types_of(sources), layout.found["patient"][0], slots, str(folder),
        hash_mark(),
    )  # fmt: skip
    stretches = [
        (number, start)
        for number, source in enumerate(sources)
        for start in range(0, source.rows, _SPREAD_ROWS)
    ]
    everywhere(mover, stretches)
    moved, tasks = moved_into(folder), []
    for slot in range(moved.slots()):
        path, lines = slot_path(folder, slot), moved.rows(slot)
        if lines:
            tasks.append(Task(len(tasks), path.name, str(path), 0, lines, True))
    return tasks


def read_rows(
    path: str,
    name: str,
    start: int,
    rows: int,
    columns: Sequence[str] | None = None,
    room: Room | None = None,
) -> pl.DataFrame:
    """Some rows of a Parquet file, or of a slot; all columns unless told.

    The next rows of a slot that are read in the same ``room`` end them.

    Raises:
        BadInput: the file cannot be read there.
    """
    try:
        if is_slot(Path(path)):
            frame = rows_of_slot(Path(path), room, start + rows)[start : start + rows]
            return frame if columns is None else frame.select(columns)
        lazy = scan(path).slice(start, rows)
        return (lazy if columns is None else lazy.select(columns)).collect()
    except UNREADABLE as error:
        raise BadInput(f"{name}: cannot be read: {short(error)}.") from None
