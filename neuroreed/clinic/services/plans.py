"""Episodes, findings, plans of care, their signatures and certifications."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from neuroreed.care import catalogue
from neuroreed.clinic import access, events, profile
from neuroreed.clinic.models import (
    Certification,
    Episode,
    FunctionalLimitation,
    FunctionMeasure,
    Goal,
    Impairment,
    PlanOfCare,
    Role,
    User,
    Visit,
)
from neuroreed.clinic.services.facts import WHY_NOW
from neuroreed.clinic.services.patients import checked
from neuroreed.model.errors import BadInput, NotFound, Refused
from neuroreed.policy import codes, icd10

LONGEST_CERTIFICATION_DAYS = 90  # Pub. 100-02 chapter 15 section 220.1.3
LATE_AFTER_DAYS = 30
DIAGNOSIS = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?")
GOAL_FIELDS = (
    "activity",
    "measure",
    "population",
    "baseline",
    "target",
    "target_date",
    "mdc",
    "mdc_unknown",
    "limitation",
)


def open_episode(
    user: User,
    patient_id: UUID,
    *,
    discipline: str,
    condition: str,
    medical_diagnoses: Sequence[str],
    treatment_diagnoses: Sequence[str],
    started_on: date,
    at: datetime,
    onset_date: date | None = None,
    why_now: str = "",
    history: str = "",
    prior_level: str = "",
) -> Episode:
    """Begin a course of care under the therapist who opens it."""
    with transaction.atomic():
        patient = access.patient_for(user, patient_id, to="treat")
        if discipline != user.discipline:
            raise BadInput("An episode is opened by a therapist of its discipline.")
        if condition:
            catalogue.condition(condition)
        if why_now and why_now not in WHY_NOW:
            raise BadInput(f"Why now is one of {', '.join(WHY_NOW)}.")
        _diagnoses((*medical_diagnoses, *treatment_diagnoses), started_on)
        row = Episode(
            patient=patient,
            discipline=discipline,
            condition=condition,
            therapist=user,
            medical_diagnoses=list(medical_diagnoses),
            treatment_diagnoses=list(treatment_diagnoses),
            started_on=started_on,
            onset_date=onset_date,
            why_now=why_now,
            history=history,
            prior_level=prior_level,
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "episode.opened", row, {"condition": condition}, at=at)
    return row


def change_diagnoses(
    user: User,
    episode_id: UUID,
    *,
    medical_diagnoses: Sequence[str],
    treatment_diagnoses: Sequence[str],
    at: datetime,
) -> Episode:
    """Give the diagnoses that hold from today; what was sealed keeps its own.

    A code may be superseded in the middle of a course of care.

    Raises:
        BadInput: no code, or a code that is not billable today.
    """
    with transaction.atomic():
        row = _treated(user, episode_id)
        if not medical_diagnoses or not treatment_diagnoses:
            raise BadInput("Give a medical and a treatment diagnosis.")
        _diagnoses((*medical_diagnoses, *treatment_diagnoses), profile.local_date(at))
        row.medical_diagnoses = list(medical_diagnoses)
        row.treatment_diagnoses = list(treatment_diagnoses)
        checked(row)
        row.save(update_fields=["medical_diagnoses", "treatment_diagnoses"])
        detail = {"medical": row.medical_diagnoses, "treatment": row.treatment_diagnoses}
        events.append(user, "episode.diagnoses", row, detail, at=at)
    return row


def _diagnoses(given: Iterable[str], on: date) -> None:
    """Refuse what is no code, and codes known not to be billable; an absent one may exist."""
    for code in given:
        if not DIAGNOSIS.fullmatch(code):
            raise BadInput("A diagnosis is written like I69.354.")
        found = icd10.diagnosis(code, on)
        if found is not None and found.billable is False:
            raise BadInput(f"Diagnosis {code} is not a billable code on {on}: choose another.")


def close_episode(user: User, episode_id: UUID, *, on: date, at: datetime) -> Episode:
    """End a course of care."""
    with transaction.atomic():
        row = _treated(user, episode_id)
        if on < row.started_on:
            raise BadInput("An episode cannot end before it began.")
        row.ended_on = on
        row.save(update_fields=["ended_on"])
        events.append(user, "episode.closed", row, at=at)
    return row


def _treated(user: User, episode_id: UUID) -> Episode:
    row = access.episode_for(user, episode_id, to="treat")
    if row.discipline != user.discipline:
        raise NotFound(access.NOTHING)
    return row


def add_limitation(
    user: User,
    episode_id: UUID,
    *,
    activity: str,
    value: Decimal | int | None,
    unit: str,
    prior_level: Decimal | int | None,
    at: datetime,
) -> FunctionalLimitation:
    """Say what the person cannot do, as a number, and what they could before."""
    with transaction.atomic():
        episode = _treated(user, episode_id)
        row = FunctionalLimitation(
            episode=episode,
            label=f"FL{episode.limitations.count() + 1}",
            activity=activity,
            value=value,
            unit=unit,
            prior_level=prior_level,
            recorded_on=profile.local_date(at),
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "limitation.added", row, at=at)
    return row


def measure_function(
    user: User,
    episode_id: UUID,
    *,
    label: str,
    value: Decimal | int,
    date: date,
    at: datetime,
) -> FunctionMeasure:
    """Say what the person can do now of an activity that was limited; the first value stays."""
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="treat")
        limitation = episode.limitations.filter(label=label).first()
        if limitation is None:
            raise BadInput("Name a limitation that is recorded.")
        if date > profile.local_date(at):
            raise BadInput("A measure is not taken in the future.")
        row = FunctionMeasure(limitation=limitation, value=value, date=date, by=user)
        checked(row)
        row.save(force_insert=True)
        events.append(user, "limitation.measured", row, {"label": label}, at=at)
    return row


def add_impairment(
    user: User,
    episode_id: UUID,
    *,
    category: str,
    measure: str,
    value: Decimal | int,
    date: date,
    at: datetime,
) -> Impairment:
    """Record one finding of one measure; the date may not lie ahead."""
    with transaction.atomic():
        episode = access.episode_for(user, episode_id, to="treat")
        if date > profile.local_date(at):
            raise BadInput("A measure is not taken in the future.")
        row = Impairment(
            episode=episode, category=category, measure=measure, value=value, date=date, by=user
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "impairment.added", row, {"measure": measure}, at=at)
    return row


def write(
    user: User,
    episode_id: UUID,
    *,
    established_on: date,
    first_treatment_on: date,
    duration_days: int,
    visits_per_week: int,
    planned_cpt: Sequence[str],
    planned_techniques: Sequence[str],
    goals: Sequence[Mapping[str, Any]],
    at: datetime,
    minutes_per_visit: int = 45,
    physician_last: str = "",
    physician_first: str = "",
    physician_npi: str = "",
    order_signed_on: date | None = None,
) -> PlanOfCare:
    """Write a plan of care; a changed plan is a new version.

    ``goals`` are mappings with activity, measure, baseline, target, target_date, and
    where known population, mdc or mdc_unknown, and the label of a limitation.
    """
    with transaction.atomic():
        episode = _treated(user, episode_id)
        if not goals:
            raise BadInput("A plan of care needs at least one measurable goal.")
        if not 1 <= duration_days <= 366 or not 1 <= visits_per_week <= 14:
            raise BadInput("Give a duration of 1 to 366 days and 1 to 14 visits a week.")
        for cpt in planned_cpt:
            codes.lookup(cpt, established_on)
        for technique in planned_techniques:
            catalogue.technique(technique)
        last = episode.plans.order_by("-version").first()
        plan = PlanOfCare(
            episode=episode,
            version=last.version + 1 if last else 1,
            established_on=established_on,
            first_treatment_on=first_treatment_on,
            duration_days=duration_days,
            visits_per_week=visits_per_week,
            minutes_per_visit=minutes_per_visit,
            planned_cpt=list(planned_cpt),
            planned_techniques=list(planned_techniques),
            author=user,
            physician_last=physician_last,
            physician_first=physician_first,
            physician_npi=physician_npi,
            order_signed_on=order_signed_on,
        )
        checked(plan)
        plan.save(force_insert=True)
        for number, goal in enumerate(goals, start=1):
            _goal(plan, number, goal)
        days = min(duration_days, LONGEST_CERTIFICATION_DAYS)
        Certification(
            plan=plan,
            kind="initial" if last is None else "recert",
            since=first_treatment_on,
            until=first_treatment_on + timedelta(days=days - 1),
        ).save(force_insert=True)
        # visits that are still open follow the plan that holds on their date
        Visit.objects.filter(
            episode=episode,
            date_of_service__gte=established_on,
            state__in=[Visit.State.SCHEDULED, Visit.State.OPEN, Visit.State.ENDED],
        ).update(plan=plan)
        detail = {"version": plan.version, "goals": len(goals)}
        events.append(user, "plan.written", plan, detail, at=at)
    return plan


def _goal(plan: PlanOfCare, number: int, given: Mapping[str, Any]) -> None:
    if unknown := set(given) - set(GOAL_FIELDS):
        raise BadInput(f"A goal has no {', '.join(sorted(unknown))}.")
    missing = {"activity", "measure", "baseline", "target", "target_date"} - set(given)
    if missing:
        raise BadInput(f"Goal {number} lacks {', '.join(sorted(missing))}.")
    limitation = None
    if label := given.get("limitation"):
        limitation = plan.episode.limitations.filter(label=label).first()
        if limitation is None:
            raise BadInput(f"Goal {number} names a limitation that is not recorded.")
    row = Goal(
        plan=plan,
        label=f"G{number}",
        limitation=limitation,
        activity=given["activity"],
        measure=given["measure"],
        population=given.get("population") or "",
        baseline=str(given["baseline"]),
        target=str(given["target"]),
        target_date=given["target_date"],
        mdc="" if given.get("mdc") is None else str(given["mdc"]),
        mdc_unknown=bool(given.get("mdc_unknown", False)),
    )
    checked(row)
    row.save(force_insert=True)


def sign_plan(user: User, plan_id: UUID, *, at: datetime) -> PlanOfCare:
    """The author signs the plan."""
    with transaction.atomic():
        plan = access.plan_for(user, plan_id, to="edit")
        if plan.author_id != user.pk or not user.signs:
            raise NotFound(access.NOTHING)
        if plan.signed_by_author_on is not None:
            return plan
        plan.signed_by_author_on = profile.local_date(at)
        plan.save(update_fields=["signed_by_author_on"])
        events.append(user, "plan.signed", plan, at=at)
    return plan


def sent(user: User, plan_id: UUID, *, on: date, by: str, at: datetime) -> PlanOfCare:
    """Note that the plan was sent to the physician, and how (fax, portal, mail)."""
    with transaction.atomic():
        plan = access.plan_for(user, plan_id, to="certify")
        if on > profile.local_date(at) or on < plan.established_on:
            raise BadInput("A plan is sent between the day it was written and today.")
        plan.sent_to_physician_on, plan.sent_by = on, by
        checked(plan)
        plan.save(update_fields=["sent_to_physician_on", "sent_by"])
        events.append(user, "plan.sent", plan, {"on": on, "by": by}, at=at)
    return plan


def certify(
    user: User,
    plan_id: UUID,
    *,
    signed_on: date,
    npi: str,
    at: datetime,
    delayed_reason: str = "",
) -> Certification:
    """File the physician's signature under the plan's latest period.

    Raises:
        Refused: the period is certified already.
        BadInput: the signature is late and no reason was given.
    """
    with transaction.atomic():
        plan = access.plan_for(user, plan_id, to="certify")
        period = plan.certifications.order_by("-since").first()
        if period is None or period.signed_on is not None:
            raise Refused("The latest period of this plan is certified: write a new version.")
        if signed_on > profile.local_date(at):
            raise BadInput("A signature is not dated in the future.")
        if signed_on < plan.established_on:
            raise BadInput(
                f"The plan was written on {plan.established_on}: a signature under it is not older."
            )
        late = (signed_on - period.since).days > LATE_AFTER_DAYS
        if late and not delayed_reason.strip():
            raise BadInput("The signature comes late: say why, with the evidence of diligence.")
        period.signed_on, period.signed_by_npi = signed_on, npi
        period.delayed_reason = delayed_reason
        checked(period)
        period.save()
        events.append(user, "plan.certified", plan, {"signed_on": signed_on, "late": late}, at=at)
    return period


def attest_kx(user: User, plan_id: UUID, *, statement: str, at: datetime) -> PlanOfCare:
    """The therapist states why services above the threshold are necessary."""
    with transaction.atomic():
        plan = access.plan_for(user, plan_id, to="edit")
        if user.role != Role.THERAPIST or not user.signs:
            raise NotFound(access.NOTHING)
        if not statement.strip():
            raise BadInput("Say why the skill of a therapist is still necessary.")
        plan.kx_attested_by, plan.kx_attested_at = user, at
        plan.kx_statement = statement.strip()
        plan.save(update_fields=["kx_attested_by", "kx_attested_at", "kx_statement"])
        events.append(user, "plan.kx_attested", plan, at=at)
    return plan
