"""The points of the rubric that show the need: diagnosis, deficit, goals.

The rubric is this project's own proposal. Its grounds are practice, so that none of its points
stops a claim by itself; where official text stops one, another rule says so.
"""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import rule
from neuroreed.care.documentation import POINTS
from neuroreed.model.findings import Scope, Severity

_TITLES = {point.id: point.title for point in POINTS}


@rule(
    "RUBR-01",
    title=_TITLES["R01"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R01"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R01 on {date_of_service}: A medical and a treatment diagnosis, valid and "
    "billable on the date, do not both stand in the record.",
    fix="Record both diagnoses with codes that are billable on the date of service.",
)
def diagnoses_not_linked(billed_lines, documentation_r01):
    """Medical necessity begins with a condition and the impairment that is treated."""
    return billed_lines > 0 and documentation_r01 == 0


@rule(
    "RUBR-02",
    title=_TITLES["R02"],
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R02"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R02 on {date_of_service}: The record does not say when it began and why care is "
    "needed now.",
    fix="Record the date of onset and the reason for care now.",
)
def why_now_not_said(billed_lines, documentation_r02):
    """A long-standing condition without a new reason reads as maintenance."""
    return billed_lines > 0 and documentation_r02 == 0


@rule(
    "RUBR-03",
    title=_TITLES["R03"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R03"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R03 on {date_of_service}: No functional limitation stands with a number and the "
    "level before.",
    fix="Record what the person cannot do, as a number with its unit, and what they could before.",
)
def limitation_not_measured(billed_lines, documentation_r03):
    """Payers pay for function, not for exercises."""
    return billed_lines > 0 and documentation_r03 == 0


@rule(
    "RUBR-04",
    title=_TITLES["R04"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R04"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R04 on {date_of_service}: A deficit that 97112 treats has no recent measure.",
    fix="Measure the deficit that the activity names, or name the one that was measured.",
)
def deficit_not_measured(billed_lines, documentation_r04):
    """Without a measured deficit of balance, coordination, posture or sense, 97112 is not shown."""
    return billed_lines > 0 and documentation_r04 == 0


@rule(
    "RUBR-05",
    title=_TITLES["R05"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R05"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R05 on {date_of_service}: A goal has no baseline that is a number.",
    fix="Record the baseline of each goal.",
)
def baseline_missing(billed_lines, documentation_r05):
    """Change can be judged only from a start."""
    return billed_lines > 0 and documentation_r05 == 0


@rule(
    "RUBR-06",
    title=_TITLES["R06"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R06"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R06 on {date_of_service}: A goal lacks its measure, target, date or the "
    "limitation it serves.",
    fix="Complete the goal.",
)
def goal_not_measurable(billed_lines, documentation_r06):
    """A plan needs measurable goals; a reviewer reads them first."""
    return billed_lines > 0 and documentation_r06 == 0


@rule(
    "RUBR-07",
    title=_TITLES["R07"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R07"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R07 on {date_of_service}: A target lies within the error of its measure, or the "
    "error is not known.",
    fix="Set the target beyond the measurement error, or say that the error is not known.",
)
def target_within_error(billed_lines, documentation_r07):
    """A target within the error of the measure can be reached by chance."""
    return billed_lines > 0 and documentation_r07 == 0


@rule(
    "RUBR-08",
    title=_TITLES["R08"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R08"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R08 on {date_of_service}: A 97112 activity names no goal that exists.",
    fix="Say which goal the activity serves.",
)
def serves_no_goal(billed_lines, documentation_r08):
    """What serves no goal is not part of the plan."""
    return billed_lines > 0 and documentation_r08 == 0
