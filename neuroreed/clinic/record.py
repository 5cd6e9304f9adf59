"""The whole record: make it ready, check that it is whole."""

from __future__ import annotations

from dataclasses import dataclass

import django


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the whole record found; ``faults`` name records, never people."""

    notes: int
    events: int
    faults: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every seal, every link and every trigger is in place."""
        return not self.faults


def prepare(*, create: bool = True) -> None:
    """Load Django and bring the database to the present form.

    Raises:
        NoParameter: ``create`` is off and there is no record here.
    """
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    if not create and "clinic_event" not in connection.introspection.table_names():
        from neuroreed.model.errors import NoParameter

        raise NoParameter("record", str(settings.DATA.name), None, "Run neuroreed serve first.")
    if create:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    if create and executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)


def verify() -> Checked:
    """Check every seal, every patient's chain, the event chain, and that the triggers stand."""
    from django.db import connection

    from neuroreed.clinic import events, signing, triggers
    from neuroreed.clinic.models import Event, SignedNote

    faults = [*signing.broken(), *events.broken(), *_unmatched()]
    if not faults:
        faults += signing.moved_taps()
    faults += [f"the trigger {name} is gone" for name in triggers.missing(connection)]
    return Checked(SignedNote.objects.count(), Event.objects.count(), tuple(faults))


def _unmatched() -> list[str]:
    """Seals that the event chain does not know, and events whose note is gone."""
    from neuroreed.clinic.models import Event, SignedNote

    logged = {
        detail["note"]: detail["sha256"]
        for detail in Event.objects.filter(verb__startswith="note.").values_list(
            "detail", flat=True
        )
        if "note" in detail and "sha256" in detail
    }
    kept = {str(key): sha for key, sha in SignedNote.objects.values_list("id", "sha256")}
    faults = [f"note {key} is gone" for key in logged if key not in kept]
    for key, sha in kept.items():
        if key not in logged:
            faults.append(f"note {key} was never logged")
        elif logged[key] != sha:
            faults.append(f"note {key} has another seal than the one that was logged")
    return faults
