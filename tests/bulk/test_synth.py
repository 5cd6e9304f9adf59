"""Invented lines: reproducible, and every planted fault is found and nothing else."""

from __future__ import annotations

import polars as pl
import pytest

from neuroreed.bulk import synth
from neuroreed.bulk.local import Settings, audit
from neuroreed.bulk.synth import synthesise
from neuroreed.model.errors import BadInput
from tests.bulk.frames import findings


@pytest.fixture(autouse=True)
def _blocks_are_small(monkeypatch):
    """Several blocks in few lines."""
    monkeypatch.setattr(synth, "_PATIENTS_PER_BLOCK", 500)


@pytest.mark.parametrize("shuffle", [False, True])
def test_every_planted_fault_is_found_and_nothing_else(shuffle, tmp_path) -> None:
    made = synthesise(tmp_path / "in", lines=12_000, seed=7, faults_permille=60, shuffle=shuffle)

    summary = audit([tmp_path / "in"], tmp_path / "out", Settings(compiled=True))

    truth = pl.read_csv(made.truth, schema_overrides={"visit": pl.String})
    found = findings(tmp_path / "out")
    planted = set(zip(truth["rule"], truth["visit"], strict=True))
    assert len(planted) > 300
    assert set(zip(found["rule"], found["visit"], strict=True)) == planted
    assert summary.lines == made.lines
    assert summary.was_sorted is not shuffle


def test_the_same_seed_gives_the_same_lines(tmp_path) -> None:
    one = synthesise(tmp_path / "one", lines=1_000, seed=3)
    two = synthesise(tmp_path / "two", lines=1_000, seed=3)
    other = synthesise(tmp_path / "other", lines=1_000, seed=4)

    frames = [pl.read_parquet(made.files[0]) for made in (one, two, other)]
    assert frames[0].equals(frames[1])
    assert not frames[0].equals(frames[2])
    with pytest.raises(BadInput):
        synthesise(tmp_path / "one", lines=10)
