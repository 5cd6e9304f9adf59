"""A finished run as its readers ask for it: sums, findings page by page, and files to take away.

``since`` and ``until`` narrow findings and amounts to dates of service: a clinic's month is
judged together with what came before it, and only the month is shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from neuroreed.bulk.report import BY, Summary, by_name
from neuroreed.bulk.texts import FORMULA
from neuroreed.model.errors import BadInput
from neuroreed.model.findings import RuleCoverage

SEVERITIES: Final = ("stop", "review", "advise")
_TEXTS: Final = ("rule", "severity", "subject", "visit", "payer", "therapist", "clinic")


@dataclass(frozen=True)
class Results:
    """The results in the folder of a run."""

    folder: Path
    since: date | None = None
    until: date | None = None

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """``summary.json``: all lines that were judged.

        Raises:
            BadInput: the run is not finished.
        """
        path = self.folder / "summary.json"
        if not path.exists():
            raise BadInput("This run is not finished.")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _every(self) -> pl.LazyFrame:
        """All findings, numbered in the order of the run, with the part each is from."""
        files = sorted((self.folder / "parts").glob("*.findings.parquet"))
        second = self.folder / "second.findings.parquet"
        every = [*files, second] if second.exists() else files
        if not every:
            raise BadInput("This run kept no findings.")
        frames = [
            pl.scan_parquet(path).with_columns(pl.lit(_number(path), pl.Int32).alias("part"))
            for path in every
        ]
        return pl.concat(frames).with_row_index("n")

    def findings(self, where: Mapping[str, str | None] | None = None) -> pl.LazyFrame:
        """Findings, of one rule, payer, therapist, clinic, month or severity if so asked."""
        lazy = self._every().with_columns(
            pl.col("date_of_service").dt.truncate("1mo").cast(pl.String).alias("month")
        )
        if self.since is not None:
            lazy = lazy.filter(pl.col("date_of_service") >= self.since)
        if self.until is not None:
            lazy = lazy.filter(pl.col("date_of_service") <= self.until)
        for name, value in (where or {}).items():
            if name not in {*BY, "severity"}:
                raise BadInput(f"Findings are not told apart by {name}.")
            lazy = lazy.filter(
                pl.col(name).is_null() if value is None else pl.col(name).cast(pl.String) == value
            )
        return lazy

    def count(self, where: Mapping[str, str | None] | None = None) -> int:
        """How many findings there are."""
        return int(self.findings(where).select(pl.len()).collect().item())

    def page(
        self, where: Mapping[str, str | None], start: int, rows: int
    ) -> Sequence[Mapping[str, Any]]:
        """Some findings, in the order of the run."""
        return self.findings(where).slice(start, rows).collect().to_dicts()

    def one(self, number: int) -> Mapping[str, Any] | None:
        """One finding by its number."""
        rows = self.findings().filter(pl.col("n") == number).collect().to_dicts()
        return rows[0] if rows else None

    @cached_property
    def totals(self) -> Mapping[str, int]:
        """Findings by severity."""
        counted = self.findings().group_by("severity").len().collect()
        return dict.fromkeys(SEVERITIES, 0) | dict(counted.iter_rows())

    @cached_property
    def stop_cents(self) -> int:
        """What stands on lines that a finding would stop, each line once."""
        if self.since is None and self.until is None:
            return int(self.summary["stop_cents"])
        stops = self.findings({"severity": "stop"}).filter(pl.col("amount_cents").is_not_null())
        key = ["patient", "date_of_service", "visit"]
        whole = (
            stops.filter(pl.col("line").is_null()).group_by(key).agg(pl.col("amount_cents").max())
        )
        alone = (
            stops.filter(pl.col("line").is_not_null())
            .join(whole, on=key, how="anti", nulls_equal=True)
            .unique([*key, "subject"])
        )
        sums = [
            each.select(pl.col("amount_cents").sum()).collect().item() for each in (whole, alone)
        ]
        return int(sum(sums))

    def by(self, name: str) -> list[dict[str, Any]]:
        """Findings and amounts by rule, payer, therapist, clinic or month, and severity."""
        if self.since is None and self.until is None:
            return list(self.summary["by"][name])
        return by_name(self._sums(), (name,))[name].to_dicts()

    def _sums(self) -> pl.LazyFrame:
        """The findings as sums of one each."""
        unknown = pl.col("amount_cents").is_null()
        return self.findings().with_columns(
            pl.lit(1, pl.Int64).alias("findings"), unknown.cast(pl.Int64).alias("without_amount")
        )

    def of_days(self, counts: Mapping[str, int]) -> Summary:
        """The summary of the days alone; coverage stays that of all lines that were judged.

        Args:
            counts: lines, visits and patients of these days. What was billed is not known of
                them, so that no share is told.
        """
        told = dict(self.summary)
        told["coverage"] = {
            rule: RuleCoverage(**each) for rule, each in self.summary["coverage"].items()
        }
        told |= {name: counts[name] for name in ("lines", "visits", "patients")}
        told |= {
            "billed_cents": 0,
            "stop_cents": self.stop_cents,
            "findings": dict(self.totals),
            "by": by_name(self._sums()),
        }
        return Summary(**told)

    def write(self, path: Path) -> None:
        """All findings as CSV or Parquet, as the name of the file says, in bounded memory.

        In CSV no text can run as a formula in a spreadsheet.
        """
        lazy = self.findings().drop("n", "part", "patient", "month")
        if path.suffix == ".parquet":
            lazy.sink_parquet(path)
            return
        texts = {name: pl.col(name).cast(pl.String) for name in _TEXTS}
        lazy.with_columns(
            pl.when(text.str.contains(FORMULA)).then(pl.lit("'") + text).otherwise(text).alias(name)
            for name, text in texts.items()
        ).sink_csv(path)


def _number(path: Path) -> int:
    """The number of the task that left a file; below zero is the second pass."""
    name = path.name.split(".", 1)[0]
    return int(name.removeprefix("part-")) if name.startswith("part-") else -1
