"""Rows that are moved: every value of every type comes back, whole patients, each in its place."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from shutil import rmtree

import numpy as np
import polars as pl
import pytest

from neuroreed.bulk.door_columns import FILE, ROW
from neuroreed.bulk.local import Settings, audit
from neuroreed.bulk.moved import Moved, moved_into, rows_of_slot, slot_path
from neuroreed.bulk.moving import move
from neuroreed.bulk.partitions import scan
from neuroreed.bulk.replay import replay
from neuroreed.bulk.results import Results
from neuroreed.bulk.room import Room
from neuroreed.bulk.synth import synthesise
from neuroreed.model.errors import BadInput

SLOTS = 5


def frame(rows: int, seed: int, *, few: bool = True) -> pl.DataFrame:
    """Columns of many types, with what is not there in half of them."""
    chance = Random(seed)

    def some(values: list[object], gaps: bool = False) -> list[object]:
        return [
            None if gaps and chance.random() < 0.2 else chance.choice(values) for _ in range(rows)
        ]

    ids = [f"P{chance.randrange(10**9)}" for _ in range(rows if not few else 20)]
    return pl.DataFrame(
        {
            "patient_id": pl.Series([f"P{chance.randrange(60)}" for _ in range(rows)]),
            "visit_id": pl.Series([chance.choice(ids) for _ in range(rows)]),
            "small": pl.Series(some([-128, 0, 127], gaps=True), dtype=pl.Int8),
            "below": pl.Series(some([-1, 0, 255]), dtype=pl.Int64),
            "late": pl.Series([7] * (rows - 1) + [-70_000], dtype=pl.Int64),
            "large": pl.Series(some([-(2**63), 2**63 - 1, 0]), dtype=pl.Int64),
            "unsigned": pl.Series(some([0, 2**64 - 1], gaps=True), dtype=pl.UInt64),
            "huge": pl.Series(some([2**100, -1], gaps=True), dtype=pl.Int128),
            "pointed": pl.Series(
                some([1.5, float("nan"), -0.0, float("inf")], gaps=True), dtype=pl.Float64
            ),
            "flag": pl.Series(some([True, False], gaps=True), dtype=pl.Boolean),
            "always": pl.Series([True] * rows),
            # more than go into one byte
            **{
                f"flag {n}": pl.Series(some([True, False], gaps=n % 3 == 0), dtype=pl.Boolean)
                for n in range(9)
            },
            # called as arrays are that those who move them use
            **{
                name: pl.Series(some([1, 70_000, -5]), dtype=pl.Int32)
                for name in ("order", "places", "buckets", "hot", "texts", "beside", "__flags")
            },
            "one": pl.Series([7] * rows, dtype=pl.Int16),
            "nothing": pl.Series([None] * rows, dtype=pl.Int32),
            "of no type": pl.Series([None] * rows),
            "day": pl.Series(some([date(2025, 1, 1), date(1, 1, 1)], gaps=True), dtype=pl.Date),
            "moment": pl.Series(
                some([datetime(2025, 1, 1, 23)], gaps=True), dtype=pl.Datetime("us")
            ),
            "lasts": pl.Series(some([timedelta(minutes=15)], gaps=True), dtype=pl.Duration("us")),
            "money": pl.Series(some([Decimal("1.25"), None]), dtype=pl.Decimal(18, 2)),
            "text": pl.Series(
                some(["", "GP", "a text of more than twelve bytes"], gaps=True), dtype=pl.String
            ),
            "list": pl.Series(some([["GP"], [], None]), dtype=pl.List(pl.String)),
            "choice": pl.Series(some(["PT", "OT"], gaps=True), dtype=pl.Categorical),
            "bytes": pl.Series(some([b"\x00", b""], gaps=True), dtype=pl.Binary),
        }
    )


def moved(frames: list[pl.DataFrame], folder: Path) -> Moved:
    folder.mkdir(exist_ok=True)
    room = Room()
    for number, each in enumerate(frames):
        half = len(each) // 2
        for start, own in ((0, each[:half]), (half, each[half:])):
            if len(own):
                move(own, "patient_id", np.arange(SLOTS), folder, number, start, room)
    return moved_into(folder)


@pytest.mark.parametrize("rows", [1, 300, 45_000])
@pytest.mark.parametrize("few", [True, False])
def test_every_row_comes_back_as_it_was(rows, few, tmp_path) -> None:
    """Plain and compiled; texts that are few in one file and many in another."""
    given = [frame(rows, 1), frame(max(1, rows // 3), 2, few=few)]

    found = moved(given, tmp_path / "spread")

    room, slots = Room(), []
    for slot in range(found.slots()):
        own = found.frame(slot, room)
        assert len(own) == found.rows(slot)
        assert found.lean_frame(slot, Room()).cast(dict(own.schema)).equals(own)
        # the next slot takes the place of this one
        kept = pl.DataFrame([pl.Series(each.name, each.to_list(), each.dtype) for each in own])
        slots.append(kept.with_columns(slot=pl.lit(slot)))
    every = pl.concat(slots)
    assert every.group_by("patient_id").agg(pl.col("slot").n_unique())["slot"].max() == 1
    for number, each in enumerate(given):
        own = every.filter(pl.col(FILE) == number).sort(ROW)
        assert own[ROW].to_list() == list(range(len(each)))
        assert own.drop("slot", FILE, ROW).equals(each)
        assert own.drop("slot", FILE, ROW).schema == each.schema


def test_the_first_rows_of_a_slot_are_the_first_of_all(tmp_path) -> None:
    found = moved([frame(400, 1), frame(400, 2)], tmp_path / "spread")
    path = slot_path(tmp_path / "spread", 3)

    whole, first = rows_of_slot(path), rows_of_slot(path, most=5)

    assert 5 <= len(first) < len(whole) == found.rows(3)
    assert first.equals(whole[: len(first)])
    assert scan(path).collect().equals(whole)


def test_numbers_alone_are_moved_with_nothing_beside_them(tmp_path) -> None:
    given = frame(300, 1).select("patient_id", "large", "flag")

    found = moved([given], tmp_path / "spread")

    every = pl.concat([found.frame(slot) for slot in range(SLOTS)]).sort(FILE, ROW)
    assert every.drop(FILE, ROW).equals(given)


def test_a_finding_on_moved_rows_is_told_again_with_the_rows_of_the_source(tmp_path) -> None:
    made = synthesise(tmp_path / "in", lines=2_000, seed=7, faults_permille=200, shuffle=True)
    given = pl.read_parquet(made.files)
    summary = audit(made.files, tmp_path / "out", Settings(rows=300))
    found = Results(tmp_path / "out").page({}, 0, 8)

    told = [replay(tmp_path / "out", each) for each in found]

    assert not summary.was_sorted
    assert len(told) == 8
    for each, again in zip(found, told, strict=True):
        assert again.finding is not None, again.because
        named = [row.row - 1 for row in again.rows if row.is_named]
        assert named
        assert set(given["visit_id"].gather(named).cast(pl.String)) == {each["visit"]}


def test_rows_that_another_version_moved_are_told_and_not_read(tmp_path) -> None:
    made = synthesise(tmp_path / "in", lines=2_000, seed=7, faults_permille=200, shuffle=True)
    audit(made.files, tmp_path / "out", Settings(rows=300))
    found = Results(tmp_path / "out").page({}, 0, 1)[0]
    for each in (tmp_path / "out" / "spread").glob("*.moved"):
        each.rename(each.with_suffix(".rows"))

    told = replay(tmp_path / "out", found)

    assert told.finding is None
    assert "slot-00000: cannot be read: no rows were moved here by this version" in told.because
    rmtree(tmp_path / "out" / "parts")
    with pytest.raises(BadInput, match="by this version"):
        audit(made.files, tmp_path / "out", Settings(rows=300))


@pytest.mark.parametrize("kept", [0, 3, 200])
def test_a_file_that_is_cut_short_is_told_and_not_read(kept, tmp_path) -> None:
    moved([frame(400, 1)], tmp_path / "spread")
    path = next((tmp_path / "spread").glob("*.moved"))
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(OSError):
        Moved(tmp_path / "spread")
