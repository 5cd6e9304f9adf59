"""Emptying a database: for test databases only; a clinic's record is never emptied."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

from neuroreed.clinic import triggers


class Command(flush.Command):
    """Django's flush, which the triggers of the record would refuse."""

    help = "Empty a test database. Refuses any other."

    def handle(self, **options: Any) -> None:
        """Take the triggers away, empty, put them back."""
        connection = connections[options["database"]]
        name = str(connection.settings_dict["NAME"])
        if "test" not in name.rsplit("/", 1)[-1] and "mode=memory" not in name:
            raise CommandError("This is not a test database: a clinic's record is never emptied.")
        triggers.remove(connection)
        try:
            super().handle(**options)
        finally:
            triggers.install(connection)
