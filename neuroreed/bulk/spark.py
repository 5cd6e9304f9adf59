"""A bulk audit on Spark: one file is one task, and the compiled kernel does the work.

What is sorted by patient is cut into stretches of whole patients and audited where it lies.
The rest is moved first, by the same workers, to slots of whole patients. Rows never go through
Spark itself. Input, results and, if machines are to share it, the cache lie in folders that
every worker sees.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from neuroreed.bulk.alone import hold
from neuroreed.bulk.door_columns import Layout
from neuroreed.bulk.local import (
    Progress,
    Settings,
    _claim,
    _identity,
    _look_ahead,
    _part,
    _second_pass,
    _tasks,
)
from neuroreed.bulk.partitions import (
    Mover,
    Source,
    Task,
    files_of,
    layout_of_all,
    moved_tasks,
    rows_per_task,
    slots_of_shares,
    sorted_tasks,
    sources_of,
)
from neuroreed.bulk.report import Summary, summarise
from neuroreed.bulk.spark_session import session
from neuroreed.bulk.spark_task import Order, judged_by, movement, runner
from neuroreed.bulk.tables import GrowingTables
from neuroreed.model.errors import BadInput, NeuroReedError, Refused

_PLAIN: Final = Settings()
_WAIT_SECONDS: Final = 120
_SHARES: Final = 8
_LOOK_SECONDS: Final = 0.5
_CAUSE: Final = re.compile(r"(Caused by: )?([\w.]+\.)?\w+(Error|Exception): ")


def audit(
    paths: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    settings: Settings = _PLAIN,
    *,
    master: str | None = None,
    partitions: int | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Audit tables of service lines on Spark into a folder; the same folder as a local run.

    Raises:
        BadInput: what cannot be read; no Java, no Spark, no master.
        Refused: the folder holds the run of another input, or no worker took work.
        NeuroReedError: Spark gave up; what is finished is kept.
    """
    folder = Path(out).resolve()
    files = [path.resolve() for path in files_of(paths, folder)]
    folder.mkdir(parents=True, exist_ok=True)
    with hold(folder):
        return _audited(files, folder, settings, master, partitions, progress)


def _audited(
    files: list[Path],
    folder: Path,
    settings: Settings,
    master: str | None,
    partitions: int | None,
    progress: Progress | None,
) -> Summary:
    identity = {**_identity(files, settings, None), "spark": partitions or "spark"}
    _claim(folder, identity)
    sources = sources_of(files, folder / "sources", settings.mapping)
    layout = layout_of_all(sources, settings.mapping, settings.payer)
    names = [source.name for source in sources]
    (folder / "parts").mkdir(exist_ok=True)
    with _Lazy(master) as lazy:
        tasks, was_sorted = _tasks(
            folder, lambda: _tasks_of(lazy, sources, layout, folder, settings, partitions)
        )
        left = [t for t in tasks if not _part(folder, t.number, ".json").exists()]
        tables = GrowingTables()
        if left:
            _look_ahead(sources, layout, tables)
            order = Order(
                str(folder), layout, tuple(names),
                None if settings.intervals is None else str(Path(settings.intervals).resolve()),
                settings.write_findings, tables.known, judged_by(),
            )  # fmt: skip
            _run(lazy.spark(), order, tasks, left, progress)
    if not (folder / "second.json").exists():
        _second_pass(folder, tables, None, threads=os.cpu_count() or 1)
    for torn in (folder / "parts").glob("*.part"):
        torn.unlink()
    summary = summarise(folder, layout, was_sorted, identity, None)
    summary.write(folder)
    return summary


class _Lazy:
    """A session that begins when it is first asked for: a finished run needs no cluster."""

    def __init__(self, master: str | None) -> None:
        self._session, self._spark = session(master), None

    def __enter__(self) -> _Lazy:
        return self

    def spark(self) -> Any:
        if self._spark is None:
            self._spark = self._session.__enter__()
        return self._spark

    def __exit__(self, *told: Any) -> None:
        if self._spark is not None:
            self._session.__exit__(*told)


def _tasks_of(
    lazy: _Lazy,
    sources: Sequence[Source],
    layout: Layout,
    folder: Path,
    settings: Settings,
    partitions: int | None,
) -> tuple[list[Task], bool]:
    rows = settings.rows or rows_per_task(settings.memory_mb, 1)
    total = sum(source.rows for source in sources)
    if partitions is not None:
        rows = max(1, -(-total // partitions))
    found = sorted_tasks(sources, layout.found["patient"][0], rows)
    if found is not None:
        return found, True
    slots = slots_of_shares(total, rows) if partitions is None else np.arange(partitions)
    tasks = moved_tasks(
        sources, layout, folder / "spread", slots, lambda *given: _move(lazy.spark(), *given)
    )
    if sum(task.rows for task in tasks) != total:
        raise BadInput("The input has changed while it was moved: begin in a new folder.")
    return tasks, False


def _move(context: Any, mover: Mover, stretches: Sequence[tuple[int, int]]) -> None:
    """Have the workers move all that is not sorted."""
    shares = min(len(stretches), context.defaultParallelism * _SHARES)
    shared = context.broadcast(mover)
    with _told():
        told = context.parallelize(stretches, shares).mapPartitions(movement(shared)).collect()
    if told:
        raise BadInput(sorted(told)[0])


def _run(
    context: Any, order: Order, tasks: Sequence[Task], left: Sequence[Task],
    progress: Progress | None,
) -> None:  # fmt: skip
    """A few of our tasks are one of Spark's; what cannot be done is told in one sentence.

    To begin a task costs Spark about as long as it takes to judge a hundred thousand lines.
    What is done of a task that is begun again is not done again.
    """
    shares = min(len(left), context.defaultParallelism * _SHARES)
    shared = context.broadcast(order)
    watch = _Watch(context, Path(order.folder), tasks, left, progress)
    with watch, _told(watch):
        told = context.parallelize(list(left), shares).mapPartitions(runner(shared)).collect()
    if told:
        raise BadInput(sorted(told)[0])


class _Watch(threading.Thread):
    """Looks at what is finished, and gives up when nobody takes the work."""

    def __init__(
        self, context: Any, folder: Path, tasks: Sequence[Task], left: Sequence[Task],
        progress: Progress | None,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True)
        self.nobody = False
        self._context, self._folder, self._progress = context, folder, progress
        self._left = {task.number: task.rows for task in left}
        self._total = sum(task.rows for task in tasks)
        self._done = self._total - sum(self._left.values())
        self._end = threading.Event()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: Any) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        spent = finished = 0.0
        while not self._end.wait(_LOOK_SECONDS):
            spent += _LOOK_SECONDS
            for number in [n for n in self._left if _part(self._folder, n, ".json").exists()]:
                finished += self._left.pop(number)
            if self._progress is not None:
                self._progress(int(self._done + finished), self._total, finished / spent)
            if spent >= _WAIT_SECONDS and not self._has_workers():
                self.nobody = True
                self._context.cancelAllJobs()
                return

    def _has_workers(self) -> bool:
        # the driver itself is one of them, and the only one where it works alone
        known = self._context._jsc.sc().getExecutorMemoryStatus().size()
        return self._context.master.startswith("local") or known > 1


class _told:
    """What Spark throws in one sentence: its cause, without its pages."""

    def __init__(self, watch: _Watch | None = None) -> None:
        self._watch = watch

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None:
            return
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        if self._watch is not None and self._watch.nobody:
            raise Refused("No worker of the cluster took work within two minutes.") from None
        if isinstance(error, (Py4JError, PySparkException, OSError)):
            raise NeuroReedError(
                f"Spark gave up: {_cause(str(error))}. What is finished is kept; the same command "
                "goes on from there."
            ) from None


def _cause(told: str) -> str:
    """The innermost cause in the pages that Spark prints."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    causes = [line for line in lines if _CAUSE.match(line)]
    named = causes[-1] if causes else (lines or ["it did not say why"])[0]
    return named.removeprefix("Caused by: ")[:300].rstrip(".")
