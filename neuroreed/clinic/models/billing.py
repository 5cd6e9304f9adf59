"""Charges, findings, claims and the files they went out in."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import InsertOnly
from neuroreed.clinic.models.care import Visit
from neuroreed.clinic.models.people import Patient


class ChargeVersion(InsertOnly):
    """The charges of a visit as computed once; a new computation is a new version."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="charge_versions")
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=60)
    policy = models.CharField(max_length=80)
    body = models.JSONField()
    charge_cents = models.IntegerField()
    expected_allowed_cents = models.IntegerField(null=True)
    expected_payer_cents = models.IntegerField(null=True)

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "version"], name="charge_version_once")
        ]


class ChargeLine(InsertOnly):
    """One service line of one version."""

    version = models.ForeignKey(ChargeVersion, on_delete=models.PROTECT, related_name="lines")
    line_number = models.PositiveSmallIntegerField()
    cpt = models.CharField(max_length=5)
    units = models.PositiveSmallIntegerField()
    modifiers = models.JSONField(blank=True, default=list)
    charge_cents = models.IntegerField()
    minutes = models.PositiveSmallIntegerField(null=True)
    diagnosis_pointers = models.JSONField(blank=True, default=list)
    allowed_cents = models.IntegerField(null=True)

    class Meta:
        ordering = ["line_number"]


class FindingRow(InsertOnly):
    """One finding about a visit, with the rule book that found it."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="findings")
    charge_version = models.ForeignKey(
        ChargeVersion, on_delete=models.PROTECT, related_name="findings"
    )
    rule = models.CharField(max_length=30, db_index=True)
    severity = models.CharField(max_length=10)
    subject = models.TextField()
    says = models.TextField()
    fix = models.TextField()
    cites = models.JSONField(blank=True, default=list)
    evidence = models.JSONField(blank=True, default=list)
    rule_book = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ["rule", "subject"]


class Resolution(InsertOnly):
    """A person's answer to a finding; the finding itself stays."""

    finding = models.ForeignKey(FindingRow, on_delete=models.PROTECT, related_name="resolutions")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]


class Claim(InsertOnly):
    """A claim as it was assembled; what becomes of it stands in its events."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="claims")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="claims")
    charge_version = models.ForeignKey(
        ChargeVersion, on_delete=models.PROTECT, related_name="claims"
    )
    number = models.CharField(max_length=20, unique=True)
    frequency = models.CharField(max_length=1, default="1")
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    payer = models.CharField(max_length=60)
    body = models.JSONField()
    charge_cents = models.IntegerField()
    rule_book = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "number"]


class ClaimEvent(InsertOnly):
    """A step of a claim: released, held, filed, accepted, rejected, paid, denied."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="steps")
    sequence = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "sequence"], name="claim_step_once")
        ]


class ClaimFile(InsertOnly):
    """The bytes that went out, under a control number that is never used again."""

    control_number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["control_number"]


class ClaimFileEntry(InsertOnly):
    """Which claims a file carried."""

    file = models.ForeignKey(ClaimFile, on_delete=models.PROTECT, related_name="entries")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="file_entries")


class ControlNumber(models.Model):
    """The last number given out of one kind; it only rises."""

    kind = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)
