"""Sources as tasks: each task is a stretch of one Parquet file that holds whole patients.

Sorted input is read where it lies. What is not sorted by patient is spread by patient over
files small enough for the memory limit first. CSV and 837P become Parquet on the way.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from neuroreed.bulk.door_columns import Layout, layout_of, name_numbers
from neuroreed.model.errors import BadInput

TABLES: Final = {".parquet", ".csv", ".tsv", ".txt", ".837", ".x12", ".edi"}
_BYTES_PER_LINE: Final = 1_500  # a line on its way: read, numbers, values kept for the second pass
_LEAST_ROWS: Final = 50_000
_MOST_ROWS: Final = 1_000_000
_SPREAD_ROWS: Final = 1_000_000
FILE, ROW = "__file", "__row"


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


def files_of(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """The files that paths stand for; of a folder all tables in it, in the order of their names.

    Raises:
        BadInput: a path that is not there, or a folder without tables.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                each
                for each in path.rglob("*")
                if each.suffix.lower() in TABLES and not each.name.startswith((".", "_"))
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
            beside = target.with_suffix(".part")
            if _is_x12(file):
                _x12_frame(file).write_parquet(beside)
            else:
                _csv_to_parquet(file, beside, mapping)
            beside.replace(target)
        found.append(Source(file.name, str(target), _rows(target), identity))
    return found


def _rows(path: Path) -> int:
    try:
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{path.name}: is not Parquet that can be read: {_short(error)}.") from None


def _short(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")


def _is_x12(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"ISA")


def _csv_to_parquet(file: Path, target: Path, mapping: Any) -> None:
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
        pl.scan_csv(source, infer_schema=False, separator=separator).sink_parquet(target)
    except (pl.exceptions.PolarsError, UnicodeError) as error:
        raise BadInput(f"{file.name}: is not a table that can be read: {_short(error)}.") from None
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
    first = pl.scan_parquet(sources[0].path).collect_schema().names()
    for source in sources[1:]:
        names = pl.scan_parquet(source.path).collect_schema().names()
        if sorted(names) != sorted(first):
            other = sorted(set(names) ^ set(first))
            raise BadInput(f"{source.name}: its columns differ from {sources[0].name}: {other}.")
    return layout_of(first, mapping, payer)


def tasks_of(
    sources: Sequence[Source], layout: Layout, folder: Path, rows: int
) -> tuple[list[Task], bool]:
    """Tasks of about ``rows`` lines, and whether the input was sorted by patient already."""
    found = _sorted_tasks(sources, layout.found["patient"][0], rows)
    if found is not None:
        return found, True
    return _spread(sources, layout, folder, rows), False


def _sorted_tasks(sources: Sequence[Source], patient: str, rows: int) -> list[Task] | None:
    """Tasks of sorted input in one pass over the patients, or None where it is not sorted."""
    tasks: list[Task] = []
    last: Any = None
    for source in sorted(sources, key=lambda each: _first(each, patient)):
        position = 0
        while position < source.rows:
            take = rows
            while True:
                part = _column(source, patient, position, min(take, source.rows - position))
                if part.null_count() or not part.is_sorted():
                    return None
                if position + len(part) == source.rows:
                    stop = len(part)
                    break
                changes = (part != part.shift(1)).fill_null(False).arg_true()
                if len(changes):
                    stop = int(changes[-1])
                    break
                take *= 2
            first = part[0]
            if last is not None and (first < last or (first == last and position == 0)):
                return None  # a patient of one file goes on in another
            last = part[stop - 1]
            tasks.append(Task(len(tasks), source.name, source.path, position, stop))
            position += stop
    return tasks


def _first(source: Source, patient: str) -> tuple[bool, Any]:
    value = _column(source, patient, 0, 1)
    empty = not len(value) or value[0] is None
    return (empty, 0 if empty else value[0])


def _column(source: Source, name: str, start: int, rows: int) -> pl.Series:
    try:
        lazy = pl.scan_parquet(source.path).select(name).slice(start, rows)
        return lazy.collect().to_series()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{source.name}: cannot be read: {_short(error)}.") from None


def _spread(sources: Sequence[Source], layout: Layout, folder: Path, rows: int) -> list[Task]:
    """Spread rows over files by patient, so that each file holds whole patients."""
    total = sum(source.rows for source in sources)
    # a file of whole patients is never quite even: half again as many files as rows ask for
    count = max(1, -(-total * 3 // (rows * 2)))
    folder.mkdir(parents=True, exist_ok=True)
    patient = layout.found["patient"][0]
    for number, source in enumerate(sources):
        for start in range(0, source.rows, _SPREAD_ROWS):
            mark = folder / f"spread-{number:05d}-{start:012d}.done"
            if mark.exists():
                continue
            frame = read_rows(source.path, source.name, start, _SPREAD_ROWS)
            slot = pl.Series("__slot", name_numbers(frame[patient]) % count)
            frame = frame.with_columns(
                pl.lit(number, pl.Int32).alias(FILE),
                pl.int_range(start, start + len(frame), dtype=pl.Int64).alias(ROW),
                slot,
            )
            for (which,), own in frame.partition_by(
                "__slot", as_dict=True, include_key=False
            ).items():
                target = folder / f"slot-{which:05d}" / f"{number:05d}-{start:012d}.parquet"
                target.parent.mkdir(exist_ok=True)
                beside = target.with_suffix(".part")
                own.write_parquet(beside, compression="lz4", statistics=False)
                beside.replace(target)
            mark.touch()
    tasks = []
    for slot_folder in sorted(folder.glob("slot-*")):
        lines = int(pl.scan_parquet(slot_folder / "*.parquet").select(pl.len()).collect().item())
        tasks.append(
            Task(len(tasks), slot_folder.name, str(slot_folder / "*.parquet"), 0, lines, True)
        )
    return tasks


def read_rows(path: str, name: str, start: int, rows: int) -> pl.DataFrame:
    """Some rows of a Parquet file.

    Raises:
        BadInput: the file cannot be read there.
    """
    try:
        return pl.scan_parquet(path).slice(start, rows).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{name}: cannot be read: {_short(error)}.") from None
