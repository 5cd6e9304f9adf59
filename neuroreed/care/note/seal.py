"""The bytes that are sealed: the same note gives the same bytes, on every machine."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from neuroreed.care.note.nouns import Note
from neuroreed.model.errors import BadInput

FORM = 1


def canonical(note: Note | Mapping[str, Any]) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces, texts in Unicode form C.

    Decimals and dates are text, moments are in UTC, sets are sorted. The composed text is part
    of what is sealed, so that a later version of this program cannot change what was signed.

    Raises:
        BadInput: a value that has no one written form (a float that is no number, an object).
    """
    if isinstance(note, Note):
        body: Mapping[str, Any] = {
            "form": FORM,
            "type": note.type,
            "facts": note.facts,
            "title": note.text.title,
            "sections": [
                {
                    "id": section.id,
                    "title": section.title,
                    "sentences": [
                        {
                            "text": sentence.text,
                            "facts": list(sentence.paths),
                            "paragraph": sentence.paragraph,
                        }
                        for sentence in section.sentences
                    ],
                }
                for section in note.text.sections
            ],
            "free_text": note.free_text,
            "amends": note.amends,
            "amendment": note.amendment,
            "reason": note.reason,
            "attachments": note.attachments,
        }
    else:
        body = note
    return json.dumps(
        _plain(body, "note"),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    ).encode()


def _plain(value: object, path: str) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value, path)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise BadInput(f"{path}: not a number that can be sealed.")
        return int(value) if value.is_integer() else value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise BadInput(f"{path}: a moment without a time zone cannot be sealed.")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        plain: dict[str, Any] = {}
        for key, entry in value.items():
            name = unicodedata.normalize("NFC", str(key))
            if name in plain:
                raise BadInput(f"{path}.{name}: given twice.")
            plain[name] = _plain(entry, f"{path}.{name}")
        return plain
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(entry, path) for entry in value), key=str)
    if isinstance(value, (list, tuple)):
        return [_plain(entry, f"{path}[{i}]") for i, entry in enumerate(value)]
    raise BadInput(f"{path}: a {type(value).__name__} cannot be sealed.")
