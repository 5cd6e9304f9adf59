"""Charges of one patient and payer as a professional claim, or what the claim still lacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from neuroreed.billing.modifiers import DISCIPLINE_MODIFIERS, most_modifiers
from neuroreed.model.billing import Charge
from neuroreed.model.claims import (
    BillingProvider,
    Claim,
    ClaimLine,
    ClaimPatient,
    ClaimProvider,
    Contact,
    OtherSubscriber,
    Payer,
    Procedure,
    Subscriber,
)
from neuroreed.model.errors import IncompleteClaim
from neuroreed.model.identifiers import is_npi
from neuroreed.model.people import Address, Clinic, Clinician, Coverage, Patient, Profession
from neuroreed.policy import codes, icd10
from neuroreed.policy.payers import Payer as Profile
from neuroreed.policy.payers import profile

MOST_LINES = 50
MOST_DIAGNOSES = 12
LONGEST_CLAIM_ID = 20
RELATIONSHIPS = {"self": "18", "spouse": "01", "child": "19", "other": "G8"}
ENROLLED = frozenset({Profession.PT, Profession.OT, Profession.SLP})
REPLACING = frozenset({"7", "8"})
TELEHEALTH = frozenset({"95", "93"})
TELEHEALTH_PLACES = frozenset({"02", "10"})


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """All that a claim is made of.

    ``charges`` may be of several dates and visits: each becomes a line of its own date.
    ``diagnoses`` are ICD-10-CM codes in the order of the pointers, with or without dot.
    ``treating`` is the enrolled therapist, also where an assistant furnished. ``referring`` is
    who ordered or certified (entity DN). ``replaces`` is the payer's number of the claim that
    frequency 7 or 8 replaces or voids. ``other_subscribers`` are other insurances with their
    answers.
    """

    claim_id: str
    charges: tuple[Charge, ...]
    patient: Patient
    coverage: Coverage
    clinic: Clinic
    treating: Clinician
    diagnoses: tuple[str, ...]
    referring: ClaimProvider | None = None
    place_of_service: str = "11"
    authorization: str | None = None
    frequency: str = "1"
    replaces: str | None = None
    other_subscribers: tuple[OtherSubscriber, ...] = ()
    accepts_assignment: bool = True


def together(requests: Iterable[ClaimRequest]) -> tuple[ClaimRequest, ...]:
    """Requests that differ in nothing but their number and charges, as few claims as fit.

    The first number of each group stays; no claim holds more than fifty lines.
    """
    found: dict[ClaimRequestKey, list[ClaimRequest]] = {}
    for request in requests:
        group = found.setdefault(_key(request), [])
        if group and len(group[-1].charges) + len(request.charges) <= MOST_LINES:
            group[-1] = replace(group[-1], charges=group[-1].charges + request.charges)
        else:
            group.append(request)
    return tuple(request for group in found.values() for request in group)


ClaimRequestKey = tuple[object, ...]


def _key(request: ClaimRequest) -> ClaimRequestKey:
    return (
        request.patient.id,
        request.coverage,
        request.clinic.npi,
        request.treating.id,
        request.diagnoses,
        request.referring,
        request.place_of_service,
        request.authorization,
        request.frequency,
        request.replaces,
        request.other_subscribers,
        request.accepts_assignment,
        min((charge.date_of_service.year for charge in request.charges), default=None),
    )


def assemble(request: ClaimRequest) -> Claim:
    """The claim, one line per charge, each with a number of its own (6R).

    Raises:
        IncompleteClaim: what is missing, one sentence each, in ``.missing``.
        NoParameter: a payer without a profile.
    """
    if lacking := missing(request):
        raise IncompleteClaim(lacking)
    payer = profile(request.coverage.payer, _last_day(request))
    is_self = request.coverage.relationship == "self"
    return Claim(
        claim_id=request.claim_id,
        charge_cents=sum(charge.charge_cents for charge in request.charges),
        billing_provider=_billing_provider(request.clinic),
        subscriber=_subscriber(request, payer, is_self=is_self),
        patient=None if is_self else _patient(request),
        diagnoses=tuple(
            ("ABF" if place else "ABK", icd10.undotted(code))
            for place, code in enumerate(request.diagnoses)
        ),
        lines=tuple(
            _line(request.claim_id, number, charge)
            for number, charge in enumerate(request.charges, start=1)
        ),
        place_of_service=request.place_of_service,
        frequency=request.frequency,
        assignment="A" if request.accepts_assignment else "C",
        refs=_refs(request),
        providers=_providers(request),
        other_subscribers=request.other_subscribers,
    )


def missing(request: ClaimRequest) -> tuple[str, ...]:
    """What the claim lacks before it may go out, one sentence each; empty when it is whole.

    Raises:
        NoParameter: a payer without a profile.
    """
    if not request.charges:
        return ("The claim has no charges.",)
    payer = profile(request.coverage.payer, _last_day(request))
    return (
        *_about_number(request),
        *_about_clinic(request.clinic),
        *_about_patient(request),
        *_about_coverage(request, payer),
        *_about_providers(request, payer),
        *_about_diagnoses(request),
        *_about_lines(request, payer),
    )


def _last_day(request: ClaimRequest) -> date:
    return max(charge.date_of_service for charge in request.charges)


def _about_number(request: ClaimRequest) -> list[str]:
    found = []
    if not 1 <= len(request.claim_id) <= LONGEST_CLAIM_ID:
        found.append(f"The claim number needs 1 to {LONGEST_CLAIM_ID} characters.")
    if request.frequency in REPLACING and not request.replaces:
        found.append("A claim that replaces or voids needs the payer's number of the first one.")
    return found


def _about_clinic(clinic: Clinic) -> list[str]:
    found = []
    if not is_npi(clinic.npi):
        found.append("The clinic's NPI is missing or its check digit is wrong.")
    if len(clinic.tax_id) != 9 or not clinic.tax_id.isdecimal():
        found.append("The clinic's tax number needs nine digits.")
    if not clinic.name:
        found.append("The clinic's name is missing.")
    if not clinic.taxonomy:
        found.append("The clinic's taxonomy code is missing.")
    found += _about_address(clinic.address, "The clinic's address")
    if len(_digits(clinic.address.postal_code)) != 9:
        found.append("The clinic's postal code needs nine digits.")
    return found


def _about_address(address: Address, whose: str) -> list[str]:
    parts = {
        "street": address.line1,
        "city": address.city,
        "state": address.state,
        "postal code": address.postal_code,
    }
    lacking = [name for name, value in parts.items() if not value.strip()]
    return [f"{whose} lacks: {', '.join(lacking)}."] if lacking else []


def _about_patient(request: ClaimRequest) -> list[str]:
    patient = request.patient
    found = []
    if not patient.last_name or not patient.first_name:
        found.append("The patient's name is missing.")
    if patient.sex not in ("F", "M", "U"):
        found.append("The patient's sex is missing: F, M or U as the payer knows it.")
    if patient.birth_date > min(charge.date_of_service for charge in request.charges):
        found.append("The patient's birth date lies after the date of service.")
    return found + _about_address(patient.address, "The patient's address")


def _about_coverage(request: ClaimRequest, payer: Profile) -> list[str]:
    coverage = request.coverage
    found = []
    if not coverage.member_id:
        found.append("The member number is missing.")
    if not coverage.payer_id or not coverage.payer_name:
        found.append("The payer's name or its number for claims is missing.")
    if payer.claim_filing_code is None:
        found.append(f"The claim filing code of {payer.name} is missing from its profile.")
    if coverage.relationship not in RELATIONSHIPS:
        found.append(
            f"The patient's relationship to the insured is {coverage.relationship!r}; "
            f"give one of {', '.join(RELATIONSHIPS)}."
        )
    elif coverage.relationship != "self" and not (
        coverage.subscriber_last and coverage.subscriber_first
    ):
        found.append("The insured's name is missing.")
    if coverage.sequence != "P" and not request.other_subscribers:
        found.append("A claim to a later payer needs the answer of the payer before it.")
    if payer.requires_auth and not request.authorization:
        found.append(f"{payer.name} asks for an authorization number; none is given.")
    return found


def _about_providers(request: ClaimRequest, payer: Profile) -> list[str]:
    found = []
    if request.treating.profession not in ENROLLED:
        found.append("The claim names the supervising therapist; assistants cannot enrol.")
    if not request.treating.npi or not is_npi(request.treating.npi):
        found.append("The therapist's NPI is missing or its check digit is wrong.")
    if request.referring is None:
        if payer.certification:
            found.append("Who ordered or certified the plan (name and NPI) is missing.")
    elif not is_npi(request.referring.id):
        found.append("The NPI of who ordered or certified is missing or its check digit is wrong.")
    return found


def _about_diagnoses(request: ClaimRequest) -> list[str]:
    bare = [icd10.undotted(code) for code in request.diagnoses]
    if not bare:
        return ["The claim has no diagnosis."]
    found = []
    if len(bare) > MOST_DIAGNOSES:
        found.append(f"A claim holds {MOST_DIAGNOSES} diagnoses, not {len(bare)}.")
    found += [
        f"Diagnosis {icd10.dotted(code)} stands twice."
        for code in dict.fromkeys(code for code in bare if bare.count(code) > 1)
    ]
    for code in bare:
        known = icd10.diagnosis(code, _last_day(request))
        if known is not None and known.billable is False:
            found.append(f"Diagnosis {known.code} is not billable: choose a more exact code.")
    return found


def _about_lines(request: ClaimRequest, payer: Profile) -> list[str]:
    found = []
    if len(request.charges) > MOST_LINES:
        found.append(f"A claim holds {MOST_LINES} lines, not {len(request.charges)}.")
    seen: set[tuple[object, ...]] = set()
    for number, charge in enumerate(request.charges, start=1):
        line = f"Line {number} ({charge.cpt})"
        if charge.units < 1:
            found.append(f"{line} has no units.")
        if charge.charge_cents <= 0:
            found.append(f"{line} has no charge.")
        if len(charge.modifiers) > most_modifiers(charge.date_of_service):
            found.append(f"{line} has more modifiers than a line holds.")
        if not charge.diagnosis_pointers:
            found.append(f"{line} points to no diagnosis.")
        if any(not 1 <= p <= len(request.diagnoses) for p in charge.diagnosis_pointers):
            found.append(f"{line} points to a diagnosis that the claim does not have.")
        same = (charge.date_of_service, charge.cpt, charge.modifiers)
        if same in seen:
            found.append(f"{line} stands twice on {charge.date_of_service}: add its units up.")
        seen.add(same)
        found += [f"{line} {sentence}" for sentence in _about_modifiers(request, charge, payer)]
    return found


def _about_modifiers(request: ClaimRequest, charge: Charge, payer: Profile) -> list[str]:
    found = []
    code = codes.get(charge.cpt)
    discipline = set(charge.modifiers) & set(DISCIPLINE_MODIFIERS.values())
    if len(discipline) > 1:
        found.append("has two discipline modifiers.")
    if (
        payer.requires_discipline_modifier
        and code is not None
        and code.listing == "always"
        and not (code.is_evaluation and payer.evaluations_need_discipline_modifier is False)
        and not discipline
    ):
        found.append("needs the modifier of its discipline: GP, GO or GN.")
    if (
        not TELEHEALTH.isdisjoint(charge.modifiers)
        and request.place_of_service not in TELEHEALTH_PLACES
    ):
        found.append("is telehealth, so the place of service is 10 (home) or 02.")
    return found


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _billing_provider(clinic: Clinic) -> BillingProvider:
    phone = _digits(clinic.phone)
    return BillingProvider(
        name=clinic.name,
        npi=clinic.npi,
        tax_id=clinic.tax_id,
        address=clinic.address,
        taxonomy=clinic.taxonomy,
        contact=Contact(name=clinic.name, phone=phone) if phone else None,
    )


def _subscriber(request: ClaimRequest, payer: Profile, *, is_self: bool) -> Subscriber:
    coverage, patient = request.coverage, request.patient
    insured = Subscriber(
        last=patient.last_name if is_self else coverage.subscriber_last or "",
        first=patient.first_name if is_self else coverage.subscriber_first or "",
        member_id=coverage.member_id,
        payer=Payer(name=coverage.payer_name, id=coverage.payer_id),
        sequence=coverage.sequence,
        relationship="18" if is_self else None,
        filing=payer.claim_filing_code or "",
        group_number=coverage.group_number or "",
    )
    if not is_self:
        return insured
    return replace(insured, address=patient.address, birth_date=patient.birth_date, sex=patient.sex)


def _patient(request: ClaimRequest) -> ClaimPatient:
    patient = request.patient
    return ClaimPatient(
        last=patient.last_name,
        first=patient.first_name,
        relationship=RELATIONSHIPS[request.coverage.relationship],
        address=patient.address,
        birth_date=patient.birth_date,
        sex=patient.sex,
    )


def _providers(request: ClaimRequest) -> tuple[ClaimProvider, ...]:
    treating = ClaimProvider(
        entity="82",
        last_or_org=request.treating.last_name,
        first=request.treating.first_name,
        id=request.treating.npi or "",
        taxonomy=request.treating.taxonomy or "",
    )
    return (treating,) if request.referring is None else (request.referring, treating)


def _refs(request: ClaimRequest) -> tuple[tuple[str, str], ...]:
    found = []
    if request.authorization:
        found.append(("G1", request.authorization))
    if request.replaces and request.frequency in REPLACING:
        found.append(("F8", request.replaces))
    return tuple(found)


def _line(claim_id: str, number: int, charge: Charge) -> ClaimLine:
    return ClaimLine(
        line_number=number,
        procedure=Procedure(charge.cpt, charge.modifiers),
        charge_cents=charge.charge_cents,
        units=Decimal(charge.units),
        date_of_service=charge.date_of_service,
        pointers=charge.diagnosis_pointers[:4],
        refs=(("6R", f"{claim_id}-{number}"),),
    )
