"""Episodes, plans, goals, findings, visits and the minutes within them."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import InsertOnly, Row
from neuroreed.clinic.models.people import Authorization, Coverage, Patient


class Episode(Row):
    """One course of care of one patient in one discipline for one condition."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="episodes")
    discipline = models.CharField(max_length=3)
    condition = models.CharField(max_length=40, blank=True)
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="episodes")
    onset_date = models.DateField(null=True, blank=True)
    why_now = models.CharField(max_length=30, blank=True)
    medical_diagnoses = models.JSONField(blank=True, default=list)
    treatment_diagnoses = models.JSONField(blank=True, default=list)
    history = models.TextField(blank=True)
    prior_level = models.TextField(blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-started_on", "id"]


class FunctionalLimitation(Row):
    """What the person cannot do, as a number, and what they could before."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="limitations")
    label = models.CharField(max_length=10)
    activity = models.CharField(max_length=200)
    value = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=30, blank=True)
    prior_level = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    # the day ``value`` was true; unknown for what was entered before the day was kept
    recorded_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["label"]
        constraints = [
            models.UniqueConstraint(fields=["episode", "label"], name="limitation_label_once")
        ]


class FunctionMeasure(Row):
    """What a person can do of a limited activity on a later day; the first value stays."""

    limitation = models.ForeignKey(
        FunctionalLimitation, on_delete=models.PROTECT, related_name="measures"
    )
    value = models.DecimalField(max_digits=9, decimal_places=2)
    date = models.DateField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["date", "pk"]


class Impairment(Row):
    """One finding of one measure on one date: balance, coordination, posture …"""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="impairments")
    category = models.CharField(max_length=40)
    measure = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=9, decimal_places=2)
    date = models.DateField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)

    class Meta:
        ordering = ["date", "measure"]


class PlanOfCare(Row):
    """Diagnoses, goals, type, amount, frequency and duration, signed by its author."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField(default=1)
    established_on = models.DateField()
    first_treatment_on = models.DateField()
    duration_days = models.PositiveSmallIntegerField()
    visits_per_week = models.PositiveSmallIntegerField()
    minutes_per_visit = models.PositiveSmallIntegerField(default=45)
    planned_cpt = models.JSONField(blank=True, default=list)
    planned_techniques = models.JSONField(blank=True, default=list)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="plans")
    signed_by_author_on = models.DateField(null=True, blank=True)
    physician_last = models.CharField(max_length=60, blank=True)
    physician_first = models.CharField(max_length=35, blank=True)
    physician_npi = models.CharField(max_length=10, blank=True)
    order_signed_on = models.DateField(null=True, blank=True)
    sent_to_physician_on = models.DateField(null=True, blank=True)
    sent_by = models.CharField(max_length=30, blank=True)
    maintenance_rationale = models.TextField(blank=True)
    kx_attested_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kx_attested_at = models.DateTimeField(null=True, blank=True)
    kx_statement = models.TextField(blank=True)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["episode", "version"], name="plan_version_once")
        ]


class Certification(Row):
    """A period of a plan that a physician signed, or was asked to. ``kind``: initial, recert."""

    plan = models.ForeignKey(PlanOfCare, on_delete=models.PROTECT, related_name="certifications")
    kind = models.CharField(max_length=10, default="initial")
    since = models.DateField()
    until = models.DateField()
    signed_on = models.DateField(null=True, blank=True)
    signed_by_npi = models.CharField(max_length=10, blank=True)
    verbal_on = models.DateField(null=True, blank=True)
    verbal_by = models.CharField(max_length=200, blank=True)
    delayed_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["since"]


class Goal(Row):
    """A measurable goal; values are text, so that no digit is lost."""

    plan = models.ForeignKey(PlanOfCare, on_delete=models.PROTECT, related_name="goals")
    label = models.CharField(max_length=10)
    limitation = models.ForeignKey(
        FunctionalLimitation, null=True, blank=True, on_delete=models.PROTECT, related_name="goals"
    )
    activity = models.CharField(max_length=200)
    measure = models.CharField(max_length=60)
    population = models.CharField(max_length=60, blank=True)
    baseline = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    target_date = models.DateField()
    mdc = models.CharField(max_length=20, blank=True)
    mdc_unknown = models.BooleanField(default=False)

    class Meta:
        ordering = ["label"]
        constraints = [models.UniqueConstraint(fields=["plan", "label"], name="goal_label_once")]


class Visit(Row):
    """One session. Its minutes and facts may change until its note is sealed.

    ``facts`` holds what belongs to the whole visit (education, hep, progress, cosigner …)
    under the names of the visit facts. ``accepted`` are modifiers a person accepted, as
    ``[cpt, modifier]``. ``statement`` answers a finding of likeness to earlier visits.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled"
        OPEN = "open"
        ENDED = "ended"
        SIGNED = "signed"
        CANCELLED = "cancelled"
        NO_SHOW = "no_show"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visits")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="visits")
    plan = models.ForeignKey(PlanOfCare, null=True, on_delete=models.PROTECT, related_name="visits")
    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="visits")
    authorization = models.ForeignKey(
        Authorization, null=True, blank=True, on_delete=models.PROTECT, related_name="given_visits"
    )
    clinician = models.ForeignKey(User, on_delete=models.PROTECT, related_name="visits")
    supervisor = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="supervised_visits"
    )
    discipline = models.CharField(max_length=3)
    kind = models.CharField(max_length=20, default="treatment")
    date_of_service = models.DateField(db_index=True)
    scheduled_at = models.DateTimeField()
    scheduled_minutes = models.PositiveSmallIntegerField(default=45)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCHEDULED)
    place_of_service = models.CharField(max_length=2, default="11")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(blank=True, default=dict)
    accepted = models.JSONField(blank=True, default=list)
    has_progress_report = models.BooleanField(default=False)

    class Meta:
        ordering = ["scheduled_at", "id"]
        indexes = [
            models.Index(fields=["patient", "date_of_service"], name="visit_patient_day"),
            models.Index(fields=["clinician", "date_of_service"], name="visit_clinician_day"),
            models.Index(fields=["state", "date_of_service"], name="visit_state_day"),
        ]


class Activity(Row):
    """One procedure with one technique within a visit; ``facts`` as in the visit facts."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="activities")
    label = models.CharField(max_length=10)
    order = models.PositiveSmallIntegerField()
    cpt = models.CharField(max_length=5)
    technique = models.CharField(max_length=60, blank=True)
    one_on_one = models.BooleanField(default=True)
    facts = models.JSONField(blank=True, default=dict)
    is_planned = models.BooleanField(default=True)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "order"], name="activity_order_once")
        ]


class TimerEvent(InsertOnly):
    """One tap, at the server's time. ``token`` names the tap: the same twice is one event.

    A correction is an event too (``correct`` with ``start`` and ``end``, or ``withdraw``),
    with its ``reason``; the taps it answers stay. The end of a visit has no activity.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="timer_events")
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.PROTECT, related_name="timer_events"
    )
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    furnished = models.CharField(max_length=10, default="therapist")
    one_on_one = models.BooleanField(default=True)
    token = models.CharField(max_length=80)

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "token"], name="timer_token_once"),
            models.UniqueConstraint(fields=["visit", "sequence"], name="timer_sequence_once"),
        ]
