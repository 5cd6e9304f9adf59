"""ICD-10-CM code files: ``icd10cm_order_YYYY.txt`` (with the billable flag) and ``_codes_``."""

from __future__ import annotations

import re
from datetime import date

from neuroreed.model.errors import PolicyFileError
from neuroreed.policy.official.archive import Member
from neuroreed.policy.official.rows import Read

ICD10_COLUMNS = ("code", "billable", "description")
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}")
_FLAG, _SHORT, _LONG = 14, 16, 77  # first characters of the order file's fields, from 0


def read_icd10(member: Member) -> Read:
    """The codes of one fiscal year, which begins on 1 October of the year before.

    Raises:
        PolicyFileError: with the row.
    """
    told = re.search(
        r"icd10cm[_-](codes|order)[_-](?:[a-z]+[_-])?(20[0-9]{2})", member.name.lower()
    )
    if told is None:
        raise PolicyFileError(member.name, None, "is not named icd10cm_codes_YYYY or _order_YYYY")
    ordered, year = told[1] == "order", int(told[2])
    rows: dict[str, tuple[str, ...]] = {}
    try:
        text = member.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = member.text()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip(" \x1a"):
            continue
        if ordered:
            code, flag = line[6:13].strip(), line[_FLAG : _FLAG + 1]
            description = line[_LONG:].strip() or line[_SHORT:_LONG].strip()
            if not line[:5].strip().isdigit() or flag not in ("0", "1"):
                raise PolicyFileError(
                    member.name, number, "does not hold order number, code and billable flag"
                )
        else:
            code, flag, description = line[:7].strip(), "1", line[7:].strip()
        if not _CODE.fullmatch(code):
            raise PolicyFileError(member.name, number, f"{code!r} is not an ICD-10-CM code")
        if not description:
            raise PolicyFileError(member.name, number, f"{code} has no description: cut off?")
        if code in rows:
            raise PolicyFileError(member.name, number, f"{code} stands here twice")
        rows[code] = (code, flag, description)
    if not rows:
        raise PolicyFileError(member.name, None, "holds no code")
    return Read(
        table="icd10",
        release=f"FY{year}",
        effective_from=date(year - 1, 10, 1),
        effective_to=date(year, 9, 30),
        columns=ICD10_COLUMNS,
        key_columns=1,
        rows=list(rows.values()),
        source=f"icd10cm#FY{year}",
        seen=len(rows),
    )
