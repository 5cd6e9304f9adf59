"""Contract prices, eligibility, patient receipts and statements, the close of a month."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.answers import Outgoing, ReceivedFile
from neuroreed.clinic.models.base import InsertOnly, Row
from neuroreed.clinic.models.people import Coverage, Patient


class FeeSchedule(InsertOnly):
    """The terms of a contract as they were loaded. The last schedule of a payer counts."""

    payer = models.CharField(max_length=60)
    amounts = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class EligibilityAsk(InsertOnly):
    """A question to a payer about one coverage; ``trace`` comes back in the answer."""

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="asks")
    trace = models.CharField(max_length=30, unique=True)
    outgoing = models.ForeignKey(Outgoing, on_delete=models.PROTECT, related_name="asks")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class EligibilityAnswer(InsertOnly):
    """What a payer said of a coverage, by file (271) or by hand. The last one counts."""

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="eligibility")
    origin = models.CharField(max_length=10)
    received = models.ForeignKey(
        ReceivedFile, null=True, on_delete=models.PROTECT, related_name="eligibility"
    )
    body = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class Receipt(InsertOnly):
    """Money from a patient. ``shares`` are [claim number, cents]; ``token`` names the act."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=20, unique=True)
    token = models.CharField(max_length=80, unique=True)
    amount_cents = models.PositiveIntegerField()
    method = models.CharField(max_length=20)
    shares = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class Statement(InsertOnly):
    """What a patient was asked to pay, as it was printed."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="statements")
    number = models.CharField(max_length=20, unique=True)
    total_cents = models.BigIntegerField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class MonthClosed(InsertOnly):
    """A month as it was closed, with every gap that was known then."""

    month = models.CharField(max_length=7)
    figures = models.JSONField()
    gaps = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at"]


class Printer(Row):
    """How far a printer is off on a paper form, in tenths of a millimetre."""

    name = models.CharField(max_length=40, unique=True)
    right_tenths = models.SmallIntegerField(default=0)
    down_tenths = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["name"]
