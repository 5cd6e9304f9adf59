"""The points of the rubric that hold the record together: minutes, plan, signature.

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
    "RUBR-16",
    title=_TITLES["R16"],
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R16"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R16 on {date_of_service}: A 97112 activity was not, or not known to be, one-on-one.",
    fix="Record who was treated with whom; choose the group code where it was a group.",
)
def not_one_on_one(billed_lines, documentation_r16):
    """97112 is furnished by one clinician to one patient."""
    return billed_lines > 0 and documentation_r16 == 0


@rule(
    "RUBR-17",
    title=_TITLES["R17"],
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R17"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R17 on {date_of_service}: The billed units do not fit the recorded minutes.",
    fix="Correct the units, or settle the minutes with a reason.",
)
def units_do_not_fit(billed_lines, documentation_r17):
    """Units are counted from minutes, never the other way round."""
    return billed_lines > 0 and documentation_r17 == 0


@rule(
    "RUBR-18",
    title=_TITLES["R18"],
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R18"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R18 on {date_of_service}: Minutes overlap, or do not add up to the totals.",
    fix="Settle the times: no minute counts twice.",
)
def minutes_counted_twice(billed_lines, documentation_r18):
    """One minute belongs to one code."""
    return billed_lines > 0 and documentation_r18 == 0


@rule(
    "RUBR-19",
    title=_TITLES["R19"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R19"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R19 on {date_of_service}: A technique stands under a code that it does not "
    "usually have, without a reason.",
    fix="Choose the code that fits, or say why this one does.",
)
def code_does_not_fit(billed_lines, documentation_r19):
    """The code follows from what was done and why."""
    return billed_lines > 0 and documentation_r19 == 0


@rule(
    "RUBR-20",
    title=_TITLES["R20"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R20"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R20 on {date_of_service}: The last progress report or the last objective measure "
    "is too old.",
    fix="Write the report or measure again.",
)
def progress_not_current(billed_lines, documentation_r20):
    """Continued care rests on recent evidence."""
    return billed_lines > 0 and documentation_r20 == 0


@rule(
    "RUBR-21",
    title=_TITLES["R21"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R21"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R21 on {date_of_service}: Two comparisons without gain were not answered by a "
    "change or a reason for maintenance.",
    fix="Change the plan, or say why a therapist's skill is needed to maintain.",
)
def plateau_not_handled(billed_lines, documentation_r21):
    """Coverage turns on the need for skill, not on gain; the note must say which it is."""
    return billed_lines > 0 and documentation_r21 == 0


@rule(
    "RUBR-22",
    title=_TITLES["R22"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R22"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R22 on {date_of_service}: The visit, a technique or a code lies outside the "
    "certified plan.",
    fix="Bring the plan up to date and have it certified.",
)
def outside_the_plan(billed_lines, documentation_r22):
    """Treatment follows a certified plan."""
    return billed_lines > 0 and documentation_r22 == 0


@rule(
    "RUBR-23",
    title=_TITLES["R23"],
    severity=Severity.ADVISE,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R23"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R23 on {date_of_service}: No teaching with a teach-back, or the home programme "
    "was not reviewed.",
    fix="Record what was taught and what the patient showed back.",
)
def teaching_not_recorded(billed_lines, documentation_r23):
    """What the patient can do alone carries the gain home."""
    return billed_lines > 0 and documentation_r23 == 0


@rule(
    "RUBR-24",
    title=_TITLES["R24"],
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R24"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R24 on {date_of_service}: Signature, credential, co-signature or an assistant's "
    "modifier is missing or late.",
    fix="Have the note signed in time by who furnished it, and co-signed where the clinic "
    "asks for it.",
)
def signature_not_complete(billed_lines, documentation_r24):
    """A note counts when the person who treated has signed it."""
    return billed_lines > 0 and documentation_r24 == 0


@rule(
    "RUBR-25",
    title=_TITLES["R25"],
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-11",
    cites=["practice-knowledge#Rubric R25"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="R25 on {date_of_service}: The facts are the same as in an earlier visit, and "
    "nobody said why.",
    fix="Say in one sentence what differed, or why the dose was held steady.",
)
def like_an_earlier_visit(billed_lines, documentation_r25, likeness_answered):
    """Identical notes are denied as cloned; an honest repetition has a reason."""
    return billed_lines > 0 and documentation_r25 == 0 and not likeness_answered
