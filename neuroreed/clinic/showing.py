"""The values behind one record: notes, charges, findings, claims, history. No permission here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from neuroreed.clinic import signing
from neuroreed.clinic.models import (
    ChargeVersion,
    Claim,
    Event,
    FindingRow,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.values import (
    ChargesView,
    ClaimRow,
    ClaimView,
    EventLine,
    FindingView,
    LineView,
    NoteView,
)


def note_view(row: SignedNote) -> NoteView:
    """A sealed note, read from the very text that was sealed."""
    previous = SignedNote.objects.filter(
        patient_id=row.patient_id, sequence=row.sequence - 1
    ).first()
    sealed = signing.body(row)
    return NoteView(
        id=row.pk,
        visit_id=row.visit_id,
        patient_id=row.patient_id,
        kind=row.kind,
        at=row.at,
        signer_name=row.signer_name,
        credential=row.credential,
        sequence=row.sequence,
        sha256=row.sha256,
        previous_sha256=row.previous_sha256,
        holds=not list(signing.faults(row, previous)),
        facts=sealed.get("facts", {}),
        sections=tuple(sealed.get("note", {}).get("sections", ())),
        text=sealed.get("text", ""),
        reason=sealed.get("reason", ""),
        amends_id=row.amends_id,
    )


def latest_version(visit: Visit) -> ChargeVersion | None:
    """The version of the charges that counts."""
    return visit.charge_versions.order_by("-version").first()


def finding_views(rows: Iterable[FindingRow]) -> tuple[FindingView, ...]:
    """Stored findings with their answers."""
    made = []
    for row in rows:
        answers = list(row.resolutions.all())
        answer = answers[-1] if answers else None
        made.append(
            FindingView(
                id=row.pk,
                rule=row.rule,
                severity=row.severity,
                subject=row.subject,
                says=row.says,
                fix=row.fix,
                cites=tuple(row.cites),
                evidence=tuple(row.evidence),
                rule_book=row.rule_book,
                resolved_by=answer.by.get_full_name() if answer else "",
                resolved_reason=answer.reason if answer else "",
                resolved_at=answer.at if answer else None,
            )
        )
    return tuple(made)


def findings_of(version: ChargeVersion | None) -> tuple[FindingView, ...]:
    """The findings of one version of charges."""
    if version is None:
        return ()
    return finding_views(version.findings.prefetch_related("resolutions__by"))


def open_stops(visit: Visit) -> int:
    """How many findings hold the claim of a visit."""
    version = latest_version(visit)
    if version is None:
        return 0
    return version.findings.filter(severity="stop", resolutions=None).count()


def line_views(version: ChargeVersion) -> tuple[LineView, ...]:
    """The service lines of one version."""
    from neuroreed.policy import codes

    made = []
    for line in version.lines.all():
        code = codes.get(line.cpt)
        made.append(
            LineView(
                line.line_number,
                line.cpt,
                line.units,
                tuple(line.modifiers),
                line.charge_cents,
                line.allowed_cents,
                line.minutes,
                code.label if code else "",
            )
        )
    return tuple(made)


def claim_state(claim: Claim) -> str:
    """The last step of a claim."""
    steps = sorted(claim.steps.all(), key=lambda step: step.sequence)
    return steps[-1].state if steps else "released"


def claim_rows() -> list[ClaimRow]:
    """Signed visits without a claim, and the claims; what is blocked first, then the oldest."""
    rows = [claim_row(claim) for claim in _claims()]
    signed = (
        Visit.objects.filter(state=Visit.State.SIGNED, claims=None)
        .select_related("patient", "coverage")
        .prefetch_related(
            Prefetch(
                "charge_versions", ChargeVersion.objects.prefetch_related("findings__resolutions")
            )
        )
    )
    for visit in signed:
        versions = list(visit.charge_versions.all())
        version = versions[-1] if versions else None
        stops = [
            f
            for f in (version.findings.all() if version else ())
            if f.severity == "stop" and not f.resolutions.all()
        ]
        # nothing is billed where nobody could tell the units: that holds the claim too
        gaps = version.body["gaps"] if version and not version.charge_cents else []
        rows.append(
            ClaimRow(
                claim_id=None,
                visit_id=visit.pk,
                number="",
                patient_id=visit.patient_id,
                patient_name=visit.patient.name,
                payer=visit.coverage.payer,
                payer_name=visit.coverage.payer_name,
                date_of_service=visit.date_of_service,
                state="blocked" if stops or gaps or version is None else "ready",
                charge_cents=version.charge_cents if version else None,
                expected_cents=version.expected_allowed_cents if version else None,
                stops=len(stops),
                because=stops[0].says if stops else " ".join(gaps),
            )
        )
    order = {"blocked": 0, "held": 1, "ready": 2, "released": 3}
    return sorted(rows, key=lambda r: (order.get(r.state, 4), r.date_of_service, r.number))


def _claims() -> QuerySet[Claim]:
    return Claim.objects.select_related(
        "patient", "visit__coverage", "charge_version"
    ).prefetch_related("steps")


def claim_row(claim: Claim) -> ClaimRow:
    """One claim as a row of the queue."""
    steps = sorted(claim.steps.all(), key=lambda step: step.sequence)
    return ClaimRow(
        claim_id=claim.pk,
        visit_id=claim.visit_id,
        number=claim.number,
        patient_id=claim.patient_id,
        patient_name=claim.patient.name,
        payer=claim.payer,
        payer_name=claim.visit.coverage.payer_name,
        date_of_service=claim.visit.date_of_service,
        state=claim_state(claim),
        charge_cents=claim.charge_cents,
        expected_cents=claim.charge_version.expected_allowed_cents,
        stops=0,
        because=steps[-1].reason if steps else "",
    )


def claim_view(claim: Claim) -> ClaimView:
    """One claim with everything its page shows."""
    return ClaimView(
        row=claim_row(claim),
        lines=line_views(claim.charge_version),
        body=claim.body,
        steps=tuple(
            (step.state, step.at, step.by.get_full_name(), step.reason)
            for step in claim.steps.select_related("by").order_by("sequence")
        ),
        findings=findings_of(claim.charge_version),
        files=tuple(
            (entry.file_id, entry.file.control_number, entry.file.at)
            for entry in claim.file_entries.select_related("file").defer("file__content")
        ),
    )


def event_lines(rows: Iterable[Event]) -> list[EventLine]:
    """Events with the names of those who acted."""
    names = {f"user:{user.pk}": user.get_full_name() for user in User.objects.all()}
    return [
        EventLine(
            row.sequence,
            row.at,
            names.get(row.actor, row.actor),
            row.verb,
            row.subject,
            row.detail,
        )
        for row in rows
    ]


def charges_view(version: ChargeVersion) -> ChargesView:
    """One stored version of charges with its findings."""
    body = version.body
    return ChargesView(
        id=version.pk,
        version=version.version,
        at=version.at,
        reason=version.reason,
        policy=version.policy,
        lines=line_views(version),
        charge_cents=version.charge_cents,
        expected_allowed_cents=version.expected_allowed_cents,
        expected_payer_cents=version.expected_payer_cents,
        expected=body.get("expected"),
        proof=body.get("proof"),
        proposals=tuple(body.get("proposals", ())),
        refusals=tuple(body.get("refusals", ())),
        gaps=tuple(body.get("gaps", ())),
        findings=findings_of(version),
    )
