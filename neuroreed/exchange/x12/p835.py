"""The segments of a remittance: each puts its facts where the open claim and line are."""

from __future__ import annotations

from neuroreed.exchange.x12.body import at, known
from neuroreed.exchange.x12.guide import Handler, Machine, guide
from neuroreed.exchange.x12.p835_claims import RemittanceBody, Sums, add

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


def _bpr(b: RemittanceBody, e: list[str], n: int) -> None:
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


def _trn(b: RemittanceBody, e: list[str], n: int) -> None:
    b.head["trn"] = {"number": known(e, 2), "originator": known(e, 3)}
    if at(e, 4):
        b.head["trn"]["supplement"] = e[4]


def _dtm(b: RemittanceBody, e: list[str], n: int) -> None:
    day = b.day(e, 2)
    if b.line is not None:
        b.line["dates"].append([at(e, 1), day])
    elif b.claim is not None:
        b.claim["dates"].append([at(e, 1), day])
    elif at(e, 1) == "405":
        b.head["production_date"] = day


def _n1(b: RemittanceBody, e: list[str], n: int) -> None:
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


def _address(b: RemittanceBody, e: list[str], n: int) -> None:
    b.address(b.party, e)


def _per(b: RemittanceBody, e: list[str], n: int) -> None:
    found = b.contact(e) | {"kind": known(e, 1)}
    if b.details:
        where = b.claim if b.claim is not None else b.party
        where.setdefault("contacts", []).append(found)


def _ref(b: RemittanceBody, e: list[str], n: int) -> None:
    found = [at(e, 1), at(e, 2)]
    if b.line is not None:
        b.line["refs"].append(found)
    elif b.claim is not None:
        b.claim["refs"].append(found)
    elif b.details:
        where = b.party if b.loop.startswith("1000") else b.head
        where.setdefault("refs", []).append(found)


def _lx(b: RemittanceBody, e: list[str], n: int) -> None:
    b.close_provider()


def _ts3(b: RemittanceBody, e: list[str], n: int) -> None:
    b.provider = (n, at(e, 4), b.amount(e, 5), 0, 0)
    b.day(e, 3)
    if b.details:
        b.head.setdefault("provider_totals", []).append(e[1:])


def _ts2(b: RemittanceBody, e: list[str], n: int) -> None:
    for place in (1, 2, 3, 4, 5, 6):
        b.amount(e, place)
    if b.details:
        b.head.setdefault("provider_supplements", []).append(e[1:])


def _clp(b: RemittanceBody, e: list[str], n: int) -> None:
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
    b.sums = Sums(charge, paid)
    b.sums.responsibility = owed
    b.lines_charged, b.lines_adjusted, b.lines_owed, b.lines_allowed = 0, 0, 0, None
    b.claims_paid = add(b.claims_paid, paid)
    if b.provider is not None:
        begun, declared, total, count, charged = b.provider
        b.provider = (begun, declared, total, count + 1, add(charged, charge))


def _cas(b: RemittanceBody, e: list[str], n: int) -> None:
    found, total = b.adjustments(e)
    inside = b.line is not None
    where, sums = (b.line, b.line_sums) if inside else (b.claim, b.sums)
    if where is None:
        return
    where["adjustments"] += found
    sums.adjusted = add(sums.adjusted, total)
    if total is not None:
        for place in range(3, len(e), 3):
            if at(e, place):
                sums.by_group.append((at(e, 1), b.amount(e, place) or 0))


def _nm1(b: RemittanceBody, e: list[str], n: int) -> None:
    found = b.name(e)
    if b.claim is not None:
        b.claim["names"].append(found)


def _mia(b: RemittanceBody, e: list[str], n: int) -> None:
    places = (5, 20, 21, 22, 23) if e[0] == "MIA" else (3, 4, 5, 6, 7)
    remarks = [at(e, place) for place in places if at(e, place)]
    if b.claim is not None and remarks:
        b.claim.setdefault("remarks", []).extend(remarks)
    if b.claim is not None and b.details:
        b.claim[e[0].lower()] = e[1:]


def _amt(b: RemittanceBody, e: list[str], n: int) -> None:
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


def _qty(b: RemittanceBody, e: list[str], n: int) -> None:
    entry = [at(e, 1), b.quantity(e, 2)]
    where = b.line if b.line is not None else b.claim
    if where is not None:
        where.setdefault("quantities", []).append(entry)


def _svc(b: RemittanceBody, e: list[str], n: int) -> None:
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
    b.line_sums = Sums(charge, paid)
    if b.claim is not None:
        b.claim["lines"].append(b.line)


def _lq(b: RemittanceBody, e: list[str], n: int) -> None:
    if b.line is not None:
        b.line["remarks"].append([at(e, 1), at(e, 2)])
    elif b.claim is not None and at(e, 2):
        b.claim.setdefault("remarks", []).append(e[2])


def _plb(b: RemittanceBody, e: list[str], n: int) -> None:
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
        b.plb_total = add(b.plb_total, value)


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


class Remittances(RemittanceBody):
    """Reads one 835 transaction in one pass."""

    machine = Machine(guide("p835"), _HANDLERS)
