"""What the style sheet promises: contrast, targets, no colour outside the tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from neuroreed.web import clock

CSS = Path(clock.__file__).parent / "static" / "css"
MAIN = (CSS / "neuroreed.css").read_text()
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for block in re.findall(r":root \{(.*?)\n *\}", MAIN, re.S)[:2]
)
TEXTS = ("ink", "quiet", "accent", "stop-ink", "review-ink", "advise-ink")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_seven_to_one(tokens: dict[str, str]) -> None:
    pairs = [(text, ground) for text in TEXTS for ground in ("ground", "surface")]

    low = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}

    assert {pair: found for pair, found in low.items() if found < 7} == {}
    assert contrast(tokens.get("on-accent", "#14171a"), tokens["accent"]) >= 7


def test_colours_stand_in_the_tokens_alone() -> None:
    after = MAIN[MAIN.index("*, *::before") :]
    rules = after[: after.index("@media print")] + (CSS / "session.css").read_text()

    assert re.findall(r"#[0-9a-f]{3,6}\b", rules) == []


def test_targets_are_large_enough_for_a_thumb() -> None:
    sizes = dict(re.findall(r"--(target[\w-]*): ([\d.]+)rem", MAIN))

    assert float(sizes["target"]) * 16 >= 44
    assert float(sizes["target-session"]) * 16 >= 56
