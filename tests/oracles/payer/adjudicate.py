"""How the payer decides: the rule book's sentences, one after the other, in decimal dollars.

Prices are of 2026, national unless the payer has a place; relative values and factor are
those of RVU26C.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from tests.oracles.payer.claims import Asked, Service

CENT = Decimal("0.01")
FACTOR = Decimal("33.4009")
VALUES = {
    "97530": ("0.44", "0.60", "0.01"),
    "97112": ("0.50", "0.47", "0.01"),
    "97110": ("0.45", "0.41", "0.01"),
    "97140": ("0.43", "0.39", "0.01"),
    "97116": ("0.45", "0.41", "0.01"),
    "97150": ("0.29", "0.24", "0.01"),
    "97124": ("0.35", "0.53", "0.01"),
    "97162": ("1.54", "1.38", "0.01"),
    "97166": ("1.54", "1.46", "0.01"),
}
MOST_UNITS = {
    "97112": 4, "97116": 4, "97110": 6, "97140": 6, "97530": 6, "97150": 1, "97124": 4,
    "97162": 1, "97166": 1,
}  # fmt: skip
PAIRS = {("97150", "97112"): 1, ("97140", "97124"): 0}
APART = {"59", "XE", "XS", "XP", "XU"}
THRESHOLD = Decimal("2480.00")
FILING_DAYS = 365


def cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


Place = tuple[str, str, str]
NATIONAL: Place = ("1", "1", "1")


def price(code: str, share: str, place: Place = NATIONAL) -> Decimal:
    """A unit's fee; ``share`` is what is left of the practice expense."""
    work, pe, mp = (
        Decimal(value) * Decimal(index) for value, index in zip(VALUES[code], place, strict=True)
    )
    return cent(FACTOR * (work + pe * Decimal(share) + mp))


@dataclass
class Decision:
    """What the payer decided about one line, in dollars."""

    asked: Service
    paid: Decimal = Decimal(0)
    why: list[tuple[str, str, Decimal]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    allowed: Decimal = Decimal(0)
    fault: str = ""
    in_full: int = 0
    changed: str = ""


@dataclass
class Answer:
    """A decided claim with the payer's own number; ``named`` is another number for ours."""

    asked: Asked
    number: str
    decisions: list[Decision]
    status: str = "1"
    named: str = ""

    @property
    def paid(self) -> Decimal:
        return sum((one.paid for one in self.decisions), Decimal(0))


@dataclass
class Payer:
    """One payer over a year: what members have used, what was seen, and its own mistakes.

    ``used`` and ``deductible`` are by member. ``refuse`` is the share of lines denied for no
    good reason; ``mistakes`` names lines (claim, line number) and how they are mispaid:
    ``reduced_again`` or ``one_unit_less`` and the like. ``spared`` members are never refused
    for no reason.
    """

    random: Random
    received: date
    used: dict[str, Decimal] = field(default_factory=dict)
    deductible: dict[str, Decimal] = field(default_factory=dict)
    refuse: float = 0.0
    mistakes: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: set[tuple[str, date, str, str]] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0
    place: Place = NATIONAL
    prefix: str = "ICN"
    discipline_from: date = date.min
    spared: frozenset[str] = frozenset()

    def answer(self, claims: list[Asked]) -> list[Answer]:
        """Decide the claims, day by day and member by member."""
        decided: dict[int, Decision] = {}
        days: dict[tuple[date, str], list[tuple[Asked, Service]]] = {}
        for claim in claims:
            for service in claim.services:
                days.setdefault((service.on, claim.member), []).append((claim, service))
        for key in sorted(days):
            self._day(key[1], days[key], decided)
        found = []
        for claim in claims:
            self.count += 1
            lines = [decided[id(service)] for service in claim.services]
            nothing = all(not one.allowed for one in lines)
            found.append(
                Answer(claim, f"{self.prefix}{self.count:05d}", lines, "4" if nothing else "1")
            )
        return found

    def _day(
        self, member: str, lines: list[tuple[Asked, Service]], decided: dict[int, Decision]
    ) -> None:
        payable = []
        for claim, service in lines:
            refusal = self._refusal(member, claim, service, [one for _, one in lines])
            if refusal:
                group, reason, remarks = refusal
                amount = Decimal(service.charge) / 100
                decided[id(service)] = Decision(
                    service, Decimal(0), [(group, reason, amount)], remarks
                )
            else:
                payable.append((claim, service))
        best = max(
            payable,
            key=lambda one: (
                Decimal(VALUES[one[1].code][1]),
                price(one[1].code, "1", self.place),
                not {"CQ", "CO"} & set(one[1].modifiers),
            ),
            default=None,
        )
        for claim, service in payable:
            full = 1 if best is not None and service is best[1] else 0
            made = self._price(member, claim, service, full)
            if made is None:
                amount = Decimal(service.charge) / 100
                made = Decision(service, Decimal(0), [("CO", "119", amount)])
            decided[id(service)] = made

    def _refusal(
        self, member: str, claim: Asked, service: Service, day: list[Service]
    ) -> tuple[str, str, list[str]] | None:
        key = (member, service.on, service.code, " ".join(sorted(service.modifiers)))
        if key in self.seen:
            return "OA", "18", ["N522"]
        self.seen.add(key)
        if (self.received - service.on).days > FILING_DAYS:
            return "CO", "29", []
        lacks = not {"GP", "GO", "GN"} & set(service.modifiers)
        if lacks and service.on >= self.discipline_from:
            return "CO", "4", ["N822"]
        for (first, second), indicator in PAIRS.items():
            is_second = service.code == second and any(one.code == first for one in day)
            if is_second and (indicator == 0 or not APART & set(service.modifiers)):
                return "CO", "236", []
        if sum(one.units for one in day if one.code == service.code) > MOST_UNITS[service.code]:
            return "CO", "151", ["N362"]
        if member not in self.spared and self.random.random() < self.refuse:
            self.refused.add((claim.number, service.number))
            return "CO", "50", ["N115"]
        return None

    def _price(self, member: str, claim: Asked, service: Service, full: int) -> Decision | None:
        whole = price(service.code, "1", self.place)
        reduced = price(service.code, "0.5", self.place)
        mistake = self.mistakes.get((claim.number, service.number), "")
        meant = full
        if mistake == "reduced_again":
            full = 0
        if mistake == "not_reduced":
            full = service.units
        allowed = whole * full + reduced * (service.units - full)
        if mistake == "one_unit_less":
            allowed -= reduced
        charge = Decimal(service.charge) / 100
        allowed = min(allowed, charge)
        used = self.used.get(member, Decimal(0))
        if used + allowed > THRESHOLD and "KX" not in service.modifiers:
            return None
        self.used[member] = used + allowed
        left = self.deductible.get(member, Decimal(0))
        deductible = min(left, allowed)
        self.deductible[member] = left - deductible
        coinsurance = cent((allowed - deductible) * Decimal("0.2"))
        share = allowed - deductible - coinsurance
        cut = share - cent(share * Decimal("0.85")) if {"CQ", "CO"} & set(service.modifiers) else 0
        held = cent((share - cut) * Decimal("0.02"))
        paid = share - cut - held
        told = whole * service.units
        why = [("CO", "45", charge - told)] if charge > told else []
        if charge > told and told > allowed:
            why.append(("CO", "59", told - allowed))
        elif charge <= told and charge > allowed:
            why.append(("CO", "59", charge - allowed))
        for group, reason, amount in (
            ("CO", "45", Decimal(cut)),
            ("PR", "1", deductible),
            ("PR", "2", coinsurance),
            ("CO", "253", held),
        ):
            if amount:
                why.append((group, reason, amount))
        return Decision(service, paid, why, ["N851"] if cut else [], allowed, mistake, meant)
