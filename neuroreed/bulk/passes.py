"""One part through the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from neuroreed.audit.registry import Registry
from neuroreed.bulk.compile import Answers, Columns, Kernel
from neuroreed.bulk.day_rows import Visits, day_rows, visits_in
from neuroreed.bulk.door_columns import typed
from neuroreed.bulk.door_intervals import Part
from neuroreed.bulk.interpreted import interpreted_kernel
from neuroreed.bulk.loops import loops
from neuroreed.bulk.plan_frames import DAYS, LINES, PATIENTS, SEVERITIES, THERAPISTS
from neuroreed.bulk.room import Room
from neuroreed.bulk.tables import GrowingTables, PolicyTables
from neuroreed.model.columns import DISCIPLINES, UNKNOWN, day_text
from neuroreed.model.findings import Scope

Array = np.ndarray[Any, Any]
_DISCIPLINE_NAME: Final = {number: name for name, number in DISCIPLINES.items()}
FINDING: Final = {
    "rule": pl.String, "severity": pl.String, "lowered": pl.Int8, "subject": pl.String,
    "visit": pl.String, "line": pl.Int32, "date_of_service": pl.Date, "payer": pl.String,
    "therapist": pl.String, "clinic": pl.String, "patient": pl.Int64, "amount_cents": pl.Int64,
}  # fmt: skip


class Kernels:
    """The four kernels of one thread, compiled or as they stand."""

    def __init__(self, using: Registry | None = None, *, interpreted: bool = False) -> None:
        make = interpreted_kernel if interpreted else Kernel
        self.lines, self.days = make(LINES, using), make(DAYS, using)
        self.therapists, self.patients = make(THERAPISTS, using), make(PATIENTS, using)
        self.room = Room()

    @property
    def columns(self) -> set[str]:
        """All given columns that some kernel looks at."""
        plans = [k.plan for k in (self.lines, self.days, self.therapists, self.patients)]
        return {name for plan in plans for name in plan.columns if name not in plan.takes}


@dataclass(slots=True)
class PartResult:
    """What one part gave: findings, counts by kernel, and rows for the second pass.

    ``names`` are those of the visits, where they are more than numbers beside ``days``.
    """

    findings: pl.DataFrame
    counts: dict[str, Array]
    days: dict[str, Array]
    times: pl.DataFrame
    names: pl.Series | None
    stop_cents: int
    lines: int
    visits: int
    patients: int
    billed_cents: int


def visit_numbers(columns: Columns) -> Array:
    """The visit of each line: a run of one patient, date and discipline."""
    numbers = np.empty(len(columns["patient"]), np.int64)
    keys = (columns[name] for name in ("patient", "date_of_service", "discipline"))
    loops(len(numbers)).number_runs(*keys, numbers)
    return numbers


def tables_for(part: Part, tables: GrowingTables) -> PolicyTables:
    """Policy look-ups for a part, with its payers renumbered as the look-ups number them."""
    columns = part.columns
    days = columns["date_of_service"]
    policy = tables.covering(part.payers, part.codes, part.marks, int(days.min()), int(days.max()))
    if policy.payers != part.payers:
        places = [policy.payers.index(name) for name in part.payers] or [0]
        for table in (columns, part.intervals):
            if "payer" in table:
                table["payer"] = _renumbered(table["payer"], np.array(places))
    part.payers = policy.payers
    return policy


def _renumbered(payers: Array, places: Array) -> Array:
    unknown = payers < 0
    renumbered = places[np.where(unknown, 0, payers)].astype(payers.dtype)
    return np.where(unknown, payers, renumbered).astype(payers.dtype)


def run_part(part: Part, kernels: Kernels, tables: GrowingTables) -> PartResult:
    """Audit a part; what needs the therapist's whole day is handed on.

    What is handed on stands until the same kernels see the next part.
    """
    if not len(part):
        return _nothing(part, kernels)
    policy = tables_for(part, tables)
    visits = visits_in(part.columns, kernels.days.plan, kernels.room)
    answers = kernels.lines.run(part.columns, policy, of_one_session=visits.of_one_session)
    of_interval = _visit_of_intervals(part, visits.starts)
    labels = _Labels(part, visits, of_interval)
    findings, stop_cents = _line_findings(part, answers, visits, labels)
    counts = {LINES: answers.coverage}
    times, found, counts[PATIENTS] = _patient_times(part, kernels, policy, of_interval, labels)
    findings = pl.concat([findings, found]).unique(["rule", "subject"], maintain_order=True)
    days = day_rows(part.columns, answers.handed, visits, kernels.days.plan, kernels.room)
    numbers = labels.numbers()
    if numbers is not None:
        days["name"] = numbers
    return PartResult(
        findings,
        counts,
        days,
        times,
        labels.all() if numbers is None else None,
        stop_cents,
        len(part),
        len(visits.starts),
        visits.patients,
        visits.billed_cents,
    )


def _nothing(part: Part, kernels: Kernels) -> PartResult:
    empty = pl.DataFrame(schema=FINDING)
    counts = {kind: np.zeros((1, 1), np.int64) for kind in (LINES, PATIENTS)}
    return PartResult(empty, counts, {}, pl.DataFrame(), None, 0, 0, 0, 0, 0)


class _Labels:
    """Ids of visits and lines as findings name them; made for the lines that need them."""

    def __init__(self, part: Part, visits: Visits, of_interval: Array) -> None:
        self.part, self.visits, self.starts = part, visits, visits.starts
        self.named: dict[int, str] = {}
        self._special(of_interval)

    def texts(self, rows: Array | None = None) -> pl.Series:
        """What the session of each row is called; a nameless one by the row its visit begins."""
        given = self.part.session_text
        given = given if rows is None else given.gather(rows)
        text = given.cast(pl.String)
        nameless = text.is_null()
        if not given.dtype.is_integer():
            text = text.str.strip_chars()
            nameless = (nameless | (text == "")).fill_null(True)
        if nameless.any():
            of = self.visits.numbers() if rows is None else self.visits.of(rows)
            begins, names = self.starts[of], self.part.nameless
            own = "row " + pl.Series(self.part.order[begins] + 1).cast(pl.String)
            text = text.set(nameless, None)
            text = text.fill_null(own if names is None else names.gather(begins))
        return text

    def _special(self, of_interval: Array) -> None:
        """Visits of several sessions, sessions that reach into other visits, visits without lines.

        Their names are put together as for a single book; all others bear their session's.
        """
        columns = self.part.columns
        plain = self.visits.of_one_session and not len(of_interval)
        if plain and not self.visits.rise:
            sessions = pl.Series(columns["session"][self.starts])
            plain = sessions.n_unique() == len(sessions)
        if plain:
            return  # one session in each visit, one visit of each session: the common case
        text = self.texts()
        disciplines = columns["discipline"].astype(np.int64)
        table = pl.DataFrame(
            {
                "p": columns["patient"],
                "t": text,
                "v": self.visits.numbers(),
                "d": columns["date_of_service"].astype(np.int64),
                "kind": np.where(disciplines < 0, UNKNOWN, disciplines),
            }
        )
        if len(of_interval):
            own = self.part.intervals
            more = pl.DataFrame(
                {
                    "p": own["patient"],
                    "t": self.part.interval_text,
                    "v": of_interval,
                    "d": own["date_of_service"],
                    "kind": own["discipline"],
                }
            )
            table = pl.concat([table, more])
        # most visits are one session of their own: look for the others without leaving columns
        order = table.select(
            (pl.col("v").min().over("p", "t") != pl.col("v").max().over("p", "t")).alias("reaches"),
            (pl.col("t").min().over("v") != pl.col("t").max().over("v")).alias("several"),
        )
        special = order["reaches"] | order["several"] | (table["v"] >= len(self.starts))
        if not special.any():
            return
        wanted = table.filter(special)["v"].unique()
        rows = table.filter(pl.col("v").is_in(wanted.to_list())).unique(["p", "t", "v"])
        parts: dict[tuple[int, str], set[tuple[int, int]]] = {}
        for p, t, _, d, kind in rows.iter_rows():
            parts.setdefault((p, t), set()).add((d, kind))
        texts: dict[int, list[tuple[str, str]]] = {}
        for p, t, v, d, kind in rows.iter_rows():
            others, name = parts[p, t], t
            if len({other for other, _ in others}) > 1:
                name += f" {day_text(d)}"
            if len([1 for other, _ in others if other == d]) > 1:
                name += f" {_DISCIPLINE_NAME.get(kind, '?')}"
            texts.setdefault(v, []).append((t, name))
        for v, names in texts.items():
            self.named[v] = "+".join(name for _, name in sorted(names))

    def numbers(self) -> Array | None:
        """The names of all visits with lines, where they are whole numbers."""
        given = self.part.session_text
        if not given.dtype.is_integer() or given.null_count() or self.named:
            return None
        numbers = given.to_numpy()[self.starts]
        small = len(numbers) and numbers.min() >= -(2**31) and numbers.max() < 2**31
        return numbers.astype(np.int32) if small else numbers

    def all(self) -> pl.Series:
        """The names of all visits with lines."""
        return self.visit(np.arange(len(self.starts)))

    def visit(self, numbers: Array) -> pl.Series:
        """The names of visits."""
        places = np.where(numbers < len(self.starts), numbers, 0)
        names = self.texts(self.starts[places])
        if not self.named:
            return names
        special = np.isin(numbers, np.array(list(self.named)))
        if not special.any():
            return names
        listed = names.to_list()
        for place in np.flatnonzero(special):
            listed[place] = self.named[int(numbers[place])]
        return pl.Series(listed, dtype=pl.String)


def _line_findings(
    part: Part, answers: Answers, visits: Visits, labels: _Labels
) -> tuple[pl.DataFrame, int]:
    """Findings of the line kernel as a table, and the cents of the lines that they would stop."""
    rows, of = answers.rows, visits.of(answers.rows)
    scopes = np.array([rule.scope is Scope.LINE for rule in answers.plan.rules] or [True])
    by_line = scopes[answers.rules]
    amount = visits.cents(part.columns, rows, rows + 1, UNKNOWN)
    begins, ends = visits.bounds(of[~by_line])
    amount[~by_line] = visits.cents(part.columns, begins, ends, 0)
    stops = answers.severities == 0
    whole = _distinct(of[stops & ~by_line])
    inside = np.searchsorted(whole, of, "right") > np.searchsorted(whole, of, "left")
    single = _distinct(rows[stops & by_line & ~inside])
    stop_cents = visits.cents(part.columns, *visits.bounds(whole), 0).sum()
    stop_cents += visits.cents(part.columns, single, single + 1, 0).sum()
    names = labels.visit(of)
    line = part.columns["line"][rows].astype(np.int32)
    subject = names.clone()
    if by_line.any():
        texts = labels.texts(rows[by_line]) + "/" + pl.Series(line[by_line]).cast(pl.String)
        subject = subject.scatter(np.flatnonzero(by_line), texts)
    line = np.where(by_line, line, -1)
    return _table(part, answers, rows, subject, names, line, amount), int(stop_cents)


def _distinct(numbers: Array) -> Array:
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]


def _table(
    part: Part, answers: Answers, rows: Array, subject: pl.Series, names: pl.Series, line: Array,
    amount: Array,
) -> pl.DataFrame:  # fmt: skip
    ids = [rule.id for rule in answers.plan.rules]
    payers = pl.Series([*part.payers, None], dtype=pl.String)
    payer = part.columns["payer"][rows]
    therapists, clinics = part.therapist_text, part.clinic
    nobody = pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    days = part.columns["date_of_service"][rows].astype(np.int32) - 719_163
    return pl.DataFrame(
        {
            "rule": pl.Series(ids, dtype=pl.String)[answers.rules.astype(np.int64)],
            "severity": pl.Series([str(each) for each in SEVERITIES])[
                answers.severities.astype(np.int64)
            ],
            "lowered": answers.lowered,
            "subject": subject,
            "visit": names,
            "line": pl.Series(line.astype(np.int32)).set(pl.Series(line < 0), None),
            "date_of_service": pl.Series(days).cast(pl.Date),
            "payer": payers[np.where(payer < 0, len(part.payers), payer).astype(np.int64)],
            "therapist": nobody if therapists is None else therapists[rows].cast(pl.String),
            "clinic": nobody if clinics is None else clinics[rows].cast(pl.String),
            "patient": part.columns["patient"][rows],
            "amount_cents": pl.Series(amount).set(pl.Series(amount == UNKNOWN), None),
        },
        schema=FINDING,
    )


def _patient_times(
    part: Part, kernels: Kernels, policy: PolicyTables, visit: Array, labels: _Labels
) -> tuple[pl.DataFrame, pl.DataFrame, Array]:
    """Intervals of patients judged; and as rows for the second pass."""
    table = part.intervals
    empty = pl.DataFrame(schema=FINDING)
    if not table or not len(table["patient"]):
        rules = max(len(kernels.patients.plan.rules), 1)
        return pl.DataFrame(), empty, np.zeros((rules, 1), np.int64)
    table = {**table, "visit": visit}
    last_first = (
        *("is_group", "is_one_on_one", "visit", "end_minute", "start_minute"),
        *("date_of_service", "patient"),
    )
    order = np.lexsort([table[name] for name in last_first])
    table = {name: values[order] for name, values in table.items()}
    columns = {
        name: typed(name, table[name])
        for name in ("patient", "date_of_service", "discipline", "payer", "therapist",
                     "start_minute", "end_minute", "is_one_on_one", "is_group", "clocked_minutes")
    }  # fmt: skip
    answers = kernels.patients.run(columns, policy)
    names = labels.visit(table["visit"])
    found = interval_findings(answers, columns, names.gather(answers.rows), part.payers)
    assert part.interval_patient is not None
    times = pl.DataFrame({**columns, "visit": names, "who": part.interval_patient.gather(order)})
    if policy.payers:
        payers = pl.Series([*policy.payers, None], dtype=pl.String)
        numbers = table["payer"]
        times = times.with_columns(
            payers[np.where(numbers < 0, len(policy.payers), numbers)].alias("payer")
        )
    else:
        times = times.with_columns(pl.lit(None, pl.String).alias("payer"))
    return times, found, answers.coverage


def _visit_of_intervals(part: Part, starts: Array) -> Array:
    """The visit of each interval: its patient, date and discipline; new ones without lines."""
    table = part.intervals
    if not table:
        return np.empty(0, np.int64)
    keys = ("patient", "date_of_service", "discipline")
    disciplines = part.columns["discipline"].astype(np.int64)
    disciplines = np.where(disciplines < 0, UNKNOWN, disciplines)
    known = pl.DataFrame(
        {
            "patient": part.columns["patient"][starts],
            "date_of_service": part.columns["date_of_service"][starts].astype(np.int64),
            "discipline": disciplines[starts],
            "visit": np.arange(len(starts)),
        }
    )
    given = pl.DataFrame({key: table[key] for key in keys})
    fresh = given.unique(maintain_order=True).join(known, on=list(keys), how="anti")
    fresh = fresh.with_columns(pl.arange(len(starts), len(starts) + len(fresh)).alias("visit"))
    every = pl.concat([known, fresh])
    joined = given.join(every, on=list(keys), how="left", maintain_order="left")
    return joined["visit"].to_numpy().astype(np.int64)


def interval_findings(
    answers: Answers, columns: Columns, names: pl.Series, payers: tuple[str, ...]
) -> pl.DataFrame:
    """Findings on intervals or days; a subject is named once per rule.

    ``names`` are those of the findings, in their order.
    """
    rows = answers.rows
    ids = [rule.id for rule in answers.plan.rules]
    payer = columns["payer"][rows]
    listed = pl.Series([*payers, None], dtype=pl.String)
    days = columns["date_of_service"][rows].astype(np.int32) - 719_163
    nobody = pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
    found = pl.DataFrame(
        {
            "rule": pl.Series(ids, dtype=pl.String)[answers.rules.astype(np.int64)],
            "severity": pl.Series([str(each) for each in SEVERITIES])[
                answers.severities.astype(np.int64)
            ],
            "lowered": answers.lowered,
            "subject": names,
            "visit": names,
            "line": pl.Series([None], dtype=pl.Int32).new_from_index(0, len(rows)),
            "date_of_service": pl.Series(days).cast(pl.Date),
            "payer": listed[np.where(payer < 0, len(payers), payer).astype(np.int64)],
            "therapist": nobody,
            "clinic": nobody,
            "patient": pl.Series([None], dtype=pl.Int64).new_from_index(0, len(rows)),
            "amount_cents": pl.Series([None], dtype=pl.Int64).new_from_index(0, len(rows)),
        },
        schema=FINDING,
    )
    return found.unique(["rule", "subject"], maintain_order=True)
