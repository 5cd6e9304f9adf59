"""Bulk runs: ask for one, watch it, read what it found, down to the line and its facts."""
