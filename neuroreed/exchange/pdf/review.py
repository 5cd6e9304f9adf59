"""The report of a chart audit as one tagged PDF.

Takes plain data, all texts made before: ``title``, ``prepared_at``, ``rate``, ``rate_says``,
``sample_overpaid``, ``cautions`` [], ``gaps`` [], ``drawn`` [(name, value)], and the rows of
``strata``, ``dollars``, ``causes`` and ``providers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from neuroreed.exchange.pdf.base import compile_pdf
from neuroreed.model.errors import BadInput

TEXTS = ("title", "rate", "rate_says", "sample_overpaid")
TABLES = {"strata": 5, "dollars": 7, "causes": 3, "providers": 5, "drawn": 2}
SENTENCES = ("cautions", "gaps")


def review_pdf(data: Mapping[str, Any]) -> bytes:
    """The report; the same data give the same bytes.

    Raises:
        BadInput: a text that is missing, or rows of another width.
    """
    body: dict[str, Any] = {}
    for name in TEXTS:
        if not str(data.get(name) or "").strip():
            raise BadInput(f"{name}: the report needs this text.")
        body[name] = str(data[name])
    for name, width in TABLES.items():
        rows = [[str(cell) for cell in row] for row in data.get(name) or ()]
        for place, row in enumerate(rows):
            if len(row) != width:
                raise BadInput(f"{name}[{place}]: give {width} texts.")
        body[name] = rows
    for name in SENTENCES:
        body[name] = [str(one) for one in data.get(name) or ()]
    moment = data.get("prepared_at")
    when = moment if isinstance(moment, datetime) else None
    body["prepared_at"] = when.strftime("%Y-%m-%d %H:%M") if when else ""
    return compile_pdf("review.typ", body, created_at=when)
