"""Invented remittances from a seed, as payers write them: balanced, unless a cent is planted."""

from __future__ import annotations

from random import Random

from neuroreed.exchange.x12.checks import money
from tests.exchange.x12.claims import npi

_LAST = ("WEISS", "MARCHETTI", "O'HARA", "VAN DYKE", "LINDQVIST", "NGUYEN-ROSS", "ST. CLAIR")
_FIRST = ("GRETA", "EMIL", "ROSA", "KAJSA", "IDA", "PER", "AMARA", "JUN")
_CODES = ("97112", "97110", "97140", "97530", "97116", "97129", "97535", "97161", "92507")


def _said(cents: int) -> str:
    """An amount as payers write it: without the zeros behind."""
    text = money(cents)
    return text.rstrip("0").rstrip(".") if cents % 10 == 0 else text


def _adjustments(random: Random, rest: int) -> list[tuple[str, str, int]]:
    """Why ``rest`` was not paid."""
    found = []
    for group, reasons in (("CO", ("45", "97", "253")), ("PR", ("1", "2", "3"))):
        part = random.randrange(rest + 1) if group == "CO" else rest
        if part:
            found.append((group, random.choice(reasons), part))
            rest -= part
    return found


def _line(random: Random, place: int, day: str) -> tuple[list[str], int, int, int]:
    charge = random.randrange(2000, 15000, random.choice((1, 5, 50, 100)))
    paid = 0 if random.random() < 0.15 else random.randrange(charge // 3, charge + 1)
    code = random.choice(_CODES)
    modifiers = ":".join(("GP", *(("59",) if random.random() < 0.2 else ())))
    units = random.randrange(1, 5)
    submitted = ""
    if random.random() < 0.06:
        submitted = f"HC:{random.choice(_CODES)}:GP"
    svc = f"SVC*HC:{code}:{modifiers}*{_said(charge)}*{_said(paid)}**{units}"
    if submitted:
        svc += f"*{submitted}*{units + 1}"
    rows = [svc, f"DTM*472*{day}"]
    found = _adjustments(random, charge - paid)
    if random.random() < 0.03 and not found:
        found = [("CO", "253", 100), ("CO", "45", -100)]
    for group in ("CO", "PR"):
        own = [(reason, cents) for name, reason, cents in found if name == group]
        if own:
            rows.append(
                f"CAS*{group}*" + "**".join(f"{reason}*{_said(cents)}" for reason, cents in own)
            )
    owed = sum(cents for group, _, cents in found if group == "PR")
    rows.append(f"REF*6R*{place}")
    if random.random() < 0.5:
        rows.append(f"AMT*B6*{_said(paid + owed)}")
    if paid == 0:
        rows.append(f"LQ*HE*{random.choice(('N362', 'M15', 'N19', 'MA130'))}")
    return rows, charge, paid, owed


def claim_rows(random: Random, number: str) -> tuple[list[str], int, int]:
    """The segments of one claim, its charge and its payment in cents."""
    day = f"2026{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"
    lines = [_line(random, place, day) for place in range(1, random.randrange(2, 7))]
    charge, paid, owed = (sum(line[k] for line in lines) for k in (1, 2, 3))
    status = random.choice(("1", "1", "1", "2", "19"))
    rows = [
        f"CLP*{number}*{status}*{_said(charge)}*{_said(paid)}*{_said(owed) if owed else ''}*"
        f"{random.choice(('12', 'MB', '13'))}*ICN{random.randrange(10**11)}*11*1",
        f"NM1*QC*1*{random.choice(_LAST)}*{random.choice(_FIRST)}*"
        f"{random.choice(('', 'M'))}***MI*W{random.randrange(10**8, 10**9)}",
    ]
    if random.random() < 0.3:
        rows.append(f"NM1*82*1*LINDQVIST*PER****XX*{npi(random)}")
    if random.random() < 0.3:
        rows.append("MOA***MA01*MA18")
    if random.random() < 0.4:
        rows.append(f"REF*EA*MR-{random.randrange(10**5)}")
    rows.append(f"DTM*050*{day}")
    if random.random() < 0.2:
        rows.append("PER*CX*CLAIM DESK*TE*8005550111")
    for line in lines:
        rows += line[0]
    return rows, charge, paid


def remittance(seed: int, claims: int, *, faulty: float = 0.0, name: str = "SG") -> bytes:
    """One 835 file; of ``faulty`` of its claims a cent is missing."""
    random = Random(seed)
    body: list[str] = []
    total = 0
    for number in range(claims):
        rows, charge, paid = claim_rows(random, f"{name}-{number}")
        if random.random() < faulty:
            e = rows[0].split("*")
            e[3] = _said(charge + 1)
            rows[0] = "*".join(e)
        body += rows
        total += paid
    plb = 1250 if claims > 2 else 0
    head = [
        "ST*835*0001",
        f"BPR*I*{_said(total - plb)}*C*ACH*CCP*01*111000025*DA*778899*1512345678**01*011000138"
        "*DA*445566*20261101",
        f"TRN*1*EFT{seed}*1512345678",
        "DTM*405*20261101",
        "N1*PR*EVERGREEN HEALTH PLAN",
        "N3*100 PAYER PLZ",
        "N4*ALBANY*NY*12207",
        "PER*BL*EDI DESK*TE*8005550111",
        "N1*PE*STEADY GAIT REHAB LLC*XX*1234567893",
        "REF*TJ*841234567",
        "LX*1",
    ]
    tail = [f"PLB*1234567893*20261231*WO:ICN77*{_said(plb)}"] if plb else []
    count = len(head) + len(body) + len(tail) + 1
    control = f"{seed % 10**9:09d}"
    envelope = [
        f"ISA*00*          *00*          *ZZ*PAYERHUB       *ZZ*CLINICPT       *261102*0930*^*00501"
        f"*{control}*0*P*:",
        "GS*HP*PAYERHUB*CLINICPT*20261102*0930*1*X*005010X221A1",
        *head,
        *body,
        *tail,
        f"SE*{count}*0001",
        "GE*1*1",
        f"IEA*1*{control}",
    ]
    return ("~".join(envelope) + "~").encode("ascii")
