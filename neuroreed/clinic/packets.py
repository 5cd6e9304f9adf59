"""The record of a range of dates as the data of one packet, in the order reviewers ask for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from neuroreed.care.documentation import POINTS
from neuroreed.care.note.words import measure_name
from neuroreed.clinic import convert, profile, reporting, showing, signing
from neuroreed.clinic.models import (
    Certification,
    Episode,
    Event,
    Patient,
    PlanOfCare,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.printing import clinic, moment, note, note_kind, patient, said_day
from neuroreed.model.errors import BadInput

# what happened, as people say it; a verb that stands not here is printed as it is kept
ACTS = {
    "visit.scheduled": "Visit booked",
    "visit.opened": "Visit opened",
    "visit.timed": "Timer tapped",
    "visit.ended": "Session ended",
    "visit.reopened": "Session opened again",
    "visit.cancelled": "Visit cancelled",
    "visit.no_show": "Patient did not come",
    "activity.added": "Activity added",
    "activity.removed": "Activity taken away",
    "activity.technique": "Technique changed",
    "minutes.corrected": "Minutes corrected",
    "minutes.withdrawn": "Minutes withdrawn",
    "fact.recorded": "Facts recorded",
    "modifier.accepted": "Modifier accepted",
    "modifier.refused": "Modifier refused",
    "note.signed": "Note signed and sealed",
    "student.directed": "Student directed: therapist in the room throughout",
    "note.printed": "Note printed",
    "note.cosigned": "Note co-signed",
    "note.addendum": "Addendum signed",
    "note.late_entry": "Late entry signed",
    "note.plan_of_care": "Plan of care signed and sealed",
    "note.progress_report": "Progress report signed and sealed",
    "note.recertification": "Recertification signed and sealed",
    "note.discharge": "Discharge summary signed and sealed",
    "charges.judged": "Charges judged again",
}
STATUS = {"initial": "certification", "recert": "recertification"}


def packet(
    who: Patient,
    *,
    since: date,
    until: date,
    kind: str,
    prepared_by: str,
    prepared_for: str,
    reference: str,
    at: datetime,
) -> dict[str, Any]:
    """The record packet, or the packet for a targeted medical review, of a range of dates.

    Raises:
        BadInput: the range holds no visit.
    """
    visits = list(
        who.visits.filter(date_of_service__gte=since, date_of_service__lte=until)
        .exclude(state__in=[Visit.State.CANCELLED, Visit.State.NO_SHOW, Visit.State.SCHEDULED])
        .select_related("coverage", "plan", "episode", "clinician", "patient")
        .order_by("scheduled_at")
    )
    if not visits:
        raise BadInput("There is no visit between these dates: choose another range.")
    episodes = list(dict.fromkeys(visit.episode for visit in visits))
    notes = [
        row
        for row in SignedNote.objects.filter(
            visit__episode__in=episodes, amends=None
        ).select_related("visit__patient", "visit__coverage", "visit__plan", "signer")
        if _belongs(row, since, until)
    ]
    documents = [note(row, at=at) for row in notes]
    for episode in episodes:
        documents += [*orders(episode, at), *certifications(episode, at), *measures(episode, until)]
    documents.append(minutes_of(visits))
    documents.append(log_of(who, visits))
    unsigned = [v for v in visits if v.state != Visit.State.SIGNED]
    scores = [_score_row(v) for v in visits if v.state == Visit.State.SIGNED]
    title = "Targeted medical review" if kind == "targeted_review" else "Record packet"
    return {
        "title": title,
        "language": "en",
        "clinic": clinic(),
        "patient": patient(who, visits[-1].coverage),
        "period": {"from": said_day(since), "to": said_day(until)},
        "prepared_for": prepared_for,
        "request_reference": reference,
        "prepared_by": prepared_by,
        "prepared_at": at.astimezone(profile.zone()),
        "prepared": moment(at),
        "cover": cover(who, visits, kind),
        "tables": [
            {
                "title": "Visits and how defensible their facts are",
                "columns": ["Date", "Clinician", "Codes and units", "Score", "Band", "Open points"],
                "rows": scores,
            }
        ]
        if scores
        else [],
        "absent": absent(episodes, documents, unsigned),
        "documents": documents,
    }


def _belongs(row: SignedNote, since: date, until: date) -> bool:
    """Notes of the range, and the evaluation and plans that it rests on."""
    sealed = signing.body(row)
    on = date.fromisoformat(sealed["facts"]["date_of_service"])
    kind = note_kind(row, sealed)
    needed = {"evaluation", "plan_of_care", "recertification", "reevaluation"}
    return since <= on <= until or (kind in needed and on < since)


def cover(who: Patient, visits: list[Visit], kind: str) -> list[str]:
    """What the reader holds in hand, and for a targeted review why care was needed."""
    count = "one visit" if len(visits) == 1 else f"{len(visits)} visits"
    said = [
        f"This packet holds the record of {count}, in the order in which reviewers "
        "ask for it. Every note carries its seal: the hash of what was signed, and of the note "
        "before it.",
        "The score is computed from recorded facts by the rubric R01 to R25 of this program; it "
        "is the clinic's own check, not a payer's.",
    ]
    if kind == "targeted_review":
        for plan in dict.fromkeys(v.plan for v in visits if v.plan is not None):
            if plan.kx_statement:
                said.append(
                    f"Why services above the yearly amount were necessary, stated on "
                    f"{said_day(plan.kx_attested_at)} by {plan.kx_attested_by}: "
                    f"{plan.kx_statement}"
                )
    return said


def _score_row(visit: Visit) -> list[str]:
    version = showing.latest_version(visit)
    kept = (version.body.get("documentation") or {}) if version else {}
    titles = {point.id: point.title for point in POINTS}
    answered = set(kept.get("answered") or ())
    open_points = [
        f"{name} {titles.get(name, '')}{' (answered)' if name in answered else ''}".strip()
        for name in kept.get("failed") or ()
    ]
    lines = version.lines.all() if version else ()
    return [
        said_day(visit.date_of_service),
        str(visit.clinician),
        ", ".join(f"{line.cpt} x{line.units}" for line in lines),
        str(kept.get("score", "")),
        str(kept.get("band", "")).replace("_", " "),
        "; ".join(open_points) or "none",
    ]


def orders(episode: Episode, at: datetime) -> list[dict[str, Any]]:
    """The signed orders on file."""
    return [
        _page(
            "order",
            plan.order_signed_on,
            "Order for therapy",
            episode,
            [
                f"A signed and dated order for {episode.discipline} is on file, signed on "
                f"{said_day(plan.order_signed_on)} by {_physician(plan)}."
            ],
        )
        for plan in episode.plans.exclude(order_signed_on=None)
    ]


def certifications(episode: Episode, at: datetime) -> list[dict[str, Any]]:
    """Each period that was asked for, how it was sent and signed."""
    made = []
    for plan in episode.plans.prefetch_related("certifications"):
        for period in plan.certifications.all():
            made.append(
                _page(
                    STATUS.get(period.kind, "certification"),
                    period.since,
                    f"Certification {said_day(period.since)} to {said_day(period.until)}",
                    episode,
                    _signed_said(plan, period),
                )
            )
    return made


def _signed_said(plan: PlanOfCare, period: Certification) -> list[str]:
    said = []
    if plan.signed_by_author_on:
        said.append(f"Plan signed by {plan.author} on {said_day(plan.signed_by_author_on)}.")
    if plan.sent_to_physician_on:
        said.append(f"Sent on {said_day(plan.sent_to_physician_on)} by {plan.sent_by}.")
    if period.verbal_on:
        taken = f", {period.verbal_by}" if period.verbal_by else ""
        said.append(f"Certified by word on {said_day(period.verbal_on)}{taken}.")
    if period.signed_on:
        npi = f", NPI {period.signed_by_npi}" if period.signed_by_npi else ""
        said.append(f"Signed by {_physician(plan)}{npi} on {said_day(period.signed_on)}.")
    else:
        said.append("No signature is on file for this period.")
    if period.delayed_reason:
        said.append(f"Reason for the delay: {period.delayed_reason}")
    return said


def _physician(plan: PlanOfCare) -> str:
    return f"{plan.physician_first} {plan.physician_last}".strip() or "the physician"


def measures(episode: Episode, until: date) -> list[dict[str, Any]]:
    """Every objective finding of the episode, and the goals they are held against."""
    rows = [
        [said_day(row.date), row.category.replace("_", " "), measure_name(row.measure),
         format(row.value.normalize(), "f")]
        for row in episode.impairments.filter(date__lte=until)
    ]  # fmt: skip
    plan = reporting.plan_of(episode)
    goals = [
        [g.label, g.activity, measure_name(g.measure), g.baseline, g.target,
         said_day(g.target_date)]
        for g in (plan.goals.all() if plan else ())
    ]  # fmt: skip
    tables = []
    if rows:
        tables.append(
            {
                "title": "Objective findings",
                "columns": ["Date", "Deficit", "Measure", "Value"],
                "rows": rows,
            }
        )
    if goals:
        tables.append(
            {
                "title": "Goals",
                "columns": ["Goal", "Activity", "Measure", "From", "To", "By"],
                "rows": goals,
            }
        )
    if not tables:
        return []
    taken = [row.date for row in episode.impairments.filter(date__lte=until)]
    on = max(taken, default=episode.started_on)
    page = _page("measures", on, "Measures and goals", episode, [])
    return [{**page, "tables": tables}]


def minutes_of(visits: Iterable[Visit]) -> dict[str, Any]:
    """The minutes of every visit of the range, on one page."""
    rows = []
    for visit in visits:
        time = convert.timed(visit)
        codes_ = "; ".join(
            f"{a.cpt}: {a.minutes if a.minutes is not None else 'not settled'}"
            for a in time.activities
        )
        rows.append(
            [
                said_day(visit.date_of_service),
                codes_,
                str(time.timed_minutes if time.timed_minutes is not None else "not settled"),
                str(time.session_minutes if time.session_minutes is not None else "not known"),
            ]
        )
        last = visit
    page = _page("minutes", last.date_of_service, "Minutes of all visits", last.episode, [])
    columns = ["Date", "Minutes by code", "Timed minutes", "Whole session"]
    return {**page, "tables": [{"title": "Minutes", "columns": columns, "rows": rows}]}


def log_of(who: Patient, visits: list[Visit]) -> dict[str, Any]:
    """Every act on these visits, as the chain of events holds it; looking is left out."""
    subjects = [f"visit:{visit.pk}" for visit in visits]
    days = {f"visit:{visit.pk}": visit.date_of_service for visit in visits}
    names = {f"user:{user.pk}": user.get_full_name() for user in User.objects.all()}
    kept = (
        Event.objects.filter(subject__in=subjects)
        .exclude(verb__endswith="viewed")
        .order_by("sequence")
    )
    rows = []
    for (subject, actor, verb), group in groupby(kept, lambda r: (r.subject, r.actor, r.verb)):
        acts = list(group)
        first, last = moment(acts[0].at), moment(acts[-1].at)
        when = first if first == last else f"{first} to {last[11:]}"
        said = ACTS.get(verb, verb)
        many = f", {len(acts)} times" if len(acts) > 1 else ""
        rows.append([when, names.get(actor, actor), f"{said}{many}", said_day(days[subject])])
    page = _page("log", visits[-1].date_of_service, "Log of acts", visits[-1].episode, [])
    columns = ["When", "Who", "Act", "Visit of"]
    return {**page, "tables": [{"title": "Acts", "columns": columns, "rows": rows}]}


def absent(
    episodes: Iterable[Episode], documents: list[dict[str, Any]], unsigned: list[Visit]
) -> list[str]:
    """What a reviewer would ask for and the record does not hold."""
    kinds = {document["kind"] for document in documents}
    said = [f"The note of {said_day(visit.date_of_service)} is not signed." for visit in unsigned]
    for kind, sentence in (
        ("evaluation", "No signed evaluation is in the record."),
        ("plan_of_care", "No sealed plan of care is in the record."),
        ("order", "No signed order is on file."),
        ("progress_report", "No sealed progress report lies in this range."),
    ):
        if kind not in kinds:
            said.append(sentence)
    for episode in episodes:
        for plan in episode.plans.all():
            for period in plan.certifications.filter(signed_on=None):
                said.append(
                    f"The certification of {said_day(period.since)} to {said_day(period.until)} "
                    "is not signed."
                )
    return said


def _page(
    kind: str, on: date | None, title: str, episode: Episode, paragraphs: list[str]
) -> dict[str, Any]:
    return {
        "kind": kind,
        "date": on.isoformat() if on else "",
        "day": said_day(on),
        "title": title,
        "language": "en",
        "clinic": clinic(),
        "patient": patient(episode.patient),
        "sections": [{"title": title, "paragraphs": paragraphs}] if paragraphs else [],
    }
