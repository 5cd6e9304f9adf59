"""Audits of drawn charts: the sample, the charts in it, and what reviewers answered."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import InsertOnly
from neuroreed.clinic.models.care import Visit


class ChartReview(InsertOnly):
    """One drawn sample of signed visits with one code, with all it needs to be drawn again.

    ``frame`` is a list of ``[visit, stratum, cents]``; ``strata`` a list of ``{name,
    frame_size, amount_cents, drawn}``. ``stratify`` is empty, therapist, payer or month.
    """

    title = models.CharField(max_length=80)
    cpt = models.CharField(max_length=5)
    since = models.DateField()
    until = models.DateField()
    stratify = models.CharField(max_length=10, blank=True)
    seed = models.CharField(max_length=80)
    algorithm = models.CharField(max_length=40)
    frame_hash = models.CharField(max_length=64)
    frame = models.JSONField()
    strata = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]


class ReviewedChart(InsertOnly):
    """One drawn visit. ``machine`` holds units, rubric and findings as of the draw.

    ``amount_cents`` is what the payer is expected to allow for the code; null is unknown.
    """

    review = models.ForeignKey(ChartReview, on_delete=models.PROTECT, related_name="charts")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveIntegerField()
    stratum = models.CharField(max_length=120, blank=True)
    units = models.PositiveSmallIntegerField()
    amount_cents = models.IntegerField(null=True)
    machine = models.JSONField()

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["review", "visit"], name="reviewed_chart_once"),
            models.UniqueConstraint(fields=["review", "order"], name="reviewed_order_once"),
        ]


class ChartAnswer(InsertOnly):
    """A reviewer's answers about one chart; the newest counts, the older ones stay.

    ``need``, ``skill``, ``minutes`` and ``progress`` are yes, no or unclear; ``pay`` is yes,
    part or no. ``supported_units`` are the units the record supports when only part is.
    """

    chart = models.ForeignKey(ReviewedChart, on_delete=models.PROTECT, related_name="answers")
    sequence = models.PositiveIntegerField()
    need = models.CharField(max_length=8)
    skill = models.CharField(max_length=8)
    minutes = models.CharField(max_length=8)
    progress = models.CharField(max_length=8)
    pay = models.CharField(max_length=8)
    supported_units = models.PositiveSmallIntegerField(null=True)
    remark = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["chart", "sequence"], name="chart_answer_once")
        ]
