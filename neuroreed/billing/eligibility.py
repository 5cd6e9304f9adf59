"""Is this person covered, for what, and what is left: questions (270) and answers (271).

``read`` takes one entry of ``people`` of a 271 as plain data. What the payer does not say is
``None`` and stays unknown; a refusal to answer is neither a yes nor a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from neuroreed.model.errors import BadInput
from neuroreed.model.money import cents, dollars
from neuroreed.model.people import Clinic, Coverage, Patient

Plain = Mapping[str, Any]

ACTIVE = frozenset({"1", "2", "3", "4", "5"})
INACTIVE = frozenset({"6", "7", "8"})
THERAPY = frozenset({"PT", "AE", "AF", "AD"})
GENERAL = frozenset({"30"}) | THERAPY
BUCKETS = {"AE": "pt_slp", "AF": "pt_slp", "PT": "pt_slp", "AD": "ot"}
REMAINING, CALENDAR_YEAR, USED = "29", frozenset({"22", "23", "24", "25"}), "21"
_REJECTIONS = {
    "15": "The payer needs more about the person.",
    "42": "The payer cannot answer now; ask again later.",
    "43": "The clinic's identification is not known to the payer.",
    "51": "The clinic is not on the payer's file.",
    "57": "The date asked about is not valid.",
    "58": "The birth date is missing or not valid.",
    "62": "The date lies too far back or ahead.",
    "63": "The date of service lies in the future.",
    "64": "The member number is missing or not valid.",
    "65": "The name is missing or not valid.",
    "71": "The birth date does not agree with the payer's.",
    "72": "The member number is missing or not valid.",
    "73": "The name does not agree with the payer's.",
    "75": "The payer does not find the person.",
    "76": "The payer finds the person more than once.",
    "79": "The payer is not known there.",
    "80": "The payer sent no answer; ask again later.",
}


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What is known of a coverage on a day; amounts in cents, ``None`` is unknown.

    ``therapy_used_cents``: what the patient's year has used, by bucket (``pt_slp``, ``ot``);
    it beats our own sum, because other clinics count too. ``says`` is every benefit that we
    took up, in a sentence; ``other_insurance`` names other payers the answer tells of.
    ``rejections`` say why there is no answer.
    """

    checked_on: date
    source: str
    active: bool | None = None
    plan: str = ""
    covered_from: date | None = None
    covered_until: date | None = None
    deductible_cents: int | None = None
    deductible_left_cents: int | None = None
    coinsurance_permille: int | None = None
    copay_cents: int | None = None
    out_of_pocket_left_cents: int | None = None
    therapy_used_cents: Mapping[str, int] = field(default_factory=dict, hash=False)
    visits_left: int | None = None
    authorization_required: bool | None = None
    other_insurance: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    rejections: tuple[str, ...] = ()


def inquiry(
    patient: Patient,
    coverage: Coverage,
    clinic: Clinic,
    *,
    on: date,
    trace: str,
    service_types: Sequence[str] = ("30", "AE", "AD", "AF"),
) -> dict[str, Any]:
    """One question for ``write_270``: is the person covered on a day, and for which therapy.

    Raises:
        BadInput: the member number or the payer's number is missing.
    """
    if not coverage.member_id or not coverage.payer_id:
        raise BadInput("An inquiry needs the member number and the payer's number.")
    person = {
        "last": patient.last_name,
        "first": patient.first_name,
        "birth_date": f"{patient.birth_date:%Y%m%d}",
        "sex": patient.sex if patient.sex in ("F", "M") else "",
    }
    is_self = coverage.relationship == "self"
    insured = {
        "last": patient.last_name if is_self else coverage.subscriber_last or "",
        "first": patient.first_name if is_self else coverage.subscriber_first or "",
        "member_id": coverage.member_id,
    }
    return {
        "source": {"name": coverage.payer_name, "id": coverage.payer_id},
        "receiver": {"name": clinic.name, "id_qual": "XX", "id": clinic.npi},
        "subscriber": person | insured if is_self else insured,
        "dependent": None if is_self else person,
        "traces": [["1", trace, f"9{clinic.tax_id}"]],
        "dates": [["291", "D8", f"{on:%Y%m%d}"]],
        "refs": [],
        "inquiries": [{"service_types": list(service_types)}],
    }


def read(person: Plain, *, on: date) -> Eligibility:
    """What one entry of a 271 says about one person.

    In-network amounts go before those that say nothing of a network; out-of-network ones are
    left out. A deductible that is left goes before a yearly one.
    """
    benefits: Sequence[Plain] = [
        one
        for one in person.get("benefits") or ()
        if one.get("in_network") != "N" and _is_ours(one)
    ]
    rejections = tuple(
        _REJECTIONS.get(str(one.get("reason")), f"The payer refuses: reason {one.get('reason')}.")
        for one in person.get("rejections") or ()
    )
    active = None
    kinds = {str(one.get("information")) for one in benefits}
    if not rejections and kinds & ACTIVE:
        active = True
    elif not rejections and kinds & INACTIVE:
        active = False
    first, last = _period(person, benefits)
    therapy, used_says = _therapy_used(benefits)
    left = _amount(benefits, "C", (REMAINING,))
    found = Eligibility(
        checked_on=on,
        source="271",
        active=active,
        plan=next((str(one["plan"]) for one in benefits if one.get("plan")), ""),
        covered_from=first,
        covered_until=last,
        deductible_cents=_amount(benefits, "C", CALENDAR_YEAR),
        deductible_left_cents=left,
        coinsurance_permille=_permille(benefits),
        copay_cents=_amount(benefits, "B", None),
        out_of_pocket_left_cents=_amount(benefits, "G", (REMAINING,)),
        therapy_used_cents=therapy,
        visits_left=_visits_left(benefits),
        authorization_required=_authorization(benefits),
        other_insurance=_others(benefits),
        rejections=rejections,
    )
    return _with_words(found, used_says)


def manual(
    *,
    on: date,
    by: str,
    active: bool | None = None,
    plan: str = "",
    deductible_left_cents: int | None = None,
    coinsurance_permille: int | None = None,
    copay_cents: int | None = None,
    therapy_used_cents: Mapping[str, int] | None = None,
    visits_left: int | None = None,
    authorization_required: bool | None = None,
    covered_from: date | None = None,
    covered_until: date | None = None,
) -> Eligibility:
    """What a person learned by telephone or portal; ``by`` says how and from whom.

    Raises:
        BadInput: an amount below zero, or an unknown bucket of therapy.
    """
    amounts = (deductible_left_cents, coinsurance_permille, copay_cents, visits_left)
    used = dict(therapy_used_cents or {})
    if any(amount is not None and amount < 0 for amount in (*amounts, *used.values())):
        raise BadInput("An amount is not below zero; leave out what is not known.")
    if not used.keys() <= set(BUCKETS.values()):
        raise BadInput("Therapy amounts used are of pt_slp or ot.")
    if not by.strip():
        raise BadInput("Say how it was learned, and from whom.")
    found = Eligibility(
        checked_on=on,
        source=by,
        active=active,
        plan=plan,
        covered_from=covered_from,
        covered_until=covered_until,
        deductible_left_cents=deductible_left_cents,
        coinsurance_permille=coinsurance_permille,
        copay_cents=copay_cents,
        therapy_used_cents=used,
        visits_left=visits_left,
        authorization_required=authorization_required,
    )
    return _with_words(found, ())


def _is_ours(benefit: Plain) -> bool:
    types = set(benefit.get("service_types") or ())
    return not types or bool(types & GENERAL)


def _best(benefits: Iterable[Plain]) -> list[Plain]:
    """Therapy before general, in network before unsaid."""
    return sorted(
        benefits,
        key=lambda one: (
            not THERAPY & set(one.get("service_types") or ()),
            one.get("in_network") != "Y",
        ),
    )


def _amount(benefits: Sequence[Plain], kind: str, periods: Iterable[str] | None) -> int | None:
    wanted = None if periods is None else set(periods)
    for one in _best(one for one in benefits if str(one.get("information")) == kind):
        if wanted is not None and str(one.get("period")) not in wanted:
            continue
        if (value := _cents(one.get("amount"))) is not None:
            return value
    return None


def _cents(text: Any) -> int | None:
    if text in (None, ""):
        return None
    try:
        return cents(str(text))
    except (InvalidOperation, ValueError):
        return None


def _number(text: Any) -> Decimal | None:
    if text in (None, ""):
        return None
    try:
        found = Decimal(str(text))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _permille(benefits: Sequence[Plain]) -> int | None:
    for one in _best(one for one in benefits if str(one.get("information")) == "A"):
        share = _number(one.get("percent"))
        if share is not None and 0 <= share <= 1:
            return int(share * 10**3)
    return None


def _visits_left(benefits: Sequence[Plain]) -> int | None:
    for one in _best(one for one in benefits if str(one.get("information")) == "F"):
        if str(one.get("period")) != REMAINING or one.get("quantity_qualifier") not in ("VS", "P6"):
            continue
        count = _number(one.get("quantity"))
        if count is not None:
            return int(count)
    return None


def _authorization(benefits: Sequence[Plain]) -> bool | None:
    said = {
        str(one.get("authorization_required"))
        for one in benefits
        if THERAPY & set(one.get("service_types") or ())
    } or {str(one.get("authorization_required")) for one in benefits}
    if "Y" in said:
        return True
    return False if "N" in said else None


def _therapy_used(benefits: Sequence[Plain]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Amounts that the payer calls used, by bucket."""
    found: dict[str, int] = {}
    for one in benefits:
        types = THERAPY & set(one.get("service_types") or ())
        words = " ".join(str(text) for text in one.get("messages") or ()).lower()
        used = str(one.get("period")) == USED or "used" in words
        value = _cents(one.get("amount"))
        if not types or not used or value is None:
            continue
        for bucket in {BUCKETS[code] for code in types}:
            found[bucket] = max(found.get(bucket, 0), value)
    names = {"pt_slp": "physical and speech therapy", "ot": "occupational therapy"}
    return found, tuple(
        f"{dollars(value)} of {names[bucket]} used this year." for bucket, value in found.items()
    )


def _others(benefits: Sequence[Plain]) -> tuple[str, ...]:
    found = []
    for one in benefits:
        if str(one.get("information")) != "R":
            continue
        names = [str(each.get("last_or_org") or "") for each in one.get("entities") or ()]
        found += [name for name in names if name] or ["another payer, not named"]
    return tuple(dict.fromkeys(found))


def _period(person: Plain, benefits: Sequence[Plain]) -> tuple[date | None, date | None]:
    first = last = None
    told = [*(person.get("dates") or ())]
    for one in benefits:
        told += one.get("dates") or ()
    for qualifier, form, text in told:
        start, _, end = str(text or "").partition("-")
        if qualifier in ("291", "307", "356", "346"):
            first = first or _day(start)
            if form == "RD8":
                last = last or _day(end)
        elif qualifier in ("357", "347"):
            last = last or _day(start)
    return first, last


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None


def _with_words(found: Eligibility, more: Sequence[str]) -> Eligibility:
    says = []
    if found.rejections:
        says.append("There is no answer about this person.")
    elif found.active is None:
        says.append("Whether the coverage is active was not said.")
    else:
        says.append("Active." if found.active else "Not active.")
    for amount, words in (
        (found.deductible_left_cents, "of the deductible left"),
        (found.copay_cents, "copayment for each visit"),
        (found.out_of_pocket_left_cents, "until the yearly limit of the patient's share"),
    ):
        if amount is not None:
            says.append(f"{dollars(amount)} {words}.")
    if found.coinsurance_permille is not None:
        says.append(f"The patient pays {Decimal(found.coinsurance_permille) / 10:f} percent.")
    if found.visits_left is not None:
        says.append(f"{found.visits_left} visits left.")
    if found.authorization_required is not None:
        needed = "is needed" if found.authorization_required else "is not needed"
        says.append(f"An authorization {needed}.")
    if found.other_insurance:
        says.append("Another insurance is on file: find out who pays first.")
    if not more and found.therapy_used_cents:
        more = tuple(
            f"{dollars(value)} used this year ({bucket})."
            for bucket, value in found.therapy_used_cents.items()
        )
    return replace(found, says=(*says, *more, *found.rejections))
