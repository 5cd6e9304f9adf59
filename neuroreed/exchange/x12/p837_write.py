"""Professional claims into an 837P file (005010X222A1).

Takes model claims and plain claims alike. What a claim does not say is left out, never
invented. Text is written as given: letters outside ASCII lose their accents, and a sign
that separates elements is refused with the place where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from neuroreed.exchange.x12.checks import is_date
from neuroreed.exchange.x12.envelope_write import Envelope
from neuroreed.exchange.x12.p837_shape import check_shape, claim_name, plain_claims
from neuroreed.exchange.x12.write import Writer
from neuroreed.model.claims import TradingPartner
from neuroreed.model.errors import BadInput

Plain = Mapping[str, Any]

GUIDE = "005010X222A1"
_MOST_CLAIMS_OF_A_PATIENT = 100


def _billing(w: Writer, claim: Plain, parent: None) -> int:
    found = claim.get("billing_provider") or {}
    number = w.level(parent, "20", True)
    if found.get("taxonomy"):
        w.seg("PRV", "BI", "PXC", found["taxonomy"])
    person = found.get("type") == "1" or bool(found.get("first"))
    npi = found.get("npi")
    w.seg(
        "NM1", "85", "1" if person else "2", found.get("name"), found.get("first"),
        found.get("middle"), "", found.get("suffix"), "XX" if npi else "", npi,
    )  # fmt: skip
    w.address(found.get("address"))
    if found.get("tax_id"):
        w.seg("REF", found.get("tax_id_kind") or "EI", found["tax_id"])
    w.refs(found.get("refs"))
    for contact in found.get("contacts") or ():
        w.contact(contact)
    if (found.get("pay_to") or {}).get("address"):
        w.seg("NM1", "87", "1" if person else "2")
        w.address(found["pay_to"]["address"])
    if found.get("pay_to_plan"):
        plan = found["pay_to_plan"]
        w.seg(
            "NM1", "PE", "2", plan.get("name"), "", "", "", "", plan.get("id_qual"), plan.get("id")
        )
        w.address(plan.get("address"))
        w.refs(plan.get("refs"))
    return number


def _insured(w: Writer, found: Plain) -> None:
    member = found.get("member_id")
    w.seg(
        "NM1", "IL", found.get("type") or "1", found.get("last"), found.get("first"),
        found.get("middle"), "", found.get("suffix"),
        (found.get("member_id_qualifier") or "MI") if member else "", member,
    )  # fmt: skip
    w.address(found.get("address"))


def _born(w: Writer, found: Plain) -> None:
    if found.get("birth_date"):
        w.seg("DMG", "D8", found["birth_date"], found.get("sex"))


def _payer(w: Writer, found: Plain) -> None:
    payer_id = found.get("payer_id")
    if not payer_id and not found.get("payer"):
        return
    w.seg(
        "NM1", "PR", "2", found.get("payer"), "", "", "", "",
        (found.get("payer_id_qualifier") or "PI") if payer_id else "", payer_id,
    )  # fmt: skip
    w.address((found.get("payer_details") or {}).get("address"))


def _sbr(w: Writer, found: Plain) -> None:
    w.seg(
        "SBR", found.get("sequence"), found.get("relationship"), found.get("group_number"),
        found.get("group_name"), found.get("medicare_secondary"), "", "", "", found.get("filing"),
    )  # fmt: skip


def _subscriber(w: Writer, claim: Plain, parent: int, child: bool) -> int:
    found = claim.get("subscriber") or {}
    number = w.level(parent, "22", child)
    _sbr(w, found)
    if found.get("pat"):
        w.seg("PAT", *found["pat"])
    _insured(w, found)
    _born(w, found)
    w.refs(found.get("refs"))
    _payer(w, found)
    w.refs((found.get("payer_details") or {}).get("refs"))
    return number


def _patient(w: Writer, found: Plain, parent: int) -> None:
    w.level(parent, "23", False)
    w.seg("PAT", *(found.get("pat") or [found.get("relationship")]))
    w.seg(
        "NM1", "QC", "1", found.get("last"), found.get("first"), found.get("middle"), "",
        found.get("suffix"),
    )  # fmt: skip
    w.address(found.get("address"))
    _born(w, found)
    w.refs(found.get("refs"))


def _adjustments(w: Writer, adjustments: Sequence[Plain]) -> None:
    """CAS segments: up to six reasons of one group in each, in the order given."""
    for group, entries in groupby(adjustments, key=lambda entry: entry.get("group")):
        rows = list(entries)
        for start in range(0, len(rows), 6):
            elements: list[object] = []
            for entry in rows[start : start + 6]:
                elements += [
                    entry.get("carc"),
                    w.money(entry.get("amount"), "CAS"),
                    entry.get("quantity"),
                ]
            w.seg("CAS", group, *elements)


def _provider(w: Writer, found: Plain) -> None:
    identifier = found.get("id")
    w.seg(
        "NM1", found.get("entity"), found.get("type"), found.get("last_or_org"),
        found.get("first"), found.get("middle"), "", found.get("suffix"),
        found.get("id_qual") if identifier else "", identifier,
    )  # fmt: skip
    if found.get("taxonomy"):
        w.seg("PRV", "PE", "PXC", found["taxonomy"])
    w.address(found.get("address"))
    w.refs(found.get("refs"))
    for contact in found.get("contacts") or ():
        w.contact(contact)


def _procedure(w: Writer, found: Plain | None, element: str) -> str:
    if not found:
        return ""
    modifiers = list(found.get("modifiers") or ())
    if len(modifiers) > 4:
        raise BadInput(f"{w.where}: {element} has more than four modifiers.")
    values = [found.get("qualifier"), found.get("code"), *modifiers]
    if found.get("description"):
        values += [""] * (6 - len(values)) + [found["description"]]
    return w.composite(values, element)


def _other(w: Writer, found: Plain) -> None:
    _sbr(w, found)
    _adjustments(w, found.get("adjustments") or ())
    for qualifier, value in found.get("amounts") or ():
        w.seg("AMT", qualifier, w.money(value, "AMT02"))
    w.seg(
        "OI", "", "", found.get("assignment"), found.get("patient_signature"), "",
        found.get("release"),
    )  # fmt: skip
    if found.get("remarks"):
        w.seg("MOA", "", "", *found["remarks"])
    _insured(w, found)
    _payer(w, found)
    w.dates(found.get("dates"))
    w.refs(found.get("refs"))
    for provider in found.get("providers") or ():
        _provider(w, provider)


def _line(w: Writer, line: Plain, place: int) -> None:
    _check_rare(w, line, _RARE_OF_LINE)
    w.seg("LX", line.get("line") or place)
    w.raw(
        "SV1", _procedure(w, line.get("procedure"), "SV101"), w.money(line.get("charge"), "SV102"),
        w.text(line.get("unit_basis"), "SV103"), w.text(line.get("units"), "SV104"),
        w.text(line.get("place_of_service"), "SV105"), "",
        w.composite(line.get("pointers") or (), "SV107"), "",
        w.text(line.get("emergency"), "SV109"), "", w.text(line.get("epsdt"), "SV111"),
        w.text(line.get("family_planning"), "SV112"), "", "", w.text(line.get("copay"), "SV115"),
    )  # fmt: skip
    _rare(w, line, "SV5")
    _attachments(w, line)
    for sid in ("CR1", "CR3", "CRC"):
        _rare(w, line, sid)
    w.dates(line.get("dates"))
    for sid in ("QTY", "MEA", "CN1"):
        _rare(w, line, sid)
    w.refs(line.get("refs"))
    for qualifier, value in line.get("amounts") or ():
        w.seg("AMT", qualifier, w.money(value, "AMT02"))
    _rare(w, line, "K3")
    for note in line.get("notes") or ():
        w.seg("NTE", *note)
    for sid in ("PS1", "HCP", "LIN", "CTP"):
        _rare(w, line, sid)
    for provider in line.get("providers") or ():
        _provider(w, provider)
    for found in line.get("adjudications") or ():
        w.raw(
            "SVD", w.text(found.get("payer_id"), "SVD01"), w.money(found.get("paid"), "SVD02"),
            _procedure(w, found.get("procedure"), "SVD03"), "", w.text(found.get("units"), "SVD05"),
            w.text(found.get("bundled_line"), "SVD06"),
        )  # fmt: skip
        _adjustments(w, found.get("adjustments") or ())
        w.dates(found.get("dates"))
        if found.get("remaining"):
            w.seg("AMT", "EAF", w.money(found["remaining"], "AMT02"))
    _rare(w, line, "LQ", "FRM")


_RARE_OF_CLAIM = ("CN1", "K3", "CR1", "CR2", "CRC", "HCP")
_RARE_OF_LINE = (
    "SV5", "CR1", "CR3", "CRC", "QTY", "MEA", "CN1", "K3", "PS1", "HCP", "LIN", "CTP", "LQ", "FRM",
)  # fmt: skip


def _rare(w: Writer, found: Plain, *ids: str) -> None:
    """Segments kept as they stood, at their place in the guide."""
    for elements in found.get("other_segments") or ():
        if elements[0] in ids:
            w.raw(
                *(
                    w.composite(str(part).split(":"), f"{elements[0]}{place:02d}")
                    for place, part in enumerate(elements)
                )
            )


def _check_rare(w: Writer, found: Plain, ids: tuple[str, ...]) -> None:
    for elements in found.get("other_segments") or ():
        if not isinstance(elements, (list, tuple)) or not elements or elements[0] not in ids:
            raise BadInput(f"{w.where} has a segment among other_segments that has no place here.")


def _attachments(w: Writer, found: Plain) -> None:
    for one in found.get("pwk") or ():
        control = one[2] if len(one) > 2 else ""
        w.seg("PWK", one[0], one[1], "", "", "AC" if control else "", control)


def _claim(w: Writer, claim: Plain) -> None:
    _check_rare(w, claim, _RARE_OF_CLAIM)
    causes = list(claim.get("related_causes") or ())
    if claim.get("accident_state"):
        causes = [*[*causes, "", "", ""][:3], claim["accident_state"]]
    w.raw(
        "CLM", w.text(claim.get("claim_id"), "CLM01"), w.money(claim.get("charge"), "CLM02"),
        "", "", w.composite((claim.get("place_of_service"), "B", claim.get("frequency")), "CLM05"),
        w.text(claim.get("provider_signature"), "CLM06"), w.text(claim.get("assignment"), "CLM07"),
        w.text(claim.get("benefits"), "CLM08"), w.text(claim.get("release"), "CLM09"),
        w.text(claim.get("patient_signature"), "CLM10"), w.composite(causes, "CLM11"),
        w.text(claim.get("special_program"), "CLM12"), *[""] * 7,
        w.text(claim.get("delay_reason"), "CLM20"),
    )  # fmt: skip
    w.dates(claim.get("dates"))
    _attachments(w, claim)
    _rare(w, claim, "CN1")
    for qualifier, value in claim.get("amounts") or ():
        w.seg("AMT", qualifier, w.money(value, "AMT02"))
    w.refs(claim.get("refs"))
    _rare(w, claim, "K3")
    for note in claim.get("notes") or ():
        w.seg("NTE", *note)
    for sid in ("CR1", "CR2", "CRC"):
        _rare(w, claim, sid)
    codes = [w.composite(pair, "HI") for pair in claim.get("diagnoses") or ()]
    if len(codes) > 12:
        raise BadInput(f"{w.where}: a claim carries at most twelve diagnoses.")
    if codes:
        w.raw("HI", *codes)
    for _, pairs in groupby(claim.get("codes") or (), key=lambda pair: pair[0]):
        w.raw("HI", *(w.composite(pair, "HI") for pair in pairs))
    _rare(w, claim, "HCP")
    for provider in claim.get("providers") or ():
        _provider(w, provider)
    for other in claim.get("other_subscribers") or ():
        _other(w, other)
    for place, line in enumerate(claim.get("lines") or (), 1):
        _line(w, line, place)


def _runs(claims: Sequence[Plain], key: Callable[[Plain], Any]) -> list[list[Plain]]:
    """Neighbours that share a level, so that the order of the claims is kept."""
    found: list[list[Plain]] = []
    for claim in claims:
        if found and key(found[-1][0]) == key(claim):
            found[-1].append(claim)
        else:
            found.append([claim])
    return found


def _body(w: Writer, claims: Sequence[Plain]) -> None:
    for of_billing in _runs(claims, lambda claim: claim.get("billing_provider")):
        w.where = claim_name(of_billing[0])
        billing = _billing(w, of_billing[0], None)
        whose = lambda claim: (claim.get("subscriber"), claim.get("patient") is None)  # noqa: E731
        for of_subscriber in _runs(of_billing, whose):
            own = of_subscriber[0].get("patient") is None
            w.where = claim_name(of_subscriber[0])
            subscriber = _subscriber(w, of_subscriber[0], billing, child=not own)
            for of_patient in _runs(of_subscriber, lambda claim: claim.get("patient")):
                for start in range(0, len(of_patient), _MOST_CLAIMS_OF_A_PATIENT):
                    if not own:
                        w.where = claim_name(of_patient[0])
                        _patient(w, of_patient[0]["patient"], subscriber)
                    elif start:
                        _subscriber(w, of_patient[0], billing, child=False)
                    for claim in of_patient[start : start + _MOST_CLAIMS_OF_A_PATIENT]:
                        w.where = claim_name(claim)
                        _claim(w, claim)


def latest_date(claims: Sequence[Plain]) -> date:
    """The last date of service: the earliest day on which the file can have been made."""
    days = [
        text[-8:]
        for claim in claims
        for line in claim.get("lines") or ()
        for _, _, text in line.get("dates") or ()
        if isinstance(text, str) and is_date(text[-8:])
    ]
    return datetime.strptime(max(days), "%Y%m%d").date() if days else date(2000, 1, 1)  # noqa: DTZ007


def write_837p(
    claims: Any,
    *,
    submitter: TradingPartner | None = None,
    receiver: TradingPartner | None = None,
    sender_id: str | None = None,
    receiver_id: str | None = None,
    sender_qualifier: str = "ZZ",
    receiver_qualifier: str = "ZZ",
    group_sender: str | None = None,
    group_receiver: str | None = None,
    interchange_control: int = 1,
    group_control: int = 1,
    transaction_control: int = 1,
    batch_reference: str | None = None,
    created_at: datetime | None = None,
    usage: str = "T",
    transaction_type: str = "CH",
    acknowledge: bool = False,
    claims_per_transaction: int = 5000,
    line_ends: bool = True,
) -> bytes:
    """One 837P file; ``read_x12`` of it gives the claims back.

    Without an envelope the file marks itself as a test, is dated with the last date of
    service, and names the first claim's billing provider and payer as its ends. A clinic
    gives its own partners, control numbers (never used twice) and ``usage="P"``.

    Args:
        claims: claims of the model, plain claims, or what ``read_x12`` gave.
        transaction_control: number of the first ST; further ones count on.

    Raises:
        BadInput: text that a file cannot carry, a wrong amount, no claim; says where.
    """
    plain = plain_claims(claims)
    if not plain:
        raise BadInput("There is no claim to write.")
    for claim in plain:
        check_shape(claim)
    if not 1 <= transaction_control <= 10**9 - len(plain):
        raise BadInput("The transaction control number must be 1 to 999999999.")
    first = plain[0]
    billing, payer = first.get("billing_provider") or {}, first.get("subscriber") or {}
    submitter = submitter or TradingPartner(
        str(billing.get("name") or ""), str(billing.get("tax_id") or billing.get("npi") or "")
    )
    receiver = receiver or TradingPartner(
        str(payer.get("payer") or ""), str(payer.get("payer_id") or "")
    )
    made = created_at or datetime.combine(latest_date(plain), datetime.min.time())
    envelope = Envelope(
        sender=sender_id or submitter.id[:15],
        receiver=receiver_id or receiver.id[:15],
        sender_qualifier=sender_qualifier,
        receiver_qualifier=receiver_qualifier,
        group_sender=group_sender,
        group_receiver=group_receiver,
        interchange_control=interchange_control,
        group_control=group_control,
        made=made,
        usage=usage,
        acknowledge=acknowledge,
    )
    transactions: list[list[str]] = []
    for place, start in enumerate(range(0, len(plain), max(claims_per_transaction, 1))):
        w = Writer()
        control = f"{transaction_control + place:04d}"
        w.seg("ST", "837", control, GUIDE)
        reference = batch_reference or control
        w.seg("BHT", "0019", "00", reference, f"{made:%Y%m%d}", f"{made:%H%M}", transaction_type)
        w.seg("NM1", "41", "2", submitter.name, "", "", "", "", "46", submitter.id)
        if submitter.contact is not None:
            contact = submitter.contact
            w.contact(
                {
                    "name": contact.name or submitter.name,
                    "phone": contact.phone,
                    "extension": contact.extension,
                    "email": contact.email,
                    "fax": contact.fax,
                }
            )
        w.seg("NM1", "40", "2", receiver.name, "", "", "", "", "46", receiver.id)
        _body(w, plain[start : start + max(claims_per_transaction, 1)])
        w.seg("SE", len(w.parts) + 1, control)
        transactions.append(w.parts)
    return envelope.wrap("HC", GUIDE, transactions, line_ends=line_ends)
