"""Plain data into a tagged PDF, through typst; texts are data, never markup.

A template reads everything from ``data.json``; nothing a person typed is ever part of a
template. The fonts are those that come with typst, so that a page looks alike everywhere.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from neuroreed.model.errors import BadInput

# the stubs of typst leave out that several files may be given by name
_typeset: Any = typst.compile
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# marks that turn the reading direction could make a page show other words than it holds
DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def plain(value: Any) -> Any:
    """A value as the template reads it: everything but structure is text, made printable."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {printable(str(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        entries = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(entry) for entry in entries]
    raise BadInput(f"A {type(value).__name__} cannot be printed.")


def printable(value: str) -> str:
    """The same words without control characters and marks that turn the reading direction."""
    kept = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs") and c != "\n" else c for c in value
    )
    return unicodedata.normalize("NFC", kept.translate(DIRECTION_MARKS))


@cache
def template(name: str) -> bytes:
    """A template file of this package."""
    return files("neuroreed.exchange.pdf").joinpath("templates", name).read_bytes()


def _sources(
    template_name: str, data: Mapping[str, Any], images: Mapping[str, bytes] | None
) -> dict[str, bytes]:
    body = plain(data)
    # typst takes files of text only: a picture travels as the numbers of its bytes
    body["images"] = {name: list(content) for name, content in (images or {}).items()}
    return {
        "main": template(template_name),  # typst takes its entry from this key
        "base.typ": template("base.typ"),
        "parts.typ": template("parts.typ"),
        "data.json": json.dumps(body, ensure_ascii=False).encode(),
    }


def compile_pdf(
    template_name: str,
    data: Mapping[str, Any],
    *,
    images: Mapping[str, bytes] | None = None,
    created_at: datetime | None = None,
) -> bytes:
    """A tagged PDF from one of our templates and plain data; the same data give the same bytes.

    The file follows PDF/UA-1, the standard of accessible PDF. Where a text holds characters
    that no bundled font can show, the file is still tagged but does not claim the standard.

    Args:
        images: pictures (SVG, PNG, JPEG) by the name that the template gives to ``picture``.
        created_at: the moment written into the file; without it a fixed one.
    """
    sources = _sources(template_name, data, images)
    moment = int((created_at or EPOCH).timestamp())
    try:
        return _compiled(sources, moment, ["ua-1"])
    except typst.TypstError as error:
        if "could not be displayed with font" not in str(error):
            raise
    return _compiled(sources, moment, [])


def _compiled(sources: dict[str, bytes], moment: int, standards: list[str]) -> bytes:
    made = _typeset(
        sources,
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=standards,
        timestamp=moment,
    )
    return bytes(made)


def compile_png(
    template_name: str,
    data: Mapping[str, Any],
    *,
    images: Mapping[str, bytes] | None = None,
    ppi: int = 96,
) -> list[bytes]:
    """The same pages as pictures, one for each page."""
    made = _typeset(
        _sources(template_name, data, images), format="png", ignore_system_fonts=True, ppi=ppi
    )
    return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]
