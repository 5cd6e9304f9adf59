"""A claim as the boxes of the paper form CMS-1500 (02/12), six lines to a page.

A box is its number on the form with a letter where it has parts ("24D.1" is box 24D of the
first line). A box that the claim says nothing about is absent. Texts are in capitals without
punctuation, as scanners want them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from neuroreed.model.claims import Claim, ClaimLine, ClaimProvider, OtherSubscriber
from neuroreed.model.errors import BadInput
from neuroreed.model.people import Address

LINES_OF_A_PAGE = 6
LETTERS = "ABCDEFGHIJKL"
_PROGRAMS = {"MB": "1.medicare", "MC": "1.medicaid", "CH": "1.tricare", "VA": "1.champva"}
_RELATIONSHIPS = {"18": "6.self", "01": "6.spouse", "19": "6.child"}

Boxes = dict[str, str]


def boxes(claim: Claim) -> tuple[Boxes, ...]:
    """The boxes of a claim, one mapping for each page of six lines; totals are of the page.

    Raises:
        BadInput: more diagnoses or modifiers than the form holds, or no line.
    """
    if not claim.lines:
        raise BadInput("A form without service lines says nothing.")
    if len(claim.diagnoses) > len(LETTERS):
        raise BadInput("The form holds twelve diagnoses.")
    common = _person(claim) | _other(claim) | _condition(claim) | _providers(claim)
    found = []
    for start in range(0, len(claim.lines), LINES_OF_A_PAGE):
        lines = claim.lines[start : start + LINES_OF_A_PAGE]
        page = dict(common)
        for number, line in enumerate(lines, 1):
            page |= _line(claim, number, line)
        page["28"] = _money(sum(line.charge_cents for line in lines))
        paid = sum(one.amount_cents for one in claim.amounts if one.qualifier == "F5")
        if paid and not start:
            page["29"] = _money(paid)
        found.append({key: value for key, value in page.items() if value})
    return tuple(found)


def _text(text: str) -> str:
    kept = "".join(sign if sign.isalnum() or sign in " -#/" else " " for sign in text.upper())
    return " ".join(kept.split())


def _name(last: str, first: str, middle: str = "", suffix: str = "") -> str:
    parts = [f"{_text(last)} {_text(suffix)}".strip(), _text(first), _text(middle)]
    return ", ".join(part for part in parts if part)


def _money(amount_cents: int) -> str:
    return f"{amount_cents // 10**2} {amount_cents % 10**2:02d}"


def _day(day: date | None, *, short: bool = False) -> str:
    if day is None:
        return ""
    return f"{day:%m %d %y}" if short else f"{day:%m %d %Y}"


def _ref(refs: tuple[tuple[str, str], ...], qualifier: str) -> str:
    return next((value for kind, value in refs if kind == qualifier), "")


def _address(address: Address | None, number: str) -> Boxes:
    if address is None:
        return {}
    return {
        f"{number}.street": _text(f"{address.line1} {address.line2}"),
        f"{number}.city": _text(address.city),
        f"{number}.state": _text(address.state),
        f"{number}.zip": _text(address.postal_code),
    }


def _person(claim: Claim) -> Boxes:
    insured, patient = claim.subscriber, claim.patient
    treated = patient or insured
    found = {
        "1": _PROGRAMS.get(insured.filing, "1.other"),
        "1a": _text(insured.member_id),
        "2": _name(treated.last, treated.first, treated.middle, treated.suffix),
        "3.date": _day(treated.birth_date),
        "3.sex": treated.sex if treated.sex in ("M", "F") else "",
        "4": _name(insured.last, insured.first, insured.middle, insured.suffix),
        "6": _RELATIONSHIPS.get((patient.relationship if patient else "18") or "18", "6.other"),
        "11": _text(insured.group_number) or ("NONE" if insured.filing == "MB" else ""),
        "11a.date": _day(insured.birth_date),
        "11a.sex": insured.sex if insured.sex in ("M", "F") else "",
        "11c": _text(insured.group_name),
        "11d": "yes" if claim.other_subscribers else "no",
        "payer.name": _text(insured.payer.name),
        "12": "SIGNATURE ON FILE" if claim.release == "Y" else "",
        "13": "SIGNATURE ON FILE" if claim.benefits == "Y" else "",
    }
    if insured.payer.address is not None:
        place = insured.payer.address
        found["payer.street"] = _text(f"{place.line1} {place.line2}")
        found["payer.city"] = _text(f"{place.city} {place.state} {place.postal_code}")
    return found | _address(treated.address, "5") | _address(insured.address, "7")


def _other(claim: Claim) -> Boxes:
    if not claim.other_subscribers:
        return {}
    other: OtherSubscriber = claim.other_subscribers[0]
    return {
        "9": _name(other.last, other.first, other.middle, other.suffix),
        "9a": _text(other.group_number or other.member_id),
        "9d": _text(other.group_name or other.payer.name),
    }


def _condition(claim: Claim) -> Boxes:
    causes = set(claim.related_causes)
    found = {
        "10a": "yes" if "EM" in causes else "no",
        "10b": "yes" if "AA" in causes else "no",
        "10b.state": claim.accident_state,
        "10c": "yes" if "OA" in causes else "no",
        "21.indicator": "0",
        "22.code": claim.frequency if claim.frequency in ("7", "8") else "",
        "22.reference": _ref(claim.refs, "F8") if claim.frequency in ("7", "8") else "",
        "23": _ref(claim.refs, "G1") or _ref(claim.refs, "9F"),
        "19": _text(" ".join(text for _, text in claim.notes)),
        "26": _text(claim.claim_id),
        "27": "yes" if claim.assignment in ("A", "B") else "no",
    }
    for qualifier, _, text in claim.dates:
        if qualifier in ("431", "439", "454") and len(text) == 8 and text.isdecimal():
            box = {"431": "14", "439": "14", "454": "15"}[qualifier]
            found.setdefault(box, f"{text[4:6]} {text[6:8]} {text[:4]}")
            found.setdefault(f"{box}.qualifier", qualifier)
    for letter, (_, code) in zip(LETTERS, claim.diagnoses, strict=False):
        found[f"21{letter}"] = code.replace(".", "").upper()
    return found


def _provider(claim: Claim, *entities: str) -> ClaimProvider | None:
    return next((one for one in claim.providers if one.entity in entities), None)


def _providers(claim: Claim) -> Boxes:
    billing = claim.billing_provider
    treating = _provider(claim, "82")
    referring = _provider(claim, "DN", "DK", "DQ")
    place = _provider(claim, "77")
    found = {
        "25": billing.tax_id,
        "25.kind": "EIN" if billing.tax_id_kind == "EI" else "SSN",
        "33.phone": _phone(billing.contact.phone) if billing.contact else "",
        "33.name": _text(_billing_name(claim)),
        "33a": billing.npi,
    }
    if billing.address is not None:
        found |= {
            "33.street": _text(f"{billing.address.line1} {billing.address.line2}"),
            "33.city": _text(
                f"{billing.address.city} {billing.address.state} {billing.address.postal_code}"
            ),
        }
    where = place.address if place and place.address else billing.address
    if where is not None:
        found |= {
            "32.name": _text(place.last_or_org if place else _billing_name(claim)),
            "32.street": _text(f"{where.line1} {where.line2}"),
            "32.city": _text(f"{where.city} {where.state} {where.postal_code}"),
            "32a": place.id if place and place.id else billing.npi,
        }
    if referring is not None:
        found["17.qualifier"] = referring.entity
        found["17"] = _text(f"{referring.first} {referring.middle} {referring.last_or_org}")
        found["17b"] = referring.id
    if treating is not None and claim.provider_signature == "Y":
        found["31"] = _text(f"{treating.first} {treating.last_or_org}")
    return found


def _phone(phone: str) -> str:
    """The area code stands apart: the form prints its brackets."""
    digits = "".join(sign for sign in phone if sign.isdecimal())
    return f"{digits[:3]} {digits[3:]}" if digits else ""


def _billing_name(claim: Claim) -> str:
    billing = claim.billing_provider
    return f"{billing.first} {billing.name}".strip()


def _line(claim: Claim, number: int, line: ClaimLine) -> Boxes:
    treating = next((one for one in line.providers if one.entity == "82"), None) or _provider(
        claim, "82"
    )
    if len(line.procedure.modifiers) > 4:
        raise BadInput("The form holds four modifiers for each line.")
    found = {
        f"24A.{number}": _day(line.date_of_service, short=True),
        f"24A.{number}.until": _day(line.date_of_service_until or line.date_of_service, short=True),
        f"24B.{number}": line.place_of_service or claim.place_of_service,
        f"24C.{number}": "Y" if line.emergency else "",
        f"24D.{number}": line.procedure.code,
        f"24E.{number}": "".join(LETTERS[place - 1] for place in line.pointers),
        f"24F.{number}": _money(line.charge_cents),
        f"24G.{number}": _units(line.units),
        f"24J.{number}": treating.id if treating else "",
    }
    for place, modifier in enumerate(line.procedure.modifiers, 1):
        found[f"24D.{number}.{place}"] = modifier
    return found


def _units(units: Decimal) -> str:
    return f"{units.normalize():f}"
