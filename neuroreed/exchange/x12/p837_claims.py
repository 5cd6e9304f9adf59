"""Claims as they grow while an 837P is read: open claim, line and adjudication, and their sums.

Facts that the plain shape leaves out (addresses, birth dates, contacts, rare segments) are
kept with ``details``.
"""

from __future__ import annotations

from neuroreed.exchange.x12.body import Body, Plain
from neuroreed.exchange.x12.checks import Report, money
from neuroreed.exchange.x12.segments import Delimiters

_MOST_LINES = 50
_MOST_CLAIMS = 100


class ClaimBody(Body):
    """One 837P transaction; its segments are read by ``p837``."""

    def __init__(self, head: Plain, delimiters: Delimiters, report: Report, details: bool) -> None:
        super().__init__(head, delimiters, report, details)
        self.claims: list[Plain] = []
        head["claims"] = self.claims
        head["bht"] = {"purpose": None, "reference": None, "type": None}
        head["submitter"] = None
        head["receiver"] = None
        self.billing: Plain = empty_billing()
        self.subscriber: Plain = empty_subscriber()
        self.patient: Plain | None = None
        self.other: Plain | None = None
        self.claim: Plain | None = None
        self.line: Plain | None = None
        self.adjudication: Plain | None = None
        self.party: Plain = {}
        self.claim_begun = 0
        self.claim_cents: int | None = None
        self.line_cents: int | None = 0
        self.charge: int | None = None
        self.adjudicated: dict[int, tuple[str, int | None, int]] = {}
        self.other_cents: list[tuple[Plain, int, list[int | None]]] = []
        self.claims_here = 0
        self.seen_claims: set[tuple[str, str]] = set()
        self.unadjudicated: tuple[str, int | None, int] | None = None
        self.answers: list[tuple[str, int | None]] = []
        self.level_has_claim = True
        self.level_begun = 0

    def open(self, loop: str) -> None:
        if loop in ("2000A", "2000B", "2000C"):
            self.close_level()
        if loop == "2000A":
            self.billing, self.subscriber, self.patient = empty_billing(), empty_subscriber(), None
        elif loop == "2000B":
            self.subscriber, self.patient = empty_subscriber(), None
        elif loop == "2000C":
            self.patient = empty_patient()
        elif loop == "2300":
            self.close_claim()
        elif loop == "2400":
            self.open_line(None)

    def open_claim(self, claim: Plain, charge: int | None) -> None:
        self.claim, self.claim_begun, self.claim_cents = claim, self.n, charge
        self.line = self.other = self.adjudication = None
        self.line_cents, self.charge = 0, None
        self.other_cents, self.answers = [], []
        self.claims_here += 1
        self.level_has_claim = True
        self.claims.append(claim)
        if self.claims_here == _MOST_CLAIMS + 1:
            self.fault("too_many_claims", "More than 100 claims stand under one patient")

    def open_line(self, number: str | None) -> None:
        self.close_line()
        if self.claim is None:
            return
        self.line = {
            "line": number,
            "procedure": None,
            "charge": None,
            "unit_basis": None,
            "units": None,
            "place_of_service": None,
            "pointers": [],
            "dates": [],
            "refs": [],
            "notes": [],
            "providers": [],
            "adjudications": [],
        }
        lines = self.claim["lines"]
        lines.append(self.line)
        if len(lines) == _MOST_LINES + 1:
            self.fault("too_many_lines", "A claim has more than 50 lines")
        if number != str(len(lines)):
            self.fault("line_number", f"LX01 is {number}, not {len(lines)}", "LX01")
        self.charge = None

    def close_line(self) -> None:
        if self.line is None:
            return
        self.close_adjudication()
        if self.line["charge"] is not None:
            if self.charge is None or self.line_cents is None:
                self.line_cents = None
            else:
                self.line_cents += self.charge
        self.line = None

    def close_adjudication(self) -> None:
        """The other payer's decision on a line must leave exactly what it paid."""
        if self.unadjudicated is None or self.adjudication is None:
            return
        _, paid, reduced = self.unadjudicated
        if paid is not None and self.charge is not None and self.charge - reduced != paid:
            self.fault_at(
                self.n,
                "2430",
                "line_adjudication",
                f"Line {self.line and self.line['line']}: charge {money(self.charge)} less "
                f"{money(reduced)} is not the {money(paid)} that the other payer paid",
                "SVD02",
            )
        self.unadjudicated = self.adjudication = None

    def close_claim(self) -> None:
        claim = self.claim
        if claim is None:
            return
        self.close_line()
        total = self.line_cents
        claim["line_charges_sum"] = None if total is None else money(total)
        claim["balanced"] = total is not None and total == self.claim_cents
        if not claim["balanced"] and total is not None and self.claim_cents is not None:
            self.fault_at(
                self.claim_begun,
                "2300",
                "claim_balance",
                f"CLM02 is {money(self.claim_cents)}; its lines add up to {money(total)}",
                "CLM02",
            )
        self.check_others()
        self.check_claim(claim)
        self.claim = None

    def check_others(self) -> None:
        """Claim charge less every adjustment of another payer is what that payer paid."""
        for other, begun, paid in self.other_cents:
            reduced: int | None = other.pop("_cents")
            payer = other["payer_id"]
            for answered, line_cents in self.answers:
                if answered == payer:
                    reduced = None if None in (reduced, line_cents) else reduced + line_cents  # type: ignore[operator]
            if not paid or paid[0] is None or reduced is None or self.claim_cents is None:
                continue
            if self.claim_cents - reduced != paid[0]:
                self.fault_at(
                    begun,
                    "2320",
                    "other_payer_balance",
                    f"Charge {money(self.claim_cents)} less adjustments {money(reduced)} is not "
                    f"the {money(paid[0])} that the other payer paid",
                    "AMT02",
                )

    def check_claim(self, claim: Plain) -> None:
        where, begun = "2300", self.claim_begun
        count = len(claim["diagnoses"])
        controls = set()
        for line in claim["lines"]:
            for pointer in line["pointers"]:
                if not pointer.isdigit() or not 1 <= int(pointer) <= max(count, 1):
                    message = f"Line {line['line']} points to diagnosis {pointer[:4]!r} of {count}"
                    self.fault_at(begun, "2400", "diagnosis_pointer", message, "SV107")
            for ref in line["refs"]:
                if ref[0] == "6R" and ref[1] in controls:
                    message = f"Two lines have the control number of line {line['line']}"
                    self.fault_at(begun, "2400", "duplicate_line_control", message, "REF02")
                elif ref[0] == "6R":
                    controls.add(ref[1])
        if claim["frequency"] in ("6", "7", "8") and not any(r[0] == "F8" for r in claim["refs"]):
            message = (
                "A claim that replaces or voids needs the payer's number of the first (REF F8)"
            )
            self.fault_at(begun, where, "missing_original", message, "REF02")
        key = (claim["claim_id"] or "", claim["frequency"] or "")
        if key in self.seen_claims:
            self.fault_at(begun, where, "duplicate_claim", "CLM01 stands twice", "CLM01")
        self.seen_claims.add(key)

    def close_level(self) -> None:
        """An HL that says it has no child must hold a claim."""
        self.close_claim()
        if not self.level_has_claim:
            message = "A subscriber or patient has no claim"
            self.fault_at(self.level_begun, self.loop, "missing_loop", message, "CLM")
        self.level_has_claim = True
        self.claims_here = 0

    def finish(self, n: int) -> None:
        self.close_level()
        super().finish(n)
        if not self.claims:
            self.fault("no_claims", "The transaction holds no claim")


def empty_billing() -> Plain:
    return {"name": None, "npi": None, "tax_id": None}


def empty_subscriber() -> Plain:
    return {
        "sequence": None,
        "relationship": None,
        "filing": None,
        "last": None,
        "first": None,
        "member_id": None,
        "payer": None,
        "payer_id": None,
    }


def empty_patient() -> Plain:
    return {"last": None, "first": None}
