"""Facts of intervals: one clinician on one date, or one patient on one date."""

from __future__ import annotations

from neuroreed.audit.facts.helpers import overlap
from neuroreed.audit.registry import fact
from neuroreed.model.care import MINUTES_OF_A_DAY
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope


@fact(Scope.INTERVAL, "minutes", "Length of the interval.")
def interval_minutes(start_minute, end_minute):
    return end_minute - start_minute


@fact(
    Scope.THERAPIST_DAY,
    "minutes",
    "One-on-one minutes shared with one-on-one minutes of other patients.",
)
def other_patient_minutes(therapist, start_minute, end_minute, patient, is_one_on_one, answer):
    for i in range(len(patient)):
        if is_one_on_one[i] == UNKNOWN:
            continue
        shared, doubtful = 0, 0
        if is_one_on_one[i] == 1:
            for j in range(len(patient)):
                if patient[j] == patient[i] or is_one_on_one[j] == 0:
                    continue
                if (
                    start_minute[i] == UNKNOWN
                    or end_minute[i] == UNKNOWN
                    or start_minute[j] == UNKNOWN
                    or end_minute[j] == UNKNOWN
                    or is_one_on_one[j] == UNKNOWN
                ):
                    doubtful = 1
                else:
                    shared += overlap(
                        start_minute[i], end_minute[i], start_minute[j], end_minute[j]
                    )
        if shared > 0 or doubtful == 0:
            answer[i] = shared


@fact(Scope.THERAPIST_DAY, "minutes", "One-on-one minutes shared with minutes of a group.")
def group_shared_minutes(therapist, start_minute, end_minute, is_one_on_one, is_group, answer):
    for i in range(len(is_group)):
        if is_one_on_one[i] == UNKNOWN:
            continue
        shared, doubtful = 0, 0
        if is_one_on_one[i] == 1:
            for j in range(len(is_group)):
                if j == i or is_group[j] == 0:
                    continue
                if (
                    start_minute[i] == UNKNOWN
                    or end_minute[i] == UNKNOWN
                    or start_minute[j] == UNKNOWN
                    or end_minute[j] == UNKNOWN
                    or is_group[j] == UNKNOWN
                ):
                    doubtful = 1
                else:
                    shared += overlap(
                        start_minute[i], end_minute[i], start_minute[j], end_minute[j]
                    )
        if shared > 0 or doubtful == 0:
            answer[i] = shared


@fact(
    Scope.THERAPIST_DAY, "patients", "Patients in the group during the interval; 0 outside groups."
)
def group_patients(therapist, start_minute, end_minute, patient, is_group, answer):
    for i in range(len(patient)):
        if is_group[i] == UNKNOWN:
            continue
        count, doubtful = 0, 0
        if is_group[i] == 1:
            count = 1
            for j in range(len(patient)):
                if patient[j] == patient[i] or is_group[j] == 0:
                    continue
                if (
                    start_minute[i] == UNKNOWN
                    or end_minute[i] == UNKNOWN
                    or start_minute[j] == UNKNOWN
                    or end_minute[j] == UNKNOWN
                    or is_group[j] == UNKNOWN
                ):
                    doubtful = 1
                elif overlap(start_minute[i], end_minute[i], start_minute[j], end_minute[j]) > 0:
                    counted = 0
                    for k in range(j):
                        if (
                            patient[k] == patient[j]
                            and is_group[k] == 1
                            and start_minute[k] != UNKNOWN
                            and end_minute[k] != UNKNOWN
                            and overlap(
                                start_minute[i], end_minute[i], start_minute[k], end_minute[k]
                            )
                            > 0
                        ):
                            counted = 1
                    if counted == 0:
                        count += 1
        if doubtful == 0:
            answer[i] = count


@fact(Scope.THERAPIST_DAY, "minutes", "One-on-one minutes of the clinician on the date, added.")
def one_on_one_minutes_of_day(therapist, start_minute, end_minute, is_one_on_one):
    answer = 0
    for i in range(len(start_minute)):
        if is_one_on_one[i] == UNKNOWN:
            return UNKNOWN
        if is_one_on_one[i] == 1:
            if start_minute[i] == UNKNOWN or end_minute[i] == UNKNOWN:
                return UNKNOWN
            answer += end_minute[i] - start_minute[i]
    return answer


@fact(Scope.THERAPIST_DAY, "minutes", "Minutes from the first start to the last end of the date.")
def elapsed_minutes_of_day(therapist, start_minute, end_minute):
    first, last = start_minute[0], end_minute[0]
    for i in range(len(start_minute)):
        if start_minute[i] == UNKNOWN or end_minute[i] == UNKNOWN:
            return UNKNOWN
        if start_minute[i] < first:
            first = start_minute[i]
        if end_minute[i] > last:
            last = end_minute[i]
    return last - first


@fact(
    Scope.PATIENT_TIMES,
    "minutes",
    "Minutes of the patient that another discipline counts as well.",
)
def other_discipline_minutes(start_minute, end_minute, discipline, answer):
    for i in range(len(discipline)):
        shared, doubtful = 0, 0
        for j in range(len(discipline)):
            if j == i or (discipline[j] == discipline[i] and discipline[i] != UNKNOWN):
                continue
            if (
                discipline[i] == UNKNOWN
                or discipline[j] == UNKNOWN
                or start_minute[i] == UNKNOWN
                or end_minute[i] == UNKNOWN
                or start_minute[j] == UNKNOWN
                or end_minute[j] == UNKNOWN
            ):
                doubtful = 1
            else:
                shared += overlap(start_minute[i], end_minute[i], start_minute[j], end_minute[j])
        if shared > 0 or doubtful == 0:
            answer[i] = shared


@fact(
    Scope.PATIENT_TIMES,
    "minutes",
    "Minutes of the patient that stand twice within one discipline.",
)
def twice_counted_minutes(start_minute, end_minute, discipline, answer):
    for i in range(len(discipline)):
        shared, doubtful = 0, 0
        for j in range(len(discipline)):
            if j == i or discipline[j] != discipline[i] or discipline[i] == UNKNOWN:
                continue
            if (
                start_minute[i] == UNKNOWN
                or end_minute[i] == UNKNOWN
                or start_minute[j] == UNKNOWN
                or end_minute[j] == UNKNOWN
            ):
                doubtful = 1
            else:
                shared += overlap(start_minute[i], end_minute[i], start_minute[j], end_minute[j])
        if discipline[i] != UNKNOWN and (shared > 0 or doubtful == 0):
            answer[i] = shared


@fact(
    Scope.VISIT,
    "minutes",
    "The least timed minutes of the line: as recorded, else 8 for each unit; 0 if not timed.",
)
def least_minutes_of_line(minutes, billed_units, is_timed, answer):
    for i in range(len(minutes)):
        if is_timed[i] == 0:
            answer[i] = 0
        elif is_timed[i] == 1:
            if minutes[i] != UNKNOWN:
                answer[i] = minutes[i]
            elif billed_units[i] != UNKNOWN:
                answer[i] = 8 * billed_units[i]


@fact(
    Scope.THERAPIST_LINES,
    "minutes",
    "The least timed minutes of the clinician on the date: as recorded, else 8 for each unit.",
    sums=True,
)
def least_minutes_of_day(therapist, least_minutes_of_line):
    # what is known may already be too much; otherwise one unknown line makes it unknown
    answer, doubtful = 0, 0
    for i in range(len(least_minutes_of_line)):
        if least_minutes_of_line[i] == UNKNOWN:
            doubtful = 1
        else:
            answer += least_minutes_of_line[i]
    if doubtful == 1 and answer <= MINUTES_OF_A_DAY:
        return UNKNOWN
    return answer
