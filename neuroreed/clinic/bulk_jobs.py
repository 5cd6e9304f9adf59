"""The worker's side of a bulk run: a subprocess that is watched, stopped and told about.

A run never runs inside a web process, nor inside the worker: what it does with memory, or when
it crashes, is its own affair. The web sees it by its row and a small file of progress.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from neuroreed.clinic import access_bulk, events, period, profile
from neuroreed.clinic.models import BulkRun
from neuroreed.clinic.services import bulk_runs, payer_profiles
from neuroreed.model.errors import NeuroReedError, NoParameter

LOOK_EVERY_S = 0.5
PATIENCE_S = 10
_OUT, _PROGRESS, _DRAFT = "out", "progress.json", "draft"


def perform(run_id: UUID) -> None:
    """Do one run that waits; one that does not wait is left as it is."""
    bulk_runs.delete_old(at=timezone.now())
    with transaction.atomic():
        run = BulkRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None or run.state != BulkRun.State.WAITING or run.files_deleted_at is not None:
            return
        run.state, run.started_at = BulkRun.State.RUNNING, timezone.now()
        run.save(update_fields=["state", "started_at"])
        events.append(None, "bulk.started", run, at=run.started_at)
    state, said = BulkRun.State.FAILED, "The run ended before it was done; take it up again."
    try:
        state, said = _watched(run, _command(run))
    except NeuroReedError as error:
        said = str(error)
    finally:
        _end(run, state, said)


def _command(run: BulkRun) -> list[str]:
    """The command of a run, its input written where it is the clinic's own."""
    folder = access_bulk.folder_of(run)
    command = [sys.executable, "-m", "neuroreed", "bulk"]
    if run.since is not None and run.until is not None:
        if "place" not in run.facts:  # kept last: a run that was killed before writes all again
            run.facts = period.write(folder, run.since, run.until) | {"place": _place()}
            run.save(update_fields=["facts"])
        files = [str(folder / period.LINES)]
        beside = ["--intervals", str(folder / period.INTERVALS)]
    else:
        files, beside = [str(folder / "input" / each["name"]) for each in run.files], []
        if (folder / bulk_runs.MAPPING).exists():
            beside += ["--mapping", str(folder / bulk_runs.MAPPING)]
        if run.payer:
            beside += ["--payer", run.payer]
    beside += ["--progress", str(folder / _PROGRESS)]
    if run.kind == BulkRun.Kind.DRY_RUN:
        with payer_profiles.drafted(run.draft["payer"], run.draft["text"], folder / _DRAFT):
            pass
        beside += ["--payers-after", str(folder / _DRAFT), "--keep", str(folder / _OUT)]
        return [*command, "diff", *files, *beside, *run.facts["place"], "--contract",
                str(folder / period.CONTRACTS)]  # fmt: skip
    if (folder / bulk_runs.NATIONAL).exists():
        beside += ["--national", str(folder / bulk_runs.NATIONAL)]
    return [*command, "audit", *files, *beside, "--peers", "--out", str(folder / _OUT)]


def _place() -> list[str]:
    """Where the clinic's lines are priced."""
    try:
        clinic = profile.profile()
    except NoParameter:
        return []
    said = [] if clinic.participating else ["--nonparticipating"]
    if clinic.mac and clinic.locality:
        said += ["--mac", clinic.mac, "--locality", clinic.locality]
    return said


def _watched(run: BulkRun, command: list[str]) -> tuple[str, str]:
    """Run a command, stop it when the run is asked to stop; the state it ends in and why."""
    folder = access_bulk.folder_of(run)
    alive, told = folder / "alive", folder / "stderr.txt"
    end_what_was_left(folder)
    with told.open("wb") as stderr:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and command
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=stderr, env=dict(os.environ),
            start_new_session=True,
        )  # fmt: skip
    (folder / "pid").write_text(str(child.pid), encoding="ascii")
    try:
        while child.poll() is None:
            _alive(alive)
            time.sleep(LOOK_EVERY_S)
            now = BulkRun.objects.filter(pk=run.pk).values_list("state", flat=True).first()
            if now != BulkRun.State.RUNNING:
                _stop(child)
                return BulkRun.State.CANCELLED, ""
    finally:
        _stop(child)
        alive.unlink(missing_ok=True)
        (folder / "pid").unlink(missing_ok=True)
    if child.returncode in (0, 1):
        return BulkRun.State.DONE, ""
    return BulkRun.State.FAILED, _last_words(told)


def end_what_was_left(folder: Path) -> None:
    """End the process of this run that a killed worker left behind: two would write one file.

    A number may have gone to another process meanwhile: only one that names the folder is ours.
    """
    try:
        number = int((folder / "pid").read_text(encoding="ascii"))
        said = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return
    own = str(folder).encode()
    if any(word == own or word.startswith(own + b"/") for word in said):
        with suppress(ProcessLookupError):
            os.killpg(number, signal.SIGKILL)


def _alive(path: Path) -> None:
    """Tell whoever looks that somebody works on the run."""
    path.touch()


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End a run and all that it started: first asked, then made to."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        try:
            os.killpg(child.pid, sign)
        except ProcessLookupError:
            return
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            continue


def _last_words(told: Path) -> str:
    """Our own sentence of a run that failed; of a crash nothing is repeated, it may hold data."""
    lines = told.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    last = lines[-1] if lines else ""
    if last.startswith("neuroreed bulk: "):
        return last.removeprefix("neuroreed bulk: ")[:500]
    return "The run ended without a word: it may have had too little memory. Take it up again."


def _end(run: BulkRun, state: str, said: str) -> None:
    with transaction.atomic():
        row = BulkRun.objects.select_for_update().get(pk=run.pk)
        row.state, row.said, row.ended_at = state, said[:500], timezone.now()
        row.facts = run.facts | _facts(run) if state == BulkRun.State.DONE else run.facts
        row.save(update_fields=["state", "said", "ended_at", "facts"])
        events.append(None, "bulk.ended", row, {"state": state}, at=row.ended_at)


def _facts(run: BulkRun) -> dict[str, Any]:
    """The numbers of a finished run that its row repeats."""
    path = access_bulk.results_of(run) / "summary.json"
    if run.kind != BulkRun.Kind.AUDIT or not path.exists():
        return {}
    told = json.loads(path.read_text(encoding="utf-8"))
    names = ("visits", "patients", "findings", "stop_cents", "rule_book", "rejected")
    return {"lines": told["lines"]} | {name: told[name] for name in names} | run.facts
