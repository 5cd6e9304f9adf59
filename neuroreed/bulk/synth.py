"""Invented lines of service, as many as wanted, with faults planted and written down.

Nobody in these files exists. Every block of patients has a seed of its own, so that the same
seed gives the same lines whatever the number. Clean visits break no rule that these columns
can break; a planted fault breaks those that ``PLANTED`` names, and the truth file says where.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from neuroreed.audit.registry import registry
from neuroreed.bulk import synth_lines
from neuroreed.bulk.synth_plant import A_DAY_TOO_LONG, PLANTED
from neuroreed.model.care import MINUTES_OF_A_DAY
from neuroreed.model.errors import BadInput
from neuroreed.model.findings import Scope

__all__ = ["PLANTED", "Made", "block", "synthesise"]

_PATIENTS_PER_BLOCK: Final = 35_000


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: lines, planted faults, and the files."""

    lines: int
    faults: int
    files: tuple[Path, ...]
    truth: Path


def block(number: int, seed: int, faults_permille: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One block of patients: its lines in the order of a book, and its truth.

    The truth has one row for each finding: the visit (several, joined by plus signs, where
    the fault is a therapist's day), the line for rules of lines, the fault and the rule.
    """
    made = synth_lines.make(number, seed, faults_permille, _PATIENTS_PER_BLOCK)
    return made.table, _truth(made, len(made.table))


def synthesise(
    folder: Path,
    *,
    lines: int,
    seed: int = 1,
    faults_permille: int = 20,
    shuffle: bool = False,
) -> Made:
    """Write about ``lines`` lines, whole patients, as Parquet; and ``truth.csv``.

    Raises:
        BadInput: the folder holds files already.
    """
    if lines < 1 or not 0 <= faults_permille <= 1000:
        raise BadInput("Lines are at least 1; faults are 0 to 1000 per thousand.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput(f"{folder.name}: holds files already; give an empty folder.")
    files, made, truths, number = [], 0, [], 0
    while made < lines:
        each = synth_lines.make(number, seed, faults_permille, _PATIENTS_PER_BLOCK)
        frame, rows = each.table, len(each.table)
        if made + rows > lines:
            last = frame["patient_id"][lines - made - 1]
            rows = int(frame["patient_id"].search_sorted(last, "right"))
            frame = frame.head(rows)
        truths.append(_truth(each, rows))
        if shuffle:
            frame = frame.sample(fraction=1.0, shuffle=True, seed=seed + number)
        path = folder / f"lines-{number:04d}.parquet"
        frame.write_parquet(path, row_group_size=250_000)
        files.append(path)
        made, number = made + rows, number + 1
    truth_path = folder / "truth"
    every = pl.concat(truths)
    truth_path.mkdir()
    every.write_csv(truth_path / "_truth.csv")
    faults = every.select("visit", "fault").n_unique()
    return Made(made, faults, tuple(files), truth_path / "_truth.csv")


def _truth(made: synth_lines.Block, rows: int) -> pl.DataFrame:
    """What has to be found in the first ``rows`` lines of a block."""
    visit = made.lines.visit[:rows]
    visits = int(visit[-1]) + 1 if rows else 0
    fault = made.plan.fault[:visits]
    rules = [
        (number, name, rule, registry().rules[rule].scope is Scope.LINE)
        for number, (name, rules) in enumerate(PLANTED.items(), 1)
        for rule in rules
        if name != A_DAY_TOO_LONG
    ]
    names = pl.DataFrame(
        rules, {"number": pl.Int16, "fault": pl.String, "rule": pl.String, "by_line": pl.Boolean},
        orient="row",
    )  # fmt: skip
    whole = np.flatnonzero(fault)
    found = np.flatnonzero(made.lines.is_found[:rows])
    pieces = []
    for by_line, at, line in ((False, whole, None), (True, visit[found], found)):
        piece = pl.DataFrame(
            {
                "visit": pl.Series(made.session[at]).cast(pl.String),
                "number": pl.Series(fault[at], dtype=pl.Int16),
                "line": pl.Series(made.lines.place[line] + 1, dtype=pl.Int16)
                if line is not None
                else pl.Series([None], dtype=pl.Int16).new_from_index(0, len(at)),
            }
        )
        own = names.filter(pl.col("by_line") == by_line)
        pieces.append(piece.join(own, on="number", maintain_order="left"))
    told = pl.concat(pieces).select("visit", "line", "fault", "rule")
    return pl.concat([told, _long_days(made, visits)])


def _long_days(made: synth_lines.Block, visits: int) -> pl.DataFrame:
    """Days too long for one therapist in the first ``visits`` visits; a cut may end some."""
    at = np.flatnonzero(made.long_day[:visits])
    days = pl.DataFrame(
        {
            "visit": pl.Series(made.session[at]).cast(pl.String),
            "day": made.long_day[at],
            "minutes": made.timed_minutes[at],
        }
    )
    return (
        days.group_by("day", maintain_order=True)
        .agg(pl.col("visit").sort().str.join("+"), pl.col("minutes").sum())
        .filter(pl.col("minutes") > MINUTES_OF_A_DAY)
        .select(
            "visit",
            pl.lit(None, pl.Int16).alias("line"),
            pl.lit(A_DAY_TOO_LONG).alias("fault"),
            pl.lit("CONC-09").alias("rule"),
        )
    )
