"""Work that waits for the worker (``python -m neuroreed.clinic db_worker``)."""

from __future__ import annotations

from uuid import UUID

from django_tasks import task

from neuroreed.clinic import bulk_jobs


@task()
def perform_bulk_run(run_id: str) -> None:
    """Do a bulk run that was asked for."""
    bulk_jobs.perform(UUID(run_id))
