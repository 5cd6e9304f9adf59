"""The record of a range of dates in one file, in the order in which reviewers ask for it.

``title``, ``language``, ``clinic``, ``patient``, ``period`` {from, to}, ``prepared_for``,
``request_reference``, ``prepared_by``, ``prepared_at``, ``cover`` [paragraphs], ``tables`` on
the cover, ``absent`` [sentences: what was asked for and is not in the record], and
``documents``: each with a
``kind`` (one of ``ORDER``), ``date``, ``title``, the parts of a note (see ``note``), and
``pictures`` [{png | jpeg: bytes, alt}] for pages that were scanned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuroreed.exchange.pdf.base import compile_pdf, compile_png
from neuroreed.exchange.pdf.note import _printed_at, checked
from neuroreed.model.errors import BadInput

ORDER = (
    "request",
    "order",
    "authorization",
    "evaluation",
    "plan_of_care",
    "certification",
    "recertification",
    "reevaluation",
    "progress_report",
    "daily",
    "discharge",
    "measures",
    "minutes",
    "notice",
    "log",
    "other",
)


def in_review_order(documents: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Documents by kind as reviewers ask for them, within a kind by date.

    Raises:
        BadInput: a document of an unknown kind.
    """
    for i, document in enumerate(documents):
        if document.get("kind") not in ORDER:
            raise BadInput(f"documents[{i}].kind: choose one of {', '.join(ORDER)}.")
    return sorted(
        documents, key=lambda doc: (ORDER.index(str(doc["kind"])), str(doc.get("date") or ""))
    )


def _prepared(packet: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    body = checked(packet)
    documents = packet.get("documents") or []
    if not documents:
        raise BadInput("documents: a packet needs at least one.")
    images: dict[str, bytes] = {}
    ready = []
    for i, document in enumerate(in_review_order(list(documents))):
        one = checked(document)
        pictures = []
        for k, picture in enumerate(document.get("pictures") or ()):
            kind = "png" if picture.get("png") else "jpeg"
            content = picture.get(kind)
            if not isinstance(content, bytes) or not str(picture.get("alt") or "").strip():
                raise BadInput(f"documents[{i}].pictures[{k}]: give its bytes and what it shows.")
            name = f"picture-{i}-{k}.{kind}"
            images[name] = content
            pictures.append({"file": name, "alt": picture["alt"]})
        one["pictures"] = pictures
        ready.append(one)
    body["documents"] = ready
    return body, images


def packet_pdf(packet: Mapping[str, Any]) -> bytes:
    """The record packet as one tagged PDF with an index.

    Raises:
        BadInput: the data are not of the shape described above.
    """
    body, images = _prepared(packet)
    return compile_pdf(
        "packet.typ", body, images=images, created_at=_printed_at(packet, "prepared_at")
    )


def packet_png(packet: Mapping[str, Any], *, ppi: int = 96) -> list[bytes]:
    """The pages of a packet as pictures."""
    body, images = _prepared(packet)
    return compile_png("packet.typ", body, images=images, ppi=ppi)
