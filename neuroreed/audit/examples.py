"""The worked examples that stand beside the rules: read, shown in the rule book, run by tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from neuroreed.audit.attach import attach
from neuroreed.audit.registry import RULE_FILES
from neuroreed.model.errors import BadInput
from neuroreed.model.lines import Book, to_book

# the day lies in the quarter of the code edits that we ship whole
ON = "2024-08-05"
_WORDS = {"it", "source", "edge", "payer", "date", "facts", "policy", "visit", "visits", "finds"}


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example.

    ``visits`` are plain data for ``to_book``; ``policy`` are values set in place of ours.
    ``finds`` is ``nothing``, ``unknown`` (not assessed), a word for one finding at least, or
    the codes of the lines that are found.
    ``edge`` says that it stands right at the boundary.
    """

    rule: str
    it: str
    policy: Mapping[str, int]
    visits: tuple[Mapping[str, Any], ...]
    finds: str | tuple[str, ...]
    edge: bool
    source: str

    def book(self) -> Book:
        """The book of the example, with the policy values it sets itself."""
        book = attach(to_book(self.visits))
        for name, value in self.policy.items():
            book.lines[name] = [value] * len(book)
        return book


@cache
def examples() -> dict[str, tuple[Example, ...]]:
    """Examples by rule id, in the order of the files.

    Raises:
        BadInput: an example with an unknown word or without an answer.
    """
    import yaml

    found: dict[str, tuple[Example, ...]] = {}
    for family in RULE_FILES:
        file = resources.files("neuroreed.audit.rules") / f"{family}.yaml"
        # the fast loader is as safe as safe_load
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_loader())  # noqa: S506
        for rule_id, entries in data.items():
            found[rule_id] = tuple(_example(rule_id, entry) for entry in entries)
    return found


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _example(rule_id: str, entry: Mapping[str, Any]) -> Example:
    if unknown := set(entry) - _WORDS:
        raise BadInput(f"Example of {rule_id}: {sorted(unknown)[0]} is not a word of examples.")
    if "finds" not in entry or "it" not in entry:
        raise BadInput(f"Example of {rule_id}: says neither what it is nor what it finds.")
    shared = {
        "patient_id": "P1",
        "visit_id": "V1",
        "payer": entry.get("payer", "medicare_part_b"),
        "date_of_service": entry.get("date", ON),
        "discipline": "PT",
        **entry.get("facts", {}),
    }
    given = entry.get("visits") or [{"lines": entry["visit"]}]
    finds = entry["finds"]
    return Example(
        rule=rule_id,
        it=entry["it"],
        policy=entry.get("policy", {}),
        visits=tuple({**shared, **visit} for visit in given),
        finds=tuple(finds) if isinstance(finds, list) else str(finds),
        edge=bool(entry.get("edge")),
        source=entry.get("source", ""),
    )
