"""The arithmetic of one day's payment, on whole cents and thousandths.

These functions keep to whole numbers and loops, so that the audit room can register and
compile the very same text.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence

PERMILLE = 10**3
HALF = PERMILLE // 2


def share_of(amount_cents: int, permille: int) -> int:
    """A share of an amount that is not negative, half a cent rounded up.

    Source: rule PAY-7.
    """
    return (amount_cents * permille + HALF) // PERMILLE


def mark_units_in_full(
    practice_expense: Sequence[int],
    unit_fee_cents: Sequence[int],
    is_cut: Sequence[int],
    units: Sequence[int],
    reduces: Sequence[int],
    units_in_full: MutableSequence[int],
) -> None:
    """Which units of a day are paid without the multiple procedure reduction.

    One unit among all that the reduction concerns is paid in full: the one with the highest
    practice expense, then the higher fee, then the one that no assistant furnished, then the
    earlier line. Lines that the reduction does not concern are paid in full.

    Args:
        practice_expense: relative value in hundredths, one entry per line. None is unknown.
        unit_fee_cents: full fee of one unit.
        is_cut: 1 where the line is paid less because of an assistant.
        units: units of the line.
        reduces: 1 where the multiple procedure reduction concerns the code.
        units_in_full: filled in place, one entry per line.

    Source: ngs-mppr (rule PAY-4).
    """
    best = -1
    for i in range(len(units)):
        units_in_full[i] = 0 if reduces[i] else units[i]
        if not reduces[i] or units[i] <= 0:
            continue
        if best < 0:
            best = i
            continue
        ahead = practice_expense[i] - practice_expense[best]
        if ahead == 0:
            ahead = unit_fee_cents[i] - unit_fee_cents[best]
        if ahead == 0:
            ahead = is_cut[best] - is_cut[i]
        if ahead > 0:
            best = i
    if best >= 0:
        units_in_full[best] = 1


def share_out(
    allowed_cents: Sequence[int],
    paid_permille: Sequence[int],
    deductible_left_cents: int,
    coinsurance_permille: int,
    sequestration_permille: int,
    deductible_cents: MutableSequence[int],
    coinsurance_cents: MutableSequence[int],
    assistant_cut_cents: MutableSequence[int],
    sequestration_cents: MutableSequence[int],
    paid_cents: MutableSequence[int],
) -> None:
    """Who pays which part of the allowed amounts of a day, line by line in order.

    The deductible comes first, then the coinsurance on the rest; what remains is Medicare's
    share, cut where an assistant furnished the line, and sequestration is taken off last.
    Each line adds up: allowed = deductible + coinsurance + assistant cut + sequestration + paid.

    Args:
        allowed_cents: allowed amount per line. None is unknown.
        paid_permille: what is left of Medicare's share: 1000, or less with CQ or CO.
        deductible_left_cents: what the patient still owes of the yearly deductible.
        coinsurance_permille: the patient's share of the rest.
        sequestration_permille: taken off the payment.
        deductible_cents: filled in place, as are the four that follow.

    Source: rules PAY-5 to PAY-8.
    """
    left = deductible_left_cents
    for i in range(len(allowed_cents)):
        deductible = allowed_cents[i] if allowed_cents[i] < left else left
        left -= deductible
        rest = allowed_cents[i] - deductible
        coinsurance = (rest * coinsurance_permille + HALF) // PERMILLE
        share = rest - coinsurance
        after_cut = (share * paid_permille[i] + HALF) // PERMILLE
        sequestration = (after_cut * sequestration_permille + HALF) // PERMILLE
        deductible_cents[i] = deductible
        coinsurance_cents[i] = coinsurance
        assistant_cut_cents[i] = share - after_cut
        sequestration_cents[i] = sequestration
        paid_cents[i] = after_cut - sequestration
