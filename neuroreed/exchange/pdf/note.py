"""A note as a PDF that a reviewer can read alone: text, minutes, units, signatures, seal.

The data are plain: mappings, lists and texts. Each part is printed where its data are given.

``title``, ``note_type``, ``language``, ``status`` ("signed", "draft", or words);
``clinic`` {name, address_lines [], phone, npi};
``patient`` {name, birth_date, record_number, member_id};
``visit`` {date_of_service, discipline, place_of_service, payer, clinician, plan_of_care};
``sections`` [{title, paragraphs [] or sentences [{text, paragraph}] as they are sealed}];
``free_text``; ``tables`` [{title, columns [], rows [[]]}];
``minute_log`` [{cpt, label, start, end, minutes, by, one_on_one}];
``corrections`` [{cpt, original, now, reason, by, at}];
``totals`` {timed_minutes, total_minutes, session_minutes};
``units`` {method, lines [{cpt, minutes, units, modifiers []}], steps []};
``documentation`` {score, band, failed [{id, title, question}]};
``chain`` [{title, date, author, reason, paragraphs [], sha256}];
``signatures`` [{role, name, credential, licence, signed_at}];
``certify`` {name, npi, first_day, last_day, signed_by, signed_on, return_to}: where the physician
signs a plan;
``is_report``: its day is that of a report, not of a service; ``printed``: when, in words;
``seal`` {sha256, previous_sha256, sequence, sealed_at}; ``printed_at``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from neuroreed.exchange.pdf.base import compile_pdf, compile_png
from neuroreed.model.errors import BadInput


def _printed_at(data: Mapping[str, Any], name: str) -> datetime | None:
    moment = data.get(name)
    return moment if isinstance(moment, datetime) else None


def checked(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a note in the shape that the template reads.

    Raises:
        BadInput: a part that is not of its shape; its name is said.
    """
    if not isinstance(data, Mapping):
        raise BadInput("The data of a note are named parts.")
    if not str(data.get("title") or "").strip():
        raise BadInput("title: a note needs one.")
    for name in (
        "clinic",
        "patient",
        "visit",
        "totals",
        "units",
        "documentation",
        "seal",
        "certify",
    ):
        if not isinstance(data.get(name) or {}, Mapping):
            raise BadInput(f"{name}: expected named values.")
    for name in ("sections", "tables", "minute_log", "corrections", "chain", "signatures"):
        entries = data.get(name) or ()
        if isinstance(entries, (str, bytes)) or not isinstance(entries, Sequence):
            raise BadInput(f"{name}: expected a list.")
        for i, entry in enumerate(entries):
            if not isinstance(entry, Mapping):
                raise BadInput(f"{name}[{i}]: expected named values.")
    for i, table in enumerate(data.get("tables") or ()):
        width = len(table.get("columns") or ())
        if not width or any(len(row) != width for row in table.get("rows") or ()):
            raise BadInput(f"tables[{i}]: every row needs one cell for each column.")
    ready = {key: value for key, value in data.items() if value is not None}
    if "sections" in ready:
        ready["sections"] = [_section(section) for section in ready["sections"]]
    return ready


def _section(section: Mapping[str, Any]) -> dict[str, Any]:
    """A section as its title and paragraphs, also from the sentences of a sealed note."""
    if "paragraphs" in section or "sentences" not in section:
        return dict(section)
    groups = groupby(section["sentences"], key=lambda sentence: sentence.get("paragraph", 0))
    return {
        "title": section.get("title", ""),
        "paragraphs": [" ".join(str(one["text"]) for one in group) for _, group in groups],
    }


def note_pdf(data: Mapping[str, Any]) -> bytes:
    """One note as a tagged PDF.

    Raises:
        BadInput: the data are not of the shape described above.
    """
    return compile_pdf("note.typ", checked(data), created_at=_printed_at(data, "printed_at"))


def note_png(data: Mapping[str, Any], *, ppi: int = 96) -> list[bytes]:
    """The pages of a note as pictures."""
    return compile_png("note.typ", checked(data), ppi=ppi)
