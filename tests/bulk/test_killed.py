"""A run that is killed, at any moment, and taken up again: the same result, no part twice."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from shutil import copytree, rmtree

import polars as pl
import pytest

from neuroreed.bulk.local import Settings, audit
from neuroreed.bulk.synth import synthesise
from neuroreed.model.errors import Refused
from tests.bulk.frames import findings, only_when_asked, tables
from tests.bulk.hostile import hostile

PAYERS = ("medicare_part_b", "aetna", "texas_medicaid", "nobody_knows")


def finished(out: Path) -> dict[str, int]:
    """The parts that are done, and when each was."""
    return {each.name: each.stat().st_mtime_ns for each in (out / "parts").glob("*.json")}


def begun(source: Path, out: Path, settings: Settings) -> subprocess.Popen[bytes]:
    code = (
        "from neuroreed.bulk.local import Settings, audit\n"
        f"audit([{str(source)!r}], {str(out)!r}, {settings!r})\n"
    )
    return subprocess.Popen([sys.executable, "-c", code])


def killed_when(seen: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    """Kill a run as soon as something is seen; false where it was done before."""
    until = time.monotonic() + 120
    try:
        while process.poll() is None and time.monotonic() < until:
            if seen():
                break
            time.sleep(0.001)
    finally:
        process.kill()
    return process.wait() == -signal.SIGKILL


def same(one: Path, two: Path) -> bool:
    """Whether two folders hold the same run: every summary and every finding."""
    names = ("summary.json", "summary.csv", "summary.html", "rejects.csv")
    texts = all((one / name).read_bytes() == (two / name).read_bytes() for name in names)
    return texts and findings(one).sort(pl.all()).equals(findings(two).sort(pl.all()))


def no_part_twice(before: dict[str, int], out: Path) -> bool:
    """Whether what was done before was left alone."""
    return before.items() <= finished(out).items()


@pytest.fixture(scope="module")
def lines() -> pl.DataFrame:
    book = hostile(Random(7), 80, date(2025, 1, 20), known=PAYERS)
    return tables(book)[0]


@pytest.fixture(params=["sorted", "unsorted"])
def source(request, lines, tmp_path) -> Path:
    """One sorted file, or forty in no order at all."""
    folder = tmp_path / "in"
    folder.mkdir()
    if request.param == "sorted":
        ordered = lines.sort("patient_id", maintain_order=True)
        ordered.write_parquet(folder / "lines.parquet")
    else:
        mixed = lines.sample(fraction=1.0, shuffle=True, seed=1)
        for number in range(40):
            mixed[number::40].write_parquet(folder / f"{number:02d}.parquet")
    return folder


def test_a_run_killed_between_parts_is_taken_up_again(source, tmp_path) -> None:
    settings, out = Settings(threads=2, rows=25), tmp_path / "out"
    audit([source], tmp_path / "whole", settings)
    total = len(finished(tmp_path / "whole"))
    kills = 0

    for wanted in (1, total // 2):
        before = finished(out)
        kills += killed_when(lambda: len(finished(out)) >= wanted, begun(source, out, settings))  # noqa: B023
        assert no_part_twice(before, out)
    before = finished(out)
    audit([source], out, settings)

    assert kills
    assert no_part_twice(before, out)
    assert same(out, tmp_path / "whole")


def test_a_run_killed_while_it_spreads_may_go_on_with_less_memory(lines, tmp_path) -> None:
    """Files for another limit would hold parts of patients: they are made anew."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    mixed = lines.sample(fraction=1.0, shuffle=True, seed=1)
    for number in range(60):
        mixed[number::60].write_parquet(folder / f"{number:02d}.parquet")
    whole = audit([folder], tmp_path / "whole", Settings(threads=2, rows=30))

    for _ in range(5):
        rmtree(out, ignore_errors=True)
        process = begun(folder, out, Settings(threads=2, rows=30))
        killed_when(lambda: len(list((out / "spread").glob("*.moved"))) > 5, process)
        if not (out / "tasks.json").exists():
            break
    else:
        pytest.fail("Five runs had spread everything before they were seen.")
    copytree(out / "spread", tmp_path / "less/spread")

    again = audit([folder], out, Settings(threads=2, rows=30))
    less = audit([folder], tmp_path / "less", Settings(threads=2, rows=11))

    assert again.plain() == less.plain() == whole.plain()
    assert same(out, tmp_path / "whole")
    assert same(tmp_path / "less", tmp_path / "whole")


def test_two_runs_never_work_in_one_folder_at_once(lines, tmp_path) -> None:
    path, out = tmp_path / "lines.parquet", tmp_path / "out"
    lines.write_parquet(path)
    out.mkdir()

    with (out / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused, match="at work"):
            audit([path], out)

    assert audit([path], out).lines == len(lines)


@pytest.mark.slow
@only_when_asked
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_ten_kills_at_random_moments_change_nothing(shuffle, ending, tmp_path) -> None:
    """A run of some seconds: killed while it reads, converts, spreads, judges and adds up."""
    made = synthesise(tmp_path / "made", lines=1_000_000, seed=3, shuffle=shuffle)
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    whole = pl.read_parquet(made.files)
    each = whole["patient_id"].max() // 5 + 1
    for number in range(5):
        part = whole[number::5]
        if not shuffle:
            part = whole.filter(pl.col("patient_id") // each == number)
        path = source / f"{number}.{ending}"
        part.write_parquet(path) if ending == "parquet" else part.write_csv(path)
    settings = Settings(threads=2, rows=25_000)
    assert begun(source, tmp_path / "warm", settings).wait() == 0
    began = time.monotonic()
    assert begun(source, tmp_path / "whole", settings).wait() == 0
    length = time.monotonic() - began
    chance, kills, runs, stages = Random(11), 0, 0, []

    while kills < 10:
        before = finished(out)
        end = time.monotonic() + chance.uniform(0.25, 1.0) * length
        if killed_when(lambda: time.monotonic() >= end, begun(source, out, settings)):  # noqa: B023
            kills += 1
            stages.append(_stage(out))
        assert no_part_twice(before, out)
        if (out / "summary.json").exists():
            assert same(out, tmp_path / "whole")
            rmtree(out)
            runs += 1
    before = finished(out)
    audit([source], out, replace(settings))

    print(ending, "unsorted" if shuffle else "sorted", f"{length:.1f} s", stages, runs)
    assert no_part_twice(before, out)
    assert same(out, tmp_path / "whole")


def _stage(out: Path) -> str:
    """How far a killed run had come."""
    if not (out / "run.json").exists():
        return "start"
    if not (out / "tasks.json").exists():
        return "spread" if (out / "spread").exists() else "reading"
    done = len(finished(out))
    return f"{done} parts" if not (out / "second.json").exists() else "summary"
