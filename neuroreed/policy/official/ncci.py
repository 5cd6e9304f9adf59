"""NCCI releases for practitioners: procedure-to-procedure edits and unlikely units.

The pair file is tab-delimited after a copyright preamble and comes in four parts; a quarter is
whole when all four are loaded. Of its two million rows those stay that touch codes of therapy
clinics on both sides. Rationales of the pair file are dropped.
"""

from __future__ import annotations

import re
from datetime import date

from neuroreed.model.errors import PolicyFileError
from neuroreed.policy.official.archive import Member
from neuroreed.policy.official.rows import CODE, Read, day, quarter, table

PTP_COLUMNS = ("column1", "column2", "effective", "deletion", "indicator", "rationale", "part")
MUE_COLUMNS = ("hcpcs", "units", "mai", "rationale")
PARTS = ("1", "2", "3", "4")
_MODIFIER = 5  # the column of the modifier indicator
_EPOCH = 1994  # version 30 is of 2024


def ptp_release(name: str) -> tuple[str, str]:
    """Quarter (``2026Q4``) and part (1 to 4) as a name tells them, each empty if it does not.

    Raises:
        PolicyFileError: it is the hospital's file.
    """
    lower = name.lower()
    if "ccioph" in lower or "hospital" in lower or "outpatient" in lower:
        raise PolicyFileError(
            name, None, "the hospital's edits: professional claims need the practitioner file"
        )
    part = re.search(r"[-_]f([1-4])(?![0-9])", lower)
    told = re.search(r"(20[0-9]{2})[-_]?q([1-4])", lower)
    if told is not None:
        year, number = int(told[1]), int(told[2])
    else:
        version = re.search(r"v([0-9]{2})([0-3])r[0-9]", lower)
        if version is None:
            return "", part[1] if part else ""
        year, number = _EPOCH + int(version[1]), int(version[2]) + 1
    return f"{year}Q{number}", part[1] if part else ""


def quarter_days(name: str, release: str) -> tuple[date, date]:
    """The days of a quarter written as ``2026Q4``."""
    told = re.fullmatch(r"(20[0-9]{2})Q([1-4])", release)
    if told is None:
        raise PolicyFileError(name, None, f"{release!r} is not a quarter, such as 2026Q4")
    return quarter(int(told[1]), int(told[2]))


def read_ptp(member: Member, release: str, part: str, keep: frozenset[str]) -> Read:
    """One part of the pair file.

    Raises:
        PolicyFileError: with the row.
    """
    days = quarter_days(member.name, release)
    rows: list[tuple[str, ...]] = []
    seen = 0
    header = False
    # quotes in this file are plain characters
    for number, line in enumerate(member.text().splitlines(), start=1):
        cells = [cell.strip().strip('"') for cell in line.split("\t")]
        if not seen and not (len(cells) > _MODIFIER and CODE.fullmatch(cells[0])):
            header = header or "column1" in line.lower().replace(" ", "")
            continue
        if not any(cells) or line.strip() == "\x1a":
            continue
        if not header:
            raise PolicyFileError(member.name, number, "no header with Column 1 before the rows")
        seen += 1
        row = _ptp_row(member, number, cells)
        if row[0] in keep and row[1] in keep:
            rows.append((*row, "", part))
    if not seen:
        raise PolicyFileError(member.name, None, "holds no pair of codes: not an NCCI pair file")
    return Read(
        table="ptp",
        release=release,
        effective_from=days[0],
        effective_to=days[1],
        columns=PTP_COLUMNS,
        key_columns=3,
        rows=rows,
        source=f"cms-ncci-ptp#{release} practitioner",
        extent="partial" if part else "full",
        part=part,
        seen=seen,
        notes=[f"{member.name}: {seen} pairs read, {len(rows)} of therapy kept"],
    )


def _ptp_row(member: Member, number: int, cells: list[str]) -> tuple[str, str, str, str, str]:
    if len(cells) <= _MODIFIER:
        raise PolicyFileError(
            member.name, number, f"has {len(cells)} columns: cut off, or not tab-delimited"
        )
    first, second, _, began, ended, indicator = cells[: _MODIFIER + 1]
    for code in (first, second):
        if not CODE.fullmatch(code):
            raise PolicyFileError(member.name, number, f"{code!r} is not a code")
    effective = day(member, number, "the effective date", began)
    deletion = "" if ended == "*" else day(member, number, "the deletion date", ended).isoformat()
    if deletion and deletion < effective.isoformat() and indicator != "9":
        raise PolicyFileError(member.name, number, "is deleted before it began")
    if indicator not in ("0", "1", "9"):
        raise PolicyFileError(member.name, number, f"the modifier indicator is {indicator!r}")
    return first, second, effective.isoformat(), deletion, indicator


def mue_release(name: str, member: str) -> str:
    """The quarter of an unlikely-units file, from its own name or that of its archive."""
    for text in (member, name):
        lower = text.lower()
        if re.search(r"outpatient|hospital|dme|supplier", lower):
            raise PolicyFileError(
                text, None, "not the practitioner table: take Practitioner Services"
            )
        effective = re.search(r"eff[_-]?([0-9]{2})[-_]([0-9]{2})[-_](20[0-9]{2})", lower)
        if effective is not None and 1 <= int(effective[1]) <= 12:
            return f"{effective[3]}Q{(int(effective[1]) - 1) // 3 + 1}"
        told = re.search(r"(20[0-9]{2})[-_]?q([1-4])", lower)
        if told is not None:
            return f"{told[1]}Q{told[2]}"
    raise PolicyFileError(name, None, "does not tell its quarter: give the release")


def read_mue(member: Member, release: str) -> Read:
    """The unlikely units of practitioner services.

    Raises:
        PolicyFileError: with the row.
    """
    days = quarter_days(member.name, release)
    at: dict[str, int] = {}
    rows: dict[str, tuple[str, ...]] = {}
    for number, cells in table(member):
        heads = [" ".join(cell.lower().split()) for cell in cells]
        if not at:
            at = _mue_columns(heads)
            continue
        if not any(cells):
            continue
        if len(cells) <= max(at.values()):
            raise PolicyFileError(member.name, number, "the row is cut off")
        code, units = cells[at["hcpcs"]], cells[at["units"]]
        if not CODE.fullmatch(code):
            raise PolicyFileError(member.name, number, f"{code!r} is not a code")
        if not re.fullmatch(r"[0-9]{1,6}", units):
            raise PolicyFileError(member.name, number, f"{code}: {units!r} is not a count of units")
        told = re.match(r"([123])\b", cells[at["mai"]])
        if told is None:
            raise PolicyFileError(
                member.name, number, f"{code}: the adjudication indicator must begin with 1, 2 or 3"
            )
        if code in rows:
            raise PolicyFileError(member.name, number, f"{code} stands here twice")
        rationale = cells[at["rationale"]] if "rationale" in at else ""
        rows[code] = (code, str(int(units)), told[1], rationale)
    if not rows:
        raise PolicyFileError(
            member.name, None, "no header with HCPCS and MUE Values, or no row: not an MUE table"
        )
    return Read(
        table="mue",
        release=release,
        effective_from=days[0],
        effective_to=days[1],
        columns=MUE_COLUMNS,
        key_columns=1,
        rows=list(rows.values()),
        source=f"cms-mue#practitioner services, {release}",
        seen=len(rows),
    )


def _mue_columns(heads: list[str]) -> dict[str, int]:
    at: dict[str, int] = {}
    # a preamble may tell of the table in one long cell; the header has several
    if sum(bool(head) for head in heads) < len(("hcpcs", "units", "mai")):
        return at
    for place, head in enumerate(heads):
        if "hcpcs" in head and "code" in head:
            at["hcpcs"] = place
        elif "adjudication" in head:
            at["mai"] = place
        elif "mue value" in head:
            at["units"] = place
        elif "rationale" in head:
            at["rationale"] = place
    return at if {"hcpcs", "units", "mai"} <= at.keys() else {}
