"""The Medicare physician fee schedule as tables: relative values, factors, localities.

Every look-up is by date of service. What no table says raises ``NoParameter`` that names the
official file which closes the gap; a national value never stands in for a local one.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from neuroreed.model.errors import NoParameter
from neuroreed.policy import tables
from neuroreed.policy.tables import Release, State

MULTIPLE_PROCEDURE_THERAPY = "5"


@dataclass(frozen=True, slots=True)
class Rvu:
    """Relative value units of one code. ``pe`` is outside a facility.

    ``status``: only A, R and T carry a Medicare payment; B bundled, C priced by the contractor,
    I not valid, N not covered, X excluded. ``multiple_procedure``: the therapy reduction
    applies. ``assumed``: the release is of the same year but of another quarter.
    """

    cpt: str
    work: Decimal
    pe: Decimal
    pe_facility: Decimal
    mp: Decimal
    status: str
    pctc: str
    multiple_procedure: bool
    release: str
    assumed: bool

    @property
    def is_paid(self) -> bool:
        """Whether Medicare pays the code by these values."""
        return self.status in ("A", "R", "T")


@dataclass(frozen=True, slots=True)
class Gpci:
    """Geographic indices of one locality; ``work`` is with the 1.0 floor."""

    work: Decimal
    pe: Decimal
    mp: Decimal
    name: str
    state: str
    release: str
    assumed: bool
    confidence: str


@dataclass(frozen=True, slots=True)
class Locality:
    """The Medicare locality of a ZIP code.

    ``rural``: empty, ``R`` or ``B`` (super rural). ``plus4_required``: the ZIP code spans
    localities, so five digits do not settle it. ``assumed``: from the ZIP file of another
    quarter, at most a year away.
    """

    zip5: str
    mac: str
    locality: str
    state: str
    rural: str
    plus4_required: bool
    release: str
    assumed: bool


def _load_hint(on: date, member: str = "") -> str:
    inside = f" ({member} inside it)" if member else ""
    name = tables.rvu_file(on)
    return f"The official {name}{inside} closes the gap: neuroreed policy load {name}"


@lru_cache(maxsize=32)
def _rvu_rows(release: Release, now: State) -> dict[str, dict[str, str]]:
    return {row["hcpcs"]: row for row in tables.read(release.path) if not row["modifier"]}


def rvu(cpt: str, on: date) -> Rvu:
    """The relative values of a code on a date of service.

    Raises:
        NoParameter: no release of that year is known, or it does not hold the code.
    """
    return _rvu(cpt, on, tables.state())


@lru_cache(maxsize=8192)
def _rvu(cpt: str, on: date, now: State) -> Rvu:
    for release, assumed in tables.candidates("rvu", on):
        row = _rvu_rows(release, now).get(cpt)
        if row is not None:
            return Rvu(
                cpt=cpt,
                work=Decimal(row["work"]),
                pe=Decimal(row["pe"]),
                pe_facility=Decimal(row["pe_facility"]),
                mp=Decimal(row["mp"]),
                status=row["status"],
                pctc=row["pctc"],
                multiple_procedure=row["multiple_procedure"] == MULTIPLE_PROCEDURE_THERAPY,
                release=release.name,
                assumed=assumed,
            )
        if release.extent == "full" and not assumed:
            break
    raise NoParameter("relative value", f"code {cpt}", on, _load_hint(on))


def conversion_factor(on: date, apm: bool = False) -> Decimal:
    """Dollars per relative value unit; ``apm`` for a qualifying APM participant.

    Raises:
        NoParameter: no factor is known for that day. Factors are never carried over a year.
    """
    return _conversion_factor(on, apm, tables.state())


@lru_cache(maxsize=512)
def _conversion_factor(on: date, apm: bool, now: State) -> Decimal:
    track = "QP" if apm else "nonQP"
    for release, assumed in tables.candidates("conversion_factor", on):
        if assumed:
            break
        for row in tables.read(release.path):
            if (
                row["track"] in ("all", track)
                and row["effective_from"] <= on.isoformat() <= row["effective_to"]
            ):
                return Decimal(row["factor"])
    raise NoParameter("conversion factor", "medicare_part_b", on, _load_hint(on))


@lru_cache(maxsize=32)
def _gpci_rows(release: Release, now: State) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["mac"], row["locality"]): row for row in tables.read(release.path)}


def gpci(on: date, *, mac: str, locality: str) -> Gpci:
    """The geographic indices of a locality (contract of five digits, locality of two).

    Raises:
        NoParameter: no table of that year holds the locality; never the national value.
    """
    return _gpci(on, mac, locality, tables.state())


@lru_cache(maxsize=2048)
def _gpci(on: date, mac: str, locality: str, now: State) -> Gpci:
    hint = _load_hint(on, f"GPCI{on.year}")
    for release, assumed in tables.candidates("gpci", on):
        row = _gpci_rows(release, now).get((mac, locality))
        if row is not None:
            return Gpci(
                work=Decimal(row["work"]),
                pe=Decimal(row["pe"]),
                mp=Decimal(row["mp"]),
                name=row["name"],
                state=row["state"],
                release=release.name,
                assumed=assumed,
                confidence=release.confidence,
            )
        if release.extent == "full":
            hint = f"{release.name} has no such locality."
            break
    raise NoParameter("geographic index", f"contract {mac}, locality {locality}", on, hint)


@lru_cache(maxsize=8)
def _zip_ranges(release: Release, now: State) -> tuple[list[int], list[tuple[int, dict[str, str]]]]:
    spans: list[tuple[int, int, dict[str, str]]] = []
    for row in tables.read(release.path):
        for span in row["zips"].split():
            first, _, last = span.partition("-")
            spans.append((int(first), int(last or first), row))
    spans.sort(key=lambda entry: entry[0])
    return [first for first, _, _ in spans], [(last, row) for _, last, row in spans]


def locality(zip5: str, on: date) -> Locality:
    """The locality of a five-digit ZIP code.

    Localities seldom change, so the file of another quarter is used up to a year away and
    marked ``assumed``.

    Raises:
        NoParameter: no ZIP file is near enough, or none knows the ZIP code.
    """
    return _locality(zip5, on, tables.state())


@lru_cache(maxsize=4096)
def _locality(zip5: str, on: date, now: State) -> Locality:
    quarter = (on.month - 1) // 3
    month = ("JAN", "APR", "JUL", "OCT")[quarter]
    hint = (
        f"The official ZIP5_{month}{on.year}.txt closes the gap: "
        f"neuroreed policy load ZIP5_{month}{on.year}.txt"
    )
    if len(zip5) != len("00000") or not zip5.isascii() or not zip5.isdigit():
        raise NoParameter("locality", f"ZIP {zip5!r}", on, "Give the five digits of the ZIP code.")
    near = sorted(
        (r for r in tables.releases("zip5") if abs(r.effective_from.year - on.year) <= 1),
        key=lambda r: (not r.covers(on), abs((r.effective_from - on).days), not r.of_clinic),
    )
    number = int(zip5)
    for release in near:
        starts, spans = _zip_ranges(release, now)
        at = bisect_right(starts, number) - 1
        if at >= 0 and number <= spans[at][0]:
            row = spans[at][1]
            return Locality(
                zip5=zip5,
                mac=row["mac"],
                locality=row["locality"],
                state=row["state"],
                rural=row["rural"],
                plus4_required=row["plus4_required"] != "0",
                release=release.name,
                assumed=not release.covers(on),
            )
        if release.covers(on):
            break
    raise NoParameter("locality", f"ZIP {zip5}", on, hint)


def counties(mac: str, locality: str, on: date) -> str:
    """The counties of a locality as CMS prints them; empty where no list is at hand."""
    return _counties(mac, locality, on, tables.state())


@lru_cache(maxsize=512)
def _counties(mac: str, locality: str, on: date, now: State) -> str:
    near = sorted(tables.releases("locco"), key=lambda r: abs((r.effective_from - on).days))
    for release in near[:1]:
        for row in tables.read(release.path):
            if (row["mac"], row["locality"]) == (mac, locality):
                return row["counties"]
    return ""


@lru_cache(maxsize=1)
def contractors() -> dict[str, str]:
    """Medicare contract number to the contractor's name, empty where nobody confirmed it."""
    return {row["mac"]: row["name"] for row in tables.read(tables.PACKAGE / "fees/contractors.csv")}
