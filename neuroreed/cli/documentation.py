"""``neuroreed documentation``: how defensible the facts of a visit are, and what to ask."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuroreed.care.documentation import Band, DocumentationScore, documentation
from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput


def run(argv: list[str]) -> int:
    """Print score, band and open questions; status 1 when billing is blocked."""
    parser = argparse.ArgumentParser(
        prog="neuroreed documentation",
        description="Score the facts of a visit by 25 points; ask for what is missing.",
    )
    parser.add_argument("file", type=Path, help="the facts of one visit, YAML or JSON")
    parser.add_argument("--note", action="store_true", help="print the note that the facts make")
    parser.add_argument("--json", action="store_true", help="print what the library returns")
    asked = parser.parse_args(argv)
    facts = _facts(asked.file)
    score = documentation(facts)
    if asked.note:
        from neuroreed.care.note import compose

        note = compose(facts)
        if asked.json:
            print_json({"documentation": score, "note": note})
        else:
            _print(score)
            print(f"\n{note.text}")
    elif asked.json:
        print_json(score)
    else:
        _print(score)
    return 1 if score.band is Band.BLOCKED else 0


def _facts(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise BadInput(f"{path.name}{where}: neither YAML nor JSON.") from None
    except (RecursionError, ValueError):
        raise BadInput(f"{path.name}: cannot be read as facts of a visit.") from None
    if not isinstance(found, Mapping):
        raise BadInput(f"{path.name}: the facts of a visit are named facts.")
    return found


def _print(score: DocumentationScore) -> None:
    print(f"{score.score} of 100, {score.band.replace('_', ' ')}")
    for point in score.points:
        for failure in point.failures:
            mark = " (blocks billing)" if point.blocks else ""
            print(f"  {point.id} {point.title}{mark}: {failure.path}\n      {failure.question}")
        if point.why_not:
            print(f"  {point.id} {point.title}: not assessed. {point.why_not}")
