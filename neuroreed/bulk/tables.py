"""Policy for a kernel: every dated value once per code and date, or payer and date.

The values come from the same ``attach`` that the interpreted run uses, asked once for each
code, payer and date at hand; a line of the book then finds its values by its place.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from neuroreed.audit.attach import attach, severities_of
from neuroreed.audit.attached import TABLES
from neuroreed.audit.registry import Rule, rule_book
from neuroreed.bulk.cache import cache_folder
from neuroreed.bulk.plan_frames import ATTACHED_BY, SEVERITIES
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Severity
from neuroreed.model.lines import Book
from neuroreed.policy import tables

_MODIFIERS: Final = 36 * 36
_RANKS: Final = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")
_DISCIPLINES: Final = 4
_KEPT: Final = (
    *("years", "months", "code_keys", "code_places", "code_table", "payer_table"),
    *("threshold_table", "rank_table"),
)
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class PolicyTables:
    """Look-ups for the codes, payers and dates of a book; see ``runtime`` for their use."""

    payers: tuple[str, ...]
    codes: frozenset[int]
    modifiers: frozenset[int]
    first_day: int
    days: int
    arrays: Mapping[str, Array]
    severities: Mapping[int, Mapping[str, Severity | str]]

    def covers(self, codes: Iterable[int], modifiers: Iterable[int], first: int, last: int) -> bool:
        """Whether these look-ups can answer for a part."""
        return (
            self.codes.issuperset(codes)
            and self.modifiers.issuperset(modifiers)
            and self.first_day <= first
            and last < self.first_day + self.days
        )

    def arguments(self) -> dict[str, Any]:
        """What a kernel takes of policy, by the names of ``plan_text``."""
        found: dict[str, Any] = {name: self.arrays[name] for name in (*TABLES, *_KEPT)}
        for kind in ("code", "payer", "threshold"):
            found[f"{kind}_rows_"] = self.arrays[f"{kind}_rows"]
        return found | {
            "first_day": self.first_day,
            "days": self.days,
            "payers": len(self.payers),
            "rank_width": _MODIFIERS,
        }

    def own_severities(self, rules: Sequence[Rule]) -> Array:
        """By payer and rule what the payer's profile says; the last row: whether any is off."""
        own = np.zeros((len(self.payers) + 1, max(len(rules), 1)), np.int64)
        for payer, said in self.severities.items():
            for number, rule in enumerate(rules):
                if rule.id in said:
                    word = said[rule.id]
                    off = word == "off"
                    own[payer, number] = 1 if off else 2 + SEVERITIES.index(Severity(word))
                    own[-1, number] |= int(off)
        return own


def policy_tables(
    payers: Iterable[str],
    codes: Iterable[int],
    modifiers: Iterable[int],
    first: int,
    last: int,
) -> PolicyTables:
    """Look-ups for so many payers, codes and modifiers, from the first day to the last."""
    names = tuple(sorted(set(payers)))
    known = sorted(set(codes) - {UNKNOWN})
    marks = sorted((set(modifiers) | {0}) - {UNKNOWN})
    days = np.arange(first, last + 1, dtype=np.int64)
    arrays = {
        "years": np.array([date.fromordinal(int(day)).year for day in days], np.int64),
        "months": np.array(
            [each.year * 12 + each.month - 1 for each in map(_date, days)], np.int64
        ),
    }
    book = _attached([*known, UNKNOWN], days, "code", names)
    _keep(arrays, "code", book, days, len(known) + 1)
    arrays["code_keys"], arrays["code_places"] = _open_table(known)
    for name in TABLES:
        # a kernel may look at an entry of an empty list only behind a condition
        arrays[name] = np.array(book.tables.get(name, []), np.int64)
    numbers = [*range(len(names)), UNKNOWN]
    combinations = [(payer, kind) for payer in numbers for kind in (UNKNOWN, 1, 2, 3)]
    book = _attached(
        [payer for payer, _ in combinations],
        days,
        "payer",
        names,
        {"discipline": [kind for _, kind in combinations]},
    )
    _keep(arrays, "threshold", book, days, len(combinations))
    _keep(arrays, "payer", book, days, len(combinations))
    every = arrays["payer_rows"].reshape(len(numbers), _DISCIPLINES, len(days))
    arrays["payer_rows"] = np.ascontiguousarray(every[:, 0]).reshape(-1)
    arrays["rank_table"] = _ranks(names, marks, int(days[0]))
    severities = severities_of(Book({}, {}, {"payer": names}))
    return PolicyTables(
        names, frozenset([*known, UNKNOWN]), frozenset([*marks, UNKNOWN]), first, len(days),
        arrays, severities,
    )  # fmt: skip


def _date(day: Any) -> date:
    return date.fromordinal(int(day))


def _attached(
    values: Sequence[int],
    days: Array,
    name: str,
    payers: tuple[str, ...],
    more: Mapping[str, Sequence[int]] | None = None,
) -> Book:
    """A book with one line per value and day, with policy attached."""
    count, span = len(values), len(days)
    # dates outside, so that values which hang on payer and date are asked for once, then kept
    lines = {
        "visit": [0] * (count * span),
        "line": [0] * (count * span),
        "code": [UNKNOWN] * (count * span),
        "payer": [UNKNOWN] * (count * span),
        "discipline": [UNKNOWN] * (count * span),
        "date_of_service": [int(day) for day in days for _ in range(count)],
    }
    for key, each in {name: values, **(more or {})}.items():
        lines[key] = list(each) * span
    empty: dict[str, list[int]] = {"visit": [], "payer": [], "date_of_service": []}
    return attach(Book(lines, empty, {"payer": payers}))


def _keep(arrays: dict[str, Array], kind: str, book: Book, days: Array, count: int) -> None:
    """Rows that differ, once each, and which of them a value and day has."""
    names = ATTACHED_BY[kind]
    columns = [book.lines.get(name) or [UNKNOWN] * (count * len(days)) for name in names]
    place: dict[tuple[int, ...], int] = {}
    rows = [place.setdefault(row, len(place)) for row in zip(*columns, strict=True)]
    by_day = np.array(rows, np.int64).reshape(len(days), count)
    arrays[f"{kind}_rows"] = np.ascontiguousarray(by_day.T).reshape(-1)
    arrays[f"{kind}_table"] = np.array(list(place), np.int64).reshape(-1)


def _open_table(known: Sequence[int]) -> tuple[Array, Array]:
    """Keys with open addressing, and the place of each; what is not there is the last place."""
    size = 64
    while size < 4 * (len(known) + 1):
        size *= 2
    keys = np.full(size, UNKNOWN, np.int64)
    places = np.full(size, len(known), np.int64)
    for number, code in enumerate(known):
        at = (code * 2654435761 >> 7) & (size - 1)
        while keys[at] != UNKNOWN:
            at = (at + 1) & (size - 1)
        keys[at], places[at] = code, number
    return keys, places


def _ranks(payers: tuple[str, ...], marks: Sequence[int], day: int) -> Array:
    table = np.full(max(len(payers), 1) * _MODIFIERS, UNKNOWN, np.int64)
    count = len(payers) * len(marks)
    lines = {
        "visit": [0] * count,
        "line": [0] * count,
        "date_of_service": [day] * count,
        "discipline": [UNKNOWN] * count,
        "code": [UNKNOWN] * count,
        "payer": [payer for payer in range(len(payers)) for _ in marks],
        **{name: list(marks) * len(payers) for name in _RANKS},
    }
    empty: dict[str, list[int]] = {"visit": [], "payer": [], "date_of_service": []}
    book = attach(Book(lines, empty, {"payer": payers}))
    for payer, mark, rank in zip(
        lines["payer"], lines["modifier_1"], book.lines["modifier_rank_1"], strict=True
    ):
        table[payer * _MODIFIERS + mark] = rank
    return table


def kept_tables(
    payers: Iterable[str], codes: Iterable[int], modifiers: Iterable[int], first: int, last: int
) -> PolicyTables:
    """``policy_tables``, from the cache where the same were made under the same policy."""
    names, known, marks = sorted(set(payers)), sorted(set(codes)), sorted(set(modifiers))
    said = (rule_book(), tables.state(), folders_hash(), names, known, marks, first, last)
    key = sha256(repr(said).encode()).hexdigest()[:20]
    path = cache_folder() / "policy" / f"{key}.npz"
    if path.exists():
        try:
            with np.load(path, allow_pickle=False) as kept:
                arrays = {name: kept[name] for name in kept.files}
            return PolicyTables(
                tuple(names), frozenset([*known, UNKNOWN]), frozenset([*marks, 0, UNKNOWN]), first,
                last - first + 1, arrays, severities_of(Book({}, {}, {"payer": tuple(names)})),
            )  # fmt: skip
        except (OSError, ValueError, BadZipFile):
            path.unlink(missing_ok=True)
    made = policy_tables(names, known, marks, first, last)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, **made.arrays)
    Path(file.name).replace(path)
    return made


def folders_hash() -> str:
    """What stands in the clinic's folders of payers and policy."""
    digest = sha256()
    for name in ("NEUROREED_PAYERS", "NEUROREED_POLICY"):
        folder = os.environ.get(name)
        for path in sorted(Path(folder).rglob("*")) if folder else ():
            if path.is_file():
                digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


class GrowingTables:
    """Look-ups that grow with what the parts of a run need; shared by threads."""

    def __init__(self, known: PolicyTables | None = None) -> None:
        self._lock = threading.Lock()
        self._tables = known

    @property
    def known(self) -> PolicyTables | None:
        """What has been looked up so far; another process may begin with it."""
        return self._tables

    def covering(
        self,
        payers: Iterable[str],
        codes: Iterable[int],
        modifiers: Iterable[int],
        first: int,
        last: int,
    ) -> PolicyTables:
        """Look-ups that answer for a part with these payers, codes, modifiers and dates."""
        wanted, marks, names = set(codes), set(modifiers), set(payers)
        with self._lock:
            known = self._tables
            if (
                known is not None
                and names.issubset(known.payers)
                and known.covers(wanted, marks, first, last)
            ):
                return known
            if known is not None:
                first = min(first, known.first_day)
                last = max(last, known.first_day + known.days - 1)
                wanted |= known.codes
                marks |= known.modifiers
                names |= set(known.payers)
            # whole years, so that a neighbouring part seldom asks for more
            start, end = _date(first).replace(month=1, day=1), _date(last).replace(month=12, day=31)
            self._tables = kept_tables(names, wanted, marks, start.toordinal(), end.toordinal())
            return self._tables
