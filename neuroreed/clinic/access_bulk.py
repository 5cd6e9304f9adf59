"""Who may see bulk runs and payer profiles: compliance and the administrator. Not found for others.

A run holds lines of many patients: looking at one is logged like the view of a record.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from neuroreed.clinic import access, events
from neuroreed.clinic.models import BulkRun, PayerProfileVersion, Role, User
from neuroreed.model.errors import NotFound

AUDITORS = {Role.COMPLIANCE, Role.ADMIN}
# the worker touches a file twice a second; after so long without, nobody works on the run
SILENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: lines done and in all, lines a second, seconds left; 0 is not yet known."""

    done: int
    total: int
    rate: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @property
    def seconds_left(self) -> int | None:
        return (self.total - self.done) // self.rate if self.rate else None


def auditor(user: User) -> None:
    """Refuse whoever does not audit.

    Raises:
        NotFound: the person's work is another.
    """
    if not (access.active(user) and user.role in AUDITORS):
        raise NotFound(access.NOTHING)


def runs(user: User, kind: str = BulkRun.Kind.AUDIT) -> QuerySet[BulkRun]:
    """All runs of a kind, the latest first."""
    auditor(user)
    return BulkRun.objects.filter(kind=kind).select_related("by")


def run_for(user: User, run_id: UUID | str, kind: str = BulkRun.Kind.AUDIT) -> BulkRun:
    """One run of a kind."""
    auditor(user)
    row: BulkRun = access._row(BulkRun.objects.filter(kind=kind).select_related("by"), run_id)
    events.viewed(user, row)
    return row


def finding_seen(user: User, run: BulkRun, number: int, visit: str) -> None:
    """Log that a person looked at the lines of one finding; of our own visit, at the visit."""
    from neuroreed.clinic.models import Visit

    auditor(user)
    if not run.files:
        try:
            own = Visit.objects.filter(pk=UUID(visit)).first()
        except ValueError:
            own = None
        if own is not None:
            events.viewed(user, own)
            return
    events.viewed(user, f"bulkrun:{run.pk}:finding:{number}")


def taken_away(user: User, run: BulkRun, name: str) -> None:
    """Log that a person took a file of a run away."""
    auditor(user)
    events.append(user, "bulk.taken_away", run, {"file": name}, at=timezone.now())


def people(user: User) -> dict[str, str]:
    """The names of those who treat, by the id that stands in the clinic's own lines."""
    auditor(user)
    treating = User.objects.filter(role__in=access.CLINICAL)
    return {str(each.pk): each.get_full_name() for each in treating}


def folder_of(run: BulkRun) -> Path:
    """The folder of a run."""
    return Path(settings.DATA) / "bulk" / str(run.pk)


def results_of(run: BulkRun) -> Path:
    """Where the results of a finished audit are."""
    return folder_of(run) / "out"


def progress(run: BulkRun) -> Progress:
    """How far a run is."""
    try:
        told: dict[str, Any] = json.loads((folder_of(run) / "progress.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return Progress(0, 0, 0)
    return Progress(int(told["done"]), int(told["total"]), int(told["rate"]))


def is_left_alone(run: BulkRun) -> bool:
    """Whether a run that should be under way has nobody who works on it."""
    if run.state not in {BulkRun.State.RUNNING, BulkRun.State.STOPPING}:
        return False
    try:
        seen = (folder_of(run) / "alive").stat().st_mtime
    except FileNotFoundError:
        return run.started_at is not None and timezone.now() - run.started_at > SILENT
    return timezone.now().timestamp() - seen > SILENT.total_seconds()


def profile_versions(user: User, payer: str) -> QuerySet[PayerProfileVersion]:
    """The texts that a clinic's own profile of a payer has had, the newest first."""
    auditor(user)
    rows = PayerProfileVersion.objects.filter(payer=payer)
    return rows.select_related("by").order_by("-version")
