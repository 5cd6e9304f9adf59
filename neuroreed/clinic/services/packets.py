"""Appeals and answers to requests for records: the letter and the right pages as one PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.billing import appeals
from neuroreed.billing.appeals import AppealPacket, Document, RecordsRequest
from neuroreed.care.note.words import measure_name
from neuroreed.clinic import access_money, convert, events, profile, signing, treatment
from neuroreed.clinic.models import Claim, DenialRow, Packet, SignedNote, User
from neuroreed.clinic.plain import plain
from neuroreed.clinic.services import denials
from neuroreed.exchange.pdf.appeal import appeal_pdf
from neuroreed.model.errors import BadInput, NeuroReedError, Refused

DAILY = {"evaluation": "evaluation", "discharge": "discharge", "reevaluation": "reevaluation"}
TITLES = {
    "progress_report": "Progress report",
    "evaluation": "Evaluation",
    "reevaluation": "Re-evaluation",
    "discharge": "Discharge summary",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A packet as it would be printed, with the data of its pages."""

    packet: AppealPacket
    claim: Claim
    denials: tuple[DenialRow, ...]


def _documents(claim: Claim, until: date | None = None) -> list[tuple[Document, dict[str, Any]]]:
    """What the record of the episode has up to a day, each with the data of its pages.

    Without ``until`` it is the day of the claim; the minutes are then of that day only.
    """
    visit = claim.visit
    last = until or visit.date_of_service
    found: list[tuple[Document, dict[str, Any]]] = []
    plan = visit.plan
    if plan is not None:
        found.append(_plan(plan, treatment.diagnoses(visit)))
        for period in plan.certifications.all():
            if period.signed_on is None:
                continue
            kind = "recertification" if period.kind == "recert" else "certification"
            says = (
                f"Signed on {period.signed_on} by NPI {period.signed_by_npi}; "
                f"certified from {period.since} to {period.until}."
            )
            title = f"{kind.capitalize()} of the plan of care"
            found.append(_made(str(period.pk), kind, period.signed_on, title, [says]))
        if plan.order_signed_on:
            says = f"Order signed on {plan.order_signed_on} by NPI {plan.physician_npi}."
            found.append(_made(f"{plan.pk}-order", "order", plan.order_signed_on, "Order", [says]))
    notes = SignedNote.objects.filter(
        visit__episode=visit.episode, visit__date_of_service__lte=last
    ).select_related("visit")
    for note in notes.order_by("visit__date_of_service", "sequence"):
        found.append(_note(note))
        if note.kind == "note" and (until is not None or note.visit_id == visit.pk):
            found.append(_minutes(note.visit))
    measured = _measured(visit, last)
    if measured:
        says = [f"{on}: {measure_name(measure)} {value}." for on, measure, value in measured]
        found.append(_made(f"{visit.pk}-m", "measures", measured[-1][0], "Measures", says))
    if visit.authorization is not None:
        row = visit.authorization
        says = [f"Authorization {row.number}, valid from {row.since} to {row.until}."]
        found.append(_made(str(row.pk), "authorization", row.since, "Authorization", says))
    return found


def _measured(visit: Any, until: date) -> list[tuple[date, str, str]]:
    """What was measured up to a day: day, measure and value as it was recorded."""
    rows = visit.episode.impairments.filter(date__lte=until)
    scores = visit.episode.scores.filter(taken_on__lte=until, replaced_by=None)
    return sorted(
        {(row.date, row.measure, f"{row.value.normalize():f}") for row in rows}
        | {(row.taken_on, row.measure, row.value) for row in scores}
    )


def _made(
    key: str, kind: str, on: date | None, title: str, says: Sequence[str]
) -> tuple[Document, dict[str, Any]]:
    pages = {
        "kind": kind,
        "date": str(on or ""),
        "title": title,
        "sections": [{"title": title, "paragraphs": list(says)}],
    }
    return Document(key, kind, on, title), pages


def _plan(plan: Any, diagnoses: tuple[list[str], list[str]]) -> tuple[Document, dict[str, Any]]:
    medical, for_treatment = diagnoses
    goals = [
        f"{goal.label}: {goal.activity}, {goal.measure} from {goal.baseline} to {goal.target} "
        f"by {goal.target_date}."
        for goal in plan.goals.all()
    ]
    says = [
        f"Diagnoses: {', '.join(medical)}; treatment diagnoses: {', '.join(for_treatment)}.",
        f"{plan.visits_per_week} visits a week for {plan.duration_days} days; codes planned: "
        f"{', '.join(plan.planned_cpt)}.",
        *goals,
    ]
    if plan.signed_by_author_on:
        says.append(f"Signed by {plan.author} on {plan.signed_by_author_on}.")
    return _made(str(plan.pk), "plan_of_care", plan.established_on, "Plan of care", says)


def _note(note: SignedNote) -> tuple[Document, dict[str, Any]]:
    sealed = signing.body(note)
    on = note.visit.date_of_service
    is_note = note.kind == "note"
    is_report = note.kind == "progress_report" or (is_note and note.visit.has_progress_report)
    kind = "progress_report" if is_report else DAILY.get(note.visit.kind, "daily")
    title = TITLES.get(kind, f"Treatment note of {on}")
    sections = list(sealed.get("note", {}).get("sections", ()))
    if sealed.get("text"):
        sections.append({"title": note.kind.capitalize(), "paragraphs": [sealed["text"]]})
    pages = {
        "kind": kind,
        "date": str(on),
        "title": title,
        "status": "signed",
        "sections": sections,
        "signatures": [
            {
                "role": "Signed by",
                "name": note.signer_name,
                "credential": note.credential,
                "signed_at": f"{note.at.astimezone(profile.zone()):%Y-%m-%d %H:%M}",
            }
        ],
        "seal": {
            "sha256": note.sha256,
            "previous_sha256": note.previous_sha256,
            "sequence": note.sequence,
        },
    }
    document = Document(str(note.pk), kind, on, title, status="signed", is_visit_note=is_note)
    return document, pages


def _minutes(visit: Any) -> tuple[Document, dict[str, Any]]:
    zone = profile.zone()
    rows = [
        [bout.cpt, f"{bout.start.astimezone(zone):%H:%M}", f"{bout.end.astimezone(zone):%H:%M}"]
        for bout in convert.timed(visit).bouts
    ]
    pages = {
        "kind": "minutes",
        "date": str(visit.date_of_service),
        "title": f"Minutes of {visit.date_of_service}",
        "tables": [{"title": "Minutes", "columns": ["Code", "From", "To"], "rows": rows}]
        if rows
        else [],
    }
    key = f"{visit.pk}-minutes"
    return Document(key, "minutes", visit.date_of_service, str(pages["title"])), pages


def draft(user: User, denial_ids: Iterable[UUID], *, level: str = "", at: datetime) -> Draft:
    """What an appeal of these denials of one claim would say; nothing is kept."""
    rows = denials.rows_of(user, denial_ids)
    if not rows or len({row.claim_id for row in rows}) != 1:
        raise BadInput("An appeal is about the denials of one claim.")
    claim = rows[0].claim
    record = denials.record_for(rows[0])
    found = denials.findings_of(claim)
    on = profile.local_date(at)
    items = [
        denials.billing.sort(denials.denial_of(row), record=record, findings=found, on=on)
        for row in rows
    ]
    made = appeals.packet(
        items,
        clinic=convert.clinic(profile.profile()),
        patient=convert.patient(claim.patient),
        coverage=convert.coverage(claim.visit.coverage),
        record=record,
        documents=[document for document, _ in _documents(claim)],
        findings=found,
        level=level or record.appeal_level,
        on=on,
    )
    return Draft(made, claim, tuple(rows))


def appeal(
    user: User,
    denial_ids: Sequence[UUID],
    *,
    level: str = "",
    at: datetime,
) -> Packet:
    """Make the packet of an appeal and note that it goes out.

    ``level``: without one it is the level after those that were asked before.

    Raises:
        Refused: the denial is decided, or something that must be in the packet is not there.
    """
    with transaction.atomic():
        events.lock_chain()
        made = draft(user, denial_ids, level=level, at=at)
        if any(denials.is_settled(row) for row in made.denials):
            raise Refused("This denial is decided already.")
        if made.claim.packets.filter(kind="appeal", level=made.packet.kind).exists() and any(
            row.acts.filter(act="appealed").exists() for row in made.denials
        ):
            raise Refused("This denial was appealed at that level already.")
        if not made.packet.may_send:
            open_points = [one.says for one in made.packet.checklist if one.done is False]
            raise Refused(f"The packet is not complete: {' '.join(open_points)}")
        row = _keep(user, made.claim, made.packet, "appeal", at)
        for denial in made.denials:
            said = f"{made.packet.kind}, packet {row.sha256[:8]}"
            denials.note(denial, "appealed", said, user, at, row)
    return row


def appeal_all(user: User, denial_ids: Sequence[UUID], *, at: datetime) -> denials.Done:
    """An appeal of each claim of these denials; one that is refused does not hold up the others."""
    claims: dict[Claim, list[UUID]] = {}
    for row in denials.rows_of(user, denial_ids):
        claims.setdefault(row.claim, []).append(row.pk)
    done, refused = 0, []
    for claim, keys in claims.items():
        try:
            appeal(user, keys, at=at)
            done += len(keys)
        except NeuroReedError as error:
            refused.append(f"Claim {claim.number}: {error}")
    return denials.Done(done, tuple(refused))


def records(
    user: User,
    claim_id: UUID,
    *,
    reference: str,
    due_on: date | None,
    first_day: date,
    last_day: date,
    at: datetime,
) -> Packet:
    """The answer to a payer's request for records, as one PDF.

    Raises:
        BadInput: the dates are no range.
    """
    access_money.desk(user)
    if last_day < first_day:
        raise BadInput("The last day asked for is before the first.")
    with transaction.atomic():
        claim = access_money.claim_to_change(user, claim_id)
        request = RecordsRequest(
            reference=reference.strip(),
            payer_name=claim.visit.coverage.payer_name,
            first_day=first_day,
            last_day=last_day,
            due_on=due_on,
            claim_id=claim.number,
        )
        made = appeals.records_packet(
            request,
            clinic=convert.clinic(profile.profile()),
            patient=convert.patient(claim.patient),
            coverage=convert.coverage(claim.visit.coverage),
            documents=[document for document, _ in _documents(claim, last_day)],
            on=profile.local_date(at),
        )
        return _keep(user, claim, made, "records", at, last_day)


def _keep(
    user: User,
    claim: Claim,
    made: AppealPacket,
    kind: str,
    at: datetime,
    until: date | None = None,
) -> Packet:
    content = appeal_pdf(_printed(claim, made, at, until))
    row = Packet(
        claim=claim,
        kind=kind,
        level=made.kind,
        body=plain(made),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        at=at,
        by=user,
    )
    row.save(force_insert=True)
    events.append(user, "packet.made", claim, {"kind": kind, "sha256": row.sha256}, at=at)
    return row


def _printed(
    claim: Claim, made: AppealPacket, at: datetime, until: date | None = None
) -> Mapping[str, Any]:
    clinic = profile.profile()
    pages = {document.id: data for document, data in _documents(claim, until)}
    body: dict[str, Any] = {
        "title": made.title,
        "to": made.to,
        "reference": made.reference,
        "date": str(profile.local_date(at)),
        "deadline": str(made.deadline.last_day) if made.deadline else None,
        "prepared_at": at,
        "clinic": {
            "name": clinic.name,
            "address_lines": [
                clinic.line1,
                f"{clinic.city}, {clinic.state} {clinic.postal_code}",
            ],
            "phone": clinic.phone,
            "npi": clinic.npi,
        },
        "patient": {"name": claim.patient.name, "member_id": claim.visit.coverage.member_id},
        "letter": [one.text for one in made.letter],
        "rules": [
            {"says": one.says, "title": one.title, "link": one.link, "confidence": one.confidence}
            for one in made.rules
        ],
        "absent": list(made.absent),
        "checklist": [{"says": one.says, "done": one.done} for one in made.checklist],
        "documents": [pages[one.id] for one in made.documents],
    }
    return body
