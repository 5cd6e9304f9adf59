"""The book: service lines as plain columns of whole numbers, and the bridge to and from it.

A book has two tables. ``lines`` is sorted by patient, date, visit and line; ``intervals`` by
clinician, date and time. All sessions of one patient, one date and one discipline are one
visit, because their minutes are added before they become units.
A column that nobody gave is absent, which means: unknown on every line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from neuroreed.model.adapt import ClaimRow, rows_of
from neuroreed.model.columns import (
    ALIASES,
    COLUMNS,
    DISCIPLINE_OF_MODIFIER,
    DISCIPLINES,
    UNKNOWN,
    Column,
    code_number,
    code_text,
    day_text,
    diagnosis_text,
    modifier_names,
    total,
)
from neuroreed.model.errors import BadInput
from neuroreed.model.findings import Scope
from neuroreed.model.values import modifier_bits, modifier_list, read

__all__ = [
    "COLUMNS",
    "UNKNOWN",
    "Book",
    "code_number",
    "code_text",
    "from_book",
    "to_book",
    "total",
]

FILING: Final = "filing "
_NAMED: Final = ("patient", "session", "payer", "episode", "therapist")
_OF_VISIT: Final = frozenset(
    column.name
    for column in COLUMNS.values()
    if Scope.VISIT in column.same_in
    and Scope.DAY not in column.same_in
    and column.name not in {"visit", "discipline"}
)
_SUMMED: Final = {"session_minutes", "noted_timed_minutes"}
_ALWAYS: Final = {
    *("patient", "visit", "session", "line", "date_of_service", "year", "month"),
    *("discipline", "payer", "episode", "therapist"),
}
_TIE: Final = ("line", "code", "modifiers", "billed_units", "charge_cents", "minutes")
_SIMPLE: Final = {str, int, bool, date}
_DISCIPLINE_NAME: Final = {number: name for name, number in DISCIPLINES.items()}

# values of a visit stand on each of its lines: what was read once is not read again
Seen = dict[tuple[str, type, Any], int]


@dataclass(frozen=True, slots=True)
class Book:
    """Columns by name, for lines and for intervals, and the texts behind numbered names.

    ``tables`` are flat lists that policy adds and facts may look things up in. ``notes``
    say what was read but could not be used.
    """

    lines: dict[str, list[int]]
    intervals: dict[str, list[int]]
    names: dict[str, tuple[str, ...]]
    tables: dict[str, list[int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines["line"])

    def missing(self) -> tuple[str, ...]:
        """Columns that a caller could give and did not."""
        return tuple(
            name
            for name, column in COLUMNS.items()
            if column.given and not any(name in getattr(self, table) for table in column.tables)
        )


@dataclass(slots=True)
class _Row:
    """One line or interval on its way into the book: numbers, and the names not yet numbers."""

    day: int
    discipline: int
    values: dict[str, int]
    texts: dict[str, str]

    @property
    def session(self) -> tuple[str, str]:
        return self.texts["patient"], self.texts["session"]


def to_book(source: Any, *, payer: str | None = None) -> Book:
    """Visits, claims, or plain data of either as a book.

    Args:
        source: a sequence of ``model.care.Visit``, visits as mappings, claims as mappings or
            dataclasses, or what ``read_x12`` gave.
        payer: the profile of every line that does not name one.

    Raises:
        BadInput: a value that cannot be; the message names the visit, the line and the column.
    """
    raw_lines, raw_intervals, told = rows_of(source)
    notes = list(told)
    ignored: set[str] = set()
    seen: Seen = {}
    lines = [_line(raw, where, payer, ignored, seen, notes) for raw, where in raw_lines]
    intervals = [
        _row(raw, where, payer, ignored, "intervals", seen, notes) for raw, where in raw_intervals
    ]
    _adopt_discipline(lines + intervals)
    names = _number_names(lines + intervals)
    names["visit"] = _number_visits(lines + intervals)
    for row in lines + intervals:
        row.values.update(date_of_service=row.day, discipline=row.discipline)
    _unify_visits(lines)
    lines.sort(key=_line_order)
    intervals.sort(key=_interval_order)
    if ignored:
        notes.append("Not used: " + ", ".join(sorted(ignored)) + ".")
    columns = _columns(lines, "lines"), _columns(intervals, "intervals")
    return Book(*columns, names, notes=tuple(notes))


def from_book(book: Book) -> list[dict[str, Any]]:
    """The lines of a book as visits in plain data; ``to_book`` of them gives the book again."""
    visits: dict[tuple[int, int, int], dict[str, Any]] = {}
    columns = book.lines
    given = [COLUMNS[name] for name in columns if name in COLUMNS and COLUMNS[name].given]
    holder: dict[int, int] = {}
    for i in range(len(book)):
        key = (columns["patient"][i], columns["session"][i], columns["visit"][i])
        # a total of several sessions goes out with the first of them
        holds = holder.setdefault(columns["visit"][i], columns["session"][i])
        visit = visits.setdefault(key, {"lines": []})
        line: dict[str, Any] = {}
        for column in given:
            if column.name in {"visit", "modifiers"}:
                continue
            target = visit if Scope.VISIT in column.same_in else line
            name = "visit_id" if column.name == "session" else column.name
            value = _given(column, columns[column.name][i], book.names)
            if column.name in _SUMMED and holds != columns["session"][i]:
                value = None if value is None else 0
            (visit if name == "visit_id" else target)[name] = value
        if "modifier_count" in columns and columns["modifier_count"][i] != UNKNOWN:
            line["modifiers"] = _sequence(book, i)
        visit["lines"].append(line)
    for j in range(len(book.intervals["visit"])):
        interval = {
            name: _given(COLUMNS[name], values[j], book.names)
            for name, values in book.intervals.items()
            if name in COLUMNS and COLUMNS[name].given and name not in {"visit", "session"}
        }
        key = (
            book.intervals["patient"][j],
            book.intervals["session"][j],
            book.intervals["visit"][j],
        )
        interval["visit_id"] = book.names["session"][key[1]]
        visits.setdefault(key, {"lines": []}).setdefault("intervals", []).append(interval)
    return list(visits.values())


def _sequence(book: Book, i: int) -> list[str]:
    """Modifiers of a line in their order; beyond the fourth, in the order of our table."""
    ordered = [
        code_text(book.lines[f"modifier_{place}"][i])[-2:]
        for place in (1, 2, 3, 4)
        if book.lines[f"modifier_{place}"][i]
    ]
    rest = [name for name in modifier_names(book.lines["modifiers"][i]) if name not in ordered]
    return ordered + [name for name in rest if name != "another"]


def _given(column: Column, number: int, names: Mapping[str, tuple[str, ...]]) -> Any:
    if number == UNKNOWN:
        return None
    if column.kind == "name":
        return names[column.name][number]
    if column.kind == "date":
        return day_text(number)
    if column.kind == "code":
        return code_text(number)
    if column.kind == "choice":
        return next(name for name, value in column.choices if value == number)
    if column.kind == "diagnosis":
        return diagnosis_text(number)
    return number


def _line(
    raw: Mapping[str, Any],
    where: str,
    payer: str | None,
    ignored: set[str],
    seen: Seen,
    notes: list[str],
) -> _Row:
    row = _row(raw, where, payer, ignored, "lines", seen, notes)
    values = row.values
    if "modifiers" in raw and raw["modifiers"] is not None:
        try:
            names = modifier_list(raw["modifiers"])
        except (ValueError, TypeError) as error:
            raise BadInput(f"{where}, modifiers: {error}.") from None
        values["modifiers"] = modifier_bits(names)
        values["modifier_count"] = len(names)
        for place in range(4):
            number = code_number(names[place]) if place < len(names) else 0
            values[f"modifier_{place + 1}"] = number
        if row.discipline == UNKNOWN:
            told = {DISCIPLINE_OF_MODIFIER[n] for n in names if n in DISCIPLINE_OF_MODIFIER}
            if len(told) == 1:
                row.discipline = told.pop()
    served = date.fromordinal(row.day)
    values["year"], values["month"] = served.year, served.year * 12 + served.month - 1
    values.setdefault("line", 0)
    return row


def _row(
    raw: Mapping[str, Any],
    where: str,
    payer: str | None,
    ignored: set[str],
    table: str,
    seen: Seen,
    notes: list[str],
) -> _Row:
    values: dict[str, int] = {}
    texts: dict[str, str] = {}
    for name, value in raw.items():
        column = COLUMNS.get(ALIASES.get(name, ""))
        if column is None:
            if value is not None:
                ignored.add(str(name))
        elif not column.given or table not in column.tables or column.kind == "modifiers":
            continue
        elif column.kind == "name":
            if value is not None and str(value).strip():
                texts[column.name] = str(value).strip()
        else:
            key = (name, type(value), value) if type(value) in _SIMPLE else None
            if key is None or key not in seen:
                values[column.name] = number = _read(raw, column, name, where, notes)
                if key is not None:
                    seen[key] = number
            else:
                values[column.name] = seen[key]
    if "visit" in texts:
        texts.setdefault("session", texts.pop("visit"))
    for needed, asked in (("patient", "patient_id"), ("session", "visit_id")):
        if needed not in texts:
            raise BadInput(f"{where}: {asked} is missing.")
    day = values.pop("date_of_service", UNKNOWN)
    if day == UNKNOWN:
        raise BadInput(f"{where}: date_of_service is missing.")
    # a claim's filing code is a hint at the payer, not its name
    if payer is not None and texts.get("payer", FILING).startswith(FILING):
        texts["payer"] = payer
    return _Row(day, values.pop("discipline", UNKNOWN), values, texts)


def _read(raw: Mapping[str, Any], column: Column, name: str, where: str, notes: list[str]) -> int:
    dollars = column.kind == "cents" and not name.endswith("_cents")
    try:
        return read(column, raw[name], where, dollars=dollars)
    except BadInput as error:
        if not isinstance(raw, ClaimRow):
            raise
        notes.append(f"{error} Rules that need it skip the line.")
        return UNKNOWN


def _adopt_discipline(rows: Iterable[_Row]) -> None:
    """A line that does not say its discipline takes that of its session, if there is one."""
    told: dict[tuple[str, str], set[int]] = {}
    silent = []
    for row in rows:
        if row.discipline == UNKNOWN:
            silent.append(row)
        else:
            told.setdefault(row.session, set()).add(row.discipline)
    for row in silent:
        found = told.get(row.session, ())
        if len(found) == 1:
            (row.discipline,) = found


def _number_names(rows: Sequence[_Row]) -> dict[str, tuple[str, ...]]:
    """Numbers for names, in the order of the names, so that a shuffle changes nothing."""
    for row in rows:
        own = f"{row.texts['patient']} {_DISCIPLINE_NAME.get(row.discipline, '?')}"
        row.texts.setdefault("episode", own)
    names: dict[str, tuple[str, ...]] = {}
    for kind in _NAMED:
        known = tuple(sorted({row.texts[kind] for row in rows if kind in row.texts}))
        number = {text: position for position, text in enumerate(known)}
        names[kind] = known
        for row in rows:
            row.values[kind] = number[row.texts[kind]] if kind in row.texts else UNKNOWN
    return names


def _number_visits(rows: Iterable[_Row]) -> tuple[str, ...]:
    """Visits are sessions of one patient, date and discipline; their names join."""
    sessions: dict[tuple[int, int, int], set[str]] = {}
    parts: dict[tuple[str, str], set[tuple[int, int]]] = {}
    members: list[tuple[tuple[int, int, int], _Row]] = []
    for row in rows:
        key = (row.values["patient"], row.day, row.discipline)
        members.append((key, row))
        sessions.setdefault(key, set()).add(row.texts["session"])
        parts.setdefault(row.session, set()).add((row.day, row.discipline))
    patients = {row.values["patient"]: row.texts["patient"] for _, row in members}
    keys = sorted(sessions)
    number = {key: position for position, key in enumerate(keys)}
    for key, row in members:
        row.values["visit"] = number[key]
    names = []
    for patient, day, discipline in keys:
        texts = []
        for session in sorted(sessions[patient, day, discipline]):
            others = parts[patients[patient], session]
            if len({other_day for other_day, _ in others}) > 1:
                session += f" {day_text(day)}"
            if len([1 for other_day, _ in others if other_day == day]) > 1:
                session += f" {_DISCIPLINE_NAME.get(discipline, '?')}"
            texts.append(session)
        names.append("+".join(texts))
    return tuple(names)


def _unify_visits(rows: Iterable[_Row]) -> None:
    """A value of the visit stands on each of its lines; sessions of one visit are added up."""
    visits: dict[int, list[_Row]] = {}
    for row in rows:
        visits.setdefault(row.values["visit"], []).append(row)
    for lines in visits.values():
        names = {name for row in lines for name in _OF_VISIT & row.values.keys()}
        sessions = {row.texts["session"] for row in lines}
        for name in names:
            known = {row.values.get(name, UNKNOWN) for row in lines}
            if len(known) > 1 or (name in _SUMMED and len(sessions) > 1):
                value = _pooled(COLUMNS[name], lines)
                for row in lines:
                    row.values[name] = value


def _pooled(column: Column, lines: Sequence[_Row]) -> int:
    by_session: dict[str, int] = {}
    for row in lines:
        value = row.values.get(column.name, UNKNOWN)
        before = by_session.get(row.texts["session"], UNKNOWN)
        by_session[row.texts["session"]] = max(before, value)
    if column.name in _SUMMED:
        return total(list(by_session.values()))
    known = [value for value in by_session.values() if value != UNKNOWN]
    if not known:
        return UNKNOWN
    if column.name == "is_progress_report":
        return max(known)
    if column.kind in {"flag", "choice"}:
        return min(known)
    return known[0] if len(set(known)) == 1 else by_session[min(by_session)]


def _line_order(row: _Row) -> tuple[Any, ...]:
    values = row.values
    head = (values["patient"], row.day, values["visit"], values["line"], values["session"])
    return (*head, *(values.get(name, UNKNOWN) for name in _TIE))


def _interval_order(row: _Row) -> tuple[int, ...]:
    names = ("start_minute", "end_minute", "patient", "visit", "is_one_on_one", "is_group")
    values = row.values
    return (values["therapist"], row.day, *(values.get(name, UNKNOWN) for name in names))


def _columns(rows: Sequence[_Row], table: str) -> dict[str, list[int]]:
    present: dict[str, None] = dict.fromkeys(
        name for name, column in COLUMNS.items() if table in column.tables and name in _ALWAYS
    )
    for row in rows:
        present.update(dict.fromkeys(row.values))
    return {name: [row.values.get(name, UNKNOWN) for row in rows] for name in present}
