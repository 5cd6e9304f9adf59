"""Tables of service lines: CSV with a mapping file, and the one reader for whatever a path holds.

A mapping is TOML. ``[columns]`` names, for each value of ours, the column of the file that
holds it (several for ``modifiers``). ``[values]`` translates words. ``[file]`` may give
``encoding``, ``delimiter`` and ``payer``. Without a mapping, columns that bear our own names
are taken as they are.
"""

from __future__ import annotations

import codecs
import csv
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Final, NoReturn

from neuroreed.model.columns import ALIASES, COLUMNS
from neuroreed.model.errors import BadInput, MappingError
from neuroreed.model.values import modifier_list, read

NEEDED: Final = ("patient", "date_of_service", "code")
SNIFFED: Final = 4096  # junk may stand before the first interchange
_FILE_KEYS: Final = {"encoding", "delimiter", "payer"}
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TableMapping:
    """Which column of a file holds which value of ours.

    ``columns`` go from our name to theirs; ``values`` from our name to a translation of words.
    """

    file: str
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str = ","
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a table gave: columns found (ours to theirs), missing, unused; how many rows."""

    file: str
    rows: int
    found: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The report as sentences."""
        found = ", ".join(self.found)
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        notes = [f"{self.file}: {rows}; read {found}."]
        if self.unused:
            notes.append(f"Columns not used: {', '.join(self.unused)}.")
        if self.missing:
            notes.append(f"Not in the file: {', '.join(self.missing)}.")
        return tuple(notes)


def read_mapping(path: str | PathLike[str]) -> TableMapping:
    """A mapping file.

    Raises:
        MappingError: a word that mappings do not know, or a value of ours that does not exist.
    """
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name}: is not TOML: {error}.") from None
    for key in data:
        if key not in {"columns", "values", "file"}:
            raise MappingError(path.name, key, "a mapping has columns, values and file")
    sections = {key: data.get(key, {}) for key in ("columns", "values", "file")}
    for key, section in sections.items():
        if not isinstance(section, dict):
            raise MappingError(path.name, key, "is a section of names")
    for key in sections["file"]:
        if key not in _FILE_KEYS:
            raise MappingError(path.name, key, f"file has {', '.join(sorted(_FILE_KEYS))}")
    columns = {}
    for name, theirs in sections["columns"].items():
        names = tuple(theirs) if isinstance(theirs, list) else (theirs,)
        if not names or not all(isinstance(each, str) and each for each in names):
            raise MappingError(path.name, name, "names a column, or a list of columns")
        if len(names) > 1 and _ours(path.name, name) != "modifiers":
            raise MappingError(path.name, name, "only modifiers may stand in several columns")
        columns[_spoken(path.name, name)] = names
    values = {}
    for name, words in sections["values"].items():
        if not isinstance(words, dict):
            raise MappingError(path.name, name, "translations are words to words")
        values[_ours(path.name, name)] = {str(k): str(v) for k, v in words.items()}
    settings = sections["file"]
    delimiter = settings.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        raise MappingError(path.name, "delimiter", "is one character")
    encoding = settings.get("encoding")
    if encoding is not None:
        try:
            codecs.lookup(str(encoding))
        except LookupError:
            raise MappingError(path.name, "encoding", f"{encoding!r} is not known") from None
    return TableMapping(path.name, columns, values, encoding, delimiter, settings.get("payer"))


def read_table(
    path: str | PathLike[str], mapping: TableMapping | None = None
) -> tuple[list[dict[str, Any]], TableReport]:
    """The rows of a CSV as visits in plain data, and what was found.

    Raises:
        BadInput: an encoding, a row or a value that cannot be read; with file and row.
        MappingError: a column that the mapping names and the file lacks, or one it needs.
    """
    path = Path(path)
    mapping = mapping or TableMapping(path.name, {})
    reader = csv.reader(_text(path, mapping), delimiter=mapping.delimiter, strict=True)
    rows = _rows(path.name, reader)
    header = next(rows, (0, []))[1]
    names = [name.strip() for name in header]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise MappingError(path.name, twice, "stands in the header twice")
    found = _columns(path.name, names, mapping)
    visits: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    count = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise BadInput(
                f"{path.name}, row {number}: has {len(cells)} cells, the header {len(names)}."
            )
        count += 1
        _add(path.name, number, dict(zip(names, cells, strict=True)), found, mapping, visits)
    given = {ALIASES[name] for name in found}
    missing = tuple(
        name
        for name, column in COLUMNS.items()
        if column.given and "lines" in column.tables and name not in given and name != "session"
    )
    taken = {theirs for each in found.values() for theirs in each}
    unused = tuple(name for name in names if name not in taken)
    return list(visits.values()), TableReport(path.name, count, found, missing, unused)


def read_source(
    path: str | PathLike[str], *, mapping: str | PathLike[str] | None = None
) -> tuple[Any, tuple[str, ...]]:
    """Whatever a path holds, as ``to_book`` takes it, and sentences about the reading.

    Raises:
        BadInput: neither X12 with claims nor a table that can be read.
    """
    path = Path(path)
    if path.suffix.lower() == ".parquet":
        raise BadInput(f"{path.name}: Parquet is audited by `neuroreed bulk`.")
    with path.open("rb") as file:
        beginning = file.read(SNIFFED)
    if b"ISA" in beginning and b"GS" in beginning and mapping is None:
        return _read_x12(path)
    visits, report = read_table(path, read_mapping(mapping) if mapping is not None else None)
    return visits, report.notes


def _read_x12(path: Path) -> tuple[Any, tuple[str, ...]]:
    from neuroreed.exchange.x12 import read_x12

    parsed = read_x12(path.read_bytes())
    kinds = {
        transaction.get("type")
        for interchange in parsed.get("interchanges", ())
        for group in interchange.get("groups", ())
        for transaction in group.get("transactions", ())
    }
    if "837" not in kinds:
        held = ", ".join(sorted(str(kind) for kind in kinds)) or "no transaction"
        raise BadInput(f"{path.name}: holds {held}, and no claims (837).")
    notes = []
    for defect in parsed.get("defects", ()):
        where = f" (segment {defect['segment']})" if defect.get("segment") else ""
        notes.append(f"{path.name}: {defect.get('message')}{where}")
    return parsed, tuple(notes)


def _spoken(file: str, name: str) -> str:
    """The name as the mapping spells it, if we know it; its spelling tells dollars from cents."""
    _ours(file, name)
    return name


def _ours(file: str, name: str) -> str:
    if name not in ALIASES or not COLUMNS[ALIASES[name]].given:
        raise MappingError(file, name, "is not a value of ours")
    return ALIASES[name]


def _text(path: Path, mapping: TableMapping) -> io.StringIO:
    data = path.read_bytes()
    encoding = mapping.encoding
    if encoding is None:
        encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{path.name}, row {line}: is not {encoding}. "
            "Give the encoding in the mapping, for example encoding = 'cp1252'."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadInput(f"{path.name}, row {line}: holds a zero byte; this is not a text table.")
    return io.StringIO(text, newline="")


def _rows(file: str, reader: Any) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise BadInput(f"{file}, row {reader.line_num}: {error}.") from None
        if row is None:
            return
        yield reader.line_num, row


def _columns(file: str, names: Sequence[str], mapping: TableMapping) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for ours, theirs in mapping.columns.items():
        for name in theirs:
            if name not in names:
                raise MappingError(file, name, f"the mapping wants it for {ours}; it is not there")
        found[ours] = theirs
    taken = {ALIASES[ours] for ours in found}
    used = {name for theirs in found.values() for name in theirs}
    for name in names:
        ours = ALIASES.get(name, "")
        if ours and name not in used and ours not in taken and COLUMNS[ours].given:
            found[name] = (name,)
            taken.add(ours)
    for needed in NEEDED:
        if needed not in taken:
            _refuse_header(file, names, needed)
    return found


def _refuse_header(file: str, names: Sequence[str], needed: str) -> NoReturn:
    if not any(names):
        raise BadInput(f"{file}: is empty, or has no header.")
    for sign, said in (("\t", "\\t"), (";", ";"), ("|", "|")):
        if len(names) == 1 and sign in names[0]:
            raise BadInput(
                f'{file}: its header is one column; give delimiter = "{said}" '
                "under [file] in a mapping."
            )
    raise MappingError(file, needed, "no column of the file holds it; name it in a mapping")


def _add(
    file: str,
    number: int,
    cells: Mapping[str, str],
    found: Mapping[str, tuple[str, ...]],
    mapping: TableMapping,
    visits: dict[tuple[str, str, str, str], dict[str, Any]],
) -> None:
    """One row to the visit it belongs to, each value read once so that errors name the row."""
    where = f"{file}, row {number}"
    line: dict[str, Any] = {}
    for spoken, theirs in found.items():
        ours = ALIASES[spoken]
        texts = [cells[name].strip() for name in theirs]
        words = mapping.values.get(ours, {})
        texts = [words.get(text, text) for text in texts]
        if ours == "modifiers":
            try:
                line[spoken] = modifier_list(",".join(text for text in texts if text))
            except ValueError as error:
                raise BadInput(f"{where}, modifiers: {error}.") from None
            continue
        text = texts[0]
        if not text:
            continue
        if COLUMNS[ours].kind != "name":
            dollars = COLUMNS[ours].kind == "cents" and not spoken.endswith("_cents")
            read(COLUMNS[ours], text, where, dollars=dollars)
        line[spoken] = text
    by_ours = {ALIASES[spoken]: value for spoken, value in line.items()}
    for needed in NEEDED:
        if needed not in by_ours:
            raise BadInput(f"{where}: {needed} is empty.")
    given = by_ours.get("session") or by_ours.get("visit")
    day = str(by_ours["date_of_service"])
    key = (
        str(by_ours["patient"]),
        str(given or ""),
        "" if given else day,
        str(by_ours.get("discipline", "")),
    )
    # without a visit's own number the first row names it: never the patient
    name = given or f"row {number}"
    visit = visits.setdefault(key, {"session_id": name, "lines": []})
    for spoken in list(line):
        if ALIASES[spoken] in {"session", "visit"}:
            del line[spoken]
    if mapping.payer is not None and "payer" not in by_ours:
        line["payer"] = mapping.payer
    line.setdefault("line", len(visit["lines"]) + 1)
    visit["lines"].append(line)


__all__ = [
    "TableMapping",
    "TableReport",
    "read_mapping",
    "read_source",
    "read_table",
]
