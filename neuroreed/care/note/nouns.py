"""What a note is made of: sections of sentences, each with the facts it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any

from neuroreed.model.errors import BadInput


class NoteType(StrEnum):
    """The kinds of note, each with its own required content."""

    EVALUATION = "evaluation"
    PLAN_OF_CARE = "plan_of_care"
    DAILY = "daily"
    PROGRESS = "progress_report"
    REEVALUATION = "reevaluation"
    RECERTIFICATION = "recertification"
    DISCHARGE = "discharge"


TITLES = {
    NoteType.EVALUATION: "Initial evaluation",
    NoteType.PLAN_OF_CARE: "Plan of care",
    NoteType.DAILY: "Daily treatment note",
    NoteType.PROGRESS: "Progress report",
    NoteType.REEVALUATION: "Re-evaluation",
    NoteType.RECERTIFICATION: "Recertification",
    NoteType.DISCHARGE: "Discharge summary",
}


def note_type_of(value: NoteType | str) -> NoteType:
    """The note type of a name.

    Raises:
        BadInput: there is no such type of note.
    """
    try:
        return NoteType(value)
    except ValueError:
        names = ", ".join(kind.value for kind in NoteType)
        raise BadInput(f"There is no note type {value!r}: choose one of {names}.") from None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, the paths of the facts that it states, and its paragraph in the section."""

    text: str
    paths: tuple[str, ...]
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a note; a section without sentences is left out of it."""

    id: str
    title: str
    sentences: tuple[Sentence, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The sentences, those of one paragraph one after the other."""
        return tuple(
            " ".join(sentence.text for sentence in group)
            for _, group in groupby(self.sentences, key=lambda sentence: sentence.paragraph)
        )

    @property
    def text(self) -> str:
        """The paragraphs, each on its line."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class NoteText:
    """The composed text of a note; nothing in it is anybody's invention."""

    type: NoteType
    title: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """The whole note as plain text."""
        return "\n\n".join(f"{section.title}\n{section.text}" for section in self.sections)

    def section(self, section_id: str) -> Section | None:
        """One section, or ``None`` when no fact belongs to it."""
        return next((s for s in self.sections if s.id == section_id), None)


@dataclass(frozen=True, slots=True)
class Note:
    """A note before its seal. ``free_text`` is what the clinician added in own words.

    ``amends`` names the sealed note that an addendum or a late entry belongs to; then
    ``amendment`` says which it is and ``reason`` why.
    """

    type: NoteType
    facts: Mapping[str, Any]
    text: NoteText
    free_text: str = ""
    amends: str | None = None
    amendment: str | None = None
    reason: str | None = None
    attachments: Mapping[str, Any] = field(default_factory=dict)
