"""What proves the record: sealed notes and the chain of events."""

from __future__ import annotations

from django.db import models

from neuroreed.clinic.models.accounts import User
from neuroreed.clinic.models.base import InsertOnly, InsertOnlyRows
from neuroreed.clinic.models.care import Visit
from neuroreed.clinic.models.people import Patient
from neuroreed.model.errors import AlreadySigned


class SignedNote(InsertOnly):
    """A sealed note, one link of its patient's chain.

    ``canonical`` is the exact text that was sealed: facts, text, signer, time and the
    hash before. ``sha256`` is the hash of that text. ``amends`` points to what it adds to.
    ``kind`` is note, addendum, late_entry or cosignature.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notes")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=20, default="note")
    amends = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="addenda"
    )
    sequence = models.PositiveIntegerField()
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    previous_sha256 = models.CharField(max_length=64, blank=True)
    signer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signed_notes")
    signer_name = models.CharField(max_length=120)
    credential = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "sequence"], name="note_chain_once"),
            models.UniqueConstraint(
                fields=["visit"], condition=models.Q(kind="note"), name="note_of_a_visit_once"
            ),
        ]


class Event(models.Model):
    """One link of the clinic's chain: who did or saw what, when.

    ``subject`` is a kind and an id ("visit:…"), ``detail`` holds ids, codes and hashes,
    never a name. ``hash`` covers every other column and the hash before.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, db_index=True)
    patient = models.CharField(max_length=36, blank=True, db_index=True)
    detail = models.JSONField(blank=True, default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = InsertOnlyRows.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["actor", "subject", "verb"], name="event_who_what")]

    def save_base(self, *args: object, **kwargs: object) -> None:
        """Insert, or refuse."""
        if not self._state.adding:
            raise AlreadySigned("Events are written once.")
        super().save_base(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AlreadySigned("Events are written once.")
