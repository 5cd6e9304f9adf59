"""The clinic's own signed lines of a range of dates as files that a bulk run reads.

A line is judged with what came before it: the same patients' year and episodes are written too.
Ids only; no name stands in these files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from neuroreed.clinic import books
from neuroreed.clinic.models import Visit
from neuroreed.clinic.services import ledgers
from neuroreed.model.errors import BadInput

LINES, INTERVALS, CONTRACTS = "lines.csv", "intervals.csv", "contracts.csv"


def write(folder: Path, since: date, until: date) -> dict[str, int]:
    """Write the files and count what they hold.

    Raises:
        BadInput: no visit was signed in these days.
    """
    signed = Visit.objects.filter(state=Visit.State.SIGNED, date_of_service__lte=until)
    chosen = signed.filter(date_of_service__gte=since)
    patients = list(chosen.order_by().values_list("patient_id", flat=True).distinct())
    episodes = list(chosen.order_by().values_list("episode_id", flat=True).distinct())
    if not patients:
        raise BadInput("No visit was signed in these days: choose others.")
    related = signed.filter(patient_id__in=patients, date_of_service__year__gte=since.year)
    related = (related | signed.filter(episode_id__in=episodes)).distinct()
    visits = books.stored(related)
    visits.sort(key=lambda own: (own["patient_id"], own["date_of_service"], own["visit_id"]))
    lines, intervals = [], []
    for own in visits:
        top = {name: value for name, value in own.items() if not isinstance(value, list | dict)}
        lines += [top | dict(line) for line in own.get("lines", ())]
        identity = {
            name: top[name]
            for name in ("patient_id", "visit_id", "date_of_service", "discipline", "payer")
            if name in top
        }
        intervals += [identity | dict(each) for each in own.get("intervals", ())]
    _csv(folder / INTERVALS, intervals)
    _csv(
        folder / CONTRACTS,
        [
            {"payer": payer, "code": code, "amount": amount}
            for payer, amounts in ledgers.schedules().items()
            for code, amount in amounts.items()
        ],
        ("payer", "code", "amount"),
    )
    _csv(folder / LINES, lines)
    of_days = [row for row in lines if since.isoformat() <= str(row["date_of_service"])]
    return {
        "lines": len(of_days),
        "lines_before": len(lines) - len(of_days),
        "visits": chosen.count(),
        "patients": len(patients),
    }


def _csv(path: Path, rows: Iterable[Mapping[str, Any]], names: Sequence[str] = ()) -> None:
    rows = list(rows)
    columns = list(names or dict.fromkeys(name for row in rows for name in row))
    beside = path.with_name(f"{path.name}.part")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row.get(name)) for name in columns])
    beside.replace(path)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return "" if value is None else value
