"""Eligibility inquiries (270): is this person covered, and for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from neuroreed.exchange.x12.envelope_write import Envelope
from neuroreed.exchange.x12.write import Writer
from neuroreed.model.errors import BadInput

GUIDE = "005010X279A1"
Plain = Mapping[str, Any]


def _name(w: Writer, entity: str, found: Plain, qualifier: str) -> None:
    identifier = found.get("id") or found.get("member_id")
    w.seg(
        "NM1", entity, "1", found.get("last"), found.get("first"), found.get("middle"), "",
        found.get("suffix"), qualifier if identifier else "", identifier,
    )  # fmt: skip
    w.address(found.get("address"))
    if found.get("birth_date") or found.get("sex"):
        born = found.get("birth_date")
        w.seg("DMG", "D8" if born else "", born, found.get("sex"))
    if found.get("relationship"):
        w.seg("INS", "N", found["relationship"])


def _asked(w: Writer, entry: Plain) -> None:
    for one in entry.get("inquiries") or ():
        procedure = one.get("procedure") or {}
        w.raw(
            "EQ",
            "^".join(w.text(code, "EQ01") for code in one.get("service_types") or ()),
            w.composite(
                (
                    procedure.get("qualifier"),
                    procedure.get("code"),
                    *procedure.get("modifiers", ()),
                ),
                "EQ02",
            ),
            w.text(one.get("coverage_level"), "EQ03"),
        )
        w.refs(one.get("refs"))
        w.dates(one.get("dates"))


def write_270(
    inquiries: Sequence[Plain],
    *,
    made: datetime,
    sender_id: str,
    receiver_id: str,
    interchange_control: int,
    group_control: int,
    transaction_control: int = 1,
    reference: str | None = None,
    sender_qualifier: str = "ZZ",
    receiver_qualifier: str = "ZZ",
    usage: str = "T",
    line_ends: bool = True,
) -> bytes:
    """One 270 file; ``read_x12`` of it gives the inquiries back.

    Each inquiry has ``source`` (the payer: name, id), ``receiver`` (the clinic: name,
    id_qual, id), ``subscriber`` (last, first, member_id, birth_date, sex), ``dependent``
    (the same, or None), ``traces``, ``refs``, ``dates`` and ``inquiries`` (service_types,
    procedure, coverage_level); the shape that reading gives.

    Raises:
        BadInput: nothing to ask, or text that a file cannot carry.
    """
    if not inquiries:
        raise BadInput("There is no inquiry to write.")
    w = Writer()
    control = f"{transaction_control:04d}"
    w.seg("ST", "270", control, GUIDE)
    w.seg("BHT", "0022", "13", reference or control, f"{made:%Y%m%d}", f"{made:%H%M}")
    source: Any = None
    receiver: Any = None
    above = below = 0
    for place, entry in enumerate(inquiries, 1):
        w.where = f"Inquiry {place}"
        if entry.get("source") != source:
            source, receiver = entry.get("source"), None
            found = source or {}
            above = w.level(None, "20", True)
            w.seg("NM1", "PR", "2", found.get("name"), "", "", "", "", "PI", found.get("id"))
        if entry.get("receiver") != receiver:
            receiver = entry.get("receiver")
            found = receiver or {}
            below = w.level(above, "21", True)
            w.seg(
                "NM1", "1P", "1" if found.get("first") else "2", found.get("name"),
                found.get("first"), "", "", "", found.get("id_qual") or "XX", found.get("id"),
            )  # fmt: skip
            w.refs(found.get("refs"))
        dependent = entry.get("dependent")
        level = w.level(below, "22", dependent is not None)
        if dependent is None:
            for trace in entry.get("traces") or ():
                w.seg("TRN", *trace)
        _name(w, "IL", entry.get("subscriber") or {}, "MI")
        if dependent is not None:
            w.level(level, "23", False)
            for trace in entry.get("traces") or ():
                w.seg("TRN", *trace)
            _name(w, "03", dependent, "MI")
        w.refs(entry.get("refs"))
        w.dates(entry.get("dates"))
        _asked(w, entry)
    w.seg("SE", len(w.parts) + 1, control)
    envelope = Envelope(
        sender=sender_id,
        receiver=receiver_id,
        sender_qualifier=sender_qualifier,
        receiver_qualifier=receiver_qualifier,
        made=made,
        interchange_control=interchange_control,
        group_control=group_control,
        usage=usage,
    )
    return envelope.wrap("HS", GUIDE, [w.parts], line_ends=line_ends)
