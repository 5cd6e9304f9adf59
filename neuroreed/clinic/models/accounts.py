"""Who signs in, as what."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does in the clinic; each sees what the work needs."""

    THERAPIST = "therapist", _("Therapist")
    ASSISTANT = "assistant", _("Assistant")
    STUDENT = "student", _("Student")
    BILLER = "biller", _("Biller")
    COMPLIANCE = "compliance", _("Compliance")
    FRONT_DESK = "front_desk", _("Front desk")
    PATIENT = "patient", _("Patient")
    ADMIN = "admin", _("Administrator")


class User(AbstractUser):
    """A person with an account. ``profession`` is PT, PTA, OT, OTA, SLP or student.

    ``npi``, ``licence`` and ``taxonomy`` belong to those who treat.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    role = models.CharField(max_length=20, choices=Role.choices)
    discipline = models.CharField(max_length=3, blank=True)
    profession = models.CharField(max_length=10, blank=True)
    credential = models.CharField(max_length=40, blank=True)
    npi = models.CharField(max_length=10, blank=True)
    licence = models.CharField(max_length=30, blank=True)
    licensed = models.BooleanField(default=False)
    taxonomy = models.CharField(max_length=10, blank=True)
    patient = models.OneToOneField(
        "clinic.Patient", null=True, blank=True, on_delete=models.PROTECT, related_name="account"
    )
    supervisor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supervises"
    )
    language = models.CharField(max_length=5, default="en")

    @property
    def treats(self) -> bool:
        """Whether this person furnishes treatment."""
        return self.role in {Role.THERAPIST, Role.ASSISTANT, Role.STUDENT}

    @property
    def signs(self) -> bool:
        """Whether this person may seal a note under their own licence."""
        return self.role in {Role.THERAPIST, Role.ASSISTANT} and self.licensed

    def __str__(self) -> str:
        return f"{self.get_full_name()}, {self.credential}" if self.credential else self.username
