"""Facts of a visit: all sessions of one patient, one date and one discipline."""

from __future__ import annotations

from neuroreed.audit.facts.helpers import add_chosen, add_on_first
from neuroreed.audit.registry import fact
from neuroreed.billing.assistants import service_is_by_assistant, units_by_assistant
from neuroreed.billing.units import (
    allocate,
    is_accepted,
    midpoint_ceiling,
    midpoint_units,
    units_for,
)
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope

PERMILLE = 10**3


@fact(Scope.VISIT, "minutes", "One-on-one minutes of all timed codes of the visit, added.")
def timed_minutes(minutes, is_timed):
    return add_chosen(minutes, is_timed)


@fact(Scope.VISIT, "units", "Timed units billed on all lines of the visit.")
def billed_timed_units(billed_units, is_timed):
    return add_chosen(billed_units, is_timed)


@fact(Scope.VISIT, "units", "Timed units the minutes of the whole visit support.")
def supported_visit_units(timed_minutes):
    return units_for(timed_minutes)


@fact(Scope.VISIT, "units", "Timed units above which no method of counting can be right.")
def most_possible_units(timed_minutes):
    return midpoint_ceiling(timed_minutes)


@fact(Scope.VISIT, "minutes", "Minutes of each timed code, on its first line; else 0.")
def code_minutes(pool, minutes, is_timed, answer):
    add_on_first(pool, minutes, is_timed, answer)


@fact(Scope.VISIT, "units", "Units billed of each timed code, on its first line; else 0.")
def code_units(pool, billed_units, is_timed, answer):
    add_on_first(pool, billed_units, is_timed, answer)


@fact(Scope.VISIT, "units", "Units of each code when the units of the visit are shared out.")
def shared_units(code_minutes, answer):
    for i in range(len(code_minutes)):
        if code_minutes[i] == UNKNOWN:
            return
    allocate(code_minutes, answer)


@fact(Scope.VISIT, "yes/no", "The billed units of each code are a sharing the method accepts.")
def sharing_is_accepted(code_minutes, code_units):
    for i in range(len(code_minutes)):
        if code_minutes[i] == UNKNOWN or code_units[i] == UNKNOWN:
            return UNKNOWN
    if is_accepted(code_minutes, code_units):
        return 1
    return 0


@fact(Scope.LINE, "units", "Units that the minutes of the code support by themselves.")
def own_units(code_minutes):
    return midpoint_units(code_minutes)


@fact(Scope.VISIT, "minutes", "Minutes of services that are not timed, added.")
def untimed_minutes(minutes, is_untimed):
    return add_chosen(minutes, is_untimed)


@fact(Scope.VISIT, "minutes", "Minutes of timed and untimed services together.")
def service_minutes(timed_minutes, untimed_minutes):
    return timed_minutes + untimed_minutes


@fact(Scope.VISIT, "units", "Timed units that the note's own total supports.")
def noted_units(noted_timed_minutes):
    return units_for(noted_timed_minutes)


@fact(Scope.VISIT, "units", "Units of each untimed code, on its first line; else 0.")
def untimed_code_units(code, billed_units, is_untimed, answer):
    add_on_first(code, billed_units, is_untimed, answer)


@fact(Scope.VISIT, "units", "Units of each code that an added code follows; else 0.")
def first_code_units(code, billed_units, is_first_of_family, answer):
    add_on_first(code, billed_units, is_first_of_family, answer)


@fact(Scope.VISIT, "yes/no", "The code that this added code belongs to is billed too.")
def family_is_billed(code, family, billed_units, answer):
    for i in range(len(code)):
        if family[i] == 0:
            answer[i] = 1
        elif family[i] != UNKNOWN:
            found, doubtful = 0, 0
            for j in range(len(code)):
                if code[j] == UNKNOWN or (code[j] == family[i] and billed_units[j] == UNKNOWN):
                    doubtful = 1
                elif code[j] == family[i] and billed_units[j] > 0:
                    found = 1
            if found == 1 or doubtful == 0:
                answer[i] = found


@fact(Scope.VISIT, "minutes", "Minutes of the code and of its added code together.")
def family_minutes(pool, minutes, answer):
    for i in range(len(pool)):
        added = 0
        for j in range(len(pool)):
            if pool[j] == UNKNOWN or (pool[j] == pool[i] and minutes[j] == UNKNOWN):
                added = UNKNOWN
                break
            if pool[j] == pool[i]:
                added += minutes[j]
        if pool[i] != UNKNOWN:
            answer[i] = added


@fact(Scope.LINE, "minutes", "Least minutes for a code with spans of its own; 0 for other codes.")
def least_family_minutes(family, family_span_minutes, span_minutes, is_timed, billed_units):
    if is_timed or family_span_minutes == 0 or billed_units == 0:
        return 0
    if family == 0:
        return family_span_minutes * (billed_units - 1) + family_span_minutes // 2 + 1
    return family_span_minutes + span_minutes * (billed_units - 1) + span_minutes // 2 + 1


@fact(Scope.VISIT, "codes", "Evaluation codes billed in the visit.")
def evaluations_billed(is_evaluation, is_billed):
    return add_chosen(is_evaluation, is_billed)


@fact(Scope.VISIT, "lines", "Lines of the visit that are billed.")
def billed_lines(is_billed):
    return add_chosen(is_billed, is_billed)


@fact(Scope.VISIT, "minutes", "Minutes that assistants furnished alone, added.")
def visit_assistant_minutes(assistant_minutes, is_billed):
    return add_chosen(assistant_minutes, is_billed)


@fact(Scope.VISIT, "minutes", "Minutes that students furnished, added.")
def visit_student_minutes(student_minutes, is_billed):
    return add_chosen(student_minutes, is_billed)


@fact(Scope.VISIT, "minutes", "The therapist's minutes of each billed code, on its first line.")
def code_therapist_minutes(pool, therapist_minutes, is_billed, answer):
    add_on_first(pool, therapist_minutes, is_billed, answer)


@fact(Scope.VISIT, "minutes", "The assistant's own minutes of each billed code, on its first line.")
def code_assistant_minutes(pool, assistant_minutes, is_billed, answer):
    add_on_first(pool, assistant_minutes, is_billed, answer)


@fact(Scope.VISIT, "units", "Units of each billed code, on its first line; else 0.")
def code_billed_units(pool, billed_units, is_billed, answer):
    add_on_first(pool, billed_units, is_billed, answer)


@fact(Scope.LINE, "yes/no", "The line is billed with CQ or CO.")
def is_billed_as_assistant(is_billed, has_assistant_modifier):
    return is_billed and has_assistant_modifier


@fact(Scope.VISIT, "units", "Units of each code billed with CQ or CO, on its first line.")
def code_assistant_units(pool, billed_units, is_billed, has_assistant_modifier, answer):
    for i in range(len(pool)):
        answer[i] = 0
        if is_billed[i] == 0:
            continue
        first = i
        for j in range(i):
            if first == i and pool[j] == pool[i] and is_billed[j] != 0:
                first = j
        if is_billed[i] == UNKNOWN or has_assistant_modifier[i] == UNKNOWN or pool[i] == UNKNOWN:
            answer[first] = UNKNOWN
        elif answer[first] != UNKNOWN and has_assistant_modifier[i] == 1:
            answer[first] += billed_units[i]


@fact(Scope.LINE, "units", "Units of the code that the record makes the assistant's in part.")
def due_assistant_units(
    code_billed_units,
    code_therapist_minutes,
    code_assistant_minutes,
    is_timed,
    midpoint_exempts,
    de_minimis_permille,
):
    if is_timed:
        return units_by_assistant(
            code_billed_units,
            code_therapist_minutes,
            code_assistant_minutes,
            midpoint_exempts,
            de_minimis_permille,
        )
    if service_is_by_assistant(code_therapist_minutes, code_assistant_minutes, de_minimis_permille):
        return code_billed_units
    return 0


@fact(Scope.VISIT, "days", "Days from the date of service until the claim was received.")
def filing_days_used(date_of_service, submitted_on):
    return submitted_on - date_of_service


@fact(Scope.VISIT, "yes/no", "So much of the filing limit is used that haste is called for.")
def filing_is_urgent(filing_days_used, filing_days, filing_alarm_permille):
    return filing_days_used * PERMILLE >= filing_days * filing_alarm_permille


@fact(Scope.VISIT, "yes/no", "Half of the filing limit, or what counts as such, is used.")
def filing_is_half_used(filing_days_used, filing_days, first_alarm_permille):
    return filing_days_used * PERMILLE >= filing_days * first_alarm_permille


@fact(Scope.VISIT, "days", "Days from the review of the payer's profile to the date of service.")
def profile_age_days(date_of_service, profile_reviewed_on):
    return date_of_service - profile_reviewed_on


@fact(Scope.VISIT, "yes/no", "The visit is the last of its episode.")
def is_last_visit(date_of_service, last_visit_on):
    return date_of_service == last_visit_on


@fact(Scope.VISIT, "days", "Days from the last visit of the episode to the audit.")
def days_since_last_visit(last_visit_on, submitted_on):
    return submitted_on - last_visit_on
