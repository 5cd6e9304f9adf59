"""The look a handout is printed in, as numbers that can be checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Type, colours and measure of a printed handout; sizes in points.

    ``character_width`` is the mean width of a character in parts of the type size, for the
    sans serif faces used.
    """

    body_pt: float
    heading_pt: float
    line_height: float
    sans_serif: bool
    left_aligned: bool
    page_width_pt: float
    margin_pt: float
    character_width: float
    body_colour: str
    heading_colour: str
    ground_colour: str

    @property
    def characters_per_line(self) -> float:
        """How many characters a full line holds."""
        return (self.page_width_pt - 2 * self.margin_pt) / (self.body_pt * self.character_width)


# US letter, the tokens of the screens
STANDARD = Style(12, 15, 1.4, True, True, 612, 81, 0.55, "#1d2327", "#0b5c6b", "#ffffff")
LARGE = Style(14, 17, 1.4, True, True, 612, 54, 0.55, "#1d2327", "#0b5c6b", "#ffffff")


def style(large: bool) -> Style:
    """14 pt for people of 65 and over or with poor sight, else 12 pt."""
    return LARGE if large else STANDARD


def contrast(first: str, second: str) -> float:
    """The WCAG contrast ratio of two colours written #rrggbb."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
