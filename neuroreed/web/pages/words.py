"""What a clinician may tap while the patient moves: faults, cues and counts by kind of technique.

These are offers on a screen, never facts: nothing is recorded that was not tapped.
A clinic's own words come first, because those of the last visit are shown before these.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Count(NamedTuple):
    """What is counted in the first and the last set, as the record names it."""

    metric: str
    unit: str
    title: str


class Offers(NamedTuple):
    """Faults, cues (type and content), the count and tasks of one kind of technique."""

    faults: tuple[str, ...]
    cues: tuple[tuple[str, str], ...]
    count: Count
    tasks: tuple[str, ...]


BALANCE = Offers(
    (_("trunk lean right"), _("trunk lean left"), _("step to save balance"), _("head down")),
    (
        ("tactile", _("hand at the pelvis")),
        ("verbal", _("look at the far mark")),
        ("visual", _("line on the floor")),
        ("verbal", _("nose over toe")),
    ),
    Count("losses_of_balance", "count_per_30s", _("Losses of balance in 30 s")),
    (
        _("stand and shift the weight"),
        _("reach out of the base"),
        _("turn the head while standing"),
        _("step over a line"),
    ),
)
GAIT = Offers(
    (_("toe drag"), _("short step"), _("knee snaps back"), _("trunk lean")),
    (
        ("verbal", _("heel first")),
        ("visual", _("step to the line")),
        ("auditory_rhythm", _("step on the beat")),
        ("tactile", _("hand at the pelvis")),
    ),
    Count("faulty_steps", "count_per_40m", _("Faulty steps in 40 m")),
    (
        _("walk in the corridor with turns"),
        _("step to marks on the floor"),
        _("walk and stop on command"),
        _("climb a step"),
    ),
)
CONTROL = Offers(
    (_("knee falls in"), _("shoulder hikes"), _("trunk turns along"), _("holds the breath")),
    (
        ("tactile", _("touch on the muscle")),
        ("verbal", _("slowly, and hold")),
        ("visual", _("watch in the mirror")),
        ("device", _("feedback on the screen")),
    ),
    Count("faulty_repetitions", "count_per_10", _("Faulty repetitions of 10")),
    (
        _("straighten the knee and hold it"),
        _("rise from a chair"),
        _("step down from a step"),
        _("reach to a shelf"),
    ),
)
COORDINATION = Offers(
    (_("overshoots the target"), _("undershoots the target"), _("loses the rhythm")),
    (
        ("auditory_rhythm", _("on the beat")),
        ("verbal", _("slow at the end")),
        ("visual", _("touch the mark")),
        ("tactile", _("hand guides the start")),
    ),
    Count("misses", "count_per_10", _("Misses of 10")),
    (_("touch marks in turn"), _("tap in rhythm"), _("reach and place a cup"), _("walk to marks")),
)
SENSE = Offers(
    (_("joint stops short"), _("joint goes too far"), _("weight on one side"), _("slumps")),
    (
        ("tactile", _("touch where it should be")),
        ("visual", _("look, then eyes closed")),
        ("verbal", _("tell me where it is")),
        ("device", _("feedback on the screen")),
    ),
    Count("position_errors", "count_per_10", _("Position errors of 10")),
    (
        _("find the set position again"),
        _("hold the trunk upright"),
        _("put weight on both sides alike"),
        _("name what is touched"),
    ),
)
VESTIBULAR = Offers(
    (_("target blurs"), _("head slows down"), _("sways back"), _("stops from dizziness")),
    (
        ("verbal", _("keep the letter sharp")),
        ("auditory_rhythm", _("turn on the beat")),
        ("visual", _("eyes on the letter")),
        ("tactile", _("hand at the shoulder")),
    ),
    Count("losses_of_focus", "count_per_30s", _("Losses of focus in 30 s")),
    (
        _("keep the eyes on a letter"),
        _("turn the head while standing"),
        _("turn over in bed"),
        _("walk and look around"),
    ),
)

BY_CATEGORY = {
    "balance": BALANCE,
    "gait_related": GAIT,
    "vestibular": VESTIBULAR,
    "coordination": COORDINATION,
    "proprioception": SENSE,
    "posture": SENSE,
    "sensory": SENSE,
}

# what may be changed when a drill goes on at the same level, but otherwise
CHANGES = (
    _("another cue"),
    _("another position"),
    _("shorter sets with more rest"),
    _("smaller range"),
    _("another order of tasks"),
)


def offers(category: str) -> Offers:
    """The taps offered for one category of the technique catalogue."""
    return BY_CATEGORY.get(category, CONTROL)
