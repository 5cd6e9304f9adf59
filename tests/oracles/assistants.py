"""CQ and CO by laying every minute of a code on the table, one unit after the other.

Each minute is a letter: ``T`` the therapist's (joint ones too), ``A`` the assistant's own.
Written from the worked examples of the manual, with letters and blocks instead of division.
"""

from __future__ import annotations


def units_with_modifier(
    units: int, therapist_minutes: int, assistant_minutes: int, *, from_2022: bool
) -> int:
    """How many of ``units`` carry the modifier."""
    therapist, assistant = ["T"] * therapist_minutes, ["A"] * assistant_minutes
    blocks: list[str] = []
    while len(therapist) >= 15 and len(blocks) < units:
        blocks.append("".join(therapist[:15]))
        del therapist[:15]
    while len(assistant) >= 15 and len(blocks) < units:
        blocks.append("".join(assistant[:15]))
        del assistant[:15]
    marked = sum(1 for block in blocks if "A" in block)
    open_units = units - len(blocks)
    if open_units == 0 or not assistant:
        return marked
    if from_2022 and open_units == 2:
        return marked + 1
    if from_2022 and len(therapist) > 7:
        return marked
    left = "".join(therapist + assistant)
    exceeds_a_tenth = left.count("A") > 0.1 * len(left)
    return marked + (open_units if exceeds_a_tenth else 0)


def untimed_has_modifier(therapist_minutes: int, assistant_minutes: int) -> bool:
    """Whether more than one minute in ten is the assistant's."""
    left = "T" * therapist_minutes + "A" * assistant_minutes
    tenths = [left[i : i + 10] for i in range(0, len(left), 10)]
    return assistant_minutes > 0 and assistant_minutes * 10 > sum(len(each) for each in tenths)
