"""The book of one visit: the patient's year and open episode, and the therapist's day.

A signed visit gives the lines that were stored when it was signed; only visits not yet
signed are computed. Of other patients the book holds times and ids, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from neuroreed.billing.proposals import BilledLine
from neuroreed.billing.sessions import EarlierSession
from neuroreed.care import session as care_session
from neuroreed.clinic import convert, profile, treatment
from neuroreed.clinic.models import ChargeLine, ChargeVersion, PriorAccrual, Visit
from neuroreed.model.billing import Charge
from neuroreed.model.care import Furnished
from neuroreed.model.lines import Book, to_book

MINUTE = timedelta(minutes=1)
GROUP = "97150"
BUCKET = {"PT": "PT_SLP", "SLP": "PT_SLP", "OT": "OT"}
GOAL_LIST = "goal_ids"
UNSIGNED = (Visit.State.OPEN, Visit.State.ENDED)


def for_visit(visit: Visit, own: Mapping[str, Any]) -> Book:
    """The book in which ``own`` (the visit's plain data) is judged."""
    year = visit.date_of_service.year
    history = Visit.objects.filter(patient_id=visit.patient_id).exclude(pk=visit.pk)
    related = history.filter(date_of_service__year=year) | history.filter(
        episode_id=visit.episode_id
    )
    others = related.filter(date_of_service__lte=visit.date_of_service).distinct()
    parts = [dict(own)]
    parts += stored(others)
    for unsigned in _full(others.filter(state__in=UNSIGNED)):
        parts.append(times_of(unsigned))
    day = (
        Visit.objects.filter(clinician_id=visit.clinician_id, date_of_service=visit.date_of_service)
        .exclude(patient_id=visit.patient_id)
        .exclude(pk=visit.pk)
    )
    parts += [only_times(part) for part in stored(day)]
    parts += [times_of(unsigned) for unsigned in _full(day.filter(state__in=UNSIGNED))]
    return to_book(parts)


def _full(visits: Any) -> Iterable[Visit]:
    found: Iterable[Visit] = visits.select_related("coverage", "episode").prefetch_related(
        "activities"
    )
    return found


def stored(visits: Any) -> list[dict[str, Any]]:
    """The plain data that signed visits were judged with, the latest version of each."""
    latest: dict[Any, dict[str, Any]] = {}
    rows = ChargeVersion.objects.filter(visit__in=visits.filter(state=Visit.State.SIGNED))
    names = ("visit_id", "body__book", "visit__has_progress_report")
    for visit_id, book, has_report in rows.order_by("version").values_list(*names):
        # a report may be written after the note of its day was signed
        if has_report and not book.get("is_progress_report"):
            book = {**book, "is_progress_report": True, "report_by_therapist": True}
        latest[visit_id] = book
    return list(latest.values())


def only_times(part: Mapping[str, Any]) -> dict[str, Any]:
    """When and by whom, of another patient's visit."""
    keep = ("patient_id", "visit_id", "date_of_service", "discipline", "payer", "therapist_id")
    return {
        **{name: part[name] for name in keep if name in part},
        "lines": [],
        "intervals": part.get("intervals", []),
    }


def times_of(visit: Visit) -> dict[str, Any]:
    """When and by whom, of a visit that is not signed."""
    time = convert.timed(visit, until=None)
    return {**identity(visit), "lines": [], "intervals": intervals(time)}


def identity(visit: Visit) -> dict[str, Any]:
    """Who, when, under what, of one visit."""
    return {
        "patient_id": str(visit.patient_id),
        "visit_id": str(visit.pk),
        "date_of_service": visit.date_of_service.isoformat(),
        "discipline": visit.discipline,
        "payer": visit.coverage.payer,
        "episode_id": str(visit.episode_id),
        "therapist_id": str(visit.clinician_id),
        "place_of_service": int(visit.place_of_service),
    }


def intervals(time: care_session.Session) -> list[dict[str, Any]]:
    """The times of a session in minutes after midnight, as the rules on overlaps read them.

    Whole minutes from start and end: a switch between two activities is no overlap.
    """
    made = []
    for bout in time.bouts:
        start = bout.start.astimezone(profile.zone())
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        end = bout.end.astimezone(profile.zone())
        made.append(
            {
                "start": (start - midnight) // MINUTE,
                "end": (end - midnight) // MINUTE,
                "therapist": bout.clinician_id,
                "one_on_one": bout.one_on_one and bout.cpt != GROUP,
                "group": bout.cpt == GROUP,
            }
        )
    return made


def visit_data(
    visit: Visit,
    time: care_session.Session,
    charges: Iterable[Charge],
    *,
    facts: Mapping[str, Any],
    allowed_cents: Mapping[int, int | None],
    at: datetime,
    signed: bool,
    prior_cents: int | None,
) -> dict[str, Any]:
    """A visit as plain data: what was recorded, what is billed, what the plan says."""
    own: dict[str, Any] = {
        **identity(visit),
        **plan_data(visit),
        **authorization_data(visit),
        "session_minutes": time.session_minutes,
        "noted_timed_minutes": time.timed_minutes,
        "note_is_signed": signed,
        "note_states_timed_minutes": time.timed_minutes is not None,
        "note_states_total_minutes": time.session_minutes is not None,
        "is_progress_report": visit.has_progress_report,
        "report_by_therapist": report_by_therapist(visit),
        "is_participating": profile.profile().participating,
        "submitted_on": max(profile.local_date(at), visit.date_of_service).isoformat(),
        "prior_accrued_cents": prior_cents,
        "intervals": intervals(time),
    }
    if visit.clinician.role == "assistant":
        supervised = profile.profile().assistant_supervision
        own["supervision"] = supervised if visit.supervisor_id else None
    if any(bout.furnished is Furnished.STUDENT for bout in time.bouts):
        # nobody said is not no: the units wait either way
        own["therapist_in_room"] = visit.facts.get("student", {}).get("in_room")
    own["lines"] = lines(visit, time, list(charges), facts, allowed_cents)
    return {key: value for key, value in own.items() if value is not None}


def report_by_therapist(visit: Visit) -> bool | None:
    """Who wrote the progress report of this visit; ``None`` where there is none."""
    if not visit.has_progress_report:
        return None
    written = visit.notes.filter(kind="progress_report").select_related("signer").first()
    return bool((written.signer if written else visit.clinician).role == "therapist")


def lines(
    visit: Visit,
    time: care_session.Session,
    charges: list[Charge],
    facts: Mapping[str, Any],
    allowed_cents: Mapping[int, int | None],
) -> list[dict[str, Any]]:
    """The billed lines, and recorded codes that are not billed with 0 units."""
    minutes = minutes_by_code(time)
    shown = shown_by_code(facts)
    separate = separate_codes(time)
    attested = visit.plan is not None and visit.plan.kx_attested_at is not None
    diagnoses = [*chain(*treatment.diagnoses(visit))]
    made: list[dict[str, Any]] = []
    billed: set[str] = set()
    for charge in charges:
        first = charge.cpt not in billed
        billed.add(charge.cpt)
        line = {
            "line": charge.line_number,
            "cpt": charge.cpt,
            "billed_units": charge.units,
            "modifiers": list(charge.modifiers),
            "charge_cents": charge.charge_cents,
            "allowed_cents": allowed_cents.get(charge.line_number),
            "diagnosis": diagnoses[charge.diagnosis_pointers[0] - 1] if diagnoses else None,
            "minutes": charge.minutes,
        }
        if first:
            line |= minutes.get(charge.cpt, {})
            if charge.minutes is not None:
                line["minutes"] = charge.minutes
        else:
            # a code split by CQ or CO: its minutes stand once, on the first line
            line |= dict.fromkeys(minutes.get(charge.cpt, {}), 0)
        made.append(line)
    for cpt, counted in minutes.items():
        if cpt not in billed:
            made.append(
                {"line": len(made) + 1, "cpt": cpt, "billed_units": 0, "modifiers": [], **counted}
            )
    for line in made:
        line["has_separate_time"] = line["cpt"] in separate
        line["kx_attested"] = attested
        line |= shown.get(line["cpt"], {})
    return [{key: value for key, value in line.items() if value is not None} for line in made]


def minutes_by_code(time: care_session.Session) -> dict[str, dict[str, int]]:
    """Minutes of each code by who furnished them; a code with unknown minutes has none."""
    made: dict[str, dict[str, int]] = {}
    unknown = {a.cpt for a in time.activities if a.minutes is None}
    for activity in time.activities:
        found = made.setdefault(activity.cpt, {})
        if activity.cpt in unknown:
            continue
        for name in ("minutes", "therapist_minutes", "assistant_minutes", "student_minutes"):
            found[name] = found.get(name, 0) + (getattr(activity, name) or 0)
    return made


def separate_codes(time: care_session.Session) -> set[str]:
    """Codes whose every bout shares no moment with a bout of another code."""
    shared = set()
    for one in time.bouts:
        for other in time.bouts:
            if one.cpt != other.cpt and one.start < other.end and other.start < one.end:
                shared |= {one.cpt, other.cpt}
    return {bout.cpt for bout in time.bouts} - shared


def shown_by_code(facts: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
    """What the note shows for each code: every intervention of the code must show it."""
    measured = {
        found["category"]
        for found in facts.get("impairments", ())
        if found.get("value") is not None
    }
    made: dict[str, dict[str, bool]] = {}
    for entry in facts.get("interventions", ()):
        categories = entry.get("impairment_categories") or []
        response = entry.get("response") or {}
        shown = {
            "deficit_shown": bool(categories) and set(categories) <= measured,
            "technique_shown": bool(entry.get("technique")) and bool(entry.get("position")),
            "skill_shown": bool(entry.get("cues"))
            or bool((entry.get("decision") or {}).get("value")),
            "response_shown": response.get("start") is not None and response.get("end") is not None,
            "goal_shown": bool(entry.get(GOAL_LIST)),
        }
        known = made.setdefault(entry["cpt"], shown)
        made[entry["cpt"]] = {name: known[name] and shown[name] for name in shown}
    return made


def plan_data(visit: Visit) -> dict[str, Any]:
    """What the record says about the plan of care on the date of service."""
    plan = visit.plan
    if plan is None:
        return {"plan_on_file": False}
    periods = sorted(plan.certifications.all(), key=lambda period: period.since)
    period = convert.certified(plan, visit.date_of_service) or (periods[-1] if periods else None)
    goals = list(plan.goals.all())
    lacking = [
        not visit.episode.medical_diagnoses,
        not goals or any(not g.target or not g.measure for g in goals),
        not (plan.planned_cpt or plan.planned_techniques),
        plan.visits_per_week < 1,
        plan.duration_days < 1,
    ]
    return {
        "plan_on_file": True,
        "plan_discipline": visit.episode.discipline,
        "plan_established_on": plan.established_on.isoformat(),
        "plan_elements_missing": sum(lacking),
        "plan_signed_by_author": plan.signed_by_author_on is not None,
        "first_treatment_on": plan.first_treatment_on.isoformat(),
        "certified_from": convert.day(period.since) if period else None,
        "certified_until": convert.day(period.until) if period else None,
        "is_recertification": period.kind == "recert" if period else None,
        "plan_signed_by_physician": period is not None and period.signed_on is not None,
        "physician_signed_on": convert.day(period.signed_on) if period else None,
        "order_on_file": plan.order_signed_on is not None,
        "plan_sent_on": convert.day(plan.sent_to_physician_on),
        "delay_reason_documented": bool(period and period.delayed_reason),
    }


def authorization_data(visit: Visit) -> dict[str, Any]:
    """What the payer allowed, and which of the visits this one is."""
    row = visit.authorization
    if row is None:
        return {"authorization_on_file": False}
    given = (
        Visit.objects.filter(
            authorization=row,
            date_of_service__lte=visit.date_of_service,
            state__in=[Visit.State.SIGNED, *UNSIGNED],
        )
        .exclude(pk=visit.pk)
        .filter(scheduled_at__lt=visit.scheduled_at)
        .count()
    )
    return {
        "authorization_on_file": True,
        "authorized_from": row.since.isoformat(),
        "authorized_until": row.until.isoformat(),
        "authorized_visits": row.visits,
        "visit_of_authorization": given + 1,
    }


def prior_cents(patient_id: Any, discipline: str, on: date) -> int | None:
    """What other providers used of the year's threshold; ``None`` when nobody asked."""
    row = (
        PriorAccrual.objects.filter(patient_id=patient_id, year=on.year, bucket=BUCKET[discipline])
        .order_by("-at")
        .first()
    )
    return row.allowed_cents if row else None


def same_day(visit: Visit) -> tuple[BilledLine, ...]:
    """Billed lines of the patient's other signed visits of the date, for what counts by day."""
    return _billed(day_of(visit))


def signed_before(visit: Visit) -> tuple[BilledLine, ...]:
    """Of these the lines that were signed first: what is paid once a day they have taken."""
    return _billed(_before(visit))


def _billed(visits: Any) -> tuple[BilledLine, ...]:
    rows = (
        ChargeLine.objects.filter(version__visit__in=visits)
        .order_by("version__visit_id", "version__version", "line_number")
        .select_related("version")
    )
    newest: dict[Any, tuple[int, list[BilledLine]]] = {}
    for row in rows:
        number, found = row.version.version, newest.get(row.version.visit_id)
        if found is None or found[0] != number:
            found = newest[row.version.visit_id] = (number, [])
        found[1].append(
            BilledLine(row.line_number, row.cpt, row.units, allowed_cents=row.allowed_cents)
        )
    return tuple(line for _, lines in newest.values() for line in lines)


def earlier_sessions(visit: Visit) -> tuple[EarlierSession, ...]:
    """Minutes and units of the sessions of this date and discipline that were signed before."""
    found = []
    for book in stored(_before(visit).filter(discipline=visit.discipline)):
        minutes: dict[str, int] = {}
        units: dict[str, int] = {}
        for line in book.get("lines", ()):
            minutes[line["cpt"]] = minutes.get(line["cpt"], 0) + (line.get("minutes") or 0)
            units[line["cpt"]] = units.get(line["cpt"], 0) + line["billed_units"]
        found.append(EarlierSession(minutes, units))
    return tuple(found)


def _before(visit: Visit) -> Any:
    others = day_of(visit)
    own = visit.notes.filter(kind="note").first()
    if own is None:
        return others
    return others.filter(notes__kind="note", notes__sequence__lt=own.sequence)


def day_of(visit: Visit) -> Any:
    """The other signed visits of the patient and date under the same payer."""
    return Visit.objects.filter(
        patient_id=visit.patient_id,
        date_of_service=visit.date_of_service,
        coverage__payer=visit.coverage.payer,
        state=Visit.State.SIGNED,
    ).exclude(pk=visit.pk)


def accrued_cents(visit: Visit) -> int | None:
    """Allowed amounts of the year before this visit, in its bucket; ``None`` if one is unknown."""
    same = [d for d, bucket in BUCKET.items() if bucket == BUCKET[visit.discipline]]
    rows = (
        ChargeVersion.objects.filter(
            visit__patient_id=visit.patient_id,
            visit__discipline__in=same,
            visit__date_of_service__year=visit.date_of_service.year,
            visit__scheduled_at__lt=visit.scheduled_at,
            visit__coverage__payer=visit.coverage.payer,
        )
        .exclude(visit=visit)
        .order_by("version")
        .values_list("visit_id", "expected_allowed_cents")
    )
    latest = dict(rows)
    own = list(latest.values())
    prior = prior_cents(visit.patient_id, visit.discipline, visit.date_of_service)
    if any(amount is None for amount in own):
        return None
    return sum(amount for amount in own if amount is not None) + (prior or 0)
