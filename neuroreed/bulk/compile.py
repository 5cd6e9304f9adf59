"""The registry compiled: one loop per scope, for millions of lines.

No rule is written here. The text of a kernel is generated from the registry, stored under the
hash of all it consists of, and compiled by Numba; the next process loads the machine code.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import py_compile
import re
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final

import numpy as np

from neuroreed.audit.registry import Registry, registry
from neuroreed.bulk.alike import Alike, AlikeDays, Stretches, as_they_are, by_payer
from neuroreed.bulk.alike_known import Told
from neuroreed.bulk.cache import cache_folder
from neuroreed.bulk.door_order import gathered
from neuroreed.bulk.plan import Plan, Planner
from neuroreed.bulk.plan_frames import (
    ALWAYS,
    COVERAGE_WIDTH,
    FRAMES,
    ITEMS_WIDTH,
    KEYS,
    LINES,
    META_WIDTH,
    pool_mode,
    sentinel_bytes,
)
from neuroreed.bulk.plan_text import TAKES
from neuroreed.bulk.room import Room
from neuroreed.bulk.tables import PolicyTables
from neuroreed.model.findings import RuleCoverage

BLOCK: Final = 1024
_SPARE: Final = 72
_STATE: Final = 8
_BETWEEN: Final = re.compile(r"^from neuroreed.bulk.runtime import .*$", re.MULTILINE)
_HITS: Final = 2**20
_ALIKE_FROM: Final = 10_000
_HEAD: Final = """\"\"\"Generated from the registry; do not edit.\"\"\"
import numba
import numpy as np
from numba import int64
from neuroreed.bulk.pointers import fetch, int8_at, int16_at, int32_at, int64_at, pointer
_plain = {"nogil": True, "error_model": "numpy"}
_jit = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_plain)
_cached = numba.njit(cache=True, **_plain)
"""
_PLAIN_HEAD: Final = """\"\"\"Generated from the registry; do not edit.\"\"\"
from neuroreed.bulk.interpreted import pointer
int64 = int
_jit = _cached = lambda function: function
"""
DTYPES: Final = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}
Columns = dict[str, "np.ndarray[Any, Any]"]
_PLANNING: Final = threading.Lock()


def plan_of(kind: str, using: Registry | None = None) -> Plan:
    """The plan of one kernel, for our registry or another."""
    # the parser of Python 3.11 may fail where two threads parse at once
    with _PLANNING:
        return _our_plan(kind) if using is None else Planner(using, kind).plan()


@cache
def _our_plan(kind: str) -> Plan:
    return Planner(registry(), kind).plan()


def text_of(plan: Plan) -> str:
    """The whole text of a kernel."""
    return _HEAD + _body(plan)


def plain_text(plan: Plan) -> str:
    """The same text with nothing that asks for compilation."""
    return _PLAIN_HEAD + _body(plan).replace("bulk.pointers import", "bulk.interpreted import")


def _body(plan: Plan) -> str:
    runtime = _text("runtime") + _BETWEEN.sub("", _text("runtime_rules"))
    mark = f"# addresses {_key(_text('pointers'))}\n"
    mark += f"# widths {META_WIDTH} {COVERAGE_WIDTH} {ITEMS_WIDTH}\n"
    return mark + runtime.replace("\ndef ", "\n@_jit\ndef ") + "\n\n" + plan.text


def _text(name: str) -> str:
    return resources.files("neuroreed.bulk").joinpath(f"{name}.py").read_text(encoding="utf-8")


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


def compiled_module(name: str, functions: Sequence[FunctionType]) -> ModuleType:
    """Plain loops compiled and kept as kernels are."""
    body = "\n\n".join(f"@_cached\n{inspect.getsource(each)}" for each in functions)
    text = _HEAD + "\n" + body
    key = sha256(text.encode()).hexdigest()[:16]
    with _LOADING:
        return _load(f"neuroreed_{name}_{key}", text, cache_folder() / "kernels" / key)


def _load(name: str, text: str, folder: Path) -> ModuleType:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        beside = folder / f"{name}.{os.getpid()}.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    if not Path(importlib.util.cache_from_source(str(path))).exists():
        # told by its content, so that it is never stale; reading the text anew takes longer
        checked = py_compile.PycInvalidationMode.CHECKED_HASH
        with suppress(OSError):
            py_compile.compile(str(path), doraise=True, invalidation_mode=checked)
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
    per finding, in the order of the rows. ``handed``: values of every row for another kernel,
    which stand until this kernel runs again.
    """

    plan: Plan
    coverage: np.ndarray[Any, Any]
    rows: np.ndarray[Any, Any]
    rules: np.ndarray[Any, Any]
    severities: np.ndarray[Any, Any]
    lowered: np.ndarray[Any, Any]
    handed: Columns = field(default_factory=dict)

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
    """One kernel with its working memory; one thread at a time. ``run`` is its own if given.

    From ``alike_from`` lines on, days that are alike are judged once where that is compiled.
    """

    def __init__(
        self,
        kind: str,
        using: Registry | None = None,
        block: int = BLOCK,
        run: Any = None,
        alike_from: int = _ALIKE_FROM,
    ) -> None:
        self.plan = plan_of(kind, using)
        self._run = compiled(self.plan) if run is None else run
        self._alike_from = alike_from
        self._room = Room()
        self._days = None
        if kind == LINES and run is None:
            self._days = AlikeDays(self.plan, using or registry())
        self._block = block
        self._make_room(block)
        self._hits = np.empty(_HITS, np.int64)
        self._fixed = _fixed(self.plan)
        self._handed: Columns = {name: np.empty(0, DTYPES[n]) for name, _, n in self.plan.hands}

    def _make_room(self, rows: int) -> None:
        # a stride that is no power of two keeps the values of one row out of one cache set
        self._capacity = rows + _SPARE
        self._values = np.full(self.plan.values * self._capacity, -(2**62), np.int64)
        self._answers = np.zeros(self._capacity * len(self.plan.rules), np.uint8)

    def _needed(self, asked: np.ndarray[Any, Any]) -> set[str]:
        """The columns that the rules asked for look at."""
        plan = self.plan
        found = {*ALWAYS[plan.kind], "episode", "code", *plan.behind_hands, *plan.takes}
        return found.union(*self._behind(asked))

    def _behind(self, asked: np.ndarray[Any, Any]) -> list[frozenset[str]]:
        return [self.plan.behind[rule] for rule in np.flatnonzero(asked[: len(self.plan.rules)])]

    def run(
        self, columns: Columns, policy: PolicyTables, *, of_one_session: bool = False
    ) -> Answers:
        """Answer every rule for the rows of a part, which are whole groups in their order.

        ``columns`` have the types of ``sentinel_bytes``; an absent one is unknown throughout.
        ``of_one_session``: no visit has several sessions, so nothing is added up over them.
        """
        size = len(columns["date_of_service"])
        asked = np.ones(max(len(self.plan.rules), 1), np.uint8)
        days, order = None, as_they_are(size)
        if self._days is not None and size >= self._alike_from:
            days = self._days.find(columns, policy)
            order = by_payer(columns, len(policy.payers), self._room)
            if days is not None:
                asked = asked - days.asked
        counts, hits = self._pass(columns, policy, asked, order, of_one_session=of_one_session)
        if self._days is not None and days is not None:
            if len(days.fresh):
                self._judge(days, columns, policy)
            own, more = self._days.known.of_days(days.kind_of, days.begins)
            counts, hits = counts + own, np.concatenate([hits, more])
        hits.sort()
        return Answers(
            self.plan,
            counts,
            hits >> 20,
            (hits >> 8 & 0xFFF).astype(np.int16),
            (hits >> 4 & 0xF).astype(np.int8),
            (hits & 0xF).astype(np.int8),
            {name: values[:size] for name, values in self._handed.items()},
        )

    def _judge(self, days: Alike, columns: Columns, policy: PolicyTables) -> None:
        """Learn what the rules say of the fresh kinds of days."""
        assert self._days is not None
        rows, order = days.rows()
        names = (self._needed(days.asked) & columns.keys()) - {"episode"}
        few = {name: gathered(columns[name], rows, name, self._room) for name in names}
        told = self._days.known.blank(len(rows), self._room)
        _, hits = self._pass(few, policy, days.asked, order, told)
        self._days.learn(days, order.to, told, hits)

    def _pass(
        self,
        columns: Columns,
        policy: PolicyTables,
        asked: np.ndarray[Any, Any],
        order: Stretches,
        told: Told | None = None,
        *,
        of_one_session: bool = False,
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Counts and hits of the rules that are asked for.

        With ``told`` all answers are put there, nothing is handed on, and hits are by position.
        """
        size = len(columns["date_of_service"])
        loads, held = [], []
        needed = self._needed(asked)
        if len(order.at) > 1:
            needed.discard("patient")  # the stretch stands for it
        if of_one_session and not any("session" in each for each in self._behind(asked)):
            needed.discard("session")
        for name in self.plan.columns:
            column = columns.get(name)
            if column is None or name not in needed:
                continue
            width = sentinel_bytes(name)
            if column.dtype != DTYPES[width] or len(column) != size:
                raise ValueError(f"{name}: {column.dtype} of {len(column)} rows")
            held.append(np.ascontiguousarray(column))
            mode = pool_mode(name) if self.plan.kind == LINES else None
            place = self.plan.offsets[name, "row"]
            loads.append([width, held[-1].ctypes.data, place, -1 if mode is None else mode])
        # an array that may not be written to is another type to Numba, and a second compilation
        keys = [np.require(columns[name], requirements="CW") for name in KEYS[self.plan.kind]]
        # what an earlier part had and this one has not must be unknown again
        self._values.fill(-(2**62))
        counts = np.zeros((max(len(self.plan.rules), 1), COVERAGE_WIDTH), np.int64)
        own = policy.own_severities(self.plan.rules)
        hands = self._hands(size) if told is None else np.empty(0, np.int64)
        state = np.zeros(_STATE, np.int64)
        state[5], state[6] = len(self.plan.rules), len(own) - 1
        given = {
            "rows": size,
            "end": int(order.to[-1]),
            "runs": len(order.at),
            "run_at": order.at,
            "run_to": order.to,
            "target": self._block,
            "has_episode": int("episode" in columns),
            "telling": int(told is not None),
            **_told(told),
            "asked": asked,
            "key_one": keys[0],
            "key_two": keys[1],
            "loads": np.array(loads, np.int64).reshape(-1),
            "hands": hands,
            "base": _unknown_throughout(self.plan, columns),
            "own": own,
            "cov": counts,
            "state": state,
            **self._fixed,
            **policy.arguments(),
        }
        found = []
        position = 0
        while True:
            state[2] = 0
            room = {"c": self._capacity, "_S": self._values, "K": self._answers}
            given |= {"pos": position, "hits": self._hits, **room}
            status = self._run(*(_flat(given[name]) for name in TAKES))
            found.append(self._hits[: state[2]].copy())
            position = int(state[0])
            if status == 0:
                break
            if status == 1:
                self._make_room(int(state[1]))
            rows = int(state[1])
            if len(self._hits) < rows * len(self.plan.rules):
                self._hits = np.empty(rows * len(self.plan.rules), np.int64)
        for name, (width, _, _, fits) in zip(self._handed, hands.reshape(-1, 4), strict=False):
            if width == 4 and not fits:
                raise OverflowError(f"{name}: a value needs more than 32 bits")
        return counts, np.concatenate(found)

    def _hands(self, size: int) -> np.ndarray[Any, Any]:
        """Where values go that are handed on: size, address, place, whether they fit."""
        rows = []
        for name, place, width in self.plan.hands:
            if len(self._handed[name]) < size:
                self._handed[name] = np.empty(size, DTYPES[width])
            rows.append([width, self._handed[name].ctypes.data, place, 1])
        return np.array(rows, np.int64).reshape(-1)


def _told(told: Told | None) -> dict[str, Any]:
    """Where answers are to be told, if they are."""
    if told is None:
        none = np.empty(0, np.int64)
        return {
            **dict.fromkeys(("told_room", "sorts"), 0),
            **dict.fromkeys(("told_at", "width", "column", "first", "made"), none),
            "told": np.empty(0, np.uint8),
        }
    sorts, room = told.first.shape
    return {
        "told_room": room,
        "sorts": sorts,
        "told": told.answers,
        "told_at": told.begin,
        "width": told.width,
        "column": told.column,
        "first": told.first,
        "made": told.made,
    }


def _flat(given: Any) -> Any:
    return given.reshape(-1) if isinstance(given, np.ndarray) else given


def _fixed(plan: Plan) -> dict[str, Any]:
    """What a kernel needs to know of its plan, and small working memory."""
    rules = max(len(plan.rules), 1)
    begins, behind = np.zeros((rules, ITEMS_WIDTH), np.int64), []
    for number, rule in enumerate(plan.rules):
        for place, item in enumerate(plan.items[rule.id]):
            begins[number, place] = len(behind)
            behind += item
        begins[number, len(plan.items[rule.id]) :] = len(behind)
    sorts = ["rows", *(scope.value for scope in FRAMES[plan.kind])]
    return {
        "meta": np.array([plan.meta[rule.id] for rule in plan.rules] or [[0]], np.int64),
        "root": np.array(plan.root, np.int64),
        "item_at": begins,
        "item_steps": np.array(behind or [0], np.int64),
        "look_ups": np.array(plan.look_ups or np.empty((0, 3)), np.int64),
        "st": np.zeros(plan.values, np.uint8),
        "uni": np.zeros(plan.values, np.uint8),
        "want": np.zeros(max(len(plan.steps), 1), np.uint8),
        "live": np.zeros(rules, np.int64),
        "sizes": np.zeros(1 + len(FRAMES[plan.kind]), np.int64),
        "first_at": np.array([plan.offsets[name, "first"] for name in sorts], np.int64),
    }


def _unknown_throughout(plan: Plan, columns: Columns) -> np.ndarray[Any, Any]:
    """2 for every value that must be unknown since a column is not there, else 0."""
    known = np.zeros(plan.values, np.uint8)
    for name in plan.columns:
        if name not in columns and name != "episode":
            known[plan.offsets[name, "row"]] = 2
    for step in plan.steps:
        if any(known[gate] == 2 for gate in step.gates):
            known[step.writes] = 2
    return known
