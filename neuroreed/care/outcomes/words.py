"""How measures, numbers and populations are said to people, in English and Spanish."""

from __future__ import annotations

from decimal import Decimal

from neuroreed.model.measures import Figure, Measure

POPULATIONS = {
    "aclr": "people after ACL reconstruction",
    "any": "any population",
    "athletes_active": "athletes and active people",
    "cai": "people with chronic ankle instability",
    "cervical_radiculopathy": "people with cervical radiculopathy",
    "cervical_spondylosis": "people with cervical spondylosis",
    "chronic_pain": "people with chronic pain",
    "community": "people who live in the community",
    "dizziness_mixed": "people with dizziness of mixed cause",
    "foot_ankle": "people with foot and ankle disorders",
    "healthy_adults": "healthy adults",
    "hip_fracture": "people after hip fracture",
    "hip_knee_arthroplasty": "people after hip or knee replacement",
    "hip_oa": "people with hip osteoarthritis",
    "inpatient_rehab": "people in inpatient rehabilitation",
    "knee_oa": "people with knee osteoarthritis",
    "lbp": "people with low back pain",
    "le_musculoskeletal": "people with lower-limb musculoskeletal disorders",
    "mixed_balance": "people with balance disorders of mixed cause",
    "mixed_pathology": "mixed patient groups",
    "ms": "people with multiple sclerosis",
    "neck": "people with neck disorders",
    "older_adults": "older adults",
    "older_adults_fall_risk": "older adults at risk of falls",
    "older_adults_frail": "frail older adults",
    "parkinson": "people with Parkinson disease",
    "parkinsonism": "people with parkinsonism",
    "sci_incomplete": "people with incomplete spinal cord injury",
    "shoulder": "people with shoulder disorders",
    "stroke": "people after stroke",
    "stroke_acute": "people with acute stroke",
    "stroke_acute_subacute": "people with acute or subacute stroke",
    "stroke_chronic": "people with chronic stroke",
    "stroke_subacute": "people with subacute stroke",
    "tha_acute": "people just after hip replacement",
    "tka": "people after knee replacement",
    "upper_limb": "people with upper-limb disorders",
    "vestibular": "people with vestibular disorders",
}

_UNITS = {
    "percent": "%",
    "T_score": "T-score points",
    "percent_limb_length": "% of limb length",
    "deg": "degrees",
    "lines_lost": "lines lost",
    "count": "repetitions",
    "grade": "grades",
}
_SINGULAR = {"points": "point", "stands": "stand", "degrees": "degree", "grades": "grade"}


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros after the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def recorded(measure: Measure, value: Decimal) -> str:
    """A score as it is written down: at least the places of the recording precision."""
    places = max(0, -int(measure.recording_precision.as_tuple().exponent))
    text = plain(value)
    have = len(text.partition(".")[2])
    if have < places:
        text = format(value.quantize(Decimal(1).scaleb(-places)), "f")
    return text


def unit(measure: Measure) -> str:
    """The unit in words."""
    return _UNITS.get(measure.unit, measure.unit)


def amount(measure: Measure, value: Decimal) -> str:
    """A number of the measure with its unit: 8 points, 0.16 m/s, 12 %."""
    word = unit(measure)
    if value == 1:
        word = _SINGULAR.get(word, word)
    return f"{plain(value)} {word}"


def people(population: str) -> str:
    """The population in words."""
    return POPULATIONS.get(population, population.replace("_", " "))


def threshold(measure: Measure, figure: Figure) -> str:
    """A figure with unit, confidence level, strictness and verification.

    For example: MDC95 0.18 m/s, or: MCID 10.8 to 13.6 points, unverified.
    """
    name = {
        "mdc": f"MDC{figure.confidence_level or ''}",
        "mcid": "MCID",
        "mcid_large": "large MCID",
        "mcid_worsening": "MCID for worsening",
        "sem": "SEM",
    }.get(figure.kind, figure.kind)
    number = plain(figure.value)
    if figure.value_high is not None:
        number += f" to {plain(figure.value_high)}"
    word = "% of baseline" if figure.relative else unit(measure)
    if figure.value == 1 and figure.value_high is None:
        word = _SINGULAR.get(word, word)
    strict = "more than " if figure.comparison == "gt" else ""
    unverified = "" if figure.verified else ", unverified"
    return f"{name} {strict}{number} {word}{unverified}"


def source(figure: Figure) -> str:
    """The citation of a figure, with what a reader must know about it."""
    kind = {"cutoff": "cut-off"}.get(figure.kind, figure.kind.upper().replace("_", " "))
    marks = []
    if not figure.verified:
        marks.append("unverified")
    elif figure.source_type:
        marks.append("seen on a secondary page, recheck")
    if figure.derived:
        marks.append("derived by us")
    mark = f" [{'; '.join(marks)}]" if marks else ""
    page = f" {figure.url}" if figure.url else ""
    return f"{kind} {plain(figure.value)}, {figure.population}: {figure.citation}{mark}{page}"
