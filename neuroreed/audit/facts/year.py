"""Facts of a year: one patient, one calendar year."""

from __future__ import annotations

from neuroreed.audit.attached import MONITORING
from neuroreed.audit.registry import fact
from neuroreed.model.columns import OT, UNKNOWN
from neuroreed.model.findings import Scope

SHORT_SUPPLY = MONITORING["supply_2_to_15_days"]
LONG_SUPPLY = MONITORING["supply_16_to_30_days"]
SHORT_MANAGEMENT = MONITORING["management_10_to_19_minutes"]
FIRST_MANAGEMENT = MONITORING["management_first_20_minutes"]
PERMILLE = 10**3


@fact(Scope.YEAR, "cents", "Accrued before the line in its bucket this year, from all providers.")
def accrued_before_cents(
    allowed_cents, prior_accrued_cents, discipline, kx_applies, is_billed, answer
):
    # physical and speech therapy share one bucket, occupational therapy has its own;
    # one unknown amount makes the accrual of every later line unknown
    in_ot, in_other = 0, 0
    for i in range(len(allowed_cents)):
        before = in_ot if discipline[i] == OT else in_other
        if discipline[i] != UNKNOWN and prior_accrued_cents[i] != UNKNOWN and before != UNKNOWN:
            answer[i] = prior_accrued_cents[i] + before
        if kx_applies[i] == 0 or is_billed[i] == 0:
            continue
        doubtful = kx_applies[i] == UNKNOWN or allowed_cents[i] == UNKNOWN
        if discipline[i] == OT or discipline[i] == UNKNOWN:
            if doubtful or discipline[i] == UNKNOWN or in_ot == UNKNOWN:
                in_ot = UNKNOWN
            else:
                in_ot += allowed_cents[i]
        if discipline[i] != OT:
            if doubtful or discipline[i] == UNKNOWN or in_other == UNKNOWN:
                in_other = UNKNOWN
            else:
                in_other += allowed_cents[i]


@fact(Scope.YEAR, "cents", "The least that has accrued before the line, from what is known.")
def accrued_at_least_cents(
    allowed_cents, prior_accrued_cents, discipline, kx_applies, is_billed, answer
):
    in_ot, in_other = 0, 0
    for i in range(len(allowed_cents)):
        if discipline[i] == UNKNOWN:
            continue
        known = in_ot if discipline[i] == OT else in_other
        if prior_accrued_cents[i] != UNKNOWN:
            known += prior_accrued_cents[i]
        answer[i] = known
        if kx_applies[i] == 1 and is_billed[i] == 1 and allowed_cents[i] != UNKNOWN:
            if discipline[i] == OT:
                in_ot += allowed_cents[i]
            else:
                in_other += allowed_cents[i]


@fact(Scope.YEAR, "yes/no", "With this line the yearly amount is reached or crossed.")
def is_above_threshold(
    accrued_before_cents, accrued_at_least_cents, allowed_cents, kx_threshold_cents, answer
):
    # what is known may already be enough, though the rest is not known
    for i in range(len(allowed_cents)):
        if kx_threshold_cents[i] == UNKNOWN:
            continue
        least, own = accrued_at_least_cents[i], 0
        if allowed_cents[i] != UNKNOWN:
            own = allowed_cents[i]
        if least != UNKNOWN and (
            least >= kx_threshold_cents[i] or least + own > kx_threshold_cents[i]
        ):
            answer[i] = 1
        elif accrued_before_cents[i] != UNKNOWN and allowed_cents[i] != UNKNOWN:
            answer[i] = 0


@fact(Scope.LINE, "cents", "Accrued in the bucket this year, this line included.")
def accrued_with_line_cents(accrued_before_cents, allowed_cents):
    return accrued_before_cents + allowed_cents


@fact(Scope.LINE, "yes/no", "The accrual is still far below the yearly amount.")
def is_far_below_threshold(accrued_with_line_cents, kx_threshold_cents, kx_early_permille):
    return accrued_with_line_cents * PERMILLE < kx_threshold_cents * kx_early_permille


@fact(Scope.YEAR, "yes/no", "The short management code of the month stands beside the long one.")
def month_has_both_managements(month, monitoring, is_billed, answer):
    for i in range(len(month)):
        if monitoring[i] == UNKNOWN or is_billed[i] == UNKNOWN:
            continue
        answer[i] = 0
        if monitoring[i] != SHORT_MANAGEMENT or is_billed[i] == 0:
            continue
        for j in range(len(month)):
            if month[j] != month[i]:
                continue
            if monitoring[j] == UNKNOWN or is_billed[j] == UNKNOWN:
                if answer[i] == 0:
                    answer[i] = UNKNOWN
            elif monitoring[j] == FIRST_MANAGEMENT and is_billed[j] == 1:
                answer[i] = 1


@fact(Scope.YEAR, "days", "Days since the last monitoring supply this year; -1 for the first.")
def days_since_supply(date_of_service, monitoring, is_billed, answer):
    last = -1
    for i in range(len(date_of_service)):
        if monitoring[i] == UNKNOWN or is_billed[i] == UNKNOWN:
            continue
        answer[i] = -1
        if is_billed[i] == 1 and (monitoring[i] == SHORT_SUPPLY or monitoring[i] == LONG_SUPPLY):
            if last >= 0:
                answer[i] = date_of_service[i] - last
            last = date_of_service[i]


@fact(Scope.LINE, "days", "Days with data that the supply code stands for.")
def supply_days_needed(monitoring, supply_days, short_supply_days):
    if monitoring == LONG_SUPPLY:
        return supply_days
    if monitoring == SHORT_SUPPLY:
        return short_supply_days
    return 0


@fact(Scope.LINE, "minutes", "Minutes in the month that the management code stands for.")
def management_minutes_needed(
    monitoring, management_span_minutes, short_management_minutes, billed_units
):
    if monitoring == SHORT_MANAGEMENT:
        return short_management_minutes
    if monitoring == FIRST_MANAGEMENT:
        return management_span_minutes
    if monitoring > FIRST_MANAGEMENT:
        return management_span_minutes * (1 + billed_units)
    return 0
