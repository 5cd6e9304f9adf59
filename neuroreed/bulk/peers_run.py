"""The lines of a finished run compared: therapists and clinics beside one another.

``peers.json`` holds one comparison for each of the two, or a sentence why there is none.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl

from neuroreed.bulk.door_columns import FILE, ROW, layout_of
from neuroreed.bulk.local import Settings, load
from neuroreed.bulk.partitions import Task, scan
from neuroreed.bulk.peers import BilledUnits, National, compare, read_national
from neuroreed.model.columns import code_text, day_text
from neuroreed.model.errors import BadInput

# every figure is a loop over visit-days in memory: a national file needs another tool
MOST_ROWS: Final = 2_000_000
_KEYS: Final = ("therapist", "clinic", "patient", "date", "code")


def write_peers(folder: Path, settings: Settings, national: str | None = None) -> None:
    """Compare the lines of a run, and leave ``peers.json`` in its folder, or why there is none."""
    try:
        kept = _compared(_lines(folder, settings), national)
    except BadInput as error:
        kept = {"because": str(error)}
    beside = folder / "peers.json.part"
    beside.write_text(json.dumps(kept), encoding="utf-8")
    beside.replace(folder / "peers.json")


def _compared(lines: pl.DataFrame, national: str | None) -> dict[str, Any]:
    rows = [
        BilledUnits(who or "", where or "", str(patient), day_text(on), code_text(code), units)
        for who, where, patient, on, code, units in lines.iter_rows()
    ]
    codes = sorted({row.cpt for row in rows})
    beside: tuple[National, ...] = ()
    if national is not None:
        beside = read_national(Path(national), codes=codes)
    kept: dict[str, Any] = {}
    for by in ("therapist", "clinic"):
        named = [row for row in rows if getattr(row, by)]
        if not named:
            kept[by] = {"because": f"The lines name no {by}."}
            continue
        kept[by] = asdict(compare(named, by=by, codes=codes, national=beside))
    return kept


def peers_of(folder: Path) -> dict[str, Any] | None:
    """The comparisons of a run; nothing when they were not asked for."""
    path = folder / "peers.json"
    found: dict[str, Any] | None = None
    if path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
    return found


def _lines(folder: Path, settings: Settings) -> pl.DataFrame:
    """Units by therapist, clinic, patient, date and code."""
    tasks = [Task(**each) for each in json.loads((folder / "tasks.json").read_text())["tasks"]]
    files = [name for name, *_ in json.loads((folder / "run.json").read_text())["files"]]
    names = scan(tasks[0].path).collect_schema().names()
    layout = layout_of(
        [name for name in names if name not in {FILE, ROW}], settings.mapping, settings.payer
    )
    frames = []
    for task in tasks:
        part = load(task, layout, files, ("code", "billed_units"), None)
        if "code" not in part.columns or "billed_units" not in part.columns:
            raise BadInput("Comparing needs codes and units.")
        nobody = pl.Series([None], dtype=pl.String).new_from_index(0, len(part))
        frames.append(
            pl.DataFrame(
                {
                    "therapist": nobody
                    if part.therapist_text is None
                    else part.therapist_text.cast(pl.String),
                    "clinic": nobody if part.clinic is None else part.clinic.cast(pl.String),
                    "patient": part.columns["patient"],
                    "date": part.columns["date_of_service"].astype("int64"),
                    "code": part.columns["code"].astype("int64"),
                    "units": part.columns["billed_units"].astype("int64"),
                }
            )
            .filter((pl.col("code") > 0) & (pl.col("units") > 0))
            .group_by(_KEYS)
            .agg(pl.col("units").sum())
        )
    table = pl.concat(frames)
    if len(table) > MOST_ROWS:
        raise BadInput(
            f"{len(table):,} lines are too many to compare: give {MOST_ROWS:,} or fewer."
        )
    return table.sort(_KEYS)
