"""Units and dollars of a run's visits: what the minutes support, and what the payer should pay.

One row per visit in ``measures.parquet``. Units follow the method of the visit's payer; money
follows the fee tables, or the amounts of a contract. What has no method, no minutes or no price
is counted with its reason and stays unknown: it is neither zero nor part of a sum.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from neuroreed.audit.attach import profile_of
from neuroreed.billing.fees import expected
from neuroreed.billing.timing import is_timed_15
from neuroreed.billing.units import units
from neuroreed.bulk.door_columns import Layout
from neuroreed.bulk.door_intervals import Part
from neuroreed.bulk.partitions import Task
from neuroreed.bulk.passes import visit_numbers
from neuroreed.model.columns import code_text
from neuroreed.model.errors import BadInput, NoParameter
from neuroreed.model.money import cents, dollars
from neuroreed.policy import codes

COLUMNS: Final = (
    *("code", "modifiers", "billed_units", "minutes", "charge_cents"),
    *("modifier_1", "modifier_2", "modifier_3", "modifier_4"),
)
SCHEMA: Final = {
    "patient": pl.Int64, "date_of_service": pl.Date, "discipline": pl.Int8, "payer": pl.String,
    "visit": pl.String, "lines": pl.Int32, "billed_units": pl.Int32, "supported_units": pl.Int32,
    "allowed_cents": pl.Int64, "payer_cents": pl.Int64, "supported_cents": pl.Int64,
    "unpriced_lines": pl.Int32,
}  # fmt: skip
_FILE: Final = "measures.parquet"
_MOST_UNITS: Final = 99


@dataclass(frozen=True, slots=True)
class Pricing:
    """Where lines are priced, and the dollars per unit of contracts by payer and code."""

    mac: str | None = None
    locality: str | None = None
    zip5: str | None = None
    contracts: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    participating: bool = True
    apm: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    code: str
    units: int | None
    minutes: int | None
    modifiers: tuple[str, ...]
    charge_cents: int | None


@dataclass(slots=True)
class _Visit:
    """Lines of one patient, date and discipline."""

    patient: int
    on: date
    discipline: int
    payer: str | None
    name: str | None
    lines: list[_Line]


def read_contracts(path: Path) -> dict[str, dict[str, Decimal]]:
    """Amounts of contracts from CSV with the columns payer, code and amount (dollars a unit).

    Raises:
        BadInput: a column that is not there, or an amount that is none; with its row.
    """
    found: dict[str, dict[str, Decimal]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        wanted = ("payer", "code", "amount")
        if absent := [name for name in wanted if name not in (reader.fieldnames or ())]:
            raise BadInput(f"{path.name} has no column {', '.join(absent)}.")
        for number, row in enumerate(reader, 2):
            payer, code, amount = ((row[name] or "").strip() for name in wanted)
            try:
                value = Decimal(amount)
            except InvalidOperation:
                value = Decimal("NaN")
            if not payer or not code or not value.is_finite() or value < 0:
                raise BadInput(f"{path.name}, row {number}: not a payer, a code and an amount.")
            found.setdefault(payer, {})[code.upper()] = value
    return found


def measure(folder: Path, parts: Iterator[tuple[Task, Part]], pricing: Pricing) -> None:
    """Write the measures of a run's parts into its folder."""
    rows: dict[str, list[Any]] = {name: [] for name in SCHEMA}
    why: Counter[str] = Counter()
    teller = _Teller(pricing)
    for _task, part in parts:
        for visits in _days(part):
            teller.tell(visits, rows, why)
    beside = folder / f"{_FILE}.part"
    pl.DataFrame(rows, schema=SCHEMA).write_parquet(beside)
    beside.replace(folder / _FILE)
    (folder / "unmeasured.json").write_text(json.dumps(dict(why.most_common())), encoding="utf-8")


def measured(folder: Path) -> tuple[pl.DataFrame, dict[str, int]] | None:
    """The measures of a run and the reasons of what was not measured; nothing when not asked."""
    if not (folder / _FILE).exists():
        return None
    why = json.loads((folder / "unmeasured.json").read_text(encoding="utf-8"))
    return pl.read_parquet(folder / _FILE), why


def columns_for(layout: Layout) -> tuple[str, ...]:
    """The columns to load."""
    return tuple(name for name in COLUMNS if name.startswith("modifier_") or name in layout.found)


def _days(part: Part) -> Iterator[list[_Visit]]:
    """The visits of each patient and date."""
    columns = {name: values.tolist() for name, values in part.columns.items()}
    size = len(part)
    nothing = [-1] * size
    texts = part.session_text.to_list()
    numbers = visit_numbers(part.columns).tolist()
    given = [columns.get(name, nothing) for name in ("code", "billed_units", "minutes",
             "charge_cents", *(f"modifier_{place}" for place in (1, 2, 3, 4)))]  # fmt: skip
    day: list[_Visit] = []
    last = None
    for row in range(size):
        patient, on = columns["patient"][row], columns["date_of_service"][row]
        if row == 0 or numbers[row] != numbers[row - 1]:
            if day and last != (patient, on):
                yield day
                day = []
            last = (patient, on)
            payer = columns["payer"][row]
            text = texts[row]
            day.append(
                _Visit(
                    patient,
                    date.fromordinal(on),
                    max(columns["discipline"][row], 0),
                    part.payers[payer] if payer >= 0 else None,
                    None if text is None else str(text).strip(),
                    [],
                )
            )
        code, billed, minutes, charge, *marks = (values[row] for values in given)
        day[-1].lines.append(
            _Line(
                code_text(code) if code > 0 else "",
                billed if billed >= 0 else None,
                minutes if minutes >= 0 else None,
                tuple(code_text(mark)[-2:] for mark in marks if mark > 0),
                charge if charge >= 0 else None,
            )
        )
    if day:
        yield day


class _Teller:
    """Units and money of visits; what was told once for the same lines is kept."""

    def __init__(self, pricing: Pricing) -> None:
        self._pricing = pricing
        self._paid = lru_cache(maxsize=2**16)(self._expected)

    def tell(self, day: list[_Visit], rows: dict[str, list[Any]], why: Counter[str]) -> None:
        for visit in day:
            supported, reason = supported_units(visit)
            if reason:
                why[reason] += 1
            others = tuple(
                _asked(line)
                for other in day
                if other is not visit and other.payer == visit.payer
                for line in other.lines
                if line.units
            )
            billed = [line for line in visit.lines if line.units != 0]
            amounts = self._money(visit, billed, others)
            if amounts[2]:
                why[amounts[2]] += 1
            by_minutes: tuple[int | None, int | None, str] = (None, None, "")
            if supported is not None and not amounts[2]:
                by_minutes = self._money(visit, _as_supported(billed, supported), others)
            row = (
                visit.patient, visit.on, visit.discipline, visit.payer, visit.name,
                len(visit.lines), _billed_units(visit),
                None if supported is None else sum(supported.values()),
                amounts[0], amounts[1], by_minutes[0], len(billed) if amounts[2] else 0,
            )  # fmt: skip
            for name, value in zip(SCHEMA, row, strict=True):
                rows[name].append(value)

    def _money(
        self, visit: _Visit, lines: list[_Line], others: tuple[Any, ...]
    ) -> tuple[int | None, int | None, str]:
        """Allowed cents, the payer's cents when nothing is left of the deductible, or why not."""
        if visit.payer is None:
            return None, None, "the payer is not known"
        if any(line.units is None or line.units > _MOST_UNITS or not line.code for line in lines):
            return None, None, "a code or its units are not known"
        if not lines:
            return 0, 0, ""
        asked = tuple(_asked(line) for line in lines)
        charges = tuple(line.charge_cents for line in lines)
        return self._paid(asked, charges, others, visit.on, visit.payer)

    def _expected(
        self,
        asked: tuple[Any, ...],
        charges: tuple[int | None, ...],
        others: tuple[Any, ...],
        on: date,
        payer: str,
    ) -> tuple[int | None, int | None, str]:
        profile = profile_of(payer, on)
        if profile is None:
            return None, None, "the payer has no profile"
        own = self._pricing.contracts.get(payer)
        try:
            paid = expected(
                asked,
                on=on,
                payer=profile.id,
                mac=self._pricing.mac,
                locality=self._pricing.locality,
                zip5=self._pricing.zip5,
                participating=self._pricing.participating,
                apm=self._pricing.apm,
                charges=[None if charge is None else dollars(charge) for charge in charges],
                same_day=others,
                schedule=own,
            )
        except (NoParameter, BadInput) as gap:
            return None, None, _reason(gap)
        if paid.allowed is None:
            because = next((line.because for line in paid.lines if line.because), "not priced")
            return None, None, because
        pays = None if paid.payer_pays is None else cents(paid.payer_pays)
        return cents(paid.allowed), pays, ""


def _reason(gap: Exception) -> str:
    """A gap without its date, so that the same gap is counted as one."""
    if isinstance(gap, NoParameter):
        return f"no {gap.name} for {gap.where}"
    return str(gap).rstrip(".")


def _asked(line: _Line) -> tuple[str, int, tuple[str, ...]]:
    return line.code, line.units or 0, line.modifiers


def _billed_units(visit: _Visit) -> int | None:
    timed = [line.units for line in visit.lines if _is_timed(line.code)]
    known = [each for each in timed if each is not None]
    return sum(known) if len(known) == len(timed) else None


def supported_units(visit: _Visit) -> tuple[dict[str, int] | None, str]:
    """Timed units by code that the minutes of a visit support, or why nobody can tell."""
    timed = [line for line in visit.lines if _is_timed(line.code)]
    if not timed:
        return {}, ""
    profile = profile_of(visit.payer, visit.on) if visit.payer else None
    if profile is None:
        return None, "units: the payer has no profile"
    if profile.unit_method is None:
        return None, "units: nobody has chosen how this payer counts them"
    minutes: list[tuple[str, int]] = []
    for line in timed:
        if line.minutes is None:
            return None, "units: minutes are not recorded"
        minutes.append((line.code, line.minutes))
    try:
        return dict(_units(tuple(minutes), profile.unit_method)), ""
    except BadInput:
        return None, "units: minutes that no day can hold"


@lru_cache(maxsize=2**12)
def _is_timed(code: str) -> bool:
    return codes.get(code) is not None and is_timed_15(code)


@lru_cache(maxsize=2**16)
def _units(minutes: tuple[tuple[str, int], ...], method: str) -> tuple[tuple[str, int], ...]:
    return tuple(units(minutes, method).units.items())


def _as_supported(lines: list[_Line], supported: Mapping[str, int]) -> list[_Line]:
    """The lines with the units that the minutes support; what they do not support is left out."""
    left = dict(supported)
    made = []
    for line in lines:
        if not _is_timed(line.code):
            made.append(line)
            continue
        count = left.pop(line.code, 0)
        if count:
            charge = line.charge_cents
            if charge is not None and line.units:
                charge = charge * count // line.units
            made.append(_Line(line.code, count, line.minutes, line.modifiers, charge))
    for code, count in left.items():
        if count:
            made.append(_Line(code, count, None, (), None))
    return made
