"""A bulk audit on this machine: threads, bounded memory, and a run that can be taken up again.

A task is done when its ``.json`` stands in the folder; it is put there last, by renaming. A
run that was killed finds what is done and does the rest.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from threading import Event, local
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.audit.registry import Registry, registry, rule_book
from neuroreed.bulk import columns_file, put
from neuroreed.bulk.alone import hold
from neuroreed.bulk.compile import Kernel, plan_of
from neuroreed.bulk.day_rows import SLOTS
from neuroreed.bulk.door import part_of
from neuroreed.bulk.door_columns import FILE, PLACES, ROW, Layout
from neuroreed.bulk.door_intervals import Part
from neuroreed.bulk.interpreted import interpreted_kernel, is_quicker
from neuroreed.bulk.measure import Pricing, columns_for, measure, measured
from neuroreed.bulk.partitions import (
    UNREADABLE,
    Source,
    Task,
    files_of,
    layout_of_all,
    read_rows,
    rows_per_task,
    short,
    sources_of,
    tasks_of,
)
from neuroreed.bulk.passes import (
    Kernels,
    PartResult,
    run_part,
    tables_for,
)
from neuroreed.bulk.plan_frames import DAYS, LINES, PATIENTS, THERAPISTS
from neuroreed.bulk.replay import interval_table
from neuroreed.bulk.report import Summary, summarise
from neuroreed.bulk.room import Room, enter, leave
from neuroreed.bulk.second import DaysOfParts, run_days, run_times
from neuroreed.bulk.tables import GrowingTables
from neuroreed.model.errors import BadInput, Refused

MEMORY_MB: Final = 1_800
_SECOND_ROWS: Final = 2_000_000
# so few that the memory of a share is soon used again
_SHARE_ROWS: Final = 300_000
_LOOK_ROWS: Final = 100_000
_WINDOWS, _WINDOW_ROWS = 8, 8_000
_LOOKED_AT: Final = ("code", "payer", "modifiers")
_AHEAD: Final = {"patient", "date_of_service", "discipline", "line", *_LOOKED_AT, *PLACES}
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run is to be made; what changes findings is part of its identity.

    ``compiled``: ``None`` compiles the rules only where that is quicker for so many lines.
    ``pricing``: with it, units and dollars of every visit are measured too.
    """

    payer: str | None = None
    mapping: Any = None
    intervals: str | None = None
    threads: int = 0
    memory_mb: int = MEMORY_MB
    write_findings: bool = True
    rows: int | None = None
    compiled: bool | None = None
    pricing: Pricing | None = None


def audit(
    paths: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    settings: Settings = Settings(),
    *,
    progress: Progress | None = None,
    using: Registry | None = None,
) -> Summary:
    """Audit tables of service lines into a folder.

    Raises:
        BadInput: what cannot be read.
        Refused: the folder holds the run of another input or another rule book, or one at work.
    """
    folder, files = Path(out), files_of(paths, Path(out))
    folder.mkdir(parents=True, exist_ok=True)
    with hold(folder):
        return _audited(files, folder, settings, progress, using)


def _audited(
    files: list[Path],
    folder: Path,
    settings: Settings,
    progress: Progress | None,
    using: Registry | None,
) -> Summary:
    threads = settings.threads or os.cpu_count() or 1
    identity = _identity(files, settings, using)
    _claim(folder, identity)
    sources = sources_of(files, folder / "sources", settings.mapping)
    layout = layout_of_all(sources, settings.mapping, settings.payer)
    rows = settings.rows or rows_per_task(settings.memory_mb, threads)
    tables = GrowingTables()
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(_look_ahead, sources, layout, tables)
        even = threads if settings.rows is None else 0
        make = partial(tasks_of, sources, layout, folder / "spread", rows, even)
        tasks, was_sorted = _tasks(folder, make)
        ahead.result()
    names = [source.name for source in sources]
    (folder / "parts").mkdir(exist_ok=True)
    done = {task.number for task in tasks if (_part(folder, task.number, ".json")).exists()}
    plain = not settings.compiled
    if settings.compiled is None:
        plain = is_quicker(sum(task.rows for task in tasks), using)
    _run_tasks(
        folder, tasks, done, layout, names, tables, settings, threads, progress, using, plain
    )
    if not (folder / "second.json").exists():
        _second_pass(folder, tables, using, plain, threads)
    summary = summarise(folder, layout, was_sorted, identity, using)
    summary.write(folder)
    if settings.pricing is not None and measured(folder) is None:
        wanted = columns_for(layout)
        parts = ((each, load(each, layout, names, wanted, settings.intervals)) for each in tasks)
        measure(folder, parts, settings.pricing)
    return summary


def _identity(files: list[Path], settings: Settings, using: Registry | None) -> dict[str, Any]:
    stats = [(file, file.stat()) for file in files]
    mapping = sha256(repr(settings.mapping).encode()).hexdigest()[:12]
    rules = using or registry()
    return {
        "files": [[file.name, each.st_size, each.st_mtime_ns] for file, each in stats],
        "rule_book": rule_book(),
        "rules": sha256(" ".join(rules.rules).encode()).hexdigest()[:12],
        "payer": settings.payer,
        "mapping": mapping,
        "intervals": settings.intervals,
        "findings": settings.write_findings,
        "rows": settings.rows,
        "pricing": None if settings.pricing is None else repr(settings.pricing),
    }


def _claim(folder: Path, identity: dict[str, Any]) -> None:
    path = folder / "run.json"
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8")) != identity:
            raise Refused(
                f"{folder.name} holds the run of another input or rule book: give a new folder."
            )
        return
    put.text(path, json.dumps(identity))


def _tasks(folder: Path, make: Callable[[], tuple[list[Task], bool]]) -> tuple[list[Task], bool]:
    path = folder / "tasks.json"
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        return [Task(**each) for each in kept["tasks"]], kept["sorted"]
    tasks, was_sorted = make()
    kept = {"sorted": was_sorted, "tasks": [task.plain() for task in tasks]}
    put.text(path, json.dumps(kept))
    return tasks, was_sorted


def _part(folder: Path, number: int, ending: str) -> Path:
    return folder / "parts" / f"part-{number:05d}{ending}"


def _run_tasks(
    folder: Path,
    tasks: list[Task],
    done: set[int],
    layout: Layout,
    names: list[str],
    tables: GrowingTables,
    settings: Settings,
    threads: int,
    progress: Progress | None,
    using: Registry | None,
    plain: bool,
) -> None:
    own, stop = local(), Event()
    rooms: list[Room] = []
    total, finished, began = sum(task.rows for task in tasks), 0, time.monotonic()

    def work(task: Task) -> int:
        if stop.is_set():
            return 0
        if not hasattr(own, "kernels"):
            own.kernels, own.room = Kernels(using, interpreted=plain), enter()
            rooms.append(own.room)
        part = load(task, layout, names, own.kernels.columns, settings.intervals, own.room)
        _keep(folder, task, part, run_part(part, own.kernels, tables), settings.write_findings)
        return task.rows

    finished = sum(task.rows for task in tasks if task.number in done)
    # the small ones last, so that all threads end together
    left = sorted((each for each in tasks if each.number not in done), key=lambda each: -each.rows)
    before = finished
    with ThreadPoolExecutor(max_workers=max(1, min(threads, len(left) or 1))) as pool:
        futures = [pool.submit(work, task) for task in left]
        try:
            for future in as_completed(futures):
                finished += future.result()
                if progress is not None:
                    spent = time.monotonic() - began
                    progress(finished, total, (finished - before) / spent if spent else 0.0)
        except BaseException:
            stop.set()
            raise
    leave(rooms)


def load(
    task: Task,
    layout: Layout,
    names: list[str],
    columns: Iterable[str],
    intervals: str | None,
    room: Room | None = None,
) -> Part:
    """The lines of a task as a part; the next one with the same ``room`` takes its place.

    Raises:
        BadInput: the file cannot be read there.
    """
    frame = read_rows(task.path, task.name, task.start, task.rows, room=room)
    if len(frame) != task.rows:
        raise BadInput(f"{task.name}: has changed since the run began.")
    own = None
    if intervals is not None:
        own = _intervals_of(frame[layout.found["patient"][0]], intervals)
    part = part_of(
        frame, layout, file=task.name, first_row=task.start + 1, columns=columns, intervals=own,
        room=room,
    )  # fmt: skip
    if part.places is not None:
        # a visit without a name is called by where its first line stands, whatever the part
        called = pl.Series(names if task.spread else [task.name])
        place = (part.places[ROW] + 1).cast(pl.String)
        part.nameless = called.gather(part.places[FILE]) + " row " + place
    if task.spread:
        files, rows = frame[FILE], frame[ROW]
        for place, reject in enumerate(part.rejects):
            if reject.file != task.name:
                continue
            at = reject.row - task.start - 1
            part.rejects[place] = type(reject)(
                names[int(files[at])], int(rows[at]) + 1, reject.column, reject.reason
            )
    return part


def _intervals_of(patients: pl.Series, path: str) -> pl.DataFrame:
    """The intervals of some patients, from a table of their own."""
    name = Path(path).name
    try:
        table = interval_table(path)
        types = table.collect_schema()
        theirs = next((n for n in ("patient_id", "patient") if n in types), None)
        if theirs is None:
            raise BadInput(f"{name}: no column holds patient_id.")
        if name.lower().endswith(".csv"):
            # everything in it is text
            table = table.with_columns(pl.col(theirs).cast(patients.dtype, strict=False))
            types = table.collect_schema()
        if types[theirs].is_integer() != patients.dtype.is_integer():
            raise BadInput(
                f"{name}: its {theirs} holds {types[theirs]}, that of the lines {patients.dtype}: "
                "write both in one type."
            )
        whose = patients.unique().alias("__whose").to_frame().lazy()
        key, mine = pl.col(theirs), pl.col("__whose")
        if patients.dtype.is_integer():
            key, mine = key.cast(pl.Int128), mine.cast(pl.Int128)
        else:
            # blanks at the ends are no part of a name
            key, mine = (each.cast(pl.String).str.strip_chars() for each in (key, mine))
        found = table.join(whose, left_on=key, right_on=mine, how="semi").collect()
    except UNREADABLE as error:
        raise BadInput(f"{name}: cannot be read: {short(error)}.") from None
    return found.with_columns(pl.col(theirs).cast(patients.dtype, strict=False))


def _look_ahead(sources: list[Source], layout: Layout, tables: GrowingTables) -> None:
    """Look policy up for codes and dates from all over the input, before threads ask for it."""
    found = {name: theirs for name, theirs in layout.found.items() if name in _AHEAD}
    columns = list(dict.fromkeys(name for theirs in found.values() for name in theirs))
    step = max(_WINDOW_ROWS, -(-sum(each.rows for each in sources) // _WINDOWS))
    frames, before = [], 0
    for each in sources:
        for start in range(-before % step, each.rows, step):
            frames.append(read_rows(each.path, each.name, start, _WINDOW_ROWS, columns))
        before += each.rows
    some = replace(layout, found=found, clinic=None)
    part = part_of(pl.concat(frames, how="vertical_relaxed"), some, columns=_LOOKED_AT)
    if len(part):
        tables_for(part, tables)


def _keep(
    folder: Path, task: Task, part: Part, result: PartResult, findings: bool, own: str = ""
) -> None:
    """Put the results of a task into the folder; its ``.json`` goes last.

    ``own`` tells machines apart that may be at the same task, as when one was thought lost.
    """
    put.quickly(_part(folder, task.number, ".sums.arrows"), sums_of(result.findings), own)
    tables = {".times.parquet": result.times}
    if findings:
        tables[".findings.parquet"] = result.findings
    for ending, table in tables.items():
        path = _part(folder, task.number, ending)
        if table.width:
            put.table(path, table, own, compression="lz4")
    if result.names is not None:
        names = result.names.alias("name").to_frame()
        path = _part(folder, task.number, ".names.arrow")
        put.put(path, partial(names.write_ipc, compression="lz4"), own)
    if result.days:
        # written and read once, by this machine: packing it would cost more than it saves
        path = _part(folder, task.number, ".days")
        put.put(path, lambda beside: columns_file.write(beside, result.days), own)
    kept = {
        "lines": result.lines,
        "visits": result.visits,
        "patients": result.patients,
        "left_out": part.left_out,
        "stop_cents": result.stop_cents,
        "billed_cents": result.billed_cents,
        "counts": {kind: counts.tolist() for kind, counts in result.counts.items()},
        "payers": list(part.payers),
        "rejects": [[r.file, r.row, r.column, r.reason] for r in part.rejects[:1000]],
        "rejected": len(part.rejects),
    }
    put.text(_part(folder, task.number, ".json"), json.dumps(kept), own)


def sums_of(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings counted by rule, severity, payer, therapist, clinic and month."""
    month = pl.col("date_of_service").dt.truncate("1mo").alias("month")
    return findings.group_by("rule", "severity", "payer", "therapist", "clinic", month).agg(
        pl.len().alias("findings"),
        pl.col("amount_cents").sum().alias("amount_cents"),
        pl.col("amount_cents").is_null().sum().alias("without_amount"),
    )


def _second_pass(
    folder: Path,
    tables: GrowingTables,
    using: Registry | None,
    plain: bool = False,
    threads: int = 1,
) -> None:
    """Therapist days, from the rows that all tasks handed on."""
    parts, found, own = folder / "parts", [], local()
    make = interpreted_kernel if plain else Kernel
    days = DaysOfParts(parts)
    counts = {
        kind: np.zeros((max(len(plan_of(kind, using).rules), 1), 1), np.int64)
        for kind in (DAYS, THERAPISTS)
    }

    def judged(slots: range) -> tuple[pl.DataFrame, Any]:
        if not hasattr(own, "kernel"):
            own.kernel, own.room = make(DAYS, using), Room()
        return run_days(days, slots, own.kernel, tables, own.room)

    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        for table, counted in pool.map(judged, _shares(len(days), threads)):
            found.append(table)
            counts[DAYS] = _plus(counts[DAYS], counted)
    for rows in _time_rows(parts):
        table, counted = run_times(rows, make(THERAPISTS, using), tables)
        found.append(table)
        counts[THERAPISTS] = _plus(counts[THERAPISTS], counted)
    findings = pl.concat(found) if found else None
    if findings is not None:
        findings = findings.unique(["rule", "subject"], maintain_order=True)
        put.table(folder / "second.findings.parquet", findings)
        put.quickly(folder / "second.sums.arrows", sums_of(findings))
    kept = {kind: counted.tolist() for kind, counted in counts.items()}
    put.text(folder / "second.json", json.dumps({"counts": kept}))


def _shares(rows: int, threads: int) -> list[range]:
    """Slots of therapists, some at once."""
    shares = max(-(-rows // _SHARE_ROWS), threads if rows > _LOOK_ROWS else 1)
    # as many for each thread, so that none waits for the last one
    shares = min(-(-shares // threads) * threads, SLOTS)
    edges = [SLOTS * share // shares for share in range(shares + 1)]
    return [range(*pair) for pair in pairwise(edges)]


def _time_rows(parts: Path) -> Iterator[pl.DataFrame]:
    """The intervals of therapists' days, as many at once as memory allows."""
    files = sorted(parts.glob("*.times.parquet"))
    if not files:
        return
    lazy = pl.scan_parquet(files, missing_columns="insert", glob=False)
    total = int(lazy.select(pl.len()).collect().item())
    slots = max(1, -(-total // _SECOND_ROWS))
    for slot in range(slots):
        own = (pl.col("therapist") % slots + slots) % slots == slot
        yield (lazy.filter(own) if slots > 1 else lazy).collect()


def _plus(one: Any, two: Any) -> Any:
    wide = max(one.shape[1], two.shape[1])
    both = np.zeros((one.shape[0], wide), np.int64)
    both[:, : one.shape[1]] += one
    both[:, : two.shape[1]] += two
    return both


__all__ = ["LINES", "PATIENTS", "Settings", "audit", "load", "sums_of"]
