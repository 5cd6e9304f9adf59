"""Remittances as they grow while an 835 is read, balanced to the cent at every level.

A line balances when its charge less its adjustments is its payment. A claim balances when
its charge less its own and its lines' adjustments is its payment, and its lines' charges
add up to its charge. The transaction balances when the claims less the provider's own
adjustments (PLB) are the payment. Other sums a payer states are compared too: what the
patient owes, allowed amounts, the totals of a provider.
"""

from __future__ import annotations

from neuroreed.exchange.x12.body import Body, Plain
from neuroreed.exchange.x12.checks import Report, money
from neuroreed.exchange.x12.segments import Delimiters

_PRIMARY = frozenset({"1", "19"})
_MOST_ADJUSTMENTS = 12


class Sums:
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


class RemittanceBody(Body):
    """One 835 transaction; its segments are read by ``p835``."""

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
        self.sums = Sums(None, None)
        self.line_sums = Sums(None, None)
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
                    f"{off_by(left - sums.paid)}",
                    "SVC03",
                )
        self.lines_charged = add(self.lines_charged, sums.charge)
        self.lines_adjusted = add(self.lines_adjusted, sums.adjusted)
        self.lines_owed += sums.of_group("PR")
        if sums.allowed is not None:
            self.lines_allowed = (self.lines_allowed or 0) + sums.allowed
            self.check_allowed(sums)

    def check_allowed(self, sums: Sums) -> None:
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
        adjusted = add(sums.adjusted, self.lines_adjusted)
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
                    f"{off_by(left - sums.paid)}",
                    "CLP04",
                )
        claim["balanced"] = balanced
        self.check_shares(claim, sums)

    def check_shares(self, claim: Plain, sums: Sums) -> None:
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
            message = (
                f"TS305 is {money(charge)}; the claims' charges are {money(total)}: "
                f"{off_by(charge - total)}"
            )
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
                f"{off_by(off)}",
                "BPR02",
            )
        if not self.claims and not self.plb:
            self.fault("no_claims", "The remittance holds neither claims nor provider adjustments")


def off_by(cents: int) -> str:
    """A difference in words."""
    return f"{money(abs(cents))} too {'much' if cents > 0 else 'little'}"


def adjusted_all(b: RemittanceBody) -> bool:
    """Whether every adjustment of the claim could be read."""
    return b.sums.adjusted is not None and b.lines_adjusted is not None


def add(total: int | None, value: int | None) -> int | None:
    return None if total is None or value is None else total + value
