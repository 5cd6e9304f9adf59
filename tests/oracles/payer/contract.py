"""Payers with contracts: each pays by the sentences of its own agreement, in decimal dollars."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.oracles.payer.adjudicate import Decision, Payer, cent, price
from tests.oracles.payer.claims import Asked, Service

SHORT_BY = Decimal("7.31")


@dataclass
class ContractPayer(Payer):
    """A payer that pays by contract.

    ``how``: unit (``rates`` a unit, one unit a day of ``capped`` codes), visit (``rates`` of
    the dearest code of the day, once), medicare (``percent`` of the reduced fee), full
    (``percent`` of Medicare's full fee) or charges (``percent`` of the charge). ``limit`` is the
    most of a day, ``later`` a percentage from a day on, ``copay`` the patient's part of a visit,
    ``bundles`` pairs of codes of which the second is not paid, ``visits`` how many a member may
    have.
    """

    how: str = "unit"
    rates: dict[str, str] = field(default_factory=dict)
    percent: str = "100"
    later: tuple[date, str] | None = None
    capped: frozenset[str] = frozenset()
    limit: str = ""
    copay: str = "0"
    bundles: frozenset[tuple[str, str]] = frozenset()
    visits: int = 999
    given: dict[str, set[date]] = field(default_factory=dict)

    def _day(
        self, member: str, lines: list[tuple[Asked, Service]], decided: dict[int, Decision]
    ) -> None:
        payable: list[tuple[Asked, Service]] = []
        codes = {service.code for _, service in lines}
        day = lines[0][1].on
        had = self.given.setdefault(member, set())
        over = day not in had and len(had) >= self.visits
        had |= set() if over else {day}
        for claim, service in lines:
            refusal = self._refusal(member, claim, service, [one for _, one in lines])
            if refusal is None and over:
                refusal = "CO", "198", []
            bundled = [one for one, second in self.bundles if second == service.code]
            if refusal is None and codes & set(bundled) and "59" not in service.modifiers:
                refusal = "CO", "97", ["M15"]
            if refusal is None:
                payable.append((claim, service))
                continue
            group, reason, remarks = refusal
            amount = Decimal(service.charge) / 100
            decided[id(service)] = Decision(service, Decimal(0), [(group, reason, amount)], remarks)
        amounts = self._amounts([service for _, service in payable])
        share = min(Decimal(self.copay), sum(amounts, Decimal(0)))
        for (claim, service), meant in zip(payable, amounts, strict=True):
            mistake = ""
            if (claim.number, service.number) in self.mistakes and meant > SHORT_BY:
                mistake = "short"
            allowed = meant - SHORT_BY if mistake else meant
            owed = min(share, allowed)
            share -= owed
            charge = Decimal(service.charge) / 100
            why = [("CO", "45", charge - allowed)] if charge > allowed else []
            why += [("PR", "3", owed)] if owed else []
            decided[id(service)] = Decision(
                service, allowed - owed, why, [], allowed or Decimal("0.001"), mistake
            )

    def _amounts(self, services: list[Service]) -> list[Decimal]:
        percent = self.percent
        if self.later and services and services[0].on >= self.later[0]:
            percent = self.later[1]
        share = Decimal(percent) / 100
        found: list[Decimal] = []
        if self.how == "visit" and services:
            whole = max(Decimal(self.rates.get(one.code, self.rates["*"])) for one in services)
            whole = min(whole, sum((Decimal(one.charge) / 100 for one in services), Decimal(0)))
            for one in services:
                # a line takes as much of the visit's amount as it was charged
                found.append(min(whole, Decimal(one.charge) / 100))
                whole -= found[-1]
            return found
        best = max(services, key=lambda one: price(one.code, "1", self.place), default=None)
        if self.how == "medicare":
            # the unit with the highest practice expense stays whole
            best = max(services, key=_expense, default=None)
        for one in services:
            charge = Decimal(one.charge) / 100
            units = 1 if one.code in self.capped else one.units
            whole = price(one.code, "1", self.place)
            if self.how == "unit":
                amount = Decimal(self.rates.get(one.code, self.rates.get("*", "0"))) * units
            elif self.how == "charges":
                amount = cent(charge * share)
            elif self.how == "full":
                amount = cent(whole * units * share)
            else:
                reduced = price(one.code, "0.5", self.place)
                full = 1 if one is best else 0
                amount = cent((whole * full + reduced * (units - full)) * share)
            found.append(min(amount, charge))
        if self.limit:
            over = sum(found, Decimal(0)) - Decimal(self.limit)
            for place in reversed(range(len(found))):
                cut = min(max(over, Decimal(0)), found[place])
                found[place] -= cut
                over -= cut
        return found


def _expense(one: Service) -> Decimal:
    from tests.oracles.payer.adjudicate import VALUES

    return Decimal(VALUES[one.code][1])


@dataclass
class SecondPayer(Payer):
    """A supplement: it pays the coinsurance that the first payer left, not the deductible."""

    def answer(self, claims: list[Asked]) -> list:  # type: ignore[type-arg]
        from tests.oracles.payer.adjudicate import Answer

        found = []
        for claim in claims:
            self.count += 1
            lines = []
            for service in claim.services:
                left = {why: cents for group, why, cents in service.before if group == "PR"}
                pays = Decimal(left.get("2", 0)) / 100
                kept = Decimal(left.get("1", 0)) / 100
                before = Decimal(service.charge) / 100 - pays - kept
                why = [("OA", "23", before)] + ([("PR", "1", kept)] if kept else [])
                lines.append(Decision(service, pays, why, [], pays))
            found.append(Answer(claim, f"{self.prefix}{self.count:05d}", lines, "2"))
        return found
