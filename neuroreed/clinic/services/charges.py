"""What a visit is billed as, what the rules say, and a person's answer to a finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.billing import units as billing_units
from neuroreed.care import session as care_session
from neuroreed.clinic import access, boards, convert, events
from neuroreed.clinic.models import Resolution, User, Visit
from neuroreed.clinic.values import ChargesView, Preview
from neuroreed.model.errors import BadInput, Refused
from neuroreed.policy import payers

REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Assessment:
    """The charges of a visit and what the rules say about them."""

    charges: tuple[Any, ...]
    proof: Any
    proposals: tuple[Any, ...]
    refusals: tuple[Any, ...]
    expected: Any
    gaps: tuple[str, ...]
    findings: tuple[Any, ...]
    coverage: Any


def assess(visit: Visit, time: care_session.Session) -> Assessment:
    """Charges, expected payment and findings of a visit as it stands."""
    if find_spec("neuroreed.billing.charges") is None:
        method = payers.profile(visit.coverage.payer).unit_method
        counted = [(a.cpt, a.minutes) for a in time.activities if a.minutes]
        proof = billing_units.units(counted, method) if method and not time.blocked else None
        return Assessment((), proof, (), (), None, (), (), None)
    raise NotImplementedError


def preview(user: User, visit_id: UUID, *, at: datetime) -> Preview:
    """What the visit would be billed as now, with units proof, proposals and findings."""
    visit = access.visit_for(user, visit_id)
    return preview_of(visit, at=at)


def preview_of(visit: Visit, *, at: datetime) -> Preview:
    """The preview of a visit already permitted."""
    time = convert.timed(visit, until=at if visit.state == Visit.State.OPEN else None)
    assessed = assess(visit, time)
    billing = [(charge.cpt, charge.units) for charge in assessed.charges]
    modifiers = [m for charge in assessed.charges for m in charge.modifiers]
    facts = convert.visit_facts(visit, time, billing=billing, modifiers=modifiers)
    return Preview(
        visit_id=visit.pk,
        charges=assessed.charges,
        proof=assessed.proof,
        proposals=assessed.proposals,
        refusals=assessed.refusals,
        accepted=frozenset((cpt, modifier) for cpt, modifier in visit.accepted),
        expected=assessed.expected,
        gaps=assessed.gaps,
        findings=assessed.findings,
        coverage=assessed.coverage,
        documentation=None,
        facts=facts,
        problems=time.problems,
        policy="",
        rule_book="",
    )


def proposed(visit: Visit, *, at: datetime) -> set[tuple[str, str]]:
    """The modifiers that are proposed now, by code."""
    made = preview_of(visit, at=at)
    lines = {charge.line_number: charge.cpt for charge in made.charges}
    return {(lines[p.line_number], p.modifier) for p in made.proposals}


def latest(user: User, visit_id: UUID) -> ChargesView | None:
    """The version of the charges that counts, as it was stored; none before signing."""
    visit = access.visit_for(user, visit_id)
    version = boards.latest_version(visit)
    return boards.charges_view(version) if version else None


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
