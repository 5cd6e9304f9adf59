"""A real standalone cluster of Spark on loopback: one master, two workers, gone afterwards."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from neuroreed.bulk.spark_session import for_spark

_MASTER = "org.apache.spark.deploy.master.Master"
_WORKER = "org.apache.spark.deploy.worker.Worker"
_PR_SET_PDEATHSIG = 1
_SECONDS = 90


def _end_with_us() -> None:
    """Ask the system to end this process when the one that started it ends, however it does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _start(what: str, log: Path, java: Path, *arguments: str) -> subprocess.Popen[bytes]:
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    home = Path(spec.origin).parent
    environment = {
        **os.environ,
        "JAVA_HOME": str(for_spark(java)),
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    with log.open("wb") as out:
        return subprocess.Popen(
            [home / "bin/spark-class", what, "--host", "127.0.0.1", "--port", "0",
             "--webui-port", "0", *arguments],
            stdout=out, stderr=subprocess.STDOUT, env=environment, start_new_session=True,
            preexec_fn=_end_with_us,
        )  # fmt: skip


def _wait(log: Path, pattern: str, process: subprocess.Popen[bytes]) -> str:
    """What the log of a process says; the port is its own choice, so that none is taken."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(pattern, log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"Spark did not start:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def cluster(folder: Path, java: Path, workers: int = 2, memory: str = "1g") -> Iterator[str]:
    """The address of a master with so many workers of one core each."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        log = folder / "master.log"
        processes.append(_start(_MASTER, log, java))
        master = _wait(log, r"Starting Spark master at (spark://127\.0\.0\.1:\d+)", processes[0])
        logs = [folder / f"worker-{number}.log" for number in range(workers)]
        for each in logs:
            own = ("--cores", "1", "--memory", memory, "--work-dir", str(each.with_suffix("")))
            processes.append(_start(_WORKER, each, java, *own, master))
        for each, process in zip(logs, processes[1:], strict=True):
            _wait(each, r"Successfully registered with master (spark://\S+)", process)
        yield master
    finally:
        # workers first: a worker that ends takes its executors with it
        for process in reversed(processes):
            process.terminate()
        for process in reversed(processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def command(source: Path, out: Path, *arguments: str) -> list[str]:
    return [
        *(sys.executable, "-m", "neuroreed", "bulk", "spark", str(source), "--out", str(out)),
        *arguments,
    ]


def run(source: Path, out: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """The command in a process of its own; its exit status and what it said."""
    done = subprocess.run(
        command(source, out, *arguments), capture_output=True, text=True, check=False,
        env={**os.environ, **environment}, timeout=240,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
