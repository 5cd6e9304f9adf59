"""Two runs over the same lines: what a changed rule book, policy or payer profile changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from neuroreed.model.errors import BadInput
from neuroreed.model.money import dollars

_KEY = ("rule", "subject")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What changes for one rule; amounts are of the lines of the findings, in cents."""

    rule: str
    before: int
    after: int
    appears: int
    goes: int
    other_severity: int
    appears_cents: int
    goes_cents: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one run to another over the same lines."""

    lines: int
    rule_books: tuple[str, str]
    stop_cents: tuple[int, int]
    rules: tuple[RuleChange, ...]

    def plain(self) -> dict[str, Any]:
        """The difference as JSON values."""
        return asdict(self)

    def sentences(self) -> list[str]:
        """The difference in a few sentences."""
        one, two = self.rule_books
        said = [f"{self.lines:,} lines under rule book {one}, then {two}."]
        if not self.rules:
            said.append("No finding appears, goes or changes its severity.")
        for each in self.rules:
            said.append(
                f"{each.rule}: {each.before:,} findings become {each.after:,}; "
                f"{each.appears:,} appear (${dollars(each.appears_cents):,}), "
                f"{each.goes:,} go (${dollars(each.goes_cents):,}), "
                f"{each.other_severity:,} change severity."
            )
        before, after = (f"${dollars(cents):,}" for cents in self.stop_cents)
        said.append(f"On lines that a finding would stop: {before}, then {after}.")
        return said


def difference(before: Path, after: Path) -> Difference:
    """Compare the findings of two finished runs.

    Raises:
        BadInput: a run that is not finished or kept no findings, or runs over different lines.
    """
    runs = [_summary(before), _summary(after)]
    files = [
        json.loads((each / "run.json").read_text(encoding="utf-8")) for each in (before, after)
    ]
    if files[0]["files"] != files[1]["files"]:
        raise BadInput("The two runs are over different files.")
    one, two = _findings(before), _findings(after)
    joined = one.join(two, on=list(_KEY), how="full", coalesce=True, suffix="_after")
    gone = pl.col("severity_after").is_null()
    fresh = pl.col("severity").is_null()
    same = ~gone & ~fresh
    table = (
        joined.group_by("rule")
        .agg(
            (~fresh).sum().alias("before"),
            (~gone).sum().alias("after"),
            fresh.sum().alias("appears"),
            gone.sum().alias("goes"),
            (same & (pl.col("severity") != pl.col("severity_after"))).sum().alias("other_severity"),
            pl.col("amount_cents_after").filter(fresh).sum().alias("appears_cents"),
            pl.col("amount_cents").filter(gone).sum().alias("goes_cents"),
        )
        .filter(pl.any_horizontal(pl.col("appears", "goes", "other_severity") > 0))
        .sort("rule")
    )
    return Difference(
        runs[0]["lines"],
        (runs[0]["rule_book"], runs[1]["rule_book"]),
        (runs[0]["stop_cents"], runs[1]["stop_cents"]),
        tuple(RuleChange(**row) for row in table.to_dicts()),
    )


def _summary(folder: Path) -> dict[str, Any]:
    path = folder / "summary.json"
    if not path.exists():
        raise BadInput(f"{folder.name}: holds no finished run.")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _findings(folder: Path) -> pl.DataFrame:
    files = sorted((folder / "parts").glob("*.findings.parquet"))
    if not files:
        raise BadInput(f"{folder.name}: was run without findings.")
    second = folder / "second.findings.parquet"
    every = [*files, second] if second.exists() else files
    columns = ["rule", "subject", "severity", "amount_cents"]
    table = pl.scan_parquet(every, glob=False).select(columns).collect()
    return table.unique(_KEY)
