"""Text, amounts and segments fit for a file: what every writer shares."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from neuroreed.exchange.x12.checks import cents
from neuroreed.model.errors import BadInput

Plain = Mapping[str, Any]

_SIGNS = "*:~^"

# the longest text an element may hold, where a person's or a payer's words may exceed it
_LONGEST = {
    "NM103": 60, "NM104": 35, "NM105": 25, "NM107": 10, "NM109": 80, "N301": 55, "N302": 55,
    "N401": 30, "N402": 2, "N403": 15, "REF02": 50, "CLM01": 38, "NTE02": 80, "PER02": 60,
    "SBR03": 50, "SBR04": 60, "PWK06": 80, "PER04": 256, "PER06": 256, "PRV03": 50, "SVD01": 80,
    "TRN02": 50, "BHT03": 50,
}  # fmt: skip


def clean(value: object, where: str) -> str:
    """Text fit for an element.

    Raises:
        BadInput: a delimiter, a control sign or a letter without an ASCII form; says where.
    """
    text = "" if value is None else str(value).strip()
    if not text.isascii():
        folded = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in folded if not unicodedata.combining(sign))
        text = text.translate(_PLAIN_SIGNS)
    longest = _LONGEST.get(where[-5:], 0) or _LONGEST.get(where[-4:], 0)
    if longest and len(text) > longest:
        raise BadInput(f"{where} has {len(text)} characters; a claim file carries {longest}.")
    for sign in text:
        if sign in _SIGNS or not " " <= sign <= "~":
            raise BadInput(f"{where} holds {sign!r}, which a claim file cannot carry: remove it.")
    return text


_PLAIN_SIGNS = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-",
     "\u00df": "ss", "\u00f8": "o", "\u00d8": "O", "\u00e6": "ae", "\u00c6": "AE",
     "\u0142": "l", "\u0141": "L", "\u0131": "i", "\u00a0": " "}
)  # fmt: skip


def amount(value: object, where: str) -> str:
    """An amount without needless zeros: 215.50 becomes 215.5.

    Raises:
        BadInput: what is no amount of dollars and cents.
    """
    text = clean(value, where)
    if not text:
        return ""
    found = cents(text)
    if found is None:
        raise BadInput(f"{where} is no amount of dollars and cents.")
    whole, part = divmod(abs(found), 100)
    tail = f".{part:02d}".rstrip("0") if part else ""
    return f"{'-' if found < 0 else ''}{whole}{tail}"


class Writer:
    """The segments of one transaction, counted as they come."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.where = "The file"
        self.levels = 0

    def seg(self, *elements: object) -> None:
        """One segment; empty elements at its end are left out."""
        found = [
            clean(value, f"{self.where}: {elements[0]}{place:02d}")
            for place, value in enumerate(elements)
        ]
        self._put(found)

    def raw(self, *elements: str) -> None:
        """One segment whose elements are clean (composites)."""
        self._put(list(elements))

    def _put(self, found: list[str]) -> None:
        while len(found) > 1 and not found[-1]:
            found.pop()
        self.parts.append("*".join(found))

    def text(self, value: object, element: str) -> str:
        return clean(value, f"{self.where}: {element}")

    def money(self, value: object, element: str) -> str:
        return amount(value, f"{self.where}: {element}")

    def composite(self, values: Iterable[object], element: str) -> str:
        found = [self.text(value, element) for value in values]
        while found and not found[-1]:
            found.pop()
        return ":".join(found)

    def level(self, parent: int | None, kind: str, child: bool) -> int:
        self.levels += 1
        self.seg("HL", self.levels, parent, kind, "1" if child else "0")
        return self.levels

    def address(self, place: Plain | None) -> None:
        if not place:
            return
        if place.get("line1"):
            self.seg("N3", place["line1"], place.get("line2"))
        if place.get("city"):
            self.seg(
                "N4",
                place["city"],
                place.get("state"),
                place.get("postal_code"),
                place.get("country"),
            )

    def contact(self, found: Plain | None) -> None:
        if not found:
            return
        kinds = (
            ("TE", "phone"),
            ("EX", "extension"),
            ("EM", "email"),
            ("FX", "fax"),
            ("UR", "url"),
        )
        numbers: list[object] = []
        for kind, name in kinds:
            if found.get(name) and len(numbers) < 6:
                numbers += [kind, found[name]]
        if numbers:
            self.seg("PER", "IC", found.get("name"), *numbers)

    def refs(self, refs: Iterable[Sequence[str]] | None) -> None:
        for ref in refs or ():
            tail = ("", "", self.composite(str(ref[2]).split(":"), "REF04")) if len(ref) > 2 else ()
            self.raw("REF", self.text(ref[0], "REF01"), self.text(ref[1], "REF02"), *tail[1:])

    def dates(self, dates: Iterable[Sequence[str]] | None) -> None:
        for one in dates or ():
            self.seg("DTP", *one)
