"""The slow, obvious comparison of two scores, written from the interpretation rules.

It reads the shipped YAML itself, as characters, and calculates with fractions.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from importlib import resources

import yaml


@cache
def measures():
    data = resources.files("neuroreed.care").joinpath("data", "outcome_measures.yaml")
    return {
        m["id"]: m for m in yaml.load(data.read_text("utf-8"), Loader=yaml.BaseLoader)["measures"]
    }


def in_band(band, number):
    low, high = band.get("min", "null"), band.get("max", "null")
    if low not in ("null", "") and number < Fraction(low):
        return False
    return not (high not in ("null", "") and number > Fraction(high))


def choose(measure, kind, population, baseline, band_values, side):
    """Every value that fits; then the banded, the default, the verified, the first."""
    fitting = []
    for value in measure["values"]:
        if value["kind"] != kind or value["population"] != population:
            continue
        if "component" in value:
            continue
        if side in ("more_affected", "less_affected") and value.get("side_tested", side) != side:
            continue
        if "relative" in value and baseline == 0:
            continue
        if "baseline_band" in value:
            other = value.get("band_measure")
            number = band_values.get(other) if other else baseline
            if number is None or not in_band(value["baseline_band"], number):
                continue
        fitting.append(value)
    for test in (
        lambda v: "baseline_band" in v,
        lambda v: v["use"] == "default",
        lambda v: v["verified"] == "true",
    ):
        fitting = [v for v in fitting if test(v)] or fitting
    return fitting[0] if fitting else None


def passes(value, size, baseline):
    if value.get("relative") == "percent_of_baseline":
        size = 100 * size / baseline
    limit = Fraction(value["value"])
    return size > limit if value["comparison"] == "gt" else size >= limit


def threshold(value, baseline):
    limit = Fraction(value["value"])
    return limit * baseline / 100 if "relative" in value else limit


def oracle(measure_id, population, baseline, current, band_values=None, side=None, differ=False):
    """Verdict and the flags the rules name."""
    measure = measures()[measure_id]
    if differ:
        return "not_comparable", set()
    before, after = Fraction(baseline), Fraction(current)
    bands = {k: Fraction(v) for k, v in (band_values or {}).items()}
    low, high = measure["range"]["min"], measure["range"]["max"]
    if before == after and high != "null" and before == Fraction(high):
        return "indeterminate", {"ceiling"}
    if before == after and before == Fraction(low):
        return "indeterminate", {"floor"}
    change = after - before if measure["better"] == "higher" else before - after
    size = abs(change)
    pick = lambda kind: choose(measure, kind, population, before, bands, side)  # noqa: E731
    mdc, mcid, worsening = pick("mdc"), pick("mcid"), pick("mcid_worsening")
    available = [mdc, mcid] + ([worsening] if change < 0 else [])
    available = [v for v in available if v]
    if not available or not any(v["verified"] == "true" for v in available):
        return "indeterminate", set()
    flags = set()
    below = mdc and mcid and threshold(mcid, before) < threshold(mdc, before)
    if below and passes(mcid, size, before) and not passes(mdc, size, before):
        flags = {"mcid_below_mdc"}
    if change < 0:
        limit = mdc or worsening or mcid
        return ("worse" if passes(limit, size, before) else "within_error"), flags
    over_mdc = mdc is not None and passes(mdc, change, before)
    over_mcid = mcid is not None and passes(mcid, change, before)
    if over_mcid and (mdc is None or over_mdc):
        if mcid["verified"] != "true" and mdc is not None and mdc["verified"] == "true":
            return "beyond_mdc", flags
        return "beyond_mcid", flags
    if over_mdc:
        return "beyond_mdc", flags
    return "within_error", flags
