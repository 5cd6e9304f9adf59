"""The registry compiled: one loop per scope, for millions of lines.

No rule is written here. The text of a kernel is generated from the registry, stored under the
hash of all it consists of, and compiled by Numba; the next process loads the machine code.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from neuroreed.audit.registry import Registry, registry
from neuroreed.bulk.cache import cache_folder
from neuroreed.bulk.plan import Plan, Planner
from neuroreed.bulk.plan_frames import (
    KEYS,
    LINES,
    META_WIDTH,
    MOST_CONDITIONS,
    MOST_NEEDS,
    pool_mode,
    sentinel_bytes,
)
from neuroreed.bulk.tables import PolicyTables
from neuroreed.model.findings import RuleCoverage

BLOCK: Final = 512
_SPARE: Final = 72
_HITS: Final = 2**20
_HEAD: Final = """\"\"\"Generated from the registry; do not edit.\"\"\"
import numba
_jit = numba.njit(nogil=True, error_model="numpy")
_cached = numba.njit(nogil=True, error_model="numpy", cache=True)
"""
DTYPES: Final = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}
Columns = dict[str, "np.ndarray[Any, Any]"]


def plan_of(kind: str, using: Registry | None = None) -> Plan:
    """The plan of one kernel, for our registry or another."""
    if using is None:
        return _our_plan(kind)
    return Planner(using, kind).plan()


@cache
def _our_plan(kind: str) -> Plan:
    return Planner(registry(), kind).plan()


def text_of(plan: Plan) -> str:
    """The whole text of a kernel."""
    return _HEAD + _body(plan)


def plain_text(plan: Plan) -> str:
    """The same text with nothing that asks for compilation."""
    return "_jit = _cached = lambda function: function\n" + _body(plan)


def _body(plan: Plan) -> str:
    runtime = resources.files("neuroreed.bulk").joinpath("runtime.py").read_text(encoding="utf-8")
    return runtime.replace("\ndef ", "\n@_jit\ndef ") + "\n\n" + plan.text


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def cached_folder(plan: Plan) -> Path:
    """Where the machine code of a kernel is kept."""
    return cache_folder() / "kernels" / _key(text_of(plan))


_LOADING: Final = threading.Lock()


def compiled(plan: Plan) -> Any:
    """The function ``run`` of a kernel; machine code comes from the cache where it is there."""
    text = text_of(plan)
    key = _key(text)
    name = f"neuroreed_kernel_{plan.kind}_{key}"
    with _LOADING:
        known = sys.modules.get(name)
        if known is None:
            known = _load(name, text, cache_folder() / "kernels" / key)
    return known.run  # type: ignore[attr-defined]


def _load(name: str, text: str, folder: Path) -> ModuleType:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        beside = folder / f"{name}.{os.getpid()}.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(slots=True)
class Answers:
    """What a kernel said about one part.

    ``coverage``: by rule, how often 0 not applicable, 1 no, 2 yes, 3 and more the fact that
    was unknown. ``hits``: row, number of the rule, severity and why it was lowered, one entry
    per finding, in the order of the rows.
    """

    plan: Plan
    coverage: np.ndarray[Any, Any]
    rows: np.ndarray[Any, Any]
    rules: np.ndarray[Any, Any]
    severities: np.ndarray[Any, Any]
    lowered: np.ndarray[Any, Any]

    def covered(self) -> dict[str, RuleCoverage]:
        """Coverage as the interpreted run says it."""
        return coverage_of(self.plan, self.coverage)


def coverage_of(plan: Plan, counts: np.ndarray[Any, Any]) -> dict[str, RuleCoverage]:
    """Counts of a kernel as coverage by rule."""
    found = {}
    for number, rule in enumerate(plan.rules):
        row = counts[number]
        covered = RuleCoverage(rule.id, int(row[1] + row[2]), 0, int(row[0]))
        for place, name in enumerate(plan.reasons[rule.id]):
            times = int(row[3 + place])
            if times:
                covered.not_assessed += times
                covered.why_not[name] = covered.why_not.get(name, 0) + times
        found[rule.id] = covered
    return found


class Kernel:
    """One kernel with its working memory; one thread at a time. ``run`` is its own if given."""

    def __init__(
        self, kind: str, using: Registry | None = None, block: int = BLOCK, run: Any = None
    ) -> None:
        self.plan = plan_of(kind, using)
        self._run = compiled(self.plan) if run is None else run
        self._block = block
        self._make_room(block)
        self._hits = np.empty(_HITS, np.int64)
        self._meta = np.array(
            [self.plan.meta[rule.id] for rule in self.plan.rules] or [[0] * META_WIDTH], np.int64
        )

    def _make_room(self, rows: int) -> None:
        # a stride that is no power of two keeps the values of one row out of one cache set
        self._capacity = rows + _SPARE
        self._values = np.full(self.plan.values * self._capacity, -(2**62), np.int64)
        self._answers = np.zeros(self._capacity * len(self.plan.rules), np.uint8)

    def run(self, columns: Columns, policy: PolicyTables) -> Answers:
        """Answer every rule for the rows of a part, which are whole groups in their order.

        ``columns`` have the types of ``sentinel_bytes``; an absent one is unknown throughout.
        """
        size = len(columns["date_of_service"])
        sizes: dict[int, list[np.ndarray[Any, Any]]] = {1: [], 2: [], 4: [], 8: []}
        loads = []
        for name in self.plan.columns:
            column = columns.get(name)
            if column is None:
                continue
            width = sentinel_bytes(name)
            if column.dtype != DTYPES[width] or len(column) != size:
                raise ValueError(f"{name}: {column.dtype} of {len(column)} rows")
            mode = pool_mode(name) if self.plan.kind == LINES else None
            place = self.plan.offsets[name, "row"]
            loads.append([width, len(sizes[width]), place, -1 if mode is None else mode])
            sizes[width].append(column)
        stacks = [
            np.stack(sizes[width]) if sizes[width] else np.empty((0, size), DTYPES[width])
            for width in (1, 2, 4, 8)
        ]
        # an array that may not be written to is another type to Numba, and a second compilation
        keys = [np.require(columns[name], requirements="CW") for name in KEYS[self.plan.kind]]
        look_ups = np.array(self.plan.look_ups or [[-1, 0, 0]], np.int64)
        # what an earlier part had and this one has not must be unknown again
        self._values.fill(-(2**62))
        counts = np.zeros(
            (max(len(self.plan.rules), 1), 3 + MOST_CONDITIONS + MOST_NEEDS), np.int64
        )
        state = np.zeros(8, np.int64)
        own = policy.own_severities(self.plan.rules)
        found = []
        position = 0
        while True:
            state[2] = 0
            status = self._run(
                position, size, self._block, self._values, self._capacity, *policy.lists(),
                self._answers, self._meta, own, counts, self._hits, state,
                *policy.look_ups(), *keys, int("episode" in columns), look_ups,
                np.array(loads, np.int64), *stacks,
            )  # fmt: skip
            found.append(self._hits[: state[2]].copy())
            position = int(state[0])
            if status == 0:
                break
            if status == 1:
                self._make_room(int(state[1]))
            rows = int(state[1])
            if len(self._hits) < rows * len(self.plan.rules):
                self._hits = np.empty(rows * len(self.plan.rules), np.int64)
        hits = np.concatenate(found)
        return Answers(
            self.plan,
            counts,
            hits >> 20,
            (hits >> 8 & 0xFFF).astype(np.int16),
            (hits >> 4 & 0xF).astype(np.int8),
            (hits & 0xF).astype(np.int8),
        )
