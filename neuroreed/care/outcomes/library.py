"""The shipped measures: loaded once, every figure with its citation or not at all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from neuroreed.model.errors import BadInput, PolicyFileError
from neuroreed.model.measures import Band, Citation, Figure, Licence, Measure, Scoring

FILE = "outcome_measures.yaml"
KINDS = frozenset({"mdc", "mcid", "mcid_large", "mcid_worsening", "cutoff", "norm", "sem"})
COMPARED = frozenset({"mdc", "mcid", "mcid_large", "mcid_worsening"})
NOT_STATED = "n/s"
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,12})?")


class _ExactLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML whose decimal numbers stay decimal."""


def _decimal_of(loader: Any, node: Any) -> Decimal:
    return Decimal(loader.construct_scalar(node))


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal_of)


def read_yaml(text: str) -> Any:
    """YAML as plain data, with ``Decimal`` in place of binary floats."""
    return yaml.load(text, Loader=_ExactLoader)  # noqa: S506  (a SafeLoader by descent)


@cache
def _file() -> Mapping[str, Any]:
    data = resources.files("neuroreed.care").joinpath("data", FILE)
    return dict(read_yaml(data.read_text("utf-8")))


@cache
def measures() -> Mapping[str, Measure]:
    """Every shipped measure by id.

    Raises:
        PolicyFileError: a figure without citation, a broken range, an id twice.
    """
    return build(_file())


@cache
def populations() -> tuple[str, ...]:
    """The populations that figures are given for."""
    return tuple(_file()["meta"]["populations"])


def interpretation_rules() -> tuple[str, ...]:
    """The rules of comparison in words, as shipped with the figures."""
    return tuple(_file()["meta"]["interpretation_rules"])


def version() -> str:
    """Version and date of the shipped figures."""
    meta = _file()["meta"]
    return f"{meta['version']} ({meta['date']})"


def measure(id_or_abbreviation: str) -> Measure:
    """One measure by id, or by its abbreviation where that is unique.

    Raises:
        BadInput: no such measure; the nearest names are offered.
    """
    known = measures()
    if not isinstance(id_or_abbreviation, str):
        raise BadInput(f"A measure is named by text, not by {type(id_or_abbreviation).__name__}.")
    wanted = id_or_abbreviation.strip()
    if wanted in known:
        return known[wanted]
    folded = wanted.casefold()
    same = [m for m in known.values() if folded in (m.id.casefold(), m.abbreviation.casefold())]
    if len(same) == 1:
        return same[0]
    raise BadInput(f"There is no measure {wanted!r}.{_nearest(wanted, known)}")


def population(name: str) -> str:
    """``name`` if figures may exist for it.

    Raises:
        BadInput: no such population; the nearest names are offered.
    """
    if name not in populations():
        raise BadInput(f"There is no population {name!r}.{_nearest(str(name), populations())}")
    return name


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f" Nearest: {', '.join(near)}." if near else ""


def number(value: object, what: str, levels: tuple[str, ...] = ()) -> Decimal:
    """A score given as text, whole number or ``Decimal``, exactly.

    ``levels`` are the names of an ordinal scale that has grades between whole numbers,
    for example 1+ of the modified Ashworth scale, which lies midway.

    Raises:
        BadInput: a float (it cannot hold 0.1), not a number, not finite.
    """
    if isinstance(value, (bool, float)):
        raise BadInput(f"{what}: give text or a Decimal, not {type(value).__name__} {value!r}.")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str):
        text = value.strip()
        if text in levels and text.endswith("+"):
            return Decimal(text[:-1]) + Decimal("0.5")
        if not _PLAIN_NUMBER.fullmatch(text):
            raise BadInput(f"{what}: {value[:40]!r} is not a number such as 12 or 12.5.")
        return Decimal(text)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise BadInput(f"{what}: {value} is not a number.")
        return value
    raise BadInput(f"{what}: give text or a Decimal, not {type(value).__name__}.")


def in_range(measure_: Measure, value: Decimal, what: str) -> Decimal:
    """``value`` if the scale holds it.

    Raises:
        BadInput: outside the range of the measure.
    """
    if not measure_.range.holds(value):
        low, high = measure_.range.minimum, measure_.range.maximum
        limits = f"{low} to {high}" if high is not None else f"{low} or more"
        raise BadInput(
            f"{what}: {value} is outside the range of {measure_.abbreviation}, "
            f"{limits} {measure_.unit}."
        )
    return value


def build(data: Mapping[str, Any], file: str = FILE) -> dict[str, Measure]:
    """Plain data as measures, checked figure by figure.

    Raises:
        PolicyFileError: names the measure and the key that is wrong.
    """
    known = frozenset(data.get("meta", {}).get("populations", ()))
    found: dict[str, Measure] = {}
    for entry in data.get("measures", ()):
        try:
            made = _measure(entry, known)
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise PolicyFileError(file, None, f"{entry.get('id')}: {error}") from error
        if made.id in found:
            raise PolicyFileError(file, None, f"{made.id} is there twice")
        found[made.id] = made
    for made in found.values():
        for figure in made.figures:
            if figure.band_measure is not None and figure.band_measure not in found:
                raise PolicyFileError(file, None, f"{made.id}: no {figure.band_measure}")
    return found


def _measure(entry: Mapping[str, Any], known: frozenset[str]) -> Measure:
    if entry["better"] not in ("higher", "lower"):
        raise ValueError(f"better is {entry['better']!r}")
    licence = entry["licence"]
    return Measure(
        id=entry["id"],
        name=entry["name"],
        abbreviation=entry["abbreviation"],
        domains=tuple(entry["domains"]),
        unit=entry["unit"],
        range=Band(_exact(entry["range"]["min"]), _exact(entry["range"]["max"])),
        recording_precision=Decimal(entry["recording_precision"]),
        better=entry["better"],
        administration=entry["administration"],
        scoring=_scoring(entry["scoring"]),
        licence=Licence(
            licence["status"],
            licence["holder_note"],
            licence["items_may_ship"],
            licence["record_as"],
            licence["checked"],
        ),
        figures=tuple(_figure(value, known) for value in entry["values"]),
        cautions=entry.get("cautions"),
        equipment=tuple(entry.get("equipment", ())),
        anpt_core_set=bool(entry.get("anpt_core_set", False)),
        loinc=entry["loinc"]["code"] if entry["loinc"]["verified"] else None,
    )


def _scoring(entry: Mapping[str, Any]) -> Scoring:
    items = entry.get("items")
    if isinstance(items, str):
        low, high = items.split("-")
        items = (int(low), int(high))
    elif items is not None:
        items = (int(items), int(items))
    return Scoring(
        method=entry["method"],
        trials=entry.get("trials", entry.get("trials_if_not_full")),
        items=items,
        item_max=entry.get("item_max"),
        min_answered=entry.get("min_answered"),
        cap_s=_exact(entry.get("cap_s")),
        conditions=tuple(entry.get("conditions", ())),
        subscales=tuple(entry.get("subscales", {}).items()),
        levels=tuple(entry.get("levels", ())),
        from_measure=entry.get("from_measure"),
        formula=entry.get("formula") or entry.get("scale") or entry.get("composite"),
        note=entry.get("note"),
    )


def _figure(value: Mapping[str, Any], known: frozenset[str]) -> Figure:
    cited = value["citation"]
    year = None if cited["year"] == NOT_STATED else int(cited["year"])
    complete = cited.get("complete", True) and year is not None
    citation = Citation(cited["authors"], year, cited["journal"], complete)
    if not (citation.authors and citation.journal):
        raise ValueError(f"a {value['kind']} of {value['value']} has no citation")
    if value["kind"] not in KINDS:
        raise ValueError(f"kind {value['kind']!r}")
    if known and value["population"] not in known:
        raise ValueError(f"population {value['population']!r} is not in the list")
    if value["kind"] in COMPARED and value.get("comparison") not in ("ge", "gt"):
        raise ValueError(f"a {value['kind']} without ge or gt")
    if value["kind"] == "cutoff" and value.get("side") not in ("ge", "gt", "le", "lt"):
        raise ValueError("a cut-off without its side")
    if value["verified"] is True and not value.get("url"):
        raise ValueError(f"a verified {value['kind']} of {value['value']} without its page")
    band, ci95, age = value.get("baseline_band"), value.get("ci95"), value.get("age")
    return Figure(
        kind=value["kind"],
        population=value["population"],
        value=Decimal(value["value"]),
        citation=citation,
        verified=value["verified"] is True,
        use=value["use"],
        value_high=_exact(value.get("value_high")),
        comparison=value.get("comparison"),
        side=value.get("side"),
        confidence_level=value.get("confidence_level"),
        band=Band(_exact(band.get("min")), _exact(band.get("max"))) if band else None,
        band_measure=value.get("band_measure"),
        relative=value.get("relative"),
        component=value.get("component"),
        side_tested=value.get("side_tested"),
        sex=value.get("sex"),
        age=(int(age[0]), int(age[1])) if age else None,
        ci95=(Decimal(ci95[0]), Decimal(ci95[1])) if ci95 else None,
        trial=value.get("trial"),
        statistic=value.get("statistic"),
        meaning=value.get("meaning"),
        derived=value.get("derived"),
        url=value.get("url"),
        source_type=value.get("source_type"),
    )


def _exact(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
