"""The segments of a professional claim: each puts its facts where the open loops say."""

from __future__ import annotations

from neuroreed.exchange.x12.body import Plain, at, known
from neuroreed.exchange.x12.guide import Handler, Machine, guide
from neuroreed.exchange.x12.p837_claims import (
    ClaimBody,
    empty_billing,
    empty_patient,
    empty_subscriber,
)

_PARENTS = {"22": "20", "23": "22"}

# answers that the guide allows, where there are few
_YES_NO = frozenset("YN")
_CODES: dict[str, tuple[tuple[int, frozenset[str]], ...]] = {
    "CLM": (
        (6, _YES_NO),
        (7, frozenset("ABC")),
        (8, frozenset("NWY")),
        (9, frozenset("IY")),
        (10, frozenset("P")),
    ),
    "OI": ((3, frozenset("NWY")), (4, frozenset("P")), (6, frozenset("IY"))),
    "SBR": ((1, frozenset("ABCDEFGHPSTU")),),
    "BHT": ((2, frozenset({"00", "18"})), (6, frozenset({"CH", "RP", "31"}))),
    "DMG": ((3, frozenset("FMU")),),
    "SV1": ((3, frozenset({"UN", "MJ"})),),
}


def _check_codes(b: ClaimBody, e: list[str]) -> None:
    for place, allowed in _CODES[e[0]]:
        if place < len(e) and e[place] and e[place] not in allowed:
            name = f"{e[0]}{place:02d}"
            b.fault("code", f"{name} is not one of the answers the guide allows", name)


def _bht(b: ClaimBody, e: list[str], n: int) -> None:
    b.head["bht"] = {"purpose": known(e, 2), "reference": known(e, 3), "type": known(e, 6)}
    b.day(e, 4)
    _check_codes(b, e)


def _submitter(b: ClaimBody, e: list[str], n: int) -> None:
    b.head["submitter"] = known(e, 9)
    if b.details:
        b.head["submitter_name"] = known(e, 3)
    b.party = b.head


def _receiver(b: ClaimBody, e: list[str], n: int) -> None:
    b.head["receiver"] = known(e, 9)
    if b.details:
        b.head["receiver_name"] = known(e, 3)
    b.party = {}


def _per(b: ClaimBody, e: list[str], n: int) -> None:
    found = b.contact(e)
    if b.details:
        b.party.setdefault("contacts", []).append(found)


def _hl(b: ClaimBody, e: list[str], n: int) -> None:
    b.close_level()
    b.level(e, _PARENTS)
    kind = at(e, 3)
    b.other = b.line = None
    if kind == "20":
        b.billing, b.subscriber, b.patient = empty_billing(), empty_subscriber(), None
        b.party = b.billing
    elif kind == "22":
        b.subscriber, b.patient = empty_subscriber(), None
        b.party = b.subscriber
    else:
        b.patient = b.party = empty_patient()
    b.level_begun = n
    b.level_has_claim = not (kind == "23" or (kind == "22" and at(e, 4) != "1"))


def _prv(b: ClaimBody, e: list[str], n: int) -> None:
    where = b.billing if b.loop == "2000A" else b.party
    if b.details:
        where["taxonomy"] = known(e, 3)


def _billing_name(b: ClaimBody, e: list[str], n: int) -> None:
    found = b.name(e)
    b.billing["name"] = found["last_or_org"]
    if found["type"] == "1":
        b.billing["type"] = "1"
        for part in ("first", "middle", "suffix"):
            if found.get(part):
                b.billing[part] = found[part]
    b.billing["npi"] = found["id"]
    b.party = b.billing


def _pay_to(b: ClaimBody, e: list[str], n: int) -> None:
    b.party = {}
    if b.details and b.loop == "2010AC":
        b.party = {"name": known(e, 3), "id_qual": known(e, 8), "id": known(e, 9)}
        b.billing["pay_to_plan"] = b.party
    elif b.details:
        b.party = b.billing.setdefault("pay_to", {})


def _ref_billing(b: ClaimBody, e: list[str], n: int) -> None:
    if at(e, 1) in ("EI", "SY") and b.loop == "2010AA":
        b.billing["tax_id"] = known(e, 2)
        if e[1] != "EI":
            b.billing["tax_id_kind"] = e[1]
        if not (at(e, 2).isdigit() and len(e[2]) == 9):
            b.fault("tax_id", "REF02 is no tax number of nine digits", "REF02")
    elif b.details:
        b.party.setdefault("refs", []).append([at(e, 1), at(e, 2)])


def _sbr(b: ClaimBody, e: list[str], n: int) -> None:
    extra = {"group_number": at(e, 3), "group_name": at(e, 4), "medicare_secondary": at(e, 5)}
    if b.loop == "2320":
        b.close_line()
        other = empty_subscriber()
        other |= {
            "adjustments": [],
            "amounts": [],
            "assignment": None,
            "release": None,
            "dates": [],
            "refs": [],
            "_cents": 0,
        }
        b.other = b.party = other
        if b.claim is not None:
            b.claim["other_subscribers"].append(other)
            b.other_cents.append((other, n, []))
    else:
        other = b.subscriber
    other["sequence"], other["relationship"] = known(e, 1), known(e, 2)
    other["filing"] = known(e, 9)
    _check_codes(b, e)
    other.update({name: value for name, value in extra.items() if value})


def _insured(b: ClaimBody, e: list[str], n: int) -> None:
    """NM1*IL of the subscriber (2010BA) or of another one (2330A)."""
    other = b.other if b.loop == "2330A" else None
    where = b.subscriber if other is None else other
    where["last"], where["first"] = known(e, 3), known(e, 4)
    where["member_id"] = known(e, 9)
    extra = {"middle": at(e, 5), "suffix": at(e, 7)}
    if at(e, 2) not in ("", "1"):
        extra["type"] = e[2]
    if at(e, 8) not in ("", "MI"):
        extra["member_id_qualifier"] = e[8]
    where.update({name: value for name, value in extra.items() if value})
    b.party = where


def _payer(b: ClaimBody, e: list[str], n: int) -> None:
    other = b.other if b.loop == "2330B" else None
    where = b.subscriber if other is None else other
    where["payer"], where["payer_id"] = known(e, 3), known(e, 9)
    if at(e, 8) not in ("", "PI"):
        where["payer_id_qualifier"] = e[8]
    b.party = {}
    if b.details:
        b.party = where.setdefault("payer_details", {})


def _patient_name(b: ClaimBody, e: list[str], n: int) -> None:
    if b.patient is None:
        b.patient = empty_patient()
    b.patient["last"], b.patient["first"] = known(e, 3), known(e, 4)
    for part, place in (("middle", 5), ("suffix", 7)):
        if at(e, place):
            b.patient[part] = e[place]
    b.party = b.patient


def _pat(b: ClaimBody, e: list[str], n: int) -> None:
    if b.loop == "2000C":
        if b.patient is None:
            b.patient = empty_patient()
        if b.details:
            b.patient["relationship"] = known(e, 1)
    if b.details and len(e) > 2:
        where = b.patient if b.loop == "2000C" and b.patient is not None else b.subscriber
        where["pat"] = e[1:]


def _address(b: ClaimBody, e: list[str], n: int) -> None:
    if b.details:
        b.address(b.party, e)
    elif b.loop == "2010BA":
        b.party.setdefault("_has", set()).add(e[0])


def _dmg(b: ClaimBody, e: list[str], n: int) -> None:
    b.day(e, 2)
    _check_codes(b, e)
    if b.details:
        b.party["birth_date"], b.party["sex"] = known(e, 2), known(e, 3)
    elif b.loop == "2010BA":
        b.party.setdefault("_has", set()).add("DMG")


def _clm(b: ClaimBody, e: list[str], n: int) -> None:
    b.close_claim()
    charge = b.amount(e, 2)
    place = at(e, 5).split(b.component)
    claim: Plain = {
        "claim_id": known(e, 1),
        "charge": b.said(e, 2, charge),
        "place_of_service": place[0] or None,
        "frequency": (place[2] or None) if len(place) > 2 else None,
        "provider_signature": known(e, 6),
        "assignment": known(e, 7),
        "benefits": known(e, 8),
        "release": known(e, 9),
        "billing_provider": dict(b.billing),
        "subscriber": dict(b.subscriber),
        "patient": None if b.patient is None else dict(b.patient),
        "diagnoses": [],
        "refs": [],
        "dates": [],
        "notes": [],
        "pwk": [],
        "amounts": [],
        "providers": [],
        "other_subscribers": [],
        "lines": [],
        "line_charges_sum": "0.00",
        "balanced": False,
    }
    if len(place) < 3 or not all(place[:3]):
        b.fault(
            "place", "CLM05 lacks the place of service, its qualifier or the frequency", "CLM05"
        )
    elif place[1] != "B":
        b.fault("place", "CLM05-2 is not the qualifier of a place of service", "CLM05")
    if charge is not None and charge < 0:
        b.fault("amount", "CLM02 is negative", "CLM02")
    _check_codes(b, e)
    if at(e, 10):
        claim["patient_signature"] = e[10]
    if at(e, 11):
        causes = e[11].split(b.component)
        claim["related_causes"] = [cause for cause in causes[:3] if cause]
        if len(causes) > 3 and causes[3]:
            claim["accident_state"] = causes[3]
    for name, where in (("special_program", 12), ("delay_reason", 20)):
        if at(e, where):
            claim[name] = e[where]
    has = claim["subscriber"].pop("_has", None)
    for level in ("billing_provider", "patient"):
        if claim[level]:
            claim[level].pop("_has", None)  # a segment out of its place left its mark there
    if b.patient is None:
        _check_own_subscriber(b, claim["subscriber"], has)
    b.open_claim(claim, charge)
    b.party = {}


def _check_own_subscriber(b: ClaimBody, subscriber: Plain, has: set[str] | None) -> None:
    """A subscriber who is the patient needs an address, birth date and sex; told once."""
    if subscriber["relationship"] != "18":
        message = "The claim stands under a subscriber who is not said to be the patient"
        b.fault("relationship", message, "SBR02")
    if b.claims_here:
        return
    if b.details:
        address = subscriber.get("address", {})
        has = {name for name, key in (("N3", "line1"), ("N4", "city")) if key in address}
        has |= {"DMG"} if "birth_date" in subscriber else set()
    for name in ("N3", "N4", "DMG"):
        if has is None or name not in has:
            message = f"{name} is missing in loop 2010BA: the subscriber is the patient"
            b.fault_at(b.n, "2010BA", "missing_segment", message, name)


def _dtp(b: ClaimBody, e: list[str], n: int) -> None:
    found = b.period(e)
    if b.loop == "2430" and b.adjudication is not None:
        b.adjudication["dates"].append(found)
    elif b.loop == "2330B" and b.other is not None:
        b.other["dates"].append(found)
    elif b.line is not None:
        b.line["dates"].append(found)
    elif b.claim is not None:
        b.claim["dates"].append(found)


def _ref(b: ClaimBody, e: list[str], n: int) -> None:
    found = [at(e, 1), at(e, 2)]
    if at(e, 4):
        found.append(e[4])
    if b.loop == "2400" and b.line is not None:
        b.line["refs"].append(found)
    elif b.loop == "2300" and b.claim is not None:
        b.claim["refs"].append(found)
    elif b.loop == "2330B" and b.other is not None:
        b.other["refs"].append(found)
    elif b.details:
        b.party.setdefault("refs", []).append(found)


def _amt(b: ClaimBody, e: list[str], n: int) -> None:
    value = b.amount(e, 2)
    text = b.said(e, 2, value)
    if b.loop == "2430" and b.adjudication is not None:
        b.adjudication["remaining"] = text
    elif b.loop == "2320" and b.other is not None:
        b.other["amounts"].append([at(e, 1), text])
        if at(e, 1) == "D" and b.other_cents:
            b.other_cents[-1][2].append(value)
    elif b.line is not None:
        b.line.setdefault("amounts", []).append([at(e, 1), text])
    elif b.claim is not None:
        b.claim["amounts"].append([at(e, 1), text])


def _nte(b: ClaimBody, e: list[str], n: int) -> None:
    where = b.line if b.line is not None else b.claim
    if where is not None:
        where["notes"].append([at(e, 1), at(e, 2)])


def _pwk(b: ClaimBody, e: list[str], n: int) -> None:
    where = b.line if b.line is not None else b.claim
    if where is not None:
        found = [at(e, 1), at(e, 2), at(e, 6)]
        where.setdefault("pwk", []).append(found if found[2] else found[:2])


def _hi(b: ClaimBody, e: list[str], n: int) -> None:
    if b.claim is None:
        return
    for place in range(1, len(e)):
        if not e[place]:
            continue
        parts = e[place].split(b.component)
        if len(parts) < 2 or not parts[0] or not parts[1]:
            name = f"HI{place:02d}"
            b.fault("diagnosis", f"{name} lacks the code or its qualifier", name)
        elif parts[0] in ("ABK", "ABF", "BK", "BF"):
            if parts[1].find(".") >= 0:
                b.fault("diagnosis", f"HI{place:02d} has a dot in its code", f"HI{place:02d}")
            b.claim["diagnoses"].append(parts[:2])
        elif b.details:
            b.claim.setdefault("codes", []).append(parts[:2])
    if len(e) > 13:
        b.fault("too_many_elements", "HI holds more than twelve codes", "HI13")


def _provider(b: ClaimBody, e: list[str], n: int) -> None:
    found = b.name(e)
    b.party = found
    if b.loop.startswith("2420"):
        if b.line is not None:
            b.line["providers"].append(found)
    elif b.loop.startswith("2330"):
        if b.other is not None and b.details:
            b.other.setdefault("providers", []).append(found)
    elif b.claim is not None:
        b.claim["providers"].append(found)


def _cas(b: ClaimBody, e: list[str], n: int) -> None:
    found, total = b.adjustments(e)
    if b.loop == "2430" and b.adjudication is not None:
        b.adjudication["adjustments"] += found
        b.answers.append((b.adjudication["payer_id"], total))
        if b.unadjudicated is not None:
            payer, paid, reduced = b.unadjudicated
            b.unadjudicated = (payer, None if total is None else paid, reduced + (total or 0))
    elif b.other is not None:
        b.other["adjustments"] += found
        if "_cents" in b.other:  # of a claim that is closed already nothing is summed
            sofar = b.other["_cents"]
            b.other["_cents"] = None if sofar is None or total is None else sofar + total


def _oi(b: ClaimBody, e: list[str], n: int) -> None:
    if b.other is not None:
        _check_codes(b, e)
        b.other["assignment"], b.other["release"] = known(e, 3), known(e, 6)
        if at(e, 4):
            b.other["patient_signature"] = e[4]


def _moa(b: ClaimBody, e: list[str], n: int) -> None:
    remarks = [code for code in e[3:8] if code]
    if b.other is not None and remarks:
        b.other["remarks"] = remarks


def _lx(b: ClaimBody, e: list[str], n: int) -> None:
    b.open_line(known(e, 1))


def _sv1(b: ClaimBody, e: list[str], n: int) -> None:
    if b.line is None:
        return
    charge = b.amount(e, 2)
    b.charge = charge
    line = b.line
    line["procedure"] = b.procedure(at(e, 1), "SV101")
    line["charge"] = b.said(e, 2, charge)
    line["unit_basis"] = known(e, 3)
    line["units"] = b.quantity(e, 4)
    line["place_of_service"] = known(e, 5)
    line["pointers"] = [part for part in at(e, 7).split(b.component) if part]
    _check_codes(b, e)
    for name, place in (("emergency", 9), ("epsdt", 11), ("family_planning", 12), ("copay", 15)):
        if at(e, place):
            line[name] = e[place]


def _svd(b: ClaimBody, e: list[str], n: int) -> None:
    b.close_adjudication()
    if b.line is None:
        return
    paid = b.amount(e, 2)
    b.adjudication = {
        "payer_id": known(e, 1),
        "paid": b.said(e, 2, paid),
        "procedure": b.procedure(at(e, 3), "SVD03"),
        "units": b.quantity(e, 5),
        "adjustments": [],
        "dates": [],
    }
    if at(e, 6):
        b.adjudication["bundled_line"] = e[6]
    else:
        b.unadjudicated = (at(e, 1), paid, 0)
    b.line["adjudications"].append(b.adjudication)


def _rare(b: ClaimBody, e: list[str], n: int) -> None:
    """Segments without a place in the plain shape, kept as they are with details."""
    if b.details:
        where = b.line if b.line is not None else b.claim
        if where is not None:
            plain = [part.replace(b.component, ":") for part in e]
            where.setdefault("other_segments", []).append(plain)


_RARE = (
    "SV5", "CN1", "K3", "CR1", "CR2", "CR3", "CRC", "HCP", "QTY", "MEA", "PS1", "LIN", "CTP", "LQ",
    "FRM",
)  # fmt: skip

_HANDLERS: dict[tuple[str, str], Handler] = {
    ("HEADER", "BHT"): _bht,
    ("1000A", "NM1"): _submitter,
    ("1000B", "NM1"): _receiver,
    ("", "PER"): _per,
    ("", "HL"): _hl,
    ("", "PRV"): _prv,
    ("2010AA", "NM1"): _billing_name,
    ("2010AB", "NM1"): _pay_to,
    ("2010AC", "NM1"): _pay_to,
    ("2010AA", "REF"): _ref_billing,
    ("2010AC", "REF"): _ref_billing,
    ("", "SBR"): _sbr,
    ("", "PAT"): _pat,
    ("2010BA", "NM1"): _insured,
    ("2330A", "NM1"): _insured,
    ("2010BB", "NM1"): _payer,
    ("2330B", "NM1"): _payer,
    ("2010CA", "NM1"): _patient_name,
    ("", "N3"): _address,
    ("", "N4"): _address,
    ("", "DMG"): _dmg,
    ("", "CLM"): _clm,
    ("", "DTP"): _dtp,
    ("", "REF"): _ref,
    ("", "AMT"): _amt,
    ("", "NTE"): _nte,
    ("", "PWK"): _pwk,
    ("", "HI"): _hi,
    ("", "NM1"): _provider,
    ("", "CAS"): _cas,
    ("", "OI"): _oi,
    ("", "MOA"): _moa,
    ("", "LX"): _lx,
    ("", "SV1"): _sv1,
    ("", "SVD"): _svd,
    **{("", sid): _rare for sid in _RARE},
}  # fmt: skip


class Claims(ClaimBody):
    """Reads one 837P transaction in one pass."""

    machine = Machine(guide("p837"), _HANDLERS)
