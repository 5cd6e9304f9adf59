"""Handouts as PDF: the texts of ``care.education``, printed in 12 or 14 point."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import util
from pathlib import Path
from typing import Any

import segno
import typst

from neuroreed.care.education.figures import figure
from neuroreed.care.education.handouts import (
    BLANK,
    HandoutText,
    HomeDose,
    dose_lines,
    handout_text,
    phrases,
)
from neuroreed.care.education.style import style
from neuroreed.exchange.pdf.base import EPOCH, printable, template
from neuroreed.model.errors import BadInput, Refused

LONGEST_FIELD = 160


def handout(
    topic_or_technique: str,
    *,
    language: str = "en",
    large: bool = False,
    picture_only: bool = False,
    exercises: Sequence[str] | None = None,
    doses: Mapping[str, HomeDose] | None = None,
    phone: str | None = None,
    emergency: str = "911",
    goal: str | None = None,
    name: str | None = None,
    video_url: str | None = None,
    read_on: str | None = None,
) -> bytes:
    """A handout as PDF bytes.

    Args:
        topic_or_technique: a technique or condition of the catalogue, or a sample (h1_...).
        large: 14 point, for people of 65 and over or with poor sight.
        picture_only: drawings with their counts, almost without words.
        exercises, doses: the patient's own home programme, two to four exercises.
        goal: the goal in the patient's words, printed on top.
        video_url: what the QR code holds; without it the slot stays empty.

    Raises:
        BadInput: unknown topic, exercise or language; a field that is too long.
    """
    for field, value in (("goal", goal), ("name", name), ("phone", phone), ("date", read_on)):
        if value is not None and len(value) > LONGEST_FIELD:
            raise BadInput(f"The {field} is longer than {LONGEST_FIELD} characters.")
    text = handout_text(
        topic_or_technique,
        language,
        exercise_ids=exercises,
        doses=doses,
        phone=phone or BLANK,
        emergency=emergency,
        read_on=read_on,
    )
    data = _data(text, large=large, goal=goal, name=name, video_url=video_url)
    return typeset("pictures.typ" if picture_only else "handout.typ", data)


def page_count(pdf: bytes) -> int:
    """The printed sides of a PDF made here."""
    counts = [int(n) for n in re.findall(rb"/Type\s*/Pages\b[^>]*?/Count\s+(\d+)", pdf)]
    counts += [int(n) for n in re.findall(rb"/Count\s+(\d+)[^>]*?/Type\s*/Pages\b", pdf)]
    if not counts:
        raise BadInput("This is not a PDF made here.")
    return max(counts)


def _data(
    text: HandoutText, *, large: bool, goal: str | None, name: str | None, video_url: str | None
) -> dict[str, Any]:
    say, code = phrases(), text.language
    labels = say["labels"]
    exercises = []
    for item in text.exercises:
        drawing = figure(item.figure, code)
        exercises.append(
            {
                "name": item.name,
                "steps": list(item.steps),
                "dose": " ".join(dose_lines(item)[1:]),
                "many": " ".join(item.how_many),
                "picture": {"svg": drawing.svg, "alt": drawing.alt, "caption": drawing.caption},
            }
        )
    return {
        "title": text.title,
        "language": code,
        "style": asdict(style(large)),
        "blocks": {b.id: {"heading": b.heading, "lines": list(b.lines)} for b in text.blocks},
        "exercises": exercises,
        "goal": goal,
        "name": name,
        "qr": qr_svg(video_url) if video_url else None,
        "labels": {key: labels[key][code] for key in ("goal", "for", "video")},
        "log": {
            "days": say["log"]["days"][code],
            "rows": [say["log"]["done"][code], say["log"]["pain_row"][code]],
        },
        "footer": labels["version"][code].format(version=text.version, date=text.read_on),
    }


def qr_svg(content: str) -> str:
    """A QR code as SVG."""
    out = io.BytesIO()
    segno.make(content, micro=False, error="m").save(
        out, kind="svg", scale=4, border=4, xmldecl=False, nl=False
    )
    return out.getvalue().decode("utf-8")


@cache
def _fonts() -> list[str]:
    """The sans serif faces that come with a dependency, so that print is the same anywhere."""
    found = util.find_spec("reportlab")
    if found is None or not found.submodule_search_locations:
        raise Refused("Printing needs the fonts of the package reportlab: install it.")
    return [str(Path(found.submodule_search_locations[0]) / "fonts")]


def _printable(value: Any) -> Any:
    """The same data with words that a page can show as they are."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(entry) for entry in value]
    return value


def typeset(name: str, data: Mapping[str, Any], *, image: bool = False, ppi: int = 96) -> bytes:
    """A template of this package filled with data; words are never read as markup.

    The file follows PDF/UA-1. Where a text holds characters that the fonts do not show, it is
    still tagged but does not claim the standard. ``image`` gives the first page as PNG.
    """
    inputs = {"data": json.dumps(_printable(data), ensure_ascii=False)}
    compile_: Any = typst.compile
    options = {
        "sys_inputs": inputs,
        "font_paths": _fonts(),
        "ignore_system_fonts": True,
    }
    if image:
        pages = compile_(template(name), format="png", ppi=ppi, **options)
        return bytes(pages[0] if isinstance(pages, list) else pages)
    options["timestamp"] = int(EPOCH.timestamp())
    try:
        return bytes(compile_(template(name), pdf_standards=["ua-1"], **options))
    except typst.TypstError as error:
        if "could not be displayed with font" not in str(error):
            raise
    return bytes(compile_(template(name), **options))
