"""The command ``neuroreed units`` from start to finish, beside an empty Python."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from bench import Row

RUNS = 15


def _median_ms(*command: str) -> float:
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def rows() -> list[Row]:
    """Wall milliseconds of whole processes, and how many empty Pythons that is."""
    empty = _median_ms(sys.executable, "-c", "pass")
    ours = _median_ms(sys.executable, "-m", "neuroreed", "units", "97112:24", "97110:23")
    return [
        Row(
            "neuroreed units 97112:24 97110:23, start to finish",
            f"{ours:.0f} ms ({ours / empty:.1f} x empty)",
            "150 ms",
            f"{RUNS} processes",
        )
    ]
