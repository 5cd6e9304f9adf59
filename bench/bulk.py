"""The whole rule book over generated lines, beside scanning them, DuckDB and Polars.

``NEUROREED_BENCH_LINES`` says how many lines (10 million unless told; 100000000 for the large
run), ``NEUROREED_BENCH_RUNS`` how often each figure is taken (5). Files are deleted after.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import neuroreed.bulk  # noqa: F401  # before Polars, as on the command line
from bench import Row

LINES = int(os.environ.get("NEUROREED_BENCH_LINES", "10000000"))
RUNS = int(os.environ.get("NEUROREED_BENCH_RUNS", "5"))

# The same ten questions in SQL, of lines only or of visits; unknowns are ignored, which the
# rules do not do.
_LINE_TESTS = (
    "units > 0 AND modifiers NOT LIKE '%GP%'",
    "units > 0 AND modifiers LIKE '%KX%' AND allowed_cents < 100",
    "minutes >= 15 AND units = 0",
    "units > (minutes + 7) // 15 + 1",
    "modifiers LIKE '%59%' AND units = 0",
    "charge_cents < allowed_cents",
    "place_of_service IN (2, 10) AND modifiers NOT LIKE '%95%'",
)
_VISIT_TESTS = (
    "sum(units) > (sum(minutes) + 7) // 15",
    "sum(units) < (sum(minutes) + 7) // 15",
    "sum(minutes) > max(session_minutes)",
)


def _median(act: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _rate(lines: int, seconds: float, scan: float) -> str:
    return f"{lines / seconds / 1e6:.2f} M/s, {seconds / scan:.1f} x scan"


def rows() -> list[Row]:
    """Lines per second, and how many times longer than scanning the same columns."""
    import polars as pl

    from neuroreed.bulk.local import Settings, audit
    from neuroreed.bulk.synth import synthesise

    folder = Path(tempfile.mkdtemp(prefix="bench-bulk-"))
    try:
        made = synthesise(folder / "in", lines=LINES)
        lines = made.lines
        files = str(folder / "in/*.parquet")

        def scan() -> object:
            lazy = pl.scan_parquet(files)
            texts = [n for n, kind in lazy.collect_schema().items() if kind == pl.String]
            numbers = pl.exclude(texts).cast(pl.Int64, strict=False).sum()
            return lazy.select(numbers, pl.col(texts).str.len_bytes().sum()).collect(
                engine="streaming"
            )

        def run(source: Path, **settings: object) -> Callable[[], object]:
            def act() -> object:
                shutil.rmtree(folder / "out", ignore_errors=True)
                return audit([source], folder / "out", Settings(**settings))  # type: ignore[arg-type]

            return act

        scanned = _median(scan)
        run(folder / "in", write_findings=False)()  # compiles where nobody has yet
        found = [
            Row(f"Polars scans and sums the same columns, {lines:,} lines",
                f"{lines / scanned / 1e6:.2f} M/s", "", f"median of {RUNS}"),
        ]  # fmt: skip
        for what, aim, settings in (
            ("full rule book, sorted Parquet, no findings written", "8 M/s, 6 x", False),
            ("the same with findings written", "9 x", True),
        ):
            spent = _median(run(folder / "in", write_findings=settings))
            found.append(Row(what, _rate(lines, spent, scanned), aim, f"median of {RUNS}"))
        found.append(_memory(folder))
        found += _others(files, lines, scanned)
        shutil.rmtree(folder / "in")
        mixed = synthesise(folder / "mixed", lines=LINES, shuffle=True)
        spent = _median(run(folder / "mixed", write_findings=False))
        unsorted = _rate(mixed.lines, spent, scanned)
        found.append(Row("unsorted", unsorted, "4 M/s", f"median of {RUNS}"))
        found.append(_start())
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _others(files: str, lines: int, scanned: float) -> list[Row]:
    """Ten questions like ten of the rules, as SQL and as expressions; and the interpreted run."""
    import duckdb
    import polars as pl

    from neuroreed.audit.kernel import audit
    from neuroreed.audit.registry import registry
    from neuroreed.model.lines import to_book

    def sql() -> object:
        line = ", ".join(f"count(*) FILTER ({test})" for test in _LINE_TESTS)
        visit = ", ".join(f"({test})::INT AS t{k}" for k, test in enumerate(_VISIT_TESTS))
        sums = ", ".join(f"sum(t{k})" for k in range(len(_VISIT_TESTS)))
        duckdb.sql(f"SELECT {line} FROM '{files}'").fetchall()
        return duckdb.sql(
            f"SELECT {sums} FROM (SELECT {visit} FROM '{files}' "
            "GROUP BY patient_id, date_of_service, discipline)"
        ).fetchall()

    def expressions() -> object:
        lazy = pl.scan_parquet(files)
        units, minutes, modifiers = pl.col("units"), pl.col("minutes"), pl.col("modifiers")
        place = pl.col("place_of_service").is_in([2, 10])
        own = (
            ((units > 0) & ~modifiers.str.contains("GP", literal=True)).sum().alias("0"),
            ((units > 0) & modifiers.str.contains("KX", literal=True)
             & (pl.col("allowed_cents") < 100)).sum().alias("1"),
            ((minutes >= 15) & (units == 0)).sum().alias("2"),
            (units > (minutes + 7) // 15 + 1).sum().alias("3"),
            (modifiers.str.contains("59", literal=True) & (units == 0)).sum().alias("4"),
            (pl.col("charge_cents") < pl.col("allowed_cents")).sum().alias("5"),
            (place & ~modifiers.str.contains("95", literal=True)).sum().alias("6"),
        )  # fmt: skip
        lazy.select(own).collect(engine="streaming")
        visits = lazy.group_by("patient_id", "date_of_service", "discipline").agg(
            units.cast(pl.Int64).sum(), minutes.cast(pl.Int64).sum(),
            pl.col("session_minutes").max(),
        )  # fmt: skip
        supported = (minutes + 7) // 15
        return visits.select(
            (units > supported).sum().alias("0"), (units < supported).sum().alias("1"),
            (minutes > pl.col("session_minutes")).sum().alias("2"),
        ).collect(engine="streaming")  # fmt: skip

    def interpreted() -> object:
        frame = pl.scan_parquet(files).head(20_000).collect()
        visits = [{**row, "lines": [row]} for row in frame.to_dicts()]
        return audit(to_book(visits))

    rules = len(registry().rules)
    sql_s, expressions_s, interpreted_s = map(_median, (sql, expressions, interpreted))
    return [
        Row("DuckDB SQL, ten such rules", _rate(lines, sql_s, scanned), "", "beside"),
        Row("Polars expressions, ten such rules", _rate(lines, expressions_s, scanned), "",
            "beside"),
        Row(f"interpreted run, all {rules} rules, 20,000 lines",
            f"{20_000 / interpreted_s / 1e6:.3f} M/s", "", "beside"),
    ]  # fmt: skip


def _memory(folder: Path) -> Row:
    """The most memory of a process that does nothing but one audit."""
    # the high-water mark of its own memory: what getrusage tells includes that of its parent
    code = (
        "import sys; from pathlib import Path; from neuroreed.bulk.local import audit; "
        "audit([sys.argv[1]], sys.argv[2]); "
        "told = Path('/proc/self/status').read_text(); "
        "print(told.split('VmHWM:')[1].split()[0])"
    )
    command = [sys.executable, "-c", code, str(folder / "in"), str(folder / "alone")]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return Row("peak memory", f"{int(told.stdout) / 2**20:.2f} GB", "2 GB", "a process of its own")


def _start() -> Row:
    code = "from neuroreed.bulk.passes import Kernels; Kernels()"
    spent = _median(lambda: subprocess.run([sys.executable, "-c", code], check=True))
    return Row("start with a warm cache", f"{spent:.2f} s", "1 s", "a new process")
