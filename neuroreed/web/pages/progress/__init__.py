"""Measures, goals and the proof of progress."""
