"""Remittances (835) into plain data, balanced to the cent at every level.

A line balances when its charge less its adjustments is its payment. A claim balances when
its charge less its own and its lines' adjustments is its payment, and its lines' charges
add up to its charge. The transaction balances when the claims less the provider's own
adjustments (PLB) are the payment. Other sums a payer states are compared too: what the
patient owes, allowed amounts, the totals of a provider.
"""

from __future__ import annotations

from neuroreed.exchange.x12.body import Body, Plain, at, known
from neuroreed.exchange.x12.checks import Report, money
from neuroreed.exchange.x12.guide import Handler, Machine, guide
from neuroreed.exchange.x12.segments import Delimiters

_STATUSES = frozenset(
    {
        "1",
        "2",
        "3",
        "4",
        "5",
        "10",
        "13",
        "15",
        "16",
        "17",
        "19",
        "20",
        "21",
        "22",
        "23",
        "25",
        "27",
    }
)
_PRIMARY = frozenset({"1", "19"})
_MOST_ADJUSTMENTS = 12


class _Sums:
    """The amounts of a line or claim in cents; None once one of them cannot be read."""

    __slots__ = ("adjusted", "allowed", "by_group", "charge", "paid", "responsibility")

    def __init__(self, charge: int | None, paid: int | None) -> None:
        self.charge, self.paid = charge, paid
        self.adjusted: int | None = 0
        self.by_group: list[tuple[str, int]] = []
        self.responsibility: int | None = None
        self.allowed: int | None = None

    def of_group(self, group: str) -> int:
        return sum(value for name, value in self.by_group if name == group)


class Remittances(Body):
    """Reads one 835 transaction."""

    def __init__(self, head: Plain, delimiters: Delimiters, report: Report, details: bool) -> None:
        super().__init__(head, delimiters, report, details)
        self.claims: list[Plain] = []
        self.plb: list[Plain] = []
        head["claims"], head["plb"] = self.claims, self.plb
        head["bpr"] = {
            "handling": None,
            "amount": None,
            "credit_debit": None,
            "method": None,
            "date": None,
        }
        head["trn"] = {"number": None, "originator": None}
        head["production_date"] = head["payer"] = None
        head["payee"] = {"name": None, "qual": None, "id": None}
        self.party: Plain = {}
        self.payment: int | None = None
        self.claims_paid: int | None = 0
        self.plb_total: int | None = 0
        self.claim: Plain | None = None
        self.line: Plain | None = None
        self.sums = _Sums(None, None)
        self.line_sums = _Sums(None, None)
        self.claim_begun = self.line_begun = 0
        self.lines_charged: int | None = 0
        self.lines_adjusted: int | None = 0
        self.lines_owed = 0
        self.lines_allowed: int | None = None
        self.provider: tuple[int, str, int | None, int, int | None] | None = None

    def open(self, loop: str) -> None:
        if loop == "2100":
            self.close_claim()

    def close_line(self) -> None:
        line, sums = self.line, self.line_sums
        if line is None:
            return
        self.line = None
        if sums.charge is None or sums.paid is None or sums.adjusted is None:
            line["balanced"] = False
        else:
            left = sums.charge - sums.adjusted
            line["balanced"] = left == sums.paid
            if not line["balanced"]:
                self.fault_at(
                    self.line_begun,
                    "2110",
                    "line_balance",
                    f"Charge {money(sums.charge)} less adjustments {money(sums.adjusted)} is "
                    f"{money(left)}, not the payment {money(sums.paid)}: "
                    f"{money(left - sums.paid)} too much",
                    "SVC03",
                )
        self.lines_charged = _add(self.lines_charged, sums.charge)
        self.lines_adjusted = _add(self.lines_adjusted, sums.adjusted)
        self.lines_owed += sums.of_group("PR")
        if sums.allowed is not None:
            self.lines_allowed = (self.lines_allowed or 0) + sums.allowed
            self.check_allowed(sums)

    def check_allowed(self, sums: _Sums) -> None:
        """The allowed amount is payment and patient's share, and perhaps some CO adjustments."""
        assert sums.allowed is not None
        if sums.paid is None or self.claim is None or self.claim["status"] not in _PRIMARY:
            return
        if any(group not in ("CO", "PR") for group, _ in sums.by_group):
            return
        kept = [value for group, value in sums.by_group if group == "CO"]
        if len(kept) > _MOST_ADJUSTMENTS:
            return
        possible = {sums.paid + sums.of_group("PR")}
        for value in kept:
            possible |= {total + value for total in possible}
        if sums.allowed not in possible:
            self.fault_at(
                self.line_begun,
                "2110",
                "allowed_amount",
                f"The allowed amount {money(sums.allowed)} is not payment and adjustments together",
                "AMT02",
            )

    def close_claim(self) -> None:
        claim, sums = self.claim, self.sums
        if claim is None:
            return
        self.close_line()
        self.claim = None
        adjusted = _add(sums.adjusted, self.lines_adjusted)
        balanced = sums.charge is not None and sums.paid is not None and adjusted is not None
        if claim["lines"] and self.lines_charged is None:
            balanced = False
        elif claim["lines"] and sums.charge is not None and self.lines_charged != sums.charge:
            balanced = False
            self.fault_at(
                self.claim_begun,
                "2100",
                "claim_charge",
                f"CLP03 is {money(sums.charge)}; the lines add up to "
                f"{money(self.lines_charged or 0)}",
                "CLP03",
            )
        if sums.charge is not None and sums.paid is not None and adjusted is not None:
            left = sums.charge - adjusted
            if left != sums.paid:
                balanced = False
                self.fault_at(
                    self.claim_begun,
                    "2100",
                    "claim_balance",
                    f"Charge {money(sums.charge)} less adjustments {money(adjusted)} is "
                    f"{money(left)}, not the payment {money(sums.paid)}: "
                    f"{money(left - sums.paid)} too much",
                    "CLP04",
                )
        claim["balanced"] = balanced
        self.check_shares(claim, sums)

    def check_shares(self, claim: Plain, sums: _Sums) -> None:
        owed = self.lines_owed + sums.of_group("PR")
        if sums.responsibility is not None and sums.responsibility != owed and adjusted_all(self):
            self.fault_at(
                self.claim_begun,
                "2100",
                "patient_responsibility",
                f"CLP05 is {money(sums.responsibility)}; the PR adjustments are {money(owed)}",
                "CLP05",
            )
        allowed, lines = sums.allowed, self.lines_allowed
        if None not in (allowed, lines) and allowed != lines and claim["status"] in _PRIMARY:
            self.fault_at(
                self.claim_begun,
                "2100",
                "allowed_amount",
                f"The claim's amount AU is {money(allowed or 0)}; "
                f"its lines allow {money(lines or 0)}",
                "AMT02",
            )

    def close_provider(self) -> None:
        """TS3 counts and sums the claims that follow it."""
        self.close_claim()
        if self.provider is None:
            return
        begun, declared, charge, count, total = self.provider
        self.provider = None
        if declared != str(count):
            message = f"TS304 says {declared[:12]}; {count} claims follow"
            self.fault_at(begun, "2000", "provider_total", message, "TS304")
        if charge is not None and total is not None and charge != total:
            message = f"TS305 is {money(charge)}; the claims' charges are {money(total)}"
            self.fault_at(begun, "2000", "provider_total", message, "TS305")

    def finish(self, n: int) -> None:
        self.close_provider()
        super().finish(n)
        paid, plb, payment = self.claims_paid, self.plb_total, self.payment
        off: int | None = None
        if paid is not None and plb is not None and payment is not None:
            off = paid - plb - payment
        self.head["balancing"] = {
            "claims_paid": None if paid is None else money(paid),
            "plb": None if plb is None else money(plb),
            "bpr": None if payment is None else money(payment),
            "balanced": off == 0,
            "out_of_balance_by": None if off is None else money(off),
        }
        if off:
            self.fault(
                "transaction_balance",
                f"Claims {money(paid or 0)} less provider adjustments {money(plb or 0)} are "
                f"{money((paid or 0) - (plb or 0))}, not the payment {money(payment or 0)}: "
                f"{money(off)} too much",
                "BPR02",
            )
        if not self.claims and not self.plb:
            self.fault("no_claims", "The remittance holds neither claims nor provider adjustments")


def adjusted_all(b: Remittances) -> bool:
    """Whether every adjustment of the claim could be read."""
    return b.sums.adjusted is not None and b.lines_adjusted is not None


def _add(total: int | None, value: int | None) -> int | None:
    return None if total is None or value is None else total + value


def _bpr(b: Remittances, e: list[str], n: int) -> None:
    value = b.amount(e, 2)
    b.head["bpr"] = {
        "handling": known(e, 1),
        "amount": b.said(e, 2, value),
        "credit_debit": known(e, 3),
        "method": known(e, 4),
        "date": b.day(e, 16),
    }
    if at(e, 3) not in ("C", "D"):
        b.fault("code", "BPR03 is neither credit nor debit", "BPR03")
    b.payment = -value if value is not None and at(e, 3) == "D" else value


def _trn(b: Remittances, e: list[str], n: int) -> None:
    b.head["trn"] = {"number": known(e, 2), "originator": known(e, 3)}
    if at(e, 4):
        b.head["trn"]["supplement"] = e[4]


def _dtm(b: Remittances, e: list[str], n: int) -> None:
    day = b.day(e, 2)
    if b.line is not None:
        b.line["dates"].append([at(e, 1), day])
    elif b.claim is not None:
        b.claim["dates"].append([at(e, 1), day])
    elif at(e, 1) == "405":
        b.head["production_date"] = day


def _n1(b: Remittances, e: list[str], n: int) -> None:
    b.party = {}
    if at(e, 1) == "PR":
        b.head["payer"] = known(e, 2)
        if at(e, 4):
            b.head["payer_id"] = e[4]
        if b.details:
            b.party = b.head.setdefault("payer_details", {})
        return
    b.head["payee"] = {"name": known(e, 2), "qual": known(e, 3), "id": known(e, 4)}
    b.npi(at(e, 3), at(e, 4), "N104")
    if b.details:
        b.party = b.head.setdefault("payee_details", {})


def _address(b: Remittances, e: list[str], n: int) -> None:
    b.address(b.party, e)


def _per(b: Remittances, e: list[str], n: int) -> None:
    found = b.contact(e) | {"kind": known(e, 1)}
    if b.details:
        where = b.claim if b.claim is not None else b.party
        where.setdefault("contacts", []).append(found)


def _ref(b: Remittances, e: list[str], n: int) -> None:
    found = [at(e, 1), at(e, 2)]
    if b.line is not None:
        b.line["refs"].append(found)
    elif b.claim is not None:
        b.claim["refs"].append(found)
    elif b.details:
        where = b.party if b.loop.startswith("1000") else b.head
        where.setdefault("refs", []).append(found)


def _lx(b: Remittances, e: list[str], n: int) -> None:
    b.close_provider()


def _ts3(b: Remittances, e: list[str], n: int) -> None:
    b.provider = (n, at(e, 4), b.amount(e, 5), 0, 0)
    b.day(e, 3)
    if b.details:
        b.head.setdefault("provider_totals", []).append(e[1:])


def _ts2(b: Remittances, e: list[str], n: int) -> None:
    for place in (1, 2, 3, 4, 5, 6):
        b.amount(e, place)
    if b.details:
        b.head.setdefault("provider_supplements", []).append(e[1:])


def _clp(b: Remittances, e: list[str], n: int) -> None:
    b.close_claim()
    charge, paid = b.amount(e, 3), b.amount(e, 4)
    owed = b.amount(e, 5)
    b.claim = {
        "claim_id": known(e, 1),
        "status": known(e, 2),
        "charge": b.said(e, 3, charge),
        "paid": b.said(e, 4, paid),
        "patient_responsibility": b.said(e, 5, owed),
        "filing": known(e, 6),
        "payer_claim_control": known(e, 7),
        "frequency": known(e, 9),
        "adjustments": [],
        "names": [],
        "refs": [],
        "dates": [],
        "amounts": [],
        "lines": [],
        "balanced": False,
    }
    if at(e, 2) and e[2] not in _STATUSES:
        b.fault("status", f"CLP02 {e[2][:6]!r} is no claim status", "CLP02")
    if b.details and at(e, 8):
        b.claim["place_of_service"] = e[8]
    b.claims.append(b.claim)
    b.line = None
    b.claim_begun = n
    b.sums = _Sums(charge, paid)
    b.sums.responsibility = owed
    b.lines_charged, b.lines_adjusted, b.lines_owed, b.lines_allowed = 0, 0, 0, None
    b.claims_paid = _add(b.claims_paid, paid)
    if b.provider is not None:
        begun, declared, total, count, charged = b.provider
        b.provider = (begun, declared, total, count + 1, _add(charged, charge))


def _cas(b: Remittances, e: list[str], n: int) -> None:
    found, total = b.adjustments(e)
    inside = b.line is not None
    where, sums = (b.line, b.line_sums) if inside else (b.claim, b.sums)
    if where is None:
        return
    where["adjustments"] += found
    sums.adjusted = _add(sums.adjusted, total)
    if total is not None:
        for place in range(3, len(e), 3):
            if at(e, place):
                sums.by_group.append((at(e, 1), b.amount(e, place) or 0))


def _nm1(b: Remittances, e: list[str], n: int) -> None:
    found = b.name(e)
    if b.claim is not None:
        b.claim["names"].append(found)


def _mia(b: Remittances, e: list[str], n: int) -> None:
    places = (5, 20, 21, 22, 23) if e[0] == "MIA" else (3, 4, 5, 6, 7)
    remarks = [at(e, place) for place in places if at(e, place)]
    if b.claim is not None and remarks:
        b.claim.setdefault("remarks", []).extend(remarks)
    if b.claim is not None and b.details:
        b.claim[e[0].lower()] = e[1:]


def _amt(b: Remittances, e: list[str], n: int) -> None:
    value = b.amount(e, 2)
    entry = [at(e, 1), b.said(e, 2, value)]
    if b.line is not None:
        b.line["amounts"].append(entry)
        if at(e, 1) == "B6":
            b.line_sums.allowed = value
    elif b.claim is not None:
        b.claim["amounts"].append(entry)
        if at(e, 1) == "AU":
            b.sums.allowed = value


def _qty(b: Remittances, e: list[str], n: int) -> None:
    entry = [at(e, 1), b.quantity(e, 2)]
    where = b.line if b.line is not None else b.claim
    if where is not None:
        where.setdefault("quantities", []).append(entry)


def _svc(b: Remittances, e: list[str], n: int) -> None:
    b.close_line()
    charge, paid = b.amount(e, 2), b.amount(e, 3)
    b.line = {
        "procedure": b.procedure(at(e, 1), "SVC01"),
        "charge": b.said(e, 2, charge),
        "paid": b.said(e, 3, paid),
        "revenue": known(e, 4),
        "units_paid": b.quantity(e, 5),
        "submitted_procedure": b.procedure(at(e, 6), "SVC06") if b.component in at(e, 6) else None,
        "units_submitted": b.quantity(e, 7),
        "adjustments": [],
        "dates": [],
        "refs": [],
        "amounts": [],
        "remarks": [],
        "balanced": False,
    }
    if at(e, 6) and b.component not in e[6]:
        b.fault("procedure", "SVC06 holds no procedure code", "SVC06")
    b.line_begun = n
    b.line_sums = _Sums(charge, paid)
    if b.claim is not None:
        b.claim["lines"].append(b.line)


def _lq(b: Remittances, e: list[str], n: int) -> None:
    where = b.line if b.line is not None else b.claim
    if where is not None:
        where.setdefault("remarks", []).append([at(e, 1), at(e, 2)])


def _plb(b: Remittances, e: list[str], n: int) -> None:
    b.close_provider()
    day = b.day(e, 2)
    for place in range(3, max(len(e), 5), 2):
        if not at(e, place) and not at(e, place + 1):
            continue
        value = b.amount(e, place + 1)
        reason, _, reference = at(e, place).partition(b.component)
        if not reason or value is None:
            name = f"PLB{place:02d}"
            b.fault("provider_adjustment", f"{name} lacks its reason or its amount", name)
        b.plb.append(
            {
                "provider": known(e, 1),
                "date": day,
                "reason": reason or None,
                "reference": reference or None,
                "amount": b.said(e, place + 1, value),
            }
        )
        b.plb_total = _add(b.plb_total, value)


_HANDLERS: dict[tuple[str, str], Handler] = {
    ("", "BPR"): _bpr,
    ("", "TRN"): _trn,
    ("", "DTM"): _dtm,
    ("", "N1"): _n1,
    ("", "N3"): _address,
    ("", "N4"): _address,
    ("", "PER"): _per,
    ("", "REF"): _ref,
    ("", "LX"): _lx,
    ("", "TS3"): _ts3,
    ("", "TS2"): _ts2,
    ("", "CLP"): _clp,
    ("", "CAS"): _cas,
    ("", "NM1"): _nm1,
    ("", "MIA"): _mia,
    ("", "MOA"): _mia,
    ("", "AMT"): _amt,
    ("", "QTY"): _qty,
    ("", "SVC"): _svc,
    ("", "LQ"): _lq,
    ("", "PLB"): _plb,
}

Remittances.machine = Machine(guide("p835"), _HANDLERS)
