"""Sealed notes as the data that a PDF is made of.

What is printed of a note is what was sealed; beside it stand the minutes, the units as they
were judged, and everything that was added later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from neuroreed.care import catalogue
from neuroreed.care.documentation import documentation
from neuroreed.care.note.nouns import TITLES, NoteType
from neuroreed.care.note.words import date_words
from neuroreed.clinic import convert, profile, showing, signing
from neuroreed.clinic.models import (
    ChargeVersion,
    Patient,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.services import charges
from neuroreed.policy import codes

REPORTS = ("plan_of_care", "progress_report", "recertification", "discharge")
KIND_OF_TYPE = {
    "evaluation": "evaluation",
    "reevaluation": "reevaluation",
    "discharge": "discharge",
    "plan_of_care": "plan_of_care",
    "progress_report": "progress_report",
    "recertification": "recertification",
    "daily": "daily",
}
# this project's own words for the places where therapy is usual
PLACES = {2: "telehealth", 10: "telehealth at home", 11: "office", 12: "home", 22: "hospital"}
ADDED = {
    "addendum": "Addendum",
    "late_entry": "Late entry",
    "cosignature": "Co-signature",
}


def said_day(value: object) -> str:
    """A date as notes write it."""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = profile.local_date(value)
    return value.strftime("%a %-d %b %Y") if isinstance(value, date) else ""


def moment(at: datetime) -> str:
    """A moment on the clinic's clock, with its offset."""
    return at.astimezone(profile.zone()).strftime("%Y-%m-%d %H:%M:%S %Z")


def clinic() -> dict[str, Any]:
    """The head of every page."""
    row = profile.profile()
    return {
        "name": row.name,
        "address_lines": [
            line
            for line in (row.line1, row.line2, f"{row.city}, {row.state} {zip_code(row)}")
            if line
        ],
        "phone": phone(row.phone),
        "npi": row.npi,
    }


def zip_code(row: Any) -> str:
    """Nine digits with their hyphen."""
    code = str(row.postal_code)
    return f"{code[:5]}-{code[5:]}" if code.isdecimal() and len(code) == 9 else code


def phone(number: str) -> str:
    """Ten digits as people dial them."""
    if len(number) != 10 or not number.isdecimal():
        return number
    return f"({number[:3]}) {number[3:6]}-{number[6:]}"


def patient(row: Patient, coverage: Any = None) -> dict[str, Any]:
    """Who the page is about."""
    return {
        "name": row.name,
        "birth_date": date_words(row.birth_date),
        "record_number": str(row.pk)[:8],
        "member_id": coverage.member_id if coverage else None,
    }


def place(code: object) -> str:
    """A place of service with its word, where it is a usual one."""
    word = PLACES.get(int(str(code))) if str(code).isdecimal() else None
    return f"{code} ({word})" if word else str(code)


def note_kind(note: SignedNote, sealed: Mapping[str, Any]) -> str:
    """The kind of document a sealed note is, as reviewers ask for it."""
    if note.kind in KIND_OF_TYPE:
        return KIND_OF_TYPE[note.kind]
    return KIND_OF_TYPE.get(str(sealed.get("note", {}).get("type")), "daily")


def note(row: SignedNote, *, at: datetime) -> dict[str, Any]:
    """One sealed note with minutes, units, documentation, chain, signatures and seal."""
    sealed = signing.body(row)
    visit = row.visit
    kind = note_kind(row, sealed)
    facts = sealed.get("facts", {})
    made: dict[str, Any] = {
        "kind": kind,
        "date": facts.get("date_of_service") or visit.date_of_service.isoformat(),
        "day": said_day(facts.get("date_of_service") or visit.date_of_service),
        "title": sealed.get("note", {}).get("title") or _title(kind),
        "note_type": kind,
        "language": "en",
        "status": "signed",
        "clinic": clinic(),
        "patient": patient(visit.patient, visit.coverage),
        "visit": {
            "date_of_service": said_day(facts.get("date_of_service")),
            "discipline": visit.discipline,
            "place_of_service": place(visit.place_of_service),
            "payer": visit.coverage.payer_name,
            "clinician": f"{row.signer_name}, {row.credential}",
            "plan_of_care": _period(facts),
        },
        "sections": list(sealed.get("note", {}).get("sections", ())),
        "free_text": sealed.get("note", {}).get("free_text") or "",
        "chain": chain(row),
        "signatures": signatures(row),
        "seal": {
            "sha256": row.sha256,
            "previous_sha256": row.previous_sha256,
            "sequence": row.sequence,
            "sealed_at": moment(row.at),
        },
        "printed_at": at.astimezone(profile.zone()),
        "printed": moment(at),
        "is_report": kind in REPORTS,
    }
    if row.kind == "note":
        made |= treatment_parts(visit, facts)
    if kind in {"plan_of_care", "recertification"}:
        made["certify"] = certify_block(row)
    return made


def _title(kind: str) -> str:
    return TITLES[NoteType(kind)]


def _period(facts: Mapping[str, Any]) -> str | None:
    plan = facts.get("poc") or {}
    if not plan.get("certified_from") or not plan.get("certified_to"):
        return None
    return f"{said_day(plan['certified_from'])} to {said_day(plan['certified_to'])}"


def treatment_parts(visit: Visit, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The minute log with its corrections, the units with their proof, and the rubric."""
    convert.loaded(visit)
    time = convert.timed(visit)
    people = {str(u.pk): str(u) for u in User.objects.filter(role__in=_TREATING)}
    zone = profile.zone()
    log = [
        {
            "cpt": bout.cpt,
            "label": _label(bout.technique, bout.cpt),
            "start": bout.start.astimezone(zone).strftime("%H:%M:%S"),
            "end": bout.end.astimezone(zone).strftime("%H:%M:%S"),
            "minutes": int((bout.end - bout.start).total_seconds()) // 60,
            "by": people.get(bout.clinician_id, ""),
            "one_on_one": bout.one_on_one,
        }
        for bout in time.bouts
    ]
    version = showing.latest_version(visit)
    score = documentation(_with_cosigner(visit, facts), charges.limits())
    return {
        "minute_log": log,
        "corrections": corrections(visit),
        "totals": {
            "timed_minutes": time.timed_minutes,
            "total_minutes": time.total_minutes,
            "session_minutes": time.session_minutes,
        },
        "units": units(version) if version else None,
        "documentation": rubric(score) if facts.get("interventions") else None,
    }


def _with_cosigner(visit: Visit, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The sealed facts with the co-signature that was added to them since."""
    added = visit.notes.filter(kind="cosignature").order_by("sequence").last()
    if added is None:
        return facts
    return {**facts, "cosigner": {"credential": added.credential, "licensed": True}}


_TREATING = ("therapist", "assistant", "student")


def _label(technique: str | None, cpt: str) -> str:
    found = catalogue.find_technique(technique or "")
    code = codes.get(cpt)
    return found.name if found else code.label if code else ""


def corrections(visit: Visit) -> list[dict[str, Any]]:
    """What was tapped, what it was corrected to, by whom and why."""
    zone = profile.zone()

    def said(start: datetime | None, end: datetime | None) -> str:
        if start is None or end is None:
            return "withdrawn"
        return " to ".join(t.astimezone(zone).strftime("%H:%M:%S") for t in (start, end))

    taps = list(visit.timer_events.all())
    made = []
    for row in taps:
        if row.kind not in {"correct", "withdraw"} or row.activity is None:
            continue
        own = [t for t in taps if t.activity_id == row.activity_id and t.sequence < row.sequence]
        starts = [t.at for t in own if t.kind in {"start", "resume"}]
        ends = [t.at for t in own if t.kind in {"stop", "pause"}]
        original = said(starts[0], ends[-1]) if starts and ends else "not stopped"
        made.append(
            {
                "cpt": row.activity.cpt,
                "original": original,
                "now": said(row.start, row.end),
                "reason": row.reason,
                "by": str(row.by),
                "at": moment(row.at),
            }
        )
    return made


def units(version: ChargeVersion) -> dict[str, Any]:
    """Billed units with the steps of their proof."""
    proof = version.body.get("proof") or {}
    return {
        "method": str(proof.get("method") or "").upper(),
        "lines": [
            {
                "cpt": line.cpt,
                "minutes": line.minutes,
                "units": line.units,
                "modifiers": list(line.modifiers),
            }
            for line in version.lines.all()
        ],
        "steps": [str(step) for step in proof.get("steps") or ()],
    }


def rubric(score: Any) -> dict[str, Any]:
    """Score, band, and the failed points; an answered one shows its answer."""
    return {
        "score": score.score,
        "band": str(score.band),
        "failed": [
            {
                "id": point.id,
                "title": point.title,
                "question": f"Answered: {point.answer}" if point.answer else point.question,
            }
            for point in score.points
            if point.status == "failed"
        ],
    }


def chain(row: SignedNote) -> list[dict[str, Any]]:
    """What was added to a note, in order."""
    return [
        {
            "title": ADDED.get(added.kind, added.kind),
            "date": moment(added.at),
            "author": f"{added.signer_name}, {added.credential}",
            "reason": signing.body(added).get("reason", ""),
            "paragraphs": [signing.body(added)["text"]] if signing.body(added).get("text") else [],
            "sha256": added.sha256,
        }
        for added in row.addenda.order_by("sequence")
    ]


def signatures(row: SignedNote) -> list[dict[str, Any]]:
    """Who signed, and who co-signed."""
    signed = [("Signed by", row)]
    signed += [("Co-signed by", one) for one in row.addenda.filter(kind="cosignature")]
    return [
        {
            "role": role,
            "name": one.signer_name,
            "credential": one.credential,
            "licence": one.signer.licence,
            "signed_at": moment(one.at),
        }
        for role, one in signed
    ]


def certify_block(row: SignedNote) -> dict[str, Any] | None:
    """Where the physician signs: the period that this plan or recertification asks for."""
    document = getattr(row, "document", None)
    plan = document.plan if document is not None else None
    if plan is None:
        return None
    periods = list(plan.certifications.order_by("since"))
    asked = document.entries.get("certified_from")
    period = next((p for p in periods if asked and p.since.isoformat() == asked), None)
    period = period or (periods[0] if periods else None)
    if period is None:
        return None
    who = f"{plan.physician_first} {plan.physician_last}".strip()
    return {
        "name": who or "Physician or non-physician practitioner",
        "npi": period.signed_by_npi or plan.physician_npi,
        "first_day": said_day(period.since),
        "last_day": said_day(period.until),
        "signed_by": f"{who}: signature on file" if period.signed_on else None,
        "signed_on": said_day(period.signed_on) if period.signed_on else None,
        "return_to": None if period.signed_on else phone(profile.profile().phone),
    }
