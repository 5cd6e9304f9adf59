"""Every exception of NeuroReEd, as one tree.

NeuroReedError
├─ BadInput                 the file, form or argument is wrong: says where
│  ├─ X12Error              segment number, loop, element
│  ├─ ProfileError          file, line, key
│  ├─ PolicyFileError       file, row
│  ├─ MappingError          file, column
│  ├─ UnknownCode           code
│  └─ ImpossibleMinutes     code, minutes
├─ NoParameter              name, payer or place, date; what closes the gap
├─ NotFound                 absent or not yours to see: the same answer
├─ Refused                  the act is not allowed now: says why and what instead
│  ├─ AlreadySigned
│  ├─ IncompleteNote        what is missing
│  ├─ IncompleteClaim       what is missing
│  └─ OpenStopFindings      the findings that hold the claim
└─ Corrupt                  a seal or a chain does not hold

Faults of the data under audit are findings, not exceptions.
No message holds a name, a birth date or a member number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


class NeuroReedError(Exception):
    """The root: catching it catches everything that NeuroReEd raises on purpose."""


class BadInput(NeuroReedError, ValueError):
    """The file, form or argument is wrong; the message says where."""


class X12Error(BadInput):
    """X12 that cannot be read at all.

    ``segment`` counts from 1; ``offset`` is the position in bytes, where known.
    """

    def __init__(
        self,
        message: str,
        *,
        segment: int | None = None,
        loop: str | None = None,
        element: int | None = None,
        offset: int | None = None,
    ) -> None:
        place = [
            f"{name} {value}"
            for name, value in (
                ("segment", segment),
                ("loop", loop),
                ("element", element),
                ("byte", offset),
            )
            if value is not None
        ]
        super().__init__(f"{message} ({', '.join(place)})" if place else message)
        self.message, self.segment, self.loop = message, segment, loop
        self.element, self.offset = element, offset


class ProfileError(BadInput):
    """A payer profile that cannot be used; ``line`` counts from 1."""

    def __init__(self, file: str, line: int, key: str, message: str) -> None:
        super().__init__(f"{file}, line {line}, {key}: {message}")
        self.file, self.line, self.key = file, line, key


class PolicyFileError(BadInput):
    """An official file (or a file of ours) that is wrong or damaged; ``row`` counts from 1."""

    def __init__(self, file: str, row: int | None, message: str) -> None:
        where = file if row is None else f"{file}, row {row}"
        super().__init__(f"{where}: {message}")
        self.file, self.row = file, row


class MappingError(BadInput):
    """A column mapping that does not fit its file."""

    def __init__(self, file: str, column: str, message: str) -> None:
        super().__init__(f"{file}, column {column!r}: {message}")
        self.file, self.column = file, column


class UnknownCode(BadInput):
    """A procedure code that the code set does not hold on that date."""

    def __init__(self, code: str, message: str = "not in the therapy code set") -> None:
        super().__init__(f"Code {code!r}: {message}.")
        self.code = code


class ImpossibleMinutes(BadInput):
    """Minutes that no day can hold."""

    def __init__(self, code: str, minutes: object) -> None:
        super().__init__(
            f"{minutes!r} minutes of {code} are impossible: give whole minutes, 0 to 1440."
        )
        self.code, self.minutes = code, minutes


class NoParameter(NeuroReedError, LookupError):
    """A value that nobody has given for this payer or place on this date.

    ``closes_with`` names the official file or the setting that closes the gap.
    """

    def __init__(self, name: str, where: str, on: date | None, closes_with: str = "") -> None:
        day = f" on {on}" if on is not None else ""
        hint = closes_with or "Add one, with its source."
        super().__init__(f"{name} has no value for {where}{day}. {hint}")
        self.name, self.where, self.on, self.closes_with = name, where, on, closes_with


class NotFound(NeuroReedError):
    """Absent, or not this person's to see: the answer is the same."""


class Refused(NeuroReedError):
    """The act is not allowed now; the message says why and what to do instead."""


class AlreadySigned(Refused):
    """The note has a seal: write an addendum."""


class IncompleteNote(Refused):
    """``missing`` lists what the note lacks, one sentence each."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("The note cannot be signed yet: " + "; ".join(missing))
        self.missing = tuple(missing)


class IncompleteClaim(Refused):
    """``missing`` lists what the claim lacks, one sentence each."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("The claim cannot go out yet: " + "; ".join(missing))
        self.missing = tuple(missing)


class OpenStopFindings(Refused):
    """``findings`` hold the claim until they are resolved."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__("The claim is held: " + "; ".join(findings))
        self.findings = tuple(findings)


class Corrupt(NeuroReedError):
    """A seal or a chain does not hold; the message names the record, not the patient."""
