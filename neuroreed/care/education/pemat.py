"""The PEMAT-P checklist: understandability and actionability, in our own words.

What software can see is answered; the rest waits for a person. Percent is agree by
applicable; an item nobody answered keeps its part undecided, it is not left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neuroreed.care.education.handouts import BLOCKS, HandoutText
from neuroreed.care.education.rules import jargon_in, speaks_to_reader
from neuroreed.model.errors import BadInput

PASS_PERCENT = 80
AGREE, DISAGREE, NOT_APPLICABLE = "agree", "disagree", "not_applicable"
ANSWERS = (AGREE, DISAGREE, NOT_APPLICABLE)

ITEMS: Mapping[int, str] = {
    1: "The purpose is plain at once.",
    2: "There are no side topics.",
    3: "Words are everyday words.",
    4: "Medical terms are only there to teach, and are explained.",
    5: "It speaks in the active voice.",
    6: "Numbers are clear.",
    7: "The reader need not calculate.",
    8: "It comes in short parts.",
    9: "Parts have telling headings.",
    10: "The order makes sense.",
    11: "It has a summary.",
    12: "Visual cues point to the key points.",
    13: "Pictures are used where words are harder.",
    14: "Pictures support the text.",
    15: "Pictures have titles or captions.",
    16: "Pictures are clear and tidy.",
    17: "Tables are simple, with short headings.",
    18: "It names at least one action.",
    19: "It speaks to the reader when it names actions.",
    20: "It breaks actions into steps.",
    21: "It gives a tool, such as a log or a planner.",
    22: "It says how to do any sum that is needed.",
    23: "It explains how to use charts or pictures to act.",
    24: "Pictures make acting easier.",
}
UNDERSTANDABILITY = tuple(range(1, 18))
ACTIONABILITY = tuple(range(18, 25))


@dataclass(frozen=True, slots=True)
class Pemat:
    """The answers and the two percentages; ``None`` while an item waits for a person."""

    answers: Mapping[int, str | None]
    understandability: int | None
    actionability: int | None
    waiting: tuple[int, ...]
    passed: bool | None


def seen_by_software(handout: HandoutText) -> dict[int, str]:
    """The answers that need no person."""
    steps = [step for item in handout.exercises for step in item.steps]
    spoken = sum(speaks_to_reader(step, handout.language) for step in steps)
    jargon = jargon_in(handout)
    found = {
        3: not jargon,
        4: not jargon,
        5: spoken * 10 >= len(steps) * 6,
        7: True,
        8: all(len(block.lines) <= 32 for block in handout.blocks),
        10: tuple(block.id for block in handout.blocks) == BLOCKS,
        11: bool(handout.block("key").lines),
        12: bool(handout.block("key").lines),
        15: all(item.figure for item in handout.exercises),
        18: bool(steps),
        19: spoken == len(steps),
        20: all(len(item.steps) >= 2 for item in handout.exercises),
        21: bool(handout.block("log").lines),
    }
    answers = {item: AGREE if agree else DISAGREE for item, agree in found.items()}
    answers[22] = NOT_APPLICABLE  # no sum is asked of the reader: totals are printed
    return answers


def pemat(handout: HandoutText, by_person: Mapping[int, str] | None = None) -> Pemat:
    """The checklist of one handout, a person's answers beside those of the software.

    Raises:
        BadInput: an answer or an item that the checklist does not have.
    """
    for item, answer in (by_person or {}).items():
        if item not in ITEMS or answer not in ANSWERS:
            raise BadInput(f"PEMAT item {item!r}: {answer!r} is not an answer.")
    answers: dict[int, str | None] = dict.fromkeys(ITEMS)
    answers.update(by_person or {})
    answers.update(seen_by_software(handout))
    waiting = tuple(item for item, answer in answers.items() if answer is None)
    first, second = _percent(answers, UNDERSTANDABILITY), _percent(answers, ACTIONABILITY)
    passed = None
    if first is not None and second is not None:
        passed = first >= PASS_PERCENT and second >= PASS_PERCENT
    return Pemat(answers, first, second, waiting, passed)


def _percent(answers: Mapping[int, str | None], items: tuple[int, ...]) -> int | None:
    mine = [answers[item] for item in items]
    if None in mine:
        return None
    applicable = [answer for answer in mine if answer != NOT_APPLICABLE]
    return 100 * applicable.count(AGREE) // len(applicable) if applicable else None
