"""Codes: whether a code exists for the date and payer, and what it needs to be billed."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.attached import BUNDLED, INVALID, NOT_COVERED
from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity


@rule(
    "CODE-01",
    title="The code is not in the therapy code set on the date",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-1",
    cites=["cms-therapy-services#Yearly code list"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{code} is not a therapy code on {date_of_service}.",
    fix="Choose the code that describes the service and is valid on the date.",
)
def code_not_listed(is_billed, code_is_listed):
    """A code that does not exist on the date of service is refused by every payer."""
    return is_billed and not code_is_listed


@rule(
    "CODE-02",
    title="The code is not valid for Medicare",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-1",
    applies=applies(is_part_b=1, code_is_listed=1),
    cites=["cms-rvu-files#Status I"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} is not valid for Medicare; another code stands in its place.",
    fix="Bill the code that Medicare uses instead; for unattended stimulation that is G0283.",
)
def code_invalid_for_medicare(is_billed, medicare_status):
    """The fee schedule marks codes that Medicare replaces by its own."""
    return is_billed and medicare_status == INVALID


@rule(
    "CODE-03",
    title="Medicare pays the code with the other services",
    severity=Severity.ADVISE,
    scope=Scope.LINE,
    book="CODES-2",
    applies=applies(is_part_b=1, code_is_listed=1),
    cites=["cms-rvu-files#Status B"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} is bundled: Medicare pays nothing for it, and neither does the patient.",
    fix="Leave it off the expected payment; do not bill the patient for it.",
)
def code_bundled(is_billed, medicare_status):
    """A bundled code is part of whatever else was done that day."""
    return is_billed and medicare_status == BUNDLED


@rule(
    "CODE-04",
    title="Medicare does not cover the code",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="CODES-1",
    applies=applies(is_part_b=1, code_is_listed=1),
    cites=["cms-rvu-files#Status N"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} is not covered by Medicare.",
    fix="Bill it only for a denial the patient asked for, with GY; else leave it off.",
)
def code_not_covered(is_billed, medicare_status, has_gy):
    """What is never covered is the patient's to pay, if the patient was told before."""
    return is_billed and medicare_status == NOT_COVERED and not has_gy


@rule(
    "CODE-05",
    title="Group treatment without a group",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-3",
    applies=applies(is_group_code=1),
    cites=["cms-therapy-scenarios#Group therapy"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{code} is billed with {patients_in_group} patients at that time; "
    "a group begins at {least_group}.",
    fix="Bill the one-on-one code if the minutes were one-on-one.",
)
def group_of_one(is_billed, patients_in_group, least_group):
    """A group is two patients or more with the clinician in constant attendance."""
    return is_billed and patients_in_group < least_group


@rule(
    "CODE-06",
    title="The code belongs to another discipline",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-4",
    cites=["cms-clm104-c05#20.1"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{code} carries the modifier of {discipline_of_modifier}, which may not bill it.",
    fix="Use the code of the discipline that gave the service, with its own modifier.",
)
def code_of_another_discipline(is_billed, code_fits_discipline):
    """Evaluations of physical therapy carry GP, those of occupational therapy GO."""
    return is_billed and not code_fits_discipline


@rule(
    "CODE-07",
    title="More than one evaluation code in a visit",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="CODES-5",
    cites=["practice-knowledge#One level of evaluation"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{evaluations_billed} evaluation codes are billed on {date_of_service}.",
    fix="Keep the level that the lowest documented component allows.",
)
def more_than_one_evaluation(evaluations_billed):
    """An evaluation has one level: that of its lowest component."""
    return evaluations_billed > 1


@rule(
    "CODE-08",
    title="A re-evaluation without a documented reason",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="CODES-6",
    applies=applies(is_reevaluation=1),
    cites=["cms-bp102-c15#220.3"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{code} is billed on {date_of_service} without a reason in the record.",
    fix="Document the new finding, the change, or the lack of response; else do not bill it.",
)
def reevaluation_without_reason(is_billed, reason_documented):
    """A progress report is not a re-evaluation; something must have changed."""
    return is_billed and not reason_documented


@rule(
    "CODE-09",
    title="A test with report, and no report",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="CODES-1",
    applies=applies(needs_report=1),
    cites=["practice-knowledge#Tests with a written report"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{code} is billed on {date_of_service} without a written report.",
    fix="Write the report with what was measured and what follows from it.",
)
def test_without_report(is_billed, report_written):
    """The written report is part of the service."""
    return is_billed and not report_written


@rule(
    "CODE-10",
    title="Caregiver training with the patient present",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-8",
    applies=applies(is_caregiver_training=1),
    cites=["ngs-therapy#Caregiver training"],
    confidence="V",
    effective=(date(2024, 1, 1), None),
    says="{code} is billed on {date_of_service} although the patient was present.",
    fix="Bill the patient's own treatment instead, by its minutes.",
)
def caregiver_training_with_patient(is_billed, patient_present):
    """These codes are for teaching the caregiver while the patient is away."""
    return is_billed and patient_present


@rule(
    "CODE-11",
    title="Caregiver training without consent",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="CODES-8",
    applies=applies(is_caregiver_training=1),
    cites=["ngs-therapy#Caregiver training"],
    confidence="V",
    effective=(date(2024, 1, 1), None),
    says="{code} is billed on {date_of_service} without consent in the record.",
    fix="Document the consent that was given before the training; else do not bill it.",
)
def caregiver_training_without_consent(is_billed, consent_documented):
    """The patient, or who speaks for the patient, agrees to the training first."""
    return is_billed and not consent_documented


@rule(
    "CODE-12",
    title="The diagnosis is not a billable code on the date",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="DOC-1",
    cites=["icd10cm-2026#Billable codes"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="{diagnosis} is not billable on {date_of_service}: a more exact code exists.",
    fix="Choose the code with all its characters that is valid on the date.",
)
def diagnosis_not_billable(is_billed, diagnosis_is_billable):
    """A heading of the classification, or a code that was split, is refused."""
    return is_billed and not diagnosis_is_billable
