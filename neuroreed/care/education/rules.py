"""E01 to E18: the rules a handout must pass, measured by software.

What software cannot see is not claimed: a rule without its measurement (a page count that
nobody made) is ``not measured``, which is not a pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from neuroreed.care.education.figures import figure
from neuroreed.care.education.handouts import BLOCKS, HandoutText
from neuroreed.care.education.style import LARGE, STANDARD, Style, contrast
from neuroreed.care.readability import readability, sentences_of, words_of

GRADE_PAGE, GRADE_BLOCK = 6.0, 8.0
PERSPICUITY_PAGE, PERSPICUITY_BLOCK = 65.0, 55.0
SENTENCE_MEAN, SENTENCE_LONGEST = 12.0, 20
ACTIVE_SHARE = 0.60
MOST_KEY_POINTS = 5
TYPE_PT, LARGE_TYPE_PT, LINE_HEIGHT = 12, 14, 1.4
CONTRAST_BODY, CONTRAST_HEADING = 7.0, 4.5
LINE_SHORTEST, LINE_LONGEST = 45, 75
MOST_PAGES = 2

TITLES = {
    "E01": "Grade level, English",
    "E02": "Perspicuity, Spanish",
    "E03": "Sentence length",
    "E04": "Word choice",
    "E05": "Active voice and you",
    "E06": "One topic, few key points",
    "E07": "Actions complete",
    "E08": "Few exercises",
    "E09": "Plain numbers",
    "E10": "Type",
    "E11": "Contrast",
    "E12": "Line length",
    "E13": "Pictures",
    "E14": "Print",
    "E15": "Language parity",
    "E16": "Safety box",
    "E17": "Expectation box",
    "E18": "Date and version",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One rule on one handout: ``passed`` is ``None`` when it does not apply.

    ``measured`` and ``limit`` are said as text. A rule that could not be measured has not
    passed.
    """

    rule: str
    title: str
    passed: bool | None
    measured: str
    limit: str


@cache
def listed_words() -> Mapping[str, Any]:
    """Jargon with plain swaps, promises, and command verbs, by language."""
    data = resources.files("neuroreed.care").joinpath("handouts", "words.yaml")
    return dict(yaml.safe_load(data.read_text("utf-8")))


def page_text(handout: HandoutText) -> str:
    """Everything a person reads on the page, title first."""
    return "\n".join([handout.title, *(block.text for block in handout.blocks)])


def check(
    handout: HandoutText,
    twin: HandoutText | None = None,
    *,
    pages: int | None = None,
    styles: Sequence[Style] = (STANDARD, LARGE),
) -> tuple[Check, ...]:
    """Every rule on one handout.

    Args:
        twin: the same handout in the other language, for E15.
        pages: the printed sides of the longest print, for E14; ``None`` if nobody printed it.
        styles: the looks it is printed in.
    """
    rows: list[tuple[str, bool | None, str, str]] = [
        ("E01", *_grade(handout)),
        ("E02", *_perspicuity(handout)),
        ("E03", *_sentence_length(handout)),
        ("E04", *_jargon(handout)),
        ("E05", *_active(handout)),
        ("E06", *_key_points(handout)),
        ("E07", *_actions(handout)),
        ("E08", *_few(handout)),
        ("E09", *_plain_numbers(handout)),
        ("E10", *_type(handout, styles)),
        ("E11", *_contrast(styles)),
        ("E12", *_line_length(styles)),
        ("E13", *_pictures(handout)),
        ("E14", *_print(pages)),
        ("E15", *_parity(handout, twin)),
        ("E16", *_safety(handout)),
        ("E17", *_expectations(handout)),
        ("E18", *_dated(handout)),
    ]
    return tuple(
        Check(rule, TITLES[rule], passed, measured, limit) for rule, passed, measured, limit in rows
    )


Row = tuple[bool | None, str, str]


def _levels(
    handout: HandoutText, of: Callable[[str], float | None]
) -> tuple[float, dict[str, float]]:
    page = of(page_text(handout))
    blocks = {block.id: of(block.text) for block in handout.blocks}
    assert page is not None
    return page, {id: value for id, value in blocks.items() if value is not None}


def _grade(handout: HandoutText) -> Row:
    limit = f"page {GRADE_PAGE:g} at most, block {GRADE_BLOCK:g}"
    if handout.language != "en":
        return None, "not English", limit
    page, blocks = _levels(handout, lambda text: readability(text, "en").grade)
    worst = max(blocks, key=lambda id: blocks[id])
    passed = page <= GRADE_PAGE and blocks[worst] <= GRADE_BLOCK
    return passed, f"page {page:.1f}, hardest {worst} {blocks[worst]:.1f}", limit


def _perspicuity(handout: HandoutText) -> Row:
    limit = f"page {PERSPICUITY_PAGE:g} at least, block {PERSPICUITY_BLOCK:g}"
    if handout.language != "es":
        return None, "not Spanish", limit
    page, blocks = _levels(handout, lambda text: readability(text, "es").perspicuity)
    worst = min(blocks, key=lambda id: blocks[id])
    passed = page >= PERSPICUITY_PAGE and blocks[worst] >= PERSPICUITY_BLOCK
    return passed, f"page {page:.1f}, hardest {worst} {blocks[worst]:.1f}", limit


def _sentence_length(handout: HandoutText) -> Row:
    level = readability(page_text(handout), handout.language)
    passed = (
        level.words_per_sentence <= SENTENCE_MEAN
        and level.longest_sentence_words <= SENTENCE_LONGEST
    )
    measured = f"mean {level.words_per_sentence:.1f}, longest {level.longest_sentence_words}"
    return passed, measured, f"mean {SENTENCE_MEAN:g}, longest {SENTENCE_LONGEST}"


def found_words(text: str, listed: Sequence[str]) -> list[str]:
    """Which of the listed words or phrases a text holds, whole words, plural too."""
    folded = f" {' '.join(words_of(text.casefold()))} "
    return [word for word in listed if re.search(rf" {re.escape(word)}(s|es)? ", folded)]


def jargon_in(handout: HandoutText) -> list[str]:
    """The listed terms that stand on the page; ``words.yaml`` has a plain swap for each."""
    return found_words(page_text(handout), list(listed_words()["jargon"][handout.language]))


def _jargon(handout: HandoutText) -> Row:
    found = jargon_in(handout)
    return not found, ", ".join(found) or "none", "no unexplained term"


def speaks_to_reader(sentence: str, language: str) -> bool:
    """Whether a sentence holds you or your, or starts with a command."""
    words = [word.casefold() for word in words_of(sentence)]
    you = {"en": {"you", "your", "yours"}, "es": {"usted", "su", "sus"}}[language]
    return bool(words) and (
        words[0] in listed_words()["commands"][language] or bool(you & set(words))
    )


def _active(handout: HandoutText) -> Row:
    steps = [
        sentence
        for item in handout.exercises
        for step in item.steps
        for sentence in sentences_of(step)
    ]
    share = sum(speaks_to_reader(step, handout.language) for step in steps) / max(1, len(steps))
    return share >= ACTIVE_SHARE, f"{share:.0%}", f"{ACTIVE_SHARE:.0%} at least"


def _key_points(handout: HandoutText) -> Row:
    ids = tuple(block.id for block in handout.blocks)
    count = len(handout.block("key").lines)
    passed = 3 <= count <= MOST_KEY_POINTS and bool(handout.title.strip()) and ids == BLOCKS
    return passed, f"{count} key points, {len(ids)} blocks", f"3 to {MOST_KEY_POINTS}, fixed blocks"


def _actions(handout: HandoutText) -> Row:
    missing = [
        f"{item.id} {name}"
        for item in handout.exercises
        for name, value in (
            ("what", item.steps),
            ("how many", item.how_many),
            ("how often", item.how_often),
            ("how hard", item.how_hard),
            ("stop rule", item.stop),
            ("picture", item.figure),
        )
        if not value
    ]
    return not missing, ", ".join(missing) or "none missing", "no missing field"


def _few(handout: HandoutText) -> Row:
    count = len(handout.exercises)
    return 2 <= count <= 4, str(count), "2 to 4"


def _plain_numbers(handout: HandoutText) -> Row:
    found = re.findall(r"\d\s*%|\bpercent\b|\bpor ciento\b|\d+\s*[:/]\s*\d+", page_text(handout))
    return not found, ", ".join(found) or "none", "no percent or ratio"


def _type(handout: HandoutText, styles: Sequence[Style]) -> Row:
    sizes = sorted(style.body_pt for style in styles)
    shouting = [
        line for block in handout.blocks for line in block.lines if len(line) > 5 and line.isupper()
    ]
    passed = (
        bool(sizes)
        and sizes[0] >= TYPE_PT
        and sizes[-1] >= LARGE_TYPE_PT
        and all(s.line_height >= LINE_HEIGHT and s.sans_serif and s.left_aligned for s in styles)
        and not shouting
    )
    return (
        passed,
        f"{' and '.join(f'{size:g}' for size in sizes)} pt, {len(shouting)} lines in capitals",
        f"{TYPE_PT} pt and {LARGE_TYPE_PT} pt, sans serif, line height {LINE_HEIGHT}",
    )


def _contrast(styles: Sequence[Style]) -> Row:
    body = min(contrast(s.body_colour, s.ground_colour) for s in styles)
    heading = min(contrast(s.heading_colour, s.ground_colour) for s in styles)
    passed = body >= CONTRAST_BODY and heading >= CONTRAST_HEADING
    return (
        passed,
        f"body {body:.1f}, heading {heading:.1f}",
        f"{CONTRAST_BODY:g} and {CONTRAST_HEADING:g} at least",
    )


def _line_length(styles: Sequence[Style]) -> Row:
    lengths = [style.characters_per_line for style in styles]
    passed = all(LINE_SHORTEST <= length <= LINE_LONGEST for length in lengths)
    shown = " and ".join(f"{length:.0f}" for length in lengths)
    return passed, f"{shown} characters", f"{LINE_SHORTEST} to {LINE_LONGEST}"


def _pictures(handout: HandoutText) -> Row:
    lacking = []
    for item in handout.exercises:
        drawing = figure(item.figure, handout.language)
        if not (drawing.alt and drawing.caption and drawing.has_arrow):
            lacking.append(item.figure)
    return (
        not lacking,
        ", ".join(lacking) or f"{len(handout.exercises)} complete",
        "alt, caption, arrow",
    )


def _print(pages: int | None) -> Row:
    limit = f"{MOST_PAGES} sides at most"
    if pages is None:
        return False, "not measured", limit
    return 1 <= pages <= MOST_PAGES, f"{pages} sides", limit


def numbers_of(text: str) -> Counter[str]:
    """The numbers in a text, each as often as it stands there."""
    return Counter(re.findall(r"\d+(?:[.,]\d+)?", text))


def _parity(handout: HandoutText, twin: HandoutText | None) -> Row:
    limit = "same blocks, same numbers"
    if twin is None or twin.language == handout.language:
        return False, "not measured", limit
    if [b.id for b in handout.blocks] != [b.id for b in twin.blocks]:
        return False, "other blocks", limit
    unequal = [
        block.id
        for block in handout.blocks
        if numbers_of(block.text) != numbers_of(twin.block(block.id).text)
    ]
    if [item.id for item in handout.exercises] != [item.id for item in twin.exercises]:
        unequal.append("exercises")
    return not unequal, f"unequal: {', '.join(unequal)}" if unequal else "equal", limit


def _safety(handout: HandoutText) -> Row:
    text = handout.block("stop").text
    signs = len(handout.block("stop").lines) - 2
    slots = handout.phone in text and handout.emergency in text
    return signs >= 2 and slots, f"{signs} signs, both numbers {slots}", "signs, clinic, emergency"


def _expectations(handout: HandoutText) -> Row:
    missing = [
        part
        for part in ("change", "window", "normal", "speeds", "slows")
        if not handout.expectation.get(part)
    ]
    promises = found_words(page_text(handout), listed_words()["promises"][handout.language])
    found = missing + promises
    return not found, ", ".join(found) or "complete", "window, change, normal, slows; no promise"


def _dated(handout: HandoutText) -> Row:
    present = bool(handout.version) and bool(handout.read_on)
    return present, f"{handout.version}, {handout.read_on}", "both shown"
