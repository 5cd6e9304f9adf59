"""Bars: counts in their proportion, words escaped, links named."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from neuroreed.exchange.bars import Bar, bars_svg


def test_bars_are_in_proportion_and_begin_at_zero():
    svg = bars_svg("By rule", [Bar("A", 40), Bar("B", 10), Bar("C", 0)])

    widths = [int(each) for each in re.findall(r'width="(\d+)" height="20" class="bar"', svg)]
    assert widths[0] // 4 == widths[1]
    assert widths[2] == 2
    assert not re.search(r'class="bar"[^>]*x="[1-9]', svg)


def test_words_from_a_file_are_words_in_the_drawing():
    svg = bars_svg("By <payer>", [Bar('"><script>x</script>', 1, "$1.00", "/x/?a=1&b=2")])

    root = ElementTree.fromstring(svg)
    names = [each.tag.split("}")[-1] for each in root.iter()]
    assert "script" not in names
    link = next(each for each in root.iter() if each.tag.endswith("}a"))
    assert link.attrib["href"] == "/x/?a=1&b=2"
    assert link.attrib["aria-label"] == '"><script>x</script>: 1, $1.00'


def test_no_bars_are_a_drawing_still():
    ElementTree.fromstring(bars_svg("Nothing", []))
