"""A claim as we sent it: what its answer is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from neuroreed.model.claims import Claim, ClaimLine


@dataclass(frozen=True, slots=True)
class SentClaim:
    """A claim that went out to one payer.

    ``payer`` is the id of a payer profile. ``payer_control`` is the payer's own number of the
    claim, empty until an acknowledgement or an answer gave it.
    """

    claim: Claim
    payer: str
    patient_id: str = ""
    payer_control: str = ""
    sent_on: date | None = None

    @property
    def claim_id(self) -> str:
        """Our number of the claim."""
        return self.claim.claim_id

    @property
    def sequence(self) -> str:
        """P, S or T: the place of the payer among those who are asked."""
        return self.claim.subscriber.sequence

    def line(self, line_number: int) -> ClaimLine | None:
        """The line of that number."""
        return next((one for one in self.claim.lines if one.line_number == line_number), None)


def line_control(line: ClaimLine) -> str:
    """Our own number of a line (6R), empty when it went out without."""
    return next((value for qualifier, value in line.refs if qualifier == "6R"), "")
