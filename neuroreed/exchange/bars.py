"""Counts as bars in accessible SVG; the table beside them holds the same numbers.

Bars have one colour and begin at zero. Each carries its number, and a link where it leads on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from neuroreed.exchange.chart_marks import INK, LINE, QUIET

WIDTH = 420
_ROW, _BAR, _TOP = 54, 20, 4
_LONGEST = 50
_COLOUR = "#0b5c6b"


@dataclass(frozen=True, slots=True)
class Bar:
    """One count: ``label`` above it, ``note`` beside its number, ``href`` where it leads."""

    label: str
    count: int
    note: str = ""
    href: str = ""


def bars_svg(title: str, bars: Sequence[Bar]) -> str:
    """The bars as one drawing; its description names the largest."""
    height = _TOP * 2 + _ROW * len(bars)
    most = max((bar.count for bar in bars), default=0)
    described = "; ".join(f"{bar.label}: {bar.count:,}" for bar in bars[:3])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="group" aria-label={quoteattr(title)} '
        'class="bars">',
        f"<title>{escape(title)}</title><desc>{escape(described)}</desc>",
    ]
    for place, bar in enumerate(bars):
        parts.append(_bar(bar, _TOP + place * _ROW, most))
    parts.append("</svg>")
    return "".join(parts)


def _bar(bar: Bar, y: int, most: int) -> str:
    label = bar.label if len(bar.label) <= _LONGEST else f"{bar.label[: _LONGEST - 1]}…"
    room = WIDTH - 150
    width = max(2, room * bar.count // most) if most else 2
    said = f"{bar.count:,}" + (f", {bar.note}" if bar.note else "")
    drawn = (
        f'<rect x="0" y="{y}" width="{WIDTH}" height="{_ROW - 2}" class="ground" '
        'fill="transparent"/>'
        f'<text x="0" y="{y + 18}" class="label" fill="{INK}" font-size="14">{escape(label)}</text>'
        f'<rect x="0" y="{y + 25}" width="{room}" height="{_BAR}" class="track" fill="none" '
        f'stroke="{LINE}"/>'
        f'<rect x="0" y="{y + 25}" width="{width}" height="{_BAR}" class="bar" fill="{_COLOUR}"/>'
        f'<text x="{room + 8}" y="{y + 40}" class="note" fill="{QUIET}" font-size="14">'
        f"{escape(said)}</text>"
    )
    if not bar.href:
        return drawn
    named = quoteattr(f"{bar.label}: {said}")
    return f"<a href={quoteattr(bar.href)} aria-label={named}>{drawn}</a>"
