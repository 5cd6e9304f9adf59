"""Invented claims of every kind we send, from a seed: the same number gives the same claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from neuroreed.exchange.x12.checks import npi_check_digit
from neuroreed.model.claims import (
    Adjudication,
    Adjustment,
    BillingProvider,
    Claim,
    ClaimAmount,
    ClaimLine,
    ClaimPatient,
    ClaimProvider,
    Contact,
    OtherSubscriber,
    Payer,
    Procedure,
    Subscriber,
    TradingPartner,
)
from neuroreed.model.people import Address

SUBMITTER = TradingPartner(
    "STEADY GAIT REHAB LLC", "SGREHAB", Contact("BILLING DESK", "5185550100", "12")
)
RECEIVER = TradingPartner("PAYER HUB", "PAYERHUB")

_LAST = ("WEISS", "MARCHETTI", "O'HARA", "VAN DYKE", "LINDQVIST", "NGUYEN-ROSS", "ST. CLAIR")
_FIRST = ("GRETA", "EMIL", "ROSA", "KAJSA", "IDA", "PER", "AMARA", "JUN")
_STREETS = ("42 WILLOW RD", "7 ORCHARD LN", "1200 RIVER ST # 4", "9 OLD MILL PL")
_CITIES = (("TROY", "NY", "12180"), ("AUSTIN", "TX", "78701"), ("SALEM", "OR", "97301"))
_TIMED = ("97112", "97110", "97140", "97530", "97116", "97129", "97535")
_UNTIMED = ("97161", "97164", "92507", "97150")
_DIAGNOSES = ("I69351", "G20A1", "R262", "R2689", "M6281", "F801", "S060X0D", "G35", "H8111")
_TAXONOMY = {"GP": "225100000X", "GO": "225X00000X", "GN": "235Z00000X"}


def npi(random: Random) -> str:
    """A valid identifier that nobody has been given here."""
    nine = "1" + "".join(random.choice("0123456789") for _ in range(8))
    return nine + npi_check_digit(nine)


def address(random: Random, *, nine: bool = False) -> Address:
    city, state, postal_code = random.choice(_CITIES)
    line2 = "SUITE 200" if random.random() < 0.2 else ""
    plus = "1234" if nine else ""
    return Address(random.choice(_STREETS), city, state, postal_code + plus, line2)


def billing_provider(random: Random) -> BillingProvider:
    if random.random() < 0.15:
        return BillingProvider(
            name="LINDQVIST",
            first="PER",
            middle="A",
            npi=npi(random),
            tax_id="123456789",
            tax_id_kind="SY",
            taxonomy="225100000X",
            address=address(random, nine=True),
        )
    return BillingProvider(
        name=random.choice(("STEADY GAIT REHAB LLC", "RIVER NEURO THERAPY PC")),
        npi=npi(random),
        tax_id="84" + "".join(random.choice("0123456789") for _ in range(7)),
        taxonomy="261QP2000X",
        address=address(random, nine=True),
        contact=Contact("FRONT DESK", "5185550101", email="DESK@EXAMPLE.ORG")
        if random.random() < 0.5
        else None,
        pay_to=address(random) if random.random() < 0.3 else None,
    )


def _provider(random: Random, entity: str, taxonomy: str = "") -> ClaimProvider:
    return ClaimProvider(
        entity,
        random.choice(_LAST),
        random.choice(_FIRST),
        middle=random.choice(("", "", "M")),
        suffix=random.choice(("", "", "", "JR")),
        id=npi(random),
        taxonomy=taxonomy,
    )


def _money(random: Random, low: int = 2000, high: int = 15000) -> int:
    return random.randrange(low, high, random.choice((1, 5, 50, 100)))


def _date(random: Random) -> date:
    return date(2024, 1, 2) + timedelta(days=random.randrange(900))


def _split(random: Random, total: int) -> tuple[int, tuple[Adjustment, ...]]:
    """What an earlier payer paid of a charge, and adjustments for the rest."""
    paid = random.randrange(0, total + 1)
    rest = total - paid
    if not rest:
        return paid, ()
    first = random.randrange(0, rest + 1)
    found = [Adjustment("CO", "45", first)] if first else []
    if rest - first:
        quantity = Decimal(1) if random.random() < 0.3 else None
        found.append(Adjustment("PR", random.choice(("1", "2", "3")), rest - first, quantity))
    return paid, tuple(found)


def claim(seed: int, *, billing: BillingProvider | None = None) -> Claim:
    """One claim; its seed decides what it has: a dependent, a second payer, a replacement …"""
    random = Random(seed)
    discipline = random.choice(("GP", "GP", "GO", "GN"))
    treated = _date(random)
    has_second = random.random() < 0.3
    payers = [
        Payer("EVERGREEN HEALTH PLAN", "EVG01", address=random.choice((None, address(random)))),
        Payer("NORTHERN MUTUAL", "NOMU7"),
        Payer("MEDICARE PART B", "13282"),
    ]
    random.shuffle(payers)
    payer, other_payer = payers[0], payers[1]
    patient = None
    dependent = random.random() < 0.3
    whole = {
        "address": address(random),
        "birth_date": date(1930, 1, 1) + timedelta(days=random.randrange(30000)),
        "sex": random.choice("FMU"),
    }
    subscriber = Subscriber(
        last=random.choice(_LAST),
        first=random.choice(_FIRST),
        middle=random.choice(("", "", "Q")),
        suffix=random.choice(("", "", "", "III")),
        member_id="W" + str(random.randrange(10**6, 10**9)),
        payer=payer,
        sequence="S" if has_second else "P",
        relationship=None if dependent else "18",
        filing="MB" if payer.id == "13282" else random.choice(("CI", "12", "BL", "MC")),
        group_number=random.choice(("", "GRP-77", "000123")),
        medicare_secondary="12" if payer.id == "13282" and has_second else "",
        **({} if dependent else whole),  # type: ignore[arg-type]
    )
    if dependent:
        patient = ClaimPatient(
            last=subscriber.last,
            first=random.choice(_FIRST),
            relationship=random.choice(("19", "01", "G8")),
            middle=random.choice(("", "R")),
            **whole,  # type: ignore[arg-type]
        )
    diagnoses = random.sample(_DIAGNOSES, random.randrange(1, 6))
    frequency = random.choice(("1",) * 8 + ("7", "8"))
    refs: list[tuple[str, str]] = []
    if random.random() < 0.4:
        refs.append(("G1", f"PA{random.randrange(10**6)}"))
    if frequency != "1":
        refs.append(("F8", f"ICN{random.randrange(10**9)}"))
    if random.random() < 0.2:
        refs.append(("EA", f"MR-{random.randrange(10**5)}"))
    accident = random.random() < 0.1
    lines = tuple(
        _line(random, place, discipline, treated, len(diagnoses), other_payer.id, has_second)
        for place in range(1, random.randrange(2, 7))
    )
    total = sum(line.charge_cents for line in lines)
    dates: list[tuple[str, str, str]] = []
    if random.random() < 0.3 or accident:
        dates.append(("439" if accident else "431", "D8", f"{treated - timedelta(days=20):%Y%m%d}"))
    if random.random() < 0.2:
        dates.append(("454", "D8", f"{treated - timedelta(days=9):%Y%m%d}"))
    if random.random() < 0.15:
        dates.append(("304", "D8", f"{treated - timedelta(days=3):%Y%m%d}"))
    providers = [_provider(random, "DN")] if random.random() < 0.8 else []
    providers.append(_provider(random, "82", _TAXONOMY[discipline]))
    if random.random() < 0.15:
        providers.append(
            ClaimProvider(
                "77", "HOME OF THE PATIENT", type="2", id=npi(random), address=address(random)
            )
        )
    if random.random() < 0.2:
        providers.append(_provider(random, "DQ"))
    place = random.choice(("11", "10", "12", "02"))
    if place in ("02", "10"):
        lines = tuple(map(_from_afar, lines))
    return Claim(
        claim_id=f"SG-{seed}",
        charge_cents=total,
        billing_provider=billing or billing_provider(random),
        subscriber=subscriber,
        patient=patient,
        diagnoses=tuple(
            ("ABK" if place == 0 else "ABF", code) for place, code in enumerate(diagnoses)
        ),
        lines=lines,
        place_of_service=place,
        frequency=frequency,
        assignment=random.choice("AAAC"),
        patient_signature=random.choice(("", "", "P")),
        related_causes=("AA",) if accident else (),
        accident_state="NY" if accident else "",
        delay_reason="9" if random.random() < 0.05 else "",
        refs=tuple(refs),
        dates=tuple(dates),
        notes=(("ADD", "SPLIT SESSION, 10 AM AND 2 PM"),) if random.random() < 0.2 else (),
        pwk=(("OZ", "FX", f"ATT{seed}"),) if random.random() < 0.15 else (),
        amounts=(ClaimAmount("F5", 2000),) if random.random() < 0.2 else (),
        providers=tuple(providers),
        other_subscribers=(_other(random, other_payer, lines, treated),) if has_second else (),
    )


def _from_afar(line: ClaimLine) -> ClaimLine:
    """The same line by telehealth, where there is room for one more modifier."""
    modifiers = line.procedure.modifiers
    if len(modifiers) == 4:
        return line
    return replace(line, procedure=replace(line.procedure, modifiers=(*modifiers, "95")))


def _line(
    random: Random,
    place: int,
    discipline: str,
    treated: date,
    diagnoses: int,
    other_payer: str,
    has_second: bool,
) -> ClaimLine:
    timed = random.random() < 0.8
    modifiers = [discipline]
    if discipline != "GN" and random.random() < 0.2:
        modifiers.append("CQ" if discipline == "GP" else "CO")
    modifiers += [one for one in ("59", "KX") if random.random() < 0.2]
    procedure = Procedure(random.choice(_TIMED if timed else _UNTIMED), tuple(modifiers))
    charge = _money(random)
    adjudications: tuple[Adjudication, ...] = ()
    if has_second:
        paid, adjustments = _split(random, charge)
        adjudications = (
            Adjudication(
                payer_id=other_payer,
                paid_cents=paid,
                procedure=procedure,
                units=Decimal(1),
                adjudicated_on=treated + timedelta(days=30),
                adjustments=adjustments,
            ),
        )
    return ClaimLine(
        line_number=place,
        procedure=procedure,
        charge_cents=charge,
        units=Decimal(random.randrange(1, 5)) if timed else Decimal(1),
        date_of_service=treated,
        pointers=tuple(range(1, random.randrange(1, min(diagnoses, 4) + 1) + 1)),
        place_of_service=random.choice((None, None, None, "12")),
        refs=(("6R", f"{place}-{random.randrange(10**6)}"),),
        notes=(("ADD", "SEPARATE TIME BLOCKS"),) if random.random() < 0.1 else (),
        providers=(_provider(random, "82", _TAXONOMY[discipline]),)
        if random.random() < 0.1
        else (),
        adjudications=adjudications,
    )


def _other(
    random: Random, payer: Payer, lines: tuple[ClaimLine, ...], treated: date
) -> OtherSubscriber:
    paid = sum(one.adjudications[0].paid_cents for one in lines)
    return OtherSubscriber(
        last=random.choice(_LAST),
        first=random.choice(_FIRST),
        member_id=f"M{random.randrange(10**8)}",
        payer=payer,
        sequence="P",
        relationship=random.choice(("18", "01")),
        filing="MB" if payer.id == "13282" else "CI",
        group_number=random.choice(("", "OTHER-1")),
        address=random.choice((None, address(random))),
        amounts=(ClaimAmount("D", paid),),
        remarks=random.choice(((), ("MA01",), ("MA01", "MA18"))),
        refs=(("F8", f"OICN{random.randrange(10**6)}"),) if random.random() < 0.4 else (),
    )
