"""Schedule, open, time, correct and end a visit; record what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from neuroreed.care import catalogue
from neuroreed.clinic import access, convert, events, profile, screens
from neuroreed.clinic.models import Activity, TimerEvent, User, Visit
from neuroreed.clinic.services import facts as recording
from neuroreed.clinic.services.schedule import cancel, schedule, unsigned
from neuroreed.clinic.values import ActivityState, SessionState
from neuroreed.model.errors import BadInput, NotFound, Refused
from neuroreed.policy import codes

__all__ = [
    "accept_modifier",
    "activity",
    "add_activity",
    "add_cue",
    "add_timer_event",
    "cancel",
    "correct_minutes",
    "end",
    "open_visit",
    "record_fact",
    "record_facts",
    "record_visit_fact",
    "refuse_modifier",
    "remove_activity",
    "reopen",
    "schedule",
    "set_technique",
    "state",
    "withdraw_minutes",
]

TAPS = ("start", "stop", "pause", "resume")
TOKEN_LENGTH = 64
REASON_LENGTH = 300


def open_visit(user: User, visit_id: UUID, *, at: datetime) -> SessionState:
    """Begin a visit: its tiles are made from the plan, once. Opening it again changes nothing."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        if visit.state in {Visit.State.CANCELLED, Visit.State.NO_SHOW}:
            raise Refused("This visit was cancelled: schedule another.")
        if visit.state == Visit.State.SCHEDULED:
            visit.state = Visit.State.OPEN
            visit.save(update_fields=["state"])
            for order, (cpt, technique) in enumerate(_planned(visit), start=1):
                _activity(visit, order, cpt, technique, is_planned=True)
            events.append(user, "visit.opened", visit, at=at)
        return state(user, visit.pk, at=at)


def _planned(visit: Visit) -> list[tuple[str, str]]:
    """Codes with the techniques of the plan: as on the last visit, else as they usually fit."""
    last = (
        Visit.objects.filter(
            episode_id=visit.episode_id,
            state=Visit.State.SIGNED,
            kind="treatment",
            scheduled_at__lt=visit.scheduled_at,
        )
        .order_by("-scheduled_at")
        .first()
    )
    if last is not None and visit.kind == "treatment":
        return [(a.cpt, a.technique) for a in last.activities.all()]
    if visit.plan is None:
        return []
    made = []
    for cpt in visit.plan.planned_cpt:
        fitting = [
            technique
            for technique in visit.plan.planned_techniques
            if (found := catalogue.find_technique(technique)) and cpt in found.usual_codes
        ]
        made.append((cpt, fitting[0] if fitting else ""))
    return made


def _activity(visit: Visit, order: int, cpt: str, technique: str, *, is_planned: bool) -> Activity:
    row = Activity(
        visit=visit,
        order=order,
        label=f"I{order}",
        cpt=cpt,
        technique=technique,
        is_planned=is_planned,
    )
    row.save(force_insert=True)
    return row


def state(user: User, visit_id: UUID, *, at: datetime, stale: bool = False) -> SessionState:
    """Everything the session screen shows at this moment."""
    visit = access.visit_for(user, visit_id)
    return screens.session_state(user, visit, at=at, stale=stale)


def activity(user: User, visit_id: UUID, activity_id: UUID | str, *, at: datetime) -> ActivityState:
    """One activity with what was recorded of it last time."""
    visit = access.visit_for(user, visit_id, to="edit")
    return screens.activity_state(visit, activity_id, at=at)


def add_activity(
    user: User, visit_id: UUID, *, cpt: str, at: datetime, technique: str = ""
) -> SessionState:
    """Add a tile that the plan did not have.

    Raises:
        UnknownCode: the therapy code set does not hold the code on that date.
    """
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        codes.lookup(cpt, visit.date_of_service)
        if technique:
            catalogue.technique(technique)
        order = (visit.activities.aggregate(n=Max("order"))["n"] or 0) + 1
        planned = visit.plan is not None and cpt in visit.plan.planned_cpt
        row = _activity(visit, order, cpt, technique, is_planned=planned)
        events.append(user, "activity.added", visit, {"activity": row.pk, "cpt": cpt}, at=at)
        return state(user, visit.pk, at=at)


def set_technique(
    user: User, visit_id: UUID, activity_id: UUID, *, technique: str, at: datetime
) -> SessionState:
    """Name the technique of an activity; what was recorded for another technique's dose goes."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="edit")
        activity = _own_activity(visit, activity_id)
        found = catalogue.technique(technique)
        activity.technique = technique
        dose = activity.facts.get("dosage", {})
        activity.facts = {
            **activity.facts,
            "dosage": {key: dose[key] for key in dose if key in {*found.dosage_fields, "guarding"}},
        }
        activity.save(update_fields=["technique", "facts"])
        events.append(
            user, "activity.technique", visit, {"activity": activity.pk, "to": technique}, at=at
        )
        return state(user, visit.pk, at=at)


def remove_activity(user: User, visit_id: UUID, activity_id: UUID, *, at: datetime) -> SessionState:
    """Take away a tile that was never timed.

    Raises:
        Refused: it has time: withdraw its minutes instead.
    """
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        activity = _own_activity(visit, activity_id)
        if activity.timer_events.exists():
            raise Refused("This activity was timed: withdraw its minutes with a reason instead.")
        events.append(
            user, "activity.removed", visit, {"activity": activity.pk, "cpt": activity.cpt}, at=at
        )
        activity.delete()
        return state(user, visit.pk, at=at)


def add_timer_event(
    user: User,
    visit_id: UUID,
    *,
    kind: str,
    activity_id: UUID | None,
    at: datetime,
    token: str,
    seen: int | None = None,
) -> SessionState:
    """Record one tap at the server's time.

    Starting one activity while another runs switches: a stop and a start in one step.
    The same ``token`` twice is one event. A start of what runs and a stop of what does not
    are nothing. ``seen`` is the version the page showed: a tap from a page that had not
    seen the latest event is not recorded, and the present state says so.
    """
    if kind not in TAPS:
        raise BadInput(f"{kind!r} is not a tap: use one of {', '.join(TAPS)}.")
    if not token or len(token) > TOKEN_LENGTH:
        raise BadInput(f"A tap needs a token of 1 to {TOKEN_LENGTH} characters.")
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        if visit.timer_events.filter(token=token).exists():
            return state(user, visit.pk, at=at)
        last = visit.timer_events.order_by("-sequence").first()
        version = last.sequence if last else 0
        if seen is not None and seen != version:
            return state(user, visit.pk, at=at, stale=True)
        if visit.state != Visit.State.OPEN:
            raise Refused("The visit is not open: open it, or reopen it, before timing.")
        if last is not None and at < last.at:
            at = last.at  # two servers may disagree by a moment; the order of the taps stands
        activity = _own_activity(visit, activity_id) if activity_id else None
        if activity is None and kind == "start":
            raise BadInput("A start names an activity.")
        time = convert.timed(visit, until=at)
        running = {UUID(key) for key in time.running}
        if not _changes(kind, activity, running, time.paused):
            return state(user, visit.pk, at=at)
        taps: list[tuple[str, Activity | None, str]] = []
        if kind == "start":
            others = [a for a in visit.activities.all() if a.pk in running]
            taps += [("stop", other, f"{token}:stop:{other.order}") for other in others]
        taps.append((kind, activity, token))
        for number, (what, which, name) in enumerate(taps, start=version + 1):
            _tap(visit, which, what, number, at, user, name)
        if visit.started_at is None and kind == "start":
            visit.started_at = at
            visit.save(update_fields=["started_at"])
        detail = {"kind": kind, "activity": activity.pk if activity else None}
        events.append(user, "visit.timed", visit, detail, at=at)
        return state(user, visit.pk, at=at)


def _changes(kind: str, activity: Activity | None, running: set[UUID], paused: bool) -> bool:
    """Whether a tap says anything new."""
    if kind == "start":
        return activity is not None and activity.pk not in running
    if kind == "resume":
        return paused and not running
    return bool(running) if activity is None else activity.pk in running


def correct_minutes(
    user: User,
    visit_id: UUID,
    activity_id: UUID,
    *,
    start: datetime,
    end: datetime,
    reason: str,
    at: datetime,
) -> SessionState:
    """Say when an activity really began and ended; the taps stay, the reason is kept.

    Raises:
        BadInput: no reason, no time zone, the end before the start or in the future, or
            a day that is not the visit's.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise BadInput("The times of a correction need a time zone.")
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        activity = _own_activity(visit, activity_id)
        if end <= start:
            raise BadInput("The corrected end is not after the start: give the times again.")
        if end > at:
            raise BadInput("The corrected end lies in the future: give the time when it ended.")
        if profile.local_date(start) != visit.date_of_service or (
            profile.local_date(end) != visit.date_of_service
        ):
            raise BadInput("The corrected times are not on the date of this visit.")
        _correct(user, visit, activity, "correct", reason, at, start, end)
        return state(user, visit.pk, at=at)


def withdraw_minutes(
    user: User, visit_id: UUID, activity_id: UUID, *, reason: str, at: datetime
) -> SessionState:
    """Say that an activity never happened; the taps stay, the reason is kept."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        activity = _own_activity(visit, activity_id)
        if not activity.timer_events.exists():
            raise Refused("This activity has no minutes to withdraw.")
        _correct(user, visit, activity, "withdraw", reason, at, None, None)
        return state(user, visit.pk, at=at)


def _correct(
    user: User,
    visit: Visit,
    activity: Activity,
    kind: str,
    reason: str,
    at: datetime,
    start: datetime | None,
    end: datetime | None,
) -> None:
    said = reason.strip()
    if not said:
        raise BadInput("A correction needs a reason: say why the time was wrong.")
    if len(said) > REASON_LENGTH:
        raise BadInput(f"The reason is longer than {REASON_LENGTH} characters.")
    sequence = _last_sequence(visit) + 1
    row = TimerEvent(
        visit=visit,
        activity=activity,
        sequence=sequence,
        kind=kind,
        at=at,
        start=start,
        end=end,
        reason=said,
        by=user,
        furnished=str(convert.furnished_by(user)),
        one_on_one=activity.one_on_one,
        token=f"correction:{sequence}",
    )
    row.save(force_insert=True)
    if visit.started_at is None and start is not None:
        visit.started_at = start
        visit.save(update_fields=["started_at"])
    detail = {"activity": activity.pk, "event": row.pk}
    events.append(
        user,
        f"minutes.{kind}ed" if kind == "correct" else "minutes.withdrawn",
        visit,
        detail,
        at=at,
    )


def _last_sequence(visit: Visit) -> int:
    return visit.timer_events.aggregate(n=Max("sequence"))["n"] or 0


def record_fact(
    user: User, visit_id: UUID, activity_id: UUID, *, field: str, value: Any, at: datetime
) -> SessionState:
    """Record one fact of an activity under its name in the visit facts; ``None`` clears it.

    Raises:
        BadInput: no such field, or a value that the field cannot hold.
    """
    return record_facts(user, visit_id, activity_id, facts={field: value}, at=at)


def record_facts(
    user: User, visit_id: UUID, activity_id: UUID, *, facts: Mapping[str, Any], at: datetime
) -> SessionState:
    """Record several facts of an activity at once: all of them or, if one is wrong, none."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="edit")
        activity = _own_activity(visit, activity_id)
        for field, value in facts.items():
            activity.facts = recording.with_fact(activity, field, value)
        activity.save(update_fields=["facts"])
        detail = {"activity": activity.pk, "fields": sorted(facts)}
        events.append(user, "fact.recorded", visit, detail, at=at)
        return state(user, visit.pk, at=at)


def add_cue(
    user: User,
    visit_id: UUID,
    activity_id: UUID,
    *,
    type: str,
    at: datetime,
    content: str = "",
    error: str = "",
) -> SessionState:
    """Add a cue: its type, what was said or done, and the error it answered."""
    visit = access.visit_for(user, visit_id, to="edit")
    cues = list(_own_activity(visit, activity_id).facts.get("cues", []))
    cues.append({"type": type, "content": content or None, "error": error or None})
    return record_fact(user, visit_id, activity_id, field="cues", value=cues, at=at)


def record_visit_fact(
    user: User, visit_id: UUID, *, field: str, value: Any, at: datetime
) -> SessionState:
    """Record one fact of the whole visit: education, home programme, progress, statement."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="edit")
        visit.facts = recording.with_visit_fact(visit, field, value)
        visit.save(update_fields=["facts"])
        events.append(user, "fact.recorded", visit, {"field": field}, at=at)
        return state(user, visit.pk, at=at)


def accept_modifier(user: User, visit_id: UUID, *, cpt: str, modifier: str, at: datetime) -> None:
    """Accept a proposed modifier for a code. Only what is proposed now can be accepted."""
    from neuroreed.clinic.services import charges

    with transaction.atomic():
        visit = unsigned(user, visit_id, to="edit")
        if (cpt, modifier) not in charges.proposed(visit, at=at):
            raise Refused(f"Modifier {modifier} is not proposed for {cpt}: its ground is missing.")
        pair = [cpt, modifier]
        if pair not in visit.accepted:
            visit.accepted = [*visit.accepted, pair]
            visit.save(update_fields=["accepted"])
            detail = {"cpt": cpt, "modifier": modifier}
            events.append(user, "modifier.accepted", visit, detail, at=at)


def refuse_modifier(user: User, visit_id: UUID, *, cpt: str, modifier: str, at: datetime) -> None:
    """Take back the acceptance of a modifier."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="edit")
        pair = [cpt, modifier]
        if pair in visit.accepted:
            visit.accepted = [kept for kept in visit.accepted if kept != pair]
            visit.save(update_fields=["accepted"])
            detail = {"cpt": cpt, "modifier": modifier}
            events.append(user, "modifier.refused", visit, detail, at=at)


def end(user: User, visit_id: UUID, *, at: datetime) -> SessionState:
    """End the session: what runs stops now. Ending an ended visit changes nothing."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        if visit.state == Visit.State.SCHEDULED:
            raise Refused("The visit has not begun: open it first.")
        if visit.state == Visit.State.OPEN:
            last = visit.timer_events.order_by("-sequence").first()
            at = max(at, last.at) if last is not None else at
            version = last.sequence if last is not None else 0
            running = {UUID(key) for key in convert.timed(visit, until=at).running}
            stopped = [a for a in visit.activities.all() if a.pk in running]
            for number, row in enumerate([*stopped, None], start=version + 1):
                _tap(visit, row, "stop" if row else "end", number, at, user, f"end:{number}")
            visit.state = Visit.State.ENDED
            visit.ended_at = at
            visit.save(update_fields=["state", "ended_at"])
            events.append(user, "visit.ended", visit, at=at)
        return state(user, visit.pk, at=at)


def reopen(user: User, visit_id: UUID, *, at: datetime) -> SessionState:
    """Go on with a session that was ended too early; the end stays in the log."""
    with transaction.atomic():
        visit = unsigned(user, visit_id, to="time")
        if visit.state == Visit.State.ENDED:
            if profile.local_date(at) != visit.date_of_service:
                raise Refused("The day of this visit is over: correct its minutes instead.")
            number = _last_sequence(visit) + 1
            _tap(visit, None, "reopen", number, at, user, f"reopen:{number}")
            visit.state = Visit.State.OPEN
            visit.ended_at = None
            visit.save(update_fields=["state", "ended_at"])
            events.append(user, "visit.reopened", visit, at=at)
        return state(user, visit.pk, at=at)


def _tap(
    visit: Visit,
    activity: Activity | None,
    kind: str,
    sequence: int,
    at: datetime,
    user: User,
    token: str,
) -> None:
    TimerEvent(
        visit=visit,
        activity=activity,
        sequence=sequence,
        kind=kind,
        at=at,
        by=user,
        furnished=str(convert.furnished_by(user)),
        one_on_one=activity.one_on_one if activity else True,
        token=token,
    ).save(force_insert=True)


def _own_activity(visit: Visit, activity_id: UUID | str) -> Activity:
    for activity in visit.activities.all():
        if str(activity.pk) == str(activity_id):
            return activity
    raise NotFound("There is no such record.")
