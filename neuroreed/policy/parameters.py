"""Numbers that have a date: thresholds, shares, limits. Look-ups are by date of service.

A parameter is one YAML file, ``parameters/<payer folder>/**/<name>.yaml``. Each value has its
own first day, source and confidence. A value without a last day runs to the next one, or on
and on. There is no default: outside the values ``as_of`` raises ``NoParameter``.

A clinic may add files of the same shape under its own policy folder; its values go first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from neuroreed.model.errors import NoParameter, PolicyFileError
from neuroreed.policy import tables, yamlfile
from neuroreed.policy.tables import State

DEFAULT_PAYER = "medicare_part_b"
FOLDER_PAYERS = {"medicare": DEFAULT_PAYER}
_FILE_KEYS = {"title", "unit", "per", "note", "words", "closes_with", "values", "gaps"}
_VALUE_KEYS = {"from", "until", "value", "source", "confidence"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value and the days it holds for, both included; ``until`` is ``None`` while open.

    ``value`` is whole: cents, days, minutes, or thousandths (``permille``). ``word`` is the
    name of a value that is a level rather than an amount.
    """

    name: str
    value: int
    unit: str
    since: date
    until: date | None
    source: str
    section: str
    confidence: str
    word: str | None = None

    @property
    def cite(self) -> str:
        """The citation as ``id#section``."""
        return f"{self.source}#{self.section}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Days for which a parameter has no value on purpose."""

    since: date
    until: date
    because: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one payer, its values by date."""

    name: str
    payer: str
    title: str
    unit: str
    per: str
    note: str
    closes_with: str
    values: tuple[Value, ...]
    gaps: tuple[Gap, ...]

    def at(self, on: date) -> Value | None:
        """The value on a day, or ``None``."""
        for value in self.values:
            if value.since <= on and (value.until is None or on <= value.until):
                return value
        return None


def read_parameter(path: Path, payer: str) -> Parameter:
    """One parameter file.

    Raises:
        PolicyFileError: with the line: an unknown key, a wrong type, an uncited value, dates
            that overlap or leave a gap nobody declared.
    """

    def fault(line: int, key: str, message: str) -> PolicyFileError:
        return PolicyFileError(path.name, line, f"{key}: {message}")

    located = yamlfile.read(path, fault)
    data = located.data
    if not isinstance(data, dict):
        raise fault(1, "file", "give title, unit and values")
    for key in data:
        if key not in _FILE_KEYS:
            raise fault(located.line(key), str(key), "unknown key")
    for key in ("title", "unit"):
        if not isinstance(data.get(key), str):
            raise fault(located.line(key), key, "needs words")
    if not isinstance(data.get("values"), list) or not data["values"]:
        raise fault(located.line("values"), "values", "needs at least one value")
    words = data.get("words") or {}
    values = [
        _value(path.stem, data["unit"], words, entry, located.line("values", place), fault)
        for place, entry in enumerate(data["values"])
    ]
    gaps = tuple(
        _gap(entry, located.line("gaps", place), fault)
        for place, entry in enumerate(data.get("gaps") or [])
    )
    return Parameter(
        name=path.stem,
        payer=payer,
        title=data["title"],
        unit=data["unit"],
        per=data.get("per", ""),
        note=data.get("note", ""),
        closes_with=data.get("closes_with", ""),
        values=_closed(values, gaps, located, fault),
        gaps=gaps,
    )


def _value(name: str, unit: str, words: Any, entry: Any, line: int, fault: yamlfile.Fault) -> Value:
    if not isinstance(entry, dict):
        raise fault(line, "values", "each value needs from, value, source and confidence")
    for key in entry:
        if key not in _VALUE_KEYS:
            raise fault(line, str(key), "unknown key")
    since, until, value = entry.get("from"), entry.get("until"), entry.get("value")
    if not isinstance(since, date) or not (until is None or isinstance(until, date)):
        raise fault(line, "from", "from and until are dates")
    if until is not None and until < since:
        raise fault(line, "until", "lies before from")
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise fault(line, "value", "is a whole number: cents, days, minutes or permille")
    cited = entry.get("source")
    if not isinstance(cited, dict) or not all(
        isinstance(cited.get(key), (str, int, float)) for key in ("id", "section")
    ):
        raise fault(line, "source", "every number is cited: source: {id: ..., section: ...}")
    confidence = entry.get("confidence")
    if confidence not in ("V", "S", "K"):
        raise fault(line, "confidence", "is V, S or K")
    word = words.get(value)
    return Value(
        name,
        value,
        unit,
        since,
        until,
        str(cited["id"]),
        str(cited["section"]),
        confidence,
        str(word) if word is not None else None,
    )


def _gap(entry: Any, line: int, fault: yamlfile.Fault) -> Gap:
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("from"), date)
        or not isinstance(entry.get("until"), date)
        or not isinstance(entry.get("because"), str)
    ):
        raise fault(line, "gaps", "a gap is {from: date, until: date, because: words}")
    return Gap(entry["from"], entry["until"], entry["because"])


def _closed(
    values: list[Value], gaps: tuple[Gap, ...], located: yamlfile.Located, fault: yamlfile.Fault
) -> tuple[Value, ...]:
    """The values with their last days filled in; each must follow on the one before."""
    one_day = timedelta(days=1)
    closed = []
    for place, value in enumerate(values):
        if place + 1 == len(values):
            closed.append(value)
            break
        following = values[place + 1]
        line = located.line("values", place + 1)
        until = value.until or following.since - one_day
        if following.since <= value.since or following.since <= until:
            raise fault(line, "from", f"overlaps with the value from {value.since}")
        first = until + one_day
        for gap in gaps:
            if gap.since == first:
                first = gap.until + one_day
        if first != following.since:
            raise fault(line, "from", f"no value from {until + one_day}: a gap nobody declared")
        closed.append(
            Value(
                value.name,
                value.value,
                value.unit,
                value.since,
                until,
                value.source,
                value.section,
                value.confidence,
                value.word,
            )
        )
    return tuple(closed)


@lru_cache(maxsize=4)
def _paths(now: State) -> dict[tuple[str, str], tuple[Path, ...]]:
    folders = [tables.PACKAGE / "parameters"]
    if now.folder:
        folders.insert(0, Path(now.folder) / "parameters")
    found: dict[tuple[str, str], tuple[Path, ...]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            top = path.relative_to(folder).parts[0]
            key = (FOLDER_PAYERS.get(top, top), path.stem)
            found[key] = (*found.get(key, ()), path)
    return found


@lru_cache(maxsize=512)
def _parameters(name: str, payer: str, now: State) -> tuple[Parameter, ...]:
    return tuple(read_parameter(path, payer) for path in _paths(now).get((payer, name), ()))


def _chain(payer: str) -> tuple[str, ...]:
    if payer == DEFAULT_PAYER:
        return (DEFAULT_PAYER, "base")
    from neuroreed.policy.payers import parameter_payers

    return parameter_payers(payer)


def as_of(name: str, on: date, *, payer: str = DEFAULT_PAYER) -> Value:
    """The value of a parameter for a payer on a date of service.

    The payer's own file answers, else that of the payer its profile extends or names under
    ``parameters``.

    Raises:
        NoParameter: nobody has given a value for that payer and day.
    """
    return _as_of(name, on, payer, tables.state())


@lru_cache(maxsize=8192)
def _as_of(name: str, on: date, payer: str, now: State) -> Value:
    hint = ""
    for candidate in _chain(payer):
        for parameter in _parameters(name, candidate, now):
            value = parameter.at(on)
            if value is not None:
                return value
            hint = hint or parameter.closes_with
        if hint or _parameters(name, candidate, now):
            break
    raise NoParameter(name, payer, on, f"{hint}." if hint else "")


def is_told(name: str, payer: str) -> bool:
    """Whether policy tells a parameter for a payer at all, of whatever dates."""
    now = tables.state()
    return any(_parameters(name, candidate, now) for candidate in _chain(payer))


def all_parameters() -> tuple[Parameter, ...]:
    """Every parameter file, by payer and name; the clinic's before ours."""
    now = tables.state()
    return tuple(
        parameter
        for (payer, name) in sorted(_paths(now))
        for parameter in _parameters(name, payer, now)
    )
