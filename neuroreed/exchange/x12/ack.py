"""Answers to our files: TA1, 999 and 277CA into plain data."""

from __future__ import annotations

from neuroreed.exchange.x12.body import Body, Plain, at, known
from neuroreed.exchange.x12.checks import Report, money
from neuroreed.exchange.x12.guide import Handler, Machine, guide
from neuroreed.exchange.x12.segments import Delimiters

_ANSWERS = frozenset("AEMPRWX")
_PARENTS = {"21": "20", "19": "21", "PT": "19"}


def ta1(e: list[str]) -> Plain:
    """A TA1: which interchange it answers, and how. ``accepted`` covers A and E (with errors)."""
    return {
        "control": known(e, 1),
        "date": known(e, 2),
        "time": known(e, 3),
        "status": known(e, 4),
        "accepted": at(e, 4) in ("A", "E"),
        "note": known(e, 5),
    }


class Acknowledgement(Body):
    """Reads one 999: which transactions of which group were taken, and what was wrong."""

    def __init__(self, head: Plain, delimiters: Delimiters, report: Report, details: bool) -> None:
        super().__init__(head, delimiters, report, details)
        head["acknowledges"] = {"id": None, "control": None, "version": None}
        head["transactions"] = []
        head["status"] = None
        head["accepted"] = None
        head["counts"] = {"declared": None, "received": None, "accepted": None}
        head["errors"] = []
        self.answer: Plain | None = None
        self.place: Plain | None = None
        self.part: Plain | None = None

    def open(self, loop: str) -> None:
        if loop == "AK2":
            _ak2(self, ["AK2"], self.n)

    def finish(self, n: int) -> None:
        super().finish(n)
        answers = self.head["transactions"]
        counts = self.head["counts"]
        accepted = sum(1 for answer in answers if answer["accepted"])
        if answers and counts["received"] is not None and counts["received"] != len(answers):
            message = f"AK903 says {counts['received']}; {len(answers)} are answered"
            self.fault("transaction_count", message, "AK903")
        if answers and counts["accepted"] is not None and counts["accepted"] != accepted:
            message = f"AK904 says {counts['accepted']}; {accepted} are accepted"
            self.fault("transaction_count", message, "AK904")


def _ak1(b: Acknowledgement, e: list[str], n: int) -> None:
    b.head["acknowledges"] = {"id": known(e, 1), "control": known(e, 2), "version": known(e, 3)}


def _ak2(b: Acknowledgement, e: list[str], n: int) -> None:
    b.answer = {
        "type": known(e, 1),
        "control": known(e, 2),
        "implementation": known(e, 3),
        "status": None,
        "accepted": False,
        "errors": [],
        "segments": [],
    }
    b.place = b.part = None
    b.head["transactions"].append(b.answer)


def _ik3(b: Acknowledgement, e: list[str], n: int) -> None:
    b.place = {
        "segment": known(e, 1),
        "position": known(e, 2),
        "loop": known(e, 3),
        "error": known(e, 4),
        "context": [],
        "elements": [],
    }
    b.part = None
    if not at(e, 2).isdigit():
        b.fault("quantity", "IK302 is no position", "IK302")
    if b.answer is not None:
        b.answer["segments"].append(b.place)


def _ik4(b: Acknowledgement, e: list[str], n: int) -> None:
    b.part = {
        "position": known(e, 1),
        "reference": known(e, 2),
        "error": known(e, 3),
        "value": known(e, 4),
        "context": [],
    }
    if b.place is not None:
        b.place["elements"].append(b.part)


def _ctx(b: Acknowledgement, e: list[str], n: int) -> None:
    where = b.part if b.part is not None else b.place
    if where is not None:
        where["context"].append([part for part in e[1:] if part])


def _ik5(b: Acknowledgement, e: list[str], n: int) -> None:
    if b.answer is not None:
        b.answer["status"] = known(e, 1)
        b.answer["accepted"] = at(e, 1) in ("A", "E")
        b.answer["errors"] = [code for code in e[2:7] if code]
    if at(e, 1) and e[1] not in _ANSWERS:
        b.fault("code", "IK501 is no answer to a transaction", "IK501")


def _ak9(b: Acknowledgement, e: list[str], n: int) -> None:
    b.head["status"] = known(e, 1)
    b.head["accepted"] = at(e, 1) in ("A", "E")
    counts = {}
    for place, name in ((2, "declared"), (3, "received"), (4, "accepted")):
        text = at(e, place)
        if text and not (text.isascii() and text.isdigit()):
            b.fault("quantity", f"AK9{place:02d} is no count", f"AK9{place:02d}")
        counts[name] = int(text) if text.isascii() and text.isdigit() else None
    b.head["counts"] = counts
    b.head["errors"] = [code for code in e[5:10] if code]
    if at(e, 1) and e[1] not in _ANSWERS:
        b.fault("code", "AK901 is no answer to a group", "AK901")


class ClaimAcknowledgement(Body):
    """Reads one 277CA: each claim accepted or rejected on its way to the payer."""

    def __init__(self, head: Plain, delimiters: Delimiters, report: Report, details: bool) -> None:
        super().__init__(head, delimiters, report, details)
        head["bht"] = {"purpose": None, "reference": None, "type": None}
        head["source"] = {"name": None, "id": None, "trace": None, "dates": []}
        head["receiver"] = _party()
        head["providers"] = []
        head["claims"] = []
        self.party: Plain = head["source"]
        self.claim: Plain | None = None
        self.line: Plain | None = None
        self.patient: Plain | None = None

    def finish(self, n: int) -> None:
        super().finish(n)
        for claim in self.head["claims"]:
            claim["accepted"] = _accepted(claim["statuses"])
        if not (self.head["claims"] or self.head["providers"] or self.head["receiver"]["statuses"]):
            self.fault("no_claims", "The transaction answers nothing")


def _party() -> Plain:
    return {
        "name": None,
        "id": None,
        "trace": None,
        "statuses": [],
        "quantities": [],
        "amounts": [],
        "refs": [],
    }


def _accepted(statuses: list[Plain]) -> bool | None:
    """Whether a claim went on: rejected if any category says so, None if none tells."""
    categories = [status["category"] or "" for status in statuses]
    if any(c in ("A3", "A4", "A6", "A7", "A8") for c in categories):
        return False
    return True if any(c in ("A0", "A1", "A2", "A5") for c in categories) else None


def _bht(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    b.head["bht"] = {"purpose": known(e, 2), "reference": known(e, 3), "type": known(e, 6)}
    b.day(e, 4)


def _hl(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    b.level(e, _PARENTS)
    kind = at(e, 3)
    b.claim = b.line = b.patient = None
    if kind == "20":
        b.party = b.head["source"]
    elif kind == "21":
        b.party = b.head["receiver"]
    elif kind == "19":
        b.party = _party()
        b.head["providers"].append(b.party)
    else:
        b.patient = {}


def _nm1(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    found = b.name(e)
    if b.loop == "2100D":
        b.patient = found
        return
    b.party["name"], b.party["id"] = found["last_or_org"], found["id"]
    if found["first"]:
        b.party["first"] = found["first"]


def _trn(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    if b.loop != "2200D":
        b.party["trace"] = known(e, 2)
        return
    b.line = None
    patient = b.patient or {}
    provider = b.head["providers"][-1] if b.head["providers"] else {}
    b.claim = {
        "claim_id": known(e, 2),
        "patient": {
            "last": patient.get("last_or_org"),
            "first": patient.get("first"),
            "member_id": patient.get("id"),
        },
        "provider": {"name": provider.get("name"), "id": provider.get("id")},
        "statuses": [],
        "accepted": None,
        "payer_claim_control": None,
        "refs": [],
        "dates": [],
        "lines": [],
    }
    b.head["claims"].append(b.claim)


def _stc(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    value = b.amount(e, 4)
    day = b.day(e, 2)
    where = b.line or b.claim or b.party
    for place in (1, 10, 11):
        if not at(e, place):
            continue
        parts = [*e[place].split(b.component), "", ""]
        if not parts[0] or not parts[1]:
            name = f"STC{place:02d}"
            b.fault("status", f"{name} lacks its category or its code", name)
        status = {
            "category": parts[0] or None,
            "code": parts[1] or None,
            "entity": parts[2] or None,
            "date": day,
            "action": known(e, 3),
            "amount": None if value is None else money(value),
        }
        if at(e, 12):
            status["text"] = e[12]
        where.setdefault("statuses", []).append(status)


def _qty(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    b.party.setdefault("quantities", []).append([at(e, 1), b.quantity(e, 2)])


def _amt(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    b.party.setdefault("amounts", []).append([at(e, 1), b.said(e, 2, b.amount(e, 2))])


def _ref(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    where = b.line or b.claim or b.party
    where.setdefault("refs", []).append([at(e, 1), at(e, 2)])
    if at(e, 1) == "1K" and b.claim is not None and b.line is None:
        b.claim["payer_claim_control"] = known(e, 2)


def _dtp(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    where = b.line or b.claim or b.party
    where.setdefault("dates", []).append(b.period(e))


def _svc(b: ClaimAcknowledgement, e: list[str], n: int) -> None:
    charge = b.amount(e, 2)
    b.line = {
        "procedure": b.procedure(at(e, 1), "SVC01"),
        "charge": b.said(e, 2, charge),
        "units": b.quantity(e, 7),
        "statuses": [],
        "refs": [],
        "dates": [],
    }
    if b.claim is not None:
        b.claim["lines"].append(b.line)


_HANDLERS_999: dict[tuple[str, str], Handler] = {
    ("", "AK1"): _ak1,
    ("", "AK2"): _ak2,
    ("", "IK3"): _ik3,
    ("", "IK4"): _ik4,
    ("", "CTX"): _ctx,
    ("", "IK5"): _ik5,
    ("", "AK9"): _ak9,
}

_HANDLERS_277: dict[tuple[str, str], Handler] = {
    ("", "BHT"): _bht,
    ("", "HL"): _hl,
    ("", "NM1"): _nm1,
    ("", "TRN"): _trn,
    ("", "STC"): _stc,
    ("", "QTY"): _qty,
    ("", "AMT"): _amt,
    ("", "REF"): _ref,
    ("", "DTP"): _dtp,
    ("", "SVC"): _svc,
}

Acknowledgement.machine = Machine(guide("ack999"), _HANDLERS_999)
ClaimAcknowledgement.machine = Machine(guide("ack277"), _HANDLERS_277)
