"""A desk that imports remittances one after the other, and the answers it gets."""

from __future__ import annotations

from neuroreed.billing.ledger import Ledger, standing
from neuroreed.billing.remittance import ClaimIndex
from neuroreed.billing.remittance_posting import Posted, Seen, post
from neuroreed.model.claims import Claim
from neuroreed.model.remittance import Remittance
from tests.billing.answers.claims import PAID_ON, answer, claim, line, sent

C1 = claim()
ONE, TWO = C1.lines
PAID = answer(
    C1,
    line(ONE, 4000, ("PR", "2", 1000), ("CO", "253", 82)),
    line(TWO, 1500, ("PR", "2", 400), ("CO", "253", 31)),
)
DENIED = answer(
    C1,
    line(ONE, 0, ("CO", "50", 12000), remarks=["N115"]),
    line(TWO, 1500, ("PR", "2", 400), ("CO", "253", 31)),
)
NOTHING = answer(
    C1, line(ONE, 0, ("CO", "16", 12000)), line(TWO, 0, ("CO", "16", 5500)), control="ICN0"
)


class Desk:
    """One import after the other, as a clinic keeps them."""

    def __init__(self, *claims: Claim) -> None:
        self.index = ClaimIndex([sent(one) for one in claims or (C1,)])
        self.ledgers: dict[str, Ledger] = {}
        self.seen = Seen()

    def take(self, found: Remittance) -> Posted:
        posted = post(found, index=self.index, ledgers=self.ledgers, seen=self.seen, at=PAID_ON)
        self.ledgers |= posted.ledgers
        self.seen = posted.seen
        return posted


def sums(found: Ledger, charged: int = 17500) -> bool:
    stands = standing(found)
    rest = (
        stands.paid
        + stands.received
        + stands.written_off
        + stands.open_payer
        + stands.open_next_payer
        + stands.denied
        + stands.patient_owes
    )
    return rest == stands.charged == charged
