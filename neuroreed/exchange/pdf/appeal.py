"""An appeal, or the answer to a request for records, as one tagged PDF.

``title``, ``language``, ``to``, ``reference``, ``date``, ``deadline``, ``prepared_at``;
``clinic`` {name, address_lines [], phone, npi}; ``letter`` [sentences];
``rules`` [{says, title, link, confidence}]; ``signature`` {name, credential, on};
``absent`` [sentences]; ``checklist`` [{says, done}], printed only when asked for;
``documents`` in the shape of ``packet``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neuroreed.exchange.pdf.base import compile_pdf, compile_png
from neuroreed.exchange.pdf.note import _printed_at
from neuroreed.exchange.pdf.packet import _prepared
from neuroreed.model.errors import BadInput


def _ready(packet: Mapping[str, Any], checklist: bool) -> tuple[dict[str, Any], dict[str, bytes]]:
    letter = packet.get("letter") or ()
    if isinstance(letter, str) or not letter:
        raise BadInput("letter: an appeal needs sentences.")
    body = dict(packet)
    images: dict[str, bytes] = {}
    if packet.get("documents"):
        body, images = _prepared(packet)
    elif not str(packet.get("title") or "").strip():
        raise BadInput("title: an appeal needs one.")
    body["letter"] = _texts(letter)
    body["checklist"] = list(packet.get("checklist") or ()) if checklist else []
    return body, images


def _texts(sentences: Sequence[Any]) -> list[str]:
    """Sentences as text, whether plain or with the place of their fact."""
    return [
        one
        if isinstance(one, str)
        else str(one["text"])
        if isinstance(one, Mapping)
        else str(one.text)
        for one in sentences
    ]


def appeal_pdf(packet: Mapping[str, Any], *, checklist: bool = False) -> bytes:
    """Letter, rules, index and pages in one file.

    Args:
        packet: in the shape above.
        checklist: with the clinic's own checklist, which is not for the payer.

    Raises:
        BadInput: the data are not of that shape.
    """
    body, images = _ready(packet, checklist)
    return compile_pdf(
        "appeal.typ", body, images=images, created_at=_printed_at(packet, "prepared_at")
    )


def appeal_png(packet: Mapping[str, Any], *, checklist: bool = False, ppi: int = 96) -> list[bytes]:
    """The pages of an appeal as pictures."""
    body, images = _ready(packet, checklist)
    return compile_png("appeal.typ", body, images=images, ppi=ppi)
