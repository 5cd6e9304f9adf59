"""Citations: where a number or a rule is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from neuroreed.model.errors import NoParameter, PolicyFileError
from neuroreed.policy import yamlfile
from neuroreed.policy.tables import PACKAGE

CONFIDENCE = {
    "V": "read in official text or in a faithful copy of it",
    "S": "read in a secondary source only",
    "K": "general professional knowledge, not re-read",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One source; ``section`` is empty unless it was asked for as ``id#section``.

    ``confidence``: V official text, S secondary, K knowledge that nobody re-read.
    ``for_rules``: cited by the rule book rather than by a number.
    """

    id: str
    title: str
    section: str
    link: str
    retrieved_on: date
    confidence: str
    for_rules: bool = False


def read_sources(path: Path) -> dict[str, Source]:
    """The sources of one file.

    Raises:
        PolicyFileError: with the line.
    """

    def fault(line: int, key: str, message: str) -> PolicyFileError:
        return PolicyFileError(path.name, line, f"{key}: {message}")

    located = yamlfile.read(path, fault)
    found = {}
    for name, entry in (located.data or {}).items():
        line = located.line(name)
        if not isinstance(entry, dict):
            raise fault(line, name, "give title, link, retrieved_on and confidence")
        if unknown := entry.keys() - {"title", "link", "retrieved_on", "confidence", "for"}:
            raise fault(line, name, f"unknown key {sorted(map(str, unknown))[0]}")
        title, link, day = entry.get("title"), entry.get("link"), entry.get("retrieved_on")
        confidence = entry.get("confidence")
        if not isinstance(title, str) or not title or not isinstance(link, str):
            raise fault(line, name, "needs a title and a link (which may be empty)")
        if not isinstance(day, date):
            raise fault(line, name, "retrieved_on is a date")
        if confidence not in CONFIDENCE:
            raise fault(line, name, "confidence is V, S or K")
        found[name] = Source(name, title, "", link, day, confidence, entry.get("for") == "rules")
    return found


@cache
def all_sources() -> dict[str, Source]:
    """Every source that we ship, by id."""
    return read_sources(PACKAGE / "sources.yaml")


def source(cite: str) -> Source:
    """The source of ``id`` or ``id#section``.

    Raises:
        NoParameter: there is no such source.
    """
    name, _, section = cite.partition("#")
    try:
        found = all_sources()[name]
    except KeyError:
        raise NoParameter("source", name, None, "Add it to sources.yaml.") from None
    return replace(found, section=section)
