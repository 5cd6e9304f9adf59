"""ISA, GS, GE and IEA around transactions, with their numbers and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from neuroreed.exchange.x12.write import clean
from neuroreed.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, when, under which numbers. ``usage`` P is production, T a test."""

    sender: str
    receiver: str
    made: datetime
    interchange_control: int = 1
    group_control: int = 1
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    group_sender: str | None = None
    group_receiver: str | None = None
    usage: str = "T"
    acknowledge: bool = False

    def wrap(
        self,
        group_id: str,
        version: str,
        transactions: Sequence[Sequence[str]],
        *,
        line_ends: bool = True,
    ) -> bytes:
        """One interchange with one group.

        Raises:
            BadInput: an identifier or control number that the header cannot carry.
        """
        for name, number in (
            ("interchange", self.interchange_control),
            ("group", self.group_control),
        ):
            if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number < 10**9:
                raise BadInput(f"The {name} control number must be 1 to 999999999.")
        if self.usage not in ("P", "T"):
            raise BadInput("usage is P (production) or T (test).")
        sender, receiver = clean(self.sender, "Sender id"), clean(self.receiver, "Receiver id")
        for name, text in (("Sender", sender), ("Receiver", receiver)):
            if len(text) > 15:
                raise BadInput(f"{name} id has more than 15 characters.")
        for name, text in (
            ("Sender", self.sender_qualifier),
            ("Receiver", self.receiver_qualifier),
        ):
            if len(clean(text, f"{name} qualifier")) != 2:
                raise BadInput(f"{name} qualifier must have two characters.")
        group_sender = clean(self.group_sender or sender, "Group sender")
        group_receiver = clean(self.group_receiver or receiver, "Group receiver")
        isa = (
            f"ISA*00*{'':10}*00*{'':10}*{self.sender_qualifier}*{sender:<15}*"
            f"{self.receiver_qualifier}*{receiver:<15}*{self.made:%y%m%d}*{self.made:%H%M}*^*00501*"
            f"{self.interchange_control:09d}*{'1' if self.acknowledge else '0'}*{self.usage}*:"
        )
        found = [
            isa,
            f"GS*{group_id}*{group_sender}*{group_receiver}*{self.made:%Y%m%d}*{self.made:%H%M}*"
            f"{self.group_control}*X*{version}",
        ]
        for transaction in transactions:
            found += transaction
        found += [
            f"GE*{len(transactions)}*{self.group_control}",
            f"IEA*1*{self.interchange_control:09d}",
        ]
        end = "~\n" if line_ends else "~"
        return (end.join(found) + end).encode("ascii")
