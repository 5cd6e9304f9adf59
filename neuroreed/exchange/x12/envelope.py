"""Interchanges, groups and transactions: what stands around the facts, and whether it holds.

Every control number and count is compared with what the file really holds. Anything that
does not fit becomes a defect with its segment number; reading goes on.
"""

from __future__ import annotations

import gc
import os
from typing import Any

from neuroreed.exchange.x12.body import Body, Plain, at
from neuroreed.exchange.x12.checks import Defect, defect, is_date, is_short_date, is_time
from neuroreed.exchange.x12.registry import body_for
from neuroreed.exchange.x12.segments import BLANK, Header, find_isa, header, load, segments
from neuroreed.model.errors import X12Error

_ENVELOPE = frozenset({"ISA", "TA1", "GS", "ST", "SE", "GE", "IEA"})
_MOST_DEFECTS = 10_000


class Reader:
    """One pass over a file; each method takes one kind of segment."""

    def __init__(self, text: str, details: bool) -> None:
        self.text = text
        self.details = details
        self.defects: list[Defect] = []
        self.interchanges: list[Plain] = []
        self.delimiters: Plain = {}
        self.n = 0
        self.unreported = 0
        self.current: Header
        self.interchange: Plain | None = None
        self.group: Plain | None = None
        self.transaction: Plain | None = None
        self.body: Body | None = None
        self.begun = 0
        self.seen_isa: set[str] = set()
        self.seen_gs: set[str] = set()
        self.seen_st: set[str] = set()
        self.ids: list[str] | None = None  # the id of every segment, for who answers a file
        self.starts: list[int] = []
        self.groups_seen = 0
        self.transactions_seen = 0

    def report(self, found: Defect) -> None:
        """Keep a defect; a file of nothing but faults does not fill the memory."""
        if len(self.defects) < _MOST_DEFECTS:
            self.defects.append(found)
        else:
            self.unreported += 1

    def fault(self, code: str, message: str, element: str | None = None) -> None:
        self.report(defect(code, message, segment=self.n, element=element))

    def read(self) -> Plain:
        start = self._begin()
        while start >= 0:
            start = self._interchange(start)
        return self._end()

    def _begin(self) -> int:
        start = self._find(0)
        if start < 0:
            _refuse(self.text)
        if self._before(start).strip(" \t\r\n\x00\ufeff"):
            self.report(defect("text_before_isa", "Text stands before the first ISA", segment=1))
        return start

    def _end(self) -> Plain:
        self._close_interchange()
        if not self._is_ended(self.current.delimiters.segment):
            self.fault("unterminated_segment", "The last segment is not ended: the file is cut")
        self.defects.sort(key=lambda found: found["segment"] or 0)
        if self.unreported:
            self.defects.append(
                defect("more_defects", f"{self.unreported} more defects are not listed")
            )
        return {
            "delimiters": self.delimiters,
            "interchanges": self.interchanges,
            "defects": self.defects,
        }

    # where things stand in the text; a reader of bytes on the disk finds them otherwise

    def _find(self, start: int) -> int:
        return find_isa(self.text, start)

    def _header(self, start: int) -> Header:
        return header(self.text, start)

    def _before(self, start: int) -> str:
        return self.text[:start]

    def _is_ended(self, sign: str) -> bool:
        return self.text.rstrip(BLANK.replace(sign, "")).endswith(sign)

    def _interchange(self, start: int) -> int:
        """Read from the ISA at ``start``; gives where the next ISA stands, or -1."""
        try:
            head = self._header(start)
        except X12Error as error:
            if not self.interchanges:
                raise
            self.n += 1
            if self.ids is not None:
                self.ids.append("ISA")
            self.fault("isa_unreadable", error.message)
            return self._find(start + 3)
        self.current = head
        self._isa(head)
        return self._segments(head)

    def _segments(self, head: Header) -> int:
        """Read what follows an ISA; gives where the next ISA stands, or -1."""
        element = head.delimiters.element
        isa = "ISA" + element
        for offset, piece in segments(self.text, head.end, head.delimiters.segment):
            if piece[:3] == "ISA" and (piece[:4] == isa or not piece[3:4].isalnum()):
                at_isa = self.text.find("ISA", offset)
                if find_isa(self.text, at_isa) == at_isa:
                    return at_isa
            self.n += 1
            self._segment(self._elements(piece, element))
        return -1

    def _elements(self, piece: str, element: str) -> list[str]:
        e = piece.split(element)
        if self.ids is not None:
            self.ids.append(e[0])
        if "\n" in piece or "\r" in piece:
            self.fault("line_break", f"{e[0][:3]} holds a line end: a terminator may be missing")
            e = [
                part.strip() for part in piece.replace("\r", " ").replace("\n", " ").split(element)
            ]
        return e

    def _segment(self, e: list[str]) -> None:
        if e[0] in _ENVELOPE:
            self._envelope(e)
        elif self.body is not None:
            self.body.segment(e, self.n)
        elif self.transaction is None:
            self.fault("outside_transaction", f"{e[0][:3]!r} stands outside a transaction")

    def _envelope(self, e: list[str]) -> None:
        sid = e[0]
        if sid == "ST":
            self._st(e)
        elif sid == "SE":
            self._se(e)
        elif sid == "GS":
            self._gs(e)
        elif sid == "GE":
            self._ge(e)
        elif sid == "IEA":
            self._iea(e)
        elif sid == "TA1":
            self._ta1(e)
        else:
            self.fault("isa_unreadable", "An ISA that cannot be read stands here")

    def _isa(self, head: Header) -> None:
        self._close_interchange()
        self.n += 1
        if self.ids is not None:
            self.ids.append("ISA")
        e = head.elements
        d = head.delimiters
        signs = {
            "element": d.element,
            "component": d.component,
            "segment": d.segment,
            "repetition": d.repetition,
        }
        if not self.delimiters:
            self.delimiters = signs
        for code, message, element in head.faults:
            self.fault(code, message, element)
        control = at(e, 13).strip()
        self.interchange = {
            "control": control,
            "sender": at(e, 6).strip(),
            "receiver": at(e, 8).strip(),
            "version": at(e, 12).strip(),
            "usage": at(e, 15).strip(),
            "groups": [],
        }
        if signs != self.delimiters:
            self.interchange["delimiters"] = signs
        self.interchanges.append(self.interchange)
        self.groups_seen = 0
        self.seen_gs = set()
        if not (len(control) == 9 and control.isascii() and control.isdigit()):
            self.fault("isa_control", "ISA13 is no control number of nine digits", "ISA13")
        if control in self.seen_isa:
            self.fault("duplicate_control", f"ISA13 {control[:12]} stands twice", "ISA13")
        self.seen_isa.add(control)
        if self.interchange["version"] != "00501":
            self.fault("version", "ISA12 is not 00501", "ISA12")
        if self.interchange["usage"] not in ("P", "T"):
            self.fault("usage", "ISA15 says neither production nor test", "ISA15")
        if not is_short_date(at(e, 9)):
            self.fault("date", "ISA09 is no date (YYMMDD)", "ISA09")
        if not is_time(at(e, 10)):
            self.fault("time", "ISA10 is no time (HHMM)", "ISA10")

    def _ta1(self, e: list[str]) -> None:
        if self.interchange is None:
            self.fault("outside_interchange", "TA1 stands outside an interchange")
            return
        if self.group is not None:
            self.fault("wrong_order", "TA1 stands inside a group")
        from neuroreed.exchange.x12.ack import ta1

        self.interchange.setdefault("ta1", []).append(ta1(e))
        for place in (1, 2, 3, 4, 5):
            if not at(e, place):
                self.fault("missing_element", f"TA1{place:02d} is missing", f"TA1{place:02d}")

    def _gs(self, e: list[str]) -> None:
        self._close_group()
        control = at(e, 6)
        self.group = {
            "id": at(e, 1),
            "control": control,
            "version": at(e, 8),
            "transactions": [],
        }
        if self.interchange is None:
            self.fault("outside_interchange", "GS stands after the end of its interchange")
            if self.interchanges:
                self.interchanges[-1]["groups"].append(self.group)
        else:
            self.interchange["groups"].append(self.group)
        self.groups_seen += 1
        self.transactions_seen = 0
        self.seen_st = set()
        for place in range(1, 9):
            if not at(e, place):
                self.fault("missing_element", f"GS{place:02d} is missing", f"GS{place:02d}")
        if control and control in self.seen_gs:
            self.fault("duplicate_control", f"GS06 {control[:12]} stands twice", "GS06")
        self.seen_gs.add(control)
        if not (control.isascii() and control.isdigit() and len(control) <= 9):
            self.fault("gs_control", "GS06 is no control number", "GS06")
        if at(e, 4) and not is_date(e[4]):
            self.fault("date", "GS04 is no date (CCYYMMDD)", "GS04")
        if at(e, 5) and not is_time(e[5]):
            self.fault("time", "GS05 is no time", "GS05")

    def _st(self, e: list[str]) -> None:
        self._close_transaction()
        kind, control = at(e, 1), at(e, 2)
        implementation = at(e, 3) or (self.group and self.group["version"]) or ""
        self.transaction = {
            "type": kind,
            "control": control,
            "implementation": implementation,
            "segment_count": 0,
            "segment_count_declared": None,
        }
        self.begun = self.n
        self.starts.append(self.n)
        if self.group is None:
            self.fault("outside_group", "ST stands outside a group")
            self.group = {"id": None, "control": None, "version": None, "transactions": []}
            where = self.interchange or self.interchanges[-1]
            where["groups"].append(self.group)
            self.groups_seen += 1
            self.transactions_seen = 0
            self.seen_st = set()
        self.group["transactions"].append(self.transaction)
        self.transactions_seen += 1
        if not control:
            self.fault("missing_element", "ST02 is missing", "ST02")
        elif control in self.seen_st:
            self.fault("duplicate_control", f"ST02 {control[:12]} stands twice", "ST02")
        self.seen_st.add(control)
        if at(e, 3) and self.group["version"] and e[3] != self.group["version"]:
            self.fault("version", "ST03 differs from GS08", "ST03")
        maker, group_id, guides = body_for(kind)
        if maker is None:
            self.fault("unknown_transaction", f"Transaction {kind[:6]!r} is not read here", "ST01")
            self.body = None
            return
        if self.group["id"] not in (None, group_id):
            self.fault("group_id", f"GS01 does not fit transaction {kind}", "GS01")
        if implementation not in guides:
            self.fault("version", f"Guide {implementation[:12]!r} is not one we read", "ST03")
        self.body = maker(self.transaction, self.current.delimiters, self.report, self.details)

    def _se(self, e: list[str]) -> None:
        if self.transaction is None:
            self.fault("outside_transaction", "SE stands outside a transaction")
            return
        transaction = self.transaction
        self._end_body()
        count = self.n - self.begun + 1
        transaction["segment_count"] = count
        transaction["segment_count_declared"] = _number(at(e, 1))
        if _number(at(e, 1)) != count:
            message = f"SE01 says {at(e, 1)[:12] or 'nothing'}; ST to SE are {count} segments"
            self.fault("segment_count", message, "SE01")
        if at(e, 2) != transaction["control"]:
            self.fault("control", "SE02 differs from ST02", "SE02")
        self.transaction = None

    def _ge(self, e: list[str]) -> None:
        if self.group is None:
            self.fault("outside_group", "GE stands outside a group")
            return
        self._close_transaction()
        if _number(at(e, 1)) != self.transactions_seen:
            said = at(e, 1)[:12] or "nothing"
            message = f"GE01 says {said}; the group holds {self.transactions_seen}"
            self.fault("transaction_count", message, "GE01")
        if at(e, 2) != self.group["control"]:
            self.fault("control", "GE02 differs from GS06", "GE02")
        if not self.group["transactions"]:
            self.fault("empty_group", "The group holds no transaction")
        self.group = None

    def _iea(self, e: list[str]) -> None:
        if self.interchange is None:
            self.fault("outside_interchange", "IEA stands outside an interchange")
            return
        self._close_group()
        if _number(at(e, 1)) != self.groups_seen:
            said = at(e, 1)[:12] or "nothing"
            message = f"IEA01 says {said}; the interchange holds {self.groups_seen} groups"
            self.fault("group_count", message, "IEA01")
        if at(e, 2).strip() != self.interchange["control"]:
            self.fault("control", "IEA02 differs from ISA13", "IEA02")
        if not self.interchange["groups"] and "ta1" not in self.interchange:
            self.fault("empty_interchange", "The interchange holds no group")
        self.interchange = None

    def _end_body(self) -> None:
        if self.body is not None:
            self.body.finish(self.n)
            self.body = None

    def _close_transaction(self) -> None:
        """A transaction that ends without its SE."""
        if self.transaction is not None:
            self._end_body()
            self.transaction["segment_count"] = self.n - self.begun
            control = self.transaction["control"][:12]
            self.fault("missing_se", f"Transaction {control} has no SE: the file may be cut", "SE")
            self.transaction = None

    def _close_group(self) -> None:
        """A group that ends without its GE."""
        if self.group is not None:
            self._close_transaction()
            self.fault("missing_ge", "The group has no GE: the file may be cut", "GE")
            self.group = None

    def _close_interchange(self) -> None:
        """An interchange that ends without its IEA."""
        if self.interchange is not None:
            self._close_group()
            self.fault("missing_iea", "The interchange has no IEA: the file may be cut", "IEA")
            if not self.interchange["groups"] and "ta1" not in self.interchange:
                self.fault("empty_interchange", "The interchange holds no group")
            self.interchange = None
        elif self.group is not None:
            self._close_group()


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _refuse(text: str) -> None:
    blank = len(text) - len(text.lstrip(" \t\r\n\x00\ufeff"))
    if blank == len(text):
        raise X12Error("The file is empty", offset=0)
    raise X12Error("This is no X12: there is no ISA", segment=1, offset=blank)


def read_x12(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview, *, details: bool = False
) -> dict[str, Any]:
    """Read X12 (837P, 835, 999, TA1, 277CA, 270, 271) into plain data.

    Every fault is one entry of ``defects`` (code, message, segment, loop, element);
    docs/reference/x12.md shows the shapes. ``details`` adds what the plain shape leaves
    out: addresses, birth dates, contacts, taxonomies, rare segments.

    Args:
        source: a path, or the bytes of a file.

    Raises:
        X12Error: what cannot be read at all, with the position.
    """
    reader = Reader(load(source), details)
    # the collector would walk the growing answer again and again: half of the time, for nothing
    was_on = gc.isenabled()
    gc.disable()
    try:
        return reader.read()
    finally:
        if was_on:
            gc.enable()
