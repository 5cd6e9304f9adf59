"""Two scores of one measure: what changed, and how sure that is.

The rules of comparison are the ones shipped with the figures (``interpretation_rules``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from neuroreed.care.outcomes import library, words
from neuroreed.care.outcomes.figures import needed, pick, reaches
from neuroreed.care.outcomes.library import in_range, number
from neuroreed.care.outcomes.reading import crossings
from neuroreed.model.errors import BadInput
from neuroreed.model.measures import Change, Figure, Measure, Verdict

Number = str | int | Decimal

CONDITIONS = ("device", "assistance", "protocol", "side", "medication_state", "component")


def compare(
    measure: str,
    *,
    population: str | Sequence[str],
    baseline: Number | None,
    current: Number | None,
    baseline_device: str | None = None,
    current_device: str | None = None,
    baseline_assistance: str | None = None,
    current_assistance: str | None = None,
    baseline_protocol: str | None = None,
    current_protocol: str | None = None,
    baseline_side: str | None = None,
    current_side: str | None = None,
    baseline_medication_state: str | None = None,
    current_medication_state: str | None = None,
    baseline_component: str | None = None,
    current_component: str | None = None,
    band_values: Mapping[str, Number] | None = None,
) -> Change:
    """Judge the change between two scores.

    Args:
        measure: id or abbreviation of a shipped measure.
        population: one population name, or several in order of preference.
        baseline, current: scores as text, whole numbers or ``Decimal``, compared exactly;
            ``None`` when not recorded.
        baseline_device and the like: the conditions of each test. A condition recorded
            once and not the other time cannot be shown to be equal. A side may be
            ``more_affected`` or ``less_affected``, which chooses among figures, or any name.
        band_values: baselines of other measures, where a figure's band is in one of them.

    Raises:
        BadInput: unknown measure or population, a float, a score outside the scale.
    """
    chosen = library.measure(measure)
    names = _populations(population)
    levels = chosen.scoring.levels
    before = _score(chosen, baseline, "baseline", levels)
    after = _score(chosen, current, "current score", levels)
    bands = {
        key: in_range(
            library.measure(key), number(value, f"baseline of {key}"), f"baseline of {key}"
        )
        for key, value in (band_values or {}).items()
    }
    given = {
        "device": (baseline_device, current_device),
        "assistance": (baseline_assistance, current_assistance),
        "protocol": (baseline_protocol, current_protocol),
        "side": (baseline_side, current_side),
        "medication_state": (baseline_medication_state, current_medication_state),
        "component": (baseline_component, current_component),
    }
    differing = [name for name in CONDITIONS if _differ(*given[name])]
    if differing:
        return _not_comparable(chosen, names, before, after, differing, given)
    if before is None or after is None:
        return _missing(chosen, names, before, after)
    side = _same(baseline_side)
    component = _same(baseline_component)
    found = {
        kind: pick(chosen, kind, names, before, band_values=bands, side=side, component=component)
        for kind in ("mdc", "mcid", "mcid_large", "mcid_worsening")
    }
    return _judge(chosen, names, before, after, found, side)


def _populations(given: str | Sequence[str]) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    if not names:
        raise BadInput("Name the population of the patient.")
    return tuple(library.population(name) for name in names)


def _score(
    chosen: Measure, value: Number | None, what: str, levels: tuple[str, ...]
) -> Decimal | None:
    if value is None:
        return None
    return in_range(chosen, number(value, what, levels), what)


def _same(value: str | None) -> str | None:
    """A condition as it compares: case, blanks and hyphens do not make a difference."""
    if value is None or not value.strip():
        return None
    return "_".join(value.casefold().replace("-", " ").replace("_", " ").split())


def _differ(first: str | None, second: str | None) -> bool:
    for value in (first, second):
        if value is not None and not isinstance(value, str):
            raise BadInput(f"A test condition is text, not {type(value).__name__}.")
    return _same(first) != _same(second)


def _not_comparable(
    chosen: Measure,
    names: tuple[str, ...],
    before: Decimal | None,
    after: Decimal | None,
    differing: Sequence[str],
    given: Mapping[str, tuple[str | None, str | None]],
) -> Change:
    parts = []
    for name in differing:
        was, now = given[name]
        parts.append(
            f"{name.replace('_', ' ')}: {was or 'not recorded'} at baseline, "
            f"{now or 'not recorded'} now"
        )
    sentence = (
        f"The two {chosen.abbreviation} scores cannot be compared, because the tests were not "
        f"done, or not recorded, under the same conditions ({'; '.join(parts)}). "
        "Repeat the test as at baseline, or set a new baseline."
    )
    flags = tuple(f"{name}_differs" for name in differing)
    return _answer(chosen, names, before, after, Verdict.NOT_COMPARABLE, sentence, flags)


def _missing(
    chosen: Measure, names: tuple[str, ...], before: Decimal | None, after: Decimal | None
) -> Change:
    absent = [word for word, value in (("baseline", before), ("current", after)) if value is None]
    sentence = (
        f"No change can be stated for {chosen.abbreviation}: the {' and the '.join(absent)} "
        f"score {'is' if len(absent) == 1 else 'are'} not recorded."
    )
    flags = tuple(f"{word}_missing" for word in absent)
    return _answer(chosen, names, before, after, Verdict.INDETERMINATE, sentence, flags)


def _answer(
    chosen: Measure,
    names: tuple[str, ...],
    before: Decimal | None,
    after: Decimal | None,
    verdict: Verdict,
    sentence: str,
    flags: tuple[str, ...],
    *,
    change: Decimal | None = None,
    mdc: Figure | None = None,
    mcid: Figure | None = None,
    cited: Sequence[Figure] = (),
    notes: tuple[str, ...] = (),
) -> Change:
    return Change(
        verdict=verdict,
        sentence=sentence,
        sources=tuple(dict.fromkeys(words.source(figure) for figure in cited)),
        flags=tuple(dict.fromkeys(flags)),
        measure=chosen.id,
        unit=chosen.unit,
        population=names[0],
        baseline=before,
        current=after,
        change=change,
        mdc=mdc.value if mdc else None,
        mcid=mcid.value if mcid else None,
        mdc_figure=mdc,
        mcid_figure=mcid,
        notes=notes,
    )


def _verdict(
    change: Decimal, before: Decimal, found: Mapping[str, Figure | None]
) -> tuple[Verdict, Figure | None, list[str]]:
    """The verdict by the figures, the figure that decides, and flags; floor apart."""
    mdc, mcid, worsening = found["mdc"], found["mcid"], found["mcid_worsening"]
    size, flags = abs(change), []
    if mdc and mcid and needed(mcid, before) < needed(mdc, before):
        between = reaches(mcid, size, before) and not reaches(mdc, size, before)
        flags += ["mcid_below_mdc"] if between else []
    if change < 0:
        limit = mdc or worsening or mcid
        if limit is not None and reaches(limit, size, before):
            return Verdict.WORSE, limit, flags
        return Verdict.WITHIN_ERROR, limit, flags
    passes_mdc = mdc is None or reaches(mdc, change, before)
    if mcid and passes_mdc and reaches(mcid, change, before):
        if mdc and mdc.verified and not mcid.verified:
            return Verdict.BEYOND_MDC, mdc, [*flags, "mcid_unverified"]
        return Verdict.BEYOND_MCID, mcid, flags
    if mdc and passes_mdc:
        return Verdict.BEYOND_MDC, mdc, flags
    return Verdict.WITHIN_ERROR, mdc or mcid, flags


def _judge(
    chosen: Measure,
    names: tuple[str, ...],
    before: Decimal,
    after: Decimal,
    found: Mapping[str, Figure | None],
    side: str | None,
) -> Change:
    change = after - before if chosen.better == "higher" else before - after
    mdc, mcid, large = found["mdc"], found["mcid"], found["mcid_large"]
    used = [f for f in (mdc, mcid, found["mcid_worsening"] if change < 0 else None) if f]
    opening = _opening(chosen, before, after, change)
    flags = _flags(chosen, names, before, after, used, side)
    crossed, cited_too = crossings(chosen, names, before, after)
    notes = [*crossed, *_notes(chosen, used)]

    def answer(verdict: Verdict, ending: str, extra: Sequence[str] = ()) -> Change:
        return _answer(
            chosen,
            names,
            before,
            after,
            verdict,
            f"{opening} {ending}",
            (*flags, *extra),
            change=change,
            mdc=mdc,
            mcid=mcid,
            cited=(*used, *([large] if large and "beyond_mcid_large" in extra else []), *cited_too),
            notes=tuple(notes),
        )

    end = _end_of_scale(chosen, before, after)
    if end:
        return answer(
            Verdict.INDETERMINATE,
            f"Both scores lie at the {end} of the scale, where the test cannot show change; "
            "choose another measure.",
            [end],
        )
    group = words.people(names[0])
    if not used:
        return answer(
            Verdict.INDETERMINATE,
            f"No published figure for {group} at this baseline is on file, so it cannot be "
            "said whether this is more than measurement error.",
            ["no_figure"],
        )
    verdict, limit, extra = _verdict(change, before, found)
    if not any(figure.verified for figure in used):
        shown = " and ".join(words.threshold(chosen, figure) for figure in used)
        return answer(
            Verdict.INDETERMINATE,
            f"The only figures on file for {group} ({shown}) were not verified, so no verdict "
            "rests on them.",
            ["unverified_only"],
        )
    if large and verdict is Verdict.BEYOND_MCID and reaches(large, change, before):
        extra.append("beyond_mcid_large")
    return answer(verdict, _ending(chosen, group, verdict, found, limit, extra), extra)


def _opening(chosen: Measure, before: Decimal, after: Decimal, change: Decimal) -> str:
    was = words.recorded(chosen, before)
    now = f"{words.recorded(chosen, after)} {words.unit(chosen)}"
    if change == 0:
        return f"{chosen.name} ({chosen.abbreviation}) stayed at {now}."
    direction = "better" if change > 0 else "worse"
    return (
        f"{chosen.name} ({chosen.abbreviation}) went from {was} to {now}, "
        f"{words.amount(chosen, abs(change))} {direction}."
    )


def _end_of_scale(chosen: Measure, before: Decimal, after: Decimal) -> str | None:
    if before != after:
        return None
    if before == chosen.range.maximum:
        return "ceiling"
    return "floor" if before == chosen.range.minimum else None


def _flags(
    chosen: Measure,
    names: tuple[str, ...],
    before: Decimal,
    after: Decimal,
    used: Sequence[Figure],
    side: str | None,
) -> list[str]:
    flags = []
    if any(value % chosen.recording_precision for value in (before, after)):
        flags.append("finer_than_recorded")
    flags += [f"{figure.kind}_unverified" for figure in used if not figure.verified]
    if any(figure.source_type for figure in used):
        flags.append("secondary_source")
    if any(figure.side_tested and figure.side_tested != side for figure in used):
        flags.append("side_not_stated")
    if any(figure.population != names[0] for figure in used):
        flags.append("proxy_population")
    if any(figure.value_high is not None for figure in used):
        flags.append("range_low_end_used")
    return flags


def _notes(chosen: Measure, used: Sequence[Figure]) -> list[str]:
    notes = [
        f"{words.threshold(chosen, figure)}: {figure.meaning}." for figure in used if figure.meaning
    ]
    notes += [
        f"The {figure.kind.upper()} is given as a range; its low end decides."
        for figure in used
        if figure.value_high is not None
    ]
    notes += [
        f"The {figure.kind.upper().replace('_', ' ')} of {words.plain(figure.value)} "
        "was not verified."
        for figure in used
        if not figure.verified
    ]
    if chosen.cautions:
        notes.append(chosen.cautions)
    return notes


def _ending(
    chosen: Measure,
    group: str,
    verdict: Verdict,
    found: Mapping[str, Figure | None],
    limit: Figure | None,
    extra: Sequence[str],
) -> str:
    mdc, mcid, large = found["mdc"], found["mcid"], found["mcid_large"]
    assert limit is not None
    shown = words.threshold(chosen, limit)
    if verdict is Verdict.BEYOND_MCID:
        size = "a large" if "beyond_mcid_large" in extra else "an important"
        figure = large if "beyond_mcid_large" in extra and large else limit
        error = f", and beyond measurement error ({words.threshold(chosen, mdc)})" if mdc else ""
        missing = "" if mdc else "; no measurement error is on file"
        return (
            f"That is {size} improvement for {group} ({words.threshold(chosen, figure)})"
            f"{error}{missing}."
        )
    if verdict is Verdict.BEYOND_MDC:
        if mcid is None:
            rest = "; what change is important is not on file"
        elif not mcid.verified and "mcid_unverified" in extra:
            rest = f"; the figure for important change ({words.threshold(chosen, mcid)}) "
            rest += "may not decide alone"
        else:
            rest = f", but short of important change ({words.threshold(chosen, mcid)})"
        return f"That is more than measurement error for {group} ({shown}){rest}."
    if verdict is Verdict.WORSE:
        if limit.kind == "mdc":
            return f"That is a true worsening for {group}: it reaches measurement error ({shown})."
        return (
            f"That is an important worsening for {group} ({shown}); "
            "no measurement error is on file."
        )
    if "mcid_below_mdc" in extra and mcid:
        return (
            f"That reaches {words.threshold(chosen, mcid)}, but not measurement error ({shown}) "
            f"for {group}: it may be error alone."
        )
    if limit.kind == "mdc":
        kind, end = "measurement error", "no true change is shown"
    else:
        kind, end = "the smallest important change", "no important change is shown"
    return f"That does not reach {kind} for {group} ({shown}): {end}."
