"""Reports of an episode that belong to no single visit, while they are written."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import Row
from neuroreed.clinic.models.care import Episode, PlanOfCare
from neuroreed.clinic.models.ledger import SignedNote


class Document(Row):
    """What a therapist entered for a report; signing seals it as a note of the patient's chain.

    ``kind`` is plan_of_care, progress_report, recertification or discharge. ``entries`` are
    only what a person said: measures, goals and periods are read from the record. ``version``
    rises with each saving, so that two writers do not overwrite each other.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="documents")
    plan = models.ForeignKey(
        PlanOfCare, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(max_length=20)
    entries = models.JSONField(blank=True, default=dict)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    note = models.OneToOneField(
        SignedNote, null=True, blank=True, on_delete=models.PROTECT, related_name="document"
    )

    class Meta:
        ordering = ["changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "kind"],
                condition=models.Q(note=None),
                name="document_under_way_once",
            )
        ]
