"""The points of the rubric that show the skill: technique, dose, cue, judgement, response.

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
    "RUBR-09",
    title=_TITLES["R09"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R09"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R09 on {date_of_service}: A 97112 activity lacks technique, body region, task or "
    "position.",
    fix="Record what was done, where, at which task and in which position.",
)
def technique_not_specific(billed_lines, documentation_r09):
    """A name of a code is not a description of treatment."""
    return billed_lines > 0 and documentation_r09 == 0


@rule(
    "RUBR-10",
    title=_TITLES["R10"],
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R10"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R10 on {date_of_service}: The dose of a 97112 activity is not complete.",
    fix="Record the fields of the dose of this technique.",
)
def dose_not_complete(billed_lines, documentation_r10):
    """A dose shows that somebody graded the treatment."""
    return billed_lines > 0 and documentation_r10 == 0


@rule(
    "RUBR-11",
    title=_TITLES["R11"],
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R11"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R11 on {date_of_service}: Assistance or guarding of a 97112 activity is not recorded.",
    fix="Record the level of assistance, and the guarding where the patient stands or walks.",
)
def assistance_not_recorded(billed_lines, documentation_r11):
    """Assistance shows both the deficit and the need for safety."""
    return billed_lines > 0 and documentation_r11 == 0


@rule(
    "RUBR-12",
    title=_TITLES["R12"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R12"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R12 on {date_of_service}: A 97112 activity has no cue with the error it answered.",
    fix="Record the cue, its kind and the error it answered.",
)
def no_cue_recorded(billed_lines, documentation_r12):
    """The cue that answers an error is the skill that is billed."""
    return billed_lines > 0 and documentation_r12 == 0


@rule(
    "RUBR-13",
    title=_TITLES["R13"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R13"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R13 on {date_of_service}: A 97112 activity has no decision with what decided it.",
    fix="Record the decision, its trigger and the change.",
)
def no_judgement_recorded(billed_lines, documentation_r13):
    """A decision from what was seen is what an exercise list lacks."""
    return billed_lines > 0 and documentation_r13 == 0


@rule(
    "RUBR-14",
    title=_TITLES["R14"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R14"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R14 on {date_of_service}: A 97112 activity has no response with numbers.",
    fix="Record the measure at the start and at the end.",
)
def no_response_recorded(billed_lines, documentation_r14):
    """The response shows that the treatment did something today."""
    return billed_lines > 0 and documentation_r14 == 0


@rule(
    "RUBR-15",
    title=_TITLES["R15"],
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R15"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R15 on {date_of_service}: A 97112 activity names no fault with a number.",
    fix="Record the fault that was seen and how often at the start.",
)
def no_fault_recorded(billed_lines, documentation_r15):
    """Retraining answers a fault; without one there is nothing to retrain."""
    return billed_lines > 0 and documentation_r15 == 0
