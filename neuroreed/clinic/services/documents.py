"""Write, save and sign the reports between visits: plan, progress, recertification, discharge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.care import note as care_note
from neuroreed.care import progress
from neuroreed.clinic import access, convert, events, profile, reporting, signing, treatment
from neuroreed.clinic.models import (
    Certification,
    Document,
    Episode,
    Impairment,
    PlanOfCare,
    SignedNote,
    User,
    Visit,
)
from neuroreed.clinic.services import plans
from neuroreed.clinic.services.facts import LONG_TEXT_LENGTH, iso_day, long_text
from neuroreed.clinic.services.patients import checked
from neuroreed.clinic.values_documents import FunctionNow, GoalNow, Report
from neuroreed.model.errors import BadInput, IncompleteNote, NoParameter, Refused
from neuroreed.model.people import Profession
from neuroreed.policy.parameters import as_of

KINDS = {
    "plan_of_care": care_note.NoteType.PLAN_OF_CARE,
    "progress_report": care_note.NoteType.PROGRESS,
    "recertification": care_note.NoteType.RECERTIFICATION,
    "discharge": care_note.NoteType.DISCHARGE,
}
REPORTING = ("period_from", "period_to", "values", "function", "reason_no_progress", "free_text")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "plan_of_care": ("discharge_plan", "prognosis", "free_text"),
    "progress_report": (
        *REPORTING,
        "continue_reason",
        "goal_changes",
        "maintenance_rationale",
    ),
    "recertification": (
        *REPORTING,
        "continue_reason",
        "goal_changes",
        "certified_from",
        "certified_to",
        "justification",
    ),
    "discharge": (*REPORTING, "date", "reason", "recommendations"),
}
DATES = ("period_from", "period_to", "certified_from", "certified_to", "date")
MOST_CHANGES = 12
NO_VISIT = (
    "No visit of this episode has begun: begin the evaluation first.",
    "No visit of this episode is booked: book the first visit or begin the evaluation, then "
    "seal the plan.",
)


def open_document(user: User, episode_id: UUID, kind: str, *, at: datetime) -> Report:
    """A report as it stands: what the record gives, what was entered, what it lacks."""
    episode = _episode(user, episode_id, kind)
    return _report(user, _under_way(user, episode, kind, at), at)


def save(
    user: User,
    episode_id: UUID,
    kind: str,
    *,
    entries: Mapping[str, Any],
    seen: int,
    at: datetime,
) -> Report:
    """Keep what was entered, without signing.

    Raises:
        Refused: somebody else saved since this page was opened.
    """
    with transaction.atomic():
        episode = _episode(user, episode_id, kind)
        row = _saved(user, episode, kind, entries, seen, at)
        return _report(user, row, at)


def sign(
    user: User,
    episode_id: UUID,
    kind: str,
    *,
    entries: Mapping[str, Any],
    seen: int,
    at: datetime,
) -> SignedNote:
    """Seal a report under the therapist's name, and do what follows from it.

    A progress report closes its period, a recertification asks for a further one, a discharge
    ends the episode.

    Raises:
        IncompleteNote: what is missing is in ``.missing``; what was entered stays saved.
        Refused: an assistant signs, somebody else saved, or no visit has begun.
    """
    with transaction.atomic():
        episode = _episode(user, episode_id, kind)
        row = _saved(user, episode, kind, entries, seen, at)
    with transaction.atomic():
        visit = _anchor(episode, kind, at)
        note = _note(row, visit, user, at)
        missing = [*care_note.missing(note), *_gaps(row, user, at)]
        if missing:
            raise IncompleteNote(missing)
        body = json.loads(care_note.canonical(note))
        facts = body.pop("facts")
        sealed = signing.seal(visit, by=user, at=at, kind=kind, body={"facts": facts, "note": body})
        row.note = sealed
        row.save(update_fields=["note"])
        _follow(user, row, visit, at)
        detail = {"note": sealed.pk, "sha256": sealed.sha256, "episode": episode.pk}
        events.append(user, f"note.{kind}", visit, detail, at=at)
    return sealed


def _episode(user: User, episode_id: UUID, kind: str) -> Episode:
    if kind not in KINDS:
        raise BadInput(f"{kind!r} is not a report: choose one of {', '.join(KINDS)}.")
    episode = access.episode_for(user, episode_id, to="document")
    allowed, why = progress.may_write(Profession(user.profession))
    if not allowed or not user.signs:
        raise Refused(why or "A report needs a licensed therapist.")
    if episode.ended_on is not None:
        raise Refused("This episode has ended: its record is closed, add an addendum instead.")
    return episode


def _under_way(user: User, episode: Episode, kind: str, at: datetime) -> Document:
    found = Document.objects.filter(episode=episode, kind=kind, note=None).first()
    return found or Document(
        episode=episode,
        plan=reporting.plan_of(episode),
        kind=kind,
        version=0,
        entries=_begun(episode, kind, at),
        changed_by=user,
        changed_at=at,
    )


def _begun(episode: Episode, kind: str, at: datetime) -> dict[str, Any]:
    """What a new report can already say."""
    on = profile.local_date(at)
    plan = reporting.plan_of(episode)
    if kind == "recertification" and plan is not None:
        try:
            since, until = reporting.next_period(plan, on, treatment.payer_of(episode, on))
        except NoParameter:
            return {}
        return {"certified_from": since.isoformat(), "certified_to": until.isoformat()}
    return {"date": on.isoformat()} if kind == "discharge" else {}


def _saved(
    user: User, episode: Episode, kind: str, entries: Mapping[str, Any], seen: int, at: datetime
) -> Document:
    # one writer at a time for one episode
    Episode.objects.select_for_update().get(pk=episode.pk)
    row = _under_way(user, episode, kind, at)
    if row.version != seen:
        raise Refused(
            f"{row.changed_by.get_full_name()} saved this report in the meantime: nothing of it "
            "was overwritten. Open it again and add what is yours."
        )
    row.entries = {**row.entries, **_read(kind, entries)}
    row.plan = reporting.plan_of(episode)
    row.version, row.changed_by, row.changed_at = row.version + 1, user, at
    checked(row)
    row.save()
    detail = {"kind": kind, "version": row.version}
    events.append(user, "report.saved", episode, detail, at=at)
    return row


def _read(kind: str, entries: Mapping[str, Any]) -> dict[str, Any]:
    """What was entered, each thing in its own form; empty is nothing."""
    if unknown := set(entries) - set(FIELDS[kind]):
        raise BadInput(f"A report of this kind has no {sorted(unknown)[0]}.")
    made: dict[str, Any] = {}
    for name, value in entries.items():
        if name == "values":
            made[name] = {str(label): _value(one) for label, one in dict(value).items()}
        elif name == "function":
            made[name] = {str(label): _number(one) for label, one in dict(value).items()}
        elif name == "goal_changes":
            made[name] = _changes(value)
        elif value in (None, ""):
            made[name] = None
        elif name in DATES:
            made[name] = iso_day(name, value)
        else:
            made[name] = long_text(name, value)
    return made


def _number(value: Any) -> str | None:
    if value in (None, ""):
        return None
    convert.number(value)
    return str(value)


def _value(given: Mapping[str, Any]) -> dict[str, Any]:
    on = given.get("date")
    status = str(given.get("status") or "")[:80]
    return {
        "value": _number(given.get("value")),
        "date": iso_day("date", on) if on else None,
        "status": status or None,
    }


def _changes(value: Any) -> list[str] | None:
    """An empty list says that there are none; ``None`` that nobody said."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or len(value) > MOST_CHANGES:
        raise BadInput(f"Changes to goals are a list of at most {MOST_CHANGES}.")
    return [long_text("goal_changes", one) for one in value if str(one).strip()]


def _anchor(episode: Episode, kind: str, at: datetime) -> Visit:
    visit = reporting.anchor(episode, kind, profile.local_date(at))
    if visit is None:
        raise Refused(NO_VISIT[kind == "plan_of_care"])
    return visit


def _note(row: Document, visit: Visit, user: User, at: datetime) -> care_note.Note:
    facts = reporting.facts(row, visit, user, at)
    return care_note.draft(facts, KINDS[row.kind], free_text=row.entries.get("free_text") or "")


def _gaps(row: Document, user: User, at: datetime) -> list[str]:
    """What the care of this episode asks for beyond what the note lacks."""
    on = profile.local_date(at)
    said: list[str] = []
    if row.kind == "recertification":
        said += _period_gaps(row, on)
    if row.kind == "discharge":
        waiting = row.episode.visits.filter(
            state__in=[Visit.State.OPEN, Visit.State.ENDED], date_of_service__lte=on
        )
        if waiting.exists():
            said.append("Sign the notes of all visits first: the discharge closes the episode.")
    return said


def _period_gaps(row: Document, on: date) -> list[str]:
    since, until = (row.entries.get(name) for name in ("certified_from", "certified_to"))
    if not since or not until:
        return []
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    longest = as_of(
        "certification_period_days", first, payer=treatment.payer_of(row.episode, on)
    ).value
    if last < first:
        return ["The recertified period ends before it begins: give its last day again."]
    if (last - first).days + 1 > longest:
        return [f"A period is certified for at most {longest} days: give an earlier last day."]
    return []


def _follow(user: User, row: Document, visit: Visit, at: datetime) -> None:
    """What a signed report changes in the record."""
    _measured(user, row, visit, at)
    if row.kind == "progress_report":
        visit.has_progress_report = True
        visit.save(update_fields=["has_progress_report"])
        rationale = row.entries.get("maintenance_rationale")
        if rationale and row.plan is not None:
            row.plan.maintenance_rationale = rationale
            row.plan.save(update_fields=["maintenance_rationale"])
    elif row.kind == "recertification":
        if row.plan is None:
            raise Refused("There is no plan of care to recertify: write it first.")
        Certification(
            plan=row.plan,
            kind="recert",
            since=date.fromisoformat(row.entries["certified_from"]),
            until=date.fromisoformat(row.entries["certified_to"]),
        ).save(force_insert=True)
    elif row.kind == "plan_of_care" and row.plan is not None:
        if row.plan.signed_by_author_on is None:
            row.plan.signed_by_author_on = profile.local_date(at)
            row.plan.save(update_fields=["signed_by_author_on"])
    elif row.kind == "discharge":
        row.episode.ended_on = date.fromisoformat(row.entries["date"])
        row.episode.save(update_fields=["ended_on"])


def _measured(user: User, row: Document, visit: Visit, at: datetime) -> None:
    """Measures and function that were first said in the report are findings of their day."""
    for label, now in (row.entries.get("function") or {}).items():
        if now is not None:
            plans.measure_function(
                user,
                row.episode_id,
                label=label,
                value=Decimal(now),
                date=profile.local_date(at),
                at=at,
            )
    if row.plan is None:
        return
    for label, entered in (row.entries.get("values") or {}).items():
        goal = row.plan.goals.filter(label=label).first()
        if goal is None or not entered.get("value"):
            continue
        before = row.episode.impairments.filter(measure=goal.measure).order_by("-date").first()
        if before is None:
            continue
        found = Impairment(
            episode=row.episode,
            category=before.category,
            measure=goal.measure,
            value=Decimal(entered["value"]),
            date=date.fromisoformat(entered.get("date") or profile.local_date(at).isoformat()),
            by=user,
        )
        checked(found)
        found.save(force_insert=True)


def _report(user: User, row: Document, at: datetime) -> Report:
    on = profile.local_date(at)
    visit = reporting.anchor(row.episode, row.kind, on)
    clock = treatment.status(row.episode, on)
    goals: list[GoalNow] = []
    note = None
    missing: list[str] = []
    if visit is None:
        missing.append(NO_VISIT[row.kind == "plan_of_care"])
    else:
        made = _note(row, visit, user, at)
        note = made.text
        missing = [*care_note.missing(made), *_gaps(row, user, at)]
        told = made.facts.get("report", {}).get("goals", [])
        for goal, now in zip(_goals(row.plan), told, strict=False):
            goals.append(
                GoalNow(
                    label=goal.label,
                    activity=goal.activity,
                    measure=goal.measure,
                    baseline=goal.baseline,
                    target=goal.target,
                    target_date=goal.target_date,
                    value=now["value"],
                    recorded=str(reporting.goal_now(goal, on).get("value", "")),
                    day=now["date"],
                    verdict=now["verdict"],
                    sentence=reporting.judged(goal, now["value"])[1],
                    status=now["status"],
                )
            )
    return Report(
        episode=row.episode,
        patient_name=row.episode.patient.name,
        kind=row.kind,
        version=row.version,
        entries=row.entries,
        changed_by=row.changed_by.get_full_name(),
        changed_at=row.changed_at,
        is_saved=row.version > 0,
        clock=clock,
        goals=tuple(goals),
        note=note,
        missing=tuple(missing),
        function=tuple(
            FunctionNow(
                label=limit.label,
                activity=limit.activity,
                unit=limit.unit,
                value=reporting.function(limit, row.entries, on)["value"],
                recorded=convert.limitation_facts(limit, on)["value"],
            )
            for limit in row.episode.limitations.all()
        ),
        longest=LONG_TEXT_LENGTH,
    )


def _goals(plan: PlanOfCare | None) -> list[Any]:
    return list(plan.goals.all()) if plan else []
