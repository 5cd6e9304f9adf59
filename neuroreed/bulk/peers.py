"""Units per visit-day and shares of codes by therapist and clinic, with limits for small numbers.

A visit-day is one patient on one date with one therapist. Two measures of a code and a group:

* ``share``: units of the code among all units of the group;
* ``per_day``: units of the code per visit-day on which it was billed.

Beside each stand funnel limits: where a group of this many visit-days would lie 95 or 99.8 times
in a hundred, were it like all groups together. They follow from the spread between visit-days
about the common figure, so that units of one day do not count as independent. Below ``FEW_DAYS``
a group is not placed at all. Groups come in the order of the alphabet; there is no ranking.

National figures come from a file that the user loads: "Medicare Physician & Other Practitioners,
by Provider and Service" of CMS. Its rows are read by the names of its public data dictionary:
Rndrng_Prvdr_Type, HCPCS_Cd, Tot_Srvcs and Tot_Bene_Day_Srvcs. Rows of fewer than eleven patients
are not in that file, and it knows Medicare's own patients only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import sqrt
from pathlib import Path

from neuroreed.bulk.distributions import normal_quantile
from neuroreed.bulk.sampling import read_rows
from neuroreed.model.errors import BadInput

FEW_DAYS = 30
WITHIN, ALERT, ALARM, FEW = "within", "outside 95 %", "outside 99.8 %", "too few"
Z95, Z998 = normal_quantile(0.975), normal_quantile(0.999)
COLUMNS = ("Rndrng_NPI", "Rndrng_Prvdr_Type", "HCPCS_Cd", "Tot_Srvcs", "Tot_Bene_Day_Srvcs")
THERAPISTS = (
    "Physical Therapist in Private Practice",
    "Occupational Therapist in Private Practice",
)
NATIONAL_CAUTION = (
    "National figures leave out every provider and code with fewer than eleven patients, hold "
    "Medicare's own patients only, and mix all kinds of patients: a difference is a question, "
    "not an answer."
)


@dataclass(frozen=True, slots=True)
class BilledUnits:
    """Units of one code on one visit-day."""

    therapist: str
    clinic: str
    patient: str
    date: str
    cpt: str
    units: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One figure of one group; ``limits`` are the outer funnel limits, ``None`` when too few."""

    group: str
    cpt: str
    visit_days: int
    figure: float | None
    common: float
    limits_95: tuple[float, float] | None
    limits_998: tuple[float, float] | None
    place: str


@dataclass(frozen=True, slots=True)
class National:
    """What the loaded file says of one code; ``per_day`` is units per patient-day."""

    cpt: str
    providers: int
    share: float
    per_day: float | None


@dataclass(frozen=True, slots=True)
class Peers:
    """A comparison: ``units_per_day`` of all codes together, then by code."""

    by: str
    units_per_day: tuple[Placed, ...]
    shares: tuple[Placed, ...]
    per_day: tuple[Placed, ...]
    national: tuple[National, ...]
    cautions: tuple[str, ...]


Day = tuple[str, str, str]  # therapist, patient, date


def _place(
    group: str, cpt: str, pairs: Sequence[tuple[int, int]], common: float, spread: float
) -> Placed:
    """Where a ratio of sums over visit-days lies.

    Args:
        pairs: numerator and denominator of each visit-day of the group.
        spread: standard deviation of ``numerator − common × denominator`` over all visit-days.
    """
    n, below = len(pairs), sum(x for _, x in pairs)
    figure = sum(y for y, _ in pairs) / below if below else None
    if n < FEW_DAYS or figure is None:
        return Placed(group, cpt, n, figure, common, None, None, FEW)
    error = spread * sqrt(n) / below
    limits = [(max(0.0, common - z * error), common + z * error) for z in (Z95, Z998)]
    place = WITHIN
    for name, (low, high) in zip((ALERT, ALARM), limits, strict=True):
        if not low <= figure <= high:
            place = name
    return Placed(group, cpt, n, figure, common, limits[0], limits[1], place)


def _figures(cpt: str, groups: dict[str, list[tuple[int, int]]]) -> list[Placed]:
    pairs = [pair for found in groups.values() for pair in found]
    below = sum(x for _, x in pairs)
    if not below:
        return []
    common = sum(y for y, _ in pairs) / below
    residuals = [y - common * x for y, x in pairs]
    spread = sqrt(sum(e * e for e in residuals) / max(1, len(residuals) - 1))
    return [_place(name, cpt, groups[name], common, spread) for name in sorted(groups)]


def compare(
    rows: Iterable[BilledUnits],
    *,
    by: str = "therapist",
    codes: Sequence[str] = (),
    national: Sequence[National] = (),
) -> Peers:
    """Compare therapists, or clinics, with all of them together.

    Args:
        codes: the codes to show; all that were billed when none is named.

    Raises:
        BadInput: nothing to compare, negative units, or another ``by``.
    """
    if by not in {"therapist", "clinic"}:
        raise BadInput("Compare by therapist or by clinic.")
    days: dict[str, dict[Day, dict[str, int]]] = {}
    for row in rows:
        if row.units < 0:
            raise BadInput("Units below zero cannot be compared.")
        name = row.therapist if by == "therapist" else row.clinic
        day = days.setdefault(name, {}).setdefault((row.therapist, row.patient, row.date), {})
        day[row.cpt] = day.get(row.cpt, 0) + row.units
    if not days:
        raise BadInput("There are no lines to compare.")
    every = {cpt for found in days.values() for day in found.values() for cpt in day}
    wanted = sorted(set(codes) or every)
    shares: list[Placed] = []
    per_day: list[Placed] = []
    for cpt in wanted:
        shares += _figures(
            cpt,
            {n: [(d.get(cpt, 0), sum(d.values())) for d in f.values()] for n, f in days.items()},
        )
        per_day += _figures(
            cpt, {n: [(d[cpt], 1) for d in f.values() if d.get(cpt)] for n, f in days.items()}
        )
    totals = {n: [(sum(d.values()), 1) for d in f.values()] for n, f in days.items()}
    return Peers(
        by=by,
        units_per_day=tuple(_figures("", totals)),
        shares=tuple(shares),
        per_day=tuple(per_day),
        national=tuple(one for one in national if one.cpt in wanted),
        cautions=_cautions(days, by, has_national=bool(national)),
    )


def _cautions(
    days: dict[str, dict[Day, dict[str, int]]], by: str, *, has_national: bool
) -> tuple[str, ...]:
    few = sum(len(found) < FEW_DAYS for found in days.values())
    said = [
        "A place outside the limits says that chance alone is an unlikely reason. It says nothing "
        "about what the patients needed."
    ]
    if few:
        said.append(f"{few} have fewer than {FEW_DAYS} visit-days and are not placed.")
    if len(days) < 5:
        said.append(f"With {len(days)} to compare, each one moves the common figure itself.")
    comparisons = len(days)
    said.append(
        f"Of {comparisons} compared ({by}), about one in twenty lies outside the 95 % limits "
        "by chance, and one in five hundred outside the 99.8 % limits."
    )
    if has_national:
        said.append(NATIONAL_CAUTION)
    return tuple(said)


def read_lines(path: Path) -> list[BilledUnits]:
    """Lines from a CSV file with columns therapist, clinic, patient, date, cpt and units.

    Raises:
        BadInput: a column that is not there, or units that are not a whole number.
    """
    rows, header = read_rows(path)
    wanted = ("therapist", "clinic", "patient", "date", "cpt", "units")
    if absent := [name for name in wanted if name not in header]:
        raise BadInput(f"{path.name} has no column {', '.join(absent)}.")
    found = []
    for number, row in enumerate(rows, 2):
        said = row["units"].strip()
        if not (said.isascii() and said.isdigit()):
            raise BadInput(f"{path.name}, row {number}, units: not a whole number.")
        values = {name: row[name].strip() for name in wanted if name != "units"}
        found.append(BilledUnits(**values, units=int(said)))
    return found


def _number(row: dict[str, str], name: str, place: str) -> Decimal | None:
    """A count of the national file; an empty one was held back there."""
    said = (row.get(name) or "").strip().replace(",", "")
    if not said:
        return None
    try:
        value = Decimal(said)
    except InvalidOperation:
        raise BadInput(f"{place}, {name}: not a number.") from None
    if not value.is_finite() or value < 0:
        raise BadInput(f"{place}, {name}: not a count.")
    return value


def read_national(
    path: Path, *, codes: Iterable[str], provider_types: Sequence[str] = THERAPISTS
) -> tuple[National, ...]:
    """Figures of the national file, read row by row.

    Shares are among ``codes``, so compare them with the same list. Rows with an empty count are
    left out: CMS holds them back.

    Raises:
        BadInput: another layout, or no row of these providers and codes.
    """
    wanted = set(codes)
    units = dict.fromkeys(wanted, Decimal(0))
    days = dict.fromkeys(wanted, Decimal(0))
    providers: dict[str, set[str]] = {cpt: set() for cpt in wanted}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            header = reader.fieldnames or []
            if absent := [name for name in COLUMNS if name not in header]:
                raise BadInput(
                    f"{path.name} has no column {', '.join(absent)}: load the file by provider and "
                    "service, as CMS publishes it."
                )
            for number, row in enumerate(reader, 2):
                cpt = row["HCPCS_Cd"]
                if cpt not in wanted or row["Rndrng_Prvdr_Type"] not in provider_types:
                    continue
                place = f"{path.name}, row {number}"
                services = _number(row, "Tot_Srvcs", place)
                patient_days = _number(row, "Tot_Bene_Day_Srvcs", place)
                if services is None or patient_days is None:
                    continue
                units[cpt] += services
                days[cpt] += patient_days
                providers[cpt].add(row["Rndrng_NPI"])
    except UnicodeDecodeError:
        raise BadInput(f"{path.name}: not a CSV file in UTF-8.") from None
    except csv.Error as error:
        raise BadInput(f"{path.name}: {error}.") from None
    total = sum(units.values())
    if not total:
        raise BadInput(f"{path.name} has no row of these providers and codes.")
    return tuple(
        National(
            cpt,
            len(providers[cpt]),
            float(units[cpt] / total),
            float(units[cpt] / days[cpt]) if days[cpt] else None,
        )
        for cpt in sorted(wanted)
    )
