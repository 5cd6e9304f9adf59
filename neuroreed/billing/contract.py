"""The payment of one day by the amounts of a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from neuroreed.billing import proof
from neuroreed.billing.expectation import Asked, ExpectedLine, ExpectedPayment, add_up, unpaid
from neuroreed.model.money import dollars
from neuroreed.policy.payers import Payer


def by_contract(
    asked: Sequence[Asked], on: date, who: Payer, schedule_cents: Mapping[str, int]
) -> ExpectedPayment:
    """By the contract; what the contract does not say stays unknown."""
    found, unknown = [], []
    for line in asked:
        if line.code not in schedule_cents:
            unknown.append(line.code)
            found.append(unpaid(line, f"{line.code}: the contract schedule has no amount for it"))
            continue
        unit = schedule_cents[line.code]
        whole = unit * line.units
        amount = min(whole, whole if line.charge_cents is None else line.charge_cents)
        steps = [f"{line.code} x {line.units} at {dollars(unit)} by contract: {dollars(whole)}."]
        if amount < whole:
            steps.append(f"The charge is lower, so {dollars(amount)} is allowed.")
        found.append(
            ExpectedLine(
                line.code,
                line.units,
                line.modifiers,
                unit_fee=dollars(unit),
                reduced_unit_fee=dollars(unit),
                units_in_full=line.units,
                allowed=dollars(amount),
                steps=tuple(steps),
            )
        )
    return add_up(
        who,
        on,
        f"contract schedule of {who.name}",
        found,
        unknown=unknown,
        steps=["Amounts per unit are those of the contract schedule that was given."],
        caveats=proof.contract_caveats(
            who, by_assistant=any(line.is_by_assistant for line in asked)
        ),
    )
