"""Outcome measures: what is measured, how a score is made, and how two scores compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from neuroreed.model.errors import BadInput


class Verdict(StrEnum):
    """What two scores of one measure say about change."""

    BEYOND_MCID = "beyond_mcid"  # important, and more than measurement error
    BEYOND_MDC = "beyond_mdc"  # more than measurement error
    WITHIN_ERROR = "within_error"
    WORSE = "worse"  # for the worse, and more than measurement error
    INDETERMINATE = "indeterminate"  # no figure that can carry a verdict
    NOT_COMPARABLE = "not_comparable"  # the tests were not done under the same conditions


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a figure was published; ``year`` is ``None`` where the record does not state it.

    ``complete`` is false while a part is not known.
    """

    authors: str
    year: int | None
    journal: str
    complete: bool = True

    def __str__(self) -> str:
        gap = "" if self.complete else "; citation incomplete"
        return f"{self.authors} {self.year or 'year not stated'}, {self.journal}{gap}"


@dataclass(frozen=True, slots=True)
class Band:
    """A closed range; ``None`` is an open end."""

    minimum: Decimal | None
    maximum: Decimal | None

    def holds(self, value: Decimal) -> bool:
        """Whether ``value`` lies in the range, ends included."""
        return (self.minimum is None or value >= self.minimum) and (
            self.maximum is None or value <= self.maximum
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number about one measure in one population.

    ``kind``: mdc, mcid, mcid_large, mcid_worsening, cutoff, norm or sem. ``comparison``
    says whether reaching the number is enough (ge) or not (gt). ``value_high`` is the upper
    end where the source gives a range. ``band`` limits the baselines it is for, measured by
    ``band_measure`` where that is another measure. ``relative`` is ``percent_of_baseline``
    for numbers that are not in the unit of the measure. An unverified figure is shown as
    such and never carries a verdict alone.
    """

    kind: str
    population: str
    value: Decimal
    citation: Citation
    verified: bool
    use: str
    value_high: Decimal | None = None
    comparison: str | None = None
    side: str | None = None
    confidence_level: int | None = None
    band: Band | None = None
    band_measure: str | None = None
    relative: str | None = None
    component: str | None = None
    side_tested: str | None = None
    sex: str | None = None
    age: tuple[int, int] | None = None
    ci95: tuple[Decimal, Decimal] | None = None
    trial: str | None = None
    statistic: str | None = None
    meaning: str | None = None
    derived: str | None = None
    url: str | None = None
    source_type: str | None = None

    def __post_init__(self) -> None:
        if not self.value.is_finite() or (self.relative is None and self.value < 0):
            raise BadInput(f"A {self.kind} of {self.value} is not a figure.")


@dataclass(frozen=True, slots=True)
class Licence:
    """Whether items may be shown. ``checked`` is false until a person has confirmed it."""

    status: str
    holder_note: str
    items_may_ship: bool
    record_as: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a score is made from trials, items, conditions or parts.

    ``items`` counts them, ``item_max`` is the best of each, ``min_answered`` how many must
    be answered, ``cap_s`` where the stopwatch stops.
    """

    method: str
    trials: int | None = None
    items: tuple[int, int] | None = None
    item_max: int | None = None
    min_answered: int | None = None
    cap_s: Decimal | None = None
    conditions: tuple[str, ...] = ()
    subscales: tuple[tuple[str, int], ...] = ()
    levels: tuple[str, ...] = ()
    from_measure: str | None = None
    formula: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One instrument: its unit, range, direction, way of scoring, licence and figures."""

    id: str
    name: str
    abbreviation: str
    domains: tuple[str, ...]
    unit: str
    range: Band
    recording_precision: Decimal
    better: str
    administration: str
    scoring: Scoring
    licence: Licence
    figures: tuple[Figure, ...]
    cautions: str | None = None
    equipment: tuple[str, ...] = ()
    anpt_core_set: bool = False
    loinc: str | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """The conditions a test was done under; ``None`` is not recorded.

    Two scores compare only under equal conditions.
    """

    device: str | None = None
    assistance: str | None = None
    side: str | None = None
    version: str | None = None
    medication_state: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One result of one measure.

    ``value`` is rounded to the recording precision, ``exact`` is not; ``how`` says in a
    sentence how it was made; ``flags`` name what a reader must know about it.
    """

    measure: str
    value: Decimal
    exact: Decimal
    unit: str
    how: str
    taken_on: date | None = None
    protocol: Protocol = field(default_factory=Protocol)
    trials: tuple[Decimal, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cut-off or a norm says about one score."""

    kind: str
    sentence: str
    applies: bool
    verified: bool
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """The comparison of two scores of one measure.

    ``change`` is positive for the better, in the unit of the measure. ``mdc`` and ``mcid``
    are the thresholds used (percent where ``mcid_figure.relative`` says so), ``None`` where
    no figure fits. ``sources`` cite every figure shown, unverified ones marked. ``notes``
    are further sentences: cut-offs crossed, ranges, cautions.
    """

    verdict: Verdict
    sentence: str
    sources: tuple[str, ...]
    flags: tuple[str, ...]
    measure: str
    unit: str
    population: str
    baseline: Decimal | None
    current: Decimal | None
    change: Decimal | None
    mdc: Decimal | None = None
    mcid: Decimal | None = None
    mdc_figure: Figure | None = None
    mcid_figure: Figure | None = None
    notes: tuple[str, ...] = ()
