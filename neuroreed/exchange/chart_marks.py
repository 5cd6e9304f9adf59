"""The strokes charts are made of: words, markers, colours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

INK, QUIET, LINE, GROUND = "#1d2327", "#545e66", "#d9d5cc", "#ffffff"


def plain(value: Decimal) -> str:
    """A decimal as it was recorded, without exponent: 0.40 stays 0.40."""
    return format(value, "f")


def text(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, size: int = 13
) -> str:
    """Words with a pale halo, so that lines behind them do not hide them."""
    halo = f'paint-order="stroke" stroke="{GROUND}" stroke-width="3"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" {halo} '
        f'font-size="{size}">{escape(words)}</text>'
    )


def wrapped(words: str, most: int) -> list[str]:
    """Words in lines of at most so many characters."""
    lines = [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def marker(
    shape: str,
    x: float,
    y: float,
    colour: str,
    on: date | None = None,
    value: Decimal | None = None,
) -> str:
    """A mark of one shape; a score carries its day and its number."""
    data = ""
    label = ""
    if on is not None and value is not None:
        data = f' data-on="{on.isoformat()}" data-value="{plain(value)}"'
        label = text(x, y - 10, plain(value), anchor="middle", size=12)
    look = f'fill="{colour}" stroke="{GROUND}" stroke-width="1.5"{data}'
    shapes = {
        "circle": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" {look}/>',
        "square": f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" {look}/>',
        "triangle": f'<path d="M{x:.1f} {y - 6.5:.1f}l6.5 11.5h-13z" {look}/>',
        "diamond": f'<path d="M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7z" {look}/>',
    }
    return shapes[shape] + label
