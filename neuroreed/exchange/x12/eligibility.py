"""Eligibility inquiries (270) and responses (271) into plain data.

Both give one entry per person asked about, in ``people``: the subscriber, and the dependent
where the question is about one. A refusal (AAA) stands with the person it concerns and,
with its level, in ``rejections`` of the transaction.
"""

from __future__ import annotations

from neuroreed.exchange.x12.body import Body, Plain, at, known
from neuroreed.exchange.x12.checks import Report
from neuroreed.exchange.x12.guide import Handler, Machine, guide
from neuroreed.exchange.x12.segments import Delimiters

_PARENTS = {"21": "20", "22": "21", "23": "22"}


class Eligibility(Body):
    """What inquiry and response share: source, receiver, subscriber, dependent."""

    def __init__(self, head: Plain, delimiters: Delimiters, report: Report, details: bool) -> None:
        super().__init__(head, delimiters, report, details)
        head["bht"] = {"purpose": None, "reference": None}
        head["people"] = []
        head["rejections"] = []
        self.source: Plain = {"name": None, "id": None}
        self.receiver: Plain = {"name": None, "id_qual": None, "id": None}
        self.subscriber: Plain = _person()
        self.entry: Plain | None = None
        self.person: Plain = {}
        self.benefit: Plain | None = None
        self.entity: Plain | None = None

    def begin(self, subscriber: Plain, dependent: Plain | None) -> None:
        self.entry = {
            "source": dict(self.source),
            "receiver": dict(self.receiver),
            "subscriber": subscriber,
            "dependent": dependent,
            "traces": [],
            "refs": [],
            "dates": [],
            "rejections": [],
            self.asked: [],
        }
        self.head["people"].append(self.entry)
        self.benefit = self.entity = None

    asked = "inquiries"

    def open(self, loop: str) -> None:
        if loop in ("2000C", "2000D"):
            self.begin(self.subscriber, None)

    def finish(self, n: int) -> None:
        super().finish(n)
        people = self.head["people"]
        # a subscriber above a dependent is not asked about
        self.head["people"] = [entry for entry in people if not entry.pop("_above", False)]
        if not self.head["people"] and not self.head["rejections"]:
            self.fault("no_people", "The transaction asks or says nothing about anyone")


class Inquiry(Eligibility):
    """Reads one 270."""


class Response(Eligibility):
    """Reads one 271."""

    asked = "benefits"


def _person() -> Plain:
    return {"last": None, "first": None, "member_id": None, "birth_date": None, "sex": None}


def _bht(b: Eligibility, e: list[str], n: int) -> None:
    b.head["bht"] = {"purpose": known(e, 2), "reference": known(e, 3)}
    b.day(e, 4)


def _hl(b: Eligibility, e: list[str], n: int) -> None:
    b.level(e, _PARENTS)
    kind = at(e, 3)
    b.benefit = b.entity = None
    if kind == "22":
        b.subscriber = b.person = _person()
        b.begin(b.subscriber, None)
        if at(e, 4) == "1" and b.entry is not None:
            b.entry["_above"] = True
    elif kind == "23":
        b.person = _person()
        b.begin(b.subscriber, b.person)
    else:
        b.entry = None
        b.person = {}


def _nm1(b: Eligibility, e: list[str], n: int) -> None:
    found = b.name(e)
    if b.loop == "2100A":
        b.source.update(name=found["last_or_org"], id=found["id"])
    elif b.loop == "2100B":
        b.receiver.update(name=found["last_or_org"], id_qual=found["id_qual"], id=found["id"])
        if found["first"]:
            b.receiver["first"] = found["first"]
    elif b.loop in ("2120C", "2120D"):
        b.entity = found
        if b.benefit is not None:
            b.benefit.setdefault("entities", []).append(found)
    else:
        b.person.update(last=found["last_or_org"], first=found["first"], member_id=found["id"])
        for part in ("middle", "suffix"):
            if part in found:
                b.person[part] = found[part]


def _trn(b: Eligibility, e: list[str], n: int) -> None:
    if b.entry is not None:
        b.entry["traces"].append([at(e, 1), at(e, 2), at(e, 3)])


def _dmg(b: Eligibility, e: list[str], n: int) -> None:
    b.person["birth_date"] = b.day(e, 2) if at(e, 1) == "D8" else known(e, 2)
    b.person["sex"] = known(e, 3)


def _ins(b: Eligibility, e: list[str], n: int) -> None:
    b.person["relationship"] = known(e, 2)


def _address(b: Eligibility, e: list[str], n: int) -> None:
    b.address(b.entity if b.entity is not None else b.person, e)


def _ref(b: Eligibility, e: list[str], n: int) -> None:
    found = [at(e, 1), at(e, 2)]
    if b.benefit is not None:
        b.benefit.setdefault("refs", []).append(found)
    elif b.entry is not None:
        b.entry["refs"].append(found)
    elif b.loop == "2100B":
        b.receiver.setdefault("refs", []).append(found)


def _dtp(b: Eligibility, e: list[str], n: int) -> None:
    found = b.period(e)
    if b.benefit is not None:
        b.benefit.setdefault("dates", []).append(found)
    elif b.entry is not None:
        b.entry["dates"].append(found)


def _aaa(b: Eligibility, e: list[str], n: int) -> None:
    found = {
        "level": b.loop,
        "valid": known(e, 1),
        "reason": known(e, 3),
        "follow_up": known(e, 4),
    }
    b.head["rejections"].append(found)
    b.childless.clear()  # who is refused has no child, whatever HL04 says
    if b.entry is not None:
        b.entry["rejections"].append(found)


def _services(b: Eligibility, text: str) -> list[str]:
    if not text:
        return []
    return [code for code in text.split(b.repetition or "\x00") if code]


def _eq(b: Eligibility, e: list[str], n: int) -> None:
    b.benefit = {
        "service_types": _services(b, at(e, 1)),
        "procedure": b.procedure(at(e, 2), "EQ02"),
        "coverage_level": known(e, 3),
    }
    if not at(e, 1) and not at(e, 2):
        b.fault("missing_element", "EQ01 and EQ02 are missing", "EQ01")
    if b.entry is not None:
        b.entry["inquiries"].append(b.benefit)


def _eb(b: Eligibility, e: list[str], n: int) -> None:
    value = b.amount(e, 7)
    b.entity = None
    b.benefit = {
        "information": known(e, 1),
        "coverage_level": known(e, 2),
        "service_types": _services(b, at(e, 3)),
        "insurance_type": known(e, 4),
        "plan": known(e, 5),
        "period": known(e, 6),
        "amount": b.said(e, 7, value),
        "percent": b.quantity(e, 8),
        "quantity_qualifier": known(e, 9),
        "quantity": b.quantity(e, 10),
        "authorization_required": known(e, 11),
        "in_network": known(e, 12),
        "procedure": b.procedure(at(e, 13), "EB13"),
        "messages": [],
    }
    if b.entry is not None:
        b.entry["benefits"].append(b.benefit)


def _msg(b: Eligibility, e: list[str], n: int) -> None:
    if b.benefit is not None:
        b.benefit["messages"].append(at(e, 1))


def _hsd(b: Eligibility, e: list[str], n: int) -> None:
    if b.benefit is not None:
        b.benefit.setdefault("delivery", []).append(e[1:])


def _le(b: Eligibility, e: list[str], n: int) -> None:
    b.entity = None


_HANDLERS: dict[tuple[str, str], Handler] = {
    ("", "BHT"): _bht,
    ("", "HL"): _hl,
    ("", "NM1"): _nm1,
    ("", "TRN"): _trn,
    ("", "DMG"): _dmg,
    ("", "INS"): _ins,
    ("", "N3"): _address,
    ("", "N4"): _address,
    ("", "REF"): _ref,
    ("", "DTP"): _dtp,
    ("", "AAA"): _aaa,
    ("", "EQ"): _eq,
    ("", "EB"): _eb,
    ("", "MSG"): _msg,
    ("", "HSD"): _hsd,
    ("", "LE"): _le,
}

Inquiry.machine = Machine(guide("p270"), _HANDLERS)
Response.machine = Machine(guide("p271"), _HANDLERS)
