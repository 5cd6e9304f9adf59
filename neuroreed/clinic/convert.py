"""Rows to the words of the model and back; the only adapter between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from neuroreed.care import catalogue, session
from neuroreed.care import plan as care_plan
from neuroreed.clinic import homes, profile, proving, treatment
from neuroreed.clinic.models import (
    Activity,
    Certification,
    ClinicProfile,
    Coverage,
    FunctionalLimitation,
    Goal,
    Patient,
    PlanOfCare,
    Role,
    SignedNote,
    TimerEvent,
    User,
    Visit,
)
from neuroreed.model import care as care_model
from neuroreed.model import people
from neuroreed.model.errors import BadInput, NoParameter

# what an intervention's facts hold, besides what the clock and the plan know
INTERVENTION_FIELDS = (
    "goal_ids",
    "impairment_categories",
    "body_region",
    "task",
    "position",
    "sets",
    "reps",
    "duration_s",
    "assist_level",
    "guarding",
    "dosage",
    "cues",
    "error_observed",
    "response",
    "decision",
    "code_rationale",
)
# what a note holds beside the rubric's facts, where somebody said it
NOTED = ("subjective", "reevaluation", "student")
PREVIOUS_VISITS = 3
REOPEN = "reopen"


def loaded(visit: Visit) -> Visit:
    """The visit with everything that describes it, read once."""
    if not getattr(visit, "_is_loaded", False):
        prefetch_related_objects(
            [visit],
            "activities",
            Prefetch("timer_events", TimerEvent.objects.select_related("activity")),
            "episode__limitations__measures",
            "episode__impairments",
            Prefetch("plan__goals", Goal.objects.select_related("limitation")),
            "plan__certifications",
        )
        visit._is_loaded = True
    return visit


def timer_events(visit: Visit) -> list[session.TimerEvent]:
    """The taps of a visit in the order they were recorded; an end taken back is not one."""
    rows = list(loaded(visit).timer_events.all())
    reopened = max((row.sequence for row in rows if row.kind == REOPEN), default=0)
    return [
        timer_event(row)
        for row in rows
        if row.kind != REOPEN and not (row.kind == "end" and row.sequence < reopened)
    ]


def timer_event(row: TimerEvent) -> session.TimerEvent:
    """One tap as care knows it."""
    return session.TimerEvent(
        at=row.at,
        kind=row.kind,
        activity_id=str(row.activity_id) if row.activity_id else "",
        cpt=row.activity.cpt if row.activity else "",
        technique=(row.activity.technique or None) if row.activity else None,
        clinician_id=str(row.by_id),
        furnished=row.furnished,
        one_on_one=row.one_on_one,
        reason=row.reason or None,
        start=row.start,
        end=row.end,
        id=str(row.pk),
    )


def timed(visit: Visit, *, until: datetime | None = None) -> session.Session:
    """What the taps of a visit say; ``until`` is now, for a visit under way."""
    return session.record(timer_events(visit), until=until, zone=profile.zone())


def visit(row: Visit, time: session.Session) -> care_model.Visit:
    """The visit with its minutes; its date is the scheduled one when nothing was timed."""
    if row.facts.get("student", {}).get("in_room"):
        time = session.directed(time)
    made = session.to_visit(
        time if time.date_of_service else replace(time, date_of_service=row.date_of_service),
        visit_id=str(row.pk),
        patient_id=str(row.patient_id),
        discipline=people.Discipline(row.discipline),
        clinician_id=str(row.supervisor_id or row.clinician_id),
        payer=row.coverage.payer,
        place_of_service=row.place_of_service,
        plan_of_care_id=str(row.plan_id) if row.plan_id else None,
        activity_facts={str(a.pk): a.facts for a in row.activities.all()},
    )
    return replace(made, date_of_service=row.date_of_service)


def furnished_by(user: User) -> care_model.Furnished:
    """Whose minutes a person's taps are."""
    return {
        "assistant": care_model.Furnished.ASSISTANT,
        "student": care_model.Furnished.STUDENT,
    }.get(user.role, care_model.Furnished.THERAPIST)


def number(value: object) -> int | float | None:
    """A number as the visit facts hold it; whole where it is whole.

    The facts of a visit are measurements, never money.
    """
    if value is None or value == "":
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise BadInput(f"{value!r} is not a number.") from None
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def day(value: date | None) -> str | None:
    """A date as the facts hold it."""
    return value.isoformat() if value else None


def certified(plan: PlanOfCare | None, on: date) -> Certification | None:
    """The certification of a plan that covers a date, the signed one first."""
    if plan is None:
        return None
    covering = [c for c in plan.certifications.all() if c.since <= on <= c.until]
    return next((c for c in covering if c.signed_on), covering[0] if covering else None)


def plan_record(plan: PlanOfCare) -> care_plan.PlanRecord:
    """What the record holds about the certification of a plan.

    The period of a later version of a plan is a recertification: no order stands in for
    its signature.
    """
    periods = sorted(plan.certifications.all(), key=lambda period: period.since)
    first = periods[0] if periods else None
    return care_plan.PlanRecord(
        first_treatment_on=plan.first_treatment_on,
        duration_days=plan.duration_days,
        established_on=plan.established_on,
        verbal_on=first.verbal_on if first else None,
        signed_on=first.signed_on if first else None,
        delay_reason=first.delayed_reason if first else "",
        order_signed_on=plan.order_signed_on if plan.version == 1 else None,
        sent_on=plan.sent_to_physician_on,
        sent_proof=plan.sent_by,
        recertifications=tuple(
            care_plan.Recertification(
                duration_days=(period.until - period.since).days + 1,
                first_day=period.since,
                verbal_on=period.verbal_on,
                signed_on=period.signed_on,
                delay_reason=period.delayed_reason,
            )
            for period in periods[1:]
        ),
    )


def certification(visit: Visit, at: datetime) -> care_plan.Certified | None:
    """Whether the date of service is certified, as known at a moment; ``None`` without a plan."""
    if visit.plan is None:
        return None
    try:
        return care_plan.is_certified(
            plan_record(visit.plan),
            visit.date_of_service,
            known_on=max(profile.local_date(at), visit.date_of_service),
            payer=visit.coverage.payer,
        )
    except NoParameter:
        return None


def is_certified(visit: Visit, at: datetime) -> bool | None:
    """Yes, no, or ``None`` while nobody can know."""
    found = certification(visit, at)
    return found.answer if found else None


def intervention(
    activity: Activity, time: Mapping[str, Any] | None, facts: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """One activity in the shape of the visit facts."""
    own = activity.facts if facts is None else facts
    made: dict[str, Any] = {
        "id": activity.label,
        "technique": activity.technique or None,
        "cpt": activity.cpt,
        "start": time.get("start") if time else None,
        "end": time.get("end") if time else None,
        "minutes": time.get("minutes") if time else None,
        "one_on_one": time.get("one_on_one") if time else None,
    }
    if time and "bouts" in time:
        made["bouts"] = time["bouts"]
    empty: dict[str, Any] = {"goal_ids": [], "impairment_categories": [], "cues": []}
    for name in INTERVENTION_FIELDS:
        default = {} if name in {"dosage", "error_observed", "response", "decision"} else None
        made[name] = own.get(name, empty.get(name, default))
    return made


def visit_facts(
    row: Visit,
    time: session.Session,
    *,
    billing: Iterable[tuple[str, int]] = (),
    modifiers: Iterable[str] = (),
    at: datetime,
    signer: User | None = None,
    with_previous: bool = True,
) -> dict[str, Any]:
    """The facts of a visit as if signed at ``at``, under the names the note and rubric read."""
    episode, plan, own = row.episode, row.plan, row.facts
    # a student's note is the supervisor's to sign
    learner = row.clinician.role == Role.STUDENT and row.supervisor is not None
    who = signer or (row.supervisor if learner else row.clinician)
    period = certified(plan, row.date_of_service)
    if is_certified(row, at) is False:
        period = None
    minutes = {entry["id"]: entry for entry in session.interventions(time, profile.zone())}
    used = [a for a in row.activities.all() if str(a.pk) in minutes]
    progress = {
        "visits_since_report": treatment.number_in_period(row),
        "last_objective_date": day(
            max(
                (i.date for i in episode.impairments.all() if i.date <= row.date_of_service),
                default=None,
            )
        ),
        "last_two_verdicts": proving.last_verdicts(episode, row.date_of_service),
        "plan_change": False,
        "maintenance_rationale": (plan.maintenance_rationale or None) if plan else None,
        **proving.decided(episode, row.date_of_service),
        **own.get("progress", {}),
    }
    facts: dict[str, Any] = {
        "date_of_service": day(row.date_of_service),
        "session_minutes": time.session_minutes,
        "signed_at": day(profile.local_date(at)),
        "signer": {"credential": who.credential or None, "licensed": who.licensed},
        "cosigner": own.get("cosigner") or treatment.cosigner(row),
        "assistant_furnished": any(
            bout.furnished is care_model.Furnished.ASSISTANT for bout in time.bouts
        ),
        "modifiers": list(dict.fromkeys(modifiers)),
        "dx": dict(zip(("medical", "treatment"), treatment.diagnoses(row), strict=True)),
        "onset": {"date": day(episode.onset_date), "why_now": episode.why_now or None},
        "poc": {
            "certified_from": day(period.since) if period else None,
            "certified_to": day(period.until) if period else None,
            "planned_techniques": list(plan.planned_techniques) if plan else [],
            "planned_cpt": list(plan.planned_cpt) if plan else [],
            "visits_per_week": plan.visits_per_week if plan else None,
            "minutes_per_visit": plan.minutes_per_visit if plan else None,
            "duration_weeks": -(-plan.duration_days // 7) if plan else None,
            "duration_days": plan.duration_days if plan else None,
        },
        "functional_limitations": [
            limitation_facts(limit, row.date_of_service) for limit in episode.limitations.all()
        ],
        "impairments": [
            {
                "category": found.category,
                "measure": found.measure,
                "value": number(found.value),
                "date": day(found.date),
            }
            for found in episode.impairments.all()
            if found.date <= row.date_of_service
        ],
        "goals": [goal_facts(goal) for goal in plan.goals.all()] if plan else [],
        "interventions": [intervention(a, minutes[str(a.pk)]) for a in used],
        "total_timed_minutes": time.timed_minutes,
        "billing": [{"cpt": cpt, "units": units} for cpt, units in billing],
        "progress": progress,
        "education": list(own.get("education", [])),
        "hep": {
            "items": None,
            "reviewed": None,
            **homes.fact(episode, row.date_of_service, at),
            **own.get("hep", {}),
        },
        "statement": own.get("statement"),
        "history": {
            "course": episode.history or None,
            "prior_level": episode.prior_level or None,
            **own.get("history", {}),
        },
        **{name: own[name] for name in NOTED if name in own},
    }
    if with_previous:
        facts["previous_visits"] = previous(row)
    return facts


def limitation_facts(limit: FunctionalLimitation, on: date) -> dict[str, Any]:
    """A limitation with its last value up to a day, and the first one where it has changed."""
    later = [measured for measured in limit.measures.all() if measured.date <= on]
    made = {
        "id": limit.label,
        "activity": limit.activity,
        "value": number(later[-1].value if later else limit.value),
        "unit": limit.unit or None,
        "prior_level": number(limit.prior_level),
        "date": day(later[-1].date if later else limit.recorded_on),
    }
    if later:
        made |= {"at_start": number(limit.value), "started": day(limit.recorded_on)}
    return made


def goal_facts(goal: Goal) -> dict[str, Any]:
    """One goal in the shape of the visit facts."""
    return {
        "id": goal.label,
        "fl": goal.limitation.label if goal.limitation else None,
        "measure": goal.measure,
        "population": goal.population or None,
        "baseline": number(goal.baseline),
        "target": number(goal.target),
        "target_date": day(goal.target_date),
        "mdc": number(goal.mdc),
        "mdc_unknown": goal.mdc_unknown,
    }


def previous(row: Visit) -> list[dict[str, Any]]:
    """The interventions of the last signed visits of the episode, the latest first.

    They are read from what was sealed, so that they are what the reader of the record sees.
    """
    sealed = (
        SignedNote.objects.filter(
            visit__episode_id=row.episode_id,
            visit__date_of_service__lt=row.date_of_service,
            kind="note",
        )
        .order_by("-visit__date_of_service", "-visit__scheduled_at")
        .values_list("canonical", flat=True)[:PREVIOUS_VISITS]
    )
    made = []
    for text in sealed:
        facts = json.loads(text)["body"]["facts"]
        made.append(
            {
                "date_of_service": facts.get("date_of_service"),
                "interventions": facts.get("interventions", []),
            }
        )
    return made


def technique_name(technique: str) -> str:
    """The name of a technique, or nothing."""
    found = catalogue.find_technique(technique)
    return found.name if found else ""


def address(row: ClinicProfile | Patient) -> people.Address:
    """Where a clinic or a patient is."""
    return people.Address(row.line1, row.city, row.state, row.postal_code, row.line2)


def clinic(row: ClinicProfile) -> people.Clinic:
    """The billing provider."""
    return people.Clinic(
        name=row.name,
        npi=row.npi,
        tax_id=row.tax_id,
        taxonomy=row.taxonomy,
        address=address(row),
        phone=row.phone,
        participating=row.participating,
        mac=row.mac or None,
        locality=row.locality or None,
    )


def coverage(row: Coverage) -> people.Coverage:
    """One insurance."""
    return people.Coverage(
        payer=row.payer,
        payer_name=row.payer_name,
        payer_id=row.payer_id,
        member_id=row.member_id,
        sequence=row.sequence,
        relationship=row.relationship,
        subscriber_last=row.subscriber_last or None,
        subscriber_first=row.subscriber_first or None,
        group_number=row.group_number or None,
        deductible_left_cents=row.deductible_left_cents,
    )


def patient(row: Patient) -> people.Patient:
    """A person in care."""
    return people.Patient(
        id=str(row.pk),
        last_name=row.last_name,
        first_name=row.first_name,
        birth_date=row.birth_date,
        sex=row.sex,
        address=address(row),
        coverages=tuple(coverage(c) for c in row.coverages.all()),
    )


def clinician(row: User) -> people.Clinician:
    """A person who treats."""
    return people.Clinician(
        id=str(row.pk),
        last_name=row.last_name,
        first_name=row.first_name,
        profession=people.Profession(row.profession),
        credential=row.credential,
        npi=row.npi or None,
        taxonomy=row.taxonomy or None,
        licence=row.licence or None,
    )


def plan(row: PlanOfCare) -> care_model.PlanOfCare:
    """A plan with its goals and what was signed when."""
    first = next((c for c in row.certifications.all() if c.kind == "initial"), None)
    return care_model.PlanOfCare(
        id=str(row.pk),
        patient_id=str(row.episode.patient_id),
        discipline=people.Discipline(row.episode.discipline),
        established_on=row.established_on,
        first_treatment_on=row.first_treatment_on,
        duration_days=row.duration_days,
        visits_per_week=row.visits_per_week,
        medical_diagnoses=tuple(row.episode.medical_diagnoses),
        treatment_diagnoses=tuple(row.episode.treatment_diagnoses),
        goals=tuple(
            care_model.Goal(
                id=g.label,
                activity=g.activity,
                measure=g.measure,
                baseline=g.baseline,
                target=g.target,
                target_date=g.target_date,
                population=g.population or None,
                limitation_id=g.limitation.label if g.limitation else None,
            )
            for g in row.goals.all()
        ),
        planned_cpt=tuple(row.planned_cpt),
        planned_techniques=tuple(row.planned_techniques),
        author_id=str(row.author_id),
        signed_by_author_on=row.signed_by_author_on,
        signed_by_physician_on=first.signed_on if first else None,
        physician_npi=row.physician_npi or None,
        order_signed_on=row.order_signed_on,
        sent_to_physician_on=row.sent_to_physician_on,
    )
