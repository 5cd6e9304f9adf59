"""What a payer takes out of an 837P: the segments, read one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass
class Service:
    """One line as it was asked for, in cents. ``before``: what the first payer took off."""

    code: str
    modifiers: list[str]
    charge: int
    units: int
    on: date
    control: str = ""
    number: str = ""
    before: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass
class Asked:
    """One claim as it was asked for."""

    number: str
    charge: int
    frequency: str
    last: str
    first: str
    member: str
    replaces: str = ""
    payer: str = ""
    first_paid: int | None = None
    services: list[Service] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        return min(one.on for one in self.services)


@dataclass
class Batch:
    """A file: its own numbers, and its claims."""

    interchange: str
    group: str
    transactions: list[str]
    reference: str
    npi: str
    claims: list[Asked]


def cents(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole or "0") * 100 + int((part + "00")[:2])


def read(content: bytes) -> Batch:
    text = content.decode().replace("\n", "")
    end = text[105]
    found = Batch("", "", [], "", "", [])
    last = first = member = payer = ""
    claim: Asked | None = None
    for segment in text.split(end):
        e = segment.split("*")
        name = e[0]
        if name == "ISA":
            found.interchange = e[13]
        elif name == "GS":
            found.group = e[6]
        elif name == "ST":
            found.transactions.append(e[2])
        elif name == "BHT":
            found.reference = e[3]
        elif name == "NM1" and e[1] == "85":
            found.npi = e[9]
        elif name == "HL":
            claim = None
        elif name == "NM1" and e[1] == "IL" and claim is None:
            last, first, member = e[3], e[4], e[9]
        elif name == "NM1" and e[1] == "PR" and claim is None:
            payer = e[9]
        elif name == "CLM":
            claim = Asked(e[1], cents(e[2]), e[5].split(":")[2], last, first, member, payer=payer)
            found.claims.append(claim)
        elif name == "REF" and claim is not None and e[1] == "F8":
            claim.replaces = e[2]
        elif name == "AMT" and e[1] == "D" and claim is not None:
            claim.first_paid = cents(e[2])
        elif name == "CAS" and claim is not None and claim.services:
            claim.services[-1].before += [
                (e[1], e[place], cents(e[place + 1])) for place in range(2, len(e), 3)
            ]
        elif name == "LX" and claim is not None:
            number = e[1]
        elif name == "SV1" and claim is not None:
            parts = e[1].split(":")
            claim.services.append(
                Service(parts[1], parts[2:6], cents(e[2]), int(e[4]), date.max, number=number)
            )
        elif name == "DTP" and e[1] == "472" and claim is not None:
            claim.services[-1].on = datetime.strptime(e[3][:8], "%Y%m%d").date()
        elif name == "REF" and e[1] == "6R" and claim is not None:
            claim.services[-1].control = e[2]
    return found
