"""A month of an invented clinic's claims, with faults planted in known places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from neuroreed.billing.denials import Record
from neuroreed.billing.remittance import SentClaim
from neuroreed.exchange.x12 import write_837p
from neuroreed.model.claims import Claim, Contact, TradingPartner
from tests.billing.answers.claims import claim, sent
from tests.oracles.payer.adjudicate import Payer

FIRST = date(2026, 8, 3)
RECEIVED = date(2026, 9, 4)
FEES = {
    "97530": 7000, "97112": 6500, "97110": 6000, "97140": 5600, "97116": 5800, "97150": 3500,
    "97124": 5000,
}  # fmt: skip
USUAL = ("97112", "97530", "97110", "97140", "97116")
FAULTS = {
    "modifier": "4",
    "pair": "236",
    "never": "236",
    "level": "151",
    "threshold": "119",
    "timely": "29",
    "duplicate": "18",
}
"""Kind of fault and the reason that the payer will give."""


@dataclass
class Month:
    """Claims as sent; ``faults`` by claim and line; facts of the record by claim."""

    claims: list[Claim] = field(default_factory=list)
    faults: dict[tuple[str, int], str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    deductible: dict[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> list[SentClaim]:
        return [sent(one) for one in self.claims]


def member(number: int) -> str:
    return f"{number:02d}EG4TE5MK{number % 90:02d}"[:11]


def month(seed: int, *, patients: int = 24) -> Month:
    """About six visits of each patient; roughly one visit in six has a planted fault."""
    random = Random(seed)
    found = Month()
    for person in range(patients):
        found.used[member(person)] = random.choice((0, 40000, 120000))
        found.deductible[member(person)] = random.choice((0, 0, 4000, 28300))
        for week in range(4):
            for weekday in random.sample(range(5), random.choice((1, 1, 2))):
                day = FIRST + timedelta(days=7 * week + weekday)
                _visit(random, found, person, day)
    return found


def _visit(random: Random, found: Month, person: int, day: date) -> None:
    number = f"M{len(found.claims):04d}"
    codes = random.sample(USUAL, random.choice((1, 2, 2, 3)))
    lines = [
        [code, random.choice((1, 1, 2)), ["GP", *(["CQ"] if random.random() < 0.15 else [])]]
        for code in codes
    ]
    fault = random.choice((*FAULTS, *[""] * 30))
    who, last = member(person), f"PATIENT{chr(65 + person)}"
    where = 0
    if fault == "modifier":
        lines[0][2] = []
    elif fault in ("pair", "never"):
        first, second = ("97150", "97112") if fault == "pair" else ("97140", "97124")
        lines = [[first, 1, ["GP"]], [second, 1, ["GP"]]]
        where = 1
    elif fault == "level":
        lines[0] = ["97112", 5, ["GP"]]
        lines = [one for place, one in enumerate(lines) if not place or one[0] != "97112"]
    elif fault == "timely":
        day = day - timedelta(days=400)
    elif fault == "threshold":
        who, last = f"9{number}", "OVER"
        found.used[who], found.deductible[who] = 247900, 0
    asked = [
        (str(code), int(units), FEES[str(code)] * int(units), tuple(modifiers))  # type: ignore[call-overload,arg-type]
        for code, units, modifiers in lines
    ]
    made = claim(number, asked, on=day, member=who, last=last)
    found.claims.append(made)
    if fault == "duplicate":
        twin = claim(f"{number}D", asked[:1], on=day, member=who, last=last)
        found.claims.append(twin)
        found.faults[(twin.claim_id, 1)] = fault
        found.records[twin.claim_id] = _record(twin, day)
    elif fault == "threshold" or fault == "timely":
        for line in made.lines:
            found.faults[(number, line.line_number)] = fault
    elif fault:
        found.faults[(number, where + 1)] = fault
    found.records[number] = _record(made, day)


def _record(made: Claim, day: date) -> Record:
    """What the record says: a quarter of an hour a unit, one service after the other."""
    clock = datetime(day.year, day.month, day.day, 9)
    minutes, bouts = {}, {}
    for line in made.lines:
        units = int(line.units)
        # five units of re-education were not five quarters of an hour
        length = 15 * units if units < 5 else 38
        minutes[line.procedure.code] = length
        bouts[line.procedure.code] = ((clock, clock + timedelta(minutes=length)),)
        clock += timedelta(minutes=length)
    return Record(
        visit_id=made.claim_id,
        minutes=minutes,
        bouts=bouts,
        day_lines=tuple(
            (line.procedure.code, line.procedure.modifiers, int(line.units)) for line in made.lines
        ),
        accrued_cents=247900,
        threshold_cents=248000,
        kx_attested=True,
        certified_from=day - timedelta(days=20),
        certified_until=day + timedelta(days=60),
        plan_signed_on=day - timedelta(days=18),
        first_filed_on=RECEIVED,
        duplicate_of=made.claim_id[:-1] if made.claim_id.endswith("D") else None,
    )


def send(made: Month) -> bytes:
    """The claims as one file."""
    return write_837p(
        made.claims,
        submitter=TradingPartner("STEADY GAIT REHAB LLC", "SGREHAB", Contact("B", "5185550100")),
        receiver=TradingPartner("PAYER HUB", "PAYERHUB"),
        created_at=datetime(2026, 9, 4, 8, 0),
        usage="P",
    )


def payer_of(made: Month, seed: int) -> Payer:
    """A payer that knows what its members have used."""
    random = Random(seed)
    return Payer(
        random,
        RECEIVED,
        used={who: Decimal(amount) / 100 for who, amount in made.used.items()},
        deductible={who: Decimal(amount) / 100 for who, amount in made.deductible.items()},
        refuse=0.04,
    )
