"""What every table shares, and the tables that only grow."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import models

from neuroreed.model.errors import AlreadySigned


class Row(models.Model):
    """A row known by a random identity, so that addresses tell nothing."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)

    class Meta:
        abstract = True


class InsertOnlyRows(models.QuerySet[Any]):
    """A query that reads and inserts; changing is refused before the database is asked."""

    def update(self, **kwargs: Any) -> int:
        raise AlreadySigned("These records only grow: add a new one that points to the old.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AlreadySigned("These records only grow: nothing is deleted.")


class InsertOnly(Row):
    """A row that is written once. The database refuses changes too, by a trigger."""

    objects = InsertOnlyRows.as_manager()

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Insert, or refuse."""
        if not self._state.adding:
            raise AlreadySigned("This record is written once: add a new one that points to it.")
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AlreadySigned("This record is written once: nothing is deleted.")
