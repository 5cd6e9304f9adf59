"""When a progress report is due, who may write it, and who must take part.

Medicare counts treatment days: distinct dates of service from the first day of the episode,
whatever the service, the evaluation being day 1. A report may be written on or before the last
day of its period; the next period begins with the treatment day after it. Other payers count
calendar days, or state no rule at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from neuroreed.model.errors import NoParameter
from neuroreed.model.people import Profession
from neuroreed.policy.parameters import as_of
from neuroreed.policy.payers import profile

THERAPISTS = frozenset({Profession.PT, Profession.OT, Profession.SLP})
# since this day an assistant may furnish a maintenance program under Part B [K]
MAINTENANCE_BY_ASSISTANT_SINCE = date(2021, 1, 1)


@dataclass(frozen=True, slots=True)
class TreatmentDay:
    """One date of service. ``by_therapist``: a therapist personally furnished a billable service.

    ``None`` means that nobody recorded who furnished the services.
    """

    on: date
    by_therapist: bool | None = None


class Due(StrEnum):
    """Where the visit stands in its reporting period."""

    NOT_DUE = "not_due"
    SOON = "soon"
    DUE = "due"  # this visit is the last day on which the report is in time
    OVERDUE = "overdue"  # treatment without a report: the claim waits
    NO_RULE = "no_rule"  # nobody has said what the payer asks


@dataclass(frozen=True, slots=True)
class ProgressStatus:
    """The progress report as seen before a visit.

    ``day`` is the number of this treatment day in its period, counted from 1; ``of`` the last
    day in time; ``left`` how many days of ``unit`` ("treatment days" or "days") are left after
    this one. ``participated``: whether a therapist took part in the period, the visit included;
    ``None`` while nobody recorded it.
    """

    due: Due
    sentence: str
    unit: str
    day: int
    of: int | None
    left: int | None
    last_day: date | None
    period_began: date | None
    participated: bool | None
    cite: str
    confidence: str


def _days(days: Iterable[TreatmentDay | date]) -> list[TreatmentDay]:
    """One entry for each date, in order; a therapist on any service of the date counts."""
    merged: dict[date, bool | None] = {}
    for entry in days:
        one = entry if isinstance(entry, TreatmentDay) else TreatmentDay(entry)
        if one.on not in merged or one.by_therapist:
            merged[one.on] = one.by_therapist
        elif merged[one.on] is False and one.by_therapist is None:
            merged[one.on] = None
    return [TreatmentDay(on, merged[on]) for on in sorted(merged)]


def ordinals(
    treatment_days: Iterable[TreatmentDay | date], reports: Iterable[date]
) -> dict[date, int]:
    """The number of each treatment day in its reporting period, counted from 1.

    A report written on a treatment day closes the period with that day.
    """
    written = sorted(set(reports))
    found: dict[date, int] = {}
    count, next_report = 0, 0
    for entry in _days(treatment_days):
        while next_report < len(written) and written[next_report] < entry.on:
            count, next_report = 0, next_report + 1
        count += 1
        found[entry.on] = count
    return found


def days_without_report(
    treatment_days: Iterable[TreatmentDay | date],
    reports: Iterable[date],
    *,
    payer: str = "medicare_part_b",
) -> tuple[date, ...]:
    """The treatment days that a report should have preceded, by the payer's treatment-day rule.

    Raises:
        NoParameter: the payer has no such rule on one of these dates.
    """
    return tuple(
        on
        for on, number in ordinals(treatment_days, reports).items()
        if number > as_of("progress_report_treatment_days", on, payer=payer).value
    )


def status(
    treatment_days: Sequence[TreatmentDay | date],
    reports: Sequence[date],
    on: date,
    *,
    payer: str = "medicare_part_b",
    soon: int = 2,
) -> ProgressStatus:
    """What a visit on a day means for the progress report.

    Args:
        treatment_days: of this episode and discipline; the visit itself may be among them.
        reports: the dates on which progress reports (and re-evaluations that served as one)
            were written.
        soon: how many days before the last one the day board begins to ask (a setting).
    """
    days = [entry for entry in _days(treatment_days) if entry.on <= on]
    if not days or days[-1].on != on:
        days.append(TreatmentDay(on))
    day = ordinals(days, reports)[on]
    period = days[-day:]
    participated = _participation(period)
    began = period[0].on
    calendar = profile(payer).progress_report_days
    try:
        rule = as_of("progress_report_treatment_days", on, payer=payer)
    except NoParameter:
        rule = None
    if calendar is not None:
        last_day = began + timedelta(days=calendar)
        left = (last_day - on).days
        cites = profile(payer).sources
        return ProgressStatus(
            _due(left, soon),
            _said(left, "day", f"{calendar} days since {began}"),
            "days",
            day,
            calendar,
            left,
            last_day,
            began,
            participated,
            cites[0] if cites else "",
            "K",
        )
    if rule is None:
        return ProgressStatus(
            Due.NO_RULE,
            "Nobody has said when this payer asks for a progress report: set it in its profile.",
            "treatment days",
            day,
            None,
            None,
            None,
            began,
            participated,
            "",
            "K",
        )
    left = rule.value - day
    return ProgressStatus(
        _due(left, soon),
        _said(left, "treatment day", f"treatment day {day} of {rule.value}"),
        "treatment days",
        day,
        rule.value,
        left,
        None,
        began,
        participated,
        rule.cite,
        rule.confidence,
    )


def _due(left: int, soon: int) -> Due:
    if left < 0:
        return Due.OVERDUE
    if left == 0:
        return Due.DUE
    return Due.SOON if left <= soon else Due.NOT_DUE


def _said(left: int, unit: str, where: str) -> str:
    if left < 0:
        return (
            f"Progress report overdue ({where}): a therapist writes it now, before the claim goes "
            "out."
        )
    if left == 0:
        return f"Progress report due today ({where}): today is the last day in time."
    return f"Progress report due in {left} {unit}{'' if left == 1 else 's'} ({where})."


def _participation(period: Sequence[TreatmentDay]) -> bool | None:
    if any(entry.by_therapist for entry in period):
        return True
    return None if any(entry.by_therapist is None for entry in period) else False


def may_write(profession: Profession) -> tuple[bool, str]:
    """Whether a person may write the progress report, and why not."""
    if profession in THERAPISTS:
        return True, ""
    return (
        False,
        "A progress report needs a therapist's judgement and signature: an assistant may write "
        "parts between reports, which are not a report.",
    )


@dataclass(frozen=True, slots=True)
class DischargeStatus:
    """Whether a discharge summary is missing; ``due_on`` is the day by which it is expected."""

    is_missing: bool
    due_on: date
    sentence: str
    cite: str
    confidence: str


def discharge_status(
    last_visit_on: date,
    today: date,
    *,
    discharged_on: date | None = None,
    next_visit_on: date | None = None,
    payer: str = "medicare_part_b",
) -> DischargeStatus:
    """Whether an episode without further visits lacks its discharge summary.

    Raises:
        NoParameter: the payer has no value for these dates.
    """
    rule = as_of("discharge_note_days", last_visit_on, payer=payer)
    due_on = last_visit_on + timedelta(days=rule.value)
    waiting = discharged_on is None and next_visit_on is None
    is_missing = waiting and today > due_on
    if discharged_on is not None:
        sentence = f"Discharged on {discharged_on}."
    elif next_visit_on is not None:
        sentence = f"The next visit is on {next_visit_on}."
    elif is_missing:
        sentence = f"No visit since {last_visit_on}: write the discharge summary."
    else:
        sentence = f"No visit is planned: the discharge summary is expected by {due_on}."
    return DischargeStatus(is_missing, due_on, sentence, rule.cite, rule.confidence)


def maintenance_gaps(on: date, *, rationale: str | None, by_assistant: bool) -> tuple[str, ...]:
    """What a maintenance program lacks; coverage turns on the need for skill, not on gain.

    Source: Pub. 100-02 chapter 15, section 220.2.D [K].
    """
    gaps = []
    if not (rationale or "").strip():
        gaps.append(
            "Say why the maintenance program needs a therapist's skill: what could not be done "
            "safely or well without it."
        )
    if by_assistant and on < MAINTENANCE_BY_ASSISTANT_SINCE:
        gaps.append("On this date an assistant could not furnish a maintenance program.")
    return tuple(gaps)
