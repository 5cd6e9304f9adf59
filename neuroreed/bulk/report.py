"""What a bulk run says: findings by rule, payer, therapist, clinic and month; coverage; money."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.audit.registry import Registry, registry
from neuroreed.bulk import put
from neuroreed.bulk.compile import coverage_of, plan_of
from neuroreed.bulk.door_columns import Layout
from neuroreed.bulk.plan_frames import KINDS, columns_behind, names_of
from neuroreed.bulk.texts import GROUP, csv_rows, json_rows, table_text
from neuroreed.model.columns import COLUMNS
from neuroreed.model.findings import RuleCoverage
from neuroreed.model.money import dollars

_COLUMN_NAMES: Final = ("value", "column", "refused", "rules", "rules_not_assessed", "meaning")
BY: Final = ("rule", "payer", "therapist", "clinic", "month")


@dataclass(slots=True)
class Summary:
    """Everything a run found, in numbers. Money is cents; shares of nothing are left out.

    ``by``: tables of name, severity, findings, amount_cents and without_amount.
    """

    lines: int
    visits: int
    patients: int
    left_out: int
    rejected: int
    billed_cents: int
    stop_cents: int
    rule_book: str
    was_sorted: bool
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    findings: dict[str, int]
    by: dict[str, pl.DataFrame]
    coverage: dict[str, RuleCoverage]
    columns: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return self._plain() | {"by": {by: table.to_dicts() for by, table in self.by.items()}}

    def _plain(self) -> dict[str, Any]:
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        return plain | {"coverage": {rule: asdict(own) for rule, own in self.coverage.items()}}

    def write(self, folder: Path) -> None:
        """The summary as JSON, CSV and HTML, ``columns.csv`` and ``rejects.csv``."""
        texts: dict[str, Callable[[], str]] = {
            "summary.json": self._json,
            "summary.csv": self._csv,
            "summary.html": self.html,
            "columns.csv": lambda: table_text(self.columns, _COLUMN_NAMES),
            "rejects.csv": lambda: table_text(self.rejects, ("file", "row", "column", "reason")),
        }
        with ThreadPoolExecutor(max_workers=2) as pool:
            for _ in pool.map(lambda name: put.text(folder / name, texts[name]()), texts):
                pass

    def _json(self) -> str:
        """JSON with one line for each entry: written indented, long summaries take seconds."""
        texts = {
            name: json.dumps(each, default=str)
            for name, each in self._plain().items()
            if name != "by"
        }
        # perhaps a hundred thousand rows: not as objects of Python
        by = (f'"{name}": {json_rows(table)}' for name, table in self.by.items())
        texts["by"] = f"{{{', '.join(by)}}}"
        lines = (f'"{each.name}": {texts[each.name]}' for each in fields(self))
        return "{\n" + ",\n".join(lines) + "\n}"

    def _csv(self) -> str:
        head = table_text([], ("by", *GROUP))
        return head + "".join(csv_rows(table, by) for by, table in self.by.items())

    def sentences(self) -> list[str]:
        """The run in a few sentences."""
        said = [
            f"{self.lines:,} lines, {self.visits:,} visits, {self.patients:,} patients; "
            f"rule book {self.rule_book}.",
            ", ".join(f"{count:,} {severity}" for severity, count in self.findings.items()) + ".",
        ]
        share = f" of ${dollars(self.billed_cents):,}" if self.billed_cents else ""
        said.append(
            f"${dollars(self.stop_cents):,}{share} stands on lines that a finding would stop."
        )
        if self.left_out:
            said.append(f"{self.left_out:,} rows have no patient or date and were left out.")
        if self.rejected:
            said.append(f"{self.rejected:,} values could not be read; see rejects.csv.")
        blind = [each.rule for each in self.coverage.values() if not each.assessed]
        if blind:
            said.append(f"{len(blind)} rules were assessed nowhere: {', '.join(blind)}.")
        if self.missing:
            said.append(f"Not in the file: {', '.join(self.missing)}.")
        return said

    def html(self) -> str:
        """One page without scripts; every text is escaped."""
        parts = [f"<p>{escape(each)}</p>" for each in self.sentences()]
        titles = {rule.id: rule.title for rule in registry().rules.values()}
        for by, table in self.by.items():
            if table.is_empty():
                continue
            body = []
            most = table["findings"].max()
            for row in table.head(200).to_dicts():
                name = str(row["name"] if row["name"] is not None else "not given")
                shown = f"{name} {titles.get(name, '')}" if by == "rule" else name
                body.append(
                    f"<tr><td>{escape(shown)}</td><td>{escape(str(row['severity']))}</td>"
                    f"<td>{row['findings']:,}</td><td>{_amount(row)}</td>"
                    f'<td><meter max="{most}" value="{row["findings"]}"></meter></td></tr>'
                )
            parts.append(
                f"<h2>By {by}</h2><table><tr><th>{by}</th><th>severity</th><th>findings</th>"
                f"<th>amount of the lines</th><th></th></tr>{''.join(body)}</table>"
            )
        body = []
        for each in self.coverage.values():
            why = ", ".join(f"{name}: {count:,}" for name, count in each.why_not.items())
            body.append(
                f"<tr><td>{escape(each.rule)}</td><td>{each.assessed:,}</td>"
                f"<td>{each.not_applicable:,}</td><td>{each.not_assessed:,}</td>"
                f"<td>{escape(why)}</td></tr>"
            )
        parts.append(
            "<h2>What was assessed</h2><table><tr><th>rule</th><th>assessed</th>"
            "<th>does not apply</th><th>not assessed</th><th>because these were unknown</th></tr>"
            f"{''.join(body)}</table>"
        )
        body = [
            "<tr>"
            + "".join(
                f"<td>{escape(str(row[name]))}</td>"
                for name in ("meaning", "column", "refused", "rules_not_assessed")
            )
            + "</tr>"
            for row in self.columns
        ]
        parts.append(
            "<h2>What was read</h2><table><tr><th>value</th><th>column</th><th>refused</th>"
            f"<th>rules that nothing was assessed of</th></tr>{''.join(body)}</table>"
        )
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Bulk audit</title><style>{_STYLE}</style></head><body><h1>Bulk audit</h1>"
            f"{''.join(parts)}</body></html>\n"
        )


_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
td,th{border:1px solid #8888;padding:.25rem .5rem;text-align:left;vertical-align:top}
"""


def _amount(row: dict[str, Any]) -> str:
    if row["without_amount"] == row["findings"]:
        return "not known"
    return f"${dollars(row['amount_cents']):,}"


def summarise(
    folder: Path,
    layout: Layout,
    was_sorted: bool,
    identity: dict[str, Any],
    using: Registry | None = None,
) -> Summary:
    """Add up what the tasks and the second pass left in the folder."""
    totals = dict.fromkeys(
        ("lines", "visits", "patients", "left_out", "rejected", "billed_cents", "stop_cents"), 0
    )
    counts: dict[str, Any] = {}
    rejects: list[dict[str, Any]] = []
    kept = [*sorted((folder / "parts").glob("*.json")), folder / "second.json"]
    for path in kept:
        part = json.loads(path.read_text(encoding="utf-8"))
        for name in totals:
            totals[name] += part.get(name, 0)
        for kind, table in part["counts"].items():
            counts[kind] = _add(counts.get(kind), np.array(table, np.int64))
        names = ("file", "row", "column", "reason")
        rejects += [dict(zip(names, each, strict=True)) for each in part.get("rejects", ())]
    coverage: dict[str, RuleCoverage] = {}
    for kind in KINDS:
        plan = plan_of(kind, using)
        table = counts[kind]
        # where no part had a line that could be judged there are fewer rows than rules
        wide = np.zeros((max(table.shape[0], len(plan.rules)), 32), np.int64)
        wide[: table.shape[0], : table.shape[1]] = table
        coverage |= coverage_of(plan, wide)
    order = (using or registry()).rules
    coverage = {rule: coverage[rule] for rule in order if rule in coverage}
    sums = pl.concat([*_sums(folder / "parts"), *_sums(folder)])
    severities = dict.fromkeys(("stop", "review", "advise"), 0)
    for severity, count in sums.group_by("severity").agg(pl.col("findings").sum()).iter_rows():
        severities[severity] = count
    return Summary(
        **totals,
        rule_book=identity["rule_book"],
        was_sorted=was_sorted,
        missing=layout.missing,
        unused=layout.unused,
        findings=severities,
        by=by_name(sums.lazy()),
        coverage=coverage,
        columns=_columns(layout, coverage, rejects, using or registry()),
        rejects=rejects,
    )


def _sums(folder: Path) -> Iterator[pl.DataFrame]:
    """What parts of a run added up; a run that an earlier version began has them as Parquet."""
    told: set[str] = set()
    for path in sorted(folder.glob("*.sums.*")):
        name = path.name.removesuffix(path.suffix)
        if name not in told and path.suffix in {".arrows", ".parquet"}:
            told.add(name)
            arrow = path.suffix == ".arrows"
            yield pl.read_ipc_stream(path) if arrow else pl.read_parquet(path, glob=False)


def _columns(
    layout: Layout,
    coverage: dict[str, RuleCoverage],
    rejects: list[dict[str, Any]],
    rules: Registry,
) -> list[dict[str, Any]]:
    """By value of ours: the column that holds it, values refused, the rules that look at it.

    A value that is missing or was refused names the rules that were assessed nowhere.
    """
    refused = Counter(each["column"] for each in rejects)
    wanted: dict[str, list[str]] = {}
    for rule in rules.rules.values():
        for name in columns_behind(rules, names_of(rule)) & COLUMNS.keys():
            wanted.setdefault(name, []).append(rule.id)
    return [
        {
            "value": name,
            "meaning": COLUMNS[name].means,
            "column": ", ".join(layout.found.get(name, ())),
            "refused": refused[name],
            "rules": " ".join(wanted.get(name, ())),
            "rules_not_assessed": " ".join(
                rule
                for rule in wanted.get(name, ())
                if not coverage[rule].assessed and (name in layout.missing or refused[name])
            ),
        }
        for name in (*layout.missing, *layout.found)
        if name in COLUMNS
    ]


def _add(one: Any, two: Any) -> Any:
    if one is None:
        return two
    wide = max(one.shape[1], two.shape[1])
    both = np.zeros((max(one.shape[0], two.shape[0]), wide), np.int64)
    both[: one.shape[0], : one.shape[1]] += one
    both[: two.shape[0], : two.shape[1]] += two
    return both


def by_name(sums: pl.LazyFrame, names: Sequence[str] = BY) -> dict[str, pl.DataFrame]:
    """Sums by one name and severity, the most findings first; nothing where nobody has a name."""
    tables = pl.collect_all(
        sums.group_by(pl.col(by).alias("name"), "severity")
        .agg(pl.col(GROUP[2:]).sum())
        .with_columns(pl.col("name").cast(pl.String))
        .sort(["findings", "name", "severity"], descending=[True, False, False])
        for by in names
    )
    return {
        by: table.clear() if by != "rule" and table["name"].null_count() == len(table) else table
        for by, table in zip(names, tables, strict=True)
    }
