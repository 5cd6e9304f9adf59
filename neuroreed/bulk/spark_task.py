"""What runs on a worker of the cluster: one task of a bulk run, from its file to its findings.

A worker's Python process keeps its kernels and its look-ups of policy from task to task. A
worker that would judge by other rules or another policy than the driver refuses to work.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from numba import __version__ as numba_version

from neuroreed.audit.registry import rule_book
from neuroreed.bulk.alone import wait_for
from neuroreed.bulk.cache import cache_folder
from neuroreed.bulk.compile import text_of
from neuroreed.bulk.door_columns import Layout
from neuroreed.bulk.local import _keep, _part, load
from neuroreed.bulk.moving import hash_mark
from neuroreed.bulk.partitions import Mover, Task
from neuroreed.bulk.passes import Kernels, run_part
from neuroreed.bulk.room import Room
from neuroreed.bulk.tables import GrowingTables, PolicyTables, folders_hash
from neuroreed.model.errors import NeuroReedError

_WARM_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Order:
    """What every task needs beside its own stretch; broadcast once.

    ``policy`` are the look-ups that the driver made; ``judged_by`` what they were made under.
    """

    folder: str
    layout: Layout
    names: tuple[str, ...]
    intervals: str | None
    write_findings: bool
    policy: PolicyTables | None
    judged_by: tuple[str, ...]


def judged_by() -> tuple[str, ...]:
    """Rules and policy of this process, as texts that differ when an answer may."""
    return rule_book(), folders_hash()


class _Worker:
    """Kernels and look-ups of one process; compiled once on each machine."""

    def __init__(self, order: Order, first: Task) -> None:
        if judged_by() != order.judged_by:
            raise NeuroReedError(
                f"The worker {socket.gethostname()} has other rules or another policy than this "
                "machine: install the same neuroreed, and give both the same folders of policy."
            )
        self.kernels, self.tables = Kernels(), GrowingTables(known=order.policy)
        self.room = Room()
        mark = cache_folder() / "compiled" / f"{self._identity()}.{socket.gethostname()}"
        if mark.exists():
            return
        mark.parent.mkdir(exist_ok=True)
        with wait_for(cache_folder() / "compile.lock"):
            # the first process of a machine compiles, the others find what it has made
            if not mark.exists():
                self.run(order, replace(first, rows=min(first.rows, _WARM_ROWS), spread=False))
                mark.touch()

    def _identity(self) -> str:
        every = (self.kernels.lines, self.kernels.days, self.kernels.therapists)
        texts = [text_of(kernel.plan) for kernel in (*every, self.kernels.patients)]
        return sha256("".join((sys.version, numba_version, *texts)).encode()).hexdigest()[:16]

    def run(self, order: Order, task: Task) -> tuple[Any, Any]:
        columns = self.kernels.columns
        part = load(task, order.layout, list(order.names), columns, order.intervals, self.room)
        return part, run_part(part, self.kernels, self.tables)


_WORKERS: Final[dict[str, _Worker]] = {}


def runner(order: Any) -> Callable[[Iterator[Task]], Iterator[str]]:
    """A function for Spark: it runs tasks and gives the sentences of those that could not be.

    Bad input, as a full disk, is the same however often it is tried: it is told, not raised,
    so that Spark does not try again.
    """

    def work(tasks: Iterator[Task]) -> Iterator[str]:
        given: Order = order.value
        for task in tasks:
            if _part(Path(given.folder), task.number, ".json").exists():
                continue
            try:
                worker = _WORKERS.get(given.folder)
                if worker is None:
                    _WORKERS.clear()
                    worker = _WORKERS[given.folder] = _Worker(given, task)
                part, result = worker.run(given, task)
                own = f".{socket.gethostname()}-{os.getpid()}"
                _keep(Path(given.folder), task, part, result, given.write_findings, own)
            except NeuroReedError as error:
                yield str(error)
                return

    return work


def movement(mover: Any) -> Callable[[Iterator[tuple[int, int]]], Iterator[str]]:
    """A function for Spark: it moves stretches of unsorted input; see ``runner`` for the rest."""

    def work(stretches: Iterator[tuple[int, int]]) -> Iterator[str]:
        given: Mover = mover.value
        machine, room = socket.gethostname(), Room()
        if hash_mark() != given.mark:
            yield (
                f"The worker {machine} would move patients to other places than this machine: "
                "install the same Polars."
            )
            return
        for number, start in stretches:
            try:
                given.move(number, start, room, f".{machine}-{os.getpid()}")
            except NeuroReedError as error:
                yield str(error)
                return

    return work
