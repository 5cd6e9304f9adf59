"""Invented lines of service, as many as wanted, with faults planted and written down.

Nobody in these files exists. Every block of patients has a seed of its own, so that the same
seed gives the same lines whatever the number. Clean visits break no rule that these columns
can break; a visit with a fault breaks one, and the truth file says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.model.errors import BadInput

Array = np.ndarray[Any, Any]
FIRST: Final = date(2024, 4, 1)
_PATIENTS_PER_BLOCK: Final = 100_000
_CODES: Final = ("97112", "97110", "97530", "97116")
_PAYERS: Final = ("medicare_part_b",)
# Each fault and the rules that find it: a unit too many is also more than the note's total.
PLANTED: Final = {
    "a unit too many": ("UNIT-01", "MINU-01"),
    "a unit forgotten": ("UNIT-02",),
    "no discipline modifier": ("MODS-01",),
    "a line twice": ("DUPL-01",),
}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: lines, planted faults, and the files."""

    lines: int
    faults: int
    files: tuple[Path, ...]
    truth: Path


def block(number: int, seed: int, faults_permille: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One block of patients: its lines in the order of a book, and its truth."""
    rng = np.random.default_rng([seed, number])
    patients = _PATIENTS_PER_BLOCK
    visits_of = rng.choice(np.array([1, 4, 6, 8, 9]), patients, p=[0.1, 0.2, 0.3, 0.2, 0.2])
    visits = int(visits_of.sum())
    patient_of = np.repeat(np.arange(patients), visits_of)
    nth = np.arange(visits) - np.repeat(np.cumsum(visits_of) - visits_of, visits_of)
    start = rng.integers(0, 150, patients)
    day = FIRST.toordinal() + start[patient_of] + nth * 3
    lines_of = rng.choice(np.array([1, 2, 3]), visits, p=[0.15, 0.45, 0.4])
    lines = int(lines_of.sum())
    visit_of = np.repeat(np.arange(visits), lines_of)
    place = np.arange(lines) - np.repeat(np.cumsum(lines_of) - lines_of, lines_of)
    # codes of one visit differ: a start in the list, then on from it
    code = (rng.integers(0, len(_CODES), visits)[visit_of] + place) % len(_CODES)
    units = rng.choice(np.array([1, 2]), lines, p=[0.7, 0.3])
    # every code within seven minutes of its units, and the whole visit exactly on them
    slack = rng.integers(0, 2, lines)
    minutes = units * 15 + slack
    fault = np.where(
        rng.integers(0, 1000, visits) < faults_permille,
        rng.integers(1, len(PLANTED) + 1, visits),
        0,
    )
    first = place == 0
    has_gp = np.ones(lines, bool)
    units = units + ((fault[visit_of] == 1) & first)
    # a whole quarter of an hour more than is billed
    minutes = minutes + 15 * ((fault[visit_of] == 2) & first)
    has_gp &= ~((fault[visit_of] == 3) & first)
    keep = np.ones(lines, np.int64)
    keep[(fault[visit_of] == 4) & first] = 2
    twice = np.repeat(np.arange(lines), keep)
    therapist = rng.integers(0, patients // 20, patients)[patient_of]
    minutes_of, units_of = minutes[twice].copy(), units[twice]
    total = np.bincount(visit_of[twice], weights=minutes_of, minlength=visits).astype(np.int64)
    visit = visit_of[twice]
    line = np.arange(len(twice)) - np.searchsorted(visit, visit) + 1
    offset = np.int64(number) * patients
    session = np.int64(number) * patients * 16 + np.arange(visits)
    allowed = np.array([3_350, 2_890, 3_560, 2_880])[code[twice]] * units_of
    frame = pl.DataFrame(
        {
            "patient_id": offset + patient_of[visit],
            "visit_id": session[visit],
            "line": line.astype(np.int16),
            "date_of_service": pl.Series((day[visit] - 719_163).astype(np.int32)).cast(pl.Date),
            "payer": pl.Series(_PAYERS)[(patient_of[visit] % len(_PAYERS)).astype(np.int64)],
            "discipline": pl.Series(["PT"]).new_from_index(0, len(twice)),
            "therapist_id": (np.int64(number) * patients + therapist[visit]),
            "clinic": pl.Series([f"C{k:03d}" for k in range(97)])[
                (therapist[visit] % 97).astype(np.int64)
            ],
            "cpt": pl.Series(_CODES)[code[twice].astype(np.int64)],
            "modifiers": pl.Series(["", "GP"])[has_gp[twice].astype(np.int64)],
            "units": units_of.astype(np.int16),
            "minutes": minutes_of.astype(np.int16),
            "therapist_minutes": minutes_of.astype(np.int16),
            "assistant_minutes": np.zeros(len(twice), np.int16),
            "charge_cents": allowed * 2,
            "allowed_cents": allowed,
            "prior_accrued_cents": np.zeros(len(twice), np.int32),
            "place_of_service": np.full(len(twice), 11, np.int8),
            "session_minutes": (total[visit] + 4).astype(np.int16),
            "noted_timed_minutes": total[visit].astype(np.int16),
            "note_is_signed": np.ones(len(twice), bool),
            "plan_on_file": np.ones(len(twice), bool),
            "is_progress_report": (nth[visit] % 5 == 4),
            "report_by_therapist": np.ones(len(twice), bool),
            "first_treatment_on": pl.Series(
                (FIRST.toordinal() + start[patient_of[visit]] - 719_163).astype(np.int32)
            ).cast(pl.Date),
        }
    )
    bad = np.flatnonzero(fault)
    rules = pl.DataFrame(
        {"fault": list(PLANTED), "rule": [list(rules) for rules in PLANTED.values()]}
    )
    truth = (
        pl.DataFrame(
            {
                "visit": session[bad].astype(str),
                "fault": pl.Series(["", *PLANTED])[fault[bad].astype(np.int64)],
            }
        )
        .join(rules, on="fault", how="left", maintain_order="left")
        .explode("rule")
    )
    return frame, truth


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
        frame, truth = block(number, seed, faults_permille)
        if made + len(frame) > lines:
            last = frame["patient_id"][min(lines - made, len(frame)) - 1]
            frame = frame.filter(pl.col("patient_id") <= last)
            seen = frame["visit_id"].cast(pl.String).unique().implode()
            truth = truth.filter(pl.col("visit").is_in(seen))
        if shuffle:
            frame = frame.sample(fraction=1.0, shuffle=True, seed=seed + number)
        path = folder / f"lines-{number:04d}.parquet"
        frame.write_parquet(path, row_group_size=250_000)
        files.append(path)
        truths.append(truth)
        made, number = made + len(frame), number + 1
    truth_path = folder / "truth"
    every = pl.concat(truths)
    truth_path.mkdir()
    every.write_csv(truth_path / "_truth.csv")
    return Made(made, every["visit"].n_unique(), tuple(files), truth_path / "_truth.csv")
