"""Facts of an episode: one patient under one plan of care."""

from __future__ import annotations

from neuroreed.audit.registry import fact
from neuroreed.model.columns import UNKNOWN
from neuroreed.model.findings import Scope

NEVER = -1


@fact(
    Scope.EPISODE,
    "treatment days",
    "Distinct dates of service since the last progress report, this one included.",
)
def treatment_days_since_report(
    date_of_service, is_progress_report, first_treatment_on, report_due_days, answer
):
    # Without the beginning of the episode in the book the count is only a lower bound:
    # it counts as known once it is over the limit by itself. A date of which nobody knows
    # whether a report was written leaves the count unknown until the next report.
    count, last_date, reported = 0, NEVER, 0
    begins, doubtful = 0, 0
    for i in range(len(date_of_service)):
        if date_of_service[i] != last_date:
            if reported == 1:
                count, begins, doubtful = 0, 1, 0
            count += 1
            last_date = date_of_service[i]
            reported = is_progress_report[i]
            if reported == UNKNOWN:
                doubtful = 1
        if first_treatment_on[i] != UNKNOWN and first_treatment_on[i] >= date_of_service[0]:
            begins = 1
        if doubtful == 0 and (begins == 1 or count > report_due_days[i] > 0):
            answer[i] = count


@fact(Scope.VISIT, "treatment days", "Treatment days since the last progress report.")
def treatment_days_counted(treatment_days_since_report):
    return treatment_days_since_report[0]


@fact(
    Scope.EPISODE,
    "treatment days",
    "Treatment days since the last progress report on which the therapist treated.",
)
def therapist_days_since_report(
    date_of_service, is_progress_report, therapist_minutes, is_billed, answer
):
    count, last_counted, last_date, reported = 0, NEVER, NEVER, 0
    for i in range(len(date_of_service)):
        if date_of_service[i] != last_date:
            if reported == 1:
                count, last_counted = 0, NEVER
            elif reported == UNKNOWN:
                count = UNKNOWN
            last_date, reported = date_of_service[i], is_progress_report[i]
        if is_billed[i] != 0 and count != UNKNOWN:
            if therapist_minutes[i] == UNKNOWN or is_billed[i] == UNKNOWN:
                if count == 0:
                    count = UNKNOWN
            elif therapist_minutes[i] > 0 and last_counted != date_of_service[i]:
                count, last_counted = count + 1, date_of_service[i]
        answer[i] = count


@fact(Scope.VISIT, "treatment days", "Days of the period on which the therapist treated.")
def therapist_days_in_period(therapist_days_since_report):
    return therapist_days_since_report[len(therapist_days_since_report) - 1]


@fact(Scope.EPISODE, "yes/no", "A signed order and a plan sent in time stand for the signature.")
def order_stands(
    order_stands_for_signature,
    order_on_file,
    plan_sent_on,
    first_treatment_on,
    transmission_days,
    is_recertification,
    answer,
):
    for i in range(len(order_on_file)):
        if (
            order_stands_for_signature[i] == 0
            or order_on_file[i] == 0
            or is_recertification[i] == 1
        ):
            answer[i] = 0
        elif (
            order_stands_for_signature[i] == 1
            and order_on_file[i] == 1
            and is_recertification[i] == 0
            and plan_sent_on[i] != UNKNOWN
            and first_treatment_on[i] != UNKNOWN
            and transmission_days[i] != UNKNOWN
        ):
            answer[i] = 0
            if plan_sent_on[i] <= first_treatment_on[i] + transmission_days[i]:
                answer[i] = 1


@fact(Scope.VISIT, "yes/no", "An order stands for the signature of the plan.")
def order_stands_here(order_stands):
    return order_stands[0]


@fact(Scope.VISIT, "days", "Days of the certified period, first and last included.")
def certified_days(certified_from, certified_until):
    return certified_until - certified_from + 1


@fact(Scope.VISIT, "days", "Days from the first treatment to the date of service.")
def days_of_episode(date_of_service, first_treatment_on):
    return date_of_service - first_treatment_on


@fact(Scope.VISIT, "days", "Days that the physician's signature came late.")
def signature_delay_days(physician_signed_on, first_treatment_on, signature_days):
    return physician_signed_on - first_treatment_on - signature_days
