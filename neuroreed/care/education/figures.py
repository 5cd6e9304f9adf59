"""Our own line drawings of positions: one style, one act, an arrow for the way to move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from xml.sax.saxutils import escape

import yaml

from neuroreed.care.readability import language_of
from neuroreed.model.errors import BadInput

SIZE = 120
_INK, _QUIET, _ACCENT = "#1d2327", "#6b747b", "#0b5c6b"


@dataclass(frozen=True, slots=True)
class Figure:
    """One drawing: its SVG, what it shows (``alt``) and the one act (``caption``)."""

    id: str
    svg: str
    alt: str
    caption: str
    has_arrow: bool


@cache
def _file() -> Mapping[str, Mapping[str, Any]]:
    data = resources.files("neuroreed.care").joinpath("handouts", "figures.yaml")
    return dict(yaml.safe_load(data.read_text("utf-8"))["figures"])


def figure_ids() -> tuple[str, ...]:
    """Every drawing, in the order of the file."""
    return tuple(_file())


@cache
def figure(id: str, language: str = "en") -> Figure:
    """One drawing with its texts.

    Raises:
        BadInput: no such drawing, or a language without texts.
    """
    spec = _file().get(id)
    if spec is None:
        raise BadInput(f"There is no drawing {id!r}.")
    alt, caption = spec[language_of(language)]
    arrows = spec.get("arrow", ())
    return Figure(id, _svg(spec, arrows, f"{alt} {caption}."), alt, caption, bool(arrows))


def _svg(spec: Mapping[str, Any], arrows: Sequence[str], title: str) -> str:
    x, y = spec["head"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img" '
        f'aria-label="{escape(title, {chr(34): "&quot;"})}">',
        f"<title>{escape(title)}</title>",
        '<g fill="none" stroke-linecap="round" stroke-linejoin="round">',
    ]
    parts += [_line(points, _QUIET, 2.2) for points in spec.get("prop", ())]
    parts += [_line(points, _QUIET, 4) for points in spec.get("far", ())]
    parts += [_line(points, _INK, 5) for points in spec["body"]]
    for circle in spec.get("circle", ()):
        cx, cy, r = circle.split(",")
        parts.append(f'<circle cx="{cx}" cy="{cy}" r="{r}" stroke="{_INK}" stroke-width="3"/>')
    parts.append(f'<circle cx="{x}" cy="{y}" r="9" stroke="{_INK}" stroke-width="4" fill="#fff"/>')
    parts += [_arrow(points) for points in arrows]
    return "".join(parts) + "</g></svg>"


def _line(points: str, colour: str, width: float) -> str:
    return f'<polyline points="{points}" stroke="{colour}" stroke-width="{width}"/>'


def _arrow(points: str) -> str:
    """A line that ends in an arrow head; dashed, so that it differs without colour."""
    pairs = [tuple(float(part) for part in pair.split(",")) for pair in points.split()]
    (x0, y0), (x1, y1) = pairs[-2], pairs[-1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    left = (x1 - 8 * ux + 5 * uy, y1 - 8 * uy - 5 * ux)
    right = (x1 - 8 * ux - 5 * uy, y1 - 8 * uy + 5 * ux)
    head = " ".join(f"{px:.1f},{py:.1f}" for px, py in (left, (x1, y1), right))
    return (
        f'<polyline points="{points}" stroke="{_ACCENT}" stroke-width="3" '
        f'stroke-dasharray="5 4"/><polygon points="{head}" fill="{_ACCENT}" stroke="{_ACCENT}" '
        'stroke-width="1"/>'
    )
