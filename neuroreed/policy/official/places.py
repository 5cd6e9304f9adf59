"""The ZIP5 file: ZIP codes to Medicare localities, fixed width, 80 characters."""

from __future__ import annotations

import re

from neuroreed.model.errors import PolicyFileError
from neuroreed.policy.official.archive import Member
from neuroreed.policy.official.rows import Read, quarter

ZIP5_COLUMNS = ("state", "mac", "locality", "rural", "plus4_required", "zips")
_LENGTH = 80
_MONTHS = {"JAN": 1, "APR": 2, "JUL": 3, "OCT": 4}


def ranges(numbers: list[int]) -> str:
    """ZIP codes as five digits, runs joined: ``99501-99524 99529``."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return " ".join(f"{a:05d}" if a == b else f"{a:05d}-{b:05d}" for a, b in runs)


def read_zip5(member: Member) -> Read:
    """Every ZIP code of the file.

    Raises:
        PolicyFileError: with the row.
    """
    groups: dict[tuple[str, str, str, str, str], list[int]] = {}
    seen: set[str] = set()
    quarters: set[str] = set()
    for number, line in enumerate(member.text().splitlines(), start=1):
        if not line.strip(" \x1a"):
            continue
        if len(line) != _LENGTH:
            raise PolicyFileError(
                member.name, number, f"has {len(line)} characters, not {_LENGTH}: cut off?"
            )
        state, zip5, mac, locality = line[0:2], line[2:7], line[7:12], line[12:14]
        rural, plus4, told = line[14].strip(), line[20].strip(), line[75:80]
        if not re.fullmatch(r"[A-Z]{2}[0-9]{12}", state + zip5 + mac + locality):
            raise PolicyFileError(
                member.name, number, "does not begin with state, ZIP, contract and locality"
            )
        if rural not in ("", "R", "B") or plus4 not in ("", "0", "1"):
            raise PolicyFileError(member.name, number, "the rural or plus-four flag is not one")
        if not re.fullmatch(r"20[0-9]{2}[1-4]", told):
            raise PolicyFileError(
                member.name, number, f"does not end in year and quarter: {told!r}"
            )
        if zip5 in seen:
            raise PolicyFileError(member.name, number, f"ZIP {zip5} stands here twice")
        seen.add(zip5)
        quarters.add(told)
        groups.setdefault((state, mac, locality, rural, plus4 or "0"), []).append(int(zip5))
    if not groups:
        raise PolicyFileError(member.name, None, "holds no ZIP code")
    if len(quarters) > 1:
        raise PolicyFileError(member.name, None, f"mixes quarters: {', '.join(sorted(quarters))}")
    year, of_year = int(min(quarters)[:4]), int(min(quarters)[4])
    named = re.search(r"ZIP5[_-]?([A-Z]{3})(20[0-9]{2})", member.name.upper())
    if named is not None and (_MONTHS.get(named[1]), int(named[2])) != (of_year, year):
        raise PolicyFileError(member.name, None, f"says {year} quarter {of_year} within")
    days = quarter(year, of_year)
    return Read(
        table="zip5",
        release=f"{year}Q{of_year}",
        effective_from=days[0],
        effective_to=days[1],
        columns=ZIP5_COLUMNS,
        key_columns=5,
        rows=[(*key, ranges(numbers)) for key, numbers in sorted(groups.items())],
        source=f"cms-zip5#{member.name.rpartition('.')[0]}",
        seen=len(seen),
    )
