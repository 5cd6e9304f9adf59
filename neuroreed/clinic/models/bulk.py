"""Bulk runs over files or the clinic's own lines, and the versions of payer profiles."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import InsertOnly, Row


class BulkRun(Row):
    """One audit of many lines, or one dry-run of a draft. Its files lie in a folder of its own.

    ``files`` is a list of ``{name, size, sha256}`` as uploaded; empty for the clinic's own lines,
    which ``since`` and ``until`` choose. ``draft`` is ``{payer, text}`` of a dry-run. ``facts``
    are numbers of the finished run. ``said`` is why it failed, in a sentence.
    """

    class Kind(models.TextChoices):
        """What is asked."""

        AUDIT = "audit", _("Audit")
        DRY_RUN = "dry_run", _("Dry-run")

    class State(models.TextChoices):
        """Where the run is."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        STOPPING = "stopping", _("stopping")
        DONE = "done", _("finished")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    files = models.JSONField(default=list)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    payer = models.CharField(max_length=60, blank=True)
    draft = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    said = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    files_deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]


class PayerProfileVersion(InsertOnly):
    """One text of the clinic's own profile of a payer; the newest is the file in use."""

    payer = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    dry_run = models.ForeignKey(BulkRun, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["payer", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["payer", "version"], name="payer_version_once")
        ]
