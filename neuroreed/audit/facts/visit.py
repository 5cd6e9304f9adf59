"""Facts of a visit: all sessions of one patient, one date and one discipline."""

from __future__ import annotations

from neuroreed.audit.registry import fact
from neuroreed.billing.units import (
    allocate,
    is_accepted,
    midpoint_ceiling,
    midpoint_units,
    units_for,
)
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope


@fact(Scope.VISIT, "minutes", "One-on-one minutes of all timed codes of the visit, added.")
def timed_minutes(minutes, is_timed):
    # a line that is not billed and has no minutes adds nothing that anybody claims,
    # but minutes nobody recorded make the whole total unknown
    answer = 0
    for i in range(len(minutes)):
        if is_timed[i] == UNKNOWN:
            return UNKNOWN
        if is_timed[i] == 1:
            if minutes[i] == UNKNOWN:
                return UNKNOWN
            answer += minutes[i]
    return answer


@fact(Scope.VISIT, "units", "Timed units billed on all lines of the visit.")
def billed_timed_units(billed_units, is_timed):
    answer = 0
    for i in range(len(billed_units)):
        if is_timed[i] == UNKNOWN:
            return UNKNOWN
        if is_timed[i] == 1:
            if billed_units[i] == UNKNOWN:
                return UNKNOWN
            answer += billed_units[i]
    return answer


@fact(Scope.VISIT, "units", "Timed units the minutes of the whole visit support.")
def supported_visit_units(timed_minutes):
    return units_for(timed_minutes)


@fact(Scope.VISIT, "units", "Timed units above which no method of counting can be right.")
def most_possible_units(timed_minutes):
    return midpoint_ceiling(timed_minutes)


@fact(Scope.VISIT, "minutes", "Minutes of the code, on the first line of each timed code; else 0.")
def code_minutes(pool, minutes, is_timed, answer):
    # unknown minutes of one timed line make every sharing of the visit unknown
    for i in range(len(pool)):
        if is_timed[i] == UNKNOWN or (is_timed[i] == 1 and minutes[i] == UNKNOWN):
            return
    for i in range(len(pool)):
        answer[i] = 0
        if is_timed[i] == 1:
            first = i
            for j in range(i):
                if is_timed[j] == 1 and pool[j] == pool[i] and first == i:
                    first = j
            answer[first] += minutes[i]


@fact(
    Scope.VISIT, "units", "Units billed of the code, on the first line of each timed code; else 0."
)
def code_units(pool, billed_units, is_timed, answer):
    for i in range(len(pool)):
        if is_timed[i] == UNKNOWN or (is_timed[i] == 1 and billed_units[i] == UNKNOWN):
            return
    for i in range(len(pool)):
        answer[i] = 0
        if is_timed[i] == 1:
            first = i
            for j in range(i):
                if is_timed[j] == 1 and pool[j] == pool[i] and first == i:
                    first = j
            answer[first] += billed_units[i]


@fact(Scope.VISIT, "units", "Units of the code when the units of the visit are shared out.")
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
    return is_accepted(code_minutes, code_units)


@fact(Scope.LINE, "units", "Units that the minutes of the code support by themselves.")
def own_units(code_minutes):
    return midpoint_units(code_minutes)


@fact(Scope.VISIT, "minutes", "Minutes of services that are not timed, added.")
def untimed_minutes(minutes, is_untimed):
    answer = 0
    for i in range(len(minutes)):
        if is_untimed[i] == UNKNOWN:
            return UNKNOWN
        if is_untimed[i] == 1:
            if minutes[i] == UNKNOWN:
                return UNKNOWN
            answer += minutes[i]
    return answer


@fact(Scope.VISIT, "minutes", "Minutes of timed and untimed services together.")
def service_minutes(timed_minutes, untimed_minutes):
    return timed_minutes + untimed_minutes


@fact(Scope.VISIT, "units", "Timed units that the note's own total supports.")
def noted_units(noted_timed_minutes):
    return units_for(noted_timed_minutes)


@fact(Scope.VISIT, "units", "Units of the same untimed code, on its first line; else 0.")
def untimed_code_units(code, billed_units, is_untimed, answer):
    for i in range(len(code)):
        answer[i] = 0
        if is_untimed[i] != 0:
            first = i
            for j in range(i):
                if code[j] == code[i] and first == i:
                    first = j
            if is_untimed[i] == UNKNOWN or billed_units[i] == UNKNOWN or code[i] == UNKNOWN:
                answer[first] = UNKNOWN
            elif answer[first] != UNKNOWN:
                answer[first] += billed_units[i]


@fact(Scope.VISIT, "yes/no", "The code that this added code belongs to is billed too.")
def family_is_billed(code, family, billed_units, answer):
    for i in range(len(code)):
        if family[i] == UNKNOWN or code[i] == UNKNOWN:
            continue
        if family[i] == 0:
            answer[i] = 1
            continue
        answer[i] = 0
        for j in range(len(code)):
            if code[j] == UNKNOWN or (code[j] == family[i] and billed_units[j] == UNKNOWN):
                answer[i] = UNKNOWN
            elif code[j] == family[i] and billed_units[j] > 0:
                answer[i] = 1
                break


@fact(Scope.VISIT, "codes", "Evaluation codes billed in the visit, each counted once.")
def evaluations_billed(code, is_evaluation, billed_units):
    count = 0
    for i in range(len(code)):
        if is_evaluation[i] == UNKNOWN or billed_units[i] == UNKNOWN:
            return UNKNOWN
        if is_evaluation[i] == 1 and billed_units[i] > 0:
            count += 1
    return count


@fact(Scope.VISIT, "cents", "Charges of the visit, added.")
def visit_charge_cents(charge_cents):
    answer = 0
    for i in range(len(charge_cents)):
        if charge_cents[i] == UNKNOWN:
            return UNKNOWN
        answer += charge_cents[i]
    return answer


@fact(Scope.VISIT, "lines", "Lines of the visit that are billed.")
def billed_lines(billed_units):
    count = 0
    for i in range(len(billed_units)):
        if billed_units[i] == UNKNOWN:
            return UNKNOWN
        if billed_units[i] > 0:
            count += 1
    return count


@fact(Scope.VISIT, "units", "Units of a code that an added code follows; 0 for other codes.")
def first_code_units(code, billed_units, is_first_of_family, answer):
    for i in range(len(code)):
        answer[i] = 0
        if is_first_of_family[i] == UNKNOWN or is_first_of_family[i] == 1:
            first = i
            for j in range(i):
                if code[j] == code[i] and first == i:
                    first = j
            if is_first_of_family[i] == UNKNOWN or billed_units[i] == UNKNOWN:
                answer[first] = UNKNOWN
            elif answer[first] != UNKNOWN:
                answer[first] += billed_units[i]
