"""Ask for a bulk run, stop it, take it up again, and delete its files."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction

from neuroreed.clinic import access_bulk, events
from neuroreed.clinic.models import BulkRun, User
from neuroreed.exchange.tables import read_mapping
from neuroreed.model.errors import BadInput, Refused
from neuroreed.policy import payers

MOST_FILES = 50
MOST_BYTES = 4 * 2**30
MOST_MAPPING = 64 * 2**10
LONGEST_DAYS = 3 * 366
KEPT_DAYS = 90
TABLES = {".parquet", ".csv", ".tsv", ".txt", ".837", ".x12", ".edi"}
MAPPING, NATIONAL = "mapping.toml", "national.csv"
UNDER_WAY = {BulkRun.State.WAITING, BulkRun.State.RUNNING, BulkRun.State.STOPPING}


class Upload(Protocol):
    """A file on its way in, as Django hands it over."""

    name: str
    size: int

    def chunks(self) -> Iterable[bytes]: ...


def upload(
    user: User,
    files: Sequence[Upload],
    *,
    payer: str = "",
    mapping: Upload | None = None,
    national: Upload | None = None,
    at: datetime,
) -> BulkRun:
    """Keep uploaded files and queue their audit; nothing is kept of files that are refused.

    Raises:
        BadInput: no file, too many or too large, a kind that is not read, a mapping that is wrong.
        Refused: the disk has no room.
    """
    access_bulk.auditor(user)
    _check_payer(payer)
    if not files or len(files) > MOST_FILES:
        raise BadInput(f"Choose 1 to {MOST_FILES} files.")
    beside = [each for each in (mapping, national) if each is not None]
    if sum(each.size for each in (*files, *beside)) > MOST_BYTES:
        raise BadInput(
            f"Together the files have more than {MOST_BYTES // 2**30} GB: use the command "
            "neuroreed bulk audit for them."
        )
    run = BulkRun(kind=BulkRun.Kind.AUDIT, payer=payer, at=at, by=user)
    return _keep(run, files, mapping, national, at)


def of_period(
    user: User, *, since: date, until: date, national: Upload | None = None, at: datetime
) -> BulkRun:
    """Queue an audit of the clinic's own signed lines of a range of dates.

    Raises:
        BadInput: an impossible range.
    """
    access_bulk.auditor(user)
    _check_period(since, until)
    run = BulkRun(kind=BulkRun.Kind.AUDIT, since=since, until=until, at=at, by=user)
    return _keep(run, (), None, national, at)


def dry_run(
    user: User, *, payer: str, text: str, since: date, until: date, at: datetime
) -> BulkRun:
    """Queue a dry-run of a draft over the clinic's own lines. The draft must hold by itself.

    Raises:
        BadInput: an impossible range.
        ProfileError: the draft is wrong; line and key.
    """
    from neuroreed.clinic.services import payer_profiles

    access_bulk.auditor(user)
    _check_period(since, until)
    text = payer_profiles.written(text)
    payer_profiles.checked(payer, text)
    draft = {"payer": payer, "text": text}
    run = BulkRun(kind=BulkRun.Kind.DRY_RUN, since=since, until=until, draft=draft, at=at, by=user)
    return _keep(run, (), None, None, at)


def _keep(
    run: BulkRun,
    files: Sequence[Upload],
    mapping: Upload | None,
    national: Upload | None,
    at: datetime,
) -> BulkRun:
    """The files on disk, then the row, its event and its task; of a failure nothing stays."""
    folder = access_bulk.folder_of(run)
    needed = sum(each.size for each in files)
    folder.mkdir(parents=True, mode=0o700)
    try:
        # results and sorted copies need as much again as the input, and some
        if shutil.disk_usage(folder).free < 3 * needed:
            raise Refused("The disk has no room for these files and their results.")
        run.files = [_store(each, folder / "input") for each in files]
        if mapping is not None:
            _store_mapping(mapping, folder / MAPPING)
        if national is not None:
            _write(national, folder / NATIONAL)
        with transaction.atomic():
            run.save(force_insert=True)
            detail: dict[str, Any] = {"kind": run.kind, "files": [f["sha256"] for f in run.files]}
            if run.since is not None:
                detail |= {"since": run.since, "until": run.until}
            events.append(run.by, "bulk.requested", run, detail, at=at)
            _enqueue(run)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return run


def _enqueue(run: BulkRun) -> None:
    from neuroreed.clinic.tasks import perform_bulk_run

    perform_bulk_run.enqueue(str(run.pk))


def _check_payer(payer: str) -> None:
    if payer and payer not in payers.profiles():
        raise BadInput("There is no payer profile of that name.")


def _check_period(since: date, until: date) -> None:
    if until < since or (until - since).days > LONGEST_DAYS:
        raise BadInput("Give a first day, and a last day not before it and within three years.")


def _store(file: Upload, folder: Path) -> dict[str, Any]:
    """An uploaded file under its own name, made harmless; refused where it is not what it says."""
    name = re.sub(r"[^A-Za-z0-9._ -]", "_", Path(file.name or "").name).lstrip("._ ")[-80:]
    suffix = Path(name).suffix.lower()
    if suffix not in TABLES:
        raise BadInput(f"{name or 'A file'}: is none of {', '.join(sorted(TABLES))}.")
    folder.mkdir(exist_ok=True)
    target = folder / name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{number}-{name}"
    digest, size = _write(file, target)
    with target.open("rb") as stored:
        head = stored.read(4096)
    if not size:
        raise BadInput(f"{name}: is empty.")
    if suffix == ".parquet" and not head.startswith(b"PAR1"):
        raise BadInput(f"{name}: is not Parquet.")
    if suffix != ".parquet" and (head.startswith(b"PAR1") or b"\0" in head[:64]):
        raise BadInput(f"{name}: is not a text file; its first bytes are something else.")
    return {"name": target.name, "size": size, "sha256": digest}


def _write(file: Upload, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as stored:
        for chunk in file.chunks():
            digest.update(chunk)
            size += len(chunk)
            if size > MOST_BYTES:
                raise BadInput("The file is larger than it said.")
            stored.write(chunk)
    return digest.hexdigest(), size


def _store_mapping(file: Upload, target: Path) -> None:
    if file.size > MOST_MAPPING:
        raise BadInput("A mapping is a short text file.")
    _write(file, target)
    read_mapping(target)


def cancel(user: User, run_id: UUID, *, kind: str = BulkRun.Kind.AUDIT, at: datetime) -> BulkRun:
    """Stop a run; what is done of it stays, so that it can be taken up again."""
    with transaction.atomic():
        row = _locked(user, run_id, kind)
        if row.state not in UNDER_WAY:
            return row
        waits = row.state == BulkRun.State.WAITING or access_bulk.is_left_alone(row)
        row.state = BulkRun.State.CANCELLED if waits else BulkRun.State.STOPPING
        row.save(update_fields=["state"])
        events.append(user, "bulk.cancelled", row, at=at)
    return row


def resume(user: User, run_id: UUID, *, kind: str = BulkRun.Kind.AUDIT, at: datetime) -> BulkRun:
    """Take up a run that was stopped, failed or was left alone; what is done is not done again.

    Raises:
        Refused: it is under way, or finished, or its files are deleted.
    """
    with transaction.atomic():
        row = _locked(user, run_id, kind)
        if row.files_deleted_at is not None:
            raise Refused("The files of this run are deleted: upload them again.")
        may = row.state in {BulkRun.State.CANCELLED, BulkRun.State.FAILED}
        if not (may or access_bulk.is_left_alone(row)):
            raise Refused("This run is under way or finished.")
        row.state, row.said, row.ended_at, row.started_at = BulkRun.State.WAITING, "", None, None
        row.save(update_fields=["state", "said", "ended_at", "started_at"])
        events.append(user, "bulk.resumed", row, at=at)
        _enqueue(row)
    return row


def delete_files(
    user: User, run_id: UUID, *, kind: str = BulkRun.Kind.AUDIT, at: datetime
) -> BulkRun:
    """Delete all files of a run, uploads and results; the row stays and says so.

    Raises:
        Refused: the run is under way.
    """
    with transaction.atomic():
        row = _locked(user, run_id, kind)
        if row.state in UNDER_WAY and not access_bulk.is_left_alone(row):
            raise Refused("Stop the run first.")
        _forget(user, row, at)
    return row


def delete_old(*, at: datetime) -> int:
    """Delete the files of runs older than ``KEPT_DAYS``; how many runs that were."""
    old = BulkRun.objects.filter(
        files_deleted_at=None, at__lt=at - timedelta(days=KEPT_DAYS)
    ).exclude(state__in=UNDER_WAY)
    count = 0
    for row in old:
        with transaction.atomic():
            _forget(None, row, at)
        count += 1
    return count


def _forget(user: User | None, row: BulkRun, at: datetime) -> None:
    if row.files_deleted_at is not None:
        return
    folder = access_bulk.folder_of(row)
    row.files_deleted_at = at
    row.save(update_fields=["files_deleted_at"])
    events.append(user, "bulk.files_deleted", row, at=at)
    if folder.exists():
        shutil.rmtree(folder)


def _locked(user: User, run_id: UUID, kind: str) -> BulkRun:
    access_bulk.run_for(user, run_id, kind)
    return BulkRun.objects.select_for_update().get(pk=run_id)


def room() -> Path:
    """The folder of all runs."""
    return Path(settings.DATA) / "bulk"
