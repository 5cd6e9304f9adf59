"""Reading X12 beside a bare ``bytes.split`` and pyx12's validation, in one process.

Files of 30 MB with thousands of distinct claims, a few of them with a fault. The columnar
reader gives facts and defects as numbers in columns; the plain reader gives nested data.
Times are of the processor: all these acts have one thread.
"""

from __future__ import annotations

import io
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyx12.params
import pyx12.x12n_document

from bench import Row
from bench.x12_files import claims_file, remittance_file
from neuroreed.bulk.x12.read import read_columns
from neuroreed.exchange.x12 import read_x12, write_837p
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, Random, billing_provider, claim
from tests.exchange.x12.remittances import remittance

MEGABYTES = 30
JUDGED = 250
RUNS = 5
AIMS = {"837P": 0.25, "835": 0.15}


def _seconds(act: Callable[[], object], runs: int = RUNS) -> float:
    times = []
    for _ in range(runs):
        begun = time.process_time()
        held = act()
        times.append(time.process_time() - begun)
        del held  # giving back a large answer is no part of the next run
    return statistics.median(times)


def _judge(data: bytes) -> None:
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    accepted = pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(data.decode("ascii")), None, None
    )
    assert accepted


def _slices() -> dict[str, bytes]:
    """Small files for pyx12, which takes a minute for what others read in a second."""
    billing = billing_provider(Random(1))
    claims = [claim(seed, billing=billing) for seed in range(JUDGED)]
    return {
        "837P": write_837p(claims, submitter=SUBMITTER, receiver=RECEIVER, line_ends=False),
        "835": remittance(1, JUDGED),
    }


_BATCHES = """
import re, sys
from pathlib import Path
from neuroreed.bulk.x12.read import read_batches
def held():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
most, lines, begun = 0, 0, 0
for part in read_batches(sys.argv[1]):
    begun = begun or held()
    most = max(most, held())
    lines += sum(len(tables["lines"].rows()) for tables in part.tables.values())
print(f"{most:.0f} {most - begun:.0f} {lines}")
"""


def _memory(path: Path) -> tuple[int, int, int]:
    """MB of its own at most, MB above the first batch, lines: of a process that reads batches."""
    done = subprocess.run(
        [sys.executable, "-c", _BATCHES, str(path)], check=True, capture_output=True, text=True
    )
    most, above, lines = map(int, done.stdout.split())
    return most, above, lines


def rows() -> list[Row]:
    """Ratios to ``bytes.split`` by the end of segments, on the same bytes."""
    found = []
    slices = _slices()
    for name, data in (
        ("837P", claims_file(MEGABYTES)),
        ("835", remittance_file(MEGABYTES)),
    ):
        size = len(data) / 1e6
        _seconds(lambda data=data: read_columns(data), 1)  # machine code comes from the cache
        bare = _seconds(lambda data=data: data.split(b"~"))
        columns = _seconds(lambda data=data: read_columns(data))
        plain = _seconds(lambda data=data: read_x12(data), 3)
        small = slices[name]
        judged = _seconds(lambda small=small: _judge(small), 1) / len(small)
        found += [
            Row(
                f"{name} of {size:.0f} MB into columns and defects",
                f"{bare / columns:.2f} x bytes.split",
                f"{AIMS[name]} x bytes.split",
                f"{size / columns:.0f} MB/s, split {size / bare:.0f} MB/s, medians of {RUNS}",
            ),
            Row(
                f"{name} of {size:.0f} MB into plain data and defects",
                f"{bare / plain:.3f} x bytes.split",
                "",
                f"{size / plain:.1f} MB/s, median of 3",
            ),
            Row(
                f"{name} beside pyx12's validation",
                f"columns {judged * len(data) / columns:.0f} x faster",
                "",
                f"plain {judged * len(data) / plain:.0f} x; "
                f"pyx12 on {JUDGED} claims, scaled from {len(small) / 1e6:.1f} MB",
            ),
        ]
        with tempfile.NamedTemporaryFile(suffix=".x12") as file:
            path = Path(file.name)
            path.write_bytes(data)
            one = _memory(path)
            with path.open("ab") as more:
                more.write(data * 3)
            four = _memory(path)
        found.append(
            Row(
                f"{name}: memory beside the mapped file, read in batches",
                f"{one[0]} MB, {four[0]} MB for 4 x",
                "does not grow",
                f"{one[2]:,} and {four[2]:,} lines",
            )
        )
    return found
