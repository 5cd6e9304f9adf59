"""A finding of a run told again: its lines where they stand in the files, and its facts.

The lines of the patient (or of the therapist's day) are read from the input, put into a book,
and the very same rules run over it, so that sentence, tree of facts and citation are those of
any other finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from neuroreed.audit.kernel import audit
from neuroreed.bulk.door import part_of
from neuroreed.bulk.door_columns import FILE, ROW, Layout, layout_of, name_numbers
from neuroreed.bulk.partitions import Task, scan
from neuroreed.bulk.passes import visit_numbers
from neuroreed.model.columns import ALIASES, COLUMNS
from neuroreed.model.errors import BadInput, NeuroReedError
from neuroreed.model.findings import Finding
from neuroreed.model.lines import to_book

_PLACE: Final = "__place"
_TASK: Final = "__task"
_SHOWN: Final = (
    *("date_of_service", "code", "modifiers", "billed_units", "minutes"),
    *("charge_cents", "allowed_cents"),
)
_OF_VISIT: Final = {"patient", "session", "visit", "date_of_service", "discipline", "payer",
                    "therapist", "episode"}  # fmt: skip
_KEYS: Final = ("patient", "therapist", "date_of_service")
SECOND_PASS: Final = -1


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One line where it stands: file, row counted from 1 without the header, and its values."""

    file: str
    row: int
    values: tuple[tuple[str, str], ...]
    is_named: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """A finding with its facts; ``because`` says why there are none."""

    finding: Finding | None
    rows: tuple[SourceRow, ...]
    because: str = ""


def replay(
    folder: Path,
    found: Mapping[str, Any],
    *,
    mapping: Any = None,
    payer: str | None = None,
    intervals: Path | None = None,
) -> Replayed:
    """Tell a finding again.

    Args:
        folder: of the finished run.
        found: a row of ``Results``.
        mapping, payer, intervals: as the run had them.
    """
    tasks = [Task(**each) for each in json.loads((folder / "tasks.json").read_text())["tasks"]]
    files = [name for name, *_ in json.loads((folder / "run.json").read_text())["files"]]
    try:
        names = scan(tasks[0].path).collect_schema().names()
    except BadInput as error:
        return Replayed(None, (), str(error))
    layout = layout_of([name for name in names if name not in {FILE, ROW}], mapping, payer)
    try:
        frame, beside = _gathered(tasks, layout, found, intervals)
        if not len(frame) and not beside:
            return Replayed(None, (), "The lines are no longer where they were.")
        visits, rows = _visits(frame, layout, found, tasks, files)
        told = audit(to_book(visits + beside, payer=payer))
    except NeuroReedError as error:
        return Replayed(None, (), str(error))
    return Replayed(_same(told.findings, found), rows)


def _same(findings: Sequence[Finding], found: Mapping[str, Any]) -> Finding | None:
    own = [each for each in findings if each.rule == found["rule"]]
    exact = [each for each in own if each.subject == found["subject"]]
    near = [each for each in own if found["visit"] in each.visits]
    return next(iter(exact or near), None)


def _gathered(
    tasks: Sequence[Task], layout: Layout, found: Mapping[str, Any], intervals: Path | None
) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """The rows that a finding may rest on, with their place in their task; and intervals."""
    own = [task for task in tasks if found["part"] in {task.number, SECOND_PASS}]
    table = None if intervals is None else interval_table(intervals)
    theirs = None if table is None else layout_of(table.collect_schema().names())
    if found["patient"] is not None:
        frame = _all(own, _is(layout.found["patient"][0], found["patient"]))
        patients = _texts(frame, layout, "patient")
        where = None if theirs is None else _among(theirs, ("patient",), patients)
    else:
        names = [(name,) for name in _sessions(found)]
        anchors = _texts(_all(own, _among(layout, ("session",), names)), layout, *_KEYS)
        if table is not None and theirs is not None:
            beside = table.filter(_among(theirs, ("session",), names)).collect()
            anchors |= _texts(beside, theirs, *_KEYS)
        is_second = found["part"] == SECOND_PASS
        keys = _KEYS[1:] if is_second else _KEYS[:1]
        wanted = {anchor[1:] if is_second else anchor[:1] for anchor in anchors}
        frame = _all(own, _among(layout, keys, wanted))
        where = None if theirs is None else _among(theirs, keys, wanted)
    if table is None or where is None:
        return frame, []
    return frame, _intervals(table.filter(where).collect())


def _sessions(found: Mapping[str, Any]) -> set[str]:
    """The sessions that the visits of a finding may be named after; see ``passes`` for names."""
    names = {found["subject"], found["visit"] or ""}
    for each in [*found["subject"].split("+"), *(found["visit"] or "").split("+")]:
        name = each
        names.add(name)
        for ending in (r" (PT|OT|SLP|\?)$", r" \d{4}-\d{2}-\d{2}$"):
            name = re.sub(ending, "", name)
            names.add(name)
    return names - {""}


def _text(layout: Layout, name: str) -> pl.Expr:
    return pl.col(layout.found[name][0]).cast(pl.String).str.strip_chars()


def _texts(frame: pl.DataFrame, layout: Layout, *names: str) -> set[tuple[str | None, ...]]:
    """The different values of some columns as texts."""
    nothing = pl.lit(None, pl.String)
    columns = [
        (_text(layout, name) if name in layout.found else nothing).alias(name) for name in names
    ]
    return set(frame.select(columns).unique().iter_rows()) if len(frame) else set()


def _among(layout: Layout, names: Sequence[str], wanted: Iterable[tuple[Any, ...]]) -> pl.Expr:
    """Whether a row has one of these values; unknown ones match nothing."""
    if any(name not in layout.found for name in names):
        return pl.lit(False)
    said = [
        pl.all_horizontal(
            [(_text(layout, name) == value) for name, value in zip(names, each, strict=True)]
        )
        for each in wanted
        if None not in each
    ]
    return pl.any_horizontal(said).fill_null(False) if said else pl.lit(False)


def _all(tasks: Sequence[Task], where: Any) -> pl.DataFrame:
    return pl.concat([_rows(task, where) for task in tasks])


def _rows(task: Task, where: Any) -> pl.DataFrame:
    lazy = scan(task.path).slice(task.start, task.rows).with_row_index(_PLACE)
    if callable(where):
        where = where(lazy.collect_schema())
    return lazy.filter(where).with_columns(pl.lit(task.number, pl.Int32).alias(_TASK)).collect()


def _is(column: str, number: int) -> Any:
    """Whether a name is the one with this number."""

    def expression(schema: Any) -> pl.Expr:
        if schema[column].is_integer():
            return pl.col(column) == number
        return pl.col(column).map_batches(
            lambda series: pl.Series(name_numbers(series) == number), return_dtype=pl.Boolean
        )

    return expression


def _visits(
    frame: pl.DataFrame,
    layout: Layout,
    found: Mapping[str, Any],
    tasks: Sequence[Task],
    files: Sequence[str],
) -> tuple[list[dict[str, Any]], tuple[SourceRow, ...]]:
    """Rows as plain visits, without the values that were refused; and where each stands."""
    wanted = {*COLUMNS, "modifier_1", "modifier_2", "modifier_3", "modifier_4"}
    part = part_of(frame, layout, columns=wanted)
    refused = {(reject.row, reject.column) for reject in part.rejects}
    numbers = visit_numbers(part.columns)
    first: dict[int, int] = {}
    name_of: dict[int, tuple[str, int, int]] = {}
    for place, row in enumerate(part.order.tolist()):
        start = first.setdefault(int(numbers[place]), row)
        text = part.session_text[place]
        own = "" if text is None else str(text).strip()
        own = own or f"row {frame[_PLACE][start] + 1}"
        line, day = part.columns["line"][place], part.columns["date_of_service"][place]
        name_of[row] = (own, int(line), int(day))
    visits, rows, own_names = [], [], _sessions(found)
    by_number = {task.number: task for task in tasks}
    for row, values in enumerate(frame.iter_rows(named=True)):
        if row not in name_of:
            continue
        session, line_number, day = name_of[row]
        line = _line(values, layout, {column for at, column in refused if at == row})
        visits.append({"session_id": session, "lines": [line | {"line": line_number}]})
        task = by_number[values[_TASK]]
        place = (task.name, task.start + values[_PLACE] + 1)
        if task.spread:
            place = (files[values[FILE]], values[ROW] + 1)
        is_line = found["line"] is None or found["line"] == line_number
        if session in own_names and day == found["date_of_service"].toordinal():
            shown = _shown(values, layout)
            rows.append(SourceRow(*place, shown, is_line))
    return visits, tuple(sorted(rows, key=lambda each: (each.file, each.row)))


def _line(values: Mapping[str, Any], layout: Layout, refused: set[str]) -> dict[str, Any]:
    """One row under our names."""
    line: dict[str, Any] = {}
    for ours, theirs in layout.found.items():
        if ours in refused or ours in {"session", "visit", "line"} or ours not in ALIASES:
            continue
        given = [values[name] for name in theirs if values[name] is not None]
        words = layout.values.get(ours, {})
        given = [words.get(each.strip(), each) if isinstance(each, str) else each for each in given]
        if not given:
            continue
        if ours == "modifiers":
            if isinstance(given[0], int):
                raise BadInput("Modifiers that are numbers cannot be told again.")
            given = [",".join(each if isinstance(each, str) else ",".join(each) for each in given)]
        line[layout.spoken[ours]] = given[0]
    return line


def _shown(values: Mapping[str, Any], layout: Layout) -> tuple[tuple[str, str], ...]:
    """What a reader compares with the file: dates, codes, units, minutes, money."""
    return tuple(
        (", ".join(layout.found[ours]),
         ", ".join(str(values[name]) for name in layout.found[ours] if values[name] is not None))
        for ours in _SHOWN
        if ours in layout.found
    )  # fmt: skip


def _intervals(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of intervals as visits that hold nothing else."""
    made = []
    for row in table.to_dicts():
        known = {name: value for name, value in row.items() if value is not None}
        top = {n: v for n, v in known.items() if ALIASES.get(n, "") in _OF_VISIT}
        inner = {name: value for name, value in known.items() if name not in top}
        made.append({**top, "lines": [], "intervals": [inner]})
    return made


def interval_table(path: str | Path) -> pl.LazyFrame:
    """A table of intervals, Parquet or CSV."""
    if Path(path).suffix.lower() == ".csv":
        return pl.scan_csv(path, infer_schema=False)
    return scan(path)
