"""Remote therapeutic monitoring: days with data and minutes, and what they would support.

This counts; it does not bill. The thresholds are data (``data/rtm.yaml``, rule CODES-7), and
their confidence travels with the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from neuroreed.model.errors import BadInput, NoParameter

SYSTEMS = ("musculoskeletal", "respiratory")


@dataclass(frozen=True, slots=True)
class Contact:
    """Minutes of management on one day; ``interactive`` is a live talk with the patient."""

    on: date
    minutes: int
    interactive: bool

    def __post_init__(self) -> None:
        if isinstance(self.minutes, bool) or not 0 <= self.minutes <= 1440:
            raise BadInput(f"Minutes of a contact are 0 to 1440, not {self.minutes!r}.")


@dataclass(frozen=True, slots=True)
class Supported:
    """One code that the counts would support, and how many units."""

    code: str
    units: int
    because: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """One code that the counts do not support yet, and what is missing."""

    code: str
    missing: str


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Counts of a 30-day period or a month, with what they would support."""

    starts_on: date
    ends_on: date
    count: int
    supported: tuple[Supported, ...]
    not_yet: tuple[NotYet, ...]
    source: str
    confidence: str


@cache
def _table() -> Mapping[str, Any]:
    data = resources.files("neuroreed.care").joinpath("data", "rtm.yaml")
    return dict(yaml.safe_load(data.read_text("utf-8")))


def _in_force(rows: Iterable[Mapping[str, Any]], on: date) -> list[Mapping[str, Any]]:
    return [
        row
        for row in rows
        if date.fromisoformat(row["from"]) <= on
        and (row["until"] is None or on <= date.fromisoformat(row["until"]))
    ]


def _checked(rows: list[Mapping[str, Any]], on: date) -> list[Mapping[str, Any]]:
    if not rows:
        raise NoParameter(
            "Remote monitoring thresholds", "CODES-7", on, "Add the code set of that year."
        )
    return rows


def supply(days: Iterable[date], *, starts_on: date, system: str = "musculoskeletal") -> Monitoring:
    """The supply code that the days with data of one 30-day period would support.

    Raises:
        BadInput: another system than those on file.
        NoParameter: no thresholds are on file for that date.
    """
    if system not in SYSTEMS:
        raise BadInput(f"Monitoring is of {' or '.join(SYSTEMS)}, not {system!r}.")
    meta = _table()["meta"]
    ends_on = starts_on + timedelta(days=meta["period_days"] - 1)
    count = len({day for day in days if starts_on <= day <= ends_on})
    rows = _checked(_in_force(_table()["supply"], starts_on), starts_on)
    supported, not_yet = [], []
    for row in sorted(rows, key=lambda row: row["days"][0]):
        (low, high), code = row["days"], row["codes"][system]
        if low <= count <= high:
            supported.append(
                Supported(code, 1, f"{count} days with data in 30 ({low} to {high} are asked).")
            )
        elif count < low:
            not_yet.append(
                NotYet(code, f"{low - count} more days with data by {ends_on.isoformat()}.")
            )
    return Monitoring(
        starts_on,
        ends_on,
        count,
        tuple(supported),
        tuple(not_yet),
        meta["source"],
        meta["confidence"],
    )


def management(contacts: Iterable[Contact], *, year: int, month: int) -> Monitoring:
    """The management codes that the minutes of one calendar month would support.

    Each further *full* 20 minutes adds one unit; nothing is rounded up. Without a live talk
    no code is supported, whatever the minutes.

    Raises:
        BadInput: a month that does not exist.
        NoParameter: no thresholds are on file for that month.
    """
    try:
        first = date(year, month, 1)
    except ValueError as error:
        raise BadInput(f"{year}-{month} is not a month.") from error
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    mine = [contact for contact in contacts if first <= contact.on <= last]
    minutes = sum(contact.minutes for contact in mine)
    live = any(contact.interactive and contact.minutes > 0 for contact in mine)
    rows = _checked(_in_force(_table()["management"], first), first)
    supported, not_yet = [], []
    for row in sorted(rows, key=lambda row: row["minutes"][0]):
        (low, high), code = row["minutes"], row["code"]
        if high is not None and minutes > high:
            continue
        missing = []
        if minutes < low:
            missing.append(f"{low - minutes} more minutes")
        if not live:
            missing.append("a live talk with the patient")
        if missing:
            not_yet.append(NotYet(code, f"{' and '.join(missing)} in this month."))
        else:
            supported.append(Supported(code, 1, f"{minutes} minutes in the month, one live talk."))
    added = _table()["added"]
    base = next((row for row in rows if row["minutes"][1] is None), None)
    if base is not None and _in_force([added], first):
        more = max(0, minutes - base["minutes"][0]) // added["minutes"]
        if live and more:
            supported.append(
                Supported(added["code"], more, f"{more} further full {added['minutes']} minutes.")
            )
        else:
            wanted = base["minutes"][0] + added["minutes"] - minutes
            short = [f"{wanted} more minutes"] if wanted > 0 else []
            short += [] if live else ["a live talk with the patient"]
            not_yet.append(NotYet(added["code"], f"{' and '.join(short)} in this month."))
    meta = _table()["meta"]
    return Monitoring(
        first, last, minutes, tuple(supported), tuple(not_yet), meta["source"], meta["confidence"]
    )


def setup(*, taught_on: date, days: Iterable[date], done_before: bool) -> Supported | NotYet:
    """Whether set-up and teaching (once per episode) would be supported.

    The set-up goes with monitoring: it waits for the first period that has enough days.
    """
    row = _table()["setup"]
    _checked(_in_force([row], taught_on), taught_on)
    if done_before:
        return NotYet(row["code"], "It was already used in this episode.")
    period = supply(days, starts_on=taught_on)
    if not period.supported:
        return NotYet(row["code"], f"Monitoring has only {period.count} days with data so far.")
    return Supported(row["code"], 1, f"Taught on {taught_on.isoformat()}; monitoring has begun.")
