"""Notes: composed from facts, checked for what is missing, written as the bytes that are sealed."""

from neuroreed.care.note.compose import compose, draft
from neuroreed.care.note.nouns import Note, NoteText, NoteType, Section, Sentence
from neuroreed.care.note.reads_as import Reading, readings
from neuroreed.care.note.required import missing
from neuroreed.care.note.seal import canonical

__all__ = [
    "Note",
    "NoteText",
    "NoteType",
    "Reading",
    "Section",
    "Sentence",
    "canonical",
    "compose",
    "draft",
    "missing",
    "readings",
]
