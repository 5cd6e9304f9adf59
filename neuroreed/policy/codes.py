"""The therapy code set: code numbers with our own labels, how each is timed and listed.

Source: the code set of the rule book, held against PC/TC indicator 7 of the official RVU
file. Labels are ours; no licensed descriptor is shipped. Small tables for modifiers, places of
service, claim adjustment codes, taxonomies and HCPCS level II stand beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from neuroreed.model.errors import UnknownCode
from neuroreed.policy.tables import PACKAGE, read

# what stands in the table where nobody has read whether the code is on the telehealth list
NOT_READ: Final = "unknown"


@dataclass(frozen=True, slots=True)
class TherapyCode:
    """One procedure code of outpatient therapy.

    ``timing``: ``T15`` (each 15 minutes), ``untimed``, or a family with other units:
    ``T15_first`` ``T15_added`` ``T30_first`` ``T30_added`` ``T60_first`` ``T60_added``
    ``T120_first`` ``hour`` ``area_added`` ``episode`` ``period30`` ``month`` ``month_added``
    ``cumulative``. ``family`` is the code that an added code belongs to.
    ``listing``: ``always``, ``sometimes`` or ``payer``. ``medicare``: ``payable``, ``bundled``,
    ``invalid`` or ``not_covered``. ``required_modifier`` is the one discipline modifier the code
    may carry. ``since`` and ``until`` bound its dates of service, ``None`` where they lie outside
    our data. ``telehealth_since`` is the first day on the Medicare telehealth list, ``None`` for
    a code that is not on it, or of which nobody has read it: then not ``telehealth_is_told``.
    """

    cpt: str
    label: str
    timing: str
    family: str | None
    listing: str
    disciplines: frozenset[str]
    required_modifier: str | None
    medicare: str
    since: date | None
    until: date | None
    telehealth_since: date | None
    telehealth_is_told: bool
    confidence: str
    note: str

    @property
    def is_timed_15(self) -> bool:
        """Whether each unit is 15 one-on-one minutes that are pooled with other codes."""
        return self.timing == "T15"

    @property
    def is_evaluation(self) -> bool:
        """Whether the code is an evaluation or re-evaluation of PT or OT."""
        return self.required_modifier in ("GP", "GO")

    def exists(self, on: date) -> bool:
        """Whether the code may be used for a date of service."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Modifier:
    """One modifier in our own words; ``category`` groups those that answer one question."""

    code: str
    level: str
    meaning: str
    category: str


@dataclass(frozen=True, slots=True)
class PlaceOfService:
    """One place of service; ``setting`` is ``facility`` or ``non_facility``."""

    pos: str
    name: str
    setting: str


@dataclass(frozen=True, slots=True)
class AdjustmentCode:
    """One claim adjustment group (GROUP), reason (CARC) or remark (RARC) code.

    ``meaning`` and ``action`` are our own words, empty where we wrote none.
    """

    code_set: str
    code: str
    since: date | None
    until: date | None
    meaning: str
    action: str


@dataclass(frozen=True, slots=True)
class CoverageDocument:
    """A contractor's coverage text: ``kind`` is LCD or LCA. We hold identifiers only."""

    kind: str
    id: str
    title: str
    contractor: str
    since: date | None
    until: date | None
    evidence: str


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def _codes() -> dict[str, TherapyCode]:
    return {
        row["cpt"]: TherapyCode(
            cpt=row["cpt"],
            label=row["label"],
            timing=row["timing"],
            family=row["family"] or None,
            listing=row["listing"],
            disciplines=frozenset(row["disciplines"].split()),
            required_modifier=row["required_modifier"] or None,
            medicare=row["medicare"],
            since=_day(row["since"]),
            until=_day(row["until"]),
            telehealth_since=_day(row["telehealth_since"].replace(NOT_READ, "")),
            telehealth_is_told=row["telehealth_since"] != NOT_READ,
            confidence=row["confidence"],
            note=row["note"],
        )
        for row in read(PACKAGE / "codes/therapy_codes.csv")
    }


def get(cpt: str) -> TherapyCode | None:
    """The code whatever the date, or ``None`` when it is not of the therapy set."""
    return _codes().get(cpt)


def lookup(cpt: str, on: date | None = None) -> TherapyCode:
    """The code, valid on ``on`` when a date is given.

    Raises:
        UnknownCode: not in the therapy set, or not on that date.
    """
    code = _codes().get(cpt)
    if code is None:
        raise UnknownCode(cpt)
    if on is not None and not code.exists(on):
        if code.since is not None and on < code.since:
            raise UnknownCode(cpt, f"new on {code.since}, not valid on {on}")
        raise UnknownCode(cpt, f"ended on {code.until}, not valid on {on}")
    return code


def all_codes() -> tuple[TherapyCode, ...]:
    """The whole therapy set in order of code."""
    return tuple(_codes().values())


@cache
def modifiers() -> dict[str, Modifier]:
    """The modifiers of therapy claims, by code."""
    return {
        row["modifier"]: Modifier(row["modifier"], row["level"], row["meaning"], row["category"])
        for row in read(PACKAGE / "codes/modifiers.csv")
    }


@cache
def places_of_service() -> dict[str, PlaceOfService]:
    """The places of service, by two-digit number."""
    return {
        row["pos"]: PlaceOfService(row["pos"], row["name"], row["setting"])
        for row in read(PACKAGE / "codes/place_of_service.csv")
    }


@cache
def adjustments() -> dict[tuple[str, str], AdjustmentCode]:
    """Claim adjustment codes by code set (GROUP, CARC, RARC) and code."""
    words = {
        (row["code_set"], row["code"]): (row["meaning"], row["action"])
        for row in read(PACKAGE / "codes/adjustment_meanings.csv")
    }
    known = {
        (row["code_set"], row["code"]): (_day(row["start_date"]), _day(row["stop_date"]))
        for row in read(PACKAGE / "codes/adjustment_codes.csv")
    }
    return {
        key: AdjustmentCode(*key, *known.get(key, (None, None)), *words.get(key, ("", "")))
        for key in sorted(known.keys() | words.keys())
    }


@cache
def taxonomies() -> dict[str, tuple[str, str]]:
    """Provider taxonomy code to profession (our label) and specialization."""
    return {
        row["code"]: (row["profession"], row["specialization"])
        for row in read(PACKAGE / "codes/taxonomy.csv")
    }


@cache
def hcpcs_level2() -> dict[str, tuple[date | None, date | None]]:
    """HCPCS level II code to the days it was added and ended; state of July 2024."""
    return {
        row["hcpcs"]: (_day(row["added_on"]), _day(row["terminated_on"]))
        for row in read(PACKAGE / "codes/hcpcs_level2.csv")
    }


@cache
def coverage_documents() -> tuple[CoverageDocument, ...]:
    """Contractors' coverage texts on therapy; their lists of diagnoses were not obtainable."""
    return tuple(
        CoverageDocument(
            row["kind"],
            row["id"],
            row["title"],
            row["contractor"],
            _day(row["revision_effective"] or row["original_effective"]),
            _day(row["revision_ended"]),
            row["evidence"],
        )
        for row in read(PACKAGE / "codes/coverage_documents.csv")
    )
