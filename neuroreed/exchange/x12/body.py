"""What the readers of all transactions share: walking the guide, elements, amounts, names."""

from __future__ import annotations

from typing import Any, ClassVar

from neuroreed.exchange.x12.checks import (
    Report,
    cents,
    defect,
    is_date,
    is_quantity,
    money,
    npi_fault,
    period_fault,
)
from neuroreed.exchange.x12.guide import QUALIFIER, Machine
from neuroreed.exchange.x12.segments import Delimiters

Plain = dict[str, Any]


def at(e: list[str], place: int) -> str:
    """Element ``place`` (1 is the first after the segment id), or empty text."""
    return e[place] if place < len(e) else ""


def known(e: list[str], place: int) -> str | None:
    """Element ``place``, or ``None`` where the file does not say."""
    return (e[place] or None) if place < len(e) else None


class Body:
    """Reads the segments between ST and SE into ``head``, the plain data of the transaction."""

    machine: ClassVar[Machine]

    def __init__(self, head: Plain, delimiters: Delimiters, report: Report, details: bool) -> None:
        self.head = head
        self.component = delimiters.component
        self.repetition = delimiters.repetition
        self.delimiters = delimiters
        self._report = report
        self.details = details
        self.state = self.machine.start
        self.loop = ""
        self.n = 0
        self.last_hl = 0
        self.levels: dict[str, str] = {}
        self.childless: dict[str, int] = {}
        self.without_child: dict[str, bool] = {}

    def segment(self, e: list[str], n: int) -> None:
        """Take one segment, split into elements; ``n`` counts the segments of the file."""
        sid = e[0]
        place = QUALIFIER.get(sid)
        if place is None:
            key = sid
        elif place < len(e):
            key = sid + "*" + e[place]
            if sid == "HI":
                key = key.partition(self.component)[0]
        else:
            key = sid + "*"
        step = self.state.next.get(key) or self.state.go(key)
        self.n = n
        self.loop = step.loop
        if step.faults:
            for code, message, loop, about in step.faults:
                self._report(defect(code, message, segment=n, loop=loop, element=about))
        if step.last and (len(e) <= step.last or "" in e):
            for i in step.elements:
                if i >= len(e) or not e[i]:
                    self.fault("missing_element", f"{sid}{i:02d} is missing", f"{sid}{i:02d}")
        if not e[-1]:
            self.fault("trailing_separator", f"{sid} ends in an empty element", None)
        self.state = step.state
        for opened in step.opened:
            self.open(opened)
        if step.handler is not None:
            step.handler(self, e, n)

    def open(self, loop: str) -> None:
        """A loop began without its first segment: forget what stood in the one before."""

    def finish(self, n: int) -> None:
        """The transaction ends (or the file does): say what is missing."""
        for code, message, loop, about in self.state.closing():
            self._report(defect(code, message, segment=n, loop=loop, element=about))
        for number, segment in self.childless.items():
            self._report(
                defect(
                    "hl_child", f"HL {number} announces a child that never comes", segment=segment
                )
            )

    def fault(self, code: str, message: str, element: str | None = None) -> None:
        """Report a defect of the segment at hand."""
        self._report(defect(code, message, segment=self.n, loop=self.loop, element=element))

    def fault_at(self, n: int, loop: str, code: str, message: str, element: str | None) -> None:
        """Report a defect of an earlier segment."""
        self._report(defect(code, message, segment=n, loop=loop, element=element))

    def amount(self, e: list[str], place: int) -> int | None:
        """An amount in whole cents; ``None`` (and a defect) if it is none."""
        text = at(e, place)
        if not text:
            return None
        value = cents(text)
        if value is None:
            name = f"{e[0]}{place:02d}"
            self.fault("amount", f"{name} is no amount of dollars and cents", name)
        return value

    def said(self, e: list[str], place: int, value: int | None) -> str | None:
        """An amount as text: two decimals, or as the file says it when it is none."""
        return known(e, place) if value is None else money(value)

    def quantity(self, e: list[str], place: int) -> str | None:
        """A number of units as the file says it."""
        text = at(e, place)
        if text and not is_quantity(text):
            name = f"{e[0]}{place:02d}"
            self.fault("quantity", f"{name} is no number", name)
        return text or None

    def day(self, e: list[str], place: int) -> str | None:
        """A date CCYYMMDD as the file says it."""
        text = at(e, place)
        if text and not is_date(text):
            name = f"{e[0]}{place:02d}"
            self.fault("date", f"{name} is no date (CCYYMMDD)", name)
        return text or None

    def period(self, e: list[str]) -> list[str]:
        """A DTP as qualifier, format, value."""
        form, text = at(e, 2), at(e, 3)
        if form and text and (wrong := period_fault(form, text)):
            self.fault("date", f"{e[0]}03 {wrong}", f"{e[0]}03")
        return [at(e, 1), form, text]

    def npi(self, qualifier: str, text: str, element: str) -> None:
        """Test an identifier that says it is an NPI."""
        if qualifier == "XX" and text and (wrong := npi_fault(text)):
            self.fault("npi", f"{element} {wrong}", element)

    def name(self, e: list[str]) -> Plain:
        """An NM1 as plain data; middle name and suffix only where the file has them."""
        found: Plain = {
            "entity": at(e, 1),
            "type": at(e, 2),
            "last_or_org": known(e, 3),
            "first": known(e, 4),
            "id_qual": known(e, 8),
            "id": known(e, 9),
        }
        if at(e, 5):
            found["middle"] = e[5]
        if at(e, 7):
            found["suffix"] = e[7]
        if found["id"]:
            self.npi(at(e, 8), e[9], "NM109")
        return found

    def procedure(self, text: str, element: str) -> Plain | None:
        """A composite procedure: qualifier, code, up to four modifiers."""
        if not text:
            return None
        parts = text.split(self.component)
        if len(parts) < 2 or not parts[1]:
            self.fault("procedure", f"{element} holds no procedure code", element)
        elif not parts[1].isalnum():
            self.fault("procedure", f"{element} is no procedure code", element)
        found: Plain = {
            "qualifier": parts[0] or None,
            "code": (parts[1] or None) if len(parts) > 1 else None,
            "modifiers": [part for part in parts[2:6] if part],
        }
        if len(parts) > 6 and parts[6]:
            found["description"] = parts[6]
        return found

    def adjustments(self, e: list[str]) -> tuple[list[Plain], int | None]:
        """A CAS as its adjustments and their sum in cents; the sum is None if one is unreadable."""
        found: list[Plain] = []
        total: int | None = 0
        group = at(e, 1)
        if group not in ("CO", "PR", "OA", "PI", "CR"):
            self.fault("adjustment_group", "CAS01 is no adjustment group", "CAS01")
        for place in range(2, max(len(e), 5), 3):
            code, quantity = at(e, place), at(e, place + 2)
            if not code and not at(e, place + 1) and not quantity:
                if place > 2:
                    self.fault("adjustment", "A reason is left out between others", "CAS")
                continue
            value = self.amount(e, place + 1)
            if not code:
                name = f"CAS{place:02d}"
                self.fault("adjustment", f"{name}: an amount without its reason", name)
            if value is None:
                total = None
                if not at(e, place + 1):
                    name = f"CAS{place + 1:02d}"
                    self.fault("adjustment", f"{name}: a reason without its amount", name)
            elif total is not None:
                total += value
            entry = {"group": group, "carc": code, "amount": self.said(e, place + 1, value)}
            if quantity:
                entry["quantity"] = self.quantity(e, place + 2)
            found.append(entry)
        if len(e) > 20:
            self.fault("too_many_elements", "CAS holds more than six adjustments", "CAS20")
        return found, total

    def level(self, e: list[str], parents: dict[str, str]) -> None:
        """Test an HL: numbered from 1 without a gap, under a parent of the right level."""
        number, parent, kind, child = at(e, 1), at(e, 2), at(e, 3), at(e, 4)
        self.last_hl += 1
        if number != str(self.last_hl):
            self.fault("hl_number", f"HL01 is {number[:12]!r}, not {self.last_hl}", "HL01")
        if number in self.levels:
            self.fault("hl_number", f"HL01 {number[:12]!r} stands twice", "HL01")
        if number.isascii() and number.isdigit() and len(number) < 10:
            self.last_hl = max(self.last_hl, int(number))
        above = parents.get(kind)
        if above and self.levels.get(parent) != above:
            self.fault("hl_parent", f"HL02 {parent[:12]!r} is no level {above} before it", "HL02")
        elif not above and parent:
            self.fault("hl_parent", "HL02 names a parent at the top level", "HL02")
        if above and parent in self.levels:
            self.childless.pop(parent, None)
            if self.without_child.get(parent):
                self.fault("hl_child", f"HL {parent} says it has no child, yet here is one", "HL02")
        self.levels[number] = kind
        if child == "1":
            self.childless[number] = self.n
        self.without_child[number] = child == "0"

    def address(self, where: Plain, e: list[str]) -> None:
        """Put an N3 or N4 into the address of ``where`` (details only)."""
        if not self.details:
            return
        place: Plain = where.setdefault("address", {})
        if e[0] == "N3":
            place["line1"] = known(e, 1)
            if at(e, 2):
                place["line2"] = e[2]
            return
        place["city"], place["state"], place["postal_code"] = known(e, 1), known(e, 2), known(e, 3)
        if at(e, 4):
            place["country"] = e[4]

    def contact(self, e: list[str]) -> Plain:
        """A PER as name and numbers."""
        found: Plain = {"name": known(e, 2)}
        words = {"TE": "phone", "EX": "extension", "EM": "email", "FX": "fax", "UR": "url"}
        for place in (3, 5, 7):
            word = words.get(at(e, place))
            if word and at(e, place + 1):
                found[word] = e[place + 1]
            elif bool(at(e, place)) != bool(at(e, place + 1)):
                name = f"PER{place:02d}"
                self.fault("contact", f"{name}: a number without its kind, or a kind without", name)
        return found
