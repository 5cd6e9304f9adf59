"""Outcome measures: the library, scoring, comparison and what a score means by itself."""
