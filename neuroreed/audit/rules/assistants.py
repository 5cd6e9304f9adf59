"""Assistants, students and aides: who furnished what, and what the line says about it."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.columns import OT, PT, SLP
from neuroreed.model.findings import Scope, Severity

_DUE = applies(needs_assistant_modifier=1, discipline=(PT, OT), is_billed=1)


@rule(
    "ASST-01",
    title="Furnished by an assistant alone, and no CQ or CO",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-6",
    applies=_DUE,
    rests_on=["needs_assistant_modifier_is_verified"],
    cites=["ssa-1834v#Modifier from 2020"],
    confidence="V",
    effective=(date(2020, 1, 1), None),
    says="An assistant alone furnished the {code_assistant_minutes} minutes of {code}; "
    "no unit has CQ or CO.",
    fix="Add CQ in physical, CO in occupational therapy.",
)
def assistant_alone_without_modifier(
    code_billed_units, code_therapist_minutes, code_assistant_minutes, code_assistant_units
):
    """Services of assistants are marked since 2020 and paid less since 2022."""
    return (
        code_billed_units > 0
        and code_therapist_minutes == 0
        and code_assistant_minutes > 0
        and code_assistant_units == 0
    )


@rule(
    "ASST-02",
    title="Fewer units with CQ or CO than the record asks for",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-6",
    applies=_DUE,
    rests_on=["needs_assistant_modifier_is_verified"],
    cites=["ssa-1834v#In whole or in part", "cms-cq-co-examples#Per unit"],
    confidence="S",
    effective=(date(2020, 1, 1), None),
    says="{code}: therapist {code_therapist_minutes}, assistant {code_assistant_minutes} minutes; "
    "units that need CQ or CO: {due_assistant_units}, units that have it: {code_assistant_units}.",
    fix="Split the code into two lines, one with CQ or CO for the assistant's units.",
)
def too_few_assistant_units(code_assistant_units, due_assistant_units):
    """The test is per unit: more than a tenth of it by the assistant makes it the assistant's."""
    return code_assistant_units < due_assistant_units


@rule(
    "ASST-03",
    title="More units with CQ or CO than the record asks for",
    severity=Severity.ADVISE,
    scope=Scope.LINE,
    book="MODS-6",
    applies=_DUE,
    cites=["cms-cq-co-examples#Per unit"],
    confidence="S",
    effective=(date(2020, 1, 1), None),
    says="{code}: therapist {code_therapist_minutes}, assistant {code_assistant_minutes} minutes; "
    "units that need CQ or CO: {due_assistant_units}, units that have it: {code_assistant_units}.",
    fix="Take CQ or CO off the units that are the therapist's.",
)
def too_many_assistant_units(code_assistant_units, due_assistant_units):
    """A unit the therapist completed alone is paid in full."""
    return code_assistant_units > due_assistant_units


@rule(
    "ASST-04",
    title="CQ without GP, or CO without GO",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="MODS-6",
    cites=["ssa-1834v#Modifier from 2020"],
    confidence="V",
    effective=(date(2020, 1, 1), None),
    says="{code} has {modifiers}: CQ goes with GP, CO with GO.",
    fix="Put the assistant's modifier beside that of its own discipline.",
)
def assistant_modifier_without_its_own(is_billed, has_cq, has_co, discipline_of_modifier):
    """The assistant works under the plan of one discipline."""
    return is_billed and (
        (has_cq and discipline_of_modifier != PT) or (has_co and discipline_of_modifier != OT)
    )


@rule(
    "ASST-05",
    title="An evaluation by an assistant",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-5",
    cites=["practice-knowledge#Assistants do not evaluate"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{code} is an evaluation and has CQ or CO.",
    fix="Have the therapist evaluate; assistants may collect data but not judge.",
)
def evaluation_by_assistant(is_billed, is_evaluation, is_reevaluation, has_assistant_modifier):
    """To evaluate is the therapist's own act."""
    return is_billed and (is_evaluation or is_reevaluation) and has_assistant_modifier


@rule(
    "ASST-06",
    title="CQ or CO before the modifiers existed",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-6",
    cites=["ssa-1834v#Modifier from 2020"],
    confidence="V",
    effective=(date(2018, 1, 1), date(2019, 12, 31)),
    says="{code} on {date_of_service} has CQ or CO, which exist since 2020.",
    fix="Take the modifier off.",
)
def assistant_modifier_too_early(is_billed, has_assistant_modifier):
    """The modifiers are required for dates of service from 2020 on."""
    return is_billed and has_assistant_modifier


@rule(
    "ASST-07",
    title="CQ or CO in speech therapy",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="MODS-6",
    applies=applies(discipline=SLP),
    cites=["cms-cq-co-examples#Who is meant"],
    confidence="S",
    effective=(date(2020, 1, 1), None),
    says="{code} is speech therapy and has CQ or CO.",
    fix="Take the modifier off; Medicare has no benefit for assistants in speech therapy.",
)
def assistant_in_speech_therapy(is_billed, has_assistant_modifier):
    """The modifiers are for physical and occupational therapy."""
    return is_billed and has_assistant_modifier


@rule(
    "ASST-08",
    title="Too little supervision of an assistant",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="MODS-7",
    applies=applies(is_part_b=1),
    cites=["cfr-410-60#Private practice"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="An assistant furnished {visit_assistant_minutes} minutes with {supervision} "
    "supervision; {supervision_required} was required.",
    fix="Correct the record if the therapist was there; otherwise do not bill the minutes.",
)
def too_little_supervision(visit_assistant_minutes, supervision, supervision_required):
    """A private practice needed the therapist in the office until the end of 2024."""
    return visit_assistant_minutes > 0 and supervision < supervision_required


@rule(
    "ASST-09",
    title="A student treated without the therapist in the room",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="UNITS-11",
    applies=applies(is_part_b=1),
    cites=["cms-bp102-c15#230.B"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="A student furnished {visit_student_minutes} minutes; "
    "the therapist was not in the room throughout.",
    fix="Take the student's minutes out of the units.",
)
def student_alone(visit_student_minutes, therapist_in_room):
    """Only the therapist's service is billed; the student may be the hands of it."""
    return visit_student_minutes > 0 and not therapist_in_room


@rule(
    "ASST-10",
    title="Minutes of an aide in a timed code",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="UNITS-11",
    applies=applies(is_timed=1, is_billed=1),
    cites=["cms-bp102-c15#230"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="An aide furnished {aide_minutes} minutes of {code}.",
    fix="Take the aide's minutes out of the line; aides are never billed.",
)
def aide_minutes_billed(aide_minutes):
    """Aides may help, but their minutes are not treatment."""
    return aide_minutes > 0
