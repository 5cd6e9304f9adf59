"""``neuroreed handout``: print a patient handout, or check them all by E01 to E18."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from neuroreed.care.education.handouts import handout_text, topic_title, topics
from neuroreed.care.education.rules import TITLES, Check, check
from neuroreed.cli.out import print_json
from neuroreed.exchange.pdf.handout import handout, page_count
from neuroreed.model.errors import BadInput

LANGUAGES = ("en", "es")


def run(argv: list[str]) -> int:
    """Write a PDF, list the topics, or print the table; status 1 when a rule is not passed."""
    parser = argparse.ArgumentParser(
        prog="neuroreed handout", description="Patient handouts in English and Spanish."
    )
    parser.add_argument("topic", nargs="?", help="technique, condition or sample; see --list")
    parser.add_argument("--language", default="en", metavar="en|es")
    parser.add_argument("--large", action="store_true", help="14 point type")
    parser.add_argument("--pictures", action="store_true", help="the version in pictures")
    parser.add_argument("--exercise", action="append", help="another exercise; two to four")
    parser.add_argument("--phone", help="the clinic's phone")
    parser.add_argument("--emergency", default="911", help="the emergency number")
    parser.add_argument("--goal", help="the goal in the patient's words")
    parser.add_argument("--video", help="the address that the QR code holds")
    parser.add_argument("--out", type=Path, help="the PDF to write, by default TOPIC-LANGUAGE.pdf")
    parser.add_argument("--list", action="store_true", help="every topic with its title")
    parser.add_argument("--check", action="store_true", help="the rules E01 to E18 on every text")
    parser.add_argument("--json", action="store_true", help="print list or checks as JSON")
    asked = parser.parse_args(argv)
    if asked.list:
        return _list(asked.json)
    if asked.check:
        return _check([asked.topic] if asked.topic else list(topics()), asked.json)
    if asked.topic is None:
        raise BadInput("Name a topic, or ask for --list or --check.")
    pdf = handout(
        asked.topic,
        language=asked.language,
        large=asked.large,
        picture_only=asked.pictures,
        exercises=asked.exercise,
        phone=asked.phone,
        emergency=asked.emergency,
        goal=asked.goal,
        video_url=asked.video,
    )
    path = asked.out or Path(f"{asked.topic}-{asked.language}.pdf")
    if str(path) == "-":
        sys.stdout.buffer.write(pdf)
        return 0
    path.write_bytes(pdf)
    if asked.json:
        print_json({"file": str(path), "bytes": len(pdf), "pages": page_count(pdf)})
    else:
        print(f"{path}: {page_count(pdf)} page(s)")
    return 0


def _list(as_json: bool) -> int:
    rows = [
        {"topic": topic, "kind": kind, **{code: topic_title(topic, code) for code in LANGUAGES}}
        for topic, kind in topics().items()
    ]
    if as_json:
        print_json(rows)
        return 0
    for row in rows:
        print(f"{row['topic']:<26} {row['kind']:<10} {row['en']} / {row['es']}")
    return 0


def checks(topic: str, language: str) -> tuple[Check, ...]:
    """Every rule on one handout, with its printed sides counted in both sizes of type."""
    other = "es" if language == "en" else "en"
    pages = max(
        page_count(handout(topic, language=language, large=large)) for large in (False, True)
    )
    return check(handout_text(topic, language), handout_text(topic, other), pages=pages)


def _check(names: list[str], as_json: bool) -> int:
    table = {
        (topic, language): checks(topic, language) for topic in names for language in LANGUAGES
    }
    failed = [row for rows in table.values() for row in rows if row.passed is False]
    if as_json:
        print_json(
            [
                {"topic": topic, "language": language, "checks": rows}
                for (topic, language), rows in table.items()
            ]
        )
        return 1 if failed else 0
    print(f"{'':<26}    " + " ".join(TITLES))
    for (topic, language), rows in table.items():
        marks = " ".join({True: "yes", False: "NO ", None: " - "}[row.passed] for row in rows)
        print(f"{topic:<26} {language} {marks}")
        for row in rows:
            if row.passed is False:
                print(f"    {row.rule} {row.title}: {row.measured}; asked: {row.limit}")
    print()
    for rule, title in TITLES.items():
        rows = [row for found in table.values() for row in found if row.rule == rule]
        passed = sum(row.passed is True for row in rows)
        applies = sum(row.passed is not None for row in rows)
        print(f"{rule} {title:<26} {passed} of {applies} passed; {rows[0].limit}")
    print(f"\n{len(table)} texts, {len(failed)} failures")
    return 1 if failed else 0
