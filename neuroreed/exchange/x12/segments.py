"""Bytes to segments: delimiters from the ISA, whatever surrounds it.

An ISA is 106 characters wide by rule, and its last two characters say how the rest is
cut. Trimmed and padded ISAs occur, so the sixteen elements are counted when the positions
do not fit. Files may begin with a byte order mark or other text, put line ends after the
terminators, hold several interchanges with different delimiters, and end in blanks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neuroreed.model.errors import X12Error

_ISA_WIDTH = 106
_SLICE = 1 << 18
BLANK = " \t\r\n\x00\x1a\x0b\x0c\ufeff"


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four signs of an interchange; ``repetition`` is ``None`` where it declares none."""

    element: str
    component: str
    segment: str
    repetition: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """An ISA: its elements (the first is ``ISA``), delimiters, where the next segment begins."""

    elements: list[str]
    delimiters: Delimiters
    end: int
    faults: tuple[tuple[str, str, str | None], ...]


def load(source: str | os.PathLike[str] | bytes | bytearray | memoryview) -> str:
    """The text of a file or of bytes: UTF-8 or UTF-16 by its mark, else UTF-8, else Latin-1."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        raw = bytes(source)
    elif isinstance(source, (str, os.PathLike)):
        raw = Path(source).read_bytes()
    else:
        raise X12Error("Give a path or the bytes of a file")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if raw[:3] == b"\xef\xbb\xbf":
        raw = raw[3:]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def find_isa(text: str, start: int = 0) -> int:
    """Where the next ISA begins, or -1: the letters, then a sign that is no letter or digit."""
    while True:
        at = text.find("ISA", start)
        if at < 0:
            return -1
        sign = text[at + 3 : at + 4]
        before = text[at - 1 : at] if at else ""
        if (
            sign
            and not sign.isalnum()
            and sign not in BLANK
            and not before.isalnum()
            and text.count(sign, at, at + 2 * _ISA_WIDTH) >= 10
        ):
            return at
        start = at + 3


def header(text: str, at: int) -> Header:
    """Read the ISA at ``at``.

    Raises:
        X12Error: when the delimiters cannot be told.
    """
    element = text[at + 3]
    faults: list[tuple[str, str, str | None]] = []
    window = text[at : at + _ISA_WIDTH]
    if len(window) == _ISA_WIDTH and window[103] == element and window[:104].count(element) == 16:
        component, segment, end = window[104], window[105], at + _ISA_WIDTH
    else:
        component, segment, end = _trimmed(text, at, element, faults)
    if segment == "\r" and text[end : end + 1] == "\n":
        segment, end = "\n", end + 1
    if segment.isalnum() or segment in (element, component, " "):
        raise X12Error("The ISA does not say how segments end", segment=1, offset=at)
    body = text[at:end].rstrip("\r\n") if segment == "\n" else text[at : end - 1]
    elements = body.split(element)
    if not component or component.isalnum() or component in BLANK:
        faults.append(("isa_component", "ISA16 is no component separator", "ISA16"))
    repetition: str | None = elements[11] if len(elements) > 11 else None
    if repetition is not None and (len(repetition) != 1 or repetition.isalnum()):
        if len(elements) > 12 and elements[12] >= "00402":
            faults.append(("isa_repetition", "ISA11 is no repetition separator", "ISA11"))
        repetition = None
    if repetition is not None and repetition in BLANK:
        repetition = None
    return Header(elements, Delimiters(element, component, segment, repetition), end, tuple(faults))


def _trimmed(
    text: str, at: int, element: str, faults: list[tuple[str, str, str | None]]
) -> tuple[str, str, int]:
    """Component separator, terminator and end of an ISA that is not 106 characters wide."""
    place = at
    for _ in range(16):
        place = text.find(element, place + 1)
        if place < 0 or place - at > 3 * _ISA_WIDTH:
            break
    else:
        tail = text[place + 1 : place + 3]
        if len(tail) == 2 and not tail[0].isalnum() and not tail[1].isalnum():
            width = place + 3 - at
            faults.append(
                ("isa_length", f"The ISA has {width} characters instead of {_ISA_WIDTH}", None)
            )
            return tail[0], tail[1], place + 3
    for word in ("GS", "TA1"):
        follows = text.find(word + element, at, at + 3 * _ISA_WIDTH)
        if follows < 0:
            continue
        stop = len(text[at:follows].rstrip(BLANK)) + at
        if stop == at + 3 or text[stop - 1].isalnum():
            break
        count = text.count(element, at, stop)
        faults.append(("isa_elements", f"The ISA has {count} elements instead of 16", None))
        sign = text[stop - 2]
        component = ":" if sign.isalnum() or sign == element else sign
        return component, text[stop - 1], stop
    raise X12Error("The ISA is cut off or has too few elements", segment=1, offset=at)


def segments(text: str, start: int, terminator: str) -> Iterator[tuple[int, str]]:
    """(offset, segment) from ``start`` to the end, without the blanks between segments.

    The text is cut slice by slice, so that a large file is never in memory twice.
    """
    length = len(text)
    while start < length:
        stop = min(start + _SLICE, length)
        if stop < length:
            last = text.rfind(terminator, start, stop)
            if last < 0:
                last = text.find(terminator, stop)
            stop = length if last < 0 else last + 1
        for piece in text[start:stop].split(terminator):
            stripped = piece.strip(BLANK)
            if stripped:
                yield start, stripped
            start += len(piece) + 1
        start = stop
