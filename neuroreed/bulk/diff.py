"""Two runs over the same lines: what a changed rule book, policy or payer profile changes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from neuroreed.bulk.measure import measured
from neuroreed.bulk.results import Results
from neuroreed.bulk.texts import table_text
from neuroreed.model.errors import BadInput
from neuroreed.model.money import dollars

_KEY: Final = ("rule", "subject", "patient", "date_of_service")
_SHOWN: Final = ("severity", "payer", "visit", "line", "amount_cents")
_VISIT: Final = ("patient", "date_of_service", "discipline")
_PAIRS: Final = {
    *("supported", "visits_without_units", "unpriced_lines"),
    *("allowed_cents", "payer_cents", "by_minutes_cents"),
}
APPEARS, GOES, OTHER = "appears", "goes", "other severity"


@dataclass(frozen=True, slots=True)
class Change:
    """What changes for one rule, payer or month; amounts are of the lines of the findings."""

    name: str
    before: int
    after: int
    appears: int
    goes: int
    other_severity: int
    appears_cents: int
    goes_cents: int

    @property
    def rule(self) -> str:
        """The name, where it is a rule's."""
        return self.name


@dataclass(frozen=True, slots=True)
class Measured:
    """Units and dollars of the visits of one payer or month, before and after.

    Sums are over visits that could be told in both runs; the others are counted, and where
    there is none the sum is ``None``.
    ``supported`` are timed units that the minutes support under the payer's method;
    ``allowed`` and ``payer`` are cents expected for the lines as billed, ``by_minutes`` for the
    units that the minutes support.
    """

    name: str
    visits: int
    billed_units: int
    supported: tuple[int, int] | None
    visits_with_other_units: int
    visits_without_units: tuple[int, int]
    allowed_cents: tuple[int, int] | None
    payer_cents: tuple[int, int] | None
    by_minutes_cents: tuple[int, int] | None
    lines: int
    unpriced_lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes from one run to another over the same lines."""

    lines: int
    rule_books: tuple[str, str]
    stop_cents: tuple[int, int]
    rules: tuple[Change, ...]
    payers: tuple[Change, ...] = ()
    months: tuple[Change, ...] = ()
    measured: tuple[Measured, ...] = ()
    measured_by_payer: tuple[Measured, ...] = ()
    measured_by_month: tuple[Measured, ...] = ()
    why_not: dict[str, dict[str, int]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """The difference as JSON values."""
        return asdict(self)

    def csv(self) -> str:
        """The changes as a table, one row for each rule, payer and month."""
        rows = []
        for by, changes in (("rule", self.rules), ("payer", self.payers), ("month", self.months)):
            rows += [{"by": by, **asdict(each)} for each in changes]
        for by, group in (
            ("all", self.measured),
            ("payer", self.measured_by_payer),
            ("month", self.measured_by_month),
        ):
            for one in group:
                row: dict[str, Any] = {"by": f"units and dollars, {by}"}
                for name, value in asdict(one).items():
                    if name in _PAIRS:
                        row[f"{name}_before"], row[f"{name}_after"] = value or (None, None)
                    else:
                        row[name] = value
                rows.append(row)
        names = list(dict.fromkeys(name for row in rows for name in row)) or ["by", "name"]
        return table_text(rows, tuple(names))

    def sentences(self) -> list[str]:
        """The difference in a few sentences."""
        one, two = self.rule_books
        said = [f"{self.lines:,} lines under rule book {one}, then {two}."]
        if not self.rules:
            said.append("No finding appears, goes or changes its severity.")
        said += [f"{each.name}: {_changed(each)}" for each in self.rules]
        before, after = (f"${dollars(cents):,}" for cents in self.stop_cents)
        said.append(f"On lines that a finding would stop: {before}, then {after}.")
        if len(self.payers) > 1:
            said += [f"Payer {each.name}: {_changed(each)}" for each in self.payers]
        if len(self.months) > 1:
            said += [f"{each.name[:7]}: {_changed(each)}" for each in self.months]
        for total in self.measured:
            said += _measured(total)
        for when, reasons in self.why_not.items():
            for reason, count in reasons.items():
                said.append(f"Not measured {when}, {_visits(count)}: {reason}.")
        return said


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count:,} visits"


def _changed(each: Change) -> str:
    return (
        f"{each.before:,} findings become {each.after:,}; "
        f"{each.appears:,} appear (${dollars(each.appears_cents):,}), "
        f"{each.goes:,} go (${dollars(each.goes_cents):,}), "
        f"{each.other_severity:,} change severity."
    )


def _measured(total: Measured) -> list[str]:
    said = ["Timed units that the minutes support: nobody can tell for any visit."]
    if total.supported is not None:
        before, after = total.supported
        said = [
            f"Timed units that the minutes support: {before:,}, then {after:,}; "
            f"they differ in {_visits(total.visits_with_other_units)}; "
            f"{total.billed_units:,} were billed."
        ]
    for text, pair in (
        ("Expected to be allowed as billed", total.allowed_cents),
        ("Expected from the payer, nothing left of the deductible", total.payer_cents),
        ("Expected to be allowed for the units that the minutes support", total.by_minutes_cents),
    ):
        if pair is not None:
            old, new = (f"${dollars(cents):,}" for cents in pair)
            said.append(f"{text}: {old}, then {new}.")
    if total.allowed_cents is None:
        said.append("No visit could be priced in both runs.")
    if any(total.visits_without_units):
        old, new = total.visits_without_units
        said.append(f"Visits whose units nobody can tell: {old:,}, then {new:,}.")
    if any(total.unpriced_lines):
        old, new = total.unpriced_lines
        said.append(f"Lines without a price: {old:,}, then {new:,}, of {total.lines:,}.")
    return said


def difference(
    before: Path, after: Path, since: date | None = None, until: date | None = None
) -> Difference:
    """Compare two finished runs: findings, and units and dollars where both were measured.

    With ``since`` and ``until`` only dates of service between them are told.

    Raises:
        BadInput: a run that is not finished or kept no findings, or runs over different lines.
    """
    runs = [_summary(before), _summary(after)]
    files = [
        json.loads((each / "run.json").read_text(encoding="utf-8")) for each in (before, after)
    ]
    if files[0]["files"] != files[1]["files"]:
        raise BadInput("The two runs are over different files.")
    joined = changes(before, after, since, until, everything=True)
    said, payers, months = (_grouped(joined, by) for by in ("rule", "payer", "month"))
    measures: dict[str, tuple[Measured, ...]] = {}
    why: dict[str, dict[str, int]] = {}
    one, two = measured(before), measured(after)
    if one is not None and two is not None:
        both = _within(_both(one[0], two[0]), since, until)
        measures = {
            "measured": _measures(both, None),
            "measured_by_payer": _measures(both, "payer"),
            "measured_by_month": _measures(both, "month"),
        }
        why = {"before": one[1], "after": two[1]}
    stops = [Results(folder, since, until).stop_cents for folder in (before, after)]
    return Difference(
        runs[0]["lines"],
        (runs[0]["rule_book"], runs[1]["rule_book"]),
        (stops[0], stops[1]),
        said,
        payers,
        months,
        why_not=why,
        **measures,
    )


def _within(table: pl.DataFrame, since: date | None, until: date | None) -> pl.DataFrame:
    if since is not None:
        table = table.filter(pl.col("date_of_service") >= since)
    return table if until is None else table.filter(pl.col("date_of_service") <= until)


def changes(
    before: Path,
    after: Path,
    since: date | None = None,
    until: date | None = None,
    *,
    everything: bool = False,
) -> pl.DataFrame:
    """Findings that appear, go or change severity, one row each; all with ``everything``."""
    one, two = (_within(_findings(each), since, until) for each in (before, after))
    joined = one.join(
        two, on=list(_KEY), how="full", coalesce=True, suffix="_after", nulls_equal=True
    )
    is_here = pl.col("severity").is_not_null()
    stays = pl.col("severity_after").is_not_null()
    other = is_here & stays & (pl.col("severity") != pl.col("severity_after"))
    table = joined.with_columns(
        pl.when(~is_here)
        .then(pl.lit(APPEARS))
        .when(~stays)
        .then(pl.lit(GOES))
        .when(other)
        .then(pl.lit(OTHER))
        .otherwise(pl.lit(""))
        .alias("change"),
        # a payer that was renamed for the second run is the payer of the lines still
        pl.coalesce("payer", "payer_after").alias("payer"),
        pl.coalesce("visit", "visit_after").alias("visit"),
        pl.coalesce("line", "line_after").alias("line"),
        pl.col("date_of_service").dt.strftime("%Y-%m").alias("month"),
    ).sort("date_of_service", "rule", "subject")
    return table if everything else table.filter(pl.col("change") != "")


def _grouped(joined: pl.DataFrame, by: str) -> tuple[Change, ...]:
    def is_now(change: str) -> pl.Expr:
        return pl.col("change") == change

    table = (
        joined.group_by(pl.col(by).fill_null("not given").alias("name"))
        .agg(
            pl.col("severity").is_not_null().sum().alias("before"),
            pl.col("severity_after").is_not_null().sum().alias("after"),
            is_now(APPEARS).sum().alias("appears"),
            is_now(GOES).sum().alias("goes"),
            is_now(OTHER).sum().alias("other_severity"),
            pl.col("amount_cents_after").filter(is_now(APPEARS)).sum().alias("appears_cents"),
            pl.col("amount_cents").filter(is_now(GOES)).sum().alias("goes_cents"),
        )
        .filter(pl.any_horizontal(pl.col("appears", "goes", "other_severity") > 0))
        .sort("name")
    )
    return tuple(Change(**row) for row in table.to_dicts())


def _both(one: pl.DataFrame, two: pl.DataFrame) -> pl.DataFrame:
    """The measures of each visit, before and after."""
    joined = one.join(two.drop("lines"), on=list(_VISIT), how="inner", suffix="_after")
    if len(joined) != len(one) or len(one) != len(two):
        raise BadInput("The two runs measured different visits.")
    return joined.with_columns(pl.col("date_of_service").dt.strftime("%Y-%m").alias("month"))


def changed_visits(
    before: Path, after: Path, since: date | None = None, until: date | None = None
) -> pl.DataFrame:
    """Visits whose supported units or expected dollars change; empty where not measured."""
    one, two = measured(before), measured(after)
    if one is None or two is None:
        return pl.DataFrame()
    names = ("supported_units", "allowed_cents", "payer_cents")
    return (
        _within(_both(one[0], two[0]), since, until)
        .filter(
            pl.any_horizontal([pl.col(name).ne_missing(pl.col(f"{name}_after")) for name in names])
        )
        .sort("date_of_service", "patient")
    )


def _measures(both: pl.DataFrame, by: str | None) -> tuple[Measured, ...]:
    def in_both(name: str) -> pl.Expr:
        return pl.col(name).is_not_null() & pl.col(f"{name}_after").is_not_null()

    def sums(name: str) -> list[pl.Expr]:
        told = in_both(name)
        return [
            pl.when(told.any()).then(pl.col(each).filter(told).sum()).alias(each)
            for each in (name, f"{name}_after")
        ]

    told = in_both("supported_units")
    key = pl.lit("all") if by is None else pl.col(by).fill_null("not given")
    table = (
        both.group_by(key.alias("name"))
        .agg(
            pl.len().alias("visits"),
            pl.col("billed_units").filter(told).sum(),
            (told & (pl.col("supported_units") != pl.col("supported_units_after")))
            .sum()
            .alias("others"),
            pl.col("supported_units").is_null().sum().alias("without"),
            pl.col("supported_units_after").is_null().sum().alias("without_after"),
            pl.col("lines").sum(),
            pl.col("unpriced_lines").sum(),
            pl.col("unpriced_lines_after").sum(),
            *sums("supported_units"),
            *sums("allowed_cents"),
            *sums("payer_cents"),
            *sums("supported_cents"),
        )
        .sort("name")
    )

    def both_of(row: dict[str, Any], name: str) -> tuple[int, int]:
        return row[name], row[f"{name}_after"]

    def pair(row: dict[str, Any], name: str) -> tuple[int, int] | None:
        return None if row[name] is None else both_of(row, name)

    return tuple(
        Measured(
            row["name"],
            row["visits"],
            row["billed_units"],
            pair(row, "supported_units"),
            row["others"],
            both_of(row, "without"),
            pair(row, "allowed_cents"),
            pair(row, "payer_cents"),
            pair(row, "supported_cents"),
            row["lines"],
            both_of(row, "unpriced_lines"),
        )
        for row in table.to_dicts()
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
    table = pl.scan_parquet(every, glob=False).select([*_KEY, *_SHOWN]).collect()
    return table.unique(_KEY)
