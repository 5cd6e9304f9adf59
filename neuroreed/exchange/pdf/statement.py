"""Papers about the patient's money: estimate, statement, receipt; each one tagged PDF.

All take plain data: ``title``, ``language``, ``number``, ``date``, ``pay_by``, ``headline``,
``clinic`` {name, address_lines [], phone}, ``patient`` {name, address_lines []},
``sentences`` [], ``rows`` and ``notes`` []. Amounts are texts; nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from neuroreed.exchange.pdf.base import compile_pdf, compile_png
from neuroreed.model.errors import BadInput

STATEMENT_COLUMNS = ("Date", "Service", "Charge", "Insurance", "Taken off", "You paid", "You owe")


def _ready(data: Mapping[str, Any], columns: tuple[str, ...], title: str) -> dict[str, Any]:
    body = {"title": title, "columns": list(data.get("columns") or columns)} | {
        key: value for key, value in data.items() if value is not None
    }
    rows = body.get("rows") or []
    for place, row in enumerate(rows):
        if len(row) != len(body["columns"]):
            raise BadInput(f"rows[{place}]: give one text for each column.")
    body["rows"] = [[str(cell) for cell in row] for row in rows]
    if not body.get("sentences") and not rows:
        raise BadInput("sentences: a paper without words or rows says nothing.")
    return body


def _created(data: Mapping[str, Any]) -> datetime | None:
    moment = data.get("created_at")
    return moment if isinstance(moment, datetime) else None


def statement_pdf(data: Mapping[str, Any]) -> bytes:
    """What the patient owes, with the rows of ``STATEMENT_COLUMNS``.

    Raises:
        BadInput: rows of another width, or nothing to say.
    """
    body = _ready(data, STATEMENT_COLUMNS, "Statement")
    return compile_pdf("statement.typ", body, created_at=_created(data))


def statement_png(data: Mapping[str, Any], *, ppi: int = 96) -> list[bytes]:
    """The pages of a statement as pictures."""
    return compile_png("statement.typ", _ready(data, STATEMENT_COLUMNS, "Statement"), ppi=ppi)


def estimate_pdf(data: Mapping[str, Any]) -> bytes:
    """What a visit may cost, beforehand: ``rows`` of date, service and amount."""
    body = _ready(data, ("Date", "Service", "You may pay"), "Estimate")
    return compile_pdf("statement.typ", body, created_at=_created(data))


def receipt_pdf(data: Mapping[str, Any]) -> bytes:
    """What the patient paid: ``rows`` of date, what for and amount."""
    body = _ready(data, ("Date", "For", "Received"), "Receipt")
    return compile_pdf("statement.typ", body, created_at=_created(data))
