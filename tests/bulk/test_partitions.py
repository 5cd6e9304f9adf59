"""Sorted input as tasks: whole patients, every row once, whatever is looked at in one go."""

from __future__ import annotations

import itertools
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest

from neuroreed.bulk import partitions
from neuroreed.bulk.partitions import sorted_tasks, sources_of


def written(folder: Path, files: list[list[object]]) -> list[partitions.Source]:
    paths = [folder / f"{number}.parquet" for number in range(len(files))]
    for path, patients in zip(paths, files, strict=True):
        pl.DataFrame({"patient": patients}).write_parquet(path, row_group_size=50)
    return sources_of(paths, folder / "sources")


@pytest.mark.parametrize("at_once", [3, 40, 1_000])
@pytest.mark.parametrize("make", [int, "P{:05d}".format])
def test_tasks_hold_whole_patients_and_every_row_once(at_once, make, tmp_path, monkeypatch) -> None:
    """Also where one patient has more lines than a task, or than is looked at in one go."""
    monkeypatch.setattr(partitions, "_ROWS_AT_ONCE", at_once)
    random = Random(97112)
    lines = [random.choice([1, 2, 3, 9, 60]) for _ in range(120)]
    patients = [make(number) for number, count in enumerate(lines) for _ in range(count)]
    half = patients.index(make(60))
    sources = written(tmp_path, [patients[half:], patients[:half]])

    tasks = sorted_tasks(sources, "patient", 25)

    assert tasks is not None
    assert [task.number for task in tasks] == list(range(len(tasks)))
    held = [
        pl.read_parquet(task.path)["patient"].slice(task.start, task.rows).to_list()
        for task in tasks
    ]
    assert [patient for own in held for patient in own] == patients
    assert all(before[-1] != then[0] for before, then in itertools.pairwise(held))
    # some may hold a long patient by himself; none holds two tasks' worth of others
    assert all(len(own) < 25 + 60 for own in held)


def test_tasks_of_one_file_are_even(tmp_path) -> None:
    sources = written(tmp_path, [[number // 2 for number in range(2_050)]])

    tasks = sorted_tasks(sources, "patient", 1_000)

    assert tasks is not None
    assert [task.rows for task in tasks] == pytest.approx([683, 683, 683], abs=2)


def test_the_last_tasks_are_small_so_that_threads_end_together(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(partitions, "_LEAST_ROWS", 10)
    files = [list(range(first, first + 4_000)) for first in (0, 4_000)]

    tasks = sorted_tasks(written(tmp_path, files), "patient", 1_000, threads=2)

    assert tasks is not None
    assert [task.rows for task in tasks] == [1_000] * 6 + [500] * 4


@pytest.mark.parametrize("threads", [0, 2])
def test_slots_are_even_and_the_last_ones_small_where_threads_share_them(threads) -> None:
    slots = partitions.slots_of_shares(10_000_000, 1_000_000, threads)

    shares = np.bincount(slots)
    assert list(slots) == sorted(slots)
    assert shares.tolist() == ([2] * 13 + [1] * 4 if threads else [1] * 15)
    # of few rows no slot is smaller than a task that is worth its beginning
    assert len(partitions.slots_of_shares(150_000, 1_000_000, threads)) == (2 if threads else 1)


@pytest.mark.parametrize(
    "files",
    [
        [[1, 2, 3, 2]],
        [[1, 2, None]],
        [[1, 2], [2, 3]],
        [[1, 4], [2, 3]],
        [["A", "B "]],
        [[1] * 30 + [2] * 30 + [1]],
    ],
)
def test_what_is_not_in_order_has_no_tasks_where_it_lies(files, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(partitions, "_ROWS_AT_ONCE", 20)
    assert sorted_tasks(written(tmp_path, files), "patient", 10) is None
