"""Documentation: progress reports, treatment notes, and what a note on 97112 shows."""

from __future__ import annotations

from datetime import date

from neuroreed.audit.registry import applies, rule
from neuroreed.model.findings import Scope, Severity

_CERTIFIED = applies(certification_applies=1)


@rule(
    "DOCU-01",
    title="The progress report is overdue",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-6",
    applies=_CERTIFIED,
    cites=["cms-bp102-c15#220.3.D"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="{date_of_service} is treatment day {treatment_days_counted} without a progress report; "
    "one is due within {report_due_days}.",
    fix="Write the report now and say why it is late; do not bill before it is there.",
)
def progress_report_overdue(treatment_days_counted, report_due_days):
    """Every ten treatment days the clinician weighs progress against the goals."""
    return treatment_days_counted > report_due_days


@rule(
    "DOCU-02",
    title="A progress report signed by an assistant alone",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-7",
    applies=applies(certification_applies=1, is_progress_report=1),
    cites=["cms-bp102-c15#220.3.D"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="The progress report of {date_of_service} is not signed by the therapist.",
    fix="Have the therapist write and sign the report.",
)
def report_by_assistant(report_by_therapist):
    """Assistants may write parts; the judgement is the therapist's."""
    return not report_by_therapist


@rule(
    "DOCU-03",
    title="The treatment note is not signed",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-8",
    cites=["cms-bp102-c15#220.3.E"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="The note of {date_of_service} lacks signature and credentials.",
    fix="Have who furnished the services sign the note.",
)
def note_unsigned(billed_lines, note_is_signed):
    """A note counts when the person who treated has signed it."""
    return billed_lines > 0 and not note_is_signed


@rule(
    "DOCU-04",
    title="The note does not state its timed minutes",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-8",
    cites=["cms-bp102-c15#220.3.E"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="The note of {date_of_service} does not state the total of timed minutes.",
    fix="Add the total from the times that were recorded, as a dated addendum.",
)
def no_timed_total(billed_lines, note_states_timed_minutes):
    """Units are checked against this number."""
    return billed_lines > 0 and not note_states_timed_minutes


@rule(
    "DOCU-05",
    title="The note does not state its total minutes",
    severity=Severity.STOP,
    scope=Scope.VISIT,
    book="DOC-8",
    cites=["cms-bp102-c15#220.3.E"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="The note of {date_of_service} does not state the total treatment minutes.",
    fix="Add the total from the times that were recorded, as a dated addendum.",
)
def no_treatment_total(billed_lines, note_states_total_minutes):
    """Timed and untimed services together make the total."""
    return billed_lines > 0 and not note_states_total_minutes


@rule(
    "DOCU-06",
    title="Nothing in the note shows re-education",
    severity=Severity.STOP,
    scope=Scope.LINE,
    book="DOC-11",
    applies=applies(is_retraining=1),
    cites=["mac-lcd-97112#Documentation"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="The note on {code} shows neither the deficit, nor the technique, nor the skill.",
    fix="Choose the code that fits what was done, or add what was observed, as an addendum.",
)
def re_education_not_shown(is_billed, retraining_elements_shown):
    """A list of exercises with repetitions reads as another code."""
    return is_billed and retraining_elements_shown == 0


@rule(
    "DOCU-07",
    title="The note on re-education is not complete",
    severity=Severity.REVIEW,
    scope=Scope.LINE,
    book="DOC-11",
    applies=applies(is_retraining=1),
    cites=["mac-lcd-97112#Documentation"],
    confidence="S",
    effective=(date(2018, 1, 1), None),
    says="Missing for {code}: {retraining_elements_missing} of deficit, technique, skill, "
    "response and goal.",
    fix="Complete the note before it is signed.",
)
def re_education_incomplete(is_billed, retraining_elements_shown, retraining_elements_missing):
    """Reviewers look for the measure, the technique, the skill, the response and the goal."""
    return is_billed and retraining_elements_shown > 0 and retraining_elements_missing > 0


@rule(
    "DOCU-08",
    title="No day of the therapist in the reporting period",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-6",
    applies=applies(certification_applies=1, is_progress_report=1),
    cites=["cms-bp102-c15#220.3.D"],
    confidence="V",
    effective=(date(2018, 1, 1), None),
    says="In the period that ends on {date_of_service} the therapist treated on "
    "{therapist_days_in_period} days.",
    fix="Have the therapist furnish at least one billable service in each period.",
)
def therapist_absent(therapist_days_in_period):
    """Within each period the clinician takes part in the treatment personally."""
    return therapist_days_in_period == 0


@rule(
    "DOCU-09",
    title="The discharge note is missing",
    severity=Severity.REVIEW,
    scope=Scope.VISIT,
    book="DOC-9",
    cites=["practice-knowledge#Discharge note"],
    confidence="K",
    effective=(date(2018, 1, 1), None),
    says="{days_since_last_visit} days after the last visit of {last_visit_on} there is no "
    "discharge note.",
    fix="Write the discharge note for the last period, with today's date.",
)
def discharge_note_missing(
    is_last_visit, days_since_last_visit, discharge_note_days, discharge_note_written
):
    """It tells what was reached since the last report, which nothing else does."""
    return (
        is_last_visit and not discharge_note_written and days_since_last_visit > discharge_note_days
    )
