"""The physician fee schedule release RVUyyX: PPRRVU, GPCI and LOCCO.

PPRRVU as CSV has 31 columns to 2025 and 32 from 2026 (PRIC IND at index 23); the text layout
is of fixed width. Headers are found by their words. Every row is held against CMS's own
totals, and a file holds one conversion factor. Descriptors are dropped while reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from neuroreed.model.errors import PolicyFileError
from neuroreed.policy.official.archive import Member
from neuroreed.policy.official.rows import CODE, Read, decimal, quarter, table

RVU_COLUMNS = (
    "hcpcs",
    "modifier",
    "status",
    "work",
    "pe",
    "pe_facility",
    "mp",
    "pctc",
    "multiple_procedure",
)
GPCI_COLUMNS = ("mac", "locality", "state", "name", "work", "pe", "mp")
LOCCO_COLUMNS = ("mac", "locality", "state_name", "area", "counties")
FACTOR_COLUMNS = ("effective_from", "effective_to", "track", "factor", "source", "confidence")
WIDTHS = {31: 24, 32: 25}  # columns of PPRRVU to the index of the conversion factor
LOCALITIES = ((2024, 109), (0, 112))  # from that year on: rows of the GPCI table
_MONTHS = {"JAN": "A", "APR": "B", "JUL": "C", "OCT": "D"}
_FACTOR = re.compile(r"[0-9]{2,3}\.[0-9]{4}")
# the text layout: name to first and last position, counted from 1
_TEXT = {
    "hcpcs": (1, 5),
    "modifier": (6, 7),
    "status": (58, 58),
    "work": (60, 65),
    "pe": (67, 72),
    "pe_facility": (76, 81),
    "mp": (85, 89),
    "total": (91, 96),
    "total_facility": (97, 102),
    "pctc": (103, 103),
    "multiple_procedure": (116, 116),
    "factor": (133, 140),
}


def release_name(file: str, names: Iterable[str]) -> str:
    """The name RVUyyX from the archive's name or from that of PPRRVU inside it.

    Raises:
        PolicyFileError: neither tells, or they tell different quarters.
    """
    outer = re.search(r"RVU(?:20)?([0-9]{2})(AR|[A-D])(?![A-Z0-9])", file, re.IGNORECASE)
    told = f"RVU{outer[1]}{outer[2].upper()}" if outer else ""
    for name in names:
        inner = re.search(r"PPRRVU(?:20)?([0-9]{2})_?([A-Z]{3})", name, re.IGNORECASE)
        if inner is None or inner[2].upper() not in _MONTHS:
            continue
        inside = f"RVU{inner[1]}{_MONTHS[inner[2].upper()]}"
        if not told:
            told = inside
        elif not told.startswith(inside):
            raise PolicyFileError(file, None, f"is named {told}, but {name} is of {inside}")
    if not told:
        raise PolicyFileError(
            file, None, "does not tell its release: name it RVUyyX.zip, or give the release"
        )
    return told


def release_days(file: str, release: str) -> tuple[date, date]:
    """The quarter of a release; a corrected one (AR) must be told its first day."""
    if release.endswith("AR"):
        raise PolicyFileError(
            file, None, f"{release} replaces a release within its quarter: give its first day"
        )
    return quarter(2000 + int(release[3:5]), "ABCD".index(release[5]) + 1)


def _csv_rows(member: Member) -> Iterator[tuple[int, dict[str, str]]]:
    width = 0
    for number, cells in table(member):
        if not width:
            heads = [cell.upper() for cell in cells[:3]]
            if heads[:1] == ["HCPCS"] and heads[1:2] == ["MOD"] and heads[2:3] == ["DESCRIPTION"]:
                width = len(cells)
                if width not in WIDTHS:
                    raise PolicyFileError(
                        member.name, number, f"the header has {width} columns, not 31 or 32"
                    )
            continue
        if not any(cells):
            continue
        if len(cells) != width:
            raise PolicyFileError(
                member.name, number, f"has {len(cells)} columns where the header has {width}"
            )
        yield (
            number,
            {
                "hcpcs": cells[0],
                "modifier": cells[1],
                "status": cells[3],
                "work": cells[5],
                "pe": cells[6],
                "pe_facility": cells[8],
                "mp": cells[10],
                "total": cells[11],
                "total_facility": cells[12],
                "pctc": cells[13],
                "multiple_procedure": cells[18],
                "factor": cells[WIDTHS[width]],
            },
        )
    if not width:
        raise PolicyFileError(
            member.name, None, "no header that begins HCPCS, MOD, DESCRIPTION: not a PPRRVU file"
        )


def _text_rows(member: Member) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(member.text().splitlines(), start=1):
        if line.startswith("HDR") or not line.strip(" \x1a"):
            continue
        if len(line) < _TEXT["factor"][1]:
            raise PolicyFileError(member.name, number, "the line is cut off")
        yield number, {name: line[a - 1 : b].strip() for name, (a, b) in _TEXT.items()}


def read_rvu(member: Member) -> tuple[list[tuple[str, ...]], Decimal]:
    """The rows of one PPRRVU file and its conversion factor.

    Raises:
        PolicyFileError: with the row.
    """
    fixed_width = member.name.lower().endswith(".txt")
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    factor: Decimal | None = None
    for number, cells in _text_rows(member) if fixed_width else _csv_rows(member):
        if not CODE.fullmatch(cells["hcpcs"]):
            raise PolicyFileError(member.name, number, f"{cells['hcpcs']!r} is not a code")
        if len(cells["status"]) != 1 or not cells["status"].isalpha():
            raise PolicyFileError(member.name, number, "the status is not one letter")
        amounts = {
            name: decimal(member, number, name, cells[name])
            for name in ("work", "pe", "pe_facility", "mp", "total", "total_facility")
        }
        outside = amounts["work"] + amounts["pe"] + amounts["mp"]
        inside = amounts["work"] + amounts["pe_facility"] + amounts["mp"]
        if outside != amounts["total"] or inside != amounts["total_facility"]:
            raise PolicyFileError(
                member.name,
                number,
                f"{cells['hcpcs']}: work, practice expense and malpractice do not add up to the "
                f"total ({outside} and {inside}, printed {amounts['total']} and "
                f"{amounts['total_facility']})",
            )
        if not _FACTOR.fullmatch(cells["factor"]):
            raise PolicyFileError(
                member.name, number, f"the conversion factor is not one: {cells['factor']!r}"
            )
        if factor is None:
            factor = Decimal(cells["factor"])
        elif factor != Decimal(cells["factor"]):
            raise PolicyFileError(
                member.name,
                number,
                f"a second conversion factor, {cells['factor']} beside {factor}",
            )
        key = (cells["hcpcs"], cells["modifier"])
        if key in rows:
            raise PolicyFileError(member.name, number, f"{' '.join(key).strip()} stands here twice")
        rows[key] = tuple(cells[name] for name in RVU_COLUMNS)
    if factor is None:
        raise PolicyFileError(member.name, None, "holds no code")
    return list(rows.values()), factor


def _is(head: str, *words: str) -> bool:
    return all(word in head for word in words)


def read_gpci(member: Member, year: int, expected: int | None) -> list[tuple[str, ...]]:
    """The rows of a GPCI file, with the 1.0 floor on work.

    Raises:
        PolicyFileError: no header by its words, or another number of localities than expected.
    """
    wanted = expected or next(count for since, count in LOCALITIES if year >= since)
    at: dict[str, int] = {}
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    for number, cells in table(member):
        heads = [" ".join(cell.lower().split()) for cell in cells]
        if not at:
            if any(_is(head, "locality number") for head in heads):
                at = _gpci_columns(member, number, heads)
            continue
        if not re.fullmatch(r"[0-9]{5}", cells[at["mac"]] if len(cells) > at["mac"] else ""):
            continue
        if len(cells) <= max(at.values()):
            raise PolicyFileError(member.name, number, "the row is cut off")
        mac, locality = cells[at["mac"]], cells[at["locality"]].zfill(2)
        if not re.fullmatch(r"[0-9]{2}", locality):
            raise PolicyFileError(member.name, number, f"{locality!r} is not a locality")
        indices = [cells[at[name]] for name in ("work", "pe", "mp")]
        for name, text in zip(("work", "pe", "mp"), indices, strict=True):
            if not 0 < decimal(member, number, f"{name} index", text) < 5:
                raise PolicyFileError(member.name, number, f"{name} index {text} cannot be")
        if (mac, locality) in rows:
            raise PolicyFileError(member.name, number, f"{mac} {locality} stands here twice")
        name = cells[at["name"]].rstrip("* ")
        rows[(mac, locality)] = (mac, locality, cells[at["state"]], name, *indices)
    if not at:
        raise PolicyFileError(member.name, None, "no header with Locality Number: not a GPCI file")
    if len(rows) != wanted:
        raise PolicyFileError(
            member.name, None, f"holds {len(rows)} localities where {wanted} are expected"
        )
    return list(rows.values())


def _gpci_columns(member: Member, row: int, heads: list[str]) -> dict[str, int]:
    at: dict[str, int] = {}
    for place, head in enumerate(heads):
        if _is(head, "medicare administrative contractor") or head == "mac":
            at["mac"] = place
        elif head == "state":
            at["state"] = place
        elif _is(head, "locality number"):
            at["locality"] = place
        elif _is(head, "locality name"):
            at["name"] = place
        elif _is(head, "gpci") and ("pw " in head or "work" in head):
            if "without" not in head:
                at["work"] = place
        elif _is(head, "pe gpci"):
            at["pe"] = place
        elif _is(head, "mp gpci"):
            at["mp"] = place
    for name in ("mac", "state", "locality", "name", "work", "pe", "mp"):
        if name not in at:
            raise PolicyFileError(member.name, row, f"the header has no column for the {name}")
    return at


def read_locco(member: Member) -> list[tuple[str, ...]]:
    """The rows of a LOCCO file; the leading zeros of localities are put back."""
    at: dict[str, int] = {}
    rows: list[tuple[str, ...]] = []
    state = ""
    for number, cells in table(member):
        heads = [" ".join(cell.lower().split()) for cell in cells]
        if not at:
            if any(_is(head, "locality number") for head in heads):
                at = _locco_columns(member, number, heads)
            continue
        mac = cells[at["mac"]] if len(cells) > at["mac"] else ""
        if not re.fullmatch(r"[0-9]{4,5}", mac):
            continue
        if len(cells) <= max(at.values()):
            raise PolicyFileError(member.name, number, "the row is cut off")
        state = cells[at["state"]] or state
        locality = cells[at["locality"]].rstrip("* ").zfill(2)
        if not re.fullmatch(r"[0-9]{2}", locality):
            raise PolicyFileError(member.name, number, f"{locality!r} is not a locality")
        area, counties = cells[at["area"]].rstrip("* "), cells[at["counties"]]
        rows.append((mac.zfill(5), locality, state, area, counties))
    if not rows:
        raise PolicyFileError(member.name, None, "holds no locality: not a LOCCO file")
    return rows


def _locco_columns(member: Member, row: int, heads: list[str]) -> dict[str, int]:
    at: dict[str, int] = {}
    for place, head in enumerate(heads):
        if _is(head, "contractor") or head == "mac":
            at["mac"] = place
        elif _is(head, "locality number"):
            at["locality"] = place
        elif _is(head, "state"):
            at["state"] = place
        elif _is(head, "area"):
            at["area"] = place
        elif _is(head, "count"):
            at["counties"] = place
    for name in ("mac", "locality", "state", "area", "counties"):
        if name not in at:
            raise PolicyFileError(member.name, row, f"the header has no column for the {name}")
    return at


def read_release(
    file: str,
    members: list[Member],
    *,
    release: str | None,
    effective_from: date | None,
    effective_to: date | None,
    localities: int | None,
) -> list[Read]:
    """Everything of one RVUyyX release that the members hold."""
    name = release or release_name(file, [member.name for member in members])
    if not re.fullmatch(r"RVU[0-9]{2}(AR|[A-D])", name):
        raise PolicyFileError(file, None, f"{name!r} is not the name of a release, such as RVU26D")
    if effective_from is not None:
        last = quarter(effective_from.year, (effective_from.month - 1) // 3 + 1)[1]
        days = (effective_from, effective_to or last)
    else:
        days = release_days(file, name)
    found: list[Read] = []
    notes: list[str] = []
    prices = [member for member in members if member.name.upper().startswith("PPRRVU")]
    tables_of_prices = [m for m in prices if m.name.lower().endswith(".csv")] or prices
    if tables_of_prices:
        found += _prices(tables_of_prices, name, days)
    for member in members:
        upper = member.name.upper()
        if not upper.endswith(".CSV"):
            continue
        if "GPCI" in upper:
            told = re.search(r"GPCI_?(20[0-9]{2})", upper)
            if told is not None and int(told[1]) != days[0].year:
                raise PolicyFileError(member.name, None, f"is not of the year of {name}")
            rows = read_gpci(member, days[0].year, localities)
            found.append(_read("gpci", name, days, GPCI_COLUMNS, rows))
        elif "LOCCO" in upper:
            try:
                rows = read_locco(member)
            except PolicyFileError as error:
                # counties are for reading only: they do not hold back the prices
                notes.append(f"counties not loaded: {error}")
                continue
            found.append(_read("locco", name, days, LOCCO_COLUMNS, rows))
    if not found:
        raise PolicyFileError(file, None, notes[0] if notes else "holds no table of the release")
    if not any(read.table == "gpci" for read in found):
        notes.append("no GPCI csv inside: the localities of this release are not loaded")
    found[0].notes += notes
    return found


def _prices(members: list[Member], name: str, days: tuple[date, date]) -> list[Read]:
    tracks: dict[str, tuple[Member, list[tuple[str, ...]], Decimal]] = {}
    for member in members:
        lower = member.name.lower()
        track = "nonQP" if "nonqp" in lower else "QP" if "qp" in lower else "all"
        if track in tracks:
            raise PolicyFileError(member.name, None, "a second PPRRVU file of the same kind")
        tracks[track] = (member, *read_rvu(member))
    if "all" in tracks and len(tracks) > 1:
        raise PolicyFileError(members[0].name, None, "PPRRVU files with and without the QP split")
    member, rows, _ = tracks.get("nonQP") or tracks.get("all") or tracks["QP"]
    for other, other_rows, _ in tracks.values():
        if differing := sorted(set(rows) ^ set(other_rows)):
            raise PolicyFileError(
                other.name, None, f"{differing[0][0]} differs from {member.name}: they must agree"
            )
    factors: list[tuple[str, ...]] = [
        (days[0].isoformat(), days[1].isoformat(), track, str(factor), f"cms-rvu-files#{name}", "V")
        for track, (_, _, factor) in sorted(tracks.items())
    ]
    return [
        _read("rvu", name, days, RVU_COLUMNS, rows),
        _read("conversion_factor", name, days, FACTOR_COLUMNS, factors),
    ]


def _read(
    table_name: str,
    name: str,
    days: tuple[date, date],
    columns: tuple[str, ...],
    rows: list[tuple[str, ...]],
) -> Read:
    keys = {"conversion_factor": 3}.get(table_name, 2)
    return Read(
        table=table_name,
        release=name,
        effective_from=days[0],
        effective_to=days[1],
        columns=columns,
        key_columns=keys,
        rows=rows,
        source=f"cms-rvu-files#{name}",
        seen=len(rows),
    )
