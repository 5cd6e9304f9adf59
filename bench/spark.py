"""A standalone cluster of two workers on loopback, beside the local run over the same files.

``NEUROREED_BENCH_LINES`` says how many lines (10 million unless told), ``NEUROREED_BENCH_RUNS``
how often each figure is taken (3 here). Both runs audit and write findings, with two cores.
What Spark needs to begin is taken apart: it is the same for a million lines and a billion.
So is the first task of each worker, which loads the compiled rules: a third figure leaves both out.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from bench import Row

LINES = int(os.environ.get("NEUROREED_BENCH_LINES", "10000000"))
ROWS = 500_000  # of each task, in both runs
RUNS = int(os.environ.get("NEUROREED_BENCH_RUNS", "3"))


def rows() -> list[Row]:
    """Spark as a share of the speed of the local run: of the tasks, and of the whole command."""
    try:
        from neuroreed.bulk.spark_session import java_home, session
        from tests.bulk.cluster import cluster

        java = java_home()
        import pyspark  # noqa: F401
    except Exception as error:
        return [Row("Spark standalone, 2 workers", "not run", ">= 0.6 x of local", str(error))]
    from neuroreed.bulk import local
    from neuroreed.bulk.spark import audit
    from neuroreed.bulk.synth import synthesise

    folder = Path(tempfile.mkdtemp(prefix="bench-spark-"))
    spent: dict[str, list[float]] = {}
    rates: dict[str, list[float]] = {}

    def timed(name: str, act: object) -> None:
        shutil.rmtree(folder / "out", ignore_errors=True)
        began = time.perf_counter()
        act()  # type: ignore[operator]
        spent.setdefault(name, []).append(time.perf_counter() - began)
        if (rate := _running(folder / "out")) is not None:
            rates.setdefault(name, []).append(rate)

    try:
        made = synthesise(folder / "in", lines=LINES)
        mixed = synthesise(folder / "mixed", lines=LINES // 2, shuffle=True)
        settings = local.Settings(threads=2, rows=ROWS)
        with cluster(folder, java) as master:
            local.audit([folder / "in"], folder / "out", settings)  # compiles where nobody has
            for _ in range(RUNS):
                for name, source in (("in", folder / "in"), ("mixed", folder / "mixed")):
                    timed(
                        f"{name} here",
                        lambda s=source: local.audit([s], folder / "out", settings),
                    )
                    timed(
                        f"{name} spark",
                        lambda s=source: audit([s], folder / "out", settings, master=master),
                    )
                timed("begin", lambda: _begin(session, master))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    took = {name: statistics.median(times) for name, times in spent.items()}
    begin = took["begin"]
    found = []
    for name, what, lines in (
        ("in", "sorted by patient, read where it lies", made.lines),
        ("mixed", "unsorted, moved by its workers", mixed.lines),
    ):
        here, there = took[f"{name} here"], took[f"{name} spark"]
        how = (
            f"median of {RUNS}: local {here:.1f} s, Spark {there:.1f} s, of it begin {begin:.1f} s"
        )
        found.append(
            Row(f"Spark, 2 workers, {what}, {lines:,} lines",
                f"{here / (there - begin):.2f} x of local", ">= 0.6 x", how)
        )  # fmt: skip
        found.append(Row("the same with its beginning", f"{here / there:.2f} x of local", "", ""))
        if f"{name} spark" in rates and f"{name} here" in rates:
            one, two = (statistics.median(rates[f"{name} {each}"]) for each in ("here", "spark"))
            found.append(
                Row("the same once both workers have done a task", f"{two / one:.2f} x of local",
                    ">= 0.6 x", f"local {one / 1e6:.2f} M/s, Spark {two / 1e6:.2f} M/s")
            )  # fmt: skip
    return found


def _running(out: Path) -> float | None:
    """Lines a second from the second finished task to the last."""
    parts = sorted((out / "parts").glob("*.json"), key=lambda each: each.stat().st_mtime_ns)
    if len(parts) < 6:
        return None
    spent = (parts[-1].stat().st_mtime_ns - parts[1].stat().st_mtime_ns) / 1e9
    return sum(json.loads(each.read_text())["lines"] for each in parts[2:]) / spent


def _begin(session: object, master: str) -> None:
    """A session, and one task that imports what every task does."""

    def first(_: object) -> list[int]:
        from neuroreed.bulk.passes import Kernels

        return [len(Kernels().columns)]

    with session(master) as context:  # type: ignore[operator]
        context.parallelize([0, 1], 2).mapPartitions(first).collect()
