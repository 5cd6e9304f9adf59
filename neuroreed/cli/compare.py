"""``neuroreed compare``: two scores of one measure, what changed and how sure that is."""

from __future__ import annotations

import argparse

from neuroreed.care.outcomes.compare import CONDITIONS, compare
from neuroreed.care.outcomes.library import measure, measures, number, populations
from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Change


def run(argv: list[str]) -> int:
    """Print the verdict with its sentence, flags and sources."""
    parser = argparse.ArgumentParser(
        prog="neuroreed compare",
        description="Compare two scores of one outcome measure, exactly.",
    )
    parser.add_argument("measure", nargs="?", help="id or abbreviation, for example berg")
    parser.add_argument(
        "--population",
        action="append",
        help="whom the patient belongs to; several in order of preference",
    )
    parser.add_argument("--baseline", help="first score, for example 33 or 0.40")
    parser.add_argument("--current", help="score now")
    for name in CONDITIONS:
        word = name.replace("_", "-")
        for when in ("baseline", "current"):
            parser.add_argument(f"--{when}-{word}", help=f"{name.replace('_', ' ')}, {when} test")
    parser.add_argument(
        "--band",
        action="append",
        default=[],
        metavar="MEASURE=VALUE",
        help="baseline of another measure that a figure's band is in",
    )
    parser.add_argument("--list", action="store_true", help="the measures and the populations")
    parser.add_argument("--json", action="store_true", help="print what the library returns")
    asked = parser.parse_args(argv)
    if asked.list:
        return _list(asked.measure, asked.json)
    if asked.measure is None or not asked.population:
        raise BadInput("Name a measure and a --population, or ask for --list.")
    given = {
        f"{when}_{name}": getattr(asked, f"{when}_{name}")
        for name in CONDITIONS
        for when in ("baseline", "current")
    }
    bands = {}
    for pair in asked.band:
        key, sign, value = pair.partition("=")
        if not sign:
            raise BadInput(f"{pair!r} is not MEASURE=VALUE.")
        bands[key] = number(value, f"baseline of {key}")
    change = compare(
        asked.measure,
        population=asked.population,
        baseline=asked.baseline,
        current=asked.current,
        band_values=bands,
        **given,
    )
    if asked.json:
        print_json(change)
    else:
        _print(change)
    return 0


def _print(change: Change) -> None:
    print(f"{change.verdict.value}: {change.sentence}")
    for note in change.notes:
        print(f"  - {note}")
    if change.flags:
        print(f"  flags: {', '.join(change.flags)}")
    for source in change.sources:
        print(f"  source: {source}")


def _list(name: str | None, as_json: bool) -> int:
    if name is not None:
        chosen = measure(name)
        if as_json:
            print_json(chosen)
        else:
            print(f"{chosen.id}: {chosen.name}, {chosen.unit}, {chosen.better} is better")
            for figure in chosen.figures:
                mark = "" if figure.verified else "  [unverified]"
                print(
                    f"  {figure.kind} {figure.value} {figure.population}: {figure.citation}{mark}"
                )
        return 0
    if as_json:
        print_json({"measures": sorted(measures()), "populations": populations()})
        return 0
    width = max(map(len, measures()))
    for chosen in measures().values():
        print(f"{chosen.id:<{width}}  {chosen.name}, {chosen.unit}")
    print(f"\npopulations: {', '.join(populations())}")
    return 0
