"""The yearly amount, dollar by dollar: each line is filled cent by cent into a jar."""

from __future__ import annotations


def lines_with_kx(prior_cents: int, allowed_cents: list[int], threshold_cents: int) -> list[bool]:
    """Whether each line starts with a full jar or spills over its rim."""
    room = max(0, threshold_cents - prior_cents)
    found = []
    for allowed in allowed_cents:
        spills = False
        full_before = room == 0
        for _ in range(allowed):
            if room == 0:
                spills = True
            else:
                room -= 1
        found.append(full_before or spills)
    return found
