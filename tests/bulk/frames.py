"""The random visits of the audit's tests as tables, and both runs over them."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from neuroreed.bulk.local import Settings, audit
from neuroreed.cli import bulk_diff, main

only_when_asked = pytest.mark.skipif(
    os.environ.get("NEUROREED_SLOW") != "1",
    reason="Takes long: set NEUROREED_SLOW=1 to run it.",
)
_IDENTITY = ("patient_id", "visit_id", "date_of_service", "discipline", "payer", "therapist_id")


def tables(visits: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines and intervals of visits, one row each; modifiers as text with commas."""
    lines, intervals = [], []
    for visit in visits:
        shared = {k: v for k, v in visit.items() if k not in {"lines", "intervals"}}
        for line in visit["lines"]:
            row = {**shared, **line}
            if row.get("modifiers") is not None:
                row["modifiers"] = ",".join(row["modifiers"])
            lines.append(row)
        for interval in visit.get("intervals", ()):
            intervals.append({**{key: shared[key] for key in _IDENTITY}, **interval})
    return (
        pl.DataFrame(lines, infer_schema_length=None),
        pl.DataFrame(intervals, infer_schema_length=None),
    )


def written(visits: list[dict[str, Any]], folder: Path) -> tuple[Path, Settings]:
    """The tables as files, and settings that name the intervals."""
    lines, intervals = tables(visits)
    lines.write_parquet(folder / "lines.parquet")
    if not len(intervals):
        return folder / "lines.parquet", Settings(threads=2, compiled=True)
    intervals.write_parquet(folder / "intervals.parquet")
    return folder / "lines.parquet", Settings(
        threads=2, compiled=True, intervals=str(folder / "intervals.parquet")
    )


def spoil(path: Path, column: str) -> None:
    """Overwrite the middle of a column's pages, as a bad disk would."""
    import duckdb

    start, size = duckdb.sql(
        "SELECT min(coalesce(dictionary_page_offset, data_page_offset)), "
        f"sum(total_compressed_size) FROM parquet_metadata('{path}') "
        f"WHERE path_in_schema = '{column}'"
    ).fetchall()[0]
    data = bytearray(path.read_bytes())
    third = int(size) // 3
    data[start + third : start + 2 * third] = b"\xff" * third
    path.write_bytes(bytes(data))


def findings(out: Path) -> pl.DataFrame:
    """All findings of a run."""
    files = [*sorted((out / "parts").glob("*.findings.parquet")), out / "second.findings.parquet"]
    return pl.concat([pl.read_parquet(file, glob=False) for file in files if file.exists()])


def said(out: Path) -> set[tuple[str, str, str]]:
    """Findings as rule, subject and severity."""
    table = findings(out)
    return set(zip(table["rule"], table["subject"], table["severity"], strict=True))


def both_sides_here(patch: Any) -> None:
    """Both sides of a diff in this process: for tests of what is asked, not of processes."""

    def run(command: list[str], *, env: dict[str, str], **_how: Any) -> Any:
        with pytest.MonkeyPatch.context() as own:
            for name in ("NEUROREED_PAYERS", "NEUROREED_POLICY"):
                own.setenv(name, env.get(name, ""))
            said = io.StringIO()
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                code = main(command[3:])
        return subprocess.CompletedProcess(command, code, "", said.getvalue())

    patch.setattr(bulk_diff.subprocess, "run", run)


__all__ = [
    "audit",
    "both_sides_here",
    "findings",
    "only_when_asked",
    "said",
    "spoil",
    "tables",
    "written",
]
