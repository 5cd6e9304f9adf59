"""Authorisations: what is used, when they run out, and the request for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from neuroreed.billing import authorizations as billing
from neuroreed.care.note.words import measure_name
from neuroreed.clinic import (
    access,
    access_money,
    boards,
    convert,
    events,
    profile,
    showing,
)
from neuroreed.clinic.models import Authorization, PlanOfCare, User, Visit
from neuroreed.clinic.services import patients
from neuroreed.model.errors import BadInput, Refused


@dataclass(frozen=True, slots=True)
class Watched:
    """One authorisation with its use and forecast."""

    row: Authorization
    forecast: billing.Forecast


ORDER = {"expired": 0, "used_up": 1, "low": 2, "open": 3, "not_yet": 4}


def _noun(row: Authorization) -> billing.Authorization:
    return billing.Authorization(
        number=row.number,
        payer=row.coverage.payer,
        first_day=row.since,
        last_day=row.until,
        visits=row.visits,
        units=row.units,
        codes=frozenset(row.cpts),
        discipline=row.discipline,
    )


def _uses(row: Authorization) -> list[billing.Use]:
    """What was billed under it, by visit and code."""
    found = []
    for visit in boards.row_visits(row).order_by("date_of_service"):
        version = showing.latest_version(visit)
        lines = list(version.lines.all()) if version else []
        for line in lines:
            found.append(
                billing.Use(
                    visit.date_of_service, line.cpt, line.units, str(visit.pk), visit.discipline
                )
            )
        if not lines:
            # a visit under way uses a visit though no unit is billed yet
            code = next(iter(row.cpts), "")
            found.append(
                billing.Use(visit.date_of_service, code, 0, str(visit.pk), visit.discipline)
            )
    return found


def _watched(row: Authorization, at: datetime) -> Watched:
    on = profile.local_date(at)
    booked = Visit.objects.filter(
        coverage=row.coverage, state=Visit.State.SCHEDULED, date_of_service__gte=on
    )
    if row.discipline:
        booked = booked.filter(discipline=row.discipline)
    days = sorted(booked.values_list("date_of_service", flat=True))
    return Watched(row, billing.forecast(_noun(row), _uses(row), booked=days, on=on))


def watched(user: User, *, at: datetime) -> list[Watched]:
    """Every authorisation that has not ended long ago, the most urgent first."""
    access_money.patient_money(user)
    rows = Authorization.objects.select_related("coverage__patient").order_by("-until")
    on = profile.local_date(at)
    found = [_watched(row, at) for row in rows if (on - row.until).days <= 60]
    return sorted(
        found, key=lambda one: (ORDER.get(one.forecast.state, 5), one.row.until, one.row.number)
    )


def request(user: User, authorization_id: UUID, *, at: datetime) -> billing.RequestData:
    """The request for more, filled from the plan, the measures and what was used."""
    access_money.patient_money(user)
    row: Authorization = access._row(
        Authorization.objects.select_related("coverage__patient"), authorization_id
    )
    plans = PlanOfCare.objects.filter(episode__patient=row.coverage.patient)
    if row.discipline:
        plans = plans.filter(episode__discipline=row.discipline)
    plan = plans.order_by("-established_on").first()
    if plan is None:
        raise Refused("The patient has no plan of care to ask with.")
    measures = []
    for name in dict.fromkeys(plan.episode.impairments.values_list("measure", flat=True)):
        found = list(plan.episode.impairments.filter(measure=name).order_by("date"))
        first, last = found[0], found[-1]
        measures.append((measure_name(name), f"{first.value:f}", f"{last.value:f}", last.date))
    noun = _noun(row)
    first_day, last_day = _asked(row, plan, at)
    days = plan.duration_days if last_day is None else (last_day - first_day).days + 1
    return billing.request(
        patient=convert.patient(row.coverage.patient),
        coverage=convert.coverage(row.coverage),
        clinic=convert.clinic(profile.profile()),
        plan=convert.plan(plan),
        measures=measures,
        visits_asked=plan.visits_per_week * max(1, -(-days // 7)),
        first_day=first_day,
        last_day=last_day,
        before=noun,
        usage=billing.used(noun, _uses(row)),
    )


def _asked(row: Authorization, plan: PlanOfCare, at: datetime) -> tuple[date, date | None]:
    """From the day the authorisation runs out, or today, to the end of the certified plan."""
    on = profile.local_date(at)
    found = _watched(row, at).forecast
    runs_out = found.runs_out_on if found.state in {"open", "low"} else None
    first = max(on, runs_out + timedelta(days=1)) if runs_out else on
    period = convert.certified(plan, first)
    return first, period.until if period is not None and period.until >= first else None


def for_visit(user: User, visit_id: UUID, *, number: str, until: date, at: datetime) -> Visit:
    """Put a signed visit under an authorisation: one on file of that number, or a new one.

    Raises:
        BadInput: the authorisation ends before the visit.
    """
    with transaction.atomic():
        visit = access.visit_for(user, visit_id, to="release")
        if until < visit.date_of_service:
            raise BadInput("The authorisation ends before the date of service.")
        row = visit.coverage.authorizations.filter(number=number).first()
        if row is None:
            row = patients.add_authorization(
                user,
                visit.coverage_id,
                number=number,
                since=visit.date_of_service,
                until=until,
                discipline=visit.discipline,
                at=at,
            )
        visit.authorization = row
        visit.save(update_fields=["authorization"])
        events.append(user, "visit.authorized", visit, {"authorization": str(row.pk)}, at=at)
    return visit
