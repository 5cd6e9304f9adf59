"""``neuroreed readability``: how hard a text is to read, in English or Spanish."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from neuroreed.care.readability import Readability, readability
from neuroreed.cli.out import print_json
from neuroreed.model.errors import BadInput


def run(argv: list[str]) -> int:
    """Print the grade (English) or the perspicuity (Spanish) and the counts behind it."""
    parser = argparse.ArgumentParser(
        prog="neuroreed readability",
        description="Reading level of a text: Flesch-Kincaid (en), Szigriszt-Pazos (es).",
    )
    parser.add_argument("file", help="a text file in UTF-8, or - for standard input")
    parser.add_argument("--language", default="en", metavar="en|es")
    parser.add_argument("--json", action="store_true", help="print what the library returns")
    asked = parser.parse_args(argv)
    level = readability(_text(asked.file), asked.language)
    if asked.json:
        print_json(level)
    else:
        _print(level)
    return 0


def _text(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.buffer.read().decode("utf-8")
        return Path(name).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"The text is not UTF-8 (byte {error.start}).") from error


def _print(level: Readability) -> None:
    if level.grade is not None:
        print(f"Flesch-Kincaid grade {level.grade}")
    else:
        print(f"Szigriszt-Pazos perspicuity {level.perspicuity} ({level.band})")
        print(f"Fernandez-Huerta {level.fernandez_huerta}")
    print(
        f"{level.words} words, {level.sentences} sentences, {level.syllables} syllables; "
        f"{level.words_per_sentence} words a sentence (longest {level.longest_sentence_words}), "
        f"{level.syllables_per_word} syllables a word"
    )
    if not level.stable:
        print("Under ten words the figure means little.")
