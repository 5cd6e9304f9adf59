"""Register people, their coverage, authorisations and what other providers used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction

from neuroreed.clinic import access, events, profile
from neuroreed.clinic.models import Authorization, Coverage, Patient, PriorAccrual, User
from neuroreed.model.errors import BadInput, NotFound
from neuroreed.policy import payers

FIELDS = (
    "first_name",
    "last_name",
    "birth_date",
    "sex",
    "line1",
    "line2",
    "city",
    "state",
    "postal_code",
    "phone",
    "language",
    "precautions",
)
BUCKETS = ("PT_SLP", "OT")
SEXES = ("F", "M", "U")
OLDEST_YEARS = 130


def checked(row: models.Model) -> models.Model:
    """The row, when every field fits.

    Raises:
        BadInput: names the fields that do not, never their values.
    """
    try:
        row.clean_fields()
    except ValidationError as error:
        raise BadInput(f"Check these fields: {', '.join(sorted(error.message_dict))}.") from None
    return row


def _person(row: Patient, given: dict[str, Any], at: datetime) -> Patient:
    if unknown := set(given) - set(FIELDS):
        raise BadInput(f"A patient has no {', '.join(sorted(unknown))}.")
    for name, value in given.items():
        setattr(row, name, list(value) if name == "precautions" else value)
    if row.sex not in SEXES:
        raise BadInput("The sex as payers ask for it is F, M or U.")
    today = profile.local_date(at)
    if not isinstance(row.birth_date, date) or not (
        today.year - OLDEST_YEARS <= row.birth_date.year and row.birth_date <= today
    ):
        raise BadInput("The birth date is not a day a living person can have.")
    checked(row)
    return row


def register(user: User, *, at: datetime, **given: Any) -> Patient:
    """Take a person into care: names, birth date, sex, address, language, precautions."""
    with transaction.atomic():
        if not access.active(user) or user.role not in access.PATIENT_ROLES["edit"]:
            raise NotFound(access.NOTHING)
        missing = {
            "first_name",
            "last_name",
            "birth_date",
            "sex",
            "line1",
            "city",
            "state",
            "postal_code",
        } - set(given)
        if missing:
            raise BadInput(f"Missing: {', '.join(sorted(missing))}.")
        row = _person(Patient(registered_at=at), given, at)
        row.save(force_insert=True)
        events.append(user, "patient.registered", row, at=at)
    return row


def update(user: User, patient_id: UUID, *, at: datetime, **given: Any) -> Patient:
    """Change what is known about a person; the event names the fields, not the values."""
    with transaction.atomic():
        row = _person(access.patient_for(user, patient_id, to="edit"), given, at)
        row.save()
        events.append(user, "patient.changed", row, {"fields": sorted(given)}, at=at)
    return row


def add_coverage(
    user: User,
    patient_id: UUID,
    *,
    payer: str,
    payer_name: str,
    payer_id: str,
    member_id: str,
    at: datetime,
    sequence: str = "P",
    group_number: str = "",
    relationship: str = "self",
    subscriber_last: str = "",
    subscriber_first: str = "",
    since: date | None = None,
    until: date | None = None,
    deductible_left_cents: int | None = None,
) -> Coverage:
    """Add an insurance. ``payer`` is the id of a payer profile; no deductible given is not zero."""
    with transaction.atomic():
        patient = access.patient_for(user, patient_id, to="edit")
        payers.profile(payer)
        if sequence not in {"P", "S", "T"}:
            raise BadInput("The sequence of a coverage is P, S or T.")
        if since and until and until < since:
            raise BadInput("The coverage ends before it begins.")
        if relationship != "self" and not (subscriber_last and subscriber_first):
            raise BadInput("Give the name of the person who holds the insurance.")
        row = Coverage(
            patient=patient,
            payer=payer,
            payer_name=payer_name,
            payer_id=payer_id,
            member_id=member_id,
            sequence=sequence,
            group_number=group_number,
            relationship=relationship,
            subscriber_last=subscriber_last,
            subscriber_first=subscriber_first,
            since=since,
            until=until,
            deductible_left_cents=deductible_left_cents,
            deductible_asked_on=profile.local_date(at)
            if deductible_left_cents is not None
            else None,
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "coverage.added", row, {"payer": payer}, at=at)
    return row


def _coverage(user: User, coverage_id: UUID) -> Coverage:
    row = Coverage.objects.select_related("patient").filter(pk=coverage_id).first()
    if row is None:
        raise NotFound(access.NOTHING)
    access.patient_for(user, row.patient_id, to="edit")
    return row


def set_deductible(
    user: User, coverage_id: UUID, *, left_cents: int | None, at: datetime
) -> Coverage:
    """Write down what the payer said is left of the deductible; ``None``: nobody knows."""
    with transaction.atomic():
        row = _coverage(user, coverage_id)
        if left_cents is not None and left_cents < 0:
            raise BadInput("What is left of a deductible is 0 or more.")
        row.deductible_left_cents = left_cents
        row.deductible_asked_on = profile.local_date(at) if left_cents is not None else None
        row.save(update_fields=["deductible_left_cents", "deductible_asked_on"])
        events.append(user, "coverage.deductible", row, at=at)
    return row


def add_authorization(
    user: User,
    coverage_id: UUID,
    *,
    number: str,
    since: date,
    until: date,
    at: datetime,
    visits: int | None = None,
    units: int | None = None,
    cpts: Iterable[str] = (),
    discipline: str = "",
) -> Authorization:
    """Add what a payer allowed: a number, dates, and visits or units where it limits them."""
    with transaction.atomic():
        coverage = _coverage(user, coverage_id)
        if until < since:
            raise BadInput("The authorisation ends before it begins.")
        row = Authorization(
            coverage=coverage,
            number=number,
            since=since,
            until=until,
            visits=visits,
            units=units,
            cpts=list(cpts),
            discipline=discipline,
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "authorization.added", row, {"visits": visits, "units": units}, at=at)
    return row


def prior_accrual(
    user: User,
    patient_id: UUID,
    *,
    year: int,
    bucket: str,
    allowed_cents: int,
    at: datetime,
) -> PriorAccrual:
    """Write down what other providers used of a year's threshold, as the payer answered."""
    with transaction.atomic():
        patient = access.patient_for(user, patient_id, to="edit")
        if bucket not in BUCKETS:
            raise BadInput(f"A bucket is one of {', '.join(BUCKETS)}.")
        if allowed_cents < 0:
            raise BadInput("An amount used is 0 or more.")
        row = PriorAccrual(
            patient=patient,
            year=year,
            bucket=bucket,
            allowed_cents=allowed_cents,
            entered_by=user,
            at=at,
        )
        checked(row)
        row.save(force_insert=True)
        events.append(user, "accrual.entered", row, {"year": year, "bucket": bucket}, at=at)
    return row
