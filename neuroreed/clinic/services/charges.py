"""What a visit is billed as, what the rules say, and a person's answer to a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed import policy
from neuroreed.audit.kernel import audit
from neuroreed.billing import charges as billing_charges
from neuroreed.billing.timing import is_timed_15
from neuroreed.care import documentation as rubric
from neuroreed.care import session as care_session
from neuroreed.clinic import access, books, convert, events, profile, showing, treatment
from neuroreed.clinic.models import (
    ChargeLine,
    ChargeVersion,
    FindingRow,
    Resolution,
    User,
    Visit,
)
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import expectations, ledgers
from neuroreed.clinic.values import ChargesView, Preview
from neuroreed.model.billing import Charge
from neuroreed.model.columns import COLUMNS
from neuroreed.model.errors import BadInput, Refused
from neuroreed.model.money import cents

REASON_LENGTH = 500
DESCRIBED = ("patient", "episode__therapist", "plan", "coverage", "clinician", "supervisor")


@dataclass(frozen=True, slots=True)
class Assessment:
    """The charges of a visit as it stands, and what the rules and the rubric say.

    ``book`` is the visit's own plain data as it was judged.
    """

    charges: tuple[Charge, ...]
    proof: Any
    proposals: tuple[Any, ...]
    refusals: tuple[Any, ...]
    expected: Any
    gaps: tuple[str, ...]
    findings: tuple[Any, ...]
    coverage: Mapping[str, Any]
    documentation: Any
    facts: Mapping[str, Any]
    book: Mapping[str, Any]
    rule_book: str

    def allowed_cents(self, line_number: int) -> int | None:
        """What the payer should allow for a line; ``None`` where nobody can know."""
        return allowed_of(self.expected, self.charges).get(line_number)


def allowed_of(expected: Any, charges: tuple[Charge, ...]) -> dict[int, int | None]:
    """The expected allowed amount of each line, in cents."""
    if expected is None:
        return {charge.line_number: None for charge in charges}
    # a code without a fee of the clinic has an expected line, but no charge
    paid = dict(enumerate(expected.lines, start=1))
    return {
        charge.line_number: None
        if paid[charge.line_number].allowed is None
        else cents(paid[charge.line_number].allowed)
        for charge in charges
    }


def context(visit: Visit, at: datetime) -> billing_charges.ChargeContext:
    """What billing needs to know besides the visit itself."""
    clinic = profile.profile()
    plan = visit.plan
    diagnoses = [*chain(*treatment.diagnoses(visit))]
    schedule = ledgers.schedule_of(visit.coverage.payer)
    return billing_charges.ChargeContext(
        payer=visit.coverage.payer,
        clinic_fees=clinic.fees,
        mac=clinic.mac or None,
        locality=clinic.locality or None,
        zip5=clinic.zip5,
        accrued_cents=books.accrued_cents(visit),
        attested_kx=plan is not None and plan.kx_attested_at is not None,
        accepted=frozenset((cpt, modifier) for cpt, modifier in visit.accepted),
        deductible_left_cents=expectations.deductible_left(visit.coverage),
        participating=clinic.participating,
        plan_certified=convert.is_certified(visit, at),
        schedule=schedule,
        same_day=books.same_day(visit),
        signed_before=books.signed_before(visit) if schedule is not None else (),
        earlier=books.earlier_sessions(visit),
        pointers=dict.fromkeys(
            (a.cpt for a in visit.activities.all()), tuple(range(1, len(diagnoses) + 1))[:4]
        ),
    )


def limits() -> rubric.DocumentationLimits:
    """The limits of the rubric that are this clinic's own."""
    clinic = profile.profile()
    return rubric.DocumentationLimits(
        signature_days=clinic.unsigned_after_days,
        assistant_needs_cosigner=clinic.assistant_cosign,
    )


def assess(
    visit: Visit,
    time: care_session.Session,
    *,
    at: datetime,
    signer: User | None = None,
    signed: bool = False,
    billed: tuple[Charge, ...] | None = None,
) -> Assessment:
    """Charges, expected payment, findings and rubric of a visit as if it were signed now.

    ``billed`` replaces our own charges by those that another system made.
    """
    with profile.held():
        return _assess(visit, time, at, signer, signed, billed)


def _assess(
    visit: Visit,
    time: care_session.Session,
    at: datetime,
    signer: User | None,
    signed: bool,
    billed: tuple[Charge, ...] | None,
) -> Assessment:
    convert.loaded(visit)
    known = context(visit, at)
    built = billing_charges.build(convert.visit(visit, time), known)
    if billed is not None:
        built = replace(built, charges=billed, expected=None)
    facts = convert.visit_facts(
        visit,
        time,
        billing=[(charge.cpt, charge.units) for charge in built.charges],
        modifiers=[modifier for charge in built.charges for modifier in charge.modifiers],
        signer=signer,
        at=at,
    )
    if known.earlier:
        facts["same_day"] = {
            "timed_minutes": sum(m for s in known.earlier for m in _timed(s.minutes)),
            "timed_units": sum(u for s in known.earlier for u in _timed(s.units)),
        }
    score = rubric.documentation(facts, limits())
    own = books.visit_data(
        visit,
        time,
        built.charges,
        facts=facts,
        allowed_cents=allowed_of(built.expected, built.charges),
        at=at,
        signed=signed,
        prior_cents=books.prior_cents(visit.patient_id, visit.discipline, visit.date_of_service),
    )
    own |= {name: value for name, value in rubric.columns(score).items() if name in COLUMNS}
    result = audit(books.for_visit(visit, own))
    mine = str(visit.pk)
    return Assessment(
        charges=tuple(built.charges),
        proof=built.proof,
        proposals=tuple(built.proposals),
        refusals=tuple(built.refusals),
        expected=built.expected,
        gaps=tuple(built.gaps),
        findings=tuple(f for f in result.findings if mine in f.visits),
        coverage=result.coverage,
        documentation=score,
        facts=facts,
        book=own,
        rule_book=result.rule_book,
    )


def _timed(amounts: Mapping[str, int]) -> list[int]:
    return [amount for cpt, amount in amounts.items() if is_timed_15(cpt)]


def preview(user: User, visit_id: UUID, *, at: datetime) -> Preview:
    """What the visit would be billed as now, with units proof, proposals and findings."""
    return preview_of(access.visit_for(user, visit_id), at=at)


def preview_of(visit: Visit, *, at: datetime) -> Preview:
    """The preview of a visit already permitted."""
    time = convert.timed(visit, until=at if visit.state == Visit.State.OPEN else None)
    made = assess(visit, time, at=at, signed=visit.state == Visit.State.SIGNED)
    return Preview(
        visit_id=visit.pk,
        charges=made.charges,
        proof=made.proof,
        proposals=made.proposals,
        refusals=made.refusals,
        accepted=frozenset((cpt, modifier) for cpt, modifier in visit.accepted),
        expected=made.expected,
        gaps=made.gaps,
        findings=made.findings,
        coverage=made.coverage,
        documentation=made.documentation,
        facts=made.facts,
        problems=time.problems,
        policy=policy.release(),
        rule_book=made.rule_book,
    )


def proposed(visit: Visit, *, at: datetime) -> set[tuple[str, str]]:
    """The modifiers that are proposed now, by code."""
    time = convert.timed(visit, until=at if visit.state == Visit.State.OPEN else None)
    built = billing_charges.build(convert.visit(visit, time), context(visit, at))
    codes = {charge.line_number: charge.cpt for charge in built.charges}
    return {
        (codes[found.line_number], found.modifier)
        for found in built.proposals
        if found.line_number in codes
    }


def store(visit: Visit, made: Assessment, *, by: User, at: datetime, reason: str) -> ChargeVersion:
    """Keep the charges and findings of a visit as a new version, in the caller's transaction."""
    last = showing.latest_version(visit)
    allowed = allowed_of(made.expected, made.charges)
    version = ChargeVersion(
        visit=visit,
        version=last.version + 1 if last else 1,
        at=at,
        by=by,
        reason=reason,
        policy=policy.release(),
        body={
            "proof": plain(made.proof),
            "expected": plain(made.expected),
            "proposals": plain(made.proposals),
            "refusals": plain(made.refusals),
            "gaps": list(made.gaps),
            "book": plain(made.book),
            "documentation": _score(made.documentation),
        },
        charge_cents=sum(charge.charge_cents for charge in made.charges),
        expected_allowed_cents=_cents(made.expected, "allowed"),
        expected_payer_cents=_cents(made.expected, "payer_pays"),
    )
    version.save(force_insert=True)
    ChargeLine.objects.bulk_create(
        ChargeLine(
            version=version,
            line_number=charge.line_number,
            cpt=charge.cpt,
            units=charge.units,
            modifiers=list(charge.modifiers),
            charge_cents=charge.charge_cents,
            minutes=charge.minutes,
            diagnosis_pointers=list(charge.diagnosis_pointers),
            allowed_cents=allowed[charge.line_number],
        )
        for charge in made.charges
    )
    FindingRow.objects.bulk_create(
        FindingRow(
            visit=visit,
            charge_version=version,
            rule=found.rule,
            severity=str(found.severity),
            subject=found.subject,
            says=found.says,
            fix=found.fix,
            cites=list(found.cites),
            evidence=plain(found.evidence),
            rule_book=found.rule_book,
            at=at,
        )
        for found in made.findings
    )
    return version


def _score(score: Any) -> dict[str, Any]:
    return {
        "score": score.score,
        "band": str(score.band),
        "failed": list(score.failed),
        "answered": list(score.answered),
    }


def _cents(expected: Any, name: str) -> int | None:
    amount = getattr(expected, name) if expected is not None else None
    return None if amount is None else cents(amount)


def reassess(user: User, visit_id: UUID, *, at: datetime) -> ChargeVersion:
    """Judge a signed visit again with today's record and rules; the new version counts.

    Used after a plan was certified, an authorisation entered or a fee corrected.

    Raises:
        Refused: the visit is not signed, or its claim has gone out.
    """
    with transaction.atomic():
        visit = access.visit_for(user, visit_id, to="resolve")
        if visit.state != Visit.State.SIGNED:
            raise Refused("Only a signed visit is judged again; a preview needs no storing.")
        if visit.claims.exists():
            raise Refused("The claim of this visit exists: replace the claim instead.")
        made = assess(visit, convert.timed(visit), at=at, signed=True)
        version = store(visit, made, by=user, at=at, reason="judged again")
        events.append(user, "charges.judged", visit, {"version": version.version}, at=at)
    return version


def price_day_again(visit: Visit, *, by: User, at: datetime) -> list[ChargeVersion]:
    """Judge the other visits of a date again after one more was signed.

    Units stand; what the payer should allow for the day as a whole may have changed, and so
    may findings. A visit whose claim exists keeps what was claimed, and so does one that
    another system priced. Where nothing changed there is no new version. In the caller's
    transaction.
    """
    made = []
    for other in books.day_of(visit).select_related(*DESCRIBED):
        last = showing.latest_version(other)
        if last is None or not last.body.get("expected") or other.claims.exists():
            continue
        found = assess(other, convert.timed(other), at=at, signed=True)
        if _figures(found) == _stored_figures(last):
            continue
        reason = "another visit of the day was signed"
        version = store(other, found, by=by, at=at, reason=reason)
        events.append(by, "charges.judged", other, {"version": version.version}, at=at)
        made.append(version)
    return made


def overtaken(user: User, visit_id: UUID) -> bool:
    """Whether a visit was claimed before another visit of its date was signed."""
    visit = access.visit_for(user, visit_id)
    claim = visit.claims.order_by("at").first()
    if claim is None:
        return False
    later = books.day_of(visit).filter(notes__kind="note", notes__at__gt=claim.at)
    return bool(later.exists())


def _figures(made: Assessment) -> list[tuple[Any, ...]]:
    allowed = allowed_of(made.expected, made.charges)
    return [
        (c.line_number, c.cpt, c.units, list(c.modifiers), allowed[c.line_number])
        for c in made.charges
    ]


def _stored_figures(version: ChargeVersion) -> list[tuple[Any, ...]]:
    return [
        (line.line_number, line.cpt, line.units, list(line.modifiers), line.allowed_cents)
        for line in version.lines.order_by("line_number")
    ]


def latest(user: User, visit_id: UUID) -> ChargesView | None:
    """The version of the charges that counts, as it was stored; none before signing."""
    version = showing.latest_version(access.visit_for(user, visit_id))
    return showing.charges_view(version) if version else None


def resolve(user: User, finding_id: UUID, *, reason: str, at: datetime) -> Resolution:
    """Answer a finding. The finding stays; the answer, its author and its time are kept."""
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        raise BadInput(f"Give the reason in 1 to {REASON_LENGTH} characters.")
    with transaction.atomic():
        finding = access.finding_for(user, finding_id)
        if finding.resolutions.exists():
            raise Refused("This finding is answered already.")
        row = Resolution(finding=finding, by=user, reason=said, at=at)
        row.save(force_insert=True)
        events.append(user, "finding.resolved", finding, {"rule": finding.rule}, at=at)
    return row
