"""Reading X12 beside pyx12's validation and a bare ``bytes.split``, in one process."""

from __future__ import annotations

import io
import logging
import statistics
import time
import tracemalloc
from collections.abc import Callable

import pyx12.params
import pyx12.x12n_document

from bench import Row
from neuroreed.exchange.x12 import read_x12, write_837p
from tests.exchange.x12.claims import RECEIVER, SUBMITTER, Random, billing_provider, claim
from tests.exchange.x12.files import REMITTANCE, file

CLAIMS = 4000
JUDGED = 250
RUNS = 5


def _seconds(act: Callable[[], object], runs: int = RUNS) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _split(data: bytes) -> None:
    for segment in data.split(b"~"):
        segment.split(b"*")


def _judge(data: bytes) -> None:
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    accepted = pyx12.x12n_document.x12n_document(
        pyx12.params.params(), io.StringIO(data.decode("ascii")), None, None
    )
    assert accepted


def _remittance(copies: int) -> bytes:
    lines = REMITTANCE.strip().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("CLP"))
    claims = [line for line in lines[first:] if not line.startswith("PLB")]
    paid = 29116 * copies
    head = [f"BPR*I*{paid // 100}.{paid % 100:02d}*{lines[0].split('*', 3)[3]}", *lines[1:first]]
    return file("835", "\n".join(head + claims * copies))


def rows() -> list[Row]:
    """Seconds per megabyte, and ratios within this run."""
    billing = billing_provider(Random(1))
    claims = [claim(seed, billing=billing) for seed in range(CLAIMS)]
    data = write_837p(claims, submitter=SUBMITTER, receiver=RECEIVER, line_ends=False)
    small = write_837p(claims[:JUDGED], submitter=SUBMITTER, receiver=RECEIVER, line_ends=False)
    answers = _remittance(2000)
    found = []
    for name, file_data in (("837P", data), ("835", answers)):
        ours = _seconds(lambda file_data=file_data: read_x12(file_data))
        bare = _seconds(lambda file_data=file_data: _split(file_data))
        size = len(file_data) / 1e6
        found.append(
            Row(
                f"{name} of {size:.1f} MB into facts and defects",
                f"{size / ours:.1f} MB/s, {bare / ours:.2f} x split",
                "",
                f"median of {RUNS}",
            )
        )
    judged, ours = _seconds(lambda: _judge(small), 3), _seconds(lambda: read_x12(small))
    found.append(
        Row(
            f"837P of {JUDGED} claims, beside pyx12's validation",
            f"{judged / ours:.0f} x faster",
            "",
            f"pyx12 {judged:.2f} s, ours {ours:.3f} s",
        )
    )
    tracemalloc.start()
    read = read_x12(data)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not read["defects"]
    found.append(
        Row(
            "memory above the answer itself while reading",
            f"{(peak - held) / len(data):.2f} x the file",
            "",
            f"answer {held / len(data):.1f} x the file",
        )
    )
    return found
