"""Whether the policy data hold together: cited, gapless, and nothing cited in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from neuroreed.model.errors import BadInput, PolicyFileError, ProfileError
from neuroreed.policy import tables
from neuroreed.policy.parameters import FOLDER_PAYERS, read_parameter
from neuroreed.policy.payers import Profile, read_profile
from neuroreed.policy.sources import CONFIDENCE, Source, read_sources

TIMINGS = frozenset(
    {
        *("T15", "T15_first", "T15_added", "T30_first", "T30_added", "T60_first", "T60_added"),
        *("T120_first", "hour", "untimed", "area_added", "episode", "period30"),
        *("month", "month_added", "cumulative"),
    }
)
LISTINGS = frozenset({"always", "sometimes", "payer"})
MEDICARE = frozenset({"payable", "bundled", "invalid", "not_covered"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; ``row`` counts from 1 and is ``None`` for a whole file."""

    file: str
    row: int | None
    says: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.row is None else f', row {self.row}'}: {self.says}"


class _Citations:
    """Which sources exist, and which of them something cites."""

    def __init__(self, sources: dict[str, Source], also_cited: Iterable[str]) -> None:
        self.sources = sources
        self.used = {cite.partition("#")[0] for cite in also_cited}

    def fault(self, cite: str) -> str | None:
        """Note a citation; the answer says what is wrong with it."""
        name, _, section = cite.partition("#")
        if not name:
            return "cites no source"
        self.used.add(name)
        if name not in self.sources:
            return f"cites {name}, which sources.yaml does not hold"
        return None if section else f"cites {name} without a section"


def faults(
    folder: Path = tables.PACKAGE, *, also_cited: Iterable[str] | None = None
) -> tuple[Fault, ...]:
    """Everything that is wrong with a folder of policy data, in the shape of ours.

    ``also_cited`` are the citations of the rule book; without them the sources that are
    marked ``for: rules`` are taken as used.
    """
    try:
        sources = read_sources(folder / "sources.yaml")
    except PolicyFileError as error:
        return (Fault(error.file, error.row, str(error)),)
    cites = _Citations(sources, also_cited or ())
    found = [
        *_of_parameters(folder, cites),
        *_of_payers(folder, cites),
        *_of_releases(folder, cites),
        *_of_undated(folder, cites),
        *_of_codes(folder),
    ]
    for cite in also_cited or ():
        if cite.partition("#")[0] not in sources:
            found.append(Fault("rule book", None, f"cites {cite}, which sources.yaml lacks"))
    for name, source in sources.items():
        spared = source.for_rules and also_cited is None
        if name not in cites.used and not spared:
            found.append(Fault("sources.yaml", None, f"{name}: nothing cites it"))
    return tuple(found)


def _located(error: BadInput, path: Path, folder: Path) -> Fault:
    name = path.relative_to(folder).as_posix()
    if isinstance(error, PolicyFileError):
        return Fault(name, error.row, str(error).partition(": ")[2])
    if isinstance(error, ProfileError):
        return Fault(name, error.line, str(error).partition(": ")[2])
    return Fault(name, None, str(error))


def _of_parameters(folder: Path, cites: _Citations) -> Iterator[Fault]:
    root = folder / "parameters"
    seen: dict[tuple[str, str], str] = {}
    for path in sorted(root.rglob("*.yaml")):
        top = path.relative_to(root).parts[0]
        file = path.relative_to(folder).as_posix()
        payer = FOLDER_PAYERS.get(top, top)
        if (payer, path.stem) in seen:
            yield Fault(file, None, f"the same parameter as {seen[(payer, path.stem)]}")
        seen[(payer, path.stem)] = file
        try:
            parameter = read_parameter(path, payer)
        except PolicyFileError as error:
            yield _located(error, path, folder)
            continue
        for value in parameter.values:
            if says := cites.fault(value.cite):
                yield Fault(file, None, f"value from {value.since}: {says}")


def _of_payers(folder: Path, cites: _Citations) -> Iterator[Fault]:
    found: dict[str, Profile] = {}
    for path in sorted((folder / "payers").glob("*.yaml")):
        try:
            found[path.stem] = read_profile(path)
        except ProfileError as error:
            yield _located(error, path, folder)
    for profile in found.values():
        file = f"payers/{profile.file}"
        if profile.extends is not None and profile.extends not in found:
            yield Fault(file, profile.extends_line, f"extends: no profile {profile.extends!r}")
        if profile.name is None or profile.reviewed_on is None:
            yield Fault(file, 1, "needs a name and reviewed_on")
        for setting in profile.settings:
            if setting.value is None:
                continue
            if says := cites.fault(setting.cite):
                yield Fault(file, setting.line, f"{setting.key}: {says}")
            if setting.confidence not in CONFIDENCE:
                yield Fault(file, setting.line, f"{setting.key}: confidence is V, S or K")
        for cite in profile.sources:
            if says := cites.fault(cite):
                yield Fault(file, None, f"sources: {says}")


def _of_releases(folder: Path, cites: _Citations) -> Iterator[Fault]:
    try:
        known = tables.index(folder, of_clinic=False)
        gaps = {
            (row["table"], date.fromisoformat(row["from"]), date.fromisoformat(row["until"]))
            for row in tables.read(folder / "gaps.csv")
        }
    except PolicyFileError as error:
        yield Fault(error.file, error.row, str(error))
        return
    for release in known:
        name = f"{tables.FOLDERS[release.table]}/{release.path.name}"
        if says := cites.fault(release.source):
            yield Fault(name, None, says)
        if release.confidence not in CONFIDENCE:
            yield Fault(name, None, "confidence is V, S or K")
        if not release.path.exists():
            yield Fault(name, None, "releases.csv names it, but it is not there")
            continue
        count = _count(release)
        if count != release.rows:
            yield Fault(name, None, f"holds {count} rows where releases.csv says {release.rows}")
    for table in tables.FOLDERS:
        series = sorted((r for r in known if r.table == table), key=lambda r: r.effective_from)
        spans = [(release.effective_from, release.effective_to) for release in series]
        declared = {(since, until) for name, since, until in gaps if name == table}
        yield from (
            Fault(f"releases.csv: {table}", None, says) for says in _breaks(spans, declared)
        )
    for release in known:
        if release.table == "conversion_factor" and release.path.exists():
            yield from _of_factors(release, cites)


def _count(release: tables.Release) -> int:
    if release.table != "zip5":
        return sum(1 for _ in tables.read(release.path))
    total = 0
    for row in tables.read(release.path):
        for span in row["zips"].split():
            first, _, last = span.partition("-")
            total += int(last or first) - int(first) + 1
    return total


def _of_factors(release: tables.Release, cites: _Citations) -> Iterator[Fault]:
    spans: dict[str, list[tuple[date, date]]] = {"nonQP": [], "QP": []}
    name = f"{tables.FOLDERS[release.table]}/{release.path.name}"
    for row in tables.read(release.path):
        if says := cites.fault(row["source"]):
            yield Fault(name, None, f"factor from {row['effective_from']}: {says}")
        span = (date.fromisoformat(row["effective_from"]), date.fromisoformat(row["effective_to"]))
        for track in spans:
            if row["track"] in ("all", track):
                spans[track].append(span)
    for track, found in spans.items():
        yield from (Fault(name, None, f"{track}: {says}") for says in _breaks(sorted(found), set()))


def _breaks(spans: list[tuple[date, date]], declared: set[tuple[date, date]]) -> Iterator[str]:
    """Overlaps, and gaps that nobody declared, between spans in order of their first day."""
    one_day = timedelta(days=1)
    for (_, until), (since, _) in pairwise(spans):
        if since <= until:
            yield f"the release from {since} overlaps with the one before"
            continue
        first = until + one_day
        for gap_since, gap_until in sorted(declared):
            if gap_since == first:
                first = gap_until + one_day
        if first != since:
            yield f"nothing from {first} to {since - one_day}: a gap nobody declared"


def _of_undated(folder: Path, cites: _Citations) -> Iterator[Fault]:
    for row in tables.read(folder / "undated.csv"):
        path = folder / row["file"]
        if says := cites.fault(row["source"]):
            yield Fault(row["file"], None, says)
        if not path.exists():
            yield Fault(row["file"], None, "undated.csv names it, but it is not there")
        elif (count := sum(1 for _ in tables.read(path))) != int(row["rows"]):
            yield Fault(
                row["file"], None, f"holds {count} rows where undated.csv says {row['rows']}"
            )


def _of_codes(folder: Path) -> Iterator[Fault]:
    file = "codes/therapy_codes.csv"
    seen: set[str] = set()
    rows = list(tables.read(folder / file))
    known = {row["cpt"] for row in rows}
    for number, row in enumerate(rows, start=2):
        says = [
            message
            for wrong, message in (
                (row["cpt"] in seen, "stands here twice"),
                (row["timing"] not in TIMINGS, f"timing {row['timing']!r} is not known"),
                (row["listing"] not in LISTINGS, f"listing {row['listing']!r} is not known"),
                (row["medicare"] not in MEDICARE, f"medicare {row['medicare']!r} is not known"),
                (row["confidence"] not in CONFIDENCE, "confidence is V, S or K"),
                (not row["label"], "needs a label of our own"),
                (bool(row["family"]) and row["family"] not in known, "family is not a code here"),
                (
                    bool(row["since"] and row["until"]) and row["until"] < row["since"],
                    "until lies before since",
                ),
            )
            if wrong
        ]
        seen.add(row["cpt"])
        for message in says:
            yield Fault(file, number, f"{row['cpt']}: {message}")
