"""The Django application that holds the record."""

from __future__ import annotations

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """People, visits, notes, charges, claims and the event chain."""

    name = "neuroreed.clinic"
    label = "clinic"
    default_auto_field = "django.db.models.BigAutoField"
