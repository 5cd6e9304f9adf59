"""Release, hold and file claims."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.billing import claims as billing_claims
from neuroreed.clinic import access, convert, events, profile, showing, treatment
from neuroreed.clinic.models import (
    ChargeVersion,
    Claim,
    ClaimFile,
    ClaimFileEntry,
    Coverage,
    User,
    Visit,
)
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import lifecycle, numbers, sending
from neuroreed.exchange.x12 import claim_from_plain, claim_to_plain, write_837p
from neuroreed.model.billing import Charge
from neuroreed.model.claims import ClaimProvider, Contact, TradingPartner
from neuroreed.model.errors import BadInput, IncompleteClaim, OpenStopFindings, Refused

MOST_CLAIMS = 5000
REASON_LENGTH = 500
USAGE = {True: "T", False: "P"}  # an invented clinic's files say that they are a test


def release(user: User, visit_id: UUID, *, at: datetime) -> Claim:
    """Make the claim of a signed visit. Releasing it again gives the same claim.

    Raises:
        OpenStopFindings: findings hold it until they are answered or cured.
        IncompleteClaim: what it lacks is in ``.missing``.
        Refused: the visit is not signed.
    """
    with transaction.atomic():
        visit = access.visit_for(user, visit_id, to="release")
        Visit.objects.select_for_update().get(pk=visit.pk)
        visit.refresh_from_db(fields=["state"])
        if visit.state != Visit.State.SIGNED:
            raise Refused("The note is not signed: a claim follows the signature.")
        if before := visit.claims.order_by("-at").first():
            return before
        version = showing.latest_version(visit)
        if version is None:
            raise IncompleteClaim(["The visit has no charges."])
        open_stops = version.findings.filter(severity="stop", resolutions=None)
        if held := [f"{found.rule}: {found.says}" for found in open_stops]:
            raise OpenStopFindings(held)
        claim = _insert(visit, version, at)
        lifecycle.step(claim, "released", "", user, at)
    return claim


def missing(user: User, visit_id: UUID) -> tuple[str, ...]:
    """What the claim of a signed visit lacks, one sentence each, before it is released."""
    visit = access.visit_for(user, visit_id, to="release")
    version = showing.latest_version(visit)
    if version is None:
        return ("The visit has no charges: sign its note first.",)
    return (*version.body["gaps"], *billing_claims.missing(request_of(visit, version, "0")))


def _insert(visit: Visit, version: ChargeVersion, at: datetime) -> Claim:
    if lacking := billing_claims.missing(request_of(visit, version, "0")):
        raise IncompleteClaim(lacking)
    number = f"NR{numbers.following('claim'):09d}"
    claim = billing_claims.assemble(request_of(visit, version, number))
    row = Claim(
        patient_id=visit.patient_id,
        visit=visit,
        charge_version=version,
        number=number,
        payer=visit.coverage.payer,
        body=plain(claim_to_plain(claim)),
        charge_cents=claim.charge_cents,
        rule_book=next(iter(version.findings.values_list("rule_book", flat=True)), ""),
        at=at,
    )
    row.save(force_insert=True)
    return row


def request_of(
    visit: Visit, version: ChargeVersion, number: str, coverage: Coverage | None = None
) -> billing_claims.ClaimRequest:
    """What a claim of this visit is assembled from; ``coverage`` when another payer is asked."""
    therapist = visit.clinician
    if therapist.role != "therapist":
        therapist = visit.supervisor or visit.episode.therapist
    plan = visit.plan
    referring = None
    if plan is not None and plan.physician_npi:
        referring = ClaimProvider(
            entity="DN",
            last_or_org=plan.physician_last,
            first=plan.physician_first,
            id=plan.physician_npi,
        )
    return billing_claims.ClaimRequest(
        claim_id=number,
        charges=tuple(
            Charge(
                visit_id=str(visit.pk),
                line_number=line.line_number,
                cpt=line.cpt,
                units=line.units,
                modifiers=tuple(line.modifiers),
                charge_cents=line.charge_cents,
                date_of_service=visit.date_of_service,
                minutes=line.minutes,
                diagnosis_pointers=tuple(line.diagnosis_pointers),
            )
            for line in version.lines.all()
        ),
        patient=convert.patient(visit.patient),
        coverage=convert.coverage(coverage or visit.coverage),
        clinic=convert.clinic(profile.profile()),
        treating=convert.clinician(therapist),
        diagnoses=tuple(dict.fromkeys(chain(*treatment.diagnoses(visit)))),
        referring=referring,
        place_of_service=visit.place_of_service,
        authorization=visit.authorization.number if visit.authorization else None,
        accepts_assignment=profile.profile().participating,
    )


def hold(user: User, claim_id: UUID, *, reason: str, at: datetime) -> Claim:
    """Keep a released claim from going out, with a reason."""
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        raise BadInput(f"Give the reason in 1 to {REASON_LENGTH} characters.")
    return _move(user, claim_id, "released", "held", said, at)


def unhold(user: User, claim_id: UUID, *, at: datetime) -> Claim:
    """Let a held claim go out with the next file."""
    return _move(user, claim_id, "held", "released", "", at)


def _move(user: User, claim_id: UUID, before: str, after: str, reason: str, at: datetime) -> Claim:
    with transaction.atomic():
        claim = _locked(user, [claim_id], to="hold")[0]
        state = showing.claim_state(claim)
        if state == after:
            return claim
        if state != before:
            raise Refused(f"The claim is {state}: only a {before} claim can be {after}.")
        lifecycle.step(claim, after, reason, user, at)
    return claim


def _locked(user: User, claim_ids: Sequence[UUID], *, to: str) -> list[Claim]:
    """The claims, held against other writers, in the order of their numbers."""
    found = [access.claim_for(user, claim_id, to=to) for claim_id in claim_ids]
    visits = sorted({claim.visit_id for claim in found})
    list(Visit.objects.select_for_update().filter(pk__in=visits).order_by("pk"))
    return sorted(found, key=lambda claim: claim.number)


def file(user: User, claim_ids: Sequence[UUID], *, at: datetime) -> ClaimFile:
    """Write released claims into one 837P file under a control number never used before.

    Raises:
        Refused: a claim is held or has gone out already; nothing is written then.
    """
    wanted = list(dict.fromkeys(str(claim_id) for claim_id in claim_ids))
    if not 1 <= len(wanted) <= MOST_CLAIMS:
        raise BadInput(f"A file holds 1 to {MOST_CLAIMS} claims.")
    with transaction.atomic():
        claims = _locked(user, [UUID(key) for key in wanted], to="file")
        for claim in claims:
            state = showing.claim_state(claim)
            if state != "released":
                raise Refused(f"Claim {claim.number} is {state}: it does not go into this file.")
        control = numbers.following("interchange")
        content = _write(claims, control, at)
        row = ClaimFile(
            control_number=control,
            at=at,
            by=user,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        row.save(force_insert=True)
        for claim in claims:
            ClaimFileEntry(file=row, claim=claim).save(force_insert=True)
            lifecycle.step(claim, "filed", f"file {control:09d}", user, at, sent=row)
        detail = {"control": control, "claims": len(claims), "sha256": row.sha256}
        events.append(user, "file.written", row, detail, at=at)
        name = f"neuroreed-{control:09d}.837"
        sending.queue("837P", name, by=user, at=at, claim_file=row)
    return row


def _write(claims: Sequence[Claim], control: int, at: datetime) -> bytes:
    clinic = profile.profile()
    contact = Contact(name=clinic.contact or clinic.name, phone=clinic.phone)
    bodies: list[Any] = [claim_from_plain(claim.body) for claim in claims]
    first = bodies[0]
    receiver_name = clinic.receiver_name or first.subscriber.payer.name
    written: bytes = write_837p(
        bodies,
        submitter=TradingPartner(clinic.name, clinic.submitter_id or clinic.npi, contact),
        receiver=TradingPartner(receiver_name, clinic.receiver_id or first.subscriber.payer.id),
        interchange_control=control,
        group_control=control,
        batch_reference=f"NR{control:09d}",
        created_at=at.astimezone(profile.zone()),
        usage=USAGE[clinic.is_demo],
    )
    return written
